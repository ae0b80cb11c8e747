"""Live pulse: a device, the beats as they come, the average beat as it grows, and the record that is kept.

This is where devices and signals meet. `PulseSession.step` is called a few dozen times a second by whoever
shows it; the device itself is read by a thread of its own (`tcm_station.devices.stream`).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tcm_station.devices.base import DeviceInfo, PulseDriver
from tcm_station.devices.playback import PIECE_S, ReplayDriver, SimulatorDriver
from tcm_station.devices.stream import PulseStream
from tcm_station.domain.errors import StationError
from tcm_station.domain.examination import ExamKind
from tcm_station.signals.pulse.live import LiveBeat, LivePulse
from tcm_station.signals.pulse.quality import USABLE
from tcm_station.signals.pulse.wave import PulseKind, Wave

Samples = NDArray[np.float32]
Numbers = NDArray[np.float64]

SIMULATOR_HZ = 200.0
SIMULATOR_S = 4 * PIECE_S  # the simulator repeats itself after so long
BEAT_STEP_S = 0.005
CELL_S = 2.0
ENOUGH_BEATS = 30
SHOWN_BEATS = 24
MOST_S = 1800.0
LENGTH_TOLERANCE = 0.2

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".heic", ".heif", ".tif", ".tiff", ".webp", ".bmp"})
WAVES = frozenset({".csv", ".txt", ".npz", ".edf", ".tsv"})
SOUNDS = frozenset({".wav"})
FILMS = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm"})


def method_of(name: str) -> str | None:
    """Which method takes a file of this name: "look", "feel", "listen", "film"; None when none does."""
    ending = Path(name).suffix.lower()
    for endings, method in ((IMAGES, "look"), (WAVES, "feel"), (SOUNDS, "listen"), (FILMS, "film")):
        if ending in endings:
            return method
    return None


def kinds_of(method: str) -> tuple[ExamKind, ...]:
    """The kinds of examination that a method holds."""
    return {
        "look": (ExamKind.TONGUE, ExamKind.FACE),
        "listen": (ExamKind.VOICE,),
        "feel": (ExamKind.PULSE,),
    }[method]


@cache
def _simulated(shape: str) -> Samples:
    from tcm_station.signals.pulse.synth import PulseTruth, simulate_pulse

    wave, _ = simulate_pulse(PulseTruth(shape), seconds=SIMULATOR_S, fs_hz=SIMULATOR_HZ, seed=7)
    return wave.values


def pulse_simulator(shape: str = "normal", *, speed: float = 1.0) -> SimulatorDriver:
    """The pulse simulator as a device: mmHg, SIMULATOR_HZ samples a second, without an end."""
    length = round(PIECE_S * SIMULATOR_HZ)

    def make(seconds: float, number: int) -> Samples:
        values = _simulated(shape)
        at = number % round(SIMULATOR_S / PIECE_S) * length
        return values[at : at + length]

    return SimulatorDriver(make, SIMULATOR_HZ, speed=speed)


def pulse_replay(data: bytes, name: str, *, speed: float = 1.0) -> ReplayDriver:
    """A recorded pulse as a device, played at its own pace. Raises Refused as `read_wave` does."""
    from tcm_station.signals.pulse.read import read_wave

    wave = read_wave(data, name)
    return ReplayDriver(
        wave.values,
        wave.fs_hz,
        name=name,
        sensor=wave.kind.value,
        unit=wave.unit,
        synthetic=wave.synthetic,
        speed=speed,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What came since the last step. first: number of the first sample; values: NaN where one was lost."""

    first: int
    values: tuple[float, ...]
    beats: tuple[LiveBeat, ...]


@dataclass(frozen=True, slots=True)
class GrowingBeat:
    """The average so far: heights above the foot in the device's unit, BEAT_STEP_S apart; n beats in it."""

    mean: tuple[float, ...]
    sd: tuple[float, ...]
    single: tuple[tuple[float, ...], ...]
    n: int


class PulseSession:
    """One recording under way. Use it from one thread; the device has its own."""

    def __init__(self, driver: PulseDriver) -> None:
        self.stream = PulseStream(driver)
        self.info: DeviceInfo = self.stream.describe()
        self.fs_hz = float(self.info.fs_hz or SIMULATOR_HZ)
        self._live = LivePulse(self.fs_hz, PulseKind(self.info.sensor or PulseKind.PPG))
        self._parts: list[Samples] = []
        self._taken = 0
        self._beats: list[LiveBeat] = []
        self._rows: list[Numbers] = []

    def start(self) -> None:
        """Open the device. Raises MachineFailed(device-not-opened)."""
        self.stream.start()

    def step(self) -> Step:
        """Take in what has come. Never waits."""
        first, new = self.stream.ring.since(self._taken)
        if first > self._taken:  # the looker was away for longer than the ring holds
            self.feed(np.full(first - self._taken, np.nan, dtype=np.float32))
        beats = self.feed(new)
        return Step(first, tuple(new.tolist()), beats)

    def feed(self, values: Samples) -> tuple[LiveBeat, ...]:
        """Take samples in; the beats that they made sure of."""
        if len(values) == 0:
            return ()
        self._parts.append(values)
        self._taken += len(values)
        told = self._live.push(values)
        for beat in told:
            self._beats.append(beat)
            self._add_row()
        return told

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return self.stream.running and self.seconds < MOST_S

    @property
    def failure(self) -> StationError | None:
        """Why the device stopped by itself."""
        return self.stream.failure

    @property
    def seconds(self) -> float:
        return self._taken / self.fs_hz

    def rate(self) -> tuple[float, float] | None:
        """Beats a minute and the sd over the last beats; None while too little has come."""
        rate = self._live.rate_per_min
        times = np.array([b.upstroke_s for b in self._beats[-12:]])
        if rate is None or len(times) < 4:
            return None
        gaps = np.diff(times)
        gaps = gaps[gaps < 1.5 * np.median(gaps)]  # a beat that was missed is no slow beat
        return (rate, float(np.std(60 / gaps, ddof=1))) if len(gaps) >= 3 else None

    def clean_beats(self) -> int:
        """Beats good enough to be measured."""
        return sum(beat.quality >= USABLE for beat in self._beats)

    def cells(self) -> tuple[float, ...]:
        """Quality 0..1 of each full stretch of CELL_S; 0 where no beat was found."""
        # A beat is told up to half a second after its upstroke: the newest stretch waits for it.
        count = int((self.seconds - 0.6) / CELL_S)
        made: list[list[float]] = [[] for _ in range(max(0, count))]
        for beat in self._beats:
            at = int(beat.upstroke_s / CELL_S)
            if at < count:
                made[at].append(beat.quality)
        return tuple(sum(cell) / len(cell) if cell else 0.0 for cell in made)

    def recent_quality(self, seconds: float = 4.0) -> float | None:
        """Mean quality of the last beats; 0 when none came, None before `seconds` of signal."""
        if self.seconds < seconds:
            return None
        last = [b.quality for b in self._beats if b.upstroke_s >= self.seconds - seconds]
        return sum(last) / len(last) if last else 0.0

    def _add_row(self) -> None:
        """Lay down the beat before the one that has just been told: its end is known now."""
        if len(self._beats) < 2:
            return
        one, following = self._beats[-2], self._beats[-1]
        lead = one.upstroke_s - one.onset_s
        start, stop = one.onset_s, following.upstroke_s - lead
        typical = [b.upstroke_s - a.upstroke_s for a, b in zip(self._beats, self._beats[1:], strict=False)]
        usual = float(np.median(typical))
        good = min(one.quality, following.quality) >= USABLE
        if not good or abs(stop - start - usual) > LENGTH_TOLERANCE * usual:
            return
        values = self.values_between(start - 0.02, stop + 0.02)
        if len(values) < 8 or not np.isfinite(values).all():
            return
        grid = np.arange(0, stop - start, BEAT_STEP_S)
        first = int((start - 0.02) * self.fs_hz)
        at = (np.append(start + grid, stop)) * self.fs_hz - first
        row = np.interp(at, np.arange(len(values)), values.astype(np.float64))
        share = np.append(grid / (stop - start), 1.0)
        row = row - (row[0] + (row[-1] - row[0]) * share)
        self._rows.append(row[:-1])

    def values_between(self, start_s: float, stop_s: float) -> Samples:
        """Samples of a stretch of the record, seconds from its start."""
        begin, end = max(0, int(start_s * self.fs_hz)), max(0, int(stop_s * self.fs_hz))
        parts, seen = [], self._taken
        for part in reversed(self._parts):
            seen -= len(part)
            if seen < end:
                parts.append(part)
            if seen <= begin:
                break
        joined = np.concatenate(parts[::-1]) if parts else np.zeros(0, dtype=np.float32)
        return joined[begin - seen : end - seen]

    def average(self) -> GrowingBeat | None:
        """The average of the good beats so far; None before three."""
        if len(self._rows) < 3:
            return None
        length = int(np.median([len(row) for row in self._rows]))
        table = np.full((len(self._rows), length), np.nan)
        for k, row in enumerate(self._rows):
            table[k, : min(len(row), length)] = row[:length]
        known = np.isfinite(table).sum(axis=0)
        length = int(np.argmax(known < 2)) if (known < 2).any() else length
        table = table[:, :length]
        single = tuple(tuple(np.round(row[:length], 3).tolist()) for row in self._rows[-SHOWN_BEATS:])
        return GrowingBeat(
            tuple(np.nanmean(table, axis=0).tolist()),
            tuple(np.nanstd(table, axis=0, ddof=1).tolist()),
            single,
            len(self._rows),
        )

    def wave(self) -> Wave:
        """All that was recorded, as it came."""
        from tcm_station.signals.pulse.read import gaps_of

        values = np.concatenate(self._parts) if self._parts else np.zeros(0, dtype=np.float32)
        return Wave(
            values,
            self.fs_hz,
            PulseKind(self.info.sensor or PulseKind.PPG),
            self.info.unit,
            gaps_of(values.astype(np.float64), self.fs_hz),
            "device",
            (),
            self.info.synthetic,
        )

    def record(self) -> bytes:
        """The record as a file that can be imported again."""
        from tcm_station.signals.pulse.synth import csv_bytes

        return csv_bytes(self.wave())

    def close(self) -> None:
        """Stop and let the device go. May be called twice."""
        self.stream.close()


def upright(data: bytes, name: str) -> NDArray[np.uint8]:
    """A picture as it is shown and measured: upright, sRGB, (h, w, 3). Raises Refused."""
    from vision.images import read_image

    return read_image(data, name).rgb


@dataclass(frozen=True, slots=True)
class Outline:
    """A sound drawn small: low and high of each column (−1..1), seconds in all, pauses as (from s, to s)."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    seconds: float
    fs_hz: float
    pauses: tuple[tuple[float, float], ...]


def voice_outline(data: bytes, name: str, columns: int = 600) -> Outline:
    """A recording drawn small, with its pauses by the same rule that counts them. Raises Refused."""
    from tcm_station.signals.voice.examine import SILENCE_DBFS, SOUNDING_DB
    from tcm_station.signals.voice.pitch import STEP_S, runs, track
    from tcm_station.signals.voice.read import read_voice

    sound = read_voice(data, name)
    pieces: list[Any] = np.array_split(sound.values, min(columns, len(sound.values)))
    level = track(sound.values, sound.fs_hz).level_db
    loud = float(np.quantile(level, 0.95))
    sounding = level > max(loud - SOUNDING_DB, SILENCE_DBFS)
    ends = np.flatnonzero(sounding)
    pauses: list[tuple[float, float]] = []
    if len(ends):
        for a, b in runs(~sounding[ends[0] : ends[-1] + 1]):
            pauses.append((float((a + ends[0]) * STEP_S), float((b + ends[0]) * STEP_S)))
    return Outline(
        tuple(round(float(piece.min()), 4) for piece in pieces),
        tuple(round(float(piece.max()), 4) for piece in pieces),
        len(sound.values) / sound.fs_hz,
        sound.fs_hz,
        tuple(pauses),
    )
