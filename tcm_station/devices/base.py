"""What every device says of itself, and what it hands out."""

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class DeviceKind(StrEnum):
    PULSE = "pulse"
    CAMERA = "camera"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """driver: words at `device.driver.<driver>`. name: what to tell two of a kind apart by, such as a file's
    name or a camera's number. fs_hz: samples or frames a second, None when the device does not tell.
    sensor: "ppg" or "pressure" for a pulse device. settings: pairs of text, as a Capture keeps them.
    """

    kind: DeviceKind
    driver: str
    name: str
    fs_hz: float | None = None
    sensor: str | None = None
    unit: str = "1"
    synthetic: bool = False
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """The key of the driver's name."""
        return f"device.driver.{self.driver}"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Samples that came together. first: number of the first sample since the start; at_s: when it was taken,
    in seconds of the monotonic clock; values: float32, shape (n,), NaN where a sample was lost."""

    first: int
    at_s: float
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture. number: since the start; at_s: monotonic clock; rgb: uint8, shape (h, w, 3)."""

    number: int
    at_s: float
    rgb: NDArray[np.uint8]


class PulseDriver(Protocol):
    """A source of samples. Used by one thread at a time; `open` and `close` may be called again and again."""

    def describe(self) -> DeviceInfo:
        """Works before `open`, too."""
        ...

    def configure(self, **settings: float) -> None:
        """Change settings while closed. Raises UserFixable(device-setting) for one that it does not have."""
        ...

    def open(self) -> None:
        """Raises MachineFailed(device-not-opened)."""
        ...

    def read(self, stop: threading.Event) -> Block | None:
        """The next block, waiting until it is due or `stop` is set; None at the end.

        Raises MachineFailed(device-lost) when the device went away.
        """
        ...

    def close(self) -> None: ...


class CameraDriver(Protocol):
    """A source of pictures, used like a PulseDriver."""

    def describe(self) -> DeviceInfo: ...

    def open(self) -> None:
        """Raises MachineFailed(device-not-opened)."""
        ...

    def read(self, stop: threading.Event) -> Frame | None:
        """The next picture, waiting until it is due or `stop` is set; None at the end."""
        ...

    def close(self) -> None: ...
