"""Rows and revisions of a visit inside a transaction: what `visits` is made of."""

import json
from typing import TYPE_CHECKING, Any

from tcm_station.domain.errors import Conflict, OurBug, Refused
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.store import content

if TYPE_CHECKING:
    from sqlite_utils import Database

Step = tuple[str, dict[str, str]]
"""Catalogue key of a step's name, and what fills it."""


def columns(visit: Visit) -> dict[str, Any]:
    if visit.at.tzinfo is None:
        raise OurBug("store-fault", detail=f"visit {visit.id} has a time without a zone")
    return {
        "patient": visit.patient_id,
        "input": visit.input,
        "at": visit.at.isoformat(),
        "date": visit.at.date().isoformat(),
        "state": visit.state.value,
    }


def need_draft(visit: Visit) -> None:
    if visit.state is not VisitState.DRAFT:
        raise Conflict("visit-signed")


def find_row(db: "Database", visit_id: str) -> dict[str, Any] | None:
    return next(iter(db.table("visits").rows_where("id = ?", [visit_id])), None)


def known_row(db: "Database", visit_id: str) -> dict[str, Any]:
    row = find_row(db, visit_id)
    if row is None:
        raise Refused("no-such-visit", id=visit_id)
    return row


def draft_row(db: "Database", visit_id: str) -> dict[str, Any]:
    row = known_row(db, visit_id)
    if row["state"] != VisitState.DRAFT.value:
        raise Conflict("visit-signed")
    return row


def need_patient(db: "Database", patient_id: str) -> None:
    if db.execute("SELECT 1 FROM patients WHERE id = ?", [patient_id]).fetchone() is None:
        raise Refused("no-such-patient", id=patient_id)


def step_at(db: "Database", visit_id: str, seq: int) -> Step | None:
    sql = "SELECT step, params FROM revisions WHERE visit = ? AND seq = ?"
    found = db.execute(sql, [visit_id, seq]).fetchone()
    return None if found is None else (found[0], json.loads(found[1]))


def visit_at(db: "Database", visit_id: str, seq: int) -> Visit:
    sql = "SELECT content FROM revisions WHERE visit = ? AND seq = ?"
    (packed,) = db.execute(sql, [visit_id, seq]).fetchone()
    return content.read(content.unpack(packed, visit_id), visit_id)
