"""What the light and the lens did: issues with their numbers, and how far they lower the trust."""

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.examination import Issue, Quality
from vision.colour.spaces import Floats
from vision.face.colour import ZoneColour
from vision.face.gate import tone_distance
from vision.face.landmarks import Landmarks
from vision.face.zones import Close

# Limits of our own choice; the light is called even on the shared frontal portraits with soft light.
SIDE_LIGHT_FROM = 1.25  # luminance of one cheek over the other
UNEVEN_FROM = 1.6  # beyond this ΔL* says where the lamp was, not what the face is like
MIXED_FROM = 8.0  # a*, b* of the cheeks at L* 60: two lamps of two colours, or a flush on one side
TURNED_FROM_DEG = 12.0
SMALL_BELOW_PX = 120.0
OVEREXPOSED_FROM, UNDEREXPOSED_FROM = 0.03, 0.05
DARK_END = 10
BLURRED_BELOW = 0.11
ACUITY_EYE_SPAN_PX = 90.0
HIDDEN_FROM = 2
WEIGHTS = {
    "side_light": 0.7,
    "mixed_light": 0.6,
    "overexposed": 0.7,
    "underexposed": 0.6,
    "blurred": 0.6,
    "turned": 0.85,
    "small": 0.9,
    "hidden": 0.9,
    "no_colour": 0.3,
}


def light_ratio(left: ZoneColour, right: ZoneColour) -> tuple[float, float] | None:
    """(left over right luminance, sd); None when one side is hidden."""
    if left.lab is None or right.lab is None or min(left.light, right.light) <= 0:
        return None
    ratio = left.light / right.light
    return ratio, ratio * float(np.hypot(left.light_sd / left.light, right.light_sd / right.light))


def acuity(lab: Floats, close: Close) -> float:
    """How steep the edges around the eyes are, per px when the eyes are 90 px apart.

    98th percentile of the gradient of L* over the range of L* there. A sharp picture has 0.15 to 0.3,
    one blurred by 2 px (sd) 0.12, by 4 px 0.085.
    """
    import cv2

    eyes = close.points[[33, 263, 105, 334, 228, 448]]
    low = np.maximum(np.floor(eyes.min(axis=0)).astype(int), 0)
    high = np.ceil(eyes.max(axis=0)).astype(int)
    patch: Floats = np.ascontiguousarray(lab[low[1] : high[1], low[0] : high[0], 0])
    if patch.size < 100:
        return 0.0
    scale = min(1.0, ACUITY_EYE_SPAN_PX / close.eye_span_px)
    patch = np.asarray(cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
    steep = np.hypot(cv2.Sobel(patch, cv2.CV_32F, 1, 0), cv2.Sobel(patch, cv2.CV_32F, 0, 1)) / 8
    spread = float(np.subtract(*np.percentile(patch, [98, 2])))
    return float(np.percentile(steep, 98)) / max(spread, 1.0)


def find_issues(
    close: Close,
    lab: Floats,
    marks: Landmarks,
    colours: dict[str, ZoneColour],
    base_mask: NDArray[np.bool_],
    hidden: int,
    *,
    calibrated: bool,
    has_colour: bool,
) -> tuple[Issue, ...]:
    """All issues with their numbers and limits, in the order in which they matter."""
    issues: list[Issue] = []

    def add(code: str, value: float | None = None, limit: float | None = None) -> None:
        issues.append(Issue(f"face.issue.{code}", value, limit))

    if not has_colour:
        add("no_colour")
    left, right = colours["cheek_left"], colours["cheek_right"]
    ratio = light_ratio(left, right)
    if ratio is not None and max(ratio[0], 1 / ratio[0]) > SIDE_LIGHT_FROM:
        add("side_light", round(float(max(ratio[0], 1 / ratio[0])), 2), SIDE_LIGHT_FROM)
    if has_colour and ratio is not None:
        apart = tone_distance(left, right)
        if apart > MIXED_FROM:
            add("mixed_light", round(apart, 1), MIXED_FROM)
    skin = close.rgb[base_mask & ~close.hair]
    if len(skin):
        bright = float((skin.max(axis=1) >= 252).mean())
        dark = float((skin.max(axis=1) <= DARK_END).mean())
        if bright > OVEREXPOSED_FROM:
            add("overexposed", round(100 * bright, 1), 100 * OVEREXPOSED_FROM)
        if dark > UNDEREXPOSED_FROM:
            add("underexposed", round(100 * dark, 1), 100 * UNDEREXPOSED_FROM)
    sharp = acuity(lab, close)
    if sharp < BLURRED_BELOW:
        add("blurred", round(sharp, 3), BLURRED_BELOW)
    turn = max(abs(marks.yaw_deg), abs(marks.pitch_deg))
    if turn > TURNED_FROM_DEG:
        add("turned", round(turn), TURNED_FROM_DEG)
    if marks.eye_span_px < SMALL_BELOW_PX:
        add("small", round(marks.eye_span_px), SMALL_BELOW_PX)
    if hidden >= HIDDEN_FROM:
        add("hidden", float(hidden), float(HIDDEN_FROM - 1))
    if not calibrated:
        add("uncalibrated")
    return tuple(issues)


def quality_of(issues: tuple[Issue, ...]) -> Quality:
    """The product of what each issue leaves."""
    value = 1.0
    for issue in issues:
        value *= WEIGHTS.get(issue.code.rsplit(".", 1)[1], 1.0)
    return Quality(round(value, 3), issues)
