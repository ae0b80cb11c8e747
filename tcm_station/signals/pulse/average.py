"""The average beat: good beats laid over one another by their steepest points."""

from dataclasses import dataclass

import numpy as np

from tcm_station.signals.pulse.clean import band
from tcm_station.signals.pulse.quality import USABLE
from tcm_station.signals.pulse.wave import BeatKind, Beats, Floats, Ints

STEP_S = 0.004
FINE_LOW_PASS_HZ = 20.0  # keeps the notch, drops sensor noise
PERIOD_TOLERANCE = 0.15  # beats whose length differs more from the median are left out
FEWEST = 4
MOST = 1200  # evenly spread over a long record: more would change no digit that is shown


@dataclass(frozen=True, slots=True, eq=False)
class AverageBeat:
    """values: mean height from onset to next onset, step STEP_S, its top at 1, shape (k,); sd likewise.

    rows: the single beats, shape (n, k), each with its own top at 1; NaN past its own end.
    height: mean and sd of the tops in the wave's unit. period_s: mean length. used: indices into the beats.
    """

    values: Floats
    sd: Floats
    rows: Floats
    height: float
    height_sd: float
    period_s: float
    used: Ints

    @property
    def n(self) -> int:
        return len(self.used)


def _usable(beats: Beats) -> Ints:
    t = beats.upstroke_s
    length = np.diff(t)
    normal = np.array([k is BeatKind.NORMAL for k in beats.kind], dtype=bool)
    known = np.array([k is not BeatKind.FIRST for k in beats.kind], dtype=bool)
    ok = (beats.quality >= USABLE) & np.isfinite(beats.onset_s) & np.isfinite(beats.peak_s)
    whole = ok[:-1] & ok[1:] & known[1:] & normal[:-1]
    if not whole.any():
        return np.zeros(0, dtype=np.intp)
    typical = float(np.median(length[whole]))
    chosen = np.flatnonzero(whole & (np.abs(length - typical) <= PERIOD_TOLERANCE * typical))
    if len(chosen) > MOST:
        chosen = chosen[np.linspace(0, len(chosen) - 1, MOST).astype(int)]
    return chosen


def average_beat(x: Floats, fs_hz: float, first_s: float, beats: Beats) -> AverageBeat | None:
    """The average of the good beats, or None with fewer than FEWEST, or where they have no top in common.

    x: upright wave, finite, shape (n,), its first sample at first_s. Each beat stands on the straight line
    from its own foot to the next, so slow drift is gone; time is not stretched.
    """
    used = _usable(beats)
    if len(used) < FEWEST:
        return None
    y = band(x, fs_hz, high_hz=FINE_LOW_PASS_HZ)
    lead = float(np.median(beats.upstroke_s[used] - beats.onset_s[used]))
    start = beats.upstroke_s[used] - lead
    stop = beats.upstroke_s[used + 1] - lead
    period = float(np.mean(stop - start))
    grid = np.arange(0, period + STEP_S / 2, STEP_S)
    at = (start[:, None] + grid - first_s) * fs_hz
    samples = np.arange(len(y))
    rows = np.interp(at.ravel(), samples, y).reshape(at.shape)
    foot, end = (np.interp((t - first_s) * fs_hz, samples, y) for t in (start, stop))
    share = grid / (stop - start)[:, None]
    rows -= foot[:, None] + (end - foot)[:, None] * share
    rows[share > 1] = np.nan
    tops = np.nanmax(rows, axis=1)
    sound = tops > 0
    if int(sound.sum()) < FEWEST:
        return None
    rows, tops, used = rows[sound] / tops[sound, None], tops[sound], used[sound]
    counts = np.isfinite(rows).sum(axis=0)
    filled = np.where(np.isfinite(rows), rows, 0.0)
    mean = filled.sum(axis=0) / np.maximum(counts, 1)
    spread = np.where(np.isfinite(rows), rows - mean, 0.0)
    sd = np.sqrt((spread**2).sum(axis=0) / np.maximum(counts - 1, 1))
    top = float(mean.max())
    if top <= 0:  # beats that cancel each other are no beat
        return None
    return AverageBeat(mean / top, sd / top, rows, float(tops.mean()), float(tops.std(ddof=1)), period, used)
