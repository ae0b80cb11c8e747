"""药房, first form: signed prescriptions, today first and by risk, each with lines, alerts and coverage, and
what today's rules say that is new.

Reading only: what a pharmacist decides is not recorded here, and the page says so. No Qt here.
"""

from dataclasses import dataclass
from datetime import date

from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit
from tcm_station.workflow.dispense import Recheck, Signed, recheck
from ui.viewmodels.reviewing import LEVELS, AlertRow, alert_rows, level_of
from ui.viewmodels.shell import Shell


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One signed prescription. level: of its loudest alert, "" without one.

    alerts: the loudest first, answered or not. minutes: since it was signed. again: the review under today's
    rules, None when there is nothing to review; news: its alerts that the signed review did not have.
    """

    patient: Patient
    visit: Visit
    level: str
    alerts: tuple[AlertRow, ...]
    minutes: int
    is_today: bool = True
    again: Recheck | None = None
    news: tuple[AlertRow, ...] = ()


class Pharmacy:
    """The queue and which prescription is open."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.rows: tuple[QueueRow, ...] = ()
        self.place = 0

    def load(self) -> tuple[QueueRow, ...]:
        """Signed prescriptions of the last days, today's first, then by risk, then by wait; for a worker."""
        today = self.shell.desk.clock().date()
        return tuple(_row(signed, today) for signed in self.shell.desk.signed_prescriptions())

    def counts(self) -> tuple[int, int]:
        """How many were signed today, and how many on the days before."""
        today = sum(row.is_today for row in self.rows)
        return today, len(self.rows) - today

    def receive(self, rows: tuple[QueueRow, ...]) -> None:
        """Take what the worker found; the open prescription stays open."""
        here = self.current
        self.rows = rows
        ids = [row.visit.id for row in rows]
        self.place = ids.index(here.visit.id) if here is not None and here.visit.id in ids else 0

    @property
    def current(self) -> QueueRow | None:
        return self.rows[self.place] if 0 <= self.place < len(self.rows) else None

    def step(self, by: int) -> None:
        """The next or previous one."""
        if self.rows:
            self.place = max(0, min(len(self.rows) - 1, self.place + by))


def _row(signed: Signed, today: date) -> QueueRow:
    visit = signed.visit
    alerts = tuple(sorted(alert_rows(visit, visit.review), key=lambda row: LEVELS.index(row.level)))
    again = recheck(visit, signed.patient, today)
    news = tuple(
        sorted(
            (AlertRow(alert, level_of(alert), False, ()) for alert in (again.news if again else ())),
            key=lambda row: LEVELS.index(row.level),
        )
    )
    level = min((row.level for row in (*alerts, *news)), key=LEVELS.index, default="")
    return QueueRow(signed.patient, visit, level, alerts, signed.minutes, signed.is_today, again, news)
