"""How well pulse beats and their points are found: against ECG beats, and against annotators.

Data: the folder that holds `pulse/` (or that folder itself) with `score_beats.py`, `bidmc/` and `ppgbp/`. The
scorer that lies with the data is the one that counts. The search was tuned on records with an even number
only, so the odd ones are given apart.
"""

import csv
import importlib.util
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tcm_station.domain.errors import Refused, UsageError
from tcm_station.evaluation.report import Report, Row
from tcm_station.signals.pulse.beats import find_beats
from tcm_station.signals.pulse.wave import Beats, PulseKind, Wave

DRAWS, SEED = 2000, 20250101
SIGNALS = (("ppg", PulseKind.PPG), ("abp", PulseKind.PRESSURE))
POINTS = (("on", "onset_s"), ("sp", "peak_s"), ("dn", "notch_s"))
WORST = 8


def evaluate(data: Path | None) -> Report:
    """Beats of every record, then points of every annotated wave.

    Raises UsageError without a folder, Refused when it holds nothing to test.
    """
    if data is None:
        raise UsageError("evaluation-data-not-given")
    folder = data / "pulse" if (data / "pulse").is_dir() else data
    scorer_path, records = folder / "score_beats.py", sorted((folder / "bidmc").glob("*.npz"))
    if not scorer_path.is_file() or not records:
        raise Refused("no-evaluation-data", folder=str(data))
    scorer = _scorer(scorer_path)
    rows: list[Row] = []
    worst: list[tuple[str, float]] = []
    for signal, kind in SIGNALS:
        results, seconds = _score(scorer, records, signal, kind)
        if not results:
            continue
        rows += _beat_rows(scorer, results, signal)
        rows.append(Row("evaluate_pulse.seconds_per_hour", len(results), seconds, "s", part=signal))
        worst += [(f"{signal} {record}", r["f1"]) for record, r in results.items()]
    rows += _point_rows(folder / "ppgbp")
    worst.sort(key=lambda pair: pair[1])
    return Report("evaluate_pulse.title", tuple(rows), tuple(worst[:WORST]))


def _scorer(path: Path) -> ModuleType:
    """The data's own scorer, loaded by its path and never written to (no compiled file beside it)."""
    spec = importlib.util.spec_from_file_location("score_beats_of_the_data", path)
    if spec is None or spec.loader is None:
        raise Refused("no-evaluation-data", folder=str(path.parent))
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def _score(
    scorer: ModuleType, records: list[Path], signal: str, kind: PulseKind
) -> tuple[dict[str, dict[str, Any]], float]:
    """(the scorer's result of each record that has the signal, CPU seconds for an hour of it)."""
    results: dict[str, dict[str, Any]] = {}
    spent = length = 0.0
    for path in records:
        with np.load(path, allow_pickle=False) as arrays:
            if signal not in arrays.files:
                continue
            wave = Wave(arrays[signal].astype(np.float32), float(arrays["fs"]), kind)
        start = time.process_time()
        beats = find_beats(wave)
        spent += time.process_time() - start
        length += wave.seconds
        reference, scored, intervals = scorer.load_reference(str(path.parent), path.stem)
        results[path.stem] = scorer.score_record(reference, scored, intervals, beats.onset_s)
    return results, 3600 * spent / length if length else 0.0


def _beat_rows(scorer: ModuleType, results: Mapping[str, dict[str, Any]], signal: str) -> list[Row]:
    rows = []
    parts: tuple[tuple[str, Callable[[int], bool]], ...] = (
        (signal, lambda number: True),
        (f"{signal}, odd", lambda number: number % 2 == 1),
        (f"{signal}, even", lambda number: number % 2 == 0),
    )
    for part, wanted in parts:
        chosen = {k: v for k, v in results.items() if wanted(int("".join(c for c in k if c.isdigit()) or 0))}
        if not chosen:
            continue
        summary = scorer.summary(chosen)
        low, high = _interval(list(chosen.values()))
        beats = int(summary["beats"])
        note = "evaluate_pulse.note.tuned" if part.endswith("even") else None
        rows += [
            Row("evaluate_pulse.f1", beats, float(summary["pooled_f1"]), "1", low, high, part, note),
            Row(
                "evaluate_pulse.worst",
                len(chosen),
                float(summary["worst_f1"]),
                part=f"{part}: {summary['worst_record']}",
            ),
        ]
        if part == signal:
            rows += [
                Row("evaluate_pulse.sensitivity", beats, float(summary["sens"]), part=part),
                Row("evaluate_pulse.precision", beats, float(summary["ppv"]), part=part),
            ]
    return rows


def _interval(results: list[dict[str, Any]]) -> tuple[float, float]:
    """95 % interval of the pooled F1, whole records drawn with replacement."""
    counts = np.array([[r["tp"], r["fp"], r["fn"]] for r in results], dtype=np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(counts), (DRAWS, len(counts)))
    tp, fp, fn = (counts[drawn].sum(axis=1)[:, i] for i in range(3))
    low, high = np.percentile(2 * tp / np.maximum(2 * tp + fp + fn, 1), [2.5, 97.5])
    return float(low), float(high)


def _point_rows(folder: Path) -> list[Row]:
    """Mean absolute error of each point against each annotator, in ms; the wave is found without any help."""
    annotated = folder / "fiducials.csv"
    if not annotated.is_file():
        return []
    with np.load(folder / "ppgbp_segments.npz", allow_pickle=False) as arrays:
        at = {str(n): i for i, n in enumerate(arrays["names"])}
        signals, length, fs = arrays["signals"], arrays["length"], float(arrays["fs"])
    found: dict[str, Beats] = {}
    errors: dict[tuple[str, str], list[tuple[int, float]]] = {}
    missed = 0
    with annotated.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            segment = row["segment"]
            if segment not in found:
                i = at[segment]
                found[segment] = find_beats(Wave(signals[i][: int(length[i])].astype(np.float32), fs))
            beats = found[segment]
            near = np.abs(beats.peak_s * 1000 - float(row["sp"])) if len(beats) else np.zeros(0)
            if not np.isfinite(near).any():
                missed += 1
                continue
            beat = int(np.nanargmin(near))
            subject = int(segment.split("_")[0])
            for point, name in POINTS:
                mine = getattr(beats, name)[beat]
                if row[point] and np.isfinite(mine):
                    error = abs(mine * 1000 - float(row[point]))
                    errors.setdefault((point, row["annotator"]), []).append((subject, float(error)))
    rows = []
    for (point, annotator), pairs in sorted(errors.items()):
        for part, wanted in (("odd", 1), ("even", 0)):
            values = np.array([e for subject, e in pairs if subject % 2 == wanted])
            if len(values) == 0:
                continue
            means = np.random.default_rng(SEED).choice(values, (DRAWS, len(values))).mean(axis=1)
            low, high = np.percentile(means, [2.5, 97.5])
            rows.append(
                Row(
                    f"evaluate_pulse.point.{point}",
                    len(values),
                    float(values.mean()),
                    "ms",
                    float(low),
                    float(high),
                    f"{annotator}, {part}",
                    "evaluate_pulse.note.tuned" if wanted == 0 else None,
                )
            )
    rows.append(Row("evaluate_pulse.missed", len(found), float(missed)))
    return rows
