"""Live camera: devices by name, what one look at a frame finds, and a burst of which the sharpest is kept.

Looking is slow (some ten ms) and belongs in a worker; frames in between are dropped by `CameraSource`.
"""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tcm_station.devices.base import CameraDriver
from tcm_station.devices.cameras import (
    FolderCamera,
    LiveCamera,
    PhantomCamera,
    VideoFileCamera,
    find_cameras,
)
from tcm_station.devices.stream import CameraSource
from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import ExamKind

Image = NDArray[np.uint8]
Outline = tuple[tuple[float, float], ...]

BURST = 5
BURST_WITHIN_S = 6.0
LOOK_SIDE_PX = 640  # the coarse look; sharpness is judged on the whole frame
PHANTOM_FPS = 20.0
_PHANTOM_FILE = "samples/tongue_heart_spleen.png"
_FACE_FILE = "samples/portrait.jpg"
MOST_SHAKE = 2.0  # percent of the width of what is looked at, from look to look
MOST_TURN_DEG, LEAST_EYES_PX = 15.0, 120.0


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion of the gate. at_least: the value must reach the limit, else not pass it.

    code: words at `live.gate.<code>`. unit: as it is shown.
    """

    code: str
    value: float
    limit: float
    at_least: bool
    unit: str = ""
    decimals: int = 1

    @property
    def passed(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def share(self) -> float:
        """Value against the limit as a share, 0..2, the limit at 1."""
        return min(2.0, max(0.0, self.value / self.limit if self.limit else 0.0))


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a frame found. outlines: px of the frame. problem: why nothing was found."""

    number: int
    size: tuple[int, int]
    outlines: tuple[Outline, ...]
    rows: tuple[Row, ...]
    problem: Refused | None
    seconds: float

    @property
    def failing(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.passed)

    @property
    def good(self) -> bool:
        """Whether the gate lets it pass."""
        return self.problem is None and bool(self.rows) and not self.failing

    @property
    def sharpness(self) -> float:
        return next((row.value for row in self.rows if row.code == "blurred"), 0.0)


class Looker:
    """Looks at frames one after another and knows how far the thing moved. For one thread at a time."""

    def __init__(self, kind: ExamKind) -> None:
        self.kind = kind
        self._middle: tuple[float, float] | None = None

    def look(self, number: int, rgb: Image) -> Look:
        """One look. Never raises for what it sees: the reason is in `problem`."""
        began = time.perf_counter()
        size = (rgb.shape[1], rgb.shape[0])
        try:
            finder = _find_face if self.kind is ExamKind.FACE else _find_tongue
            outline, width, rows = finder(rgb)
        except Refused as why:
            self._middle = None
            return Look(number, size, (), (), why, time.perf_counter() - began)
        middle = (float(outline[:, 0].mean()), float(outline[:, 1].mean()))
        moved = 0.0 if self._middle is None else 100 * math.dist(middle, self._middle) / max(width, 1.0)
        self._middle = middle
        rows.append(Row("shake", round(moved, 1), MOST_SHAKE, False, "%"))
        points: Outline = tuple((float(x), float(y)) for x, y in outline)
        return Look(number, size, (points,), tuple(rows), None, time.perf_counter() - began)


_UNITS = {"small": ("px", 0), "clipped": ("%", 1), "glare": ("%", 1), "cut_off": ("%", 1), "blurred": ("", 2)}


def _find_tongue(rgb: Image) -> tuple[NDArray[np.float64], float, list[Row]]:
    import cv2

    from vision.tongue.frame import make_frame
    from vision.tongue.quality import criteria, limits, sharpness
    from vision.tongue.segment import segment_tongue

    scale = min(1.0, LOOK_SIDE_PX / max(rgb.shape[:2]))
    small = rgb if scale == 1.0 else cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    coarse = np.ascontiguousarray(small, dtype=np.uint8)
    found = segment_tongue(coarse)
    if not found.present:
        raise Refused("not-a-tongue", percent=round(found.presence * 100))
    values = criteria(coarse, found.mask, make_frame(coarse, found.mask))
    if scale < 1.0:
        # A smaller picture looks sharper and its tongue narrower: both are told for the frame itself.
        whole = cv2.resize(found.mask.astype(np.uint8), rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        values["blurred"] = sharpness(make_frame(rgb, whole.astype(np.bool_)))
        values["small"] /= scale
    rows = []
    for limit in limits():
        unit, decimals = _UNITS.get(limit.code, ("", 0))
        rows.append(Row(limit.code, values[limit.code], limit.warn, limit.at_least, unit, decimals))
    return found.contour.astype(np.float64) / scale, values["small"], rows


def _find_face(rgb: Image) -> tuple[NDArray[np.float64], float, list[Row]]:
    from vision.face.gate import find_the_face
    from vision.face.zones import OUTLINE

    marks = find_the_face(rgb)
    turn = max(abs(marks.yaw_deg), abs(marks.pitch_deg))
    rows = [
        Row("eyes", float(marks.eye_span_px), LEAST_EYES_PX, True, "px", 0),
        Row("turned", float(turn), MOST_TURN_DEG, False, "°", 0),
    ]
    outline = np.asarray(marks.points[list(OUTLINE), :2], dtype=np.float64)
    return outline, float(marks.eye_span_px), rows


# devices
@cache
def _still(kind: ExamKind) -> Image:
    from tcm_station.resources import asset
    from vision.images import read_image

    name = _FACE_FILE if kind is ExamKind.FACE else _PHANTOM_FILE
    return read_image(asset(name).read_bytes(), name).rgb


def phantom_frames(kind: ExamKind) -> Callable[[int], Image]:
    """Frames of a rendered scene that breathes and sways a little, as a person in front of a camera does."""

    def make(number: int) -> Image:
        import cv2

        still = _still(kind)
        t = number / PHANTOM_FPS
        sway = 0.004 * still.shape[1]
        shift = np.array(
            [[1, 0, sway * math.sin(0.7 * t)], [0, 1, 0.7 * sway * math.sin(1.1 * t)]], dtype=np.float64
        )
        moved = cv2.warpAffine(still, shift, still.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
        return np.ascontiguousarray(moved, dtype=np.uint8)

    return make


def camera_numbers() -> tuple[int, ...]:
    """The cameras of this machine that open. Slow: belongs in a worker."""
    return tuple(find_cameras())


def open_camera(device: str, kind: ExamKind, path: str = "") -> CameraSource:
    """device: "phantom", "folder", "video" or "camera:<number>". path: of the folder or film.

    Raises MachineFailed(device-not-opened, device-no-pictures). Slow: belongs in a worker.
    """
    driver: CameraDriver
    if device == "phantom":
        driver = PhantomCamera(phantom_frames(kind), fps=PHANTOM_FPS)
    elif device == "folder":
        driver = FolderCamera(Path(path))
    elif device == "video":
        driver = VideoFileCamera(Path(path))
    else:
        driver = LiveCamera(int(device.partition(":")[2]))
    return CameraSource(driver).open()


class Watcher:
    """Looks at the newest frame of a source again and again, in a thread of its own."""

    def __init__(self, source: CameraSource, kind: ExamKind) -> None:
        self.source = source
        self._looker = Looker(kind)
        self._stop = threading.Event()
        self._latest: Look | None = None
        self._thread = threading.Thread(target=self._watch, name=f"watch {kind.value}", daemon=True)
        self._thread.start()

    def latest(self) -> Look | None:
        """What the last look found, None before the first. Never waits."""
        return self._latest

    def _watch(self) -> None:
        after = -1
        while not self._stop.is_set():
            frame = self.source.wait(after, 0.2)
            if frame is not None:
                after = frame.number
                self._latest = self._looker.look(frame.number, frame.rgb)
            elif not self.source.running:
                return

    def close(self) -> None:
        """Stop looking, and let the camera go. May be called twice."""
        self._stop.set()
        self.source.close()
        self._thread.join()


# a burst
@dataclass(frozen=True, slots=True)
class Shot:
    """One frame of a burst with what was found on it."""

    rgb: Image
    look: Look


def burst(
    source: CameraSource,
    looker: Looker,
    stop: threading.Event,
    count: int = BURST,
    told: Callable[[Shot], None] = lambda shot: None,
) -> tuple[Shot, ...]:
    """The next frames, each looked at; fewer when the camera ends or is too slow.

    told: hears of each shot as it is made, in the thread that calls this.
    """
    shots: list[Shot] = []
    latest = source.latest()
    after = latest.number if latest is not None else -1
    end = time.monotonic() + BURST_WITHIN_S
    while len(shots) < count and not stop.is_set() and time.monotonic() < end:
        frame = source.wait(after, 0.5)
        if frame is None:
            if not source.running:
                break
            continue
        after = frame.number
        shots.append(Shot(frame.rgb, looker.look(frame.number, frame.rgb)))
        told(shots[-1])
    if not shots and latest is not None:
        shots.append(Shot(latest.rgb, looker.look(latest.number, latest.rgb)))
    return tuple(shots)


def sharpest(shots: Sequence[Shot]) -> int:
    """Which shot to keep: of those that pass the gate the sharpest, else the one with the fewest faults."""

    def worth(index: int) -> tuple[bool, int, float]:
        look = shots[index].look
        return look.problem is None, -len(look.failing), look.sharpness

    return max(range(len(shots)), key=worth)
