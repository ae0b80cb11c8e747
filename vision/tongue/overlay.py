"""The picture with what was found drawn on it, and the mask that an examination stands for.

Lines are white upon a wider dark one, so that one of the two is always seen; the coating is hatched, not
coloured over, so that its colour can still be judged.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.examination import Examination
from vision.tongue.examine import OUTLINE, PREFIX

Points = NDArray[np.float64]
_LIGHT, _DARK = (255, 255, 255), (25, 25, 25)
_COATING, _CRACK, _MARK = (235, 205, 40), (20, 90, 200), (0, 114, 178)
_BITS = 4
_PARTS = ("tip", "root", "left", "right", "centre")


def mask_from(examination: Examination) -> NDArray[np.bool_]:
    """(h, w) bool, True on the tongue. Raises ValueError for an examination without outline or size."""
    if examination.image_size is None:
        raise ValueError("the examination has no picture size")
    width, height = examination.image_size
    drawn = np.zeros((height, width), np.uint8)
    outline = next((r.points for r in examination.regions if r.name == OUTLINE), None)
    if outline is None:
        raise ValueError("the examination has no outline of a tongue")
    cv2.fillPoly(drawn, [np.round(np.array(outline)).astype(np.int32)], 1)
    return drawn.astype(np.bool_)


def draw_overlay(rgb: NDArray[np.uint8], examination: Examination) -> NDArray[np.uint8]:
    """A copy of the measured picture (h, w, 3) uint8 with outline, parts, coating, cracks and marks.

    Raises ValueError when the sizes differ.
    """
    if examination.image_size != (rgb.shape[1], rgb.shape[0]):
        raise ValueError(f"the examination is of a picture of {examination.image_size} px")
    drawn = rgb.copy()
    outline = np.array(next(r.points for r in examination.regions if r.name == OUTLINE), np.float64)
    width = max(1, round(float(np.ptp(outline[:, 0])) / 400))
    for region in examination.regions:
        name, points = region.name.removeprefix(PREFIX), np.array(region.points, np.float64)
        if name == "coating":
            _hatch(drawn, points, width)
        elif name in _PARTS:
            _dashed(drawn, points, width)
        elif name == "crack":
            _line(drawn, points, max(1, width), _CRACK, halo=False)
        elif name in ("tooth_mark", "red_spot", "stasis_spot"):
            _line(drawn, points, width, _MARK)
    _line(drawn, outline, width + 1, _LIGHT)
    return drawn


def _fine(points: Points) -> list[NDArray[np.int32]]:
    return [np.round(points * (1 << _BITS)).astype(np.int32)]


def _line(
    drawn: NDArray[np.uint8], points: Points, width: int, colour: tuple[int, int, int], *, halo: bool = True
) -> None:
    if halo:
        cv2.polylines(drawn, _fine(points), True, _DARK, width + 2, cv2.LINE_AA, _BITS)
    cv2.polylines(drawn, _fine(points), True, colour, width, cv2.LINE_AA, _BITS)


def _hatch(drawn: NDArray[np.uint8], points: Points, width: int) -> None:
    """Slanting lines inside the outline, half seen through, and the outline itself."""
    x0, y0 = np.floor(points.min(axis=0)).astype(int)
    x1, y1 = np.ceil(points.max(axis=0)).astype(int) + 1
    x0, y0 = max(0, int(x0)), max(0, int(y0))
    inside = np.zeros((int(y1) - y0, int(x1) - x0), np.uint8)
    cv2.fillPoly(inside, [np.round(points - (x0, y0)).astype(np.int32)], 1)
    rows, columns = np.indices(inside.shape)
    step = 9 * max(1, width)
    lines = ((rows + columns + x0 + y0) % step < max(1, width)) & (inside > 0)
    piece = drawn[y0 : y0 + inside.shape[0], x0 : x0 + inside.shape[1]]
    lines = lines[: piece.shape[0], : piece.shape[1]]
    piece[lines] = (0.45 * piece[lines] + 0.55 * np.array(_COATING)).astype(np.uint8)
    cv2.polylines(drawn, _fine(points), True, _COATING, width, cv2.LINE_AA, _BITS)


def _dashed(drawn: NDArray[np.uint8], points: Points, width: int) -> None:
    closed = np.concatenate([points, points[:1]])
    steps = np.hypot(*np.diff(closed, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    dash = 7.0 * width
    for start in np.arange(0, at[-1], 2 * dash):
        along = np.linspace(start, min(start + dash, at[-1]), 5)
        piece = np.stack([np.interp(along, at, closed[:, k]) for k in (0, 1)], axis=1)
        cv2.polylines(drawn, _fine(piece), False, _LIGHT, width, cv2.LINE_AA, _BITS)
