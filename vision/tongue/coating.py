"""Tell the coating from the body of the tongue.

The body is red and the coating hides the red: in linear light the share of green against red (and of blue
against red, which a yellow coating moves) rises almost in proportion to how much is hidden, and shade does
not move it. Two classes are sought, first along green alone, then along the line that parts them best; the
border lies half way between what they look like away from it. Tuned on phantoms, looked at on photographs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vision.tongue.frame import Floats, Frame, Mask, smooth_inside

METHOD = "coating-v1"

_SMOOTH = 0.010  # of the width: below the coating's patches, above its grains
_STEPS = 15
_PLAIN_STEPS = 3  # along green alone, before the best line is sought
# G/R in linear light. Below it the two classes are one colour with a shade of difference: phantoms without
# coating, or coated all over, reach 0.064; the thinnest coatings drawn begin at 0.093.
_LEAST_CONTRAST = 0.078
# Where nothing stands out: below it the whole is body (any coating would hide that much red), above it cannot
# be told: a pale body without coating and a tongue coated all over look alike.
_BARE_GREEN = 0.36
_BORDER = 0.5
_BORDER_DOUBT = 0.10
_LEAST_SHARE = 0.01
# The soft border takes up this share of the tongue; a class is judged by what lies beyond it.
_RIM_SHARE = 0.2
_COAT_PERCENT, _BODY_PERCENT = 78.0, 58.0
# G/R of a white coating that hides everything; less the yellower it is. Sets the scale of the thickness.
_OPAQUE_GREEN = 0.85
_YELLOW_LOSS = 0.35
_STEADY = 1e-3  # added to the variances, so that flat classes do not blow up the direction


@dataclass(frozen=True, slots=True)
class Coating:
    """coated: (h, w) bool in the frame, None when it cannot be told. hidden: from 0 body to 1 coating.

    contrast: how far the classes lie apart, in G/R. body_green, coating_green: G/R of either.
    coverage: share of the tongue, with its sd from moving border and outline; None as `coated`.
    """

    coated: Mask | None
    hidden: Floats
    contrast: float
    body_green: float
    coating_green: float
    coverage: float | None
    sd: float | None

    def thickness(self, yellowness: float) -> float | None:
        """How much of the body's red the coating hides, 0..1, relative; None where nothing is coated.

        yellowness: median ln(G/B) of the coated part.
        """
        if self.coated is None or not self.coated.any():
            return None
        opaque = _OPAQUE_GREEN * float(np.exp(-_YELLOW_LOSS * max(0.0, yellowness - 0.1)))
        return float(
            np.clip((self.coating_green - self.body_green) / max(opaque - self.body_green, 0.05), 0, 1)
        )


def find_coating(frame: Frame) -> Coating:
    """The coated part of a tongue. Never raises; None where one colour covers all and is not clearly body."""
    sigma = max(1.5, _SMOOTH * frame.width_px)
    seen = frame.mask & ~frame.shine
    green = smooth_inside(np.exp(-frame.redness), seen, sigma)
    blue = smooth_inside(np.exp(-frame.redness - frame.yellowness), seen, sigma)
    # The dark back and the rolled rim carry little light and much of the mouth's own red.
    sample = seen & (frame.inside > 0.02) & (frame.along > 0.05) & (frame.lab[..., 0] > 12)
    if int(sample.sum()) < 400:
        sample = seen if seen.any() else frame.mask
    body, coat, hidden = _two_classes(green, blue, sample)
    if coat - body < _LEAST_CONTRAST:
        level = float(np.median(green[sample]))
        flat = np.zeros(frame.mask.shape, np.float32)
        if level < _BARE_GREEN:
            return Coating(np.zeros(frame.mask.shape, np.bool_), flat, coat - body, level, level, 0.0, 0.03)
        return Coating(None, flat, coat - body, level, level, None, None)
    coated = (hidden > _BORDER) & frame.mask
    area = float(frame.mask.sum())
    coverage = float(coated.sum()) / area
    low, high = (
        float(((hidden > _BORDER + doubt) & frame.mask).sum()) / area
        for doubt in (_BORDER_DOUBT, -_BORDER_DOUBT)
    )
    inner = frame.mask & (frame.inside > 0.015)
    within = float((coated & inner).sum()) / max(1.0, float(inner.sum()))
    sd = max(0.01, float(np.hypot((high - low) / 4, within - coverage)))
    return Coating(coated, hidden, coat - body, body, coat, coverage, sd)


def _two_classes(green: Floats, blue: Floats, sample: Mask) -> tuple[float, float, Floats]:
    """(G/R of the body, of the coating, place of each pixel between them)."""
    # The fields are smooth: every fifth pixel says as much as all.
    points = np.stack([green[sample][::5], blue[sample][::5]], axis=1).astype(np.float64)
    low, high = np.percentile(points[:, 0], [10, 88])
    coat = points[:, 0] >= (low + high) / 2
    axis = np.array([1.0, 0.0])
    body_at, coat_at = float(low), float(high)
    for step in range(_STEPS):
        share = float(coat.mean())
        if min(share, 1 - share) < _LEAST_SHARE:
            break
        if step >= _PLAIN_STEPS:
            axis = _best_axis(points[coat], points[~coat])
        at = points @ axis
        coat_percent = min(92.0, 50 * _RIM_SHARE / (2 * share) + _COAT_PERCENT)
        body_percent = max(8.0, _BODY_PERCENT - 50 * _RIM_SHARE / (2 * (1 - share)))
        body_at = float(np.percentile(at[~coat], body_percent))
        coat_at = float(np.percentile(at[coat], coat_percent))
        renewed = at > (body_at + coat_at) / 2
        if step > _PLAIN_STEPS and np.array_equal(renewed, coat):
            break
        coat = renewed
    place = green * np.float32(axis[0]) + blue * np.float32(axis[1])
    hidden = (place - np.float32(body_at)) / np.float32(max(coat_at - body_at, 1e-6))
    if not coat.any() or coat.all():
        return float(low), float(low), np.zeros_like(green)
    share = float(coat.mean())
    body_green = float(np.percentile(points[~coat, 0], 50))
    coat_green = float(np.percentile(points[coat, 0], min(92.0, 75 + 5 / share)))
    return body_green, coat_green, np.asarray(hidden, np.float32)


def _best_axis(coat: NDArray[np.float64], body: NDArray[np.float64]) -> NDArray[Any]:
    """Fisher's direction from body to coating; green must rise along it: blue alone is a cast or a shade."""
    between = coat.mean(axis=0) - body.mean(axis=0)
    within = (np.cov(coat.T) + np.cov(body.T)) / 2 + np.eye(2) * _STEADY
    axis = np.linalg.solve(within, between)
    if axis[0] < 0.25 * abs(axis[1]):
        axis = np.array([1.0, 0.0])
    return np.asarray(axis / np.linalg.norm(axis))
