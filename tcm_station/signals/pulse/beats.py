"""Finding beats, in light or pressure, either way up.

Four steps. Every rise of the filtered wave is a candidate, weighed against the rises around it. A first
choice by size alone gives the local period. Then the best chain of candidates is found by dynamic
programming: a rise earns by its size, and an interval pays by how far it is from the local period; so a
dicrotic wave is left out because it splits a beat, a weak beat is kept because the rhythm wants one there,
and an early beat is kept because it is big. Nothing is invented where nothing rises. Last, the points of
each beat are marked, its kind told from the intervals, and its quality from its likeness to the others.
"""

from dataclasses import dataclass

import numpy as np

from tcm_station.signals.pulse.clean import band, bridged, coarse, flat_samples, running_median, without_jumps
from tcm_station.signals.pulse.fiducials import FINE_HZ, mark_points
from tcm_station.signals.pulse.quality import beat_quality
from tcm_station.signals.pulse.rhythm import beat_kinds
from tcm_station.signals.pulse.wave import Beats, Bools, Floats, Wave, no_beats


@dataclass(frozen=True, slots=True)
class Tuning:
    """Numbers of the search. Tuned on the even records of the shared intensive-care set, none on the odd."""

    low_hz: float = 0.8
    high_hz: float = 7.0
    window_s: float = 1.5  # one largest rise per window …
    windows: int = 5  # … and the median over so many is the local size
    first_ratio: float = 0.35  # of the local size: surely a beat
    least_ratio: float = 0.06  # of the local size: never a beat
    lone_ratio: float = 0.2  # of both neighbours: too weak to be a beat between them
    neutral_ratio: float = 0.2  # a rise of this size neither earns nor pays
    shortest_s: float = 0.28  # 214 a minute
    interval_weight: float = 0.8
    missed_cost: float = 1.2
    reach: int = 14  # candidates looked back


TUNING = Tuning()
DICROTIC_WITHIN_S, DICROTIC_BELOW = 0.5, 0.8  # after the upstroke; of its size


@dataclass(frozen=True, slots=True, eq=False)
class Rises:
    """Candidates: seconds of foot, steepest point and top, and size against the local size, shape (n,)."""

    foot_s: Floats
    steep_s: Floats
    top_s: Floats
    ratio: Floats


def is_inverted(y: Floats, fs_hz: float) -> bool:
    """Whether systole points down: the steep side of a pulse is its rise.

    y: band-passed. The sign of the third moment of the slope decides, window by window (10 s).
    """
    slope = np.diff(y)
    n = int(10 * fs_hz)
    if len(slope) < n:
        parts = slope[None, :]
    else:
        parts = slope[: len(slope) // n * n].reshape(-1, n)
    m2 = np.mean(parts**2, axis=1)
    skew = np.mean(parts**3, axis=1) / np.maximum(m2, 1e-30) ** 1.5
    return bool(np.median(skew[m2 > 0]) < -0.1) if (m2 > 0).any() else False


def find_rises(y: Floats, fs_hz: float, tuning: Tuning = TUNING) -> Rises:
    """Every rise of a band-passed wave from a minimum to the next maximum."""
    slope = np.diff(y)
    up = slope > 0
    turns = np.flatnonzero(up[1:] != up[:-1]) + 1
    tops, feet = turns[~up[turns]], turns[up[turns]]
    if len(tops) and len(feet) and tops[0] < feet[0]:
        tops = tops[1:]
    n = min(len(tops), len(feet))
    tops, feet = tops[:n], feet[:n]
    if n == 0:
        none = np.zeros(0)
        return Rises(none, none, none, none)
    pairs = list(zip(feet.tolist(), tops.tolist(), strict=True))
    steep = np.array([f + int(np.argmax(slope[f:t])) for f, t in pairs])
    # Height and steepness together: a slow swing back after a pause is high, but no upstroke.
    size = np.sqrt((y[tops] - y[feet]) * slope[steep])
    top_s = tops / fs_hz
    count = int(top_s[-1] // tuning.window_s) + 1
    largest = np.zeros(count)
    np.maximum.at(largest, (top_s / tuning.window_s).astype(int), size)
    local = running_median(largest, tuning.windows)
    at = np.interp(top_s, (np.arange(count) + 0.5) * tuning.window_s, local)
    # Where the sensor is off, noise must not become the measure of itself.
    floor = 0.12 * float(np.median(local[local > 0])) if (local > 0).any() else 1.0
    return Rises(feet / fs_hz, (steep + 0.5) / fs_hz, top_s, size / np.maximum(at, max(floor, 1e-30)))


def _first_choice(rises: Rises, tuning: Tuning) -> list[int]:
    kept: list[int] = []
    t, r = rises.steep_s.tolist(), rises.ratio.tolist()
    for i in np.flatnonzero(rises.ratio > tuning.first_ratio).tolist():
        if kept and t[i] - t[kept[-1]] < tuning.shortest_s:
            if r[i] > r[kept[-1]]:
                kept[-1] = i
        else:
            kept.append(i)
    return kept


def _periods(rises: Rises, tuning: Tuning) -> Floats:
    """The local period at each candidate, in seconds."""
    chosen = _first_choice(rises, tuning)
    if len(chosen) < 3:
        return np.full(len(rises.ratio), 0.8)
    # A big dicrotic wave follows its beat closely and is smaller: it must not count as a beat here. (An early
    # beat may go with it; the period does not need it.)
    t, r = rises.steep_s[chosen], rises.ratio[chosen]
    follows = np.concatenate(([False], (np.diff(t) < DICROTIC_WITHIN_S) & (r[1:] < DICROTIC_BELOW * r[:-1])))
    t = t[~follows]
    if len(t) < 3:
        return np.full(len(rises.ratio), 0.8)
    gaps = np.diff(t)
    local = running_median(gaps, 15)
    periods: Floats = np.clip(np.interp(rises.steep_s, t[1:], local), 0.3, 2.5)
    return periods


def best_chain(rises: Rises, tuning: Tuning = TUNING) -> list[int]:
    """Indices of the rises that are beats, ascending."""
    usable = np.flatnonzero(rises.ratio > tuning.least_ratio)
    if len(usable) == 0:
        return []
    periods = _periods(rises, tuning)[usable].tolist()
    t = rises.steep_s[usable].tolist()
    earn = np.clip(np.log(rises.ratio[usable] / tuning.neutral_ratio), -2.0, 1.4).tolist()
    n = len(t)
    total = [0.0] * n
    before = [-1] * n
    weight, missed, shortest = tuning.interval_weight, tuning.missed_cost, tuning.shortest_s
    # Skipping the start of the record costs as much as skipping beats inside it.
    for i in range(n):
        ti, period = t[i], periods[i]
        best, via = -missed * max(0.0, (ti - t[0]) / period - 1), -1
        for j in range(i - 1, max(-1, i - 1 - tuning.reach), -1):
            gap = ti - t[j]
            if gap < shortest:
                continue
            x = gap / period
            if x < 1:
                u = 1 / x - 1
                cost = weight * u * u if u < 3 else 9 * weight
            else:
                whole = int(x + 0.5)
                off = x - whole
                cost = missed * (whole - 1) + 2 * weight * off * off
            value = total[j] - cost
            if value > best:
                best, via = value, j
        total[i] = best + earn[i]
        before[i] = via
    end = max(range(n), key=lambda i: total[i] - missed * max(0.0, (t[-1] - t[i]) / periods[i] - 1))
    chain = []
    while end >= 0:
        chain.append(int(usable[end]))
        end = before[end]
    return chain[::-1]


def _without_lone_weak(rises: Rises, chain: list[int], tuning: Tuning) -> list[int]:
    """The chain without weak rises between strong beats: a beat without a pulse is missing, not weak."""
    r = rises.ratio[chain]
    if len(r) < 3:
        return chain
    beside = np.minimum(np.concatenate(([np.inf], r[:-1])), np.concatenate((r[1:], [np.inf])))
    return [i for i, lone in zip(chain, (r < tuning.lone_ratio * beside).tolist(), strict=True) if not lone]


@dataclass(frozen=True, slots=True, eq=False)
class Upstrokes:
    """Steepest points of the beats (seconds), their foot and top in the search band, and the way up."""

    steep_s: Floats
    foot_s: Floats
    top_s: Floats
    ratio: Floats
    inverted: bool


def find_upstrokes(wave: Wave, tuning: Tuning = TUNING) -> Upstrokes:
    """The beats' upstrokes: the search without the fine points."""
    x, fs, first_s = coarse(bridged(wave.values.astype(np.float64)), wave.fs_hz)
    still = flat_samples(x, fs)
    x = without_jumps(x, fs)
    y = band(x, fs, low_hz=tuning.low_hz, high_hz=tuning.high_hz)
    inverted = is_inverted(y, fs)
    rises = find_rises(-y if inverted else y, fs, tuning)
    if len(rises.ratio):
        at = np.clip(np.rint(rises.steep_s * fs).astype(int), 0, len(x) - 1)
        keep = ~still[at] & ~_in_gaps(rises.steep_s, wave.gaps)
        rises = Rises(rises.foot_s[keep], rises.steep_s[keep], rises.top_s[keep], rises.ratio[keep])
    chain = _without_lone_weak(rises, best_chain(rises, tuning), tuning)
    return Upstrokes(
        rises.steep_s[chain] + first_s,
        rises.foot_s[chain] + first_s,
        rises.top_s[chain] + first_s,
        rises.ratio[chain],
        inverted,
    )


def _in_gaps(t: Floats, gaps: tuple[tuple[float, float], ...]) -> Bools:
    inside = np.zeros(len(t), dtype=bool)
    for start, stop in gaps:
        inside |= (t > start) & (t < stop)
    return inside


def find_beats(wave: Wave) -> Beats:
    """Every beat of the wave, with its points, quality and kind.

    wave: light or pressure, 25 to 1000 Hz, either way up, NaN in gaps; 2 s or more.
    Beats are kept, not repaired: none is added where nothing rises, none is moved to suit the rhythm.
    Empty when nothing beats. Points that cannot be told are NaN.
    """
    up = find_upstrokes(wave)
    if len(up.steep_s) == 0:
        return no_beats()
    x, fs, first_s = coarse(bridged(wave.values.astype(np.float64)), wave.fs_hz, FINE_HZ)
    x = without_jumps(-x if up.inverted else x, fs)
    onset, peak, notch, diastolic = (p + first_s for p in mark_points(x, fs, up.steep_s - first_s, wave.kind))
    quality = beat_quality(x, fs, up.steep_s - first_s, up.ratio)
    kinds = beat_kinds(up.steep_s, wave.gaps)
    return Beats(onset, peak, notch, diastolic, quality, kinds, up.steep_s, up.inverted)
