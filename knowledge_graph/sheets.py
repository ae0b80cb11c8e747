"""Rows of one knowledge table, as text, in file order."""

from knowledge_graph.load import knowledge


def sheet(name: str) -> tuple[dict[str, str], ...]:
    """All rows of a table by column head, validated as the whole knowledge is. Raises KnowledgeBroken when
    the tables have faults, KeyError for a table that is not there."""
    rows = knowledge().plain(name)
    if not rows:
        raise KeyError(name)
    return rows
