"""One photograph of a tongue, examined: found, judged, measured, read by rules."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, Region
from vision.images import Picture
from vision.tongue.findings import findings_of
from vision.tongue.frame import Frame, Mask, make_frame
from vision.tongue.measure import TongueReading, measure_frame
from vision.tongue.quality import judge
from vision.tongue.segment import TongueMask, segment_tongue

PREFIX = "tongue.region."
OUTLINE = "tongue.region.outline"
_LEAST_PATCH = 0.004  # of the tongue's area: smaller patches of coating are not drawn
_CURVE = 0.004  # of the width: how far a drawn outline may leave the true one


def examine_tongue(picture: Picture, capture: Capture) -> Examination:
    """Find, judge and measure the tongue in an upright picture.

    Raises Refused: not-a-tongue, and the refusals of the quality gate (tongue-too-small, tongue-blurred,
    tongue-dark, tongue-overexposed, tongue-glare, tongue-cut-off).
    """
    found = segment_tongue(picture.rgb)
    if not found.present:
        raise Refused("not-a-tongue", percent=round(found.presence * 100))
    return examine_mask(picture, found, capture)


def examine_mask(picture: Picture, found: TongueMask, capture: Capture) -> Examination:
    """The same where the tongue has been found already."""
    frame = make_frame(picture.rgb, found.mask)
    quality = judge(picture.rgb, found.mask, frame, has_colour=picture.has_colour)
    reading = measure_frame(
        frame,
        has_colour=picture.has_colour,
        calibrated=capture.profile is not None,
        quality=quality.value,
    )
    return Examination(
        kind=capture.kind,
        captures=(capture,),
        quality=quality,
        measurements=reading.measurements,
        findings=findings_of(reading.measurements),
        regions=_regions(found, reading),
        image_size=picture.size,
    )


def _regions(found: TongueMask, reading: TongueReading) -> tuple[Region, ...]:
    """Outlines in px of the picture: the tongue exactly, the rest simplified."""
    frame = reading.frame
    regions = [Region(OUTLINE, _points(found.contour))]
    area = float(frame.mask.sum())
    if reading.coating.coated is not None:
        for outline in _outlines(reading.coating.coated, _LEAST_PATCH * area):
            regions.append(_region("coating", outline, frame))
    for name, where in _areas(frame).items():
        for outline in _outlines(where & frame.mask, 0.01 * area)[:1]:
            regions.append(_region(name, outline, frame))
    for outline in _outlines(reading.cracks.where, 8):
        regions.append(_region("crack", outline, frame))
    radius = 0.018 * frame.width_px
    marked = (
        ("tooth_mark", np.array([(abs(x), y) for x, y in reading.dents.places]).reshape(-1, 2)),
        ("red_spot", reading.red_spots),
        ("stasis_spot", reading.stasis_spots),
    )
    for name, places in marked:
        for x, y in places:
            circle = np.array(
                [(x + radius * np.cos(t), y + radius * np.sin(t)) for t in np.arange(8) * np.pi / 4]
            )
            regions.append(_region(name, circle, frame))
    return tuple(regions)


def _areas(frame: Frame) -> dict[str, Mask]:
    """The drawn parts of the tongue: tip, root, sides and middle, as the measures use them."""
    middle = (frame.along > 0.22) & (frame.along < 0.80)
    return {
        "tip": frame.along >= 0.80,
        "root": frame.along <= 0.22,
        "left": middle & (frame.across < -0.65),
        "right": middle & (frame.across > 0.65),
        "centre": middle & (np.abs(frame.across) <= 0.65),
    }


def _outlines(where: Mask, least_px: float) -> list[NDArray[np.float64]]:
    """Outer outlines of the parts of a mask, the largest first."""
    found, _ = cv2.findContours(where.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outlines = [np.asarray(c, np.float32).reshape(-1, 2) for c in found if len(c) >= 3]
    kept = sorted((c for c in outlines if _size(c) >= least_px), key=_size, reverse=True)
    return [c.astype(np.float64) for c in kept]


def _size(outline: NDArray[np.float32]) -> float:
    # A line one pixel wide has no area: its length counts.
    return max(float(cv2.contourArea(outline)), len(outline) / 2)


def _region(name: str, outline: NDArray[np.float64], frame: Frame) -> Region:
    simple = cv2.approxPolyDP(outline.astype(np.float32), max(0.7, _CURVE * frame.width_px), True).reshape(
        -1, 2
    )
    placed = (simple + 0.5) / frame.scale - 0.5 + np.array(frame.origin)
    return Region(f"tongue.region.{name}", _points(placed))


def _points(outline: NDArray[np.floating]) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in outline)
