"""The colour of a zone: mean L*a*b* of its skin, how sure it is, and how it differs from the face's own base.

A shade over a zone multiplies its light by k. Then L* + 16, a* and b* are all multiplied by k^(1/3) (CIE 15,
above L* 8), so a* and b* are compared at the base's lightness: what a mere shade changes drops out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.colour.spaces import Floats

LEAST_PIXELS = 60
LEAST_SHARE = 0.35
CLIPPED_FROM = 252
GLARE_L = 8.0  # lighter than its surroundings by this much ...
GLARE_CHROMA = 0.8  # ... and this much paler: the lamp's own colour, not the skin's (own choice)
OUTLIER_SD = 3.0
DRAWS = 200
SEED = 7


@dataclass(frozen=True, slots=True)
class ZoneColour:
    """lab: mean (3,) of the skin kept; None with `why` ("hidden", "glare") where too little was left.

    sd: (3,) of that mean, bootstrapped over tiles. share: kept pixels over the zone's. glare: share of the
    zone's hair-free pixels that shine. clipped: share of them at the end of the scale.
    light, light_sd: mean linear Y, 0..1, and its sd.
    """

    lab: NDArray[np.float64] | None
    sd: NDArray[np.float64]
    share: float
    glare: float
    clipped: float
    light: float
    light_sd: float
    why: str | None = None

    @property
    def tone(self) -> NDArray[np.float64]:
        """(a*, b*) over L* + 16: the same in light and shade. Raises ValueError without a colour."""
        if self.lab is None:
            raise ValueError("a hidden zone has no colour")
        return np.asarray(self.lab[1:] / (self.lab[0] + 16))


def zone_colour(
    lab: Floats, rgb: NDArray[np.uint8], zone: NDArray[np.bool_], hair: NDArray[np.bool_], tile_px: float
) -> ZoneColour:
    """Measure one zone. lab, rgb: (h, w, 3) of the cut-out; zone, hair: (h, w); tile_px: side of a tile."""
    nothing = np.zeros(3)
    total = int(np.count_nonzero(zone))
    ys, xs = np.nonzero(zone & ~hair)
    if total == 0 or len(ys) < max(LEAST_PIXELS, LEAST_SHARE * total):
        return ZoneColour(None, nothing, len(ys) / max(total, 1), 0.0, 0.0, 0.0, 0.0, "hidden")
    colours = lab[ys, xs].astype(np.float64)
    clipped = rgb[ys, xs].max(axis=1) >= CLIPPED_FROM
    shines = clipped | _shining(colours)
    kept = ~shines & _usual(colours, ~shines)
    glare, lost = float(shines.mean()), float(clipped.mean())
    if int(kept.sum()) < max(LEAST_PIXELS, LEAST_SHARE * total):
        share = float(kept.sum()) / total
        return ZoneColour(None, nothing, share, glare, lost, 0.0, 0.0, "glare" if glare > 0.3 else "hidden")
    mean, sd = _mean_over_tiles(colours[kept], ys[kept], xs[kept], tile_px)
    light = float(((mean[0] + 16) / 116) ** 3)
    return ZoneColour(
        mean, sd, float(kept.sum()) / total, glare, lost, light, float(3 * light * sd[0] / (mean[0] + 16))
    )


def _shining(colours: NDArray[np.float64]) -> NDArray[np.bool_]:
    chroma = np.hypot(colours[:, 1], colours[:, 2])
    lighter = colours[:, 0] > np.median(colours[:, 0]) + GLARE_L
    return np.asarray(lighter & (chroma < GLARE_CHROMA * np.median(chroma)))


def _usual(colours: NDArray[np.float64], among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels within OUTLIER_SD robust deviations of the median in each of L*, a*, b*."""
    if not among.any():
        return among
    middle = np.median(colours[among], axis=0)
    spread = 1.4826 * np.median(np.abs(colours[among] - middle), axis=0)
    # Below half a unit a deviation is the picture's rounding, not a mole.
    return np.asarray((np.abs(colours - middle) <= OUTLIER_SD * np.maximum(spread, 0.5)).all(axis=1))


def _mean_over_tiles(
    colours: NDArray[np.float64], ys: NDArray[np.intp], xs: NDArray[np.intp], tile_px: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean of all pixels, and its sd when whole tiles are drawn again (neighbours are alike)."""
    step = max(tile_px, 2.0)
    key = (ys // step).astype(np.int64) * 100_000 + (xs // step).astype(np.int64)
    _, member = np.unique(key, return_inverse=True)
    size = np.bincount(member).astype(np.float64)
    sums = np.stack([np.bincount(member, weights=colours[:, k]) for k in range(3)], axis=1)
    drawn = np.random.default_rng(SEED).integers(0, len(size), (DRAWS, len(size)))
    means = sums[drawn].sum(axis=1) / size[drawn].sum(axis=1)[:, None]
    return colours.mean(axis=0), means.std(axis=0)


@dataclass(frozen=True, slots=True)
class Difference:
    """Zone minus base: ΔL*, and Δa*, Δb* at the base's lightness; sd of each, shape (3,)."""

    value: NDArray[np.float64]
    sd: NDArray[np.float64]


def difference(zone: ZoneColour, base: ZoneColour) -> Difference:
    """How a zone differs from the base. Raises ValueError when one of them has no colour."""
    if zone.lab is None or base.lab is None:
        raise ValueError("a hidden zone has no colour")
    gain = (base.lab[0] + 16) / (zone.lab[0] + 16)
    value = np.array([zone.lab[0] - base.lab[0], *(zone.lab[1:] * gain - base.lab[1:])])
    sd = np.hypot(zone.sd * np.array([1.0, gain, gain]), base.sd)
    return Difference(value, sd)


def pooled(parts: tuple[ZoneColour, ...]) -> ZoneColour:
    """The mean of areas that have a colour, each counting alike; the first one when none has."""
    seen = [part for part in parts if part.lab is not None]
    if not seen:
        return parts[0]
    labs = np.array([part.lab for part in seen])
    sds = np.array([part.sd for part in seen])
    mean = labs.mean(axis=0)
    sd = np.sqrt((sds**2).sum(axis=0)) / len(seen)
    light = float(((mean[0] + 16) / 116) ** 3)
    share, glare, clipped = (
        float(np.mean([getattr(p, k) for p in parts])) for k in ("share", "glare", "clipped")
    )
    return ZoneColour(mean, sd, share, glare, clipped, light, float(3 * light * sd[0] / (mean[0] + 16)))
