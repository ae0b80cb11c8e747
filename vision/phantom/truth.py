"""What a rendered tongue is asked to be, and what was in fact rendered."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Lab = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """direction: to the light, x right, y down, z to the camera. balance: red and blue gains of the camera
    against neutral. noise: sd of the sensor's noise at mid grey, in 1/255. jpeg_quality: None for none."""

    direction: tuple[float, float, float] = (-0.22, -0.52, 0.82)
    ambient: float = 0.46
    exposure: float = 1.0
    balance: tuple[float, float] = (1.0, 1.0)
    noise: float = 1.6
    blur_px: float = 0.75
    vignette: float = 0.12
    jpeg_quality: int | None = 93


@dataclass(frozen=True, slots=True)
class TongueTruth:
    """The parameters of one rendered tongue. Colours are L*a*b* (D65) of the surface in neutral light.

    width_share: widest place of the tongue, share of the picture's width. length_ratio: length by width.
    tip_roundness: 1.6 pointed to 3 blunt. deviation_deg: of the tip from the middle line, right positive.
    tooth_marks: dents on both sides together; tooth_depth: share of the tongue's width.
    coverage: coated share of the tongue, 0..1. thickness: 0 hardly there to 1 body not seen through it.
    greasy: 0 grainy to 1 smooth and sticky. cracks: how many. crack_depth: 0..1.
    red_spots, stasis_spots: how many. moisture: 0 dry to 1 dripping. groove: depth of the furrow, 0..1.
    """

    width_share: float = 0.43
    length_ratio: float = 1.12
    tip_roundness: float = 2.2
    deviation_deg: float = 0.0
    tooth_marks: int = 0
    tooth_depth: float = 0.018
    body: Lab = (58.0, 26.0, 13.0)
    tip_shift: Lab = (-1.0, 3.0, 1.0)
    sides_shift: Lab = (0.0, 1.5, 0.5)
    root_shift: Lab = (-2.0, -2.0, 0.0)
    coverage: float = 0.45
    thickness: float = 0.35
    greasy: float = 0.0
    coating: Lab = (77.0, 6.0, 9.0)
    cracks: int = 0
    crack_depth: float = 0.6
    red_spots: int = 0
    stasis_spots: int = 0
    moisture: float = 0.4
    groove: float = 0.4
    skin: Lab = (66.0, 13.0, 18.0)
    lips: Lab = (52.0, 23.0, 12.0)
    teeth: bool = True
    light: Light = field(default_factory=Light)
    size: tuple[int, int] = (1280, 960)


@dataclass(frozen=True, slots=True)
class RenderedTruth:
    """What was drawn, read off the layers before the camera's cast, noise and blur. Colours: mean L*a*b*
    outside highlights, cracks and spots; None where nothing of that kind is to be seen.

    coverage, highlight_share, crack_share: shares of the tongue's area.
    crack_length: all cracks' length by the tongue's length. length_width: of the drawn outline.
    """

    coverage: float
    thickness: float
    body: Lab | None
    tip: Lab | None
    sides: Lab | None
    coating: Lab | None
    crack_count: int
    crack_length: float
    crack_share: float
    tooth_marks: int
    red_spots: int
    stasis_spots: int
    highlight_share: float
    length_width: float
    deviation_deg: float


@dataclass(frozen=True, slots=True)
class TonguePhantom:
    """A rendered picture with the layers it was made of; all masks are (h, w) bool of the picture's size."""

    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    coating_mask: NDArray[np.bool_]
    crack_mask: NDArray[np.bool_]
    highlight_mask: NDArray[np.bool_]
    truth: TongueTruth
    rendered: RenderedTruth
    seed: int
