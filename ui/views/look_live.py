"""望, live: the camera with what is found on it, the gate, one advice at a time, a burst of five."""

import threading
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPolygonF
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.domain.examination import ExamKind
from tcm_station.workflow.live_camera import (
    BURST,
    Row,
    Shot,
    Watcher,
    burst,
    camera_numbers,
    open_camera,
    sharpest,
)
from tcm_station.workflow.live_camera import Look as Seen
from tcm_station.workflow.pictures import png_bytes
from ui.style import RIGHT, colour, paint_glyph, paint_text, pen, px
from ui.viewmodels.live import Advice, CameraLive, shot_settings
from ui.viewmodels.look import Look
from ui.views.look_parts import image_of
from ui.views.taking import ErrorWords, TakingPage
from ui.widgets.base import ElidedLabel, Label, SectionHead, column, hairline, row
from ui.widgets.buttons import Button, Field, Segment
from ui.widgets.columns import Columns
from ui.widgets.frames import Message
from ui.widgets.lists import RowState, RowView
from ui.widgets.picture import PictureStrip, PictureView
from ui.words import T, Text, say

RIGHT_WIDTH = 396
FRAME_MS = 33


class GateTable(RowView):
    """The criteria of the gate: state, name, value, limit, and a bar with the limit in its middle."""

    def __init__(self) -> None:
        super().__init__(self._paint_row, "table_row", name=self._words, plain=False, fit=True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @staticmethod
    def _words(item: Row) -> str:
        return say(T(f"live.gate.{item.code}"))

    def _paint_row(self, painter: QPainter, rect: QRectF, item: Row, state: RowState) -> None:
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
        glyph = "done_or_checked" if item.passed else "look"
        paint_glyph(painter, QRectF(rect.left() + px(1), rect.center().y() - px(5), px(10), px(10)), glyph)
        bar = QRectF(rect.right() - px(84), rect.center().y() - px(2), px(80), px(4))
        limit = QRectF(bar.left() - px(72), rect.top(), px(66), rect.height())
        value = QRectF(limit.left() - px(76), rect.top(), px(72), rect.height())
        name = QRectF(rect.left() + px(20), rect.top(), value.left() - rect.left() - px(22), rect.height())
        paint_text(painter, name, self._words(item))
        unit = f" {item.unit}" if item.unit else ""
        paint_text(
            painter, value, f"{item.value:.{item.decimals}f}{unit}", bold=True, align=RIGHT, elide=False
        )
        sign = "≥" if item.at_least else "≤"
        paint_text(painter, limit, f"{sign} {item.limit:g}{unit}", kind="caption", tint="ink2")
        painter.fillRect(bar, colour("sunken"))
        fill = QRectF(bar.left(), bar.top(), bar.width() * item.share / 2, bar.height())
        painter.fillRect(fill, colour("accent" if item.passed else "sign"))
        painter.setPen(pen("ink2"))
        painter.drawLine(
            QPointF(bar.center().x(), bar.top() - px(4)), QPointF(bar.center().x(), bar.bottom() + px(4))
        )


class LookLivePage(TakingPage):
    """Taking a picture of tongue or face. Leaving the page or changing the patient lets the camera go."""

    model: Look
    contexts = ("look", "visit")
    hints = ("look.shoot", "look.use_anyway", "look.overlay", "look.reset_zoom", "look.import", "app.back")
    help = T("live.camera_help")

    def __init__(self, frame) -> None:
        # One model with the result page: what is refused here is shown there, beside its picture.
        super().__init__(frame, frame.page("look").model)
        self.live = CameraLive()
        self._opening: object | None = None
        self._shown = self._looked = -1
        self._stop_burst = threading.Event()
        self._watched_device: str = ""
        self._times: list[float] = []
        self._shots: list[Shot] = []
        self.timer = QTimer(self)
        self.timer.setInterval(FRAME_MS)
        self.timer.timeout.connect(self.tick)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.columns = Columns(
            self._build_left(),
            right=self._build_right(),
            right_foot=self._build_foot(),
            right_width=RIGHT_WIDTH,
            least=430,
        )
        outer.addWidget(self.columns)
        self.restyle()

    # layout
    def _build_left(self) -> QWidget:
        left = QWidget()
        box = column(gap=8, pad=(16, 16, 16, 12))
        left.setLayout(box)
        top = row(gap=8)
        self.parts = Segment([(kind, T(f"look.part.{kind.value}")) for kind in self.model.kinds])
        self.parts.chosen.connect(lambda kind: self.show_kind(ExamKind(kind)))
        top.addWidget(self.parts)
        self.told = ElidedLabel("", "caption", "ink2")
        top.addWidget(self.told, 1)
        self.devices = Segment([(name, device_words(name)) for name in self.live.devices()])
        self.devices.chosen.connect(lambda name: self.choose(str(name)))
        self.overlay = Button(T("action.look.overlay"), "O", icon="overlay", kind="quiet", checkable=True)
        self.overlay.setChecked(True)
        self.overlay.clicked.connect(self._toggle_overlay)
        top.addWidget(self.overlay)
        box.addLayout(top)
        box.addWidget(self.devices, 0, Qt.AlignmentFlag.AlignLeft)
        self.picture = PictureView()
        self.picture.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.picture.dropped.connect(lambda path: self.dropped([path]))
        box.addWidget(self.picture, 1)
        return left

    def _build_right(self) -> QWidget:
        right = QWidget()
        box = column(gap=8, pad=(16, 16, 16, 12))
        right.setLayout(box)
        self.gate_head = SectionHead(T("live.gate_head"))
        box.addWidget(self.gate_head)
        self.gate = GateTable()
        box.addWidget(self.gate)
        self.advice = Message("notice", "")
        box.addWidget(self.advice)
        self.burst_head = SectionHead(T("live.burst"), T("live.burst_note"))
        box.addWidget(self.burst_head)
        strips = row(gap=4)
        self.strips = [PictureStrip() for _ in range(BURST)]
        for strip in self.strips:
            strips.addWidget(strip)
        strips.addStretch(1)
        box.addLayout(strips)
        self.burst_words = Label("", "caption", "ink3", wrap=True)
        box.addWidget(self.burst_words)
        box.addStretch(1)
        return right

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        box = column(gap=8, pad=(16, 8, 16, 12))
        foot.setLayout(box)
        box.addWidget(self.strip)
        self.reason_row = QWidget()
        line = QHBoxLayout(self.reason_row)
        line.setContentsMargins(0, 0, 0, 0)
        self.reason = Field(T("live.reason"))
        self.reason.returnPressed.connect(self._shoot_anyway)
        line.addWidget(self.reason, 1)
        self.reason_row.hide()
        box.addWidget(self.reason_row)
        ways = row(gap=8)
        self.go = Button(T("action.look.shoot"), icon="capture", kind="primary")
        self.go.clicked.connect(self.shoot)
        self.anyway = Button(T("action.look.use_anyway"))
        self.anyway.clicked.connect(self.use_anyway)
        ways.addWidget(self.go, 1)
        ways.addWidget(self.anyway, 1)
        box.addLayout(ways)
        box.addWidget(Label(T("live.anyway_note"), "caption", "ink3", wrap=True))
        return foot

    def restyle(self) -> None:
        self.picture.setMinimumSize(px(300), px(200))
        for strip in self.strips:
            strip.setFixedSize(px(56), px(46))

    # life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "look.shoot": self.shoot,
            "look.use_anyway": self.use_anyway,
            "look.overlay": self._toggle_overlay,
            "look.reset_zoom": self.picture.reset_zoom,
            "look.import": self._import,
            "app.back": self.back,
        }

    def entered(self) -> None:
        self.frame.page("look").follow_visit()
        super().entered()
        self.setFocus()
        self.parts.choose(self.model.kind)
        self._clear()
        self.frame.runner.start(lambda task: camera_numbers(), done=self._found, failed=self.frame.explain)

    def left(self) -> None:
        super().left()
        self._let_go()

    def visit_moved(self) -> None:
        # The picture of one person must not stand under the name of another.
        was_running = self.live.running
        self._let_go()
        self._clear()
        if was_running:
            self.picture.set_state("frozen", T("live.let_go"))
            self.advice.say(T("live.let_go"), T("live.let_go_text"), "notice")

    def _let_go(self) -> None:
        self.timer.stop()
        self._stop_burst.set()
        self._opening = None
        self.live.close()

    def _found(self, numbers: tuple[int, ...]) -> None:
        if not self.frame.is_front(self):
            return
        self.live.cameras = numbers
        now = self.live.device
        self.devices.set_choices([(name, device_words(name)) for name in self.live.devices()], now or None)
        if now in ("phantom",) or (now in self.live.devices() and now.startswith("camera")):
            self.choose(now)
        elif numbers:
            self.choose(f"camera:{numbers[0]}")
        elif self.frame.is_sample:
            self.choose("phantom")
        else:
            self.advice.say(T("live.no_camera"), T("live.no_camera_text"), "notice")

    # devices
    def choose(self, device: str) -> None:
        """Open a device; a folder or film asks which."""
        path = ""
        if device == "folder":
            path = QFileDialog.getExistingDirectory(self.window(), say(T("live.choose_folder")))
        elif device == "video":
            words = f"{say(T('live.films'))} (*.mp4 *.avi *.mov *.mkv *.webm)"
            path, _ = QFileDialog.getOpenFileName(self.window(), say(T("live.choose_film")), "", words)
        if device in ("folder", "video") and not path:
            self.devices.choose(self.live.device)
            return
        self.open(device, path)

    def take_path(self, path: str, kind=None) -> None:
        """A film to be played as a camera."""
        self.open("video", path)

    def open(self, device: str, path: str = "") -> None:
        """Open a device in a worker; the one before is let go first."""
        self.timer.stop()
        self.live.close()
        self.live.device, self.live.path = device, path
        self.devices.choose(device)
        self._clear()
        self.picture.set_state("loading", T("live.opening"))
        token = object()
        self._opening = token
        kind = self.model.kind
        self.frame.runner.start(
            lambda task: Watcher(open_camera(device, kind, path), kind),
            done=partial(self._opened, token),
            failed=partial(self._not_opened, token),
        )

    def _opened(self, token: object, watcher: Watcher) -> None:
        if token is not self._opening:
            watcher.close()  # the page was left, or another device chosen, while it opened
            return
        self._opening = None
        self.live.began(watcher)
        self.timer.start()
        self.show_now()

    def _not_opened(self, token: object, error: StationError) -> None:
        if token is self._opening:
            self._opening = None
            self.picture.set_state("refused", ErrorWords(error), "look")
            self.advice.say(ErrorWords(error), ErrorWords(error, advice=True), "sign")

    def show_kind(self, kind: ExamKind) -> None:
        """Tongue or face."""
        self.model.choose(kind)
        self.parts.choose(kind)
        if self.live.device:
            self.open(self.live.device, self.live.path)

    # pictures
    def _clear(self) -> None:
        self._shown = self._looked = -1
        self._times = []
        self.picture.set_picture(None)
        self.picture.set_overlay(None)
        self.gate.set_items([])
        self.gate_head.say(caption="")
        self.told.say("")
        for strip in self.strips:
            strip.set_picture(None)
        self.burst_words.say("")
        self.reason_row.hide()

    def tick(self) -> None:
        """The newest frame, and what the newest look found on it."""
        watcher = self.live.watcher
        if watcher is None:
            self.timer.stop()
            return
        frame = watcher.source.latest()
        if frame is not None and frame.number != self._shown:
            self._shown = frame.number
            self._times = [*self._times[-29:], frame.at_s]
            self.picture.set_picture(image_of(frame.rgb))
        look = watcher.latest()
        if look is not None and look.number != self._looked:
            self._looked = look.number
            self._show_look(look)
        self._show_advice()
        self._show_burst()
        if not watcher.source.running:
            self._source_over(watcher)

    def _source_over(self, watcher: Watcher) -> None:
        self.timer.stop()
        failure = watcher.source.failure
        if failure is not None:
            self.picture.set_state("refused", ErrorWords(failure), "look")
        else:
            self.picture.set_state("frozen", T("live.film_over"))

    def _show_look(self, look: Seen) -> None:
        self.picture.set_overlay(outlines_image(look))
        self.gate.set_items(list(look.rows))
        passed = len(look.rows) - len(look.failing)
        self.gate_head.say(caption=T("live.gate_count", n=len(look.rows), passed=passed))
        span = self._times[-1] - self._times[0] if len(self._times) > 1 else 0.0
        fps = f"{(len(self._times) - 1) / span:.0f}" if span > 0 else "—"
        width, height = look.size
        self.told.say(
            T(
                "live.camera_told",
                device=device_words(self.live.device),
                width=width,
                height=height,
                fps=fps,
                ms=round(1000 * look.seconds),
            )
        )
        self.anyway.setEnabled(self.live.may_use_anyway() and self.task is None)

    def _show_advice(self) -> None:
        advice = self.live.advice()
        if advice is None:
            return
        title, text = camera_words(advice)
        self.advice.say(title, text, advice.level)
        glyph = {"covered": "done_or_checked"}.get(advice.level, "look")
        self.picture.set_state("live", title, glyph)

    def _show_burst(self) -> None:
        shots = self._shots
        if not shots:
            return
        for strip, shot in zip(self.strips, tuple(shots), strict=False):
            strip.set_picture(image_of(shot.rgb))
        self.burst_words.say(T("live.burst_words", n=len(shots), best=sharpest(shots) + 1))
        if len(shots) >= BURST:
            self._shots = []

    def _toggle_overlay(self) -> None:
        shown = not self.picture.overlay_shown
        self.overlay.setChecked(shown)
        self.picture.show_overlay(shown)

    def show_now(self) -> None:
        draft = self.frame.shell.is_draft
        self.go.say(T("action.look.shoot"), self.frame.hub.keys("look.shoot"))
        self.anyway.say(T("action.look.use_anyway"), self.frame.hub.keys("look.use_anyway"))
        self.go.setEnabled(draft and bool(self.live.device) and self.task is None)
        self.anyway.setEnabled(draft and self.live.may_use_anyway() and self.task is None)

    # shooting
    def shoot(self) -> None:
        """A burst, of which the sharpest is kept; only when the gate lets it pass."""
        if not self.live.running and self.live.device:
            self.open(self.live.device, self.live.path)
        elif not self.live.running:
            self.frame.note(T("live.no_camera"))
        elif self.live.may_shoot():
            self._shoot("")
        else:
            self.frame.note(T("live.gate_says_no"))

    def use_anyway(self) -> None:
        """Ask for the reason why a picture is used that the gate would not let pass."""
        if self.live.may_shoot():
            self._shoot("")
        elif self.live.may_use_anyway():
            self.reason_row.show()
            self.reason.setFocus()
        else:
            self.frame.note(T("live.nothing_found"))

    def _shoot_anyway(self) -> None:
        reason = self.reason.text().strip()
        self.reason.set_error(not reason)
        if reason:
            self.reason.clear()
            self.reason_row.hide()
            self._shoot(reason)

    def _shoot(self, reason: str) -> None:
        watcher = self.live.watcher
        if watcher is None or not self.can_take():
            return
        visit_id, kind = self.frame.shell.visit.id, self.model.kind
        info = watcher.source.describe()
        stop = self._stop_burst = threading.Event()
        seen: list[Shot] = []
        self._shots = seen
        for strip in self.strips:
            strip.set_picture(None)

        def work():
            from tcm_station.workflow.live_camera import Looker

            shots = burst(watcher.source, Looker(kind), stop, told=seen.append)
            if not shots:
                return None
            kept = sharpest(shots)
            settings = (*info.settings, *shot_settings(shots, kept, reason))
            return self.model.take(
                visit_id,
                kind,
                png_bytes(shots[kept].rgb),
                "shot.png",
                device=info.driver,
                settings=settings,
                synthetic=info.synthetic,
            )

        self._run(work)
        self.show_now()

    def _taken(self, visit_id: str | None, refusal) -> None:
        super()._taken(visit_id, refusal)
        if self.frame.is_front(self) and visit_id == self.visit_id:
            self.frame.go("look")

    def _import(self) -> None:
        self.frame.go("look")
        self.frame.page("look").open_dialog()

    def back(self) -> None:
        """Esc: the measuring, then the field for the reason, then back to the result."""
        if self.task is not None:
            self.cancel()
        elif self.reason_row.isVisible():
            self.reason_row.hide()
            self.setFocus()
        else:
            self.frame.go("look")

    def freeze(self) -> None:
        """Let the camera go and keep what is seen (screenshots)."""
        self.timer.stop()
        self.live.close()


def device_words(device: str) -> Text:
    """A device's name; cameras carry their number."""
    if device.startswith("camera:"):
        return T("live.camera_number", n=int(device.partition(":")[2]) + 1)
    return T(f"device.driver.{device}") if device else ""


def camera_words(advice: Advice) -> tuple[Text, Text]:
    """Title and text of an advice about a frame."""
    error = advice.params.get("error")
    if error is not None:
        return ErrorWords(error), ErrorWords(error, advice=True)
    return T(f"live.look.{advice.key}"), T(f"live.look_text.{advice.key}")


def outlines_image(look: Seen) -> QImage:
    """What was found, drawn on nothing: white upon dark, as wide as the picture asks for."""
    width, height = look.size
    made = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    if max(width, height) > 1600:
        scale = 1600 / max(width, height)
        made = QImage(round(width * scale), round(height * scale), made.format())
        made.fill(Qt.GlobalColor.transparent)
    else:
        scale = 1.0
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    thick = max(1.8, made.width() / 400)
    for points in look.outlines:
        shape = QPolygonF([QPointF(x * scale, y * scale) for x, y in points])
        for name, wide, alpha in (("badge.ground", 2 * thick, 0.55), ("badge.ink", thick, 1.0)):
            line = pen(name, 1.0, None, alpha)
            line.setWidthF(wide)
            painter.setPen(line)
            painter.drawPolygon(shape)
    painter.end()
    return made


def show_live(window) -> None:
    """For the picture of the page: wait for a look, then hold still."""
    import time

    from PySide6.QtCore import QCoreApplication

    page = window.page("look_live")
    end = time.monotonic() + 10.0
    while time.monotonic() < end and page.live.look is None:
        QCoreApplication.processEvents()
    page.tick()
    page.freeze()
