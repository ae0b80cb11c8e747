"""练习: meeting a virtual patient, committing, and the mirror. No Qt here."""

from dataclasses import dataclass

from tcm_station.domain.differentiation import Evidence
from tcm_station.domain.errors import StationError
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.inquiry import form
from tcm_station.inquiry.form import Question
from tcm_station.practice.cases import Case
from tcm_station.practice.encounter import Answer, Encounter
from tcm_station.practice.marking import Mark
from tcm_station.workflow import practise
from tcm_station.workflow.lookup import FORMULAS, SYNDROMES, Comparison, Hit, compare, search
from tcm_station.workflow.practise import Mirror, Reasons

#: Answers by which a patient has the sign.
HAS = (Answer.YES, Answer.A_LITTLE, Answer.VERY)
MOST_KEPT = 3  # signs in the one sentence to keep: more are not kept in mind
MOST_EVIDENCE = 6
MEASURES = (ExamKind.TONGUE, ExamKind.PULSE)


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the talk. question: own words, "" when a sign was chosen from the list.

    answers: (sign, answer); empty when nothing was understood.
    """

    question: str
    answers: tuple[tuple[str, Answer], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an encounter in the list at left. state: glyph; n: how many were asked or taken."""

    name: str
    state: str
    n: int = 0


@dataclass(frozen=True, slots=True)
class ListedSign:
    """A sign in the list of questions. sign: "" for the head of a group. answer: None before it was asked."""

    question: Question
    sign: str
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Path:
    """How somebody came from signs to a formula. mine: the trainee's, else the case's."""

    mine: bool
    signs: tuple[str, ...]
    elements: tuple[str, ...]
    syndrome: str
    formula: str


@dataclass(frozen=True, slots=True)
class KeySign:
    """A sign that a careful examiner asks for or sees. found: asked for, or seen in what was taken."""

    sign: str
    found: bool
    answer: Answer | None


class Practice:
    """One trainee with one virtual patient at a time. Nothing of the truth is held here before the commit."""

    def __init__(self) -> None:
        self.encounter: Encounter | None = None
        self.talk: tuple[Line, ...] = ()
        self.taken: dict[ExamKind, Examination] = {}
        self.pictures: dict[ExamKind, bytes] = {}
        self.mirror: Mirror | None = None
        self.reasons: Reasons | None = None
        #: Points of the last try of each case in this session, by the case's id.
        self.tried: dict[str, float] = {}

    def cases(self) -> tuple[Case, ...]:
        return practise.cases()

    def begin(self, case_id: str) -> None:
        """Meet a patient; an encounter that was not committed is left."""
        self.encounter = practise.begin(case_id)
        self.talk, self.taken, self.pictures = (), {}, {}
        self.mirror = self.reasons = None

    def leave(self) -> None:
        """Back to the choice of patients; one that is not committed waits."""
        if self.mirror is not None:
            self.encounter = self.mirror = self.reasons = None

    def next_case(self) -> str:
        """The case after the present one, going round; one that was not tried yet comes first."""
        ids = [case.id for case in self.cases()]
        at = ids.index(self.encounter.case.id) + 1 if self.encounter is not None else 0
        order = [*ids[at:], *ids[:at]]
        return next((case for case in order if case not in self.tried), order[0])

    # asking
    def ask(self, question: str) -> None:
        """Ask in one's own words."""
        if self.encounter is None or self.mirror is not None or not question.strip():
            return
        self.encounter, answers = practise.ask(self.encounter, question)
        self.talk = (*self.talk, Line(question.strip(), answers))

    def ask_sign(self, sign: str) -> None:
        """Ask for one sign of the list; one that was asked is not asked again."""
        if self.encounter is None or self.mirror is not None or sign in self.answers():
            return
        self.encounter, answers = practise.ask_signs(self.encounter, (sign,))
        self.talk = (*self.talk, Line("", answers))

    def answers(self) -> dict[str, Answer]:
        return dict(self.encounter.asked) if self.encounter is not None else {}

    def listed(self) -> tuple[ListedSign, ...]:
        """The list of questions by group: a head, then its signs. Only groups that fit the person."""
        if self.encounter is None:
            return ()
        sex, answers = self.encounter.case.sex, self.answers()
        rows: list[ListedSign] = []
        for question in form.questions():
            if question.sex is None or question.sex is sex:
                rows.append(ListedSign(question, "", None))
                rows += [ListedSign(question, sign, answers.get(sign)) for sign in question.items]
        return tuple(rows)

    def found(self) -> tuple[str, ...]:
        """The signs that the patient said yes to, in the order in which they were asked."""
        return tuple(sign for sign, answer in self.answers().items() if answer in HAS)

    def steps(self) -> tuple[Step, ...]:
        """Inquiry, tongue, pulse, and one's own word, each with how far it is."""
        ordered = self.encounter.ordered if self.encounter is not None else ()
        asked = len(self.answers())
        committed = self.mirror is not None
        return (
            Step("ask", "in_progress" if asked else "not_started", asked),
            *(
                Step(
                    kind.value, "done_or_checked" if kind in ordered else "not_started", int(kind in ordered)
                )
                for kind in MEASURES
            ),
            Step("commit", "done_or_checked" if committed else "not_started", int(committed)),
        )

    # measuring
    def next_measure(self) -> ExamKind | None:
        """What has not been taken yet, the tongue first."""
        return next((kind for kind in MEASURES if kind not in self.taken), None)

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

    # committing
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
        self.tried[self.encounter.case.id] = self.mirror.marks.points
        return None

    # the mirror
    def weigh(self) -> Reasons | None:
        """The model's reasons on the whole case, measured where the trainee did not: for a worker."""
        mirror = self.mirror
        if mirror is None:
            return None
        begun = practise.begin(mirror.encounter.case.id)
        exams = [self.taken.get(kind) or practise.order(begun, kind)[1] for kind in MEASURES]
        return practise.reasons(mirror, exams)

    def verdict(self) -> str:
        """How the syndrome was marked: "syndrome", "syndrome_accepted" or "syndrome_elements"."""
        return self.mirror.marks.rules[0].rule if self.mirror is not None else ""

    def marks(self) -> tuple[Mark, ...]:
        return self.mirror.marks.rules if self.mirror is not None else ()

    def key_signs(self) -> tuple[KeySign, ...]:
        """The signs that mattered, each with whether it was found."""
        if self.mirror is None:
            return ()
        missed = {code for mark in self.marks() if mark.rule == "key_signs" for code in mark.missed}
        answers = self.answers()
        return tuple(
            KeySign(sign, sign not in missed, answers.get(sign)) for sign in self.mirror.truth.key_signs
        )

    def paths(self) -> tuple[Path, Path] | None:
        """The trainee's way and the case's, side by side."""
        mirror = self.mirror
        if mirror is None or mirror.encounter.commitment is None:
            return None
        said, truth = mirror.encounter.commitment, mirror.truth
        has = {sign for sign, _ in mirror.encounter.case.present}
        mine = self.found()
        there = [s for s in truth.key_signs if s in has or s.startswith(("tongue.", "pulse."))]
        unseen = tuple(sorted(there, key=lambda sign: sign in mine))  # what was not found goes first
        return (
            Path(True, mine[:MOST_KEPT], _elements(said.syndrome), said.syndrome, said.formula),
            Path(
                False,
                unseen[:MOST_KEPT],
                _elements(truth.syndrome),
                truth.syndrome,
                truth.formulas[0] if truth.formulas else "",
            ),
        )

    def kept(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """For the sentence to keep: the signs that speak most for the truth, and those that were missed."""
        truth = self.reasons.truth if self.reasons is not None else None
        supporting = truth.supporting if truth is not None else ()
        strongest = sorted(supporting, key=lambda e: -e.weight)[:MOST_KEPT]
        signs = tuple(e.finding for e in strongest)
        if not signs and self.mirror is not None:
            signs = tuple(key.sign for key in self.key_signs() if key.answer in HAS)[:MOST_KEPT]
        return signs, tuple(key.sign for key in self.key_signs() if not key.found)

    def evidence(self, name: str) -> tuple[Evidence, ...]:
        """What speaks for the truth, against it, or is not known: "supporting", "opposing" or "missing"."""
        truth = self.reasons.truth if self.reasons is not None else None
        if truth is None:
            return ()
        rows: tuple[Evidence, ...] = {
            "supporting": truth.supporting,
            "opposing": truth.opposing,
            "missing": truth.missing,
        }[name]
        return tuple(sorted(rows, key=lambda e: -abs(e.weight))[:MOST_EVIDENCE])

    def compared(self) -> Comparison | None:
        """The trainee's formula beside the case's; None where none was said or it is the same."""
        both = self.paths()
        if both is None or not both[0].formula or not both[1].formula:
            return None
        return compare(both[0].formula, both[1].formula) if both[0].formula != both[1].formula else None


def _elements(syndrome: str) -> tuple[str, ...]:
    return tuple(sorted(practise.elements_of(syndrome)))
