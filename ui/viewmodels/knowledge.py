"""知识: search, everything the graph holds about one node, and the way walked. No Qt here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tcm_station.domain.errors import StationError
from tcm_station.i18n import Lang, has_key, tr
from tcm_station.workflow import lookup
from tcm_station.workflow.lookup import Comparison, Hit, KnownFact, NodePage
from tcm_station.workflow.names import name_of

#: What a person chooses among, and the kinds of nodes in each.
GROUPS: Mapping[str, frozenset[str]] = {
    "all": frozenset(),
    "herb": lookup.HERBS,
    "formula": frozenset({"formula", "patent"}),
    "syndrome": lookup.SYNDROMES,
    "sign": frozenset({"sign", "constitution"}),
    "disease": frozenset({"disease", "tm1"}),
}
MOST_RESULTS = 60
FOLD_AFTER = 6  # linked facts of one relation that stand open before the rest is folded into one row
MOST_NEIGHBOURS = 12  # more cannot be told apart in the room that the drawing has
# Which links the drawing shows first: what forbids, then what is made of what, then what speaks of it.
_DRAWN = (
    "incompatible",
    "lookalike",
    "ingredient",
    "formula",
    "principle",
    "element",
    "profile",
    "sign",
    "syndrome",
    "has-form",
    "processed-form",
    "neighbour",
    "interaction",
    "used-in",
)
# In this order a page is read: what it is, how much, what forbids it, then what it belongs to.
_ORDER = (
    "ingredient",
    "nature",
    "flavour",
    "meridian",
    "function",
    "class",
    "subclass",
    "category",
    "dose",
    "dose-basis",
    "toxicity",
    "pregnancy",
    "handling",
    "incompatible",
    "handling-allowed",
    "pregnancy-other",
    "form-limit",
    "controlled",
    "withdrawn",
    "processing-required",
    "duration",
    "principle",
    "formula",
    "profile",
    "element",
    "sign",
    "condition",
    "interaction",
    "lookalike",
    "neighbour",
    "modification",
    "has-form",
    "processed-form",
    "used-in",
    "syndrome",
    "parent",
    "syndrome-of",
    "alias",
    "source-book",
    "latin",
    "entry",
    "status",
)
_STATED = {"toxicity": "sign", "pregnancy": "reason"}


@dataclass(frozen=True, slots=True)
class FactLine:
    """One row of the page. fact: None for the row that unfolds `hidden` more of a relation.

    values: of the facts that say the same with the same source, joined in one row.
    """

    relation: str
    kind: str
    first: bool
    fact: KnownFact | None
    values: tuple[object, ...] = ()
    hidden: int = 0

    @property
    def link(self) -> str:
        """The node that Enter leads to, "" where the row leads nowhere."""
        return self.fact.links[0] if self.fact is not None and self.fact.links else ""

    def label(self, lang: Lang) -> str:
        return relation_name(self.relation, self.kind, lang)

    def words(self, lang: Lang) -> str:
        """What is said, without its conditions."""
        if self.fact is None:
            return tr("knowledge.more", lang, n=self.hidden)
        comma = tr("report.comma", lang)
        heads = (short_name(_head(self.relation, v, self.link, lang)) for v in self.values)
        return comma.join(dict.fromkeys(heads))

    def beside(self, lang: Lang) -> str:
        """The Chinese name of the node that an English row leads to."""
        return name_of(self.link, "zh") if lang == "en" and self.link else ""

    def notes(self, lang: Lang) -> str:
        """Amounts, roles and conditions of a fact that leads on."""
        if self.fact is None:
            return ""
        return " · ".join(_notes(self.relation, self.fact.value, self.fact.links, lang))

    def edition(self, lang: Lang) -> str:
        return "" if self.fact is None else edition_name(self.fact.edition, lang)

    def origin(self, lang: Lang) -> str:
        """Source, edition, since when, and from which material it is taken over."""
        if self.fact is None:
            return ""
        told = [tr("knowledge.source", lang, what=self.fact.source), edition_name(self.fact.edition, lang)]
        if self.fact.valid_from:
            told.append(tr("knowledge.since", lang, date=self.fact.valid_from))
        if self.fact.inherited_from:
            told.append(tr("knowledge.inherited", lang, what=name_of(self.fact.inherited_from, lang)))
        told.append(tr(f"knowledge.basis_long.{self.fact.basis}", lang))
        return " · ".join(part for part in told if part)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A node beside the open one. forbidden: the two must not be given together."""

    hit: Hit
    relation: str
    forbidden: bool


class KnowledgeBase:
    """What is searched for, what is open, and the way back and forth."""

    def __init__(self) -> None:
        self.words = ""
        self.group = "all"
        self.node: NodePage | None = None
        self._unfolded: set[str] = set()
        self._past: list[str] = []
        self._future: list[str] = []

    def results(self) -> tuple[Hit, ...]:
        """Nodes that fit the words, of the chosen group."""
        return lookup.search(self.words, GROUPS[self.group], limit=MOST_RESULTS)

    # walking
    def open(self, node_id: str) -> StationError | None:
        """Show one node; the one before can be gone back to. Returns why not."""
        before = self.node
        error = self._show(node_id)
        if error is None and before is not None and before.hit.id != node_id:
            self._past.append(before.hit.id)
            self._future.clear()
        return error

    def back(self) -> bool:
        return self._move(self._past, self._future)

    def forth(self) -> bool:
        return self._move(self._future, self._past)

    def _move(self, take: list[str], keep: list[str]) -> bool:
        if not take or self.node is None:
            return False
        keep.append(self.node.hit.id)
        self._show(take.pop())
        return True

    def _show(self, node_id: str) -> StationError | None:
        try:
            self.node = lookup.page(node_id)
        except StationError as error:
            return error
        self._unfolded.clear()
        return None

    def unfold(self, relation: str) -> None:
        """Show every fact of a relation."""
        self._unfolded.add(relation)

    # the open node
    def lines(self) -> tuple[FactLine, ...]:
        """The facts of the open node by relation: plain ones of one source joined, linked ones a row each."""
        if self.node is None:
            return ()
        groups: dict[str, list[KnownFact]] = {}
        for fact in self.node.facts:
            groups.setdefault(fact.relation, []).append(fact)
        kind, lines = self.node.hit.kind, []
        for relation, facts in sorted(groups.items(), key=lambda item: _place(_ORDER, item[0])):
            rows = self._rows(relation, facts)
            folds = len(rows) > FOLD_AFTER + 2 and relation not in self._unfolded
            shown = rows[:FOLD_AFTER] if folds else rows
            lines += [
                FactLine(relation, kind, i == 0, fact, values) for i, (fact, values) in enumerate(shown)
            ]
            if folds:
                lines.append(FactLine(relation, kind, False, None, hidden=len(rows) - len(shown)))
        return tuple(lines)

    @staticmethod
    def _rows(relation: str, facts: list[KnownFact]) -> list[tuple[KnownFact, tuple[object, ...]]]:
        rows: dict[object, list[KnownFact]] = {}
        for number, fact in enumerate(facts):
            joins = not fact.links and isinstance(fact.value, str)
            key = (fact.source, fact.edition, fact.basis, fact.inherited_from) if joins else number
            rows.setdefault(key, []).append(fact)
        return [(same[0], tuple(f.value for f in same)) for same in rows.values()]

    def count(self) -> int:
        return len(self.node.facts) if self.node is not None else 0

    def neighbours(self) -> tuple[tuple[Neighbour, ...], int]:
        """The nodes beside the open one, a few of each relation in turn, and how many there are in all."""
        if self.node is None:
            return (), 0
        here = self.node.hit.id
        by_relation: dict[str, list[str]] = {}
        seen = {here}
        for fact in self.node.facts:
            for link in fact.links:
                if link not in seen:
                    seen.add(link)
                    by_relation.setdefault(fact.relation, []).append(link)
        order = sorted(by_relation, key=lambda relation: _place(_DRAWN, relation))
        picked: list[tuple[str, str]] = []
        for turn in range(MOST_NEIGHBOURS):
            for relation in order:
                if turn < len(by_relation[relation]) and len(picked) < MOST_NEIGHBOURS:
                    picked.append((relation, by_relation[relation][turn]))
        found = [(lookup.hit(link), relation) for relation, link in picked]
        shown = tuple(
            Neighbour(hit, relation, relation == "incompatible") for hit, relation in found if hit is not None
        )
        return shown, len(seen) - 1

    def marks(self, lang: Lang) -> tuple[tuple[str, str], ...]:
        """What must be seen at once about a herb: (level, words)."""
        if self.node is None:
            return ()
        found: list[tuple[str, str]] = []
        rules = {
            f.value.get("rule")
            for f in self.node.facts
            if f.relation == "incompatible" and isinstance(f.value, Mapping)
        }
        for rule in ("18", "19"):
            if rule in rules:
                found.append(("stop", tr(f"knowledge.value.{rule}", lang)))
        for fact in self.node.facts:
            if fact.relation in _STATED and fact.value != "none":
                level = "stop" if fact.value in ("very-toxic", "forbidden") else _STATED[fact.relation]
                words = f"{relation_name(fact.relation, '', lang)} {value_name(fact.value, lang)}"
                found.append((level, words))
            elif fact.relation == "handling":
                found.append(("", value_name(fact.value, lang)))
        return tuple(dict.fromkeys(found))

    # two formulas
    def compare(self, a: str, b: str) -> Comparison | None:
        return lookup.compare(a, b)

    def told_apart(self) -> tuple[Hit, ...]:
        """Formulas that the table tells apart from the open one."""
        if self.node is None or self.node.hit.kind != "formula":
            return ()
        return lookup.told_apart(self.node.hit.id)


def _place(order: tuple[str, ...], relation: str) -> int:
    return order.index(relation) if relation in order else len(order)


def short_name(name: str) -> str:
    """An English name without what the standard says of every pattern."""
    return (
        name.removeprefix("syndrome/pattern of ")
        .replace("syndrome/pattern ", "")
        .removesuffix(" syndrome/pattern")
    )


def relation_name(relation: str, kind: str, lang: Lang) -> str:
    """A relation in words; the same table is named from each of its ends."""
    at = f"knowledge.relation_at.{relation}_{kind}"
    key = f"knowledge.relation.{relation}"
    return tr(at, lang) if has_key(at) else tr(key, lang) if has_key(key) else relation


def kind_name(kind: str, lang: Lang) -> str:
    key = f"knowledge.kind.{kind}"
    return tr(key, lang) if has_key(key) else kind


def edition_name(edition: str, lang: Lang) -> str:
    key = f"knowledge.edition.{_slug(edition)}"
    return tr(key, lang) if has_key(key) else edition


def value_name(value: object, lang: Lang) -> str:
    """A code of the tables in words; words and numbers as they are."""
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    for key in (f"knowledge.value.{_slug(text)}", f"handling.{text}"):
        if re.fullmatch(r"[A-Za-z0-9_ -]+", text) and has_key(key):
            return tr(key, lang)
    return text


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _head(relation: str, value: object, link: str, lang: Lang) -> str:
    """What a fact says first: the node it leads to, else its value."""
    if link and not (relation == "modification" and isinstance(value, Mapping) and "formula" not in value):
        return name_of(link, lang)
    if not isinstance(value, Mapping):
        return name_of(link, lang) if link else value_name(value, lang)
    if relation == "dose":
        return _dose(value, lang)
    if relation == "entry":
        return tr("knowledge.entry", lang, n=value.get("number", ""))
    if relation == "modification":
        return str(value.get("if_zh", ""))
    first = value.get("zh") or next((v for v in value.values() if v not in (None, "", ())), "")
    return value_name(first, lang)


def _dose(value: Mapping[str, object], lang: Lang) -> str:
    low, high = value.get("min_g"), value.get("max_g")
    parts = []
    if high is not None:
        span = f"{value_name(low, lang)}–{value_name(high, lang)}" if low is not None else f"≤ {high:g}"
        parts.append(tr("knowledge.grams", lang, n=span))
    parts += [
        value_name(v, lang)
        for k, v in value.items()
        if k not in ("min_g", "max_g") and v not in (None, "") and isinstance(v, str)
    ]
    return " · ".join(parts)


def _notes(relation: str, value: object, links: tuple[str, ...], lang: Lang) -> list[str]:
    """The rest of a fact, part by part; ids and names of nodes that it leads to stand before it already."""
    if not isinstance(value, Mapping) or relation in ("dose", "entry"):
        return []
    if relation == "modification":
        return _change(value, lang)
    if relation == "sign" and "lists" in value:
        return [tr("knowledge.part.lists", lang, n=value["lists"], of=value.get("of_lists", ""))]
    names = {name_of(link, "zh") for link in links}
    first = None if links else next((v for v in value.values() if v not in (None, "", ())), None)
    notes: list[str] = []
    for part, told in value.items():
        if told in (None, "", ()) or part in ("zh", "if_codes", "decoction_grams") or told is first:
            continue
        if str(told) in links or told in names or (links and part in ("herb", "formula")):
            continue
        notes.append(_note(part, told, lang))
    return notes


def _change(value: Mapping[str, object], lang: Lang) -> list[str]:
    """A change of a formula: for what (where a sign's page shows it), what is done, and with how much."""
    grams = {
        pair[0]: pair[1] for p in str(value.get("grams") or "").split(";") if len(pair := p.split()) == 2
    }
    herbs = [
        f"{herb} {tr('knowledge.grams', lang, n=grams[herb])}" if herb in grams else herb
        for herb in str(value.get("herbs") or "").split("、")
    ]
    done = f"{value_name(value.get('operation', ''), lang)} {tr('report.comma', lang).join(herbs)}"
    notes = [str(value.get("if_zh", "")), done] if "formula" in value else [done]
    extra = [p for p in ("incompatibility", "above_limit") if value.get(p)]
    return notes + [tr(f"knowledge.part.{part}", lang, n=value[part]) for part in extra]


def _note(part: str, told: object, lang: Lang) -> str:
    key = f"knowledge.part.{part}"
    if isinstance(told, list | tuple):
        return tr("report.comma", lang).join(value_name(v, lang) for v in told)
    if has_key(key):
        return tr(key, lang, n=value_name(told, lang))
    if isinstance(told, str) and re.fullmatch(r"[a-z]+:[A-Za-z0-9._]+", told):
        return name_of(told, lang)
    return value_name(told, lang)
