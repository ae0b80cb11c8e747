"""The outline of a tongue and the coordinates inside it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.phantom.texture import Floats, f32, wave_along
from vision.phantom.truth import TongueTruth

_STEPS = 420
ROOT_Y_SHARE = 0.155  # of the picture's height
_WIDEST_FROM = 0.42  # along the tongue: below this the tip begins to round off


@dataclass(frozen=True, slots=True)
class Shape:
    """One outline in the picture. half_width, middle_x: px at `_STEPS` places from root to tip.

    alpha: how much of each pixel the tongue covers. along: 0 root to 1 tip. across: -1 left edge to 1 right.
    inside_px: distance to the outline. marks: (side -1 or 1, along, width along) of each tooth mark.
    """

    polygon: NDArray[np.float64]
    alpha: Floats
    along: Floats
    across: Floats
    inside_px: Floats
    root_y: float
    length_px: float
    width_px: float
    marks: tuple[tuple[int, float, float], ...]


def _marks(truth: TongueTruth, rng: np.random.Generator) -> tuple[tuple[int, float, float], ...]:
    """Dents spread over both sides, as a row of teeth would press them."""
    marks = []
    left = (truth.tooth_marks + 1) // 2
    for side, count in ((-1, left), (1, truth.tooth_marks - left)):
        if count == 0:
            continue
        gap = min(0.115, 0.52 / count)
        first = 0.52 - gap * (count - 1) / 2
        for k in range(count):
            marks.append((side, first + gap * (k + rng.uniform(-0.10, 0.10)), gap * rng.uniform(0.25, 0.31)))
    return tuple(marks)


def make_shape(truth: TongueTruth, rng: np.random.Generator) -> Shape:
    """The outline for a truth, in a picture of the truth's size."""
    width, height = truth.size
    width_px = truth.width_share * width
    length_px = width_px * truth.length_ratio
    root_y = ROOT_Y_SHARE * height
    # Denser towards both ends, where the outline turns.
    even = np.linspace(0, 1, _STEPS)
    along = np.where(even < 0.25, (even / 0.25) ** 2 * 0.25, even)
    along = 1 - (1 - along) ** 2.2
    beyond = np.clip((along - _WIDEST_FROM) / (1 - _WIDEST_FROM), 0, 1)
    round_off = (1 - beyond**truth.tip_roundness) ** (1 / 2.0)
    shoulder = 0.60 + 0.40 * np.sqrt(1 - (1 - np.clip(along / 0.24, 0, 1)) ** 2)
    half = width_px / 2 * round_off * shoulder
    marks = _marks(truth, rng)
    middle = width / 2 + np.tan(np.radians(truth.deviation_deg)) * length_px * along**1.4
    middle = middle + 0.004 * width_px * wave_along(_STEPS, 120, rng)
    sides = {}
    for side in (-1, 1):
        edge = half * (1 + 0.010 * wave_along(_STEPS, 70, rng) * np.sqrt(1 - beyond**2))
        for mark_side, at, spread in marks:
            if mark_side == side:
                depth = truth.tooth_depth * width_px * rng.uniform(0.70, 1.25)
                edge = edge - depth * np.exp(-(((along - at) / spread) ** 2))
        sides[side] = np.maximum(edge, 0)
    y = root_y + along * length_px
    left = np.stack([middle - sides[-1], y], axis=1)
    right = np.stack([middle + sides[1], y], axis=1)
    # The root's upper border sags in the middle, where the throat falls away.
    t = np.linspace(0, 1, 40)[1:-1]
    top_x = right[0, 0] * (1 - t) + left[0, 0] * t
    top_y = (
        root_y
        - 0.055 * width_px * np.sin(np.pi * t) ** 0.7
        + 0.030 * width_px * np.exp(-(((t - 0.5) / 0.13) ** 2))
    )
    polygon = np.concatenate([left, right[::-1], np.stack([top_x, top_y], axis=1)])
    polygon = _rounded(polygon, root_y + 0.10 * length_px, 0.016 * width_px)
    alpha = _alpha(polygon, (height, width))
    solid = (alpha > 0.5).astype(np.uint8)
    inside = cv2.distanceTransform(solid, cv2.DIST_L2, 5)
    rows = np.arange(height, dtype=np.float64)
    place = (rows - root_y) / length_px
    middle_at = np.interp(place, along, middle)
    half_at = np.maximum(np.interp(place, along, (sides[-1] + sides[1]) / 2), 0.06 * width_px)
    columns = np.arange(width, dtype=np.float64)
    across = (columns[None, :] - middle_at[:, None]) / half_at[:, None]
    return Shape(
        polygon,
        alpha,
        f32(np.repeat(place[:, None], width, axis=1)),
        f32(across),
        f32(inside),
        root_y,
        length_px,
        width_px,
        marks,
    )


def _rounded(polygon: NDArray[np.float64], above_y: float, reach_px: float) -> NDArray[np.float64]:
    """The polygon at even steps of 2 px, its part above a line smoothed: flesh has no corners."""
    closed = np.concatenate([polygon, polygon[:1]])
    steps = np.hypot(*np.diff(closed, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    even = np.arange(0.0, at[-1], 2.0)
    points = np.stack([np.interp(even, at, closed[:, k]) for k in (0, 1)], axis=1)
    reach = max(2, int(3 * reach_px / 2))
    weights = np.exp(-0.5 * ((np.arange(-reach, reach + 1) * 2 / reach_px) ** 2))
    weights /= weights.sum()
    ring = np.concatenate([points[-reach:], points, points[:reach]])
    smooth = np.stack([np.convolve(ring[:, k], weights, "valid") for k in (0, 1)], axis=1)
    share = np.clip((above_y - points[:, 1:]) / (0.6 * reach_px) + 0.5, 0, 1)
    return np.asarray(points * (1 - share) + smooth * share)


def _alpha(polygon: NDArray[np.float64], shape: tuple[int, int]) -> Floats:
    """Coverage of each pixel by a polygon, from four times finer sampling."""
    fine = np.zeros((shape[0] * 2, shape[1] * 2), np.uint8)
    points = np.round((polygon * 2 + 0.5) * 16).astype(np.int32)
    cv2.fillPoly(fine, [points], 255, lineType=cv2.LINE_AA, shift=4)
    small = cv2.resize(fine, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return f32(small) / np.float32(255)
