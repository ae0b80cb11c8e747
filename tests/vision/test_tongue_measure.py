"""What is put into a rendered tongue comes out of its measures again."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.domain.terms import terms
from tcm_station.i18n import LANGS, tr
from vision.colour.spaces import delta_e_2000
from vision.phantom.tongue import Light, TonguePhantom, TongueTruth, render_tongue
from vision.tongue.measure import measure_tongue

PALE, LIGHT_RED, RED, PURPLE = (68.0, 18.0, 10.5), (58.0, 26.0, 13.0), (51.0, 34.0, 17.0), (47.0, 19.0, 1.5)
WHITE, YELLOW = (80.0, 5.0, 8.0), (71.0, 7.0, 25.0)
SIZE = (800, 600)


@cache
def phantom(truth: TongueTruth, seed: int) -> TonguePhantom:
    return render_tongue(truth, seed)


@cache
def measured(truth: TongueTruth, seed: int) -> dict[str, Measurement]:
    drawn = phantom(truth, seed)
    return {m.code: m for m in measure_tongue(drawn.rgb, drawn.mask).measurements}


def value(truth: TongueTruth, seed: int, code: str) -> float:
    got = measured(truth, seed)[code].value
    assert got is not None, code
    return got


GRID = [
    (LIGHT_RED, WHITE, 0.35, 0.40),
    (LIGHT_RED, WHITE, 0.35, 0.60),
    (LIGHT_RED, WHITE, 0.75, 0.20),
    (PALE, WHITE, 0.35, 0.40),
    (RED, YELLOW, 0.75, 0.60),
    (RED, YELLOW, 0.35, 0.40),
    (RED, WHITE, 0.35, 0.80),
    (PURPLE, WHITE, 0.35, 0.40),
    (LIGHT_RED, YELLOW, 0.75, 0.40),
]


@pytest.mark.parametrize(("body", "coat", "thickness", "coverage"), GRID)
@pytest.mark.parametrize("seed", [11])
def test_the_coverage_drawn_is_the_coverage_measured(
    body: tuple[float, float, float],
    coat: tuple[float, float, float],
    thickness: float,
    coverage: float,
    seed: int,
) -> None:
    truth = TongueTruth(body=body, coating=coat, thickness=thickness, coverage=coverage, size=SIZE)
    # On a purple body a thin white coating is read too wide: its blue hides like a coating does.
    room = 0.08 if body == PURPLE else 0.04
    assert value(truth, seed, "tongue.coating.coverage") == pytest.approx(coverage, abs=room)


def test_over_the_grid_coverage_is_right_to_three_hundredths() -> None:
    errors = [
        value(TongueTruth(body=b, coating=c, thickness=t, coverage=share, size=SIZE), seed, CODE) - share
        for b, c, t, share in GRID
        for seed in (11,)
    ]
    assert float(np.mean(np.abs(errors))) < 0.03
    assert abs(float(np.mean(errors))) < 0.02


CODE = "tongue.coating.coverage"


@pytest.mark.parametrize(
    ("body", "coat"), [(PALE, WHITE), (LIGHT_RED, WHITE), (RED, YELLOW), (PURPLE, WHITE)]
)
def test_colours_are_measured_as_rendered_in_neutral_light(
    body: tuple[float, float, float], coat: tuple[float, float, float]
) -> None:
    truth = TongueTruth(body=body, coating=coat, coverage=0.45, size=SIZE, light=Light(vignette=0.0))
    rendered = phantom(truth, 21).rendered
    for part, lab in (("body", rendered.body), ("coating", rendered.coating)):
        got = np.array([value(truth, 21, f"tongue.{part}.{c}") for c in ("lightness", "a", "b")])
        assert lab is not None
        assert float(delta_e_2000(got, np.array(lab))) < 3.0, part


def test_redness_of_the_body_and_yellowness_of_the_coating_are_ordered_as_drawn() -> None:
    a = [value(TongueTruth(body=b, size=SIZE), 5, "tongue.body.a") for b in (PALE, LIGHT_RED, RED)]
    assert a == sorted(a)
    coats = [(78.0, 6.0, b) for b in (6.0, 14.0, 24.0)]
    hues = [value(TongueTruth(coating=c, thickness=0.7, size=SIZE), 5, "tongue.coating.hue") for c in coats]
    assert hues == sorted(hues) and hues[-1] - hues[0] > 15


def test_a_thicker_coating_never_lowers_the_thickness_index() -> None:
    got = [
        value(TongueTruth(thickness=t, size=SIZE), 6, "tongue.coating.thickness")
        for t in (0.1, 0.4, 0.7, 1.0)
    ]
    assert got == sorted(got)


@pytest.mark.parametrize("count", [0, 3, 6, 10])
def test_tooth_marks_are_counted(count: int) -> None:
    truth = TongueTruth(tooth_marks=count, moisture=0.3, size=SIZE)
    assert value(truth, 31, "tongue.tooth_marks.count") == pytest.approx(count, abs=1)


def test_deeper_tooth_marks_measure_deeper() -> None:
    depths = [
        value(TongueTruth(tooth_marks=8, tooth_depth=d, size=SIZE), 32, "tongue.tooth_marks.depth")
        for d in (0.010, 0.016, 0.024)
    ]
    assert depths == sorted(depths)


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_cracks_are_found_with_their_length(count: int) -> None:
    truth = TongueTruth(cracks=count, moisture=0.15, size=SIZE)
    length = phantom(truth, 41).rendered.crack_length
    assert value(truth, 41, "tongue.cracks.length") == pytest.approx(length, rel=0.3, abs=0.1)


def test_spots_are_found_and_none_where_none_are() -> None:
    spotted = TongueTruth(body=LIGHT_RED, red_spots=20, moisture=0.2, size=SIZE)
    assert value(spotted, 51, "tongue.spots.red") == pytest.approx(20, abs=5)
    stasis = TongueTruth(body=LIGHT_RED, stasis_spots=6, coverage=0.25, moisture=0.1, size=SIZE)
    assert value(stasis, 52, "tongue.spots.stasis") >= 3
    plain = TongueTruth(moisture=0.2, size=SIZE)
    assert value(plain, 53, "tongue.spots.red") <= 3 and value(plain, 53, "tongue.spots.stasis") == 0


def test_highlights_rise_with_moisture_and_are_not_taken_for_coating() -> None:
    truths = [TongueTruth(moisture=m, coverage=0.4, size=SIZE) for m in (0.0, 0.4, 0.8)]
    shine = [value(t, 61, "tongue.surface.shine") for t in truths]
    assert shine == sorted(shine)
    coverage = [value(t, 61, CODE) for t in truths]
    assert max(coverage) - min(coverage) < 0.04


@pytest.mark.parametrize("angle", [-10.0, 0.0, 7.0])
def test_the_deviation_drawn_is_the_deviation_measured(angle: float) -> None:
    truth = TongueTruth(deviation_deg=angle, size=SIZE)
    assert value(truth, 71, "tongue.shape.deviation") == pytest.approx(angle, abs=1.5)


def test_length_by_width_is_that_of_the_outline() -> None:
    truth = TongueTruth(length_ratio=1.25, size=SIZE)
    ratio = phantom(truth, 72).rendered.length_width
    assert value(truth, 72, "tongue.shape.length_width") == pytest.approx(ratio, abs=0.02)


def test_a_red_tongue_without_coating_has_none_and_a_wholly_coated_one_is_not_guessed() -> None:
    assert value(TongueTruth(body=RED, coverage=0.0, size=SIZE), 81, CODE) < 0.06
    covered = measured(TongueTruth(coverage=1.0, thickness=0.7, size=SIZE), 82)[CODE]
    assert covered.value is None and covered.why == "tongue.why.coating_unclear"


def test_a_brighter_or_dimmer_lamp_moves_coverage_by_less_than_four_hundredths() -> None:
    base = TongueTruth(coverage=0.45, size=SIZE)
    got = [value(replace(base, light=Light(exposure=e)), 91, CODE) for e in (0.6, 1.0, 1.25)]
    assert max(got) - min(got) < 0.04


def test_without_colour_nothing_that_rests_on_colour_has_a_value() -> None:
    drawn = phantom(TongueTruth(size=SIZE), 5)
    for m in measure_tongue(drawn.rgb, drawn.mask, has_colour=False).measurements:
        if m.code.startswith(("tongue.coating", "tongue.body", "tongue.tip", "tongue.spots")):
            assert m.value is None and m.why == "tongue.why.no_colour", m.code


def test_every_measure_has_a_row_with_unit_and_definition_and_every_row_is_measured() -> None:
    got = measured(TongueTruth(size=SIZE), 5)
    rows = {c: t for c, t in terms().items() if t.kind == "measurement" and c.startswith("tongue.")}
    assert set(got) == set(rows)
    for code, m in got.items():
        extra = rows[code].extra
        assert extra["unit"] == m.unit and extra["definition_zh"] and extra["definition_en"]
        assert (m.value is None) or (m.sd is not None and m.sd >= 0), code
        if m.why:
            assert all(tr(m.why, lang) for lang in LANGS)


def test_colours_are_uncalibrated_without_a_profile_and_calibrated_with_one() -> None:
    drawn = phantom(TongueTruth(size=SIZE), 5)
    for calibrated, basis in ((False, Basis.UNCALIBRATED), (True, Basis.CALIBRATED)):
        found = {m.code: m for m in measure_tongue(drawn.rgb, drawn.mask, calibrated=calibrated).measurements}
        assert found["tongue.body.a"].basis is basis
        assert found[CODE].basis is Basis.RELATIVE


def test_an_empty_mask_and_a_mask_of_another_size_are_refused() -> None:
    rgb = np.zeros((100, 100, 3), np.uint8)
    with pytest.raises(ValueError, match="mask"):
        measure_tongue(rgb, np.zeros((100, 100), np.bool_))
    with pytest.raises(ValueError, match="mask"):
        measure_tongue(rgb, np.ones((50, 50), np.bool_))


@pytest.mark.parametrize("fill", [0, 128, 255])
def test_a_flat_patch_is_measured_without_a_fault(fill: int) -> None:
    rgb = np.full((120, 120, 3), fill, np.uint8)
    mask = np.zeros((120, 120), np.bool_)
    mask[20:100, 30:90] = True
    assert measure_tongue(rgb, mask).measurements


def test_the_same_picture_gives_the_same_numbers() -> None:
    drawn = phantom(TongueTruth(size=SIZE), 5)
    assert (
        measure_tongue(drawn.rgb, drawn.mask).measurements
        == measure_tongue(drawn.rgb, drawn.mask).measurements
    )
