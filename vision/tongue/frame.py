"""One tongue cut out, brought to one size, with coordinates of its own: every measure looks at this."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.colour.spaces import image_lab

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Width the tongue is brought to. Wider ones are reduced; narrower ones are left as they are.
WIDTH_PX = 400
_MARGIN = 0.06  # of the width, around the tongue
# Highlights: brighter than what lies around by so much L*, and less coloured; or simply clipped.
# Both tuned on phantoms: share of highlights found against drawn, r = 0.93, bias 0.001.
_SHINE_OVER_L = 4.0
_SHINE_REACH = 0.0075
_CLIPPED = 250


@dataclass(frozen=True, slots=True)
class Frame:
    """The tongue's window. Arrays share one (h, w).

    rgb: uint8. lab: L*a*b*. mask: the tongue. inside: distance to its border by its width.
    along: 0 at the root's end to 1 at the tip. across: -1 left border to 1 right border of the picture.
    redness, yellowness: natural logarithms of R/G and G/B in linear light; shade hardly moves them.
    shine: highlights and what is clipped. plain: where colour may be measured.
    scale: window px for each px of the picture. origin: x and y of the window in the picture.
    """

    rgb: NDArray[np.uint8]
    lab: Floats
    mask: Mask
    inside: Floats
    along: Floats
    across: Floats
    redness: Floats
    yellowness: Floats
    shine: Mask
    plain: Mask
    width_px: float
    length_px: float
    scale: float
    origin: tuple[int, int]


def make_frame(rgb: NDArray[np.uint8], mask: Mask) -> Frame:
    """Cut out, reduce and index the tongue. Raises ValueError for an empty mask or shapes that differ."""
    if mask.shape != rgb.shape[:2] or not mask.any():
        raise ValueError("the mask must be of the picture's size and hold a tongue")
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    width, height = int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
    margin = max(3, int(_MARGIN * width))
    x0, y0 = max(0, int(columns[0]) - margin), max(0, int(rows[0]) - margin)
    x1 = min(mask.shape[1], int(columns[-1]) + 1 + margin)
    y1 = min(mask.shape[0], int(rows[-1]) + 1 + margin)
    piece, inside = rgb[y0:y1, x0:x1], mask[y0:y1, x0:x1].astype(np.uint8) * 255
    scale = min(1.0, WIDTH_PX / width)
    if scale < 1:
        size = (round(piece.shape[1] * scale), round(piece.shape[0] * scale))
        piece = np.asarray(cv2.resize(piece, size, interpolation=cv2.INTER_AREA), np.uint8)
        inside = np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA), np.uint8)
    tongue = inside > 127
    along, across = _coordinates(tongue)
    distance = cv2.distanceTransform(np.pad(tongue, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    width_px, length_px = width * scale, height * scale
    lab = image_lab(np.ascontiguousarray(piece))
    shine = _shine(piece, lab, tongue, width_px)
    inside_share = np.asarray(distance, np.float32) / np.float32(width_px)
    redness, yellowness = _chroma(piece)
    plain = tongue & ~shine & (inside_share > 0.03) & (along > 0.06)
    return Frame(
        np.ascontiguousarray(piece),
        lab,
        tongue,
        inside_share,
        along,
        across,
        redness,
        yellowness,
        shine,
        plain,
        width_px,
        length_px,
        scale,
        (x0, y0),
    )


def _coordinates(tongue: Mask) -> tuple[Floats, Floats]:
    """(along, across): by rows, across from the row's own middle and half width, smoothed over rows."""
    height, width = tongue.shape
    columns = np.arange(width, dtype=np.float32)
    count = tongue.sum(axis=1).astype(np.float32)
    rows = np.flatnonzero(count)
    first, last = int(rows[0]), int(rows[-1])
    filled = np.maximum(count, 1)
    middle = (tongue * columns).sum(axis=1) / filled
    middle[:first], middle[last + 1 :] = middle[first], middle[last]
    half = np.maximum(filled / 2, 0.08 * width)
    reach = max(3, int(0.04 * height)) | 1
    middle = cv2.blur(middle.reshape(-1, 1), (1, reach), borderType=cv2.BORDER_REPLICATE).ravel()
    half = cv2.blur(half.reshape(-1, 1), (1, reach), borderType=cv2.BORDER_REPLICATE).ravel()
    along = (np.arange(height, dtype=np.float32) - first) / max(1, last - first)
    across = (columns[None, :] - middle[:, None]) / half[:, None]
    return np.repeat(along[:, None], width, axis=1), np.asarray(across, np.float32)


def _chroma(rgb: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    table = np.arange(256, dtype=np.float32) / 255
    linear = np.where(table <= 0.04045, table / 12.92, ((table + 0.055) / 1.055) ** 2.4)
    logs = np.log(linear + np.float32(0.004)).astype(np.float32)
    red, green, blue = (logs[rgb[..., k]] for k in range(3))
    return red - green, green - blue


def _shine(rgb: NDArray[np.uint8], lab: Floats, tongue: Mask, width_px: float) -> Mask:
    """Highlights: small, brighter and less coloured than what lies around, or clipped."""
    sigma = max(1.5, _SHINE_REACH * width_px)
    weight = tongue.astype(np.float32)
    share = np.maximum(_blur(weight, sigma), 0.05)
    light = np.ascontiguousarray(lab[..., 0])
    around = _blur(light * weight, sigma) / share
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    chroma_around = _blur(chroma * weight, sigma) / share
    bright = (light > around + _SHINE_OVER_L) & (chroma < chroma_around)
    clipped = (rgb >= _CLIPPED).sum(axis=2) >= 2
    return np.asarray((bright | clipped) & tongue, np.bool_)


def _blur(image: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def smooth_inside(values: Floats, where: Mask, sigma_px: float) -> Floats:
    """Gaussian mean of the values that lie in `where`; elsewhere they do not count."""
    weight = where.astype(np.float32)
    share = _blur(weight, sigma_px)
    return np.asarray(_blur(values * weight, sigma_px) / np.maximum(share, 1e-3), np.float32)
