"""Live pages: one advice at a time, and a pulse recording from its start to what is kept. No Qt."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tcm_station.devices.base import PulseDriver
from tcm_station.domain.errors import StationError
from tcm_station.workflow.live import ENOUGH_BEATS, PulseSession, Step, pulse_replay, pulse_simulator
from tcm_station.workflow.live_camera import Look, Shot, Watcher

HOLD_S = 0.4
PLACES = tuple(f"{hand}.{place}" for hand in ("left", "right") for place in ("cun", "guan", "chi"))
DEVICES = ("simulator", "replay")
POOR, FAIR = 0.3, 0.6
LEAST_S = 12.0  # a shorter record holds too few beats for a rhythm


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do now. key: words under `live.advice.`; level: of the message."""

    key: str
    level: str = "notice"
    params: dict[str, Any] = field(default_factory=dict, compare=False)


class Held:
    """One advice at a time, each for at least HOLD_S: what flickers cannot be read.

    The number inside an advice may move at once; only another advice has to wait.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown: Advice | None = None
        self._since = 0.0

    def offer(self, wanted: Advice | None) -> Advice | None:
        """What is shown now, when `wanted` would fit best."""
        now = self._clock()
        if wanted == self._shown:
            self._shown = wanted
        elif self._shown is None or now - self._since >= HOLD_S:
            self._shown, self._since = wanted, now
        return self._shown

    def clear(self) -> None:
        self._shown = None


class CameraLive:
    """A live camera: which device, what the last look found, what to say, and whether it may shoot."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.device = ""
        self.path = ""
        self.cameras: tuple[int, ...] = ()
        self.watcher: Watcher | None = None
        self._held = Held(clock)

    def devices(self) -> tuple[str, ...]:
        """The cameras of this machine, then what needs no hardware."""
        return (*(f"camera:{number}" for number in self.cameras), "phantom", "folder", "video")

    @property
    def running(self) -> bool:
        return self.watcher is not None

    @property
    def look(self) -> Look | None:
        return self.watcher.latest() if self.watcher is not None else None

    def began(self, watcher: Watcher) -> None:
        self.close()
        self._held.clear()
        self.watcher = watcher

    def close(self) -> bool:
        """Let the camera go. True when one was running."""
        watcher, self.watcher = self.watcher, None
        if watcher is not None:
            watcher.close()
        return watcher is not None

    def advice(self) -> Advice | None:
        """The one thing to do now; `params["error"]` holds the reason where nothing was found."""
        return self._held.offer(self._wanted(self.look))

    @staticmethod
    def _wanted(look: Look | None) -> Advice | None:
        if look is None:
            return None
        if look.problem is not None:
            return Advice(f"problem {look.problem.code}", "sign", {"error": look.problem})
        failing = look.failing
        if not failing:
            return Advice("good", "covered")
        return Advice(failing[0].code, "sign", {"row": failing[0], "others": len(look.rows) - len(failing)})

    def may_shoot(self) -> bool:
        look = self.look
        return look is not None and look.good

    def may_use_anyway(self) -> bool:
        """The gate lets a poor picture pass with a reason, never one on which nothing was found."""
        look = self.look
        return look is not None and look.problem is None and not look.good


def shot_settings(shots: Sequence[Shot], kept: int, reason: str = "") -> tuple[tuple[str, str], ...]:
    """How a picture was taken, as a Capture keeps it."""
    failing = ",".join(row.code for row in shots[kept].look.failing)
    told = [("burst", str(len(shots))), ("kept", str(kept + 1))]
    told += [("sharpness", f"{shots[kept].look.sharpness:.2f}")]
    if failing:
        told.append(("failing", failing))
    if reason:
        told.append(("used_anyway", reason))
    return tuple(told)


class PulseLive:
    """A live pulse: device, place, and the recording under way."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.device = DEVICES[0]
        self.place = PLACES[1]
        self.replay: tuple[bytes, str] | None = None
        self.session: PulseSession | None = None
        self.failure: StationError | None = None
        self._held = Held(clock)

    # choices, only while nothing runs
    def step_place(self, by: int = 1) -> None:
        self.place = PLACES[(PLACES.index(self.place) + by) % len(PLACES)]

    def choose_device(self, device: str) -> None:
        if device in DEVICES and not self.running:
            self.device = device

    def load_replay(self, data: bytes, name: str) -> None:
        """Take a record to be played. Raises Refused as reading it does."""
        pulse_replay(data, name)
        self.replay, self.device = (data, name), "replay"

    def make_driver(self) -> PulseDriver | None:
        """The device that is chosen; None while no record to be played was chosen."""
        if self.device == "simulator":
            return pulse_simulator()
        return pulse_replay(*self.replay) if self.replay is not None else None

    # recording
    @property
    def running(self) -> bool:
        return self.session is not None

    def start(self, driver: PulseDriver) -> PulseSession:
        """Begin. Raises MachineFailed when the device does not open."""
        self.close()
        self.failure = None
        self._held.clear()
        session = PulseSession(driver)
        session.start()
        self.session = session
        return session

    def tick(self) -> Step | None:
        """What came since the last tick; None when nothing runs."""
        return self.session.step() if self.session is not None else None

    @property
    def ended(self) -> bool:
        """Whether the device stopped by itself: the end of the record, or a failure."""
        return self.session is not None and not self.session.running

    def finish(self) -> tuple[bytes, dict[str, Any]]:
        """Stop, and what should be kept: the record, and how it was taken (arguments of `take`)."""
        session = self.session
        if session is None:
            raise RuntimeError("nothing runs")
        session.close()
        session.step()  # what came between the last look and the stop
        self.session, self.failure = None, session.failure
        settings = (*session.info.settings, ("position", self.place))
        how: dict[str, Any] = {
            "device": session.info.driver,
            "settings": settings,
            "synthetic": session.info.synthetic,
        }
        return session.record(), how

    def close(self) -> bool:
        """Stop and keep nothing. True when something was running."""
        session, self.session = self.session, None
        if session is not None:
            session.close()
        return session is not None

    # what to say
    def advice(self) -> Advice | None:
        """The one thing to do now."""
        return self._held.offer(self._wanted())

    def _wanted(self) -> Advice | None:
        session = self.session
        if session is None:
            return Advice("start") if self.device == "simulator" or self.replay else Advice("choose_file")
        quality = session.recent_quality()
        if quality is None:
            return Advice("wait")
        if quality == 0.0:
            return Advice("no_beats", "sign")
        if quality < POOR:
            return Advice("hold_still", "reason")
        left = ENOUGH_BEATS - session.clean_beats()
        if left > 0:
            return Advice("more", "reason" if quality < FAIR else "notice", {"n": left})
        return Advice("enough", "covered")

    def too_short(self) -> bool:
        """Whether a stop now would keep too little to measure."""
        return self.session is not None and self.session.seconds < LEAST_S
