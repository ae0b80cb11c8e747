"""闻: a recording of the voice with its pauses, and what ear and nose found, by hand. No Qt."""

from dataclasses import dataclass

from tcm_station.domain.examination import ExamKind
from tcm_station.domain.finding import Polarity
from tcm_station.domain.measurement import Measurement
from tcm_station.workflow import commands
from tcm_station.workflow.live import Outline, voice_outline
from ui.viewmodels.shell import Shell
from ui.viewmodels.taking import Taking

#: The form: each group with its signs; digits choose within the current group.
FORM: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("voice", ("voice.low", "voice.loud", "voice.hoarse", "voice.loss")),
    ("speech", ("voice.reluctant", "voice.talkative", "symptom.sighing", "voice.groaning")),
    ("breath", ("voice.breath_short", "voice.breath_coarse", "voice.wheeze")),
    ("cough", ("voice.cough_feeble", "voice.cough_harsh")),
    ("smell", ("smell.breath_foul", "smell.breath_sour", "smell.sweat")),
    ("told", ("symptom.sputum_smelly", "symptom.foul_stool")),
)
PAUSE_S = 0.8  # as the measurement counts them


@dataclass(frozen=True, slots=True)
class FormItem:
    """One sign of the form. answer: "yes", "no" or None (nobody said)."""

    code: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording for the eye: its outline, and F0 by time (None where there is no voice)."""

    key: str
    outline: Outline
    f0: tuple[float | None, ...]
    f0_step_s: float


class Listen(Taking):
    """The voice of the open visit. `group` is the row of the form that digits write into."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, (ExamKind.VOICE,), ("voice", "smell"))
        self.group = 0

    def ordered(self) -> tuple[Measurement, ...]:
        exam = self.examination
        return exam.measurements if exam is not None else ()

    # the form
    def form(self) -> tuple[tuple[str, tuple[FormItem, ...]], ...]:
        """Groups with their items as they stand."""
        found = self.visit.findings_by_hand if self.visit is not None else ()
        said = {f.code: "no" if f.polarity is Polarity.ABSENT else "yes" for f in found}
        return tuple((name, tuple(FormItem(c, said.get(c)) for c in codes)) for name, codes in FORM)

    def step_group(self, by: int) -> None:
        self.group = max(0, min(len(FORM) - 1, self.group + by))

    def answer(self, digit: int, answer: str = "yes", group: int | None = None) -> bool:
        """Say yes or no to an item (from 1) of a group; the same again takes it back."""
        name_codes = FORM[self.group if group is None else group]
        if not 1 <= digit <= len(name_codes[1]) or not self.shell.is_draft:
            return False
        code = name_codes[1][digit - 1]
        now = next(i.answer for _, items in self.form() for i in items if i.code == code)
        if now == answer:
            return self.shell.do(commands.forget_finding(code))
        polarity = Polarity.ABSENT if answer == "no" else Polarity.PRESENT
        return self.shell.do(commands.judge_finding(code, polarity))

    # the sound: slow, for a worker
    def key(self) -> str:
        """Names the recording that should be shown now; "" for none."""
        exam = self.examination
        return exam.captures[0].sha256 if exam is not None else ""

    def load(self) -> Sound | None:
        """The recording at the front, drawn small. Raises StationError."""
        exam = self.examination
        if exam is None:
            return None
        key = exam.captures[0].sha256
        outline = voice_outline(self.shell.desk.raw(key), "wav")
        told = next((s for s in exam.series if s.name == "voice.f0"), None)
        values = told.values if told is not None else ()
        step = (told.step or 0.01) if told is not None else 0.01
        return Sound(key, outline, tuple(v if v > 0 else None for v in values), step)
