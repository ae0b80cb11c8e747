"""Every action is a record of one table; keys are named, clashes too."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from tcm_station.i18n import LANGS, tr
from ui.actions import Hub, Keymap, actions, is_plain, key_words
from ui.words import translator


def test_every_action_has_words_in_both_languages_a_place_and_initials():
    for action in actions().values():
        for lang in LANGS:
            assert tr(action.string, lang) and tr(f"action.where.{action.where[0]}", lang)
        assert action.initials or not any(c >= "\u4e00" for c in tr(action.string, "zh"))
        assert action.keys or action.kind == "widget"


def test_every_key_of_a_command_is_one_that_qt_knows():
    for action in actions().values():
        if action.kind != "command":
            continue
        for key in action.keys:
            sequence = QKeySequence.fromString(key, QKeySequence.SequenceFormat.PortableText)
            assert sequence.count() == 1 and sequence.toString(), (action.id, key)


def test_the_table_holds_no_clash():
    assert Keymap().all_clashes() == []


def test_a_clash_is_named_and_swapping_gives_each_the_others_key():
    keymap = Keymap()
    assert [a.id for a in keymap.clashes("prescription.template", "Ctrl+R")] == ["prescription.last"]
    keymap.swap("prescription.template", "Ctrl+R")
    assert keymap.keys("prescription.template") == ("Ctrl+R",)
    assert keymap.keys("prescription.last") == ("Ctrl+T",)
    assert keymap.all_clashes() == []


def test_two_pages_may_share_a_key_and_a_page_may_take_one_from_everywhere():
    keymap = Keymap()
    assert keymap.keys("look.compare") == keymap.keys("pulse.compare")
    assert keymap.clashes("look.compare", "C") == ()
    assert keymap.clashes("report.print", "Ctrl+P") == ()


def test_a_key_given_back_its_default_is_no_longer_a_change():
    keymap = Keymap({"patients.search": "F4", "no.such.action": "F5"})
    assert keymap.own == {"patients.search": "F4"}
    keymap.assign("patients.search", "F3")
    assert not keymap.is_changed("patients.search")


@pytest.mark.parametrize(
    ("keys", "zh", "en"),
    [
        (("Ctrl+K",), "Ctrl K", "Ctrl K"),
        (("Space",), "空格", "Space"),
        (("Up", "Down"), "↑ ↓", "↑ ↓"),
        (("Alt+Up", "Alt+Down"), "Alt ↑ ↓", "Alt ↑ ↓"),
        (("1", "2", "3"), "1–3", "1–3"),
        (("Shift+1", "Shift+2", "Shift+3"), "Shift 1–3", "Shift 1–3"),
        (("Ctrl++", "Ctrl+="), "Ctrl +", "Ctrl +"),
        (("+", "-"), "+ −", "+ −"),
        (("Return", "Enter"), "Enter", "Enter"),
    ],
)
def test_keys_are_printed_as_they_stand_on_the_keyboard(app, keys, zh, en):
    assert key_words(keys) == zh
    translator().set("en")
    assert key_words(keys) == en


def test_plain_keys_are_those_that_type():
    assert is_plain("O") and is_plain("Space") and is_plain("?") and is_plain("Return")
    assert not is_plain("Ctrl+K") and not is_plain("F7") and not is_plain("Alt+1") and not is_plain("Esc")


@pytest.fixture
def small_window(app, qtbot):
    window = QWidget()
    layout = QVBoxLayout(window)
    window.field, window.rest = QLineEdit(), QWidget()
    window.rest.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    layout.addWidget(window.field)
    layout.addWidget(window.rest)
    window.hub = Hub(window, Keymap())
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


def test_single_letters_do_nothing_while_a_text_field_has_the_focus(small_window, app):
    done = []
    small_window.hub.bind(
        {"look.overlay": lambda: done.append("overlay"), "app.language": lambda: done.append("F8")}
    )
    small_window.hub.enter(("look",))
    small_window.field.setFocus()
    QTest.keyClick(small_window.field, Qt.Key.Key_O)
    assert done == [] and small_window.field.text() == "o"
    QTest.keyClick(small_window.field, Qt.Key.Key_F8)
    assert done == ["F8"]
    small_window.rest.setFocus()
    QTest.keyClick(small_window.rest, Qt.Key.Key_O)
    assert done == ["F8", "overlay"]


def test_an_action_acts_on_its_own_page_only_and_wins_there_over_everywhere(small_window):
    done = []
    small_window.hub.bind(
        {"app.preview": lambda: done.append("preview"), "report.print": lambda: done.append("print")}
    )
    small_window.rest.setFocus()
    QTest.keyClick(small_window.rest, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    small_window.hub.enter(("report",))
    QTest.keyClick(small_window.rest, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    small_window.hub.enter(())
    assert not small_window.hub.run("report.print")
    assert done == ["preview", "print"]


def test_binding_an_action_that_the_table_lacks_is_a_fault(small_window):
    with pytest.raises(KeyError):
        small_window.hub.bind({"no.such.action": lambda: None})
