"""Frames that say whose word it is, the signature slot, messages and empty states.

Solid with an accent edge and a seal is a person; dashed with the mark of a proposal is the program.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.style import (
    RIGHT,
    colour,
    paint_box,
    paint_glyph,
    paint_icon,
    paint_key_cap,
    paint_seal,
    paint_text,
    pen,
    px,
)
from ui.style.tokens import alert_icon
from ui.widgets.base import Label, hairline
from ui.widgets.lists import RowState, RowView
from ui.words import T, Text, say


class JudgedFrame(QWidget):
    """A frame for content: `mine=True` solid with accent edge, else dashed. `body` is its layout."""

    def __init__(self, *, mine: bool, pad: float = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mine = mine
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(px(pad) + (px(2) if mine else 0), px(pad), px(pad), px(pad))
        self.body.setSpacing(px(4))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.mine:
            paint_box(painter, rect, fill="raised", line="accent", edge="accent")
        else:
            paint_box(painter, rect, fill=None, line="line_strong", dashed=True, radius="radius.card")
        painter.end()


class JudgedLine(QWidget):
    """One judgement in one line of 40 px: seal or mark, words in bold, a note. dashed = the program's."""

    def __init__(
        self, words: Text = "", note: Text = "", *, seal: Text = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words, self._note, self._seal = words, note, seal
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def say(self, words: Text, note: Text = "", *, seal: Text | None = None) -> None:
        """seal: a person's character; "" makes it the program's."""
        self._words, self._note = words, note
        self._seal = self._seal if seal is None else seal
        self.retranslate()

    def retranslate(self) -> None:
        who = say(self._seal) or say(T("component.proposal_name"))
        self.setAccessibleName(f"{who} {say(self._words)} {say(self._note)}")
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(px(34))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), px(34))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        mine = bool(say(self._seal))
        paint_box(
            painter,
            rect,
            fill="raised" if mine else None,
            line="accent" if mine else "line_strong",
            dashed=not mine,
            edge="accent" if mine else None,
        )
        side = px("seal")
        spot = QRectF(px(12), (rect.height() - side) / 2, side, side)
        paint_seal(painter, spot, say(self._seal) or say(T("component.proposal_mark")), proposed=not mine)
        line = rect.adjusted(px(12) + side + px(9), 0, -px(10), 0)
        wide = paint_text(painter, line, say(self._words), bold=True)
        paint_text(
            painter, line.adjusted(wide + px(10), 0, 0, 0), say(self._note), kind="caption", tint="ink2"
        )
        painter.end()


class SignatureSlot(QWidget):
    """44 px: who signs, in which state. state: "not_needed", "awaited", "typing", "signed" or "refused".

    note: time when signed, the reason when refused.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name: Text = ""
        self._role: Text = ""
        self._seal, self._state = "", "not_needed"
        self._note: Text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def set(self, name: Text, role: Text, seal: str, state: str, note: Text = "") -> None:
        self._name, self._role, self._seal, self._state, self._note = name, role, seal, state, note
        self.retranslate()

    def retranslate(self) -> None:
        words = say(T(f"component.signature.{self._state}"))
        self.setAccessibleName(f"{say(self._name)} {say(self._role)} {words} {say(self._note)}")
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(px("list_row_touch"))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(180), px("list_row_touch"))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        mine = self._state in ("signed", "typing")
        stop = self._state == "refused"
        line = "stop" if stop else "accent" if mine else "line_strong"
        paint_box(
            painter,
            rect,
            fill="raised" if mine else None,
            line=line,
            dashed=not mine and not stop,
            edge="accent" if mine else "stop" if stop else None,
        )
        side = px("seal")
        paint_seal(
            painter, QRectF(px(12), (rect.height() - side) / 2, side, side), self._seal, proposed=not mine
        )
        glyphs = {
            "signed": "done_or_checked",
            "typing": "in_progress",
            "refused": "stop",
            "awaited": "not_started",
        }
        words = say(self._note) if self._note else say(T(f"component.signature.{self._state}"))
        right = rect.adjusted(0, 0, -px(12), 0)
        taken = paint_text(
            painter, right, words, kind="caption", tint="stop" if stop else "ink2", align=RIGHT
        )
        glyph = glyphs.get(self._state)
        if glyph:
            at = QRectF(right.right() - taken - px(15), rect.center().y() - px(5), px(10), px(10))
            paint_glyph(painter, at, glyph)
            taken += px(18)
        left = rect.adjusted(px(12) + side + px(10), 0, -px(12) - taken, 0)
        half = rect.height() / 2
        top = QRectF(left.left(), rect.top() + px(5), left.width(), half - px(4))
        paint_text(painter, top, say(self._name), bold=True)
        paint_text(painter, top.translated(0, half - px(3)), say(self._role), kind="caption", tint="ink2")
        painter.end()


class Message(QWidget):
    """A message in the page. level: "stop", "sign", "reason", "notice" or "covered"; icon overrides the
    level's."""

    def __init__(
        self, level: str, title: Text, text: Text = "", *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._level = level
        self._icon = icon or (alert_icon(level) if level != "covered" else "check")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        layout = QVBoxLayout(self)
        layout.setSpacing(0)
        self.title = Label(title, "body_strong", wrap=True)
        self.text = Label(text, "caption", "ink2", wrap=True)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        self.text.setVisible(bool(text))
        self.restyle()

    def restyle(self) -> None:
        self.layout().setContentsMargins(px(41), px(6), px(12), px(7))

    def say(self, title: Text, text: Text = "", level: str | None = None) -> None:
        self.title.say(title)
        self.text.say(text)
        self.text.setVisible(bool(text))
        if level is not None:
            self._level = level
            self._icon = alert_icon(level) if level != "covered" else "check"
        self.update()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), fill=f"{self._level}_soft", line=None, edge=self._level)
        paint_icon(painter, self._icon, px(13), px(10), 18, self._level)
        painter.end()


class Quote(QWidget):
    """Other people's words: a violet edge, their sentence."""

    def __init__(self, text: Text = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(16), px(8), px(12), px(8))
        self.text = Label(text, "body", wrap=True)
        layout.addWidget(self.text)

    def say(self, text: Text) -> None:
        self.text.say(text)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), fill="raised", line=None, radius=0, edge="p3")
        painter.end()


@dataclass(frozen=True, slots=True)
class WayOn:
    """One way on from an empty page: icon, words, what it means, its key, what it does."""

    icon: str
    words: Text
    note: Text
    keys: str
    run: Callable[[], None]


class EmptyState(QWidget):
    """What is missing, then at most four ways on with their keys. drawing: "pulse", "picture", "list",
    "paper".

    foot: a sentence below (not done is not normal).
    """

    ran = Signal()

    def __init__(
        self,
        title: Text,
        text: Text,
        ways: Sequence[WayOn],
        *,
        drawing: str = "list",
        foot: Text = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(16), px(16), px(16), px(16))
        outer.addStretch(2)
        column = QVBoxLayout()
        column.setSpacing(px(6))
        column.addWidget(_Drawing(drawing))
        column.addSpacing(px(4))
        column.addWidget(Label(title, "head", wrap=True))
        column.addWidget(Label(text, "lead", "ink2", wrap=True))
        column.addSpacing(px(8))
        self.list = RowView(self._paint, 48, name=lambda way: say(way.words), plain=False, fit=True)
        self.list.set_items(list(ways)[:4])
        self.list.clicked.connect(lambda index: self._run(self.list.items()[index.row()]))
        self.list.activated_item.connect(self._run)
        column.addWidget(self.list)
        if foot:
            column.addSpacing(px(4))
            column.addWidget(Label(foot, "caption", "ink3", wrap=True))
        holder = QWidget()
        holder.setLayout(column)
        holder.setMaximumWidth(px(560))
        holder.setMinimumWidth(min(px(560), px(320)))
        outer.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        holder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        outer.addStretch(3)
        self._holder = holder

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._holder.setFixedWidth(min(px(560), max(px(200), self.width() - px(32))))

    def _run(self, way: WayOn) -> None:
        self.ran.emit()
        way.run()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        for way in self.list.items():
            if way.keys and event.text().upper() == way.keys.upper():
                self._run(way)
                return
        super().keyPressEvent(event)

    def _paint(self, painter: QPainter, rect: QRectF, way: WayOn, state: RowState) -> None:
        if state.hovered or state.focused:
            painter.fillRect(rect, colour("hover"))
        hairline(painter, rect.left(), rect.right(), rect.top())
        if state.index == len(self.list.items()) - 1:
            hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
        paint_icon(painter, way.icon, rect.left(), rect.center().y() - px(9), 18, "ink2")
        right = rect.right() - px(2)
        if way.keys:
            right = paint_key_cap(painter, rect.right() - px(1), rect.center().y(), way.keys)
        line = QRectF(rect.left() + px(30), rect.top() + px(7), right - rect.left() - px(38), px(18))
        paint_text(painter, line, say(way.words))
        paint_text(painter, line.translated(0, px(17)), say(way.note), kind="caption", tint="ink3")


class _Drawing(QWidget):
    """A small line drawing in `line_strong`."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(px(56))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QPen(colour("line_strong"), px(2) * 0.8)
        line.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        line.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(line)
        u = px(1)
        if self._kind == "pulse":
            path = QPainterPath(QPointF(2 * u, 40 * u))
            path.lineTo(30 * u, 40 * u)
            path.cubicTo(40 * u, 40 * u, 37 * u, 10 * u, 44 * u, 10 * u)
            path.cubicTo(50 * u, 10 * u, 51 * u, 36 * u, 56 * u, 35 * u)
            path.cubicTo(60 * u, 34 * u, 60 * u, 28 * u, 64 * u, 28 * u)
            path.cubicTo(69 * u, 28 * u, 69 * u, 40 * u, 76 * u, 40 * u)
            path.lineTo(118 * u, 40 * u)
            painter.drawPath(path)
        elif self._kind == "picture":
            painter.drawRoundedRect(QRectF(2 * u, 8 * u, 62 * u, 42 * u), 3 * u, 3 * u)
            painter.drawArc(QRectF(20 * u, 16 * u, 26 * u, 40 * u), 0, -180 * 16)
            painter.drawLine(QPointF(20 * u, 36 * u), QPointF(20 * u, 24 * u))
            painter.drawLine(QPointF(46 * u, 36 * u), QPointF(46 * u, 24 * u))
        elif self._kind == "paper":
            painter.drawRoundedRect(QRectF(2 * u, 4 * u, 38 * u, 48 * u), 2 * u, 2 * u)
            for y in (16, 24, 32):
                painter.drawLine(QPointF(9 * u, y * u), QPointF(33 * u, y * u))
        else:
            for y in (14, 28, 42):
                painter.drawEllipse(QPointF(8 * u, y * u), 3 * u, 3 * u)
                painter.drawLine(QPointF(20 * u, y * u), QPointF(90 * u, y * u))
        painter.setPen(pen("line_strong", 1, "dot"))
        painter.drawLine(QPointF(2 * u, 54 * u), QPointF(118 * u, 54 * u))
        painter.end()


class AnswerList(QWidget):
    """Answers of 28 px with key caps, two columns; chosen = raised with an accent bar. chosen(id)."""

    chosen = Signal(str)

    def __init__(
        self, answers: Sequence[tuple[str, Text]], *, columns: int = 2, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._answers, self._columns, self._value = list(answers), columns, ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def value(self) -> str:
        return self._value

    def choose(self, value: str) -> None:
        self._value = value
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(", ".join(say(words) for _, words in self._answers))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        rows = -(-len(self._answers) // self._columns)
        return QSize(px(260) * self._columns, rows * px(32))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(160), self.sizeHint().height())

    def _rect_of(self, index: int) -> QRectF:
        wide = self.width() / self._columns
        row, column = divmod(index, self._columns)
        return QRectF(column * wide, row * px(32), wide - px(8), px(28))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        for index, (value, words) in enumerate(self._answers):
            rect = self._rect_of(index)
            on = value == self._value
            if on:
                paint_box(painter, rect, fill="raised", line=None, edge="accent")
            paint_key_cap(painter, rect.left() + px(8) + px(18), rect.center().y(), str(index + 1))
            line = rect.adjusted(px(34), 0, -px(4), 0)
            paint_text(painter, line, say(words), bold=on)
        painter.end()

    def mousePressEvent(self, event) -> None:
        for index, (value, _) in enumerate(self._answers):
            if self._rect_of(index).contains(event.position()):
                self._pick(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdigit() and 1 <= int(event.text()) <= len(self._answers):
            self._pick(self._answers[int(event.text()) - 1][0])
        else:
            super().keyPressEvent(event)

    def _pick(self, value: str) -> None:
        self.choose(value)
        self.chosen.emit(value)
