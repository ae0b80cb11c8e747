"""The knowledge page, driven by keys: find, walk, go back, ask why two things are linked, compare."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.words import translator

Key, Mod = Qt.Key, Qt.KeyboardModifier


def press(key, modifier=Mod.NoModifier):
    QTest.keyClick(QApplication.focusWidget(), key, modifier)
    QApplication.processEvents()


@pytest.fixture
def page(window):
    window.activateWindow()
    QTest.keyClick(window, Key.Key_4, Mod.AltModifier)
    QApplication.processEvents()
    return window.page("knowledge")


def find(page, words):
    press(Key.Key_Slash)
    assert QApplication.focusWidget() is page.field
    page.field.clear()
    QTest.keyClicks(page.field, words)
    press(Key.Key_Return)


def test_an_empty_page_has_four_ways_on(page):
    assert page.stack.currentIndex() == 0
    ways = page.empty.list.items()
    assert len(ways) == 4 and all(way.keys for way in ways)
    press(Key.Key_E)
    assert page.model.node.hit.id == "herb:fuzi"


def test_a_name_is_found_and_its_facts_stand_with_source_and_mark(page):
    find(page, "fuzi")
    assert page.model.node.hit.id == "herb:fuzi"
    assert QApplication.focusWidget() is page.facts
    assert len(page.facts.items()) > 10
    assert "药典 2020" in page._origin.text()


def test_enter_follows_a_link_and_backspace_comes_back(page):
    find(page, "sinitang")
    assert page.facts.selected().link == "herb:fuzi"
    press(Key.Key_Return)
    assert page.model.node.hit.id == "herb:fuzi"
    press(Key.Key_Backspace)
    assert page.model.node.hit.id == "formula:sinitang"
    press(Key.Key_Right, Mod.AltModifier)
    assert page.model.node.hit.id == "herb:fuzi"


def test_the_folded_row_opens_the_rest(page):
    find(page, "fuzi")
    rows = page.facts.items()
    at = next(i for i, line in enumerate(rows) if line.fact is None)
    page.facts.select(at)
    press(Key.Key_Return)
    assert len(page.facts.items()) > len(rows)
    assert page.facts.items()[at].fact is not None


def test_the_graph_is_walked_with_arrows_and_entered(page):
    find(page, "fuzi")
    press(Key.Key_G)
    assert QApplication.focusWidget() is page.map
    press(Key.Key_Right)
    wanted = page.map.current().hit.id
    press(Key.Key_Return)
    assert page.model.node.hit.id == wanted


def test_two_formulas_are_compared(page):
    find(page, "sinitang")
    press(Key.Key_C)
    assert QApplication.focusWidget() is page.pair.fields[1]
    QTest.keyClicks(page.pair.fields[1], "zhenwutang")
    press(Key.Key_Return)
    assert page.compared.isVisible()
    assert "附子" in page.compared._cells[1].text() and "干姜" in page.compared._cells[0].text()


def test_why_two_things_are_linked_is_a_chain_with_sources(page, qtbot):
    find(page, "fuzi")
    press(Key.Key_J, Mod.ControlModifier)
    QTest.keyClicks(page.ends.fields[1], "banxia")
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.steps.items()), timeout=20000)
    (step,) = page.steps.items()
    assert (step.start.id, step.relation, step.end.id) == ("herb:fuzi", "incompatible", "herb:banxia")
    assert step.source and not page.progress.isVisible()


def test_no_hit_is_said_in_words(page):
    page.field.setFocus()
    QTest.keyClicks(page.field, "qqqq")
    page._search()
    assert page.results.items() == [] and "拼音" in page._found.text()


def test_the_page_follows_the_language(page):
    find(page, "fuzi")
    translator().set("en")
    assert page._title.text() == page.model.node.hit.en
    assert page.model.lines()[0].label("en") == "Nature"
