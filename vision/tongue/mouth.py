"""Where mouths are, by a small face detector: a second opinion on where a tongue may be.

On a phone picture a tongue is 1 % of what is seen; noses, chins and shoulders look like one at that size.
Where a face is found, a tongue lies at its mouth or it is none, and the mouth is worth a closer look.
Model: YuNet (MIT), `assets/models/face_detection_yunet_2026may.onnx`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.runtime import load_network

MODEL = "face_detection_yunet_2026may"
LONGEST_SIDE_PX = 320
MULTIPLE_PX = 32
STRIDES = (8, 16, 32)
SCORE_FROM = 0.7
OVERLAP_FROM = 0.3
MIN_FACE_PX = 10.0


@dataclass(frozen=True, slots=True)
class Mouth:
    """Middle of a mouth and the width of its face, px of the picture; score 0..1."""

    x: float
    y: float
    face_width: float
    score: float


def find_mouths(image_rgb: NDArray[np.uint8], most: int = 3) -> list[Mouth]:
    """Mouths of the faces in an upright picture (h, w, 3), largest face first; empty when there is none."""
    height, width = image_rgb.shape[:2]
    scale = min(1.0, LONGEST_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image_rgb, size, interpolation=cv2.INTER_AREA)
    padded = np.zeros((_rounded_up(size[1]), _rounded_up(size[0]), 3), np.float32)
    padded[: size[1], : size[0]] = small[:, :, ::-1]
    answer = load_network(MODEL).run(input=np.ascontiguousarray(padded.transpose(2, 0, 1)[None]))
    columns = padded.shape[1]
    rows = np.concatenate([_decode(answer, stride, columns // stride) for stride in STRIDES])
    rows = rows[rows[:, 0] >= SCORE_FROM]
    if len(rows) == 0:
        return []
    boxes = rows[:, 1:5].astype(np.float64)
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), rows[:, 0].tolist(), SCORE_FROM, OVERLAP_FROM)
    faces = sorted((rows[int(k)] for k in kept), key=lambda row: -float(row[3]))
    return [
        Mouth(float(row[5]) / scale, float(row[6]) / scale, float(row[3]) / scale, float(row[0]))
        for row in faces[:most]
        if row[3] >= MIN_FACE_PX
    ]


def _rounded_up(length: int) -> int:
    return -(-length // MULTIPLE_PX) * MULTIPLE_PX


def _decode(answer: dict[str, NDArray[np.float32]], stride: int, columns: int) -> NDArray[np.float32]:
    """One level's cells as rows: score, x, y, width, height, mouth x, mouth y, in px of the detector."""
    cls, obj = answer[f"cls_{stride}"][0, :, 0], answer[f"obj_{stride}"][0, :, 0]
    confidence = np.clip(cls, 0, 1) * np.clip(obj, 0, 1)
    box, points = answer[f"bbox_{stride}"][0], answer[f"kps_{stride}"][0]
    cell = np.arange(len(box))
    column, row = cell % columns, cell // columns
    width, height = np.exp(box[:, 2]) * stride, np.exp(box[:, 3]) * stride
    left = (column + box[:, 0]) * stride - width / 2
    top = (row + box[:, 1]) * stride - height / 2
    mouth_x = (column + (points[:, 6] + points[:, 8]) / 2) * stride
    mouth_y = (row + (points[:, 7] + points[:, 9]) / 2) * stride
    stacked = np.stack([np.sqrt(confidence), left, top, width, height, mouth_x, mouth_y], axis=1)
    return np.asarray(stacked, dtype=np.float32)
