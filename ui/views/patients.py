"""The list on the left: search by name, initials, phone or number; rows of 52 px with time, name and
state."""

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout

from ui.style import font, paint_glyph, paint_text, px, width_of
from ui.style.tokens import size
from ui.viewmodels.shell import Filter, ListRow, Shell
from ui.widgets.base import Ground, Label, hairline
from ui.widgets.buttons import Field, Segment
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.words import T, say

_PAUSE_MS = 150  # after the last letter, before the store is asked


class PatientList(Ground):
    """opened(patient id): a person chose a row. The search waits for a pause in typing."""

    opened = Signal(str)
    recount = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__("window")
        self._shell = shell
        self.search = Field(T("component.list.search"), icon="search", keys="F3")
        self.filter = Segment([(f, T(f"component.list.{f.value}", n=0)) for f in Filter], shell.filter)
        self.list = RowView(self._paint, "patient_row", name=self._name, plain=False)
        self.filter.stretch()
        self.empty = Label(T("component.list.none"), "caption", "ink3", wrap=True)
        self._layout = layout = QVBoxLayout(self)
        self._head = QVBoxLayout()
        self._head.addWidget(self.search)
        self._head.addWidget(self.filter)
        layout.addLayout(self._head)
        layout.addWidget(self.empty)
        layout.addWidget(self.list, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.search.returnPressed.connect(self._open_first)
        self.filter.chosen.connect(self._on_filter)
        self.list.chosen.connect(lambda row: self.opened.emit(row.patient.id))
        self.restyle()
        self.refresh()

    def restyle(self) -> None:
        self._layout.setContentsMargins(0, px(10), 0, 0)
        self._layout.setSpacing(px(8))
        self._head.setContentsMargins(px(12), 0, px(12), 0)
        self._head.setSpacing(px(8))
        self.empty.setContentsMargins(px(12), px(8), px(12), 0)
        self.search.setFixedHeight(px("field"))

    def retranslate(self) -> None:
        self.list.setAccessibleName(say(T("component.list.name")))
        self.refresh_counts()

    def refresh(self) -> None:
        """Ask the view-model again."""
        rows = self._shell.rows()
        here = self._shell.patient.id if self._shell.patient else ""
        at = next((i for i, row in enumerate(rows) if row.patient.id == here), -1)
        self.list.set_items(rows, at)
        if at < 0:
            self.list.clearSelection()
        self.empty.setVisible(not rows)
        self.empty.say(T("component.list.no_hit") if self._shell.words else T("component.list.none"))
        self.refresh_counts()

    def refresh_counts(self) -> None:
        for which, n in self._shell.counts().items():
            self.filter.say(which, T(f"component.list.{which.value}", n=n))

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _find(self) -> None:
        self._shell.search(self.search.text())
        self.refresh()

    def _open_first(self) -> None:
        self._pause.stop()
        self._find()
        rows = self.list.items()
        if rows:
            self.opened.emit(rows[0].patient.id)
            self.list.setFocus()

    def _on_filter(self, which: object) -> None:
        if isinstance(which, Filter):
            self._shell.filter = which
            self.refresh()

    @staticmethod
    def _name(row: ListRow) -> str:
        age = "" if row.age is None else str(row.age)
        return f"{row.patient.name} {age} {row.complaint} {say(T(f'component.state.{row.glyph}'))}"

    def _paint(self, painter: QPainter, rect: QRectF, row: ListRow, state: RowState) -> None:
        paint_ground(painter, rect, state)
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
        top = QRectF(rect.left() + px(13), rect.top() + px(10), px(46), px(17))
        low = top.translated(0, px(15))
        when = (
            "—"
            if row.at is None
            else row.at.strftime("%H:%M")
            if self._is_today(row)
            else row.at.strftime("%m-%d")
        )
        paint_text(painter, top, when, kind="caption", tint="ink2", elide=False)
        who = say(T(f"component.sex.{row.patient.sex.value}"))
        paint_text(
            painter,
            low,
            f"{who} {'' if row.age is None else row.age}".strip(),
            kind="caption",
            tint="ink2",
            elide=False,
        )
        left, right = rect.left() + px(61), rect.right() - px(32)
        name = QRectF(left, top.top(), right - left, top.height())
        wide = paint_text(painter, name, row.patient.name, bold=True)
        if row.patient.sample:
            mark = say(T("component.sample_mark"))
            if wide + px(6) + width_of(mark, font("caption")) < name.width():
                paint_text(
                    painter,
                    name.adjusted(wide + px(4), 0, 0, 0),
                    mark,
                    kind="caption",
                    tint="ink3",
                    elide=False,
                )
        second = row.complaint or say(T("component.list.no_complaint"))
        paint_text(painter, QRectF(left, low.top(), right - left, low.height()), second, kind="caption",
                   tint="ink2" if row.complaint else "ink3")  # fmt: skip
        side = px(12)
        paint_glyph(
            painter, QRectF(rect.right() - px(25), rect.center().y() - side / 2, side, side), row.glyph
        )

    def _is_today(self, row: ListRow) -> bool:
        return row.at is not None and row.at.date() == self._shell.desk.clock().date()

    @staticmethod
    def widths() -> tuple[int, int, int]:
        """Smallest, usual and largest width."""
        return px(size("patient_list.min")), px(size("patient_list.w1366")), px(size("patient_list.max"))
