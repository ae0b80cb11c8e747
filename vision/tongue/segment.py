"""Find the tongue in a picture: one look at the whole, then a closer look at what was found there.

The network was trained on whole pictures and on crops alike (`vision/training`), so the same weights serve
both looks. The second look sees the tongue at about two thirds of its input and draws the border; it also
says whether there is a tongue at all. Where that leaves a doubt and a face is found, its mouth gets a look of
its own, and what lies elsewhere is none. Figures and limits: `assets/models/tongue_segmentation.card.md`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.runtime import Network, load_network
from vision.tongue.mouth import Mouth, find_mouths

MODEL = "tongue_segmentation"
METHOD = "tongue-segmentation-1"

SIDE_PX = 192
PAD_GREY = 128
MIN_SIDE_PX = 48
MAX_ASPECT = 6.0

# Chosen by reasoning, not on the test fold; the reach of a tongue was measured on all marked faces
# (middle of the tongue within 0.14 face widths to the side and -0.06 to 0.28 below the mouth).
PRESENT_FROM = 0.5
MASK_FROM = 0.5
CANDIDATE_FROM = 0.25
CANDIDATES = 2
CROP_PER_BOX = 1.6
MIN_CROP_PX = 24.0
LOOK_AGAIN_RATIO = 1.35
MIN_TONGUE_SIDE_PX = 8
SPECK_FROM, MARGIN_CELLS = 0.2, 2
SURE_FROM = 0.95
MOUTH_LOOK_PER_FACE, MOUTH_LOOK_DOWN = 1.0, 0.15
REACH_SIDE, REACH_UP, REACH_DOWN, WIDEST_TONGUE = 0.35, 0.2, 0.6, 1.0

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TongueMask:
    """Where the tongue is.

    mask: (h, w) bool, the size of the picture; all False when none is there.
    present: a tongue was found. presence: 0..1, how sure the network is of that.
    contour: outline in px, (n, 2) x and y, float32; empty when none is there.
    box: x, y, width, height in px; None when none is there. area_share: of the picture, 0..1.
    touches_border: the mask reaches the edge of the picture, so a part may be missing.
    """

    mask: NDArray[np.bool_]
    present: bool
    presence: float
    contour: Floats
    box: tuple[int, int, int, int] | None
    area_share: float
    touches_border: bool


@dataclass(frozen=True, slots=True)
class _Square:
    """A square piece of the picture in px; may reach beyond it."""

    x: float
    y: float
    side: float

    def around(self, x: float, y: float, width: float, height: float) -> "_Square":
        """The crop for the next look around a box given in px of the picture; never larger than the whole."""
        side = min(max(CROP_PER_BOX * max(width, height), MIN_CROP_PX), self.side)
        return _Square(x + width / 2 - side / 2, y + height / 2 - side / 2, side)


@dataclass(frozen=True, slots=True)
class _Look:
    square: _Square
    chance: Floats  # (SIDE_PX, SIDE_PX)
    presence: float


def segment_tongue(image_rgb: Image) -> TongueMask:
    """Find the tongue in an upright picture.

    image_rgb: (h, w, 3) uint8, sRGB. Below 48 px or longer than six times its width nothing is found.
    Returns a mask of the same size; `present` is False where the picture shows no tongue.
    Raises ValueError on another shape or type, StationError when the model cannot be read.
    Deterministic: the same picture gives the same mask.
    """
    if image_rgb.ndim != 3 or image_rgb.shape[2] != 3 or image_rgb.dtype != np.uint8:
        raise ValueError(f"expected (h, w, 3) uint8, got {image_rgb.shape} {image_rgb.dtype}")
    height, width = image_rgb.shape[:2]
    short, long = min(height, width), max(height, width)
    if short < MIN_SIDE_PX or long > MAX_ASPECT * short:
        return _nothing(height, width, 0.0)
    network = load_network(MODEL)
    whole = _Square((width - long) / 2, (height - long) / 2, float(long))
    looks = _closer_looks(network, image_rgb, _look(network, image_rgb, [whole])[0], whole)
    if max(map(_worth, looks), default=0.0) < SURE_FROM:
        mouths = find_mouths(image_rgb)
        for mouth in mouths:
            at_mouth = _look(network, image_rgb, [_around_mouth(mouth, whole)])[0]
            looks += _closer_looks(network, image_rgb, at_mouth, whole)
        looks = [look for look in looks if _may_be_a_tongue(look, mouths)]
    if not looks:
        return _nothing(height, width, 0.0)
    return _finish(max(looks, key=_worth), height, width)


def _closer_looks(network: Network, image: Image, first: "_Look", whole: "_Square") -> list["_Look"]:
    """Look closer at what a look found; once more at the best where the crop proved too wide or narrow."""
    candidates = [whole.around(*box) for box in _boxes(first)]
    if not candidates:
        return []
    looks = _look(network, image, candidates)
    best = max(looks, key=_worth)
    for box in _boxes(best, most=1):
        closer = whole.around(*box)
        if max(closer.side / best.square.side, best.square.side / closer.side) > LOOK_AGAIN_RATIO:
            looks += _look(network, image, [closer])
    return looks


def _around_mouth(mouth: Mouth, whole: "_Square") -> "_Square":
    side = min(MOUTH_LOOK_PER_FACE * mouth.face_width, whole.side)
    down = MOUTH_LOOK_DOWN * mouth.face_width
    return _Square(mouth.x - side / 2, mouth.y + down - side / 2, side)


def _may_be_a_tongue(look: "_Look", mouths: list[Mouth]) -> bool:
    """False away from every mouth found; but a tongue wider than a face is a face seen in a tongue."""
    boxes = _boxes(look, most=1)
    if not boxes or not mouths:
        return bool(boxes)
    x, y, width, height = boxes[0]
    for mouth in mouths:
        side = (x + width / 2 - mouth.x) / mouth.face_width
        down = (y + height / 2 - mouth.y) / mouth.face_width
        if width > WIDEST_TONGUE * mouth.face_width or (
            abs(side) < REACH_SIDE and -REACH_UP < down < REACH_DOWN
        ):
            return True
    return False


def _look(network: Network, image: Image, squares: list[_Square]) -> list[_Look]:
    stack = np.stack([_crop(image, square) for square in squares])
    planes = np.ascontiguousarray(stack.transpose(0, 3, 1, 2), dtype=np.float32) / np.float32(255)
    answer = network.run(rgb=planes)
    return [
        _Look(square, answer["mask"][k, 0], float(answer["present"][k])) for k, square in enumerate(squares)
    ]


def _crop(image: Image, square: _Square) -> Image:
    """The square resampled to the network's input, grey where it reaches beyond the picture."""
    height, width = image.shape[:2]
    x0, y0 = max(int(np.floor(square.x)), 0), max(int(np.floor(square.y)), 0)
    x1 = min(int(np.ceil(square.x + square.side)), width)
    y1 = min(int(np.ceil(square.y + square.side)), height)
    piece = image[y0:y1, x0:x1]
    scale = SIDE_PX / square.side
    if scale < 1:
        size = (max(1, round(piece.shape[1] * scale)), max(1, round(piece.shape[0] * scale)))
        piece = np.asarray(cv2.resize(piece, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    across = piece.shape[1] / (x1 - x0)
    down = piece.shape[0] / (y1 - y0)
    step_x, step_y = SIDE_PX / (square.side * across), SIDE_PX / (square.side * down)
    # Pixel centres: what lies at x + 1/2 in one grid lies at the scaled place in the other.
    matrix = np.array(
        [
            [step_x, 0, (x0 - square.x) * scale + step_x / 2 - 0.5],
            [0, step_y, (y0 - square.y) * scale + step_y / 2 - 0.5],
        ]
    )
    out = cv2.warpAffine(
        piece,
        matrix,
        (SIDE_PX, SIDE_PX),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(PAD_GREY,) * 3,
    )
    return np.asarray(out, dtype=np.uint8)


def _boxes(look: _Look, most: int = CANDIDATES) -> list[tuple[float, float, float, float]]:
    """Boxes (x, y, width, height), in px of the picture, of the likeliest blobs, likeliest first."""
    likely = (look.chance > CANDIDATE_FROM).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(likely)
    if count < 2:
        return []
    weight = np.bincount(labels.ravel(), weights=look.chance.ravel().astype(np.float64), minlength=count)
    order = sorted(range(1, count), key=lambda k: -weight[k])[:most]
    per_px = look.square.side / SIDE_PX
    found = []
    for k in order:
        x, y, width, height = (float(v) * per_px for v in stats[k, :4])
        found.append((look.square.x + x, look.square.y + y, width, height))
    return found


def _worth(look: _Look) -> float:
    """How much a look speaks for a tongue: presence, times how decided the mask is."""
    inside = look.chance > MASK_FROM
    return look.presence * float(look.chance[inside].mean()) if inside.any() else 0.0


def _finish(look: _Look, height: int, width: int) -> TongueMask:
    """The look's mask at the picture's size: best component, holes filled, border between the pixels."""
    worth = _worth(look)
    if worth < PRESENT_FROM:
        return _nothing(height, width, worth)
    square = look.square
    # Only where the network sees anything: drawing the rest at full size would double the time of this step.
    left, top, wide, tall = cv2.boundingRect((look.chance > SPECK_FROM).astype(np.uint8))
    per_px = square.side / SIDE_PX
    x0 = max(int(square.x + (left - MARGIN_CELLS) * per_px), 0)
    y0 = max(int(square.y + (top - MARGIN_CELLS) * per_px), 0)
    x1 = min(int(np.ceil(square.x + (left + wide + MARGIN_CELLS) * per_px)), width)
    y1 = min(int(np.ceil(square.y + (top + tall + MARGIN_CELLS) * per_px)), height)
    x1, y1 = min(x1, int(np.ceil(square.x + square.side))), min(y1, int(np.ceil(square.y + square.side)))
    if x1 <= x0 or y1 <= y0:
        return _nothing(height, width, worth / 2)
    step = SIDE_PX / square.side
    matrix = np.array(
        [[step, 0, (x0 + 0.5 - square.x) * step - 0.5], [0, step, (y0 + 0.5 - square.y) * step - 0.5]]
    )
    chance = cv2.warpAffine(
        look.chance,
        matrix,
        (x1 - x0, y1 - y0),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    outlines, _ = cv2.findContours(
        (chance > MASK_FROM).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    if not outlines:
        return _nothing(height, width, worth / 2)
    outline = max(outlines, key=cv2.contourArea)
    x, y, box_width, box_height = cv2.boundingRect(outline)
    if min(box_width, box_height) < MIN_TONGUE_SIDE_PX:
        return _nothing(height, width, worth / 2)
    piece = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.drawContours(piece, [outline], -1, 1, cv2.FILLED)
    mask = np.zeros((height, width), np.bool_)
    mask[y0:y1, x0:x1] = piece.astype(np.bool_)
    contour = (outline.reshape(-1, 2) + np.array([x0, y0])).astype(np.float32)
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return TongueMask(
        mask=mask,
        present=True,
        presence=worth,
        contour=contour,
        box=(x + x0, y + y0, box_width, box_height),
        area_share=int(np.count_nonzero(piece)) / (height * width),
        touches_border=any(bool(edge.any()) for edge in edges),
    )


def _nothing(height: int, width: int, presence: float) -> TongueMask:
    return TongueMask(
        mask=np.zeros((height, width), np.bool_),
        present=False,
        presence=presence,
        contour=np.zeros((0, 2), np.float32),
        box=None,
        area_share=0.0,
        touches_border=False,
    )
