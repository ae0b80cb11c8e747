"""The reader's lexicon: surface forms to codes, and the control words, from tables/lexicon.tsv."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from knowledge_graph.sheets import sheet

# Table kinds that all mean "a surface form with codes"; the table keeps them apart for its editors.
_TERM_KINDS = frozenset({"term", "synonym"})
# Topics whose attributes go on after a term, across a comma.
_CARRYING = ("menses", "leucorrhoea", "sputum", "stool", "urine")
_CONTROLS = frozenset(
    {
        "negator.list",
        "negator.adjacent",
        "negator.end",
        "resolved",
        "speaker",
        "history",
        "history.clause",
        "resume",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """One lexicon entry found at [start, end). value: topic name, degree, side; codes: `!` marks absence."""

    start: int
    end: int
    form: str
    kind: str
    codes: tuple[str, ...]
    value: str


@dataclass(slots=True)
class Lexicon:
    """Loaded once; read only."""

    automaton: Any
    trie_forms: dict[str, tuple[str, tuple[str, ...], str]]
    longest_form: int
    values: dict[str, dict[str, tuple[str, ...]]]
    longest_value: dict[str, int]
    fillers: frozenset[str]
    degree_of: dict[str, float]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    characters: dict[int, str]
    topic_of: dict[str, str]
    denies: str = "否认"
    body_word: str = "质"
    attribute_heads: frozenset[str] = frozenset("色质量味夹有淋")
    # In a pulse line these are never fillers: "脉有力" and "脉大" are values, "脉之" is not a pulse.
    not_pulse_filler: frozenset[str] = frozenset("色质体味")
    longest_filler: int = field(default=1)

    def normalise(self, text: str) -> str:
        """Simplified, half-width text of the same length, so that spans stay true."""
        return text.translate(self.characters)

    def tokens(self, text: str) -> list[Token]:
        """The longest entry at every place one starts, by start. Overlaps are left to the reader."""
        best: dict[int, tuple[int, str]] = {}
        for last, form in self.automaton.iter(text):
            best[last - len(form) + 1] = (last + 1, form)
        found = []
        for start in sorted(best):
            end, form = best[start]
            found.append(Token(start, end, form, *self.trie_forms[form]))
        return found

    def longest_at(self, text: str, at: int) -> Token | None:
        """The longest entry that starts exactly here."""
        for size in range(min(self.longest_form, len(text) - at), 0, -1):
            form = text[at : at + size]
            entry = self.trie_forms.get(form)
            if entry:
                return Token(at, at + size, form, *entry)
        return None

    def carries(self, codes: tuple[str, ...]) -> str | None:
        """The topic whose further attributes may follow a term ("月经量少，色淡"), or None."""
        return next((self.topic_of[c] for c in codes if c in self.topic_of), None)

    def filler_at(self, text: str, at: int) -> int:
        """Length of the filler word here, 0 when there is none."""
        for size in range(min(self.longest_filler, len(text) - at), 0, -1):
            if text[at : at + size] in self.fillers:
                return size
        return 0

    def answer(self, said: str) -> bool | None:
        """Whether a reply begins with a yes or a no; None when it does neither."""
        for words, verdict in ((self.no, False), (self.yes, True)):
            if said.startswith(words):
                return verdict
        return None


def _characters() -> dict[int, str]:
    table = {ord(row["character"]): row["read_as"] for row in sheet("character_variants")}
    for code in range(0xFF01, 0xFF5F):
        # Full-width letters and digits; the Chinese comma, colon and so on stay, they are clause marks.
        narrow = unicodedata.normalize("NFKC", chr(code))
        if narrow.isalnum() or narrow in "./%~-+":
            table[code] = narrow
    table[ord("\u3000")] = " "
    return table


def _lay_phrases() -> Iterator[tuple[str, str]]:
    """What people say of themselves: subject, perhaps an adverb, predicate ("手心总是发烫"); with a "not"
    before the predicate the sign is absent. One-syllable pairs without an adverb are too short to be safe."""
    adverbs = [row["form"] for row in sheet("lexicon") if row["kind"] == "adverb"]
    nots = [row["form"] for row in sheet("lexicon") if row["kind"] == "adverb.not"]
    for row in sheet("lay_phrases"):
        for subject in row["subjects"].split("、"):
            for predicate in row["predicates"].split("、"):
                if len(subject) + len(predicate) > 2:
                    yield subject + predicate, row["code"]
                yield from ((subject + adverb + predicate, row["code"]) for adverb in adverbs)
                if len(predicate) == 1:
                    yield from ((subject + word + predicate, "!" + row["code"]) for word in nots)


@cache
def lexicon() -> Lexicon:
    """The lexicon, compiled. Raises the table's own fault when the sheet is broken."""
    import ahocorasick

    forms: dict[str, tuple[str, tuple[str, ...], str]] = {}
    values: dict[str, dict[str, tuple[str, ...]]] = {}
    fillers: set[str] = set()
    degree_of: dict[str, float] = {}
    answers: dict[str, list[str]] = {"answer.yes": [], "answer.no": []}
    rank = {"control": 0, "topic": 1, "site": 2, "term": 3, "opposite": 3, "ignore": 4}

    def put(form: str, kind: str, codes: tuple[str, ...], value: str) -> None:
        old = forms.get(form)
        if old is None or rank.get(old[0], 0) <= rank.get(kind, 0):
            forms[form] = (kind, codes, value)

    for row in sheet("lexicon"):
        kind, form, said = row["kind"], row["form"], row["codes"]
        if kind in _TERM_KINDS:
            put(form, "term", tuple(said.split()), "")
        elif kind == "opposite":
            put(form, "opposite", tuple(said.split()), "")
        elif kind == "site":
            put(form, "site", (said,), "pain")
        elif kind.startswith("value:"):
            values.setdefault(kind[6:], {})[form] = tuple(said.split())
        elif kind == "topic":
            put(form, "topic", (), said)
        elif kind == "degree":
            degree_of[form] = float(said)
            put(form, "degree", (), said)
        elif kind == "side":
            put(form, "side", (), said)
        elif kind == "filler":
            fillers.add(form)
        elif kind in answers:
            answers[kind].append(form)
        elif kind == "ignore":
            put(form, "ignore", (), "")
        elif kind in _CONTROLS:
            put(form, kind, (), "")
    for form, code in _lay_phrases():
        if form not in forms:
            put(form, "term", (code,), "")
    automaton = ahocorasick.Automaton()
    for form in forms:
        automaton.add_word(form, form)
    automaton.make_automaton()
    return Lexicon(
        automaton,
        forms,
        max(map(len, forms)),
        values,
        {topic: max(map(len, entries)) for topic, entries in values.items()},
        frozenset(fillers),
        degree_of,
        tuple(sorted(answers["answer.yes"], key=len, reverse=True)),
        tuple(sorted(answers["answer.no"], key=len, reverse=True)),
        _characters(),
        {c: t for t in _CARRYING for codes in values.get(t, {}).values() for c in codes if c[0] != "!"},
        longest_filler=max(map(len, fillers)),
    )
