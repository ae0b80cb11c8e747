"""Pictures and recordings, kept as they came: addressed by their SHA-256, each file encrypted.

A file's name is a keyed hash of the address (HMAC-SHA256), so that nobody can tell from the folder whether a
picture they know is among them. A file is written aside, flushed and renamed before it is noted in the
database: what is noted is there.
"""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tcm_station.domain.clock import Clock
from tcm_station.domain.errors import Refused, StoreDamaged
from tcm_station.store.connection import Connection
from tcm_station.store.errors import translated
from tcm_station.store.files import flush_folder, make_private, write_durably
from tcm_station.store.keys import Keys

if TYPE_CHECKING:
    from sqlite_utils import Database

FOLDER = "media"
_MAGIC = b"TCMM\x01"
_NONCE_BYTES = 12


class Media:
    def __init__(self, connection: Connection, folder: Path, keys: Keys, clock: Clock) -> None:
        self._connection = connection
        self._folder = folder / FOLDER
        self._cipher = AESGCM(keys.media)
        self._name_key = keys.media_names
        self._clock = clock

    def path(self, sha256: str) -> Path:
        """Where the bytes with this address lie, or would lie."""
        name = hmac.new(self._name_key, sha256.encode(), hashlib.sha256).hexdigest()
        return self._folder / name[:2] / name[2:]

    def put(self, data: bytes) -> str:
        """Keep bytes durably and return their SHA-256. The same bytes twice are kept once.

        Raises NotWritten when the disk is full or read-only; nothing is left behind then.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._sound(sha256):
            with translated(self._connection.place):
                self._write(self.path(sha256), data, sha256)
        row = {"sha256": sha256, "bytes": len(data), "added_at": self._clock().isoformat()}

        def work(db: "Database") -> str:
            db.table("media").insert(row, ignore=True)
            return sha256

        return self._connection.call(work)

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises Refused("no-such-media") when they were never kept, StoreDamaged naming the file
        when it is missing or not what was kept."""
        path = self.path(sha256)
        with translated(self._connection.place):
            sealed = path.read_bytes() if path.is_file() else None
        if sealed is None and self.has(sha256):
            raise StoreDamaged("media-missing", file=path)
        if sealed is None:
            raise Refused("no-such-media", sha256=sha256)
        data = self._opened(sealed, sha256)
        if data is None:
            raise StoreDamaged("media-damaged", file=path)
        return data

    def has(self, sha256: str) -> bool:
        """Whether bytes with this address were kept."""
        sql = "SELECT 1 FROM media WHERE sha256 = ?"
        return self._connection.call(lambda db: db.execute(sql, [sha256]).fetchone()) is not None

    def all(self) -> list[str]:
        """Every address that was kept, in the order of the addresses."""
        sql = "SELECT sha256 FROM media ORDER BY sha256"
        return [row[0] for row in self._connection.call(lambda db: db.execute(sql).fetchall())]

    def verify(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Addresses of missing and of damaged files. Reads everything."""
        missing: list[str] = []
        bad: list[str] = []
        for sha256 in self.all():
            try:
                self.get(sha256)
            except StoreDamaged as fault:
                (missing if fault.code == "media-missing" else bad).append(sha256)
        return tuple(missing), tuple(bad)

    def _sound(self, sha256: str) -> bool:
        try:
            return self._opened(self.path(sha256).read_bytes(), sha256) is not None
        except OSError:
            return False  # to be written now, and a real failure shows then

    def _opened(self, sealed: bytes, sha256: str) -> bytes | None:
        head = len(_MAGIC) + _NONCE_BYTES
        if not sealed.startswith(_MAGIC) or len(sealed) < head:
            return None
        try:
            data = self._cipher.decrypt(sealed[len(_MAGIC) : head], sealed[head:], sha256.encode())
        except InvalidTag:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def _write(self, path: Path, data: bytes, sha256: str) -> None:
        fresh = not path.parent.is_dir()
        make_private(path.parent)
        if fresh:
            flush_folder(path.parent.parent)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        write_durably(path, _MAGIC + nonce + self._cipher.encrypt(nonce, data, sha256.encode()))
