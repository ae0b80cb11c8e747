"""The tongue's surface: relief, body colour, coating, cracks and spots, each a layer of its own."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.colour.spaces import image_linear, lab_to_linear
from vision.phantom.shape import Shape
from vision.phantom.texture import Floats, blurred, cells, dots, f32, fractal, grain, smoothstep
from vision.phantom.truth import Lab, TongueTruth

# Cracks are drawn on a canvas that is finer by this.
_FINE = 2
# How far a thin coating lets the body through: opacity at thickness 0 and 1.
_OPACITY = (0.38, 0.95)


@dataclass(frozen=True, slots=True)
class Surface:
    """Layers in the tongue's own window of the picture.

    albedo: (h, w, 3) linear sRGB. relief_px: height towards the camera. coating: 0..1 opacity.
    coated, cracked, spotted: where each truth is drawn. wet: 0..1, how much of the shine remains.
    """

    albedo: Floats
    relief_px: Floats
    coating: Floats
    coated: NDArray[np.bool_]
    cracked: NDArray[np.bool_]
    spotted: NDArray[np.bool_]
    wet: Floats
    crack_length_px: float


def make_surface(truth: TongueTruth, shape: Shape, rng: np.random.Generator) -> Surface:
    """All layers for a window-sized shape."""
    window = (shape.alpha.shape[0], shape.alpha.shape[1])
    inside = shape.alpha > 0.5
    scale = shape.width_px / 550
    papillae = grain(window, 8.0 * scale, rng) * np.float32(0.55) + grain(
        window, 4.0 * scale, rng
    ) * np.float32(0.45)
    swell = fractal(window, 150 * scale, 24 * scale, rng)
    relief = _relief(truth, shape, swell, scale)
    coated, opacity = _coating(truth, shape, inside, papillae, scale, rng)
    cracked, crack_depth, crack_length = _cracks(truth, shape, scale, rng)
    albedo = _body(truth, shape, swell, papillae, scale, rng)
    fungi, red, stasis = _spots(truth, shape, coated, scale, rng)
    albedo = _toward(albedo, _lab(truth.body, (-3.0, 12.0, 5.0)), fungi * np.float32(0.55) * (1 - opacity))
    tint = f32(1 + 0.05 * papillae + 0.05 * swell)
    coat = f32(_linear(truth.coating))[None, None, :] * tint[..., None]
    albedo = albedo * (1 - opacity[..., None]) + coat * opacity[..., None]
    albedo = _toward(albedo, _lab(truth.body, (-9.0, 16.0, 8.0)), red * np.float32(0.85))
    albedo = _toward(albedo, (30.0, 12.0, -6.0), stasis * np.float32(0.88))
    deep = crack_depth * (np.float32(0.62) + cells(window, 9 * scale, rng) * np.float32(0.10))
    albedo = _toward(albedo, _lab(truth.body, (-26.0, 2.0, 2.0)), deep)
    bumps = papillae * (0.55 + 0.40 * opacity) * np.float32(1 - 0.60 * truth.greasy)
    relief = relief + bumps * np.float32(0.9 * scale) + fungi * np.float32(2.2 * scale)
    relief = relief + red * np.float32(2.0 * scale) - crack_depth * np.float32(5.0 * scale)
    relief = relief + blurred(opacity, 3 * scale) * np.float32(2.5 * truth.thickness * scale)
    wet = f32(1 - 0.75 * opacity * (1 - 0.6 * truth.greasy)) * (1 - crack_depth)
    spotted = (np.maximum(red, stasis) > 0.3) & inside
    return Surface(
        f32(albedo), f32(relief), opacity, coated, cracked & inside, spotted, f32(wet), crack_length
    )


def _linear(lab: Lab) -> NDArray[np.float64]:
    return np.clip(np.asarray(lab_to_linear(np.array(lab)), np.float64), 0.002, 1.0)


def _lab(base: Lab, shift: Lab) -> Lab:
    return base[0] + shift[0], base[1] + shift[1], base[2] + shift[2]


def _toward(albedo: Floats, lab: Lab, share: Floats) -> Floats:
    colour = f32(_linear(lab))[None, None, :]
    return f32(albedo + (colour - albedo) * share[..., None])


def _relief(truth: TongueTruth, shape: Shape, swell: Floats, scale: float) -> Floats:
    u, v = shape.across, shape.along
    rim = 0.17 * shape.width_px
    t = np.clip(shape.inside_px / rim, 0, 1)
    height = blurred(f32(np.sqrt(np.clip(1 - (1 - t) ** 2, 0, 1)) * rim * 0.62), 3 * scale)
    height = height - f32(0.30 * shape.length_px * np.clip(v - 0.45, 0, None) ** 2)
    height = height - f32(0.9 * shape.length_px * np.clip(0.16 - v, 0, None) ** 1.5)
    run = smoothstep(0.06, 0.25, v) * smoothstep(0.93, 0.55, v)
    bend = f32(0.02 * np.sin(v * 7))
    furrow = np.exp(-(((u - bend) / 0.050) ** 2)) * 6.0 + np.exp(-((u / 0.30) ** 2)) * 22.0
    height = height - f32(furrow * truth.groove * scale) * run
    for side, at, spread in shape.marks:
        # Teeth press a shallow trough that runs inward from the dent.
        inward = np.exp(-(((v - at) / spread) ** 2)) * np.exp(-((np.clip(1 - side * u, 0, None) / 0.17) ** 2))
        height = height - f32(inward) * np.float32(6 * scale * min(1.0, truth.tooth_depth / 0.018))
    return f32(height + swell * np.float32(2.6 * scale))


def _coating(
    truth: TongueTruth,
    shape: Shape,
    inside: NDArray[np.bool_],
    papillae: Floats,
    scale: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.bool_], Floats]:
    """(coated where, opacity). The border is placed so that the coated share is exactly what is asked for."""
    window = (shape.alpha.shape[0], shape.alpha.shape[1])
    u, v = shape.across, shape.along
    likely = 1.1 - 1.05 * np.abs(u) ** 2.4 - 1.35 * np.clip(v - 0.52, 0, None) ** 1.2 / 0.48 + 0.10 * (1 - v)
    likely = f32(likely) + fractal(window, 110 * scale, 7 * scale, rng, 0.62) * np.float32(0.17)
    if truth.coverage <= 0:
        return np.zeros(window, np.bool_), np.zeros(window, np.float32)
    border = float(np.quantile(likely[inside], 1 - min(truth.coverage, 1.0)))
    coated = (likely >= border) & inside
    soft = 0.34 - 0.14 * truth.thickness
    body = smoothstep(border - soft, border + soft, likely)
    deep = smoothstep(border, border + 0.9, likely)  # thicker towards the middle and the root
    nominal = _OPACITY[0] + (_OPACITY[1] - _OPACITY[0]) * truth.thickness
    grainy = (1 - truth.greasy) * (0.17 - 0.09 * truth.thickness)
    patchy = fractal(window, 60 * scale, 6 * scale, rng) * np.float32(0.11)
    opacity = nominal * (0.90 + 0.16 * deep) * (1 + grainy * papillae + patchy)
    if truth.coverage >= 1:
        return coated, f32(np.clip(opacity, 0, 0.98)) * inside
    return coated, f32(np.clip(body * opacity, 0, 0.98))


def _body(
    truth: TongueTruth, shape: Shape, swell: Floats, papillae: Floats, scale: float, rng: np.random.Generator
) -> Floats:
    window = (shape.alpha.shape[0], shape.alpha.shape[1])
    u, v = shape.across, shape.along
    lab = np.zeros((*window, 3), np.float32) + np.array(truth.body, np.float32)
    tip, root = smoothstep(0.66, 0.95, v), smoothstep(0.30, 0.05, v)
    sides = smoothstep(0.62, 0.95, f32(np.abs(u))) * (1 - tip)
    for share, shift in ((tip, truth.tip_shift), (sides, truth.sides_shift), (root, truth.root_shift)):
        lab += share[..., None] * np.array(shift, np.float32)
    mottle = fractal(window, 60 * scale, 8 * scale, rng)
    lab[..., 0] += 0.9 * swell - 0.9 * mottle + 1.0 * papillae
    lab[..., 1] += 1.3 * mottle - 0.7 * papillae
    lab[..., 2] += 0.6 * cells(window, 30 * scale, rng)
    return f32(np.clip(image_linear(lab), 0.004, 1.0))


def _scattered(
    shape: Shape,
    count: int,
    low_v: float,
    high_v: float,
    rng: np.random.Generator,
    apart_px: float,
    beyond: float = 0.0,
) -> NDArray[np.float64]:
    """Places inside the tongue, at least so far apart that they can be told from each other."""
    found: list[tuple[float, float]] = []
    for _ in range(count * 60):
        if len(found) == count:
            break
        v = rng.uniform(low_v, high_v)
        y = shape.root_y + v * shape.length_px
        row = int(np.clip(y, 0, shape.alpha.shape[0] - 1))
        x = float(rng.integers(0, shape.alpha.shape[1]))
        near = any(np.hypot(x - a, y - b) < apart_px for a, b in found)
        aside = abs(float(shape.across[row, int(x)])) >= beyond or v > 0.8
        if not near and aside and shape.inside_px[row, int(x)] > 0.045 * shape.width_px:
            found.append((x, y))
    return np.array(found, np.float64).reshape(-1, 2)


def _spots(
    truth: TongueTruth, shape: Shape, coated: NDArray[np.bool_], scale: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    window = (shape.alpha.shape[0], shape.alpha.shape[1])
    many = _scattered(shape, 130, 0.15, 0.97, rng, 9 * scale)
    fungi = dots(window, many, rng.uniform(1.8, 3.4, len(many)) * scale, 0.6)
    red_at = _scattered(shape, truth.red_spots, 0.62, 0.95, rng, 26 * scale)
    red = dots(window, red_at, rng.uniform(4.2, 6.2, len(red_at)) * scale, 0.45)
    # Blood under the surface: ragged patches of unequal size, mostly towards the edges.
    stasis_at = _scattered(shape, truth.stasis_spots, 0.30, 0.92, rng, 48 * scale, 0.42)
    patch = dots(window, stasis_at, rng.uniform(10, 19, len(stasis_at)) * scale, 0.95)
    ragged = fractal(window, 22 * scale, 4 * scale, rng, 0.65) * np.float32(0.26)
    stasis = smoothstep(0.38, 0.85, f32(patch + ragged * (patch > 0.02)))
    return fungi, red, blurred(stasis, 1.3 * scale)


def _cracks(
    truth: TongueTruth, shape: Shape, scale: float, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], Floats, float]:
    """(where, depth 0..1, summed length in px): one along the furrow, then shorter ones beside it."""
    window = (shape.alpha.shape[0], shape.alpha.shape[1])
    canvas = np.zeros((window[0] * _FINE, window[1] * _FINE), np.uint8)
    middle_x = float(np.median(np.nonzero(np.abs(shape.across) < 0.01)[1]))
    length = 0.0
    for k in range(truth.cracks):
        if k == 0:
            at, heading, run = np.array([middle_x, shape.root_y + 0.22 * shape.length_px]), np.pi / 2, 0.50
        else:
            side = -1 if k % 2 else 1
            row = (k + 1) // 2
            at = np.array(
                [
                    middle_x + side * rng.uniform(0.10, 0.16) * shape.width_px,
                    shape.root_y + (0.16 + 0.105 * row + rng.uniform(-0.02, 0.02)) * shape.length_px,
                ]
            )
            heading, run = np.pi / 2 - side * rng.uniform(0.7, 1.25), rng.uniform(0.14, 0.22)
        points = _wander(at, heading, run * shape.length_px, 4 * scale, rng)
        length += (len(points) - 1) * 4 * scale
        _draw(canvas, points, (2.0 + 2.2 * truth.crack_depth) * scale, rng)
        for _ in range(2 if k == 0 else 1):
            # Short side branches, too fine to count as cracks of their own.
            start = points[int(rng.uniform(0.25, 0.75) * len(points))]
            aside = heading + float(rng.choice([-1, 1])) * rng.uniform(0.7, 1.2)
            branch = _wander(start, aside, rng.uniform(0.02, 0.045) * shape.length_px, 4 * scale, rng)
            _draw(canvas, branch, 1.3 * scale, rng)
    drawn = f32(cv2.resize(canvas, (window[1], window[0]), interpolation=cv2.INTER_AREA)) / np.float32(255)
    depth = f32(np.clip(blurred(drawn, 0.9 * scale) * 1.15, 0, 1) * (0.35 + 0.65 * truth.crack_depth))
    return drawn > 0.5, depth if truth.cracks else np.zeros(window, np.float32), length


def _wander(
    start: NDArray[np.float64], heading: float, length_px: float, step_px: float, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Points of a crooked line that keeps its heading on the whole."""
    points, bend = [np.array(start, np.float64)], 0.0
    for _ in range(max(4, int(length_px / step_px))):
        bend = 0.86 * bend + float(rng.normal(0, 0.24))
        points.append(points[-1] + step_px * np.array([np.cos(heading + bend), np.sin(heading + bend)]))
    return points


def _draw(
    canvas: NDArray[np.uint8], points: list[NDArray[np.float64]], width_px: float, rng: np.random.Generator
) -> None:
    """A line whose width swells and fades, on the finer canvas."""
    count = len(points) - 1
    swell = 0.75 + 0.35 * np.clip(
        np.convolve(rng.standard_normal(count + 6), np.ones(7) / 2.6, "valid"), -1, 1
    )
    for step, (a, b) in enumerate(pairwise(points)):
        taper = np.sin(np.pi * (step + 1) / (count + 1)) ** 0.5
        width = max(1, round(width_px * taper * float(swell[step]) * _FINE))
        ends = [tuple(int(c) for c in np.round(p * _FINE * 8)) for p in (a, b)]
        cv2.line(canvas, ends[0], ends[1], 255, width, cv2.LINE_AA, 3)
