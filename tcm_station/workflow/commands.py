"""Every change of a draft visit, as a named command.

A command is a name for people (`step.<name>` in the catalogues, with parameters), the kinds of thing it
changes, and a pure function from visit to visit. Undo is the store's: it keeps every step.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tcm_station.domain.differentiation import Differentiation, Judgement
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.finding import Certainty, Finding, Polarity, Source
from tcm_station.domain.prescription import AlertAnswer, Prescription, PrescriptionLine, ProposedBy
from tcm_station.domain.visit import QuestionnaireResult, Visit
from tcm_station.workflow.changes import Kind


@dataclass(frozen=True, slots=True)
class Command:
    """step: catalogue key of its name. params: fill the name; shown to people, stored with the step."""

    step: str
    apply: Callable[[Visit], Visit]
    kinds: frozenset[Kind]
    params: dict[str, str] = field(default_factory=dict)


def _command(step: str, apply: Callable[[Visit], Visit], *kinds: Kind, **params: str) -> Command:
    return Command(step, apply, frozenset(kinds), params)


# 问: history and answers
def set_complaint(text: str) -> Command:
    """Replace the chief complaint, in the patient's or practitioner's words."""
    return _command("step.complaint", lambda v: replace(v, complaint=text), Kind.HISTORY, Kind.FINDINGS)


def set_history(text: str) -> Command:
    """Replace the free text of the history."""
    return _command("step.history", lambda v: replace(v, history=text), Kind.HISTORY, Kind.FINDINGS)


def answer_question(question: str, answer: str | None) -> Command:
    """Set one answer of the ten-questions form; None takes it back (not asked is not "no")."""

    def apply(visit: Visit) -> Visit:
        kept = tuple(pair for pair in visit.answers if pair[0] != question)
        return replace(visit, answers=kept if answer is None else (*kept, (question, answer)))

    return _command("step.answer", apply, Kind.HISTORY, Kind.FINDINGS, question=question)


def set_inquiry(told: Visit) -> Command:
    """Take complaint, history, answers and questionnaire of another visit (an imported form)."""

    def apply(visit: Visit) -> Visit:
        return replace(
            visit,
            complaint=told.complaint,
            history=told.history,
            answers=told.answers,
            questionnaire=told.questionnaire,
        )

    return _command("step.inquiry_imported", apply, Kind.HISTORY, Kind.FINDINGS)


def set_questionnaire(result: QuestionnaireResult) -> Command:
    """Keep the answers and scores of a constitution questionnaire."""
    return _command("step.questionnaire", lambda v: replace(v, questionnaire=result), Kind.HISTORY)


# 望 闻 切: examinations and findings
def add_examination(examination: Examination) -> Command:
    """Put an examination in place of an earlier one of its kind."""
    return _command(
        f"step.examined.{examination.kind.value}",
        lambda v: v.with_examination(examination),
        Kind.EXAMINATIONS,
        Kind.FINDINGS,
    )


def drop_examination(kind: ExamKind) -> Command:
    """Take an examination off the visit; its raw capture stays in the store."""

    def apply(visit: Visit) -> Visit:
        return replace(visit, examinations=tuple(e for e in visit.examinations if e.kind != kind))

    return _command("step.examination_dropped", apply, Kind.EXAMINATIONS, Kind.FINDINGS)


def judge_finding(
    code: str,
    polarity: Polarity,
    *,
    degree: float | None = None,
    side: str | None = None,
    location: str | None = None,
) -> Command:
    """The practitioner says that a sign is there or is not; it wins over what was measured or read.

    side, location: a place, such as one of the nine of the pulse; said of one place it leaves the other
    places as they are, said of none it is about the whole and replaces all.
    """
    said = Finding(
        code, polarity, degree, Source.PRACTITIONER, Certainty.CONFIRMED, side=side, location=location
    )

    def apply(visit: Visit) -> Visit:
        kept = tuple(f for f in visit.findings_by_hand if f.code != code or _elsewhere(f, said))
        return replace(visit, findings_by_hand=(*kept, said))

    step = "step.finding_yes" if polarity is Polarity.PRESENT else "step.finding_no"
    return _command(step, apply, Kind.FINDINGS, finding=code)


def _elsewhere(known: Finding, said: Finding) -> bool:
    """Whether an earlier word about the same sign may stand beside the new one: it is about another place."""
    if said.side is None and said.location is None:
        return False
    if known.side is None and known.location is None:
        return known.polarity is said.polarity
    return (known.side, known.location) != (said.side, said.location)


def forget_finding(code: str, *, side: str | None = None, location: str | None = None) -> Command:
    """Take back what was said by hand about a sign, in one place or as a whole; what was measured or read
    counts again."""
    everywhere = side is None and location is None

    def apply(visit: Visit) -> Visit:
        kept = tuple(
            f
            for f in visit.findings_by_hand
            if f.code != code or not (everywhere or (f.side, f.location) == (side, location))
        )
        return replace(visit, findings_by_hand=kept)

    return _command("step.finding_forgotten", apply, Kind.FINDINGS, finding=code)


# 辨证
def commit_judgement(judgement: Judgement) -> Command:
    """The practitioner's own differentiation. Whether it came before the proposal was seen is kept."""

    def apply(visit: Visit) -> Visit:
        return replace(visit, judgement=replace(judgement, before_proposal=not visit.proposal_shown))

    return _command("step.judgement", apply, Kind.DIFFERENTIATION)


def show_proposal(differentiation: Differentiation) -> Command:
    """The program's own differentiation was opened: it is kept as it was shown."""

    def apply(visit: Visit) -> Visit:
        return replace(visit, differentiation=differentiation, proposal_shown=True)

    return _command("step.proposal", apply, Kind.DIFFERENTIATION)


def answer_red_flag(rule: str, sentence: str) -> Command:
    """A person saw a red flag and chose how to go on; the sentence is kept."""

    def apply(visit: Visit) -> Visit:
        kept = tuple(pair for pair in visit.red_flag_answers if pair[0] != rule)
        return replace(visit, red_flag_answers=(*kept, (rule, sentence)))

    return _command("step.red_flag", apply, Kind.DIFFERENTIATION)


# 处方
def set_prescription(prescription: Prescription | None, step: str = "step.prescription") -> Command:
    """Replace the whole prescription (template, last visit, formula)."""
    return _command(step, lambda v: replace(v, prescription=prescription), Kind.PRESCRIPTION, Kind.REVIEW)


def _with_lines(
    visit: Visit, change: Callable[[tuple[PrescriptionLine, ...]], tuple[PrescriptionLine, ...]]
) -> Visit:
    prescription = visit.prescription or Prescription()
    return replace(visit, prescription=replace(prescription, lines=change(prescription.lines)))


def add_line(line: PrescriptionLine) -> Command:
    """Add one line at the end."""
    return _command(
        "step.line_added",
        lambda v: _with_lines(v, lambda lines: (*lines, line)),
        Kind.PRESCRIPTION,
        Kind.REVIEW,
        herb=line.name,
    )


def change_line(index: int, line: PrescriptionLine) -> Command:
    """Put another line in place of the one at `index` (0 is the first)."""

    def apply(visit: Visit) -> Visit:
        return _with_lines(visit, lambda lines: (*lines[:index], line, *lines[index + 1 :]))

    return _command("step.line_changed", apply, Kind.PRESCRIPTION, Kind.REVIEW, herb=line.name)


def remove_line(index: int, name: str) -> Command:
    """Take one line off; `name` is for the undo text."""

    def apply(visit: Visit) -> Visit:
        return _with_lines(visit, lambda lines: (*lines[:index], *lines[index + 1 :]))

    return _command("step.line_removed", apply, Kind.PRESCRIPTION, Kind.REVIEW, herb=name)


def move_line(index: int, by: int, name: str) -> Command:
    """Move one line up (negative) or down."""

    def apply(visit: Visit) -> Visit:
        def moved(lines: tuple[PrescriptionLine, ...]) -> tuple[PrescriptionLine, ...]:
            rest = list(lines)
            line = rest.pop(index)
            rest.insert(max(0, min(len(rest), index + by)), line)
            return tuple(rest)

        return _with_lines(visit, moved)

    return _command("step.line_moved", apply, Kind.PRESCRIPTION, herb=name)


def adopt_line(index: int, by: str, name: str) -> Command:
    """A person takes over a proposed line; it then carries both marks."""

    def apply(visit: Visit) -> Visit:
        def adopted(lines: tuple[PrescriptionLine, ...]) -> tuple[PrescriptionLine, ...]:
            line = replace(lines[index], adopted_by=by)
            return (*lines[:index], line, *lines[index + 1 :])

        return _with_lines(visit, adopted)

    return _command("step.line_adopted", apply, Kind.PRESCRIPTION, Kind.REVIEW, herb=name)


def set_doses(doses: int | None, per_day: float, portions: int) -> Command:
    """Doses × doses a day × portions a dose: three numbers."""

    def apply(visit: Visit) -> Visit:
        prescription = visit.prescription or Prescription()
        changed = replace(prescription, doses=doses, per_day=per_day, portions=portions)
        return replace(visit, prescription=changed)

    return _command("step.doses", apply, Kind.PRESCRIPTION, Kind.REVIEW)


def answer_alert(answer: AlertAnswer) -> Command:
    """Answer one alert of the review."""

    def apply(visit: Visit) -> Visit:
        kept = tuple(a for a in visit.alert_answers if (a.alert, a.action) != (answer.alert, answer.action))
        return replace(visit, alert_answers=(*kept, answer))

    return _command("step.alert_answered", apply, Kind.REVIEW)


def reopen_alert(key: str) -> Command:
    """Take back every answer to one alert."""

    def apply(visit: Visit) -> Visit:
        return replace(visit, alert_answers=tuple(a for a in visit.alert_answers if a.alert != key))

    return _command("step.alert_reopened", apply, Kind.REVIEW)


def proposed_lines(
    lines: tuple[PrescriptionLine, ...], proposed_by: ProposedBy
) -> tuple[PrescriptionLine, ...]:
    """Lines as a proposal: whoever adopted them elsewhere has not adopted them here."""
    return tuple(replace(line, proposed_by=proposed_by, adopted_by=None) for line in lines)
