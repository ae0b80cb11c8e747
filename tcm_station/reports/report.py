"""A visit → the four-diagnosis report as plain data: pictures, measured values, evidence, methods."""

from tcm_station.domain.differentiation import Candidate, Evidence
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.finding import Polarity
from tcm_station.domain.terms import edition_name, find_term
from tcm_station.i18n import Lang
from tcm_station.reports.blocks import (
    Block,
    Columns,
    Heading,
    Paper,
    Picture,
    Radar,
    Table,
    Text,
)
from tcm_station.reports.pulse_plots import beat_plot, trace_plot
from tcm_station.reports.writer import Material, Writer, printed, proposed

USED_ANYWAY = "used_anyway"  # the capture setting that holds the reason


def visit_report(material: Material, lang: Lang) -> Paper:
    """The four-diagnosis report: pictures, measured values, evidence, constitution, methods."""
    w = Writer(material, lang)
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


def _measured_blocks(w: Writer, examination: Examination) -> list[Block]:
    """One examination's table; a face has its picture beside it."""
    table: list[Block] = []
    if printed(examination):
        title = w.tr(f"report.measured.{examination.kind.value}")
        note = w.tr("report.measured_note", quality=f"{examination.quality.value:.2f}")
        table = [Heading(title, note), *_used_anyway(w, examination), w.measurement_table(examination)]
    picture = _face_blocks(w) if examination.kind is ExamKind.FACE else []
    if table and picture:
        return [Columns(((0.27, tuple(picture)), (0.73, tuple(table))))]
    return picture + table


def _used_anyway(w: Writer, examination: Examination) -> list[Block]:
    """That a person used a recording which the quality gate refused, and why."""
    told = [dict(capture.settings).get(USED_ANYWAY) for capture in examination.captures]
    return [Text(w.tr("report.used_anyway", why=why), "notice") for why in told if why]


def _summary(w: Writer) -> list[Block]:
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
        blocks.append(Text(proposed(w, told), "body" if visit.judgement or flags else "strong"))
    if visit.complaint:
        blocks.append(Text(w.tr("report.complaint", text=visit.complaint)))
    if told is not None and told.principle and told.stands_out and not flags:
        blocks.append(Text(w.tr("report.principle", text=w.name(told.principle))))
    return blocks


def _tongue_blocks(w: Writer) -> list[Block]:
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


def _face_blocks(w: Writer) -> list[Block]:
    examination = w.m.visit.examination(ExamKind.FACE)
    png = w.m.images.get(ExamKind.FACE)
    if examination is None or png is None:
        return []
    synthetic = any(c.synthetic for c in examination.captures)
    note = w.tr("report.synthetic_face") if synthetic else ""
    said = w.finding_words(examination.findings) if examination.findings else w.tr("report.face_no_finding")
    caption = w.tr("report.face_caption", findings=said)
    return [Heading(w.tr("report.face"), note), Picture(png, caption, 0.18)]


def _pulse_blocks(w: Writer) -> list[Block]:
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


def _evidence_rows(w: Writer, candidate: Candidate) -> tuple[tuple[str, ...], ...]:
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


def _evidence_blocks(w: Writer) -> list[Block]:
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


def _short_name(w: Writer, code: str) -> str:
    """A constitution without the word itself: there is little room around a radar."""
    term = find_term(code)
    return term.short_name(w.lang) if term else w.name(code)


def _constitution_blocks(w: Writer) -> list[Block]:
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


def _appendix(w: Writer) -> list[Block]:
    rows: dict[str, tuple[str, ...]] = {}
    for examination in w.m.visit.examinations:
        for m in printed(examination):
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
