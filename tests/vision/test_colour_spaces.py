"""Conversions agree with published values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.colour.spaces import delta_e_2000, hue_deg, image_lab, lab_to_linear, linear_to_lab, srgb8_to_lab


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
        ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_ciede2000_gives_the_values_of_sharma_wu_and_dalal(
    first: tuple[float, ...], second: tuple[float, ...], difference: float
) -> None:
    assert float(delta_e_2000(np.array(first), np.array(second))) == pytest.approx(difference, abs=1e-4)


def test_white_red_and_blue_have_their_known_lab() -> None:
    points = np.array([[255, 255, 255], [255, 0, 0], [0, 0, 255]], np.uint8)
    expected = [[100, 0, 0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86]]
    assert srgb8_to_lab(points) == pytest.approx(np.array(expected), abs=0.02)
    assert hue_deg(np.array([10.0, 10.0, 0.0]))[()] == pytest.approx(0)


@given(st.floats(5, 95), st.floats(-40, 40), st.floats(-40, 40))
def test_lab_survives_the_way_to_linear_light_and_back(lightness: float, a: float, b: float) -> None:
    lab = np.array([lightness, a, b])
    assert linear_to_lab(lab_to_linear(lab)) == pytest.approx(lab, abs=1e-6)


def test_the_fast_picture_conversion_agrees_with_the_exact_one() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    assert np.abs(image_lab(rgb) - srgb8_to_lab(rgb)).max() < 0.5
