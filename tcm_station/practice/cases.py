"""Virtual patients: invented people whose truth is known, as data (`assets/practice/*.toml`).

A case names a tongue and a pulse of the renderer and the simulator, what the person has and has not, and
the syndrome and formulas that are right, with the source that says so.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tcm_station.domain.errors import Refused
from tcm_station.domain.patient import Sex
from tcm_station.i18n import Lang
from tcm_station.resources import asset


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right about a case. accepted: other syndromes that count half, with the reason in the table.
    key_signs: signs a careful examiner must have asked for or seen."""

    syndrome: str
    accepted: tuple[str, ...]
    formulas: tuple[str, ...]
    key_signs: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Case:
    """level: 1 (text-book) to 3. present: (sign, degree or None). absent: signs the person denies."""

    id: str
    zh: str
    en: str
    level: int
    sex: Sex
    age: int
    complaint_zh: str
    complaint_en: str
    tongue: str
    pulse: str
    present: tuple[tuple[str, float | None], ...]
    absent: tuple[str, ...]
    truth: Truth

    def title(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def complaint(self, lang: Lang) -> str:
        return self.complaint_zh if lang == "zh" else self.complaint_en


@cache
def cases() -> tuple[Case, ...]:
    """All cases, easiest first."""
    found = [_read(path.stem, tomllib.loads(path.read_text(encoding="utf-8"))) for path in _files()]
    return tuple(sorted(found, key=lambda c: (c.level, c.id)))


def _files() -> list[Path]:
    return sorted(asset("practice").glob("*.toml"))


def case(case_id: str) -> Case:
    """One case. Raises Refused when there is none of that id."""
    for one in cases():
        if one.id == case_id:
            return one
    raise Refused("case-unknown", case=case_id, known=", ".join(c.id for c in cases()))


def _read(case_id: str, table: dict[str, Any]) -> Case:
    truth = table["truth"]
    return Case(
        id=case_id,
        zh=table["zh"],
        en=table["en"],
        level=table["level"],
        sex=Sex(table["sex"]),
        age=table["age"],
        complaint_zh=table["complaint_zh"],
        complaint_en=table["complaint_en"],
        tongue=table["tongue"],
        pulse=table["pulse"],
        present=tuple((sign, degree or None) for sign, degree in table["present"].items()),
        absent=tuple(table["absent"]),
        truth=Truth(
            truth["syndrome"],
            tuple(truth["accepted"]),
            tuple(truth["formulas"]),
            tuple(truth["key_signs"]),
            truth["source"],
        ),
    )
