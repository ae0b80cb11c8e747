"""The database connection and the one thread that owns it.

Everybody else hands that thread a piece of work and waits (`call`) or gets a Future (`submit`). A piece of
work is one transaction: it is durable when `call` returns, or nothing of it happened.
"""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlcipher3 import dbapi2

from tcm_station.domain.errors import OurBug
from tcm_station.store.errors import Place, damaged, pages_named, translated

if TYPE_CHECKING:
    from sqlite_utils import Database

T = TypeVar("T")

PAGE_BYTES = 4096
# Only a backup reads beside the worker, so this is never waited for in full.
_BUSY_MS = 5000


def connect(path: Path, key: bytes) -> "Database":
    """A keyed connection to an existing or new file. Raises the driver's errors; nothing is written by it."""
    import sqlite_utils.db

    # sqlite-utils looks for the standard module's errors; SQLCipher's driver raises its own.
    vars(sqlite_utils.db)["OperationalError"] = (sqlite3.OperationalError, dbapi2.OperationalError)
    raw = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000)
    try:
        raw.execute("PRAGMA cipher_log_level = NONE")
        raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        raw.execute(f"PRAGMA cipher_page_size = {PAGE_BYTES}")
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        raw.close()
        raise
    return sqlite_utils.db.Database(raw, execute_plugins=False)


def make_durable(db: "Database") -> None:
    """Write-ahead log, flushed at every commit."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")


def bad_pages(path: Path, key: bytes) -> tuple[int, ...]:
    """Numbers of the pages whose seal does not hold, ascending. Reads the whole file."""
    db = connect(path, key)
    try:
        rows = db.execute("PRAGMA cipher_integrity_check").fetchall()
    finally:
        db.close()
    return pages_named([str(row[0]) for row in rows])


class Connection:
    """The open database of one store."""

    def __init__(self, path: Path, key: bytes, last_backup: Callable[[], Path | None]) -> None:
        """Opens an existing file. Raises StoreDamaged, NotWritten, StoreClosed; nothing is written then."""
        self.path = path
        self._key = key
        self.place = Place(path.parent, lambda: bad_pages(path, key), last_backup)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._worker_id: int | None = None
        self._closed = False
        try:
            self._db: Database = self._worker.submit(self._open).result()
        except BaseException:
            self._worker.shutdown()
            raise

    def _open(self) -> "Database":
        self._worker_id = threading.get_ident()
        with translated(self.place):
            size = self.path.stat().st_size if self.path.exists() else 0
            if size == 0:
                raise damaged(self.place, ())
            db = connect(self.path, self._key)
            try:
                db.execute("SELECT count(*) FROM sqlite_master").fetchall()
                make_durable(db)
            except BaseException:
                db.close()
                raise
            return db

    def call(self, work: Callable[["Database"], T]) -> T:
        """Do one piece of work as one transaction and wait until it is durable.

        Called from inside another piece of work it becomes part of that one.
        """
        if threading.get_ident() == self._worker_id:
            return self._do(work)
        return self.submit(work).result()

    def submit(self, work: Callable[["Database"], T]) -> "Future[T]":
        """Like `call`, without waiting."""
        self._check_open()
        return self._worker.submit(self._do, work)

    def bare(self, work: Callable[["Database"], T]) -> T:
        """Work that cannot run inside a transaction (migrations, VACUUM); never from inside another one."""
        self._check_open()
        return self._worker.submit(self._do_bare, work).result()

    def _check_open(self) -> None:
        if self._closed:
            raise OurBug("store-fault", detail="used after it was closed")

    def _do(self, work: Callable[["Database"], T]) -> T:
        with translated(self.place, files=False), self._db.atomic():
            return work(self._db)

    def _do_bare(self, work: Callable[["Database"], T]) -> T:
        with translated(self.place):
            return work(self._db)

    def close(self) -> None:
        """Finish what was handed in, close the file and end the thread. Doing it twice is harmless."""
        if self._closed:
            return
        self._closed = True
        try:
            self._worker.submit(self._do_bare, lambda db: db.close()).result()
        finally:
            self._worker.shutdown()
