"""Strong changes of light, colour and camera: what differs between pictures and must not matter."""

import cv2
import numpy as np
from numpy.typing import NDArray

UNTOUCHED_SHARE = 0.12


def relight(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Random exposure, cast, contrast, saturation, side light, blur, noise and JPEG; shape and type stay."""
    if rng.random() < UNTOUCHED_SHARE:
        return rgb
    x = rgb.astype(np.float32) / 255
    x = x ** np.float32(np.exp(rng.normal(0, 0.28)))
    gain = np.exp(rng.normal(0, 0.22)) * np.exp(rng.normal(0, 0.11, 3))
    x = x * gain.astype(np.float32)
    if rng.random() < 0.35:
        x = x * _side_light(x.shape[0], x.shape[1], rng)[..., None]
    grey = x.mean(axis=2, keepdims=True)
    x = grey + (x - grey) * np.float32(rng.uniform(0.35, 1.5))
    middle = np.float32(rng.uniform(0.3, 0.6))
    x = middle + (x - middle) * np.float32(rng.uniform(0.65, 1.35))
    if rng.random() < 0.3:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 1.8)).astype(np.float32)
    if rng.random() < 0.35:
        x = x + rng.standard_normal(x.shape, dtype=np.float32) * np.float32(rng.uniform(0.005, 0.05))
    out = np.clip(x * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        squeezed = cv2.imencode(".jpg", out, quality)[1]
        return np.asarray(cv2.imdecode(squeezed, cv2.IMREAD_COLOR), dtype=np.uint8)
    return out


def _side_light(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """A ramp of brightness across the picture, (height, width), mean about 1."""
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.6)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (1 + depth * (np.cos(angle) * x + np.sin(angle) * y)).astype(np.float32)
