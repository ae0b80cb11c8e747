"""问: the ten questions, the free text and what was read in it, the questionnaire. No Qt here."""

from dataclasses import dataclass, replace

from tcm_station.domain.finding import Finding, Polarity
from tcm_station.domain.patient import Sex
from tcm_station.domain.visit import QuestionnaireResult
from tcm_station.inquiry import form, questionnaires
from tcm_station.inquiry.form import Question
from tcm_station.inquiry.questionnaires import Item, Questionnaire
from tcm_station.workflow import commands
from tcm_station.workflow.findings import read_words
from ui.viewmodels.shell import Shell

DEGREES = ("mild", "moderate", "severe")


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One of the ten questions in the list. said: the answered items, present ones first."""

    question: Question
    said: tuple[tuple[str, str], ...]
    glyph: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in the free text. unread: spans nobody understood."""

    text: str
    findings: tuple[Finding, ...] = ()
    unread: tuple[tuple[int, int], ...] = ()


def read(text: str) -> Reading:
    """Read free text; slow enough (some ms) to belong in a worker."""
    findings, unread = read_words(text)
    return Reading(text, findings, unread)


class Ask:
    """The page's state: which question is open, and which item the next degree key is about."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.place = 0
        self.last_item: str | None = None
        self.reading = Reading("")

    # the ten questions
    def questions(self) -> tuple[Question, ...]:
        """The groups for this person: the women's and men's only where they fit."""
        sex = self.shell.patient.sex if self.shell.patient else Sex.UNKNOWN
        return tuple(q for q in form.questions() if q.sex is None or sex in (q.sex, Sex.UNKNOWN))

    def answers(self) -> dict[str, str]:
        return dict(self.shell.visit.answers) if self.shell.visit else {}

    def groups(self) -> tuple[GroupRow, ...]:
        answers = self.answers()
        rows = []
        for question in self.questions():
            said = [(item, answers[item]) for item in question.items if item in answers]
            said.sort(key=lambda pair: pair[1] == "no")
            if not said:
                glyph = "not_started"
            elif len(said) < len(question.items):
                glyph = "in_progress"
            else:
                glyph = "done_or_checked"
            rows.append(GroupRow(question, tuple(said), glyph))
        return tuple(rows)

    @property
    def question(self) -> Question:
        return self.questions()[self.place]

    def open(self, place: int) -> None:
        """Open one question; a place beyond the ends is the nearest end."""
        self.place = max(0, min(len(self.questions()) - 1, place))
        self.last_item = None

    def asked_count(self) -> tuple[int, int]:
        """Questions with at least one answer, and all of them."""
        rows = self.groups()
        return sum(bool(row.said) for row in rows), len(rows)

    def next_unasked(self) -> None:
        """The next question without any answer, going round."""
        rows = self.groups()
        order = [*range(self.place + 1, len(rows)), *range(self.place + 1)]
        self.open(next((place for place in order if not rows[place].said), self.place))

    def answer(self, index: int, answer: str) -> None:
        """Answer item `index` of the open question; the same answer again takes it back."""
        if not 0 <= index < len(self.question.items):
            return
        item = self.question.items[index]
        now = self.answers().get(item)
        same = now == answer or (answer == "yes" and now in DEGREES)
        self.last_item = None if same or answer == "no" else item
        self.shell.do(commands.answer_question(item, None if same else answer))

    def degree(self, degree: str) -> None:
        """How much, about the item that was said yes to last."""
        if self.last_item is not None and degree in DEGREES:
            self.shell.do(commands.answer_question(self.last_item, degree))

    # free text
    def set_complaint(self, text: str) -> None:
        self.shell.do(commands.set_complaint(text.strip()))

    def set_history(self, text: str) -> None:
        self.shell.do(commands.set_history(text.rstrip()))

    def receive(self, reading: Reading, text_now: str) -> bool:
        """Take a reading that a worker made; one of a text that has changed since is dropped."""
        if reading.text != text_now:
            return False
        self.reading = reading
        return True

    def findings(self) -> tuple[Finding, ...]:
        """What question, text and hand gave together, one row a sign, present ones first.

        The same sign asked and written is one row: the first source speaks, a duration that only the other
        one gave is kept.
        """
        if self.shell.visit is None:
            return ()
        merged: dict[tuple[str, Polarity], Finding] = {}
        for f in self.shell.desk.findings(self.shell.visit.id):
            if f.source.value not in ("inquiry", "text") and not f.code.startswith("symptom."):
                continue
            key = (f.code, f.polarity)
            known = merged.get(key)
            merged[key] = replace(known, duration=known.duration or f.duration) if known else f
        return tuple(sorted(merged.values(), key=lambda f: f.polarity is Polarity.ABSENT))


class Constitution:
    """A questionnaire being filled in: answers are kept on the visit each time."""

    def __init__(self, shell: Shell, form_id: str = "2009-60") -> None:
        self.shell = shell
        self.form_id = form_id

    @property
    def questionnaire(self) -> Questionnaire:
        return questionnaires.load(self.form_id)

    @property
    def sex(self) -> Sex:
        return self.shell.patient.sex if self.shell.patient else Sex.UNKNOWN

    def items(self) -> tuple[Item, ...]:
        return self.questionnaire.items_for(self.sex)

    def result(self) -> QuestionnaireResult | None:
        """What is kept on the visit for this form."""
        kept = self.shell.visit.questionnaire if self.shell.visit else None
        return kept if kept is not None and kept.form == self.form_id else None

    def answers(self) -> dict[str, int]:
        kept = self.result()
        return dict(kept.answers) if kept else {}

    def answer(self, item: str, value: int) -> None:
        """One answer, 1 to 5."""
        answers: dict[str, object] = {**self.answers(), item: value}
        self.shell.do(commands.set_questionnaire(questionnaires.score(self.form_id, answers, self.sex)))

    def first_unanswered(self) -> int:
        """Index of the first item without an answer; the last item when all are answered."""
        answers = self.answers()
        items = self.items()
        return next((i for i, item in enumerate(items) if item.id not in answers), len(items) - 1)
