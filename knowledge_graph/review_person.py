"""Rules that look at the person: pregnancy, breast-feeding, conditions, allergies, age, other drugs."""

import re
import unicodedata

from knowledge_graph.review_dose import child_doses
from knowledge_graph.review_facts import Context, Found, Outcome, ReviewLine, fact_basis, told
from knowledge_graph.rows import Condition, HerbDrug, Pregnancy
from tcm_station.domain.patient import Known, Sex

RANK = {"caution": 0, "avoid": 1, "forbidden": 2}
SEVERITY_RANK = {"minor": 0, "moderate": 1, "major": 2, "contraindicated": 3}
CHILD, ELDERLY = "condition:child", "condition:elderly"
BREASTFEEDING = "condition:breastfeeding"
ALLERGY = re.compile(r"(?:对)?(?P<what>[^对，。,;；\s]{1,12}?)(?:药物)?(?:过敏|allergy|allergic)")


def pregnancy(context: Context) -> Outcome:
    """Forbidden, avoid, caution; an institution's rules are told apart from the Pharmacopoeia's."""
    out = Outcome("pregnancy")
    if context.patient.sex == Sex.MALE or context.patient.pregnant == Known.NO:
        return out
    if context.patient.pregnant == Known.UNKNOWN:
        out.skip(context.lines, "pregnancy-not-stated")
        return out
    for line in context.lines:
        if not line.ids:
            out.skip([line], "unknown-herb")
            out.about_line = True
            continue
        rows: list[Pregnancy] = [
            r for h in line.ids for r in context.safety.nearest(context.safety.pregnancy, h, context.on)
        ]
        if not rows:
            continue
        row = max(rows, key=lambda r: RANK[r.rule])
        out.editions.add(row.fact.edition)
        own = row.authority == "institution"
        case = "institution" if own and row.rule == "caution" else row.rule
        out.found.append(told("pregnancy", case, [line], row, case))
    return out


def understood_conditions(context: Context) -> tuple[dict[str, str], list[str]]:
    """({condition id: words as given}, words that no condition answers to)."""
    found: dict[str, str] = {}
    unknown: list[str] = []
    for text in context.patient.conditions:
        plain = unicodedata.normalize("NFKC", text).lower()
        hits = [i for i, words in context.safety.condition_words if any(w in plain for w in words)]
        for hit in hits:
            found.setdefault(hit, text)
        if not hits and not ALLERGY.search(plain):
            unknown.append(text)
    return found, unknown


def conditions(context: Context) -> Outcome:
    """What the person has, against the herbs; breast-feeding and allergies among them."""
    out = Outcome("condition")
    have, unknown = understood_conditions(context)
    if context.patient.breastfeeding == Known.YES:
        have.setdefault(BREASTFEEDING, BREASTFEEDING)
    if not context.patient.asked("conditions"):
        out.skip(context.lines, "conditions-not-stated")
    elif unknown:
        out.skip(context.lines, "condition-not-understood")
    for line in context.lines:
        if not line.ids:
            out.unchecked[line.index] = "unknown-herb"
            continue
        for condition in have:
            row = _worst(context, line, condition)
            if row:
                out.editions.add(row.fact.edition)
                out.found.append(
                    told("condition", row.rule, [line], row, row.rule, condition=condition, note=row.note)
                )
    out.found.extend(_allergies(context))
    return out


def _worst(context: Context, line: ReviewLine, condition: str) -> Condition | None:
    rows = [
        row
        for herb in line.ids
        for node in context.safety.chain(herb)
        for row in context.safety.conditions.get(node, ())
        if row.condition == condition and row.fact.in_force(context.on) and _age_fits(context, row)
    ]
    return max(rows, key=lambda r: RANK[r.rule], default=None)


def _age_fits(context: Context, row: Condition) -> bool:
    age = context.patient.age_years
    if row.age_from is None and row.age_to is None:
        return True
    if age is None:
        return False
    return (row.age_from is None or age >= row.age_from) and (row.age_to is None or age < row.age_to)


def _allergies(context: Context) -> list[Found]:
    named = list(context.patient.allergies)
    for text in context.patient.conditions:
        named += [m["what"] for m in ALLERGY.finditer(unicodedata.normalize("NFKC", text))]
    roots = {}
    for word in named:
        what = re.sub(r"(过敏|史|药物)", "", word)
        resolution = context.safety.names.resolve(what) if what else None
        for herb in (
            (resolution.herb,)
            if resolution and resolution.herb
            else (resolution.candidates if resolution else ())
        ):
            roots[context.safety.chain(herb)[-1]] = word
    return [
        Found(
            "condition",
            "allergy",
            (line.index,),
            (line.zh,),
            "patient record",
            "",
            "stated by the patient",
            {"word": roots[context.safety.chain(herb)[-1]]},
            words="allergy",
        )
        for line in context.lines
        for herb in line.ids[:1]
        if context.safety.chain(herb)[-1] in roots
    ]


def age(context: Context) -> Outcome:
    """Children and the elderly: herbs to keep from them, and doses above a child's share."""
    out = Outcome("age")
    years = context.patient.age_years
    if years is None:
        out.skip(context.lines, "age-not-stated")
        return out
    for line in context.lines:
        if not line.ids:
            out.skip([line], "unknown-herb")
            continue
        rows = [r for r in (_worst(context, line, CHILD), _worst(context, line, ELDERLY)) if r]
        for row in rows:
            out.editions.add(row.fact.edition)
            out.found.append(
                told(
                    "age", row.rule, [line], row, row.rule, age=years, note=row.note, condition=row.condition
                )
            )
    out.found.extend(child_doses(context))
    return out


def understood_drugs(context: Context) -> tuple[dict[str, str], list[str]]:
    """({drug or class id: words as given}, words that no drug answers to). A drug brings its classes."""
    found: dict[str, str] = {}
    unknown: list[str] = []
    for text in context.patient.drugs:
        hits = context.safety.drugs_in(text)
        for row in hits:
            for node in (row.id, *row.classes):
                found.setdefault(node, text)
        if not hits:
            unknown.append(text)
    return found, unknown


def herb_drug(context: Context) -> Outcome:
    """Herbs against the drugs that the person takes."""
    out = Outcome("herb-drug")
    if not context.patient.asked("drugs"):
        out.skip(context.lines, "drugs-not-stated")
        return out
    taken, unknown = understood_drugs(context)
    if unknown:
        out.skip(context.lines, "drug-not-understood")
    for line in context.lines:
        if not line.ids:
            out.unchecked[line.index] = "unknown-herb"
        elif taken:
            out.found.extend(_drugs_of(context, line, taken))
    for row in context.safety.herb_drug.get(context.rx.formula or "", ()):
        if row.drug in taken:
            name = context.rx.formula or ""
            out.found.append(_drug_found(name, tuple(x.index for x in context.lines), taken[row.drug], row))
    return out


def _drugs_of(context: Context, line: ReviewLine, taken: dict[str, str]) -> list[Found]:
    """The gravest row for each drug that the person takes."""
    best: dict[str, HerbDrug] = {}
    for herb in line.ids:
        for node in context.safety.chain(herb):
            for row in context.safety.herb_drug.get(node, ()):
                words = taken.get(row.drug)
                if words is None or not row.fact.in_force(context.on):
                    continue
                if words not in best or SEVERITY_RANK[row.severity] > SEVERITY_RANK[best[words].severity]:
                    best[words] = row
    return [_drug_found(line.zh, (line.index,), words, row) for words, row in best.items()]


def _drug_found(zh: str, lines: tuple[int, ...], words: str, row: HerbDrug) -> Found:
    return Found(
        "herb-drug",
        row.severity,
        lines,
        (zh,),
        "literature",
        row.fact.edition,
        fact_basis(row.fact),
        {"drug": words, "effect_zh": row.zh, "effect_en": row.en, "strength": row.strength},
        words="plain",
    )
