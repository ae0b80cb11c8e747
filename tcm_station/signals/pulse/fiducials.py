"""The marked points of each beat: onset, systolic peak, dicrotic notch, diastolic peak.

Worked out for many beats at once: each beat is a row of a matrix cut around its steepest point.

Onset: the lowest point before the upstroke, but at most FOOT_S before the strongest bend at its foot (a long
flat valley has its lowest point anywhere). Systolic peak: the highest point of systole. Notch: from the
strongest upward bend after the peak (e of the second derivative) on, the lowest point if the wave dips,
else a point 0.42 of the way to the flattest point that follows; that is where annotators put it.
Diastolic peak: the highest point after the notch if the wave dips, else the flattest.
Lengths of time here were chosen on the even subjects of the shared annotated set (evaluation/pulse.py).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tcm_station.signals.pulse.clean import band
from tcm_station.signals.pulse.wave import Bools, Floats, Ints, PulseKind

FINE_HZ = 250.0  # points are placed at about this rate, and between samples
# Low pass for levels (onset, peak, dips), and for the bends after the peak, which are faint. The pressure
# wave is the sharper of the two: rounded as light may be, its foot would move 15 ms and its top 8 ms.
LEVEL_HZ = {PulseKind.PPG: 9.0, PulseKind.PRESSURE: 14.0}
BEND_HZ = {PulseKind.PPG: 7.0, PulseKind.PRESSURE: 9.0}
BEFORE_S = 0.45
AFTER_S = 1.0
FOOT_S = {PulseKind.PPG: 0.05, PulseKind.PRESSURE: 0.03}
PEAK_WITHIN_S = 0.42  # systole ends by then at any rate at rest
NOTCH_FROM_S, NOTCH_TO_S, NOTCH_TO_SHARE = 0.10, 0.33, 0.38  # after the peak; share of the period
NOTCH_PART = 0.42
DIP_TO_S, DIP_TO_SHARE = 0.40, 0.45
DIP_RISE = 0.03  # of the height: by so much the wave must rise again for a dip
FLAT_WITHIN_S = 0.10
CREST_WITHIN_S = 0.30
CHUNK = 256  # rows at a time, so that an hour fits into a few megabytes


def mark_points(
    x: Floats, fs_hz: float, steep_s: Floats, kind: PulseKind
) -> tuple[Floats, Floats, Floats, Floats]:
    """(onset_s, peak_s, notch_s, diastolic_s) of each beat, NaN where a point cannot be told.

    x: upright wave, finite, shape (n,). steep_s: steepest points, ascending, shape (m,).
    """
    m = len(steep_s)
    out = np.full((4, m), np.nan)
    if m == 0:
        return out[0], out[1], out[2], out[3]
    before, after = int(BEFORE_S * fs_hz), int(AFTER_S * fs_hz)

    def rows(high_hz: float) -> Floats:
        smooth = np.pad(band(x, fs_hz, high_hz=high_hz), (before, after + 1), mode="edge")
        return sliding_window_view(smooth, before + after + 1)

    level, bend = rows(LEVEL_HZ[kind]), rows(BEND_HZ[kind])
    steep = np.clip(np.rint(steep_s * fs_hz).astype(np.intp), 0, len(x) - 1)
    gap = np.diff(steep_s)
    typical = float(np.median(gap)) if len(gap) else 0.8
    previous = np.concatenate(([typical], gap))
    # After a pause the wave has long run out: points are looked for within an ordinary beat.
    following = np.minimum(np.concatenate((gap, [typical])), 1.5 * typical)
    for start in range(0, m, CHUNK):
        part = slice(start, min(m, start + CHUNK))
        at = steep[part]
        points = _mark_rows(level[at], bend[at], fs_hz, before, FOOT_S[kind], previous[part], following[part])
        absolute = points - before + at
        # A point beyond the record's end was only padding.
        absolute[(absolute < 0) | (absolute > len(x) - 1)] = np.nan
        out[:, part] = absolute / fs_hz
    return out[0], out[1], out[2], out[3]


def _between(width: int, start: Floats, stop: Floats) -> Bools:
    at = np.arange(width)
    mask: Bools = (at >= start[:, None]) & (at <= stop[:, None])
    return mask


def _highest(rows: Floats, mask: Bools) -> Ints:
    at: Ints = np.where(mask, rows, -np.inf).argmax(axis=1)
    return at


def _lowest(rows: Floats, mask: Bools) -> Ints:
    at: Ints = np.where(mask, rows, np.inf).argmin(axis=1)
    return at


def _vertex(rows: Floats, at: Ints) -> Floats:
    """Positions moved to the vertex of the parabola through three samples, at most half a sample."""
    i = np.arange(len(at))
    inner = np.clip(at, 1, rows.shape[1] - 2)
    left, mid, right = rows[i, inner - 1], rows[i, inner], rows[i, inner + 1]
    curve = left - 2 * mid + right
    flat = np.abs(curve) < 1e-15
    shift = np.where(flat, 0.0, (left - right) / np.where(flat, 1.0, 2 * curve))
    moved: Floats = inner + np.clip(shift, -0.5, 0.5)
    return moved


def _mark_rows(
    level: Floats,
    soft: Floats,
    fs: float,
    centre: int,
    before_foot: float,
    previous: Floats,
    following: Floats,
) -> Floats:
    m, width = level.shape
    mid = np.full(m, float(centre))
    end = mid + following * fs

    trough = _vertex(
        level, _lowest(level, _between(width, mid - np.minimum(BEFORE_S, 0.55 * previous) * fs, mid))
    )
    foot = _vertex(
        curve := np.gradient(np.gradient(level, axis=1), axis=1),
        _highest(curve, _between(width, mid - 0.2 * fs, mid)),
    )
    peak = _highest(level, _between(width, mid, mid + np.minimum(PEAK_WITHIN_S, 0.5 * following) * fs))

    slope = np.gradient(soft, axis=1)
    curve = np.gradient(slope, axis=1)
    to = np.minimum(NOTCH_TO_S, NOTCH_TO_SHARE * following)
    search = _between(width, peak + np.minimum(NOTCH_FROM_S, 0.6 * to) * fs, peak + to * fs)
    e = _highest(curve, search)
    ahead = _between(width, e + 1.0, e + FLAT_WITHIN_S * fs)
    crests = ahead & (slope >= np.roll(slope, 1, axis=1)) & (slope > np.roll(slope, -1, axis=1))
    flattest = np.where(crests.any(axis=1), crests.argmax(axis=1), e + 0.05 * fs)
    dips = _between(width, e.astype(float), flattest) & (slope >= 0) & (np.roll(slope, 1, axis=1) < 0)
    dipped = dips.any(axis=1)
    notch = np.where(dipped, dips.argmax(axis=1), e + NOTCH_PART * (flattest - e))
    # A deep valley may lie well after the bend: where the wave rises again behind its lowest point,
    # that point is the notch.
    last = np.minimum(peak + np.minimum(DIP_TO_S, DIP_TO_SHARE * following) * fs, end - 0.15 * fs)
    valley = _lowest(level, _between(width, peak + NOTCH_FROM_S * fs, last))
    behind = _between(width, valley.astype(float), np.minimum(valley + CREST_WITHIN_S * fs, end - 0.12 * fs))
    i = np.arange(m)
    again = np.where(behind, level, -np.inf).max(axis=1) - level[i, valley]
    deep = again > DIP_RISE * (level[i, peak] - level[i, np.rint(trough).astype(np.intp)])
    notch = np.where(deep, _vertex(level, valley), notch)
    dipped |= deep

    later = _between(width, notch + 1, np.minimum(notch + CREST_WITHIN_S * fs, end - 0.12 * fs))
    crest = np.where(dipped, _vertex(level, _highest(level, later)), flattest)

    points = np.full((4, m), np.nan)
    points[0] = np.maximum(trough, foot - before_foot * fs)
    points[1] = _vertex(level, peak)
    points[2] = np.where(search.any(axis=1) & (notch > peak), notch, np.nan)
    points[3] = np.where(np.isfinite(points[2]) & later.any(axis=1) & (crest > notch), crest, np.nan)
    return points
