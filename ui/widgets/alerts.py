"""Alerts of the review: four levels in shape, words and colour, with keyed answers; and the sentence of a
pass."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tcm_station.domain.prescription import Alert, Override, Severity
from ui.style import RIGHT, font, line_px, paint_box, paint_icon, paint_seal, paint_text, px, width_of
from ui.style.tokens import alert_icon
from ui.widgets.base import Label, paragraph, row, wrapped_lines
from ui.widgets.buttons import Button, Tag
from ui.widgets.flow import Flow
from ui.words import T, Text, say

LEVELS = ("stop", "sign", "reason", "notice")
MOST_OPEN = 3  # more than three open boxes are not read; the rest stand one line each


def level_of(alert: Alert) -> str:
    """The level an alert is shown at: by what would let the prescription go on."""
    if alert.severity is Severity.NOTICE:
        return "notice"
    return {
        Override.NONE: "stop",
        Override.SECOND_SIGNATURE: "sign",
        Override.REASON: "reason",
    }[alert.overridable_by]


@dataclass(frozen=True, slots=True)
class Answer:
    """One way on. id: told back by `answered`; keys: its cap, chosen by the list when empty."""

    id: str
    words: Text
    keys: str = ""


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """key: the alert's own; answered: (seal, sentence, time) once somebody answered."""

    key: str
    level: str
    title: Text
    text: Text = ""
    source: Text = ""
    answers: tuple[Answer, ...] = ()
    answered: tuple[str, Text, str] | None = None
    current: bool = field(default=False, compare=False)


class AlertBox(QWidget):
    """One open alert. answered(key, answer id)."""

    answered = Signal(str, str)

    def __init__(self, alert: ShownAlert, first_key: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.alert = alert
        self._buttons: list[tuple[str, Answer]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        outer = row(gap=8, pad=(41, 6, 12, 8))
        body = QVBoxLayout()
        body.setSpacing(px(2))
        head = row(gap=8)
        head.addWidget(Label(alert.title, "body_strong", wrap=True), 1)
        if alert.source:
            head.addWidget(Label(alert.source, "caption", "ink2"), 0, Qt.AlignmentFlag.AlignTop)
        body.addLayout(head)
        if alert.text:
            body.addWidget(Label(alert.text, "caption", "ink2", wrap=True))
        if alert.answers:
            holder = QWidget()
            flow = Flow(8, holder)
            for number, answer in enumerate(alert.answers, start=first_key):
                keys = answer.keys or str(number)
                button = Button(answer.words, keys, small=True)
                button.clicked.connect(lambda _=False, a=answer: self.answered.emit(alert.key, a.id))
                flow.addWidget(button)
                self._buttons.append((keys, answer))
            body.addWidget(holder)
        outer.addLayout(body, 1)
        self.setLayout(outer)
        self.retranslate()

    def retranslate(self) -> None:
        level = say(T(f"component.level.{self.alert.level}"))
        self.setAccessibleName(f"{level} {say(self.alert.title)}")

    def answer_keys(self) -> list[tuple[str, Answer]]:
        """The printed keys with their answers."""
        return self._buttons

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect, level = QRectF(self.rect()), self.alert.level
        paint_box(painter, rect, fill=f"{level}_soft", line=None, edge=level)
        paint_icon(painter, alert_icon(level), px(13), px(10), 18, level)
        painter.end()


class AlertLine(QWidget):
    """One alert in one row of 32 px: answered (seal, sentence, time), or waiting behind the open ones.

    reopen(key): a click, or Ctrl Z while it has the focus.
    """

    reopen = Signal(str)

    def __init__(self, alert: ShownAlert, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.alert = alert
        self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(say(self.alert.title))

    def restyle(self) -> None:
        self.setFixedHeight(px(32))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(160), px(32))

    def mouseReleaseEvent(self, event) -> None:
        self.reopen.emit(self.alert.key)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect, alert = QRectF(self.rect()), self.alert
        paint_box(painter, rect, fill="raised", line="line", edge=alert.level)
        paint_icon(painter, alert_icon(alert.level), px(12), rect.center().y() - px(7), 14, alert.level)
        line = rect.adjusted(px(34), 0, -px(8), 0)
        if alert.answered is None:
            paint_text(painter, line, say(alert.title))
        else:
            mark, sentence, time = alert.answered
            right = paint_text(painter, line, time, kind="caption", tint="ink3", align=RIGHT) if time else 0.0
            wide = paint_text(painter, line.adjusted(0, 0, -right - px(8), 0), say(alert.title), tint="ink2")
            x = line.left() + wide + px(8)
            seal = QRectF(x, rect.center().y() - px(9), px("seal"), px("seal"))
            if seal.right() < line.right() - right - px(16):
                paint_seal(painter, seal, mark)
                rest = QRectF(
                    seal.right() + px(6),
                    rect.top(),
                    line.right() - right - seal.right() - px(14),
                    rect.height(),
                )
                paint_text(painter, rest, say(sentence), kind="caption", tint="ink2")
        painter.end()


class AlertList(QWidget):
    """Alerts by level; at most three open. answered(alert key, answer id); reopened(alert key).

    Digits answer the current alert while the list has the focus; `step(1)` goes to the next (F7).
    """

    answered = Signal(str, str)
    reopened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(8))
        self._boxes: list[AlertBox] = []
        self._lines: list[QWidget] = []
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set(self, alerts: Sequence[ShownAlert]) -> None:
        """Open ones first, by level; answered ones one line each."""
        for line in self._lines:
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        self._boxes = []
        waiting = sorted((a for a in alerts if a.answered is None), key=lambda a: LEVELS.index(a.level))
        first = 1
        for alert in waiting[:MOST_OPEN]:
            box = AlertBox(alert, first)
            first += len(alert.answers)
            box.answered.connect(self.answered)
            self._boxes.append(box)
            self._lines.append(box)
            self._layout.addWidget(box)
        for alert in [*waiting[MOST_OPEN:], *(a for a in alerts if a.answered is not None)]:
            line = AlertLine(alert)
            line.reopen.connect(self.reopened)
            self._lines.append(line)
            self._layout.addWidget(line)
        self._at = min(self._at, max(0, len(self._boxes) - 1))

    def step(self, by: int) -> None:
        """Go to the next or previous open alert."""
        if self._boxes:
            self._at = (self._at + by) % len(self._boxes)
            self.setFocus()
            self.update()

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.text().isdigit()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        for box in self._boxes:
            for keys, answer in box.answer_keys():
                if event.text() and event.text() == keys:
                    self.answered.emit(box.alert.key, answer.id)
                    return
        super().keyPressEvent(event)

    def paintEvent(self, event) -> None:
        if self.hasFocus() and self._at < len(self._boxes):
            painter = QPainter(self)
            box = QRectF(self._boxes[self._at].geometry()).adjusted(-2, -2, 2, 2)
            paint_box(painter, box, fill=None, line="focus", width=px("stroke.focus"))
            painter.end()


class AlertCounts(QWidget):
    """How many of each level: a row of tags, nothing where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = Flow(8, self)

    def set(self, alerts: Sequence[ShownAlert]) -> None:
        self._flow.clear()
        for level in LEVELS:
            n = sum(1 for a in alerts if a.level == level and a.answered is None)
            if n:
                tag = Tag(
                    T(f"component.level_count.{level}", n=n), icon=alert_icon(level), tone=level, parent=self
                )
                self._flow.addWidget(tag)
                tag.show()
        self.setMinimumHeight(px("tag"))
        self.updateGeometry()


class CoverageSentence(QWidget):
    """A pass is a sentence: how many lines, under which rules and editions, as of when, and what was not
    checked.

    set(strong, rest, covered): strong stands first in bold; covered: on the `covered` ground with a tick.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strong: Text = ""
        self._rest: Text = ""
        self._covered = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set(self, strong: Text, rest: Text = "", *, covered: bool = False) -> None:
        self._strong, self._rest, self._covered = strong, rest, covered
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self._words())
        self.setMinimumHeight(self.heightForWidth(max(1, self.width())))
        self.updateGeometry()
        self.update()

    def _words(self) -> str:
        return f"{say(self._strong)}{say(self._rest)}"

    def _pad(self) -> tuple[float, float]:
        return (px(26), px(3)) if self._covered else (0.0, 0.0)

    def sizeHint(self) -> QSize:
        width = px(300)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), line_px("body"))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        left, top = self._pad()
        room = width - left - (px(8) if self._covered else 0)
        return round(len(wrapped_lines(self._words(), "body", room)) * line_px("body") + 2 * top)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        left, top = self._pad()
        tint = "ink2"
        if self._covered:
            paint_box(painter, rect, fill="covered_soft", line=None, radius="radius.key")
            paint_icon(painter, "check", px(7), top + (line_px("body") - px(14)) / 2, 14, "covered")
            tint = "covered"
        room = rect.adjusted(left, top, -px(8) if self._covered else 0, 0)
        paragraph(painter, room, self._words(), kind="body", tint=tint)
        strong = say(self._strong)
        if strong and width_of(strong, font("body", bold=True)) < room.width() and not self._covered:
            # The count is said in bold over the same words: it is what a reader looks for.
            line = QRectF(room.left(), room.top(), room.width(), line_px("body"))
            paint_text(painter, line, strong, tint="ink", elide=False)
        painter.end()
