"""What finding a tongue promises, on pictures drawn here and on the shared ones where they are."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tcm_station.domain.errors import StationError
from tcm_station.evaluation.tongue import find_cases, overlap, score_case
from tcm_station.resources import asset
from vision import runtime
from vision.phantom.tongue import TongueTruth, render_tongue
from vision.tongue.mouth import find_mouths
from vision.tongue.segment import MODEL, TongueMask, segment_tongue


def _drawn_tongue(height: int = 240, width: int = 320) -> NDArray[np.uint8]:
    """Skin, an open mouth, and a tongue hanging out of it: coarse on purpose."""
    import cv2

    image = np.full((height, width, 3), (205, 160, 140), np.uint8)
    middle = (width // 2, height // 2)
    cv2.ellipse(image, middle, (width // 5, height // 8), 0, 0, 360, (60, 22, 24), -1)
    tongue = (width // 2, height // 2 + height // 9)
    cv2.ellipse(image, tongue, (width // 8, height // 5), 0, 0, 360, (205, 110, 115), -1)
    noise = np.random.default_rng(3).normal(0, 6, image.shape)
    soft = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1.5)
    return np.clip(soft + noise, 0, 255).astype(np.uint8)


def _is_nothing(found: TongueMask) -> bool:
    return not found.present and not found.mask.any() and found.box is None and found.contour.shape == (0, 2)


@pytest.mark.parametrize("grey", [0, 90, 255])
def test_a_blank_picture_shows_no_tongue(grey: int) -> None:
    assert _is_nothing(segment_tongue(np.full((300, 400, 3), grey, np.uint8)))


@pytest.mark.parametrize("colour", [(190, 90, 100), (220, 170, 150), (40, 160, 60)])
def test_one_colour_however_tongue_like_is_no_tongue(colour: tuple[int, int, int]) -> None:
    assert _is_nothing(segment_tongue(np.full((300, 400, 3), colour, np.uint8)))


@pytest.mark.parametrize("seed", range(4))
def test_noise_shows_no_tongue(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    assert _is_nothing(segment_tongue(noise))


@pytest.mark.parametrize("shape", [(1, 1, 3), (20, 20, 3), (47, 300, 3), (4, 20000, 3), (2000, 60, 3)])
def test_pictures_too_small_or_too_long_are_answered_with_nothing_of_their_size(
    shape: tuple[int, int, int],
) -> None:
    found = segment_tongue(np.full(shape, 128, np.uint8))
    assert _is_nothing(found)
    assert found.mask.shape == shape[:2]


@pytest.mark.parametrize("shape", [(100, 100), (100, 100, 4), (0, 100)])
def test_other_shapes_are_our_bug_and_said_so(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        segment_tongue(np.zeros(shape, np.uint8))


def test_floats_are_not_taken_for_a_picture() -> None:
    with pytest.raises(ValueError, match="uint8"):
        segment_tongue(np.zeros((100, 100, 3), np.float32))  # type: ignore[arg-type]


def test_the_same_picture_gives_the_same_mask() -> None:
    image = _drawn_tongue()
    first, second = segment_tongue(image), segment_tongue(image)
    assert first.presence == second.presence
    assert np.array_equal(first.mask, second.mask)
    assert np.array_equal(first.contour, second.contour)


def test_the_model_is_small_and_its_card_names_its_digest() -> None:
    model = asset(f"models/{MODEL}.onnx").read_bytes()
    card = asset(f"models/{MODEL}.card.md").read_text(encoding="utf-8")
    assert len(model) <= 8_000_000
    digests = re.findall(r"\b[0-9a-f]{64}\b", card)
    assert digests == [hashlib.sha256(model).hexdigest()]


def test_a_damaged_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    monkeypatch.setattr(runtime, "asset", lambda _: broken)
    with pytest.raises(StationError, match=r"broken\.onnx") as caught:
        runtime.load_network("broken")
    assert caught.value.code == "model-unreadable"


def test_a_missing_model_is_named() -> None:
    with pytest.raises(StationError, match=r"nowhere\.onnx"):
        runtime.load_network("nowhere")


@pytest.mark.parametrize(
    "truth",
    [
        TongueTruth(),
        TongueTruth(coverage=0.1, body=(50.0, 34.0, 16.0), tooth_marks=8),
        TongueTruth(coverage=0.9, thickness=0.8, coating=(72.0, 6.0, 26.0), teeth=False),
        TongueTruth(cracks=3, deviation_deg=12.0, width_share=0.3, tip_roundness=1.7),
    ],
    ids=["plain", "red with tooth marks", "thick yellow coating", "cracked, narrow, to one side"],
)
def test_a_rendered_tongue_is_outlined(truth: TongueTruth) -> None:
    phantom = render_tongue(truth, 11)
    found = segment_tongue(phantom.rgb)
    assert found.present
    assert overlap(found.mask, phantom.mask) >= 0.9
    assert found.box is not None
    x, y, width, height = found.box
    rows, columns = np.nonzero(found.mask)
    assert (columns.min(), rows.min()) == (x, y)
    assert (np.ptp(columns) + 1, np.ptp(rows) + 1) == (width, height)
    assert found.area_share == pytest.approx(found.mask.mean())
    assert found.contour[:, 0].min() == x
    assert not found.touches_border


def test_a_tongue_small_in_the_picture_is_found() -> None:
    """As on a phone at arm's length: about 1 % of the picture."""
    import cv2

    phantom = render_tongue(TongueTruth(), 5)
    rows, columns = slice(100, 820), slice(180, 1100)
    near = phantom.rgb[rows, columns]
    canvas = np.full((1200, 900, 3), (120, 125, 130), np.uint8)
    small = cv2.resize(near, (230, 180), interpolation=cv2.INTER_AREA)
    canvas[500:680, 330:560] = small
    truth = np.zeros((1200, 900), np.bool_)
    drawn = cv2.resize(phantom.mask[rows, columns].astype(np.uint8), (230, 180), interpolation=cv2.INTER_AREA)
    truth[500:680, 330:560] = drawn > 0
    assert 0.005 < truth.mean() < 0.03
    assert overlap(segment_tongue(canvas).mask, truth) >= 0.85


def test_a_tongue_cut_by_the_edge_says_so() -> None:
    phantom = render_tongue(TongueTruth(), 5)
    rows = np.flatnonzero(phantom.mask.any(axis=1))
    cut = np.ascontiguousarray(phantom.rgb[: int(rows[0] + 0.7 * (rows[-1] - rows[0]))])
    found = segment_tongue(cut)
    assert found.present
    assert found.touches_border


@pytest.mark.shared
def test_real_tongues_of_the_fold_never_learned_from_are_outlined(shared_data: Path) -> None:
    cases = [c for c in find_cases(shared_data, (0,)) if c.source == "biohit"][::8]
    scores = [score_case(case) for case in cases]
    overlaps = [s.iou_tongue for s in scores if s is not None and s.iou_tongue is not None]
    assert len(overlaps) == len(cases) > 4
    assert float(np.mean(overlaps)) > 0.94


@pytest.mark.shared
def test_mouths_lie_in_the_lower_half_of_portraits(shared_data: Path) -> None:
    import cv2

    paths = sorted((shared_data / "face" / "portraits").glob("*.jpg"))
    assert paths
    for path in paths:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        assert picture is not None
        mouths = find_mouths(np.ascontiguousarray(picture[:, :, ::-1]).astype(np.uint8))
        assert mouths, path.name
        height, width = picture.shape[:2]
        assert 0.5 * height < mouths[0].y < height, path.name
        assert abs(mouths[0].x - width / 2) < 0.25 * width, path.name


def test_nothing_has_no_mouth() -> None:
    assert find_mouths(np.full((200, 300, 3), 128, np.uint8)) == []


@pytest.mark.shared
def test_pictures_of_things_are_refused(shared_data: Path) -> None:
    import cv2

    paths = sorted((shared_data / "odd-images").glob("red-cushion-drawn.jpg"))
    paths += sorted((shared_data / "face" / "no-face").glob("*.jpg"))
    assert len(paths) >= 3
    for path in paths:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        assert picture is not None
        assert not segment_tongue(np.ascontiguousarray(picture[:, :, ::-1]).astype(np.uint8)).present, (
            path.name
        )
