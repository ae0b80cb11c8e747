"""Is the picture good enough to measure a tongue on? Limits and sources: assets/rules/tongue_quality.tsv.

Past the warning limit an issue lowers the quality; past the refusal limit the picture is refused with advice.
"""

import csv
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Issue, Quality
from tcm_station.resources import asset
from vision.tongue.frame import Frame, Mask

REFUSALS = (
    "tongue-too-small",
    "tongue-blurred",
    "tongue-dark",
    "tongue-overexposed",
    "tongue-glare",
    "tongue-cut-off",
)
_EDGE_BLUR = 1.2
_FORM_BLUR = 5.0
# Eight-bit rounding alone leaves this much fine contrast, sd of L*, however blurred the picture is.
_ROUNDING_L = 0.10


@dataclass(frozen=True, slots=True)
class Limit:
    """at_least: the value must not lie below, else not above. refuse: None when it never refuses.

    cost: what is lost of the quality when the warning limit is passed.
    """

    code: str
    at_least: bool
    warn: float
    refuse: float | None
    error: str
    cost: float
    source: str

    def passed(self, value: float, limit: float) -> bool:
        return value >= limit if self.at_least else value <= limit


@cache
def limits() -> tuple[Limit, ...]:
    """The table's rows. Raises ValueError for a refusal that has no words."""
    with asset("rules/tongue_quality.tsv").open(encoding="utf-8", newline="") as file:
        rows = tuple(
            Limit(
                row["code"],
                row["direction"] == "least",
                float(row["warn"]),
                float(row["refuse"]) if row["refuse"] else None,
                row["error"],
                float(row["cost"]),
                row["source"],
            )
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        )
    wordless = [row.error for row in rows if row.error and row.error not in REFUSALS]
    if wordless:
        raise ValueError(f"tongue_quality.tsv: no words for {', '.join(wordless)}")
    return rows


def sharpness(frame: Frame) -> float:
    """Fine contrast against coarse contrast inside the tongue: falls with blur and shake."""
    light = np.ascontiguousarray(frame.lab[..., 0])
    fine = cv2.GaussianBlur(light, (0, 0), _EDGE_BLUR)
    inner = frame.mask & (frame.inside > 0.05)
    where = inner if inner.any() else frame.mask
    coarse = float((fine - cv2.GaussianBlur(light, (0, 0), _FORM_BLUR))[where].std())
    detail = float((light - fine)[where].std())
    return float(np.sqrt(max(0.0, detail**2 - _ROUNDING_L**2))) / max(coarse, 0.05)


def criteria(rgb: NDArray[np.uint8], mask: Mask, frame: Frame) -> dict[str, float]:
    """Every criterion's value by code; shares in percent."""
    tongue = rgb[mask]
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    around = max(1.0, 2.0 * float(np.ptp(np.nonzero(mask)[0]) + np.ptp(np.nonzero(mask)[1])))
    light = frame.lab[..., 0][frame.plain] if frame.plain.any() else frame.lab[..., 0][frame.mask]
    lab = frame.lab[frame.plain] if frame.plain.any() else frame.lab[frame.mask]
    redder = lab[lab[:, 1] >= np.percentile(lab[:, 1], 60)].mean(axis=0)
    return {
        "small": frame.width_px / frame.scale,
        "blurred": sharpness(frame),
        "dark": float(np.median(light)),
        "bright": float(np.median(light)),
        "clipped": 100 * float((tongue.max(axis=1) >= 254).mean()),
        "glare": 100 * float(frame.shine[frame.mask].mean()),
        "cut_off": 100 * float(border.sum()) / around,
        "colour_cast": float(redder[1]),
        "blue_cast": float(redder[2]),
    }


def judge(rgb: NDArray[np.uint8], mask: Mask, frame: Frame, *, has_colour: bool = True) -> Quality:
    """The quality, 0..1, with every issue. Raises Refused where the picture cannot be measured."""
    values = criteria(rgb, mask, frame)
    issues: list[Issue] = []
    quality = 1.0
    for limit in limits():
        if not has_colour and limit.code.endswith("cast"):
            continue
        value = values[limit.code]
        if limit.refuse is not None and not limit.passed(value, limit.refuse):
            raise Refused(limit.error, value=round(value, 1), limit=limit.refuse)
        if not limit.passed(value, limit.warn):
            quality *= 1 - limit.cost
            issues.append(Issue(f"tongue.issue.{limit.code}", round(value, 2), limit.warn))
    if not has_colour:
        quality *= 0.6
        issues.append(Issue("tongue.issue.no_colour"))
    return Quality(round(quality, 3), tuple(issues))
