"""What lies round the tongue: the lower face, lips, teeth, mouth, a paper bib and a dark ground."""

from dataclasses import dataclass

import cv2
import numpy as np

from vision.colour.spaces import lab_to_linear
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
    face = _face_alpha(grid, rng)
    image = _bib(image, grid, face, truth, rng)
    skin, mouth_open = _skin(grid, face, shape, truth, rng)
    image = _over(image, skin, blurred(face, 2.0))
    return _over(image, _mouth(grid, shape, truth, rng), mouth_open)


def _jaw(y: Floats) -> Floats:
    """Half width of the face at each height: cheeks to chin."""
    t = np.clip((y + 0.10) / 1.045, 0, 1)
    return f32(0.665 * (1 - t**3.0) ** 0.62)


def _face_alpha(grid: _Grid, rng: np.random.Generator) -> Floats:
    wobble = cells(grid.shape, 180, rng) * np.float32(0.004)
    edge = _jaw(grid.y) + wobble - np.abs(grid.x)
    return smoothstep(-0.003, 0.003, f32(edge))


def _bib(image: Floats, grid: _Grid, face: Floats, truth: TongueTruth, rng: np.random.Generator) -> Floats:
    top = 0.80 - 0.32 * np.abs(grid.x) ** 1.5 / 0.66**1.5 + 0.012 * np.sin(9 * grid.x + 1.0)
    alpha = smoothstep(-0.002, 0.002, f32(grid.y - top))
    folds = fractal(grid.shape, 260, 60, rng) * np.float32(9)
    ridge = np.abs(cells(grid.shape, 150, rng, 0.8)) * np.float32(-9)
    lean = f32((0.32 * grid.x * np.sign(grid.x) + 0.25 * grid.y) * grid.px * 0.35)
    weave = grain(grid.shape, 5, rng) * np.float32(0.22)
    shade = diffuse(normals(folds + ridge + weave + lean), truth.light, 0.15)
    paper = _colour((85.0, 0.5, 5.0)) * shade[..., None]
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
    grid: _Grid, face: Floats, shape: Shape, truth: TongueTruth, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """(skin and lips lit, how open the mouth is at each pixel)."""
    px = grid.px
    inside, half, centre = _opening(grid, shape)
    to_jaw = np.clip((_jaw(grid.y) - np.abs(grid.x)) / 0.42, 0, 1)
    relief = f32(np.sqrt(np.clip(1 - (1 - to_jaw) ** 2, 0, 1)) * 0.36 * px)
    chin = np.exp(-(((grid.x) / 0.17) ** 2) - (((grid.y - 0.90) / 0.10) ** 2)) * 0.050
    under_lip = np.exp(-((grid.x / 0.34) ** 2) - (((grid.y - 0.50) / 0.10) ** 2)) * 0.018
    cheek = sum(
        np.exp(-(((grid.x - side * 0.47) / 0.13) ** 2) - (((grid.y - 0.22) / 0.30) ** 2)) for side in (-1, 1)
    )
    fold_at = 0.37 + 0.10 * np.clip(grid.y, 0, 1) - 0.5 * np.clip(grid.y - 0.33, 0, 1) ** 2
    fold = np.exp(-(((np.abs(grid.x) - fold_at) / 0.022) ** 2)) * smoothstep(0.46, 0.05, grid.y)
    relief = relief + f32((chin - under_lip + 0.020 * cheek - 0.006 * fold) * px)
    relief += fractal(grid.shape, 300, 40, rng) * np.float32(1.8)
    lip_in, lip_out = 0.0, -0.20
    lip = smoothstep(lip_out - 0.045, lip_out + 0.05, inside) * smoothstep(0.03, -0.03, inside)
    corner = smoothstep(half * 1.12, half * 0.80, f32(np.abs(grid.x)))
    lip = f32(lip * (0.25 + 0.75 * corner))
    bulge = np.clip(1 - ((inside - (lip_in + lip_out) / 2) / 0.13) ** 2, 0, 1) ** 0.7
    relief = relief + f32(bulge * corner * 0.020 * px)
    wrinkles = cells(grid.shape, 5.0, rng, 7.0) * lip
    pores = grain(grid.shape, 4.2, rng) * np.float32(0.17) + grain(grid.shape, 9.0, rng) * np.float32(0.22)
    shade_soft = diffuse(normals(blurred(relief, 3)), truth.light, 0.40)
    fine = diffuse(normals(pores * (1 - lip) + wrinkles * np.float32(0.55)), truth.light, 0.2)
    shade = under_skin(shade_soft, 14.0) * (0.25 + 0.75 * fine[..., None])
    # The light lies over the face's middle; towards the jaw it falls off.
    away = f32(1 - 0.30 * smoothstep(0.25, 0.75, f32(np.hypot(grid.x, 0.7 * (grid.y - 0.35)))))
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


def _skin_colour(grid: _Grid, truth: TongueTruth, rng: np.random.Generator) -> Floats:
    shape = grid.shape
    lab = np.zeros((*shape, 3), np.float32) + np.array(truth.skin, np.float32)
    blotch = fractal(shape, 220, 14, rng, 0.6)
    lab[..., 0] += -1.1 * blotch + 0.7 * grain(shape, 6, rng)
    lab[..., 1] += 1.3 * blotch + 0.5 * cells(shape, 26, rng)
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
    return f32(np.clip(lab_to_linear(lab), 0.002, 1))


def _lips_colour(grid: _Grid, truth: TongueTruth, wrinkles: Floats, rng: np.random.Generator) -> Floats:
    lab = np.zeros((*grid.shape, 3), np.float32) + np.array(truth.lips, np.float32)
    mottle = fractal(grid.shape, 40, 6, rng)
    lab[..., 0] += 1.2 * mottle - 1.6 * wrinkles
    lab[..., 1] += 1.2 * mottle + 0.6 * wrinkles
    return f32(np.clip(lab_to_linear(lab), 0.002, 1))


def _mouth(grid: _Grid, shape: Shape, truth: TongueTruth, rng: np.random.Generator) -> Floats:
    """The dark inside of the mouth, with the palate faintly lit and the upper teeth where they show."""
    inside, half, centre = _opening(grid, shape)
    image = np.zeros((*grid.shape, 3), np.float32) + _colour((11.0, 10.0, 5.0))
    palate = smoothstep(0.45, 0.05, inside) * smoothstep(centre + 0.02, centre - 0.09, grid.y)
    walls = smoothstep(0.30, 0.02, inside)
    flesh = _colour((33.0, 19.0, 10.0)) * f32(1 + 0.12 * fractal(grid.shape, 50, 8, rng))[..., None]
    image = _over(image, flesh, f32(np.maximum(0.55 * palate, 0.50 * walls)))
    if truth.teeth:
        image = _teeth(image, grid, half, centre, truth, rng)
    rim = smoothstep(0.0, 0.16, inside)
    return f32(image * (0.45 + 0.55 * rim[..., None]))


def _teeth(
    image: Floats, grid: _Grid, half: float, centre: float, truth: TongueTruth, rng: np.random.Generator
) -> Floats:
    sizes = (0.052, 0.041, 0.045, 0.043)
    edge, gum = centre - 0.062, centre - 0.15
    tall = np.zeros(grid.shape, np.float32)
    tint = np.zeros(grid.shape, np.float32)
    for side in (-1, 1):
        x = 0.0
        for k, size in enumerate(sizes):
            if x + size > half * 0.78:
                break
            middle = side * (x + size / 2)
            low = (
                edge
                - 0.010 * (k == 1)
                - 0.004 * k
                + rng.uniform(-0.002, 0.002)
                - 0.05 * (abs(middle) / half) ** 2
            )
            u = (grid.x - middle) / (size * 0.485)
            w = (grid.y - (low + gum) / 2) / ((low - gum) / 2)
            tooth = np.clip(1 - np.abs(u) ** 3.2 - np.clip(w, 0, None) ** 5 - np.clip(-w, 0, None) ** 6, 0, 1)
            dim = 1 - 0.55 * (abs(middle) / half) ** 1.2
            tall = np.maximum(tall, f32(tooth))
            tint = np.where(tooth > 0, np.float32(dim), tint)
            x += size
    alpha = smoothstep(0.03, 0.22, blurred(tall, 0.8))
    body = normals(f32(np.sqrt(tall)) * np.float32(7))
    shade = diffuse(blurred(body, 1.5), truth.light, 0.3) * blurred(f32(tint), 2)
    top_dark = smoothstep(gum + 0.005, edge - 0.01, grid.y)
    colour = _colour((71.0, 2.0, 13.0)) * (shade * (0.30 + 0.62 * top_dark))[..., None]
    colour = colour + gloss(body, truth.light, 60)[..., None] * np.float32(0.10)
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
