"""Faces in a picture, with five points each, by YuNet (MIT; assets/models/LICENSES.md).

The detector is good at faces of 10 to 300 px, so the picture is looked at with a longest side of 320 px.
It also answers to paintings and to backs of heads: what it finds is a place to look at, not yet a face.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.runtime import load_network

MODEL = "face_detection_yunet_2026may"
LONGEST_SIDE_PX = 320
MULTIPLE_PX = 32
STRIDES = (8, 16, 32)
SCORE_FROM = 0.6  # of the shared face pictures every one with a face has one at this score
OVERLAP_FROM = 0.3

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Face:
    """One place that looks like a face, px of the picture.

    box: left, top, width, height. points: (5, 2): the person's right eye, left eye, nose tip, right and left
    corner of the mouth. score: 0..1.
    """

    box: tuple[float, float, float, float]
    points: NDArray[np.float64]
    score: float

    @property
    def area_px(self) -> float:
        return self.box[2] * self.box[3]


def find_faces(rgb: NDArray[np.uint8]) -> list[Face]:
    """Faces in an upright picture (h, w, 3), largest first; empty when there is none."""
    import cv2

    height, width = rgb.shape[:2]
    scale = min(1.0, LONGEST_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    padded = np.zeros((_rounded_up(size[1]), _rounded_up(size[0]), 3), np.float32)
    padded[: size[1], : size[0]] = small[:, :, ::-1]
    answer = load_network(MODEL).run(input=np.ascontiguousarray(padded.transpose(2, 0, 1)[None]))
    columns = padded.shape[1]
    levels = [_decode(answer, stride, columns // stride) for stride in STRIDES]
    scores = np.concatenate([level[0] for level in levels])
    boxes = np.concatenate([level[1] for level in levels])
    points = np.concatenate([level[2] for level in levels])
    likely = np.flatnonzero(scores >= SCORE_FROM)
    kept = likely[keep_best(boxes[likely], scores[likely], OVERLAP_FROM)]
    back = np.array([width / size[0], height / size[1]])
    faces = []
    for k in kept:
        left, top = boxes[k, :2] * back
        wide, high = boxes[k, 2:] * back
        box = (float(left), float(top), float(wide), float(high))
        faces.append(Face(box, points[k].reshape(5, 2) * back, float(scores[k])))
    return sorted(faces, key=lambda face: -face.area_px)


def keep_best(
    boxes: NDArray[np.float64], scores: NDArray[np.float64], overlap_from: float
) -> NDArray[np.intp]:
    """Non-maximum suppression: indices of the boxes (n, 4: left, top, width, height) to keep, best first.

    A box goes when it shares at least overlap_from (intersection over union) with a better one that stays.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    for k in order:
        if all(_overlap(boxes[k], boxes[other]) < overlap_from for other in kept):
            kept.append(int(k))
    return np.asarray(kept, dtype=np.intp)


def _overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    low = np.maximum(first[:2], second[:2])
    high = np.minimum(first[:2] + first[2:], second[:2] + second[2:])
    shared = float(np.prod(np.maximum(high - low, 0)))
    either = float(first[2] * first[3] + second[2] * second[3]) - shared
    return shared / either if either > 0 else 0.0


def _rounded_up(length: int) -> int:
    return -(-length // MULTIPLE_PX) * MULTIPLE_PX


def _decode(
    answer: dict[str, Floats], stride: int, columns: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """One level's cells: scores (n,), boxes (n, 4) and points (n, 10) in px of the detector."""
    sure = np.clip(answer[f"cls_{stride}"][0, :, 0], 0, 1) * np.clip(answer[f"obj_{stride}"][0, :, 0], 0, 1)
    box = answer[f"bbox_{stride}"][0].astype(np.float64)
    points = answer[f"kps_{stride}"][0].astype(np.float64)
    cell = np.arange(len(box))
    origin = np.stack([cell % columns, cell // columns], axis=1).astype(np.float64)
    middle = (origin + box[:, :2]) * stride
    size = np.exp(np.minimum(box[:, 2:], 8.0)) * stride
    spots = (points.reshape(-1, 5, 2) + origin[:, None]) * stride
    return (
        np.sqrt(sure.astype(np.float64)),
        np.concatenate([middle - size / 2, size], 1),
        spots.reshape(-1, 10),
    )
