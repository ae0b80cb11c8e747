"""闻: the recording with its pauses and pitch, its measures, and the form of voice, breath and smell."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.style import (
    CENTRE,
    colour,
    font,
    paint_box,
    paint_glyph,
    paint_key_cap,
    paint_text,
    pen,
    px,
    width_of,
)
from ui.style.paint import key_cap_width
from ui.viewmodels.listen import FORM, PAUSE_S, FormItem, Listen, Sound
from ui.views.taking import GivingStack, IssueList, Nothing, RefusedBox, SignBox, TakingPage
from ui.widgets.axes import Plane, panel, ticks
from ui.widgets.base import Label, SectionHead, column, hairline, row
from ui.widgets.buttons import Button
from ui.widgets.columns import Columns
from ui.widgets.measurements import MeasurementTable
from ui.words import Name, T, say
from ui.workers import Task

RIGHT_WIDTH = 420
_LEFT = 52  # of the plots inside their panel, px at 100 %


class VoicePlot(QWidget):
    """Waveform, pauses (0.8 s and longer are filled and say how long), and F0 below, on one time axis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sound: Sound | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set(self, sound: Sound | None) -> None:
        self._sound = sound
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(say(T("listen.wave")))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(560), px(230))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(240), px(160))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        panel(painter, rect)
        sound = self._sound
        if sound is None:
            painter.end()
            return
        inner = rect.adjusted(px(_LEFT), px(10), -px(14), -px(24))
        tall = inner.height()
        wave = QRectF(inner.left(), inner.top(), inner.width(), tall * 0.38)
        pause = QRectF(inner.left(), wave.bottom(), inner.width(), max(px(30), tall * 0.14))
        pitch = QRectF(
            inner.left(), pause.bottom() + px(20), inner.width(), inner.bottom() - pause.bottom() - px(20)
        )
        seconds = max(sound.outline.seconds, 0.1)
        self._paint_wave(painter, wave, sound)
        self._paint_pauses(painter, pause, sound, seconds)
        hairline(painter, rect.left() + px(1), rect.right() - px(1), pause.bottom() + px(2))
        self._paint_pitch(painter, pitch, sound, seconds)
        plane = Plane(inner, 0.0, seconds, 0.0, 1.0)
        for value in ticks(0.0, seconds, max(3, round(inner.width() / px(90)))):
            spot = QRectF(plane.x(value) - px(30), inner.bottom() + px(4), px(60), px(16))
            paint_text(painter, spot, f"{value:g}", kind="caption", tint="p_axis", align=CENTRE, elide=False)
        end = QRectF(inner.right() - px(24), inner.bottom() - px(16), px(24), px(16))
        paint_text(painter, end, "s", kind="caption", tint="p_axis")
        painter.end()

    def _name(self, painter: QPainter, rect: QRectF, key: str) -> None:
        spot = QRectF(px(8), rect.center().y() - px(8), px(_LEFT - 12), px(16))
        paint_text(painter, spot, say(T(key)), kind="caption", tint="ink2")

    def _paint_wave(self, painter: QPainter, rect: QRectF, sound: Sound) -> None:
        self._name(painter, rect, "listen.wave_short")
        low, high = sound.outline.low, sound.outline.high
        most = max((abs(v) for v in (*low, *high)), default=0.0) or 1.0
        middle, half = rect.center().y(), rect.height() / 2 * 0.92
        step = rect.width() / max(1, len(low))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("p1"))
        top = [QPointF(rect.left() + i * step, middle - v / most * half) for i, v in enumerate(high)]
        bottom = [QPointF(rect.left() + i * step, middle - v / most * half + 1) for i, v in enumerate(low)]
        painter.drawPolygon(QPolygonF([*top, *reversed(bottom)]))

    def _paint_pauses(self, painter: QPainter, rect: QRectF, sound: Sound, seconds: float) -> None:
        self._name(painter, QRectF(rect.left(), rect.bottom() - px(14), 1, px(12)), "listen.pause_short")
        for start, stop in sound.outline.pauses:
            x = rect.left() + start / seconds * rect.width()
            box = QRectF(x, rect.bottom() - px(13), max(2.0, (stop - start) / seconds * rect.width()), px(10))
            if stop - start >= PAUSE_S:
                painter.fillRect(box, colour("p2"))
                words = f"{stop - start:.1f} s"
                spot = QRectF(box.center().x() - px(30), box.top() - px(16), px(60), px(14))
                paint_text(painter, spot, words, kind="micro", tint="p2", align=CENTRE, elide=False)
            elif box.width() >= px(4):
                painter.setPen(pen("p2"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_pitch(self, painter: QPainter, rect: QRectF, sound: Sound, seconds: float) -> None:
        head = QRectF(px(8), rect.top() - px(18), rect.right() - px(8), px(16))
        paint_text(painter, head, say(T("listen.f0_head")), kind="caption", tint="ink2")
        voiced = sorted(v for v in sound.f0 if v is not None)
        if len(voiced) < 2:
            paint_text(painter, rect, say(T("listen.no_f0")), kind="caption", tint="ink3", align=CENTRE)
            return
        # A stray octave must not squeeze the rest: the axis follows the middle 96 %.
        low, high = voiced[len(voiced) // 50], voiced[-1 - len(voiced) // 50]
        room = max(10.0, 0.25 * (high - low))
        plane = Plane(rect, 0.0, seconds, max(0.0, low - room), high + room)
        for value in ticks(plane.y0, plane.y1, 4):
            y = plane.y(value)
            painter.setPen(pen("p_grid"))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            spot = QRectF(px(4), y - px(8), px(_LEFT - 10), px(16))
            paint_text(
                painter,
                spot,
                f"{value:g}",
                kind="caption",
                tint="p_axis",
                align=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            )
        painter.setPen(pen("p1", 1.4))
        run: list[QPointF] = []
        for index, hz in enumerate((*sound.f0, None)):
            if hz is None or not plane.y0 <= hz <= plane.y1:
                if len(run) > 1:
                    painter.drawPolyline(QPolygonF(run))
                run = []
            else:
                run.append(plane.at(index * sound.f0_step_s, hz))


class FormRow(QWidget):
    """One group of the form: its name, then its signs as boxes; the current group carries key caps.

    answered(digit, "yes" | "no").
    """

    answered = Signal(int, str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._current = name, False
        self._items: tuple[FormItem, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def set(self, items: tuple[FormItem, ...], *, current: bool) -> None:
        self._items, self._current = items, current
        self.setAccessibleName(" ".join([say(T(f"listen.group.{self._name}")), *map(self._words, items)]))
        self.setMinimumHeight(px(32) * len(self._lines()) + px(2))
        self.update()

    def retranslate(self) -> None:
        self.set(self._items, current=self._current)

    def restyle(self) -> None:
        self.setMinimumHeight(px(34))

    @staticmethod
    def _words(item: FormItem) -> str:
        name = say(Name(item.code))
        return say(T("ask.no_item", name=name)) if item.answer == "no" else name

    def _width(self, item: FormItem) -> float:
        return width_of(self._words(item), font("body")) + px(34) + key_cap_width("1") + px(6)

    def _lines(self) -> list[list[tuple[int, QRectF]]]:
        """Boxes of the items, by line: what does not fit goes on below."""
        lines: list[list[tuple[int, QRectF]]] = [[]]
        x, y = px(64), px(3)
        for index, item in enumerate(self._items):
            wide = self._width(item)
            if lines[-1] and x + wide > self.width():
                x, y = px(64), y + px(32)
                lines.append([])
            lines[-1].append((index, QRectF(x, y, wide, px(26))))
            x += round(wide) + px(4)
        return lines

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(px(32) * len(self._lines()) + px(2))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._current:
            painter.fillRect(QRectF(0, px(3), px(3), self.height() - px(8)), colour("accent"))
        head = QRectF(px(8), px(3), px(54), px(26))
        paint_text(painter, head, say(T(f"listen.group.{self._name}")), bold=self._current or None)
        for line in self._lines():
            for index, box in line:
                self._paint_item(painter, box, index)
        hairline(painter, 0, self.width(), self.height() - 1)
        painter.end()

    def _paint_item(self, painter: QPainter, box: QRectF, index: int) -> None:
        item = self._items[index]
        yes, no = item.answer == "yes", item.answer == "no"
        paint_box(painter, box, fill="select" if yes else "raised", line="accent" if yes or no else "line")
        glyph = "finding_yes" if yes else "finding_no" if no else "not_started"
        paint_glyph(painter, QRectF(box.left() + px(8), box.center().y() - px(5), px(10), px(10)), glyph)
        words = QRectF(box.left() + px(24), box.top(), box.width() - px(28), box.height())
        paint_text(
            painter, words, self._words(item), bold=yes or None, tint="ink2" if no else "ink", elide=False
        )
        if self._current:
            paint_key_cap(painter, box.right() - px(6), box.center().y(), str(index + 1))

    def mousePressEvent(self, event) -> None:
        for line in self._lines():
            for index, box in line:
                if box.contains(QPointF(event.position())):
                    no = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                    self.answered.emit(index + 1, "no" if no else "yes")


class ListenPage(TakingPage):
    """Voice, breath, cough and smell of the open visit."""

    model: Listen
    contexts = ("listen", "visit", "tables")
    hints = ("listen.form", "listen.import", "tables.confirm", "tables.negate", "tables.add")
    help = T("listen.help")
    endings = "*.wav"
    dialog_title = T("listen.import_title")
    dialog_filter = T("listen.import_filter")

    def __init__(self, frame) -> None:
        super().__init__(frame, Listen(frame.shell))
        self._key = ""
        self._loading: Task | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.columns = Columns(
            self._build_left(), right=self._build_right(), right_width=RIGHT_WIDTH, least=440
        )
        outer.addWidget(self.columns)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.restyle()

    def _build_left(self) -> QWidget:
        left = QWidget()
        box = column(gap=8, pad=(16, 16, 24, 12))
        left.setLayout(box)
        top = row(gap=8)
        self.wave_head = Label("", "caption", "ink2")
        top.addWidget(self.wave_head)
        top.addStretch(1)
        self.bring_in = Button(T("action.listen.import"), "I", icon="import")
        self.bring_in.clicked.connect(self.open_dialog)
        top.addWidget(self.bring_in)
        box.addLayout(top)
        self.refused = RefusedBox()
        self.refused.add_way(T("feel.another"), "I", "import", self.open_dialog)
        self.refused.add_way(T("look.put_away"), "Esc", "", self.forget_refused)
        box.addWidget(self.refused)
        box.addWidget(self.strip)
        self.stack = GivingStack(170)
        self.nothing = Nothing(
            T("listen.nothing"), T("listen.nothing_text"), T("look.not_done_is_not_normal")
        )
        self.nothing.add_way(T("action.listen.import"), "I", "import", self.open_dialog, first=True)
        self.plot = VoicePlot()
        self.stack.addWidget(self.nothing)
        self.stack.addWidget(self.plot)
        box.addWidget(self.stack, 1)
        self.issues = IssueList()
        box.addWidget(self.issues)
        box.addWidget(SectionHead(T("listen.form"), T("listen.form_note"), T("listen.form_keys")))
        self.rows = []
        rows = column(gap=2)
        for index, (name, _codes) in enumerate(FORM):
            made = FormRow(name)
            made.answered.connect(lambda digit, answer, i=index: self._answer(digit, answer, i))
            rows.addWidget(made)
            self.rows.append(made)
        box.addLayout(rows)
        return left

    def _build_right(self) -> QWidget:
        right = QWidget()
        box = column(gap=6, pad=(16, 16, 16, 12))
        right.setLayout(box)
        self.head = SectionHead(T("look.measurements"))
        box.addWidget(self.head)
        self.table = MeasurementTable(fit=True)
        self.table.key.connect(self.judge_row)
        box.addWidget(self.table)
        self.table_note = Label(T("listen.table_note"), "caption", "ink3", wrap=True)
        box.addWidget(self.table_note)
        self.signs = SignBox(T("look.signs"), self.model)
        self.signs.judged.connect(self.judge)
        self.signs.added.connect(lambda code: self.judge(code, "yes"))
        box.addWidget(self.signs)
        box.addStretch(1)
        box.addWidget(Label(T("listen.no_recording"), "caption", "ink3", wrap=True))
        return right

    def restyle(self) -> None:
        for made in self.rows:
            made.restyle()

    # life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {"listen.import": self.open_dialog, "app.back": self.back}

    def entered(self) -> None:
        super().entered()
        self.setFocus()

    def left(self) -> None:
        super().left()
        self._stop_loading()

    def visit_moved(self) -> None:
        self._stop_loading()
        self._key = ""
        self.plot.set(None)

    def show_now(self) -> None:
        model, exam, draft = self.model, self.model.examination, self.frame.shell.is_draft
        self.refused.set(model.refused)
        self.bring_in.setEnabled(draft)
        self.bring_in.setVisible(exam is not None)
        self.issues.set(model.issues())
        self.stack.setCurrentWidget(self.nothing if exam is None else self.plot)
        self.table.setVisible(exam is not None)
        self.table.set(model.ordered(), model.last_values(), model.glyphs())
        self.table_note.setVisible(exam is not None)
        if exam is None:
            self.head.say(caption=T("look.not_taken"))
            self.wave_head.say("")
        else:
            quality = f"{exam.quality.value:.2f}"
            self.head.say(caption=T("listen.head", quality=quality, method=exam.measurements[0].method))
        for index, (made, (_name, items)) in enumerate(zip(self.rows, model.form(), strict=True)):
            made.set(items, current=index == model.group)
        self.signs.set(model.signs(), editable=draft)
        self._show_sound()

    def _show_sound(self) -> None:
        key = self.model.key()
        if key == self._key:
            return
        self._stop_loading()
        self._key = key
        self.plot.set(None)
        if key:
            self._loading = self.frame.runner.start(
                lambda task: self.model.load(), done=self._loaded, failed=self.frame.explain
            )

    def _loaded(self, sound: Sound | None) -> None:
        self._loading = None
        if sound is None or sound.key != self._key:
            return
        self.plot.set(sound)
        taken = self.model.examination.captures[0].taken_at.strftime("%H:%M")
        told = sound.outline
        self.wave_head.say(
            T("listen.wave_head", seconds=f"{told.seconds:.0f}", khz=f"{told.fs_hz / 1000:g}", time=taken)
        )

    def _stop_loading(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
            self._key = ""

    # doing
    def _answer(self, digit: int, answer: str, group: int | None = None) -> None:
        if group is not None:
            self.model.group = group
        self.model.answer(digit, answer)
        self.show_now()

    def add_sign(self) -> None:
        self.signs.type_sign()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        digit = "!@#$%^&*(".find(event.text()) if event.text() else -1
        if event.text().isdigit() and event.text() != "0":
            self._answer(int(event.text()), "no" if shifted else "yes")
        elif shifted and digit >= 0:
            self._answer(digit + 1, "no")
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.model.step_group(-1 if event.key() == Qt.Key.Key_Up else 1)
            self.show_now()
        elif event.text() == "+":
            self.add_sign()
        else:
            super().keyPressEvent(event)
