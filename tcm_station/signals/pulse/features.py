"""The classic features of the sphygmogram, from the average beat; their spread from the single beats.

Heights are shares of h1 (the main wave), times are from the onset. h2, t2: the gorge between main and tidal
wave; h3, t3: tidal wave; h4, t4: dicrotic notch; h5: dicrotic wave above the notch; t_dicrotic: its time
(h4 + h5 is the reflection index); t5: from the notch to the end; t: the whole beat; w1, w2: width of the main
wave a third and a fifth of h1 below its top.
"""

from dataclasses import dataclass

import numpy as np

from tcm_station.signals.pulse.average import STEP_S, AverageBeat
from tcm_station.signals.pulse.clean import band
from tcm_station.signals.pulse.fiducials import mark_points
from tcm_station.signals.pulse.wave import Beats, Floats, PulseKind

TIDAL_LOW_PASS_HZ = 12.0
TIDAL_AFTER_PEAK_S = 0.04
TIDAL_BEFORE_NOTCH_S = 0.03


@dataclass(frozen=True, slots=True)
class Value:
    """value None: not there, and `why` says so (`pulse.why.<x>`). sd: over beats, None if unknown."""

    value: float | None
    sd: float | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """Seconds from the onset in the average beat; None where it is not to be told."""

    peak: float
    gorge: float | None
    tidal: float | None
    notch: float | None
    diastolic: float | None


def points(average: AverageBeat, kind: PulseKind) -> Points:
    """The marked points of the average beat."""
    k = len(average.values)
    fs = 1 / STEP_S
    # Laid end to end, so that the middle one has neighbours on both sides.
    train = np.tile(average.values[:-1], 5)
    top = int(np.argmax(average.values))
    rise = int(np.argmax(np.diff(average.values[: top + 1]))) if top > 1 else 0
    steep = (np.arange(5) * (k - 1) + rise + 0.5) * STEP_S
    _, peak, notch, crest = (float(p[2]) - 2 * (k - 1) * STEP_S for p in mark_points(train, fs, steep, kind))
    if not np.isfinite(peak):
        peak = top * STEP_S
    known_notch = notch if np.isfinite(notch) else None
    gorge, tidal = (
        _tidal(train, fs, peak + 2 * (k - 1) * STEP_S, known_notch, k) if known_notch else (None, None)
    )
    return Points(peak, gorge, tidal, known_notch, crest if np.isfinite(crest) else None)


def _tidal(train: Floats, fs: float, peak: float, notch: float, k: int) -> tuple[float | None, float | None]:
    """(gorge, tidal wave) between peak and notch: a second top, else a shoulder (bend up, then down)."""
    offset = 2 * (k - 1) * STEP_S
    y = band(train, fs, high_hz=TIDAL_LOW_PASS_HZ)
    low = int((peak + TIDAL_AFTER_PEAK_S) * fs)
    high = int((notch + offset - TIDAL_BEFORE_NOTCH_S) * fs)
    if high - low < 5:
        return None, None
    slope = np.gradient(y)
    inside = slope[low:high]
    dips = np.flatnonzero((inside[:-1] < 0) & (inside[1:] >= 0))
    if len(dips):
        gorge = low + int(dips[0]) + 1
        crest = gorge + int(np.argmax(y[gorge : high + 1]))
        return gorge / fs - offset, crest / fs - offset
    # A shoulder is where the fall is slowest between two steeper stretches.
    flats = np.flatnonzero((inside[1:-1] > inside[:-2]) & (inside[1:-1] >= inside[2:])) + 1
    if len(flats) == 0:
        return None, None
    flat = int(flats[np.argmax(inside[flats])])
    curve = np.gradient(slope)[low:high]
    gorge = low + int(np.argmax(curve[: flat + 1]))
    crest = low + flat + int(np.argmin(curve[flat:]))
    return gorge / fs - offset, crest / fs - offset


def _height_at(average: AverageBeat, t: float) -> tuple[float, Floats]:
    grid = np.arange(len(average.values)) * STEP_S
    i = min(round(t / STEP_S), len(grid) - 1)
    return float(np.interp(t, grid, average.values)), average.rows[:, i]


def _width(row: Floats, level: float) -> float:
    """Seconds for which the wave around its top is at or above `level`, between samples by straight lines."""
    top = int(np.nanargmax(row))
    left = top
    while left > 0 and row[left - 1] >= level:
        left -= 1
    right = top
    while right < len(row) - 1 and row[right + 1] >= level:
        right += 1
    width = float(right - left)
    if left > 0:
        width += float((row[left] - level) / (row[left] - row[left - 1]))
    if right < len(row) - 1 and np.isfinite(row[right + 1]):
        width += float((row[right] - level) / (row[right] - row[right + 1]))
    return width * STEP_S


def _sd(values: Floats) -> float | None:
    good = values[np.isfinite(values)]
    return float(good.std(ddof=1)) if len(good) >= 3 else None


def features(average: AverageBeat, beats: Beats, kind: PulseKind) -> dict[str, Value]:
    """Every feature by its short name (times in ms, heights and ratios as shares of one)."""
    p = points(average, kind)
    used = average.used
    onset = beats.upstroke_s[used] - float(np.median(beats.upstroke_s[used] - beats.onset_s[used]))
    each_t = beats.upstroke_s[used + 1] - beats.upstroke_s[used]
    each_t1 = beats.peak_s[used] - onset
    each_t4 = beats.notch_s[used] - onset
    period = average.period_s
    out: dict[str, Value] = {
        "t": Value(1000 * period, _ms(each_t)),
        "t1": Value(1000 * p.peak, _ms(each_t1)),
        "t1_t": Value(p.peak / period, _sd(each_t1 / each_t)),
    }
    no_notch, no_tidal = Value(None, why="no_notch"), Value(None, why="no_tidal")
    for name, at, absent in (("2", p.gorge, no_tidal), ("3", p.tidal, no_tidal), ("4", p.notch, no_notch)):
        if at is None:
            out[f"h{name}_h1"] = out[f"t{name}"] = absent
            continue
        height, each = _height_at(average, at)
        out[f"h{name}_h1"] = Value(height, _sd(each))
        out[f"t{name}"] = Value(1000 * at, _ms(each_t4) if name == "4" else None)
    if p.notch is None:
        for name in (
            "h5_h1",
            "t5",
            "t_dicrotic",
            "t1_t4",
            "area_systolic",
            "area_diastolic",
            "reflection_index",
        ):
            out[name] = no_notch
    else:
        notch, each_notch = _height_at(average, p.notch)
        crest, each_crest = _height_at(average, p.diastolic if p.diastolic is not None else p.notch)
        out["h5_h1"] = Value(crest - notch, _sd(each_crest - each_notch))
        out["reflection_index"] = Value(crest, _sd(each_crest))
        if p.diastolic is None:
            out["t_dicrotic"] = Value(None, why="no_notch")
        else:
            out["t_dicrotic"] = Value(1000 * p.diastolic, _ms(beats.diastolic_s[used] - onset))
        out["t5"] = Value(1000 * (period - p.notch), _ms(each_t - each_t4))
        out["t1_t4"] = Value(p.peak / p.notch, _sd(each_t1 / each_t4))
        cut = round(p.notch / STEP_S)
        total = float(average.values.sum())
        systolic = float(average.values[:cut].sum()) / total
        each_area = average.rows[:, :cut].sum(axis=1) / np.nansum(average.rows, axis=1)
        out["area_systolic"] = Value(systolic, _sd(each_area))
        out["area_diastolic"] = Value(1 - systolic, _sd(each_area))
    for name, level in (("w1", 2 / 3), ("w2", 4 / 5)):
        each_w = np.array([_width(row, level) for row in average.rows])
        width = _width(average.values, level)
        out[name] = Value(1000 * width, _ms(each_w))
        out[f"{name}_t"] = Value(width / period, _sd(each_w / each_t))
    out["k_value"] = Value(float(average.values.mean()), _sd(np.nanmean(average.rows, axis=1)))
    return out


def _ms(values: Floats) -> float | None:
    sd = _sd(values)
    return None if sd is None else 1000 * sd
