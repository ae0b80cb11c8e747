"""Asking the graph: counts, a node with every fact, search, a path between nodes, the whole as a file."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from knowledge_graph.facts import fact_book
from knowledge_graph.herbs import names, resolve
from knowledge_graph.load import knowledge
from knowledge_graph.rows import Fact, Node
from tcm_station.domain.errors import Refused, UsageError

MOST_HITS = 200
MOST_SUGGESTIONS = 5
SYLLABLE = re.compile(
    r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?[aeiouv]+(?:ng(?![aeiouv])|n(?![aeiouv])|r(?![aeiouv]))?"
)
# Totals of the references that the tables were made from: what "complete" means for a count.
REFERENCE = {"pharmacopoeia_materials": 616, "toxic_materials": 83, "pregnancy_statements": 98, "tm1": 474}


class NotOne(Refused):
    """A name that means several nodes of one kind, or none."""


def plain_pinyin(text: str) -> str:
    """Pinyin without tones and blanks, ü as v."""
    bare = unicodedata.normalize("NFD", text.lower().replace("ü", "v"))
    bare = "".join(c for c in bare if unicodedata.category(c) != "Mn")
    return re.sub(r"[^a-z0-9]", "", bare)


def toneless(pinyin: str) -> str:
    """Toned pinyin of a table to plain letters: ǚ and ǜ keep their v."""
    for marked in "ǖǘǚǜü":
        pinyin = pinyin.replace(marked, "v")
    return plain_pinyin(pinyin)


def initials(pinyin: str) -> str:
    """First letters of the syllables: `huángqí` → `hq`."""
    return "".join(s[0] for s in SYLLABLE.findall(toneless(pinyin)))


class Lookup:
    """Names to nodes: Chinese, aliases, pinyin, initials, English, codes."""

    def __init__(self) -> None:
        known = knowledge()
        self.nodes = known.nodes
        self.by_zh: dict[str, list[str]] = {}
        self.by_word: dict[str, list[str]] = {}
        self.keys: list[tuple[Node, str, str, str]] = []
        for node in self.nodes.values():
            self.by_zh.setdefault(node.zh, []).append(node.id)
            letters = toneless(node.pinyin)
            english = node.en.lower()
            for word in {letters, english, node.id.partition(":")[2].lower()} - {""}:
                self.by_word.setdefault(word, []).append(node.id)
            self.keys.append((node, letters, initials(node.pinyin), english))
        self.aliases: dict[str, list[str]] = {}
        for table in known.table_names:
            if not table.endswith("_aliases"):
                continue
            for row in known.plain(table):
                target = next((v for c, v in row.items() if c != "alias" and v in self.nodes), "")
                if target:
                    self.aliases.setdefault(row["alias"], []).append(target)
        for drug in known.plain("drugs"):
            for word in drug["names"].split("、"):
                self.aliases.setdefault(word, []).append(drug["id"])

    def named(self, name: str) -> list[str]:
        """Node ids that a name means: exact Chinese name or alias; else pinyin, English or code."""
        if name in self.nodes:
            return [name]
        text = names().simplified(names().clean(name))
        found = [*self.by_zh.get(text, ()), *self.aliases.get(text, ())]
        if not found:
            found = [*self.by_zh.get(f"{text}证", ()), *self.by_zh.get(f"{text}病", ())]
        if not found and re.search(r"[a-zA-Z0-9]", name):
            word = name.strip().lower()
            found = [*self.by_word.get(word, ()), *self.by_word.get(plain_pinyin(name), ())]
        return list(dict.fromkeys(found))


@cache
def lookup() -> Lookup:
    """The names of this installation's graph."""
    return Lookup()


def _herb_part(name: str) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
    """(the herb a name means, herbs to choose from, suggestions)."""
    told = resolve(name)
    if told.herb is not None:
        return [told.herb], (), ()
    return [], told.candidates, told.suggestions


def find(name: str) -> list[str]:
    """The nodes that a name means, at most one of each kind.

    Raises NotOne("ambiguous") with the candidates' names, NotOne("unknown") with up to five suggestions.
    """
    look = lookup()
    if name in look.nodes:
        return [name]
    found = look.named(name)
    herb, choice, suggested = _herb_part(name)
    others = [n for n in found if not n.startswith("herb:")]
    if choice and not herb:
        raise NotOne("ambiguous", name=name, candidates=[look.nodes[c].zh for c in choice])
    by_letters = [n for n in found if n.startswith("herb:")]
    found = [*(herb or by_letters), *others]
    kinds: dict[str, list[str]] = {}
    for node in found:
        kinds.setdefault(_family(look.nodes[node].kind), []).append(node)
    for same in kinds.values():
        if len(same) > 1:
            raise NotOne("ambiguous", name=name, candidates=[look.nodes[n].zh for n in same])
    if not found:
        near = [look.nodes[s].zh for s in suggested] or [h["zh"] for h in search(name)]
        near += _near(name) if len(near) < MOST_SUGGESTIONS else []
        raise NotOne("unknown", name=name, suggestions=list(dict.fromkeys(near))[:MOST_SUGGESTIONS])
    return found


def _family(kind: str) -> str:
    return "herb" if kind == "processed-herb" else kind


def _near(name: str) -> list[str]:
    from rapidfuzz import process

    return [
        m for m, _, _ in process.extract(name, lookup().by_zh.keys(), limit=MOST_SUGGESTIONS, score_cutoff=55)
    ]


def fact_json(fact: Fact) -> dict[str, Any]:
    """One fact as the contract writes it."""
    plain: dict[str, Any] = {
        "relation": fact.relation,
        "value": fact.value,
        "source": fact.fact.source,
        "edition": fact.fact.edition,
        "jurisdiction": fact.fact.jurisdiction,
        "valid_from": fact.fact.valid_from.isoformat() if fact.fact.valid_from else None,
        "valid_to": fact.fact.valid_to.isoformat() if fact.fact.valid_to else None,
        "basis": fact.fact.basis,
    }
    if fact.authority:
        plain["authority"] = fact.authority
    return plain


# What a processed form has from its material where its own row is silent.
INHERITED = frozenset(
    {"dose", "toxicity", "pregnancy", "pregnancy-other", "handling", "incompatible", "condition"}
    | {"interaction", "nature", "flavour", "meridian"}
)


def node_json(node_id: str) -> dict[str, Any]:
    """One node with every fact; what a processed form has from its material says so."""
    known, book = knowledge(), fact_book()
    node = known.nodes[node_id]
    facts = [fact_json(f) for f in book.of(node_id)]
    have = {f["relation"] for f in facts}
    for parent in list(known.chain(node_id))[1:] if node_id.startswith("herb:") else ():
        for fact in book.of(parent):
            if fact.relation in INHERITED and fact.relation not in have:
                facts.append({**fact_json(fact), "inherited_from": parent})
        have |= {f["relation"] for f in facts}
    plain: dict[str, Any] = {
        "id": node.id,
        "kind": node.kind,
        "zh": node.zh,
        "pinyin": node.pinyin,
        "en": node.en,
    }
    if node.latin:
        plain["latin"] = node.latin
    return {**plain, "facts": facts}


def show(name: str) -> list[dict[str, Any]]:
    """The nodes that a name means (Chinese, pinyin, English, alias, code, id), one of each kind, with facts.

    Raises NotOne("ambiguous") with candidates, NotOne("unknown") with up to five suggestions.
    """
    return [node_json(node) for node in find(name)]


def search(words: str) -> list[dict[str, Any]]:
    """Nodes whose Chinese name, alias, pinyin, initials, English or code fit, best first; at most 200."""
    look = lookup()
    text = names().simplified(names().clean(words))
    letters = plain_pinyin(words)
    english = words.strip().lower()
    ranked: dict[str, int] = {}
    if text:
        for alias, targets in look.aliases.items():
            if text in alias:
                rank = 1 if alias == text else 4 if alias.startswith(text) else 7
                for target in targets:
                    ranked[target] = min(rank, ranked.get(target, 99))
    latin = bool(letters) and not re.search(r"[\u3400-\u9fff]", words)
    for node, spelt, first, en in look.keys:
        place = _rank(node, text, letters if latin else "", english, spelt, first, en)
        if place is not None:
            ranked[node.id] = min(place, ranked.get(node.id, 99))
    order = sorted(ranked.items(), key=lambda item: (item[1], len(look.nodes[item[0]].zh), item[0]))
    return [hit_json(look.nodes[n]) for n, _ in order[:MOST_HITS]]


def _rank(node: Node, text: str, letters: str, english: str, spelt: str, first: str, en: str) -> int | None:
    if text and text in node.zh:
        return 0 if node.zh == text else 3 if node.zh.startswith(text) else 6
    if not letters:
        return None
    if spelt == letters or en == english or node.id.lower() == english:
        return 1
    if first == letters:
        return 2
    if spelt.startswith(letters):
        return 4
    if first.startswith(letters):
        return 5
    if len(english) > 2 and re.search(rf"\b{re.escape(english)}", en):
        return 6
    return 8 if len(letters) > 3 and letters in spelt else None


def hit_json(node: Node) -> dict[str, Any]:
    return {"id": node.id, "kind": node.kind, "zh": node.zh, "pinyin": node.pinyin, "en": node.en}


def path(a: str, b: str) -> list[dict[str, Any]]:
    """Why two things are linked: the shortest chain of facts. Raises NotOne, Refused("no-path")."""
    from knowledge_graph.graph import shortest

    best: list[tuple[str, str, Fact]] | None = None
    for x in find(a):
        for y in find(b):
            steps = shortest(x, y)
            if steps is not None and (best is None or len(steps) < len(best)):
                best = steps
    if best is None:
        raise Refused("no-path", a=a, b=b)
    nodes = knowledge().nodes
    return [
        {
            "from": nodes[x].zh or nodes[x].en,
            "relation": fact.relation,
            "to": nodes[y].zh or nodes[y].en,
            "from_id": x,
            "to_id": y,
            "source": fact.fact.source,
            "basis": fact.fact.basis,
        }
        for x, y, fact in best
    ]


def stats() -> dict[str, int]:
    """Counts by kind and table; `<count>.reference` is the total of the reference, where there is one."""
    known = knowledge()
    counts: dict[str, int] = {}
    for kind, n in sorted(Counter(node.kind for node in known.nodes.values()).items()):
        counts[f"nodes.{kind}"] = n
    official = {h.id for h in known.herbs.values() if h.entry is not None}
    toxic = [
        r for r in known.plain("toxicity") if r["authority"] == "pharmacopoeia" and r["toxicity"] != "none"
    ]
    warned = [r for r in known.plain("pregnancy") if r["authority"] == "pharmacopoeia"]
    own = {
        "pharmacopoeia_materials": len(official),
        "materials_with_a_dose_in_grams": len(
            {
                r["herb"]
                for r in known.plain("doses")
                if r["herb"] in official and r["max"] and r["unit"] == "g"
            }
        ),
        "toxic_materials": len(toxic),
        "pregnancy_statements": len(warned),
        "tm1": known.count("tm1"),
    }
    for name, n in own.items():
        counts[name] = n
        if name in REFERENCE:
            counts[f"{name}.reference"] = REFERENCE[name]
    for table in known.table_names:
        counts[f"rows.{table}"] = known.count(table)
    return counts


def export(form: str) -> bytes:
    """The whole graph as a file: tsv (a fact a row), graphml, jsonld. Raises UsageError("export-format")."""
    if form == "tsv":
        return _tsv()
    if form == "graphml":
        return _graphml()
    if form == "jsonld":
        return _jsonld()
    raise UsageError("export-format", format=form)


def _value_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _all_facts() -> Iterable[tuple[Node, Fact]]:
    book = fact_book()
    book.index()
    for node in knowledge().nodes.values():
        for fact in book.of(node.id):
            yield node, fact


def _tsv() -> bytes:
    head = "id\tkind\tzh\trelation\tvalue\tsource\tedition\tjurisdiction\tvalid_from\tvalid_to\tbasis"
    lines = [head]
    for node, fact in _all_facts():
        plain = fact_json(fact)
        tail = [
            plain[c] or "" for c in ("source", "edition", "jurisdiction", "valid_from", "valid_to", "basis")
        ]
        lines.append("\t".join([node.id, node.kind, node.zh, fact.relation, _value_text(fact.value), *tail]))
    return ("\n".join(lines) + "\n").encode("utf-8")


def _graphml() -> bytes:
    import networkx as nx

    from knowledge_graph.graph import graph

    plain = nx.MultiDiGraph()
    plain.add_nodes_from(graph().nodes(data=True))
    for a, b, data in graph().edges(data=True):
        plain.add_edge(a, b, **{k: v for k, v in data.items() if k != "fact"})
    return ("\n".join(nx.generate_graphml(plain)) + "\n").encode("utf-8")


def _jsonld() -> bytes:
    facts: dict[str, list[dict[str, Any]]] = {}
    for node, fact in _all_facts():
        facts.setdefault(node.id, []).append(fact_json(fact))
    context = {"@vocab": "urn:tcm-station:", "id": "@id", "kind": "@type"}
    nodes = [{**hit_json(n), "facts": facts.get(n.id, [])} for n in knowledge().nodes.values()]
    return json.dumps({"@context": context, "@graph": nodes}, ensure_ascii=False).encode("utf-8")
