"""The scorer of faces: what it counts, by folder and by reason."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tcm_station.domain.errors import Refused
from tcm_station.evaluation.face import evaluate

# A synthetic face, SFHQ-dataset, MIT (licence beside it).
PORTRAIT = Path(__file__).resolve().parents[1] / "data" / "face" / "portrait.jpg"


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """A portrait in two folders, one of them a group of skin tone, and a plain picture."""
    import cv2

    for folder, name in (("portraits", "a.jpg"), ("skin-tones", "skin-tones-north-r1c1.jpg")):
        (tmp_path / "face" / folder).mkdir(parents=True)
        shutil.copy(PORTRAIT, tmp_path / "face" / folder / name)
    cv2.imwrite(str(tmp_path / "face" / "portraits" / "b.png"), np.full((200, 200, 3), 90, np.uint8))
    labels = np.zeros((593, 595), np.uint8)
    labels[:60, 200:400] = 17
    cv2.imwrite(str(tmp_path / "face" / "portraits" / "a-labels.png"), labels)
    return tmp_path


def test_measured_and_refused_are_counted_by_folder_and_reason(faces: Path):
    rows = {(row.name.split(".")[1], row.part): row for row in evaluate(faces).rows}
    assert rows["measured", "portraits"].value == 0.5 and rows["measured", "portraits"].n == 2
    assert rows["refused", "portraits no-face"].value == 0.5
    assert rows["findings", "skin-tones/north"].value == 0.0
    assert 0 <= (rows["hair", "a"].value or 0) < 1 and rows["hair", "*"].n == 1
    assert rows["time", ""].n == 2


def test_a_folder_without_pictures_is_refused(tmp_path: Path):
    with pytest.raises(Refused):
        evaluate(tmp_path)
