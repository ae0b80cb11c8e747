"""A live pulse is what the device gave, and live looks see what the gate would."""

import threading

import numpy as np
import pytest

from tcm_station.domain.examination import ExamKind
from tcm_station.domain.finding import Polarity
from tcm_station.signals.pulse.read import read_wave
from tcm_station.workflow import commands, live
from tcm_station.workflow.findings import findings_of
from tcm_station.workflow.live_camera import (
    Look,
    Looker,
    Row,
    Shot,
    Watcher,
    burst,
    open_camera,
    phantom_frames,
    sharpest,
)


def fed(seconds):
    """A session that was fed by the simulator's own blocks, without a device thread."""
    driver = live.pulse_simulator(speed=float("inf"))
    session = live.PulseSession(driver)
    stop = threading.Event()
    while session.seconds < seconds:
        session.feed(driver.read(stop).values)
    return session


def test_rate_beats_and_average_follow_the_simulator():
    session = fed(25)
    rate, sd = session.rate()
    assert rate == pytest.approx(72, abs=4) and 0 < sd < 8
    assert 24 <= session.clean_beats() <= 32
    told = session.average()
    assert told.n >= 20 and len(told.mean) == len(told.sd)
    peak = int(np.argmax(told.mean)) * live.BEAT_STEP_S
    assert 0.08 < peak < 0.2
    assert all(q > 0.8 for q in session.cells()[1:])


def test_what_is_kept_can_be_imported_again():
    session = fed(14)
    wave = read_wave(session.record(), "pulse.csv")
    assert wave.synthetic and wave.unit == "mmHg" and wave.fs_hz == live.SIMULATOR_HZ
    assert np.allclose(wave.values, session.wave().values, atol=0.006)


def test_lost_samples_stay_a_gap_of_their_own_length():
    session = live.PulseSession(live.pulse_simulator())
    session.stream.ring.write(np.ones(50, dtype=np.float32))
    session.stream.ring.skip(100)
    session.stream.ring.write(np.ones(50, dtype=np.float32))
    session.step()
    assert session.wave().gaps == ((0.25, 0.75),)


def test_a_stretch_of_the_record_is_found_across_its_parts():
    session = live.PulseSession(live.pulse_simulator())
    for start in range(0, 100, 10):
        session.feed(np.arange(start, start + 10, dtype=np.float32))
    assert session.values_between(0.125, 0.2).tolist() == list(range(25, 40))


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("a.JPG", "look"),
        ("b.heic", "look"),
        ("c.csv", "feel"),
        ("d.wav", "listen"),
        ("e.mp4", "film"),
        ("f.doc", None),
    ],
)
def test_a_file_goes_to_its_method_by_its_ending(name, method):
    assert live.method_of(name) == method


def test_the_rendered_tongue_passes_the_gate_and_a_grey_wall_does_not():
    looker = Looker(ExamKind.TONGUE)
    frame = phantom_frames(ExamKind.TONGUE)(0)
    told = looker.look(0, frame)
    assert told.good and told.outlines and told.size == (frame.shape[1], frame.shape[0])
    wall = looker.look(1, np.full((480, 640, 3), 120, dtype=np.uint8))
    assert wall.problem.code == "not-a-tongue" and not wall.good


def test_a_dark_frame_fails_the_row_that_says_so():
    frame = (phantom_frames(ExamKind.TONGUE)(0) * 0.25).astype(np.uint8)
    told = Looker(ExamKind.TONGUE).look(0, frame)
    assert told.problem is not None or "dark" in [row.code for row in told.failing]


def test_movement_between_looks_is_shake():
    looker = Looker(ExamKind.TONGUE)
    frame = phantom_frames(ExamKind.TONGUE)(0)
    looker.look(0, frame)
    told = looker.look(1, np.roll(frame, 60, axis=1))
    assert "shake" in [row.code for row in told.failing]


def shot(sharp, *, good=True):
    rows = (Row("blurred", sharp, 0.36, True), Row("glare", 1.0 if good else 50.0, 14.0, False))
    return Shot(np.zeros((2, 2, 3), np.uint8), Look(0, (2, 2), (), rows, None, 0.0))


def test_the_sharpest_of_those_that_pass_is_kept():
    assert sharpest([shot(0.5), shot(0.8), shot(0.9, good=False), shot(0.6)]) == 1


def test_watcher_and_burst_let_the_camera_go():
    watcher = Watcher(open_camera("phantom", ExamKind.TONGUE), ExamKind.TONGUE)
    shots = burst(watcher.source, Looker(ExamKind.TONGUE), threading.Event(), 2)
    watcher.close()
    watcher.close()
    assert len(shots) == 2 and not watcher.source.running


# places of the pulse
def visit_with(*steps):
    from datetime import UTC, datetime

    from tcm_station.domain.visit import Visit

    visit = Visit(id="v", patient_id="p", at=datetime(2026, 1, 2, tzinfo=UTC))
    for step in steps:
        visit = step.apply(visit)
    return visit


def yes(place=None):
    if place is None:
        return commands.judge_finding("pulse.thready", Polarity.PRESENT)
    return commands.judge_finding("pulse.thready", Polarity.PRESENT, side="left", location=place)


def test_a_sign_felt_in_two_places_is_two_words_and_one_finding():
    visit = visit_with(yes("deep.cun"), yes("middle.guan"))
    assert len(visit.findings_by_hand) == 2
    assert [f.code for f in findings_of(visit)] == ["pulse.thready"]


def test_one_place_is_taken_back_alone_and_the_whole_takes_all():
    visit = visit_with(
        yes("deep.cun"),
        yes("middle.guan"),
        commands.forget_finding("pulse.thready", side="left", location="deep.cun"),
    )
    assert [f.location for f in visit.findings_by_hand] == ["middle.guan"]
    assert visit_with(yes("deep.cun"), yes(), commands.forget_finding("pulse.thready")).findings_by_hand == ()


def test_a_no_about_the_whole_replaces_what_was_said_of_places():
    no = commands.judge_finding("pulse.thready", Polarity.ABSENT)
    assert [f.polarity for f in visit_with(yes("deep.cun"), no).findings_by_hand] == [Polarity.ABSENT]
    assert [f.location for f in visit_with(no, yes("deep.cun")).findings_by_hand] == ["deep.cun"]
