"""Cameras: real ones, and those that need no hardware (a rendered scene, a folder of pictures, a film)."""

import math
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tcm_station.devices.base import DeviceInfo, DeviceKind, Frame
from tcm_station.domain.errors import MachineFailed

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
USUAL_FPS = 15.0
MOST_PIXELS = 80_000_000
EMPTY_READS = 30  # a camera may need so many tries until its first picture comes

MakeFrame = Callable[[int], NDArray[np.uint8]]


class _PacedCamera(ABC):
    """Hands out pictures `fps` times a second; an infinite fps hands them out at once."""

    def __init__(self, fps: float) -> None:
        if not fps > 0:
            raise ValueError(f"{fps} frames a second")
        self._fps = fps
        self._number = 0
        self._start_s = 0.0

    def open(self) -> None:
        self._number = 0
        self._start_s = time.monotonic()

    def close(self) -> None:  # noqa: B027 - an empty default: these hold no device
        """Nothing is held."""

    def read(self, stop: threading.Event) -> Frame | None:
        rgb = self._picture(self._number)
        if rgb is None:
            return None
        if math.isfinite(self._fps):
            due = self._start_s + self._number / self._fps
            if stop.wait(max(0.0, due - time.monotonic())):
                return None
        frame = Frame(self._number, time.monotonic(), rgb)
        self._number += 1
        return frame

    @abstractmethod
    def _picture(self, number: int) -> NDArray[np.uint8] | None:
        """Picture number `number`, RGB uint8 (h, w, 3); None at the end."""


class PhantomCamera(_PacedCamera):
    """A rendered scene: `make(number)` gives each picture (uint8, h × w × 3, RGB)."""

    def __init__(self, make: MakeFrame, *, name: str = "", fps: float = USUAL_FPS) -> None:
        super().__init__(fps)
        self._make = make
        self._name = name

    def describe(self) -> DeviceInfo:
        return DeviceInfo(DeviceKind.CAMERA, "phantom", self._name, self._fps, synthetic=True)

    def _picture(self, number: int) -> NDArray[np.uint8]:
        return self._make(number)


class FolderCamera(_PacedCamera):
    """The pictures of a folder in the order of their names, again from the first after the last."""

    def __init__(self, folder: Path, *, fps: float = 2.0, loop: bool = True) -> None:
        super().__init__(fps)
        self._folder = folder
        self._loop = loop
        self._paths: list[Path] = []

    def describe(self) -> DeviceInfo:
        return DeviceInfo(DeviceKind.CAMERA, "folder", self._folder.name, self._fps)

    def open(self) -> None:
        super().open()
        try:
            self._paths = sorted(p for p in self._folder.iterdir() if p.suffix.lower() in ENDINGS)
        except OSError as fault:
            what = fault.strerror or type(fault).__name__
            raise MachineFailed("device-not-opened", name=self._folder.name, what=what) from fault
        if not self._paths:
            raise MachineFailed("device-no-pictures", name=self._folder.name)

    def _picture(self, number: int) -> NDArray[np.uint8] | None:
        if number >= len(self._paths) and not self._loop:
            return None
        path = self._paths[number % len(self._paths)]
        return _decoded(path)


def _decoded(path: Path) -> NDArray[np.uint8]:
    """One picture file as RGB, turned upright; its size is looked at before it is decoded."""
    import cv2
    from PIL import Image

    try:
        with Image.open(path) as header:
            pixels = header.size[0] * header.size[1]
    except (OSError, ValueError, Image.DecompressionBombError) as fault:
        raise MachineFailed("device-lost", name=path.name, what=type(fault).__name__) from fault
    if pixels > MOST_PIXELS:
        raise MachineFailed("device-lost", name=path.name, what=f"{pixels} px")
    # Read by bytes: OpenCV's own file names are not Unicode on every system.
    bgr = cv2.imdecode(np.frombuffer(path.read_bytes(), dtype=np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise MachineFailed("device-lost", name=path.name, what="imdecode")
    return np.ascontiguousarray(bgr[:, :, ::-1])


class _OpenCvCamera:
    """What a film and a real camera share: OpenCV's VideoCapture."""

    def __init__(self, source: str | int, name: str) -> None:
        self._source = source
        self._name = name
        self._capture: Any = None
        self._fps: float | None = None
        self._number = 0

    def open(self) -> None:
        import cv2

        # Its own messages would reach the terminal; ours says the same in the user's language.
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        try:
            capture = cv2.VideoCapture(self._source)
        finally:
            cv2.utils.logging.setLogLevel(level)
        if not capture.isOpened():
            capture.release()
            raise MachineFailed("device-not-opened", name=self._name, what="VideoCapture")
        fps = float(capture.get(cv2.CAP_PROP_FPS))
        self._fps = fps if 0 < fps < 1000 else None
        self._capture = capture
        self._number = 0

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _grab(self) -> NDArray[np.uint8] | None:
        ok, bgr = self._capture.read()
        return np.ascontiguousarray(bgr[:, :, ::-1]) if ok and bgr is not None else None

    def _frame(self, rgb: NDArray[np.uint8]) -> Frame:
        frame = Frame(self._number, time.monotonic(), rgb)
        self._number += 1
        return frame


class VideoFileCamera(_OpenCvCamera):
    """A film, played once at its own pace, or at once with `fast`."""

    def __init__(self, path: Path, *, fast: bool = False) -> None:
        super().__init__(str(path), path.name)
        self._path = path
        self._fast = fast
        self._start_s = 0.0

    def describe(self) -> DeviceInfo:
        return DeviceInfo(DeviceKind.CAMERA, "video", self._name, self._fps)

    def open(self) -> None:
        if not self._path.is_file():
            raise MachineFailed("device-not-opened", name=self._name, what="ENOENT")
        super().open()
        self._start_s = time.monotonic()

    def read(self, stop: threading.Event) -> Frame | None:
        rgb = self._grab()
        if rgb is None:
            return None
        if not self._fast:
            due = self._start_s + self._number / (self._fps or USUAL_FPS)
            if stop.wait(max(0.0, due - time.monotonic())):
                return None
        return self._frame(rgb)


class LiveCamera(_OpenCvCamera):
    """A camera of this machine, by its number."""

    def __init__(self, number: int = 0) -> None:
        super().__init__(number, str(number))

    def describe(self) -> DeviceInfo:
        return DeviceInfo(DeviceKind.CAMERA, "camera", self._name, self._fps)

    def read(self, stop: threading.Event) -> Frame | None:
        for _ in range(EMPTY_READS):
            if stop.is_set():
                return None
            rgb = self._grab()
            if rgb is not None:
                return self._frame(rgb)
            stop.wait(0.05)
        raise MachineFailed("device-lost", name=self._name, what="VideoCapture")


def find_cameras(most: int = 4) -> Iterator[int]:
    """Numbers of the cameras that open. Linux only looks at /dev/video*, elsewhere each number is tried."""
    import sys

    for number in range(most):
        if sys.platform.startswith("linux") and not Path(f"/dev/video{number}").exists():
            continue
        camera = LiveCamera(number)
        try:
            camera.open()
        except MachineFailed:
            continue
        camera.close()
        yield number
