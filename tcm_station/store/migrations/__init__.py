"""The schema, by numbered migrations only. One that has been released is never edited: a change is a new one.

Each module holds one function `migrate(db)`, run in a transaction together with the note that it was run.
"""

from typing import TYPE_CHECKING

from tcm_station.domain.errors import StoreClosed
from tcm_station.store.migrations import m0001_core, m0002_staff_and_audit, m0003_signed_is_sealed

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

SET = "tcm_station"
STEPS = (
    ("0001_core", m0001_core.migrate),
    ("0002_staff_and_audit", m0002_staff_and_audit.migrate),
    ("0003_signed_is_sealed", m0003_signed_is_sealed.migrate),
)
NAMES = tuple(name for name, _ in STEPS)


def _migrations() -> "Migrations":
    from sqlite_utils import Migrations

    known = Migrations(SET)
    for name, step in STEPS:
        known(name=name)(step)
    return known


def pending(db: "Database") -> tuple[str, ...]:
    """Names of the migrations that this file has not seen yet, in order. Writes nothing.

    Raises StoreClosed("store-newer") when it has seen one that this program does not know.
    """
    known = _migrations()
    unknown = {step.name for step in known.applied(db)} - set(NAMES)
    if unknown:
        raise StoreClosed("store-newer", folder=", ".join(sorted(unknown)))
    return tuple(step.name for step in known.pending(db))


def apply(db: "Database", *, stop_before: str | None = None) -> None:
    """Run what is pending, each in a transaction of its own. stop_before: for tests, the first not to run."""
    _migrations().apply(db, stop_before=stop_before)
