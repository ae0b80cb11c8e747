"""A visit → papers as plain data: the four-diagnosis report and the out-patient record."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tcm_station import __version__
from tcm_station.domain.differentiation import Candidate, Differentiation, Evidence
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.finding import Finding, Polarity
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.patient import Patient
from tcm_station.domain.prescription import PrescriptionLine
from tcm_station.domain.terms import edition_name, find_term
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.i18n import Lang, has_key, tr
from tcm_station.reports.blocks import (
    BeatPlot,
    Block,
    Columns,
    Heading,
    HerbGrid,
    Paper,
    Picture,
    Radar,
    Table,
    Text,
    TracePlot,
)
from tcm_station.resources import asset

Names = Callable[[str, Lang], str]

AVERAGE_BEAT = "pulse.average_beat"
AVERAGE_BEAT_SD = "pulse.average_beat_sd"
TRACE = "pulse.trace"
TRACE_FROM = "pulse.trace_from"
ONSETS = "pulse.beats"
TRACE_SECONDS = 8.0
USED_ANYWAY = "used_anyway"  # the capture setting that holds the reason


@dataclass(frozen=True, slots=True)
class Material:
    """All that a paper is made from. names: code → name in a language (terms and graph).
    images: the picture with its overlay, PNG, by kind of examination. editions: what rules rest on."""

    visit: Visit
    patient: Patient
    findings: tuple[Finding, ...]
    names: Names
    images: Mapping[ExamKind, bytes] = field(default_factory=dict)
    editions: tuple[str, ...] = ()
    clinic: str = ""


class _Writer:
    """Small sentences that several papers share, in one language."""

    def __init__(self, material: Material, lang: Lang) -> None:
        self.m = material
        self.lang: Lang = lang

    def tr(self, key: str, **params: object) -> str:
        return tr(key, self.lang, **params)

    def name(self, code: str) -> str:
        return self.m.names(code, self.lang)

    def names(self, codes: tuple[str, ...]) -> str:
        return self.tr("report.comma").join(self.name(code) for code in codes) or self.tr("report.none")

    def identity(self) -> tuple[tuple[str, str], ...]:
        patient, on = self.m.patient, self.m.visit.at.date()
        age = patient.age_years(on)
        who = self.tr(f"report.sex.{patient.sex.value}")
        if age is not None:
            who += " " + self.tr("report.age", age=age)
        rows = [(self.tr("report.name"), patient.name or self.tr("report.not_given")), ("", who)]
        if patient.number:
            rows.append((self.tr("report.number"), patient.number))
        comma = self.tr("report.comma")
        if patient.allergies:
            rows.append((self.tr("report.allergy"), comma.join(patient.allergies)))
        if patient.drugs:
            rows.append((self.tr("report.drugs"), comma.join(patient.drugs)))
        return tuple(rows)

    def flags(self) -> tuple[str, ...]:
        flags = []
        if self.m.visit.state is VisitState.DRAFT:
            flags.append(self.tr("report.draft"))
        synthetic = any(c.synthetic for e in self.m.visit.examinations for c in e.captures)
        if self.m.patient.sample or synthetic:
            flags.append(self.tr("report.synthetic"))
        return tuple(flags)

    def paper(self, title: str, blocks: list[Block], signatures: tuple[str, ...]) -> Paper:
        visit = self.m.visit
        signed = {
            "report.sign.physician": visit.signed_by or "",
            "report.sign.reviewer": visit.second_by or "",
        }
        return Paper(
            title=title,
            clinic=self.m.clinic or self.tr("report.clinic_unset"),
            right=(visit.at.strftime("%Y-%m-%d %H:%M"), visit.id[:8]),
            identity=self.identity(),
            flags=self.flags(),
            blocks=tuple(blocks),
            footer=(self.tr("report.not_device"), self.versions()),
            signatures=tuple((self.tr(key), signed.get(key, "")) for key in signatures),
            page_words=self.tr("report.page", page="{page}", pages="{pages}"),
        )

    def versions(self) -> str:
        methods = {m.method for e in self.m.visit.examinations for m in e.measurements}
        told = self.m.visit.differentiation
        if told is not None:
            methods.add(told.model)
        return " · ".join([f"TCM Station {__version__}", *sorted(methods)[:5]])

    def finding_words(self, findings: tuple[Finding, ...]) -> str:
        parts = []
        for f in findings:
            name = self.name(f.code)
            parts.append(name if f.polarity is Polarity.PRESENT else self.tr("report.denied", name=name))
        return self.tr("report.comma").join(dict.fromkeys(parts)) or self.tr("report.none")

    # measurements
    def value(self, m: Measurement) -> str:
        if m.value is None:
            return self.tr("report.not_measurable", why=self.reason(m.why or ""))
        unit = "" if m.unit == "1" else f" {m.unit}"
        return m.rounded(_decimals(m.code)) + unit

    def reason(self, key: str) -> str:
        return self.tr(key) if has_key(key) else key

    def reference(self, m: Measurement) -> str:
        if m.ref_low is None and m.ref_high is None:
            return self.tr("report.no_reference")
        places = _decimals(m.code)
        low = "" if m.ref_low is None else f"{m.ref_low:.{places}f}"
        high = "" if m.ref_high is None else f"{m.ref_high:.{places}f}"
        said = f"{low}–{high}" if low and high else (f"≥ {low}" if low else f"≤ {high}")
        return f"{said} {m.population(self.lang)}".strip()

    def judged(self, m: Measurement) -> str:
        side = m.outside_reference
        if m.value is None or (m.ref_low is None and m.ref_high is None):
            return "—"
        return self.tr(("report.below", "report.inside", "report.above")[side + 1])

    def measurement_table(self, examination: Examination) -> Table:
        rows = tuple(
            (
                self.name(m.code),
                self.value(m),
                self.reference(m),
                self.judged(m),
                self.tr(f"basis.{m.basis.value}"),
            )
            for m in _printed(examination)
        )
        heads = ("item", "value", "reference", "judged", "basis")
        return Table(
            head=tuple(self.tr(f"report.col.{h}") for h in heads),
            rows=rows,
            widths=(0.28, 0.25, 0.20, 0.11, 0.16),
            strong=(1,),
            drop_narrow=(3,),
        )


@cache
def _main_codes() -> frozenset[str]:
    with asset("rules/report_measurements.tsv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _printed(examination: Examination) -> tuple[Measurement, ...]:
    """The measurements that a report prints, by a table; all of them stand on the screen and in the JSON."""
    return tuple(m for m in examination.measurements if m.code in _main_codes())


def _decimals(code: str) -> int:
    term = find_term(code)
    return int(term.extra.get("decimals", "2")) if term else 2


def visit_report(material: Material, lang: Lang) -> Paper:
    """The four-diagnosis report: pictures, measured values, evidence, constitution, methods."""
    w = _Writer(material, lang)
    visit = material.visit
    blocks: list[Block] = [*_summary(w)]
    left, right = _tongue_blocks(w), _pulse_blocks(w)
    if left and right:
        blocks.append(Columns(((0.36, tuple(left)), (0.64, tuple(right)))))
    else:
        blocks += left + right
    evidence, radar = _evidence_blocks(w), _constitution_blocks(w)
    if evidence and radar:
        blocks.append(Columns(((0.6, tuple(evidence)), (0.4, tuple(radar)))))
    else:
        blocks += evidence + radar
    for examination in visit.examinations:
        blocks += _measured_blocks(w, examination)
    blocks += _appendix(w)
    return w.paper(w.tr("report.title.report"), blocks, ("report.sign.physician",))


def _measured_blocks(w: _Writer, examination: Examination) -> list[Block]:
    """One examination's table; a face has its picture beside it."""
    table: list[Block] = []
    if _printed(examination):
        title = w.tr(f"report.measured.{examination.kind.value}")
        note = w.tr("report.measured_note", quality=f"{examination.quality.value:.2f}")
        table = [Heading(title, note), *_used_anyway(w, examination), w.measurement_table(examination)]
    picture = _face_blocks(w) if examination.kind is ExamKind.FACE else []
    if table and picture:
        return [Columns(((0.27, tuple(picture)), (0.73, tuple(table))))]
    return picture + table


def _used_anyway(w: _Writer, examination: Examination) -> list[Block]:
    """That a person used a recording which the quality gate refused, and why."""
    told = [dict(capture.settings).get(USED_ANYWAY) for capture in examination.captures]
    return [Text(w.tr("report.used_anyway", why=why), "notice") for why in told if why]


def _summary(w: _Writer) -> list[Block]:
    visit = w.m.visit
    told = visit.differentiation
    flags = told.red_flags if told is not None else ()
    # What cannot wait stands first, and beside it no proposal of the program is printed large.
    blocks: list[Block] = []
    for flag in flags:
        advice = flag.advice_zh if w.lang == "zh" else flag.advice_en
        blocks.append(Text(w.tr("report.red_flag", advice=advice), "notice"))
    if visit.judgement is not None:
        blocks.append(Text(w.tr("report.own", what=w.names(visit.judgement.syndromes)), "strong"))
        if visit.judgement.text:
            blocks.append(Text(visit.judgement.text))
    if told is not None and told.candidates:
        blocks.append(Text(_proposed(w, told), "body" if visit.judgement or flags else "strong"))
    if visit.complaint:
        blocks.append(Text(w.tr("report.complaint", text=visit.complaint)))
    if told is not None and told.principle and told.stands_out and not flags:
        blocks.append(Text(w.tr("report.principle", text=w.name(told.principle))))
    return blocks


def _tongue_blocks(w: _Writer) -> list[Block]:
    examination = w.m.visit.examination(ExamKind.TONGUE)
    png = w.m.images.get(ExamKind.TONGUE)
    if examination is None or png is None:
        return []
    said = w.finding_words(examination.findings)
    synthetic = any(c.synthetic for c in examination.captures)
    note = w.tr("report.rendered") if synthetic else ""
    return [
        Heading(w.tr("report.tongue"), note),
        Picture(png, w.tr("report.tongue_caption", findings=said)),
    ]


def _face_blocks(w: _Writer) -> list[Block]:
    examination = w.m.visit.examination(ExamKind.FACE)
    png = w.m.images.get(ExamKind.FACE)
    if examination is None or png is None:
        return []
    synthetic = any(c.synthetic for c in examination.captures)
    note = w.tr("report.synthetic_face") if synthetic else ""
    said = w.finding_words(examination.findings) if examination.findings else w.tr("report.face_no_finding")
    caption = w.tr("report.face_caption", findings=said)
    return [Heading(w.tr("report.face"), note), Picture(png, caption, 0.18)]


def beat_plot(examination: Examination, lang: Lang) -> BeatPlot | None:
    """The average beat of a pulse examination with its marked points; None when it holds none."""
    series = {s.name: s for s in examination.series}
    beat = series.get(AVERAGE_BEAT)
    if beat is None or beat.step is None:
        return None
    sd = series.get(AVERAGE_BEAT_SD)
    points = []
    for place in range(1, 6):
        # t5 is the length of diastole and h5 stands on the notch: the dicrotic wave has its own codes.
        time = examination.measurement("pulse.t_dicrotic" if place == 5 else f"pulse.t{place}")
        # The average beat's top is 1, so a ratio to h1 is a height on it.
        level_code = "pulse.reflection_index" if place == 5 else f"pulse.h{place}_h1"
        height = examination.measurement(level_code) if place > 1 else None
        if time is None or time.value is None or (place > 1 and (height is None or height.value is None)):
            continue
        at = time.value * (0.001 if time.unit == "ms" else 1.0)
        level = 1.0 if height is None or height.value is None else height.value
        points.append((f"h{place}", at, level))
    used = examination.measurement("pulse.beats_used")
    beats = int(used.value) if used is not None and used.value is not None else 0
    unit = beat.unit if beat.unit != "1" else tr("report.relative_height", lang)
    return BeatPlot(
        tuple(i * beat.step for i in range(len(beat.values))),
        beat.values,
        sd.values if sd is not None else (),
        tuple(points),
        unit,
        tr("report.seconds", lang),
        tr("report.average_of", lang, n=beats),
    )


def trace_plot(examination: Examination, lang: Lang) -> TracePlot | None:
    """The first seconds of the wave with its onsets; None when the examination holds no trace."""
    series = {s.name: s for s in examination.series}
    trace = series.get(TRACE)
    if trace is None or trace.step is None:
        return None
    count = min(len(trace.values), int(TRACE_SECONDS / trace.step))
    begin = series[TRACE_FROM].values[0] if TRACE_FROM in series else 0.0
    times = tuple(begin + i * trace.step for i in range(count))
    onsets = series.get(ONSETS)
    marks = tuple(t for t in (onsets.values if onsets else ()) if times and times[0] <= t <= times[-1])
    return TracePlot(times, trace.values[:count], marks, tr("report.seconds", lang))


def _pulse_blocks(w: _Writer) -> list[Block]:
    examination = w.m.visit.examination(ExamKind.PULSE)
    if examination is None:
        return []
    synthetic = any(c.synthetic for c in examination.captures)
    blocks: list[Block] = [Heading(w.tr("report.pulse"), w.tr("report.simulated") if synthetic else "")]
    plot, trace = beat_plot(examination, w.lang), trace_plot(examination, w.lang)
    if plot is not None:
        blocks.append(plot)
    if trace is not None:
        blocks.append(trace)
    said = w.finding_words(examination.findings)
    blocks.append(Text(w.tr("report.pulse_caption", findings=said), "small"))
    return blocks


def _evidence_rows(w: _Writer, candidate: Candidate) -> tuple[tuple[str, ...], ...]:
    sources = {f.code: f for f in w.m.findings}

    def rows(mark: str, items: tuple[Evidence, ...], limit: int) -> list[tuple[str, ...]]:
        told: list[tuple[str, ...]] = []
        for e in items[:limit]:
            finding = sources.get(e.finding)
            source = w.tr(f"source.{finding.source.value}") if finding else w.tr("report.not_asked")
            weight = f"{e.weight:+.1f}" if mark != "?" else "—"
            name = w.name(e.finding)
            if finding is not None and finding.polarity is Polarity.ABSENT:
                name = w.tr("report.denied", name=name)
            told.append((mark, name, source, weight))
        return told

    return tuple(
        rows("+", candidate.supporting, 8)
        + rows("−", candidate.opposing, 4)
        + rows("?", candidate.missing, 4)
    )


def _evidence_blocks(w: _Writer) -> list[Block]:
    told = w.m.visit.differentiation
    if told is None or not told.candidates:
        return []
    first = told.candidates[0]
    heads = ("sign", "finding", "source", "weight")
    blocks: list[Block] = [
        Heading(w.tr("report.evidence"), w.name(first.code)),
        Table(
            head=tuple(w.tr(f"report.col.{h}") for h in heads),
            rows=_evidence_rows(w, first),
            widths=(0.07, 0.53, 0.25, 0.15),
            right=(3,),
        ),
    ]
    others = w.tr("report.comma").join(f"{w.name(c.code)} {c.p:.2f}" for c in told.candidates[1:5])
    if others:
        blocks.append(Text(w.tr("report.others", names=others, rest=f"{told.rest_p:.2f}"), "small"))
    return blocks


def _short_name(w: _Writer, code: str) -> str:
    """A constitution without the word itself: there is little room around a radar."""
    term = find_term(code)
    return term.short_name(w.lang) if term else w.name(code)


def _constitution_blocks(w: _Writer) -> list[Block]:
    result = w.m.visit.questionnaire
    if result is None:
        return []
    axes = tuple((_short_name(w, code), value) for code, value in result.scores)
    main = w.name(result.main) if result.main else w.tr("report.unclassified")
    return [
        Heading(w.tr("report.constitution"), w.tr("report.form", form=result.form)),
        Radar(axes, (30.0, 40.0, 60.0, 100.0)),
        Text(w.tr("report.constitution_main", what=main), "small"),
    ]


def _appendix(w: _Writer) -> list[Block]:
    rows: dict[str, tuple[str, ...]] = {}
    for examination in w.m.visit.examinations:
        for m in _printed(examination):
            term = find_term(m.code)
            if term is None:
                continue
            told = term.extra.get(f"definition_{w.lang}", "")
            rows[m.code] = (w.name(m.code), told, m.method)
    blocks: list[Block] = [Heading(w.tr("report.methods"), w.tr("report.methods_note"))]
    if rows:
        blocks.append(
            Table(
                head=tuple(w.tr(f"report.col.{h}") for h in ("item", "definition", "method")),
                rows=tuple(rows.values()),
                widths=(0.22, 0.60, 0.18),
            )
        )
    blocks.append(Text(w.tr("report.more_values"), "small"))
    blocks.append(Text(w.tr("report.uncertainty_note"), "small"))
    blocks.append(Heading(w.tr("report.sources")))
    blocks += [Text(edition_name(edition, w.lang), "small") for edition in w.m.editions]
    blocks.append(Text(w.tr("report.edition_note"), "small"))
    return blocks


def outpatient_record(material: Material, lang: Lang) -> Paper:
    """The out-patient record: history, four examinations, differentiation, prescription, review."""
    w = _Writer(material, lang)
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


def _pulse_sentence(w: _Writer, pulse: Examination) -> str:
    rate = pulse.measurement("pulse.rate")
    said = w.finding_words(pulse.findings)
    return f"{said}{w.tr('report.semicolon')}{w.name('pulse.rate')} {w.value(rate)}" if rate else said


def _summary_of_differentiation(w: _Writer) -> list[Block]:
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
        blocks.append(Text(_proposed(w, told), "small"))
    return blocks


def _proposed(w: _Writer, told: Differentiation) -> str:
    """The program's first candidate with its probability, or that none stands out."""
    first = told.candidates[0]
    if told.stands_out:
        return w.tr("report.proposed", what=w.name(first.code), p=f"{first.p:.2f}")
    return w.tr("report.nothing_stands_out", what=w.name(first.code), p=f"{first.p:.2f}")


def _amount(w: _Writer, line: PrescriptionLine) -> str:
    if line.grams is None:
        return line.quantity_text or w.tr("report.no_amount")
    return f"{line.grams:g} g"


def _prescription_blocks(w: _Writer) -> list[Block]:
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
