"""Fundamental frequency by the autocorrelation of windowed frames, and the periods of a sustained vowel.

Method: P. Boersma, Accurate short-term analysis of the fundamental frequency (1993): the autocorrelation of
the windowed frame is divided by that of the window, so that its peak is not pulled towards short periods.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

LOWEST_HZ, HIGHEST_HZ = 75.0, 500.0
STEP_S = 0.01
WORK_HZ = 16000.0
VOICED_ABOVE = 0.45  # of the normalised autocorrelation; Praat's default
SILENT_BELOW_DB = -30.0  # under the loudest frame; Praat's default of 0.03
OCTAVE_COST = 0.03  # per octave down, so that a period wins over its double
JUMP_OCTAVES = 0.4  # from the neighbourhood: an octave error, if a nearer candidate is nearly as strong
LAG_HZ = 40000.0
CHUNK = 500
CANDIDATES = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One row a frame, every STEP_S. f0_hz: NaN where not voiced; level_db: dBFS (root mean square)."""

    f0_hz: Floats
    level_db: Floats


def track(values: NDArray[np.float32], fs_hz: float) -> Track:
    """F0 and level of a sound, shape (n,), full scale ±1, at least one frame (40 ms) long."""
    x, fs = _slower(values.astype(np.float64), fs_hz)
    width = int(3 / LOWEST_HZ * fs)
    hop = STEP_S * fs
    count = max(1, int((len(x) - width) / hop) + 1)
    starts = (np.arange(count) * hop).astype(int)
    windows = sliding_window_view(np.pad(x, (0, max(0, width - len(x)))), width)
    level = np.zeros(count)
    found: list[tuple[Floats, Floats]] = []
    for at in range(0, count, CHUNK):
        frames = windows[starts[at : at + CHUNK]]
        level[at : at + CHUNK] = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
        found.append(_candidates(frames - frames.mean(axis=1, keepdims=True), fs))
    f0 = np.concatenate([f for f, _ in found])
    strength = np.concatenate([s for _, s in found])
    strength[level < level.max() + SILENT_BELOW_DB] = 0
    return Track(_path(f0, strength), level)


def _slower(x: Floats, fs_hz: float) -> tuple[Floats, float]:
    """The sound at no more than about WORK_HZ: block means, which suffices as voices lie below 500 Hz."""
    k = max(1, int(fs_hz // WORK_HZ))
    n = len(x) // k
    return (x if k == 1 else x[: n * k].reshape(n, k).mean(axis=1)), fs_hz / k


def _candidates(frames: Floats, fs: float) -> tuple[Floats, Floats]:
    """(frequency, strength) of the CANDIDATES strongest peaks of each frame, shape (frames, CANDIDATES)."""
    width = frames.shape[1]
    window = np.hanning(width + 2)[1:-1]
    size = 1 << int(np.ceil(np.log2(2 * width)))
    # Between samples the true peak may stand well above its neighbours, and its double would win: the
    # autocorrelation is worked out on a finer grid, by a longer inverse transform.
    finer = max(1, int(np.ceil(LAG_HZ / fs)))
    fs, width = fs * finer, width * finer

    def autocorrelation(rows: Floats) -> Floats:
        power = np.abs(np.fft.rfft(rows, size, axis=-1)) ** 2
        whole: Floats = np.fft.irfft(power, size * finer, axis=-1)[..., :width]
        return whole

    r = autocorrelation(frames * window)
    own = autocorrelation(window)
    r = r / np.maximum(r[:, :1], 1e-15) / (own / own[0])
    low, high = int(fs / HIGHEST_HZ), min(int(fs / LOWEST_HZ) + 1, width * 2 // 3)
    inner = r[:, low:high]
    peaks = (inner > r[:, low - 1 : high - 1]) & (inner >= r[:, low + 1 : high + 1])
    lags = np.arange(low, high)
    score = np.where(peaks, inner - OCTAVE_COST * np.log2(lags / low), -1.0)
    best = np.argsort(score, axis=1)[:, : -CANDIDATES - 1 : -1]
    i = np.arange(len(frames))[:, None]
    at = lags[best]
    left, mid, right = r[i, at - 1], r[i, at], r[i, at + 1]
    bend = left - 2 * mid + right
    shift = np.where(bend < 0, (left - right) / (2 * np.where(bend < 0, bend, -1.0)), 0.0)
    frequency = fs / (at + np.clip(shift, -0.5, 0.5))
    return frequency, np.where(score[i, best] > 0, score[i, best], 0.0)


def _path(f0: Floats, strength: Floats) -> Floats:
    """The strongest candidate of each voiced frame, or one nearly as strong that fits the neighbours."""
    best = np.where(strength[:, 0] >= VOICED_ABOVE, f0[:, 0], np.nan)
    voiced = np.flatnonzero(np.isfinite(best))
    out = best.copy()
    for i in voiced.tolist():
        near = best[max(0, i - 8) : i + 9]
        usual = float(np.median(near[np.isfinite(near)]))
        if abs(np.log2(best[i] / usual)) < JUMP_OCTAVES:
            continue
        fits = np.abs(np.log2(f0[i] / usual)) < JUMP_OCTAVES
        strong = strength[i] > max(0.75 * strength[i, 0], 0.3)
        if (fits & strong).any():
            out[i] = f0[i, int(np.argmax(np.where(fits, strength[i], -1)))]
    return out


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(from, to) of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def periods(values: NDArray[np.float32], fs_hz: float, f0_hz: float) -> tuple[Floats, Floats]:
    """(lengths in s, heights) of the periods of a steady voiced stretch.

    Each period is the shift at which the wave is most like the period before it, between samples.
    """
    x = values.astype(np.float64) - float(values.mean())
    usual = fs_hz / f0_hz
    reach = int(0.2 * usual) + 1
    size = int(usual)
    if size < 8 or len(x) < 4 * size:
        return np.zeros(0), np.zeros(0)
    at = float(np.argmax(np.abs(x[: 2 * size])))
    lengths, heights = [], []
    while True:
        start = round(at)
        low = start + size - reach
        if low < 1 or start + 2 * size + reach + 2 > len(x):
            break
        mine = x[start : start + size]
        others = sliding_window_view(x[low - 1 : low + 2 * reach + size + 1], size)
        energy = np.sqrt(np.sum(others**2, axis=1) * float(np.sum(mine**2))) + 1e-12
        like = others @ mine / energy
        k = int(np.clip(np.argmax(like[1:-1]) + 1, 1, len(like) - 2))
        bend = like[k - 1] - 2 * like[k] + like[k + 1]
        shift = float((like[k - 1] - like[k + 1]) / (2 * bend)) if bend < 0 else 0.0
        length = low - 1 + k + float(np.clip(shift, -0.5, 0.5)) - start
        lengths.append(length / fs_hz)
        heights.append(float(mine.max() - mine.min()))
        at = start + length
    return np.array(lengths), np.array(heights)
