"""How well tongues are found: overlap with drawn masks, refusals where there is none, and time.

Data are laid out as the training data are: a folder a source with `images/`, `masks/` where tongues were
drawn, `labels.csv` with the column `tongue_present` where that is known, and `splits.csv` with folds and
groups. Other sources in the same layout are found by themselves; without `splits.csv` all pictures are tests.
"""

import csv
import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import Refused, UsageError
from tcm_station.evaluation.intervals import bootstrap_mean, wilson
from tcm_station.evaluation.report import Report, Row
from tcm_station.resources import asset
from vision.tongue.segment import MODEL, segment_tongue

WORST = 10
MIN_GROUPS = 5
TIMED_FRAMES = 30
ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


@dataclass(frozen=True, slots=True)
class Case:
    """One picture to test: mask None where none was drawn; shows_tongue None where nobody says."""

    source: str
    image: Path
    mask: Path | None
    shows_tongue: bool | None
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class Score:
    """One picture's result; overlaps None without a drawn mask."""

    case: Case
    found: bool
    iou_tongue: float | None
    iou_two_class: float | None


def overlap(found: NDArray[np.bool_], drawn: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks of one shape; 1.0 when both are empty."""
    either = int(np.count_nonzero(found | drawn))
    return 1.0 if either == 0 else int(np.count_nonzero(found & drawn)) / either


def find_cases(data: Path, folds: Iterable[int] | None) -> list[Case]:
    """All pictures of the folds, in order of source and name; `folds` None or no `splits.csv`: all.

    Raises Refused `no-evaluation-data` when the folder holds no source.
    """
    root = data / "tongue" if (data / "tongue").is_dir() else data
    splits = {(r["source"], r["stem"]): (int(r["fold"]), r["group"]) for r in _rows(root / "splits.csv")}
    wanted = None if folds is None or not splits else set(folds)
    sources = sorted(p for p in root.iterdir() if (p / "images").is_dir()) if root.is_dir() else []
    if not sources:
        raise Refused("no-evaluation-data", folder=str(data))
    cases = []
    for folder in sources:
        labels = {row["stem"]: row for row in _rows(folder / "labels.csv")}
        has_masks = (folder / "masks").is_dir()
        for image in sorted(p for p in (folder / "images").iterdir() if p.suffix.lower() in ENDINGS):
            fold, group = splits.get((folder.name, image.stem), (-1, image.stem))
            if wanted is not None and fold not in wanted and (folder.name, image.stem) in splits:
                continue
            mask = folder / "masks" / f"{image.stem}.png"
            label = labels.get(image.stem, {})
            shows = {"1": True, "0": False}.get(label.get("tongue_present", ""))
            if mask.exists():
                shows = True
            elif shows is None and not has_masks:
                shows = False
            kind = label.get("kind") or folder.name
            cases.append(Case(folder.name, image, mask if mask.exists() else None, shows, group, kind))
    return cases


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def score_case(case: Case) -> Score | None:
    """Segment one picture and compare; None when the picture cannot be read."""
    import cv2

    image = cv2.imread(str(case.image), cv2.IMREAD_COLOR)
    if image is None:
        return None
    found = segment_tongue(np.ascontiguousarray(image[:, :, ::-1]).astype(np.uint8))
    if case.mask is None:
        return Score(case, found.present, None, None)
    grey = cv2.imread(str(case.mask), cv2.IMREAD_GRAYSCALE)
    if grey is None or grey.shape != image.shape[:2]:
        return None
    drawn = np.asarray(grey > 127, dtype=np.bool_)
    tongue = overlap(found.mask, drawn)
    return Score(case, found.present, tongue, (tongue + overlap(~found.mask, ~drawn)) / 2)


def evaluate(
    data: Path | None,
    *,
    folds: tuple[int, ...] | None = (0,),
    sources: frozenset[str] | None = None,
    with_time: bool = True,
) -> Report:
    """Score every test picture. folds None: all pictures; sources None: all.

    A tongue that was not found counts with overlap 0. Raises UsageError without a folder, Refused when it
    holds nothing to test.
    """
    if data is None:
        raise UsageError("evaluation-data-not-given")
    cases = [c for c in find_cases(data, folds) if sources is None or c.source in sources]
    scores = [score for score in map(score_case, cases) if score is not None]
    if not scores:
        raise Refused("no-evaluation-data", folder=str(data))
    rows = [*_overlap_rows(scores), *_presence_rows(scores)]
    unread = len(cases) - len(scores)
    if unread:
        rows.append(Row("evaluate_tongue.unread", unread, float(unread)))
    if with_time:
        rows.append(_time_row())
    marked = [(s.case, s.iou_tongue) for s in scores if s.iou_tongue is not None]
    marked.sort(key=lambda pair: pair[1])
    worst = tuple((f"{case.source}/{case.image.stem}", value) for case, value in marked[:WORST])
    return Report("evaluate_tongue.title", tuple(rows), worst, model_facts(folds))


def model_facts(folds: tuple[int, ...] | None) -> dict[str, str]:
    """Which weights were tested on what."""
    digest = hashlib.sha256(asset(f"models/{MODEL}.onnx").read_bytes()).hexdigest()
    return {"model": MODEL, "sha256": digest, "folds": "all" if folds is None else ",".join(map(str, folds))}


def _by_source(scores: list[Score]) -> Iterator[tuple[str, list[Score]]]:
    for source in sorted({s.case.source for s in scores}):
        yield source, [s for s in scores if s.case.source == source]


def _overlap_rows(scores: list[Score]) -> Iterator[Row]:
    for source, own in _by_source([s for s in scores if s.iou_tongue is not None]):
        groups = [s.case.group for s in own]
        note = None
        if len(set(groups)) < MIN_GROUPS:
            groups, note = [s.case.image.stem for s in own], "evaluate_tongue.note.few_groups"
        tongue = [s.iou_tongue for s in own if s.iou_tongue is not None]
        both = [s.iou_two_class for s in own if s.iou_two_class is not None]
        for name, values in (("evaluate_tongue.iou_tongue", tongue), ("evaluate_tongue.iou_two_class", both)):
            low, high = bootstrap_mean(values, groups)
            yield Row(name, len(values), float(np.mean(values)), "1", low, high, source, note)
        yield Row("evaluate_tongue.iou_tenth", len(tongue), float(np.percentile(tongue, 10)), part=source)


def _presence_rows(scores: list[Score]) -> Iterator[Row]:
    def share(name: str, hits: int, n: int, part: str) -> Row:
        low, high = wilson(hits, n)
        return Row(name, n, hits / n, "1", low, high, part)

    shown = [s for s in scores if s.case.shows_tongue]
    empty = [s for s in scores if s.case.shows_tongue is False]
    for source, own in _by_source(shown):
        yield share("evaluate_tongue.found", sum(s.found for s in own), len(own), source)
    if shown:
        yield share("evaluate_tongue.found", sum(s.found for s in shown), len(shown), "*")
    for kind in sorted({s.case.kind for s in empty}):
        own = [s for s in empty if s.case.kind == kind]
        yield share("evaluate_tongue.refused", sum(not s.found for s in own), len(own), kind)
    if empty:
        yield share("evaluate_tongue.refused", sum(not s.found for s in empty), len(empty), "*")


def _time_row() -> Row:
    """Median time of one frame that shows a rendered tongue."""
    from vision.phantom.tongue import TongueTruth, render_tongue

    frame = render_tongue(TongueTruth(), 1).rgb
    height, width = frame.shape[:2]
    segment_tongue(frame)
    spent = []
    for _ in range(TIMED_FRAMES):
        start = time.perf_counter()
        segment_tongue(frame)
        spent.append(1000 * (time.perf_counter() - start))
    low, high = np.percentile(spent, [2.5, 97.5])
    return Row(
        "evaluate_tongue.time",
        TIMED_FRAMES,
        float(np.median(spent)),
        "ms",
        float(low),
        float(high),
        f"{width}x{height}",
        "evaluate_tongue.note.time",
    )
