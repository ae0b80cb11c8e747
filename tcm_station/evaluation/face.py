"""How faces fare: measured or refused, folder by folder, hair against drawn labels, and time.

Data are folders of pictures, and beside some pictures `<stem>-labels.png` in CelebAMask order (17 is hair).
What a folder should give stands in its name: `painted`, `no-face`, `covered` and turned heads are there to be
refused. No truth of colour exists, so none is scored; how the measures of the groups of skin tone lie is
printed instead.
"""

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind
from tcm_station.evaluation.intervals import bootstrap_mean, wilson
from tcm_station.evaluation.report import Report, Row
from tcm_station.resources import asset
from vision.face.detect import MODEL as DETECTOR
from vision.face.examine import METHOD, examine_face
from vision.face.landmarks import MODEL as LANDMARKS
from vision.face.zones import HAIR_MODEL, find_hair
from vision.images import read_image

HAIR_LABEL = 17
GROUPS = "skin-tones"
ENDINGS = (".jpg", ".jpeg", ".png")
LABELS = "-labels"


@dataclass
class _Tally:
    measured: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def n(self) -> int:
        return self.measured + sum(self.refused.values())


def evaluate(data: Path) -> Report:
    """Examine every picture of `data/face` (or of `data` itself).

    Raises Refused `no-evaluation-data` when there is no picture.
    """
    root = data / "face" if (data / "face").is_dir() else data
    pictures = sorted(
        path for path in root.glob("*/*") if path.suffix.lower() in ENDINGS and LABELS not in path.stem
    )
    if not pictures:
        raise Refused("no-evaluation-data", folder=str(data))
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    told: dict[str, list[Examination]] = defaultdict(list)
    spent: list[float] = []
    for path in pictures:
        tally, picture = tallies[path.parent.name], read_image(path)
        start = time.perf_counter()
        try:
            examination = examine_face(picture, _capture(picture.sha256))
        except Refused as refusal:
            tally.refused[refusal.code] += 1
            continue
        spent.append(1000 * (time.perf_counter() - start))
        tally.measured += 1
        told[_group(path)].append(examination)
    rows = [*_found_rows(tallies), *_hair_rows(root), *_group_rows(told), _time_row(spent)]
    return Report("evaluate_face.title", tuple(rows), facts=_facts())


def _capture(sha256: str) -> Capture:
    return Capture(sha256, ExamKind.FACE, "image/jpeg", "file", datetime(2026, 1, 1, tzinfo=UTC))


def _group(path: Path) -> str:
    """ "skin-tones/african" for `skin-tones/skin-tones-african-r3c1.jpg`; else the folder's name."""
    folder = path.parent.name
    if folder != GROUPS:
        return folder
    return f"{folder}/{path.stem.removeprefix(folder + '-').rsplit('-', 1)[0]}"


def _found_rows(tallies: dict[str, _Tally]) -> Iterator[Row]:
    for folder, tally in tallies.items():
        low, high = wilson(tally.measured, tally.n)
        yield Row("evaluate_face.measured", tally.n, tally.measured / tally.n, "1", low, high, folder)
        for code, count in sorted(tally.refused.items()):
            yield Row("evaluate_face.refused", tally.n, count / tally.n, "1", part=f"{folder} {code}")


def _hair_rows(root: Path) -> Iterator[Row]:
    import cv2

    overlaps: list[tuple[str, float]] = []
    for labels in sorted(root.glob(f"*/*{LABELS}.png")):
        drawn = cv2.imread(str(labels), cv2.IMREAD_GRAYSCALE)
        picture = read_image(labels.with_name(labels.stem.removesuffix(LABELS) + ".jpg"))
        if drawn is None or drawn.shape != picture.rgb.shape[:2]:
            continue
        hair, found = drawn == HAIR_LABEL, find_hair(picture.rgb)
        either = int(np.count_nonzero(hair | found))
        stem = labels.stem.removesuffix(LABELS)
        overlaps.append((stem, int(np.count_nonzero(hair & found)) / either if either else 1.0))
    for stem, value in overlaps:
        yield Row("evaluate_face.hair", 1, value, part=stem)
    if overlaps:
        values = [value for _, value in overlaps]
        low, high = bootstrap_mean(values, [stem for stem, _ in overlaps])
        yield Row("evaluate_face.hair", len(values), float(np.mean(values)), "1", low, high, "*")


def _group_rows(told: dict[str, list[Examination]]) -> Iterator[Row]:
    groups = [name for name in told if name.startswith(GROUPS + "/")]
    for group in groups:
        examinations = told[group]
        proposed = sum(bool(e.findings) for e in examinations)
        low, high = wilson(proposed, len(examinations))
        n = len(examinations)
        yield Row("evaluate_face.findings", n, proposed / n, "1", low, high, group, "evaluate_face.note.none")
    for group in groups:
        measured = [m for e in told[group] if (m := e.measurement("face.cheeks.red")) is not None]
        reds = [m.value for m in measured if m.value is not None]
        if reds:
            ends = bootstrap_mean(reds, [str(k) for k in range(len(reds))])
            note = "evaluate_face.note.tone"
            yield Row("evaluate_face.red", len(reds), float(np.mean(reds)), "1", *ends, group, note)


def _time_row(spent: list[float]) -> Row:
    name, note = "evaluate_face.time", "evaluate_face.note.time"
    if not spent:
        return Row(name, 0, None, "ms", note=note)
    low, high = (float(v) for v in np.percentile(spent, [2.5, 97.5]))
    return Row(name, len(spent), float(np.median(spent)), "ms", low, high, note=note)


def _facts() -> dict[str, str]:
    facts = {"method": METHOD}
    for model in (DETECTOR, LANDMARKS, HAIR_MODEL):
        facts[model] = hashlib.sha256(asset(f"models/{model}.onnx").read_bytes()).hexdigest()
    return facts
