"""The first run, decided without Qt: is this passphrase good enough, was the recovery key copied, what is
missing."""

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

#: Shorter is refused. NIST SP 800-63B-4 asks 15 characters of a password that stands alone.
SHORTEST = 8
GOOD_LENGTH = 15
_GOOD_BITS = 60.0
CHECKED_GROUP = 3  # the group of the recovery key that is asked back, from 1


class Strength(StrEnum):
    """How a passphrase stands; words at `setup.strength.<value>`."""

    EMPTY = "empty"
    SHORT = "short"
    FAIR = "fair"
    GOOD = "good"


class Step(StrEnum):
    """The steps of the wizard, in order."""

    DISPLAY = "display"
    FOLDER = "folder"
    PASSPHRASE = "passphrase"
    PEOPLE = "people"


STEPS = tuple(Step)
ROLES = ("practitioner", "pharmacist", "trainee", "administrator")


def strength_of(passphrase: str) -> Strength:
    """How hard a passphrase is to guess, by length and by how many different characters it has.

    No list of leaked passwords is shipped, so "good" means long, not unheard of.
    """
    if not passphrase:
        return Strength.EMPTY
    if len(passphrase) < SHORTEST or len(set(passphrase)) < 4:
        return Strength.SHORT
    bits = len(passphrase) * math.log2(max(2, _alphabet(passphrase)))
    spread = len(set(passphrase)) / len(passphrase)
    good = len(passphrase) >= GOOD_LENGTH or (bits * min(1.0, spread + 0.3) >= _GOOD_BITS)
    return Strength.GOOD if good else Strength.FAIR


def _alphabet(text: str) -> int:
    size = 0
    for members, count in (
        (any(c.islower() and c.isascii() for c in text), 26),
        (any(c.isupper() for c in text), 26),
        (any(c.isdigit() for c in text), 10),
        (any(not c.isalnum() and c.isascii() for c in text), 32),
        (any(not c.isascii() for c in text), 2000),
    ):
        size += count if members else 0
    return size


def group_of(recovery: str, number: int = CHECKED_GROUP) -> str:
    """One group of a recovery key, from 1."""
    return recovery.split("-")[number - 1]


def group_fits(recovery: str, typed: str, number: int = CHECKED_GROUP) -> bool:
    """Whether the group that a person typed back is the one on the paper; O, I, L are read as 0, 1, 1."""
    plain = typed.strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return bool(recovery) and plain == group_of(recovery, number)


@dataclass(frozen=True, slots=True)
class FolderState:
    """Whether a folder can hold the store. words: key at `setup.folder.<words>`; free_mb: None when
    unknown."""

    ok: bool
    words: str
    free_mb: int | None = None


_NEEDED_MB = 200


def look_at_folder(folder: Path) -> FolderState:
    """Can the store be set up here: writable, enough room, not already one."""
    import os
    import shutil

    from tcm_station.store import Store

    nearest = next((p for p in (folder, *folder.parents) if p.exists()), None)
    if nearest is None or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        return FolderState(False, "not_writable")
    free = shutil.disk_usage(nearest).free // 2**20
    if Store.exists(folder):
        return FolderState(False, "has_store", free)
    if free < _NEEDED_MB:
        return FolderState(False, "too_full", free)
    return FolderState(True, "good", free)
