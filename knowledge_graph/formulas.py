"""Formulas: what they hold, which ones fit, how they are changed for a finding, and why not the neighbour.

Everything here is a proposal for a practitioner; nothing is a prescription.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from knowledge_graph.sheets import sheet
from tcm_station.domain.differentiation import FormulaProposal
from tcm_station.domain.finding import Finding, Polarity
from tcm_station.domain.patient import Known, PatientFacts
from tcm_station.domain.prescription import DoseBasis, PrescriptionLine, ProposedBy

# A syndrome's formulas are listed in the order a text book would think of them.
RANK_SHARE = (1.0, 0.75, 0.6, 0.45, 0.35, 0.3)
# A herb that only helps to process another and is thrown away is no line of a prescription.
DISCARDED = "discarded"
# How far the formula's own indications count beside the syndrome that leads to it.
SIGN_SHARE = 0.45
MOST_REASONS = 6
LEAST_SCORE = 0.01


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One herb of a formula. grams: of `basis`; None where tradition counts pieces (see count_text).

    decoction_grams: the customary daily amount in a decoction. role: chief, deputy, assistant, envoy.
    herb_zh: standard name of the material or processed form. basis_of_fact: read or recalled.
    """

    herb_zh: str
    written: str
    processed_form: str
    role: str
    role_note: str
    grams: float | None
    count_text: str
    basis: DoseBasis
    decoction_grams: float | None
    basis_of_fact: str


@dataclass(frozen=True, slots=True)
class Formula:
    id: str
    zh: str
    pinyin: str
    en: str
    source_book: str
    formula_class: str
    ingredients: tuple[Ingredient, ...]


@dataclass(frozen=True, slots=True)
class Modification:
    """If these signs are there (all of them), do this. operation: add, remove, increase, reduce, replace.

    signs: codes of findings ("!" marks absence) or of elements ("element:qi_deficiency"); empty when the
    condition is neither. if_zh: the condition in words.
    """

    id: str
    formula: str
    if_zh: str
    signs: tuple[str, ...]
    operation: str
    herbs: tuple[str, ...]
    grams: str
    incompatibility: str
    above_limit: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What tells two formulas apart: the words of the table, and the herbs only one of them has."""

    a: str
    b: str
    zh: str
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    shared: tuple[str, ...]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@cache
def formulas() -> dict[str, Formula]:
    """All formulas by id."""
    parts: dict[str, list[Ingredient]] = {}
    for row in sheet("formula_ingredients"):
        parts.setdefault(row["formula"], []).append(
            Ingredient(
                row["herb_zh"],
                row["written"],
                row["processed_form"],
                row["role"],
                row["role_note"],
                _number(row["grams"]),
                row["count_text"],
                DoseBasis(row["dose_basis"]),
                _number(row["decoction_grams"]),
                row["basis"],
            )
        )
    return {
        row["id"]: Formula(
            row["id"],
            row["zh"],
            row["pinyin"],
            row["en"],
            row["source_book"],
            row["class"],
            tuple(parts.get(row["id"], ())),
        )
        for row in sheet("formulas")
    }


@cache
def _ids_by_name() -> dict[str, str]:
    names = {row["alias"]: row["formula"] for row in sheet("formula_aliases")}
    return names | {f.zh: f.id for f in formulas().values()}


def find_formula(name: str) -> str | None:
    """The id of a formula by its Chinese name, a usual other name, or the id itself; None when unknown."""
    return name if name in formulas() else _ids_by_name().get(name.strip())


def lines_of(formula: str) -> tuple[PrescriptionLine, ...]:
    """A formula's herbs as proposed prescription lines: the customary daily decoction grams where known,
    else the amount with its own basis. Empty for an unknown formula."""
    from knowledge_graph import herbs

    found = find_formula(formula)
    lines = []
    for part in formulas()[found].ingredients if found else ():
        if DISCARDED in part.role_note:
            continue
        resolution = herbs.resolve(part.herb_zh)
        daily = part.decoction_grams
        lines.append(
            PrescriptionLine(
                name=part.herb_zh,
                herb=resolution.herb,
                grams=daily if daily is not None else part.grams,
                quantity_text=part.count_text if daily is None and part.grams is None else "",
                basis=DoseBasis.DOSE if daily is not None else part.basis,
                proposed_by=ProposedBy.FORMULA,
            )
        )
    return tuple(lines)


@cache
def _signs() -> dict[str, dict[str, float]]:
    """Formula → sign → share of the lists that give it as an indication."""
    table: dict[str, dict[str, float]] = {}
    for row in sheet("formula_signs"):
        share = int(row["lists"]) / max(int(row["of_lists"]), 1)
        table.setdefault(row["formula"], {})[row["sign"]] = share
    return table


@cache
def _rarity() -> dict[str, float]:
    """How telling a sign is among formulas: ln(formulas / formulas with it)."""
    count: dict[str, int] = {}
    for signs in _signs().values():
        for sign in signs:
            count[sign] = count.get(sign, 0) + 1
    total = len(_signs())
    return {sign: math.log((total + 1) / n) for sign, n in count.items()}


@cache
def _formulas_of() -> dict[str, tuple[tuple[str, int], ...]]:
    table: dict[str, list[tuple[str, int]]] = {}
    for row in sheet("syndrome_formulas"):
        table.setdefault(row["syndrome"], []).append((row["formula"], int(row["rank"])))
    return {s: tuple(sorted(rows, key=lambda r: (r[1], r[0]))) for s, rows in table.items()}


def formulas_for(syndrome: str) -> tuple[str, ...]:
    """Formula ids a syndrome leads to, the first thought of first."""
    return tuple(formula for formula, _ in _formulas_of().get(syndrome, ()))


def sign_fit(formula: str, present: frozenset[str]) -> tuple[float, tuple[str, ...]]:
    """How well present signs meet a formula's indications, 0..1 (cosine, by rarity), and which do."""
    rarity = _rarity()
    mine = _signs().get(formula, {})
    weight = {s: share * rarity.get(s, 0.0) for s, share in mine.items()}
    own = math.sqrt(sum(w * w for w in weight.values()))
    theirs = math.sqrt(sum(rarity.get(s, 0.0) ** 2 for s in present))
    if not own or not theirs:
        return 0.0, ()
    met = sorted((s for s in present if s in weight), key=lambda s: (-weight[s], s))
    dot = sum(weight[s] * rarity.get(s, 0.0) for s in met)
    return dot / (own * theirs), tuple(met)


def propose(
    syndromes: Sequence[tuple[str, float]], findings: Sequence[Finding], facts: PatientFacts, *, top: int = 10
) -> tuple[FormulaProposal, ...]:
    """Formulas for ranked syndromes (id, probability) and findings, best first, each with its reasons.

    The score joins the probability of the syndromes that lead to a formula, by its rank there, with how well
    its own indications are met. For a pregnant patient, formulas with a herb forbidden then are left out.
    """
    present = frozenset(f.code for f in findings if f.polarity is Polarity.PRESENT)
    by_syndrome: dict[str, list[tuple[float, str]]] = {}
    for syndrome, p in syndromes:
        for formula, rank in _formulas_of().get(syndrome, ()):
            share = RANK_SHARE[min(rank, len(RANK_SHARE)) - 1]
            by_syndrome.setdefault(formula, []).append((p * share, syndrome))
    barred = _forbidden_in_pregnancy() if facts.pregnant is Known.YES else frozenset()
    proposals = []
    for formula in sorted(set(by_syndrome) | set(_signs())):
        if barred & {part.herb_zh for part in formulas()[formula].ingredients}:
            continue
        ways = sorted(by_syndrome.get(formula, ()), key=lambda way: (-way[0], way[1]))
        by_p = min(1.0, sum(p for p, _ in ways))
        fit, met = sign_fit(formula, present)
        score = (1.0 - SIGN_SHARE) * by_p + SIGN_SHARE * fit
        if score < LEAST_SCORE or not (ways or fit > 0.3):
            continue
        reasons = (*(s for _, s in ways[:2]), *met[: MOST_REASONS - min(len(ways), 2)])
        proposals.append(FormulaProposal(formula, round(score, 4), ways[0][1] if ways else "", reasons))
    proposals.sort(key=lambda proposal: (-proposal.score, proposal.code))
    return tuple(proposals[:top])


@cache
def _forbidden_in_pregnancy() -> frozenset[str]:
    zh = {row["id"]: row["zh"] for row in sheet("herbs")}
    forbidden = {row["herb"] for row in sheet("pregnancy") if row["rule"] == "forbidden"}
    return frozenset(zh[herb] for herb in forbidden if herb in zh)


@cache
def _modifications() -> dict[str, tuple[Modification, ...]]:
    table: dict[str, list[Modification]] = {}
    for row in sheet("formula_modifications"):
        table.setdefault(row["formula"], []).append(
            Modification(
                row["key"],
                row["formula"],
                row["if_zh"],
                tuple(row["if_codes"].split()),
                row["operation"],
                tuple(row["herbs"].split("、")),
                row["grams"],
                row["incompatibility"],
                row["above_limit"],
            )
        )
    return {formula: tuple(rows) for formula, rows in table.items()}


def modifications(
    formula: str, findings: Sequence[Finding] | None = None, elements: Collection[str] = ()
) -> tuple[Modification, ...]:
    """A formula's changes (加减): all of them, or those whose conditions are all among the findings and the
    elements (ids) of the differentiation."""
    rows = _modifications().get(formula, ())
    if findings is None:
        return rows
    said = {("" if f.polarity is Polarity.PRESENT else "!") + f.code for f in findings}
    said |= set(elements)
    return tuple(m for m in rows if m.signs and said.issuperset(m.signs))


@cache
def _neighbours() -> dict[frozenset[str], dict[str, str]]:
    return {frozenset((r["formula_a"], r["formula_b"])): r for r in sheet("formula_neighbours")}


def neighbours(formula: str) -> tuple[str, ...]:
    """Formulas that the table tells apart from this one."""
    return tuple(
        sorted(other for pair in _neighbours() if formula in pair for other in pair if other != formula)
    )


def why_not(formula_a: str, formula_b: str) -> Difference | None:
    """What tells formula b from formula a; None when one of them is unknown. zh is empty where the table of
    neighbours has no row for the pair: the herbs still differ."""
    a, b = formulas().get(formula_a), formulas().get(formula_b)
    if a is None or b is None:
        return None
    in_a, in_b = [p.herb_zh for p in a.ingredients], [p.herb_zh for p in b.ingredients]
    row = _neighbours().get(frozenset((a.id, b.id)))
    return Difference(
        a.id,
        b.id,
        row["zh"] if row else "",
        tuple(h for h in in_a if h not in in_b),
        tuple(h for h in in_b if h not in in_a),
        tuple(h for h in in_a if h in in_b),
    )
