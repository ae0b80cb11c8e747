"""Rhythm: the kind of each beat from its interval, the rate, and how regular it is."""

from dataclasses import dataclass

import numpy as np

from tcm_station.signals.pulse.clean import running_median
from tcm_station.signals.pulse.wave import BeatKind, Floats

EARLY_BELOW = 0.78  # of the local interval; breathing alone changes it by less at rest
LATE_ABOVE = 1.15
PAUSE_ABOVE = 1.5
NEIGHBOURS = 11  # intervals whose median is the local interval


def beat_kinds(t: Floats, gaps: tuple[tuple[float, float], ...] = ()) -> tuple[BeatKind, ...]:
    """The kind of each beat. t: one time per beat, seconds, ascending. gaps: where nothing was recorded."""
    n = len(t)
    if n == 0:
        return ()
    if n < 4:
        return (BeatKind.FIRST,) * n
    intervals = np.diff(t)
    local = running_median(intervals, NEIGHBOURS)
    kinds = [BeatKind.FIRST]
    for i in range(1, n):
        share = intervals[i - 1] / local[i - 1]
        if any(start < t[i] and stop > t[i - 1] for start, stop in gaps):
            kinds.append(BeatKind.FIRST)
        elif share < EARLY_BELOW:
            kinds.append(BeatKind.EARLY)
        elif share > LATE_ABOVE and kinds[-1] is BeatKind.EARLY:
            kinds.append(BeatKind.COMPENSATING)
        elif share > PAUSE_ABOVE:
            kinds.append(BeatKind.AFTER_PAUSE)
        else:
            kinds.append(BeatKind.NORMAL)
    return tuple(kinds)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What the intervals say. Over pairs of good beats with nothing missing between.

    rate_per_min: from the mean of all intervals; rate_sd: of the rate beat by beat.
    rmssd_ms: root mean square of the differences of successive intervals; cv: sd of intervals / mean.
    early, paused: shares (0..1) of beats that come early, and that follow a pause. intervals: how many.
    """

    rate_per_min: float
    rate_sd: float
    rmssd_ms: float
    cv: float
    early: float
    paused: float
    intervals: int


def rhythm(t: Floats, kinds: tuple[BeatKind, ...], quality: Floats, *, usable: float) -> Rhythm | None:
    """The rhythm of the beats, or None with fewer than three good intervals."""
    intervals = np.diff(t)
    first = np.array([k is BeatKind.FIRST for k in kinds], dtype=bool)
    good = (quality[1:] >= usable) & (quality[:-1] >= usable) & ~first[1:]
    # An early beat is weak and unlike the others by nature: its own quality must not hide it.
    odd = np.array(
        [k in (BeatKind.EARLY, BeatKind.COMPENSATING, BeatKind.AFTER_PAUSE) for k in kinds], dtype=bool
    )
    counted = (good | odd[1:]) & ~first[1:]
    if int(good.sum()) < 3:
        return None
    used = intervals[good]
    pairs = good[1:] & good[:-1]
    steps = np.diff(intervals)[pairs]
    early = np.array([k is BeatKind.EARLY for k in kinds[1:]], dtype=bool)
    paused = np.array([k is BeatKind.AFTER_PAUSE for k in kinds[1:]], dtype=bool)
    return Rhythm(
        rate_per_min=float(60 / used.mean()),
        rate_sd=float((60 / used).std(ddof=1)),
        rmssd_ms=float(1000 * np.sqrt(np.mean(steps**2))) if len(steps) else 0.0,
        cv=float(used.std(ddof=1) / used.mean()),
        early=float((early & counted).sum() / max(1, counted.sum())),
        paused=float((paused & counted).sum() / max(1, counted.sum())),
        intervals=int(good.sum()),
    )


def pause_spacing_cv(kinds: tuple[BeatKind, ...]) -> float | None:
    """How evenly the pauses come: sd / mean of the beats from pause to pause; None below 4 pauses."""
    at = [i for i, k in enumerate(kinds) if k is BeatKind.AFTER_PAUSE]
    if len(at) < 4:
        return None
    runs = np.diff(at)
    return float(runs.std() / runs.mean())
