"""Render a tongue whose truth is known.

Shape and relief first, colour as layers of light-reflecting surface, then light, then a camera. Everything is
seeded: the same truth and seed give the same picture. numpy and OpenCV only; about a second a picture.
"""

import io
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vision.colour.spaces import linear_to_lab
from vision.phantom.light import diffuse, gloss, normals, photograph, under_skin
from vision.phantom.scene import draw_scene, tongue_shadow
from vision.phantom.shape import Shape, make_shape
from vision.phantom.surface import Surface, make_surface
from vision.phantom.texture import Floats, f32, grain, smoothstep
from vision.phantom.truth import Lab, Light, RenderedTruth, TonguePhantom, TongueTruth

__all__ = ["Light", "RenderedTruth", "TonguePhantom", "TongueTruth", "png_bytes", "render_tongue"]

# Reflected light added to a pixel from which it counts as a highlight.
_HIGHLIGHT_FROM = 0.10


def render_tongue(truth: TongueTruth, seed: int) -> TonguePhantom:
    """A picture of `truth.size` with its masks and the truth read off its layers.

    Raises ValueError for a share outside 0..1.
    """
    for name in ("coverage", "thickness", "greasy", "moisture", "width_share"):
        if not 0 <= getattr(truth, name) <= 1:
            raise ValueError(f"{name} must lie between 0 and 1")
    shape_rng, surface_rng, scene_rng, camera_rng = (
        np.random.default_rng([seed, stream]) for stream in range(4)
    )
    shape = make_shape(truth, shape_rng)
    rows, columns = _window(shape)
    near = _cut(shape, rows, columns)
    surface = make_surface(truth, near, surface_rng)
    lit, shine = _light(truth, near, surface, surface_rng)
    scene = tongue_shadow(draw_scene(truth, shape, scene_rng), shape, truth)
    alpha = near.alpha[..., None]
    seen = lit + shine[..., None]
    scene[rows, columns] = scene[rows, columns] * (1 - alpha) + seen * alpha
    masks = [np.zeros(shape.alpha.shape, np.bool_) for _ in range(4)]
    inside = near.alpha > 0.5
    highlight = (shine > _HIGHLIGHT_FROM) & inside
    for whole, part in zip(masks, (inside, surface.coated, surface.cracked, highlight), strict=True):
        whole[rows, columns] = part
    rendered = _rendered(truth, shape, near, surface, lit, highlight)
    rgb = photograph(scene, truth.light, camera_rng)
    return TonguePhantom(rgb, masks[0], masks[1], masks[2], masks[3], truth, rendered, seed)


def _window(shape: Shape) -> tuple[slice, slice]:
    margin = 24
    x, y = shape.polygon[:, 0], shape.polygon[:, 1]
    height, width = shape.alpha.shape
    return (
        slice(max(0, int(y.min()) - margin), min(height, int(y.max()) + margin)),
        slice(max(0, int(x.min()) - margin), min(width, int(x.max()) + margin)),
    )


def _cut(shape: Shape, rows: slice, columns: slice) -> Shape:
    return replace(
        shape,
        alpha=shape.alpha[rows, columns],
        along=shape.along[rows, columns],
        across=shape.across[rows, columns],
        inside_px=shape.inside_px[rows, columns],
        root_y=shape.root_y - rows.start,
    )


def _light(
    truth: TongueTruth, shape: Shape, surface: Surface, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """(the tongue in diffuse light, (h, w, 3); the reflections on top of it)."""
    scale = shape.width_px / 550
    normal = normals(surface.relief_px)
    shade = under_skin(diffuse(normal, truth.light, 0.30), 3.2 * scale)
    # The back lies in the mouth's shadow; the furrow and the rim get less light from around.
    deep = 0.16 + 0.84 * smoothstep(-0.09, 0.17, shape.along)
    rim = 0.80 + 0.20 * smoothstep(0.0, 0.05 * shape.width_px, shape.inside_px)
    furrow = np.exp(-((shape.across / 0.045) ** 2)) + 0.5 * np.exp(-((shape.across / 0.16) ** 2))
    run = smoothstep(0.05, 0.30, shape.along) * smoothstep(0.88, 0.50, shape.along)
    deep = f32(deep * (1 - 0.13 * truth.groove * furrow * run))
    lit = surface.albedo * shade * (deep * rim)[..., None] * np.float32(0.98)
    drops = grain((shape.alpha.shape[0], shape.alpha.shape[1]), 5.0 * scale, rng) * np.float32(0.55 * scale)
    film = normals(surface.relief_px + drops)
    smooth = normals(surface.relief_px * np.float32(0.85))
    sparkle = gloss(film, truth.light, 90) * np.float32(0.55) + gloss(smooth, truth.light, 26) * np.float32(
        0.12
    )
    shine = sparkle * surface.wet * np.float32(truth.moisture * 1.15) * deep * rim
    return f32(lit), f32(np.clip(shine - 0.012, 0, 0.8))


def _mean(lab: NDArray[np.floating], where: NDArray[np.bool_]) -> Lab | None:
    if int(where.sum()) < 50:
        return None
    mean = lab[where].mean(axis=0)
    return float(mean[0]), float(mean[1]), float(mean[2])


def _rendered(
    truth: TongueTruth,
    whole: Shape,
    shape: Shape,
    surface: Surface,
    lit: Floats,
    highlight: NDArray[np.bool_],
) -> RenderedTruth:
    inside = shape.alpha > 0.5
    lab = linear_to_lab(np.clip(lit, 0, 1))
    # Away from the rolled rim and the dark root, as a person would look.
    open_part = (shape.inside_px > 0.03 * whole.width_px) & (shape.along > 0.06)
    plain = inside & open_part & ~highlight & ~surface.cracked & ~surface.spotted
    bare = plain & ~surface.coated & (surface.coating < 0.10)
    area = int(inside.sum())
    height = float(np.ptp(np.nonzero(inside)[0])) + 1
    width = float(np.ptp(np.nonzero(inside)[1])) + 1
    return RenderedTruth(
        coverage=float(surface.coated.sum()) / area,
        thickness=truth.thickness,
        body=_mean(lab, bare),
        tip=_mean(lab, bare & (shape.along > 0.80)),
        sides=_mean(lab, bare & (np.abs(shape.across) > 0.7) & (shape.along < 0.75) & (shape.along > 0.2)),
        coating=_mean(lab, plain & surface.coated),
        crack_count=truth.cracks,
        crack_length=surface.crack_length_px / whole.length_px,
        crack_share=float(surface.cracked.sum()) / area,
        tooth_marks=truth.tooth_marks,
        red_spots=truth.red_spots,
        stasis_spots=truth.stasis_spots,
        highlight_share=float(highlight.sum()) / area,
        length_width=height / width,
        deviation_deg=truth.deviation_deg,
    )


def png_bytes(phantom: TonguePhantom) -> bytes:
    """The picture as PNG; its metadata say that it is synthetic, by what and with which seed."""
    from PIL import Image, PngImagePlugin

    words = PngImagePlugin.PngInfo()
    words.add_text("Software", "TCM Station tongue phantom")
    words.add_text("synthetic", "yes")
    words.add_text("Comment", f"rendered, not a photograph; no person; seed {phantom.seed}")
    out = io.BytesIO()
    Image.fromarray(phantom.rgb).save(out, "PNG", pnginfo=words, compress_level=6)
    return out.getvalue()
