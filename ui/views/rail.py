"""The rail: the four methods and what follows, each with its state in shape and word, always in one place."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout

from ui.style import CENTRE, colour, font, look, paint_glyph, paint_icon, paint_text, px, size, width_of
from ui.style.paint import Align
from ui.viewmodels.stations import STATIONS, Mark, Station
from ui.views import registry
from ui.widgets.base import Ground, hairline
from ui.widgets.lists import RowState, RowView
from ui.words import T, lang, say

_METHODS = (Station.LOOK, Station.LISTEN, Station.ASK, Station.FEEL)
_TIGHT = 42  # px: a name and a state, with nothing around them
_RULE = 5  # px of the strip that holds a dividing rule


@dataclass(frozen=True, slots=True)
class _Cell:
    station: Station
    mark: Mark | None


class Rail(Ground):
    """Nine cells over one list. went(station): a person chose one."""

    went = Signal(object)

    def __init__(self) -> None:
        super().__init__("window")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, px(4), 0, 0)
        self._cell = size("rail_cell")
        self.list = RowView(self._paint, self._height, name=self._name, plain=False)
        self.list.rows.set_enabled(lambda cell: registry.find(cell.station.value) is not None)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.chosen.connect(lambda cell: self.went.emit(cell.station))
        self.list.clicked.connect(lambda index: self.went.emit(self.list.items()[index.row()].station))
        layout.addWidget(self.list)
        layout.addStretch(1)
        self._layout = layout
        self.show_marks((), Station.OVERVIEW)
        self.restyle()

    def restyle(self) -> None:
        self.setFixedWidth(px("rail"))
        self._layout.setContentsMargins(0, px(4), 0, 0)
        self._fit()
        self.retranslate()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Cells give way down to two tight lines; where even that is too tall the list scrolls."""
        room = self.height() / look().factor - 4 - size("overview_cell") - 2 * _RULE - 4
        self._cell = min(size("rail_cell"), max(_TIGHT, room / (len(STATIONS) - 1)))
        tall = sum(self.list.row_height(row) for row in range(len(STATIONS)))
        self.list.setFixedHeight(max(1, min(tall, self.height() - px(4))))
        self.list.scheduleDelayedItemsLayout()
        self.list.scrollTo(self.list.currentIndex())

    def retranslate(self) -> None:
        self.list.setAccessibleName(say(T("component.rail.name")))

    def show_marks(self, marks: tuple[Mark, ...], at: Station) -> None:
        """Show states; at: the station at the front."""
        by_station = {mark.station: mark for mark in marks}
        self.list.set_items([_Cell(s, by_station.get(s)) for s in STATIONS], STATIONS.index(at))

    def _height(self, row: int) -> float:
        if STATIONS[row] is Station.OVERVIEW:
            return size("overview_cell") + _RULE
        return self._cell + (_RULE + 4 if STATIONS[row] is Station.FEEL else 0)

    @staticmethod
    def _name(cell: _Cell) -> str:
        name = say(T(f"component.station.{cell.station.value}"))
        return f"{name} {say(T(cell.mark.words, n=cell.mark.count))}" if cell.mark else name

    def _paint(self, painter: QPainter, rect: QRectF, cell: _Cell, state: RowState) -> None:
        overview = cell.station is Station.OVERVIEW
        tall = px("overview_cell") if overview else px(self._cell)
        body = QRectF(rect.left(), rect.top(), rect.width(), tall)
        painter.fillRect(QRectF(rect.right() - px(1), rect.top(), px(1), rect.height()), colour("line"))
        if state.selected:
            painter.fillRect(body, colour("surface"))
            painter.fillRect(QRectF(body.left(), body.top(), px(3), body.height()), colour("accent"))
        elif state.hovered and state.enabled:
            painter.fillRect(body.adjusted(0, 0, -px(1), 0), colour("hover"))
        if overview:
            self._paint_overview(painter, body, state)
            hairline(painter, rect.left() + px(16), rect.right() - px(16), rect.bottom() - px(3))
            return
        self._paint_station(painter, body, cell, state)
        if cell.station is Station.FEEL:
            hairline(
                painter, rect.left() + px(16), rect.right() - px(16), rect.bottom() - px(5), "line_strong"
            )

    def _paint_overview(self, painter: QPainter, body: QRectF, state: RowState) -> None:
        paint_icon(
            painter,
            "overview",
            body.center().x() - px(9),
            body.top() + px(8),
            18,
            "ink" if state.selected else "ink2",
        )
        line = QRectF(body.left(), body.top() + px(28), body.width(), px(16))
        words = say(T("component.station.overview"))
        paint_text(painter, line, words, kind="micro", tint="ink2", align=CENTRE, elide=False)

    def _paint_station(self, painter: QPainter, body: QRectF, cell: _Cell, state: RowState) -> None:
        big = lang() == "zh" and cell.station in _METHODS
        top = body.top() + max(0.0, (body.height() - px(40)) / 2)
        name = QRectF(body.left() + px(4), top, body.width() - px(8), px(26))
        tint = "ink" if state.selected else "ink2" if state.enabled else "ink3"
        kind = "head" if big else "lead"
        paint_text(
            painter,
            name,
            say(T(f"component.station.{cell.station.value}")),
            kind=kind,
            bold=state.selected,
            tint=tint,
            align=CENTRE,
            elide=False,
        )
        if cell.mark is None:
            return
        words = say(T(cell.mark.words, n=cell.mark.count))
        side, gap = px(9), px(4)
        wide = min(width_of(words, font("micro")), body.width() - side - gap - px(6))
        x = body.center().x() - (side + gap + wide) / 2
        line = QRectF(x + side + gap, top + px(26), wide + 1, px(14))
        paint_glyph(painter, QRectF(x, line.center().y() - side / 2, side, side), cell.mark.glyph)
        paint_text(
            painter, line, words, kind="micro", tint="ink2", align=Align.AlignLeft | Align.AlignVCenter
        )

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(QRectF(self.width() - px(1), 0, px(1), self.height()), colour("line"))
        if self.height() > self.list.height() + px(48):
            line = QRectF(0, self.height() - px(24), self.width(), px(20))
            keys = say(T("component.rail.keys"))
            paint_text(painter, line, keys, kind="micro", tint="ink2", align=CENTRE, elide=False)
        painter.end()
