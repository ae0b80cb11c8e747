"""What is read in Chinese case text: findings with true spans, polarity, degree, time, side and speaker."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_graph.lexicon import lexicon
from knowledge_graph.reading import read_text
from knowledge_graph.sheets import sheet
from tcm_station.domain.finding import Certainty, Finding, Polarity
from tcm_station.domain.terms import find_term


def present(text: str) -> set[str]:
    return {f.code for f in read_text(text).findings if f.polarity is Polarity.PRESENT}


def absent(text: str) -> set[str]:
    return {f.code for f in read_text(text).findings if f.polarity is Polarity.ABSENT}


def only(text: str, code: str) -> Finding:
    (found,) = [f for f in read_text(text).findings if f.code == code]
    return found


def plain_forms() -> list[tuple[str, str]]:
    rows = [r for r in sheet("lexicon") if r["kind"] in ("term", "synonym") and " " not in r["codes"]]
    return [(r["form"], r["codes"]) for r in rows if not r["codes"].startswith("!")]


def test_tongue_and_pulse_line_is_taken_apart_into_single_signs() -> None:
    assert present("舌淡红苔薄白脉弦细") == {
        "tongue.body.light_red", "tongue.coating.thin", "tongue.coating.white", "pulse.wiry", "pulse.thready",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            "舌淡胖边有齿痕苔白腻，脉沉细弱",
            "tongue.body.pale tongue.shape.enlarged tongue.shape.tooth_marked tongue.coating.white "
            "tongue.coating.greasy pulse.deep pulse.thready pulse.weak",
        ),
        ("苔薄黄腻", "tongue.coating.thin tongue.coating.yellow tongue.coating.greasy"),
        ("舌质紫暗，有瘀斑", "tongue.body.purple tongue.body.dark tongue.shape.ecchymosis"),
        ("舌红少苔", "tongue.body.red tongue.coating.scanty"),
        ("黄腻苔", "tongue.coating.yellow tongue.coating.greasy"),
        ("脉象缓而无力", "pulse.moderate pulse.forceless"),
        ("脉左弦右滑", "pulse.wiry pulse.slippery"),
        ("月经量少，色淡，质稀", "symptom.menses_scanty symptom.menses_pale symptom.menses_thin"),
        ("咳嗽痰多色白质稀", "symptom.cough symptom.copious_phlegm symptom.white_phlegm symptom.thin_phlegm"),
        ("大便总是有点干", "symptom.constipation"),
        (
            "胃脘部隐隐作痛，喜温喜按",
            "symptom.epigastric_pain symptom.pain_dull symptom.better_warmth symptom.prefers_pressure",
        ),
        ("晚上睡不着，老做梦，没胃口", "symptom.insomnia symptom.dreaminess symptom.poor_appetite"),
        (
            "頭暈目眩，腹脹，脈數",
            "symptom.dizziness symptom.blurred_vision symptom.abdominal_distension pulse.rapid",
        ),
    ],
)
def test_compound_phrases_give_every_sign_in_them(text: str, codes: str) -> None:
    assert present(text) == set(codes.split())


def test_a_negated_list_is_negated_to_its_end() -> None:
    text = "无发热、恶寒、头痛，口干"
    assert absent(text) == {"symptom.fever", "symptom.aversion_to_cold", "symptom.headache"}
    assert present(text) == {"symptom.dry_mouth"}


def test_a_denied_list_goes_on_over_commas() -> None:
    denied = {"symptom.chest_pain", "symptom.haemoptysis", "symptom.night_sweating"}
    assert absent("否认胸痛，咳血，盗汗。咳嗽") == denied
    assert present("否认胸痛，咳血，盗汗。咳嗽") == {"symptom.cough"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("不寐", "symptom.insomnia"),
        ("不欲食", "symptom.poor_appetite"),
        ("无力", "symptom.fatigue"),
        ("无汗", "symptom.no_sweating"),
        ("不得平卧", "symptom.orthopnoea"),
        ("小便不利", "symptom.difficult_urination"),
        ("月经不调", "symptom.menses_irregular"),
        ("汗出不止", "symptom.sweating"),
        ("无明显诱因出现头晕", "symptom.dizziness"),
    ],
)
def test_terms_that_begin_with_no_are_not_negations(text: str, code: str) -> None:
    assert code in present(text)
    assert not absent(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("口不渴", "symptom.thirst"),
        ("不恶寒", "symptom.aversion_to_cold"),
        ("纳可", "symptom.poor_appetite"),
        ("二便调", "symptom.constipation"),
        ("发热已退", "symptom.fever"),
        ("头痛、恶心消失", "symptom.nausea"),
        ("未见浮肿", "symptom.oedema"),
    ],
)
def test_what_is_said_not_to_be_there_is_absent(text: str, code: str) -> None:
    assert code in absent(text)
    assert code not in present(text)


def test_negation_ends_where_the_sentence_turns() -> None:
    assert absent("无发热但头痛") == {"symptom.fever"}
    assert present("无发热但头痛") == {"symptom.headache"}


def test_degree_is_read_before_and_after_the_sign() -> None:
    severe = only("头痛剧烈", "symptom.headache").degree
    slight = only("稍感乏力", "symptom.fatigue").degree
    assert severe is not None and slight is not None
    assert severe > 0.8 > 0.3 > slight
    assert only("头痛", "symptom.headache").degree is None


def test_time_is_kept_as_it_was_said() -> None:
    assert only("咳嗽半年，发热三天", "symptom.cough").duration == "半年"
    assert only("咳嗽半年，发热三天", "symptom.fever").duration == "三天"
    assert only("大便干，三日一行", "symptom.constipation").duration is None


def test_side_is_read() -> None:
    assert only("左侧头痛", "symptom.headache").side == "left"


def test_what_relatives_say_is_reported() -> None:
    found = only("家属诉昨夜突发胸痛。", "symptom.chest_pain")
    assert found.certainty is Certainty.REPORTED
    assert only("家属诉胸痛。头晕。", "symptom.dizziness").certainty is Certainty.PROPOSED


def test_past_and_family_history_are_not_findings_of_today() -> None:
    assert present("头晕三天。既往有胃痛病史。家族史：父亲有头痛。") == {"symptom.dizziness"}
    assert present("既往胃痛，现头晕") == {"symptom.dizziness"}


def test_a_question_counts_only_as_it_is_answered() -> None:
    talk = (
        "医生：有发热吗？\n患者：没有，就是怕冷。\n医生：咳嗽吗？\n患者：是的，有痰。\n"
        "医生：头痛吗？\n患者：（沉默）"
    )
    assert absent(talk) == {"symptom.fever"}
    assert present(talk) == {"symptom.aversion_to_cold", "symptom.cough", "symptom.phlegm"}


def test_vital_signs_are_read_as_numbers_and_mean_findings() -> None:
    told = read_text("体温39.2℃，血压186/112mmHg，心率118次/分，呼吸26次/分")
    assert {(v.code, v.value, v.unit) for v in told.vitals} == {
        ("temperature", 39.2, "°C"),
        ("systolic", 186.0, "mmHg"),
        ("diastolic", 112.0, "mmHg"),
        ("heart_rate", 118.0, "1/min"),
        ("respiration", 26.0, "1/min"),
    }
    codes = {f.code for f in told.findings}
    assert {
        "vital.temperature_39",
        "vital.systolic_180",
        "vital.respiration_25",
        "symptom.high_fever",
    } <= codes


def test_full_width_digits_keep_their_places() -> None:
    (vital,) = read_text("体温３８．５℃").vitals
    assert vital.value == 38.5


def test_words_nobody_understands_are_listed() -> None:
    text = "头晕，蝴蝶翩翩起舞，乏力"
    assert [text[a:b] for a, b in read_text(text).unread] == ["蝴蝶翩翩起舞"]


def test_every_code_of_the_lexicon_is_a_term() -> None:
    rows = [r for r in sheet("lexicon") if r["kind"] in ("term", "synonym", "opposite", "site")]
    rows += [r for r in sheet("lexicon") if r["kind"].startswith("value:")]
    codes = {c.removeprefix("!") for r in rows for c in r["codes"].split()}
    assert [c for c in sorted(codes) if find_term(c) is None] == []


def test_the_lexicon_is_as_large_as_promised() -> None:
    assert len([r for r in sheet("lexicon") if r["kind"] in ("term", "synonym", "opposite")]) >= 1200


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(plain_forms()))
def test_saying_there_is_none_turns_a_sign_absent(pair: tuple[str, str]) -> None:
    form, code = pair
    if code in absent(form) or code not in present(form):
        return  # forms that a longer rule reads otherwise
    assert code in absent("未见" + form)
    assert code not in present("未见" + form)


ALPHABET = (
    "无不未见否认头痛发热恶寒舌淡红苔白脉弦细数，。、；：？大便干小便黄月经量少色暗"
    "三天体温39.5℃患者医生：\n既往家属诉消失甚微 abcＡ１"
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(alphabet=ALPHABET, max_size=80), st.text(max_size=60)))
def test_any_text_is_read_and_every_span_lies_in_it(text: str) -> None:
    told = read_text(text)
    for finding in told.findings:
        assert finding.span is not None
        start, end = finding.span
        assert 0 <= start < end <= len(text)
        assert find_term(finding.code) is not None
    for start, end in told.unread:
        assert 0 <= start < end <= len(text)
    assert read_text(text) == told


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(plain_forms()), st.sampled_from(["", "患者诉", "近日", "头晕，"]))
def test_the_span_is_the_form_that_was_read(pair: tuple[str, str], before: str) -> None:
    form, code = pair
    text = before + form
    spans = [f.span for f in read_text(text).findings if f.code == code]
    for span in spans:
        assert span is not None
        said = text[span[0] : span[1]]
        assert form in said or said in form


def test_normalising_never_changes_the_length() -> None:
    text = "頭痛３天，舌質紅，脈數，體溫３８．５℃　乏力"
    assert len(lexicon().normalise(text)) == len(text)


def test_reading_is_quick() -> None:
    text = (
        "患者反复咳嗽三年，加重一周，痰多色白，胸闷气短，纳差便溏，舌淡苔白腻，脉滑。无发热、恶寒，二便调。"
        * 200
    )
    read_text("舌红")
    start = time.process_time()
    read_text(text)
    seconds = time.process_time() - start
    # 0.1 MB/s on a busy machine; measured about 0.5.
    assert len(text.encode()) / 1e6 / seconds > 0.1
