"""What passes between the steps: the wave as it came, and the beats found in it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]


class PulseKind(StrEnum):
    """What the sensor feels: light through the finger, or the pressure of the artery."""

    PPG = "ppg"
    PRESSURE = "pressure"


class BeatKind(StrEnum):
    """How a beat stands to the beats before it.

    NORMAL: in rhythm. EARLY: sooner than the rhythm allows (an extra beat). AFTER_PAUSE: a whole beat or more
    is missing before it. COMPENSATING: late, but only because the beat before came early.
    FIRST: nothing is known of the time before it (the record begins, or a gap ends, shortly before).
    """

    NORMAL = "normal"
    EARLY = "early"
    COMPENSATING = "compensating"
    AFTER_PAUSE = "after_pause"
    FIRST = "first"


@dataclass(frozen=True, slots=True, eq=False)
class Wave:
    """One channel of pulse wave, kept as it came.

    values: float32, shape (n,), in `unit` ("mmHg", or "1" where relative); NaN where nothing was recorded.
    fs_hz: samples a second. gaps: (from, to) in seconds, ascending. kind: "ppg" or "pressure".
    source: how it was read (a word of `pulse.source.<x>`). notes: keys `pulse.note.<x>` without the prefix.
    synthetic: made by the simulator.
    """

    values: NDArray[np.float32]
    fs_hz: float
    kind: PulseKind = PulseKind.PPG
    unit: str = "1"
    gaps: tuple[tuple[float, float], ...] = ()
    source: str = "memory"
    notes: tuple[str, ...] = ()
    synthetic: bool = False

    @property
    def seconds(self) -> float:
        """Length in seconds, gaps included."""
        return len(self.values) / self.fs_hz


@dataclass(frozen=True, slots=True, eq=False)
class Beats:
    """The beats of a wave, one row each, ascending. Times in seconds from the start; NaN where there is none.

    onset_s: foot of the upstroke; peak_s: systolic peak; notch_s: dicrotic notch; diastolic_s: peak (or
    shoulder) after the notch; upstroke_s: steepest point (what beats are lined up by).
    quality: 0..1, how much the beat resembles the others. kind: BeatKind each.
    inverted: the wave was upside down (systole downwards).
    """

    onset_s: Floats
    peak_s: Floats
    notch_s: Floats
    diastolic_s: Floats
    quality: Floats
    kind: tuple[BeatKind, ...]
    upstroke_s: Floats
    inverted: bool = False

    def __len__(self) -> int:
        return len(self.onset_s)


def no_beats() -> Beats:
    """No beats at all."""
    none = np.zeros(0)
    return Beats(none, none, none, none, none, (), none)
