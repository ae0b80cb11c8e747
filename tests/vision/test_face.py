"""One picture of a face: what is measured, what is refused, and what the light may not change."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind
from tcm_station.domain.measurement import Basis
from tcm_station.domain.terms import terms
from tcm_station.i18n import LANGS, tr
from vision.face.examine import examine_face
from vision.face.overlay import draw_overlay
from vision.face.zones import ZONES
from vision.images import Picture, read_image

# A synthetic face, SFHQ-dataset, MIT (licence beside it).
PORTRAIT = Path(__file__).resolve().parents[1] / "data" / "face" / "portrait.jpg"

CAPTURE = Capture("0" * 64, ExamKind.FACE, "image/jpeg", "file", datetime(2026, 1, 1, tzinfo=UTC))


@cache
def portrait() -> Picture:
    return read_image(PORTRAIT)


@cache
def portrait_examined() -> Examination:
    return examine_face(portrait(), CAPTURE)


def shown(rgb: np.ndarray, **changed: object) -> Picture:
    return replace(portrait(), rgb=np.ascontiguousarray(rgb.astype(np.uint8)), **changed)


def examined(rgb: np.ndarray, **changed: object) -> Examination:
    return examine_face(shown(rgb, **changed), CAPTURE)


def value(examination: Examination, code: str) -> float:
    measured = examination.measurement(code)
    assert measured is not None and measured.value is not None, code
    return measured.value


def issues(examination: Examination) -> set[str]:
    return {issue.code.removeprefix("face.issue.") for issue in examination.quality.issues}


def refused(rgb: np.ndarray) -> str:
    with pytest.raises(Refused) as refusal:
        examined(rgb)
    for lang in LANGS:
        assert refusal.value.text(lang) and refusal.value.advice(lang)
    return refusal.value.code


def region(examination: Examination, name: str) -> np.ndarray:
    return np.array(next(r.points for r in examination.regions if r.name == f"face.region.{name}"))


# --- what is measured


def test_a_frontal_portrait_gives_every_zone_against_its_own_base():
    examination = portrait_examined()
    assert examination.kind is ExamKind.FACE and examination.image_size == portrait().size
    for zone in ZONES:
        for part in ("dl", "da", "db"):
            measured = examination.measurement(f"face.{zone}.{part}")
            assert measured is not None and measured.value is not None
            assert measured.basis is Basis.RELATIVE and measured.sd is not None and measured.sd > 0


def test_every_measurement_has_its_row_in_the_terms_with_the_same_unit():
    for measured in portrait_examined().measurements:
        row = terms()[measured.code]
        assert row.kind == "measurement" and row.extra["unit"] == measured.unit
        assert row.extra["definition_zh"] and row.extra["definition_en"]


def test_every_face_measure_of_the_terms_is_measured_or_says_why_not():
    told = {m.code for m in portrait_examined().measurements}
    assert {c for c, t in terms().items() if c.startswith("face.") and t.kind == "measurement"} == told


def test_absolute_colours_are_uncalibrated_until_the_capture_has_a_profile():
    absolute = portrait_examined().measurement("face.base.l")
    assert absolute is not None and absolute.basis is Basis.UNCALIBRATED
    assert "uncalibrated" in issues(portrait_examined())
    profiled = examine_face(portrait(), replace(CAPTURE, profile="d65"))
    calibrated = profiled.measurement("face.base.l")
    assert calibrated is not None and calibrated.basis is Basis.CALIBRATED
    assert "uncalibrated" not in issues(profiled)


def test_no_sign_of_colour_is_proposed():
    assert portrait_examined().findings == ()


def test_the_same_picture_gives_the_same_numbers():
    assert examine_face(portrait(), CAPTURE) == portrait_examined()


def test_lips_are_redder_than_the_skin():
    assert value(portrait_examined(), "face.lips.da") > 5


def test_every_region_and_issue_has_its_words():
    for lang in LANGS:
        for part in portrait_examined().regions:
            assert tr(part.name, lang)
        for issue in portrait_examined().quality.issues:
            assert tr(issue.code, lang, value=issue.value, limit=issue.limit)
            assert tr(f"{issue.code}.advice", lang)


# --- what pose, size and light may not change


def test_left_and_right_are_the_persons_own():
    examination = portrait_examined()
    assert region(examination, "cheek_left")[:, 0].mean() > region(examination, "cheek_right")[:, 0].mean()
    mirrored = examined(portrait().rgb[:, ::-1])
    ratio = examination.measurement("face.cheeks.light_ratio")
    assert ratio is not None and ratio.value is not None and ratio.sd is not None
    other = value(mirrored, "face.cheeks.light_ratio")
    assert other < 1 < ratio.value and other == pytest.approx(1 / ratio.value, abs=2 * ratio.sd)


def test_a_picture_lying_on_its_side_is_measured_alike_or_refused():
    turned = np.rot90(portrait().rgb)
    try:
        examination = examined(turned)
    except Refused as refusal:
        assert refusal.code in ("no-face", "face-turned")
        return
    for code in ("face.lips.da", "face.forehead.dl"):
        assert value(examination, code) == pytest.approx(value(portrait_examined(), code), abs=3)


def test_a_larger_copy_has_the_same_colours():
    doubled = examined(np.repeat(np.repeat(portrait().rgb, 2, axis=0), 2, axis=1))
    for zone in ("forehead", "cheek_left", "chin", "lips"):
        for part in ("dl", "da", "db"):
            code = f"face.{zone}.{part}"
            assert value(doubled, code) == pytest.approx(value(portrait_examined(), code), abs=1.5)
    assert region(doubled, "nose").mean() == pytest.approx(
        2 * region(portrait_examined(), "nose").mean(), rel=0.01
    )


def test_a_darker_exposure_leaves_the_differences_of_hue():
    from vision.colour.spaces import linear_to_srgb, srgb_to_linear

    darker = np.round(255 * linear_to_srgb(0.6 * srgb_to_linear(portrait().rgb / 255)))
    examination = examined(darker)
    assert value(examination, "face.base.l") < value(portrait_examined(), "face.base.l") - 8
    for code in ("face.cheeks.red", "face.cheeks.light_ratio"):
        assert value(examination, code) == pytest.approx(value(portrait_examined(), code), abs=0.5)


def test_a_lamp_on_one_side_is_an_issue_with_its_ratio_and_lightness_is_not_told():
    from vision.colour.spaces import linear_to_srgb, srgb_to_linear

    slope = np.linspace(1.0, 0.0, portrait().rgb.shape[1])[None, :, None]
    examination = examined(np.round(255 * linear_to_srgb(slope * srgb_to_linear(portrait().rgb / 255))))
    side = next(i for i in examination.quality.issues if i.code == "face.issue.side_light")
    assert side.value is not None and side.limit is not None and side.value > 1.6 > side.limit
    assert value(examination, "face.cheeks.light_ratio") < 1 / 1.6
    lightness = examination.measurement("face.forehead.dl")
    assert lightness is not None and lightness.value is None and lightness.why == "face.why.uneven_light"
    assert examination.quality.value < portrait_examined().quality.value


def test_a_simulated_flush_of_both_cheeks_raises_their_redness():
    rgb = portrait().rgb.astype(np.float64)
    for name in ("cheek_left", "cheek_right"):
        (left, top), (right, bottom) = np.int32(
            [region(portrait_examined(), name).min(0), region(portrait_examined(), name).max(0)]
        )
        rgb[top:bottom, left:right, 1:] *= 0.85
    assert value(examined(rgb), "face.cheeks.red") > value(portrait_examined(), "face.cheeks.red") + 2


# --- what is not measured


def test_a_grey_picture_gives_zones_but_no_colour():
    grey = np.repeat(portrait().rgb.mean(axis=2, keepdims=True), 3, axis=2)
    examination = examined(grey, colour="grey")
    for code in ("face.base.l", "face.lips.da", "face.cheeks.red", "face.gloss.share"):
        measured = examination.measurement(code)
        assert measured is not None and measured.value is None and measured.why == "face.why.no_colour"
    assert "no_colour" in issues(examination)
    assert value(examination, "face.cheeks.light_ratio") > 0
    assert examination.regions


def test_a_blurred_picture_is_said_to_be_blurred():
    import cv2

    assert "blurred" not in issues(portrait_examined())
    assert "blurred" in issues(examined(cv2.GaussianBlur(portrait().rgb, (0, 0), 10)))


def test_an_overexposed_picture_is_said_to_be_so():
    assert "overexposed" in issues(examined(np.minimum(portrait().rgb.astype(float) * 1.12, 255)))


def test_a_white_out_is_refused():
    assert refused(np.minimum(portrait().rgb.astype(float) * 2.2 + 40, 255)) in (
        "face-overexposed",
        "no-face",
    )


def test_two_people_side_by_side_are_refused():
    assert refused(np.hstack([portrait().rgb, portrait().rgb])) == "several-faces"


def test_a_tiny_face_is_refused():
    import cv2

    small = cv2.resize(portrait().rgb, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    frame = np.full((400, 400, 3), 128, np.uint8)
    frame[100 : 100 + small.shape[0], 100 : 100 + small.shape[1]] = small
    assert refused(frame) == "face-small"


def test_half_a_face_is_refused():
    assert refused(portrait().rgb[:, : portrait().rgb.shape[1] // 2]) in (
        "face-cut",
        "no-face",
        "face-turned",
    )


def test_a_cloth_over_nose_and_mouth_is_refused():
    rgb = portrait().rgb.copy()
    nose, chin = region(portrait_examined(), "nose"), region(portrait_examined(), "outline")
    left, right = int(chin[:, 0].min()), int(chin[:, 0].max())
    rgb[int(nose[:, 1].min()) : int(chin[:, 1].max()), left:right] = (60, 110, 200)
    assert refused(rgb) in ("face-covered", "no-face")


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_picture_has_no_face(level):
    assert refused(np.full((300, 400, 3), level, np.uint8)) == "no-face"


def test_noise_has_no_face():
    assert refused(np.random.default_rng(3).integers(0, 256, (300, 400, 3))) == "no-face"


# --- the overlay


def test_the_overlay_keeps_size_and_touches_only_lines():
    drawn = draw_overlay(portrait().rgb, portrait_examined())
    assert drawn.shape == portrait().rgb.shape and drawn.dtype == np.uint8
    changed = (drawn != portrait().rgb).any(axis=2)
    assert 0.005 < changed.mean() < 0.15


def test_every_line_has_a_light_and_a_dark_part():
    for level in (20, 235):
        plain = np.full_like(portrait().rgb, level)
        drawn = draw_overlay(plain, portrait_examined()).max(axis=2)
        assert drawn.min() < 60 and drawn.max() > 220


def test_the_overlay_refuses_another_picture():
    with pytest.raises(ValueError, match="px"):
        draw_overlay(portrait().rgb[:-10], portrait_examined())
