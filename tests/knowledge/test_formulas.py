"""Formulas: grams and roles, proposals with reasons, changes for findings, neighbours told apart."""

import time

import pytest

from knowledge_graph import herbs
from knowledge_graph.formulas import (
    find_formula,
    formulas,
    formulas_for,
    lines_of,
    modifications,
    neighbours,
    sign_fit,
    why_not,
)
from knowledge_graph.reading import read_text
from knowledge_graph.reason import differentiate
from knowledge_graph.sheets import sheet
from tcm_station.domain.patient import Known, PatientFacts
from tcm_station.domain.prescription import ProposedBy


def formula(name: str) -> str:
    found = find_formula(name)
    assert found is not None
    return found


def test_three_hundred_formulas_have_grams_a_chief_and_a_book() -> None:
    whole = [
        f
        for f in formulas().values()
        if f.ingredients and all(p.grams or p.count_text for p in f.ingredients)
    ]
    assert len(whole) >= 300
    for f in formulas().values():
        assert f.source_book and f.pinyin and f.en
        assert any(part.role == "chief" for part in f.ingredients), f.zh


def test_what_was_recalled_says_so() -> None:
    assert {part.basis_of_fact for f in formulas().values() for part in f.ingredients} == {"recalled"}


def test_nearly_every_ingredient_is_a_herb_of_the_graph() -> None:
    names = {part.herb_zh for f in formulas().values() for part in f.ingredients}
    unknown = sorted(n for n in names if herbs.resolve(n).herb is None)
    # Cow's milk, bran, lard and the like are no materials of the Pharmacopoeia.
    assert len(unknown) <= 25, unknown


def test_batch_amounts_never_pass_for_a_daily_dose() -> None:
    for f in formulas():
        for line in lines_of(f):
            if line.grams is not None and line.basis.value == "dose":
                assert line.grams <= 200, (f, line)


def test_guipitang_as_proposed_lines() -> None:
    lines = lines_of("归脾汤")
    assert {"白术", "人参", "黄芪", "当归", "龙眼肉", "酸枣仁", "木香", "远志"} <= {
        line.name for line in lines
    }
    assert all(line.proposed_by is ProposedBy.FORMULA and line.adopted_by is None for line in lines)
    assert all(line.grams is None or 1 <= line.grams <= 30 for line in lines)


@pytest.mark.parametrize(
    ("usual", "name"),
    [("葛根芩连汤", "葛根黄芩黄连汤"), ("金匮肾气丸", "肾气丸"), ("麻杏石甘汤", "麻黄杏仁甘草石膏汤")],
)
def test_usual_names_are_found(usual: str, name: str) -> None:
    assert find_formula(usual) == find_formula(name) is not None


def test_neighbours_are_told_apart_quickly() -> None:
    a, b = formula("麻黄汤"), formula("桂枝汤")
    start = time.process_time()
    difference = why_not(a, b)
    assert time.process_time() - start < 0.05
    assert difference is not None
    assert difference.zh
    assert "麻黄" in difference.only_a
    assert b in neighbours(a)


def test_two_formulas_without_a_row_still_differ_in_herbs() -> None:
    difference = why_not(formula("归脾汤"), formula("大承气汤"))
    assert difference is not None
    assert difference.zh == ""
    assert "大黄" in difference.only_b
    assert why_not("formula:no-such", formula("归脾汤")) is None


def test_changes_follow_the_findings() -> None:
    row = next(m for m in modifications(formula("麻黄汤")) if m.signs)
    findings = read_text(row.if_zh).findings
    assert row in modifications(formula("麻黄汤"), findings)
    assert row not in modifications(formula("麻黄汤"), ())


def test_changes_exist_for_a_hundred_and_fifty_formulas() -> None:
    assert len({r["formula"] for r in sheet("formula_modifications")}) >= 150
    assert {r["operation"] for r in sheet("formula_modifications")} <= {
        "add",
        "remove",
        "increase",
        "reduce",
        "replace",
    }


def test_every_proposal_says_why() -> None:
    result = differentiate(read_text("胃脘胀痛，连及两胁，嗳气，生气后加重，苔薄白，脉弦").findings)
    assert result.formulas
    scores = [f.score for f in result.formulas]
    assert scores == sorted(scores, reverse=True)
    assert all(f.reasons and 0 <= f.score <= 1 for f in result.formulas)


def test_a_formula_with_a_herb_forbidden_in_pregnancy_is_not_proposed_to_the_pregnant() -> None:
    findings = read_text("小腹刺痛拒按，经血有块，经色紫暗，舌紫暗有瘀斑，脉涩").findings
    forbidden = {r["herb"] for r in sheet("pregnancy") if r["rule"] == "forbidden"}
    barred = {r["zh"] for r in sheet("herbs") if r["id"] in forbidden}
    pregnant = differentiate(findings, PatientFacts(pregnant=Known.YES))
    for proposal in pregnant.formulas:
        assert not barred & {part.herb_zh for part in formulas()[proposal.code].ingredients}


def test_syndromes_lead_to_formulas_in_text_book_order() -> None:
    assert formulas_for("syndrome:B04.06.01.03.02")[0] == formula("归脾汤")
    fit, met = sign_fit(formula("归脾汤"), frozenset({"symptom.palpitations", "symptom.insomnia"}))
    assert 0 < fit <= 1
    assert set(met) == {"symptom.palpitations", "symptom.insomnia"}


def test_a_herb_that_is_fried_with_another_and_thrown_away_is_no_line() -> None:
    whole = formulas()[formula("天台乌药散")]
    assert "巴豆" in {part.herb_zh for part in whole.ingredients}
    assert "巴豆" not in {line.name for line in lines_of("天台乌药散")}


def test_powders_of_large_batches_have_customary_daily_grams() -> None:
    assert all(line.grams is not None and line.grams <= 12 for line in lines_of("当归饮子"))


def test_changes_follow_elements_where_the_condition_is_no_sign() -> None:
    row = next(m for f in formulas() for m in modifications(f) if m.signs == ("element:qi_deficiency",))
    assert row in modifications(row.formula, (), {"element:qi_deficiency"})
    assert row not in modifications(row.formula, ())
