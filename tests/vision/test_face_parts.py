"""The pieces under the face's examination, on numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.colour.spaces import lab_to_linear, linear_to_lab
from vision.face.colour import ZoneColour, difference, pooled, zone_colour
from vision.face.detect import find_faces, keep_best
from vision.face.zones import find_hair


def zone(lab: tuple[float, float, float], sd: float = 0.5) -> ZoneColour:
    return ZoneColour(np.array(lab), np.full(3, sd), 1.0, 0.0, 0.0, 0.2, 0.01)


def test_of_two_boxes_that_share_most_only_the_better_stays():
    boxes = np.array([[0, 0, 10, 10], [1, 1, 10, 10], [50, 50, 10, 10]], np.float64)
    # The first two share 81 of 119 px.
    assert keep_best(boxes, np.array([0.7, 0.9, 0.8]), 0.3).tolist() == [1, 2]
    assert keep_best(boxes, np.array([0.7, 0.9, 0.8]), 0.7).tolist() == [1, 2, 0]
    assert keep_best(boxes[:0], np.array([]), 0.3).tolist() == []


@given(
    shade=st.floats(0.3, 1.0),
    light=st.floats(50, 80),
    red=st.floats(5, 25),
    yellow=st.floats(5, 30),
)
def test_a_shade_changes_no_difference_of_hue(shade, light, red, yellow):
    lab = np.array([light, red, yellow])
    shaded = linear_to_lab(shade * lab_to_linear(lab))
    told = difference(zone(tuple(shaded)), zone(tuple(lab)))
    assert told.value[1:] == pytest.approx([0, 0], abs=0.05)
    assert told.value[0] <= 1e-6


def test_the_spread_of_a_difference_holds_both_spreads():
    told = difference(zone((60, 10, 10), 0.3), zone((60, 10, 10), 0.4))
    assert told.sd == pytest.approx([0.5, 0.5, 0.5])


def test_a_zone_without_a_colour_has_no_difference():
    with pytest.raises(ValueError, match="no colour"):
        difference(ZoneColour(None, np.zeros(3), 0, 0, 0, 0, 0, "hidden"), zone((60, 10, 10)))


def patch(lab: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.full((40, 40, 3), lab, np.float32), np.full((40, 40, 3), 150, np.uint8)


def test_moles_and_shine_are_left_out_of_a_zone():
    lab, rgb = patch((60, 12, 16))
    lab += np.random.default_rng(1).normal(0, 0.5, lab.shape).astype(np.float32)
    lab[5:9, 5:9] = (25, 8, 10)
    lab[20:30, 20:30] = (92, 1, 2)
    rgb[20:30, 20:30] = 255
    nothing = np.zeros((40, 40), np.bool_)
    told = zone_colour(lab, rgb, ~nothing, nothing, 6)
    assert told.lab == pytest.approx([60, 12, 16], abs=0.1)
    assert told.glare == pytest.approx(100 / 1600, abs=0.002) and told.clipped == pytest.approx(100 / 1600)
    assert told.share < 1 - 116 / 1600 + 0.001


def test_hair_over_most_of_a_zone_hides_it():
    lab, rgb = patch((60, 12, 16))
    hair = np.zeros((40, 40), np.bool_)
    hair[:, :30] = True
    told = zone_colour(lab, rgb, np.ones((40, 40), np.bool_), hair, 6)
    assert told.lab is None and told.why == "hidden"


def test_a_zone_outside_the_picture_is_hidden():
    lab, rgb = patch((60, 12, 16))
    nothing = np.zeros((40, 40), np.bool_)
    assert zone_colour(lab, rgb, nothing, nothing, 6).why == "hidden"


def test_pooled_areas_leave_hidden_ones_out():
    hidden = ZoneColour(None, np.zeros(3), 0, 0, 0, 0, 0, "hidden")
    assert pooled((hidden, zone((50, 10, 10)), zone((60, 20, 20)))).lab == pytest.approx([55, 15, 15])
    assert pooled((hidden,)).lab is None


@pytest.mark.shared
def test_hair_overlaps_the_drawn_labels(shared_data):
    import cv2

    from tcm_station.evaluation.tongue import overlap
    from vision.images import read_image

    shares = []
    for labels in sorted((shared_data / "face" / "with-masks").glob("*-labels.png")):
        drawn = cv2.imread(str(labels), cv2.IMREAD_GRAYSCALE) == 17
        photo = read_image(labels.with_name(labels.stem.removesuffix("-labels") + ".jpg"))
        shares.append(overlap(find_hair(photo.rgb), drawn))
    # 0.50 is a bald head with a thin rim.
    assert np.mean(shares) > 0.75 and min(shares) > 0.4


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("painted/painted-1.jpg", "face-painted"),
        ("painted/painted-2.jpg", "face-painted"),
        ("painted/painted-3.jpg", "face-painted"),
        ("no-face/chelsea.jpg", "no-face"),
        ("no-face/horse.jpg", "no-face"),
        ("no-face/retina.jpg", "no-face"),
        ("covered/covered-r4c10.jpg", "face-covered"),
        ("covered/covered-r5c10.jpg", "face-covered"),
        ("pose/pose-profile-r6c10.jpg", "face-turned"),
        ("pose/pose-up-r3c4.jpg", "face-turned"),
        ("real-public-domain/two-people.jpg", "several-faces"),
        ("real-public-domain/half-face-cut-off.jpg", "face-cut"),
    ],
)
def test_pictures_that_mean_nothing_are_refused_for_their_own_reason(shared_data, name, code):
    from datetime import UTC, datetime

    from tcm_station.domain.errors import Refused
    from tcm_station.domain.examination import Capture, ExamKind
    from vision.face.examine import examine_face
    from vision.images import read_image

    capture = Capture("0" * 64, ExamKind.FACE, "image/jpeg", "file", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Refused) as refusal:
        examine_face(read_image(shared_data / "face" / name), capture)
    assert refusal.value.code == code


@pytest.mark.shared
def test_faces_of_all_skin_tones_are_found(shared_data):
    from vision.images import read_image

    pictures = sorted((shared_data / "face" / "skin-tones").glob("*-r?c1*.jpg"))
    assert len(pictures) > 15
    assert [p.name for p in pictures if len(find_faces(read_image(p).rgb)) != 1] == []
