"""Papers: what a patient is handed, in two languages and two sizes."""

import io
import math
import subprocess
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from PIL import Image

from tcm_station.domain.differentiation import Candidate, Differentiation, Evidence, Judgement
from tcm_station.domain.examination import Capture, Examination, ExamKind, Quality, Series
from tcm_station.domain.finding import Finding, Source
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.patient import Patient, Sex
from tcm_station.domain.prescription import Prescription, PrescriptionLine
from tcm_station.domain.terms import find_term
from tcm_station.domain.visit import QuestionnaireResult, Visit
from tcm_station.reports import papers
from tcm_station.reports.fonts import printable
from tcm_station.reports.papers import Material

AT = datetime(2026, 11, 20, 9, 36, tzinfo=timezone(timedelta(hours=8)))


def name(code, lang):
    term = find_term(code)
    return term.name(lang) if term else code.rpartition(":")[2]


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), (190, 120, 120)).save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.fixture
def material() -> Material:
    capture = Capture("0" * 64, ExamKind.TONGUE, "image/png", "renderer", AT, synthetic=True)
    tongue = Examination(
        ExamKind.TONGUE,
        (capture,),
        Quality(0.93),
        (
            Measurement("tongue.coating.coverage", 0.34, "1", "coating-v1", sd=0.02),
            Measurement("tongue.shape.enlargement", None, "px", "vein-v1", why="report.not_done"),
        ),
        (
            Finding("tongue.body.pale", source=Source.TONGUE),
            Finding("tongue.coating.white", source=Source.TONGUE),
        ),
    )
    beat = tuple(
        math.exp(-(((i - 14) / 7) ** 2)) + 0.4 * math.exp(-(((i - 38) / 12) ** 2)) for i in range(80)
    )
    pulse = Examination(
        ExamKind.PULSE,
        (replace(capture, kind=ExamKind.PULSE),),
        Quality(0.9),
        (
            Measurement("pulse.rate", 72.4, "/min", "beats-v1", sd=1.1, ref_low=60, ref_high=100),
            Measurement("pulse.h1", 1.0, "1", "beat-v1", sd=0.05),
            Measurement("pulse.t1", 0.14, "s", "beat-v1", sd=0.01),
        ),
        (Finding("pulse.thready", source=Source.PULSE),),
        series=(
            Series("pulse.average_beat", "1", beat, 0.01),
            Series("pulse.average_beat_sd", "1", (0.04,) * 80, 0.01),
            Series("pulse.beats", "s", (0.1, 0.9, 1.7), None),
            Series("pulse.trace", "1", beat * 10, 0.01),
        ),
    )
    candidate = Candidate(
        "syndrome:heart_spleen",
        0.61,
        (Evidence("tongue.body.pale", 1.2),),
        (Evidence("pulse.wiry", -0.8),),
        (Evidence("voice.low", 0.7),),
    )
    visit = Visit(
        "0123456789ab",
        "p1",
        AT,
        complaint="入睡困难三月",
        history="多梦易醒，心悸，食少便溏",
        examinations=(tongue, pulse),
        questionnaire=QuestionnaireResult(
            "2009-60", (), (("constitution.balanced", 42.0), ("constitution.qi_deficiency", 63.0)), (), None
        ),
        differentiation=Differentiation((candidate,), "evidence-v1", rest_p=0.2),
        prescription=Prescription(
            (PrescriptionLine("炙黄芪", "herb:zhihuangqi", 15.0), PrescriptionLine("龙眼肉", None, 10.0)),
            doses=7,
        ),
    )
    patient = Patient("p1", "林静", Sex.FEMALE, date(1984, 3, 1), number="S-000127", sample=True)
    findings = (*tongue.findings, *pulse.findings)
    return Material(visit, patient, findings, name, {ExamKind.TONGUE: png()}, ("中国药典 2020",))


def text_of(pdf: bytes) -> str:
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return told.stdout.decode("utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["A4", "A5"])
@pytest.mark.parametrize("make", [papers.visit_report, papers.outpatient_record])
def test_every_paper_prints_in_both_languages_and_sizes(material, make, lang, size):
    pdf = make(material, lang, size)
    text = text_of(pdf)
    assert "林静" in text
    assert ("草稿" if lang == "zh" else "Draft") in text
    assert ("合成" if lang == "zh" else "Synthetic") in text
    assert ("不是注册医疗器械" if lang == "zh" else "not the result of a registered") in " ".join(
        text.split()
    )


def test_only_our_embedded_fonts_are_named(material, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(papers.visit_report(material, "zh"))
    told = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    rows = told.splitlines()[2:]
    assert rows
    assert all("StationSansSC" in row and " yes yes " in row for row in rows), told


def test_a_measurement_is_printed_with_sd_unit_and_reference(material):
    text = text_of(papers.visit_report(material, "zh"))
    assert "72.40 ± 1.10 /min" in text or "72.4 ± 1.1 /min" in text
    assert "60" in text and "100" in text
    assert "测不出" in text


def test_an_unsigned_prescription_says_that_it_is_a_proposal(material):
    assert "不是处方" in text_of(papers.outpatient_record(material, "zh"))


def test_the_physicians_own_word_comes_before_the_proposal(material):
    own = Judgement(("syndrome:own",), "脾虚为主", "周文", AT.isoformat())
    visit = replace(material.visit, judgement=own)
    text = text_of(papers.outpatient_record(replace(material, visit=visit), "zh"))
    assert text.index("医师辨证") < text.index("程序拟议")


def test_the_same_visit_prints_to_the_same_bytes(material):
    assert papers.visit_report(material, "zh") == papers.visit_report(material, "zh")


def test_a_rare_character_is_copied_out_as_itself(material):
    visit = replace(material.visit, complaint="𧿹骨疼痛")
    assert "𧿹" in text_of(papers.visit_report(replace(material, visit=visit), "zh"))


def test_a_character_that_the_fonts_lack_is_named_never_a_box():
    assert printable("𓀀") == "[U+13000]"
    assert printable("脉细弱") == "脉细弱"


def test_the_pulse_picture_is_a_png(material):
    pulse = material.visit.examination(ExamKind.PULSE)
    image = Image.open(io.BytesIO(papers.pulse_png(pulse, "zh")))
    assert image.size[0] > 800


def words_of(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_a_long_list_of_allergies_is_printed_whole(material):
    allergies = ("青霉素", "头孢类", "磺胺类", "海鲜", "芒果", "花粉", "尘螨", "链霉素", "普鲁卡因")
    sick = replace(material, patient=replace(material.patient, allergies=allergies, drugs=("华法林",) * 9))
    for size in ("A4", "A5"):
        words = words_of(papers.outpatient_record(sick, "zh", size)).replace("\r\n", "").replace("\n", "")
        assert "、".join(allergies) in words


def test_a_proposal_that_does_not_stand_out_is_no_headline(material):
    told = Differentiation((Candidate("syndrome:x", 0.05),), "m", principle="principle:y")
    weak = replace(material, visit=replace(material.visit, differentiation=told))
    words = words_of(papers.visit_report(weak, "en"))
    assert "point to no one syndrome" in words
    assert "Principle (proposed)" not in words


def test_a_deviation_below_the_last_decimal_is_not_told_as_none():
    m = Measurement("tongue.coating.coverage", -0.001, "1", "m", sd=0.002)
    assert m.rounded(2) == "0.00 ± <0.01"
    assert replace(m, value=0.414, sd=0.02).rounded(2) == "0.41 ± 0.02"
    assert replace(m, ref_population="成人，静息 adults at rest").population("zh") == "成人，静息"
    assert replace(m, ref_population="成人，静息 adults at rest").population("en") == "adults at rest"


def test_a_recording_used_in_spite_of_the_gate_is_printed_with_its_reason(material):
    tongue = material.visit.examination(ExamKind.TONGUE)
    capture = replace(tongue.captures[0], settings=(("used_anyway", "患者不能再张口"),))
    visit = material.visit.with_examination(replace(tongue, captures=(capture,)))
    text = text_of(papers.visit_report(replace(material, visit=visit), "zh"))
    assert "患者不能再张口" in text
