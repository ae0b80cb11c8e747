"""Named people of the clinic, each with a password of their own for signatures."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from tcm_station.domain.clock import Clock
from tcm_station.domain.errors import Conflict, Refused
from tcm_station.store.audit import Audit
from tcm_station.store.connection import Connection
from tcm_station.store.keys import KeyCost

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class StaffMember:
    """role: a key, such as "practitioner" or "pharmacist"; its words belong to whoever shows it."""

    id: int
    name: str
    role: str


class Staff:
    def __init__(self, connection: Connection, audit: Audit, clock: Clock, cost: KeyCost) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock
        self._hasher = PasswordHasher(cost.time_cost, cost.memory_kib, cost.parallelism)

    def add(self, name: str, role: str, password: str) -> StaffMember:
        """Register a person. Raises Conflict("staff-exists"), Refused("passphrase-empty")."""
        if not password.strip():
            raise Refused("passphrase-empty")
        name, hashed, at = name.strip(), self._hasher.hash(password), self._clock().isoformat()

        def work(db: "Database") -> StaffMember:
            if db.execute("SELECT 1 FROM staff WHERE name = ?", [name]).fetchone():
                raise Conflict("staff-exists")
            db.table("staff").insert({"name": name, "role": role, "password": hashed, "added_at": at})
            (number,) = db.execute("SELECT id FROM staff WHERE name = ?", [name]).fetchone()
            self._audit.append("staff.added", str(number))
            return StaffMember(number, name, role)

        return self._connection.call(work)

    def check(self, name: str, password: str) -> StaffMember | None:
        """The person with this name and password; None when either does not fit."""
        sql = "SELECT id, name, role, password FROM staff WHERE name = ?"
        found = self._connection.call(lambda db: db.execute(sql, [name.strip()]).fetchone())
        if found is None:
            return None
        try:
            self._hasher.verify(found[3], password)
        except VerificationError:
            return None
        return StaffMember(*found[:3])

    def all(self) -> list[StaffMember]:
        """Everybody, in the order in which they were added."""
        sql = "SELECT id, name, role FROM staff ORDER BY id"
        return [StaffMember(*row) for row in self._connection.call(lambda db: db.execute(sql).fetchall())]
