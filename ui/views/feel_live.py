"""切, live: the sweep, its quality, rate and clean beats, the average beat as it grows."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.workflow.examine import read_bytes
from tcm_station.workflow.live import ENOUGH_BEATS, PulseSession, Step, pulse_simulator
from ui.style import colour, paint_text, px
from ui.viewmodels.feel import Feel
from ui.viewmodels.live import DEVICES, PLACES, Advice, PulseLive
from ui.views.feel import place_words
from ui.views.taking import ErrorWords, RefusedBox, TakingPage
from ui.widgets.base import Drawn, Label, SectionHead, column, row
from ui.widgets.beat import AverageBeat, Beat
from ui.widgets.buttons import Button, Segment, Tag
from ui.widgets.columns import Columns
from ui.widgets.frames import Message
from ui.widgets.quality import QualityRibbon
from ui.widgets.sweep import LiveSweep
from ui.words import T, Text, say

RIGHT_WIDTH = 344
FRAME_MS = 16  # as often as a screen shows another picture
_ROOM = 60  # cells of the ribbon
_PREVIEW_S = 26.0


class Figures(Drawn):
    """Two large numbers side by side, and a bar of how many beats are still wanted."""

    def __init__(self) -> None:
        super().__init__()
        self._rate: tuple[float, float] | None = None
        self._clean = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, rate: tuple[float, float] | None, clean: int) -> None:
        self._rate, self._clean = rate, clean
        words = "—" if rate is None else f"{rate[0]:.0f} ± {rate[1]:.1f}"
        self.setAccessibleName(f"{say(T('live.rate'))} {words} {say(T('live.clean'))} {clean}")
        self.update()

    def retranslate(self) -> None:
        self.set(self._rate, self._clean)

    def natural(self) -> tuple[float, float]:
        return (280, 72)

    def draw(self, painter: QPainter) -> None:
        half = self.width() / 2
        rate = "—" if self._rate is None else f"{self._rate[0]:.0f}"
        spread = "" if self._rate is None else f"± {self._rate[1]:.1f} {say(T('live.per_minute'))}"
        for x, head, value, note in (
            (0.0, T("live.rate"), rate, spread),
            (half + px(8), T("live.clean"), str(self._clean), f"/ {ENOUGH_BEATS}"),
        ):
            paint_text(painter, QRectF(x, 0, half, px(16)), say(head), kind="caption", tint="ink2")
            wide = paint_text(painter, QRectF(x, px(18), half, px(40)), value, kind="display", elide=False)
            spot = QRectF(x + wide + px(6), px(34), max(px(20), half - wide - px(8)), px(18))
            paint_text(painter, spot, note, kind="caption", tint="ink2")
        track = QRectF(0, self.height() - px(6), self.width(), px(4))
        painter.fillRect(track, colour("sunken"))
        share = min(1.0, self._clean / ENOUGH_BEATS)
        painter.fillRect(
            QRectF(track.left(), track.top(), track.width() * share, track.height()), colour("accent")
        )


class FeelLivePage(TakingPage):
    """Taking the pulse from a device. Leaving the page or changing the patient stops it."""

    model: Feel
    contexts = ("pulse", "visit")
    hints = ("pulse.record", "pulse.again", "pulse.position", "pulse.amplitude", "pulse.sensor", "app.back")
    help = T("live.pulse_help")

    def __init__(self, frame) -> None:
        super().__init__(frame, Feel(frame.shell))
        self.live = PulseLive()
        self._saving = False
        self.timer = QTimer(self)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.setInterval(FRAME_MS)
        self.timer.timeout.connect(self.tick)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.columns = Columns(
            self._build_left(),
            right=self._build_right(),
            right_foot=self._build_foot(),
            right_width=RIGHT_WIDTH,
            least=440,
        )
        outer.addWidget(self.columns)
        self.restyle()

    # layout
    def _build_left(self) -> QWidget:
        left = QWidget()
        box = column(gap=8, pad=(16, 16, 24, 12))
        left.setLayout(box)
        top = row(gap=8)
        self.places = Segment([(place, place_words(place)) for place in PLACES], self.live.place)
        self.places.chosen.connect(self._choose_place)
        top.addWidget(self.places)
        self.sensor = Tag("", icon="sensor")
        top.addWidget(self.sensor)
        top.addStretch(1)
        self.clock = Label("", "caption", "ink2")
        top.addWidget(self.clock)
        box.addLayout(top)
        self.sweep = LiveSweep()
        box.addWidget(self.sweep, 3)
        ribbon = row(gap=12)
        ribbon.addWidget(Label(T("feel.quality"), "caption", "ink2"))
        self.ribbon = QualityRibbon()
        ribbon.addWidget(self.ribbon, 1)
        box.addLayout(ribbon)
        self.ribbon_words = Label(T("live.ribbon"), "caption", "ink3")
        box.addWidget(self.ribbon_words)
        self.beat_head = SectionHead(T("live.growing"))
        box.addWidget(self.beat_head)
        self.beat = AverageBeat()
        box.addWidget(self.beat, 2)
        return left

    def _build_right(self) -> QWidget:
        right = QWidget()
        box = column(gap=10, pad=(16, 16, 16, 12))
        right.setLayout(box)
        self.figures = Figures()
        box.addWidget(self.figures)
        self.advice = Message("notice", "")
        box.addWidget(self.advice)
        self.refused = RefusedBox()
        self.refused.add_way(T("action.pulse.again"), "R", "again", self.again)
        box.addWidget(self.refused)
        box.addWidget(SectionHead(T("live.device"), "", "S"))
        self.devices = Segment([(device, T(f"device.driver.{device}")) for device in DEVICES])
        self.devices.chosen.connect(lambda device: self.choose_device(str(device)))
        box.addWidget(self.devices, 0, Qt.AlignmentFlag.AlignLeft)
        self.file_row = QWidget()
        line = QHBoxLayout(self.file_row)
        line.setContentsMargins(0, 0, 0, 0)
        self.file = Label("", "caption", "ink2", wrap=True)
        self.choose_file = Button(T("live.choose_file"), "I", icon="folder", small=True)
        self.choose_file.clicked.connect(self.open_dialog)
        line.addWidget(self.file, 1)
        line.addWidget(self.choose_file)
        box.addWidget(self.file_row)
        self.device_note = Label("", "caption", "ink3", wrap=True)
        box.addWidget(self.device_note)
        box.addStretch(1)
        return right

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        box = column(gap=8, pad=(16, 8, 16, 12))
        foot.setLayout(box)
        box.addWidget(self.strip)
        ways = row(gap=8)
        self.go = Button(T("live.start"), kind="primary")
        self.go.clicked.connect(self.toggle)
        self.retry = Button(T("action.pulse.again"), "R", icon="again")
        self.retry.clicked.connect(self.again)
        ways.addWidget(self.go, 1)
        ways.addWidget(self.retry)
        box.addLayout(ways)
        box.addWidget(Label(T("live.kept_note"), "caption", "ink3", wrap=True))
        return foot

    def restyle(self) -> None:
        self.sweep.setMinimumHeight(px(150))
        self.beat.setMinimumHeight(px(140))

    # life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "pulse.record": self.toggle,
            "pulse.again": self.again,
            "pulse.sensor": self._next_device,
            "pulse.simulate": lambda: self.choose_device("simulator"),
            "pulse.import": self.open_dialog,
            "app.back": self.back,
        }

    def entered(self) -> None:
        super().entered()
        self.setFocus()
        self._blank()

    def left(self) -> None:
        super().left()
        self._stop_unkept()

    def visit_moved(self) -> None:
        # The wave of one person must not stand under the name of another.
        self._stop_unkept()
        self._blank()

    def _stop_unkept(self) -> None:
        """Stop the device; what was not kept is said."""
        self.timer.stop()
        if self.live.close():
            self.frame.note(T("live.stopped_unkept"))
            self.sweep.pause()

    def back(self) -> None:
        """Esc: the measuring, then back to the result."""
        if self.task is not None:
            self.cancel()
            self.show_now()
        else:
            self.frame.go("feel")

    # device and place
    def choose_device(self, device: str) -> None:
        if self.live.running:
            self.frame.note(T("live.stop_first"))
        elif device == "replay" and self.live.replay is None:
            self.open_dialog()
        else:
            self.live.choose_device(device)
        self.show_now()

    def _next_device(self) -> None:
        self.choose_device(DEVICES[(DEVICES.index(self.live.device) + 1) % len(DEVICES)])

    def open_dialog(self) -> None:
        """Choose a record to be played as a device."""
        if self.live.running:
            self.frame.note(T("live.stop_first"))
            return
        words = f"{say(T('feel.import_filter'))} (*.csv *.txt *.tsv *.npz *.edf)"
        path, _ = QFileDialog.getOpenFileName(self.window(), say(T("live.choose_file")), "", words)
        if path:
            self.take_path(path)

    def take_path(self, path: str, kind=None) -> None:
        """A record to be played."""
        from pathlib import Path

        source = Path(path)

        def load(task) -> None:
            self.live.load_replay(read_bytes(source), source.name)

        self.frame.runner.start(load, done=lambda _none: self.show_now(), failed=self._not_loaded)

    def play(self, data: bytes, name: str) -> None:
        """Play this record as a device: chosen, not yet begun."""

        def load(task) -> None:
            self.live.load_replay(data, name)

        self.frame.runner.start(load, done=lambda _none: self.show_now(), failed=self._not_loaded)

    def _not_loaded(self, error: StationError) -> None:
        self.advice.say(ErrorWords(error), ErrorWords(error, advice=True), "sign")

    def _choose_place(self, place: object) -> None:
        if self.live.running:
            self.frame.note(T("live.stop_first"))
            self.places.choose(self.live.place)
        else:
            self.live.place = str(place)

    # recording
    def toggle(self) -> None:
        """Start, or stop and keep."""
        if self.live.running:
            self.stop()
        else:
            self.start()

    def start(self) -> None:
        if not self.can_take():
            return
        driver = self.live.make_driver()
        if driver is None:
            self.open_dialog()
            return
        self.model.refused = None
        try:
            session = self.live.start(driver)
        except StationError as error:
            self.frame.explain(error)
            return
        self._begin(session)
        self.timer.start()
        self.show_now()

    def _begin(self, session: PulseSession) -> None:
        self.sweep.begin(unit_words(session.info.unit), session.fs_hz)
        self.ribbon.set([], _ROOM)
        self.beat.set(None)
        self.figures.set(None, 0)

    def again(self) -> None:
        """Throw away what is being taken and begin anew."""
        self.timer.stop()
        self.live.close()
        self.start()

    def stop(self) -> None:
        """Stop the device, keep the record, measure it."""
        self.timer.stop()
        data, how = self.live.finish()
        self.sweep.pause()
        if self.live.failure is not None:
            self.sweep.lost(ErrorWords(self.live.failure))
        self.take_data(data, "pulse.csv", **how)
        self.show_now()

    def taken(self) -> None:
        """It was kept and measured: the result is on the page before this one."""
        if self.isVisible():
            self.frame.go("feel")

    def tick(self) -> None:
        """A new picture: called for each frame while a device runs."""
        step = self.live.tick()
        if step is None:
            self.timer.stop()
            return
        self._show_step(step)
        if self.live.ended:
            self.stop()

    def _show_step(self, step: Step) -> None:
        session = self.live.session
        if session is None:
            return
        if step.values:
            self.sweep.push(step.values)
        for beat in step.beats:
            self.sweep.mark(round(beat.peak_s * session.fs_hz))
        if step.beats:
            self._show_beat(session)
        self._show_figures(session)
        self._show_advice()

    def _show_figures(self, session: PulseSession) -> None:
        self.figures.set(session.rate(), session.clean_beats())
        cells = session.cells()
        self.ribbon.set(cells[-_ROOM:], _ROOM)
        minutes, seconds = divmod(int(session.seconds), 60)
        self.clock.say(f"{minutes:02d}:{seconds:02d}")

    def _show_beat(self, session: PulseSession) -> None:
        told = session.average()
        if told is None:
            return
        from tcm_station.workflow.live import BEAT_STEP_S

        self.beat_head.say(caption=T("live.growing_n", n=told.n))
        unit = unit_words(session.info.unit)
        self.beat.set(Beat(told.mean, BEAT_STEP_S, unit, told.sd, single=told.single))

    def _show_advice(self) -> None:
        advice = self.live.advice()
        if advice is not None:
            self.advice.say(*advice_words(advice), advice.level)

    # showing
    def _blank(self) -> None:
        if not self.live.running:
            self.sweep.begin("", 200.0)
            self.ribbon.set([], _ROOM)
            self.beat.set(None)
            self.beat_head.say(caption="")
            self.figures.set(None, 0)
            self.clock.say("")

    def show_now(self) -> None:
        live, draft = self.live, self.frame.shell.is_draft
        keys = self.frame.hub.keys("pulse.record")
        self.go.say(T("live.stop") if live.running else T("live.start"), keys)
        self.go.setEnabled(draft and self.task is None)
        self.retry.setEnabled(draft and live.running)
        self.devices.choose(live.device)
        self.devices.setEnabled(not live.running)
        self.places.choose(live.place)
        self.file_row.setVisible(live.device == "replay")
        self.file.say(live.replay[1] if live.replay is not None else T("live.no_file"))
        self.device_note.say(T(f"live.note.{live.device}"))
        self.sensor.say(self._sensor_words())
        self.refused.set(self.model.refused)
        self.advice.setVisible(self.model.refused is None)
        self._show_advice()

    def _sensor_words(self) -> Text:
        session = self.live.session
        driver = T(f"device.driver.{self.live.device}")
        if session is None:
            return driver
        return T("live.sensor", driver=driver, fs=f"{session.fs_hz:g}")

    def focusNextPrevChild(self, following: bool) -> bool:
        # Tab on the page itself goes to the next place; from a button it goes on as usual.
        if self.hasFocus() and not self.live.running:
            self.live.step_place(1 if following else -1)
            self.places.choose(self.live.place)
            return True
        return super().focusNextPrevChild(following)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in ("+", "-"):
            self.sweep.amplify(1.25 if event.text() == "+" else 0.8)
        else:
            super().keyPressEvent(event)

    def preview(self, seconds: float = _PREVIEW_S) -> None:
        """Show a recording under way without a device that runs (screenshots): nothing of it is kept."""
        driver = pulse_simulator()
        session = PulseSession(driver)
        self.live.session = session
        self._begin(session)
        driver.configure(speed=float("inf"))
        import threading

        stop = threading.Event()
        while session.seconds < seconds:
            block = driver.read(stop)
            if block is None:
                break
            beats = session.feed(block.values)
            self._show_step(Step(block.first, tuple(block.values.tolist()), beats))
        self.show_now()


def advice_words(advice: Advice) -> tuple[Text, Text]:
    """Title and text of an advice."""
    return T(f"live.advice.{advice.key}", **advice.params), T(f"live.advice_text.{advice.key}")


def unit_words(unit: str) -> str:
    """A relative signal has no unit on its axis."""
    return "" if unit == "1" else unit


def show_live(window) -> None:
    """For the picture of the page."""
    window.page("feel_live").preview()
