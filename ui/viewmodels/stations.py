"""The eight stations of a visit and their states, computed from the visit alone.

A state is a glyph and a word, never a colour: not started, part, done, not done, look, stop, signed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tcm_station.domain.examination import ExamKind
from tcm_station.domain.prescription import Override, Review, Severity
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.workflow.sign import is_answered


class Station(StrEnum):
    """Where one can be in a visit, in the order of the rail."""

    OVERVIEW = "overview"
    LOOK = "look"
    LISTEN = "listen"
    ASK = "ask"
    FEEL = "feel"
    PATTERN = "pattern"
    PRESCRIPTION = "prescription"
    REVIEW = "review"
    REPORT = "report"


STATIONS = tuple(Station)


@dataclass(frozen=True, slots=True)
class Mark:
    """How a station stands. glyph: a key of the state glyphs. words: key of the sentence, with its number."""

    station: Station
    glyph: str
    words: str
    count: int = 0


def marks(visit: Visit, review: Review | None = None) -> tuple[Mark, ...]:
    """The states of the eight stations. review: of the prescription as it stands, when somebody computed
    it."""
    return (
        _examined(visit, Station.LOOK, (ExamKind.TONGUE, ExamKind.FACE)),
        _examined(visit, Station.LISTEN, (ExamKind.VOICE,), ("smell",)),
        _asked(visit),
        _felt(visit),
        _pattern(visit),
        _prescription(visit),
        _reviewed(visit, review if review is not None else visit.review),
        _report(visit),
    )


def _examined(
    visit: Visit, station: Station, kinds: Iterable[ExamKind], more: tuple[str, ...] = ()
) -> Mark:
    taken = [exam for kind in kinds if (exam := visit.examination(kind)) is not None]
    by_hand = _by_hand(visit, (*(kind.value for kind in kinds), *more))
    count = sum(len(exam.findings) for exam in taken) + by_hand
    if taken:
        return Mark(station, "done_or_checked", "component.rail.count", count)
    if by_hand:
        return Mark(station, "in_progress", "component.rail.count", count)
    return _left_out(visit, station)


def _left_out(visit: Visit, station: Station) -> Mark:
    # Once the visit has gone on without it, a method is "not done", which is not "normal".
    gone_on = (
        visit.judgement is not None or visit.prescription is not None or visit.state is not VisitState.DRAFT
    )
    if gone_on:
        return Mark(station, "not_done", "component.rail.not_done")
    return Mark(station, "not_started", "component.rail.not_taken")


def _by_hand(visit: Visit, areas: tuple[str, ...]) -> int:
    return sum(1 for finding in visit.findings_by_hand if finding.code.split(".")[0] in areas)


def _asked(visit: Visit) -> Mark:
    count = len(visit.answers) + _by_hand(visit, ("symptom",))
    if visit.answers or (visit.complaint and visit.history):
        return Mark(Station.ASK, "done_or_checked", "component.rail.count", count or 1)
    if visit.complaint or visit.history or count:
        return Mark(Station.ASK, "in_progress", "component.rail.part")
    return _left_out(visit, Station.ASK)


_POSITIONS = 6


def _felt(visit: Visit) -> Mark:
    exam = visit.examination(ExamKind.PULSE)
    if exam is None:
        by_hand = _by_hand(visit, ("pulse",))
        if by_hand:
            return Mark(Station.FEEL, "in_progress", "component.rail.count", by_hand)
        return _left_out(visit, Station.FEEL)
    return Mark(Station.FEEL, "done_or_checked", "component.rail.count", len(exam.findings))


def _pattern(visit: Visit) -> Mark:
    if visit.judgement is not None:
        return Mark(Station.PATTERN, "done_or_checked", "component.rail.settled")
    if visit.proposal_shown:
        return Mark(Station.PATTERN, "in_progress", "component.rail.open")
    return Mark(Station.PATTERN, "not_started", "component.rail.nothing")


def _prescription(visit: Visit) -> Mark:
    prescription = visit.prescription
    lines = len(prescription.lines) + len(prescription.patents) if prescription is not None else 0
    if prescription is None or not lines:
        return Mark(Station.PRESCRIPTION, "not_started", "component.rail.empty")
    adopted = all(line.adopted_by is not None for line in prescription.lines)
    done = adopted and prescription.doses is not None
    glyph = "done_or_checked" if done else "in_progress"
    return Mark(Station.PRESCRIPTION, glyph, "component.rail.lines", lines)


def _reviewed(visit: Visit, review: Review | None) -> Mark:
    if visit.state is not VisitState.DRAFT and review is not None:
        return Mark(Station.REVIEW, "signed", "component.rail.signed")
    if review is None or visit.prescription is None:
        return Mark(Station.REVIEW, "not_started", "component.rail.nothing")
    open_alerts = [alert for alert in review.alerts if not is_answered(alert, visit)]
    stops = [
        a for a in open_alerts if a.overridable_by is not Override.REASON and a.severity is Severity.SERIOUS
    ]
    if stops:
        return Mark(Station.REVIEW, "stop", "component.rail.stops", len(stops))
    if open_alerts:
        return Mark(Station.REVIEW, "look", "component.rail.reasons", len(open_alerts))
    return Mark(Station.REVIEW, "done_or_checked", "component.rail.checked")


def _report(visit: Visit) -> Mark:
    if visit.state is VisitState.DRAFT:
        return Mark(Station.REPORT, "signed", "component.rail.after_signing")
    return Mark(Station.REPORT, "in_progress", "component.rail.ready")
