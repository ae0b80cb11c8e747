"""The keys of a store: one random master key, wrapped by the passphrase and by the recovery key.

`keys.json` holds salts, argon2id's parameters and the wrapped master key, nothing that opens the store. A
wrong passphrase changes nothing on disk. Changing the passphrase wraps the same master key again, so neither
the database nor a media file is rewritten.
"""

import json
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tcm_station.domain.errors import Refused, StoreClosed, StoreDamaged
from tcm_station.store.files import write_durably

NAME = "keys.json"
FORMAT = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SALT_BYTES = 16
# Crockford's base 32: no I, L, O, U, so that a key written by hand is read back without doubt.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECOVERY_LENGTH = 32  # characters of 5 bits: 160 bits
_GROUP = 4
# Larger values in a key file are not ours: somebody wants to make this machine run out of memory.
_MOST_MEMORY_KIB = 4 * 1024 * 1024
_MOST_TIME = 1000


@dataclass(frozen=True, slots=True)
class KeyCost:
    """argon2id's parameters. The default is the second recommended choice of RFC 9106, section 4."""

    time_cost: int = 3
    memory_kib: int = 64 * 1024
    parallelism: int = 4


DEFAULT_COST = KeyCost()


@dataclass(frozen=True, slots=True)
class Keys:
    """What is derived from the master key (HKDF-SHA256), one key for each use."""

    database: bytes
    media: bytes
    media_names: bytes

    @classmethod
    def derive(cls, master: bytes) -> "Keys":
        def one(use: bytes) -> bytes:
            return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"tcm-station/1/" + use).derive(master)

        return cls(one(b"database"), one(b"media"), one(b"media-names"))


def _stretch(secret: str, salt: bytes, cost: KeyCost) -> bytes:
    # Full-width digits of a Chinese keyboard and composed accents of another are the same passphrase.
    plain = unicodedata.normalize("NFKC", secret).encode()
    return hash_secret_raw(
        plain, salt, cost.time_cost, cost.memory_kib, cost.parallelism, _KEY_BYTES, Type.ID
    )


def _wrap(master: bytes, secret: str, use: str, cost: KeyCost) -> dict[str, Any]:
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    wrapped = AESGCM(_stretch(secret, salt, cost)).encrypt(nonce, master, use.encode())
    return {
        "kdf": "argon2id",
        **asdict(cost),
        "salt": b64encode(salt).decode(),
        "nonce": b64encode(nonce).decode(),
        "wrapped": b64encode(wrapped).decode(),
    }


def _unwrap(envelope: Mapping[str, Any], secret: str, use: str) -> bytes | None:
    """The master key, or None when the secret is not the right one. Raises KeyError, TypeError, ValueError
    on an envelope that is not one."""
    cost = KeyCost(int(envelope["time_cost"]), int(envelope["memory_kib"]), int(envelope["parallelism"]))
    if cost.memory_kib > _MOST_MEMORY_KIB or cost.time_cost > _MOST_TIME:
        raise ValueError("cost out of range")
    salt, nonce, wrapped = (b64decode(envelope[name], validate=True) for name in ("salt", "nonce", "wrapped"))
    try:
        return AESGCM(_stretch(secret, salt, cost)).decrypt(nonce, wrapped, use.encode())
    except InvalidTag:
        return None


def new_recovery_key() -> str:
    """A random recovery key of 160 bits, in groups of four characters."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))
    return "-".join(letters[i : i + _GROUP] for i in range(0, _RECOVERY_LENGTH, _GROUP))


def recovery_letters(words: str) -> str | None:
    """What was typed, as the bare characters of a recovery key; None when it cannot be one."""
    plain = unicodedata.normalize("NFKC", words).upper()
    plain = "".join(c for c in plain if c not in "-‐–—_." and not c.isspace())
    plain = plain.replace("O", "0").replace("I", "1").replace("L", "1")
    return plain if len(plain) == _RECOVERY_LENGTH and set(plain) <= set(_ALPHABET) else None


class KeyFile:
    """keys.json of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def create(self, passphrase: str, cost: KeyCost) -> tuple[bytes, str]:
        """A new master key, wrapped and written. Returns it and the recovery key. Raises Refused, OSError."""
        _check(passphrase)
        master, recovery = secrets.token_bytes(_KEY_BYTES), new_recovery_key()
        letters = recovery_letters(recovery) or ""
        self._write(
            {
                "format": FORMAT,
                "passphrase": _wrap(master, passphrase, "passphrase", cost),
                "recovery": _wrap(master, letters, "recovery", cost),
            }
        )
        return master, recovery

    def open(self, secret: str) -> bytes:
        """The master key, by passphrase or recovery key.

        Raises StoreClosed("wrong-passphrase"), StoreDamaged when the file is missing or no key file.
        """
        plain = self._read()
        try:
            master = _unwrap(plain["passphrase"], secret, "passphrase")
            letters = recovery_letters(secret)
            if master is None and letters is not None:
                master = _unwrap(plain["recovery"], letters, "recovery")
        except (KeyError, TypeError, ValueError) as fault:
            raise StoreDamaged("key-file-damaged", file=self.path) from fault
        if master is None:
            raise StoreClosed("wrong-passphrase")
        return master

    def change(self, old: str, new: str, cost: KeyCost | None) -> None:
        """Wrap the master key under a new passphrase; the recovery key stays valid."""
        _check(new)
        master, plain = self.open(old), self._read()
        if cost is None:
            kept = plain["passphrase"]
            cost = KeyCost(kept["time_cost"], kept["memory_kib"], kept["parallelism"])
        self._write({**plain, "passphrase": _wrap(master, new, "passphrase", cost)})

    def _read(self) -> dict[str, Any]:
        try:
            plain = json.loads(self.path.read_bytes())
        except FileNotFoundError as fault:
            raise StoreDamaged("key-file-missing", file=self.path) from fault
        except ValueError as fault:
            raise StoreDamaged("key-file-damaged", file=self.path) from fault
        if not isinstance(plain, dict):
            raise StoreDamaged("key-file-damaged", file=self.path)
        if plain.get("format") != FORMAT:
            raise StoreClosed("store-newer", folder=self.path.parent)
        return plain

    def _write(self, plain: Mapping[str, Any]) -> None:
        write_durably(self.path, json.dumps(plain, indent=1).encode() + b"\n")


def _check(passphrase: str) -> None:
    if not passphrase.strip():
        raise Refused("passphrase-empty")
