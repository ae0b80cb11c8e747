"""The knowledge as a networkx graph: nodes by id, an edge for each fact that speaks of another node.

networkx takes half a second and 27 MB to import: it is loaded here only, when a path or a drawing is
asked for.
"""

from functools import cache
from itertools import pairwise
from typing import Any

from knowledge_graph.facts import FactBook, fact_book
from knowledge_graph.load import Knowledge, knowledge
from knowledge_graph.rows import Fact


def build(known: Knowledge, book: FactBook) -> Any:
    """A networkx.MultiDiGraph. Node attributes: kind, zh, pinyin, en.

    Edge attributes: relation, source, edition, basis, and `fact` (the Fact itself).
    """
    import networkx as nx

    graph = nx.MultiDiGraph()
    book.index()
    for node in known.nodes.values():
        graph.add_node(node.id, kind=node.kind, zh=node.zh, pinyin=node.pinyin, en=node.en)
    for node_id in known.nodes:
        for fact in book.of(node_id):
            for link in fact.links:
                if link in known.nodes:
                    graph.add_edge(node_id, link, relation=fact.relation, source=fact.fact.source,
                                   edition=fact.fact.edition, basis=fact.fact.basis, fact=fact)  # fmt: skip
    return graph


@cache
def graph() -> Any:
    """The graph of this installation's knowledge, built on first use."""
    return build(knowledge(), fact_book())


@cache
def _undirected() -> Any:
    return graph().to_undirected(as_view=False)


def shortest(a: str, b: str) -> list[tuple[str, str, Fact]] | None:
    """The shortest chain of facts between two nodes, each either way: (from, to, fact); None when none."""
    import networkx as nx

    try:
        nodes = nx.shortest_path(_undirected(), a, b)
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return None
    steps = []
    for x, y in pairwise(nodes):
        edges = graph().get_edge_data(x, y)
        if edges:
            steps.append((x, y, next(iter(edges.values()))["fact"]))
        else:
            steps.append((y, x, next(iter(graph().get_edge_data(y, x).values()))["fact"]))
    return steps
