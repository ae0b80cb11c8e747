"""Patients, visits with every step of theirs, media and settings."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: "Database") -> None:
    """patients.content: the person as JSON; the other columns are for searching only.

    visits: where the visit stands now. at, date: when it was opened, with zone, and that day in that zone.
    pointer: seq of the revision that is shown; undo and redo move it. revisions.content: zlib of the visit as
    canonical JSON, sha256: over that JSON before it was compressed.
    """
    db.table("patients").create(
        {
            "row": int,
            "id": str,
            "name": str,
            "initials": str,
            "phone": str,
            "number": str,
            "content": str,
            "updated_at": str,
        },
        pk="row",
        not_null={"id", "name", "initials", "phone", "number", "content", "updated_at"},
    )
    db.table("patients").create_index(["id"], unique=True)
    db.table("visits").create(
        {
            "row": int,
            "id": str,
            "patient": str,
            "input": str,
            "at": str,
            "date": str,
            "state": str,
            "pointer": int,
            "sha256": str,
        },
        pk="row",
        not_null={"id", "patient", "at", "date", "state", "pointer", "sha256"},
        foreign_keys=[("patient", "patients", "id")],
    )
    db.table("visits").create_index(["id"], unique=True)
    db.table("visits").create_index(["patient"])
    db.table("visits").create_index(["date"])
    db.table("visits").create_index(["input"])
    db.table("revisions").create(
        {
            "row": int,
            "visit": str,
            "seq": int,
            "step": str,
            "params": str,
            "content": bytes,
            "sha256": str,
            "saved_at": str,
        },
        pk="row",
        not_null={"visit", "seq", "step", "params", "content", "sha256", "saved_at"},
        foreign_keys=[("visit", "visits", "id")],
    )
    db.table("revisions").create_index(["visit", "seq"], unique=True)
    db.table("media").create(
        {"sha256": str, "bytes": int, "added_at": str}, pk="sha256", not_null={"bytes", "added_at"}
    )
    db.table("settings").create({"key": str, "value": str}, pk="key", not_null={"value"})
