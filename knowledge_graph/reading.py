"""Chinese case text → findings: what is said, whether it is there or not, how much, since when, by whom.

A lexicon (tables/lexicon.tsv) is matched leftmost-longest; small grammars read what follows a topic word
("脉" → 弦细数; "胃脘" → 隐隐作痛). Polarity, degree, time course, side and speaker come from words around a
match, each within its clause or sentence. No text is changed: spans count characters of the original.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from knowledge_graph.lexicon import Lexicon, Token, lexicon
from knowledge_graph.reading_dialogue import QUESTION_MARKS, answers
from knowledge_graph.reading_vitals import Vital, findings_of_vitals, read_vitals
from tcm_station.domain.finding import Certainty, Finding, Polarity, Source

SENTENCE_ENDS = frozenset("。！？!?\n\r")
CLAUSE_ENDS = frozenset(",，;；:：") | SENTENCE_ENDS
STRONG_ENDS = frozenset(";；") | SENTENCE_ENDS
# How far a degree word may stand from what it grades, in characters ("明显的乏力").
DEGREE_GAP = 1
# How many filler characters may stand between a topic and its value ("大便总是有点干").
FILLER_LIMIT = 7
_NUMBER = r"(?:\d+(?:\.\d+)?|[一二三四五六七八九十百两半数几]+)"
_DURATION = re.compile(
    rf"(?<![每第日])(?:近|约|已|将近)?{_NUMBER}(?:余|多|来|几)?(?:个)?(?:半)?"
    r"(?:年|月|周|星期|礼拜|天|日|小时|分钟)(?:余|多|来|半)?(?!前|生|龄|[一二两三四五六七八九十\d]*[次行])"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """findings: in the order of the text. unread: spans no rule understood. vitals: numbers read."""

    findings: tuple[Finding, ...]
    unread: tuple[tuple[int, int], ...] = ()
    vitals: tuple[Vital, ...] = ()


class _Mention(NamedTuple):
    """One code at one place, before polarity and company are settled."""

    code: str
    start: int
    end: int
    absent: bool
    excluded: bool
    reported: bool
    asked: bool
    degree: float | None
    side: str | None
    clause: int


class _Reader:
    """One pass over one text. Not reused."""

    def __init__(self, text: str, lex: Lexicon) -> None:
        self.original = text
        self.text = lex.normalise(text)
        self.lex = lex
        self.mentions: list[_Mention] = []
        self.covered: list[tuple[int, int]] = []
        self.clause = 0
        self.sentence_asks = False
        self.negated = False
        self.negation_strong = False
        self.excluded = False
        self.past_clause: int | None = None
        self.reported = False
        self.adjacent_negator: int | None = None
        self.pending_degree: tuple[int, float] | None = None
        self.pending_side: tuple[int, str] | None = None
        self.topic: str | None = None

    def run(self) -> Reading:
        tokens = self.lex.tokens(self.text)
        position = index = 0
        self._start_sentence(0)
        size = len(self.text)
        while position < size:
            while index < len(tokens) and tokens[index].start < position:
                index += 1
            token = tokens[index] if index < len(tokens) else None
            stop = token.start if token else size
            for i in range(position, stop):
                if self.text[i] in CLAUSE_ENDS:
                    self._end_clause(i)
            position = stop
            if token is None:
                break
            position = self._take(token)
        vitals = read_vitals(self.text)
        findings = (*self._settle(), *findings_of_vitals(vitals))
        self.covered += [vital.span for vital in vitals]
        self.covered += [match.span() for match in _DURATION.finditer(self.text)]
        return Reading(findings, tuple(self._unread()), vitals)

    # clause and sentence

    def _start_sentence(self, at: int) -> None:
        self.excluded = self.reported = False
        end = next((i for i in range(at, len(self.text)) if self.text[i] in SENTENCE_ENDS), len(self.text))
        self.sentence_asks = end < len(self.text) and self.text[end] in QUESTION_MARKS

    def _end_clause(self, at: int) -> None:
        mark = self.text[at]
        self.clause += 1
        self.adjacent_negator = None
        if mark in STRONG_ENDS or not self.negation_strong:
            self.negated = self.negation_strong = False
        if mark in STRONG_ENDS:
            self.topic = None
        if mark in SENTENCE_ENDS:
            self._start_sentence(at + 1)

    # tokens

    def _take(self, token: Token) -> int:
        """Use a token; the position to read on from."""
        kind = token.kind
        if kind == "ignore":
            self.covered.append((token.start, token.end))
        elif kind in ("term", "opposite"):
            self._mention(token.codes, token.start, token.end)
            carried = self.lex.carries(token.codes)
            if carried:
                return self._read_values(carried, token.end, token.end, (), True)[0]
        elif kind in ("topic", "site"):
            return self._read_topic(token)
        elif kind == "side":
            self.pending_side = (token.end, token.value)
            self.covered.append((token.start, token.end))
        else:
            self._control(token)
        return token.end

    def _control(self, token: Token) -> None:
        kind = token.kind
        if kind == "negator.list":
            self.negated = True
            self.negation_strong = self.negation_strong or token.form == self.lex.denies
        elif kind == "negator.adjacent":
            self.adjacent_negator = token.end
        elif kind == "negator.end":
            self.negated = self.negation_strong = False
        elif kind == "resolved":
            self._resolve(token.start)
        elif kind == "degree":
            self._grade(token)
        elif kind == "speaker":
            self.reported = True
        elif kind == "history":
            self.excluded = True
        elif kind == "history.clause":
            self.past_clause = self.clause
        elif kind == "resume":
            self.excluded = False
            self.past_clause = None
            return
        self.covered.append((token.start, token.end))

    def _resolve(self, at: int) -> None:
        """ "头痛、恶心消失": everything said so far in this clause is gone."""
        for i in range(len(self.mentions) - 1, -1, -1):
            mention = self.mentions[i]
            if mention.clause != self.clause or mention.end > at:
                break
            self.mentions[i] = mention._replace(absent=True)

    def _grade(self, token: Token) -> None:
        degree = float(token.value)
        last = self.mentions[-1] if self.mentions else None
        if (
            last
            and last.clause == self.clause
            and 0 <= token.start - last.end <= DEGREE_GAP
            and last.degree is None
        ):
            self.mentions[-1] = last._replace(degree=degree)
        else:
            self.pending_degree = (token.end, degree)

    def _read_topic(self, token: Token) -> int:
        """Read the values after a topic word; leaves the word alone when none follows."""
        topic = token.value
        if token.form == self.lex.body_word and self.topic not in ("coat", "body"):
            return token.end
        position, found = self._read_values(topic, token.start, token.end, token.codes, False)
        if found:
            self.topic = topic
        elif token.kind == "topic":
            self.topic = topic if topic in ("body", "coat", "pulse") else self.topic
            self.covered.append((token.start, token.end))
        return position

    def _read_values(
        self, topic: str, start: int, position: int, site: tuple[str, ...], found: bool
    ) -> tuple[int, bool]:
        """Read a topic's values from `position` on; the first one's span begins at `start`."""
        values = self.lex.values.get(topic, {})
        while True:
            at, degree = self._skip_fillers(position, topic, found)
            value = self._value_at(at, values, topic)
            if value is None:
                return position, found
            end, codes = value
            if codes:
                if degree is not None:
                    self.pending_degree = (at, degree)
                self._mention(codes, start if start < position else at, end, site=site)
                start = end
            position, found = end, True

    def _skip_fillers(self, at: int, topic: str, found: bool) -> tuple[int, float | None]:
        """Skip words that carry no value; the degree among them, if any. A comma is crossed only where the
        topic's attributes may go on ("月经量少，色淡"), never towards another topic."""
        degree: float | None = None
        limit = at + FILLER_LIMIT
        values = self.lex.values.get(topic, {})
        while at < len(self.text) and at < limit:
            if self._value_at(at, values, topic):
                break
            char = self.text[at]
            if char in "，,、" and topic != "pain":
                ahead = self._value_at(at + 1, values, topic)
                if ahead is None or not self._may_cross(at + 1, ahead, topic, found, char):
                    break
                at += 1
                continue
            step = self.lex.filler_at(self.text, at)
            if not step or (topic == "pulse" and self.text[at] in self.lex.not_pulse_filler):
                break
            degree = self.lex.degree_of.get(self.text[at : at + step], degree)
            at += step
        return at, degree

    def _may_cross(
        self, at: int, ahead: tuple[int, tuple[str, ...]], topic: str, found: bool, mark: str
    ) -> bool:
        if topic in ("body", "coat", "pulse"):
            rival = self.lex.longest_at(self.text, at)
            return mark == "、" or rival is None or rival.kind != "term" or rival.end <= ahead[0]
        return found and (mark == "、" or self.text[at] in self.lex.attribute_heads)

    def _value_at(
        self, at: int, values: dict[str, tuple[str, ...]], topic: str
    ) -> tuple[int, tuple[str, ...]] | None:
        for size in range(min(self.lex.longest_value.get(topic, 0), len(self.text) - at), 0, -1):
            codes = values.get(self.text[at : at + size])
            if codes is not None:
                return at + size, codes
        return None

    def _mention(self, codes: tuple[str, ...], start: int, end: int, site: tuple[str, ...] = ()) -> None:
        adjacent = self.adjacent_negator is not None and 0 <= start - self.adjacent_negator <= 1
        negated = self.negated or adjacent
        past = self.excluded or self.past_clause == self.clause
        self.adjacent_negator = None
        degree = side = None
        if (self.pending_degree and 0 <= start - self.pending_degree[0] <= DEGREE_GAP) or (
            self.pending_degree and start <= self.pending_degree[0] <= end
        ):
            degree = self.pending_degree[1]
        if self.pending_side and 0 <= start - self.pending_side[0] <= 1:
            side = self.pending_side[1]
        self.pending_degree = self.pending_side = None
        self.covered.append((start, end))
        for code in (*site, *codes):
            absent = code.startswith("!")
            self.mentions.append(
                _Mention(
                    code.removeprefix("!"),
                    start,
                    end,
                    absent != negated,
                    past,
                    self.reported,
                    self.sentence_asks,
                    degree,
                    side,
                    self.clause,
                )
            )

    # afterwards

    def _settle(self) -> Iterator[Finding]:
        answered = answers(self.text, self.lex)
        durations = self._durations()
        seen: set[tuple[str, int]] = set()
        for m in self.mentions:
            if m.excluded:
                continue
            absent = m.absent
            if m.asked:
                answer = answered.get(m.start)
                if answer is None:
                    continue
                absent = not answer
            if (m.code, m.start) in seen:
                continue
            seen.add((m.code, m.start))
            yield Finding(
                m.code,
                Polarity.ABSENT if absent else Polarity.PRESENT,
                degree=m.degree,
                source=Source.TEXT,
                certainty=Certainty.REPORTED if m.reported else Certainty.PROPOSED,
                span=(m.start, m.end),
                duration=durations.get(m.clause),
                side=m.side,
            )

    def _durations(self) -> dict[int, str]:
        """The time said in each clause; clauses are counted as in the pass above."""
        found: dict[int, str] = {}
        clause = start = 0
        for i, char in enumerate(self.text + "\n"):
            if char in CLAUSE_ENDS:
                match = _DURATION.search(self.text, start, i)
                if match:
                    found[clause] = self.original[match.start() : match.end()]
                clause, start = clause + 1, i + 1
        return found

    def _unread(self) -> Iterator[tuple[int, int]]:
        """Runs of at least two Chinese characters that no token covers."""
        mask = bytearray(len(self.text))
        for start, end in self.covered:
            mask[start:end] = b"\x01" * (end - start)
        for match in re.finditer(r"[\u3400-\u9fff]+", self.text):
            start = match.start()
            while start < match.end():
                if mask[start]:
                    start += 1
                    continue
                end = start
                while end < match.end() and not mask[end]:
                    end += 1
                words = "".join(c for c in self.text[start:end] if c not in self.lex.fillers)
                if len(words) >= 2:
                    yield start, end
                start = end


def read_text(text: str, *, source: Source = Source.TEXT) -> Reading:
    """Findings of a Chinese case text, each with the span [from, to) it was read from.

    text: free text, simplified or traditional, a chief complaint as well as a whole history.
    source: what the findings are said to come from (inquiry free text, practitioner's line …).
    Never fails on any text; what was not understood is in `unread`.
    """
    reading = _Reader(text, lexicon()).run()
    if source is Source.TEXT:
        return reading
    return replace(reading, findings=tuple(replace(f, source=source) for f in reading.findings))
