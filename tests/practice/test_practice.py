"""Virtual patients: asked by rule, committed once, marked by stated rules."""

import pytest

from tcm_station.domain.errors import Conflict, Refused
from tcm_station.domain.examination import ExamKind
from tcm_station.domain.terms import terms
from tcm_station.practice.cases import case, cases
from tcm_station.practice.encounter import Answer, Commitment, Encounter
from tcm_station.practice.marking import FORMULA, KEY_SIGNS, MEASURED, PARTIAL, SYNDROME, mark
from tcm_station.workflow import practise


def elements(code: str) -> frozenset[str]:
    return {"right": frozenset("ab"), "near": frozenset("ac")}.get(code, frozenset())


def test_every_case_names_signs_syndromes_and_formulas_that_exist():
    from knowledge_graph.load import knowledge

    assert len(cases()) >= 3
    for one in cases():
        signs = [s for s, _ in one.present] + list(one.absent) + list(one.truth.key_signs)
        assert [s for s in signs if s not in terms()] == []
        nodes = [one.truth.syndrome, *one.truth.accepted, *one.truth.formulas]
        assert [n for n in nodes if knowledge().find(n) is None] == []
        assert one.truth.formulas


def test_no_sign_is_both_there_and_denied():
    for one in cases():
        assert {s for s, _ in one.present} & set(one.absent) == set()


def test_a_patient_answers_by_rule():
    encounter, answers = practise.ask(practise.begin("a_insomnia"), "睡得好吗，失眠吗？有盗汗吗？脱发吗？")
    said = dict(answers)
    assert said["symptom.insomnia"] is Answer.VERY
    assert said["symptom.night_sweating"] is Answer.NO
    assert said["symptom.hair_loss"] is Answer.NOT_NOTICED
    assert dict(encounter.asked) == said


def test_a_question_in_which_nothing_is_recognised_costs_nothing():
    encounter, answers = practise.ask(practise.begin("a_insomnia"), "今天天气怎么样")
    assert answers == ()
    assert encounter.asked == ()


def test_nothing_of_the_truth_can_be_had_before_the_commitment():
    encounter = Encounter(case("a_insomnia"))
    with pytest.raises(Conflict):
        encounter.truth()
    with pytest.raises(Conflict):
        mark(encounter, elements)


def test_after_the_commitment_nothing_more_is_asked():
    done = Encounter(case("a_insomnia")).commit(Commitment("right"))
    with pytest.raises(Conflict):
        done.ask(["symptom.fever"])
    with pytest.raises(Conflict):
        done.order(ExamKind.TONGUE)
    with pytest.raises(Conflict):
        done.commit(Commitment("near"))


def test_a_perfect_encounter_has_all_the_marks():
    one = case("a_insomnia")
    encounter = practise.take_all(Encounter(one).ask(one.truth.key_signs))
    marks = mark(encounter.commit(Commitment(one.truth.syndrome, one.truth.formulas[0])), elements)
    assert marks.points == marks.out_of == SYNDROME + FORMULA + KEY_SIGNS + MEASURED


def test_marks_name_what_was_missed():
    one = case("a_insomnia")
    marks = mark(Encounter(one).commit(Commitment(one.truth.syndrome)), elements)
    by_rule = {m.rule: m for m in marks.rules}
    assert by_rule["key_signs"].points == 0
    assert set(by_rule["key_signs"].missed) == set(one.truth.key_signs)
    assert by_rule["measured"].missed == ("tongue", "pulse")
    assert by_rule["formula"].points == 0


def test_a_near_syndrome_gets_a_share_by_its_elements():
    one = case("a_insomnia")
    truth = one.truth

    def shared(code: str) -> frozenset[str]:
        return frozenset("ab") if code == truth.syndrome else frozenset("ac")

    (rule, *_) = mark(Encounter(one).commit(Commitment("near")), shared).rules
    assert rule.rule == "syndrome_elements"
    assert rule.points == pytest.approx(SYNDROME * PARTIAL / 3)


def test_a_commitment_is_made_by_name_and_the_mirror_shows_the_truth():
    mirror = practise.commit(practise.take_all(practise.begin("b_damp_heat")), "脾胃气虚证")
    assert mirror.truth.syndrome.startswith("syndrome:")
    assert mirror.marks.points < SYNDROME + MEASURED
    plain = practise.mirror_json(mirror)
    assert plain["out_of"] == 100
    assert practise.mirror_text(mirror, "en")


def test_a_name_that_nobody_knows_is_refused():
    with pytest.raises(Refused):
        practise.commit(practise.begin("a_insomnia"), "不存在的证")
    with pytest.raises(Refused):
        practise.begin("zz")
