"""What was signed can neither be changed nor removed, not even by a mistake of ours."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: "Database") -> None:
    """visits.signed_seq, signed_sha256: the revision that bears the signature, and its hash."""
    db.table("visits").add_column("signed_seq", int)
    db.table("visits").add_column("signed_sha256", str)
    db.execute(
        "UPDATE visits SET"
        " signed_seq = (SELECT r.seq FROM revisions r WHERE r.visit = visits.id"
        " AND r.step = 'store.step.signed' ORDER BY r.seq LIMIT 1),"
        " signed_sha256 = (SELECT r.sha256 FROM revisions r WHERE r.visit = visits.id"
        " AND r.step = 'store.step.signed' ORDER BY r.seq LIMIT 1) WHERE state != 'draft'"
    )
    for event in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER revisions_keep_{event.lower()} BEFORE {event} ON revisions"
            " WHEN (SELECT state FROM visits WHERE id = OLD.visit) != 'draft'"
            " BEGIN SELECT RAISE(ABORT, 'a signed visit is never changed'); END"
        )
    db.execute(
        "CREATE TRIGGER visits_keep_signature BEFORE UPDATE ON visits"
        " WHEN OLD.signed_seq IS NOT NULL AND (NEW.signed_seq IS NOT OLD.signed_seq"
        " OR NEW.signed_sha256 IS NOT OLD.signed_sha256"
        " OR NEW.patient IS NOT OLD.patient OR NEW.state = 'draft')"
        " BEGIN SELECT RAISE(ABORT, 'a signed visit is never changed'); END"
    )
    db.execute(
        "CREATE TRIGGER visits_keep_row BEFORE DELETE ON visits WHEN OLD.state != 'draft'"
        " BEGIN SELECT RAISE(ABORT, 'a signed visit is never changed'); END"
    )
