"""A visit as bytes: canonical JSON, its SHA-256, and the compressed form that is kept."""

import hashlib
import json
import zlib

from tcm_station.domain.codec import CodecError, from_plain, to_plain
from tcm_station.domain.errors import OurBug
from tcm_station.domain.visit import Visit

_LEVEL = 6


def canonical(visit: Visit) -> bytes:
    """The visit as UTF-8 JSON with sorted keys and no spaces: equal visits give equal bytes."""
    plain = to_plain(visit)
    return json.dumps(
        plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sha256_of(visit: Visit) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(visit)).hexdigest()


def pack(content: bytes) -> bytes:
    return zlib.compress(content, _LEVEL)


def unpack(packed: bytes, visit_id: str) -> bytes:
    """The canonical form again. Raises OurBug: the database seals each page, so this is not damage."""
    try:
        return zlib.decompress(packed)
    except zlib.error:
        raise OurBug("store-fault", detail=f"visit {visit_id} cannot be unpacked") from None


def read(content: bytes, visit_id: str) -> Visit:
    """The visit from its canonical form. Raises OurBug naming the visit, never what stands in it."""
    try:
        return from_plain(Visit, json.loads(content))
    except (CodecError, ValueError) as fault:
        detail = f"visit {visit_id} cannot be read at {str(fault).split(':')[0]}"
        raise OurBug("store-fault", detail=detail) from None
