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
    """A herb that a formula's table of changes adds for signs that are there. grams: a day, None when not given."""

    herb: str
    grams: float | None
    signs: tuple[str, ...]


def additions(formula: str | None, findings: Sequence[Finding]) -> tuple[Addition, ...]:
    """What the formula's own changes would add for these findings, each herb once."""
    if formula is None:
        return ()
    from knowledge_graph.formulas import modifications

    found: dict[str, Addition] = {}
    for change in modifications(formula, findings):
        if change.operation != "add" or change.incompatibility or change.above_limit:
            continue
        grams = _grams(change.grams)
        for herb in change.herbs:
            found.setdefault(herb, Addition(herb, grams.get(herb), change.signs))
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
