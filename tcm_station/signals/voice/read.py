"""Reading WAV files: 8, 16, 24 and 32 bit whole numbers, 32 and 64 bit floats, plain or extensible headers.

The standard library's reader knows neither floats nor extensible headers, so the chunks are read here.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import MachineFailed, Refused

MOST_BYTES = 200 * 1024 * 1024
MOST_SAMPLES = 60_000_000
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
LOWEST_HZ, HIGHEST_HZ = 4000, 400_000
SHORTEST_S = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """values: float32, shape (n,), full scale at ±1, the mean of all channels. fs_hz: samples a second.

    clipped: share (0..1) of samples at full scale in any channel.
    """

    values: NDArray[np.float32]
    fs_hz: float
    clipped: float = 0.0

    @property
    def seconds(self) -> float:
        return len(self.values) / self.fs_hz


@dataclass(frozen=True, slots=True)
class _Format:
    code: int
    channels: int
    fs_hz: int
    bits: int


def read_voice(source: Path | bytes, name: str = "") -> Sound:
    """A recording.

    Raises Refused: voice-not-found, voice-too-big, voice-empty, voice-unreadable, voice-format,
    voice-truncated, voice-too-short; MachineFailed(voice-not-read). The header's numbers are checked before
    anything is allocated.
    """
    name = name or (source.name if isinstance(source, Path) else "")
    if isinstance(source, Path):
        try:
            size = source.stat().st_size
            data = source.read_bytes() if size <= MOST_BYTES else b""
        except FileNotFoundError:
            raise Refused("voice-not-found", name=name) from None
        except OSError as fault:
            raise MachineFailed(
                "voice-not-read", name=name, what=fault.strerror or type(fault).__name__
            ) from fault
    else:
        size, data = len(source), source
    if size > MOST_BYTES:
        raise Refused("voice-too-big", name=name, mib=size >> 20, most=MOST_BYTES >> 20)
    if size == 0:
        raise Refused("voice-empty", name=name)
    form, body = _chunks(data, name)
    values, clipped = _samples(form, body, name)
    if len(values) < SHORTEST_S * form.fs_hz:
        seconds = len(values) / form.fs_hz
        raise Refused("voice-too-short", name=name, seconds=f"{seconds:.2f}", least=f"{SHORTEST_S:g}")
    return Sound(values, float(form.fs_hz), clipped)


def _chunks(data: bytes, name: str) -> tuple[_Format, bytes]:
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise Refused("voice-unreadable", name=name)
    form: _Format | None = None
    at = 12
    while at + 8 <= len(data):
        tag, length = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        start = at + 8
        if tag == b"fmt ":
            if length < 16 or start + 16 > len(data):
                raise Refused("voice-unreadable", name=name)
            code, channels, fs_hz, _, _, bits = struct.unpack_from("<HHIIHH", data, start)
            if code == EXTENSIBLE and length >= 40 and start + 26 <= len(data):
                code = struct.unpack_from("<H", data, start + 24)[0]
            form = _Format(code, channels, fs_hz, bits)
        elif tag == b"data":
            if form is None:
                raise Refused("voice-unreadable", name=name)
            # A recorder that was cut off leaves a length of 0 or of 4 GiB: what is there is the sound.
            stop = len(data) if length in (0, 0xFFFFFFFF) else start + length
            if stop > len(data):
                raise Refused("voice-truncated", name=name, have=len(data) - start, stated=length)
            return form, data[start:stop]
        at = start + length + (length & 1)
    raise Refused("voice-unreadable", name=name)


def _samples(form: _Format, body: bytes, name: str) -> tuple[NDArray[np.float32], float]:
    known = (form.code == PCM and form.bits in (8, 16, 24, 32)) or (
        form.code == FLOAT and form.bits in (32, 64)
    )
    if not known or not 1 <= form.channels <= 16 or not LOWEST_HZ <= form.fs_hz <= HIGHEST_HZ:
        raise Refused("voice-format", name=name, form=form.code, bits=form.bits, fs=form.fs_hz)
    width = form.bits // 8
    count = len(body) // (width * form.channels) * form.channels
    if count > MOST_SAMPLES:
        raise Refused("voice-too-big", name=name, mib=len(body) >> 20, most=MOST_BYTES >> 20)
    raw = body[: count * width]
    values: NDArray[np.float32]
    if form.code == FLOAT:
        values = np.frombuffer(raw, dtype="<f4" if width == 4 else "<f8").astype(np.float32)
        values = np.where(np.isfinite(values), values, np.float32(0))
    elif width == 1:
        values = ((np.frombuffer(raw, dtype=np.uint8) - 128.0) / 128).astype(np.float32)
    elif width == 3:
        parts = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3).astype(np.int32)
        whole = (parts[:, 0] << 8) | (parts[:, 1] << 16) | (parts[:, 2] << 24)
        values = (whole / 2**31).astype(np.float32)
    else:
        values = (np.frombuffer(raw, dtype=f"<i{width}") / 2 ** (form.bits - 1)).astype(np.float32)
    frames = values.reshape(-1, form.channels)
    full = np.abs(frames).max(axis=1, initial=0) >= 0.999 if len(frames) else np.zeros(0, dtype=bool)
    mono: NDArray[np.float32] = frames.mean(axis=1, dtype=np.float32)
    return mono, float(full.mean()) if len(full) else 0.0
