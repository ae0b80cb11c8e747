"""总览: what this visit knows so far, what changed since the last one, and what to do next. No Qt here."""

import math
from dataclasses import dataclass

from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.finding import Finding, Polarity
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.visit import Visit, VisitState
from ui.viewmodels.pattern import Pattern
from ui.viewmodels.shell import Shell
from ui.viewmodels.stations import Mark, Station

# A change counts only beyond this many sd of the two measurements (repeatability coefficient, ISO 5725).
REPEATABILITY = 2.77
MOST_MEASURES = 3
MOST_CHANGES = 6


@dataclass(frozen=True, slots=True)
class Strip:
    """One method. findings: present ones first. measures: the first few that could be measured.

    exam: what was taken, None when nothing was. unmeasured: how many could not be measured.
    """

    mark: Mark
    area: str
    findings: tuple[Finding, ...]
    exam: Examination | None
    measures: tuple[Measurement, ...]
    unmeasured: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One measurement against the last visit's. direction: "up" or "down", beyond a repeat."""

    now: Measurement
    before: float
    direction: str


@dataclass(frozen=True, slots=True)
class Changes:
    """beyond: counted changes. within: how many lie inside the error. unmeasured: not measurable now."""

    at: Visit
    beyond: tuple[Change, ...]
    within: int
    unmeasured: int


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that could be done next. id: words at `overview.step.<id>`."""

    id: str
    station: Station


_AREAS = (
    (Station.LOOK, "look", (ExamKind.TONGUE, ExamKind.FACE)),
    (Station.LISTEN, "listen", (ExamKind.VOICE,)),
    (Station.ASK, "ask", ()),
    (Station.FEEL, "feel", (ExamKind.PULSE,)),
)


class Overview:
    """The open visit at a glance."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self._pattern = Pattern(shell)

    def strips(self) -> tuple[Strip, ...]:
        """The four methods in their order."""
        visit = self.shell.visit
        if visit is None:
            return ()
        marks = {mark.station: mark for mark in self.shell.marks()}
        areas = {area.id: area.findings for area in self._pattern.areas()}
        strips = []
        for station, area, kinds in _AREAS:
            exams = [exam for kind in kinds if (exam := visit.examination(kind)) is not None]
            found = sorted(areas.get(area, ()), key=lambda f: f.polarity is Polarity.ABSENT)
            measured = [m for exam in exams for m in exam.measurements]
            good = tuple(m for m in measured if m.value is not None)
            strips.append(
                Strip(
                    marks[station],
                    area,
                    tuple(found),
                    exams[0] if exams else None,
                    good[:MOST_MEASURES],
                    len(measured) - len(good),
                )
            )
        return tuple(strips)

    def last_visit(self) -> Visit | None:
        """The visit before this one."""
        visit = self.shell.visit
        if visit is None:
            return None
        return next((v for v in self.shell.desk.visits_of(visit.patient_id) if v.at < visit.at), None)

    def changes(self) -> Changes | None:
        """Against the last visit; None when there was none, or nothing was measured at both."""
        visit, last = self.shell.visit, self.last_visit()
        if visit is None or last is None:
            return None
        beyond: list[Change] = []
        within = unmeasured = 0
        for exam in visit.examinations:
            earlier = last.examination(exam.kind)
            if earlier is None:
                continue
            for now in exam.measurements:
                before = earlier.measurement(now.code)
                if before is None or before.value is None:
                    continue
                if now.value is None:
                    unmeasured += 1
                    continue
                change = _change(now, before)
                if change is None:
                    within += 1
                else:
                    beyond.append(change)
        if not beyond and not within and not unmeasured:
            return None
        return Changes(last, tuple(beyond[:MOST_CHANGES]), within, unmeasured)

    def steps(self) -> tuple[Step, ...]:
        """What is still open, in the order of the visit; every one may be left out."""
        visit = self.shell.visit
        if visit is None:
            return ()
        if visit.state is not VisitState.DRAFT:
            return (Step("report", Station.REPORT),)
        open_marks = {m.station: m for m in self.shell.marks() if m.glyph in ("not_started", "in_progress")}
        names = {
            Station.LOOK: "look",
            Station.ASK: "ask",
            Station.FEEL: "feel",
            Station.PATTERN: "pattern",
            Station.PRESCRIPTION: "prescription",
        }
        steps = [Step(name, station) for station, name in names.items() if station in open_marks]
        review = next((m for m in self.shell.marks() if m.station is Station.REVIEW), None)
        if review is not None and review.glyph in ("stop", "look"):
            steps.append(Step("review", Station.REVIEW))
        elif not steps or all(step.station is Station.LOOK for step in steps):
            steps.append(Step("sign", Station.REVIEW))
        return tuple(steps[:4])


def _change(now: Measurement, before: Measurement) -> Change | None:
    """Beyond 2.77 × the sd of one measurement; without an sd nothing is judged."""
    if now.value is None or before.value is None or not now.sd:
        return None
    sd = math.sqrt((now.sd**2 + (before.sd or now.sd) ** 2) / 2)
    gap = now.value - before.value
    if abs(gap) <= REPEATABILITY * sd:
        return None
    return Change(now, before.value, "up" if gap > 0 else "down")
