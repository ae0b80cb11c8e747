"""The table of measurements: name, value ± sd, unit, range bar, last visit, change. 27 px rows.

What could not be measured keeps its row: a hatch, the reason, and no number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.domain.terms import find_term
from tcm_station.i18n import has_key
from tcm_station.workflow.names import measurement_decimals, reason_text
from ui.style import LEFT, RIGHT, font, paint_glyph, paint_hatch, paint_text, px, width_of
from ui.widgets.base import Drawn, hairline
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.widgets.rangebar import Range, paint_range, track_for
from ui.words import Name, T, Text, lang, say

#: A change counts only beyond this many within-person sd (repeatability coefficient, ISO 5725).
REPEATABILITY = 2.77
_MOST_DIGITS = 6
_NARROW = 440
_WIDE = 520  # px at 100 %: narrower tables drop the last visit, then the range bar


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One row. glyph: state of the finding that rests on it, "" for none. last: value of the last visit."""

    measurement: Measurement
    glyph: str = ""
    last: float | None = None

    @property
    def change(self) -> str:
        """ "", "within", "up" or "down": beyond 2.77 × sd only."""
        told = self.measurement
        if told.value is None or self.last is None or not told.sd:
            return ""
        difference = told.value - self.last
        if abs(difference) <= REPEATABILITY * told.sd:
            return "within"
        return "up" if difference > 0 else "down"


def value_words(told: Measurement) -> tuple[str, str]:
    """Value and "± sd" as they are shown; empty where there is none."""
    if told.value is None:
        return "", ""
    decimals = measurement_decimals(told.code)
    if told.sd is None:
        return f"{told.value:.{decimals}f}", ""
    digits = decimals
    while told.sd > 0 and round(told.sd, digits) == 0 and digits < _MOST_DIGITS:
        digits += 1  # "± 0.0" would claim a certainty that nobody measured
    return f"{told.value:.{decimals}f}", f"± {told.sd:.{digits}f}"


def why_words(why: str | None) -> str:
    """Why something could not be measured; keys are whole ("pulse.why.…") or stand under `why`."""
    if not why:
        return ""
    return reason_text(why if has_key(why) else f"why.{why}", lang())


def unit_words(unit: str) -> str:
    """A unit as it is shown: "1" is a bare ratio and shows nothing."""
    return "" if unit in ("1", "") else unit


def method_tip(told: Measurement) -> str:
    """Definition, method, quality and reference of one measurement."""
    term = find_term(told.code)
    lines = []
    if term is not None:
        definition = term.extra.get(f"definition_{lang()}", "")
        lines.append(f"{term.name(lang())} {definition}".strip())
    lines.append(say(T("component.measure.method", method=told.method)))
    lines.append(say(T(f"basis.{told.basis.value}")))
    if told.quality is not None:
        lines.append(say(T("component.measure.quality", value=f"{told.quality:.2f}")))
    if told.ref_low is not None or told.ref_high is not None:
        low = "" if told.ref_low is None else f"{told.ref_low:g}"
        high = "" if told.ref_high is None else f"{told.ref_high:g}"
        lines.append(
            say(T("component.measure.reference", low=low, high=high, who=told.ref_population or "—"))
        )
    else:
        lines.append(say(T("component.measure.no_reference")))
    if told.why is not None:
        lines.append(why_words(told.why))
    return "\n".join(lines)


class MeasurementTable(QWidget):
    """set(rows or measurements, last={code: value}). chosen(code); key(name, code) for Space, −, +.

    label: what a code is called in its row."""

    chosen = Signal(str)
    key = Signal(str, str)

    def __init__(
        self,
        *,
        show_last: bool = False,
        fit: bool = True,
        label: Callable[[str], Text] = Name,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.show_last = show_last
        self._label = label
        self.head = _Head(self)
        self.list = RowView(
            self._paint,
            "table_row",
            name=lambda row: " ".join([str(Name(row.measurement.code)), *value_words(row.measurement)]),
            tip=lambda row: method_tip(row.measurement),
            keys=frozenset({"Space", "-", "+"}),
            plain=False,
            fit=fit,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self.list, 0 if fit else 1)
        self.list.chosen.connect(lambda row: self.chosen.emit(row.measurement.code))
        self.list.key.connect(lambda name, row: self.key.emit(name, row.measurement.code if row else ""))

    def set(
        self,
        rows: Sequence[MeasuredRow | Measurement],
        last: Mapping[str, float] | None = None,
        glyphs: Mapping[str, str] | None = None,
    ) -> None:
        """Rows as they are, or measurements with the last visit's values and glyphs by code."""
        made = [
            row
            if isinstance(row, MeasuredRow)
            else MeasuredRow(row, (glyphs or {}).get(row.code, ""), (last or {}).get(row.code))
            for row in rows
        ]
        self.list.set_items(made)

    def select(self, code: str) -> None:
        """Choose the row of a code without telling."""
        for index, row in enumerate(self.list.items()):
            if row.measurement.code == code:
                self.list.select(index)

    def retranslate(self) -> None:
        self.head.update()
        self.list.viewport().update()

    def columns(self, rect: QRectF) -> dict[str, QRectF]:
        """Rectangles of the columns within one row; dropped ones are missing."""
        x, right = rect.left() + px(22), rect.right() - px(4)
        made: dict[str, QRectF] = {"glyph": QRectF(rect.left() + px(4), rect.top(), px(12), rect.height())}

        wide = rect.width()
        # In a narrow column the gaps and the bar give way before the name does.
        narrow = wide < px(_NARROW)

        def cut(name: str, width: float) -> None:
            nonlocal right
            made[name] = QRectF(right - width, rect.top(), width, rect.height())
            right -= width + px(4 if narrow else 8)

        if self.show_last and wide >= px(_WIDE):
            cut("change", px(72))
            cut("last", px(44))
        if wide >= px(300):
            cut("bar", px(80) if narrow else min(px(140), max(px(80), wide * 0.26)))
        cut("unit", px(42 if narrow else 48))
        cut("sd", px(52 if narrow else 58))
        cut("value", px(48 if narrow else 52))
        made["name"] = QRectF(x, rect.top(), max(px(40), right - x), rect.height())
        return made

    def _paint(self, painter: QPainter, rect: QRectF, row: MeasuredRow, state: RowState) -> None:
        paint_ground(painter, rect, state, bar=False)
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
        cells, told = self.columns(rect), row.measurement
        if row.glyph:
            spot = cells["glyph"]
            paint_glyph(painter, QRectF(spot.left(), spot.center().y() - px(5), px(10), px(10)), row.glyph)
        paint_text(painter, cells["name"], say(self._label(told.code)))
        value, sd = value_words(told)
        if told.value is None:
            self._paint_missing(painter, cells, told)
        else:
            tint = "ink2" if told.basis is Basis.UNCALIBRATED else "ink"
            paint_text(painter, cells["value"], value, bold=True, tint=tint, align=RIGHT, elide=False)
            paint_text(painter, cells["sd"], sd, kind="caption", tint="ink2", elide=False)
            paint_text(painter, cells["unit"], unit_words(told.unit), kind="caption", tint="ink3")
            if "bar" in cells:
                low, high = track_for(told.value, told.sd, told.ref_low, told.ref_high, row.last)
                bar = Range(told.value, told.sd, low, high, told.ref_low, told.ref_high, row.last)
                paint_range(painter, cells["bar"], bar)
        self._paint_last(painter, cells, row)

    def _paint_missing(self, painter: QPainter, cells: dict[str, QRectF], told: Measurement) -> None:
        words = say(T("component.measure.none", why=why_words(told.why)))
        room = QRectF(cells["value"])
        room.setRight(cells["unit"].right())
        if "bar" in cells:
            bar = cells["bar"]
            paint_hatch(painter, QRectF(bar.left(), bar.center().y() - px(7), bar.width(), px(14)))
        # A long reason takes the name's free room too: the number's cells alone would cut it.
        needed = width_of(words, font("caption")) + 2
        free = (
            cells["name"].right()
            - cells["name"].left()
            - width_of(say(self._label(told.code)), font("body"))
            - px(8)
        )
        room.setLeft(room.left() - min(max(0.0, needed - room.width()), max(0.0, free)))
        paint_text(painter, room, words, kind="caption", tint="ink2", align=RIGHT)

    def _paint_last(self, painter: QPainter, cells: dict[str, QRectF], row: MeasuredRow) -> None:
        if "last" not in cells or row.last is None:
            return
        decimals = measurement_decimals(row.measurement.code)
        paint_text(
            painter, cells["last"], f"{row.last:.{decimals}f}", kind="caption", tint="ink2", align=RIGHT
        )
        change = row.change
        if change:
            words = say(T(f"component.measure.change.{change}"))
            strong = change != "within"
            paint_text(
                painter,
                cells["change"],
                words,
                kind="caption",
                bold=strong or None,
                tint="ink" if strong else "ink2",
                align=LEFT,
            )


class _Head(Drawn):
    """Column heads over the table."""

    def __init__(self, table: MeasurementTable) -> None:
        super().__init__(table)
        self._table = table

    def sizeHint(self) -> QSize:
        return QSize(px(200), px("section_head"))

    def draw(self, painter: QPainter) -> None:
        cells = self._table.columns(QRectF(self.rect()))
        heads: tuple[tuple[str, Text, Qt.AlignmentFlag], ...] = (
            ("name", T("component.measure.item"), LEFT),
            ("value", T("component.measure.value"), RIGHT),
            ("bar", T("component.measure.bar"), LEFT),
            ("last", T("component.measure.last"), RIGHT),
            ("change", T("component.measure.change"), LEFT),
        )
        for name, words, align in heads:
            if name in cells:
                paint_text(painter, cells[name], say(words), kind="caption", tint="ink2", align=align)
        hairline(painter, 0, self.width(), self.height() - 1)
