"""A pulse wave, examined: beats, quality, average beat, measurements, findings."""

from functools import cache

import numpy as np

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind, Issue, Quality, Series
from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.domain.terms import Term, term
from tcm_station.signals.pulse.average import STEP_S, AverageBeat, average_beat
from tcm_station.signals.pulse.beats import find_beats
from tcm_station.signals.pulse.checks import checked
from tcm_station.signals.pulse.clean import bridged, coarse, flat_samples
from tcm_station.signals.pulse.features import Value, features
from tcm_station.signals.pulse.fiducials import FINE_HZ
from tcm_station.signals.pulse.findings import findings
from tcm_station.signals.pulse.quality import USABLE, second_quality
from tcm_station.signals.pulse.rhythm import Rhythm, pause_spacing_cv, rhythm
from tcm_station.signals.pulse.wave import Beats, Floats, PulseKind, Wave

METHOD = "pulse 1"
FEWEST_BEATS = 4
LEAST_LIKENESS = 0.15  # mean beat quality below which what was found is not taken for beats
TRACE_S = 10.0
TRACE_HZ = 125.0
SHORT_S = 30.0
LOW_RATE_HZ = 60.0
FEWEST_INTERVALS_RHYTHM = 20  # fewer say little about a rhythm


def examine_pulse(wave: Wave, capture: Capture, name: str = "") -> Examination:
    """Everything that this one channel allows to say. name: what to call it in errors.

    Raises Refused as `checks.checked` does, and pulse-no-beats when nothing beats.
    Depth and strength depend on the finger's pressure: one channel at one pressure cannot give them, and the
    measurements say so. Heights have a unit only where the sensor gives mmHg.
    """
    name = name or capture.device
    checked(wave, name)
    steps = np.diff(wave.values[np.isfinite(wave.values)])
    if (steps >= 0).all() or (steps <= 0).all():  # a column of times, a counter: nothing goes up and down
        raise Refused("pulse-no-beats", name=name, beats=0, seconds=f"{wave.seconds:.0f}")
    beats = find_beats(wave)
    if len(beats) < FEWEST_BEATS or float(beats.quality.mean()) < LEAST_LIKENESS:
        raise Refused("pulse-no-beats", name=name, beats=len(beats), seconds=f"{wave.seconds:.0f}")
    x, fs, first_s = coarse(bridged(wave.values.astype(np.float64)), wave.fs_hz, FINE_HZ)
    upright = -x if beats.inverted else x
    average = average_beat(upright, fs, first_s, beats)
    by_second = second_quality(wave, beats)
    quality = Quality(round(float(by_second.mean()), 4), _issues(wave, beats, by_second))
    measured = _measurements(wave, beats, average, quality.value)
    return Examination(
        kind=ExamKind.PULSE,
        captures=(capture,),
        quality=quality,
        measurements=tuple(measured.values()),
        findings=findings(measured, kind=wave.kind, unit=wave.unit, quality=quality.value),
        series=_series(wave, beats, average, by_second),
    )


def _issues(wave: Wave, beats: Beats, by_second: Floats) -> tuple[Issue, ...]:
    issues = []
    if wave.seconds < SHORT_S:
        issues.append(Issue("pulse.issue.short", round(wave.seconds, 1), SHORT_S))
    if wave.fs_hz < LOW_RATE_HZ:
        issues.append(Issue("pulse.issue.coarse", round(wave.fs_hz, 1), LOW_RATE_HZ))
    if wave.gaps:
        issues.append(Issue("pulse.issue.gaps", round(sum(b - a for a, b in wave.gaps), 2)))
    x = wave.values.astype(np.float64)
    # A hole is told as a hole, not once more as a standstill.
    still = float(np.mean(flat_samples(np.nan_to_num(x), wave.fs_hz) & np.isfinite(x)))
    if still > 0.02:
        issues.append(Issue("pulse.issue.flat", round(100 * still, 1), 2.0))
    poor = float(np.mean(by_second < USABLE)) if len(by_second) else 1.0
    if poor > 0.1:
        issues.append(Issue("pulse.issue.noisy", round(100 * poor, 1), 10.0))
    if beats.inverted:
        issues.append(Issue("pulse.issue.inverted"))
    return tuple(issues)


@cache
def _reference(code: str) -> tuple[Term, float | None, float | None, str | None]:
    row = term(code)
    low, high = row.extra.get("ref_low"), row.extra.get("ref_high")
    return (
        row,
        float(low) if low else None,
        float(high) if high else None,
        row.extra.get("ref_population"),
    )


def _measurement(code: str, value: Value, quality: float, basis: Basis) -> Measurement:
    row, low, high, population = _reference(code)
    return Measurement(
        code,
        None if value.value is None else round(value.value, 6),
        row.extra["unit"],
        METHOD,
        sd=None if value.sd is None or value.value is None else round(value.sd, 6),
        basis=basis,
        quality=None if value.value is None else round(quality, 4),
        why=f"pulse.why.{value.why}" if value.value is None else None,
        ref_low=low,
        ref_high=high,
        ref_population=population,
    )


def _measurements(
    wave: Wave, beats: Beats, average: AverageBeat | None, quality: float
) -> dict[str, Measurement]:
    out: dict[str, Measurement] = {}

    def put(name: str, value: Value, basis: Basis) -> None:
        out[f"pulse.{name}"] = _measurement(f"pulse.{name}", value, quality, basis)

    told = rhythm(beats.upstroke_s, beats.kind, beats.quality, usable=USABLE)
    for name, value in _rhythm_values(told, beats).items():
        # Time is measured against the sensor's own clock, which is right to well under a percent.
        put(name, value, Basis.CALIBRATED)
    put("beats_used", Value(float(average.n) if average is not None else 0.0), Basis.CALIBRATED)
    if average is None:
        shape = dict.fromkeys(SHAPE_CODES, Value(None, why="few_good_beats"))
    else:
        shape = features(average, beats, wave.kind)
    for name in SHAPE_CODES:
        put(name, shape[name], Basis.RELATIVE if name in RELATIVE_CODES else Basis.CALIBRATED)
    if wave.kind is PulseKind.PRESSURE and wave.unit == "mmHg" and average is not None:
        put("h1", Value(average.height, average.height_sd), Basis.UNCALIBRATED)
    else:
        why = "relative_height" if average is not None else "few_good_beats"
        put("h1", Value(None, why=why), Basis.RELATIVE)
    for name in ("depth", "strength"):
        put(
            name,
            Value(None, why="one_pressure" if wave.kind is PulseKind.PRESSURE else "no_pressure"),
            Basis.RELATIVE,
        )
    return out


TIME_CODES = ("t", "t1", "t2", "t3", "t4", "t5", "t_dicrotic", "w1", "w2")
RATIO_CODES = ("t1_t", "t1_t4", "w1_t", "w2_t")
RELATIVE_CODES = (
    "h2_h1",
    "h3_h1",
    "h4_h1",
    "h5_h1",
    "reflection_index",
    "area_systolic",
    "area_diastolic",
    "k_value",
)
SHAPE_CODES = (*TIME_CODES, *RATIO_CODES, *RELATIVE_CODES)


def _rhythm_values(told: Rhythm | None, beats: Beats) -> dict[str, Value]:
    names = ("rate", "rmssd", "cv", "early_share", "pause_share", "pause_spacing_cv")
    if told is None:
        return dict.fromkeys(names, Value(None, why="few_good_beats"))
    values = {"rate": Value(told.rate_per_min, told.rate_sd)}
    if told.intervals < FEWEST_INTERVALS_RHYTHM:
        return values | dict.fromkeys(names[1:], Value(None, why="few_intervals"))
    spacing = pause_spacing_cv(beats.kind)
    return values | {
        "rmssd": Value(told.rmssd_ms),
        "cv": Value(100 * told.cv),
        "early_share": Value(100 * told.early),
        "pause_share": Value(100 * told.paused),
        "pause_spacing_cv": Value(spacing) if spacing is not None else Value(None, why="few_pauses"),
    }


def _series(wave: Wave, beats: Beats, average: AverageBeat | None, by_second: Floats) -> tuple[Series, ...]:
    def seconds(name: str, values: Floats) -> Series:
        return Series(name, "s", tuple(np.round(values[np.isfinite(values)], 4).tolist()))

    start, trace, step = _trace(wave, by_second)
    series = [
        seconds("pulse.beats", beats.onset_s),
        seconds("pulse.peaks", beats.peak_s),
        seconds("pulse.notches", beats.notch_s),
        seconds("pulse.diastolic_peaks", beats.diastolic_s),
        Series("pulse.quality", "1", tuple(np.round(by_second, 3).tolist()), 1.0),
        Series("pulse.trace_from", "s", (start,)),
        Series("pulse.trace", wave.unit, trace, step),
    ]
    if average is not None:
        series.append(Series("pulse.average_beat", "1", tuple(np.round(average.values, 5).tolist()), STEP_S))
        series.append(Series("pulse.average_beat_sd", "1", tuple(np.round(average.sd, 5).tolist()), STEP_S))
    return tuple(series)


def _trace(wave: Wave, by_second: Floats) -> tuple[float, tuple[float, ...], float]:
    """The best stretch of TRACE_S for the eye, gaps bridged: (its start in s, values, step in s)."""
    length = int(TRACE_S)
    start = 0
    if len(by_second) > length:
        sums = np.convolve(by_second, np.ones(length), mode="valid")
        start = int(np.argmax(np.round(sums, 6)))
    part = bridged(
        wave.values[int(start * wave.fs_hz) : int((start + TRACE_S) * wave.fs_hz)].astype(np.float64)
    )
    values, fs, first_s = coarse(part, wave.fs_hz, TRACE_HZ)
    return round(start + first_s, 4), tuple(np.round(values, 4).tolist()), 1 / fs
