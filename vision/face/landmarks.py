"""478 points of one face, how sure the network is that it is one, and which way it looks.

Model: MediaPipe's face landmarks (Apache-2.0; assets/models/LICENSES.md). Points are numbered as there:
33 and 263 are the outer corners of the person's right and left eye, 1 the nose tip, 152 the chin,
10 the middle of the hairline's mesh edge, 234 and 454 the outlines before the right and left ear.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.face.detect import Face
from vision.runtime import load_network

MODEL = "face_landmarks_478"
CROP_PX = 256
# The crop's side over the longer side of the detector's box, as the network was trained.
CROP_FACTOR = 1.5
POINTS = 478
# A chin lies behind the forehead when a face looks straight ahead: median over 98 frontal portraits.
LEVEL_FACE_LEAN_DEG = 7.0
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263


@dataclass(frozen=True, slots=True)
class Landmarks:
    """points: (478, 3): x, y in px of the picture, z in the same scale, smaller is nearer.

    presence: the network's logit that the crop shows a face. yaw_deg, pitch_deg: turn of the head, 0 for a
    face that looks into the camera; yaw is positive towards the person's left, pitch positive upwards;
    roll_deg: tilt of the eye line in the picture. From the points' depth, so a few degrees are uncertain.
    """

    points: NDArray[np.float64]
    presence: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float

    @property
    def eye_span_px(self) -> float:
        """Distance of the outer corners of the eyes, in the picture."""
        return float(np.hypot(*(self.points[LEFT_EYE_OUTER, :2] - self.points[RIGHT_EYE_OUTER, :2])))


def find_landmarks(rgb: NDArray[np.uint8], face: Face) -> Landmarks:
    """The points of one face of the picture (h, w, 3); it is cropped and turned until its eyes are level."""
    import cv2

    left, top, width, height = face.box
    middle = np.array([left + width / 2, top + height / 2])
    side = CROP_FACTOR * max(width, height)
    across = face.points[1] - face.points[0]
    roll = float(np.arctan2(across[1], across[0]))
    unit = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    # Crop to picture: p = unit · (q · side/256 − side/2) + middle; OpenCV takes that map as the inverse one.
    to_picture = np.zeros((2, 3))
    to_picture[:, :2] = unit * (side / CROP_PX)
    to_picture[:, 2] = middle - unit @ np.full(2, side / 2)
    source, smaller = _shrunk(rgb, side / CROP_PX)
    matrix = to_picture * smaller
    crop = cv2.warpAffine(source, matrix, (CROP_PX, CROP_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    answer = load_network(MODEL).run(input_12=crop[None].astype(np.float32) / np.float32(255))
    raw = answer["Identity"].reshape(POINTS, 3).astype(np.float64)
    points = np.empty_like(raw)
    points[:, :2] = raw[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
    points[:, 2] = raw[:, 2] * side / CROP_PX
    yaw, pitch = _turn(raw)
    eyes = points[LEFT_EYE_OUTER, :2] - points[RIGHT_EYE_OUTER, :2]
    tilt = float(np.degrees(np.arctan2(eyes[1], eyes[0])))
    return Landmarks(points, float(answer["Identity_1"].ravel()[0]), yaw, pitch, tilt)


def _shrunk(rgb: NDArray[np.uint8], factor: float) -> tuple[NDArray[np.uint8], float]:
    """The picture made smaller where the crop would skip pixels, and its scale."""
    import cv2

    if factor <= 2:
        return rgb, 1.0
    scale = 2 / factor
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _turn(raw: NDArray[np.float64]) -> tuple[float, float]:
    """(yaw, pitch) in degrees from the level crop's points: of the line across the face and the one down."""
    across = raw[[454, 263, 361]].mean(axis=0) - raw[[234, 33, 132]].mean(axis=0)
    down = raw[[152, 175]].mean(axis=0) - raw[[10, 151]].mean(axis=0)
    yaw = float(np.degrees(np.arctan2(across[2], across[0])))
    return yaw, LEVEL_FACE_LEAN_DEG - float(np.degrees(np.arctan2(down[2], down[1])))
