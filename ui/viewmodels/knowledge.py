"""知识: search, and everything the graph holds about one node. No Qt here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tcm_station.workflow.lookup import Hit, facts, search

KINDS = ("herb", "processed-herb", "formula", "syndrome", "sign", "disease")


@dataclass(frozen=True, slots=True)
class FactRow:
    """relation: words at `knowledge.relation.<relation>` where there are some. basis: read or recalled."""

    relation: str
    value: str
    source: str
    edition: str
    basis: str
    links: tuple[str, ...] = ()


class KnowledgeBase:
    """What is searched for, what is open, and the way back."""

    def __init__(self) -> None:
        self.words = ""
        self.kind: str | None = None
        self.node: Mapping[str, Any] | None = None
        self._past: list[str] = []

    def results(self) -> tuple[Hit, ...]:
        """Nodes that fit the words, of the chosen kind."""
        kinds = frozenset({self.kind}) if self.kind else frozenset()
        return search(self.words, kinds, limit=60)

    def open(self, node_id: str) -> None:
        """Show one node; the one before can be gone back to."""
        if self.node is not None and self.node["id"] != node_id:
            self._past.append(self.node["id"])
        self.node = facts(node_id)

    def back(self) -> None:
        if self._past:
            self.node = facts(self._past.pop())

    def facts(self) -> tuple[FactRow, ...]:
        """The facts of the open node, in the graph's order."""
        if self.node is None:
            return ()
        return tuple(
            FactRow(
                f["relation"],
                value_text(f["value"]),
                f["source"],
                f["edition"],
                f["basis"],
                tuple(_links(f["value"])),
            )
            for f in self.node["facts"]
        )


def value_text(value: object) -> str:
    """A fact's value in one line; parts that are not known are left out."""
    if isinstance(value, Mapping):
        return " · ".join(value_text(v) for v in value.values() if v not in (None, "", ()))
    if isinstance(value, list | tuple):
        return "、".join(value_text(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _links(value: object) -> list[str]:
    """Node ids inside a value."""
    if isinstance(value, str):
        return [value] if value.partition(":")[0] in KINDS and ":" in value else []
    if isinstance(value, Mapping):
        return [link for v in value.values() for link in _links(v)]
    if isinstance(value, list | tuple):
        return [link for v in value for link in _links(v)]
    return []
