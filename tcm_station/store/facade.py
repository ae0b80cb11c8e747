"""One open store: a data folder, its lock, its keys, its database and what lies in it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from tcm_station.domain.clock import Clock, local_now
from tcm_station.domain.errors import Conflict, StationError, StoreClosed
from tcm_station.i18n.pinyin import initials
from tcm_station.store import backup, migrations, rotation
from tcm_station.store.archive import DATABASE, Progress
from tcm_station.store.audit import Audit
from tcm_station.store.connection import Connection, connect
from tcm_station.store.errors import Place, translated
from tcm_station.store.files import flush_folder, make_private
from tcm_station.store.keys import DEFAULT_COST, KeyCost, KeyFile, Keys
from tcm_station.store.keys import NAME as KEY_FILE
from tcm_station.store.lock import FolderLock
from tcm_station.store.media import FOLDER as MEDIA
from tcm_station.store.media import Media
from tcm_station.store.patients import Patients
from tcm_station.store.settings import Settings
from tcm_station.store.staff import Staff
from tcm_station.store.visits import Visits

T = TypeVar("T")
InitialsOf = Callable[[str], tuple[str, ...]]

_CREATING = "creating.db"


class Store:
    """Everything a desk keeps. Made by `create` or `open`; safe to use from several threads.

    Each method of a repository is one durable transaction; `run` makes one of several. Raises NotWritten
    (disk full, read-only), StoreDamaged (which page or file), StoreClosed (in use), and OurBug for the rest.
    """

    def __init__(
        self,
        data_dir: Path,
        lock: FolderLock,
        keys: Keys,
        cost: KeyCost | None,
        clock: Clock,
        initials_of: InitialsOf,
    ) -> None:
        self.data_dir = data_dir
        self.backup_problem: StationError | None = None
        self._lock, self._keys, self._cost, self._clock = lock, keys, cost, clock
        self._connection = Connection(data_dir / DATABASE, keys.database, lambda: backup.last_good(data_dir))
        self._background: ThreadPoolExecutor | None = None
        self.audit = Audit(self._connection, clock)
        self.patients = Patients(self._connection, initials_of, clock)
        self.visits = Visits(self._connection, self.audit, clock)
        self.media = Media(self._connection, data_dir, keys, clock)
        self.settings = Settings(self._connection)
        self.staff = Staff(self._connection, self.audit, clock, cost or DEFAULT_COST)

    @staticmethod
    def exists(data_dir: Path) -> bool:
        """Whether a store was set up in this folder. An interrupted `create` is none.
        Raises NotWritten when the folder may not be looked into."""
        with translated(Place(data_dir)):
            finished = not (data_dir / _CREATING).exists()
            return (data_dir / DATABASE).exists() or ((data_dir / KEY_FILE).exists() and finished)

    @classmethod
    def create(
        cls,
        data_dir: Path,
        passphrase: str,
        *,
        clock: Clock = local_now,
        cost: KeyCost = DEFAULT_COST,
        initials_of: InitialsOf = initials,
    ) -> "tuple[Store, str]":
        """Set up a store and return it with its recovery key, which is shown once and kept nowhere.

        Raises Conflict("store-exists"), Refused("passphrase-empty"), NotWritten, StoreClosed("store-in-use").
        """
        if cls.exists(data_dir):
            raise Conflict("store-exists", folder=data_dir)
        with translated(Place(data_dir)):
            make_private(data_dir)
            lock = FolderLock(data_dir)
        try:
            with translated(Place(data_dir)):
                keys, recovery = _set_up(data_dir, passphrase, cost)
            return cls(data_dir, lock, keys, cost, clock, initials_of), recovery
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(
        cls,
        data_dir: Path,
        passphrase: str,
        *,
        clock: Clock = local_now,
        cost: KeyCost | None = None,
        initials_of: InitialsOf = initials,
        automatic_backup: bool = True,
    ) -> "Store":
        """Open a store by its passphrase or its recovery key, and bring its schema up to date.

        cost: for keys and passwords made from now on; None keeps what the key file has. The first opening of
        a day makes a backup beside the work; if that fails, `backup_problem` says why.
        Raises StoreClosed("wrong-passphrase" | "store-in-use" | "no-store" | "store-newer"), StoreDamaged.
        """
        if not cls.exists(data_dir):
            raise StoreClosed("no-store", folder=data_dir)
        # Before the lock, which writes: a wrong passphrase changes nothing on disk.
        with translated(Place(data_dir)):
            keys = Keys.derive(KeyFile(data_dir).open(passphrase))
            lock = FolderLock(data_dir)
        try:
            store = cls(data_dir, lock, keys, cost, clock, initials_of)
        except BaseException:
            lock.release()
            raise
        try:
            store._migrate()
            if automatic_backup:
                store._back_up_daily()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Wait for what is being written, then let go of the folder. Doing it twice is harmless."""
        if self._background is not None:
            self._background.shutdown()
        try:
            self._connection.close()
        finally:
            self._lock.release()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, use_case: "Callable[[Store], T]") -> T:
        """Do a whole use case as one transaction: all of it becomes durable, or nothing of it happened."""
        return self._connection.call(lambda _: use_case(self))

    def submit(self, use_case: "Callable[[Store], T]") -> "Future[T]":
        """Like `run`, without waiting; for the window."""
        return self._connection.submit(lambda _: use_case(self))

    def change_passphrase(self, old: str, new: str) -> None:
        """Wrap the master key under a new passphrase. `old` may be the recovery key, which stays valid.
        Backups keep the passphrase of the day they were made. Raises StoreClosed("wrong-passphrase"),
        Refused("passphrase-empty")."""
        with translated(self._connection.place):
            KeyFile(self.data_dir).change(old, new, self._cost)
        self.audit.append("passphrase.changed", "store")

    def backup(self, folder: Path, *, progress: Progress | None = None) -> Path:
        """Write one backup with everything in it to a folder, read it again, and return its path.
        Raises NotWritten, StoreDamaged."""
        stem = f"tcm-station-{self._clock():%Y-%m-%d-%H%M%S}"
        target = backup.free_name(folder, stem)
        made = backup.make(
            self.data_dir,
            target,
            self._keys.database,
            self._clock,
            reason="asked",
            with_media=True,
            progress=progress,
        )
        with translated(self._connection.place):
            backup.note_place(self.data_dir, made)
        self.audit.append("backup.made", "asked")
        return made

    def wait_for_backup(self) -> None:
        """Return once the automatic backup of this opening is done or has failed."""
        if self._background is not None:
            self._background.submit(lambda: None).result()

    def _migrate(self) -> None:
        waiting = self._connection.bare(migrations.pending)
        if not waiting:
            return
        target = backup.free_name(self.data_dir / backup.FOLDER, f"before-{waiting[0]}")
        self._make_automatic(target, f"before-{waiting[0]}")
        self._connection.bare(migrations.apply)
        self.audit.append("schema.migrated", waiting[-1])

    def _back_up_daily(self) -> None:
        target = self.data_dir / backup.FOLDER / rotation.daily_name(self._clock().date())
        if not target.exists():
            self._background = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-backup")
            self._background.submit(self._daily, target)

    def _daily(self, target: Path) -> None:
        try:
            self._make_automatic(target, "daily")
        except StationError as problem:
            self.backup_problem = problem  # for whoever shows the desk's state; work goes on

    def _make_automatic(self, target: Path, reason: str) -> None:
        with translated(self._connection.place):
            backup.sweep(self.data_dir)
            backup.make(
                self.data_dir, target, self._keys.database, self._clock, reason=reason, with_media=False
            )
            rotation.rotate(self.data_dir)


def _set_up(data_dir: Path, passphrase: str, cost: KeyCost) -> tuple[Keys, str]:
    """Key file and database. The database gets its name last: until then `exists` says no."""
    fresh = data_dir / _CREATING
    for left in data_dir.glob(f"{_CREATING}*"):
        left.unlink()
    fresh.touch(mode=0o600)
    master, recovery = KeyFile(data_dir).create(passphrase, cost)
    keys = Keys.derive(master)
    db = connect(fresh, keys.database)
    try:
        migrations.apply(db)
    finally:
        db.close()
    make_private(data_dir / MEDIA)
    make_private(data_dir / backup.FOLDER)
    fresh.rename(data_dir / DATABASE)
    flush_folder(data_dir)
    return keys, recovery
