"""A look at everything that is kept: pages, contents, media, the audit's chain and the backups."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tcm_station.domain.clock import local_now
from tcm_station.domain.errors import StoreClosed, StoreDamaged
from tcm_station.i18n import Lang, tr
from tcm_station.store import backup, migrations
from tcm_station.store.archive import DATABASE
from tcm_station.store.audit import Audit
from tcm_station.store.connection import PAGE_BYTES, Connection, bad_pages
from tcm_station.store.errors import Place, translated
from tcm_station.store.facade import Store
from tcm_station.store.keys import KeyFile, Keys
from tcm_station.store.lock import FolderLock
from tcm_station.store.media import Media
from tcm_station.store.visits import Visits

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """pages: how many the database has; bad_pages: those whose seal does not hold.

    structure_ok: SQLite's own check of tables and indexes. visits_bad: ids whose content is not what was
    kept or signed. media_missing, media_bad: SHA-256 addresses. None: not assessed, because the database
    could not be read or is of an older version.
    """

    folder: Path
    pages: int
    bad_pages: tuple[int, ...]
    last_good_backup: Path | None
    structure_ok: bool | None = None
    visits: int | None = None
    visits_bad: tuple[str, ...] | None = None
    media: int | None = None
    media_missing: tuple[str, ...] | None = None
    media_bad: tuple[str, ...] | None = None
    audit_ok: bool | None = None

    @property
    def ok(self) -> bool:
        """Whether everything could be looked at and was found as it was kept."""
        parts = (self.bad_pages, self.visits_bad, self.media_missing, self.media_bad)
        return parts == ((), (), (), ()) and self.structure_ok is True and self.audit_ok is True

    def to_json(self) -> dict[str, object]:
        """Plain data for one line of JSON; null where something was not assessed."""
        return {
            "pages": self.pages,
            "bad_pages": list(self.bad_pages),
            "structure_ok": self.structure_ok,
            "visits": self.visits,
            "visits_bad": None if self.visits_bad is None else list(self.visits_bad),
            "media": self.media,
            "media_missing": None if self.media_missing is None else list(self.media_missing),
            "media_bad": None if self.media_bad is None else list(self.media_bad),
            "audit_ok": self.audit_ok,
            "last_good_backup": None if self.last_good_backup is None else str(self.last_good_backup),
        }

    def text(self, lang: Lang) -> str:
        """One line for each thing that was looked at."""
        pages = ", ".join(str(page) for page in self.bad_pages)
        lines = [
            tr("store.verify.pages_bad", lang, pages=self.pages, bad=len(self.bad_pages), which=pages)
            if self.bad_pages
            else tr("store.verify.pages", lang, pages=self.pages)
        ]
        if self.visits is None or self.visits_bad is None:
            lines.append(tr("store.verify.not_read", lang))
        else:
            lines.append(tr("store.verify.visits", lang, visits=self.visits, bad=len(self.visits_bad)))
            lines += [f"  {visit}" for visit in self.visits_bad]
        if self.media is not None and self.media_missing is not None and self.media_bad is not None:
            missing, bad = len(self.media_missing), len(self.media_bad)
            lines.append(tr("store.verify.media", lang, media=self.media, missing=missing, bad=bad))
        if self.structure_ok is False:
            lines.append(tr("store.verify.structure", lang))
        if self.audit_ok is not None:
            lines.append(tr("store.verify.audit" if self.audit_ok else "store.verify.audit_bad", lang))
        if self.last_good_backup is None:
            lines.append(tr("store.verify.no_backup", lang))
        else:
            lines.append(tr("store.verify.backup", lang, file=self.last_good_backup))
        return "\n".join(lines)


def verify(data_dir: Path, passphrase: str) -> VerifyReport:
    """Read a whole store and say what is sound; nothing is changed. The store must not be open elsewhere.

    Raises StoreClosed ("no-store", "wrong-passphrase", "store-in-use"), StoreDamaged when the key file is
    missing or damaged. A damaged database is no error here but the answer.
    """
    if not Store.exists(data_dir):
        raise StoreClosed("no-store", folder=data_dir)
    with translated(Place(data_dir)):
        keys = Keys.derive(KeyFile(data_dir).open(passphrase))
        lock = FolderLock(data_dir)
    try:
        return _look(data_dir, keys)
    finally:
        lock.release()


def _look(data_dir: Path, keys: Keys) -> VerifyReport:
    file = data_dir / DATABASE
    last = backup.last_good(data_dir)
    with translated(Place(data_dir)):
        size = file.stat().st_size if file.exists() else 0
        bad = bad_pages(file, keys.database) if size else ()
    sealed = VerifyReport(data_dir, -(-size // PAGE_BYTES), bad, last)
    if bad or not size:
        return sealed
    try:
        connection = Connection(file, keys.database, lambda: last)
    except StoreDamaged:
        return sealed
    try:
        return _look_inside(connection, sealed, keys)
    except StoreDamaged:
        return sealed
    finally:
        connection.close()


def _look_inside(connection: Connection, sealed: VerifyReport, keys: Keys) -> VerifyReport:
    def structure(db: "Database") -> bool:
        sound = [row[0] for row in db.execute("PRAGMA integrity_check")] == ["ok"]
        return sound and not db.execute("PRAGMA foreign_key_check").fetchall()

    structure_ok = connection.call(structure)
    media = Media(connection, sealed.folder, keys, local_now)
    missing, bad = media.verify()
    count = connection.call(lambda db: int(db.table("visits").count))
    audit = Audit(connection, local_now)
    current = not connection.bare(migrations.pending)
    return VerifyReport(
        sealed.folder,
        sealed.pages,
        (),
        sealed.last_good_backup,
        structure_ok,
        count,
        Visits(connection, audit, local_now).unsound() if current else None,
        len(media.all()),
        missing,
        bad,
        audit.verify() if current else None,
    )
