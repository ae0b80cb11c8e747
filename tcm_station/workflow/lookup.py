"""Looking things up in the graph, for fields that complete and pages that show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tcm_station.domain.finding import Finding


@dataclass(frozen=True, slots=True)
class Hit:
    """One node that fits. id: node id. kind: herb, formula, syndrome …"""

    id: str
    kind: str
    zh: str
    en: str
    pinyin: str


def search(words: str, kinds: frozenset[str] = frozenset(), *, limit: int = 12) -> tuple[Hit, ...]:
    """Nodes whose name, pinyin, initials, English or alias fit; of these kinds where kinds are given."""
    if not words.strip():
        return ()
    from knowledge_graph import query

    hits = [
        Hit(h["id"], h["kind"], h["zh"], h.get("en", ""), h.get("pinyin", ""))
        for h in query.search(words.strip())
        if not kinds or h["kind"] in kinds
    ]
    return tuple(hits[:limit])


def facts(node_id: str) -> Mapping[str, Any]:
    """Everything the graph holds about one node, each fact with its source."""
    from knowledge_graph import query

    found: Mapping[str, Any] = query.show(node_id)[0]
    return found


HERBS = frozenset({"herb", "processed-herb"})
SYNDROMES = frozenset({"syndrome"})
FORMULAS = frozenset({"formula"})


@dataclass(frozen=True, slots=True)
class DoseRange:
    """Usual grams a day. low: None where only an upper limit is held."""

    low: float | None
    high: float
    edition: str


def dose_range(herb: str | None, on: date) -> DoseRange | None:
    """The usual daily amount of a herb in a decoction on a date; None where the tables hold none."""
    if herb is None:
        return None
    from knowledge_graph.review_dose import usual_range

    found = usual_range(herb, on)
    return None if found is None else DoseRange(*found)


@dataclass(frozen=True, slots=True)
class FormulaInfo:
    """source_book: "" where not held. roles: herb's standard name → chief, deputy, assistant or envoy."""

    id: str
    source_book: str
    roles: Mapping[str, str]


def formula_info(formula: str | None) -> FormulaInfo | None:
    """Where a formula comes from and who leads in it."""
    if formula is None:
        return None
    from knowledge_graph.formulas import formulas

    found = formulas().get(formula)
    if found is None:
        return None
    return FormulaInfo(found.id, found.source_book, {i.herb_zh: i.role for i in found.ingredients})


@dataclass(frozen=True, slots=True)
class Addition:
    """A herb that a formula's table of changes adds for signs that are there.

    herb: its name; node: its node, None where the name is not one herb. grams: a day, None when not given.
    """

    herb: str
    node: str | None
    grams: float | None
    signs: tuple[str, ...]


def additions(formula: str | None, findings: Sequence[Finding]) -> tuple[Addition, ...]:
    """What the formula's own changes would add for these findings, each herb once."""
    if formula is None:
        return ()
    from knowledge_graph import herbs
    from knowledge_graph.formulas import modifications

    found: dict[str, Addition] = {}
    for change in modifications(formula, findings):
        if change.operation != "add" or change.incompatibility or change.above_limit:
            continue
        grams = _grams(change.grams)
        for herb in change.herbs:
            node = herbs.resolve(herb).herb
            found.setdefault(herb, Addition(herb, node, grams.get(herb), change.signs))
    return tuple(found.values())


def _grams(text: str) -> dict[str, float]:
    pairs = (part.split() for part in text.split(";"))
    return {
        pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].replace(".", "", 1).isdigit()
    }


def suggestions(name: str) -> tuple[Hit, ...]:
    """At most five herbs that a name nobody knows may have meant; never one taken silently."""
    from knowledge_graph import herbs
    from knowledge_graph.load import knowledge

    resolution = herbs.resolve(name)
    nodes = [knowledge().find(node) for node in (*resolution.candidates, *resolution.suggestions)]
    return tuple(Hit(n.id, n.kind, n.zh, n.en, n.pinyin) for n in nodes if n is not None)[:5]


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One fact as a page shows it. value: text, a number or an object. links: ids of the nodes it speaks of.

    basis: "read" or "recalled". inherited_from: the material a processed form has it from, "" for own ones.
    valid_from: ISO date, "" where the source gives none.
    """

    relation: str
    value: object
    source: str
    edition: str
    jurisdiction: str
    valid_from: str
    basis: str
    links: tuple[str, ...] = ()
    inherited_from: str = ""


@dataclass(frozen=True, slots=True)
class NodePage:
    """One node with everything that is held about it."""

    hit: Hit
    latin: str
    facts: tuple[KnownFact, ...]


def page(node_id: str) -> NodePage:
    """A node by its id, with every fact and where each leads. Raises Refused("unknown")."""
    from knowledge_graph.facts import fact_book
    from knowledge_graph.load import knowledge
    from knowledge_graph.query import INHERITED, NotOne

    known, book = knowledge(), fact_book()
    node = known.find(node_id)
    if node is None:
        raise NotOne("unknown", name=node_id, suggestions=[])
    facts = [(fact, "") for fact in book.of(node_id)]
    have = {fact.relation for fact, _ in facts}
    for parent in list(known.chain(node_id))[1:] if node_id.startswith("herb:") else ():
        own = [f for f in book.of(parent) if f.relation in INHERITED and f.relation not in have]
        facts += [(fact, parent) for fact in own]
        have |= {fact.relation for fact in own}
    return NodePage(
        Hit(node.id, node.kind, node.zh, node.en, node.pinyin),
        node.latin,
        tuple(
            KnownFact(
                fact.relation,
                fact.value,
                fact.fact.source,
                fact.fact.edition,
                fact.fact.jurisdiction,
                fact.fact.valid_from.isoformat() if fact.fact.valid_from else "",
                fact.fact.basis,
                tuple(link for link in fact.links if link != node_id),
                parent,
            )
            for fact, parent in facts
        ),
    )


def hit(node_id: str) -> Hit | None:
    """A node by its id, without its facts; None when there is none."""
    from knowledge_graph.load import knowledge

    node = knowledge().find(node_id)
    return None if node is None else Hit(node.id, node.kind, node.zh, node.en, node.pinyin)


@dataclass(frozen=True, slots=True)
class PathStep:
    """One link of a chain. The fact stands with `start` and speaks of `end`, whichever way it is walked."""

    start: Hit
    relation: str
    end: Hit
    source: str
    basis: str


def why(a: str, b: str) -> tuple[PathStep, ...]:
    """Why two nodes are linked: the shortest chain of facts. Builds the whole graph the first time (some
    seconds): for a worker. Raises Refused for a name that is unknown or ambiguous, and "no-path"."""
    from knowledge_graph import query

    def end(node_id: str, name: str) -> Hit:
        return hit(node_id) or Hit(node_id, "", name, name, "")

    return tuple(
        PathStep(
            end(step["from_id"], step["from"]),
            step["relation"],
            end(step["to_id"], step["to"]),
            step["source"],
            step["basis"],
        )
        for step in query.path(a, b)
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two formulas beside each other; herbs by id where the tables know them. zh: what tells b from a, ""
    where the table of neighbours has no row for the pair."""

    a: Hit
    b: Hit
    zh: str
    only_a: tuple[str, ...]
    shared: tuple[str, ...]
    only_b: tuple[str, ...]


def compare(a: str, b: str) -> Comparison | None:
    """What two formulas (ids) share and what tells them apart; None when one of them is no formula."""
    from knowledge_graph.formulas import why_not
    from knowledge_graph.load import knowledge

    told, first, second = why_not(a, b), hit(a), hit(b)
    if told is None or first is None or second is None:
        return None
    ids = {herb.zh: herb.id for herb in knowledge().herbs.values()}

    def named(herbs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(ids.get(herb, herb) for herb in herbs)

    return Comparison(first, second, told.zh, named(told.only_a), named(told.shared), named(told.only_b))


def told_apart(formula: str) -> tuple[Hit, ...]:
    """Formulas that the table tells apart from this one."""
    from knowledge_graph.formulas import neighbours

    found = [hit(other) for other in neighbours(formula)]
    return tuple(other for other in found if other is not None)


def held() -> Mapping[str, int]:
    """How many nodes of each kind are held."""
    from collections import Counter

    from knowledge_graph.load import knowledge

    return Counter(node.kind for node in knowledge().nodes.values())
