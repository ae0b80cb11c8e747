"""Beats told while the pulse is taken are the beats of the whole record."""

import numpy as np
import pytest

from tcm_station.signals.pulse.beats import find_beats
from tcm_station.signals.pulse.live import LATENCY_S, LiveBeat, LivePulse
from tcm_station.signals.pulse.synth import Noise, PulseTruth, simulate_pulse
from tcm_station.signals.pulse.wave import Wave


def told_live(wave: Wave, block_s: float = 0.04) -> tuple[list[LiveBeat], list[float]]:
    """(beats, how long after its upstroke each was told, those of the first search left out)."""
    live = LivePulse(wave.fs_hz, wave.kind)
    size = max(1, round(block_s * wave.fs_hz))
    beats: list[LiveBeat] = []
    waits: list[float] = []
    for i in range(0, len(wave.values), size):
        first = not beats
        for beat in live.push(wave.values[i : i + size]):
            beats.append(beat)
            if not first:
                waits.append(live.seconds - beat.upstroke_s)
    return beats, waits


@pytest.mark.parametrize("shape", ["normal", "slippery", "wiry"])
@pytest.mark.parametrize("fs_hz", [60, 200])
def test_live_beats_are_the_offline_beats_within_30_ms_and_half_a_second(shape: str, fs_hz: float) -> None:
    wave, _ = simulate_pulse(PulseTruth(shape, 78, noise=Noise(snr_db=25)), seconds=30, fs_hz=fs_hz, seed=2)
    beats, waits = told_live(wave)
    offline = find_beats(wave)
    times = np.array([b.upstroke_s for b in beats])
    known = offline.upstroke_s[offline.upstroke_s < wave.seconds - LATENCY_S]
    assert len(times) == pytest.approx(len(known), abs=1)
    assert all(np.min(np.abs(times - t)) <= 0.03 for t in known)
    assert max(waits) <= LATENCY_S + 1e-9


def test_the_live_rate_is_the_rate_and_ends_when_the_pulse_ends() -> None:
    wave, _ = simulate_pulse(PulseTruth(rate_per_min=84, hrv=0.01), seconds=15, fs_hz=100, seed=1)
    live = LivePulse(100)
    assert live.rate_per_min is None
    live.push(wave.values[:1000])
    for i in range(1000, 1500, 5):
        live.push(wave.values[i : i + 5])
    assert live.rate_per_min == pytest.approx(84, abs=2)
    for _ in range(100):
        live.push(np.full(5, np.nan, np.float32))
    assert live.rate_per_min is None


def test_the_size_of_the_blocks_changes_no_beat_by_more_than_30_ms() -> None:
    wave, _ = simulate_pulse(PulseTruth(), seconds=20, fs_hz=125, seed=4)
    small = [b.upstroke_s for b in told_live(wave, 0.016)[0]]
    large = [b.upstroke_s for b in told_live(wave, 0.1)[0]]
    assert np.allclose(small, large, atol=0.03)


def test_a_rate_that_no_sensor_has_is_refused() -> None:
    with pytest.raises(ValueError, match="samples a second"):
        LivePulse(3)


@pytest.mark.shared
@pytest.mark.parametrize("record", ["01", "22", "33"])
def test_live_beats_of_real_records_differ_from_offline_by_at_most_three_in_a_hundred(
    shared_data: object, record: str
) -> None:
    with np.load(f"{shared_data}/pulse/bidmc/bidmc_{record}.npz", allow_pickle=False) as arrays:
        wave = Wave(arrays["ppg"][: 125 * 90].astype(np.float32), 125.0)
    beats, _ = told_live(wave)
    times = np.array([b.upstroke_s for b in beats])
    offline = find_beats(wave).upstroke_s
    offline = offline[offline < wave.seconds - LATENCY_S]
    missed = sum(np.min(np.abs(times - t)) > 0.03 for t in offline)
    extra = sum(np.min(np.abs(offline - t)) > 0.03 for t in times)
    assert missed <= 0.03 * len(offline) and extra <= 0.03 * len(offline)
