"""Looking things up in the graph, for fields that complete and pages that show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
