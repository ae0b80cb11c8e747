"""The file a backup is: a plain tar with a manifest that holds the SHA-256 of every other member."""

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import tcm_station
from tcm_station.domain.clock import Clock
from tcm_station.domain.errors import Refused
from tcm_station.store import keys as key_file
from tcm_station.store.files import flush_file, flush_folder, make_private

DATABASE = "store.db"
FORMAT = 1
_MANIFEST = "manifest.json"
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


def pack(
    packed: Path,
    members: list[tuple[str, Path]],
    clock: Clock,
    reason: str,
    counts: tuple[int, int],
    with_media: bool,
    progress: Progress | None,
) -> None:
    """Write the members (name inside, file) and a manifest. counts: patients and visits. Raises OSError."""
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


def unpack(file: Path, manifest: Manifest, data_dir: Path, progress: Progress | None) -> None:
    """Write the members of a checked backup under `data_dir`, durably. Raises OSError, TarError."""
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


def made_at(file: Path) -> datetime | None:
    """When a backup says it was made; None when it is none. Compares no hashes."""
    try:
        with tarfile.open(file, "r:") as tar:
            return _manifest(tar, _regular(tar)).made_at
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError):
        return None


def extract_database(file: Path, target: Path) -> None:
    """Write the database inside a sound backup to a file of its own."""
    with tarfile.open(file, "r:") as tar, target.open("wb") as out:
        shutil.copyfileobj(_stream(tar, tar.getmember(DATABASE)), out, _CHUNK)
