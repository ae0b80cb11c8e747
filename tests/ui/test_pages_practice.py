"""The practice pages, driven by keys: choose a patient, ask, take, commit, look into the mirror."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tcm_station.domain.examination import ExamKind
from ui.words import say, translator

Key, Mod = Qt.Key, Qt.KeyboardModifier
TRUTH = ("心脾两虚", "归脾")


def press(key, modifier=Mod.NoModifier):
    QTest.keyClick(QApplication.focusWidget(), key, modifier)
    QApplication.processEvents()


@pytest.fixture
def page(window):
    window.activateWindow()
    QTest.keyClick(window, Key.Key_3, Mod.AltModifier)
    QApplication.processEvents()
    return window.page("practice")


def ask(page, words):
    page.encounter.field.setFocus()
    page.encounter.field.setText(words)
    press(Key.Key_Return)


def shown(page) -> str:
    """Every word on the page."""
    found = [label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page)]
    return " ".join([*found, *page.encounter.talk.words()])


def test_the_home_names_level_and_whether_it_was_tried(page):
    assert page.where == "home" and len(page.home.list.items()) == 3
    assert all("难度" in page.home._name(case) for case in page.model.cases())
    assert "本次未练" in page.home._name(page.model.cases()[0])


def test_the_app_bar_says_that_these_people_are_not_patients(page, window):
    assert "练习库" in window.bar.store.accessibleName()
    assert not window.banner.isVisible()
    window.go("consult")
    assert "练习库" not in window.bar.store.accessibleName()


def test_a_patient_answers_what_is_asked(page):
    press(Key.Key_Return)
    assert page.where == "encounter"
    ask(page, "失眠吗？")
    ask(page, "你的少阳枢机如何？")
    said = page.encounter.talk.words()
    assert any("很明显" in words for words in said) and any("没听懂" in words for words in said)
    assert page.model.found() == ("symptom.insomnia",)


def test_the_list_of_questions_asks_with_enter_and_goes_back_to_the_field(page):
    press(Key.Key_Return)
    press(Key.Key_L, Mod.ControlModifier)
    assert QApplication.focusWidget() is page.encounter.questions
    press(Key.Key_Down)
    sign = page.encounter.questions.selected().sign
    press(Key.Key_Return)
    assert sign in page.model.answers()
    press(Key.Key_L, Mod.ControlModifier)
    assert QApplication.focusWidget() is page.encounter.field


def test_tongue_and_pulse_are_taken_in_turn_and_shown_without_a_drawing_on_them(page, qtbot):
    press(Key.Key_Return)
    press(Key.Key_M, Mod.ControlModifier)
    qtbot.waitUntil(lambda: ExamKind.TONGUE in page.model.taken, timeout=20000)
    press(Key.Key_M, Mod.ControlModifier)
    qtbot.waitUntil(lambda: ExamKind.PULSE in page.model.taken, timeout=20000)
    assert page.encounter.picture.has_picture
    assert page.encounter.picture._overlay.pixmap().isNull()
    assert page.model.next_measure() is None


def test_nothing_of_the_truth_is_on_the_page_before_the_commit(page):
    press(Key.Key_Return)
    ask(page, "失眠吗？心慌吗？")
    assert not any(word in shown(page) for word in TRUTH)
    press(Key.Key_Return, Mod.ControlModifier)
    assert page.where == "encounter", "without a pattern there is nothing to commit"


def test_after_the_commit_the_mirror_shows_truth_marks_and_what_was_missed(page, qtbot):
    press(Key.Key_Return)
    ask(page, "失眠吗？心慌吗？")
    page.encounter.syndrome.setFocus()
    QTest.keyClicks(page.encounter.syndrome, "xinshenbujiao")
    press(Key.Key_Return)
    QTest.keyClicks(QApplication.focusWidget(), "guipitang")
    press(Key.Key_Return)
    press(Key.Key_Return, Mod.ControlModifier)
    assert page.where == "mirror"
    qtbot.waitUntil(lambda: page.model.reasons is not None, timeout=20000)
    words = shown(page)
    assert all(word in words for word in TRUTH[:1]) and "记一句" in words
    assert any("纳差" in page.mirror._mark_name(mark) for mark in page.mirror.marks.items())
    assert page.mirror.why.items() and "心肾不交" in page.mirror.mine.accessibleName()
    press(Key.Key_Escape)
    assert page.where == "home" and "上次" in page.home._name(page.model.cases()[0])


def test_leaving_keeps_the_talk_and_n_goes_to_another_patient(page):
    press(Key.Key_Return)
    ask(page, "失眠吗？")
    press(Key.Key_Escape)
    assert page.where == "home" and page.home.resume.isVisible()
    page.home.resume.click()
    assert page.where == "encounter" and page.model.found()
    press(Key.Key_Escape)
    press(Key.Key_N)
    assert page.where == "encounter" and page.model.found() == ()


def test_the_page_follows_the_language(page):
    press(Key.Key_Return)
    ask(page, "失眠吗？")
    translator().set("en")
    assert any("Yes, very much" in words for words in page.encounter.talk.words())
    assert say(page.store_tag).startswith("Practice")
