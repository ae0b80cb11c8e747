"""The review of a prescription: every rule class, and for each which lines it could look at.

`review` is pure: the same prescription, patient and date give the same answer. What holds is judged by date
(`valid_from`/`valid_to` of each row). Severity and what lets an alert pass are the institution's table
`review_policy.tsv`. Nothing is skipped silently: a line that a rule could not check is named with its reason.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from knowledge_graph import review_dose, review_herb, review_person
from knowledge_graph.herbs import Resolution
from knowledge_graph.review_facts import (
    Context,
    Found,
    Outcome,
    ReviewLine,
    Safety,
    dose_of,
    line_form,
    safety,
    severity_of,
)
from tcm_station.domain.patient import PatientFacts
from tcm_station.domain.prescription import (
    Alert,
    Coverage,
    DoseBasis,
    Override,
    Prescription,
    PrescriptionLine,
    Resolved,
    Review,
    RuleCoverage,
    Verdict,
)
from tcm_station.domain.terms import edition_name
from tcm_station.i18n import Lang, tr

HELD_EDITION = "Chinese Pharmacopoeia 2020 vol. I"
SUPERSEDED_ON = date(2025, 10, 1)  # editions.tsv: the 2025 edition is in force from this day
HELD_FROM = date(2020, 12, 30)
NO_EDITION = frozenset({"", "not stated", "text-book level, edition not stated"})
NO_LINE_REASONS = frozenset({"external-as-needed", "not-a-decoction", "patent"})


def review(
    prescription: Prescription,
    patient: PatientFacts | None,
    *,
    as_of: date,
    tables: Safety | None = None,
) -> Review:
    """Judge a prescription under what was in force on a date.

    patient: None when nothing is known (the rules about a person then say that they could not look).
    Never raises for what a person may write: unknown names, absurd amounts and empty lists are answers.
    """
    held = tables or safety()
    person = patient or PatientFacts()
    lines = tuple(_lines(prescription, held))
    context = Context(prescription, person, as_of, held, lines)
    outcomes = _outcomes(context)
    alerts = tuple(sorted((_alert(context, f) for o in outcomes for f in o.found), key=_order))
    return Review(
        _verdict(alerts), alerts, _coverage(context, outcomes), tuple(_resolved(held, line) for line in lines)
    )


def _lines(rx: Prescription, held: Safety) -> Iterable[ReviewLine]:
    for index, line in enumerate(rx.lines):
        yield _line(index, line, rx, held)
    index = len(rx.lines)
    for patent in rx.patents:
        known = held.patent(patent.name)
        written = PrescriptionLine(patent.name, quantity_text=patent.daily, basis=DoseBasis.DAILY)
        if known is None:
            yield _patent_line(index, written, Resolution(patent.name, "unknown"), held, patent.name)
        else:
            for herb in known.herbs:
                # Inside a medicine the herb is processed as its own standard says: nothing to ask about.
                meant = Resolution(held.herb(herb).zh, "exact", herb, "processed")
                yield _patent_line(index, written, meant, held, known.zh)
            for part in known.unread:
                yield _patent_line(index, written, Resolution(part, "unknown"), held, known.zh, part)
        index += 1


def _patent_line(
    index: int, written: PrescriptionLine, meant: Resolution, held: Safety, patent: str, part: str = ""
) -> ReviewLine:
    node = held.herb(meant.herb) if meant.herb else None
    return ReviewLine(
        index=index,
        line=written,
        resolution=meant,
        ids=(meant.herb,) if meant.herb else (),
        zh=node.zh if node else part or patent,
        en=node.en if node else part or patent,
        daily_g=None,
        each_g=None,
        no_dose="patent-dose",
        form="patent",
        external=False,
        handlings=(),
        patent=patent,
    )


def _line(index: int, line: PrescriptionLine, rx: Prescription, held: Safety) -> ReviewLine:
    if line.herb is not None and line.herb in held.known.herbs:
        node = held.herb(line.herb)
        written = held.names.resolve(line.name)
        also = written.also if written.herb == line.herb else ()
        # A name that means this node keeps what it says of processing ("炒大黄" has no node of its own).
        processing = written.processing if written.herb == line.herb else node.processing
        resolution = Resolution(line.name, written.how if also else "exact", line.herb, processing, also=also)
    else:
        resolution = held.names.resolve(line.name)
    ids = (resolution.herb,) if resolution.herb else resolution.candidates
    handlings = _handlings(line.handling, held)
    daily, each, why = dose_of(rx, line)
    zh = held.herb(ids[0]).zh if len(ids) == 1 else line.name
    en = held.herb(ids[0]).en if len(ids) == 1 else line.name
    return ReviewLine(
        index,
        line,
        resolution,
        ids,
        zh,
        en,
        daily,
        each,
        why,
        line_form(rx.form, handlings),
        "external" in handlings,
        handlings,
    )


def _handlings(text: str | None, held: Safety) -> tuple[str, ...]:
    if not text:
        return ()
    codes = [held.handling_codes[text]] if text in held.handling_codes else []
    if not codes:
        codes = [code for word, code in held.handling_codes.items() if len(word) > 1 and word in text]
    return tuple(dict.fromkeys(codes))


def _outcomes(context: Context) -> list[Outcome]:
    high, low = review_dose.dose(context)
    unknown, asking = review_herb.written_names(context)
    return [
        review_herb.incompatible(context),
        review_person.pregnancy(context),
        high,
        low,
        review_herb.toxicity(context),
        review_herb.controlled(context),
        review_herb.duplicate(context),
        review_herb.handling(context),
        review_person.herb_drug(context),
        review_person.conditions(context),
        review_person.age(context),
        review_herb.form(context),
        review_dose.duration(context),
        unknown,
        asking,
        review_herb.processing(context),
    ]


def _order(alert: Alert) -> tuple[int, int, str, tuple[int, ...]]:
    grave = {Override.NONE: 0, Override.SECOND_SIGNATURE: 1, Override.REASON: 2}[alert.overridable_by]
    return grave, ("serious", "warning", "notice").index(alert.severity.value), alert.rule, alert.lines


def _verdict(alerts: tuple[Alert, ...]) -> Verdict:
    ways = {alert.overridable_by for alert in alerts}
    if Override.NONE in ways:
        return Verdict.STOP
    if Override.SECOND_SIGNATURE in ways:
        return Verdict.SECOND_SIGNATURE
    return Verdict.NOTICE if alerts else Verdict.PASS


def _alert(context: Context, found: Found) -> Alert:
    row = context.safety.policy[(found.rule, found.case)]
    severity, override = severity_of(row)
    return Alert(
        rule=found.rule,
        severity=severity,
        herbs=found.herbs,
        authority=found.authority,
        edition=found.edition,
        basis=found.basis,
        zh=_words(context, found, "zh"),
        en=_words(context, found, "en"),
        overridable_by=override,
        lines=found.lines,
        settle=row.settle,
        settle_value=found.settle_value,
    )


def grams_text(value: object) -> str:
    """A number of grams as people write it: no more digits than it has."""
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def _names(context: Context, ids: Iterable[str], lang: Lang) -> str:
    nodes = [context.safety.herb(i) for i in ids]
    return "、".join(n.zh for n in nodes) if lang == "zh" else ", ".join(f"{n.en} ({n.zh})" for n in nodes)


def _words(context: Context, found: Found, lang: Lang) -> str:
    params: dict[str, Any] = dict(found.params)
    herbs = [
        _line_name(context, index, zh, lang) for index, zh in zip(found.lines, found.herbs, strict=False)
    ]
    herbs = herbs if len(herbs) == len(found.herbs) else list(found.herbs)
    filled = {key: grams_text(value) for key, value in params.items() if isinstance(value, int | float)}
    for key in ("suggestions", "candidates"):
        if key in params:
            filled[key] = _names(context, params[key], lang) or tr("review.none", lang)
    if "codes" in params:
        rows = [context.safety.handling_words[c] for c in params["codes"]]
        filled["codes"] = "、".join(r.zh for r in rows) if lang == "zh" else ", ".join(r.en for r in rows)
    if params.get("write"):
        filled["write"] = _names(context, [params["write"]], lang)
    if "condition" in params:
        name = context.safety.condition_by_id[params["condition"]]
        filled["condition"] = name.zh if lang == "zh" else name.en
    for key in ("note", "why"):
        if key in params:
            text = str(params[key]) if lang == "zh" else ""
            filled[key] = tr("review.reason", lang, text=text) if text else ""
    for key in ("effect", "why"):
        if f"{key}_{lang}" in params:
            filled[key] = params[f"{key}_{lang}"]
    if "purpose" in params:
        filled["purpose"] = tr(f"review.purpose.{params['purpose']}", lang)
    if "strength" in params:
        filled["strength"] = tr(f"review.strength.{params['strength'].replace(' ', '-')}", lang)
    for key in ("written",):
        if key in params:
            filled[key] = ("、" if lang == "zh" else ", ").join(params[key])
    plain = {k: v for k, v in params.items() if isinstance(v, str) and k not in filled}
    joined = (" + " if found.rule == "incompatible" else "、" if lang == "zh" else ", ").join(herbs)
    authority = tr(f"review.authority.{found.authority.replace(' ', '-')}", lang)
    return tr(f"review.alert.{found.rule}.{found.words}", lang, herb=joined, by=authority, **plain, **filled)


def _line_name(context: Context, index: int, zh: str, lang: Lang) -> str:
    if lang == "zh":
        return zh
    line = next((x for x in context.lines if x.index == index and x.zh == zh), None)
    return f"{line.en} ({zh})" if line and line.en != zh else zh


def _coverage(context: Context, outcomes: list[Outcome]) -> Coverage:
    indices = tuple(dict.fromkeys(line.index for line in context.lines))
    rules = tuple(
        RuleCoverage(
            o.rule,
            tuple(i for i in indices if i not in o.unchecked),
            tuple(sorted(o.unchecked.items())),
        )
        for o in outcomes
    )
    left = {
        index
        for o in outcomes
        for index, why in o.unchecked.items()
        if (o.about_line and why not in NO_LINE_REASONS) or why in {"unknown-herb", "ambiguous-herb"}
    }
    used = {e for o in outcomes for e in o.editions if e not in NO_EDITION}
    editions = [HELD_EDITION, *sorted(used - {HELD_EDITION})]
    return Coverage(len(indices), len(indices) - len(left), rules, tuple(editions), context.on.isoformat())


def _resolved(held: Safety, line: ReviewLine) -> Resolved:
    name = line.line.name if not line.patent else line.zh
    herb = line.herb
    candidates = tuple(held.herb(i).zh for i in line.ids) if len(line.ids) > 1 else ()
    return Resolved(name, herb, held.herb(herb).zh if herb else "", candidates)


def edition_note(as_of: date, lang: Lang) -> str:
    """What must be said about the edition held, on a date: superseded, not yet in force, or nothing ("")."""
    if as_of >= SUPERSEDED_ON:
        return tr("review.edition.superseded", lang)
    return tr("review.edition.earlier", lang) if as_of < HELD_FROM else ""


def summary(result: Review, lang: Lang) -> str:
    """The verdict in words: lines checked of lines written, editions, alerts. Never a bare tick."""
    coverage = result.coverage
    editions = ("、" if lang == "zh" else ", ").join(edition_name(e, lang) for e in coverage.editions)
    text = tr(
        "review.summary",
        lang,
        checked=coverage.lines_checked,
        total=coverage.lines_total,
        editions=editions,
        alerts=len(result.alerts),
    )
    note = edition_note(date.fromisoformat(coverage.as_of), lang)
    return f"{text} {note}".strip()


def settle_words(alert: Alert, lang: Lang) -> str:
    """What would settle an alert, in words; "" when nothing is named."""
    if alert.settle is None:
        return ""
    value = "" if alert.settle_value is None else grams_text(alert.settle_value)
    return tr(f"review.settle.{alert.settle}", lang, value=value)


def unchecked_words(why: str, lang: Lang) -> str:
    """A reason of `RuleCoverage.unchecked`, in words."""
    return tr(f"review.unchecked.{why}", lang)


def rule_name(rule: str, lang: Lang) -> str:
    """A rule class's name."""
    return tr(f"review.rule.{rule}", lang)
