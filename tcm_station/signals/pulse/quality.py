"""How far the signal can be trusted: each beat by its likeness to the others, each second by its beats."""

import numpy as np

from tcm_station.signals.pulse.clean import band, flat_samples, running_median
from tcm_station.signals.pulse.wave import Beats, Floats, Wave

SHAPE_FROM_S, SHAPE_TO_S, SHAPE_POINTS = -0.15, 0.45, 61
LIKE, UNLIKE = 0.97, 0.75  # correlation with the typical beat that counts as fully and as not at all alike
USABLE = 0.5  # beats and seconds of at least this quality enter the measurements


def beat_quality(x: Floats, fs_hz: float, steep_s: Floats, ratio: Floats) -> Floats:
    """0..1 for each beat: correlation of its shape with the median shape, times a plausible size.

    x: upright wave, finite. ratio: size against the size of its neighbours.
    Shapes are compared after a 0.5 to 12 Hz band pass, so that drift alone does not condemn a beat.
    """
    if len(steep_s) < 3:
        return np.full(len(steep_s), 0.5)
    y = band(x, fs_hz, low_hz=0.5, high_hz=12.0)
    grid = np.linspace(SHAPE_FROM_S, SHAPE_TO_S, SHAPE_POINTS)
    at = (steep_s[:, None] + grid) * fs_hz
    rows = np.interp(at.ravel(), np.arange(len(y)), y).reshape(at.shape)
    rows = rows - rows.mean(axis=1, keepdims=True)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    typical = np.median(rows, axis=0)
    typical -= typical.mean()
    typical /= max(float(np.linalg.norm(typical)), 1e-12)
    alike = np.clip((rows @ typical - UNLIKE) / (LIKE - UNLIKE), 0, 1)
    size = np.clip((ratio - 0.05) / 0.35, 0, 1) * np.clip((6.0 - ratio) / 3.0, 0, 1)
    result: Floats = alike * size
    return result


def second_quality(wave: Wave, beats: Beats) -> Floats:
    """0..1 for each full second of the wave: the quality of the beats around it, lowered where beats are
    missing and zero in gaps and where the signal stands still."""
    seconds = int(wave.seconds)
    result = np.zeros(seconds)
    if len(beats) < 2 or seconds == 0:
        return result
    middle = np.arange(seconds) + 0.5
    t = beats.upstroke_s
    result = np.interp(middle, t, running_median(beats.quality, 3))
    period = float(np.median(np.diff(t)))
    nearest = np.min(np.abs(np.stack([_step(t, middle, -1) - middle, _step(t, middle, 0) - middle])), axis=0)
    result *= np.clip(2.0 - nearest / period, 0, 1)
    x = wave.values.astype(np.float64)
    bad = ~np.isfinite(x) | flat_samples(np.nan_to_num(x), wave.fs_hz)
    share = np.add.reduceat(bad, (np.arange(seconds) * wave.fs_hz).astype(int))[:seconds] / wave.fs_hz
    lowered: Floats = result * np.clip(1 - 2 * share, 0, 1)
    return lowered


def _step(t: Floats, at: Floats, offset: int) -> Floats:
    """The beat before (offset -1) or after (0) each time; the nearest one at the ends."""
    picked: Floats = t[np.clip(np.searchsorted(t, at) + offset, 0, len(t) - 1)]
    return picked
