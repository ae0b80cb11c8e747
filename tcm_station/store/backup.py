"""Backups: one file each, checked by reading it again before it counts.

A backup is a plain tar of the encrypted database (a compact copy), the key file, the media and a manifest
with the SHA-256 of each. Nothing in it can be read without the passphrase of the day it was made, or the
recovery key. Backups the program makes by itself lie in `backups/` of the data folder and leave out the
media: those never change once written, and lie beside them.
"""

import json
import shutil
import tempfile
from contextlib import closing
from pathlib import Path, PurePosixPath

from sqlcipher3 import dbapi2

from tcm_station.domain.clock import Clock
from tcm_station.domain.errors import Refused, StoreDamaged
from tcm_station.store import archive
from tcm_station.store import keys as key_file
from tcm_station.store.archive import DATABASE, Manifest, Progress, check
from tcm_station.store.connection import bad_pages, connect
from tcm_station.store.errors import Place, damaged, translated
from tcm_station.store.files import flush_file, flush_folder, make_private, write_durably
from tcm_station.store.media import FOLDER as MEDIA

FOLDER = "backups"
SUFFIX = ".tcm-backup"
_PLACES = "places.json"
_PLACES_KEPT = 10
_ASIDE = ".making-"
_LOGS = "logs"


def make(
    data_dir: Path,
    target: Path,
    key: bytes,
    clock: Clock,
    *,
    reason: str,
    with_media: bool,
    progress: Progress | None = None,
) -> Path:
    """Write one backup of an open or closed store to `target`, read it again, and put it in place.

    Raises StoreDamaged when the store cannot be read whole, NotWritten when the folder cannot be written.
    """
    place = Place(data_dir, lambda: bad_pages(data_dir / DATABASE, key), lambda: last_good(data_dir))
    folder = target.parent
    with translated(Place(folder)):
        if not folder.is_dir():
            make_private(folder)
        with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=folder) as aside:
            copy, packed = Path(aside, DATABASE), Path(aside, "packed")
            counts = _copy_database(data_dir / DATABASE, copy, key, place)
            archive.pack(
                packed, _members(data_dir, copy, with_media), clock, reason, counts, with_media, progress
            )
            copy.unlink()
            _prove(packed, key, counts)
            packed.chmod(0o600)
            flush_file(packed)
            packed.replace(target)
        flush_folder(folder)
    return target


def free_name(folder: Path, stem: str) -> Path:
    """A path in `folder` that is not taken yet."""
    number, path = 1, folder / f"{stem}{SUFFIX}"
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{SUFFIX}"
    return path


def restore(file: Path, data_dir: Path, *, progress: Progress | None = None) -> Manifest:
    """Set up a data folder from a backup. The folder must be missing or empty: nothing is ever overwritten.
    (The program's own `logs`, which a command that restores has just begun there, do not count.)

    A backup without media takes them from the data folder it lies in. Raises Refused("restore-not-empty"),
    what `check` raises, NotWritten; after any of them the folder is as it was.
    """
    with translated(Place(data_dir)):
        if data_dir.exists() and (not data_dir.is_dir() or any(_contents(data_dir))):
            raise Refused("restore-not-empty", folder=data_dir)
    manifest = check(file)
    there_before = data_dir.is_dir()
    with translated(Place(data_dir)):
        try:
            make_private(data_dir)
            archive.unpack(file, manifest, data_dir, progress)
            beside = file.parent.parent / MEDIA
            if manifest.media is None and file.parent.name == FOLDER and beside.is_dir():
                shutil.copytree(beside, data_dir / MEDIA)
        except BaseException:
            for thing in _contents(data_dir) if data_dir.is_dir() else ():
                shutil.rmtree(thing) if thing.is_dir() else thing.unlink()
            if data_dir.is_dir() and not there_before:
                data_dir.rmdir()
            raise
    return manifest


def last_good(data_dir: Path) -> Path | None:
    """The newest backup of a data folder whose bytes are all as they were written, or None. Needs no key."""
    candidates = {*(data_dir / FOLDER).glob(f"*{SUFFIX}"), *_places(data_dir)}
    dated = [(made.timestamp(), path) for path in candidates if (made := archive.made_at(path)) is not None]
    for _, path in sorted(dated, reverse=True):
        try:
            check(path)
        except Refused:
            continue
        return path
    return None


def note_place(data_dir: Path, file: Path) -> None:
    """Remember where a backup that was asked for lies, so that it can be named when the store is damaged."""

    make_private(data_dir / FOLDER)
    listed = [str(path) for path in _places(data_dir) if path != file.resolve()]
    text = json.dumps([*listed, str(file.resolve())][-_PLACES_KEPT:], ensure_ascii=False)
    write_durably(data_dir / FOLDER / _PLACES, text.encode())


def sweep(data_dir: Path) -> None:
    """Remove what a killed copy left behind while it made a backup."""
    for left in (data_dir / FOLDER).glob(f"{_ASIDE}*"):
        shutil.rmtree(left)


def _contents(data_dir: Path) -> list[Path]:
    return [path for path in data_dir.iterdir() if path.name != _LOGS]


def _places(data_dir: Path) -> list[Path]:
    try:
        listed = json.loads((data_dir / FOLDER / _PLACES).read_bytes())
    except (OSError, ValueError):
        return []
    return [Path(path) for path in listed if isinstance(path, str)] if isinstance(listed, list) else []


def _copy_database(source: Path, copy: Path, key: bytes, place: Place) -> tuple[int, int]:
    """A compact, keyed copy as of now, made beside the worker. Returns its counts of patients and visits."""
    try:
        with closing(connect(source, key)) as db:
            db.execute("VACUUM INTO ?", [str(copy)])
    except dbapi2.DatabaseError as fault:
        if (getattr(fault, "sqlite_errorname", None) or "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise damaged(place) from fault
        raise
    return _counts(copy, key)


def _counts(file: Path, key: bytes) -> tuple[int, int]:
    with closing(connect(file, key)) as db:
        return int(db.table("patients").count), int(db.table("visits").count)


def _members(data_dir: Path, copy: Path, with_media: bool) -> list[tuple[str, Path]]:
    members = [(key_file.NAME, data_dir / key_file.NAME), (DATABASE, copy)]
    if with_media:
        root = data_dir / MEDIA
        members += [
            (PurePosixPath(MEDIA, *path.relative_to(root).parts).as_posix(), path)
            for path in sorted(root.glob("??/*"))
            if not path.name.startswith(".")
        ]
    return members


def _prove(packed: Path, key: bytes, counts: tuple[int, int]) -> None:
    """Open the database inside a fresh backup. Raises StoreDamaged when it is not what was put in."""
    try:
        manifest = check(packed)
    except Refused as fault:
        raise StoreDamaged("backup-not-proved", file=packed) from fault
    inside = packed.with_name("proof.db")
    archive.extract_database(packed, inside)
    noted = (manifest.patients, manifest.visits)
    if bad_pages(inside, key) or _counts(inside, key) != counts or noted != counts:
        raise StoreDamaged("backup-not-proved", file=packed)
