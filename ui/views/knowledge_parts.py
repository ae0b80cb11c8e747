"""Parts of the knowledge page: a fact's row, the drawing of what lies around a node, two ends to name."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tcm_station.workflow.lookup import HERBS, Comparison, Hit
from ui.style import CENTRE, RIGHT, colour, font, paint_box, paint_text, pen, px, width_of
from ui.viewmodels.knowledge import FactLine, Neighbour, kind_name, relation_name, short_name
from ui.widgets.base import Label, Rule, column, hairline, row
from ui.widgets.completer import HitField
from ui.widgets.lists import RowState
from ui.words import Name, T, Text, lang, say

LABEL_WIDTH = {"zh": 78, "en": 112}
EDITION_WIDTH = 150
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def name_of_hit(hit: Hit) -> str:
    """A node's name in the language on screen."""
    return hit.zh if lang() == "zh" else short_name(hit.en or hit.pinyin or hit.zh)


def paint_hit(painter: QPainter, rect: QRectF, hit: Hit, state: RowState) -> None:
    """One result: name, the other name, and what it is."""
    line = rect.adjusted(px(12), 0, -px(12), 0)
    kind = kind_name(hit.kind, lang())
    taken = width_of(kind, font("caption"))
    paint_text(painter, line, kind, kind="caption", tint="ink2", align=RIGHT)
    first, second = (hit.zh, hit.pinyin) if lang() == "zh" else (name_of_hit(hit), hit.zh)
    room = line.adjusted(0, 0, -taken - px(8), 0)
    wide = min(paint_text(painter, room, first, bold=state.selected), room.width())
    paint_text(painter, room.adjusted(wide + px(8), 0, 0, 0), second, kind="caption", tint="ink2")
    hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)


def paint_fact(painter: QPainter, rect: QRectF, line: FactLine, state: RowState) -> None:
    """One fact: relation, value, conditions, edition, and whether it was read or recalled."""
    room = rect.adjusted(px(4), 0, -px(2), 0)
    if line.first:
        hairline(painter, rect.left(), rect.right(), rect.top())
        label = QRectF(room.left(), room.top(), px(LABEL_WIDTH[lang()]) - px(6), room.height())
        paint_text(painter, label, line.label(lang()), tint="ink2")
    left = room.left() + px(LABEL_WIDTH[lang()])
    if line.fact is None:
        more = QRectF(left, room.top(), room.right() - left, room.height())
        paint_text(painter, more, line.words(lang()), kind="caption", tint="accent")
        return
    paint_basis(painter, room.right(), room.center().y(), line.fact.basis)
    right = room.right() - px(36)
    edition = QRectF(right - px(EDITION_WIDTH), room.top(), px(EDITION_WIDTH), room.height())
    taken = min(
        paint_text(painter, edition, line.edition(lang()), kind="caption", tint="ink2", align=RIGHT),
        edition.width(),
    )
    words = QRectF(left, room.top(), right - taken - px(12) - left, room.height())
    wide = paint_text(painter, words, line.words(lang()), tint="accent" if line.link else "ink")
    rest = words.adjusted(wide + px(8), 0, 0, 0)
    notes = " ".join(part for part in (line.beside(lang()), line.notes(lang())) if part)
    if notes and rest.width() > px(24):
        paint_text(painter, rest, notes, kind="caption", tint="ink2")


def paint_basis(painter: QPainter, right: float, middle: float, basis: str) -> None:
    """The mark of a fact: 读 in a box, 忆 in a dashed one."""
    recalled = basis != "read"
    box = QRectF(right - px(28), middle - px(9), px(28), px(18))
    paint_box(
        painter,
        box,
        fill=None if recalled else "raised",
        line="line_strong" if recalled else "line",
        dashed=recalled,
        radius="radius.key",
    )
    words = say(T(f"knowledge.basis.{basis}"))
    paint_text(painter, box, words, kind="caption", tint="ink2", align=CENTRE, elide=False)


class NeighbourMap(QWidget):
    """The open node and what lies around it. opened(node id): Enter or a click; arrows walk.

    set(centre, neighbours): at most a dozen, on an oval; a forbidden pair is a thick line with its word.
    """

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._centre: Hit | None = None
        self._around: Sequence[Neighbour] = ()
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(px(320))

    def set(self, centre: Hit | None, around: Sequence[Neighbour]) -> None:
        self._centre, self._around, self._at = centre, around, -1
        self.retranslate()

    def retranslate(self) -> None:
        names = ", ".join(name_of_hit(one.hit) for one in self._around)
        self.setAccessibleName(f"{say(T('knowledge.graph'))} {names}")
        self.update()

    def current(self) -> Neighbour | None:
        """The neighbour that the arrows stand on."""
        return self._around[self._at] if 0 <= self._at < len(self._around) else None

    def focusInEvent(self, event) -> None:
        if self._at < 0 and self._around:
            self._at = 0
        super().focusInEvent(event)
        self.update()

    def _spot(self, index: int) -> QPointF:
        """The middle of a neighbour's box: down the right side and up the left one, as the arrows walk. Each
        row has a height of its own, so that no box lies on another."""
        count = len(self._around)
        right = -(-count // 2)
        on_right = index < right
        rows = right if on_right else count - right
        place = index if on_right else count - 1 - index
        up = (2 * place + 1) / rows - 1
        across = max(0.5, math.sqrt(1 - up * up)) * (1 if on_right else -1)
        return QPointF(
            self.width() / 2 + (self.width() - px(118)) / 2 * across,
            self.height() / 2 + (self.height() / 2 - px(8)) * up,
        )

    def _box(self, index: int) -> QRectF:
        spot, words = self._spot(index), name_of_hit(self._around[index].hit)
        wide = min(px(112), width_of(words, font("caption")) + px(20))
        return QRectF(spot.x() - wide / 2, spot.y() - px(12), wide, px(24))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._centre is None or not self._around:
            none = say(T("knowledge.graph_none"))
            paint_text(painter, QRectF(self.rect()), none, kind="caption", tint="ink3", align=CENTRE)
            painter.end()
            return
        middle = QPointF(self.width() / 2, self.height() / 2)
        for index, one in enumerate(self._around):
            line: QPen = pen("stop", 2) if one.forbidden else pen("line_strong")
            painter.setPen(line)
            painter.drawLine(middle, self._spot(index))
        for index, one in enumerate(self._around):
            self._paint_box(painter, self._box(index), one.hit, one.forbidden, index == self._at)
        words = name_of_hit(self._centre)
        wide = min(px(116), width_of(words, font("body", bold=True)) + px(24))
        box = QRectF(middle.x() - wide / 2, middle.y() - px(13), wide, px(26))
        paint_box(painter, box, fill="accent", line=None, radius=13)
        inner = box.adjusted(px(6), 0, -px(6), 0)
        paint_text(painter, inner, words, tint="accent_ink", bold=True, align=CENTRE)
        painter.end()

    def _paint_box(self, painter: QPainter, box: QRectF, hit: Hit, forbidden: bool, current: bool) -> None:
        herb, formula = hit.kind in HERBS, hit.kind in ("formula", "patent")
        focused = current and self.hasFocus()
        paint_box(
            painter,
            box,
            fill="select" if focused else "raised",
            line="focus" if focused else "stop" if forbidden else "line_strong",
            dashed=not (herb or formula or focused),
            radius=12 if herb else "radius.key",
            width=px("stroke.focus") if focused else 1,
        )
        inner = box.adjusted(px(6), 0, -px(6), 0)
        tint = "stop" if forbidden else "ink"
        paint_text(painter, inner, name_of_hit(hit), kind="caption", tint=tint, align=CENTRE)

    def event(self, event: QEvent) -> bool:
        # Asked before a shortcut of the frame fires: the keys that walk and open stay here.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() in (*_STEPS, *_ENTER) and event.modifiers() == Qt.KeyboardModifier.NoModifier:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS and self._around:
            self._at = (self._at + _STEPS[key]) % len(self._around)
            self.update()
        elif key in _ENTER:
            here = self.current()
            if here is not None:
                self.opened.emit(here.hit.id)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for index, one in enumerate(self._around):
            if self._box(index).contains(event.position()):
                self._at = index
                self.opened.emit(one.hit.id)
                return


class Legend(QWidget):
    """Herb, formula, the rest, and the forbidden line, as they are drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.right: Text = ""
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(px(22))

    def retranslate(self) -> None:
        self.setAccessibleName(say(self.right))
        self.update()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, middle = 0.0, self.height() / 2
        for name in ("herb", "formula", "other", "forbidden"):
            box = QRectF(x, middle - px(6), px(22), px(12))
            if name == "forbidden":
                painter.fillRect(QRectF(x, middle - px(1), px(22), px(2)), colour("stop"))
            else:
                radius = 6 if name == "herb" else 2
                paint_box(painter, box, line="line_strong", dashed=name == "other", radius=radius)
            words = say(T(f"knowledge.legend.{name}"))
            line = QRectF(box.right() + px(5), 0, self.width(), self.height())
            tint = "stop" if name == "forbidden" else "ink2"
            x = line.left() + paint_text(painter, line, words, kind="caption", tint=tint) + px(10)
        painter.end()


class Ends(QWidget):
    """Two names to fill in, then Enter. asked(Hit, Hit). find: what the fields complete from."""

    asked = Signal(object, object)

    def __init__(
        self, first: Text, second: Text, find: Callable[[str], Sequence[Hit]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ends: list[Hit | None] = [None, None]
        line = row(gap=8)
        line.setContentsMargins(0, 0, 0, 0)
        self.fields = (HitField(first, find), HitField(second, find))
        for index, field in enumerate(self.fields):
            field.picked.connect(lambda hit, i=index: self._take(i, hit))
            field.entered.connect(lambda words, i=index: self._entered(i, words))
            field.textEdited.connect(lambda _words, i=index: self._forget(i))
            line.addWidget(field, 1)
        self.setLayout(line)
        self._find = find

    def ends(self) -> tuple[Hit | None, Hit | None]:
        return self._ends[0], self._ends[1]

    def start_from(self, hit: Hit | None) -> None:
        """The open node as the first end, unless a person named another."""
        if hit is not None:
            self.put(0, hit)

    def put(self, index: int, hit: Hit) -> None:
        """Fill an end without asking."""
        self._ends[index] = hit
        self.fields[index].setText(name_of_hit(hit))

    def focus_next(self) -> None:
        """Go to the first end that is not named yet."""
        empty = next((i for i, end in enumerate(self._ends) if end is None), 1)
        self.fields[empty].setFocus()
        self.fields[empty].selectAll()

    def retranslate(self) -> None:
        for index, hit in enumerate(self._ends):
            if hit is not None:
                self.fields[index].setText(name_of_hit(hit))

    def _forget(self, index: int) -> None:
        self._ends[index] = None

    def _entered(self, index: int, words: str) -> None:
        found = list(self._find(words)) if words and self._ends[index] is None else []
        if self._ends[index] is None and found:
            self._take(index, found[0])
        elif self._ends[index] is not None:
            self._take(index, self._ends[index])

    def _take(self, index: int, hit: Hit | None) -> None:
        if hit is None:
            return
        self.put(index, hit)
        first, second = self._ends
        if first is not None and second is not None:
            self.asked.emit(first, second)
        else:
            self.focus_next()


class Compared(QWidget):
    """Two formulas beside each other: what only the first has, what both have, what only the second has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = column(gap=4)
        self.setLayout(box)
        heads, cells = row(gap=12), row(gap=12)
        self._heads = [Label(kind="caption", tint="ink3") for _ in range(3)]
        self._cells = [Label(wrap=True) for _ in range(3)]
        for head, cell in zip(self._heads, self._cells, strict=True):
            heads.addWidget(head, 1)
            cells.addWidget(cell, 1)
        self._told = Label(kind="body", wrap=True)
        box.addLayout(heads)
        box.addWidget(Rule())
        box.addLayout(cells)
        box.addWidget(Rule())
        box.addWidget(self._told)
        self._shown: Comparison | None = None

    def show_comparison(self, told: Comparison | None) -> None:
        self._shown = told
        self.setVisible(told is not None)
        self.retranslate()

    def retranslate(self) -> None:
        told = self._shown
        if told is None:
            return
        comma = say(T("report.comma"))
        heads = (name_of_hit(told.a), say(T("knowledge.compare_same")), name_of_hit(told.b))
        for label, words in zip(self._heads, heads, strict=True):
            label.say(words)
        for label, herbs in zip(self._cells, (told.only_a, told.shared, told.only_b), strict=True):
            label.say(comma.join(say(Name(herb)) for herb in herbs) or say(T("knowledge.compare_none")))
        self._told.say(
            T("knowledge.compare_told", zh=told.zh) if told.zh else T("knowledge.compare_silent"),
            "ink" if told.zh else "ink3",
        )


def step_words(relation: str, kind: str) -> str:
    """A relation in a chain, as it is called at the node that the fact stands with."""
    return relation_name(relation, kind, lang())
