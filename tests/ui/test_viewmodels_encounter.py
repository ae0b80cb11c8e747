"""练习 without a window: nothing of the truth before the commit, and everything with its rule after it."""

import pytest

from tcm_station.domain.examination import ExamKind
from tcm_station.domain.patient import Sex
from tcm_station.practice.encounter import Answer
from ui.viewmodels.encounter import MOST_KEPT, Practice

CASE = "a_insomnia"
HEART_SPLEEN = "syndrome:B04.06.01.03.02"


@pytest.fixture
def practice():
    made = Practice()
    made.begin(CASE)
    return made


def test_a_question_in_own_words_and_one_of_the_list_are_answered_alike(practice):
    practice.ask("失眠吗？")
    practice.ask_sign("symptom.night_sweating")
    assert practice.answers() == {
        "symptom.insomnia": Answer.VERY,
        "symptom.night_sweating": Answer.NO,
    }
    assert practice.found() == ("symptom.insomnia",)
    practice.ask_sign("symptom.night_sweating")
    assert len(practice.talk) == 2, "what was asked is not asked again"


def test_the_list_has_only_groups_that_fit_the_person(practice):
    sexes = {listed.question.sex for listed in practice.listed()}
    assert Sex.MALE not in sexes and Sex.FEMALE in sexes
    heads = [listed for listed in practice.listed() if not listed.sign]
    assert len(heads) == len({listed.question.id for listed in practice.listed()})


def test_nothing_of_the_truth_is_held_before_the_commit(practice):
    practice.ask("失眠吗？心慌吗？")
    assert practice.mirror is None and practice.reasons is None
    assert practice.paths() is None and practice.key_signs() == () and practice.weigh() is None
    assert practice.verdict() == "" and practice.marks() == ()


def test_the_mirror_says_what_was_missed_and_why_it_is_so(practice):
    practice.ask("失眠吗？心慌吗？")
    assert practice.commit("syndrome:B04.06.01.05.02", "formula:huanglianejiaotang") is None
    assert practice.verdict() == "syndrome_elements"
    missed = {key.sign for key in practice.key_signs() if not key.found}
    assert {"symptom.poor_appetite", "pulse.thready"} <= missed and "symptom.insomnia" not in missed
    mine, truth = practice.paths()
    assert mine.signs == ("symptom.insomnia", "symptom.palpitations") and truth.syndrome == HEART_SPLEEN
    assert truth.signs[0] not in mine.signs, "what was not found stands first"
    assert practice.compared().a.id == "formula:huanglianejiaotang"
    assert practice.tried == {CASE: practice.mirror.marks.points}


def test_the_model_s_reasons_stand_on_the_whole_case(practice):
    practice.commit(HEART_SPLEEN)
    practice.reasons = practice.weigh()
    assert practice.reasons.place >= 1 and practice.reasons.said is None
    supporting = practice.evidence("supporting")
    assert supporting and all(e.weight > 0 for e in supporting)
    signs, missed = practice.kept()
    assert len(signs) == MOST_KEPT and missed


def test_a_measurement_that_comes_after_the_commit_is_dropped(practice):
    late = practice.measure(ExamKind.PULSE)
    practice.commit(HEART_SPLEEN)
    practice.receive(late)
    assert practice.taken == {} and practice.measure(ExamKind.PULSE) is None


def test_the_next_patient_is_one_that_was_not_tried(practice):
    practice.commit(HEART_SPLEEN)
    ids = [case.id for case in practice.cases()]
    second = practice.next_case()
    assert second in ids and second != CASE
    practice.begin(second)
    practice.leave()
    assert practice.encounter is not None, "one that is not committed waits"


def test_a_name_nobody_knows_is_no_commitment(practice):
    error = practice.commit("没有这个证型")
    assert error is not None and practice.mirror is None
    assert practice.steps()[-1].state == "not_started"
