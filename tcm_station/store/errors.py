"""The one place where errors of the driver and of the file system become ours.

Two kinds: what the user can do something about (disk full, read-only, wrong key, in use, damaged), and our
bugs. Messages of the driver name tables and columns only, never what stands in them, so they may be logged.
"""

import errno
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlcipher3 import dbapi2

from tcm_station.domain.errors import NotWritten, OurBug, StationError, StoreClosed, StoreDamaged

_PAGE = re.compile(r"page (\d+)")

# errno → code of NotWritten
_DISK_CODES = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "disk-full",
    errno.EROFS: "folder-read-only",
    errno.EACCES: "folder-read-only",
    errno.EPERM: "folder-read-only",
    errno.EIO: "disk-failed",
}

# names of SQLite's result codes, by their first two parts
_FULL = "SQLITE_FULL"
_READ_ONLY = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@dataclass(frozen=True, slots=True)
class Place:
    """What a message needs to know of the store it is about. Both are asked only once something failed:
    bad_pages: numbers of damaged pages; last_backup: the newest backup whose bytes are sound."""

    folder: Path
    bad_pages: Callable[[], tuple[int, ...]] = field(default=tuple)
    last_backup: Callable[[], Path | None] = field(default=lambda: None)


def pages_named(lines: list[str]) -> tuple[int, ...]:
    """Page numbers in the answer of `PRAGMA cipher_integrity_check`, ascending."""
    return tuple(sorted({int(found.group(1)) for line in lines if (found := _PAGE.search(line))}))


def damaged(place: Place, pages: tuple[int, ...] | None = None) -> StoreDamaged:
    """The error for a damaged database: which pages, that it was left alone, and the last good backup."""
    pages = place.bad_pages() if pages is None else pages
    listed = ", ".join(str(page) for page in pages[:8]) + (" …" if len(pages) > 8 else "")
    backup = place.last_backup()
    code = "store-damaged" if pages else "store-damaged-somewhere"
    if backup is None:
        return StoreDamaged(f"{code}-no-backup", pages=listed, folder=place.folder)
    return StoreDamaged(code, pages=listed, folder=place.folder, backup=backup)


def from_driver(fault: dbapi2.Error, place: Place) -> StationError:
    """Our error for one of the driver's."""
    name = getattr(fault, "sqlite_errorname", None) or ""
    if name.startswith(_FULL):
        return NotWritten("disk-full", folder=place.folder)
    if name.startswith(_READ_ONLY):
        return NotWritten("folder-read-only", folder=place.folder)
    if name.startswith(_BUSY):
        return StoreClosed("store-in-use", folder=place.folder)
    if name.startswith(_DAMAGED):
        return damaged(place)
    if name.startswith("SQLITE_IOERR"):
        return NotWritten("disk-failed", folder=place.folder)
    return OurBug("store-fault", detail=f"{type(fault).__name__} {name}: {fault}")


def from_system(fault: OSError, place: Place) -> StationError:
    """Our error for one of the file system's."""
    code = _DISK_CODES.get(fault.errno or 0, "disk-failed")
    return NotWritten(code, folder=place.folder)


@contextmanager
def translated(place: Place, *, files: bool = True) -> Iterator[None]:
    """Run a block; whatever the driver or the file system raises leaves it as one of our errors.

    files: False where the block is somebody else's work, whose own files are not ours to explain.
    """
    try:
        yield
    except dbapi2.Error as fault:
        raise from_driver(fault, place) from fault
    except OSError as fault:
        if not files:
            raise
        raise from_system(fault, place) from fault
