"""What the pharmacy sees: signed prescriptions in order, and what today's rules say that is new."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tcm_station.domain.differentiation import Judgement
from tcm_station.domain.patient import Known, Sex
from tcm_station.domain.prescription import AlertAnswer, PrescriptionLine, Verdict
from tcm_station.domain.visit import VisitState
from tcm_station.workflow import commands
from tcm_station.workflow.dispense import recheck, signed_prescriptions
from tcm_station.workflow.sign import ACTION_REASON, ACTION_SECOND, line_state, needs_answer

BY = "周文"
HERB = {"黄芪": "herb:huangqi", "附子": "herb:fuzi", "半夏": "herb:banxia", "干姜": "herb:ganjiang"}
MILD = (("黄芪", 15.0), ("干姜", 6.0))
RISKY = (("附子", 9.0), ("半夏", 9.0))


def sign(desk, lines, *, name="林静", **person):
    """A visit with these lines, answered and signed."""
    patient = desk.add_patient(name, Sex.FEMALE, **person)
    visit = desk.new_visit(patient.id)
    desk.do(
        visit.id, commands.commit_judgement(Judgement(("syndrome:x",), "", BY, "2026-11-20T09:00:00+08:00"))
    )
    for herb, grams in lines:
        desk.do(visit.id, commands.add_line(PrescriptionLine(herb, HERB[herb], grams, adopted_by=BY)))
    desk.do(visit.id, commands.set_doses(7, 1.0, 2))
    review, rx = desk.review(visit.id), desk.visit(visit.id).prescription
    for alert in review.alerts:
        if needs_answer(alert):
            for action, by in ((ACTION_REASON, BY), (ACTION_SECOND, "吴")):
                answer = AlertAnswer(alert.key, action, "x", by, "2026-11-20", line_state(rx, alert))
                desk.do(visit.id, commands.answer_alert(answer))
    desk.sign(visit.id, BY)
    return desk.visit(visit.id)


def test_only_signed_prescriptions_are_in_the_queue(desk, visit_id):
    desk.do(visit_id, commands.add_line(PrescriptionLine("黄芪", HERB["黄芪"], 15.0)))
    signed = sign(desk, MILD)
    (row,) = signed_prescriptions(desk)
    assert row.visit.id == signed.id and row.is_today and row.patient.name == "林静"
    assert row.visit.signed_by == BY and row.minutes == 0


def test_an_empty_store_has_an_empty_queue(desk):
    assert signed_prescriptions(desk) == ()


def test_risk_goes_first_then_who_has_waited_longest(desk):
    first = sign(desk, MILD, name="one")
    second = sign(desk, MILD, name="two")
    risky = sign(desk, RISKY, name="three")
    assert risky.review.verdict.rank > first.review.verdict.rank
    assert [row.visit.id for row in signed_prescriptions(desk)] == [risky.id, first.id, second.id]


def test_today_goes_before_yesterday_and_a_week_is_enough(desk):
    yesterday = sign(desk, RISKY, name="one")
    desk.clock.now += timedelta(days=1)
    today = sign(desk, MILD, name="two")
    rows = signed_prescriptions(desk)
    assert [row.visit.id for row in rows] == [today.id, yesterday.id]
    assert [row.is_today for row in rows] == [True, False]
    desk.clock.now += timedelta(days=7)
    assert signed_prescriptions(desk) == ()


def test_an_amended_prescription_stays_in_the_queue(desk):
    signed = sign(desk, MILD)
    desk.amend(signed.id, "call back", BY)
    (row,) = signed_prescriptions(desk)
    assert row.visit.state is VisitState.AMENDED


def test_the_same_day_says_nothing_new(desk):
    signed = sign(desk, RISKY)
    told = recheck(signed, desk.patient(signed.patient_id), signed.at.date())
    assert told.news == () and told.gone == () and told.review == signed.review


def test_what_was_learnt_of_the_person_since_is_new(desk):
    signed = sign(desk, RISKY, pregnant=Known.NO)
    patient = desk.patient(signed.patient_id)
    desk.update_patient(replace(patient, pregnant=Known.YES))
    told = recheck(signed, desk.patient(signed.patient_id), desk.clock().date())
    assert any(alert.rule == "pregnancy" for alert in told.news)
    assert desk.visit(signed.id).review == signed.review, "the signed review is not touched"


def test_a_visit_without_a_prescription_has_nothing_to_recheck(desk, visit_id):
    visit = desk.visit(visit_id)
    assert recheck(visit, desk.patient(visit.patient_id), desk.clock().date()) is None


@pytest.mark.parametrize("lines", [MILD, RISKY])
def test_the_verdict_is_the_one_that_was_signed(desk, lines):
    signed = sign(desk, lines)
    (row,) = signed_prescriptions(desk)
    assert row.visit.review is not None
    assert isinstance(row.visit.review.verdict, Verdict) and row.visit.review == signed.review
