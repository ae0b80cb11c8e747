"""May this picture be measured as a face? One face, turned to the camera, large enough, not covered.

Limits were chosen on the shared face pictures: see the evaluation `face` for what they let through.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import Refused
from vision.face.colour import ZoneColour
from vision.face.detect import find_faces
from vision.face.landmarks import Landmarks, find_landmarks
from vision.face.zones import OUTLINE

# A second face this large (share of the larger one's area) makes it unclear who is meant.
SECOND_FACE_FROM = 0.4
MOST_LOOKED_AT = 4
PRESENCE_FROM = 0.0
MIN_EYE_SPAN_PX = 60.0  # below, the zones under the eyes are only a few pixels high
MAX_TURN_DEG = 25.0
MAX_OUTSIDE_SHARE = 0.25
# a*, b* at L* 60. A zone from the base: a beard about 30, flushed skin below 20. Two zones from each other:
# cloth over the mouth and visors 56 to 64, a beard up to 48.
FOREIGN_FROM, COVERED_FROM = 24.0, 55.0
REFERENCE_L = 60.0
LEAST_BASE_SHARE = 0.4
SKIN_ZONES = ("forehead", "nose", "cheek_left", "cheek_right", "chin")


def find_the_face(rgb: NDArray[np.uint8]) -> Landmarks:
    """The landmarks of the one face in the picture (h, w, 3).

    Raises Refused: no-face, several-faces, face-small, face-turned, face-cut.
    """
    faces = find_faces(rgb)
    if not faces:
        raise Refused("no-face")
    large = [f for f in faces if f.area_px >= SECOND_FACE_FROM * faces[0].area_px][:MOST_LOOKED_AT]
    seen = [find_landmarks(rgb, face) for face in large]
    sure = [marks for marks in seen if marks.presence >= PRESENCE_FROM]
    if len(sure) > 1:
        raise Refused("several-faces", count=len(sure))
    marks = sure[0] if sure else seen[0]
    if abs(marks.yaw_deg) > MAX_TURN_DEG or abs(marks.pitch_deg) > MAX_TURN_DEG:
        raise Refused(
            "face-turned",
            yaw=round(abs(marks.yaw_deg)),
            pitch=round(abs(marks.pitch_deg)),
            limit=round(MAX_TURN_DEG),
        )
    if not sure:
        raise Refused("no-face")
    if marks.eye_span_px < MIN_EYE_SPAN_PX:
        raise Refused("face-small", px=round(marks.eye_span_px), limit_px=round(MIN_EYE_SPAN_PX))
    outside = share_outside(marks, rgb.shape[1], rgb.shape[0])
    if outside > MAX_OUTSIDE_SHARE:
        raise Refused("face-cut", percent=round(100 * outside))
    return marks


def share_outside(marks: Landmarks, width: int, height: int) -> float:
    """Share of the outline's points that lie outside the picture."""
    outline = marks.points[list(OUTLINE), :2]
    inside = (outline >= 0).all(axis=1) & (outline < np.array([width, height])).all(axis=1)
    return float(1 - inside.mean())


def tone_distance(zone: ZoneColour, base: ZoneColour) -> float:
    """How far a zone's a*, b* are from the base's, both brought to L* 60."""
    return float(np.hypot(*(zone.tone - base.tone)) * (REFERENCE_L + 16))


def check_covered(colours: dict[str, ZoneColour], base: ZoneColour) -> tuple[str, ...]:
    """Names of zones with a colour that is not this face's skin (beard, cloth, frames).

    Raises Refused `face-overexposed`, and `face-covered` when too little skin is seen or it is covered.
    """
    if base.why == "glare":
        raise Refused("face-overexposed", percent=round(100 * base.clipped))
    if base.lab is None or base.share < LEAST_BASE_SHARE:
        raise Refused("face-covered", percent=round(100 * base.share))
    far = {
        name: tone_distance(colours[name], base)
        for name in (*SKIN_ZONES, "glabella", "under_eye_left", "under_eye_right")
        if colours[name].lab is not None
    }
    seen = [colours[name] for name in SKIN_ZONES if colours[name].lab is not None]
    if any(tone_distance(one, other) > COVERED_FROM for one, other in combinations(seen, 2)):
        raise Refused("face-covered", percent=round(100 * base.share))
    return tuple(name for name, distance in far.items() if distance > FOREIGN_FROM)
