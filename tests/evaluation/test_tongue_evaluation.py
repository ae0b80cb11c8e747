"""The scorer of tongues: what it counts, what it leaves out, and the intervals it prints."""

import json
from pathlib import Path

import numpy as np
import pytest

from tcm_station.domain.errors import Refused, UsageError
from tcm_station.evaluation.intervals import bootstrap_mean, wilson
from tcm_station.evaluation.report import Report, Row
from tcm_station.evaluation.tongue import evaluate, find_cases, overlap


def _write(path: Path, value: int) -> None:
    import cv2

    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((64, 64, 3) if path.suffix == ".jpg" else (64, 64), value, np.uint8))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Two marked plain pictures of one source, one unmarked, and two empty ones of another."""
    for stem in ("a_1", "a_2", "a_3"):
        _write(tmp_path / "clinic" / "images" / f"{stem}.jpg", 120)
    for stem in ("a_1", "a_2"):
        _write(tmp_path / "clinic" / "masks" / f"{stem}.png", 255)
    for stem in ("n_1", "n_2"):
        _write(tmp_path / "things" / "images" / f"{stem}.jpg", 30)
    return tmp_path


def test_overlap_is_intersection_over_union() -> None:
    left = np.zeros((10, 10), np.bool_)
    right = left.copy()
    left[:, :6], right[:, 4:] = True, True
    assert overlap(left, right) == pytest.approx(2 / 10)
    assert overlap(left, left) == 1.0
    assert overlap(left & False, right & False) == 1.0


def test_a_share_of_eight_in_ten_has_wilson_s_interval() -> None:
    # By hand: (0.8 + z²/20 ± z √(0.016 + z²/400)) / (1 + z²/10) with z = 1.96.
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_groups_not_pictures_are_drawn_for_the_interval() -> None:
    values = [0.5] * 20 + [1.0] * 20
    alone = bootstrap_mean(values, [str(k) for k in range(40)])
    together = bootstrap_mean(values, ["first"] * 20 + ["second"] * 20)
    assert together[0] == 0.5
    assert together[1] == 1.0
    assert together[0] < alone[0] < 0.75 < alone[1] < together[1]


def test_without_splits_every_picture_is_a_test(sources: Path) -> None:
    cases = find_cases(sources, (0,))
    assert [c.image.stem for c in cases] == ["a_1", "a_2", "a_3", "n_1", "n_2"]


def test_an_unmarked_picture_of_a_marked_source_is_unknown_and_not_empty(sources: Path) -> None:
    shows = {c.image.stem: c.shows_tongue for c in find_cases(sources, None)}
    assert shows == {"a_1": True, "a_2": True, "a_3": None, "n_1": False, "n_2": False}


def test_splits_choose_the_fold(sources: Path) -> None:
    (sources / "splits.csv").write_text(
        "source,stem,fold,group\nclinic,a_1,0,g1\nclinic,a_2,1,g2\nthings,n_1,0,g3\nthings,n_2,2,g4\n"
    )
    assert [c.image.stem for c in find_cases(sources, (0,))] == ["a_1", "a_3", "n_1"]


def test_a_tongue_that_is_not_found_counts_as_no_overlap(sources: Path) -> None:
    report = evaluate(sources, with_time=False)
    rows = {(row.name, row.part): row for row in report.rows}
    assert rows["evaluate_tongue.iou_tongue", "clinic"].value == 0.0
    assert rows["evaluate_tongue.found", "clinic"].value == 0.0
    assert rows["evaluate_tongue.refused", "things"].value == 1.0
    assert rows["evaluate_tongue.refused", "*"].n == 2
    assert [name for name, _ in report.worst] == ["clinic/a_1", "clinic/a_2"]


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no pictures"):
        evaluate(tmp_path)


def test_a_folder_must_be_given() -> None:
    with pytest.raises(UsageError, match="data folder"):
        evaluate(None)


def test_the_report_reads_in_both_languages_and_as_json() -> None:
    row = Row("evaluate_tongue.iou_tongue", 3, 0.9512, "1", 0.94, 0.96, "clinic")
    gap = Row("evaluate_tongue.time", 0, None, "ms")
    report = Report("evaluate_tongue.title", (row, gap), (("clinic/a_1", 0.5),))
    for lang, heading, missing in (("en", "figure", "not measured"), ("zh", "指标", "未测")):
        text = report.to_text(lang)  # type: ignore[arg-type]
        assert heading in text
        assert "0.9512" in text
        assert missing in text
    plain = json.loads(report.to_json())
    assert plain["evaluation"] == "tongue"
    assert plain["rows"][0]["value"] == 0.9512
    assert plain["worst"] == [{"name": "clinic/a_1", "value": 0.5}]
