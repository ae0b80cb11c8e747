"""Threads that serve a device: one reads, others look at what came. Nobody waits for a device elsewhere."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tcm_station.devices.base import CameraDriver, DeviceInfo, Frame, PulseDriver
from tcm_station.devices.ring import RingBuffer
from tcm_station.domain.errors import MachineFailed, StationError

KEPT_S = 180.0
USUAL_FS_HZ = 200.0
STOP_WITHIN_S = 5.0


class _Served(ABC):
    """Opens and closes in the caller's thread, so that those errors are the caller's; reads in its own."""

    def __init__(self, name: str) -> None:
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._failure: StationError | None = None
        self._ended = False
        self._thread: threading.Thread | None = None
        self._name = name

    @property
    def running(self) -> bool:
        """Whether more may still come."""
        return self._thread is not None and not self._ended

    @property
    def failure(self) -> StationError | None:
        """Why the device stopped by itself, None if it did not or simply reached its end."""
        return self._failure

    def _start(self) -> None:
        if self._thread is not None:
            raise RuntimeError("the stream was already started; make a new one")
        self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            self._read_all()
        except StationError as fault:
            self._failure = fault
        except (OSError, ValueError, RuntimeError) as fault:
            # A driver's own error must not die unseen with the thread.
            self._failure = MachineFailed(
                "device-lost", name=self._name, what=str(fault) or type(fault).__name__
            )
        finally:
            with self._news:
                self._ended = True
                self._news.notify_all()

    @abstractmethod
    def _read_all(self) -> None:
        """Read until the driver ends or a person stops it."""

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()

    def _finish(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_WITHIN_S)
            if self._thread.is_alive():
                raise MachineFailed("device-does-not-stop", name=self._name)


class PulseStream(_Served):
    """Samples of a pulse device, kept in a ring of KEPT_S seconds. Use as a context, or close it."""

    def __init__(self, driver: PulseDriver) -> None:
        self._info = driver.describe()
        super().__init__(f"pulse {self._info.driver} {self._info.name}")
        self._driver = driver
        self.ring = RingBuffer(int(KEPT_S * (self._info.fs_hz or USUAL_FS_HZ)))
        self._first_at_s: float | None = None

    def describe(self) -> DeviceInfo:
        """What the device says of itself."""
        return self._info

    @property
    def first_at_s(self) -> float | None:
        """When the first sample was taken (monotonic clock), None before it came."""
        return self._first_at_s

    def start(self) -> Self:
        """Open the device and begin. Raises MachineFailed(device-not-opened)."""
        self._driver.open()
        self._start()
        return self

    def wait(self, samples: int, timeout_s: float) -> bool:
        """Wait until so many samples came, the device ended, or the time is over; whether they came."""
        with self._news:
            self._news.wait_for(lambda: self.ring.written >= samples or self._ended, timeout_s)
        return self.ring.written >= samples

    def all_kept(self) -> NDArray[np.float32]:
        """Every sample that is still kept."""
        return self.ring.since(0)[1]

    def close(self) -> None:
        """Stop and let the device go. May be called twice."""
        self._finish()
        self._driver.close()

    def _read_all(self) -> None:
        while not self._stop.is_set():
            block = self._driver.read(self._stop)
            if block is None:
                return
            if self._first_at_s is None:
                self._first_at_s = block.at_s
            # Samples that the device lost are a gap of their own length, never a jump in time.
            lost = block.first - self.ring.written
            if lost > 0:
                self.ring.skip(lost)
            self.ring.write(block.values)
            self._tell()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class CameraSource(_Served):
    """The newest picture of a camera; older ones are dropped, so that a slow viewer never lags behind."""

    def __init__(self, driver: CameraDriver) -> None:
        self._info = driver.describe()
        super().__init__(f"camera {self._info.driver} {self._info.name}")
        self._driver = driver
        self._latest: Frame | None = None

    def describe(self) -> DeviceInfo:
        """What the camera says of itself."""
        return self._info

    def open(self) -> Self:
        """Open the camera and begin. Raises MachineFailed(device-not-opened)."""
        self._driver.open()
        self._info = self._driver.describe()
        self._start()
        return self

    def latest(self) -> Frame | None:
        """The newest picture, None before the first. Never waits."""
        return self._latest

    def wait(self, after: int, timeout_s: float) -> Frame | None:
        """The newest picture once its number is over `after`; None at the end or when time is over."""
        with self._news:
            self._news.wait_for(lambda: self._number() > after or self._ended, timeout_s)
        return self._latest if self._number() > after else None

    def _number(self) -> int:
        return -1 if self._latest is None else self._latest.number

    def close(self) -> None:
        """Stop and let the camera go. May be called twice."""
        self._finish()
        self._driver.close()

    def _read_all(self) -> None:
        while not self._stop.is_set():
            frame = self._driver.read(self._stop)
            if frame is None:
                return
            self._latest = frame
            self._tell()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
