"""The frame: who is at the front, where one is, every word in both languages, nothing left behind."""

import re
import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from tcm_station.workflow import commands
from ui.style import look, px
from ui.viewmodels.shell import Saving
from ui.viewmodels.stations import Station
from ui.views import registry
from ui.words import translator

_HAN = re.compile(r"[\u4e00-\u9fff]")


def drop(window):
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _texts(window: QWidget) -> list[str]:
    """Every visible text of a window that is not a person's name."""
    found = []
    for widget in [window, *window.findChildren(QWidget)]:
        if not widget.isVisibleTo(window):
            continue
        texts = [widget.accessibleName(), widget.toolTip()]
        if isinstance(widget, QLabel | QAbstractButton):
            texts.append(widget.text())
        if isinstance(widget, QLineEdit):
            texts.append(widget.placeholderText())
        found += [text for text in texts if text]
    return found


def _open(window, canary_name):
    row = next(r for r in window.shell.rows() if r.patient.name == canary_name)
    window.shell.open_patient(row.patient.id)
    QApplication.processEvents()


def test_the_banner_names_the_person_and_the_rail_the_states(window, canary_name):
    assert canary_name not in window.banner.accessibleName()
    _open(window, canary_name)
    assert canary_name in window.banner.accessibleName()
    cells = {cell.station: cell.mark for cell in window.rail.list.items()}
    assert cells[Station.ASK].glyph == "in_progress" and cells[Station.OVERVIEW] is None


def test_a_step_shows_at_once_in_banner_list_and_rail(window, canary_name):
    _open(window, canary_name)
    window.do(commands.set_history("for three months"))
    QApplication.processEvents()
    cells = {cell.station: cell.mark for cell in window.rail.list.items()}
    assert cells[Station.ASK].glyph == "done_or_checked"
    assert window.shell.saved.state is Saving.SAVED
    window.hub.run("edit.undo")
    assert window.shell.visit.history == ""


@pytest.mark.parametrize("name", [spec.name for spec in registry.PAGES if spec.place != "cover"])
def test_a_switch_of_language_leaves_no_word_behind(window, name, canary_name):
    _open(window, canary_name)
    window.go(name)
    QApplication.processEvents()
    window.switch_language()
    QApplication.processEvents()
    assert translator().lang == "en"
    left = [
        text
        for text in _texts(window)
        if _HAN.search(text.replace(canary_name, "").replace("中文", "").removesuffix("中"))
    ]
    assert not left, left
    window.switch_language()
    QApplication.processEvents()
    assert any(_HAN.search(text) for text in _texts(window))


def test_the_list_hides_by_itself_where_there_is_no_room_and_by_f9(window, app):
    assert window.list.isVisible()
    window.resize(1190, 768)
    app.processEvents()
    assert not window.list.isVisible()
    window.resize(1366, 768)
    app.processEvents()
    assert window.list.isVisible()
    QTest.keyClick(window.rail.list, Qt.Key.Key_F9)
    assert not window.list.isVisible() and window.settings.now.list_hidden
    window.toggle_list()
    window.set_scale(1.75)
    app.processEvents()
    assert not window.list.isVisible(), "at 175 % the list gives way"


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.5])
def test_the_frame_keeps_its_measures_and_fits_the_smallest_screen(window, app, scale):
    window.set_scale(scale)
    window.resize(1366, 768)
    app.processEvents()
    assert look().scale == scale
    assert window.bar.height() == px("app_bar") and window.status.height() == px("status_bar")
    assert window.banner.height() == px("banner") and window.rail.width() == px("rail")
    if scale < 1.5:
        assert window.minimumSizeHint().width() <= 1366 and window.minimumSizeHint().height() <= 768
        assert window.rail.list.height() + px(4) <= window.rail.height()
    assert window.bar.field.geometry().right() <= window.bar.width()


def test_the_search_waits_for_a_pause_and_finds_by_any_word(window, qtbot):
    window.activateWindow()
    window.list.focus_search()
    QTest.keyClicks(window.list.search, "zhao")
    assert len(window.list.list.items()) == 2, "nothing is asked while one types"
    qtbot.waitUntil(lambda: len(window.list.list.items()) == 1)
    QTest.keyClick(window.list.search, Qt.Key.Key_Return)
    assert window.shell.patient.name == "Zhao Yi"


def test_alt_down_goes_to_the_next_patient(window):
    window.shell.step_patient(1)
    first = window.shell.patient.id
    QTest.keyClick(window.rail.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert window.shell.patient.id != first


def test_the_palette_finds_by_characters_initials_and_english_and_does_it(window, app):
    from ui.widgets.palette import Entry, Palette

    for words in ("明暗", "maqh", "mahqhx", "dark"):
        window.open_palette()
        palette = next(w for w in QApplication.topLevelWidgets() if isinstance(w, Palette) and w.isVisible())
        palette.field.setText(words)
        palette._filter()
        found = [item for item in palette.list.items() if isinstance(item, Entry)]
        if words == "mahqhx":
            assert not found
        else:
            assert found, words
        palette.reject()
        palette.deleteLater()
    window.open_palette()
    palette = next(w for w in QApplication.topLevelWidgets() if isinstance(w, Palette) and w.isVisible())
    QTest.keyClicks(palette.field, "dark")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert look().theme == "dark"
    palette.deleteLater()
    app.processEvents()


def test_a_key_that_a_person_re_assigned_acts_from_then_on(window):
    window.settings.change(keys={"app.theme": "Ctrl+Shift+T"})
    QTest.keyClick(window.rail.list, Qt.Key.Key_F10)
    assert look().theme == "light"
    QTest.keyClick(
        window.rail.list,
        Qt.Key.Key_T,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert look().theme == "dark"


def test_pages_are_built_on_their_first_visit_only(window):
    assert "settings" not in window._pages
    window.go("settings")
    page = window.page("settings")
    window.go("overview")
    assert window.page("settings") is page


def test_an_error_says_what_happened_and_the_first_way_is_the_safe_one(window, app, tmp_path):
    from tcm_station.domain.errors import Refused
    from ui.widgets.overlay import ErrorDialog

    window.explain(Refused("visit-signed"))
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ErrorDialog) and w.isVisible())
    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "VISIT-SIGNED" in texts
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    dialog.deleteLater()
    app.processEvents()


def test_a_red_flag_lets_nobody_past_without_a_chosen_sentence(window, app):
    from ui.widgets.overlay import RedFlagOverlay

    chosen = []
    flag = RedFlagOverlay(
        window,
        "Red flag",
        "chest pain",
        "said by her husband",
        "refer now",
        [("refer", "Referred"), ("seen", "Excluded by ECG")],
        "Go on",
        chosen.append,
    )
    app.processEvents()
    QTest.keyClick(flag, Qt.Key.Key_Return)
    QTest.keyClick(flag, Qt.Key.Key_Escape)
    assert flag.isVisible() and chosen == []
    QTest.keyClick(flag, Qt.Key.Key_2)
    QTest.keyClick(flag, Qt.Key.Key_Return)
    assert chosen == ["seen"] and not flag.isVisible()
    app.processEvents()


def test_a_person_is_registered_with_what_was_not_asked_left_open(window, app, desk):
    from tcm_station.domain.patient import Known
    from ui.views.person import PersonDialog

    dialog = PersonDialog(window)
    dialog.open()
    dialog.save()
    assert dialog.isVisible() and dialog.error.text()
    dialog.name.setText("Wang Wu")
    dialog.birth.setText("1985.13.2")
    dialog.save()
    assert dialog.isVisible() and dialog.birth.property("state") == "error"
    dialog.birth.setText("1985年3月2日")
    dialog.drugs.setText("warfarin 3 mg，aspirin")
    dialog.save()
    app.processEvents()
    person = window.shell.patient
    assert not dialog.isVisible()
    assert (person.name, person.birth.isoformat()) == ("Wang Wu", "1985-03-02")
    assert person.drugs == ("warfarin 3 mg", "aspirin")
    assert person.pregnant is Known.UNKNOWN and window.shell.visit is not None
    dialog.deleteLater()
    app.processEvents()


def test_a_window_closes_without_leaving_timers_or_listeners(app, desk, settings):
    from ui.viewmodels.shell import Shell
    from ui.views.window import Window

    before = len(desk._listeners)
    window = Window(Shell(desk), settings)
    window.show()
    window.note("x")
    app.processEvents()
    drop(window)
    assert len(desk._listeners) == before
    desk.add_patient("After")
    settings.change(theme="dark")


def test_the_window_stands_quickly_once_qt_is_loaded(app, desk, settings):
    from ui.viewmodels.shell import Shell
    from ui.views.window import Window

    began = time.perf_counter()
    window = Window(Shell(desk), settings)
    window.show()
    app.processEvents()
    spent = time.perf_counter() - began
    drop(window)
    assert spent < 1.0, f"{spent:.2f} s"
