"""Light falling on a relief, and the camera that looks at it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.colour.spaces import linear_to_srgb
from vision.phantom.texture import Floats, blurred, f32
from vision.phantom.truth import Light


def normals(relief_px: Floats) -> Floats:
    """Unit normals (h, w, 3) of a relief, x right, y down, z to the camera."""
    across = cv2.Scharr(relief_px, cv2.CV_32F, 1, 0) / np.float32(32)
    down = cv2.Scharr(relief_px, cv2.CV_32F, 0, 1) / np.float32(32)
    length = np.sqrt(across * across + down * down + 1)
    return np.stack([-across / length, -down / length, 1 / length], axis=-1)


def _unit(direction: tuple[float, float, float]) -> Floats:
    vector = np.array(direction, np.float32)
    return f32(vector / np.linalg.norm(vector))


def diffuse(normal: Floats, light: Light, wrap: float = 0.25) -> Floats:
    """Brightness of a matt surface, 1 where it faces the camera. wrap: light that creeps round the edge,
    as it does in skin."""
    to_light = _unit(light.direction)
    facing = np.clip((normal @ to_light + wrap) / (1 + wrap), 0, None)
    flat = (float(to_light[2]) + wrap) / (1 + wrap)
    sky = 0.62 + 0.38 * normal[..., 2] - 0.10 * normal[..., 1]
    return f32(light.ambient * sky + (1 - light.ambient) * facing / flat)


def under_skin(shade: Floats, reach_px: float) -> Floats:
    """The shade in three channels: red travels furthest below the skin, so its shadows are the softest."""
    return np.stack([blurred(shade, reach_px * k) for k in (1.0, 0.45, 0.28)], axis=-1)


def gloss(normal: Floats, light: Light, sharp: float) -> Floats:
    """Mirror-like share of the light, 0..1; sharp: exponent of Blinn and Phong."""
    half = _unit(light.direction) + np.array([0, 0, 1], np.float32)
    half = half / np.float32(np.linalg.norm(half))
    return f32(np.clip(normal @ half, 0, 1) ** np.float32(sharp))


def photograph(linear: Floats, light: Light, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What a camera makes of a scene in linear light: exposure, balance, blur, noise, coding, JPEG."""
    height, width = linear.shape[:2]
    rows, columns = np.linspace(-1, 1, height), np.linspace(-1, 1, width)
    fall_off = f32(1 - light.vignette * (0.5 * rows[:, None] ** 2 + 0.5 * columns[None, :] ** 2))
    gains = np.array([light.balance[0], 1.0, light.balance[1]], np.float32) * np.float32(light.exposure)
    image = blurred(f32(linear * gains * fall_off[..., None]), light.blur_px)
    # Shot noise grows with the root of the light; a camera denoises colour harder than brightness.
    sd = np.float32(light.noise / 255)
    shared = rng.standard_normal((height, width, 1)).astype(np.float32)
    own = rng.standard_normal((height // 2, width // 2, 3)).astype(np.float32)
    own = f32(cv2.resize(own, (width, height), interpolation=cv2.INTER_LINEAR))
    coded = f32(linear_to_srgb(image)) + (shared * 0.75 + own * 0.6) * sd * (
        0.6 + 0.8 * np.sqrt(np.clip(image[..., 1:2], 0, 1))
    )
    picture = np.clip(np.round(coded * 255), 0, 255).astype(np.uint8)
    if light.jpeg_quality is None:
        return picture
    coded_bytes = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, light.jpeg_quality])[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(coded_bytes, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])
