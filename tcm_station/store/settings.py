"""Settings of the desk: a key and a JSON value each."""

import json
from typing import TYPE_CHECKING, Any

from tcm_station.store.connection import Connection

if TYPE_CHECKING:
    from sqlite_utils import Database


class Settings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str, default: Any = None) -> Any:
        """The value kept under a key, or `default`."""
        found = self._connection.call(
            lambda db: db.execute("SELECT value FROM settings WHERE key = ?", [key]).fetchone()
        )
        return default if found is None else json.loads(found[0])

    def put(self, key: str, value: Any) -> None:
        """Keep a value. Raises TypeError or ValueError when it is not plain JSON data."""
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)

        def work(db: "Database") -> None:
            db.table("settings").upsert({"key": key, "value": text}, pk="key")

        self._connection.call(work)
