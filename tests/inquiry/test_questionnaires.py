"""Constitution questionnaires: tables scored by the published formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcm_station.domain.errors import Refused
from tcm_station.domain.patient import Sex
from tcm_station.inquiry import questionnaires
from tcm_station.inquiry.questionnaires import BALANCED, load, score

QI = "constitution.qi_deficiency"
HEAT = "constitution.dampness_heat"


def answers_for(form: str, sex: Sex, value: int) -> dict[str, int]:
    return {item.id: value for item in load(form).items_for(sex)}


@pytest.mark.parametrize(("form", "items", "entries"), [("2009-60", 60, 66), ("2025-national", 27, 30)])
def test_the_forms_have_the_published_number_of_questions_and_scored_entries(form, items, entries):
    questionnaire = load(form)
    assert (len(questionnaire.items), len(questionnaire.entries)) == (items, entries)
    assert len({e.constitution for e in questionnaire.entries}) == 9


def test_the_2025_form_says_that_the_standard_was_not_read():
    assert load("2009-60").read
    assert not load("2025-national").read
    assert "未读" in load("2025-national").zh
    assert "not read" in load("2025-national").en


def test_a_hand_calculated_qi_deficiency_scale():
    # items 4 5 9 10 11 12 13 14 answered 3 3 4 3 3 2 4 3: raw 25, n 8, (25 - 8) / 32 * 100 = 53.125
    answers = answers_for("2009-60", Sex.FEMALE, 1)
    answers |= {"4": 3, "5": 3, "9": 4, "10": 3, "11": 3, "12": 2, "13": 4, "14": 3}
    result = score("2009-60", answers, Sex.FEMALE)
    assert dict(result.scores)[QI] == pytest.approx(53.125)
    assert dict(result.verdicts)[QI] == "yes"
    assert result.main == QI


def test_reversed_items_count_backwards_for_the_balanced_scale():
    answers = answers_for("2009-60", Sex.MALE, 1) | {"1": 5, "2": 5}
    result = score("2009-60", answers, Sex.MALE)
    # 5 + 5 and six reversed items answered 1 (counted 5): raw 40, (40 - 8) / 32 = 100 %
    assert dict(result.scores)[BALANCED] == pytest.approx(100.0)
    assert dict(result.verdicts)[BALANCED] == "yes"
    assert result.main == BALANCED


def test_a_tendency_of_30_to_39_makes_balanced_basically():
    answers = answers_for("2009-60", Sex.MALE, 1) | {"1": 5, "2": 5}
    answers |= {"54": 3, "55": 3, "56": 3, "57": 3, "58": 2}  # special: raw 7 + 9 = 16, 9 / 28 = 32.1
    result = score("2009-60", answers, Sex.MALE)
    assert dict(result.verdicts)["constitution.inherited_special"] == "tendency"
    assert dict(result.verdicts)[BALANCED] == "basically"
    assert result.main == BALANCED


def test_nobody_is_forced_into_a_class():
    answers = answers_for("2009-60", Sex.MALE, 1) | {"1": 1, "2": 1, "3": 5, "4": 3}
    result = score("2009-60", answers, Sex.MALE)
    assert dict(result.verdicts)[BALANCED] == "no"
    assert all(v != "yes" for v in dict(result.verdicts).values())
    assert result.main is None


def test_an_unanswered_item_leaves_its_scales_unassessed():
    answers = answers_for("2009-60", Sex.FEMALE, 2)
    del answers["13"]
    result = score("2009-60", answers, Sex.FEMALE)
    assert QI not in dict(result.scores)
    assert BALANCED not in dict(result.verdicts)


def test_women_and_men_are_asked_their_own_item_of_the_2025_form():
    women = {i.id for i in load("2025-national").items_for(Sex.FEMALE)}
    men = {i.id for i in load("2025-national").items_for(Sex.MALE)}
    assert women - men == {"17"}
    assert men - women == {"18"}
    full = score("2025-national", answers_for("2025-national", Sex.MALE, 5), Sex.MALE)
    assert dict(full.scores)[HEAT] == pytest.approx(100.0)


@pytest.mark.parametrize("answers", [{"61": 3}, {"1": 0}, {"1": 6}, {"1": "3"}, {"1": True}, {"x": 1}])
def test_an_unknown_item_or_answer_is_refused(answers):
    with pytest.raises(Refused) as refused:
        score("2009-60", answers, Sex.FEMALE)
    assert refused.value.text("zh") and refused.value.advice("en")


def test_an_unknown_form_is_refused_with_the_known_ones():
    with pytest.raises(Refused) as refused:
        load("2031")
    assert "2009-60" in refused.value.advice("zh")


@given(st.sampled_from(questionnaires.forms()), st.data())
def test_scores_lie_between_0_and_100_and_a_worse_answer_never_lowers_a_biased_scale(form, data):
    sex = data.draw(st.sampled_from(Sex))
    items = [i.id for i in load(form).items_for(sex)]
    answers = {i: data.draw(st.integers(1, 4)) for i in items}
    before = score(form, answers, sex)
    assert all(0 <= value <= 100 for _, value in before.scores)
    worse = data.draw(st.sampled_from(items))
    after = dict(score(form, answers | {worse: answers[worse] + 1}, sex).scores)
    for constitution, value in before.scores:
        if constitution != BALANCED:
            assert after[constitution] >= value
