"""The review: every rule class fires where it must, says by whose word, and what it could not look at."""

import csv
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_graph.load import knowledge, tables_folder
from knowledge_graph.review import edition_note, review, rule_name, settle_words, summary, unchecked_words
from knowledge_graph.review_io import prescription_from_json, review_to_json
from tcm_station.domain.errors import Refused
from tcm_station.domain.patient import Known, PatientFacts, Sex
from tcm_station.domain.prescription import (
    Alert,
    DoseBasis,
    DoseForm,
    Override,
    PatentLine,
    Prescription,
    PrescriptionLine,
    Review,
    Route,
    Severity,
    Verdict,
)

ON = date(2026, 3, 1)


def raw(table: str) -> list[dict[str, str]]:
    """The table as it stands in its file: the rules' own reader is not used."""
    with (tables_folder() / f"{table}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


ZH = {row["id"]: row["zh"] for row in raw("herbs")}
PERSON = PatientFacts(Sex.FEMALE, 34.0, Known.NO, Known.NO, stated=("conditions", "drugs"))


def judged(
    *names: str | tuple[str, float] | PrescriptionLine,
    patient: PatientFacts | None = PERSON,
    on: date = ON,
    **rx: object,
) -> Review:
    lines = tuple(
        n
        if isinstance(n, PrescriptionLine)
        else PrescriptionLine(n if isinstance(n, str) else n[0], grams=None if isinstance(n, str) else n[1])
        for n in names
    )
    return review(Prescription(lines=lines, **rx), patient, as_of=on)  # type: ignore[arg-type]  # fields of the test


def alerts(result: Review, rule: str) -> list[Alert]:
    return [a for a in result.alerts if a.rule == rule]


# --- incompatibility


def test_every_pair_of_the_table_fires_both_ways_round() -> None:
    for row in raw("incompatibilities"):
        a, b = ZH[row["herb_a"]], ZH[row["herb_b"]]
        for pair in ((a, b), (b, a)):
            (found,) = alerts(judged(*pair), "incompatible")
            assert set(found.herbs) == {a, b} and found.authority == row["authority"]


@pytest.mark.shared
def test_every_pair_of_the_shared_reference_fires(shared_data) -> None:  # type: ignore[no-untyped-def]  # conftest fixture
    path = shared_data / "knowledge" / "safety" / "incompatibilities.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            assert alerts(judged(row["herb_a"], row["herb_b"]), "incompatible"), (
                row["herb_a"],
                row["herb_b"],
            )


@pytest.mark.parametrize(
    ("a", "b"),
    [("炙甘草", "海藻"), ("粉甘草", "醋甘遂"), ("炮附片", "象贝"), ("黑顺片", "全瓜蒌"),
     ("製川烏", "法夏"), ("生甘草", "大戟"),
     ("乌头", "贝母"), ("藜蘆", "黨參"), ("公丁香", "玉金"), ("官桂", "石脂"), ("红参", "灵脂"),
     ("朴硝", "荆三棱"), ("硫磺", "皮硝"), ("巴豆霜", "二丑")],
)  # fmt: skip
def test_an_incompatibility_is_seen_through_aliases_forms_and_traditional_writing(a: str, b: str) -> None:
    (found,) = alerts(judged(a, b), "incompatible")
    assert found.overridable_by is Override.SECOND_SIGNATURE


def test_eighteen_is_graver_than_nineteen_and_institution_rules_are_only_noticed() -> None:
    (eighteen,) = alerts(judged("甘草", "甘遂"), "incompatible")
    (nineteen,) = alerts(judged("丁香", "郁金"), "incompatible")
    (house,) = alerts(judged("党参", "五灵脂"), "incompatible")
    assert [a.severity for a in (eighteen, nineteen, house)] == [
        Severity.SERIOUS,
        Severity.WARNING,
        Severity.NOTICE,
    ]
    assert (house.authority, house.overridable_by) == ("institution", Override.REASON)


def test_external_use_is_told_apart() -> None:
    (found,) = alerts(judged("川乌", "半夏", route=Route.EXTERNAL), "incompatible")
    assert (found.severity, found.overridable_by) == (Severity.WARNING, Override.REASON)


def test_an_ambiguous_name_that_may_be_incompatible_says_so() -> None:
    (found,) = alerts(judged("木香", "乌头", "贝母"), "incompatible")
    assert found.severity is Severity.SERIOUS  # every 乌头 is incompatible with every 贝母


def test_a_classic_formula_with_an_incompatibility_still_needs_the_second_signature() -> None:
    haizao_yuhu = judged(
        ("海藻", 9), ("浙贝母", 9), ("甘草", 3), ("昆布", 9), formula="formula:haizaoyuhutang"
    )
    assert haizao_yuhu.verdict is Verdict.SECOND_SIGNATURE and alerts(haizao_yuhu, "incompatible")


# --- pregnancy


def test_every_pregnancy_statement_fires_with_its_strength_and_authority() -> None:
    pregnant = PatientFacts(Sex.FEMALE, 30.0, Known.YES, Known.NO)
    seen = 0
    for row in raw("pregnancy"):
        (found,) = alerts(judged(ZH[row["herb"]], patient=pregnant), "pregnancy")
        assert found.authority == row["authority"]
        if row["authority"] == "pharmacopoeia":
            seen += 1
            want = {
                "forbidden": Override.NONE,
                "avoid": Override.SECOND_SIGNATURE,
                "caution": Override.REASON,
            }[row["rule"]]
            assert found.overridable_by is want, ZH[row["herb"]]
    assert seen == 98


def test_pregnancy_is_not_asked_of_a_man_and_said_to_be_unchecked_when_unknown() -> None:
    man = judged("桃仁", patient=PatientFacts(Sex.MALE, 40.0))
    nobody = judged("桃仁", patient=None)
    assert not alerts(man, "pregnancy") and not alerts(nobody, "pregnancy")
    rule = next(r for r in nobody.coverage.rules if r.rule == "pregnancy")
    assert rule.unchecked == ((0, "pregnancy-not-stated"),)


def test_an_institution_rule_is_never_shown_as_the_pharmacopoeia() -> None:
    (found,) = alerts(judged("当归", patient=PatientFacts(Sex.FEMALE, 30.0, Known.YES)), "pregnancy")
    assert (
        found.authority == "institution"
        and "非药典" in found.zh
        and "not a statement of the Pharmacopoeia" in found.en
    )


# --- dose


def test_every_decoction_limit_fires_just_above_and_not_at_the_limit() -> None:
    for row in raw("doses"):
        if (row["form"], row["per"], row["unit"], row["purpose"]) != ("decoction", "day", "g", ""):
            continue
        name, top = ZH[row["herb"]], float(row["max"])
        assert not alerts(judged((name, top)), "dose-high"), name
        (found,) = alerts(judged((name, top * 1.02)), "dose-high")
        assert found.settle_value == top and found.settle == "lower-to"
        if row["min"]:
            assert not alerts(judged((name, float(row["min"]))), "dose-low"), name
            assert alerts(judged((name, float(row["min"]) * 0.5)), "dose-low"), name


def test_doses_a_day_count() -> None:
    assert not alerts(judged(("麻黄", 6)), "dose-high")
    assert alerts(judged(("麻黄", 6), per_day=2.0), "dose-high")


def test_a_batch_is_never_a_days_dose_and_says_so() -> None:
    line = PrescriptionLine("麻黄", grams=300, basis=DoseBasis.BATCH)
    result = judged(line, form=DoseForm.PILL)
    assert not alerts(result, "dose-high")
    assert (0, "batch-basis") in next(r for r in result.coverage.rules if r.rule == "dose-high").unchecked
    assert result.coverage.lines_checked == 0


def test_daily_grams_are_not_multiplied_again() -> None:
    assert not alerts(
        judged(PrescriptionLine("麻黄", grams=9, basis=DoseBasis.DAILY), per_day=2.0), "dose-high"
    )


def test_route_form_and_processing_have_their_own_limits() -> None:
    assert alerts(judged(("三七", 8), form=DoseForm.POWDER, portions=2), "dose-high")  # 4 g a taking, limit 3
    assert not alerts(judged(("三七", 8)), "dose-high")
    assert not alerts(judged(("鲜地黄", 30)), "dose-high") and alerts(judged(("生地", 30)), "dose-high")
    assert not alerts(judged(("青礞石", 12)), "dose-high")
    assert alerts(judged(("青礞石", 12), form=DoseForm.PILL), "dose-high")
    assert alerts(judged(("荷叶炭", 9)), "dose-high") and not alerts(judged(("荷叶", 9)), "dose-high")


def test_a_dose_for_a_purpose_is_named() -> None:
    (found,) = alerts(judged(("槟榔", 45)), "dose-high")
    assert "驱虫" in found.zh and found.overridable_by is Override.REASON
    (malt,) = alerts(judged(("炒麦芽", 60)), "dose-high")
    assert "回乳" in malt.zh


def test_the_same_herb_on_two_lines_is_added_up() -> None:
    assert alerts(judged(("麻黄", 6), ("净麻黄", 6)), "dose-high")


def test_an_overdose_grows_graver_with_toxicity_and_distance() -> None:
    def way(name: str, grams: float) -> Override:
        return alerts(judged((name, grams)), "dose-high")[0].overridable_by

    assert way("茯苓", 18) is Override.REASON
    assert way("附子", 18) is Override.REASON and way("附子", 30) is Override.SECOND_SIGNATURE
    assert way("麻黄", 60) is Override.SECOND_SIGNATURE and way("麻黄", 200) is Override.NONE
    assert (
        alerts(judged(("马钱子粉", 0.7), form=DoseForm.POWDER), "dose-high")[0].overridable_by
        is Override.SECOND_SIGNATURE
    )


@pytest.mark.parametrize("grams", [0.0, -3.0])
def test_an_amount_that_is_not_above_zero_stops(grams: float) -> None:
    result = judged(("茯苓", grams))
    assert result.verdict is Verdict.STOP and alerts(result, "dose-low")


def test_a_childs_dose_is_held_to_its_share() -> None:
    child = PatientFacts(Sex.MALE, 4.0, stated=("conditions", "drugs"))
    assert [a.rule for a in judged(("茯苓", 12), patient=child).alerts] == ["age"]
    assert not alerts(judged(("茯苓", 6), patient=child), "age") and not alerts(
        judged(("茯苓", 6), patient=child), "dose-low"
    )


# --- toxicity, control, processing, form


def test_all_83_toxic_materials_are_named_with_their_class() -> None:
    rows = [r for r in raw("toxicity") if r["authority"] == "pharmacopoeia" and r["toxicity"] != "none"]
    assert len(rows) == 83
    for row in rows:
        (found,) = [
            a
            for a in alerts(judged(ZH[row["herb"]]), "toxicity")
            if "有毒" in a.zh or "大毒" in a.zh or "小毒" in a.zh
        ]
        grave = row["toxicity"] == "very-toxic"
        assert found.overridable_by is (Override.SECOND_SIGNATURE if grave else Override.REASON)


def test_processed_pinellia_is_not_toxic_and_raw_pinellia_is() -> None:
    assert not alerts(judged("法半夏"), "toxicity") and alerts(judged("生半夏"), "toxicity")


def test_every_controlled_drug_needs_the_second_signature() -> None:
    rows = [r for r in raw("controlled") if r["control"] != "narcotic-precursor"]
    assert len(rows) == 29
    for row in rows:
        (found,) = alerts(judged(ZH[row["herb"]]), "controlled")
        assert found.overridable_by is Override.SECOND_SIGNATURE and found.authority == "regulation"
    assert alerts(judged("米壳"), "controlled") and alerts(judged("蜜罂粟壳"), "controlled")


def test_ephedra_is_a_precursor_and_still_an_ordinary_prescription_drug() -> None:
    assert not alerts(judged(("麻黄", 6)), "controlled")


@pytest.mark.parametrize("name", ["关木通", "广防己", "青木香", "土三七", "菊三七"])
def test_a_withdrawn_drug_stops(name: str) -> None:
    assert judged(name).verdict is Verdict.STOP


def test_a_drug_dropped_by_an_edition_is_judged_by_the_date() -> None:
    assert judged("马兜铃").verdict is Verdict.SECOND_SIGNATURE
    assert judged("马兜铃", on=date(2019, 1, 1)).verdict is Verdict.NOTICE


def test_a_bare_name_where_processing_matters_is_asked_about() -> None:
    for row in raw("processing_required"):
        assert alerts(judged(ZH[row["herb"]]), "processing"), ZH[row["herb"]]
    assert not alerts(judged("制川乌"), "processing") and not alerts(judged("法半夏"), "processing")
    assert not alerts(judged("乳香（制）"), "processing")


def test_a_drug_for_external_use_only_is_stopped_at_the_mouth() -> None:
    for row in raw("form_limits"):
        if row["limit"] == "external-only":
            assert alerts(judged(ZH[row["herb"]]), "form"), ZH[row["herb"]]
            assert not alerts(judged(ZH[row["herb"]], route=Route.EXTERNAL), "form")
    assert not alerts(judged("制天南星"), "form") and not alerts(judged("巴豆霜"), "form")


# --- duplicates, handling


def test_duplicates_are_seen_through_aliases_and_processed_forms() -> None:
    (same,) = alerts(judged(("金银花", 9), ("双花", 9)), "duplicate")
    (family,) = alerts(judged(("甘草", 3), ("炙甘草", 3)), "duplicate")
    assert (same.severity, family.severity) == (Severity.WARNING, Severity.NOTICE)
    assert not alerts(judged(("生地", 12), ("熟地", 12)), "duplicate")
    assert not alerts(judged(("白芍", 9), ("赤芍", 9)), "duplicate")


def test_handling_is_asked_for_and_accepted_in_words_or_codes() -> None:
    assert alerts(judged(("薄荷", 6)), "handling")
    for given_ in ("后下", "後下", "add-late"):
        assert not alerts(judged(PrescriptionLine("薄荷", grams=6, handling=given_)), "handling")
    assert alerts(judged(PrescriptionLine("薄荷", grams=6, handling="先煎")), "handling")
    (aconite,) = alerts(judged(("附子", 9)), "handling")
    assert aconite.severity is Severity.WARNING
    assert not alerts(judged(("薄荷", 6), form=DoseForm.POWDER), "handling")


def test_every_required_handling_of_the_table_is_asked_for() -> None:
    for row in raw("handling"):
        if row["strength"] != "allowed":
            name = ZH[row["herb"]]
            assert alerts(judged(name), "handling"), name
            told = judged(PrescriptionLine(name, handling=row["handling"]))
            assert not alerts(told, "handling"), (name, row["handling"])


# --- the person


def test_every_condition_row_fires() -> None:
    words = {r["id"]: r["words"].split("、")[0] for r in raw("condition_names")}
    for row in raw("conditions"):
        kind = row["condition"].split(":")[1]
        if kind in {"child", "elderly"}:
            age = float(row["age_to"]) - 0.5 if row["age_to"] else float(row["age_from"])
            assert alerts(judged(ZH[row["herb"]], patient=PatientFacts(Sex.MALE, age)), "age"), row
        else:
            patient = PatientFacts(Sex.MALE, 40.0, conditions=(words[row["condition"]],))
            assert alerts(judged(ZH[row["herb"]], patient=patient), "condition"), row


def test_breast_feeding_is_a_condition() -> None:
    assert alerts(judged("大黄", patient=PatientFacts(Sex.FEMALE, 30.0, Known.NO, Known.YES)), "condition")


def test_an_allergy_stops_the_herb_and_its_forms() -> None:
    result = judged("炙黄芪", patient=PatientFacts(Sex.MALE, 40.0, conditions=("对黄芪过敏",)))
    assert result.verdict is Verdict.STOP
    assert judged("炙黄芪", patient=PatientFacts(Sex.MALE, 40.0, allergies=("北芪",))).verdict is Verdict.STOP


def test_every_herb_drug_row_fires_by_name_and_class() -> None:
    drugs = {r["id"]: r for r in raw("drugs")}
    member = {}
    for drug in drugs.values():
        for cls in drug["classes"].split("、"):
            member.setdefault(cls, drug["zh"])
    for row in raw("herb_drug"):
        if row["herb"] not in ZH:
            continue
        name = member.get(row["drug"], drugs[row["drug"]]["zh"])
        patient = PatientFacts(Sex.MALE, 50.0, drugs=(f"{name}片 5mg",))
        assert alerts(judged(ZH[row["herb"]], patient=patient), "herb-drug"), (row["herb"], name)


def test_words_that_no_table_knows_are_said_not_to_have_been_checked() -> None:
    patient = PatientFacts(Sex.MALE, 50.0, conditions=("某病",), drugs=("某药",))
    rules = {r.rule: dict(r.unchecked) for r in judged("茯苓", patient=patient).coverage.rules}
    assert rules["condition"] == {0: "condition-not-understood"} and rules["herb-drug"] == {
        0: "drug-not-understood"
    }


def test_days_of_supply_are_held_to_the_regulations() -> None:
    assert not alerts(judged(("茯苓", 12), doses=7), "duration")
    (long,) = alerts(judged(("茯苓", 12), doses=14), "duration")
    assert long.overridable_by is Override.REASON
    assert any(
        a.overridable_by is Override.SECOND_SIGNATURE
        for a in alerts(judged(("罂粟壳", 6), doses=7), "duration")
    )
    assert not alerts(judged(("茯苓", 12), doses=14, per_day=2.0), "duration")


# --- names, coverage, editions, words


def test_an_unknown_name_is_never_passed_over() -> None:
    result = judged(("茯苓", 12), ("神秘草", 9), doses=7)
    assert result.verdict is Verdict.SECOND_SIGNATURE and alerts(result, "unknown-herb")
    assert (result.coverage.lines_checked, result.coverage.lines_total) == (1, 2)
    for rule in result.coverage.rules:
        if rule.rule not in {"unknown-herb", "ambiguous-herb", "pregnancy"}:
            assert (1, "unknown-herb") in rule.unchecked, rule.rule


def test_an_unknown_patent_medicine_is_never_passed_over() -> None:
    result = judged(("茯苓", 12), patents=(PatentLine("某某丸", "8丸×3"),))
    assert alerts(result, "unknown-herb") and result.coverage.lines_total == 2


def test_every_line_is_either_checked_or_named_with_a_reason_under_every_rule() -> None:
    result = judged(
        ("茯苓", 12), ("神秘草", 9), ("贝母", 6), ("大枣", 9), PrescriptionLine("胖大海", quantity_text="3枚")
    )
    for rule in result.coverage.rules:
        assert sorted([*rule.checked, *(i for i, _ in rule.unchecked)]) == list(range(5))
        for _, why in rule.unchecked:
            assert unchecked_words(why, "zh") and unchecked_words(why, "en")
        assert rule_name(rule.rule, "zh") and rule_name(rule.rule, "en")


def test_a_pass_is_worded_with_lines_editions_and_alerts() -> None:
    result = judged(("茯苓", 12), ("白术", 9), ("党参", 10), ("炙甘草", 6), doses=7)
    assert result.verdict is Verdict.PASS
    told = summary(result, "zh")
    assert "4 / 4" in told and "药典 2020" in told and "0 条" in told and "2025" in told
    assert "4 of 4" in summary(result, "en")


def test_the_editions_follow_the_date() -> None:
    assert edition_note(date(2024, 1, 1), "zh") == "" and "2025" in edition_note(date(2025, 10, 1), "en")
    old = judged(("麻黄", 30), on=date(2019, 1, 1))
    assert not alerts(old, "dose-high")
    assert (0, "edition-not-held") in next(r for r in old.coverage.rules if r.rule == "dose-high").unchecked
    assert edition_note(date(2019, 1, 1), "zh")


def test_every_alert_says_rule_authority_basis_words_and_what_settles_it() -> None:
    patient = PatientFacts(
        Sex.FEMALE, 30.0, Known.YES, Known.YES, ("高血压", "对桃仁过敏"), ("华法林", "地高辛")
    )
    result = judged(
        ("炙甘草", 60), ("甘遂", 1), ("大戟", 3), ("桃仁", 9), ("川乌", 3), "foo", patient=patient, doses=30
    )
    for alert in result.alerts:
        assert alert.authority and alert.basis and alert.zh and alert.en and "{" not in alert.zh + alert.en
        assert settle_words(alert, "zh") and settle_words(alert, "en")


def test_an_empty_prescription_passes_with_nothing_checked() -> None:
    result = judged()
    assert (result.verdict, result.coverage.lines_total, result.coverage.lines_checked) == (
        Verdict.PASS,
        0,
        0,
    )


def test_two_hundred_herbs_and_five_times_the_same_have_an_answer() -> None:
    names = [h.zh for h in list(knowledge().herbs.values())[:200]]
    assert judged(*names).coverage.lines_total == 200
    (found,) = alerts(judged(*[("茯苓", 12.0)] * 5), "duplicate")
    assert found.lines == (0, 1, 2, 3, 4)


def test_the_same_prescription_gives_the_same_answer() -> None:
    assert judged(("麻黄", 20), "贝母", "附子") == judged(("麻黄", 20), "贝母", "附子")


def test_a_prescription_is_reviewed_in_two_milliseconds() -> None:
    names = ["黄芪", "当归", "白术", "茯苓", "酸枣仁", "龙眼肉", "远志", "木香", "炙甘草", "党参", "生姜"]
    rx = [*((name, 9.0) for name in names), ("附子", 30.0)]
    judged(*rx)
    best = 9.0
    for _ in range(5):
        start = time.process_time()
        for _ in range(20):
            judged(*rx)
        best = min(best, (time.process_time() - start) / 20)
    assert best < 0.002


# --- JSON


def test_the_contract_line_is_read_and_answered() -> None:
    rx, patient = prescription_from_json(
        {
            "id": "x",
            "herbs": [
                {"name": "炙甘草", "grams": 6, "handling": None},
                {"name": "海藻", "grams": "三钱"},
                {"name": "大枣", "grams": "12枚"},
                {"name": "生石膏先煎", "grams": "一两"},
                "黄芪15g",
            ],
            "doses": 7,
            "form": "decoction",
            "patient": {"sex": "f", "age": 30, "pregnant": True, "breastfeeding": False, "drugs": ["华法林"]},
        }
    )
    assert [line.grams for line in rx.lines] == [6, 9, None, 30, 15]
    assert (rx.lines[3].name, rx.lines[3].handling) == ("生石膏", "先煎")
    assert (
        patient.pregnant is Known.YES
        and patient.drugs == ("华法林",)
        and patient.asked("conditions") is False
    )
    plain = review_to_json(review(rx, patient, as_of=ON))
    assert plain["verdict"] == "second-signature"
    assert {
        "rule",
        "severity",
        "herbs",
        "authority",
        "edition",
        "basis",
        "zh",
        "en",
        "overridable_by",
    } <= set(plain["alerts"][0])
    assert plain["resolved"][0] == {
        "name": "炙甘草",
        "herb": "炙甘草",
        "id": "herb:zhigancao",
        "candidates": [],
    }


@pytest.mark.parametrize(
    "line",
    [[], "x", {}, {"herbs": "甘草"}, {"herbs": [{}]}, {"herbs": [3]}, {"herbs": [{"name": "甘草",
     "grams": []}]},
     {"herbs": [], "form": "soup"}, {"herbs": [], "doses": 0}, {"herbs": [], "doses": 1.5}, {"herbs": [],
      "per_day": -1},
     {"herbs": [], "patient": []}, {"herbs": [], "patient": {"age": -1}}, {"herbs": [],
      "patient": {"pregnant": "maybe"}},
     {"herbs": [], "patient": {"drugs": [1]}}, {"herbs": [{"name": "甘草", "grams": True}]},
      {"herbs": ["甘草"] * 3000},
     {"herbs": [], "doses": float("nan")}, {"herbs": [{"name": "甘草", "basis": "moon"}]}, {"herbs": [],
      "patents": 3}],
)  # fmt: skip
def test_a_malformed_line_is_refused_in_words(line: object) -> None:
    with pytest.raises(Refused) as refused:
        prescription_from_json(line)
    assert refused.value.code == "review-input" and refused.value.text("zh") and refused.value.advice("en")


AMOUNTS = st.one_of(st.none(), st.floats(allow_nan=True), st.integers(), st.text(max_size=8))
NAMES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(sorted(ZH.values())),
    st.sampled_from(["贝母", "大戟", "焦三仙", "当归三钱"]),
)


@given(
    st.lists(
        st.fixed_dictionaries({"name": NAMES.filter(lambda n: n.strip() != ""), "grams": AMOUNTS}),
        max_size=12,
    ),
    st.sampled_from(["decoction", "powder", "pill", "granule", "external"]),
    st.booleans(),
    st.one_of(st.none(), st.floats(0, 100)),
)
@settings(max_examples=120, deadline=None)
def test_any_prescription_has_an_answer_and_no_line_is_skipped(
    herbs: list[dict[str, object]], form: str, pregnant: bool, age: float | None
) -> None:
    rx, patient = prescription_from_json(
        {"herbs": herbs, "form": form, "patient": {"pregnant": pregnant, "age": age}}
    )
    result = review(rx, patient, as_of=ON)
    assert len(result.resolved) == len(herbs)
    for rule in result.coverage.rules:
        assert sorted([*rule.checked, *(i for i, _ in rule.unchecked)]) == list(range(len(herbs)))


# --- patent medicines


def test_a_patent_medicines_ingredients_are_reviewed_with_the_lines() -> None:
    result = judged(
        ("甘遂", 1), patents=(PatentLine("六味地黄丸", "8丸×3"), PatentLine("甘草片", "")), form=DoseForm.PILL
    )
    assert result.coverage.lines_total == 3
    pair = judged(("海藻", 9), patents=(PatentLine("补中益气丸", "8丸×3"),))
    (found,) = alerts(pair, "incompatible")
    assert found.lines == (0, 1) and "海藻" in found.herbs
    pregnant = PatientFacts(Sex.FEMALE, 30.0, Known.YES)
    assert alerts(judged(patents=(PatentLine("桂枝茯苓丸"),), patient=pregnant), "pregnancy")


def test_a_toxic_herb_in_a_medicine_and_on_a_line_is_a_duplicate() -> None:
    found = alerts(judged(("附子", 9), patents=(PatentLine("附子理中丸"),)), "duplicate")
    assert any(a.severity is Severity.WARNING for a in found)
