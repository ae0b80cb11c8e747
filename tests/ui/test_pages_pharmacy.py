"""The pharmacy page: what is signed, by risk; what was answered; what today's rules say that is new."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tcm_station.domain.differentiation import Judgement
from tcm_station.domain.patient import Known, Sex
from tcm_station.domain.prescription import AlertAnswer, PrescriptionLine
from tcm_station.workflow import commands
from tcm_station.workflow.sign import ACTION_REASON, ACTION_SECOND, line_state, needs_answer
from ui.viewmodels.pharmacy import Pharmacy
from ui.viewmodels.shell import Shell
from ui.words import translator

Key, Mod = Qt.Key, Qt.KeyboardModifier
BY, SECOND, REASON = "Zhou Wen", "Wu Yao", "told and watched"
MILD = (("黄芪", "herb:huangqi", 15.0), ("党参", "herb:dangshen", 12.0))
RISKY = (("附子", "herb:fuzi", 9.0), ("半夏", "herb:banxia", 9.0))


def signed(desk, lines, name, pregnant=Known.NO):
    """A person with these lines, answered where asked, and signed."""
    patient = desk.add_patient(name, Sex.FEMALE, pregnant=pregnant)
    visit = desk.new_visit(patient.id)
    desk.do(visit.id, commands.commit_judgement(Judgement(("syndrome:B04.06.01.03.02",), "", BY, "x")))
    for herb, node, grams in lines:
        desk.do(visit.id, commands.add_line(PrescriptionLine(herb, node, grams, adopted_by=BY)))
    desk.do(visit.id, commands.set_doses(7, 1.0, 2))
    rx = desk.visit(visit.id).prescription
    for alert in desk.review(visit.id).alerts:
        if needs_answer(alert):
            for action, by in ((ACTION_REASON, BY), (ACTION_SECOND, SECOND)):
                at = desk.clock().isoformat()
                told = AlertAnswer(alert.key, action, REASON, by, at, line_state(rx, alert))
                desk.do(visit.id, commands.answer_alert(told))
    desk.sign(visit.id, BY)
    return patient


@pytest.fixture
def open_page(window, qtbot):
    def go():
        window.activateWindow()
        QTest.keyClick(window, Key.Key_2, Mod.AltModifier)
        page = window.page("pharmacy")
        qtbot.waitUntil(lambda: page._task is None, timeout=20000)
        QApplication.processEvents()
        return page

    return go


def shown(page):
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def test_an_empty_store_is_said_in_words_with_a_way_on(open_page):
    page = open_page()
    assert page._empty.isVisibleTo(page) and not page._columns.isVisibleTo(page)
    assert "已签" in shown(page) and page._empty.list.items()


def test_the_riskiest_is_open_first_and_j_goes_to_the_next(desk, open_page):
    signed(desk, MILD, "mild")
    signed(desk, RISKY, "risky")
    page = open_page()
    assert [row.patient.name for row in page.model.rows] == ["risky", "mild"]
    assert page.model.current.patient.name == "risky" and page.model.rows[0].level == "sign"
    QTest.keyClick(QApplication.focusWidget(), Key.Key_J)
    assert page.model.current.patient.name == "mild"
    QTest.keyClick(QApplication.focusWidget(), Key.Key_K)
    assert page.model.current.patient.name == "risky"


def test_who_signed_and_what_was_answered_stand_on_the_page(desk, open_page):
    signed(desk, RISKY, "risky")
    page = open_page()
    assert BY in page._first.accessibleName() and SECOND in page._second.accessibleName()
    assert len(page._lines.items()) == 2
    assert "十八反" in shown(page)
    assert "再审" in page._again.text() and "没有比签名时新增" in page._again.text()


def test_what_is_new_since_the_signature_is_listed_alone(desk, open_page):
    patient = signed(desk, RISKY, "risky")
    desk.update_patient(replace(patient, pregnant=Known.YES))
    page = open_page()
    news = page.model.current.news
    assert news and {row.alert.rule for row in news} == {"pregnancy"}
    assert f"新增 {len(news)} 条" in page._again.text()
    assert "孕妇慎用" in shown(page)


def test_the_page_has_no_button_that_does_nothing(desk, open_page):
    signed(desk, MILD, "mild")
    page = open_page()
    bound = page.handlers()
    assert set(bound) == {"review.next", "review.previous", "visit.next_step"}
    assert "不" in shown(page) and "只供核看" in shown(page)


def test_the_page_follows_the_language(desk, open_page):
    signed(desk, MILD, "mild")
    page = open_page()
    translator().set("en")
    assert "Reviewed again" in page._again.text()


def test_counts_tell_today_from_the_days_before(desk):
    signed(desk, MILD, "mild")
    shell = Shell(desk)
    model = Pharmacy(shell)
    model.receive(model.load())
    assert model.counts() == (1, 0) and model.rows[0].again is not None
    model.receive(tuple(replace(row, is_today=False) for row in model.rows))
    assert model.counts() == (0, 1)
    shell.close()
