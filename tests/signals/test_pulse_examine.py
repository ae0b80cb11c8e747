"""What an examined pulse says, and what it refuses to say."""

from datetime import UTC, datetime

import numpy as np
import pytest

from tcm_station.domain.codec import from_plain, to_plain
from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind
from tcm_station.domain.finding import Certainty
from tcm_station.domain.terms import term, terms
from tcm_station.i18n import LANGS, tr
from tcm_station.resources import asset
from tcm_station.signals.pulse.examine import examine_pulse
from tcm_station.signals.pulse.findings import rules
from tcm_station.signals.pulse.read import read_wave
from tcm_station.signals.pulse.synth import (
    Noise,
    PulseTruth,
    Rhythm,
    csv_bytes,
    sample_pulse,
    simulate_pulse,
)
from tcm_station.signals.pulse.wave import PulseKind, Wave

CAPTURE = Capture(
    "0" * 64, ExamKind.PULSE, "text/csv", "simulator", datetime(2025, 1, 1, tzinfo=UTC), synthetic=True
)


def examined(truth: PulseTruth, seconds: float = 40, fs_hz: float = 200, seed: int = 5) -> Examination:
    return examine_pulse(simulate_pulse(truth, seconds=seconds, fs_hz=fs_hz, seed=seed)[0], CAPTURE)


def named(examination: Examination) -> set[str]:
    return {f.code for f in examination.findings}


@pytest.mark.parametrize("rate", [60, 76, 92])
@pytest.mark.parametrize("shape", ["wiry", "slippery", "rough", "thready"])
def test_a_simulated_pulse_gets_its_own_name_and_no_other(shape: str, rate: float) -> None:
    shapes = {"pulse.wiry", "pulse.slippery", "pulse.rough", "pulse.thready"}
    assert named(examined(PulseTruth(shape, rate, noise=Noise(snr_db=25)))) & shapes == {f"pulse.{shape}"}


def test_a_normal_simulated_pulse_gets_no_name() -> None:
    assert named(examined(PulseTruth("normal", 72))) == set()


@pytest.mark.parametrize(("rate", "name"), [(50, "pulse.slow"), (96, "pulse.rapid"), (130, "pulse.racing")])
def test_the_rate_is_named_by_its_stated_limits(rate: float, name: str) -> None:
    assert named(examined(PulseTruth("normal", rate))) == {name}


@pytest.mark.parametrize(
    ("truth", "name"),
    [
        (PulseTruth(rate_per_min=70, hrv=0.015, rhythm=Rhythm.INTERMITTENT), "pulse.intermittent"),
        (PulseTruth(rate_per_min=54, hrv=0.015, rhythm=Rhythm.KNOTTED), "pulse.knotted"),
        (PulseTruth(rate_per_min=104, hrv=0.015, rhythm=Rhythm.SKIPPING), "pulse.skipping"),
    ],
)
def test_pauses_are_named_by_rate_and_order(truth: PulseTruth, name: str) -> None:
    names = named(examined(truth, seconds=90))
    assert {name, "pulse.irregular"} <= names
    assert not names & ({"pulse.intermittent", "pulse.knotted", "pulse.skipping"} - {name})


def test_light_gives_no_shape_depth_or_strength_and_says_so() -> None:
    examination = examined(PulseTruth("wiry", 70, kind=PulseKind.PPG))
    assert named(examination) == set()
    for code, why in (
        ("pulse.depth", "no_pressure"),
        ("pulse.strength", "no_pressure"),
        ("pulse.h1", "relative_height"),
    ):
        measurement = examination.measurement(code)
        assert measurement is not None and measurement.value is None and measurement.why == f"pulse.why.{why}"


def test_a_poor_signal_gets_no_shape_name() -> None:
    examination = examined(PulseTruth("wiry", 70, noise=Noise(snr_db=-6, motion=3.0)))
    assert examination.quality.value < 0.5
    assert not named(examination) & {"pulse.wiry", "pulse.slippery", "pulse.rough", "pulse.thready"}


def test_times_and_heights_agree_with_the_noise_free_beat() -> None:
    examination = examined(PulseTruth("slippery", 72, hrv=0.0, breath_amplitude=0.0))
    value = {m.code: m.value for m in examination.measurements}
    sd = {m.code: m.sd for m in examination.measurements}
    assert value["pulse.rate"] == pytest.approx(72, abs=0.3)
    assert value["pulse.t"] == pytest.approx(60000 / 72, abs=4)
    assert value["pulse.t4"] + value["pulse.t5"] == pytest.approx(value["pulse.t"], abs=0.1)
    assert value["pulse.h1"] == pytest.approx(38, abs=2)
    assert value["pulse.area_systolic"] + value["pulse.area_diastolic"] == pytest.approx(1)
    assert all(sd[c] is not None and sd[c] < 0.05 for c in ("pulse.h4_h1", "pulse.h5_h1"))
    assert value["pulse.beats_used"] >= 40


def test_the_sample_patient_has_a_thready_pulse_of_76() -> None:
    examination = examine_pulse(sample_pulse("heart_spleen"), CAPTURE)
    rate = examination.measurement("pulse.rate")
    assert rate is not None and rate.value == pytest.approx(76, abs=1.0)
    assert named(examination) == {"pulse.thready"}
    assert all(f.certainty is Certainty.PROPOSED for f in examination.findings)


@pytest.mark.parametrize(
    ("sample", "names"),
    [
        ("slippery_rapid", {"pulse.slippery", "pulse.rapid"}),
        ("wiry", {"pulse.wiry"}),
        ("rough", {"pulse.rough"}),
    ],
)
def test_the_other_samples_get_their_names(sample: str, names: set[str]) -> None:
    assert named(examine_pulse(sample_pulse(sample), CAPTURE)) == names


def test_the_bundled_sample_is_what_the_simulator_makes_and_says_that_it_is_synthetic() -> None:
    path = asset("samples/pulse_heart_spleen.csv")
    assert path.stat().st_size < 300_000
    wave = read_wave(path)
    assert wave.synthetic and "synthetic" in wave.notes
    assert (wave.fs_hz, wave.kind, wave.unit, wave.seconds) == (200, PulseKind.PRESSURE, "mmHg", 60)
    made = read_wave(csv_bytes(sample_pulse("heart_spleen")))
    # Another machine's arithmetic may round a last digit differently.
    assert np.allclose(wave.values, made.values, atol=0.011)


def test_an_examination_survives_plain_data() -> None:
    examination = examined(PulseTruth(noise=Noise(dropouts_per_min=4)))
    assert from_plain(Examination, to_plain(examination)) == examination
    assert "pulse.issue.gaps" in {i.code for i in examination.quality.issues}


def test_the_same_wave_gives_the_same_examination() -> None:
    assert examined(PulseTruth()) == examined(PulseTruth())


def test_every_code_unit_and_word_an_examination_can_hold_exists() -> None:
    examination = examined(
        PulseTruth("normal", 72, kind=PulseKind.PPG, noise=Noise(dropouts_per_min=4)), seconds=25
    )
    for measurement in examination.measurements:
        row = term(measurement.code)
        assert row.kind == "measurement" and row.extra["unit"] == measurement.unit
        assert row.extra["definition_zh"] and row.extra["definition_en"]
    for lang in LANGS:
        for series in examination.series:
            assert tr(f"series.{series.name}", lang)
        for issue in examination.quality.issues:
            assert tr(issue.code, lang, value=1, limit=2) and tr(f"{issue.code}.advice", lang)
        for measurement in examination.measurements:
            assert measurement.why is None or tr(measurement.why, lang)


def test_every_rule_has_a_source_and_known_codes() -> None:
    for rule in rules():
        assert rule.source and rule.finding in terms()
        assert rule.validated in ("definition", "simulator")
        if rule.finding in ("pulse.wiry", "pulse.slippery", "pulse.rough", "pulse.thready"):
            assert rule.validated == "simulator" and rule.sensor == "pressure"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.zeros(300), "pulse-too-short"),
        (np.full(3000, np.nan), "pulse-all-missing"),
        (np.full(3000, 7.0), "pulse-constant"),
        (np.where(np.arange(3000) < 1200, np.sin(np.arange(3000) / 9), 1.0), "pulse-saturated"),
        (np.arange(3000) * 1.0, "pulse-no-beats"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_both_languages(values: np.ndarray, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        examine_pulse(Wave(values.astype(np.float32), 100.0), CAPTURE)
    assert refusal.value.code == code
    for lang in LANGS:
        assert refusal.value.text(lang) and refusal.value.advice(lang)


def test_an_hour_of_pulse_is_examined_within_two_seconds() -> None:
    import time

    wave, _ = simulate_pulse(PulseTruth(noise=Noise(dropouts_per_min=1)), seconds=3600, fs_hz=125, seed=1)
    start = time.process_time()
    examination = examine_pulse(wave, CAPTURE)
    assert time.process_time() - start < 2.0
    rate = examination.measurement("pulse.rate")
    assert rate is not None and rate.value == pytest.approx(72, abs=0.5)


def test_the_dicrotic_wave_stands_on_the_notch_and_between_it_and_the_end() -> None:
    value = {m.code: m.value for m in examined(PulseTruth("slippery", 72)).measurements}
    assert value["pulse.reflection_index"] == pytest.approx(value["pulse.h4_h1"] + value["pulse.h5_h1"])
    assert value["pulse.t4"] < value["pulse.t_dicrotic"] < value["pulse.t"]


@pytest.mark.shared
def test_beats_of_shared_records_reach_their_aim(shared_data: object, tmp_path: object) -> None:
    # The odd records, on which nothing was tuned; the whole set is scored by `evaluate pulse`.
    from pathlib import Path

    from tcm_station.evaluation.pulse import evaluate

    source, part = Path(str(shared_data)) / "pulse", Path(str(tmp_path)) / "pulse"
    (part / "bidmc").mkdir(parents=True)
    (part / "score_beats.py").write_bytes((source / "score_beats.py").read_bytes())
    for number in (1, 5, 33, 47, 53):
        for ending in (".npz", "_beats.csv", "_scored.csv"):
            name = f"bidmc_{number:02d}{ending}"
            (part / "bidmc" / name).write_bytes((source / "bidmc" / name).read_bytes())
    report = evaluate(part.parent)
    row = next(r for r in report.rows if r.name == "evaluate_pulse.f1" and r.part == "ppg")
    assert row.value is not None and row.value >= 0.988
    assert row.low is not None and row.low > 0.97
    assert all(name in report.to_text("en") for name in ("bidmc_05", "ppg"))
