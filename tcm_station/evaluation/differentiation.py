"""How well cases are differentiated: ten options and free names, each beside its control without the case.

Data: the folder that holds `cases/` (or that folder itself). The scorer that lies with the data is the one
that counts. Model evidence-v1 learns nothing from the sets, so each fold is simply a part that is counted by
itself; its few general constants were chosen on these same development parts (docs/reasoning.md).
The control gives each case the text of another one: what is left is what the options alone give away.
"""

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from knowledge_graph.load import knowledge
from knowledge_graph.reading import read_text
from knowledge_graph.reason import differentiate, score_options
from tcm_station.domain.differentiation import Differentiation, ElementKind
from tcm_station.domain.finding import Finding
from tcm_station.evaluation.case_data import Case, cases_folder, cases_of, scorer_in
from tcm_station.evaluation.report import Report, Row

OPTION_SETS = ("best4sdt", "tcmeval_sdt", "vignette")
FREE_SETS = ("textbook", "best4sdt")
# From here on an element counts as named (chosen on the development cases).
ELEMENT_NAMED = {ElementKind.LOCATION: 0.4, ElementKind.NATURE: 0.5}
Findings = tuple[Finding, ...]


def evaluate(data: Path | None) -> Report:
    """Every figure that the sets in the folder allow. Raises UsageError, Refused."""
    folder = cases_folder(data)
    scorer = scorer_in(folder)
    rows: list[Row] = []
    for name in OPTION_SETS:
        cases = [
            c for c in cases_of(folder, name) if c.get("options") and c.get("task", "syndrome") == "syndrome"
        ]
        if cases:
            rows += _options(scorer, name, cases)
    seconds: list[float] = []
    for name in FREE_SETS:
        cases = cases_of(folder, name)
        if cases:
            rows += _free(scorer, name, cases, seconds)
    if seconds:
        p95 = float(np.percentile(seconds, 95))
        rows.append(Row("evaluate_differentiation.seconds_p95", len(seconds), p95, "s"))
    return Report("evaluate_differentiation.title", tuple(rows), facts={"model": "evidence-v1"})


def _options(scorer: ModuleType, name: str, cases: list[Case]) -> list[Row]:
    read = [read_text(case["text"]).findings for case in cases]
    others = read[len(read) // 2 :] + read[: len(read) // 2]
    result = scorer.options(cases, _answers(cases, read))
    n = result["n"]
    rows = [
        _share("evaluate_differentiation.options", result["top1"], result["top1_ci"], n, name),
        Row(
            "evaluate_differentiation.options_single",
            result["n_single"],
            result["top1_single_answer"],
            part=name,
        ),
        Row("evaluate_differentiation.chance", n, result["chance_top1"], part=name),
        Row("evaluate_differentiation.brier", n, result["brier"], part=name),
        Row("evaluate_differentiation.ece", n, result["ece"], part=name),
    ]
    other = scorer.options(cases, _answers(cases, others))
    blank = scorer.options(cases, _answers(cases, [()] * len(cases)))
    rows.append(_share("evaluate_differentiation.permuted", other["top1"], other["top1_ci"], n, name))
    rows.append(_share("evaluate_differentiation.blanked", blank["top1"], blank["top1_ci"], n, name))
    for fold in sorted({case["fold"] for case in cases}):
        part = [case for case in cases if case["fold"] == fold]
        one = scorer.options(
            part, _answers(part, [f for c, f in zip(cases, read, strict=True) if c["fold"] == fold])
        )
        rows.append(
            _share(
                "evaluate_differentiation.options",
                one["top1"],
                one["top1_ci"],
                one["n"],
                f"{name} fold {fold}",
            )
        )
    return rows


def _answers(cases: list[Case], read: list[Findings]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for case, findings in zip(cases, read, strict=True):
        options: dict[str, str] = case["options"]
        scores = score_options(findings, list(dict.fromkeys(options.values())))
        prob = {letter: scores[option] for letter, option in options.items()}
        ranked = sorted(options, key=lambda letter, prob=prob: -prob[letter])  # type: ignore[misc]
        answers[case["id"]] = {"ranked": ranked, "prob": prob}
    return answers


def _free(scorer: ModuleType, name: str, cases: list[Case], seconds: list[float]) -> list[Row]:
    told: dict[str, Differentiation] = {}
    for case in cases:
        start = time.perf_counter()
        told[case["id"]] = differentiate(read_text(case["text"]).findings)
        seconds.append(time.perf_counter() - start)

    def ranked(codes: Callable[[Differentiation], list[tuple[str, float]]]) -> dict[str, Any]:
        return {
            case: {"ranked": [_zh(code) for code, _ in codes(d)], "prob": [p for _, p in codes(d)]}
            for case, d in told.items()
        }

    result = scorer.free(cases, ranked(lambda d: [(c.code, c.p) for c in d.candidates]), "syndrome", (1, 5))
    n = result["n"]
    rows = [
        _share("evaluate_differentiation.free_1", result["top1"], result["top1_ci"], n, name),
        Row("evaluate_differentiation.free_5", n, result["top5"], part=name),
        Row("evaluate_differentiation.element_f1", n, result["element_f1_of_top1"], part=name),
        Row("evaluate_differentiation.ece", n, result.get("ece"), part=f"{name} free"),
    ]
    if any(case.get("disease") for case in cases):
        found = scorer.free(cases, ranked(lambda d: [(x.code, x.p) for x in d.diseases]), "disease", (3,))
        rows.append(Row("evaluate_differentiation.disease_3", found["n"], found["top3"], part=name))
    if any(case.get("formula") for case in cases):
        found = scorer.free(cases, ranked(lambda d: [(x.code, x.score) for x in d.formulas]), "formula", (5,))
        rows.append(Row("evaluate_differentiation.formula_5", found["n"], found["top5"], part=name))
    for kind in ElementKind:
        if any(isinstance(case.get(kind.value), list) for case in cases) and "department" in cases[0]:
            sets = {case: {"set": _element_names(d, kind)} for case, d in told.items()}
            found = scorer.setscore(cases, sets, kind.value)
            rows.append(
                _share(
                    f"evaluate_differentiation.{kind.value}_f1", found["f1"], found["f1_ci"], found["n"], name
                )
            )
    return rows


def _element_names(told: Differentiation, kind: ElementKind) -> list[str]:
    short = {row["id"]: row["short"] for row in knowledge().plain("elements")}
    return [short[e.code] for e in told.elements if e.kind is kind and e.p >= ELEMENT_NAMED[kind]]


def _zh(code: str) -> str:
    """The name a clinic would write: the usual one where the table has it, else the standard's."""
    usual = next((r["alias"] for r in _usual() if r["disease"] == code), None)
    if usual:
        return usual
    node = knowledge().find(code)
    return node.zh if node else code


@cache
def _usual() -> tuple[dict[str, str], ...]:
    return tuple(row for row in knowledge().plain("disease_aliases") if row["kind"] == "usage")


def _share(name: str, value: float, half: float, n: int, part: str) -> Row:
    return Row(name, n, value, low=max(0.0, value - half), high=min(1.0, value + half), part=part)
