"""How much of what annotators marked is read, and how fast.

Data: the folder that holds `cases/`. The annotators of two sets copied findings out of the text, in their own
cut. A marked finding counts as met when the reader found a sign of its own inside it. Nothing here says how
many of the reader's other signs are wrong: the annotators left out what they thought unimportant.
"""

import time
from pathlib import Path

from knowledge_graph.reading import Reading, read_text
from tcm_station.evaluation.case_data import Case, cases_folder, cases_of
from tcm_station.evaluation.intervals import bootstrap_mean, wilson
from tcm_station.evaluation.report import Report, Row

MARKED_SETS = ("tcmeval_sdt", "yian")
ALL_SETS = ("textbook", "best4sdt", "tcmeval_sdt", "dialogue", "yian", "vignette")
WORST = 10


def evaluate(data: Path | None) -> Report:
    """Marked findings met, clauses left unread, speed. Raises UsageError, Refused."""
    folder = cases_folder(data)
    rows: list[Row] = []
    worst: list[tuple[str, float]] = []
    size = seconds = 0.0
    for name in ALL_SETS:
        cases = cases_of(folder, name)
        if not cases:
            continue
        start = time.perf_counter()
        told = [read_text(case["text"]) for case in cases]
        seconds += time.perf_counter() - start
        size += sum(len(case["text"].encode("utf-8")) for case in cases) / 1e6
        unread = [_unread_share(case["text"], reading) for case, reading in zip(cases, told, strict=True)]
        low, high = bootstrap_mean(unread, [case["id"] for case in cases])
        rows.append(
            Row(
                "evaluate_reading.unread",
                len(cases),
                sum(unread) / len(unread),
                low=low,
                high=high,
                part=name,
            )
        )
        if name in MARKED_SETS:
            met = [_met(case, reading) for case, reading in zip(cases, told, strict=True)]
            hits, total = sum(h for h, _ in met), sum(n for _, n in met)
            low, high = wilson(hits, total)
            rows.append(Row("evaluate_reading.met", total, hits / total, low=low, high=high, part=name))
            worst += [(case["id"], h / n) for case, (h, n) in zip(cases, met, strict=True) if n]
    if seconds:
        rows.append(Row("evaluate_reading.speed", 1, size / seconds, "MB/s"))
    worst.sort(key=lambda pair: pair[1])
    return Report("evaluate_reading.title", tuple(rows), tuple(worst[:WORST]))


def _met(case: Case, reading: Reading) -> tuple[int, int]:
    """(marked findings with a sign read inside them, marked findings that stand in the text as copied)."""
    spans = [f.span for f in reading.findings if f.span]
    hits = total = 0
    for words in case.get("findings", []):
        at = case["text"].find(words)
        if at < 0:
            continue
        total += 1
        hits += any(start < at + len(words) and at < end for start, end in spans)
    return hits, total


def _unread_share(text: str, reading: Reading) -> float:
    """Characters in unread spans over all characters."""
    return sum(end - start for start, end in reading.unread) / max(len(text), 1)
