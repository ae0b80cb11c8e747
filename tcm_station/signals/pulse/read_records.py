"""Records of other tools: NumPy archives, WFDB (formats 16 and 212), EDF. Headers are checked before data."""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tcm_station.domain.errors import Refused
from tcm_station.signals.pulse.channel import Channel, best_name, kind_of, unit_of
from tcm_station.signals.pulse.checks import MOST_SAMPLES
from tcm_station.signals.pulse.wave import Floats

RATE_KEYS = ("fs", "fs_hz", "rate_hz", "sampling_rate")


def pick(names: list[str], column: str | None, name: str) -> int:
    """Which channel: by name or number (from 1), else the likeliest. Raises Refused(pulse-no-column)."""
    listed = ", ".join(names)
    if column is not None:
        for i, each in enumerate(names):
            if each.strip().lower() == column.strip().lower():
                return i
        if column.isdigit() and 1 <= int(column) <= len(names):
            return int(column) - 1
        raise Refused("pulse-no-column", name=name, column=column, columns=listed)
    best = best_name(names)
    if best is not None:
        return best
    if len(names) == 1:
        return 0
    raise Refused("pulse-no-column", name=name, column="", columns=listed)


def read_npz(data: bytes, name: str, column: str | None) -> Channel:
    """An archive of arrays with a rate under "fs". Pickled objects are never loaded."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(i.file_size for i in archive.infolist()) > 8 * MOST_SAMPLES:
                raise Refused("pulse-too-long", name=name, samples="?", most=MOST_SAMPLES)
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            rate = next((float(arrays[k]) for k in RATE_KEYS if k in arrays.files), None)
            waves = [k for k in arrays.files if k not in RATE_KEYS and _is_wave(arrays, k)]
            if not waves:
                raise Refused("pulse-unreadable", name=name)
            chosen = waves[pick(waves, column, name)]
            values: Floats = arrays[chosen].astype(np.float64)
    except (ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile) as fault:
        raise Refused("pulse-unreadable", name=name) from fault
    unit = "mmHg" if chosen.lower() in ("abp", "art") else unit_of(chosen)
    return Channel(values, rate, "npz", kind_of(chosen), unit)


def _is_wave(arrays: "np.lib.npyio.NpzFile", key: str) -> bool:
    try:
        array = arrays[key]
    except ValueError:  # a pickled object, which we do not load
        return False
    return array.ndim == 1 and array.dtype.kind in "fiu" and len(array) >= 100


@dataclass(frozen=True, slots=True)
class _Signal:
    file: str
    format: str
    per_frame: int
    gain: float
    baseline: float
    unit: str
    description: str


SIGNAL = re.compile(
    r"^(?P<file>\S+)\s+(?P<format>\d+)(?:x(?P<per>\d+))?(?::\d+)?(?:\+\d+)?"
    r"(?:\s+(?P<gain>[-+.\deE]+)(?:\((?P<baseline>-?\d+)\))?(?:/(?P<unit>\S+))?"
    r"(?:\s+\S+)?(?:\s+(?P<zero>-?\d+))?(?:\s+-?\d+)?(?:\s+-?\d+)?(?:\s+-?\d+)?(?:\s+(?P<description>.*\S))?)?\s*$"
)


def read_wfdb(header: Path, name: str, column: str | None) -> Channel:
    """One signal of a single-segment record whose data file lies beside the header."""
    try:
        lines = [
            ln for ln in header.read_text(encoding="latin-1").splitlines() if ln and not ln.startswith("#")
        ]
        first = lines[0].split()
        count = int(first[1])
        frame_hz = float(re.split("[/(]", first[2])[0]) if len(first) > 2 else 250.0
        signals = [_signal(line) for line in lines[1 : count + 1]]
    except (OSError, IndexError, ValueError) as fault:
        raise Refused("pulse-unreadable", name=name) from fault
    if count < 1 or len(signals) != count or len({(s.file, s.format) for s in signals}) != 1:
        raise Refused("pulse-unreadable", name=name)
    at = pick([s.description for s in signals], column, name)
    chosen = signals[at]
    # The header names the file; a name that leads elsewhere is not followed.
    path = header.parent / Path(chosen.file).name
    try:
        if path.stat().st_size > 2 * MOST_SAMPLES:
            raise Refused("pulse-too-long", name=name, samples=path.stat().st_size // 2, most=MOST_SAMPLES)
        raw = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    except OSError as fault:
        raise Refused("pulse-truncated", name=name, what=path.name) from fault
    samples = _unpacked(raw, chosen.format, name)
    width = sum(s.per_frame for s in signals)
    start = sum(s.per_frame for s in signals[:at])
    frames = samples[: len(samples) // width * width].reshape(-1, width)
    values = frames[:, start : start + chosen.per_frame].reshape(-1).astype(np.float64)
    values[values == (-2048 if chosen.format == "212" else -32768)] = np.nan
    scaled = (values - chosen.baseline) / chosen.gain
    label = f"{chosen.description} {chosen.unit}"
    return Channel(scaled, frame_hz * chosen.per_frame, "wfdb", kind_of(label), unit_of(label))


def _signal(line: str) -> _Signal:
    found = SIGNAL.match(line)
    if found is None:
        raise ValueError(line)
    gain = float(found["gain"] or 200.0) or 200.0
    baseline = float(found["baseline"] or found["zero"] or 0)
    return _Signal(
        found["file"],
        found["format"],
        int(found["per"] or 1),
        gain,
        baseline,
        found["unit"] or "mV",
        found["description"] or "",
    )


def _unpacked(raw: np.ndarray[tuple[int], np.dtype[np.uint8]], form: str, name: str) -> Floats:
    if form == "16":
        whole: Floats = raw[: len(raw) // 2 * 2].view("<i2").astype(np.float64)
        return whole
    if form == "212":
        b = raw[: len(raw) // 3 * 3].reshape(-1, 3).astype(np.int32)
        pairs = np.stack([b[:, 0] | ((b[:, 1] & 0x0F) << 8), b[:, 2] | ((b[:, 1] & 0xF0) << 4)], axis=1)
        pairs[pairs > 2047] -= 4096
        return pairs.reshape(-1).astype(np.float64)
    raise Refused("pulse-unreadable", name=name)


def read_edf(data: bytes, name: str, column: str | None) -> Channel:
    """One signal of an EDF or EDF+C file. The header's own numbers are checked against the file's length."""
    try:
        count = int(data[252:256])
        if not 1 <= count <= 512 or len(data) < 256 * (count + 1):
            raise Refused("pulse-truncated", name=name, what="EDF header")
        fields = _edf_fields(data[256 : 256 * (count + 1)], count)
        records, seconds = int(data[236:244]), float(data[244:252])
        per_record = [int(v) for v in fields["samples"]]
        low, high = ([float(v) for v in fields[k]] for k in ("physical_low", "physical_high"))
        dig_low, dig_high = ([float(v) for v in fields[k]] for k in ("digital_low", "digital_high"))
    except (ValueError, UnicodeDecodeError) as fault:
        raise Refused("pulse-unreadable", name=name) from fault
    labels = fields["label"]
    at = pick(labels, column, name)
    width = sum(per_record)
    if (
        seconds <= 0
        or width <= 0
        or min(per_record) < 0
        or per_record[at] == 0
        or dig_high[at] == dig_low[at]
    ):
        raise Refused("pulse-unreadable", name=name)
    body = np.frombuffer(
        data, dtype="<i2", offset=256 * (count + 1), count=(len(data) - 256 * (count + 1)) // 2
    )
    whole = len(body) // width
    if whole == 0 or whole < records:
        raise Refused("pulse-truncated", name=name, what=f"{whole} / {records}")
    start = sum(per_record[:at])
    digital = body[: whole * width].reshape(whole, width)[:, start : start + per_record[at]].reshape(-1)
    scale = (high[at] - low[at]) / (dig_high[at] - dig_low[at])
    values = (digital.astype(np.float64) - dig_low[at]) * scale + low[at]
    label = f"{labels[at]} {fields['unit'][at]}"
    return Channel(values, per_record[at] / seconds, "edf", kind_of(label), unit_of(label))


def _edf_fields(block: bytes, count: int) -> dict[str, list[str]]:
    """The header's columns of fixed-width text."""
    widths = (
        ("label", 16),
        ("transducer", 80),
        ("unit", 8),
        ("physical_low", 8),
        ("physical_high", 8),
        ("digital_low", 8),
        ("digital_high", 8),
        ("filter", 80),
        ("samples", 8),
    )
    at, fields = 0, {}
    for key, width in widths:
        part = block[at : at + width * count].decode("latin-1")
        fields[key] = [part[i * width : (i + 1) * width].strip() for i in range(count)]
        at += width * count
    return fields
