"""The frame's view-model: the list of patients, the open visit, undo and the saved mark. No Qt here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tcm_station.domain.errors import NotWritten, StationError
from tcm_station.domain.patient import Patient
from tcm_station.domain.prescription import Review
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.workflow.changes import Changed, Kind
from tcm_station.workflow.commands import Command
from ui.viewmodels.ports import DeskPort
from ui.viewmodels.stations import Mark, Station, marks


class Filter(StrEnum):
    """Which patients the list shows."""

    TODAY = "today"
    WAITING = "waiting"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of 52 px. glyph: state of the visit of today, or of the last one."""

    patient: Patient
    age: int | None
    at: datetime | None
    complaint: str
    glyph: str
    visit_id: str | None


class Saving(StrEnum):
    """What the saved mark says."""

    NONE = "none"
    SAVED = "saved"
    SAVING = "saving"
    FAILED = "failed"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Saved:
    """state with its time; steps: how many undo can take back; unsaved: steps still in memory only."""

    state: Saving = Saving.NONE
    at: datetime | None = None
    by: str = ""
    unsaved: int = 0


class Shell:
    """One open desk as the frame sees it.

    Listeners are called with the Changed of each step, after the view-model is up to date, in the thread
    that made
    the change: the window brings it into its own.
    """

    def __init__(self, desk: DeskPort, user: str = "") -> None:
        self.desk = desk
        self.user = user
        self.words = ""
        self.filter = Filter.TODAY
        self.patient: Patient | None = None
        self.visit: Visit | None = None
        self.review: Review | None = None
        self.station = Station.OVERVIEW
        self.saved = Saved()
        self.last_error: StationError | None = None
        self._failed: list[tuple[str, Command]] = []
        self._rows: list[ListRow] | None = None
        self._listeners: list[Callable[[Changed], None]] = []
        self._stop = desk.subscribe(self._on_changed)

    def close(self) -> None:
        """The desk is about to close: nothing is asked of it any more."""
        self._stop()
        self._listeners.clear()
        self.patient = self.visit = self.review = None
        self._rows = []

    def subscribe(self, listener: Callable[[Changed], None]) -> None:
        self._listeners.append(listener)

    # the list
    def rows(self) -> list[ListRow]:
        """Patients that fit the words and the filter."""
        return [row for row in self._all_rows() if self._fits(row)]

    def counts(self) -> dict[Filter, int]:
        """How many each filter would show."""
        today = self.desk.clock().date()
        rows = self._all_rows()
        return {
            Filter.TODAY: sum(_of_day(row, today) for row in rows),
            Filter.WAITING: sum(_waits(row) for row in rows),
            Filter.SIGNED: sum(row.glyph == "done_or_checked" for row in rows),
        }

    def search(self, words: str) -> None:
        self.words = words.strip()
        self._rows = None

    def _all_rows(self) -> list[ListRow]:
        if self._rows is None:
            self._rows = [self._list_row(row) for row in self.desk.patients(self.words)]
        return self._rows

    def _list_row(self, row: object) -> ListRow:
        visit_id = row.last_visit  # type: ignore[attr-defined]
        complaint, glyph = "", "not_started"
        if visit_id is not None:
            visit = self.desk.visit(visit_id)
            complaint, glyph = visit.complaint, _visit_glyph(visit)
        return ListRow(row.patient, row.age, row.last_at, complaint, glyph, visit_id)  # type: ignore[attr-defined]

    def _fits(self, row: ListRow) -> bool:
        if self.words:
            return True  # a person who searches wants whoever fits, whatever the filter
        if self.filter is Filter.TODAY:
            return _of_day(row, self.desk.clock().date())
        if self.filter is Filter.WAITING:
            return _waits(row)
        return row.glyph == "done_or_checked"

    # the open visit
    def open_patient(self, patient_id: str) -> None:
        """Open a person's latest visit; a person without one has a banner and no visit yet."""
        visits = self.desk.visits_of(patient_id)
        self.patient = self.desk.patient(patient_id)
        self.visit = visits[0] if visits else None
        self._look_again()
        self._tell(Changed(frozenset(Kind), patient_id, self.visit.id if self.visit else None))

    def open_visit(self, visit_id: str) -> None:
        visit = self.desk.visit(visit_id)
        self.patient = self.desk.patient(visit.patient_id)
        self.visit = visit
        self._look_again()
        self._tell(Changed(frozenset(Kind), visit.patient_id, visit_id))

    def new_visit(self) -> Visit | None:
        """Begin a visit of the open patient."""
        if self.patient is None:
            return None
        visit = self.desk.new_visit(self.patient.id)
        self.open_visit(visit.id)
        return visit

    def step_patient(self, by: int) -> None:
        """The next or previous patient of the list."""
        rows = self.rows()
        if not rows:
            return
        ids = [row.patient.id for row in rows]
        here = ids.index(self.patient.id) if self.patient and self.patient.id in ids else -by if by > 0 else 0
        self.open_patient(ids[max(0, min(len(ids) - 1, here + by))])

    def marks(self) -> tuple[Mark, ...]:
        """The states of the eight stations; empty without a visit."""
        return marks(self.visit, self.review) if self.visit is not None else ()

    @property
    def is_draft(self) -> bool:
        return self.visit is not None and self.visit.state is VisitState.DRAFT

    def visit_number(self) -> int:
        """Which visit of this person it is, from 1."""
        if self.patient is None or self.visit is None:
            return 0
        times = sorted(v.at for v in self.desk.visits_of(self.patient.id))
        return times.index(self.visit.at) + 1 if self.visit.at in times else len(times)

    # steps
    def do(self, command: Command) -> bool:
        """Apply one command to the open visit. False when it was not kept: `last_error` says why.

        What could not be written stays in line, in order, and is tried again by `retry`.
        """
        if self.visit is None:
            return False
        step = (self.visit.id, command)
        if self._failed and not self.retry():
            self._failed.append(step)  # never before what came earlier
            self._say_unsaved()
            return False
        try:
            self.desk.do(*step)
        except NotWritten as error:
            self.last_error = error
            self._failed.append(step)
            self._say_unsaved()
            return False
        except StationError as error:
            self.last_error = error
            return False
        return True

    def retry(self) -> bool:
        """Try again what could not be written. True when nothing is left."""
        while self._failed:
            try:
                self.desk.do(*self._failed[0])
            except NotWritten as error:
                self.last_error = error
                self._say_unsaved()
                return False
            except StationError as error:
                self.last_error = (
                    error  # it cannot be kept any more (signed meanwhile): said, not tried for ever
                )
            self._failed.pop(0)
        if self.saved.state is Saving.FAILED:
            self._look_again()
        return True

    def _say_unsaved(self) -> None:
        self.saved = replace(self.saved, state=Saving.FAILED, unsaved=len(self._failed))
        if self.visit is not None:
            self._tell(Changed(frozenset(), self.visit.patient_id, self.visit.id))

    def undo(self) -> None:
        if self.is_draft and self.visit is not None:
            self.desk.undo(self.visit.id)

    def redo(self) -> None:
        if self.is_draft and self.visit is not None:
            self.desk.redo(self.visit.id)

    def undo_name(self) -> tuple[str, dict[str, str]] | None:
        return self.desk.undo_name(self.visit.id) if self.is_draft and self.visit is not None else None

    def redo_name(self) -> tuple[str, dict[str, str]] | None:
        return self.desk.redo_name(self.visit.id) if self.is_draft and self.visit is not None else None

    # what the store tells
    def _on_changed(self, changed: Changed) -> None:
        if changed.kinds & {Kind.PATIENTS, Kind.VISITS, Kind.HISTORY, Kind.SIGNATURE}:
            self._rows = None
        if self.visit is not None and changed.visit_id == self.visit.id:
            self.visit = self.desk.visit(self.visit.id)
            self._look_again(review=bool(changed.kinds & {Kind.REVIEW, Kind.PRESCRIPTION, Kind.SIGNATURE}))
        if (
            self.patient is not None
            and changed.patient_id == self.patient.id
            and Kind.PATIENTS in changed.kinds
        ):
            self.patient = self.desk.patient(self.patient.id)
        self._tell(changed)

    def _look_again(self, *, review: bool = True) -> None:
        visit = self.visit
        if visit is None:
            self.review, self.saved = None, Saved()
            return
        if review:
            has_lines = visit.prescription is not None and bool(
                visit.prescription.lines or visit.prescription.patents
            )
            self.review = self.desk.review(visit.id) if has_lines and self.is_draft else visit.review
        if self._failed:
            self.saved = replace(self.saved, state=Saving.FAILED, unsaved=len(self._failed))
        elif visit.state is VisitState.DRAFT:
            self.saved = Saved(Saving.SAVED, self.desk.clock())
        else:
            self.saved = Saved(Saving.SIGNED, visit.signed_at, visit.signed_by or "")

    def _tell(self, changed: Changed) -> None:
        for listener in tuple(self._listeners):
            listener(changed)


def _of_day(row: ListRow, today: object) -> bool:
    return row.at is None or row.at.date() == today


def _waits(row: ListRow) -> bool:
    return row.glyph in ("not_started", "in_progress", "look", "stop")


def _visit_glyph(visit: Visit) -> str:
    if visit.state is not VisitState.DRAFT:
        return "done_or_checked"
    states = {mark.glyph for mark in marks(visit)[:-1]}
    for loud in ("stop", "look"):
        if loud in states:
            return loud
    quiet = states <= {"not_started", "not_done"}
    return "not_started" if quiet else "in_progress"


def seal_of(name: str, others: tuple[str, ...] = ()) -> str:
    """The character on a person's seal: of the surname, or of the given name where two share the surname."""
    name = name.strip()
    if not name:
        return ""
    if name[0].isascii():
        return name.split()[-1][0].upper()
    same = any(other != name and other.startswith(name[0]) for other in others)
    return name[1] if same and len(name) > 1 else name[0]
