"""Staff who sign with a password of their own, and the chained record of what was done."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: "Database") -> None:
    """staff.password: argon2id in PHC form. audit.hash: over the hash before it and this row.

    AUTOINCREMENT, because SQLite then remembers the highest number ever given: rows cut off the end show.
    """
    db.table("staff").create(
        {"id": int, "name": str, "role": str, "password": str, "added_at": str},
        pk="id",
        not_null={"name", "role", "password", "added_at"},
    )
    db.table("staff").create_index(["name"], unique=True)
    db.execute(
        "CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event TEXT NOT NULL,"
        " object TEXT NOT NULL, hash TEXT NOT NULL)"
    )
