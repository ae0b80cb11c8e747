"""A visit → the out-patient record as plain data: history, examinations, differentiation, prescription."""

from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.prescription import PrescriptionLine
from tcm_station.domain.terms import edition_name
from tcm_station.i18n import Lang
from tcm_station.reports.blocks import (
    Block,
    Heading,
    HerbGrid,
    Paper,
    Text,
)
from tcm_station.reports.writer import Material, Writer, proposed


def outpatient_record(material: Material, lang: Lang) -> Paper:
    """The out-patient record: history, four examinations, differentiation, prescription, review."""
    w = Writer(material, lang)
    visit = material.visit
    blocks: list[Block] = []

    def field_(key: str, text: str) -> None:
        blocks.append(Heading(w.tr(f"report.record.{key}")))
        blocks.append(Text(text or w.tr("report.not_done")))

    field_("complaint", visit.complaint)
    field_("history", visit.history)
    inspection = [e for e in visit.examinations if e.kind in (ExamKind.TONGUE, ExamKind.FACE)]
    seen = [w.finding_words(e.findings) for e in inspection if e.findings]
    nothing = w.tr("report.none") if inspection else ""
    field_("inspection", w.tr("report.semicolon").join(seen) or nothing)
    voice, pulse = visit.examination(ExamKind.VOICE), visit.examination(ExamKind.PULSE)
    field_("listening", w.finding_words(voice.findings) if voice else "")
    asked = tuple(f for f in material.findings if f.source.value in ("inquiry", "text"))
    field_("inquiry", w.finding_words(asked) if asked else "")
    field_("palpation", _pulse_sentence(w, pulse) if pulse else "")
    by_hand = tuple(f for f in material.findings if f.source.value == "practitioner")
    if by_hand:
        field_("by_hand", w.finding_words(by_hand))
    blocks.append(Heading(w.tr("report.record.differentiation")))
    blocks += _summary_of_differentiation(w)
    blocks += _prescription_blocks(w)
    for amendment in visit.amendments:
        words = w.tr("report.amended", by=amendment.by, at=amendment.at[:16], text=amendment.text)
        blocks.append(Text(words))
    signatures = ("report.sign.physician", "report.sign.reviewer", "report.sign.dispenser")
    return w.paper(w.tr("report.title.record"), blocks, signatures)


def _pulse_sentence(w: Writer, pulse: Examination) -> str:
    rate = pulse.measurement("pulse.rate")
    said = w.finding_words(pulse.findings)
    return f"{said}{w.tr('report.semicolon')}{w.name('pulse.rate')} {w.value(rate)}" if rate else said


def _summary_of_differentiation(w: Writer) -> list[Block]:
    visit, told = w.m.visit, w.m.visit.differentiation
    blocks: list[Block] = []
    if visit.judgement is not None:
        blocks.append(Text(w.tr("report.own", what=w.names(visit.judgement.syndromes)), "strong"))
        if visit.judgement.text:
            blocks.append(Text(visit.judgement.text))
    else:
        blocks.append(Text(w.tr("report.no_own")))
    for flag in told.red_flags if told is not None else ():
        advice = flag.advice_zh if w.lang == "zh" else flag.advice_en
        blocks.append(Text(w.tr("report.red_flag", advice=advice), "notice"))
    if told is not None and told.candidates:
        blocks.append(Text(proposed(w, told), "small"))
    return blocks


def _amount(w: Writer, line: PrescriptionLine) -> str:
    if line.grams is None:
        return line.quantity_text or w.tr("report.no_amount")
    return f"{line.grams:g} g"


def _prescription_blocks(w: Writer) -> list[Block]:
    prescription = w.m.visit.prescription
    if prescription is None or not prescription.lines:
        return []
    adopted = all(line.adopted_by for line in prescription.lines)
    note = "" if adopted else w.tr("report.proposal_only")
    blocks: list[Block] = [Heading(w.tr("report.record.prescription"), note)]
    if prescription.formula:
        blocks.append(Text(w.tr("report.base_formula", name=w.name(prescription.formula))))
    lines = tuple(
        (
            w.name(line.herb) if line.herb and w.lang == "en" else line.name,
            _amount(w, line),
            w.tr(f"handling.{line.handling}") if line.handling else "",
        )
        for line in prescription.lines
    )
    blocks.append(HerbGrid(lines, w.tr("report.blank_below")))
    if prescription.doses is not None:
        days = prescription.doses / prescription.per_day
        blocks.append(
            Text(
                w.tr(
                    "report.doses",
                    doses=prescription.doses,
                    per_day=f"{prescription.per_day:g}",
                    portions=prescription.portions,
                    days=f"{days:g}",
                    times=f"{prescription.doses * prescription.portions:g}",
                ),
                "strong",
            )
        )
    review = w.m.visit.review
    if review is not None:
        coverage = review.coverage
        said = w.tr(
            "report.coverage",
            checked=coverage.lines_checked,
            total=coverage.lines_total,
            editions=w.tr("report.semicolon").join(edition_name(e, w.lang) for e in coverage.editions),
            alerts=len(review.alerts),
        )
        blocks.append(Text(said, "small"))
        for alert in review.alerts:
            words = alert.zh if w.lang == "zh" else alert.en
            blocks.append(Text(f"[{w.tr(f'severity.{alert.severity.value}')}] {words}", "small"))
        for answer in w.m.visit.alert_answers:
            blocks.append(
                Text(w.tr("report.answer", by=answer.by, at=answer.at[:16], why=answer.reason), "small")
            )
    return blocks
