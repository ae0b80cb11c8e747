"""Pulse devices without hardware: a simulator that never ends, and a record played again."""

import math
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tcm_station.devices.base import Block, DeviceInfo, DeviceKind
from tcm_station.domain.errors import UserFixable

BLOCK_S = 0.04
PIECE_S = 30.0

# seconds, number of the piece → samples; the same arguments give the same samples
MakeWave = Callable[[float, int], NDArray[np.float32]]


class _Paced(ABC):
    """Hands out samples at `speed` times real time; an infinite speed hands them out at once."""

    def __init__(self, fs_hz: float, speed: float) -> None:
        if not speed > 0:
            raise ValueError(f"speed {speed}")
        self._fs_hz = fs_hz
        self._speed = speed
        self._next = 0
        self._start_s = 0.0

    def configure(self, **settings: float) -> None:
        """speed: times real time, over 0. Raises UserFixable(device-setting)."""
        for key, value in settings.items():
            if key != "speed" or not value > 0:
                raise UserFixable("device-setting", setting=key, value=value)
            self._speed = value

    def open(self) -> None:
        self._next = 0
        self._start_s = time.monotonic()

    def close(self) -> None:  # noqa: B027 - an empty default: these hold no device
        """Nothing is held."""

    def read(self, stop: threading.Event) -> Block | None:
        first, count = self._next, max(1, round(BLOCK_S * self._fs_hz))
        values = self._samples(first, count)
        if len(values) == 0:
            return None
        at_s = self._start_s
        if math.isfinite(self._speed):
            at_s += first / self._fs_hz / self._speed
            due = at_s + len(values) / self._fs_hz / self._speed
            if stop.wait(max(0.0, due - time.monotonic())):
                return None
        self._next += len(values)
        return Block(first, at_s, values)

    @abstractmethod
    def _samples(self, first: int, count: int) -> NDArray[np.float32]:
        """`count` samples from sample `first` on; fewer at the end."""


class SimulatorDriver(_Paced):
    """An endless simulated pulse, made piece by piece by the function that is handed in."""

    def __init__(
        self,
        make: MakeWave,
        fs_hz: float,
        *,
        name: str = "",
        sensor: str = "pressure",
        unit: str = "mmHg",
        speed: float = 1.0,
    ) -> None:
        super().__init__(fs_hz, speed)
        self._make = make
        self._name, self._sensor, self._unit = name, sensor, unit
        self._piece: tuple[int, NDArray[np.float32]] = (-1, np.zeros(0, dtype=np.float32))

    def describe(self) -> DeviceInfo:
        settings = (("fs_hz", f"{self._fs_hz:g}"),)
        return DeviceInfo(
            DeviceKind.PULSE, "simulator", self._name, self._fs_hz, self._sensor, self._unit, True, settings
        )

    def _samples(self, first: int, count: int) -> NDArray[np.float32]:
        length = round(PIECE_S * self._fs_hz)
        number, at = divmod(first, length)
        if self._piece[0] != number:
            self._piece = (number, np.asarray(self._make(PIECE_S, number), dtype=np.float32)[:length])
        return self._piece[1][at : at + count]


class ReplayDriver(_Paced):
    """A record, played once from its start."""

    def __init__(
        self,
        values: NDArray[np.float32],
        fs_hz: float,
        *,
        name: str = "",
        sensor: str = "ppg",
        unit: str = "1",
        synthetic: bool = False,
        speed: float = 1.0,
    ) -> None:
        super().__init__(fs_hz, speed)
        self._values = np.asarray(values, dtype=np.float32)
        self._info = DeviceInfo(
            DeviceKind.PULSE, "replay", name, fs_hz, sensor, unit, synthetic, (("fs_hz", f"{fs_hz:g}"),)
        )

    def describe(self) -> DeviceInfo:
        return self._info

    def _samples(self, first: int, count: int) -> NDArray[np.float32]:
        return self._values[first : first + count]
