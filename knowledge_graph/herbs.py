"""What a written herb name means: one node, or a question, never a guess.

Order: title, checked alias, ambiguous name, then the name without its processing words (炙 制 炒 …炭).
Look-alikes are never reached by likeness: likeness gives suggestions only.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from knowledge_graph.load import Knowledge, knowledge
from knowledge_graph.rows import AmbiguousName, HerbAlias, Lookalike, NamePart, UncheckedName

MOST_SUGGESTIONS = 5
NEAR_ENOUGH = 50  # of 100, rapidfuzz ratio: one character of two
LONGEST_NAME = 24
MOST_REMEMBERED = 8192
NOT_A_USUAL_WAY = frozenset({"raw", "fresh", "charred", "powder", "cleaned"})
BRACKETS = re.compile(r"[(\[【〔]([^)\]】〕]*)[)\]】〕]?")


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a name was understood.

    how: exact, alias, processing (read from the name's processing words), ambiguous, compound, unknown.
    herb: node id; None unless exactly one is meant. processing: how it was processed, "" when not said.
    candidates: node ids to choose from. also: node ids that the same title is used for elsewhere, where
    one is taken all the same. suggestions: at most five node ids that the writer may have meant.
    """

    name: str
    how: str
    herb: str | None = None
    processing: str = ""
    candidates: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


class Names:
    """The written names of one knowledge, indexed."""

    def __init__(self, known: Knowledge) -> None:
        self.herbs = known.herbs
        self.titles = {herb.zh: herb.id for herb in known.herbs.values()}
        self.aliases = {row.alias: row.herb for row in known.rows(HerbAlias)}
        self.asked = {row.name: row for row in known.rows(AmbiguousName)}
        self.variants = {row["character"]: row["read_as"] for row in known.plain("character_variants")}
        parts = known.rows(NamePart)
        self.before = {p.part: p.processing for p in parts if p.place == "before"}
        self.after = {p.part: p.processing for p in parts if p.place == "after"}
        self.inside = {p.part: p.processing for p in parts if p.place == "inside"}
        self.children: dict[str, dict[str, list[str]]] = {}
        for herb in known.herbs.values():
            if herb.parent:
                self.children.setdefault(herb.parent, {}).setdefault(herb.processing, []).append(herb.id)
        self._known = known
        self._remembered: dict[str, Resolution] = {}
        self._unchecked: dict[str, list[str]] | None = None
        self._lookalikes: dict[str, set[str]] | None = None

    @property
    def unchecked(self) -> dict[str, list[str]]:
        """Names from an unchecked list, for suggestions."""
        if self._unchecked is None:
            found: dict[str, list[str]] = {}
            for row in self._known.rows(UncheckedName):
                found.setdefault(row.name, []).append(row.herb)
            self._unchecked = found
        return self._unchecked

    def lookalikes(self, herb: str) -> set[str]:
        """Herbs whose names are taken for this one's."""
        if self._lookalikes is None:
            pairs: dict[str, set[str]] = {}
            for row in self._known.rows(Lookalike):
                pairs.setdefault(row.a, set()).add(row.b)
                pairs.setdefault(row.b, set()).add(row.a)
            self._lookalikes = pairs
        return self._lookalikes.get(herb, set())

    def clean(self, name: str) -> str:
        """Full-width to half-width, blanks and punctuation off; brackets stay."""
        text = unicodedata.normalize("NFKC", name[: LONGEST_NAME * 2])
        return re.sub(r"[\s·・、,，。.:：;；*＊'\"`]+", "", text)[: LONGEST_NAME * 2]

    def simplified(self, text: str) -> str:
        """The text with its traditional and variant characters replaced."""
        return "".join(self.variants.get(char, char) for char in text)

    def resolve(self, name: str) -> Resolution:
        """What one written name means; remembered, since the same few hundred names come all day."""
        found = self._remembered.get(name)
        if found is None:
            found = self._resolve(name)
            if len(self._remembered) < MOST_REMEMBERED:
                self._remembered[name] = found
        return found

    def _resolve(self, name: str) -> Resolution:
        text = self.clean(name)
        for form in dict.fromkeys((text, self.simplified(text))):
            found = self._direct(name, form) or self._bracketed(name, form) or self._by_parts(name, form, 0)
            if found:
                return found
        return Resolution(name, "unknown", suggestions=self.suggest(self.simplified(text)))

    def _direct(self, name: str, text: str) -> Resolution | None:
        asked = self.asked.get(text)
        if asked is not None and asked.kind != "default":
            how = "compound" if asked.kind == "compound" else "ambiguous"
            return Resolution(name, how, candidates=asked.candidates)
        herb = self.titles.get(text)
        if herb is not None:
            also = tuple(c for c in asked.candidates if c != herb) if asked else ()
            return Resolution(name, "exact", herb, self.herbs[herb].processing, also=also)
        herb = self.aliases.get(text)
        if herb is not None:
            return Resolution(name, "alias", herb, self.herbs[herb].processing)
        return None

    def _bracketed(self, name: str, text: str) -> Resolution | None:
        """`乳香(制)`: brackets hold a processing word, or say nothing about which herb it is."""
        found = BRACKETS.search(text)
        if not found:
            return None
        outer = text[: found.start()] + text[found.end() :]
        base = self._direct(name, outer) or self._by_parts(name, outer, 1)
        if base is None:
            return None
        processing = self.inside.get(found[1], "")
        if not processing or base.herb is None:
            return base
        return self._processed(name, base.herb, processing)

    def _by_parts(self, name: str, text: str, depth: int) -> Resolution | None:
        if depth > 2:
            return None
        tried: list[tuple[str, str]] = []
        for size in range(min(4, len(text) - 1), 0, -1):
            head, tail = text[:size], text[-size:]
            if head in self.before:
                tried.append((text[size:], self.before[head]))
            if tail in self.after:
                tried.append((text[:-size], self.after[tail]))
        for rest, processing in tried:
            base = self._direct(name, rest)
            if base is None:
                continue
            if base.herb is None:
                return self._candidates_processed(base, processing)
            return self._processed(name, base.herb, processing) if processing else base
        for rest, processing in tried:
            base = self._by_parts(name, rest, depth + 1)
            if base is not None:
                if processing and base.herb is not None and not base.processing:
                    return self._processed(name, base.herb, processing)
                return base
        return None

    def _processed(self, name: str, herb: str, processing: str) -> Resolution:
        """The node of one processing; the herb itself, with the processing said, where there is none."""
        node = self.herbs[herb]
        root = node.parent or herb
        for base in dict.fromkeys((herb, root)):
            forms = self.children.get(base, {})
            if len(forms.get(processing, [])) == 1:
                return Resolution(name, "processing", forms[processing][0], processing)
            if processing in {"processed", "honey"} and not forms.get(processing):
                # 制X and 炙X mean the one way in which X is usually processed, whatever it is.
                usual = [ids for how, ids in forms.items() if how not in NOT_A_USUAL_WAY]
                if len(usual) == 1 and len(usual[0]) == 1:
                    return Resolution(name, "processing", usual[0][0], self.herbs[usual[0][0]].processing)
        if len(self.children.get(herb, {}).get(processing, [])) > 1:
            return Resolution(
                name, "processing", herb, processing, also=tuple(self.children[herb][processing])
            )
        return Resolution(name, "processing", herb, processing)

    def _candidates_processed(self, base: Resolution, processing: str) -> Resolution:
        if not processing:
            return base
        ids = tuple(
            dict.fromkeys(self._processed(base.name, c, processing).herb or c for c in base.candidates)
        )
        return Resolution(base.name, base.how, candidates=ids, processing=processing)

    def suggest(self, text: str) -> tuple[str, ...]:
        """At most five herbs that the writer may have meant; for a person to choose from, never to take."""
        found: list[str] = list(self.unchecked.get(text, ()))
        if text and len(found) < MOST_SUGGESTIONS:
            from rapidfuzz import fuzz, process

            names = {**self.aliases, **self.titles}
            for match, _, _ in process.extract(
                text, names.keys(), scorer=fuzz.ratio, limit=12, score_cutoff=NEAR_ENOUGH
            ):
                found.append(names[match])
        return tuple(dict.fromkeys(found))[:MOST_SUGGESTIONS]


@cache
def names() -> Names:
    """The names of this installation's knowledge."""
    return Names(knowledge())


def resolve(name: str) -> Resolution:
    """What a written herb name means. Never raises; unknown names say so and carry suggestions."""
    return names().resolve(name)
