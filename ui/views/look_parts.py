"""Parts of the look page: pictures from pixels, the legend of the overlay, the table of the face's zones."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tcm_station.domain.measurement import Measurement
from ui.style import RIGHT, colour, font, paint_hatch, paint_text, pen, px, width_of
from ui.viewmodels.look import Zone
from ui.widgets.base import Drawn, hairline
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.widgets.measurements import MeasuredRow, method_tip, value_words, why_words
from ui.widgets.rangebar import Range, paint_range
from ui.words import T, say

_MOST_SIDE = 1600
_TRACK = 8.0  # Δb* at the ends of the bar
_OF_TONGUE = ("coating", "teeth", "outline", "zones")
_OF_FACE = ("zone", "base", "hidden")


def image_of(pixels) -> QImage:
    """RGB pixels (h, w, 3) as an image of at most 1600 px a side. May be called in a worker."""
    height, width = pixels.shape[:2]
    made = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    if max(width, height) > _MOST_SIDE:
        smooth = Qt.TransformationMode.SmoothTransformation
        return made.scaled(_MOST_SIDE, _MOST_SIDE, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    return made.copy()


def with_outlines(image: QImage, size: tuple[int, int], outlines) -> QImage:
    """A copy with outlines (px of a picture of `size`) drawn thick: white upon dark."""
    made = image.copy()
    scale = made.width() / size[0]
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    thick = max(3.0, made.width() / 160)
    for name, width in (("badge.ground", 1.9 * thick), ("badge.ink", thick)):
        line = QPen(colour(name))
        line.setWidthF(width)
        painter.setPen(line)
        for points in outlines:
            painter.drawPolygon(QPolygonF([QPointF(x * scale, y * scale) for x, y in points]))
    painter.end()
    return made


class Legend(Drawn):
    """What the overlay's lines and hatches mean."""

    def __init__(self) -> None:
        super().__init__()
        self._face = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, *, face: bool) -> None:
        self._face = face
        self.setAccessibleName(" ".join(self._words(name) for name in self._names()))
        self.update()

    def _names(self) -> tuple[str, ...]:
        return _OF_FACE if self._face else _OF_TONGUE

    @staticmethod
    def _words(name: str) -> str:
        return say(T(f"look.legend.{name}"))

    def natural(self) -> tuple[float, float]:
        return (240, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), px(20))

    def draw(self, painter: QPainter) -> None:
        x, middle = 0.0, self.height() / 2
        for name in self._names():
            mark = QRectF(x, middle - px(6), px(16), px(12))
            self._mark(painter, name, mark)
            words = self._words(name)
            wide = width_of(words, font("caption"))
            spot = QRectF(mark.right() + px(5), 0, wide + 1, self.height())
            paint_text(painter, spot, words, kind="caption", tint="ink2", elide=False)
            x = spot.right() + px(14)

    @staticmethod
    def _mark(painter: QPainter, name: str, rect: QRectF) -> None:
        if name in ("coating", "hidden"):
            paint_hatch(painter, rect)
        elif name == "teeth":
            painter.setPen(pen("tongue.teeth", 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(rect.center(), px(5), px(5))
        else:
            painter.setPen(pen("ink", 2, "dash" if name in ("zones", "base") else None))
            painter.drawLine(
                QPointF(rect.left(), rect.center().y()), QPointF(rect.right(), rect.center().y())
            )


class ZoneTable(QWidget):
    """Zones of the face: ΔL*, Δa*, Δb* with their sd, and Δb* on a bar with the own base in the middle.

    chosen(zone): a row was selected.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._head = _ZoneHead(self)
        self.list = RowView(
            self._paint,
            "table_row",
            name=lambda zone: " ".join([self.words(zone), *value_words(zone.db)]),
            tip=lambda zone: "\n\n".join(method_tip(m) for m in (zone.dl, zone.da, zone.db)),
            plain=False,
            fit=True,
        )
        self.list.chosen.connect(lambda zone: self.chosen.emit(zone.name))
        layout.addWidget(self._head)
        layout.addWidget(self.list)

    def set(self, zones) -> None:
        self.list.set_items(list(zones))

    def retranslate(self) -> None:
        self._head.update()
        self.list.viewport().update()

    @staticmethod
    def words(zone: Zone) -> str:
        return say(T(f"face.region.{zone.name}"))

    @staticmethod
    def columns(rect: QRectF) -> dict[str, QRectF]:
        """Rectangles of the columns; the change goes first where it gets narrow."""
        right = rect.right() - px(4)
        made: dict[str, QRectF] = {}
        wide = rect.width()
        parts = [("change", 64)] if wide >= px(560) else []
        parts.append(("bar", 120 if wide >= px(500) else 80))
        parts += [(name, 92 if wide >= px(460) else 76) for name in ("db", "da", "dl")]
        for name, width in parts:
            made[name] = QRectF(right - px(width), rect.top(), px(width), rect.height())
            right -= px(width) + px(6)
        made["name"] = QRectF(
            rect.left() + px(4), rect.top(), max(px(40), right - rect.left()), rect.height()
        )
        return made

    def _paint(self, painter: QPainter, rect: QRectF, zone: Zone, state: RowState) -> None:
        paint_ground(painter, rect, state, bar=False)
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
        cells = self.columns(rect)
        wide = paint_text(painter, cells["name"], self.words(zone))
        if zone.organ:
            rest = cells["name"].adjusted(wide + px(4), 0, 0, 0)
            paint_text(painter, rest, say(T(f"look.organ.{zone.organ}")), kind="caption", tint="ink3")
        if all(m.value is None for m in (zone.dl, zone.da, zone.db)):
            room = cells["dl"].united(cells["db"])
            words = say(T("component.measure.none", why=why_words(zone.db.why)))
            paint_text(painter, room, words, kind="caption", tint="ink2")
            paint_range(painter, cells["bar"], Range(None))
            return
        for name, told in (("dl", zone.dl), ("da", zone.da), ("db", zone.db)):
            self._value(painter, cells[name], told)
        paint_range(
            painter,
            cells["bar"],
            Range(zone.db.value, zone.db.sd, -_TRACK, _TRACK, last=zone.last, zero=True),
        )
        change = MeasuredRow(zone.db, last=zone.last).change
        if change and "change" in cells:
            words = say(T(f"component.measure.change.{change}"))
            strong = change != "within"
            paint_text(painter, cells["change"], words, kind="caption", bold=strong or None, tint="ink2")

    @staticmethod
    def _value(painter: QPainter, cell: QRectF, told: Measurement) -> None:
        if told.value is None:
            paint_text(painter, cell, say(T("look.none_here")), kind="caption", tint="ink2", align=RIGHT)
            return
        value, sd = value_words(told)
        half = cell.width() * 0.5
        left = QRectF(cell.left(), cell.top(), half, cell.height())
        signed = value if value.startswith("-") else f"+{value}"
        paint_text(painter, left, signed.replace("-", "−"), bold=True, align=RIGHT, elide=False)
        right = QRectF(left.right() + px(4), cell.top(), half - px(4), cell.height())
        paint_text(painter, right, sd, kind="caption", tint="ink2", elide=False)


class _ZoneHead(Drawn):
    def __init__(self, table: ZoneTable) -> None:
        super().__init__(table)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(200), px("section_head"))

    def draw(self, painter: QPainter) -> None:
        cells = ZoneTable.columns(QRectF(self.rect()))
        for name in ("name", "dl", "da", "db", "bar", "change"):
            if name in cells:
                words = say(T(f"look.zone_head.{name}"))
                cell = cells[name]
                if name in ("dl", "da", "db"):
                    cell = cell.adjusted(0, 0, -cell.width() * 0.3, 0)
                align = RIGHT if name in ("dl", "da", "db") else Qt.AlignmentFlag.AlignVCenter
                paint_text(painter, cell, words, kind="caption", tint="ink2", align=align)
        hairline(painter, 0, self.width(), self.height() - 1)
