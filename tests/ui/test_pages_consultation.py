"""One consultation clicked through as a person would, and what each page says when there is nothing yet."""

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from tcm_station.domain.patient import Sex
from tcm_station.domain.prescription import ProposedBy
from tcm_station.domain.visit import VisitState
from tcm_station.workflow import commands
from ui.style import look
from ui.words import translator

HISTORY = "入睡困难，多梦易醒，心悸，健忘，乏力，食少，便溏，无盗汗，舌淡，脉细弱"
HEART_SPLEEN = "syndrome:B04.06.01.03.02"
_HAN = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[A-Za-z]{4}")
STATIONS = ("overview", "pattern", "prescription", "review", "report")


@pytest.fixture
def consulting(window, desk, canary_name, qtbot):
    """The window on a draft with a history, one physician at work and another at hand."""
    for name, password in (("周文", "first"), ("李淑华", "second")):
        desk.add_staff(name, "physician", password)
    window.settings.change(staff="周文")
    row = next(r for r in window.shell.rows() if r.patient.name == canary_name)
    window.shell.open_patient(row.patient.id)
    window.do(commands.set_history(HISTORY))
    QApplication.processEvents()
    return window


def page(window, qtbot, name):
    window.go(name)
    made = window.page(name)
    if name == "pattern":
        qtbot.waitUntil(lambda: made._task is None)
    return made


def key(widget, which, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(widget, which, modifier)
    QApplication.processEvents()


def press(text, widget):
    if text.isascii():
        QTest.keyClicks(widget, text)
    else:
        # What an input method commits is no key: it arrives as edited text.
        widget.insert(text)
        widget.textEdited.emit(widget.text())
    QApplication.processEvents()


def write(consulting, qtbot):
    """Everything up to a reviewed prescription; returns the review page."""
    pattern = page(consulting, qtbot, "pattern")
    pattern._choose(HEART_SPLEEN)
    pattern._editor.commit()
    rx = page(consulting, qtbot, "prescription")
    rx._take("formula:guipitang")
    while rx.model.unadopted():
        rx.handlers()["prescription.add_proposed"]()
    return page(consulting, qtbot, "review")


def test_a_whole_consultation_ends_with_a_signed_visit_and_its_pdf(consulting, desk, qtbot):
    window, shell = consulting, consulting.shell
    pattern = page(window, qtbot, "pattern")
    assert pattern.model.proposal.candidates[0].code == HEART_SPLEEN
    assert shell.visit.proposal_shown and shell.visit.differentiation == pattern.model.proposal

    # One's own word, found by its pinyin initials.
    field = pattern._editor.field
    field.setFocus()
    press("xplx", field)
    assert [hit.zh for hit in field.hits()] == ["心脾两虚证"]
    key(field, Qt.Key.Key_Return)
    assert pattern.model.draft == (HEART_SPLEEN,)
    window.hub.run("visit.go_on")
    assert shell.visit.judgement.syndromes == (HEART_SPLEEN,) and shell.visit.judgement.by == "周文"
    assert not shell.visit.judgement.before_proposal

    # The formula arrives as a proposal; each line is adopted by a key.
    rx = page(window, qtbot, "prescription")
    rx._formula.setFocus()
    press("归脾", rx._formula)
    key(rx._formula, Qt.Key.Key_Return)
    lines = shell.visit.prescription.lines
    assert {line.proposed_by for line in lines} == {ProposedBy.FORMULA}
    assert all(line.adopted_by is None for line in lines)
    for _ in lines:
        key(rx._lines, Qt.Key.Key_A)
    assert all(line.adopted_by == "周文" for line in shell.visit.prescription.lines)

    # Two lines of one's own: an incompatible pair.
    for name, grams in (("附子", "6"), ("法半夏", "9")):
        rx._name.setFocus()
        rx._name.clear()
        press(name, rx._name)
        key(rx._name, Qt.Key.Key_Return)
        press(grams, rx._amount)
        key(rx._amount, Qt.Key.Key_Return)
    assert [line.name for line in shell.visit.prescription.lines[-2:]] == ["附子", "法半夏"]

    review = page(window, qtbot, "review")
    assert not review._sign.isEnabled()
    assert any(row.alert.rule == "incompatible" for row in review.model.rows())
    answer_everything(review, qtbot)
    assert review.model.obstacles() == () and review._sign.isEnabled()
    window.hub.run("review.do")
    visit = desk.visit(shell.visit.id)
    assert (visit.state, visit.signed_by, visit.second_by) == (VisitState.SIGNED, "周文", "李淑华")
    assert review._done.isVisibleTo(review) and not review._sign.isVisibleTo(review)

    report = page(window, qtbot, "report")
    qtbot.waitUntil(lambda: report._task is None and report.preview.page_count > 0, timeout=20000)
    assert report._data.startswith(b"%PDF") and not report.preview._sheet._pixmap.isNull()
    report._addendum.setPlainText("one more word")
    report._amend()
    assert [a.text for a in desk.visit(visit.id).amendments] == ["one more word"]
    qtbot.waitUntil(lambda: report._task is None, timeout=20000)


def answer_everything(review, qtbot):
    """Reasons by their key, notices seen, and the second person's own password where it is asked for."""
    front = review._front
    for _ in range(60):
        row = review._row()
        if row is None:
            return
        if row.level == "notice":
            front._seen.click()
        elif not any(a.action == "reason" for a in row.answers):
            front.answers.setFocus()
            key(front.answers, Qt.Key.Key_2)
            key(front.sentence, Qt.Key.Key_Return)
        else:
            front.password.setText("second")
            key(front.password, Qt.Key.Key_Return)
    raise AssertionError("alerts remain open")


def test_mine_first_shows_nothing_of_the_proposal_before_the_commit(consulting, qtbot):
    consulting.settings.change(mine_first=True)
    pattern = page(consulting, qtbot, "pattern")
    assert pattern.model.proposal is not None and pattern.model.is_shut
    assert not pattern._proposal.isVisibleTo(pattern) and not pattern._map.isVisibleTo(pattern)
    assert not consulting.shell.visit.proposal_shown
    pattern._choose(HEART_SPLEEN)
    pattern._editor.commit()
    assert consulting.shell.visit.judgement.before_proposal
    assert pattern._proposal.isVisibleTo(pattern) and consulting.shell.visit.proposal_shown


def test_a_wrong_or_own_second_password_signs_nothing(consulting, qtbot):
    window = consulting
    page(window, qtbot, "pattern")
    rx = page(window, qtbot, "prescription")
    for name in ("附子", "法半夏"):
        rx.model.write(name, "9")
    review = page(window, qtbot, "review")
    row = review._row()
    review._front.choose(0)
    key(review._front.sentence, Qt.Key.Key_Return)
    review._second("李淑华", "not hers")
    assert not review._row().answered
    review._second("周文", "first")
    assert not any(a.action == "second-signature" for a in review._row().answers)
    review._second("李淑华", "second")
    told = next(r for r in review.model.rows() if r.alert.key == row.alert.key)
    assert told.answered and told.answers[-1].by == "李淑华"


def test_a_changed_line_opens_its_alert_again(consulting, qtbot):
    rx = page(consulting, qtbot, "prescription")
    rx.model.write("酸枣仁", "40")
    review = page(consulting, qtbot, "review")
    row = next(r for r in review.model.rows() if r.alert.rule == "dose-high")
    if row.level == "notice":
        review.model.note(row.alert)
    else:
        review.model.give_reason(row.alert, "known")
    rx.model.set_grams(0, "45")
    again = next(r for r in review.model.rows() if r.alert.rule == "dose-high")
    assert not again.answers


def test_several_herbs_are_asked_about_and_none_is_taken(consulting, qtbot):
    rx = page(consulting, qtbot, "prescription")
    rx._name.setFocus()
    press("hq", rx._name)
    assert len(rx._name.hits()) > 1
    key(rx._name, Qt.Key.Key_Return)
    assert rx._name.text() == "hq" and rx.model.lines == ()
    key(rx._name, Qt.Key.Key_Down)
    key(rx._name, Qt.Key.Key_Return)
    assert rx._name.text() != "hq"


def test_an_amount_that_cannot_be_read_is_refused_where_it_stands(consulting, qtbot):
    rx = page(consulting, qtbot, "prescription")
    rx._name.setText("黄芪")
    rx._amount.setText("abc")
    rx._write()
    assert rx.model.lines == () and rx._amount.property("state") == "error"
    rx._amount.setText("15")
    rx._write()
    assert rx.model.lines[0].grams == 15.0


def test_grams_are_edited_in_the_row_and_undone_by_name(consulting, qtbot):
    rx = page(consulting, qtbot, "prescription")
    rx.model.write("黄芪", "15")
    rx._lines.setFocus()
    rx._lines.select(0)
    press("20", rx._lines)
    # The first digit opens the field in the row, the next one goes on in it.
    rx._grams.setText("20")
    key(rx._grams, Qt.Key.Key_Return)
    assert rx.model.lines[0].grams == 20.0
    consulting.hub.run("edit.undo")
    QApplication.processEvents()
    assert rx.model.lines[0].grams == 15.0


def test_findings_are_confirmed_denied_and_answered_on_the_page(consulting, qtbot):
    pattern = page(consulting, qtbot, "pattern")
    pattern._judge("symptom.palpitations", "no")
    said = {f.code: f.polarity for f in consulting.shell.visit.findings_by_hand}
    assert said["symptom.palpitations"] == -1
    qtbot.waitUntil(lambda: pattern._task is None)
    asked = pattern.model.questions()[0].finding
    key(pattern, Qt.Key.Key_1)
    assert asked in {f.code for f in consulting.shell.visit.findings_by_hand}
    qtbot.waitUntil(lambda: pattern._task is None)
    pattern._line.setFocus()
    pattern._line.setText("舌红")
    key(pattern._line, Qt.Key.Key_Return)
    assert "tongue.body.red" in {f.code for f in consulting.shell.visit.findings_by_hand}
    qtbot.waitUntil(lambda: pattern._task is None)


def test_a_red_flag_lies_over_the_page_until_a_sentence_is_chosen(consulting, qtbot):
    consulting.do(commands.set_history("胸痛，大汗出，气促"))
    pattern = page(consulting, qtbot, "pattern")
    overlay = pattern._overlay
    assert overlay is not None
    overlay.finish()
    assert consulting.shell.visit.red_flag_answers == ()
    while pattern._overlay is not None:
        key(pattern._overlay, Qt.Key.Key_2)
        key(pattern._overlay, Qt.Key.Key_Return)
    assert consulting.shell.visit.red_flag_answers
    assert pattern.model.open_red_flags() == ()


def test_every_page_says_what_is_missing_before_there_is_anything(window, desk, qtbot):
    desk.add_patient("Nobody Yet", Sex.MALE)
    for name in STATIONS:
        made = page(window, qtbot, name)
        qtbot.waitUntil(lambda m=made: getattr(m, "_task", None) is None)
        words = [w.text() for w in made.findChildren(QLabel) if w.isVisibleTo(made) and w.text()]
        assert words, name


def test_pages_follow_the_language_in_place(consulting, desk, qtbot, canary_name):
    write(consulting, qtbot)
    translator().set("en")
    for name in STATIONS:
        made = page(consulting, qtbot, name)
        qtbot.waitUntil(lambda m=made: m._task is None if hasattr(m, "_task") else True, timeout=20000)
        shown = [
            w.text()
            for w in made.findChildren(QWidget)
            if isinstance(w, QLabel | QAbstractButton) and w.isVisibleTo(made)
        ]
        # Names of people and what a person said stay; a herb's Chinese name stands beside its English one.
        kept = {canary_name, HISTORY, "周文", "李淑华", *(a.zh for a in consulting.shell.review.alerts)}
        foreign = [
            t for t in shown if _HAN.search(t) and not _LATIN.search(t) and not any(k in t for k in kept)
        ]
        assert foreign == [], name


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_wider_than_its_page(consulting, qtbot, language, scale):
    write(consulting, qtbot)
    translator().set(language)
    look().set(scale=scale)
    QApplication.processEvents()
    for name in STATIONS:
        made = page(consulting, qtbot, name)
        qtbot.waitUntil(lambda m=made: m._task is None if hasattr(m, "_task") else True, timeout=20000)
        QApplication.processEvents()
        for button in made.findChildren(QAbstractButton):
            if not button.isVisibleTo(made):
                continue
            left = button.mapTo(made, QPoint(0, 0)).x()
            assert left >= 0, (name, button.text())
            assert left + button.width() <= made.width() + 1, (name, button.text())


def test_the_pharmacy_lists_what_was_signed_today_and_says_what_it_does_not_do(consulting, desk, qtbot):
    review = write(consulting, qtbot)
    answer_everything(review, qtbot)
    pharmacy = page(consulting, qtbot, "pharmacy")
    qtbot.waitUntil(lambda: pharmacy._task is None)
    assert pharmacy._empty.isVisibleTo(pharmacy)  # a draft is nobody's order
    page(consulting, qtbot, "review")
    consulting.hub.run("review.do")
    page(consulting, qtbot, "pharmacy")
    qtbot.waitUntil(lambda: pharmacy._task is None and bool(pharmacy.model.rows))
    assert pharmacy.model.current.visit.id == consulting.shell.visit.id
    shown = [w.text() for w in pharmacy.findChildren(QLabel) if w.isVisibleTo(pharmacy)]
    assert any("只供核看" in text for text in shown)


def test_a_change_since_the_last_visit_is_drawn_with_its_direction(window, desk, qtbot, canary_name):
    from datetime import timedelta

    from tcm_station.domain.examination import Examination, ExamKind, Quality
    from tcm_station.domain.measurement import Measurement

    def pulse(rate):
        told = (Measurement("pulse.rate", rate, "/min", "test", 1.0),)
        return Examination(ExamKind.PULSE, (), Quality(1.0), told)

    row = next(r for r in window.shell.rows() if r.patient.name == canary_name)
    window.shell.open_patient(row.patient.id)
    window.do(commands.add_examination(pulse(72.0)))
    now = desk.clock
    desk.clock = lambda: now() + timedelta(days=7)
    window.shell.new_visit()
    window.do(commands.add_examination(pulse(80.0)))
    made = page(window, qtbot, "overview")
    QApplication.processEvents()
    made.grab()
    change = made._changes.items()[0]
    assert (change.before, change.direction) == (72.0, "up")
    assert "升" in made._say_change(change)
    desk.clock = now
