"""Small painters shared by components: text on a base line, hatch, frames, key caps, seals."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from ui.style.look import colour, font, pen, px

Align = Qt.AlignmentFlag
LEFT = Align.AlignLeft | Align.AlignVCenter
RIGHT = Align.AlignRight | Align.AlignVCenter
CENTRE = Align.AlignCenter


def width_of(text: str, face: QFont) -> float:
    """Width of one line, device-independent pixels."""
    return QFontMetricsF(face).horizontalAdvance(text)


def paint_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    *,
    kind: str = "body",
    tint: str = "ink",
    bold: bool | None = None,
    align: Qt.AlignmentFlag = LEFT,
    elide: bool = True,
) -> float:
    """One line of text in a type and colour token. Returns its width; longer text ends in an ellipsis."""
    face = font(kind, bold=bold)
    metrics = QFontMetricsF(face)
    if elide and metrics.horizontalAdvance(text) > rect.width() + 0.5:
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(face)
    painter.setPen(colour(tint))
    # Clipping by the rectangle would cut descenders where rows are tight: the row is the limit, not the line.
    painter.drawText(rect, int(align) | int(Qt.TextFlag.TextDontClip) | int(Qt.TextFlag.TextSingleLine), text)
    return metrics.horizontalAdvance(text)


def paint_hatch(painter: QPainter, rect: QRectF, *, radius: float = 2, frame: bool = True) -> None:
    """Not measurable, not taken: oblique lines in `hatch`, in a thin frame."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(rect, px(radius), px(radius))
    painter.setClipPath(path)
    painter.setPen(QPen(colour("hatch"), max(1.0, px(1))))
    pitch, height = px(6), rect.height()
    x = rect.left() - height
    while x < rect.right():
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x + height, rect.top()))
        x += pitch
    painter.setClipping(False)
    if frame:
        painter.setPen(pen("line_strong", alpha=0.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
    painter.restore()


def frame_rect(rect: QRectF, width: float = 1.0) -> QRectF:
    """The rectangle whose stroke of `width` lies wholly inside `rect`, on whole pixels."""
    half = width / 2
    return rect.adjusted(half, half, -half, -half)


def paint_box(
    painter: QPainter,
    rect: QRectF,
    *,
    fill: str | None = "raised",
    line: str | None = "line",
    dashed: bool = False,
    radius: float | str = "radius.control",
    width: float = 1.0,
    edge: str | None = None,
) -> None:
    """A rounded box. edge: colour of a 3 px bar at its left (mine, alerts)."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    corner = px(radius)
    stroke = pen(line, width, "dash" if dashed else None) if line else QPen(Qt.PenStyle.NoPen)
    inner = frame_rect(rect, stroke.widthF() if line else 0.0)
    painter.setPen(stroke)
    painter.setBrush(colour(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(inner, corner, corner)
    if edge:
        path = QPainterPath()
        path.addRoundedRect(rect, corner, corner)
        painter.setClipPath(path)
        painter.fillRect(
            QRectF(rect.left(), rect.top(), px("stroke.select_bar"), rect.height()), colour(edge)
        )
    painter.restore()


def key_cap_width(keys: str) -> float:
    """Width of a key cap, device-independent pixels."""
    return max(px(18), width_of(keys, font("micro")) + px(10))


def paint_key_cap(
    painter: QPainter, right: float, middle: float, keys: str, *, on_accent: bool = False
) -> float:
    """A key cap that ends at x = right, centred on y = middle. Returns the x of its left edge."""
    width, height = key_cap_width(keys), px(18)
    rect = QRectF(right - width, middle - height / 2, width, height)
    paint_box(
        painter,
        rect,
        fill=None if on_accent else "raised",
        line="accent_ink" if on_accent else "line",
        radius="radius.key",
    )
    paint_text(
        painter,
        rect,
        keys,
        kind="micro",
        tint="accent_ink" if on_accent else "ink2",
        align=CENTRE,
        elide=False,
    )
    return rect.left()


def paint_seal(painter: QPainter, rect: QRectF, mark: str, *, proposed: bool = False) -> None:
    """The seal of a person (first character of the surname), or the dashed mark of a proposal."""
    if proposed:
        paint_box(painter, rect, fill=None, line="line_strong", dashed=True, radius="radius.key")
        paint_text(painter, rect, mark, kind="caption", tint="ink2", align=CENTRE, elide=False)
    else:
        paint_box(painter, rect, fill="accent", line=None, radius="radius.key")
        paint_text(
            painter, rect, mark, kind="caption", tint="accent_ink", bold=True, align=CENTRE, elide=False
        )
