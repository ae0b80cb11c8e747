"""Backups: one file each, checked by reading it again before it counts.

A backup is a plain tar of the encrypted database (a compact copy), the key file, the media and a manifest
with the SHA-256 of each. Nothing in it can be read without the passphrase of the day it was made, or the
recovery key. Backups the program makes by itself lie in `backups/` of the data folder and leave out the
media: those never change once written, and lie beside them.
"""

import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlcipher3 import dbapi2

import tcm_station
from tcm_station.domain.clock import Clock
from tcm_station.domain.errors import Refused, StoreDamaged
from tcm_station.store import keys as key_file
from tcm_station.store.connection import bad_pages, connect
from tcm_station.store.errors import Place, damaged, translated
from tcm_station.store.files import flush_file, flush_folder, make_private, write_durably
from tcm_station.store.media import FOLDER as MEDIA

DATABASE = "store.db"
FOLDER = "backups"
SUFFIX = ".tcm-backup"
FORMAT = 1
_MANIFEST = "manifest.json"
_PLACES = "places.json"
_PLACES_KEPT = 10
_ASIDE = ".making-"
_CHUNK = 1 << 20
# More members or a longer manifest than any clinic has: not a backup of ours.
_MOST_MEMBERS = 5_000_000
_MOST_MANIFEST_BYTES = 1 << 30

Progress = Callable[[int, int], None]
"""Told (bytes done, bytes in all) now and then; what it raises stops the work, and nothing is left behind."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. media: number of files, None when they were left out."""

    made_at: datetime
    reason: str
    patients: int
    visits: int
    media: int | None
    files: dict[str, str]


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
            _pack(packed, _members(data_dir, copy, with_media), clock, reason, counts, with_media, progress)
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


def check(file: Path) -> Manifest:
    """Read a whole backup and compare every hash; needs no key. Raises Refused("backup-unreadable"),
    Refused("backup-damaged")."""
    try:
        with tarfile.open(file, "r:") as tar:
            members = _regular(tar)
            manifest = _manifest(tar, members)
            for name, sha256 in manifest.files.items():
                if name not in members or _hash(_stream(tar, members[name])) != sha256:
                    raise Refused("backup-damaged", file=file, member=name)
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as fault:
        raise Refused("backup-unreadable", file=file) from fault
    for needed in (key_file.NAME, DATABASE):
        if needed not in manifest.files:
            raise Refused("backup-damaged", file=file, member=needed)
    return manifest


def restore(file: Path, data_dir: Path, *, progress: Progress | None = None) -> Manifest:
    """Set up a data folder from a backup. The folder must be missing or empty: nothing is ever overwritten.

    A backup without media takes them from the data folder it lies in. Raises Refused("restore-not-empty"),
    what `check` raises, NotWritten; after any of them the folder is as it was.
    """
    with translated(Place(data_dir)):
        if data_dir.exists() and (not data_dir.is_dir() or any(data_dir.iterdir())):
            raise Refused("restore-not-empty", folder=data_dir)
    manifest = check(file)
    there_before = data_dir.is_dir()
    with translated(Place(data_dir)):
        try:
            make_private(data_dir)
            _unpack(file, manifest, data_dir, progress)
            beside = file.parent.parent / MEDIA
            if manifest.media is None and file.parent.name == FOLDER and beside.is_dir():
                shutil.copytree(beside, data_dir / MEDIA)
        except BaseException:
            for thing in data_dir.iterdir() if data_dir.is_dir() else ():
                shutil.rmtree(thing) if thing.is_dir() else thing.unlink()
            if data_dir.is_dir() and not there_before:
                data_dir.rmdir()
            raise
    return manifest


def last_good(data_dir: Path) -> Path | None:
    """The newest backup of a data folder whose bytes are all as they were written, or None. Needs no key."""
    dated = []
    for path in {*(data_dir / FOLDER).glob(f"*{SUFFIX}"), *_places(data_dir)}:
        try:
            with tarfile.open(path, "r:") as tar:
                dated.append((_manifest(tar, _regular(tar)).made_at.timestamp(), path))
        except (tarfile.TarError, OSError, ValueError, KeyError, TypeError, Refused):
            continue  # not a backup that could be named
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


def _pack(
    packed: Path,
    members: list[tuple[str, Path]],
    clock: Clock,
    reason: str,
    counts: tuple[int, int],
    with_media: bool,
    progress: Progress | None,
) -> None:
    total, done, hashes = sum(path.stat().st_size for _, path in members), 0, {}
    with tarfile.open(packed, "w:") as tar:
        for name, path in members:
            with path.open("rb") as file:
                hashes[name] = _hash(file)
                file.seek(0)
                tar.addfile(_entry(name, path.stat().st_size), file)
            done += path.stat().st_size
            if progress is not None:
                progress(done, total)
        manifest = {
            "format": FORMAT,
            "program": tcm_station.__version__,
            "made_at": clock().isoformat(),
            "reason": reason,
            "patients": counts[0],
            "visits": counts[1],
            "media": len(members) - 2 if with_media else None,
            "files": hashes,
        }
        plain = json.dumps(manifest, indent=1).encode()
        tar.addfile(_entry(_MANIFEST, len(plain)), io.BytesIO(plain))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _prove(packed: Path, key: bytes, counts: tuple[int, int]) -> None:
    """Open the database inside a fresh backup. Raises StoreDamaged when it is not what was put in."""
    try:
        manifest = check(packed)
    except Refused as fault:
        raise StoreDamaged("backup-not-proved", file=packed) from fault
    inside = packed.with_name("proof.db")
    with tarfile.open(packed, "r:") as tar, inside.open("wb") as file:
        shutil.copyfileobj(_stream(tar, tar.getmember(DATABASE)), file, _CHUNK)
    noted = (manifest.patients, manifest.visits)
    if bad_pages(inside, key) or _counts(inside, key) != counts or noted != counts:
        raise StoreDamaged("backup-not-proved", file=packed)


def _unpack(file: Path, manifest: Manifest, data_dir: Path, progress: Progress | None) -> None:
    with tarfile.open(file, "r:") as tar:
        members = _regular(tar)
        # The database comes last: until it is in place the folder is no store.
        names = sorted(manifest.files, key=lambda name: (name == DATABASE, name))
        total, done = sum(members[name].size for name in names), 0
        for name in names:
            target = data_dir.joinpath(*_safe(name).parts)
            make_private(target.parent)
            aside = target.with_name(f".{target.name}.part")
            with aside.open("wb") as out:
                shutil.copyfileobj(_stream(tar, members[name]), out, _CHUNK)
            aside.chmod(0o600)
            flush_file(aside)
            aside.replace(target)
            flush_folder(target.parent)
            done += members[name].size
            if progress is not None:
                progress(done, total)


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise ValueError(f"member {name!r} would lie outside the folder")
    return path


def _regular(tar: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    members: dict[str, tarfile.TarInfo] = {}
    for member in tar:
        if not member.isreg() or len(members) >= _MOST_MEMBERS:
            raise ValueError("not a backup of this program")
        _safe(member.name)
        members[member.name] = member
    return members


def _stream(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    stream = tar.extractfile(member)
    if stream is None:
        raise ValueError(f"member {member.name} is no file")
    return stream


def _manifest(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> Manifest:
    member = members[_MANIFEST]
    if member.size > _MOST_MANIFEST_BYTES:
        raise ValueError("the manifest is too long")
    plain: dict[str, Any] = json.loads(_stream(tar, member).read())
    if plain["format"] != FORMAT:
        raise ValueError("made by another version of the program")
    return Manifest(
        datetime.fromisoformat(plain["made_at"]),
        str(plain["reason"]),
        int(plain["patients"]),
        int(plain["visits"]),
        None if plain["media"] is None else int(plain["media"]),
        {str(name): str(sha256) for name, sha256 in plain["files"].items()},
    )


def _hash(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
