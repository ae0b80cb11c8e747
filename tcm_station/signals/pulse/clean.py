"""Cleaning: gaps bridged for the filters' sake, jumps of the device taken out, zero-phase filters.

The filters multiply the spectrum by the squared magnitude of a Butterworth filter, which is what running
that filter forwards and backwards does; no phase is shifted, and no heavy library is loaded for it.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tcm_station.signals.pulse.wave import Bools, Floats

PAD_S = 4.0  # mirrored at both ends, longer than the slowest swing that is kept
WORK_HZ = 125.0  # beats are looked for at about this rate; finer sampling adds only time
JUMP_RATIO = 5.0  # 3 scored a little better on even records, but cut the steepest simulated upstrokes
JUMP_MIN_FS_HZ = 100.0  # below it a steep upstroke is itself only a few samples long


def bridged(values: Floats) -> Floats:
    """The values with NaN bridged by straight lines, as float64; all zero where nothing is finite."""
    x = np.asarray(values, dtype=np.float64)
    bad = ~np.isfinite(x)
    if not bad.any():
        return x
    if bad.all():
        return np.zeros_like(x)
    at = np.arange(len(x))
    x = x.copy()
    x[bad] = np.interp(at[bad], at[~bad], x[~bad])
    return x


def _fft_length(n: int) -> int:
    """The next length the transform is quick at: 2^a, 3·2^a or 5·2^a."""
    return min(m << max(0, int(np.ceil(np.log2(n / m)))) for m in (1, 3, 5))


def band(
    x: Floats, fs_hz: float, *, low_hz: float | None = None, high_hz: float | None = None, order: int = 2
) -> Floats:
    """Zero-phase band pass of a finite signal, shape (n,): half power twice (-6 dB) at the two corners.

    low_hz None keeps the level, high_hz None keeps the fast end. A corner above half the sampling rate is
    no corner.
    """
    n = len(x)
    if n < 2:
        return np.zeros(n)
    pad = min(n - 1, int(PAD_S * fs_hz))
    # Odd reflection: the signal goes on through its end point, so no step rings into the record.
    y = np.concatenate((2 * x[0] - x[pad:0:-1], x, 2 * x[-1] - x[-2 : -pad - 2 : -1]))
    length = _fft_length(len(y))
    base = (y[0] + y[-1]) / 2
    full = np.full(length, base)
    full[: len(y)] = y
    f = np.fft.rfftfreq(length, 1 / fs_hz)
    gain = np.ones_like(f)
    if high_hz is not None and high_hz < fs_hz / 2:
        gain /= 1 + (f / high_hz) ** (2 * order)
    if low_hz is not None:
        gain[0] = 0
        gain[1:] /= 1 + (low_hz / f[1:]) ** (2 * order)
    filtered: Floats = np.fft.irfft(np.fft.rfft(full) * gain, length)
    return filtered[pad : pad + n]


def coarse(x: Floats, fs_hz: float, to_hz: float = WORK_HZ) -> tuple[Floats, float, float]:
    """The signal averaged in blocks down to about `to_hz`: (values, its rate, time of its first sample)."""
    k = max(1, round(fs_hz / to_hz))
    if k == 1:
        return x, fs_hz, 0.0
    n = len(x) // k
    return x[: n * k].reshape(n, k).mean(axis=1), fs_hz / k, (k - 1) / 2 / fs_hz


def without_jumps(x: Floats, fs_hz: float) -> Floats:
    """The signal without the sudden steps that monitors make when they set their gain or offset anew.

    A step is a change over at most three samples that is over JUMP_RATIO times any change just beside it;
    a pulse rises over 80 ms or more and never does that. Steps are replaced by the slope beside them.
    """
    if fs_hz < JUMP_MIN_FS_HZ or len(x) < 32:
        return x
    d = np.diff(x)
    a = np.abs(d)
    padded = np.pad(a, 5, mode="edge")
    windows = sliding_window_view(padded, 11)
    beside = np.maximum(windows[:, :3].max(axis=1), windows[:, 8:].max(axis=1))
    floor = 2.0 * float(np.quantile(a, 0.9))
    steps = np.flatnonzero((a > JUMP_RATIO * beside) & (a > floor))
    if len(steps) == 0:
        return x
    d = d.copy()
    for i in steps.tolist():
        left, right = max(0, i - 3), min(len(d) - 1, i + 3)
        slope = (d[left] + d[right]) / 2
        for j in range(max(0, i - 2), min(len(d), i + 3)):
            if abs(d[j]) > beside[i]:
                d[j] = slope
    return np.concatenate((x[:1], x[0] + np.cumsum(d)))


def flat_samples(x: Floats, fs_hz: float, *, seconds: float = 0.2) -> Bools:
    """Which samples stand still (no change at all) for `seconds` or more: clipped, or the sensor is off."""
    still = np.concatenate(([False], np.diff(x) == 0, [False]))
    edges = np.flatnonzero(np.diff(still.astype(np.int8)))
    mask = np.zeros(len(x), dtype=bool)
    for start, stop in edges.reshape(-1, 2).tolist():
        if stop - start >= seconds * fs_hz:
            mask[start : stop + 1] = True
    return mask


def running_median(values: Floats, width: int) -> Floats:
    """Median over `width` (odd) neighbours, ends repeated; shape as given."""
    if len(values) == 0:
        return values
    half = width // 2
    medians: Floats = np.median(sliding_window_view(np.pad(values, half, mode="edge"), width), axis=1)
    return medians
