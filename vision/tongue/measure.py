"""All measures of one tongue, each with unit, standard deviation and basis.

`measure_tongue` is a plain function of a picture and a mask; what each code means stands in
`assets/terms/measurement_tongue.tsv`, how it was tried in `docs/measurements.md` and the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.domain.terms import terms
from vision.colour.spaces import delta_e_2000, hue_deg
from vision.tongue import coating as coating_of
from vision.tongue import marks
from vision.tongue.coating import Coating, find_coating
from vision.tongue.edge import redraw_outline
from vision.tongue.frame import Frame, Mask, make_frame

COLOUR_METHOD = "tongue-colour-v1"
SHINE_METHOD = "shine-v1"

_BLOCKS = 6  # along and across: colours are resampled by blocks, since neighbouring pixels say the same
_RESAMPLES = 120
_LEAST_PX = 120
_CHROMA_FOR_HUE = 3.0  # below it a hue angle is noise
_DOUBT = 0.15  # thresholds are moved by this share either way for the sd of counts
_GLOSSY_LIMIT = 0.25

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TongueReading:
    """The measures, and the layers they were read from (in the frame's own pixels)."""

    measurements: tuple[Measurement, ...]
    frame: Frame
    coating: Coating
    cracks: marks.Cracks
    dents: marks.Dents
    red_spots: Numbers
    stasis_spots: Numbers


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes measurements that share basis and quality."""

    colour_basis: Basis
    quality: float | None

    def value(self, code: str, value: float, sd: float | None, method: str, basis: Basis) -> Measurement:
        extra = terms()[code].extra
        low, high = extra.get("ref_low"), extra.get("ref_high")
        return Measurement(
            code,
            round(float(value), 4),
            extra.get("unit", "1"),
            method,
            sd=None if sd is None else round(float(sd), 4),
            basis=basis,
            quality=self.quality,
            ref_low=float(low) if low else None,
            ref_high=float(high) if high else None,
            ref_population=extra.get("ref_population"),
        )

    def missing(self, code: str, why: str, method: str, basis: Basis) -> Measurement:
        return Measurement(code, None, terms()[code].extra.get("unit", "1"), method, basis=basis, why=why)


def measure_tongue(
    rgb: NDArray[np.uint8],
    mask: Mask,
    *,
    has_colour: bool = True,
    calibrated: bool = False,
    quality: float | None = None,
) -> TongueReading:
    """Measure a tongue.

    rgb: (h, w, 3) uint8 sRGB, upright. mask: (h, w) bool, True on the tongue; the same size.
    has_colour: False for grey or undefined colours: then nothing that rests on colour has a value.
    Raises ValueError for an empty mask. Deterministic: resampling uses a fixed seed.
    """
    return measure_frame(make_frame(rgb, mask), has_colour=has_colour, calibrated=calibrated, quality=quality)


def measure_frame(
    frame: Frame, *, has_colour: bool, calibrated: bool, quality: float | None
) -> TongueReading:
    """The same for a tongue that has been cut out already."""
    basis = Basis.CALIBRATED if calibrated else Basis.UNCALIBRATED
    make = _Maker(basis, quality)
    coating = find_coating(frame)
    if not has_colour:
        nothing = np.zeros(frame.mask.shape, np.float32)
        coating = Coating(None, nothing, 0.0, 0.0, 0.0, None, None)
    glossy = float(marks.glossy(frame)[frame.mask].mean())
    ridge = marks.darkness_ridge(frame)
    cracks = marks.find_cracks(frame, ridge)
    sharp = redraw_outline(frame)
    dents = marks.find_dents(frame, sharp)
    empty = np.zeros((0, 2))
    red = marks.find_red_spots(frame, cracks.where) if has_colour else empty
    stasis = marks.find_stasis(frame, cracks.where) if has_colour else empty
    found = [
        *_coating_measures(make, frame, coating, has_colour),
        *_body_measures(make, frame, coating, cracks.where, has_colour),
        *_surface_measures(make, frame, ridge, cracks, glossy),
        *_spot_measures(make, frame, cracks, red, stasis, glossy, has_colour),
        *_shape_measures(make, frame, sharp, dents),
    ]
    return TongueReading(tuple(found), frame, coating, cracks, dents, red, stasis)


def _coating_measures(make: _Maker, frame: Frame, coating: Coating, has_colour: bool) -> list[Measurement]:
    method = coating_of.METHOD
    out = []
    why = "tongue.why.no_colour" if not has_colour else "tongue.why.coating_unclear"
    if coating.coverage is None:
        out.append(make.missing("tongue.coating.coverage", why, method, Basis.RELATIVE))
    else:
        out.append(
            make.value("tongue.coating.coverage", coating.coverage, coating.sd, method, Basis.RELATIVE)
        )
    where = frame.plain & coating.coated if coating.coated is not None else np.zeros_like(frame.mask)
    if coating.coverage == 0:
        why = "tongue.why.no_coating"
    if int(where.sum()) < _LEAST_PX:
        for code in ("thickness", "grain", "lightness", "a", "b", "hue"):
            out.append(make.missing(f"tongue.coating.{code}", why, method, _basis_of(code, make)))
        return out
    yellowness = frame.yellowness[where]
    thick = coating.thickness(float(np.median(yellowness)))
    if thick is not None:
        # The contrast's own doubt: the spread of the hidden share inside, per independent block.
        spread = float(coating.hidden[where].std()) * thick / _BLOCKS
        out.append(make.value("tongue.coating.thickness", thick, max(0.02, spread), method, Basis.RELATIVE))
    grain, grain_sd = _grain(frame, where)
    out.append(make.value("tongue.coating.grain", grain, grain_sd, method, Basis.RELATIVE))
    out += _colours(make, frame, where, "tongue.coating", method)
    return out


def _basis_of(part: str, make: _Maker) -> Basis:
    return make.colour_basis if part in ("lightness", "a", "b", "hue") else Basis.RELATIVE


def _grain(frame: Frame, where: Mask) -> tuple[float, float]:
    """Spread of L* between 1.5 and 5 pixels of the frame, by the mean L*: small when smooth or sticky."""
    import cv2

    light = np.ascontiguousarray(frame.lab[..., 0])
    band = cv2.GaussianBlur(light, (0, 0), 1.5) - cv2.GaussianBlur(light, (0, 0), 5.0)
    level = max(5.0, float(light[where].mean()))

    def spread(weights: Numbers, values: Numbers) -> Numbers:
        mean = (weights @ values[:, 0]) / (weights @ values[:, 2])
        square = (weights @ values[:, 1]) / (weights @ values[:, 2])
        return np.asarray(np.sqrt(np.maximum(square - mean**2, 0)) / level)

    picked = band[where].astype(np.float64)
    sums = _block_sums(frame, where, [picked, picked**2, np.ones_like(picked)])
    ones = np.ones((1, len(sums)))
    return float(spread(ones, sums)[0]), float(spread(_weights(len(sums)), sums).std())


def _block_sums(frame: Frame, where: Mask, values: list[Numbers]) -> Numbers:
    """Sums of each value by block of the tongue, (blocks, values); empty blocks are left out."""
    along = np.clip((frame.along[where] * _BLOCKS).astype(int), 0, _BLOCKS - 1)
    across = np.clip(((frame.across[where] + 1) / 2 * _BLOCKS).astype(int), 0, _BLOCKS - 1)
    block = along * _BLOCKS + across
    sums = np.stack([np.bincount(block, v, _BLOCKS * _BLOCKS) for v in values], axis=1)
    return np.asarray(sums[np.bincount(block, minlength=_BLOCKS * _BLOCKS) > 0])


def _weights(blocks: int) -> Numbers:
    """How often each block is drawn in each resample; the same for the same number of blocks."""
    rng = np.random.default_rng(blocks)
    return rng.multinomial(blocks, np.full(blocks, 1 / blocks), _RESAMPLES).astype(np.float64)


def _mean_lab(frame: Frame, where: Mask) -> tuple[Numbers, Numbers]:
    """(mean L*a*b*, the means of the resamples (n, 3))."""
    lab = frame.lab[where].astype(np.float64)
    sums = _block_sums(frame, where, [lab[:, 0], lab[:, 1], lab[:, 2], np.ones(len(lab))])
    drawn = _weights(len(sums)) @ sums
    return lab.mean(axis=0), np.asarray(drawn[:, :3] / drawn[:, 3:])


def _colours(make: _Maker, frame: Frame, where: Mask, prefix: str, method: str) -> list[Measurement]:
    mean, drawn = _mean_lab(frame, where)
    out = [
        make.value(
            f"{prefix}.{part}", mean[k], max(0.05, float(drawn[:, k].std())), method, make.colour_basis
        )
        for k, part in enumerate(("lightness", "a", "b"))
    ]
    if np.hypot(mean[1], mean[2]) < _CHROMA_FOR_HUE:
        out.append(make.missing(f"{prefix}.hue", "tongue.why.nearly_grey", method, make.colour_basis))
    else:
        hue = float(hue_deg(mean)[()])
        turn = (hue_deg(drawn) - hue + 180) % 360 - 180
        out.append(make.value(f"{prefix}.hue", hue, max(0.1, float(turn.std())), method, make.colour_basis))
    return out


def _body_measures(
    make: _Maker, frame: Frame, coating: Coating, cracks: Mask, has_colour: bool
) -> list[Measurement]:
    method = COLOUR_METHOD
    bare = frame.plain & ~cracks
    if coating.coated is not None:
        # Half-hidden pixels beside the coating's border are neither.
        bare &= ~coating.coated & (coating.hidden < 0.35)
    across = np.abs(frame.across)
    middle = (frame.along > 0.2) & (frame.along < 0.75)
    regions = {
        "body": np.ones_like(bare),
        "tip": frame.along > 0.80,
        "sides": (across > 0.65) & middle,
        "centre": (across < 0.45) & middle,
        "root": frame.along < 0.22,
    }
    why = "tongue.why.covered"
    if not has_colour:
        why = "tongue.why.no_colour"
    elif coating.coated is None:
        why = "tongue.why.coating_unclear"
    known = has_colour and coating.coated is not None
    out: list[Measurement] = []
    means: dict[str, tuple[Numbers, Numbers]] = {}
    for name, region in regions.items():
        where = bare & region
        if not known or int(where.sum()) < _LEAST_PX:
            for part in ("lightness", "a", "b", "hue"):
                out.append(make.missing(f"tongue.{name}.{part}", why, method, make.colour_basis))
            continue
        means[name] = _mean_lab(frame, where)
        out += _colours(make, frame, where, f"tongue.{name}", method)
    pairs: tuple[tuple[str, str, str, Callable[[Numbers, Numbers], Numbers]], ...] = (
        ("tongue.tip.difference", "tip", "sides", _difference),
        ("tongue.tip.redder", "tip", "body", _redder),
        ("tongue.sides.redder", "sides", "body", _redder),
        ("tongue.coating.yellower", "coating", "body", _yellower),
    )
    if coating.coated is not None and int((frame.plain & coating.coated).sum()) >= _LEAST_PX:
        means["coating"] = _mean_lab(frame, frame.plain & coating.coated)
    for code, one, two, how in pairs:
        if one not in means or two not in means:
            out.append(make.missing(code, why, method, Basis.RELATIVE))
            continue
        drawn = how(means[one][1], means[two][1])
        value = float(how(means[one][0], means[two][0]))
        out.append(make.value(code, value, max(0.1, float(drawn.std())), method, Basis.RELATIVE))
    return out


def _difference(one: Numbers, two: Numbers) -> Numbers:
    return np.asarray(delta_e_2000(one, two), np.float64)


def _redder(one: Numbers, two: Numbers) -> Numbers:
    return np.asarray(one[..., 1] - two[..., 1])


def _yellower(one: Numbers, two: Numbers) -> Numbers:
    return np.asarray(one[..., 2] - two[..., 2])


def _surface_measures(
    make: _Maker, frame: Frame, ridge: NDArray[np.float32], cracks: marks.Cracks, glossy: float
) -> list[Measurement]:
    shine = frame.shine[frame.mask].astype(np.float64)
    sums = _block_sums(frame, frame.mask, [shine, np.ones_like(shine)])
    drawn = _weights(len(sums)) @ sums
    sd = float((drawn[:, 0] / drawn[:, 1]).std())
    method = marks.CRACK_METHOD
    out = [
        make.value("tongue.surface.shine", float(shine.mean()), max(0.002, sd), SHINE_METHOD, Basis.RELATIVE)
    ]
    if glossy > _GLOSSY_LIMIT:
        for code in ("length", "count", "share"):
            out.append(make.missing(f"tongue.cracks.{code}", "tongue.why.glare", method, Basis.RELATIVE))
        return out
    moved = [marks.find_cracks(frame, ridge, doubt) for doubt in (-_DOUBT, _DOUBT)]
    area = float(frame.mask.sum())
    for code, value, others in (
        ("length", cracks.length, [m.length for m in moved]),
        ("count", float(cracks.count), [float(m.count) for m in moved]),
        ("share", float(cracks.where.sum()) / area, [float(m.where.sum()) / area for m in moved]),
    ):
        sd = abs(others[0] - others[1]) / 2
        out.append(make.value(f"tongue.cracks.{code}", value, sd, method, Basis.RELATIVE))
    return out


def _spot_measures(
    make: _Maker,
    frame: Frame,
    cracks: marks.Cracks,
    red: Numbers,
    stasis: Numbers,
    glossy: float,
    has_colour: bool,
) -> list[Measurement]:
    out = []
    for code, found, find in (
        ("tongue.spots.red", red, marks.find_red_spots),
        ("tongue.spots.stasis", stasis, marks.find_stasis),
    ):
        if not has_colour or glossy > _GLOSSY_LIMIT:
            why = "tongue.why.no_colour" if not has_colour else "tongue.why.glare"
            out.append(make.missing(code, why, marks.SPOT_METHOD, Basis.RELATIVE))
            continue
        moved = [len(find(frame, cracks.where, doubt)) for doubt in (-_DOUBT, _DOUBT)]
        sd = abs(moved[0] - moved[1]) / 2
        out.append(make.value(code, len(found), sd, marks.SPOT_METHOD, Basis.RELATIVE))
    return out


def _shape_measures(make: _Maker, frame: Frame, sharp: Mask, dents: marks.Dents) -> list[Measurement]:
    method = marks.OUTLINE_METHOD
    moved = [marks.find_dents(frame, sharp, doubt) for doubt in (-_DOUBT, _DOUBT)]
    counts, depths = [len(m.depths) for m in moved], [m.mean_depth for m in moved]
    angle, angle_sd = marks.deviation_deg(frame.mask)
    ratio = frame.length_px / frame.width_px
    # An outline is right to about one hundredth of the width on either side.
    ratio_sd = ratio * float(np.hypot(0.02, 0.02 / ratio)) / np.sqrt(2)
    return [
        make.value(
            "tongue.tooth_marks.count",
            len(dents.depths),
            abs(counts[0] - counts[1]) / 2,
            method,
            Basis.RELATIVE,
        ),
        make.value(
            "tongue.tooth_marks.depth",
            dents.mean_depth,
            max(0.0015, abs(depths[0] - depths[1]) / 2),
            method,
            Basis.RELATIVE,
        ),
        make.value("tongue.shape.length_width", ratio, ratio_sd, method, Basis.RELATIVE),
        make.value("tongue.shape.deviation", angle, angle_sd, method, Basis.RELATIVE),
        # Large or small means large or small for this mouth, and the mouth's corners are not found.
        make.missing("tongue.shape.enlargement", "tongue.why.needs_mouth", method, Basis.RELATIVE),
    ]
