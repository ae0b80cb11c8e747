"""Reading a recorded pulse wave from a file or from bytes, whatever made it.

Text (any delimiter, header or none, decimal comma, UTF-8, UTF-16 or GBK, time column or none), PulseSensor
serial lines, CMS50D dumps of both protocols, NumPy archives, WFDB records (formats 16 and 212) and EDF.
"""

import contextlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import MachineFailed, Refused
from tcm_station.signals.pulse.channel import Channel
from tcm_station.signals.pulse.checks import MOST_SAMPLES, checked
from tcm_station.signals.pulse.read_binary import looks_like_cms50d, read_cms50d
from tcm_station.signals.pulse.read_records import read_edf, read_npz, read_wfdb
from tcm_station.signals.pulse.read_text import read_text
from tcm_station.signals.pulse.wave import Floats, PulseKind, Wave

MOST_BYTES = 200 * 1024 * 1024
SHORTEST_GAP_S = 0.05  # a shorter hole is bridged like any lost sample
# Control characters that text never holds.
NOT_TEXT = bytes(b for b in range(32) if b not in b"\t\n\r\x0c\x1a")


def read_wave(
    source: Path | bytes,
    name: str = "",
    *,
    fs_hz: float | None = None,
    column: str | None = None,
    kind: str | None = None,
) -> Wave:
    """One channel of pulse wave.

    source: a file, or its bytes. name: what to call it in errors. fs_hz: samples a second, needed where the
    file does not tell; it wins over the file. column: name or number (from 1) of the channel. kind: "ppg" or
    "pressure"; by default as the file says, else light.

    Raises Refused: pulse-not-found, pulse-empty, pulse-too-big, pulse-unreadable, pulse-truncated,
    pulse-text-in-numbers (with its line), pulse-no-column, pulse-no-rate, pulse-time-unusable, and those of
    `checks.checked`. Nothing is allocated for a file over MOST_BYTES or a record over MOST_SAMPLES.
    """
    name = name or (source.name if isinstance(source, Path) else "")
    data, path = _bytes_of(source, name)
    channel = _read(data, path, name, column)
    fs = fs_hz if fs_hz is not None else channel.fs_hz
    if fs is None:
        raise Refused("pulse-no-rate", name=name)
    if len(channel.values) > MOST_SAMPLES:
        raise Refused("pulse-too-long", name=name, samples=len(channel.values), most=MOST_SAMPLES)
    return checked(_wave(channel, float(fs), kind), name)


def _bytes_of(source: Path | bytes, name: str) -> tuple[bytes, Path | None]:
    if isinstance(source, bytes):
        size, path = len(source), None
    else:
        path = source
        try:
            size = source.stat().st_size
        except FileNotFoundError:
            raise Refused("pulse-not-found", name=name) from None
        except OSError as fault:
            raise MachineFailed(
                "pulse-not-read", name=name, what=fault.strerror or type(fault).__name__
            ) from fault
    if size > MOST_BYTES:
        raise Refused("pulse-too-big", name=name, mib=size >> 20, most=MOST_BYTES >> 20)
    if isinstance(source, bytes):
        data = source
    else:
        try:
            data = source.read_bytes()
        except OSError as fault:
            raise MachineFailed(
                "pulse-not-read", name=name, what=fault.strerror or type(fault).__name__
            ) from fault
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise Refused("pulse-empty", name=name)
    return data, path


def _read(data: bytes, path: Path | None, name: str, column: str | None) -> Channel:
    if data.startswith(b"PK\x03\x04"):
        return read_npz(data, name, column)
    if data.startswith(b"0       ") and len(data) >= 256:
        return read_edf(data, name, column)
    if path is not None and path.suffix.lower() in (".hea", ".dat") and path.with_suffix(".hea").exists():
        return read_wfdb(path.with_suffix(".hea"), name, column)
    if looks_like_cms50d(data):
        return read_cms50d(data)
    return read_text(decoded(data, name), name, column)


def decoded(data: bytes, name: str) -> str:
    """The bytes as text: by byte-order mark, else UTF-8, else GBK. Raises Refused(pulse-unreadable)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode("utf-16")
    elif data[:65536].translate(None, NOT_TEXT) != data[:65536]:
        # UTF-16 without a mark: every other byte of numbers is zero.
        for encoding, zeros in (("utf-16-le", data[1:4096:2]), ("utf-16-be", data[0:4096:2])):
            if zeros.count(0) > 0.7 * len(zeros):
                with contextlib.suppress(UnicodeDecodeError):
                    return data.decode(encoding)
    else:
        for encoding in ("utf-8-sig", "gb18030"):
            with contextlib.suppress(UnicodeDecodeError):
                return data.decode(encoding)
    raise Refused("pulse-unreadable", name=name)


def _wave(channel: Channel, fs: float, kind: str | None) -> Wave:
    with np.errstate(over="ignore"):  # what is too large for a number of 32 bits is missing, as infinity is
        values: NDArray[np.float32] = np.asarray(channel.values, dtype=np.float32)
    values = np.where(np.isfinite(values), values, np.float32("nan"))
    gaps = gaps_of(values, fs)
    notes = channel.notes + (("gaps",) if gaps else ()) + (("synthetic",) if channel.synthetic else ())
    return Wave(
        values,
        fs,
        PulseKind(kind) if kind is not None else channel.kind,
        channel.unit,
        gaps,
        channel.source,
        notes,
        channel.synthetic,
    )


def gaps_of(values: Floats, fs_hz: float) -> tuple[tuple[float, float], ...]:
    """Where nothing was recorded: (from, to) in seconds for each run of NaN of SHORTEST_GAP_S or more."""
    missing = np.concatenate(([False], ~np.isfinite(values), [False]))
    edges = np.flatnonzero(missing[1:] != missing[:-1]).reshape(-1, 2)
    long = edges[(edges[:, 1] - edges[:, 0]) >= SHORTEST_GAP_S * fs_hz]
    return tuple((round(a / fs_hz, 4), round(b / fs_hz, 4)) for a, b in long.tolist())
