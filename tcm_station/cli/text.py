"""Answers as text for people, in the language asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

from tcm_station.domain.differentiation import Differentiation, Evidence
from tcm_station.domain.examination import Examination
from tcm_station.domain.finding import Finding, Polarity
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.prescription import Review
from tcm_station.i18n import Lang, tr
from tcm_station.workflow.names import issue_text, measurement_decimals, name_of, reason_text


def value_text(m: Measurement, lang: Lang) -> str:
    """ "0.41 ± 0.02", "72.4 ± 1.1 /min", or why there is none."""
    if m.value is None:
        return tr("cli.not_measured", lang, why=reason_text(m.why or "", lang))
    unit = "" if m.unit == "1" else f" {m.unit}"
    return m.rounded(measurement_decimals(m.code)) + unit


def examination_text(name: str, examination: Examination, lang: Lang) -> str:
    """Quality, findings and measurements of one recording."""
    quality = examination.quality
    issues = tr("report.semicolon", lang).join(issue_text(i, lang) for i in quality.issues)
    lines = [name, "  " + tr("cli.quality", lang, value=f"{quality.value:.2f}", issues=issues or "—")]
    lines.append("  " + findings_text(examination.findings, lang))
    for m in examination.measurements:
        lines.append(
            f"  {name_of(m.code, lang)}: {value_text(m, lang)}  [{tr(f'basis.{m.basis.value}', lang)}]"
        )
    return "\n".join(lines)


def findings_text(findings: Iterable[Finding], lang: Lang) -> str:
    """Findings in one line: present ones by name, denied ones marked."""
    parts = dict.fromkeys(_said(f.code, f.polarity, lang) for f in findings)
    return tr("cli.findings", lang, findings=tr("report.comma", lang).join(parts) or "—")


def _said(code: str, polarity: Polarity | None, lang: Lang) -> str:
    name = name_of(code, lang)
    return tr("cli.denied", lang, name=name) if polarity is Polarity.ABSENT else name


def _evidence(items: tuple[Evidence, ...], known: Mapping[str, Polarity], lang: Lang) -> str:
    return tr("report.comma", lang).join(_said(e.finding, known.get(e.finding), lang) for e in items) or "—"


def differentiation_text(
    name: str,
    told: Differentiation,
    lang: Lang,
    choice: str | None = None,
    findings: Iterable[Finding] = (),
) -> str:
    """Candidates with what speaks for, against, and what is missing."""
    known = {f.code: f.polarity for f in findings}
    lines = [name]
    for flag in told.red_flags:
        lines.append(
            "  " + tr("cli.red_flag", lang, advice=flag.advice_zh if lang == "zh" else flag.advice_en)
        )
    if choice is not None:
        lines.append("  " + tr("cli.choice", lang, choice=choice))
    for place, c in enumerate(told.candidates[:5], start=1):
        lines.append(f"  {place}. {name_of(c.code, lang)}  {c.p:.2f}")
        lines.append("     " + tr("cli.for", lang, what=_evidence(c.supporting, known, lang)))
        lines.append("     " + tr("cli.against", lang, what=_evidence(c.opposing, known, lang)))
        lines.append("     " + tr("cli.missing", lang, what=_evidence(c.missing[:6], known, lang)))
    if not told.stands_out:
        lines.append("  " + tr("cli.nothing_stands_out", lang))
    if told.formulas:
        names = tr("report.comma", lang).join(name_of(f.code, lang) for f in told.formulas[:5])
        lines.append("  " + tr("cli.formulas", lang, names=names))
    if told.next_questions:
        names = tr("report.comma", lang).join(name_of(q.finding, lang) for q in told.next_questions[:5])
        lines.append("  " + tr("cli.next_questions", lang, names=names))
    return "\n".join(lines)


def review_text(name: str, review: Review, lang: Lang) -> str:
    """Verdict, alerts with their basis, and what was covered; lines that could not be checked, by reason."""
    from knowledge_graph.review import settle_words, summary, unchecked_words

    lines = [f"{name}: {tr(f'verdict.{review.verdict.value}', lang)}"]
    for a in review.alerts:
        lines.append(f"  [{tr(f'severity.{a.severity.value}', lang)}] {a.zh if lang == 'zh' else a.en}")
        settle = settle_words(a, lang)
        if settle:
            lines.append(f"      {settle}")
    lines.append("  " + summary(review, lang))
    open_lines: dict[str, list[int]] = {}
    for rule in review.coverage.rules:
        for line, why in rule.unchecked:
            open_lines.setdefault(why, []).append(line + 1)
    for why, numbers in open_lines.items():
        said = tr("report.comma", lang).join(str(n) for n in sorted(set(numbers)))
        lines.append("  " + tr("cli.unchecked", lang, line=said, why=unchecked_words(why, lang)))
    return "\n".join(lines)


def stats_text(stats: Mapping[str, Any], lang: Lang) -> str:
    return "\n".join(f"{name}\t{count}" for name, count in stats.items())


def path_text(steps: Iterable[Mapping[str, Any]], lang: Lang) -> str:
    return "\n".join(" ".join(str(v) for v in step.values()) for step in steps)


def hits_text(hits: Iterable[Mapping[str, Any]], lang: Lang) -> str:
    name = "zh" if lang == "zh" else "en"
    return "\n".join(f"{h['kind']}\t{h.get(name) or h['zh']}\t{h['id']}" for h in hits) or "—"


def nodes_text(nodes: Iterable[Mapping[str, Any]], lang: Lang) -> str:
    """Every fact of a node with its source."""
    lines: list[str] = []
    for node in nodes:
        lines.append(f"{node['zh']}  {node.get('pinyin', '')}  {node.get('en', '')}  [{node['id']}]")
        for fact in node["facts"]:
            value = fact["value"]
            told = "; ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, Mapping) else value
            lines.append(
                f"  {fact['relation']}: {told}  ({fact['source']}, {fact['edition']}, {fact['basis']})"
            )
    return "\n".join(lines)
