"""The zones of a face: which landmarks bound them, and which of their pixels are skin to be measured.

A zone loses hair, glare and whatever stands out from the rest of it (moles, brow hairs, spectacle frames).
Left and right are the person's own. The base that zones are compared with is the skin of the whole face:
strips of the jaw before the ears, which would be free of flushing, lie in shade, beard or hair on ordinary
photographs, and a zone then differed from them by up to 50 L*.
The classical assignment of zones to organs is not used for anything measured here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.face.landmarks import Landmarks
from vision.runtime import load_network

HAIR_MODEL = "face_hair_segmentation_512"
HAIR_SIDE_PX = 512
HAIR_FROM = 0.5
# Working scale: more pixels between the eyes tell nothing more about the colour of a zone.
WORK_EYE_SPAN_PX = 180.0
# The square given to the hair network over the distance of the outer eye corners: the whole head.
HEAD_FACTOR = 4.0

OUTLINE = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
# Outer corners, lids and lips are bounded by the mesh itself; the other zones keep clear of brows and wings.
ZONES: dict[str, tuple[int, ...]] = {
    "forehead": (104, 69, 108, 151, 337, 299, 333, 332, 297, 338, 10, 109, 67, 103),
    "glabella": (108, 337, 336, 285, 168, 55, 107),
    "nose": (51, 5, 281, 275, 274, 1, 44, 45),
    "cheek_left": (346, 347, 330, 266, 425, 411, 352),
    "cheek_right": (117, 118, 101, 36, 205, 187, 123),
    "chin": (204, 201, 200, 421, 424, 262, 428, 199, 208, 32),
    "under_eye_left": (339, 254, 253, 252, 256, 452, 451, 450, 449, 448),
    "under_eye_right": (110, 24, 23, 22, 26, 232, 231, 230, 229, 228),
    "lips": (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185),
}
MOUTH_OPENING = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
# What is not skin inside the outline: brows and eyes down to the under-eye ring, the mouth, the nostrils.
NOT_SKIN: tuple[tuple[int, ...], ...] = (
    (70, 63, 105, 66, 107, 55, 233, 232, 231, 230, 229, 228, 31, 226),
    (300, 293, 334, 296, 336, 285, 453, 452, 451, 450, 449, 448, 261, 446),
    ZONES["lips"],
    (64, 98, 97, 2, 326, 327, 294, 19),
)
BASE = "base"
# Towards its own middle, so that a small error of the landmarks does not reach a brow or the background.
SHRINK = {
    "glabella": 0.75,
    "lips": 0.94,
    "forehead": 0.95,
    "cheek_left": 0.88,
    "cheek_right": 0.88,
    BASE: 0.91,
}


@dataclass(frozen=True, slots=True)
class Close:
    """The face cut out and brought to the working scale.

    rgb: (h, w, 3) uint8. points: (478, 2) landmarks in px of the cut-out. scale: px of the cut-out per px of
    the picture. origin: the cut-out's corner in the picture. hair: (h, w) bool.
    eye_span_px: distance of the outer eye corners, in the cut-out.
    """

    rgb: NDArray[np.uint8]
    points: NDArray[np.float64]
    scale: float
    origin: tuple[int, int]
    hair: NDArray[np.bool_]
    eye_span_px: float


def look_close(rgb: NDArray[np.uint8], marks: Landmarks) -> Close:
    """Cut the head out of the picture (h, w, 3), at the working scale, with its hair found."""
    import cv2

    middle = marks.points[list(OUTLINE), :2].mean(axis=0)
    half = HEAD_FACTOR * marks.eye_span_px / 2
    left, top = (max(0, int(np.floor(middle[k] - half))) for k in (0, 1))
    right = min(rgb.shape[1], int(np.ceil(middle[0] + half)))
    bottom = min(rgb.shape[0], int(np.ceil(middle[1] + half)))
    cut = rgb[top:bottom, left:right]
    scale = min(1.0, WORK_EYE_SPAN_PX / marks.eye_span_px)
    if scale < 1.0:
        size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
        cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)
    points = (marks.points[:, :2] - np.array([left, top])) * scale
    return Close(
        np.ascontiguousarray(cut), points, scale, (left, top), find_hair(cut), marks.eye_span_px * scale
    )


def find_hair(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where hair is in a still picture of a head (h, w, 3); beards in part. MediaPipe hair (Apache-2.0)."""
    import cv2

    height, width = rgb.shape[:2]
    side = max(height, width)
    square = np.zeros((HAIR_SIDE_PX, HAIR_SIDE_PX, 3), np.uint8)
    size = (max(1, round(width * HAIR_SIDE_PX / side)), max(1, round(height * HAIR_SIDE_PX / side)))
    square[: size[1], : size[0]] = cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR)
    planes = np.zeros((1, 4, HAIR_SIDE_PX, HAIR_SIDE_PX), np.float32)
    planes[0, :3] = square.transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    logits = load_network(HAIR_MODEL).run(t0=planes)["t608"][0]
    margin = (logits[1] - logits[0])[: size[1], : size[0]]
    wide = cv2.resize(margin, (width, height), interpolation=cv2.INTER_LINEAR)
    limit = float(np.log(HAIR_FROM / (1 - HAIR_FROM)))
    return np.asarray(wide > limit, np.bool_)


def zone_polygon(points: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """The outline (n, 2) of one zone or of the base, in px of the points."""
    numbers = ZONES.get(name, OUTLINE)
    polygon = points[list(numbers), :2]
    middle = polygon.mean(axis=0)
    return np.asarray(middle + (polygon - middle) * SHRINK.get(name, 1.0))


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The convex outline of some points, a little widened."""
    import cv2

    hull = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    return np.asarray(hull.mean(axis=0) + (hull - hull.mean(axis=0)) * 1.12)


def fill(shape: tuple[int, int], polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The mask (h, w) of a closed outline."""
    import cv2

    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(polygon).astype(np.int32)], 1)
    return mask.astype(np.bool_)


def zone_mask(close: Close, name: str) -> NDArray[np.bool_]:
    """The pixels of a zone in the cut-out, before anything is left out of it; lips without the open mouth,
    the base without brows, eyes, mouth and nostrils."""
    shape = close.rgb.shape[:2]
    mask = fill(shape, zone_polygon(close.points, name))
    if name == "lips":
        mask &= ~fill(shape, close.points[list(MOUTH_OPENING)])
    if name == BASE:
        for numbers in NOT_SKIN:
            mask &= ~fill(shape, _hull(close.points[list(numbers)]))
    return mask
