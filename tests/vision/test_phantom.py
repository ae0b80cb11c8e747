"""Rendered tongues: deterministic, with a truth that is what was asked for, and marked as synthetic."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from tcm_station.resources import asset
from vision.images import read_image
from vision.phantom.sample import HEART_SPLEEN, SAMPLES, sample_tongue, sample_truth
from vision.phantom.tongue import TongueTruth, png_bytes, render_tongue

SMALL = (640, 480)


@pytest.mark.parametrize("coverage", [0.0, 0.25, 0.40, 0.75, 1.0])
def test_the_coverage_asked_for_is_the_coverage_drawn(coverage: float) -> None:
    phantom = render_tongue(TongueTruth(coverage=coverage, size=SMALL), 3)
    drawn = phantom.coating_mask.sum() / phantom.mask.sum()
    assert drawn == pytest.approx(coverage, abs=0.002)
    assert phantom.rendered.coverage == pytest.approx(coverage, abs=0.002)
    assert not (phantom.coating_mask & ~phantom.mask).any()


def test_the_same_truth_and_seed_give_the_same_picture_and_another_seed_another() -> None:
    truth = TongueTruth(cracks=2, tooth_marks=4, red_spots=3, stasis_spots=2, size=SMALL)
    first, again, other = render_tongue(truth, 7), render_tongue(truth, 7), render_tongue(truth, 8)
    assert np.array_equal(first.rgb, again.rgb) and first.rendered == again.rendered
    assert not np.array_equal(first.rgb, other.rgb)


def test_nothing_is_drawn_that_was_not_asked_for() -> None:
    plain = render_tongue(TongueTruth(moisture=0.0, size=SMALL), 1)
    assert not plain.crack_mask.any() and not plain.highlight_mask.any()
    assert render_tongue(TongueTruth(moisture=0.9, size=SMALL), 1).rendered.highlight_share > 0.03


def test_shares_outside_nought_to_one_are_refused() -> None:
    with pytest.raises(ValueError, match="coverage"):
        render_tongue(TongueTruth(coverage=1.2), 0)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_a_whole_picture_that_says_it_is_synthetic(name: str) -> None:
    phantom = sample_tongue(name)
    data = png_bytes(phantom)
    picture = read_image(data, f"{name}.png")
    assert picture.synthetic and picture.size == sample_truth(name).size
    assert np.array_equal(picture.rgb, phantom.rgb)
    words = Image.open(io.BytesIO(data)).text  # type: ignore[attr-defined]
    assert "not a photograph" in words["Comment"] and words["Software"]


def test_the_committed_sample_is_what_the_renderer_draws() -> None:
    path = asset(f"samples/tongue_{HEART_SPLEEN}.png")
    assert path.stat().st_size < 2_000_000
    stored = read_image(path)
    drawn = sample_tongue(HEART_SPLEEN).rgb.astype(int)
    assert stored.synthetic
    # Other processors round the last bit of a float differently; the JPEG step makes that visible.
    assert np.abs(stored.rgb - drawn).mean() < 0.2


def test_a_picture_is_rendered_in_a_few_seconds_even_on_a_busy_machine() -> None:
    start = time.process_time()
    render_tongue(TongueTruth(), 1)
    assert time.process_time() - start < 4
