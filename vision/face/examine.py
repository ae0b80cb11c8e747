"""One picture of a face → an examination: zones, colours against the face's own base, issues.

Absolute colours are given with the basis "uncalibrated" unless the capture names a colour profile (the
picture is then expected to have been brought through it). Differences within the face are "relative".

No finding is proposed. The one that differences within a face might carry, red cheeks, was tried by three
measures of redness: Δa*, a difference of hue, and log(R/G). On faces of six groups of skin tone the same
simulated flush was found in one group and missed in the others, or plain faces were called flushed in the
darker groups only. Signs of colour are left to the practitioner's eye, with the numbers beside it.
"""

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind, Region
from tcm_station.domain.measurement import Basis, Measurement
from vision.colour.spaces import image_lab
from vision.face.colour import ZoneColour, difference, pooled, zone_colour
from vision.face.gate import REFERENCE_L, check_covered, find_the_face
from vision.face.landmarks import Landmarks
from vision.face.light import UNEVEN_FROM, find_issues, light_ratio, quality_of
from vision.face.painted import find_strokes
from vision.face.zones import BASE, OUTLINE, ZONES, Close, look_close, zone_mask, zone_polygon
from vision.images import Picture

METHOD = "face-v1"
TILES_ACROSS_EYES = 14
GLOSS_ZONES = ("forehead", "nose", "cheek_left", "cheek_right")


def examine_face(picture: Picture, capture: Capture) -> Examination:
    """Measure one upright picture of a face.

    Raises Refused: no-face, several-faces, face-turned, face-small, face-cut, face-covered,
    face-overexposed, face-painted.
    A picture without colour still gives its zones and the light of left against right.
    """
    marks = find_the_face(picture.rgb)
    close = look_close(picture.rgb, marks)
    strokes = find_strokes(close)
    if strokes.look_painted:
        raise Refused("face-painted", percent=round(100 * strokes.ink, 1))
    lab = image_lab(close.rgb)
    tile = close.eye_span_px / TILES_ACROSS_EYES
    masks = {name: zone_mask(close, name) for name in (*ZONES, BASE)}
    colours = {name: zone_colour(lab, close.rgb, mask, close.hair, tile) for name, mask in masks.items()}
    base = colours[BASE]
    foreign = check_covered(colours, base) if picture.has_colour else ()
    calibrated = capture.profile is not None
    hidden = len(foreign) + sum(colours[name].lab is None for name in ZONES)
    issues = find_issues(
        close,
        lab,
        marks,
        colours,
        masks[BASE],
        hidden,
        calibrated=calibrated,
        has_colour=picture.has_colour,
    )
    table = _Table(colours, base, foreign, picture.has_colour, calibrated)
    return Examination(
        ExamKind.FACE,
        (capture,),
        quality_of(issues),
        table.all(),
        regions=_regions(close, marks),
        image_size=picture.size,
    )


def _regions(close: Close, marks: Landmarks) -> tuple[Region, ...]:
    """Outline, base and zones in px of the picture."""
    polygons = {"outline": marks.points[list(OUTLINE), :2]}
    for name in (BASE, *ZONES):
        polygons[name] = zone_polygon(close.points, name) / close.scale + np.array(close.origin)
    return tuple(
        Region(f"face.region.{name}", tuple((round(float(x), 1), round(float(y), 1)) for x, y in polygon))
        for name, polygon in polygons.items()
    )


class _Table:
    """The measurements of one face, each with its value or the reason why there is none."""

    def __init__(
        self,
        colours: dict[str, ZoneColour],
        base: ZoneColour,
        foreign: tuple[str, ...],
        has_colour: bool,
        calibrated: bool,
    ) -> None:
        self.colours, self.base, self.foreign, self.has_colour = colours, base, foreign, has_colour
        self.absolute = Basis.CALIBRATED if calibrated else Basis.UNCALIBRATED
        ratio = light_ratio(colours["cheek_left"], colours["cheek_right"])
        self.uneven = ratio is not None and max(ratio[0], 1 / ratio[0]) > UNEVEN_FROM

    def all(self) -> tuple[Measurement, ...]:
        rows: list[Measurement] = []
        for name in ZONES:
            rows += self._relative(name)
        rows += [
            self._red(),
            self._red_side(),
            self._ratio("cheeks", "cheek_left", "cheek_right"),
            self._ratio("under_eye", "under_eye_left", "under_eye_right"),
            self._gloss(),
        ]
        for name in (BASE, *ZONES):
            rows += self._colour(name)
        return tuple(rows)

    def _why(self, *names: str) -> str | None:
        """Why these zones have no colour; None when all have one."""
        if not self.has_colour:
            return "face.why.no_colour"
        for name in names:
            if name in self.foreign:
                return "face.why.covered"
            why = self.colours[name].why
            if why is not None:
                return f"face.why.{why}"
        return None

    def _missing(self, code: str, unit: str, why: str, basis: Basis) -> Measurement:
        return Measurement(code, None, unit, METHOD, basis=basis, why=why)

    def _given(
        self, code: str, value: float, sd: float, basis: Basis, share: float, unit: str = "1"
    ) -> Measurement:
        return Measurement(
            code, float(value), unit, METHOD, sd=float(sd), basis=basis, quality=round(min(share, 1.0), 3)
        )

    def _relative(self, name: str) -> list[Measurement]:
        codes = [f"face.{name}.{part}" for part in ("dl", "da", "db")]
        why = self._why(name, BASE)
        if why is not None:
            return [self._missing(code, "1", why, Basis.RELATIVE) for code in codes]
        told = difference(self.colours[name], self.base)
        rows = [
            self._given(code, told.value[k], told.sd[k], Basis.RELATIVE, self.colours[name].share)
            for k, code in enumerate(codes)
        ]
        if self.uneven:
            rows[0] = self._missing(codes[0], "1", "face.why.uneven_light", Basis.RELATIVE)
        return rows

    def _colour(self, name: str) -> list[Measurement]:
        codes = [f"face.{name}.{part}" for part in ("l", "a", "b")]
        zone, why = self.colours[name], self._why(name)
        if why is not None or zone.lab is None:
            return [self._missing(code, "1", why or "face.why.hidden", self.absolute) for code in codes]
        return [
            self._given(code, zone.lab[k], zone.sd[k], self.absolute, zone.share)
            for k, code in enumerate(codes)
        ]

    def _redness(self, name: str) -> tuple[float, float]:
        """How far a zone's tone lies from the base's towards red at equal chroma, at L* 60, and its sd.

        Sheen only mixes in the lamp's white, which moves a colour along the base's own hue: across that
        direction nothing is left of it. Differences of plain a* followed sheen, and so the skin's depth.
        """
        zone = self.colours[name]
        assert zone.lab is not None
        along = self.base.tone / max(float(np.hypot(*self.base.tone)), 1e-6)
        red = np.array([along[1], -along[0]])
        gain = (REFERENCE_L + 16) / (zone.lab[0] + 16)
        value = float((zone.tone - self.base.tone) @ red) * (REFERENCE_L + 16)
        return value, float(np.hypot(*(zone.sd[1:] * red)) * gain)

    def _red(self) -> Measurement:
        code, names = "face.cheeks.red", ("cheek_left", "cheek_right", "forehead", "chin")
        why = self._why(*names, BASE)
        if why is not None:
            return self._missing(code, "1", why, Basis.RELATIVE)
        reds = [self._redness(name) for name in names]
        value = (reds[0][0] + reds[1][0] - reds[2][0] - reds[3][0]) / 2
        sd = float(np.sqrt(sum(s**2 for _, s in reds)) / 2)
        share = pooled(tuple(self.colours[name] for name in names)).share
        return self._given(code, value, sd, Basis.RELATIVE, share)

    def _red_side(self) -> Measurement:
        code, names = "face.cheeks.red_side", ("cheek_left", "cheek_right")
        why = self._why(*names, BASE)
        if why is not None:
            return self._missing(code, "1", why, Basis.RELATIVE)
        (left, left_sd), (right, right_sd) = (self._redness(name) for name in names)
        share = min(self.colours[name].share for name in names)
        return self._given(code, left - right, float(np.hypot(left_sd, right_sd)), Basis.RELATIVE, share)

    def _ratio(self, what: str, left: str, right: str) -> Measurement:
        code = f"face.{what}.light_ratio"
        told = light_ratio(self.colours[left], self.colours[right])
        if told is None or left in self.foreign or right in self.foreign:
            why = self.colours[left].why or self.colours[right].why or "covered"
            return self._missing(code, "1", f"face.why.{why}", Basis.RELATIVE)
        share = min(self.colours[left].share, self.colours[right].share)
        return self._given(code, told[0], told[1], Basis.RELATIVE, share)

    def _gloss(self) -> Measurement:
        code, unit = "face.gloss.share", "%"
        if not self.has_colour:
            return self._missing(code, unit, "face.why.no_colour", self.absolute)
        seen = [zone for name in GLOSS_ZONES if (zone := self.colours[name]).why != "hidden"]
        if len(seen) < 3:
            return self._missing(code, unit, "face.why.hidden", self.absolute)
        shares: NDArray[np.float64] = 100 * np.array([zone.glare for zone in seen])
        # No reference stands behind it, whatever the camera: the lamp's size and place make most of a gloss.
        return Measurement(
            code,
            float(shares.mean()),
            unit,
            METHOD,
            sd=float(shares.std() / np.sqrt(len(seen))),
            basis=Basis.UNCALIBRATED,
            quality=round(len(seen) / len(GLOSS_ZONES), 3),
        )
