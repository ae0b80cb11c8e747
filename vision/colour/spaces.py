"""sRGB, linear light, CIE XYZ and CIE L*a*b* (D65, 2° observer), and the CIEDE2000 difference.

Sources: IEC 61966-2-1:1999 (sRGB); CIE 15:2004 (L*a*b*); Sharma, Wu and Dalal 2005 (CIEDE2000,
doi 10.1002/col.20070). Valid for sRGB input; nothing here knows a camera.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.floating[Any]]

# IEC 61966-2-1, linear sRGB to XYZ with D65.
RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
XYZ_TO_RGB = np.linalg.inv(RGB_TO_XYZ)
WHITE_D65 = RGB_TO_XYZ.sum(axis=1)
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27  # CIE 15:2004


def srgb_to_linear(coded: Numbers) -> Numbers:
    """Linear light, 0..1, from coded sRGB values, 0..1; any shape."""
    return np.where(coded <= 0.04045, coded / 12.92, ((np.maximum(coded, 0) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: Numbers) -> Numbers:
    """Coded sRGB, 0..1, from linear light; clipped to 0..1."""
    clipped = np.clip(linear, 0, 1)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)


def linear_to_lab(linear: Numbers) -> Numbers:
    """L*a*b* from linear sRGB, (..., 3)."""
    ratio = (linear @ RGB_TO_XYZ.T) / WHITE_D65
    f = np.where(ratio > _EPSILON, np.cbrt(ratio), (_KAPPA * ratio + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def lab_to_linear(lab: Numbers) -> Numbers:
    """Linear sRGB from L*a*b*, (..., 3); not clipped, so colours outside sRGB lie outside 0..1."""
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    ratio = np.where(f**3 > _EPSILON, f**3, (116 * f - 16) / _KAPPA)
    return np.asarray((ratio * WHITE_D65) @ XYZ_TO_RGB.T)


def srgb8_to_lab(rgb: NDArray[np.uint8]) -> Numbers:
    """L*a*b* from coded 8-bit sRGB, (..., 3); exact, for points. Pictures: `image_lab`."""
    return linear_to_lab(srgb_to_linear(np.asarray(rgb, np.float64) / 255))


def image_lab(rgb: NDArray[np.uint8]) -> Floats:
    """L*a*b* of a picture (h, w, 3) uint8 sRGB as float32; OpenCV's tables, within 0.5 of the formula."""
    import cv2

    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)


def image_linear(lab: Floats) -> Floats:
    """Linear sRGB, not clipped below or above by more than OpenCV does, of a picture (h, w, 3) of L*a*b*."""
    import cv2

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(lab, np.float32), cv2.COLOR_Lab2LRGB), np.float32)


def hue_deg(lab: Numbers) -> Numbers:
    """CIE hue angle h_ab in degrees, 0..360: 0 is red, 90 is yellow."""
    return np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360


def delta_e_2000(first: Numbers, second: Numbers) -> Numbers:
    """CIEDE2000 difference of two L*a*b* arrays (..., 3) that broadcast; kL = kC = kH = 1."""
    l1, a1, b1 = (np.asarray(first, np.float64)[..., k] for k in range(3))
    l2, a2, b2 = (np.asarray(second, np.float64)[..., k] for k in range(3))
    c_mean7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(c_mean7 / (c_mean7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    turn = (h2 - h1 + 180) % 360 - 180
    # At exactly half a turn Sharma's tables take the positive sign.
    turn = np.where(turn == -180, 180.0, turn)
    d_h = np.where(grey, 0.0, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)))
    far = np.abs(h1 - h2) > 180
    h_sum = h1 + h2
    h_mean = np.where(far, np.where(h_sum < 360, h_sum + 360, h_sum - 360), h_sum) / 2
    h_mean = np.where(grey, h_sum, h_mean)
    l_mean, c_mean = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(h_mean - 30))
        + 0.24 * np.cos(np.radians(2 * h_mean))
        + 0.32 * np.cos(np.radians(3 * h_mean + 6))
        - 0.20 * np.cos(np.radians(4 * h_mean - 63))
    )
    s_l = 1 + 0.015 * (l_mean - 50) ** 2 / np.sqrt(20 + (l_mean - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * t
    twist = np.sin(np.radians(60 * np.exp(-(((h_mean - 275) / 25) ** 2))))
    r_t = -2 * np.sqrt(c_mean**7 / (c_mean**7 + 25.0**7)) * twist
    d_l, d_c = (l2 - l1) / s_l, (c2 - c1) / s_c
    return np.asarray(np.sqrt(d_l**2 + d_c**2 + (d_h / s_h) ** 2 + r_t * d_c * (d_h / s_h)))
