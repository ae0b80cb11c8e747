"""药房, first form: the signed prescriptions of today by risk, each with lines, alerts and coverage.

Reading only: what a pharmacist decides is not recorded here, and the page says so. No Qt here.
"""

from dataclasses import dataclass
from datetime import datetime

from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit, VisitState
from ui.viewmodels.reviewing import LEVELS, AlertRow, alert_rows
from ui.viewmodels.shell import Shell


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One signed prescription. level: of its loudest alert, "" without one.

    alerts: the loudest first, answered or not. minutes: since it was signed.
    """

    patient: Patient
    visit: Visit
    level: str
    alerts: tuple[AlertRow, ...]
    minutes: int


class Pharmacy:
    """The queue of the day and which prescription is open."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.rows: tuple[QueueRow, ...] = ()
        self.place = 0

    def load(self) -> tuple[QueueRow, ...]:
        """Today's signed prescriptions, the riskiest first, then who has waited longest; for a worker."""
        now = self.shell.desk.clock()
        rows = []
        for listed in self.shell.desk.patients():
            if listed.last_at is None or listed.last_at.date() != now.date():
                continue
            for visit in self.shell.desk.visits_of(listed.patient.id):
                row = _row(listed.patient, visit, now)
                if row is not None:
                    rows.append(row)
        order = (*LEVELS, "")
        return tuple(sorted(rows, key=lambda row: (order.index(row.level), -row.minutes)))

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


def _row(patient: Patient, visit: Visit, now: datetime) -> QueueRow | None:
    signed_today = (
        visit.state is not VisitState.DRAFT
        and visit.signed_at is not None
        and visit.signed_at.date() == now.date()
    )
    if not signed_today or visit.signed_at is None or visit.prescription is None:
        return None
    if not (visit.prescription.lines or visit.prescription.patents):
        return None
    alerts = tuple(sorted(alert_rows(visit, visit.review), key=lambda row: LEVELS.index(row.level)))
    level = min((row.level for row in alerts), key=LEVELS.index, default="")
    return QueueRow(patient, visit, level, alerts, int((now - visit.signed_at).total_seconds() // 60))
