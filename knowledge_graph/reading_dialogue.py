"""Questions in a dialogue, and how the next line answers them."""

import re
from itertools import pairwise

from knowledge_graph.lexicon import Lexicon

QUESTION_MARKS = frozenset("？?")
_SPEAKER_LINE = re.compile(r"^\s*(医生|医师|大夫|医|患者|病人|患|家属)\s*[:：]")


def answers(text: str, lex: Lexicon) -> dict[int, bool]:
    """For each place in a dialogue's question: whether the next line says yes or no, where it does."""
    lines: list[tuple[int, str]] = []
    offset = 0
    for line in text.split("\n"):
        if line.strip():
            lines.append((offset, line))
        offset += len(line) + 1
    answers: dict[int, bool] = {}
    for (start, line), (_, reply) in pairwise(lines):
        if not line.rstrip().endswith(tuple(QUESTION_MARKS)) or sum(map(line.count, QUESTION_MARKS)) > 1:
            continue  # two questions and one answer: nobody can tell which was answered
        said = _SPEAKER_LINE.sub("", reply).strip()
        verdict = lex.answer(said)
        if verdict is not None:
            answers.update(dict.fromkeys(range(start, start + len(line)), verdict))
    return answers
