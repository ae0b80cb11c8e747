"""The ten questions: items are signs, and not asked is not "no"."""

import pytest

from tcm_station.domain.errors import Refused
from tcm_station.domain.finding import Polarity, Source
from tcm_station.domain.patient import Sex
from tcm_station.domain.terms import terms
from tcm_station.inquiry import form


def test_every_item_is_a_sign_of_the_terms_table_and_stands_once():
    items = [item for question in form.questions() for item in question.items]
    assert len(items) == len(set(items))
    assert [item for item in items if item not in terms()] == []
    assert len(form.questions()) >= 10


def test_answers_become_findings_with_polarity_and_degree():
    found = {f.code: f for f in form.findings({"symptom.insomnia": "severe", "symptom.fever": "no"})}
    assert found["symptom.insomnia"].polarity is Polarity.PRESENT
    assert found["symptom.insomnia"].degree == 1.0
    assert found["symptom.fever"].polarity is Polarity.ABSENT
    assert all(f.source is Source.INQUIRY for f in found.values())


def test_what_was_not_asked_is_no_finding():
    assert form.findings({}) == ()


def test_women_and_men_have_their_own_groups():
    sexes = {q.id: q.sex for q in form.questions()}
    assert sexes["women"] is Sex.FEMALE
    assert sexes["men"] is Sex.MALE


def test_the_blank_form_holds_every_item_in_both_languages_and_no_answer():
    blank = form.blank()
    assert set(blank["answers"].values()) == {None}
    for group in blank["questions"]:
        assert group["zh"] and group["en"]
        assert all(item["zh"] and item["en"] for item in group["items"])


@pytest.mark.parametrize("answers", [{"symptom.no_such": "yes"}, {"symptom.fever": "perhaps"}])
def test_an_unknown_item_or_answer_is_refused(answers):
    with pytest.raises(Refused):
        form.check(answers)
