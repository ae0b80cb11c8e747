"""Classic presentations, written for this project, and what the model says of them."""

import csv
import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_graph.load import knowledge
from knowledge_graph.reading import read_text
from knowledge_graph.reason import MODEL, choose, differentiate, elements_of_syndrome, score_options
from knowledge_graph.reason_model import model
from knowledge_graph.sheets import sheet
from knowledge_graph.syndrome_names import decompose, find_syndrome
from tcm_station.domain.differentiation import Differentiation
from tcm_station.domain.finding import Certainty, Finding, Polarity, Source
from tcm_station.domain.patient import PatientFacts
from tcm_station.domain.terms import find_term

PRESENTATIONS = Path(__file__).parent.parent / "data" / "classic_presentations.tsv"
HEART_SPLEEN = "心悸不安，失眠多梦，健忘，食少便溏，神疲乏力，面色萎黄，舌淡苔薄白，脉细弱"


def classic() -> list[tuple[str, str, str]]:
    with PRESENTATIONS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(r["syndromes"], r["text"], r["formulas"]) for r in rows]


def told(text: str) -> Differentiation:
    return differentiate(read_text(text).findings)


def zh(code: str) -> str:
    node = knowledge().find(code)
    assert node is not None, code
    return node.zh


@pytest.mark.parametrize(("syndromes", "text", "formulas"), classic(), ids=[c[0] for c in classic()])
def test_classic_presentation_is_differentiated_as_a_text_book_does(
    syndromes: str, text: str, formulas: str
) -> None:
    result = told(text)
    assert zh(result.candidates[0].code) in syndromes.split("/")
    if formulas:
        assert {zh(f.code) for f in result.formulas[:3]} & set(formulas.split("/"))


def test_there_are_more_than_25_classic_presentations() -> None:
    assert len(classic()) > 25


def test_every_national_term_is_a_node_and_two_hundred_have_profiles() -> None:
    rows = sheet("syndromes")
    assert len(rows) == 2060
    assert all(r["zh"] and r["pinyin"] and r["en"] and r["id"] == f"syndrome:{r['code']}" for r in rows)
    by_hand = {r["syndrome"] for r in sheet("syndrome_profiles") if r["basis"] == "recalled"}
    everywhere = {r["syndrome"] for r in sheet("syndrome_profiles")}
    assert len(by_hand) >= 120
    assert len(everywhere) >= 400


def test_every_sign_of_the_tables_is_a_term() -> None:
    signs = {
        r["sign"]
        for t in ("syndrome_profiles", "element_signs", "formula_signs", "disease_signs")
        for r in sheet(t)
    }
    assert [s for s in sorted(signs) if find_term(s) is None] == []


def test_probabilities_add_up_and_leaving_one_finding_out_bounds_them() -> None:
    result = told(HEART_SPLEEN)
    assert result.model == MODEL
    assert sum(c.p for c in result.candidates) + result.rest_p == pytest.approx(1.0, abs=0.002)
    for candidate in result.candidates:
        assert candidate.p_low is not None and candidate.p_high is not None
        assert candidate.p_low <= candidate.p <= candidate.p_high


def test_each_explanation_has_support_a_missing_sign_and_an_element() -> None:
    for _, text, _ in classic():
        first = told(text).candidates[0]
        assert first.supporting
        assert first.missing
        assert elements_of_syndrome(first.code)


def test_taking_the_strongest_support_away_lowers_the_candidate() -> None:
    findings = read_text(HEART_SPLEEN).findings
    first = differentiate(findings).candidates[0]
    strongest = first.supporting[0].finding
    without = differentiate([f for f in findings if f.code != strongest])
    after = next((c.p for c in without.candidates if c.code == first.code), 0.0)
    assert after < first.p


def test_a_denied_chief_sign_speaks_against() -> None:
    findings = list(read_text(HEART_SPLEEN).findings)
    before = differentiate(findings).candidates[0]
    denied = [f for f in findings if f.code != "symptom.insomnia"]
    denied.append(Finding("symptom.insomnia", Polarity.ABSENT))
    after = next(c for c in differentiate(denied).candidates if c.code == before.code)
    assert after.p < before.p
    assert "symptom.insomnia" in {e.finding for e in after.opposing}


def test_findings_in_any_order_give_the_same_to_the_last_digit() -> None:
    findings = list(read_text(HEART_SPLEEN).findings)
    assert differentiate(findings) == differentiate(findings[::-1]) == differentiate(findings)


def test_what_is_said_both_ways_is_left_out() -> None:
    findings = [*read_text("失眠多梦，心烦，舌红").findings]
    both = [*findings, Finding("symptom.thirst"), Finding("symptom.thirst", Polarity.ABSENT)]
    for candidate in differentiate(both).candidates:
        heard = {e.finding for e in (*candidate.supporting, *candidate.opposing)}
        assert "symptom.thirst" not in heard


def test_the_practitioner_overrules_what_was_measured() -> None:
    measured = Finding("tongue.coating.yellow", Polarity.PRESENT, 0.9, Source.TONGUE)
    word = Finding("tongue.coating.yellow", Polarity.ABSENT, None, Source.PRACTITIONER, Certainty.CONFIRMED)
    base = list(read_text("胃脘痛，口苦").findings)
    result = differentiate([*base, measured, word])
    assert result == differentiate([*base, word])


def test_a_measured_sign_of_low_degree_weighs_less() -> None:
    base = list(read_text("身重，脘痞，口苦，便溏").findings)

    def weight(degree: float) -> float:
        sign = Finding("tongue.coating.yellow", Polarity.PRESENT, degree, Source.TONGUE)
        first = next(c for c in differentiate([*base, sign]).candidates if "湿热" in zh(c.code))
        return next(e.weight for e in first.supporting if e.finding == "tongue.coating.yellow")

    assert weight(0.2) < weight(0.6) < weight(1.0)


def test_what_a_relative_says_weighs_less_than_what_the_patient_says() -> None:
    patient = told("心悸，失眠，健忘").candidates[0]
    relative = told("家属诉心悸，失眠，健忘").candidates[0]
    assert relative.supporting[0].weight < patient.supporting[0].weight


def test_no_findings_give_no_candidates() -> None:
    for findings in ((), (Finding("symptom.fever", Polarity.ABSENT),), (Finding("no.such"),)):
        result = differentiate(findings)
        assert result.candidates == ()
        assert result.formulas == ()


def test_the_next_questions_are_new_and_worth_asking() -> None:
    findings = read_text("胃脘胀满，嗳气，纳差").findings
    asked = differentiate(findings).next_questions
    assert 2 <= len(asked) <= 4
    assert all(q.gain_bits > 0 for q in asked)
    assert not {q.finding for q in asked} & {f.code for f in findings}


def test_ten_thousand_findings_and_a_usual_case_are_quick() -> None:
    findings = list(itertools.islice(itertools.cycle(read_text(HEART_SPLEEN).findings), 10_000))
    differentiate(findings)
    start = time.process_time()
    for _, text, _ in classic():
        told(text)
    assert (time.process_time() - start) / len(classic()) < 0.3


def test_options_are_chosen_by_the_findings_alone() -> None:
    options = ["肝胆湿热证", "心脾两虚证", "风寒束表证", "肾阳虚证"]
    findings = read_text(HEART_SPLEEN).findings
    for order in itertools.permutations(options):
        assert choose(findings, PatientFacts(), order) == "心脾两虚证"
    scores = score_options(findings, options)
    assert sum(scores.values()) == pytest.approx(1.0)


def test_without_findings_every_option_is_as_likely() -> None:
    scores = score_options((), ["肝胆湿热证", "心脾两虚证", "从未有过的证"])
    assert list(scores.values()) == pytest.approx([1 / 3] * 3)


def test_a_name_the_standard_lacks_is_judged_by_its_elements() -> None:
    assert find_syndrome("湿热弥漫三焦而气机不畅证") is None
    assert {"element:damp", "element:heat"} <= set(decompose("湿热弥漫三焦而气机不畅证"))
    findings = read_text("身热不扬，身重，脘痞，苔黄腻，脉濡数").findings
    assert choose(findings, None, ["肾阳亏损不能温煦", "湿热弥漫三焦而气机不畅证"]).startswith("湿热")


@pytest.mark.parametrize(
    ("name", "elements"),
    [
        ("心脾两虚证", "heart spleen qi_deficiency blood_deficiency"),
        ("肾阳虚", "kidney yang_deficiency"),
        ("风寒束表证", "external_wind cold exterior"),
        ("肝郁化火", "liver qi_stagnation heat"),
        ("痰湿阻肺证", "phlegm damp lung"),
        ("气阴两虚", "qi_deficiency yin_deficiency"),
        ("胃阴不足", "stomach yin_deficiency"),
    ],
)
def test_names_are_taken_apart_into_elements(name: str, elements: str) -> None:
    assert set(decompose(name)) == {f"element:{e}" for e in elements.split()}


def test_wind_cold_is_not_heat() -> None:
    code = find_syndrome("风寒束表证")
    assert code is not None
    assert "element:heat" not in elements_of_syndrome(code)


def test_every_weight_is_finite_and_every_row_has_a_source() -> None:
    m = model()
    assert (m.p > 0).all() and (m.p < 1).all()
    assert (m.base > 0).all() and (m.base < 1).all()
    assert all(m.source.values())


CODES = sorted({r["sign"] for r in sheet("syndrome_profiles")})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Finding,
            st.sampled_from(CODES),
            st.sampled_from(list(Polarity)),
            st.one_of(st.none(), st.floats(0, 1)),
            st.sampled_from(list(Source)),
            st.sampled_from(list(Certainty)),
        ),
        max_size=25,
    )
)
def test_any_findings_give_ordered_probabilities(findings: list[Finding]) -> None:
    result = differentiate(findings)
    p = [c.p for c in result.candidates]
    assert p == sorted(p, reverse=True)
    assert all(0 <= x <= 1 for x in p)
    assert len({c.code for c in result.candidates}) == len(p)
