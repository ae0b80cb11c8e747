"""What lies round the tongue: the lower face, lips, teeth, mouth, a paper bib and a dark ground."""

from dataclasses import dataclass

import cv2
import numpy as np

from vision.colour.spaces import image_linear, lab_to_linear
from vision.phantom.light import diffuse, gloss, normals, under_skin
from vision.phantom.shape import Shape
from vision.phantom.texture import Floats, blurred, cells, dots, f32, fractal, grain, smoothstep
from vision.phantom.truth import Lab, TongueTruth


@dataclass(frozen=True, slots=True)
class _Grid:
    """Pixel coordinates in units of the picture's height, x from the middle."""

    x: Floats
    y: Floats
    px: float  # px per unit

    @property
    def shape(self) -> tuple[int, int]:
        return self.x.shape[0], self.x.shape[1]


def _colour(lab: Lab) -> Floats:
    return f32(np.clip(lab_to_linear(np.array(lab)), 0.001, 1))[None, None, :]


def _over(below: Floats, above: Floats, alpha: Floats) -> Floats:
    return f32(below + (above - below) * alpha[..., None])


def draw_scene(truth: TongueTruth, shape: Shape, rng: np.random.Generator) -> Floats:
    """Everything but the tongue, in linear light, (h, w, 3)."""
    width, height = truth.size
    rows = np.arange(height, dtype=np.float32) / height
    columns = (np.arange(width, dtype=np.float32) - width / 2) / height
    grid = _Grid(np.repeat(columns[None, :], height, 0), np.repeat(rows[:, None], width, 1), float(height))
    image = np.zeros((height, width, 3), np.float32) + _colour((7.0, 1.0, 1.0))
    image += cells(grid.shape, 200, rng)[..., None] * np.float32(0.0015)
    face_x = _face_x(grid, rng)
    face = _face_alpha(grid, face_x, rng)
    image = _bib(image, grid, face, truth, rng)
    skin, mouth_open = _skin(grid, face_x, shape, truth, rng)
    image = _over(image, skin, blurred(face, 2.0))
    return _over(image, _mouth(grid, shape, truth, rng), mouth_open)


def _jaw(y: Floats) -> Floats:
    """Half width of the face at each height: cheeks to chin."""
    t = np.clip((y + 0.30) / 1.225, 0, 1)
    return f32(0.72 * (1 - t**2.25) ** (1 / 1.75) - 0.02 * (y > 0.92))


def _face_x(grid: _Grid, rng: np.random.Generator) -> Floats:
    """x from the face's own middle line: a head is never held quite straight, nor is it quite even."""
    lean, side = rng.normal(0, 0.035), rng.normal(0, 0.012)
    return f32((grid.x - lean * (grid.y - 0.3)) * (1 + side * np.sign(grid.x)))


def _face_alpha(grid: _Grid, face_x: Floats, rng: np.random.Generator) -> Floats:
    wobble = cells(grid.shape, 180, rng) * np.float32(0.004)
    edge = _jaw(grid.y) + wobble - np.abs(face_x)
    return smoothstep(-0.003, 0.003, f32(edge))


def _bib(image: Floats, grid: _Grid, face: Floats, truth: TongueTruth, rng: np.random.Generator) -> Floats:
    top = 0.80 - 0.32 * np.abs(grid.x) ** 1.5 / 0.66**1.5 + 0.012 * np.sin(9 * grid.x + 1.0)
    alpha = smoothstep(-0.002, 0.002, f32(grid.y - top))
    # Folds run from the neck outwards and down; paper bends softly one way and sharply the other.
    slant = np.abs(grid.x) * 0.8 + grid.y * 1.6 + 0.10 * fractal(grid.shape, 240, 60, rng)
    creases = f32(np.sin(slant * 21.0) + 0.4 * np.sin(slant * 47.0 + 2.0)) * np.float32(1.5)
    folds = fractal(grid.shape, 300, 30, rng) * np.float32(5) + creases * blurred(
        smoothstep(-0.4, 1.2, cells(grid.shape, 170, rng)), 20
    ) * np.float32(3)
    lean = f32((0.32 * grid.x * np.sign(grid.x) + 0.25 * grid.y) * grid.px * 0.35)
    weave = grain(grid.shape, 5, rng) * np.float32(0.22)
    shade = diffuse(normals(folds + weave + lean), truth.light, 0.15)
    paper = _colour((80.0, 0.5, 6.0)) * shade[..., None]
    # The chin's shadow falls downwards on the paper.
    shadow = blurred(f32(np.roll(face, int(0.035 * grid.px), axis=0)), 0.030 * grid.px)
    paper = paper * (1 - 0.62 * shadow[..., None])
    return _over(image, f32(paper), blurred(alpha, 1.6))


def _opening(grid: _Grid, shape: Shape) -> tuple[Floats, float, float]:
    """(how far inside the mouth's opening, 1 in its middle, 0 on its rim; half width; centre height)."""
    half = shape.width_px / grid.px * 0.5 * 1.13
    centre = shape.root_y / grid.px + 0.012
    up = 0.122
    down = 0.20
    tall = np.where(grid.y < centre, up, down)
    bow = 0.10 * np.exp(-((grid.x / 0.09) ** 2)) * (grid.y < centre)
    radius = (np.abs(grid.x) / half) ** 2.3 + (np.abs(grid.y - centre) / (tall * (1 - bow))) ** 2.2
    return f32(1 - np.sqrt(radius)), half, centre


def _skin(
    grid: _Grid, face_x: Floats, shape: Shape, truth: TongueTruth, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """(skin and lips lit, how open the mouth is at each pixel)."""
    px = grid.px
    inside, half, centre = _opening(grid, shape)
    to_jaw = np.clip((_jaw(grid.y) - np.abs(face_x)) / 0.42, 0, 1)
    relief = f32(np.sqrt(np.clip(1 - (1 - to_jaw) ** 2, 0, 1)) * 0.40 * px)
    chin = np.exp(-(((face_x) / 0.17) ** 2) - (((grid.y - 0.90) / 0.10) ** 2)) * 0.050
    under_lip = np.exp(-((face_x / 0.34) ** 2) - (((grid.y - 0.50) / 0.10) ** 2)) * 0.018
    cheek = sum(
        np.exp(-(((face_x - side * 0.47) / 0.13) ** 2) - (((grid.y - 0.22) / 0.30) ** 2)) for side in (-1, 1)
    )
    fold_at = 0.37 + 0.10 * np.clip(grid.y, 0, 1) - 0.5 * np.clip(grid.y - 0.33, 0, 1) ** 2
    fold = np.exp(-(((np.abs(face_x) - fold_at) / 0.022) ** 2)) * smoothstep(0.46, 0.05, grid.y)
    # The crease between lower lip and chin.
    crease_at = 0.63 + 0.10 * face_x**2 / 0.04
    crease = np.exp(-(((grid.y - crease_at) / 0.030) ** 2)) * np.exp(-((face_x / 0.30) ** 2))
    relief = relief + f32((chin - under_lip + 0.020 * cheek - 0.022 * fold - 0.018 * crease) * px)
    relief += fractal(grid.shape, 300, 40, rng) * np.float32(1.8)
    lip_in, lip_out = 0.0, -0.20
    lip = smoothstep(lip_out - 0.045, lip_out + 0.05, inside) * smoothstep(0.03, -0.03, inside)
    corner = smoothstep(half * 1.12, half * 0.80, f32(np.abs(grid.x)))
    lip = f32(lip * (0.25 + 0.75 * corner))
    bulge = np.clip(1 - ((inside - (lip_in + lip_out) / 2) / 0.13) ** 2, 0, 1) ** 0.7
    relief = relief + f32(bulge * corner * 0.020 * px)
    wrinkles = cells(grid.shape, 5.0, rng, 7.0) * lip
    pores = grain(grid.shape, 3.4, rng) * np.float32(0.13) + grain(grid.shape, 8.0, rng) * np.float32(0.08)
    pores = pores * (1 + 0.35 * cells(grid.shape, 120, rng)) + _lines(grid, rng) * np.float32(0.20)
    # Away from the mouth the face has no edges, only slow curves.
    near_lip = smoothstep(-0.75, -0.40, inside)
    shade_soft = diffuse(
        normals(blurred(relief, 3) * near_lip + blurred(relief, 26) * (1 - near_lip)), truth.light, 0.40
    )
    fine = diffuse(normals(pores * (1 - lip) + wrinkles * np.float32(0.55)), truth.light, 0.2)
    shade = under_skin(shade_soft, 7.0) * (0.10 + 0.90 * fine[..., None])
    # The light lies over the face's middle; towards the jaw it falls off.
    away = 1 - 0.24 * smoothstep(0.22, 0.75, f32(np.hypot(grid.x, 0.7 * (grid.y - 0.35))))
    away = f32(away * (0.40 + 0.60 * smoothstep(0.0, 0.60, f32(to_jaw))))
    tint = _skin_colour(grid, truth, rng)
    lips = f32(_lips_colour(grid, truth, wrinkles, rng))
    albedo = _over(tint, lips, blurred(lip, 2.0) * np.float32(0.92))
    lit = albedo * shade * away[..., None]
    # Where the lip turns in, and at the corners, little light arrives.
    turned_in = np.exp(-((np.clip(inside + 0.012, None, 0.2) / 0.045) ** 2)) * 0.45
    corners = (
        np.exp(-(((np.abs(grid.x) - half) / 0.030) ** 2) - (((grid.y - centre - 0.01) / 0.035) ** 2)) * 0.5
    )
    lit = lit * (1 - f32(np.maximum(turned_in * smoothstep(-0.10, -0.01, inside), corners)))[..., None]
    damp = normals(relief + wrinkles * np.float32(1.2) + pores)
    shine = gloss(damp, truth.light, 70) * lip * np.float32(0.16) + gloss(damp, truth.light, 14) * np.float32(
        0.018
    )
    lit = lit + shine[..., None]
    return f32(lit), blurred(smoothstep(-0.012, 0.012, inside), 1.3)


def _lines(grid: _Grid, rng: np.random.Generator) -> Floats:
    """The fine net of lines that skin has: ridges of two slanting noises."""
    net = np.zeros(grid.shape, np.float32)
    for stretch in (2.6, 0.45):
        noise = cells(grid.shape, 9.0, rng, stretch)
        net -= np.exp(-((noise / 0.28) ** 2))
    return net


def _skin_colour(grid: _Grid, truth: TongueTruth, rng: np.random.Generator) -> Floats:
    shape = grid.shape
    lab = np.zeros((*shape, 3), np.float32) + np.array(truth.skin, np.float32)
    blotch = fractal(shape, 220, 14, rng, 0.6)
    lab[..., 0] += -1.2 * blotch + 0.9 * grain(shape, 5, rng) + 0.5 * grain(shape, 11, rng)
    lab[..., 1] += 1.4 * blotch + 0.6 * cells(shape, 26, rng) + 0.5 * grain(shape, 7, rng)
    lab[..., 2] += 0.8 * cells(shape, 90, rng) + 0.4 * cells(shape, 18, rng)
    # Redder round the mouth and on the chin, yellower towards the jaw.
    near = np.exp(-((grid.x / 0.36) ** 2) - (((grid.y - 0.2) / 0.26) ** 2))
    lab[..., 1] += 2.2 * near
    lab[..., 2] -= 1.0 * near
    count = int(rng.integers(5, 10))
    at = np.stack([rng.uniform(0, shape[1], count), rng.uniform(0.1, 0.95, count) * shape[0]], axis=1)
    moles = blurred(dots(shape, at, rng.uniform(1.2, 3.4, count) * grid.px / 960, 0.8), 0.8)
    strength = cells(shape, 300, rng) * np.float32(0.2) + np.float32(0.75)
    lab -= (moles * strength)[..., None] * np.array([20, -3, 2], np.float32)
    return f32(np.clip(image_linear(lab), 0.002, 1))


def _lips_colour(grid: _Grid, truth: TongueTruth, wrinkles: Floats, rng: np.random.Generator) -> Floats:
    lab = np.zeros((*grid.shape, 3), np.float32) + np.array(truth.lips, np.float32)
    mottle = fractal(grid.shape, 40, 6, rng)
    lab[..., 0] += 1.2 * mottle - 1.6 * wrinkles
    lab[..., 1] += 1.2 * mottle + 0.6 * wrinkles
    return f32(np.clip(image_linear(lab), 0.002, 1))


def _mouth(grid: _Grid, shape: Shape, truth: TongueTruth, rng: np.random.Generator) -> Floats:
    """The dark inside of the mouth, with the palate faintly lit and the upper teeth where they show."""
    inside, half, centre = _opening(grid, shape)
    image = np.zeros((*grid.shape, 3), np.float32) + _colour((11.0, 10.0, 5.0))
    palate = smoothstep(0.45, 0.05, inside) * smoothstep(centre + 0.02, centre - 0.09, grid.y)
    walls = smoothstep(0.30, 0.02, inside)
    flesh = _colour((33.0, 19.0, 10.0)) * f32(1 + 0.12 * fractal(grid.shape, 50, 8, rng))[..., None]
    image = _over(image, flesh, f32(np.maximum(0.55 * palate, 0.42 * walls)))
    throat = np.exp(-((grid.x / (0.62 * half)) ** 2) - (((grid.y - centre + 0.015) / 0.055) ** 2))
    image = image * (1 - 0.72 * f32(throat))[..., None]
    if truth.teeth:
        image = _teeth(image, grid, half, centre, truth, rng)
    rim = smoothstep(0.0, 0.16, inside)
    return f32(image * (0.45 + 0.55 * rim[..., None]))


def _teeth(
    image: Floats, grid: _Grid, half: float, centre: float, truth: TongueTruth, rng: np.random.Generator
) -> Floats:
    sizes = (0.050, 0.041, 0.046, 0.044, 0.046)
    bounds = np.concatenate([[0.0], np.cumsum(sizes)])
    gum = centre - 0.15
    distance = np.abs(grid.x) + 0.002
    which = np.clip(np.searchsorted(bounds, distance, side="right") - 1, 0, len(sizes) - 1)
    middle, size = (bounds[which] + np.array(sizes)[which] / 2), np.array(sizes)[which]
    u = (distance - middle) / (size / 2)
    drop = np.array([0.0, 0.006, 0.001, 0.008, 0.010])[which] + rng.uniform(-0.001, 0.001)
    low = centre - 0.070 - drop - 0.055 * (distance / half) ** 2
    # Corners of the biting edge are rounded; between two teeth is a narrow dark line.
    low = low - 0.012 * np.abs(u) ** 5
    tall = f32(np.sqrt(np.clip(1 - 0.86 * np.abs(u) ** 3.5, 0, 1)))
    gap = f32(1 - 0.55 * smoothstep(0.86, 1.0, f32(np.abs(u))))
    alpha = smoothstep(0.003, -0.003, f32(grid.y - low)) * smoothstep(
        bounds[-1], bounds[-1] - 0.02, f32(distance)
    )
    dim = f32(1 - 0.75 * np.clip(distance / half, 0, 1) ** 1.3)
    relief = blurred(tall, 1.2) * np.float32(6) - f32(np.clip((grid.y - low + 0.02) / 0.02, 0, 1) ** 2 * 5)
    body = normals(relief)
    shade = diffuse(blurred(body, 1.0), truth.light, 0.3) * dim * blurred(gap, 0.8)
    top_dark = smoothstep(gum + 0.015, centre - 0.085, grid.y)
    colour = _colour((66.0, 2.5, 14.0)) * (shade * (0.18 + 0.70 * top_dark))[..., None]
    colour = colour + (gloss(body, truth.light, 60) * dim)[..., None] * np.float32(0.06)
    return _over(image, f32(colour), alpha)


def tongue_shadow(scene: Floats, shape: Shape, truth: TongueTruth) -> Floats:
    """The scene with the tongue's soft shadow on lip and chin, and darkness close to its edge."""
    scale = shape.width_px / 550
    direction = truth.light.direction
    dx, dy = -direction[0] / direction[2] * 26 * scale, -direction[1] / direction[2] * 34 * scale
    move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    size = (shape.alpha.shape[1], shape.alpha.shape[0])
    cast = blurred(f32(cv2.warpAffine(shape.alpha, move, size)), 15 * scale)
    close = blurred(shape.alpha, 5 * scale)
    dark = f32(np.clip(0.42 * cast + 0.30 * close, 0, 0.75))
    # Shadows in skin are red: the blue and green light is what is missing.
    tint = np.array([0.86, 1.0, 1.0], np.float32)
    return f32(scene * (1 - dark[..., None] * tint))
