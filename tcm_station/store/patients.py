"""The people: kept as JSON by the codec, found by name, pinyin initials, telephone and number."""

import json
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tcm_station.domain.clock import Clock
from tcm_station.domain.codec import CodecError, from_plain, to_plain
from tcm_station.domain.errors import Conflict, OurBug, Refused
from tcm_station.domain.patient import Patient
from tcm_station.store.connection import Connection

if TYPE_CHECKING:
    from sqlite_utils import Database

_ESCAPE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


def folded(text: str) -> str:
    """Text as it is compared: full-width letters and capitals are the same as plain ones."""
    return unicodedata.normalize("NFKC", text).casefold()


def where_words(words: str, table: str = "patients") -> tuple[str, list[str]]:
    """SQL condition and its parameters: every word stands in a name, the initials, telephone or number."""
    clauses, params = [], []
    for word in folded(words).split():
        like = f"%{word.translate(_ESCAPE)}%"
        digits = "".join(c for c in word if c.isdigit())
        fields = [f"{table}.name", f"{table}.initials", f"{table}.number"]
        values = [like, like, like]
        if digits and len(digits) == sum(c.isalnum() for c in word):  # 138-0013 finds 1380013
            fields.append(f"{table}.phone")
            values.append(f"%{digits}%")
        clauses.append("(" + " OR ".join(rf"{field} LIKE ? ESCAPE '\'" for field in fields) + ")")
        params += values
    return " AND ".join(clauses) or "1", params


class Patients:
    """Repository of Patient. initials_of: pinyin initials of a name, one text for each way to read it."""

    def __init__(
        self, connection: Connection, initials_of: Callable[[str], tuple[str, ...]], clock: Clock
    ) -> None:
        self._connection = connection
        self._initials_of = initials_of
        self._clock = clock

    def add(self, patient: Patient) -> Patient:
        """Keep a new person. Raises Conflict("patient-exists") when the id is taken."""
        row = self._row(patient)

        def work(db: "Database") -> Patient:
            if db.execute("SELECT 1 FROM patients WHERE id = ?", [patient.id]).fetchone():
                raise Conflict("patient-exists", id=patient.id)
            db.table("patients").insert(row)
            return patient

        return self._connection.call(work)

    def update(self, patient: Patient) -> Patient:
        """Keep changed data of a known person. Raises Refused("no-such-patient")."""
        row = self._row(patient)

        def work(db: "Database") -> Patient:
            found = db.execute("SELECT row FROM patients WHERE id = ?", [patient.id]).fetchone()
            if found is None:
                raise Refused("no-such-patient", id=patient.id)
            db.table("patients").update(found[0], row)
            return patient

        return self._connection.call(work)

    def get(self, patient_id: str) -> Patient:
        """One person. Raises Refused("no-such-patient")."""
        found = self._select("id = ?", [patient_id])
        if not found:
            raise Refused("no-such-patient", id=patient_id)
        return found[0]

    def search(self, words: str) -> list[Patient]:
        """Those whom every word fits, best first: initials or name that begin with the first word come first.

        Words may be part of a name (one character is enough), pinyin initials, part of a telephone number or
        of the patient's number. No words: nobody.
        """
        plain = folded(words).split()
        if not plain:
            return []
        where, params = where_words(words)
        first = plain[0].translate(_ESCAPE)
        begins = r"name LIKE ? ESCAPE '\' OR ' ' || initials LIKE ? ESCAPE '\'"
        order = f"CASE WHEN {begins} THEN 0 ELSE 1 END, name, row"
        return self._select(where, params, order, [f"{first}%", f"% {first}%"])

    def all(self) -> list[Patient]:
        """Everybody, in the order in which they were added."""
        return self._select("1", [])

    def _select(
        self, where: str, params: list[str], order: str = "row", more: list[str] | None = None
    ) -> list[Patient]:
        sql = f"SELECT id, content FROM patients WHERE {where} ORDER BY {order}"
        rows = self._connection.call(lambda db: db.execute(sql, [*params, *(more or [])]).fetchall())
        return [_read(*row) for row in rows]

    def _row(self, patient: Patient) -> dict[str, Any]:
        return {
            "id": patient.id,
            "name": folded(patient.name),
            "initials": " ".join(self._initials_of(patient.name)),
            "phone": "".join(c for c in folded(patient.phone) if c.isdigit()),
            "number": folded(patient.number),
            "content": json.dumps(to_plain(patient), ensure_ascii=False, sort_keys=True),
            "updated_at": self._clock().isoformat(),
        }


def _read(patient_id: str, content: str) -> Patient:
    try:
        return from_plain(Patient, json.loads(content))
    except (CodecError, ValueError) as fault:
        # Without its cause: the fault quotes what it could not read, and that may be a name.
        detail = f"patient {patient_id} cannot be read at {str(fault).split(':')[0]}"
        raise OurBug("store-fault", detail=detail) from None
