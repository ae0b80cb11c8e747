"""Every fact of a node, in the contract's vocabulary, from whichever table holds it."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from knowledge_graph.load import TAIL, Knowledge, knowledge
from knowledge_graph.rows import (
    Condition,
    Controlled,
    Dose,
    Drug,
    Duration,
    EditionChange,
    Fact,
    FormLimit,
    Handling,
    Herb,
    HerbAlias,
    HerbDrug,
    Incompatibility,
    Lookalike,
    Pregnancy,
    ProcessingRequired,
    Provenance,
    Tm1Term,
    Toxicity,
    Withdrawn,
)

HELD = "Chinese Pharmacopoeia 2020 vol. I"
HELD_FROM = date(2020, 12, 30)
# A monograph without a statement on toxicity or pregnancy says "none" for it.
SILENT = Provenance(
    "no statement in the lists of the Pharmacopoeia that are held", HELD, "CN", HELD_FROM, None, "read"
)
# Tables that are names, words or numbers of a model: nothing that a node's page shows by row.
NOT_FACTS = frozenset(
    {"lexicon", "character_variants", "herb_names_unchecked", "element_names", "name_parts", "alert_budget"}
)


def _herb_facts(known: Knowledge, herb: Herb) -> Iterator[Fact]:
    """What the herb's own row and its relatives say."""
    here = herb.fact
    for relation, values in (
        ("nature", herb.nature),
        ("flavour", herb.flavours),
        ("meridian", herb.meridians),
        ("function", herb.functions),
        ("category", herb.category),
    ):
        for value in values:
            yield Fact(relation, value, here)
    if herb.latin:
        yield Fact("latin", herb.latin, here)
    if herb.entry is not None:
        yield Fact("entry", {"book": HELD, "number": herb.entry}, here)
    yield Fact("status", herb.status, here)
    if herb.parent:
        made_from = {"of": herb.parent, "zh": known.herbs[herb.parent].zh, "processing": herb.processing}
        yield Fact("processed-form", made_from, here, (herb.parent,))


class FactBook:
    """Facts by node. Tables are indexed when first needed; typed tables have their own wording."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self._typed: dict[str, list[Fact]] | None = None
        self._plain: dict[str, list[Fact]] | None = None
        self._children: dict[str, list[Herb]] | None = None

    def of(self, node: str) -> list[Fact]:
        """All facts of one node, own ones only, in table order."""
        found: list[Fact] = []
        herb = self.known.herbs.get(node)
        if herb is not None:
            found += _herb_facts(self.known, herb)
            found += (
                Fact("has-form", {"herb": c.id, "zh": c.zh, "processing": c.processing}, c.fact, (c.id,))
                for c in self.children.get(node, ())
            )
        own = self.typed.get(node, [])
        found += own
        if herb is not None and herb.entry is not None:
            have = {fact.relation for fact in own}
            found += (Fact(r, "none", SILENT) for r in ("toxicity", "pregnancy") if r not in have)
        if self._plain is not None:
            return found + self._plain.get(node, [])
        # One page needs a few rows of many tables: they are picked out, and nothing else is made of the rest.
        return found + [fact for own_id, fact in _plain_facts(self.known, node) if own_id == node]

    @property
    def children(self) -> dict[str, list[Herb]]:
        if self._children is None:
            self._children = {}
            for herb in self.known.herbs.values():
                if herb.parent:
                    self._children.setdefault(herb.parent, []).append(herb)
        return self._children

    @property
    def typed(self) -> dict[str, list[Fact]]:
        """Facts of the herb, safety, drug and TM1 tables."""
        if self._typed is None:
            self._typed = {}
            for node, fact in _typed_facts(self.known):
                self._typed.setdefault(node, []).append(fact)
        return self._typed

    def index(self) -> None:
        """Make the facts of all nodes at once: for whoever walks the whole graph."""
        if self._plain is None:
            made: dict[str, list[Fact]] = {}
            for node, fact in _plain_facts(self.known):
                made.setdefault(node, []).append(fact)
            self._plain = made


def _dose_value(row: Dose) -> dict[str, Any]:
    unit = "g" if row.unit == "g" else "count"
    value: dict[str, Any] = {
        f"min_{unit}": row.min,
        f"max_{unit}": row.max,
        "route": row.route,
        "form": row.form,
    }
    if row.per != "day":
        value["per"] = row.per
    if row.times is not None:
        value["times_a_day"] = row.times
    if row.purpose:
        value["purpose"] = row.purpose
    if row.max is None:
        value["text"] = "as needed"
    return value


def _condition_value(row: Condition) -> dict[str, Any]:
    value: dict[str, Any] = {
        "condition": row.condition.partition(":")[2],
        "rule": row.rule,
        "authority": row.authority,
    }
    for key, number in (("age_from_years", row.age_from), ("age_below_years", row.age_to)):
        if number is not None:
            value[key] = number
    return value


def _typed_facts(known: Knowledge) -> Iterator[tuple[str, Fact]]:
    for alias in known.rows(HerbAlias):
        yield alias.herb, Fact("alias", alias.alias, alias.fact)
    for dose in known.rows(Dose):
        yield dose.herb, Fact("dose", _dose_value(dose), dose.fact)
    for toxic in known.rows(Toxicity):
        yield toxic.herb, Fact("toxicity", toxic.toxicity, toxic.fact, authority=toxic.authority)
    for preg in known.rows(Pregnancy):
        # The Pharmacopoeia's word and an institution's rule are two relations, never shown as each other.
        if preg.authority == "pharmacopoeia":
            yield preg.herb, Fact("pregnancy", preg.rule, preg.fact, authority=preg.authority)
        else:
            value = {"rule": preg.rule, "authority": preg.authority}
            yield preg.herb, Fact("pregnancy-other", value, preg.fact, authority=preg.authority)
    for pair in known.rows(Incompatibility):
        for a, b in ((pair.herb_a, pair.herb_b), (pair.herb_b, pair.herb_a)):
            value = {"with": b, "rule": pair.rule, "zh": known.herbs[b].zh}
            yield a, Fact("incompatible", value, pair.fact, (b,), pair.authority)
    for hand in known.rows(Handling):
        if hand.strength != "allowed":
            yield hand.herb, Fact("handling", hand.handling, hand.fact, authority=hand.authority)
        else:
            yield hand.herb, Fact("handling-allowed", hand.handling, hand.fact, authority=hand.authority)
    for control in known.rows(Controlled):
        yield control.herb, Fact("controlled", control.control, control.fact, authority=control.authority)
    yield from _rarer_facts(known)


def _rarer_facts(known: Knowledge) -> Iterator[tuple[str, Fact]]:
    for cond in known.rows(Condition):
        yield cond.herb, Fact("condition", _condition_value(cond), cond.fact, authority=cond.authority)
    drugs = {row.id: row for row in known.rows(Drug)}
    for inter in known.rows(HerbDrug):
        drug = drugs[inter.drug]
        there = {"drug": drug.id, "zh": drug.zh, "severity": inter.severity, "effect": inter.zh,
                 "evidence": inter.strength}  # fmt: skip
        yield inter.herb, Fact("interaction", there, inter.fact, (drug.id,))
        herb = known.herbs.get(inter.herb)
        back = {"herb": inter.herb, "zh": herb.zh if herb else inter.herb, "severity": inter.severity,
                "effect": inter.zh}  # fmt: skip
        yield drug.id, Fact("interaction", back, inter.fact, (inter.herb,))
    for drug in drugs.values():
        for cls in drug.classes:
            yield drug.id, Fact("class", {"drug": cls, "zh": drugs[cls].zh}, drug.fact, (cls,))
        for name in drug.names:
            yield drug.id, Fact("alias", name, drug.fact)
    for look in known.rows(Lookalike):
        for a, b in ((look.a, look.b), (look.b, look.a)):
            yield a, Fact("lookalike", {"with": b, "zh": known.herbs[b].zh, "why": look.zh}, look.fact, (b,))
    for limit in known.rows(FormLimit):
        yield limit.herb, Fact("form-limit", limit.limit, limit.fact, authority=limit.authority)
    for gone in known.rows(Withdrawn):
        yield gone.herb, Fact("withdrawn", gone.zh, gone.fact, authority=gone.authority)
    for span in known.rows(Duration):
        if span.herb:
            yield span.herb, Fact("duration", {"max_days": span.max_days, "why": span.zh}, span.fact)
    for raw in known.rows(ProcessingRequired):
        links: tuple[str, ...] = (raw.write,) if raw.write else ()
        yield raw.herb, Fact("processing-required", {"level": raw.level, "write": raw.write}, raw.fact, links)
    for change in known.rows(EditionChange):
        value = {"what": list(change.what), "change": change.change, "certainty": change.certainty}
        yield change.herb, Fact("edition-change", value, change.fact)
    for tm1 in known.rows(Tm1Term):
        yield tm1.id, Fact("code", {"system": tm1.fact.edition, "value": tm1.code}, tm1.fact)
        yield tm1.id, Fact("block", tm1.block, tm1.fact)


INGREDIENT_COLUMNS = (
    ("role", "role"),
    ("text", "count_text"),
    ("processed", "processed_form"),
    ("basis", "dose_basis"),
    ("decoction_grams", "decoction_grams"),
)
INGREDIENT_TABLES = frozenset({"formula_ingredients", "patent_ingredients"})


def _ingredients(
    known: Knowledge, shared: dict[tuple[str, ...], Provenance], only: str
) -> Iterator[tuple[str, Fact]]:
    """What a formula or a patent medicine holds, and for each herb where it is used."""
    from knowledge_graph.herbs import resolve

    nodes = known.nodes
    for table in ("formula_ingredients", "patent_ingredients"):
        for row in known.plain(table):
            formula = row.get("formula") or row.get("patent", "")
            if formula not in nodes:
                continue
            herb = row["herb"] if "herb" in row else resolve(row["herb_zh"]).herb or ""
            if only and only not in (formula, herb):
                continue
            zh = nodes[herb].zh if herb in nodes else row.get("herb_zh", "")
            value: dict[str, Any] = {"herb": zh, "grams": float(row["grams"]) if row.get("grams") else None}
            for key, column in INGREDIENT_COLUMNS:
                if row.get(column):
                    value[key] = row[column]
            fact = _provenance(row, shared)
            links: tuple[str, ...] = (herb,) if herb in nodes else ()
            yield formula, Fact("ingredient", value, fact, links)
            if links:
                back = {"formula": nodes[formula].zh, "grams": value["grams"], "role": value.get("role", "")}
                yield herb, Fact("used-in", back, fact, (formula,))


def _plain_value(row: dict[str, str], subject: str, skip: frozenset[str]) -> dict[str, str]:
    return {c: v for c, v in row.items() if v and c != subject and c not in skip}


def _codes(row: dict[str, str]) -> Iterator[tuple[str, object]]:
    """What a node row says of itself beyond its names: its official code, its place in a list."""
    prefix = row["id"].partition(":")[0]
    for column, value in row.items():
        if column in {"id", "zh", "pinyin", "en", *TAIL} or not value:
            continue
        if column == "code":
            system = {"syndrome": "GB/T 15657-2021", "disease": "GB/T 15657-2021"}.get(prefix, row["edition"])
            yield "code", {"system": system, "value": value}
        elif column != "kind" or prefix != "formula":
            yield column.replace("_", "-"), value


def _plain_facts(known: Knowledge, only: str = "") -> Iterator[tuple[str, Fact]]:
    """Facts of the tables without types; of one node alone where one is given."""
    from knowledge_graph.rows import TABLES

    shared: dict[tuple[str, ...], Provenance] = {}
    nodes = known.nodes
    skip = frozenset({*TAIL, "key", "id"})
    yield from _ingredients(known, shared, only)
    for table in known.table_names:
        if table in TABLES or table in NOT_FACTS or table in INGREDIENT_TABLES:
            continue
        relation = _relation(table)
        for row in known.plain(table):
            if only and not any(only in cell for cell in row.values()):
                continue
            fact = _provenance(row, shared)
            own = row.get("id", "")
            if own in nodes:
                for name, value in _codes(row):
                    ids = (value,) if isinstance(value, str) and value in nodes else ()
                    yield own, Fact(name, value, fact, ids)
            named = [
                (c, n) for c, v in row.items() if c not in skip and v for n in v.split("、") if n in nodes
            ]
            for column, node in named:
                if own:
                    yield (
                        node,
                        Fact(f"{_relation(table)}-of", {"of": own, "zh": row.get("zh", "")}, fact, (own,)),
                    )
                    continue
                links = tuple(n for c, n in named if n != node)
                if table.endswith("_aliases"):
                    yield node, Fact("alias", row.get("alias", ""), fact)
                else:
                    value = _plain_value(row, column, skip)
                    names = [nodes[n].zh for n in links]
                    yield (
                        node,
                        Fact(relation, {**value, "zh": "、".join(names)} if names else value, fact, links),
                    )


def _relation(table: str) -> str:
    """`syndrome_elements` → "element": what the table is about, seen from the node that has it."""
    last = table.rpartition("_")[2]
    return last.removesuffix("s")


def _provenance(row: dict[str, str], shared: dict[tuple[str, ...], Provenance]) -> Provenance:
    key = tuple(row.get(c, "") for c in TAIL)
    found = shared.get(key)
    if found is None:
        source, edition, jurisdiction, start, end, basis = key
        found = shared[key] = Provenance(
            source,
            edition,
            jurisdiction,
            date.fromisoformat(start) if start else None,
            date.fromisoformat(end) if end else None,
            basis,
        )
    return found


@cache
def fact_book() -> FactBook:
    """The facts of this installation's knowledge."""
    return FactBook(knowledge())
