"""Red flags stop the flow, also when somebody else says so; what findings cannot tell is listed."""

import pytest

from knowledge_graph.reading import read_text
from knowledge_graph.red_flags import days_of, inexpressible, raise_flags
from knowledge_graph.sheets import sheet
from tcm_station.domain.differentiation import RedFlag
from tcm_station.domain.finding import Finding
from tcm_station.domain.patient import Known, PatientFacts, Sex
from tcm_station.domain.terms import find_term


def flags(text: str, facts: PatientFacts | None = None) -> tuple[RedFlag, ...]:
    return raise_flags(read_text(text).findings, facts or PatientFacts())


def rules(text: str, facts: PatientFacts | None = None) -> set[str]:
    return {flag.rule for flag in flags(text, facts)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("突发胸痛，大汗淋漓，濒死感", "RF001"),
        ("突发剧烈头痛", "RF007"),
        ("突然口角歪斜，言语不清", "RF008"),
        ("高热，头痛，颈项强直", "RF009"),
        ("抽搐", "RF014"),
        ("大便色黑如柏油", "RF020"),
        ("呕血", "RF020"),
        ("腹痛，腹肌紧张，反跳痛", "RF021"),
        ("体温40.3℃", "RF033"),
        ("血压190/120mmHg，头痛", "RF044"),
        ("血压78/50mmHg", "RF046"),
        ("心率145次/分", "RF047"),
        ("呼吸30次/分", "RF048"),
        ("血氧饱和度88%", "RF050"),
        ("神志不清，叫之不应", "RF052"),
        ("最近总说不想活了", "RF060"),
        ("咳嗽三周，痰中带血", "RF070"),
        ("单侧小腿肿痛", "RF077"),
        ("绝经后阴道流血", "RF068"),
    ],
)
def test_danger_in_the_words_raises_its_flag(text: str, rule: str) -> None:
    assert rule in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "无胸痛，无大汗",
        "头痛三天，鼻塞流涕",
        "心悸失眠，健忘，纳差",
        "咳嗽一周，痰白",
        "胃脘胀满，嗳气",
        "血压128/80mmHg，心率76次/分，呼吸18次/分，体温36.6℃",
        "否认自杀念头",
    ],
)
def test_harmless_words_raise_none(text: str) -> None:
    assert rules(text) == set()


def test_a_relatives_word_raises_the_flag_and_says_so() -> None:
    (flag,) = [f for f in flags("家属诉患者昨夜突发胸痛，大汗淋漓") if f.rule == "RF001"]
    assert flag.by_other
    (own,) = [f for f in flags("突发胸痛，大汗淋漓") if f.rule == "RF001"]
    assert not own.by_other


def test_age_decides_about_fever_in_the_smallest() -> None:
    findings = read_text("体温38.4℃").findings
    young = raise_flags(findings, PatientFacts(age_years=0.15))
    assert "RF034" in {f.rule for f in young}
    assert "RF034" not in {f.rule for f in raise_flags(findings, PatientFacts(age_years=30))}
    assert "RF034" not in {f.rule for f in raise_flags(findings, PatientFacts())}


def test_pregnancy_and_sex_are_asked() -> None:
    bleeding = "阴道流血"
    assert "RF064" in rules(bleeding, PatientFacts(sex=Sex.FEMALE, pregnant=Known.YES))
    assert "RF064" not in rules(bleeding, PatientFacts(sex=Sex.FEMALE, pregnant=Known.NO))
    late = "停经，小腹剧痛，晕厥"
    assert "RF024" in rules(late, PatientFacts(sex=Sex.FEMALE, age_years=28))
    assert "RF024" not in rules(late, PatientFacts(sex=Sex.MALE, age_years=28))


def test_emergencies_come_first() -> None:
    urgency = [f.urgency for f in flags("抽搐，神志不清，体温40.5℃")]
    assert urgency == sorted(urgency, key=lambda u: u != "emergency")
    assert "emergency" in urgency


def test_every_rule_is_expressed_or_listed_as_not_expressible() -> None:
    rows = sheet("red_flags")
    assert len(rows) == 90
    assert len(inexpressible()) == len([r for r in rows if not r["expression"]]) <= 10
    assert all(r["advice_zh"] and r["advice_en"] and r["en"] and r["zh"] for r in rows)


def test_every_expression_can_be_met_by_findings_it_names() -> None:
    for row in sheet("red_flags"):
        for alternative in filter(None, row["expression"].split(" // ")):
            findings, facts = [], {"sex": Sex.FEMALE, "pregnant": Known.YES, "age_years": 45.0}
            for group in alternative.split(" & "):
                first = group.split("|")[0]
                if first.startswith("age<"):
                    facts["age_years"] = float(first[4:]) * 0.9
                elif first.startswith("age>="):
                    facts["age_years"] = max(float(first[5:]), 0.0)
                elif not first.startswith(("sex", "pregnant", "!")):
                    code = first.partition("@")[0]
                    assert find_term(code) is not None, code
                    findings.append(Finding(code, duration="一年"))
            ages = [g for g in alternative.split(" & ") if g.startswith("age")]
            if any(a.startswith("age>=") for a in ages) and any(a.startswith("age<") for a in ages):
                facts["age_years"] = max(float(a[5:]) for a in ages if a.startswith("age>="))
            raised = {f.rule for f in raise_flags(findings, PatientFacts(**facts))}
            assert row["rule"] in raised, (row["rule"], alternative)


@pytest.mark.parametrize(
    ("words", "days"),
    [("三周", 21), ("2个月", 60), ("半年", 182.5), ("十余天", 10), ("12天", 12), (None, None)],
)
def test_times_as_said_become_days(words: str | None, days: float | None) -> None:
    assert days_of(words) == days
