"""One encounter with a virtual patient: ask, order measurements, commit, then see the mirror."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from tcm_station.domain.errors import Conflict
from tcm_station.domain.examination import ExamKind
from tcm_station.practice.cases import Case, Truth


class Answer(StrEnum):
    """What a virtual patient says to a question. Words at `practice.answer.<value>`."""

    YES = "yes"
    A_LITTLE = "a_little"
    VERY = "very"
    NO = "no"
    NOT_NOTICED = "not_noticed"
    NOT_UNDERSTOOD = "not_understood"


# Degrees at and beyond which a patient says "a little" or "very": thirds of the scale.
A_LITTLE_TO = 0.34
VERY_FROM = 0.67


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the trainee stands for. formula may be empty."""

    syndrome: str
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Encounter:
    """asked: signs asked for, in order, each with the answer. ordered: measurements taken."""

    case: Case
    asked: tuple[tuple[str, Answer], ...] = ()
    ordered: tuple[ExamKind, ...] = ()
    commitment: Commitment | None = None

    def ask(self, signs: Iterable[str]) -> "Encounter":
        """Ask for signs (already read from the trainee's words). Raises Conflict after the commitment."""
        if self.commitment is not None:
            raise Conflict("already-committed")
        known = dict(self.asked)
        new = tuple((sign, answer_to(self.case, sign)) for sign in signs if sign not in known)
        return replace(self, asked=(*self.asked, *new))

    def order(self, kind: ExamKind) -> "Encounter":
        """Take a measurement. Raises Conflict after the commitment."""
        if self.commitment is not None:
            raise Conflict("already-committed")
        return self if kind in self.ordered else replace(self, ordered=(*self.ordered, kind))

    def commit(self, commitment: Commitment) -> "Encounter":
        """Stand for an answer; only then is there a mirror. Raises Conflict the second time."""
        if self.commitment is not None:
            raise Conflict("already-committed")
        return replace(self, commitment=commitment)

    def truth(self) -> Truth:
        """The hidden truth. Raises Conflict before the commitment: nothing of it may be drawn earlier."""
        if self.commitment is None:
            raise Conflict("commit-first")
        return self.case.truth


def answer_to(case: Case, sign: str) -> Answer:
    """What the patient says when asked for one sign, by rule: has it, has it not, or did not notice."""
    for code, degree in case.present:
        if code == sign:
            if degree is None:
                return Answer.YES
            if degree >= VERY_FROM:
                return Answer.VERY
            return Answer.A_LITTLE if degree <= A_LITTLE_TO else Answer.YES
    return Answer.NO if sign in case.absent else Answer.NOT_NOTICED
