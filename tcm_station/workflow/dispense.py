"""The pharmacy's first use cases: which signed prescriptions there are, and what today's rules say of one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tcm_station.domain.patient import Patient, facts_of
from tcm_station.domain.prescription import Alert, Review
from tcm_station.domain.visit import Visit, VisitState

if TYPE_CHECKING:
    from tcm_station.workflow.desk import Desk

DAYS_BACK = 7  # older prescriptions are found through the patient; the queue is for what may still be filled


@dataclass(frozen=True, slots=True)
class Signed:
    """A prescription that somebody signed. is_today: signed on the desk's own day. waited: since then."""

    patient: Patient
    visit: Visit
    is_today: bool
    waited: timedelta

    @property
    def minutes(self) -> int:
        return int(self.waited.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Recheck:
    """A signed prescription under the rules of another day, for the person as known now.

    news: alerts that the signed review did not have. gone: those it had and this one has not.
    """

    review: Review
    news: tuple[Alert, ...]
    gone: tuple[Alert, ...]


def signed_prescriptions(desk: "Desk", days: int = DAYS_BACK) -> tuple[Signed, ...]:
    """Signed prescriptions of the last days: today's first, then by the verdict, then who has waited longest.

    Drafts and visits without a prescription are none. Reads each of them: for a worker.
    """
    now = desk.clock()
    # A visit may be signed days after it was opened: the day of signing decides, so look further back.
    rows = desk.store.visits.list(since=now.date() - timedelta(days=2 * days))
    found = []
    for row in rows:
        if row.state is VisitState.DRAFT:
            continue
        signed = _signed(desk, row.id, now)
        if signed is not None and signed.waited <= timedelta(days=days):
            found.append(signed)
    return tuple(sorted(found, key=_order))


def _signed(desk: "Desk", visit_id: str, now: datetime) -> Signed | None:
    visit = desk.visit(visit_id)
    rx = visit.prescription
    if visit.signed_at is None or rx is None or not (rx.lines or rx.patents):
        return None
    is_today = visit.signed_at.astimezone(now.tzinfo).date() == now.date()
    return Signed(desk.patient(visit.patient_id), visit, is_today, now - visit.signed_at)


def _order(signed: Signed) -> tuple[bool, int, timedelta]:
    review = signed.visit.review
    risk = review.verdict.rank if review is not None else 0
    return (not signed.is_today, -int(risk), -signed.waited)


def recheck(visit: Visit, patient: Patient, on: date) -> Recheck | None:
    """Review a signed prescription again, under the rules of `on`. None when there is nothing to review.

    The signed review is not touched: what is new stands beside it.
    """
    rx = visit.prescription
    if rx is None or not (rx.lines or rx.patents):
        return None
    from knowledge_graph.review import review

    now = review(rx, facts_of(patient, on), as_of=on)
    then = visit.review.alerts if visit.review is not None else ()
    had, has = {alert.key for alert in then}, {alert.key for alert in now.alerts}
    return Recheck(
        now,
        tuple(alert for alert in now.alerts if alert.key not in had),
        tuple(alert for alert in then if alert.key not in has),
    )
