"""One open desk: the store, the clock and every use case on a visit."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tcm_station.domain.clock import Clock, local_now
from tcm_station.domain.differentiation import Differentiation
from tcm_station.domain.errors import Conflict
from tcm_station.domain.examination import ExamKind
from tcm_station.domain.finding import Finding
from tcm_station.domain.patient import Patient, Sex
from tcm_station.domain.prescription import Review
from tcm_station.domain.visit import Amendment, Visit, VisitState
from tcm_station.i18n import Lang
from tcm_station.workflow import commands, examine
from tcm_station.workflow.changes import Changed, Kind
from tcm_station.workflow.commands import Command
from tcm_station.workflow.differentiate import propose, red_flags
from tcm_station.workflow.findings import findings_of
from tcm_station.workflow.review import review_of
from tcm_station.workflow.sign import Obstacle, obstacles, second_signer

if TYPE_CHECKING:
    from tcm_station.store import Store
    from tcm_station.workflow.dispense import Signed


@dataclass(frozen=True, slots=True)
class PatientRow:
    """What the list on the left shows. last: the latest visit, if any."""

    patient: Patient
    age: int | None
    last_visit: str | None
    last_at: datetime | None
    state: VisitState | None


class Desk:
    """The use cases of one open store. Not bound to a screen; safe to call from a worker thread,
    since the store's own worker does all the writing."""

    def __init__(self, store: "Store", *, clock: Clock = local_now) -> None:
        self.store = store
        self.clock = clock
        # Set by `open` when it made a new store: shown to a person once, kept nowhere.
        self.recovery_key: str | None = None
        self._listeners: list[Callable[[Changed], None]] = []

    @classmethod
    def open(cls, data_dir: Path, passphrase: str, *, clock: Clock = local_now) -> "Desk":
        """Open the store in `data_dir`, or set a new one up there. Raises StoreClosed, StoreDamaged."""
        from tcm_station.store import Store

        if Store.exists(data_dir):
            return cls(Store.open(data_dir, passphrase, clock=clock), clock=clock)
        store, recovery = Store.create(data_dir, passphrase, clock=clock)
        desk = cls(store, clock=clock)
        desk.recovery_key = recovery
        return desk

    def close(self) -> None:
        self.store.close()

    def subscribe(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Be told of every change, in the thread that made it. Returns the way to stop listening."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, changed: Changed) -> Changed:
        for listener in tuple(self._listeners):
            listener(changed)
        return changed

    # patients
    def patients(self, words: str = "") -> list[PatientRow]:
        """Patients that fit the words (name, pinyin initials, phone, number), newest visit first."""
        found = self.store.patients.search(words) if words.strip() else self.store.patients.all()
        latest = self.store.visits.latest()
        today = self.clock().date()
        rows = []
        for patient in found:
            last = latest.get(patient.id)
            age = patient.age_years(today)
            if last is None:
                rows.append(PatientRow(patient, age, None, None, None))
            else:
                rows.append(PatientRow(patient, age, last.id, last.at, last.state))
        rows.sort(key=lambda row: row.last_at.timestamp() if row.last_at else 0.0, reverse=True)
        return rows

    def add_patient(
        self, name: str, sex: Sex = Sex.UNKNOWN, birth: date | None = None, **more: object
    ) -> Patient:
        """Register a person. `more`: the other fields of Patient."""
        patient = Patient(id=uuid.uuid4().hex, name=name, sex=sex, birth=birth, **more)  # type: ignore[arg-type]
        self.store.patients.add(patient)
        self._tell(Changed(frozenset({Kind.PATIENTS}), patient.id))
        return patient

    def update_patient(self, patient: Patient) -> Changed:
        """Keep changed data of a person; signed visits are not touched."""
        self.store.patients.update(patient)
        return self._tell(Changed(frozenset({Kind.PATIENTS, Kind.REVIEW}), patient.id))

    def patient(self, patient_id: str) -> Patient:
        return self.store.patients.get(patient_id)

    # visits
    def new_visit(self, patient_id: str, *, input_id: str | None = None) -> Visit:
        """Open a draft for a person."""
        visit = Visit(id=uuid.uuid4().hex, patient_id=patient_id, at=self.clock(), input=input_id)
        self.store.visits.create(visit, "step.opened")
        self._tell(Changed(frozenset({Kind.VISITS, Kind.PATIENTS}), patient_id, visit.id))
        return visit

    def visit(self, visit_id: str) -> Visit:
        return self.store.visits.get(visit_id)

    def visits_of(self, patient_id: str) -> list[Visit]:
        """All visits of a person, newest first."""
        return sorted(self.store.visits.of_patient(patient_id), key=lambda v: v.at, reverse=True)

    def do(self, visit_id: str, command: Command) -> Changed:
        """Apply one command as one durable step. Raises Conflict on a signed visit."""

        def step(store: "Store") -> tuple[Visit, bool]:
            visit = store.visits.get(visit_id)
            if visit.state is not VisitState.DRAFT:
                raise Conflict("visit-signed")
            changed = command.apply(visit)
            if changed != visit:
                store.visits.save(changed, step=command.step, params=command.params)
            return changed, changed != visit

        # Read, change and write are one transaction: two threads cannot lose each other's step.
        visit, is_new = self.store.run(step)
        if not is_new:
            return Changed(frozenset(), visit.patient_id, visit_id)
        return self._tell(Changed(command.kinds, visit.patient_id, visit_id))

    def undo(self, visit_id: str) -> Changed:
        """Take back the last step; nothing happens when there is none."""
        return self._moved(self.store.visits.undo(visit_id))

    def redo(self, visit_id: str) -> Changed:
        """Do again what was taken back."""
        return self._moved(self.store.visits.redo(visit_id))

    def _moved(self, visit: Visit) -> Changed:
        everything = frozenset(set(Kind) - {Kind.SETTINGS, Kind.SIGNATURE})
        return self._tell(Changed(everything, visit.patient_id, visit.id))

    def undo_name(self, visit_id: str) -> tuple[str, dict[str, str]] | None:
        """Key and parameters of the step that undo would take back."""
        return self.store.visits.undo_step(visit_id)

    def redo_name(self, visit_id: str) -> tuple[str, dict[str, str]] | None:
        """Key and parameters of the step that redo would do again."""
        return self.store.visits.redo_step(visit_id)

    # people at this desk
    def staff(self) -> list[str]:
        """Names of those who can sign here."""
        return [member.name for member in self.store.staff.all()]

    def check_staff(self, name: str, password: str) -> bool:
        """Whether this is the person's own password."""
        return self.store.staff.check(name, password) is not None

    def add_staff(self, name: str, role: str, password: str) -> None:
        """Register someone who works here, with an own password for second signatures."""
        self.store.staff.add(name, role, password)
        self._tell(Changed(frozenset({Kind.SETTINGS})))

    # examinations
    def take(
        self,
        visit_id: str,
        kind: ExamKind,
        data: bytes,
        name: str,
        *,
        device: str = "file",
        settings: tuple[tuple[str, str], ...] = (),
        synthetic: bool = False,
    ) -> Changed:
        """Keep a raw capture, measure it, and put the examination on the visit. Raises Refused.

        The bytes are kept before anything is measured, so that a later and better method can read them again.
        """
        self.store.media.put(data)
        examination = examine.examine_bytes(
            kind, data, name, clock=self.clock, device=device, settings=settings, synthetic=synthetic
        )
        return self.do(visit_id, commands.add_examination(examination))

    def raw(self, sha256: str) -> bytes:
        """The bytes of a capture as they came. Raises StoreDamaged when they are gone or changed."""
        return self.store.media.get(sha256)

    # what follows from a visit
    def findings(self, visit_id: str) -> tuple[Finding, ...]:
        return findings_of(self.visit(visit_id))

    def proposal(self, visit_id: str) -> Differentiation:
        """The program's differentiation of the findings as they stand. Changes nothing."""
        visit = self.visit(visit_id)
        return propose(visit, self.patient(visit.patient_id))

    def review(self, visit_id: str) -> Review | None:
        """The review of the prescription as it stands; None without a prescription. Changes nothing."""
        visit = self.visit(visit_id)
        return review_of(visit, self.patient(visit.patient_id))

    def obstacles(self, visit_id: str) -> tuple[Obstacle, ...]:
        """What keeps the visit from being signed."""
        visit = self.visit(visit_id)
        patient = self.patient(visit.patient_id)
        return obstacles(visit, review_of(visit, patient), red_flags(visit, patient))

    def sign(self, visit_id: str, by: str) -> Changed:
        """Sign: from now on the visit is never changed. Raises Conflict naming the first obstacle."""
        visit = self.visit(visit_id)
        patient = self.patient(visit.patient_id)
        proposal, review = propose(visit, patient), review_of(visit, patient)
        in_the_way = obstacles(visit, review, proposal.red_flags)
        if in_the_way:
            raise Conflict("cannot-sign", count=len(in_the_way), first=in_the_way[0].code)
        signed = replace(
            visit,
            differentiation=visit.differentiation or proposal,
            review=review,
            signed_by=by,
            second_by=second_signer(visit),
            signed_at=self.clock(),
            state=VisitState.SIGNED,
        )
        self.store.visits.sign(signed)
        kinds = frozenset({Kind.SIGNATURE, Kind.VISITS, Kind.PATIENTS})
        return self._tell(Changed(kinds, visit.patient_id, visit_id))

    def paper(self, visit_id: str, name: str, lang: Lang, size: str = "A4") -> bytes:
        """One paper of a visit as PDF: "report" or "record", "A4" or "A5"."""
        from tcm_station.workflow.papers import visit_paper

        return visit_paper(self, visit_id, name, lang, size)

    def signed_prescriptions(self) -> "tuple[Signed, ...]":
        """What the pharmacy has before it: today's first, by risk, then by wait."""
        from tcm_station.workflow.dispense import signed_prescriptions

        return signed_prescriptions(self)

    def amend(self, visit_id: str, text: str, by: str) -> Changed:
        """Add a note to a signed visit; what was signed stays as it was."""
        visit = self.visit(visit_id)
        if visit.state is VisitState.DRAFT:
            raise Conflict("amend-draft")
        self.store.visits.amend(visit_id, Amendment(text, by, self.clock().isoformat()))
        return self._tell(Changed(frozenset({Kind.SIGNATURE, Kind.VISITS}), visit.patient_id, visit_id))
