"""审核: alerts and their answers, coverage, what keeps the visit from being signed. No Qt here."""

from dataclasses import dataclass

from tcm_station.domain.errors import Refused, StationError
from tcm_station.domain.patient import Known, Sex
from tcm_station.domain.prescription import Alert, AlertAnswer, Override, Prescription, Review, Severity
from tcm_station.domain.visit import Visit
from tcm_station.workflow import commands
from tcm_station.workflow.sign import (
    ACTION_NOTED,
    ACTION_REASON,
    ACTION_SECOND,
    Obstacle,
    is_answered,
    line_state,
    needs_answer,
)
from ui.viewmodels.shell import Shell

LEVELS = ("stop", "sign", "reason", "notice")

# Reasons that can be chosen with one key; words at `reviewing.reason.<id>`. Free text is always possible.
REASONS = ("discussed", "monitored", "classic", "specialist")


@dataclass(frozen=True, slots=True)
class AlertRow:
    """level: stop, sign, reason or notice. answers: what was answered for the lines as they stand."""

    alert: Alert
    level: str
    answered: bool
    answers: tuple[AlertAnswer, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """One of the four looks before signing: person, pattern, alerts, numbers. glyph: how it stands."""

    id: str
    glyph: str
    params: tuple[tuple[str, object], ...] = ()


def level_of(alert: Alert) -> str:
    """Which of the four levels of the screen an alert has."""
    if alert.severity is Severity.NOTICE:
        return "notice"
    return {
        Override.NONE: "stop",
        Override.SECOND_SIGNATURE: "sign",
        Override.REASON: "reason",
    }[alert.overridable_by]


class Reviewing:
    """The review of the open visit's prescription."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    @property
    def review(self) -> Review | None:
        return self.shell.review

    def rows(self) -> tuple[AlertRow, ...]:
        """Alerts, open ones first, then by level."""
        return alert_rows(self.shell.visit, self.review)

    def give_reason(self, alert: Alert, reason: str) -> None:
        """Answer with a reason. Raises Refused when it is empty or the alert cannot be overridden."""
        if not reason.strip():
            raise Refused("reason-empty")
        if alert.overridable_by is Override.NONE:
            raise Refused("alert-not-overridable")
        self._answer(alert, ACTION_REASON, reason.strip(), self.shell.user)

    def note(self, alert: Alert) -> None:
        """Mark a notice as seen."""
        self._answer(alert, ACTION_NOTED, "", self.shell.user)

    def second_signature(self, alert: Alert, name: str, password: str) -> None:
        """The second person answers with the own password. Raises Refused when it is the same person, or the
        password is not theirs."""
        if name == self.shell.user:
            raise Refused("second-is-first")
        if not self.shell.desk.check_staff(name, password):
            raise Refused("second-password")
        self._answer(alert, ACTION_SECOND, "", name)

    def _answer(self, alert: Alert, action: str, reason: str, by: str) -> None:
        visit = self.shell.visit
        if visit is None or visit.prescription is None:
            return
        at = self.shell.desk.clock().isoformat()
        state = line_state(visit.prescription, alert)
        self.shell.do(commands.answer_alert(AlertAnswer(alert.key, action, reason, by, at, state)))

    def reopen(self, alert: Alert) -> None:
        self.shell.do(commands.reopen_alert(alert.key))

    def looks(self) -> tuple[Look, ...]:
        """What the machine checked before the person does: each with its state."""
        visit, patient = self.shell.visit, self.shell.patient
        if visit is None or patient is None:
            return ()
        rows = self.rows()
        waiting = [row for row in rows if not row.answered and needs_answer(row.alert)]
        told = bool(patient.allergies) and patient.pregnant is not Known.UNKNOWN
        rx = visit.prescription
        whole = rx is not None and rx.doses is not None and all(line.adopted_by for line in rx.lines)
        alert_glyph = "done_or_checked"
        if waiting:
            alert_glyph = "stop" if any(row.level == "stop" for row in waiting) else "look"
        return (
            Look("person", "done_or_checked" if told or patient.sex is Sex.MALE else "look"),
            Look("pattern", "done_or_checked" if visit.judgement is not None else "look"),
            Look("alerts", alert_glyph, (("n", len(rows)), ("waiting", len(waiting)))),
            Look("numbers", "done_or_checked" if whole else "look"),
        )

    def second_state(self) -> tuple[str, str]:
        """State of the second signature and who gave it: not_needed, awaited or signed."""
        visit = self.shell.visit
        needed = [
            row
            for row in self.rows()
            if row.alert.overridable_by is Override.SECOND_SIGNATURE and needs_answer(row.alert)
        ]
        if visit is None or not needed:
            return "not_needed", ""
        by = next((a.by for row in needed for a in row.answers if a.action == ACTION_SECOND), "")
        return ("signed" if all(row.answered for row in needed) else "awaited"), by

    def obstacles(self) -> tuple[Obstacle, ...]:
        """What keeps the visit from being signed; empty when it can be."""
        return self.shell.desk.obstacles(self.shell.visit.id) if self.shell.visit else ()

    def sign(self) -> StationError | None:
        """Sign. Returns why not, when it could not be."""
        if self.shell.visit is None:
            return None
        try:
            self.shell.desk.sign(self.shell.visit.id, self.shell.user)
        except StationError as error:
            return error
        return None


def alert_rows(visit: Visit | None, review: Review | None) -> tuple[AlertRow, ...]:
    """The alerts of a visit's review with what was answered for the lines as they stand; open ones first."""
    if visit is None or review is None or visit.prescription is None:
        return ()
    rows = [
        AlertRow(
            alert,
            level_of(alert),
            needs_answer(alert) and is_answered(alert, visit),
            _answers(alert, visit, visit.prescription),
        )
        for alert in review.alerts
    ]
    return tuple(sorted(rows, key=lambda row: (row.answered, LEVELS.index(row.level))))


def _answers(alert: Alert, visit: Visit, prescription: Prescription) -> tuple[AlertAnswer, ...]:
    state = line_state(prescription, alert)
    return tuple(a for a in visit.alert_answers if a.alert == alert.key and a.line_state == state)


def is_checked(review: Review, index: int) -> bool:
    """Whether every rule that looked at any line could look at this one: checked, which is not "safe"."""
    return not any(
        rule.checked and any(place == index for place, _ in rule.unchecked) for rule in review.coverage.rules
    )


def lines_text(prescription: Prescription, index: int) -> str:
    """The name of a line by its place; patents follow the herbs."""
    names = [line.name for line in prescription.lines] + [patent.name for patent in prescription.patents]
    return names[index] if 0 <= index < len(names) else ""
