"""What lies over a page: the scrim, the error page, the red flag, the focus ring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.style import colour, paint_box, paint_icon, pen, px
from ui.widgets.base import Ground, Label, Rule, column, row
from ui.widgets.buttons import Button, CheckBox, SegmentPart
from ui.words import Text, say

_SCRIM = 0.32


class Scrim(QWidget):
    """Darkens the window while a dialog is open."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setGeometry(window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        shade = colour("ink" if colour("ink").lightness() < 128 else "sunken")
        shade.setAlphaF(_SCRIM)
        painter.fillRect(self.rect(), shade)
        shade.setAlphaF(1.0)
        painter.end()


class FloatingDialog(QDialog):
    """A frameless dialog inside the window, over a scrim; Esc closes it. top: px below the window's top."""

    def __init__(self, window: QWidget, width: float, top: float) -> None:
        super().__init__(window)
        self.setWindowFlags(Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._window, self._wide, self._top = window, width, top
        self._scrim: Scrim | None = None

    def place(self) -> None:
        """Put it where it belongs; again after its content changed."""
        window = self._window
        wide = min(px(self._wide), window.width() - px(32))
        self.setFixedWidth(wide)
        self.adjustSize()
        top = min(px(self._top), max(px(16), window.height() - self.height() - px(16)))
        corner = window.mapToGlobal(QPoint((window.width() - wide) // 2, top))
        self.move(corner)

    def showEvent(self, event) -> None:
        if self._scrim is None:
            self._scrim = Scrim(self._window)
        self.place()
        super().showEvent(event)

    def hideEvent(self, event) -> None:
        if self._scrim is not None:
            self._scrim.deleteLater()
            self._scrim = None
        super().hideEvent(event)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), fill="raised", line="line_strong", radius="radius.dialog")
        painter.end()


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from an error: words of the button, its key, what it does. The first one is the safe one."""

    words: Text
    keys: str
    run: Callable[[], None]


class ErrorDialog(FloatingDialog):
    """What happened, to which thing, with the numbers; up to two ways on; copyable detail with no names in
    it."""

    def __init__(
        self,
        window: QWidget,
        title: Text,
        text: Text,
        advice: Sequence[Text],
        ways: Sequence[Way],
        *,
        detail: Text = "",
        icon: str = "disk",
        copy_words: Text = "",
    ) -> None:
        super().__init__(window, 560, 190)
        self.setAccessibleName(say(title))
        self._ways = list(ways)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        body = row(gap=12, pad=(24, 20, 24, 16))
        body.addWidget(_IconMark(icon), 0, Qt.AlignmentFlag.AlignTop)
        words = column(gap=6)
        words.addWidget(Label(title, "title", wrap=True))
        words.addWidget(Label(text, "lead", "ink2", wrap=True))
        if advice:
            words.addSpacing(px(6))
            words.addWidget(_NumberedBox(advice))
        if detail:
            words.addSpacing(px(4))
            words.addWidget(Label(detail, "caption", "ink3", wrap=True))
        body.addLayout(words, 1)
        outer.addLayout(body)
        outer.addWidget(Rule())
        foot = row(gap=8, pad=(24, 12, 24, 12))
        if copy_words:
            copy = Button(copy_words, icon="clipboard-copy", kind="quiet")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(say(detail)))
            foot.addWidget(copy)
        foot.addStretch(1)
        for index, way in reversed(list(enumerate(self._ways))):
            button = Button(way.words, way.keys, kind="primary" if index == 0 else "secondary")
            button.clicked.connect(lambda _=False, chosen=way: self._go(chosen))
            foot.addWidget(button)
        outer.addLayout(foot)

    def _go(self, way: Way) -> None:
        self.accept()
        way.run()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._ways:
            self._go(self._ways[0])
            return
        for way in self._ways:
            if way.keys and event.text().upper() == way.keys.upper():
                self._go(way)
                return
        super().keyPressEvent(event)


class _IconMark(QWidget):
    def __init__(self, use: str, tint: str = "sign") -> None:
        super().__init__()
        self._use, self._tint = use, tint
        self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(24), px(28))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_icon(painter, self._use, 0, px(2), 24, self._tint)
        painter.end()


class _NumberedBox(Ground):
    """Numbered sentences in a box."""

    def __init__(self, sentences: Sequence[Text]) -> None:
        super().__init__("raised")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(1), px(1), px(1), px(1))
        layout.setSpacing(0)
        for number, sentence in enumerate(sentences, start=1):
            if number > 1:
                layout.addWidget(Rule())
            line = row(gap=10, pad=(12, 9, 12, 9))
            line.addWidget(Label(str(number), "body_strong"), 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Label(sentence, wrap=True), 1)
            layout.addLayout(line)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), fill="raised", line="line")
        painter.end()


class RedFlagOverlay(Ground):
    """Opens over any page: the octagon, the finding, who said it, the advice. Goes away only by a chosen
    sentence.

    answered: called with the sentence that was chosen.
    """

    def __init__(
        self,
        window: QWidget,
        title: Text,
        finding: Text,
        said_by: Text,
        advice: Text,
        sentences: Sequence[tuple[str, Text]],
        go_on: Text,
        answered: Callable[[str], None],
    ) -> None:
        super().__init__("surface")
        self.setParent(window)
        self._answered, self._chosen = answered, ""
        self.setAccessibleName(say(title))
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        box = _Box("stop")
        box.setMaximumWidth(px(640))
        body = QVBoxLayout(box)
        body.setContentsMargins(px(24), px(20), px(24), px(20))
        body.setSpacing(px(8))
        head = row(gap=12)
        head.addWidget(_IconMark("octagon-alert", "stop"), 0, Qt.AlignmentFlag.AlignTop)
        texts = column(gap=2)
        texts.addWidget(Label(title, "title", "stop", wrap=True))
        texts.addWidget(Label(finding, "lead", bold=True, wrap=True))
        texts.addWidget(Label(said_by, "caption", "ink3", wrap=True))
        head.addLayout(texts, 1)
        body.addLayout(head)
        body.addWidget(Label(advice, "lead", "ink", wrap=True))
        body.addWidget(Rule())
        self._buttons: dict[str, Button] = {}
        for number, (value, words) in enumerate(sentences, start=1):
            button = Button(words, str(number), checkable=True)
            button.clicked.connect(lambda _=False, v=value: self.choose(v))
            self._buttons[value] = button
            body.addWidget(button)
        self._go = Button(go_on, "Enter", kind="primary")
        self._go.setEnabled(False)
        self._go.clicked.connect(self.finish)
        body.addWidget(self._go, 0, Qt.AlignmentFlag.AlignRight)
        middle = row()
        middle.addStretch(1)
        middle.addWidget(box, 4)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGeometry(window.rect())
        self.raise_()
        self.show()
        self.setFocus()

    def choose(self, value: str) -> None:
        """Choose one sentence; the way on opens."""
        self._chosen = value
        for name, button in self._buttons.items():
            button.setChecked(name == value)
        self._go.setEnabled(True)

    def finish(self) -> None:
        """Go on with the chosen sentence."""
        if self._chosen:
            self.hide()
            self.deleteLater()
            self._answered(self._chosen)

    def event(self, event: QEvent) -> bool:
        # Nothing of the page below may be reached while this is open.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        values = list(self._buttons)
        if event.text().isdigit() and 1 <= int(event.text()) <= len(values):
            self.choose(values[int(event.text()) - 1])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()


class _Box(QWidget):
    def __init__(self, edge: str) -> None:
        super().__init__()
        self._edge = edge

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(
            painter,
            QRectF(self.rect()),
            fill="raised",
            line="line_strong",
            radius="radius.dialog",
            edge=self._edge,
        )
        painter.end()


_RINGED = (Button, CheckBox, SegmentPart)


class FocusRing(QWidget):
    """The 2 px ring, 2 px off, around whichever button has the focus; one for the window, above
    everything."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._window = window
        self._target: QWidget | None = None
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._target is not None and isValid(self._target):
            self._target.removeEventFilter(self)
        self._target = None
        if now is None or not self._window.isAncestorOf(now) or not isinstance(now, _RINGED):
            self.hide()
            return
        self._target = now
        now.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = QEvent.Type
        if event.type() in (kinds.Move, kinds.Resize, kinds.Show):
            self._follow()
        elif event.type() in (kinds.Hide, kinds.Destroy):
            self.hide()
        return False

    def _follow(self) -> None:
        target = self._target
        if target is None or not isValid(target) or not target.isVisible():
            self.hide()
            return
        off = px("stroke.focus") * 2
        corner = target.mapTo(self._window, QPoint(0, 0))
        self.setGeometry(QRect(corner, target.size()).adjusted(-off, -off, off, off))
        self.raise_()
        self.show()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = pen("focus", 2)
        half = ring.widthF() / 2
        path = QPainterPath()
        corner = px("radius.control") + 2
        path.addRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), corner, corner)
        painter.setPen(ring)
        painter.drawPath(path)
        painter.end()
