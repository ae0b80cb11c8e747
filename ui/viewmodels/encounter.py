"""练习: meeting a virtual patient, committing, and the mirror. No Qt here."""

from dataclasses import dataclass

from tcm_station.domain.errors import StationError
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.practice.cases import Case
from tcm_station.practice.encounter import Answer, Encounter
from tcm_station.workflow import practise
from tcm_station.workflow.lookup import FORMULAS, SYNDROMES, Hit, search
from tcm_station.workflow.practise import Mirror


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the talk. answers: (sign, answer); empty when nothing was understood."""

    question: str
    answers: tuple[tuple[str, Answer], ...]


class Practice:
    """One trainee with one virtual patient at a time. Nothing of the truth is held here before the commit."""

    def __init__(self) -> None:
        self.encounter: Encounter | None = None
        self.talk: tuple[Line, ...] = ()
        self.taken: dict[ExamKind, Examination] = {}
        self.pictures: dict[ExamKind, bytes] = {}
        self.mirror: Mirror | None = None

    def cases(self) -> tuple[Case, ...]:
        return practise.cases()

    def begin(self, case_id: str) -> None:
        """Meet a patient; an encounter that was not committed is left."""
        self.encounter = practise.begin(case_id)
        self.talk, self.taken, self.pictures, self.mirror = (), {}, {}, None

    def next_case(self) -> str:
        """The case after the present one, going round."""
        ids = [case.id for case in self.cases()]
        if self.encounter is None:
            return ids[0]
        return ids[(ids.index(self.encounter.case.id) + 1) % len(ids)]

    def ask(self, question: str) -> None:
        """Ask in one's own words."""
        if self.encounter is None or not question.strip():
            return
        self.encounter, answers = practise.ask(self.encounter, question)
        self.talk = (*self.talk, Line(question.strip(), answers))

    def measure(self, kind: ExamKind) -> tuple[Encounter, Examination, bytes] | None:
        """Take tongue or pulse: for a worker, since rendering takes a second."""
        if self.encounter is None or self.mirror is not None:
            return None
        encounter, examination = practise.order(self.encounter, kind)
        return encounter, examination, practise.recording(encounter.case, kind)[1]

    def receive(self, measured: tuple[Encounter, Examination, bytes] | None) -> None:
        """Take what the worker measured; one of another patient or after the commit is dropped."""
        if measured is None or self.encounter is None or self.mirror is not None:
            return
        encounter, examination, data = measured
        if encounter.case is not self.encounter.case:
            return
        self.encounter = self.encounter.order(examination.kind)
        self.taken[examination.kind] = examination
        self.pictures[examination.kind] = data

    def syndromes(self, words: str) -> tuple[Hit, ...]:
        return search(words, SYNDROMES)

    def formulas(self, words: str) -> tuple[Hit, ...]:
        return search(words, FORMULAS)

    def commit(self, syndrome: str, formula: str = "") -> StationError | None:
        """Stand for an answer; afterwards there is a mirror. Returns why not."""
        if self.encounter is None:
            return None
        try:
            self.mirror = practise.commit(self.encounter, syndrome, formula)
        except StationError as error:
            return error
        self.encounter = self.mirror.encounter
        return None
