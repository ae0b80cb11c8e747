"""切: the average beat, the signs of the pulse by dimension, and the nine places by hand. No Qt."""

from dataclasses import dataclass

from tcm_station.domain.examination import ExamKind, Series
from tcm_station.domain.finding import Polarity
from tcm_station.domain.measurement import Measurement
from tcm_station.workflow import commands
from ui.viewmodels.shell import Shell
from ui.viewmodels.taking import Taking

HANDS = ("left", "right")
DEPTHS = ("superficial", "middle", "deep")
POSITIONS = ("cun", "guan", "chi")
#: What the digits write into one of the nine places.
BY_DIGIT = (
    "pulse.normal",
    "pulse.wiry",
    "pulse.slippery",
    "pulse.thready",
    "pulse.weak",
    "pulse.rough",
    "pulse.tight",
    "pulse.surging",
    "pulse.forceless",
)
#: Signs of each dimension, and the measurement that says whether the dimension was measured at all.
DIMENSIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("depth", "pulse.depth", ("floating", "deep", "hidden", "firm")),
    ("rate", "pulse.rate", ("slow", "moderate", "rapid", "racing")),
    ("rhythm", "pulse.cv", ("irregular", "skipping", "knotted", "intermittent")),
    ("shape", "pulse.w1_t", ("thready", "large", "slippery", "rough", "surging", "long", "short")),
    ("strength", "pulse.strength", ("forceful", "forceless", "replete", "feeble", "weak", "faint")),
    ("tension", "pulse.h3_h1", ("wiry", "tight", "leather")),
)
#: What stands first in the table; the rest follows in the order it was measured.
FIRST = (
    "rate",
    "h1",
    "h3_h1",
    "h4_h1",
    "h5_h1",
    "reflection_index",
    "t1",
    "t4",
    "t",
    "w1_t",
    "cv",
    "rmssd",
    "beats_used",
)
_UPPER_THIRD = 2 / 3


@dataclass(frozen=True, slots=True)
class BeatPicture:
    """The average beat for the eye, heights in `unit` ("" when relative to its own top).

    points: (name, s, height).
    width: (from s, to s, height) at the upper third, None where it was not measured. n: beats in it.
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]
    step_s: float
    unit: str
    points: tuple[tuple[str, float, float], ...]
    width: tuple[float, float, float] | None
    n: int


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of the pulse. codes: signs of it that were read; else `state`: "usual", "open" (measured,
    nothing decided) or "none" (not measured)."""

    name: str
    codes: tuple[str, ...]
    state: str


class Feel(Taking):
    """The pulse of the open visit."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, (ExamKind.PULSE,), ("pulse",))

    def _series(self, name: str) -> Series | None:
        exam = self.examination
        found = exam.series if exam is not None else ()
        return next((s for s in found if s.name == name), None)

    def _value(self, code: str) -> float | None:
        exam = self.examination
        told = exam.measurement(code) if exam is not None else None
        return told.value if told is not None else None

    def _seconds(self, code: str) -> float | None:
        exam = self.examination
        told = exam.measurement(code) if exam is not None else None
        if told is None or told.value is None:
            return None
        return told.value * (0.001 if told.unit == "ms" else 1.0)

    # plots
    def beat(self) -> BeatPicture | None:
        """None without an examination, and where too few beats were good."""
        mean, spread = self._series("pulse.average_beat"), self._series("pulse.average_beat_sd")
        if mean is None or mean.step is None:
            return None
        height = self._value("pulse.h1")
        scale, unit = (height, "mmHg") if height is not None else (1.0, "")
        values = tuple(v * scale for v in mean.values)
        return BeatPicture(
            values,
            tuple(v * scale for v in spread.values) if spread is not None else (),
            mean.step,
            unit,
            self._points(scale),
            self._width(mean, scale),
            round(self._value("pulse.beats_used") or 0),
        )

    def _points(self, scale: float) -> tuple[tuple[str, float, float], ...]:
        points = []
        for place in range(1, 6):
            # h5 stands on the notch: the dicrotic wave's own height over the foot is the reflection index.
            time = self._seconds("pulse.t_dicrotic" if place == 5 else f"pulse.t{place}")
            code = "pulse.reflection_index" if place == 5 else f"pulse.h{place}_h1"
            level = 1.0 if place == 1 else self._value(code)
            if time is not None and level is not None:
                points.append((str(place), time, level * scale))
        return tuple(points)

    def _width(self, mean: Series, scale: float) -> tuple[float, float, float] | None:
        wide = self._seconds("pulse.w1")
        if wide is None or mean.step is None:
            return None
        start = next((i for i, v in enumerate(mean.values) if v >= _UPPER_THIRD), None)
        if start is None:
            return None
        return start * mean.step, start * mean.step + wide, _UPPER_THIRD * scale

    def trace(self) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]] | None:
        """Seconds, values and onset times of the best ten seconds."""
        told, begin, onsets = (self._series(f"pulse.{n}") for n in ("trace", "trace_from", "beats"))
        if told is None or told.step is None:
            return None
        start = begin.values[0] if begin is not None and begin.values else 0.0
        times = tuple(start + i * told.step for i in range(len(told.values)))
        end = times[-1] if times else start
        marks = tuple(t for t in (onsets.values if onsets is not None else ()) if start <= t <= end)
        return times, told.values, marks

    def quality_cells(self, most: int = 60) -> tuple[float, ...]:
        """Quality of each stretch of the record, at most `most` of one length."""
        told = self._series("pulse.quality")
        values = told.values if told is not None else ()
        width = max(1, -(-len(values) // most))
        cells = [values[i : i + width] for i in range(0, len(values), width)]
        return tuple(sum(cell) / len(cell) for cell in cells)

    def ordered(self) -> tuple[Measurement, ...]:
        """The measurements, the ones that are looked at first at the top."""
        exam = self.examination
        if exam is None:
            return ()
        place = {f"pulse.{name}": i for i, name in enumerate(FIRST)}
        return tuple(sorted(exam.measurements, key=lambda m: place.get(m.code, len(place))))

    def dimensions(self) -> tuple[Dimension, ...]:
        """What was read about each dimension; nothing is guessed for the others."""
        present = [f.code for f in self.machine() if f.polarity is Polarity.PRESENT]
        made = []
        for name, code, signs in DIMENSIONS:
            found = tuple(c for c in present if c.removeprefix("pulse.") in signs)
            measured = self._value(code) is not None
            usual = measured and name in ("rate", "rhythm")
            state = "found" if found else "usual" if usual else "open" if measured else "none"
            made.append(Dimension(name, found, state))
        return tuple(made)

    def place_taken(self) -> str:
        """Where the recording was taken ("left.guan"), "" when nobody said."""
        exam = self.examination
        if exam is None:
            return ""
        return dict(exam.captures[0].settings).get("position", "")

    # nine places by hand
    def cells(self, hand: str) -> dict[tuple[str, str], tuple[str, ...]]:
        """Signs by (depth, position) of one hand; a place nobody wrote about is missing."""
        made: dict[tuple[str, str], list[str]] = {}
        for finding in self.said():
            if finding.side == hand and finding.location and finding.polarity is Polarity.PRESENT:
                depth, _, position = finding.location.partition(".")
                made.setdefault((depth, position), []).append(finding.code)
        order = {code: i for i, code in enumerate(BY_DIGIT)}
        return {k: tuple(sorted(v, key=lambda c: order.get(c, 99))) for k, v in made.items()}

    def write(self, hand: str, depth: str, position: str, digit: int) -> bool:
        """Write the sign of a digit (1–9) into a place, or take it out again."""
        if not 1 <= digit <= len(BY_DIGIT) or not self.shell.is_draft:
            return False
        code, location = BY_DIGIT[digit - 1], f"{depth}.{position}"
        if code in self.cells(hand).get((depth, position), ()):
            return self.shell.do(commands.forget_finding(code, side=hand, location=location))
        said = commands.judge_finding(code, Polarity.PRESENT, side=hand, location=location)
        return self.shell.do(said)

    def proposed(self) -> tuple[str, ...]:
        """Codes of what the machine read, whatever was said about it."""
        return tuple(f.code for f in self.machine() if f.polarity is Polarity.PRESENT)

    def mine(self) -> tuple[str, ...]:
        """Codes that the practitioner stands behind, each once."""
        return tuple(s.code for s in self.signs() if s.glyph in ("finding_yes", "finding_added"))
