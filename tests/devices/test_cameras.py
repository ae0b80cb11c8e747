"""Cameras that need no hardware, and the source that always has the newest picture."""

from pathlib import Path

import numpy as np
import pytest

from tcm_station.devices.cameras import FolderCamera, LiveCamera, PhantomCamera, VideoFileCamera, find_cameras
from tcm_station.devices.stream import CameraSource
from tcm_station.domain.errors import MachineFailed

AT_ONCE = float("inf")


def picture(number: int) -> np.ndarray:
    rgb = np.zeros((24, 32, 3), np.uint8)
    rgb[..., 0] = number % 250
    rgb[..., 2] = 200
    return rgb


def test_the_source_has_the_newest_picture_and_never_waits_for_it() -> None:
    source = CameraSource(PhantomCamera(picture, name="tongue", fps=AT_ONCE))
    assert source.latest() is None
    with source:
        frame = source.wait(50, 5)
        assert frame is not None and frame.number > 50
        assert frame.rgb[0, 0, 0] == frame.number % 250
        assert source.describe().synthetic
    assert source.latest() is not None and not source.running


def test_a_folder_gives_its_pictures_in_order_in_rgb(tmp_path: Path) -> None:
    import cv2

    for number in (1, 2, 3):
        ok, data = cv2.imencode(".png", picture(number * 10)[..., ::-1])
        assert ok
        (tmp_path / f"图{number}.png").write_bytes(data.tobytes())
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    with CameraSource(FolderCamera(tmp_path, fps=AT_ONCE, loop=False)) as source:
        assert source.wait(1, 5) is not None
        assert source.wait(2, 5) is None
        frame = source.latest()
    assert frame is not None and tuple(frame.rgb[0, 0]) == (30, 0, 200)


def test_a_folder_without_pictures_and_a_picture_that_is_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(MachineFailed) as refusal:
        CameraSource(FolderCamera(tmp_path)).open()
    assert refusal.value.code == "device-no-pictures"
    (tmp_path / "a.png").write_bytes(b"no picture")
    with CameraSource(FolderCamera(tmp_path, fps=AT_ONCE)) as source:
        assert source.wait(0, 5) is None
    assert source.failure is not None and source.failure.code == "device-lost"


def test_a_film_is_played_to_its_end(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (32, 24))
    for number in range(12):
        writer.write(picture(number)[..., ::-1].copy())
    writer.release()
    with CameraSource(VideoFileCamera(path, fast=True)) as source:
        assert source.wait(10, 5) is not None
        assert source.describe().fs_hz == pytest.approx(10)
        while source.running:
            source.wait(10**6, 5)
    frame = source.latest()
    assert frame is not None and frame.number == 11 and frame.rgb.shape == (24, 32, 3)


def test_what_is_not_there_cannot_be_opened(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for camera in (VideoFileCamera(tmp_path / "none.avi"), LiveCamera(63)):
        with pytest.raises(MachineFailed) as refusal:
            CameraSource(camera).open()
        assert refusal.value.code == "device-not-opened"
    assert capfd.readouterr().err == ""
    assert list(find_cameras(0)) == []
