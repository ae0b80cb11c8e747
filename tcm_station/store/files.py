"""Durable, private files: written aside, flushed, renamed, and the folder flushed."""

import os
import secrets
from pathlib import Path


def make_private(folder: Path) -> None:
    """Make a folder (and those above it) that only its owner may enter."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
    if os.name == "posix":
        folder.chmod(0o700)


def flush_folder(folder: Path) -> None:
    """Make renames in a folder durable. Windows does so by itself and cannot open folders."""
    if os.name != "posix":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def flush_file(path: Path) -> None:
    """Make what was written to a file durable."""
    fd = os.open(path, os.O_RDWR)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_durably(path: Path, data: bytes) -> None:
    """Put a private file in place whole or not at all. Raises OSError; nothing is left behind then."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)
