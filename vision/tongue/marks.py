"""Cracks, spots, tooth marks and deviation: what is read off lines, dots and the outline."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.tongue.frame import Floats, Frame, Mask

CRACK_METHOD = "cracks-v1"
SPOT_METHOD = "spots-v1"
OUTLINE_METHOD = "outline-v1"

# Cracks: ridges of darkness narrower than this share of the width; a furrow is five times wider.
_CRACK_SIGMA = 0.0060
_CRACK_STRONG, _CRACK_WEAK = 2.40, 1.35  # second derivative of L* across, times sigma squared
_CRACK_LEAST_LENGTH = 0.085  # of the tongue's length
_CRACK_LEAST_SLIM = 4.5
# Share of highlights in a neighbourhood of 2 % of the width.
_GLOSSY_FROM = 0.12
# Red spots: redder than around by so much a*; stasis spots: darker by L* and bluer by b* than around. Tuned
# on phantoms for none found where none is drawn: 12 red and 1 dark ones too many on 19 and 21 pictures.
_RED_SIGMA, _RED_A, _RED_L = 0.008, 4.2, -0.5
_STASIS_SIGMA, _STASIS_L, _STASIS_B, _STASIS_LEAST = 0.012, 4.5, -1.0, 0.0004
# Tooth marks: dents of the side's outline, depth as a share of the width.
_DENT_FROM = 0.006
_DENT_SPAN = (0.20, 0.82)
_DENT_FROM_ALONG = 0.235  # above it the root rounds off into the mouth
_DENT_WIDE = 0.13


@dataclass(frozen=True, slots=True)
class Cracks:
    """where: (h, w) bool. length: summed, by the tongue's length. count: those long enough to count."""

    where: Mask
    length: float
    count: int


@dataclass(frozen=True, slots=True)
class Dents:
    """places: (x, y) of each dent in the frame; depths: of each, share of the tongue's width."""

    places: tuple[tuple[float, float], ...]
    depths: tuple[float, ...]

    @property
    def mean_depth(self) -> float:
        return float(np.mean(self.depths)) if self.depths else 0.0


def darkness_ridge(frame: Frame) -> Floats:
    """How much a dark line runs through each pixel, in L*: the largest second derivative times sigma²."""
    sigma = max(1.2, _CRACK_SIGMA * frame.width_px)
    light = np.ascontiguousarray(frame.lab[..., 0])
    # Highlights would look like the bright banks of a river.
    light = np.where(frame.shine, cv2.medianBlur(light, 5), light)
    soft = cv2.GaussianBlur(light, (0, 0), sigma)
    xx = cv2.Sobel(soft, cv2.CV_32F, 2, 0) / 4
    yy = cv2.Sobel(soft, cv2.CV_32F, 0, 2) / 4
    xy = cv2.Sobel(soft, cv2.CV_32F, 1, 1) / 4
    largest = (xx + yy) / 2 + np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return np.asarray(largest * np.float32(sigma * sigma), np.float32)


def glossy(frame: Frame) -> Mask:
    """Where highlights lie so dense that the gaps between them look like lines and dots."""
    density = cv2.GaussianBlur(frame.shine.astype(np.float32), (0, 0), max(2.0, 0.02 * frame.width_px))
    return np.asarray(density > _GLOSSY_FROM, np.bool_)


def find_cracks(frame: Frame, ridge: Floats, doubt: float = 0.0) -> Cracks:
    """Dark, narrow, long lines away from the border. doubt: moves both thresholds by this share."""
    area = frame.mask & (frame.inside > 0.055) & (frame.along > 0.08) & (frame.along < 0.95)
    area = area & ~glossy(frame)
    strong = (ridge > _CRACK_STRONG * (1 + doubt)) & area
    weak = ((ridge > _CRACK_WEAK * (1 + doubt)) & area).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    with_strong = np.bincount(labels[strong], minlength=count)
    where = np.zeros(frame.mask.shape, np.bool_)
    length_px, cracks = 0.0, 0
    for k in range(1, count):
        size = int(stats[k, cv2.CC_STAT_AREA])
        extent = float(np.hypot(stats[k, cv2.CC_STAT_WIDTH], stats[k, cv2.CC_STAT_HEIGHT]))
        if extent < _CRACK_LEAST_LENGTH * frame.length_px or with_strong[k] < 0.20 * size:
            continue
        if extent * extent / size < _CRACK_LEAST_SLIM:
            continue
        x, y, w, h = (int(v) for v in stats[k, :4])
        piece = labels[y : y + h, x : x + w] == k
        distance = cv2.distanceTransform(np.pad(piece, 1).astype(np.uint8), cv2.DIST_L2, 3)
        thick = max(1.0, 4 * float(distance[1:-1, 1:-1][piece].mean()) - 1)
        where[y : y + h, x : x + w] |= piece
        length_px += max(extent, size / thick)
        cracks += 1
    return Cracks(where, length_px / frame.length_px, cracks)


def _dots(field: Floats, sigma: float) -> Floats:
    inner = cv2.GaussianBlur(field, (0, 0), sigma * 0.6)
    return np.asarray(inner - cv2.GaussianBlur(field, (0, 0), sigma * 2.2), np.float32)


def _filled(frame: Frame, channel: int) -> Floats:
    """One channel of L*a*b*, with the tongue's mean around it, so that its border is no edge."""
    values = np.ascontiguousarray(frame.lab[..., channel])
    return np.where(frame.mask, values, np.float32(values[frame.mask].mean()))


def _blobs(found: Mask, least_px: float, most_px: float) -> NDArray[np.float64]:
    """Centres of the round components between two areas."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=8)
    kept = []
    for k in range(1, count):
        size, width, height = (float(stats[k, c]) for c in (cv2.CC_STAT_AREA, 2, 3))
        if least_px <= size <= most_px and max(width, height) <= 2.4 * min(width, height):
            if size > 0.42 * width * height:
                kept.append(centres[k])
    return np.array(kept, np.float64).reshape(-1, 2)


def find_red_spots(frame: Frame, cracks: Mask, doubt: float = 0.0) -> NDArray[np.float64]:
    """Centres (n, 2) of raised red spots, redder than what lies around."""
    sigma = max(1.5, _RED_SIGMA * frame.width_px)
    redder = _dots(_filled(frame, 1), sigma)
    darker = _dots(np.ascontiguousarray(frame.lab[..., 0]), sigma)
    area = frame.mask & (frame.inside > 0.04) & (frame.along > 0.2) & ~cracks & ~glossy(frame)
    found = (redder > _RED_A * (1 + doubt)) & (darker < _RED_L) & area
    return _blobs(found, 1.2 * sigma * sigma, 14 * sigma * sigma)


def find_stasis(frame: Frame, cracks: Mask, doubt: float = 0.0) -> NDArray[np.float64]:
    """Centres (n, 2) of dark bluish spots."""
    sigma = max(2.0, _STASIS_SIGMA * frame.width_px)
    darker, bluer = _dots(_filled(frame, 0), sigma), _dots(_filled(frame, 2), sigma)
    near = cv2.dilate(cracks.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_)
    area = frame.mask & (frame.inside > 0.04) & (frame.along > 0.12) & ~near
    found = (darker < -_STASIS_L * (1 + doubt)) & (bluer < _STASIS_B) & area
    area_px = frame.width_px * frame.length_px
    return _blobs(found, _STASIS_LEAST * area_px, 0.02 * area_px)


def find_dents(frame: Frame, mask: Mask, doubt: float = 0.0) -> Dents:
    """Tooth marks: where the side's outline falls back behind the line that spans its neighbours.

    mask: the tongue with notches kept (`edge.redraw_outline`), in the frame.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    first, last = int(rows[0]), int(rows[-1])
    length = last - first + 1
    span = slice(first + int(_DENT_SPAN[0] * length), first + int(_DENT_SPAN[1] * length))
    places, depths = [], []
    for side in (-1, 1):
        edge = _edge(mask, side)[span]
        depth = _fall_back(edge, max(5, int(_DENT_WIDE * length))) / frame.width_px
        for at in _peaks(depth, _DENT_FROM * (1 + doubt), max(3, int(0.035 * length))):
            if at + span.start - first < _DENT_FROM_ALONG * length:
                continue
            places.append((float(edge[at] * side), float(at + span.start)))
            depths.append(float(depth[at]))
    return Dents(tuple(places), tuple(depths))


def _edge(mask: Mask, side: int) -> NDArray[np.float64]:
    """Outermost column of each row, times side: larger is further out; smoothed over three rows."""
    if side > 0:
        column = mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    else:
        column = -np.argmax(mask, axis=1)
    return np.convolve(np.pad(column.astype(np.float64), 2, mode="edge"), np.ones(5) / 5, "valid")


def _fall_back(edge: NDArray[np.float64], wide: int) -> NDArray[np.float64]:
    """Depth of each row behind the upper hull of the outline within a window of that many rows each side."""
    count = len(edge)
    depth = np.zeros(count)
    for at in range(count):
        low, high = max(0, at - wide), min(count, at + wide + 1)
        left, right = edge[low:at], edge[at + 1 : high]
        if len(left) < 3 or len(right) < 3:
            continue
        # The chord over this row: from each row on the left to each on the right, the highest at this place.
        a, b = np.arange(low, at)[:, None], np.arange(at + 1, high)[None, :]
        chord = left[:, None] + (right[None, :] - left[:, None]) * (at - a) / (b - a)
        depth[at] = max(0.0, float(chord.max()) - edge[at])
    return depth


def _peaks(values: NDArray[np.float64], least: float, apart: int) -> list[int]:
    """Local maxima from `least` on, the higher first, none nearer to another than `apart`, with a real
    saddle between neighbours."""
    order = [int(k) for k in np.argsort(-values) if values[k] >= least]
    kept: list[int] = []
    for k in order:
        if k in (0, len(values) - 1) or any(abs(k - other) < apart for other in kept):
            continue
        if values[k] < values[k - 1] or values[k] < values[k + 1]:
            continue
        saddles = [float(values[min(k, o) : max(k, o) + 1].min()) for o in kept]
        if all(saddle < 0.75 * values[k] for saddle in saddles):
            kept.append(k)
    return sorted(kept)


def deviation_deg(mask: Mask) -> tuple[float, float]:
    """(angle of the tongue's middle line against the picture's vertical, right positive; its sd), degrees."""
    columns = np.arange(mask.shape[1], dtype=np.float64)
    count: Any = mask.sum(axis=1)
    rows = np.flatnonzero(count)
    first, last = int(rows[0]), int(rows[-1])
    length = last - first + 1
    used = np.arange(first + int(0.12 * length), first + int(0.97 * length))
    used = used[count[used] > 0]
    if len(used) < 8:
        return 0.0, 45.0
    middle = (mask[used] * columns).sum(axis=1) / count[used]
    slope, offset = np.polyfit(used, middle, 1)
    rest = middle - (slope * used + offset)
    # Neighbouring rows say the same: one independent row in each tenth of the length.
    error = float(rest.std()) / (float(used.std()) * np.sqrt(10))
    return float(np.degrees(np.arctan(slope))), float(np.degrees(np.arctan(error))) + 0.3
