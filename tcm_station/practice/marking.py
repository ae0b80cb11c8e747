"""Marks with their rules: each rule says what it looked at, what it gave, and out of what."""

from collections.abc import Callable
from dataclasses import dataclass

from tcm_station.domain.examination import ExamKind
from tcm_station.practice.encounter import Encounter

# Points of each rule; chosen by us and shown with every mark.
SYNDROME = 40.0
FORMULA = 20.0
KEY_SIGNS = 30.0
MEASURED = 10.0
PARTIAL = 0.5  # share for a syndrome that the case accepts, or that shares elements


@dataclass(frozen=True, slots=True)
class Mark:
    """rule: words at `practice.rule.<rule>`. missed: codes of what was not asked or taken."""

    rule: str
    points: float
    out_of: float
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    rules: tuple[Mark, ...]

    @property
    def points(self) -> float:
        return sum(mark.points for mark in self.rules)

    @property
    def out_of(self) -> float:
        return sum(mark.out_of for mark in self.rules)


def mark(encounter: Encounter, elements_of: Callable[[str], frozenset[str]]) -> Marks:
    """Mark a committed encounter. elements_of: syndrome → codes of its elements (from the graph).

    Raises Conflict before the commitment.
    """
    truth = encounter.truth()
    commitment = encounter.commitment
    assert commitment is not None  # truth() has just made sure
    return Marks(
        (
            _syndrome(commitment.syndrome, truth.syndrome, truth.accepted, elements_of),
            Mark("formula", FORMULA if commitment.formula in truth.formulas else 0.0, FORMULA),
            _key_signs(encounter, truth.key_signs),
            _measured(encounter),
        )
    )


def _syndrome(
    said: str, true: str, accepted: tuple[str, ...], elements_of: Callable[[str], frozenset[str]]
) -> Mark:
    if said == true:
        return Mark("syndrome", SYNDROME, SYNDROME)
    if said in accepted:
        return Mark("syndrome_accepted", SYNDROME * PARTIAL, SYNDROME)
    mine, right = elements_of(said), elements_of(true)
    shared = len(mine & right) / len(mine | right) if mine | right else 0.0
    return Mark("syndrome_elements", SYNDROME * PARTIAL * shared, SYNDROME)


def _key_signs(encounter: Encounter, key_signs: tuple[str, ...]) -> Mark:
    asked = {sign for sign, _ in encounter.asked}
    # What can be seen or felt counts as found once the measurement was taken.
    if ExamKind.TONGUE in encounter.ordered:
        asked |= {sign for sign in key_signs if sign.startswith("tongue.")}
    if ExamKind.PULSE in encounter.ordered:
        asked |= {sign for sign in key_signs if sign.startswith("pulse.")}
    missed = tuple(sign for sign in key_signs if sign not in asked)
    share = 1 - len(missed) / len(key_signs) if key_signs else 1.0
    return Mark("key_signs", KEY_SIGNS * share, KEY_SIGNS, missed)


def _measured(encounter: Encounter) -> Mark:
    wanted = (ExamKind.TONGUE, ExamKind.PULSE)
    missed = tuple(kind.value for kind in wanted if kind not in encounter.ordered)
    return Mark("measured", MEASURED * (1 - len(missed) / len(wanted)), MEASURED, missed)
