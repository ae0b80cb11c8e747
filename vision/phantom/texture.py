"""Random textures that look grown rather than generated; each takes its random generator as an argument."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def f32(values: Any) -> Floats:
    """The values as a float32 array."""
    return np.asarray(values, dtype=np.float32)


def smoothstep(low: float, high: float, x: Floats) -> Floats:
    """0 below low, 1 above high, smooth between; high may lie below low for a falling edge."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    return f32(t * t * (3 - 2 * t))


def blurred(image: Floats, sigma_px: float) -> Floats:
    """Gaussian blur; wide ones are made on a smaller copy, which cannot be told apart and is much faster."""
    if sigma_px < 0.3:
        return image
    if sigma_px < 6:
        return f32(cv2.GaussianBlur(image, (0, 0), sigma_px))
    shrink = max(2, int(sigma_px // 3))
    height, width = image.shape[:2]
    size = (max(8, width // shrink), max(8, height // shrink))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px * size[0] / width)
    return f32(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def cells(shape: tuple[int, int], size_px: float, rng: np.random.Generator, stretch: float = 1.0) -> Floats:
    """Smooth noise of one scale, mean 0 and sd near 1. stretch: how much longer down than across."""
    height, width = shape
    grid = (int(height / (size_px * stretch)) + 4, int(width / size_px) + 4)
    coarse = rng.standard_normal(grid).astype(np.float32)
    big = (round(grid[1] * size_px), round(grid[0] * size_px * stretch))
    smooth = cv2.resize(coarse, big, interpolation=cv2.INTER_CUBIC)
    y0 = int(rng.integers(0, max(1, smooth.shape[0] - height)))
    x0 = int(rng.integers(0, max(1, smooth.shape[1] - width)))
    return f32(smooth[y0 : y0 + height, x0 : x0 + width]) * np.float32(1.35)


def fractal(
    shape: tuple[int, int],
    largest_px: float,
    smallest_px: float,
    rng: np.random.Generator,
    roughness: float = 0.55,
) -> Floats:
    """Noise at every scale between two sizes, halving; mean 0, sd 1."""
    total = np.zeros(shape, np.float32)
    size, weight = largest_px, 1.0
    while size >= smallest_px:
        total += np.float32(weight) * cells(shape, size, rng)
        size, weight = size / 2, weight * roughness
    return f32((total - total.mean()) / max(float(total.std()), 1e-6))


def grain(shape: tuple[int, int], size_px: float, rng: np.random.Generator) -> Floats:
    """Band-passed white noise: bumps of about one size, sd 1."""
    white = rng.standard_normal(shape).astype(np.float32)
    band = blurred(white, size_px / 4) - blurred(white, size_px / 2)
    return f32(band / max(float(band.std()), 1e-6))


def dots(
    shape: tuple[int, int],
    centres: NDArray[np.float64],
    radii_px: NDArray[np.float64],
    soft: float = 0.45,
) -> Floats:
    """Soft round dots, 0..1. centres: (n, 2) x and y in px; soft: share of the radius that fades."""
    out = np.zeros(shape, np.float32)
    for (x, y), radius in zip(centres, radii_px, strict=True):
        reach = int(radius * 1.6) + 2
        x0, x1 = max(0, int(x) - reach), min(shape[1], int(x) + reach + 1)
        y0, y1 = max(0, int(y) - reach), min(shape[0], int(y) + reach + 1)
        if x0 >= x1 or y0 >= y1:
            continue
        grid_y, grid_x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        distance = np.hypot(grid_x - np.float32(x), grid_y - np.float32(y)) / np.float32(radius)
        dot = smoothstep(1 + soft, 1 - soft, f32(distance))
        np.maximum(out[y0:y1, x0:x1], dot, out=out[y0:y1, x0:x1])
    return out


def wave_along(count: int, period: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A smooth random line of `count` points, sd near 1; period in points."""
    knots = rng.standard_normal(max(4, int(count / period) + 3))
    at = np.linspace(0, len(knots) - 1.001, count)
    low = at.astype(int)
    t = at - low
    t = t * t * (3 - 2 * t)
    return np.asarray(knots[low] * (1 - t) + knots[low + 1] * t)
