"""The use cases of a visit: each change is one named, durable step."""

from dataclasses import replace
from datetime import date

import pytest

from tcm_station.domain.differentiation import Judgement
from tcm_station.domain.errors import Conflict
from tcm_station.domain.finding import Polarity
from tcm_station.domain.patient import Sex
from tcm_station.domain.prescription import PrescriptionLine
from tcm_station.domain.visit import VisitState
from tcm_station.i18n import tr
from tcm_station.workflow import commands
from tcm_station.workflow.changes import Kind

OWN = Judgement(("syndrome:x",), "", "周文", "2026-11-20T09:00:00+08:00")


def test_a_command_tells_what_it_changed_and_is_kept(desk, visit_id):
    told = []
    desk.subscribe(told.append)
    desk.do(visit_id, commands.set_complaint("失眠三月"))
    assert told[-1].kinds == {Kind.HISTORY, Kind.FINDINGS}
    assert desk.visit(visit_id).complaint == "失眠三月"


def test_a_command_that_changes_nothing_is_no_step(desk, visit_id):
    desk.do(visit_id, commands.set_complaint("失眠"))
    again = desk.do(visit_id, commands.set_complaint("失眠"))
    assert again.kinds == frozenset()
    desk.undo(visit_id)
    assert desk.visit(visit_id).complaint == ""


def test_undo_names_the_step_and_redo_does_it_again(desk, visit_id):
    desk.do(visit_id, commands.add_line(PrescriptionLine("黄芪", grams=15)))
    key, params = desk.undo_name(visit_id)
    assert tr(key, "zh", **params) == "加：黄芪"
    desk.undo(visit_id)
    assert desk.visit(visit_id).prescription is None
    desk.redo(visit_id)
    assert desk.visit(visit_id).prescription.lines[0].name == "黄芪"


def test_every_step_has_its_words_in_both_languages(desk, visit_id):
    line = PrescriptionLine("黄芪", grams=15)
    for command in (
        commands.set_history("x"),
        commands.answer_question("symptom.fever", "no"),
        commands.judge_finding("symptom.fever", Polarity.ABSENT),
        commands.commit_judgement(OWN),
        commands.add_line(line),
        commands.change_line(0, line),
        commands.adopt_line(0, "周文", "黄芪"),
        commands.move_line(0, 1, "黄芪"),
        commands.remove_line(0, "黄芪"),
        commands.set_doses(7, 1.0, 2),
        commands.answer_red_flag("RF001", "已急诊"),
    ):
        for lang in ("zh", "en"):
            assert tr(command.step, lang, **command.params)


def test_the_practitioners_word_wins_over_what_was_read(desk, visit_id):
    desk.do(visit_id, commands.set_history("失眠，口苦"))
    read = {f.code: f.polarity for f in desk.findings(visit_id)}
    assert read["symptom.bitter_taste"] is Polarity.PRESENT
    desk.do(visit_id, commands.judge_finding("symptom.bitter_taste", Polarity.ABSENT))
    said = {f.code: f.polarity for f in desk.findings(visit_id)}
    assert said["symptom.bitter_taste"] is Polarity.ABSENT
    desk.do(visit_id, commands.forget_finding("symptom.bitter_taste"))
    assert {f.code: f.polarity for f in desk.findings(visit_id)} == read


def test_a_judgement_committed_before_the_proposal_says_so(desk, visit_id):
    desk.do(visit_id, commands.commit_judgement(OWN))
    assert desk.visit(visit_id).judgement.before_proposal
    desk.do(visit_id, commands.show_proposal(desk.proposal(visit_id)))
    desk.do(visit_id, commands.commit_judgement(replace(OWN, text="改")))
    assert not desk.visit(visit_id).judgement.before_proposal


def test_signing_waits_for_the_practitioners_own_word(desk, visit_id):
    assert [o.code for o in desk.obstacles(visit_id)] == ["no_judgement"]
    with pytest.raises(Conflict, match="1 things are open"):
        desk.sign(visit_id, "周文")


def test_a_signed_visit_is_never_changed_only_amended(desk, visit_id):
    desk.do(visit_id, commands.set_complaint("失眠"))
    desk.do(visit_id, commands.commit_judgement(OWN))
    desk.sign(visit_id, "周文")
    with pytest.raises(Conflict):
        desk.do(visit_id, commands.set_complaint("头痛"))
    with pytest.raises(Conflict):
        desk.undo(visit_id)
    desk.amend(visit_id, "电话随访：睡眠好转", "周文")
    visit = desk.visit(visit_id)
    assert visit.state is VisitState.AMENDED
    assert visit.complaint == "失眠"
    assert visit.amendments[0].text == "电话随访：睡眠好转"


def test_a_draft_takes_no_addendum(desk, visit_id):
    with pytest.raises(Conflict):
        desk.amend(visit_id, "x", "周文")


def test_a_line_taken_from_a_proposal_must_be_adopted_before_signing(desk, visit_id):
    desk.do(visit_id, commands.commit_judgement(OWN))
    desk.do(visit_id, commands.add_line(PrescriptionLine("黄芪", "herb:huangqi", grams=15)))
    desk.do(visit_id, commands.set_doses(7, 1.0, 2))
    assert "line_not_adopted" in [o.code for o in desk.obstacles(visit_id)]
    desk.do(visit_id, commands.adopt_line(0, "周文", "黄芪"))
    assert "line_not_adopted" not in [o.code for o in desk.obstacles(visit_id)]


def test_a_visit_at_half_past_midnight_in_shanghai_bears_that_days_date(desk, visit_id):
    (row,) = desk.store.visits.list(patient_words="", since=None)
    assert row.date == date(2026, 11, 20)


def test_the_list_shows_the_latest_visit_first(desk, visit_id):
    other = desk.add_patient("王强", Sex.MALE)
    desk.add_patient("无诊", Sex.MALE)
    desk.new_visit(other.id)
    assert [row.patient.name for row in desk.patients()] == ["王强", "林静", "无诊"]
    assert [row.patient.name for row in desk.patients("lj")] == ["林静"]
