"""Look, listen, feel: files are measured and stored, refused ones keep their reason, live captures stop."""

import io
import time
import wave as wave_file
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeyEvent

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import ExamKind, Issue
from tcm_station.resources import asset
from tcm_station.workflow.live_camera import Look, Row
from ui.viewmodels.live import Advice, CameraLive, Held, PulseLive
from ui.viewmodels.taking import issue_words, toneless
from ui.words import lang

TONGUE = str(asset("samples/tongue_heart_spleen.png"))
PULSE = str(asset("samples/pulse_heart_spleen.csv"))
PATIENCE_S = 30.0


def until(holds, seconds=PATIENCE_S):
    """Let the window work until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def quiet(window):
    until(lambda: not window.runner.is_busy)


@pytest.fixture
def visit(window):
    """The open visit of a person of today; answered with what it is now."""
    rows = window.shell.rows()
    window.shell.open_visit(next(row.visit_id for row in rows if row.visit_id))
    return lambda: window.shell.visit


@pytest.fixture
def no_cameras(monkeypatch):
    monkeypatch.setattr("ui.views.look_live.camera_numbers", tuple)


def press(widget, key, text=""):
    QCoreApplication.sendEvent(
        widget, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text)
    )


def voice_bytes(seconds=2.0, fs=16000):
    import numpy as np

    t = np.arange(int(fs * seconds)) / fs
    tone = sum(np.sin(2 * np.pi * 130 * k * t) / k for k in range(1, 6)) * ((t < 0.7) | (t > 1.6))
    held = io.BytesIO()
    with wave_file.open(held, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(fs)
        out.writeframes((tone * 9000).astype("<i2").tobytes())
    return held.getvalue()


# look
def test_an_imported_tongue_is_measured_stored_and_shown(window, visit):
    window.go("look")
    page = window.page("look")
    page.take_path(TONGUE)
    quiet(window)
    exam = visit().examination(ExamKind.TONGUE)
    assert exam is not None and exam.captures[0].device == "file"
    assert page.picture.has_picture and page.stack.currentWidget() is page.picture
    assert len(page.table.list.items()) == len(exam.measurements) > 20
    assert [s.code for s in page.model.signs()] == [f.code for f in exam.findings]


def test_a_refused_picture_stays_beside_reason_and_advice_until_put_away(window, visit, tmp_path):
    import numpy as np
    from PIL import Image

    wall = tmp_path / "wall.png"
    Image.fromarray(np.full((400, 500, 3), 120, np.uint8)).save(wall)
    window.go("look")
    page = window.page("look")
    page.take_path(str(wall))
    quiet(window)
    assert visit().examination(ExamKind.TONGUE) is None
    assert page.refused.isVisible() and page.refused.message.text.text()
    assert page.picture.has_picture and page.as_other.isVisible()
    window.hub.run("app.back")
    assert page.isVisible() and not page.refused.isVisible() and page.stack.currentWidget() is page.nothing


def test_a_file_that_is_no_picture_is_refused_with_words(window, visit, tmp_path):
    wrong = tmp_path / "wrong.png"
    wrong.write_bytes(b"not a picture at all")
    window.go("look")
    page = window.page("look")
    page.take_path(str(wrong))
    quiet(window)
    assert page.refused.isVisible() and page.refused.message.title.text()


def test_findings_are_confirmed_denied_taken_back_and_added(window, visit):
    window.go("look")
    page = window.page("look")
    page.take_path(TONGUE)
    quiet(window)
    code = page.model.signs()[0].code
    page.judge(code, "yes")
    assert page.model.signs()[0].glyph == "finding_yes"
    page.judge(code, "no")
    assert page.model.signs()[0].glyph == "finding_no" and page.model.signs()[0].negated
    page.judge(code, "forget")
    assert page.model.signs()[0].glyph == "finding_proposed"
    page.judge("tongue.shape.tender", "yes")
    assert page.model.signs()[-1].glyph == "finding_added"
    row = next(f for f in visit().examination(ExamKind.TONGUE).findings if f.evidence)
    page.judge_row("Space", row.evidence[0])
    assert row.code in [f.code for f in visit().findings_by_hand]


def test_tab_on_the_picture_goes_to_the_face_and_overlay_can_be_taken_off(window, visit):
    window.go("look")
    page = window.page("look")
    page.take_path(TONGUE)
    quiet(window)
    assert page.picture.overlay_shown
    window.hub.run("look.overlay")
    assert not page.picture.overlay_shown
    press(page.picture, Qt.Key.Key_Tab)
    assert page.model.kind is ExamKind.FACE and page.stack.currentWidget() is page.nothing


def test_the_face_is_shown_zone_by_zone(window, visit):
    window.go("look")
    page = window.page("look")
    page.show_kind(ExamKind.FACE)
    page.take_path(str(asset("samples/portrait.jpg")))
    quiet(window)
    assert len(page.zones.list.items()) == 9 and page.zones.isVisible()
    assert page.model.regions_of("face.nose.db")


def test_signs_are_found_by_name_pinyin_and_initials(window, visit):
    window.go("look")
    model = window.page("look").model
    for words in ("齿痕", "chihen", "chs", "teeth"):
        assert "tongue.shape.tooth_marked" in [hit.id for hit in model.find_signs(words)], words
    assert toneless("shé dàn") == "she dan"


# dropping
def dropped(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(20, 20),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def test_a_recording_dropped_on_the_window_goes_to_its_page(window, visit):
    window.go("overview")
    dropped(window, PULSE)
    assert window.stack.currentWidget() is window.page("feel")
    quiet(window)
    assert visit().examination(ExamKind.PULSE) is not None


def test_a_file_of_no_method_is_named_and_nothing_is_taken(window, visit, tmp_path):
    window.go("overview")
    dropped(window, tmp_path / "letter.docx")
    assert not visit().examinations and not window.runner.is_busy


def test_nothing_can_be_taken_without_a_visit(window):
    window.go("feel")
    window.page("feel").take_path(PULSE)
    assert not window.runner.is_busy


# feel
def test_an_imported_pulse_shows_beat_trace_and_table(window, visit):
    window.go("feel")
    page = window.page("feel")
    page.take_path(PULSE)
    quiet(window)
    assert page.stack.currentWidget() is page.beat
    beat = page.model.beat()
    assert beat.points[0][0] == "1" and beat.n > 30
    # The dicrotic wave stands behind the notch, on the curve.
    notch, wave = (next(p for p in beat.points if p[0] == name) for name in ("4", "5"))
    assert wave[1] > notch[1]
    assert wave[2] == pytest.approx(beat.mean[round(wave[1] / beat.step_s)], rel=0.1)
    page.shown.choose("trace")
    page.show_now()
    assert page.stack.currentWidget() is page.trace_holder
    assert page.table.list.items()[0].measurement.code == "pulse.rate"


def test_nine_places_are_written_by_digits_and_taken_out_again(window, visit):
    window.go("feel")
    page = window.page("feel")
    grid = page.grids["left"]
    grid.setFocus()
    press(grid, Qt.Key.Key_Right)
    press(grid, Qt.Key.Key_4, "4")
    assert page.model.cells("left") == {("superficial", "guan"): ("pulse.thready",)}
    assert page.model.mine() == ("pulse.thready",)
    press(grid, Qt.Key.Key_4, "4")
    assert page.model.cells("left") == {}


def test_what_was_not_measured_of_a_pulse_says_so(window, visit):
    window.go("feel")
    page = window.page("feel")
    page.take_path(PULSE)
    quiet(window)
    told = {d.name: d for d in page.model.dimensions()}
    assert told["depth"].state == "none" and told["rate"].state == "usual"


def test_a_record_without_beats_is_refused_with_advice(window, visit, tmp_path):
    flat = tmp_path / "flat.csv"
    flat.write_text("# fs_hz=100\nvalue\n" + "1.0\n" * 3000)
    window.go("feel")
    page = window.page("feel")
    page.take_path(str(flat))
    quiet(window)
    assert page.refused.isVisible() and page.refused.message.text.text()
    assert visit().examination(ExamKind.PULSE) is None


def test_a_record_goes_out_as_it_came_in_and_can_be_played_again(window, visit, tmp_path, monkeypatch):
    from pathlib import Path

    out = tmp_path / "out.csv"
    monkeypatch.setattr("ui.views.feel.QFileDialog.getSaveFileName", lambda *a: (str(out), ""))
    window.go("feel")
    page = window.page("feel")
    page.take_path(PULSE)
    quiet(window)
    window.hub.run("pulse.export")
    quiet(window)
    assert out.read_bytes() == Path(PULSE).read_bytes()
    window.hub.run("pulse.play")
    quiet(window)
    live = window.page("feel_live").live
    assert live.device == "replay" and live.replay[0] == out.read_bytes() and not live.running


# live pulse
def test_a_live_simulated_pulse_is_stored_when_it_is_stopped(window, visit, monkeypatch):
    from tcm_station.workflow import live

    monkeypatch.setattr("ui.viewmodels.live.pulse_simulator", lambda: live.pulse_simulator(speed=12.0))
    window.go("feel_live")
    page = window.page("feel_live")
    window.hub.run("pulse.record")
    assert page.live.running and page.timer.isActive()
    until(lambda: page.live.session.seconds > 20)
    window.hub.run("pulse.record")
    assert not page.timer.isActive() and not page.live.running
    quiet(window)
    exam = visit().examination(ExamKind.PULSE)
    assert exam is not None and exam.captures[0].synthetic and exam.captures[0].device == "simulator"
    assert dict(exam.captures[0].settings)["position"] == "left.guan"
    assert window.stack.currentWidget() is window.page("feel")


def test_a_replayed_record_ends_by_itself_and_is_stored(window, visit, monkeypatch):
    from tcm_station.workflow import live

    monkeypatch.setattr(
        "ui.viewmodels.live.pulse_replay", lambda data, name: live.pulse_replay(data, name, speed=60.0)
    )
    window.go("feel_live")
    page = window.page("feel_live")
    page.take_path(PULSE)
    quiet(window)
    assert page.live.device == "replay"
    page.toggle()
    until(lambda: visit().examination(ExamKind.PULSE) is not None)
    quiet(window)
    assert visit().examination(ExamKind.PULSE).captures[0].device == "replay"


@pytest.mark.parametrize("leave", ["page", "patient"])
def test_leaving_or_changing_the_patient_stops_the_device_and_keeps_nothing(window, visit, leave):
    window.go("feel_live")
    page = window.page("feel_live")
    page.toggle()
    session = page.live.session
    if leave == "page":
        window.go("feel")
    else:
        other = next(row.patient.id for row in window.shell.rows() if row.visit_id is None)
        window.shell.open_patient(other)
        QCoreApplication.processEvents()
    assert not session.stream.running and not page.timer.isActive() and page.live.session is None


def test_a_device_that_does_not_open_is_explained_and_nothing_runs(window, visit, monkeypatch):
    from tcm_station.domain.errors import MachineFailed

    class Broken:
        def describe(self):
            from tcm_station.devices.base import DeviceInfo, DeviceKind

            return DeviceInfo(DeviceKind.PULSE, "simulator", "", 200.0)

        def open(self):
            raise MachineFailed("device-not-opened", name="x", what="y")

        def close(self):
            """Nothing is held."""

    shown = []
    monkeypatch.setattr(window, "explain", shown.append)
    window.go("feel_live")
    page = window.page("feel_live")
    monkeypatch.setattr(page.live, "make_driver", Broken)
    page.toggle()
    assert shown[0].code == "device-not-opened" and not page.live.running and not page.timer.isActive()


# live camera
def test_a_burst_of_the_simulated_camera_is_stored(window, visit, no_cameras):
    window.go("look_live")
    page = window.page("look_live")
    until(lambda: page.live.may_shoot() and len(page.gate.items()) > 5)
    window.hub.run("look.shoot")
    until(lambda: visit().examination(ExamKind.TONGUE) is not None)
    quiet(window)
    capture = visit().examination(ExamKind.TONGUE).captures[0]
    assert capture.synthetic and capture.device == "phantom" and int(dict(capture.settings)["burst"]) >= 1
    assert window.stack.currentWidget() is window.page("look") and page.live.watcher is None


def test_a_poor_picture_needs_a_reason_and_one_without_a_tongue_is_never_used(
    window, visit, no_cameras, monkeypatch
):
    window.go("look_live")
    page = window.page("look_live")
    until(lambda: page.live.look is not None)
    shot = []
    monkeypatch.setattr(page, "_shoot", shot.append)
    glare = Row("glare", 20.0, 14.0, False)
    look = SimpleNamespace(good=False, problem=None, failing=(glare,), rows=(glare,))
    page.timer.stop()
    monkeypatch.setattr(type(page.live), "look", property(lambda self: look))
    page.shoot()
    assert not shot
    page.use_anyway()
    assert page.reason_row.isVisible()
    page.reason.returnPressed.emit()
    assert not shot
    page.reason.setText("flash only")
    page.reason.returnPressed.emit()
    assert shot == ["flash only"]
    look.problem = Refused("not-a-tongue", percent=3)
    page.use_anyway()
    assert shot == ["flash only"] and not page.reason_row.isVisible()


def test_leaving_the_camera_page_lets_the_camera_go(window, visit, no_cameras):
    window.go("look_live")
    page = window.page("look_live")
    until(lambda: page.live.running)
    source = page.live.watcher.source
    window.go("overview")
    assert not source.running and not page.timer.isActive()


def test_another_patient_never_stands_over_the_picture_of_the_one_before(window, visit, no_cameras):
    window.go("look_live")
    page = window.page("look_live")
    until(lambda: page.picture.has_picture)
    source = page.live.watcher.source
    other = next(row.patient.id for row in window.shell.rows() if row.visit_id is None)
    window.shell.open_patient(other)
    QCoreApplication.processEvents()
    assert not source.running and not page.picture.has_picture and not page.timer.isActive()


def test_a_page_left_while_the_camera_opens_keeps_no_camera(window, visit, no_cameras):
    window.go("look_live")
    page = window.page("look_live")
    page.open("phantom")
    window.go("overview")
    quiet(window)
    assert page.live.watcher is None and not page.timer.isActive()


# listen
def test_an_imported_voice_is_measured_and_drawn(window, visit, tmp_path):
    path = tmp_path / "voice.wav"
    path.write_bytes(voice_bytes())
    window.go("listen")
    page = window.page("listen")
    page.take_path(str(path))
    quiet(window)
    assert visit().examination(ExamKind.VOICE) is not None
    sound = page.model.load()
    longest = visit().examination(ExamKind.VOICE).measurement("voice.longest_pause").value
    assert max(b - a for a, b in sound.outline.pauses) == pytest.approx(longest, abs=0.02)
    assert page.stack.currentWidget() is page.plot


def test_the_form_is_written_by_keys_row_by_row(window, visit):
    window.go("listen")
    page = window.page("listen")
    press(page, Qt.Key.Key_1, "1")
    press(page, Qt.Key.Key_Down)
    press(page, Qt.Key.Key_Exclam, "!")
    press(page, Qt.Key.Key_1, "1")
    said = {f.code: f.polarity for f in visit().findings_by_hand}
    assert set(said) == {"voice.low", "voice.reluctant"}
    assert visit() and window.shell.marks()[1].glyph == "in_progress"
    press(page, Qt.Key.Key_1, "1")
    assert [f.code for f in visit().findings_by_hand] == ["voice.low"]


def test_every_sign_of_the_form_has_a_name():
    from tcm_station.domain.terms import find_term
    from ui.viewmodels.feel import BY_DIGIT
    from ui.viewmodels.listen import FORM

    for code in (*BY_DIGIT, *(code for _, codes in FORM for code in codes)):
        assert find_term(code) is not None, code


# all of them
@pytest.mark.parametrize("name", ["look", "listen", "feel", "feel_live", "look_live"])
def test_a_switch_of_language_says_the_page_anew(window, visit, settings, no_cameras, name):
    window.go(name)
    page = window.page(name)
    quiet(window)
    settings.change(lang="en")
    assert lang() == "en"
    from ui.widgets.buttons import Button

    texts = [button.text() for button in page.findChildren(Button) if button.text()]
    assert texts and not any("\u4e00" <= ch <= "\u9fff" for text in texts for ch in text), texts


@pytest.mark.parametrize("name", ["look", "listen", "feel", "feel_live", "look_live"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_pages_never_need_more_width_than_they_get(window, visit, settings, no_cameras, name, scale):
    settings.change(lang="en", scale=scale)
    window.go(name)
    quiet(window)
    page = window.page(name)
    for scroll in (page.columns.body, page.columns.right_scroll):
        inner = scroll.widget()
        if inner is not None and scroll.isVisible():
            assert inner.minimumSizeHint().width() <= scroll.viewport().width() + 1, scroll


# view-models without a window
def test_an_advice_is_held_for_its_time_and_its_number_moves_at_once():
    now = [0.0]
    held = Held(lambda: now[0])
    assert held.offer(Advice("more", params={"n": 9})).key == "more"
    now[0] = 0.2
    assert held.offer(Advice("hold_still", "reason")).key == "more"
    assert held.offer(Advice("more", params={"n": 8})).params["n"] == 8
    now[0] = 0.5
    assert held.offer(Advice("hold_still", "reason")).key == "hold_still"


def test_one_advice_at_a_time_the_first_that_fails():
    live = CameraLive()
    rows = (Row("blurred", 0.1, 0.36, True), Row("glare", 30.0, 14.0, False))
    assert live._wanted(Look(0, (1, 1), (), rows, None, 0.0)).key == "blurred"
    assert live._wanted(Look(0, (1, 1), (), (), Refused("no-face"), 0.0)).key == "problem no-face"
    assert live._wanted(None) is None


def test_places_go_round_and_devices_need_a_record_to_replay():
    live = PulseLive()
    first = live.place
    for _ in range(6):
        live.step_place()
    assert live.place == first
    live.choose_device("replay")
    assert live.make_driver() is None and live._wanted().key == "choose_file"


def test_an_issue_nobody_named_shows_its_code():
    assert issue_words(Issue("some.new.issue"), "zh") == ("some.new.issue", "")
