"""A pulse-wave simulator whose truth is known: rate, rhythm, shape, noise and sensor pressure.

A beat is a sum of skewed bells (main, tidal and dicrotic wave) on the time since its onset, as systolic bells
keep their width when the heart goes faster and only diastole shortens. The truth holds the onset, peak, notch
and diastolic peak of each beat, read from the noise-free wave by the definitions of `fiducials`.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from tcm_station.signals.pulse.rhythm import beat_kinds
from tcm_station.signals.pulse.wave import Beats, Floats, PulseKind, Wave

FINE_HZ = 1000.0


@dataclass(frozen=True, slots=True)
class Bell:
    """One wave of a beat. at_s: its top after the onset; height: of the main wave; before_s, after_s: widths
    (one sigma) on the rising and on the falling side."""

    at_s: float
    height: float
    before_s: float
    after_s: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A beat's shape at 72 a minute, as a sum of bells."""

    bells: tuple[Bell, ...]


def _shape(*bells: tuple[float, float, float, float], run_off: float) -> Shape:
    """Main, tidal and dicrotic wave, over the broad wave of the blood that runs off."""
    return Shape((*(Bell(*b) for b in bells), Bell(0.30, run_off, 0.12, 0.25)))


SHAPES: dict[str, Shape] = {
    # Heights and times follow the verbal descriptions of the pulses in teaching texts; no open recording
    # with pulse names exists, so they are our drawing of each pulse, not a measurement.
    "normal": _shape(
        (0.12, 1.00, 0.042, 0.055), (0.235, 0.50, 0.045, 0.06), (0.41, 0.26, 0.05, 0.10), run_off=0.24
    ),
    "wiry": _shape(
        (0.12, 1.00, 0.042, 0.060), (0.245, 0.64, 0.050, 0.07), (0.44, 0.20, 0.06, 0.12), run_off=0.32
    ),
    "slippery": _shape(
        (0.11, 1.00, 0.038, 0.050), (0.190, 0.28, 0.040, 0.05), (0.37, 0.42, 0.055, 0.09), run_off=0.05
    ),
    "rough": _shape(
        (0.18, 1.00, 0.068, 0.090), (0.310, 0.40, 0.060, 0.08), (0.48, 0.10, 0.050, 0.12), run_off=0.20
    ),
    "thready": _shape(
        (0.12, 1.00, 0.042, 0.052), (0.220, 0.36, 0.045, 0.06), (0.40, 0.16, 0.050, 0.10), run_off=0.16
    ),
    "surging": _shape(
        (0.11, 1.00, 0.036, 0.070), (0.235, 0.32, 0.050, 0.06), (0.40, 0.14, 0.050, 0.10), run_off=0.14
    ),
}
# Pulse height in mmHg under the best sensor pressure.
HEIGHTS_MMHG = {
    "normal": 32.0,
    "wiry": 38.0,
    "slippery": 36.0,
    "rough": 22.0,
    "thready": 11.0,
    "surging": 58.0,
}


class Rhythm(StrEnum):
    """regular; knotted: slow with pauses at odd places; intermittent: a pause after every so many beats;
    skipping: quick with pauses at odd places; extra: early weak beats with a compensating pause."""

    REGULAR = "regular"
    KNOTTED = "knotted"
    INTERMITTENT = "intermittent"
    SKIPPING = "skipping"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Noise:
    """snr_db: white noise under the pulse's power, None for none. wander, mains, motion: heights as shares
    of the pulse. dropouts: gaps a minute, of 0.5 to 1.5 s. saturate: tops cut at this share, None for not."""

    snr_db: float | None = 30.0
    wander: float = 0.15
    mains: float = 0.0
    mains_hz: float = 50.0
    motion: float = 0.0
    dropouts_per_min: float = 0.0
    saturate: float | None = None


@dataclass(frozen=True, slots=True)
class PulseTruth:
    """What is put in. hrv: sd of the interval as a share of it, half of it with breathing. breath_amplitude:
    swing of the height with breathing. depth: best sensor pressure, 0 (floating) to 1 (deep); pressure: of
    the sensor, on the same scale; the height falls off by a bell of sigma 0.28 around the best."""

    shape: str = "normal"
    rate_per_min: float = 72.0
    hrv: float = 0.03
    breaths_per_min: float = 15.0
    breath_amplitude: float = 0.06
    rhythm: Rhythm = Rhythm.REGULAR
    every: int = 5
    height_mmhg: float | None = None
    depth: float = 0.5
    pressure: float = 0.5
    kind: PulseKind = PulseKind.PRESSURE
    noise: Noise = field(default_factory=Noise)

    @property
    def gain(self) -> float:
        """What is left of the height under this sensor pressure, 0..1."""
        return float(np.exp(-0.5 * ((self.pressure - self.depth) / 0.28) ** 2))


def _onsets(truth: PulseTruth, seconds: float, rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Onset times and the relative strength of each beat."""
    period = 60 / truth.rate_per_min
    t = 0.35 * period
    onsets: list[float] = []
    strength: list[float] = []
    # Slow drift of the interval, centred so that the mean rate is the one that was asked for.
    steps = rng.standard_normal(int(3 * seconds / period) + 8)
    drift = np.zeros(len(steps))
    for i in range(1, len(steps)):
        drift[i] = 0.8 * drift[i - 1] + 0.6 * steps[i]
    drift -= drift[: max(2, int(seconds / period))].mean()
    early = False
    while t < seconds:
        onsets.append(t)
        breath = np.sin(2 * np.pi * truth.breaths_per_min / 60 * t)
        strength.append((0.45 if early else 1.0) * (1 + truth.breath_amplitude * breath))
        interval = period * (
            1 + truth.hrv * (np.sqrt(0.5) * drift[min(len(onsets), len(drift)) - 1] + breath)
        )
        was_early, early = early, False
        match truth.rhythm:
            case Rhythm.INTERMITTENT if len(onsets) % truth.every == 0:
                interval += period
            case Rhythm.KNOTTED | Rhythm.SKIPPING if len(onsets) > 3 and rng.random() < 0.12:
                interval += 0.9 * period
            case Rhythm.EXTRA if len(onsets) > 3 and not was_early and rng.random() < 0.1:
                interval *= 0.6
                early = True
            case _ if was_early:
                interval *= 1.4
        t += interval
    return onsets, strength


def beat_shape(shape: Shape, t: Floats, period_s: float) -> Floats:
    """One beat over the time t (s) since its onset; its main wave near 1, exactly 0 at the onset.

    The dicrotic bell comes later in slower beats, by the square root of the period as systole does.
    """
    scale = np.sqrt(period_s / (60 / 72))
    y = np.zeros_like(t)
    for bell in shape.bells:
        at, before, after = bell.at_s * scale, bell.before_s * scale, bell.after_s * scale
        y += bell.height * np.exp(-0.5 * ((t - at) / np.where(t < at, before, after)) ** 2)
    # The feet of the bells reach before the onset: the rise begins at the onset, and smoothly.
    ramp = np.clip(t / (0.05 * scale), 0, 1)
    y *= ramp * ramp * (3 - 2 * ramp)
    y[t < 0] = 0
    return y


def _clean(truth: PulseTruth, seconds: float, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """The noise-free wave at FINE_HZ with its top near 1, the onsets, and the time of each next onset."""
    onsets, strength = _onsets(truth, seconds, rng)
    n = round(seconds * FINE_HZ)
    y = np.zeros(n + 2000)
    usual = 60 / truth.rate_per_min
    for onset, power in zip(onsets, strength, strict=True):
        start = int(onset * FINE_HZ)
        t = (np.arange(start, min(start + int(1.6 * FINE_HZ), len(y))) / FINE_HZ) - onset
        y[start : start + len(t)] += power * beat_shape(SHAPES[truth.shape], t, usual)
    ends = np.append(onsets[1:], onsets[-1] + usual)
    return y, np.array(onsets), ends


def _truth_points(y: Floats, onsets: Floats, ends: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """(foot, peak, notch, diastolic, steepest) of each beat from the noise-free wave: by tops and dips where
    there are any, else by its own bends, without any filter."""
    out = np.full((5, len(onsets)), np.nan)
    slope = np.gradient(y)
    curve = np.gradient(slope)
    for i, (start, end) in enumerate(zip(onsets.tolist(), ends.tolist(), strict=True)):
        a = int(start * FINE_HZ)
        # The beat before still runs off while this one begins: the foot is where the sum turns.
        out[4, i] = a + int(np.argmin(y[a : a + 60]))
        systole = a + int(min(0.42, 0.5 * (end - start)) * FINE_HZ)
        peak = a + int(np.argmax(y[a:systole]))
        out[0, i] = peak
        out[3, i] = a + int(np.argmax(slope[a : peak + 1]))
        low = peak + int(0.10 * FINE_HZ)
        length = min(end - start, 1.2)
        valley = low + int(np.argmin(y[low : peak + int(min(0.40, 0.45 * length) * FINE_HZ)]))
        behind = y[valley : min(valley + 300, int((end - 0.12) * FINE_HZ))]
        if len(behind) and behind.max() - y[valley] > 0.03 * y[peak]:
            out[1, i], out[2, i] = valley, valley + int(np.argmax(behind))
            continue
        e = low + int(np.argmax(curve[low : peak + int(min(0.33, 0.38 * length) * FINE_HZ)]))
        ahead = slope[e : e + 100]
        crests = np.flatnonzero((ahead[1:-1] >= ahead[:-2]) & (ahead[1:-1] > ahead[2:])) + 1
        flat = e + int(crests[0]) if len(crests) else e + 50
        dips = np.flatnonzero((ahead[:-1] < 0) & (ahead[1:] >= 0))
        if len(dips):
            out[1, i] = e + dips[0]
            out[2, i] = out[1, i] + np.argmax(y[e + int(dips[0]) : e + int(dips[0]) + 300])
        else:
            out[1, i], out[2, i] = e + 0.42 * (flat - e), flat
    out /= FINE_HZ
    return out[4], out[0], out[1], out[2], out[3]


def simulate_pulse(
    truth: PulseTruth, *, seconds: float = 60.0, fs_hz: float = 200.0, seed: int = 0
) -> tuple[Wave, Beats]:
    """A simulated wave and the truth about its beats.

    Pressure waves are in mmHg above the sensor's own pressure, light waves in relative units. Beats that the
    record cuts off at its end are not in the truth. Same arguments, same bytes.
    """
    rng = np.random.default_rng(seed)
    fine, onsets, ends = _clean(truth, seconds, rng)
    foot, peak, notch, diastolic, steep = _truth_points(fine, onsets, ends)
    n = round(seconds * fs_hz)
    t = np.arange(n) / fs_hz
    y = np.interp(t, np.arange(len(fine)) / FINE_HZ, fine)
    height = truth.height_mmhg if truth.height_mmhg is not None else HEIGHTS_MMHG[truth.shape]
    # The sensor's own noise does not shrink with the pulse, so a wrong pressure costs quality.
    seen, gaps = _disturbed(y * truth.gain, t, truth.noise, rng)
    scale = height if truth.kind is PulseKind.PRESSURE else 1.0
    whole = ends < seconds
    kinds = tuple(k for k, w in zip(beat_kinds(onsets), whole, strict=True) if w)
    beats = Beats(
        foot[whole],
        peak[whole],
        notch[whole],
        diastolic[whole],
        np.ones(int(whole.sum())),
        kinds,
        steep[whole],
    )
    unit = "mmHg" if truth.kind is PulseKind.PRESSURE else "1"
    wave = Wave((seen * scale).astype(np.float32), fs_hz, truth.kind, unit, gaps, "simulator", (), True)
    return wave, beats


def _disturbed(
    y: Floats, t: Floats, noise: Noise, rng: np.random.Generator
) -> tuple[Floats, tuple[tuple[float, float], ...]]:
    power = float(np.std(y))
    seconds = float(t[-1])
    out = y.copy()
    if noise.wander:
        for f in (0.05, 0.12, 0.25):
            out += noise.wander / 2 * np.sin(2 * np.pi * (f * t + rng.random()))
    if noise.mains:
        out += noise.mains * np.sin(2 * np.pi * noise.mains_hz * t)
    if noise.motion:
        for _ in range(max(1, int(seconds / 20))):
            at, width = rng.uniform(0, seconds), rng.uniform(0.3, 1.2)
            swing = np.exp(-0.5 * ((t - at) / width) ** 2) * np.sin(
                2 * np.pi * rng.uniform(0.5, 4) * (t - at)
            )
            out += noise.motion * swing
    if noise.snr_db is not None:
        out += rng.standard_normal(len(t)) * power / 10 ** (noise.snr_db / 20)
    if noise.saturate is not None:
        out = np.minimum(out, noise.saturate * float(np.max(y)))
    gaps: list[tuple[float, float]] = []
    for at in np.sort(rng.uniform(0, seconds, round(noise.dropouts_per_min * seconds / 60))).tolist():
        stop = min(at + float(rng.uniform(0.5, 1.5)), seconds)
        if gaps and at <= gaps[-1][1]:
            continue
        gaps.append((at, stop))
        out[(t >= at) & (t < stop)] = np.nan
    return out, tuple(gaps)


SAMPLES: dict[str, tuple[PulseTruth, int]] = {
    "heart_spleen": (PulseTruth("thready", 76.0, hrv=0.03), 11),
    "slippery_rapid": (PulseTruth("slippery", 92.0, hrv=0.025), 12),
    "wiry": (PulseTruth("wiry", 68.0, hrv=0.025), 13),
    "rough": (PulseTruth("rough", 68.0, hrv=0.025), 14),
}


def sample_pulse(name: str, *, seconds: float = 60.0, fs_hz: float = 200.0) -> Wave:
    """The wave of a sample patient: "heart_spleen", "slippery_rapid", "wiry", "rough". KeyError otherwise."""
    truth, seed = SAMPLES[name]
    return simulate_pulse(truth, seconds=seconds, fs_hz=fs_hz, seed=seed)[0]


def csv_bytes(wave: Wave) -> bytes:
    """The wave as a text file that `read_wave` reads back: a first line that says what it is, then values."""
    made = "synthetic " if wave.synthetic else ""
    head = f"# {made}pulse wave; fs_hz={wave.fs_hz:g}; kind={wave.kind.value}; "
    digits = 2 if wave.unit == "mmHg" else 4
    values = ("" if math.isnan(v) else f"{v:.{digits}f}" for v in wave.values.tolist())
    return (head + f"unit={wave.unit}\nvalue\n" + "\n".join(values) + "\n").encode()
