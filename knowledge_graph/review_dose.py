"""Rules about amounts: too much, too little, for how long. A batch of powder is not a day's dose."""

from datetime import date
from typing import Any

from knowledge_graph.herbs import Resolution
from knowledge_graph.review_facts import (
    PHARMACOPOEIA,
    Context,
    Found,
    Outcome,
    ReviewLine,
    fact_basis,
    own,
    safety,
    told,
)
from knowledge_graph.rows import Dose
from tcm_station.domain.patient import PatientFacts
from tcm_station.domain.prescription import Prescription, PrescriptionLine

# Which rows speak for a form, best first. A pill or powder without a row of its own is held to the
# decoction's limit.
SPEAKS_FOR = {
    "decoction": ("decoction", "pill", "powder", "wine"),
    "powder": ("powder", "pill", "decoction", "wine"),
    "pill": ("pill", "powder", "decoction", "wine"),
}
GRAMS_TOLERANCE = 1.0 + 1e-9
ABSURD = 10.0
FAR = 5.0
DOUBLE = 2.0
GENERAL = ""

# Share of the adult dose by age in years (upper bound, share): text-book rule of paediatrics: newborn 1/6,
# infant 1/3, toddler 1/2, school child 2/3; recalled.
CHILD_SHARE = ((1 / 12, 1 / 6), (1.0, 1 / 3), (6.0, 1 / 2), (12.0, 2 / 3))


def child_share(age_years: float) -> float:
    """Share of the adult dose that is customary at an age; 1 from 12 years on."""
    return next((share for below, share in CHILD_SHARE if age_years < below), 1.0)


def rows_for(context: Context, line: ReviewLine) -> tuple[list[Dose], list[Dose], bool]:
    """(rows that limit this line, rows for a special purpose, whether the form has its own rows)."""
    safety, herb = context.safety, line.ids[0]
    rows: list[Dose] = []
    for node in safety.chain(herb):
        rows = [r for r in safety.doses.get(node, ()) if r.fact.in_force(context.on) and r.route == "oral"]
        if any(not r.purpose for r in rows):
            break
        if rows:  # only a purpose row here (stir-fried malt): the usual limits are the material's
            up = [
                r
                for n in safety.chain(herb)[1:]
                for r in safety.doses.get(n, ())
                if r.fact.in_force(context.on)
            ]
            rows = rows + [r for r in up if r.route == "oral"]
            break
    if not rows:
        # A raw drug that is "processed before use" has no dose of its own: the processed form's is the limit.
        meant = [p.write for p in safety.processing.get(herb, ()) if p.write]
        rows = [
            r
            for m in meant
            for r in safety.doses.get(m, ())
            if r.fact.in_force(context.on) and r.route == "oral"
        ]
    special = [r for r in rows if r.purpose]
    for form in SPEAKS_FOR.get(line.form, ()):
        usual = [r for r in rows if not r.purpose and r.form == form and r.max is not None]
        daily = [r for r in usual if r.per == "day"]
        if daily or usual:
            return daily or usual, special, form == line.form
    return [], special, False


def usual_range(herb: str, on: date, form: str = "decoction") -> tuple[float | None, float, str] | None:
    """(low, high, edition) in grams a day that are usual for a herb in a form on a date.

    None where the tables hold no limit in grams a day. low is None where only an upper limit is given."""
    held = safety()
    if herb not in held.known.herbs:
        return None
    node, line = held.herb(herb), PrescriptionLine(herb, herb)
    written = ReviewLine(
        index=0,
        line=line,
        resolution=Resolution(herb, "exact", herb),
        ids=(herb,),
        zh=node.zh,
        en=node.en,
        daily_g=None,
        each_g=None,
        no_dose="",
        form=form,
        external=False,
        handlings=(),
    )
    context = Context(Prescription(), PatientFacts(), on, held, (written,))
    limits = rows_for(context, written)[0]
    rows = [r for r in limits if r.per == "day" and r.unit == "g" and r.max is not None]
    if not rows:
        return None
    row = rows[0]
    return row.min, float(row.max or 0.0), row.fact.edition


def dose(context: Context) -> tuple[Outcome, Outcome]:
    """Dose too high, dose too low, by route, form and processing; amounts of the same node are added up."""
    high, low = Outcome("dose-high", about_line=True), Outcome("dose-low", about_line=True)
    groups: dict[str, list[ReviewLine]] = {}
    for line in context.lines:
        why = _no_check(context, line)
        if why:
            high.unchecked[line.index] = low.unchecked[line.index] = why
        else:
            groups.setdefault(f"{line.ids[0]} {line.form}", []).append(line)
    for lines in groups.values():
        _one_herb(context, lines, high, low)
    return high, low


def _no_check(context: Context, line: ReviewLine) -> str:
    if line.patent:
        return "patent-dose"
    if not line.ids:
        return "unknown-herb"
    if not line.certain:
        return "ambiguous-herb"
    if line.daily_g is None:
        return line.no_dose
    return ""


def _one_herb(context: Context, lines: list[ReviewLine], high: Outcome, low: Outcome) -> None:
    first = lines[0]
    daily = sum(line.daily_g or 0.0 for line in lines)
    each = sum(line.each_g or 0.0 for line in lines)

    if not all((line.daily_g or 0.0) > 0 for line in lines):
        low.found.append(own("dose-low", "not-positive", lines, "not-positive", grams=daily))
        return
    if first.external or context.external:
        high.skip(lines, "external-as-needed")
        low.skip(lines, "external-as-needed")
        return
    rows, special, own_form = rows_for(context, first)
    rows = [r for r in rows if r.unit == "g"]
    if not rows:
        why = "counted" if special or context.safety.doses.get(first.ids[0]) else "no-limit-held"
        if _only_later(context, first.ids[0]):
            why = "edition-not-held"
        high.skip(lines, why)
        low.skip(lines, why)
        return
    row = rows[0]
    amount = daily if row.per == "day" else each
    for outcome in (high, low):
        outcome.editions.add(row.fact.edition)
    top = row.max or 0.0
    params = {"grams": amount, "limit": top, "low": row.min, "per": row.per, "form": row.form}

    if amount > top * GRAMS_TOLERANCE:
        allowed = [r for r in special if (r.max or 0.0) * GRAMS_TOLERANCE >= amount]
        case = "plain" if allowed else _how_far(context, first.ids[0], amount / top)
        words = "purpose" if allowed else "per-" + row.per
        if allowed:
            params["purpose"] = allowed[0].purpose
            params["purpose_limit"] = allowed[0].max
        high.found.append(_limit("dose-high", case, lines, row, words, top, params))
    elif row.min is not None and own_form and amount * GRAMS_TOLERANCE < row.min and not _is_child(context):
        low.found.append(_limit("dose-low", "plain", lines, row, f"per-{row.per}", row.min, params))


def _limit(
    rule: str,
    case: str,
    lines: list[ReviewLine],
    row: Dose,
    words: str,
    settle: float | None,
    params: dict[str, Any],
) -> Found:
    indices = tuple(line.index for line in lines)
    edition, basis = row.fact.edition, fact_basis(row.fact)
    return Found(rule, case, indices, (lines[0].zh,), PHARMACOPOEIA, edition, basis, params, words, settle)


def _child(line: ReviewLine, limit: float, share: float) -> Found:
    params = {"grams": line.daily_g, "limit": limit, "share": share}
    basis = "share of the adult dose by age [recalled]"
    names = (line.index,), (line.zh,)
    return Found(
        "age", "child-dose", *names, "text book", "text-book level", basis, params, "child-dose", limit
    )


def _only_later(context: Context, herb: str) -> bool:
    rows = [r for node in context.safety.chain(herb) for r in context.safety.doses.get(node, ())]
    return bool(rows) and not any(r.fact.in_force(context.on) for r in rows)


def _is_child(context: Context) -> bool:
    age = context.patient.age_years
    return age is not None and child_share(age) < 1.0


def _how_far(context: Context, herb: str, ratio: float) -> str:
    row = context.safety.toxic(herb, context.on)
    kind = row.toxicity if row else "none"
    if ratio >= ABSURD * (1 - 1e-9):
        return "10x"
    if kind == "very-toxic":
        return "very-toxic"
    if kind == "toxic":
        return "toxic-2x" if ratio >= DOUBLE else "toxic"
    if ratio >= FAR:
        return "5x"
    return "2x" if ratio > DOUBLE else "plain"


def child_doses(context: Context) -> list[Found]:
    """Amounts above a child's customary share of the adult limit, though below the adult limit."""
    age = context.patient.age_years
    if age is None or child_share(age) >= 1.0 or context.external:
        return []
    share = child_share(age)
    found = []
    for line in context.lines:
        if _no_check(context, line) or line.daily_g is None or line.external or line.daily_g <= 0:
            continue
        rows = [r for r in rows_for(context, line)[0] if r.unit == "g" and r.per == "day" and r.max]
        if rows and rows[0].max and rows[0].max * share * GRAMS_TOLERANCE < line.daily_g <= rows[0].max:
            found.append(_child(line, rows[0].max * share, share))
    return found


def duration(context: Context) -> Outcome:
    """Days of supply against the general rule and the herbs' own limits."""
    out = Outcome("duration")
    rx, safety = context.rx, context.safety
    if rx.doses is None or rx.per_day <= 0:
        out.skip(context.lines, "days-not-stated")
        return out
    days = rx.doses / rx.per_day
    for row in safety.durations.get(GENERAL, ()):
        out.editions.add(row.fact.edition)
        if days > row.max_days and row.fact.in_force(context.on):
            out.found.append(
                told(
                    "duration",
                    "advice",
                    [],
                    row,
                    "general",
                    float(row.max_days),
                    days=days,
                    why_zh=row.zh,
                    why_en=row.en,
                )
            )
    for line in context.lines:
        for herb in line.ids:
            for limit in safety.nearest(safety.durations, herb, context.on):
                if days > limit.max_days:
                    case = "limit" if limit.authority == "regulation" else "advice"
                    out.found.append(
                        told(
                            "duration",
                            case,
                            [line],
                            limit,
                            "herb",
                            float(limit.max_days),
                            days=days,
                            limit=limit.max_days,
                            why_zh=limit.zh,
                            why_en=limit.en,
                        )
                    )
            for control in safety.nearest(safety.controlled, herb, context.on):
                if control.control == "medical-toxic" and control.max_days and days > control.max_days:
                    out.found.append(
                        told(
                            "duration",
                            "limit",
                            [line],
                            control,
                            "controlled",
                            float(control.max_days),
                            days=days,
                            limit=control.max_days,
                        )
                    )
    if any(not line.ids for line in context.lines):
        out.skip([line for line in context.lines if not line.ids], "unknown-herb")
    return out
