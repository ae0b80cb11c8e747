"""Pulse devices that need no hardware, and the stream that serves any of them."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcm_station.devices.base import Block, DeviceInfo, DeviceKind
from tcm_station.devices.playback import ReplayDriver, SimulatorDriver
from tcm_station.devices.ring import RingBuffer
from tcm_station.devices.stream import PulseStream
from tcm_station.domain.errors import MachineFailed, UserFixable
from tcm_station.i18n import LANGS, tr

AT_ONCE = float("inf")


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 40))
def test_a_ring_keeps_the_newest_samples_and_their_numbers(lengths: list[int], size: int) -> None:
    ring, everything = RingBuffer(size), np.zeros(0, np.float32)
    for n in lengths:
        new = np.arange(len(everything), len(everything) + n, dtype=np.float32)
        ring.write(new)
        everything = np.concatenate((everything, new))
    first, kept = ring.since(0)
    assert ring.written == len(everything)
    assert first == max(0, len(everything) - size)
    assert np.array_equal(kept, everything[first:])
    assert np.array_equal(ring.last(5), everything[-5:][-size:] if len(everything) else everything)


def test_a_replayed_record_arrives_whole_in_order_and_ends() -> None:
    values = np.arange(1003, dtype=np.float32)
    with PulseStream(ReplayDriver(values, 100, name="a.csv", speed=AT_ONCE)) as stream:
        assert stream.wait(1003, 5)
        assert not stream.wait(1004, 5)
        assert np.array_equal(stream.all_kept(), values)
        assert not stream.running and stream.failure is None
        assert stream.first_at_s is not None


def test_the_simulator_never_ends_and_goes_on_from_piece_to_piece() -> None:
    def make(seconds: float, piece: int) -> np.ndarray:
        return np.full(round(seconds * 50), piece, np.float32)

    stream = PulseStream(SimulatorDriver(make, 50, speed=AT_ONCE)).start()
    try:
        assert stream.wait(4000, 5)
        assert stream.running
        info = stream.describe()
        assert info.synthetic and info.kind is DeviceKind.PULSE and info.fs_hz == 50
    finally:
        stream.close()
    assert not stream.running
    stream.close()


def test_replay_keeps_pace_with_the_clock_at_the_speed_that_was_set() -> None:
    driver = ReplayDriver(np.zeros(100, np.float32), 100, speed=AT_ONCE)
    driver.configure(speed=10)
    with PulseStream(driver) as stream:
        assert stream.wait(100, 5)
        assert stream.first_at_s is not None
    with pytest.raises(UserFixable) as refusal:
        driver.configure(gain=2)
    assert refusal.value.code == "device-setting"


class Broken:
    """A device that loses samples, then goes away."""

    def __init__(self) -> None:
        self.blocks = [Block(0, 1.0, np.ones(10, np.float32)), Block(15, 1.1, np.ones(10, np.float32))]
        self.closed = False

    def describe(self) -> DeviceInfo:
        return DeviceInfo(DeviceKind.PULSE, "simulator", "broken", 100.0)

    def configure(self, **settings: float) -> None: ...

    def open(self) -> None: ...

    def read(self, stop: threading.Event) -> Block | None:
        if not self.blocks:
            raise OSError("unplugged")
        return self.blocks.pop(0)

    def close(self) -> None:
        self.closed = True


def test_lost_samples_are_a_gap_and_a_lost_device_is_told_while_what_came_is_kept() -> None:
    device = Broken()
    with PulseStream(device) as stream:
        assert stream.wait(25, 5)
        assert not stream.wait(26, 5)
        kept = stream.all_kept()
    assert np.isnan(kept[10:15]).all() and np.isfinite(kept[:10]).all() and np.isfinite(kept[15:]).all()
    assert isinstance(stream.failure, MachineFailed) and stream.failure.code == "device-lost"
    assert device.closed
    for lang in LANGS:
        assert "unplugged" in stream.failure.text(lang) and stream.failure.advice(lang)


def test_every_driver_has_its_name_in_both_languages() -> None:
    for lang in LANGS:
        for driver in ("simulator", "replay", "phantom", "folder", "video", "camera"):
            assert tr(f"device.driver.{driver}", lang)
