"""One photograph of a tongue: found, judged, measured, read by rules, drawn."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind
from tcm_station.domain.finding import Certainty, Source
from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.i18n import LANGS, tr
from vision.images import Picture, read_image
from vision.phantom.sample import BLOOD_STASIS, DAMP_HEAT, HEART_SPLEEN, sample_tongue
from vision.phantom.tongue import TonguePhantom
from vision.tongue.examine import examine_mask, examine_tongue
from vision.tongue.findings import findings_of, rules
from vision.tongue.overlay import draw_overlay, mask_from
from vision.tongue.quality import limits
from vision.tongue.segment import TongueMask

CAPTURE = Capture(
    "0" * 64, ExamKind.TONGUE, "image/png", "test", datetime(2026, 1, 1, tzinfo=UTC), synthetic=True
)


@cache
def drawn(name: str) -> TonguePhantom:
    return sample_tongue(name)


def picture_of(rgb: np.ndarray, colour: str = "srgb") -> Picture:
    return Picture(np.ascontiguousarray(rgb), None, colour, (), "0" * 64)  # type: ignore[arg-type]


def found_of(mask: np.ndarray) -> TongueMask:
    outline, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = max(outline, key=cv2.contourArea).reshape(-1, 2).astype(np.float32)
    return TongueMask(mask, True, 1.0, contour, None, float(mask.mean()), False)


@cache
def examined(name: str) -> Examination:
    return examine_tongue(picture_of(drawn(name).rgb), CAPTURE)


EXPECTED = {
    HEART_SPLEEN: {
        "tongue.body.pale",
        "tongue.shape.tooth_marked",
        "tongue.coating.white",
        "tongue.coating.thin",
    },
    DAMP_HEAT: {"tongue.body.red", "tongue.coating.yellow", "tongue.coating.greasy", "tongue.coating.thick"},
    BLOOD_STASIS: {"tongue.body.purple", "tongue.shape.ecchymosis", "tongue.coating.thin"},
}
NOT_THERE = {
    HEART_SPLEEN: {"tongue.shape.fissured", "tongue.coating.yellow", "tongue.shape.ecchymosis"},
    DAMP_HEAT: {"tongue.coating.white", "tongue.shape.tooth_marked", "tongue.shape.fissured"},
    BLOOD_STASIS: {"tongue.coating.yellow", "tongue.coating.thick", "tongue.shape.spotted"},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_samples_show_the_signs_they_were_drawn_with_and_no_others(name: str) -> None:
    codes = {finding.code for finding in examined(name).findings}
    assert codes >= EXPECTED[name]
    assert not codes & NOT_THERE[name]


def test_findings_are_proposals_that_name_their_measures() -> None:
    examination = examined(HEART_SPLEEN)
    for finding in examination.findings:
        assert finding.certainty is Certainty.PROPOSED and finding.source is Source.TONGUE
        assert finding.evidence and all(examination.measurement(code) for code in finding.evidence)


def test_the_mask_comes_back_out_of_the_examination() -> None:
    truth = drawn(HEART_SPLEEN).mask
    mask = mask_from(examined(HEART_SPLEEN))
    assert (mask & truth).sum() / (mask | truth).sum() > 0.94


def test_the_overlay_changes_the_picture_along_what_was_found_and_only_there() -> None:
    rgb = drawn(HEART_SPLEEN).rgb
    overlay = draw_overlay(rgb, examined(HEART_SPLEEN))
    changed = (overlay != rgb).any(axis=2)
    near = cv2.dilate(mask_from(examined(HEART_SPLEEN)).astype(np.uint8), np.ones((41, 41), np.uint8)) > 0
    assert 0.01 < changed.mean() < 0.3 and not (changed & ~near).any()
    with pytest.raises(ValueError, match="picture"):
        draw_overlay(rgb[:100, :100], examined(HEART_SPLEEN))


def test_every_region_has_words_and_lies_in_the_picture() -> None:
    examination = examined(BLOOD_STASIS)
    width, height = examination.image_size or (0, 0)
    for region in examination.regions:
        assert all(tr(region.name, lang) for lang in LANGS)
        assert all(-20 <= x <= width + 20 and -20 <= y <= height + 20 for x, y in region.points)


def test_a_picture_without_a_tongue_is_refused_with_advice() -> None:
    with pytest.raises(Refused) as refused:
        examine_tongue(picture_of(np.full((480, 640, 3), 180, np.uint8)), CAPTURE)
    assert refused.value.code == "not-a-tongue"
    assert all(refused.value.text(lang) and refused.value.advice(lang) for lang in LANGS)


def spoiled(kind: str) -> tuple[np.ndarray, np.ndarray]:
    phantom = drawn(HEART_SPLEEN)
    rgb, mask = phantom.rgb, phantom.mask
    if kind == "tongue-blurred":
        return cv2.GaussianBlur(rgb, (0, 0), 9), mask
    if kind == "tongue-dark":
        return (rgb * 0.08).astype(np.uint8), mask
    if kind == "tongue-overexposed":
        return np.clip(rgb.astype(int) * 2.6, 0, 255).astype(np.uint8), mask
    if kind == "tongue-too-small":
        small = cv2.resize(rgb, (96, 72), interpolation=cv2.INTER_AREA)
        return small, cv2.resize(mask.astype(np.uint8), (96, 72)) > 0
    rows, columns = np.nonzero(mask)
    y, x = int(np.median(rows)), int(np.median(columns))
    return rgb[y - 120 : y + 120, x - 120 : x + 120], mask[y - 120 : y + 120, x - 120 : x + 120]


@pytest.mark.parametrize(
    "code", ["tongue-blurred", "tongue-dark", "tongue-overexposed", "tongue-too-small", "tongue-cut-off"]
)
def test_a_spoiled_picture_is_refused_for_its_own_reason(code: str) -> None:
    rgb, mask = spoiled(code)
    with pytest.raises(Refused) as refused:
        examine_mask(picture_of(rgb), found_of(mask), CAPTURE)
    assert refused.value.code == code
    assert all(refused.value.text(lang) and refused.value.advice(lang) for lang in LANGS)


def test_a_slightly_dim_picture_is_measured_with_an_issue_and_lower_quality() -> None:
    phantom = drawn(BLOOD_STASIS)
    dim = (phantom.rgb * 0.45).astype(np.uint8)
    examination = examine_mask(picture_of(dim), found_of(phantom.mask), CAPTURE)
    assert "tongue.issue.dark" in {issue.code for issue in examination.quality.issues}
    assert examination.quality.value < examined(BLOOD_STASIS).quality.value == 1.0


def test_every_quality_limit_has_words_and_a_source() -> None:
    for limit in limits():
        assert limit.source
        for lang in LANGS:
            assert tr(f"tongue.issue.{limit.code}", lang, value=1, limit=2)
            assert tr(f"tongue.issue.{limit.code}.advice", lang)
            if limit.error:
                assert tr(f"error.{limit.error}", lang, value=1, limit=2) and tr(
                    f"error.{limit.error}.advice", lang
                )


def test_a_grey_picture_is_examined_without_colours() -> None:
    phantom = drawn(HEART_SPLEEN)
    grey = np.repeat(phantom.rgb[..., 1:2], 3, axis=2)
    examination = examine_mask(picture_of(grey, "grey"), found_of(phantom.mask), CAPTURE)
    coverage = examination.measurement("tongue.coating.coverage")
    assert coverage is not None and coverage.value is None
    assert not any(f.code.startswith(("tongue.body", "tongue.coating")) for f in examination.findings)


def measure(code: str, value: float, sd: float = 0.0, basis: Basis = Basis.UNCALIBRATED) -> Measurement:
    return Measurement(code, value, "1", "test", sd=sd, basis=basis)


def test_a_value_within_its_own_doubt_of_a_limit_gives_no_finding() -> None:
    clear = [measure("tongue.cracks.length", 0.6, 0.1)]
    doubtful = [measure("tongue.cracks.length", 0.45, 0.1)]
    assert [f.code for f in findings_of(clear)] == ["tongue.shape.fissured"]
    assert not findings_of(doubtful)


def test_crimson_needs_a_calibrated_camera() -> None:
    for basis, expected in ((Basis.UNCALIBRATED, False), (Basis.CALIBRATED, True)):
        values = [
            measure("tongue.body.a", 42, basis=basis),
            measure("tongue.body.lightness", 40, basis=basis),
        ]
        assert ("tongue.body.crimson" in {f.code for f in findings_of(values)}) is expected


def test_every_rule_is_readable_and_names_its_source() -> None:
    assert all(rule.source and rule.conditions and rule.margin_sd >= 0 for rule in rules())


@pytest.mark.shared
def test_photographs_of_three_cameras_are_examined_without_a_fault(shared_data: Path) -> None:
    folder = shared_data / "tongue"
    pictures = [
        *sorted((folder / "biohit" / "images").glob("*.jpg"))[::60],
        *sorted((folder / "tonguexpert" / "images").glob("*.jpg"))[::400],
        *sorted((folder / "phone_chart" / "images").glob("*.jpg"))[:2],
    ]
    for path in pictures:
        examination = examine_tongue(read_image(path), CAPTURE)
        assert examination.quality.value > 0.3, path.name
        coverage = examination.measurement("tongue.coating.coverage")
        assert coverage is not None and (coverage.value is None or 0 <= coverage.value <= 1)
        draw_overlay(read_image(path).rgb, examination)
