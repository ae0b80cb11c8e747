"""Beats while the pulse is still being taken, at most LATENCY_S after their upstroke.

The same search as offline runs over the last WINDOW_S seconds whenever a little more has come; a beat is
told once its upstroke lies far enough back that what comes next hardly changes it. A beat that was told is
not taken back, so a live count may differ from the examination of the whole record by a beat in a hundred.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tcm_station.signals.pulse.beats import find_beats
from tcm_station.signals.pulse.wave import PulseKind, Wave

WINDOW_S = 10.0
LATENCY_S = 0.5
SETTLE_S = 0.40  # after the upstroke: the top is past and the filter's end has no more hold
EVERY_S = 0.08  # the search runs again after so much more signal
LEAST_S = 2.5  # less says nothing of a rhythm
APART_S = 0.27  # from the beat before, as offline
RATE_BEATS = 8


@dataclass(frozen=True, slots=True)
class LiveBeat:
    """Seconds since the first sample. quality: 0..1, likeness to the beats of the window."""

    upstroke_s: float
    onset_s: float
    peak_s: float
    quality: float


class LivePulse:
    """Takes blocks of samples as they come and tells new beats. Not for use by two threads at once."""

    def __init__(self, fs_hz: float, kind: PulseKind = PulseKind.PPG) -> None:
        """fs_hz: 25 to 1000. Raises ValueError outside."""
        if not 20 <= fs_hz <= 5000:
            raise ValueError(f"{fs_hz} samples a second")
        self._fs_hz = fs_hz
        self._kind = kind
        self._buffer = np.zeros(0, dtype=np.float32)
        self._taken = 0
        self._searched = 0
        self._beats: list[LiveBeat] = []

    @property
    def seconds(self) -> float:
        """How much has come, in seconds."""
        return self._taken / self._fs_hz

    @property
    def rate_per_min(self) -> float | None:
        """Rate of the last RATE_BEATS beats by their median interval; None before three, or 3 s without."""
        times = [b.upstroke_s for b in self._beats[-RATE_BEATS - 1 :]]
        if len(times) < 3 or self.seconds - times[-1] > 3.0:
            return None
        return float(60 / np.median(np.diff(times)))

    def push(self, block: ArrayLike) -> tuple[LiveBeat, ...]:
        """The beats that this block made sure of, ascending; usually none or one. NaN is a gap."""
        new = np.asarray(block, dtype=np.float32).reshape(-1)
        self._taken += len(new)
        keep = int(WINDOW_S * self._fs_hz)
        self._buffer = np.concatenate((self._buffer, new))[-keep:]
        due = self._taken - self._searched >= EVERY_S * self._fs_hz
        if not due or self._taken < LEAST_S * self._fs_hz:
            return ()
        self._searched = self._taken
        return self._search()

    def _search(self) -> tuple[LiveBeat, ...]:
        if not np.isfinite(self._buffer).any():
            return ()
        start_s = (self._taken - len(self._buffer)) / self._fs_hz
        found = find_beats(Wave(self._buffer, self._fs_hz, self._kind))
        last = self._beats[-1].upstroke_s if self._beats else -1.0
        told: list[LiveBeat] = []
        rows = zip(
            (found.upstroke_s + start_s).tolist(),
            (found.onset_s + start_s).tolist(),
            (found.peak_s + start_s).tolist(),
            found.quality.tolist(),
            strict=True,
        )
        for upstroke, onset, peak, quality in rows:
            if upstroke <= last + APART_S or upstroke > self.seconds - SETTLE_S or not np.isfinite(peak):
                continue
            # Older ones were weighed when they were new, and too late is too late; only the first search
            # looks back.
            if self._beats and upstroke < self.seconds - LATENCY_S:
                continue
            told.append(LiveBeat(round(upstroke, 4), round(onset, 4), round(peak, 4), round(quality, 3)))
            last = upstroke
        self._beats = (self._beats + told)[-RATE_BEATS - 2 :]
        return tuple(told)
