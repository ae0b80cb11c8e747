"""What was done, to which object, when: rows without names, each hashed with the one before it."""

import hashlib
import json
import re
from typing import TYPE_CHECKING

from tcm_station.domain.clock import Clock
from tcm_station.domain.errors import OurBug
from tcm_station.store.connection import Connection

if TYPE_CHECKING:
    from sqlite_utils import Database

_START = "0" * 64
_EVENT = re.compile(r"[a-z][a-z0-9.-]{0,63}")
# An id, never a name: no spaces, nothing but ASCII.
_OBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")


def _link(before: str, number: int, at: str, event: str, object_id: str) -> str:
    return hashlib.sha256(json.dumps([before, number, at, event, object_id]).encode()).hexdigest()


class Audit:
    """Append-only record. `append` from inside a use case becomes part of its transaction."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def append(self, event: str, object_id: str) -> None:
        """Note one event. Raises OurBug when either could hold more than a key and an id."""
        if not _EVENT.fullmatch(event) or not _OBJECT.fullmatch(object_id):
            raise OurBug("store-fault", detail="an audit row holds an event's key and an object's id")

        def work(db: "Database") -> None:
            last = db.execute("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").fetchone()
            number, before = (1, _START) if last is None else (last[0] + 1, last[1])
            at = self._clock().isoformat()
            db.table("audit").insert(
                {
                    "number": number,
                    "at": at,
                    "event": event,
                    "object": object_id,
                    "hash": _link(before, number, at, event, object_id),
                }
            )

        self._connection.call(work)

    def rows(self) -> list[tuple[int, str, str, str]]:
        """(number, time, event, object id), oldest first."""
        sql = "SELECT number, at, event, object FROM audit ORDER BY number"
        return [tuple(row) for row in self._connection.call(lambda db: db.execute(sql).fetchall())]

    def verify(self) -> bool:
        """Whether every row is there as it was written: none changed, none missing, none cut off the end."""

        def work(db: "Database") -> bool:
            before, expected = _START, 0
            sql = "SELECT number, at, event, object, hash FROM audit ORDER BY number"
            for number, at, event, object_id, hashed in db.execute(sql):
                expected += 1
                if number != expected or hashed != _link(before, number, at, event, object_id):
                    return False
                before = hashed
            highest = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
            return expected == (highest[0] if highest else 0)

        return self._connection.call(work)
