"""The picture with what was measured drawn on it: thin outlines that read on light and on dark skin.

Every line is white upon a wider dark one, so that one of the two is always seen. Zones are full lines,
the base a dashed one, hidden zones are crossed by a hatch. No colour carries meaning here.
"""

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.examination import Examination

LIGHT, DARK = (255, 255, 255), (25, 25, 25)
SUPER_SAMPLING_BITS = 4
SHIFT = 1 << SUPER_SAMPLING_BITS


def draw_overlay(rgb: NDArray[np.uint8], examination: Examination) -> NDArray[np.uint8]:
    """A copy of the picture (h, w, 3) with the examination's regions drawn.

    The picture must be the one measured. Raises ValueError when the sizes differ.
    """
    if examination.image_size != (rgb.shape[1], rgb.shape[0]):
        raise ValueError(f"the examination is of a picture of {examination.image_size} px")
    drawn = rgb.copy()
    regions = {region.name.removeprefix("face.region."): region.points for region in examination.regions}
    width = max(1, round(_span(regions["outline"]) / 260))
    for name, points in regions.items():
        polygon = np.asarray(points, np.float64)
        if name == "outline":
            continue
        if name == "base":
            for start, end in _dashes(polygon, 6.0 * width):
                _line(drawn, np.stack([start, end]), width, closed=False)
            continue
        measured = examination.measurement(f"face.{name}.da")
        if measured is not None and measured.value is None:
            for start, end in _hatch(polygon, 5.0 * width):
                _line(drawn, np.stack([start, end]), width, closed=False)
        _line(drawn, polygon, width, closed=True)
    return drawn


def _span(points: tuple[tuple[float, float], ...]) -> float:
    polygon = np.asarray(points)
    return float(np.ptp(polygon, axis=0).max())


def _line(drawn: NDArray[np.uint8], points: NDArray[np.float64], width: int, *, closed: bool) -> None:
    import cv2

    fine = [np.round(points * SHIFT).astype(np.int32)]
    cv2.polylines(drawn, fine, closed, DARK, width + 2, cv2.LINE_AA, SUPER_SAMPLING_BITS)
    cv2.polylines(drawn, fine, closed, LIGHT, width, cv2.LINE_AA, SUPER_SAMPLING_BITS)


def _dashes(
    polygon: NDArray[np.float64], length: float
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Every second piece of the closed outline, pieces of one length."""
    closed = np.vstack([polygon, polygon[:1]])
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    stops = np.arange(0.0, way[-1], length)
    at = np.stack([np.interp(stops, way, closed[:, k]) for k in (0, 1)], axis=1)
    return [(at[k], at[k + 1]) for k in range(0, len(at) - 1, 2)]


def _hatch(polygon: NDArray[np.float64], gap: float) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Slanted lines inside the outline, `gap` px apart."""
    lean = np.array([1.0, 1.0]) / np.sqrt(2)
    across = np.array([-lean[1], lean[0]])
    height, closed = polygon @ across, np.vstack([polygon, polygon[:1]])
    lines = []
    for level in np.arange(height.min() + gap / 2, height.max(), gap):
        side = closed @ across - level
        crossed = np.flatnonzero(np.sign(side[:-1]) != np.sign(side[1:]))
        cuts = [
            closed[k] + (closed[k + 1] - closed[k]) * (side[k] / (side[k] - side[k + 1])) for k in crossed
        ]
        cuts.sort(key=lambda point: float(point @ lean))
        lines += [(cuts[k], cuts[k + 1]) for k in range(0, len(cuts) - 1, 2)]
    return lines
