"""审核: alerts and their answers, coverage, what keeps the visit from being signed. No Qt here."""

from dataclasses import dataclass

from tcm_station.domain.errors import Refused, StationError
from tcm_station.domain.prescription import Alert, AlertAnswer, Override, Prescription, Review, Severity
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
        visit, review = self.shell.visit, self.review
        if visit is None or review is None or visit.prescription is None:
            return ()
        rows = [
            AlertRow(
                alert,
                level_of(alert),
                needs_answer(alert) and is_answered(alert, visit),
                self._answers(alert, visit.prescription),
            )
            for alert in review.alerts
        ]
        return tuple(sorted(rows, key=lambda row: (row.answered, LEVELS.index(row.level))))

    def _answers(self, alert: Alert, prescription: Prescription) -> tuple[AlertAnswer, ...]:
        visit = self.shell.visit
        if visit is None:
            return ()
        state = line_state(prescription, alert)
        return tuple(a for a in visit.alert_answers if a.alert == alert.key and a.line_state == state)

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
