"""Visits: drafts whose every step is kept and can be undone; signed ones that are only amended."""

import hashlib
import json
from builtins import list as listed
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from tcm_station.domain.clock import Clock
from tcm_station.domain.errors import Conflict, OurBug
from tcm_station.domain.visit import Amendment, Visit, VisitState
from tcm_station.store import content
from tcm_station.store.audit import Audit
from tcm_station.store.connection import Connection
from tcm_station.store.patients import where_words
from tcm_station.store.visit_rows import (
    Step,
    columns,
    draft_row,
    find_row,
    known_row,
    need_draft,
    need_patient,
    step_at,
    visit_at,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

# Migration 0003 knows the first of these by its letters.
SIGNED_STEP = "store.step.signed"
AMENDED_STEP = "store.step.amended"


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit in a list. at: when it was opened; date: that day in the zone it was opened in.
    sha256: of its content as canonical JSON."""

    id: str
    input: str | None
    patient_id: str
    patient_name: str
    at: datetime
    date: date
    state: VisitState
    sha256: str


class Visits:
    """Repository of Visit. Each method that changes something is one durable transaction."""

    def __init__(self, connection: Connection, audit: Audit, clock: Clock) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def create(self, visit: Visit, step: str, params: Mapping[str, str] | None = None) -> Visit:
        """Keep a new draft; `step` names what opened it. Raises Conflict("visit-exists"),
        Refused("no-such-patient"), Conflict("visit-signed") when it is no draft."""
        need_draft(visit)

        def work(db: "Database") -> Visit:
            if find_row(db, visit.id) is not None:
                raise Conflict("visit-exists", id=visit.id)
            need_patient(db, visit.patient_id)
            db.table("visits").insert({**columns(visit), "id": visit.id, "pointer": 0, "sha256": ""})
            self._append(db, visit, step, params or {}, seq=1)
            return visit

        return self._connection.call(work)

    def save(
        self, visit: Visit, *, step: str, params: Mapping[str, str] | None = None, merge: bool = False
    ) -> Visit:
        """Keep the draft after one step of the user; what had been undone is forgotten then.

        step, params: catalogue key of the step's name and what fills it. merge: when the step before was the
        same (words typed into one field), both become one step. Raises Conflict("visit-signed").
        """
        need_draft(visit)

        def work(db: "Database") -> Visit:
            row = draft_row(db, visit.id)
            pointer = int(row["pointer"])
            db.execute("DELETE FROM revisions WHERE visit = ? AND seq > ?", [visit.id, pointer])
            seq = pointer + 1
            if merge and pointer > 1 and step_at(db, visit.id, pointer) == (step, dict(params or {})):
                db.execute("DELETE FROM revisions WHERE visit = ? AND seq = ?", [visit.id, pointer])
                seq = pointer
            if visit.patient_id != row["patient"]:
                need_patient(db, visit.patient_id)
            self._append(db, visit, step, params or {}, seq=seq)
            return visit

        return self._connection.call(work)

    def undo(self, visit_id: str) -> Visit:
        """Go one step back and return the visit as it is then; unchanged when there is none.
        Raises Conflict("visit-signed")."""
        return self._move(visit_id, -1)

    def redo(self, visit_id: str) -> Visit:
        """Do again what was undone; unchanged when there is nothing. Raises Conflict("visit-signed")."""
        return self._move(visit_id, 1)

    def undo_step(self, visit_id: str) -> Step | None:
        """Name of the step that undo would take back, None when there is none."""

        def work(db: "Database") -> Step | None:
            row = known_row(db, visit_id)
            draft = row["state"] == VisitState.DRAFT.value
            return step_at(db, visit_id, row["pointer"]) if draft and row["pointer"] > 1 else None

        return self._connection.call(work)

    def redo_step(self, visit_id: str) -> Step | None:
        """Name of the step that redo would do again, None when there is none."""

        def work(db: "Database") -> Step | None:
            row = known_row(db, visit_id)
            draft = row["state"] == VisitState.DRAFT.value
            return step_at(db, visit_id, row["pointer"] + 1) if draft else None

        return self._connection.call(work)

    def get(self, visit_id: str) -> Visit:
        """The visit as it stands. Raises Refused("no-such-visit")."""

        def work(db: "Database") -> Visit:
            row = known_row(db, visit_id)
            return visit_at(db, visit_id, row["pointer"])

        return self._connection.call(work)

    def as_signed(self, visit_id: str) -> Visit | None:
        """The visit exactly as it was signed, without later amendments; None for a draft."""

        def work(db: "Database") -> Visit | None:
            row = known_row(db, visit_id)
            return None if row["signed_seq"] is None else visit_at(db, visit_id, row["signed_seq"])

        return self._connection.call(work)

    def history(self, visit_id: str) -> listed[tuple[Step, datetime]]:
        """Every kept step with the time it was saved at, oldest first."""
        sql = "SELECT step, params, saved_at FROM revisions WHERE visit = ? ORDER BY seq"
        rows = self._connection.call(lambda db: db.execute(sql, [visit_id]).fetchall())
        return [((step, json.loads(params)), datetime.fromisoformat(at)) for step, params, at in rows]

    def of_patient(self, patient_id: str) -> listed[Visit]:
        """All visits of a person, in the order in which they were opened."""

        def work(db: "Database") -> listed[Visit]:
            sql = "SELECT id, pointer FROM visits WHERE patient = ? ORDER BY row"
            return [visit_at(db, *found) for found in db.execute(sql, [patient_id]).fetchall()]

        return self._connection.call(work)

    def by_input(self, input_id: str) -> Visit | None:
        """The latest visit that came from this line of a batch, or None."""

        def work(db: "Database") -> Visit | None:
            sql = "SELECT id, pointer FROM visits WHERE input = ? ORDER BY row DESC LIMIT 1"
            found = db.execute(sql, [input_id]).fetchone()
            return None if found is None else visit_at(db, *found)

        return self._connection.call(work)

    def list(self, *, patient_words: str | None = "", since: date | None = None) -> listed[VisitRow]:
        """Visits by day, then in the order in which they were opened. patient_words: as in a patient search;
        since: the first day that counts. Contents are not read, so a long list is quick."""
        where, values = where_words(patient_words or "")
        if since is not None:
            where, values = f"{where} AND visits.date >= ?", [*values, since.isoformat()]
        return self._rows(where, values, "visits.date, visits.row")

    def latest(self) -> dict[str, VisitRow]:
        """The latest visit of each person who has one, by the person's id."""
        newest = (
            "visits.row = (SELECT v.row FROM visits v WHERE v.patient = visits.patient"
            " ORDER BY v.date DESC, v.row DESC LIMIT 1)"
        )
        return {row.patient_id: row for row in self._rows(newest, [], "visits.row")}

    def sign(self, visit: Visit) -> Visit:
        """Keep the visit as signed: from now on it is only amended. Redo is dropped, the steps stay.

        Sets state and, where missing, the time. Raises Conflict("visit-signed"), OurBug without a signer.
        """
        if not visit.signed_by:
            raise OurBug("store-fault", detail=f"visit {visit.id} is to be signed by nobody")
        signed = replace(visit, state=VisitState.SIGNED, signed_at=visit.signed_at or self._clock())

        def work(db: "Database") -> Visit:
            row = draft_row(db, visit.id)
            seq = int(row["pointer"]) + 1
            db.execute("DELETE FROM revisions WHERE visit = ? AND seq >= ?", [visit.id, seq])
            sha256 = self._append(db, signed, SIGNED_STEP, {}, seq=seq)
            db.table("visits").update(row["row"], {"signed_seq": seq, "signed_sha256": sha256})
            self._audit.append("visit.signed", visit.id)
            return signed

        return self._connection.call(work)

    def amend(self, visit_id: str, amendment: Amendment) -> Visit:
        """Add a note to a signed visit; what was signed stays as it was. Raises Conflict("amend-draft")."""

        def work(db: "Database") -> Visit:
            row = known_row(db, visit_id)
            if row["state"] == VisitState.DRAFT.value:
                raise Conflict("amend-draft")
            visit = visit_at(db, visit_id, row["pointer"])
            amended = replace(visit, state=VisitState.AMENDED, amendments=(*visit.amendments, amendment))
            self._append(db, amended, AMENDED_STEP, {}, seq=int(row["pointer"]) + 1)
            self._audit.append("visit.amended", visit_id)
            return amended

        return self._connection.call(work)

    def unsound(self) -> tuple[str, ...]:
        """Ids of visits whose kept content does not have the hash it was kept with, or whose signed revision
        is gone or other than it was signed. Reads everything."""

        def work(db: "Database") -> tuple[str, ...]:
            bad = {
                visit_id
                for visit_id, packed, sha256 in db.execute("SELECT visit, content, sha256 FROM revisions")
                if hashlib.sha256(content.unpack(packed, visit_id)).hexdigest() != sha256
            }
            # `IS NOT` also finds what is missing.
            shown = "SELECT r.sha256 FROM revisions r WHERE r.visit = v.id AND r.seq = v.pointer"
            signed = "SELECT r.sha256 FROM revisions r WHERE r.visit = v.id AND r.seq = v.signed_seq"
            sql = (
                f"SELECT v.id FROM visits v WHERE v.sha256 IS NOT ({shown}) OR (v.state != 'draft' AND"
                f" (v.signed_sha256 IS NULL OR v.signed_sha256 IS NOT ({signed})))"
            )
            return tuple(sorted(bad | {row[0] for row in db.execute(sql)}))

        return self._connection.call(work)

    def _rows(self, where: str, values: listed[str], order: str) -> listed[VisitRow]:
        sql = (
            "SELECT visits.id, visits.input, visits.patient, patients.content, visits.at, visits.date,"
            " visits.state, visits.sha256 FROM visits JOIN patients ON patients.id = visits.patient"
            f" WHERE {where} ORDER BY {order}"
        )
        rows = self._connection.call(lambda db: db.execute(sql, values).fetchall())
        return [
            VisitRow(
                id=visit,
                input=given,
                patient_id=patient,
                patient_name=json.loads(person)["name"],
                at=datetime.fromisoformat(at),
                date=date.fromisoformat(day),
                state=VisitState(state),
                sha256=sha256,
            )
            for visit, given, patient, person, at, day, state, sha256 in rows
        ]

    def _move(self, visit_id: str, by: int) -> Visit:
        def work(db: "Database") -> Visit:
            row = draft_row(db, visit_id)
            target = int(row["pointer"]) + by
            if target < 1 or step_at(db, visit_id, target) is None:
                return visit_at(db, visit_id, row["pointer"])
            visit = visit_at(db, visit_id, target)
            sha256 = content.sha256_of(visit)
            db.table("visits").update(row["row"], {**columns(visit), "pointer": target, "sha256": sha256})
            return visit

        return self._connection.call(work)

    def _append(self, db: "Database", visit: Visit, step: str, params: Mapping[str, str], *, seq: int) -> str:
        """Write one revision, make it the one shown, and return its hash."""
        plain = content.canonical(visit)
        sha256 = hashlib.sha256(plain).hexdigest()
        db.table("revisions").insert(
            {
                "visit": visit.id,
                "seq": seq,
                "step": step,
                "params": json.dumps(dict(params), ensure_ascii=False, sort_keys=True),
                "content": content.pack(plain),
                "sha256": sha256,
                "saved_at": self._clock().isoformat(),
            }
        )
        row = known_row(db, visit.id)["row"]
        db.table("visits").update(row, {**columns(visit), "pointer": seq, "sha256": sha256})
        return sha256
