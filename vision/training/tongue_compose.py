"""One training sample after another: tongues scaled, turned, and put into other people's faces.

The marked sources each have one camera and one framing; a net that learns them as they are calls cheeks and
noses tongue on a phone picture. So framing, surroundings and light are drawn at random here, and a good part
of the samples shows no tongue at all. All numbers were tuned on the training folds.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.training.tongue_light import relight
from vision.training.tongue_sources import Image, Picture, Sources

Floats = NDArray[np.float32]
Rng = np.random.Generator

PAD_GREY = 128
EMPTY_SHARE, COMPOSED_SHARE = 0.30, 0.44
SIDEWAYS_SHARE = 0.4  # of composed tongues: put out to one side, seen from the side, half behind a lip
MIN_TONGUE_PX, UNSURE_TONGUE_PX = 60.0, 15.0
SOURCE_WEIGHTS = {"biohit": 0.38, "tonguexpert": 0.40, "web_black_coating": 0.10}
OTHER_SOURCE_WEIGHT = 0.12
COARSE_SHARE = 0.35  # seen as by a phone at arm's length: few pixels, smoothed by the camera
COARSEST, FEWEST_PX = 5.0, 18.0
CUT_OUT_ONLY = frozenset({"web_black_coating"})  # their surroundings are painted black


@dataclass(frozen=True, slots=True)
class Sample:
    """rgb (s, s, 3) uint8, mask (s, s) 0..255; present 1, 0, or nan where too little shows to say."""

    rgb: Image
    mask: Image
    present: float


def _log_uniform(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _warp(image: Image, matrix: Floats, side: int, scale: float, fill: int | None = PAD_GREY) -> Image:
    """Affine warp that averages when it shrinks; fill None repeats the edge."""
    if scale < 0.6:
        small = cv2.resize(image, None, fx=scale * 1.2, fy=scale * 1.2, interpolation=cv2.INTER_AREA)
        matrix = matrix.copy()
        matrix[:, 0] *= image.shape[1] / small.shape[1]
        matrix[:, 1] *= image.shape[0] / small.shape[0]
        image = small.astype(np.uint8)
    mode = cv2.BORDER_REPLICATE if fill is None else cv2.BORDER_CONSTANT
    warped = cv2.warpAffine(
        image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=mode, borderValue=(fill or 0,) * 3
    )
    return np.asarray(warped, dtype=np.uint8)


def _affine(
    about: tuple[float, float],
    to: tuple[float, float],
    scale: float,
    angle: float,
    stretch: float,
    flip: bool,
) -> Floats:
    """Scale, stretch, turn about one point and move it to another; (2, 3)."""
    cos, sin = np.cos(angle), np.sin(angle)
    wide, tall = scale * np.sqrt(stretch) * (-1 if flip else 1), scale / np.sqrt(stretch)
    linear = np.array([[cos * wide, -sin * tall], [sin * wide, cos * tall]])
    shift = np.array(to) - linear @ np.array(about)
    return np.column_stack([linear, shift]).astype(np.float32)


def _angle(rng: Rng) -> float:
    if rng.random() < 0.06:
        return float(rng.uniform(-np.pi, np.pi))
    return float(rng.normal(0, 0.20))


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


def _box(mask: Image) -> _Box:
    x, y, width, height = cv2.boundingRect((mask > 127).astype(np.uint8))
    return _Box(x, y, max(width, 1), max(height, 1))


class Composer:
    """Draws samples; the same generator state gives the same sample."""

    def __init__(self, sources: Sources, side: int) -> None:
        if not sources.marked or not sources.empty:
            raise ValueError("training needs marked pictures and pictures without a tongue")
        self.side = side
        self._by_source: dict[str, list[Picture]] = {}
        for picture in sources.marked:
            self._by_source.setdefault(picture.source, []).append(picture)
        self._names = sorted(self._by_source)
        weights = np.array([SOURCE_WEIGHTS.get(name, OTHER_SOURCE_WEIGHT) for name in self._names])
        self._weights = weights / weights.sum()
        self._empty = sources.empty
        self._with_mouth = [p for p in sources.empty if p.mouth is not None]
        self._whole = [p for p in sources.marked if p.source not in CUT_OUT_ONLY]

    def __call__(self, rng: Rng) -> Sample:
        kind = rng.random()
        if kind < EMPTY_SHARE:
            rgb, mask = self._none(rng)
        elif kind < EMPTY_SHARE + COMPOSED_SHARE:
            rgb, mask = self._composed(rng)
        else:
            rgb, mask = self._as_taken(rng)
        area = float(mask.sum()) / 255
        present = 1.0 if area >= MIN_TONGUE_PX else 0.0 if area < UNSURE_TONGUE_PX else float("nan")
        if rng.random() < COARSE_SHARE:
            rgb = _coarse(rgb, float(np.sqrt(area)) if area else self.side / 2, rng)
        return Sample(relight(rgb, rng), mask, present)

    def _tongue(self, rng: Rng) -> Picture:
        pictures = self._by_source[self._names[int(rng.choice(len(self._names), p=self._weights))]]
        return pictures[int(rng.integers(len(pictures)))]

    def _surroundings(self, rng: Rng) -> Image:
        """A canvas full of something that is no tongue."""
        side, kind = self.side, rng.random()
        if kind < 0.45:
            return np.full((side, side, 3), PAD_GREY, np.uint8)
        if kind < 0.6:
            return np.broadcast_to(rng.integers(0, 256, 3, dtype=np.uint8), (side, side, 3)).copy()
        picture = self._empty[int(rng.integers(len(self._empty)))]
        height, width = picture.rgb.shape[:2]
        scale = side / min(height, width) * rng.uniform(1.0, 1.8)
        matrix = _affine((width / 2, height / 2), (side / 2, side / 2), scale, 0, 1, rng.random() < 0.5)
        return _warp(picture.rgb, matrix, side, scale, None)

    def _view_matrix(self, picture: Picture, rng: Rng) -> tuple[Floats, float]:
        """Either the whole picture near or far, or the second pass's crop around the tongue."""
        assert picture.mask is not None
        side, box = self.side, _box(picture.mask)
        height, width = picture.rgb.shape[:2]
        stretch = _log_uniform(rng, 0.8, 1.25)
        if rng.random() < 0.5:
            scale = side / (max(box.width, box.height) * _log_uniform(rng, 1.15, 2.6))
            jitter = 0.16 * side
            to = (side / 2 + rng.uniform(-jitter, jitter), side / 2 + rng.uniform(-jitter, jitter))
            about = box.centre
        else:
            fit = side / max(height, width)
            if rng.random() < 0.3:
                scale, about, to = fit, (width / 2, height / 2), (side / 2, side / 2)
            else:
                scale = fit * _log_uniform(rng, 0.28, 1.9)
                about = box.centre
                half = min(0.5 * max(box.width, box.height) * scale, 0.45 * side)
                to = (float(rng.uniform(half, side - half)), float(rng.uniform(half, side - half)))
        return _affine(about, to, scale, _angle(rng), stretch, rng.random() < 0.5), scale

    def _as_taken(self, rng: Rng) -> tuple[Image, Image]:
        picture = self._tongue(rng)
        if picture.source in CUT_OUT_ONLY and rng.random() < 0.7:
            return self._composed(rng, picture)
        assert picture.mask is not None
        matrix, scale = self._view_matrix(picture, rng)
        rgb = _warp(picture.rgb, matrix, self.side, scale, 0)
        mask = _warp(picture.mask, matrix, self.side, scale, 0)
        inside = _warp(np.full(picture.mask.shape, 255, np.uint8), matrix, self.side, scale, 0)
        around = self._surroundings(rng)
        share = (inside.astype(np.float32) / 255)[..., None]
        return (rgb + around * (1 - share)).clip(0, 255).astype(np.uint8), mask

    def _composed(self, rng: Rng, picture: Picture | None = None) -> tuple[Image, Image]:
        """A tongue cut out with a soft rim and laid over a face's mouth or anywhere in another picture."""
        side = self.side
        picture = picture or self._tongue(rng)
        assert picture.mask is not None
        box = _box(picture.mask)
        near = rng.random() < 0.4
        tongue_px = _log_uniform(rng, 70, 150) if near else _log_uniform(rng, 11, 110)
        flip, sideways = rng.random() < 0.5, rng.random() < SIDEWAYS_SHARE
        stretch = _log_uniform(rng, 0.5, 1.6) if sideways else _log_uniform(rng, 0.75, 1.3)
        on_face = bool(self._with_mouth) and rng.random() < 0.8
        if on_face:
            under = self._with_mouth[int(rng.integers(len(self._with_mouth)))]
            assert under.mouth is not None
            left, right = under.mouth[np.argsort(under.mouth[:, 0])]
            mouth_px = float(np.hypot(*(right - left)))
            under_scale = tongue_px / (mouth_px * rng.uniform(0.55, 1.2))
            middle = (left + right) / 2
            roll = float(np.arctan2(right[1] - left[1], right[0] - left[0]))
            about = (float(middle[0]), float(middle[1]))
        else:
            under = self._empty[int(rng.integers(len(self._empty)))]
            height, width = under.rgb.shape[:2]
            under_scale = side / min(height, width) * rng.uniform(0.8, 2.5)
            about, roll = (float(rng.uniform(0, width)), float(rng.uniform(0, height))), 0.0
        margin = min(tongue_px * 0.55, side * 0.42)
        to = (float(rng.uniform(margin, side - margin)), float(rng.uniform(margin * 0.7, side - margin)))
        turn = _angle(rng)
        under_matrix = _affine(about, to, under_scale, turn, 1.0, flip)
        canvas = _warp(under.rgb, under_matrix, side, under_scale, PAD_GREY if rng.random() < 0.7 else None)

        scale = tongue_px / box.width
        root = (box.x + box.width / 2, box.y + box.height * rng.uniform(0.0, 0.25))
        lean = turn + (-roll if flip else roll) + float(rng.normal(0, 0.7 if sideways else 0.15))
        matrix = _affine(root, to, scale, lean, stretch, flip)
        mask = _warp(picture.mask, matrix, side, scale, 0)
        tongue = _warp(picture.rgb, matrix, side, scale, None)
        if sideways:
            mask = _behind_a_lip(mask, rng)
        if sideways or rng.random() < 0.25:
            tongue = _rounded(tongue, mask, rng)
        alpha = self._rim(mask, picture, tongue_px, rng)
        if on_face and rng.random() < 0.45:
            canvas = _open_mouth(canvas, to, tongue_px, lean, rng)
        tongue = _match_light(tongue, mask, canvas, picture, rng)
        mixed = canvas * (1 - alpha[..., None]) + tongue * alpha[..., None]
        return mixed.clip(0, 255).astype(np.uint8), mask

    def _rim(self, mask: Image, picture: Picture, tongue_px: float, rng: Rng) -> Floats:
        """0..1: how much of the cut-out shows; wider than the tongue where its own lips may come along."""
        if picture.source in CUT_OUT_ONLY:
            shape = cv2.erode(mask, np.ones((3, 3), np.uint8))
        elif rng.random() < 0.4:
            wide = int(rng.uniform(0.03, 0.16) * tongue_px) * 2 + 1
            shape = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
        else:
            shape = mask
        return (
            np.asarray(
                cv2.GaussianBlur(shape, (0, 0), rng.uniform(0.4, 0.6 + 0.02 * tongue_px)), dtype=np.float32
            )
            / 255
        )

    def _none(self, rng: Rng) -> tuple[Image, Image]:
        """Nothing to find: other pictures near and far, mouths that are shut, skin beside tongues."""
        side, nothing = self.side, np.zeros((self.side, self.side), np.uint8)
        kind = rng.random()
        if kind < 0.2 and self._whole:
            strip = self._beside(rng)
            if strip is not None:
                return strip, nothing
        if kind < 0.23:
            return _nothing_at_all(side, rng), nothing
        if kind < 0.30:
            return self._composed(rng, self._decoy(rng))[0], nothing
        at_mouth = bool(self._with_mouth) and rng.random() < 0.5
        pool = self._with_mouth if at_mouth else self._empty
        picture = pool[int(rng.integers(len(pool)))]
        height, width = picture.rgb.shape[:2]
        fit = side / max(height, width)
        if at_mouth:
            assert picture.mouth is not None
            middle = picture.mouth.mean(axis=0)
            mouth_px = float(np.hypot(*(picture.mouth[0] - picture.mouth[1])))
            scale = side / (mouth_px * _log_uniform(rng, 1.2, 8))
            # Chins and necks as well: they have a tongue's outline under a mouth.
            away = rng.normal(0, 0.6, 2) + (0, 0.4)
            about = (float(middle[0] + away[0] * mouth_px), float(middle[1] + away[1] * mouth_px))
        elif rng.random() < 0.35:
            scale, about = fit, (width / 2, height / 2)
        else:
            scale = fit * _log_uniform(rng, 0.6, 5)
            about = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
        matrix = _affine(about, (side / 2, side / 2), scale, _angle(rng), 1.0, rng.random() < 0.5)
        return _warp(picture.rgb, matrix, side, scale, PAD_GREY if rng.random() < 0.7 else None), nothing

    def _decoy(self, rng: Rng) -> Picture:
        """Skin, cloth or whatever in a tongue's outline: so that being pasted in is no sign of a tongue."""
        shape = self._tongue(rng)
        assert shape.mask is not None
        height, width = shape.mask.shape
        pool = self._with_mouth if self._with_mouth and rng.random() < 0.6 else self._empty
        under = pool[int(rng.integers(len(pool)))].rgb
        tall = int(max(8, under.shape[0] * _log_uniform(rng, 0.1, 0.6)))
        wide = int(max(8, min(under.shape[1], tall * width / height)))
        top = int(rng.integers(0, max(1, under.shape[0] - tall)))
        left = int(rng.integers(0, max(1, under.shape[1] - wide)))
        piece = np.ascontiguousarray(under[top : top + tall, left : left + wide])
        rgb = np.asarray(cv2.resize(piece, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        return Picture("decoy", shape.stem, rgb, shape.mask, None)

    def _beside(self, rng: Rng) -> Image | None:
        """A piece of a marked picture that holds no tongue; None when none was met."""
        picture = self._whole[int(rng.integers(len(self._whole)))]
        assert picture.mask is not None
        height, width = picture.mask.shape
        for _ in range(8):
            tall = int(rng.uniform(0.12, 0.5) * height)
            wide = int(np.clip(tall * _log_uniform(rng, 0.5, 2), 12, width * 0.7))
            top, left = int(rng.integers(0, height - tall)), int(rng.integers(0, width - wide))
            if tall >= 12 and not (picture.mask[top : top + tall, left : left + wide] > 20).any():
                piece = np.ascontiguousarray(picture.rgb[top : top + tall, left : left + wide])
                scale = self.side / max(tall, wide) * rng.uniform(0.7, 1.3)
                middle = (self.side / 2, self.side / 2)
                matrix = _affine((wide / 2, tall / 2), middle, scale, _angle(rng), 1, rng.random() < 0.5)
                return _warp(piece, matrix, self.side, scale, PAD_GREY if rng.random() < 0.7 else None)
        return None


def _coarse(rgb: Image, tongue_px: float, rng: Rng) -> Image:
    """Take away detail as if the tongue had fewer pixels, at least 18 across."""
    factor = _log_uniform(rng, 1.2, max(1.3, min(COARSEST, tongue_px / FEWEST_PX)))
    size = max(8, round(rgb.shape[0] / factor))
    small = cv2.resize(rgb, (size, size), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        small = cv2.bilateralFilter(small, 5, float(rng.uniform(10, 45)), 2.0)
    back = cv2.resize(small, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(back, dtype=np.uint8)


def _behind_a_lip(mask: Image, rng: Rng) -> Image:
    """Hide a part of the tongue, mostly its upper part, behind a line as a lip draws it."""
    if rng.random() < 0.25 or not (mask > 127).any():
        return mask
    box = _box(mask)
    tilt = float(rng.normal(0, 0.6))
    edge_x = box.x + box.width * rng.uniform(0.2, 0.8)
    edge_y = box.y + box.height * rng.uniform(0.05, 0.5)
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
    along, below = x - edge_x, y - edge_y
    bow = rng.uniform(-0.5, 0.5) / box.width
    depth = np.cos(tilt) * below + np.sin(tilt) * along - bow * along**2
    return (mask * np.clip(depth + 0.5, 0, 1)).astype(np.uint8)


def _rounded(tongue: Image, mask: Image, rng: Rng) -> Image:
    """Shade across the tongue, redder where it turns away: sides and undersides lack coating."""
    if not (mask > 127).any():
        return tongue
    box, angle = _box(mask), rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
    across = (
        np.cos(angle) * (x - box.centre[0]) / box.width + np.sin(angle) * (y - box.centre[1]) / box.height
    )
    share = np.clip(0.5 + rng.uniform(0.6, 2.5) * across, 0, 1)[..., None] * rng.uniform(0, 1)
    towards = np.array([rng.uniform(0.65, 1.0), rng.uniform(0.4, 0.75), rng.uniform(0.42, 0.8)], np.float32)
    return (tongue * (1 - share) + tongue * towards * share).astype(np.uint8)


def _open_mouth(canvas: Image, at: tuple[float, float], tongue_px: float, lean: float, rng: Rng) -> Image:
    """A dark opening behind the root of the tongue, as an open mouth has."""
    opening = np.zeros(canvas.shape[:2], np.uint8)
    axes = (int(tongue_px * rng.uniform(0.45, 0.7)), int(tongue_px * rng.uniform(0.15, 0.5)))
    cv2.ellipse(opening, (int(at[0]), int(at[1])), axes, float(np.degrees(lean)), 0, 360, 255, -1)
    share = cv2.GaussianBlur(opening, (0, 0), 0.5 + 0.03 * tongue_px).astype(np.float32)[..., None] / 255
    dark = np.array([60, 25, 25], np.float32) * rng.uniform(0.2, 1.6)
    return (canvas * (1 - share) + dark * share).astype(np.uint8)


def _match_light(tongue: Image, mask: Image, canvas: Image, picture: Picture, rng: Rng) -> Floats:
    """Move the cut-out towards the light of where it is put, by a random part of the way."""
    inside = mask > 127
    if not inside.any():
        return tongue.astype(np.float32)
    wide = cv2.dilate(mask, np.ones((9, 9), np.uint8)) > 20
    ring = wide & (mask < 20) & (canvas.sum(axis=2) > 60)
    there = canvas[ring].mean(axis=0) if ring.sum() > 20 else np.full(3, 140.0)
    here = tongue[inside].mean(axis=0)
    if picture.source not in CUT_OUT_ONLY:
        own_ring = wide & (mask < 20)
        if own_ring.sum() > 20:
            here = 0.5 * here + 0.5 * tongue[own_ring].mean(axis=0)
    gain = np.clip((there + 8) / (here + 8), 0.4, 2.5) ** rng.uniform(0, 1) * rng.uniform(0.85, 1.2)
    gain = gain * np.exp(rng.normal(0, 0.07, 3))
    return np.clip(tongue * gain.astype(np.float32), 0, 255).astype(np.float32)


def _nothing_at_all(side: int, rng: Rng) -> Image:
    """Plain colour, noise, or soft clouds of colour."""
    base = rng.uniform(0, 255, 3)
    kind = rng.integers(3)
    if kind == 0:
        field = np.broadcast_to(base, (side, side, 3))
    elif kind == 1:
        field = base + rng.normal(0, rng.uniform(5, 80), (side, side, 3))
    else:
        cells = int(rng.integers(2, 24))
        clouds = rng.normal(0, rng.uniform(10, 70), (cells, cells, 3)).astype(np.float32)
        field = base + cv2.resize(clouds, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.clip(field, 0, 255).astype(np.uint8)
