"""Beats, points and rhythm of simulated pulses whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcm_station.signals.pulse.beats import find_beats
from tcm_station.signals.pulse.quality import second_quality
from tcm_station.signals.pulse.rhythm import rhythm
from tcm_station.signals.pulse.synth import SHAPES, Noise, PulseTruth, Rhythm, simulate_pulse
from tcm_station.signals.pulse.wave import BeatKind, Beats, PulseKind, Wave


def matched(found: Beats, truth: Beats, within_s: float = 0.1) -> tuple[int, int, np.ndarray]:
    """(missed, extra, index of the found beat for each true one).

    Matched by the steepest point: where two waves merge into a plateau (wiry, slow, 25 Hz) the highest
    point may be the second one, and that is no missed beat.
    """
    at = np.array([int(np.nanargmin(np.abs(found.upstroke_s - p))) for p in truth.upstroke_s])
    off = np.abs(found.upstroke_s[at] - truth.upstroke_s)
    return int((off > within_s).sum()), len(found) - len(set(at.tolist())), at


@pytest.mark.parametrize("shape", SHAPES)
@given(rate=st.floats(45, 130), fs_hz=st.sampled_from([25, 60, 125, 200, 1000]), seed=st.integers(0, 9))
def test_every_simulated_beat_is_found_once(shape: str, rate: float, fs_hz: float, seed: int) -> None:
    wave, truth = simulate_pulse(
        PulseTruth(shape, rate, noise=Noise(snr_db=25)), seconds=15, fs_hz=fs_hz, seed=seed
    )
    missed, extra, _ = matched(find_beats(wave), truth)
    assert missed == 0
    assert extra <= 1  # the last beat, cut off by the end of the record, is not in the truth


def test_points_lie_within_ten_milliseconds_of_the_truth_at_20_db() -> None:
    errors: dict[str, list[float]] = {"onset_s": [], "peak_s": [], "notch_s": []}
    for shape in SHAPES:
        for rate in (50, 76, 110):
            for fs_hz in (125, 200, 500):
                truth_in = PulseTruth(shape, rate, noise=Noise(snr_db=20))
                wave, truth = simulate_pulse(truth_in, seconds=20, fs_hz=fs_hz, seed=5)
                found = find_beats(wave)
                _, _, at = matched(found, truth)
                for name, each in errors.items():
                    off = np.abs(getattr(found, name)[at] - getattr(truth, name))
                    each.append(1000 * float(np.nanmean(off)))
    means = {name: float(np.mean(each)) for name, each in errors.items()}
    assert means["onset_s"] <= 9
    assert means["peak_s"] <= 6
    assert float(np.mean(list(means.values()))) <= 10


@given(rate=st.floats(45, 150), fs_hz=st.sampled_from([125, 500]))
def test_the_rate_put_in_comes_out_again(rate: float, fs_hz: float) -> None:
    wave, _ = simulate_pulse(PulseTruth(rate_per_min=rate), seconds=30, fs_hz=fs_hz, seed=7)
    beats = find_beats(wave)
    told = rhythm(beats.upstroke_s, beats.kind, beats.quality, usable=0.5)
    assert told is not None
    assert told.rate_per_min == pytest.approx(rate, rel=0.015)


def test_a_wave_upside_down_gives_the_same_beats() -> None:
    wave, _ = simulate_pulse(PulseTruth(), seconds=20, fs_hz=200, seed=1)
    upright = find_beats(wave)
    turned = find_beats(Wave(-wave.values, wave.fs_hz, wave.kind))
    assert turned.inverted and not upright.inverted
    assert np.allclose(turned.onset_s, upright.onset_s, atol=1e-6)
    assert np.allclose(turned.peak_s, upright.peak_s, atol=1e-6)


@given(gain=st.floats(1e-3, 1e4), offset=st.floats(-1e3, 1e3))
def test_gain_and_offset_of_the_sensor_change_no_beat(gain: float, offset: float) -> None:
    wave, _ = simulate_pulse(PulseTruth(), seconds=12, fs_hz=125, seed=2)
    scaled = (wave.values.astype(np.float64) * gain + offset * gain).astype(np.float32)
    found = find_beats(Wave(scaled, wave.fs_hz, wave.kind))
    assert np.allclose(found.peak_s, find_beats(wave).peak_s, atol=0.01)


def test_no_beat_is_reported_in_a_gap_and_the_next_one_is_a_first() -> None:
    wave, _ = simulate_pulse(PulseTruth(noise=Noise(dropouts_per_min=6)), seconds=40, fs_hz=200, seed=4)
    beats = find_beats(wave)
    assert wave.gaps
    for start, stop in wave.gaps:
        assert not ((beats.upstroke_s > start) & (beats.upstroke_s < stop)).any()
        after = np.flatnonzero(beats.upstroke_s > stop)
        if len(after):
            assert beats.kind[after[0]] is BeatKind.FIRST


def test_nothing_beats_in_a_straight_line_and_noise_alone_has_little_quality() -> None:
    assert len(find_beats(Wave(np.zeros(2000, np.float32), 100.0))) == 0
    noise = np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    assert float(find_beats(Wave(noise, 100.0)).quality.mean()) < 0.5


@pytest.mark.parametrize(
    ("put_in", "told"),
    [
        (Rhythm.EXTRA, BeatKind.EARLY),
        (Rhythm.KNOTTED, BeatKind.AFTER_PAUSE),
        (Rhythm.INTERMITTENT, BeatKind.AFTER_PAUSE),
    ],
)
def test_early_beats_and_missing_beats_are_told_apart(put_in: Rhythm, told: BeatKind) -> None:
    wave, truth = simulate_pulse(
        PulseTruth(rate_per_min=64, hrv=0.015, rhythm=put_in), seconds=120, fs_hz=200, seed=3
    )
    found = find_beats(wave)
    other = {BeatKind.EARLY, BeatKind.AFTER_PAUSE} - {told}
    assert sum(k is told for k in truth.kind) >= 4
    assert abs(sum(k is told for k in found.kind) - sum(k is told for k in truth.kind)) <= 1
    assert not any(k in other for k in found.kind)


def test_a_monitor_setting_its_offset_anew_makes_no_beat() -> None:
    wave, truth = simulate_pulse(PulseTruth(kind=PulseKind.PPG), seconds=20, fs_hz=125, seed=6)
    values = wave.values.copy()
    values[1111:] -= 2.5
    missed, extra, _ = matched(find_beats(Wave(values, 125.0)), truth)
    assert missed == 0 and extra <= 1


def test_quality_falls_with_noise_and_is_nought_where_the_sensor_is_off() -> None:
    quiet, _ = simulate_pulse(PulseTruth(noise=Noise(snr_db=40)), seconds=30, fs_hz=125, seed=8)
    loud, _ = simulate_pulse(PulseTruth(noise=Noise(snr_db=-6)), seconds=30, fs_hz=125, seed=8)
    means = [float(second_quality(w, find_beats(w)).mean()) for w in (quiet, loud)]
    assert means[0] > 0.95 > means[1] + 0.2
    off = quiet.values.copy()
    off[1250:2500] = off[1250]
    assert (
        second_quality(Wave(off, 125.0, quiet.kind), find_beats(Wave(off, 125.0, quiet.kind)))[12:18].max()
        == 0
    )


def test_the_wrong_pressure_of_the_sensor_costs_height() -> None:
    heights = []
    for pressure in (0.1, 0.5, 0.9):
        truth = PulseTruth(depth=0.1, pressure=pressure, noise=Noise(snr_db=None, wander=0))
        heights.append(float(np.ptp(simulate_pulse(truth, seconds=10, fs_hz=125, seed=1)[0].values)))
    assert heights[0] > 2 * heights[1] > 4 * heights[2]
