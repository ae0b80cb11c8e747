"""Text, rules and heads: the plain parts that every page is laid out from."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.style import LEFT, RIGHT, colour, font, line_px, paint_text, px, width_of
from ui.words import Text, say


def column(*, gap: float = 0, pad: float | tuple[float, float, float, float] = 0) -> QVBoxLayout:
    """A vertical layout with a gap and padding in px at 100 %."""
    return _spaced(QVBoxLayout(), gap, pad)


def row(*, gap: float = 0, pad: float | tuple[float, float, float, float] = 0) -> QHBoxLayout:
    """A horizontal layout with a gap and padding in px at 100 %."""
    return _spaced(QHBoxLayout(), gap, pad)


def _spaced(layout, gap: float, pad: float | tuple[float, float, float, float]):
    layout.setSpacing(px(gap))
    sides = (pad, pad, pad, pad) if isinstance(pad, int | float) else pad
    layout.setContentsMargins(*(px(side) for side in sides))
    return layout


def clear(layout: QLayout) -> None:
    """Take everything out of a layout. Hidden at once: a widget is destroyed only when Qt comes to it."""
    while layout.count():
        widget = layout.takeAt(0).widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class Label(QLabel):
    """Text of one type and colour token; follows language, theme and scale by itself."""

    def __init__(
        self,
        text: Text = "",
        kind: str = "body",
        tint: str = "ink",
        *,
        bold: bool | None = None,
        wrap: bool = False,
        align: Qt.AlignmentFlag = LEFT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._kind, self._tint, self._bold = text, kind, tint, bold
        self.setWordWrap(wrap)
        self.setAlignment(align)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if wrap:
            self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.restyle()
        self.retranslate()

    def say(self, text: Text, tint: str | None = None) -> None:
        """Show another text, perhaps in another colour token."""
        self._text = text
        if tint is not None:
            self._tint = tint
            self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(say(self._text))

    def restyle(self) -> None:
        self.setFont(font(self._kind, bold=self._bold))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colour(self._tint))
        self.setPalette(palette)


class ElidedLabel(Label):
    """One line that ends in an ellipsis when it must; the whole text is its tool tip."""

    def minimumSizeHint(self) -> QSize:
        return QSize(px(16), super().minimumSizeHint().height())

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        text = self.text()
        shown = paint_text(
            painter,
            QRectF(self.rect()),
            text,
            kind=self._kind,
            tint=self._tint,
            bold=self._bold,
            align=self.alignment(),
        )
        self.setToolTip(text if shown > self.width() + 1 else "")
        painter.end()


class Rule(QWidget):
    """A hairline, horizontal unless told otherwise."""

    def __init__(self, tint: str = "line", *, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tint, self._vertical = tint, vertical
        self.restyle()

    def restyle(self) -> None:
        if self._vertical:
            self.setFixedWidth(px("stroke.hair"))
        else:
            self.setFixedHeight(px("stroke.hair"))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self._tint))
        painter.end()


class SectionHead(QWidget):
    """A section's title in bold, a caption beside it, something small at the right, and a hairline below."""

    def __init__(
        self, title: Text, caption: Text = "", right: Text = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._title, self._caption, self._right = title, caption, right
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()
        self.retranslate()

    def say(self, title: Text | None = None, caption: Text | None = None, right: Text | None = None) -> None:
        """Change any of the three texts."""
        self._title = self._title if title is None else title
        self._caption = self._caption if caption is None else caption
        self._right = self._right if right is None else right
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(f"{say(self._title)} {say(self._caption)}".strip())
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(px("section_head") + px(8))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(width_of(say(self._title), font("body_strong"))), self.height())

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        line = QRectF(0, 0, self.width(), px("section_head"))
        right = say(self._right)
        taken = width_of(right, font("caption")) if right else 0.0
        wide = paint_text(painter, line.adjusted(0, 0, -taken, 0), say(self._title), kind="body_strong")
        if self._caption:
            rest = line.adjusted(wide + px(8), 0, -taken - px(8), 0)
            paint_text(painter, rest, say(self._caption), kind="caption", tint="ink3")
        if right:
            paint_text(painter, line, right, kind="caption", tint="ink3", align=RIGHT)
        painter.fillRect(QRectF(0, self.height() - px(1), self.width(), px(1)), colour("line"))
        painter.end()


class Ground(QFrame):
    """A plain plane in a colour token, with a hairline on any of its sides ("l", "t", "r", "b")."""

    def __init__(self, tint: str = "surface", lines: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tint, self._lines = tint, lines

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self._tint))
        hair, line = px("stroke.hair"), colour("line")
        w, h = self.width(), self.height()
        sides = {
            "l": (0, 0, hair, h),
            "t": (0, 0, w, hair),
            "r": (w - hair, 0, hair, h),
            "b": (0, h - hair, w, hair),
        }
        for side in self._lines:
            painter.fillRect(*sides[side], line)
        painter.end()


class Drawn(QWidget):
    """A component that only paints: `draw(painter)` with antialiasing, `natural()` its size in px at 100
    %."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)

    def natural(self) -> tuple[float, float]:
        return (16, 16)

    def draw(self, painter: QPainter) -> None:
        """Each component paints itself."""

    def sizeHint(self) -> QSize:
        width, height = self.natural()
        return QSize(px(width), px(height))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def restyle(self) -> None:
        self.updateGeometry()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()


def wrapped_lines(text: str, kind: str, width: float) -> list[str]:
    """A paragraph broken to a width, for painters; Chinese breaks anywhere, English between words."""
    metrics = QFontMetricsF(font(kind))
    lines, line = [], ""
    for piece in _pieces(text):
        if line and metrics.horizontalAdvance(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


_NEVER_FIRST = "，。；：、）》”·？！,.;:)%"


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        joins = bool(pieces) and (
            char in _NEVER_FIRST
            or (char.isascii() and char != " " and pieces[-1][-1].isascii() and pieces[-1][-1] != " ")
        )
        if joins or (char == " " and pieces):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def paragraph(
    painter: QPainter,
    rect: QRectF,
    text: str,
    *,
    kind: str = "body",
    tint: str = "ink2",
    bold: bool | None = None,
) -> float:
    """Paint a wrapped paragraph from the top of `rect`. Returns its height."""
    step, y = line_px(kind), rect.top()
    for line in wrapped_lines(text, kind, rect.width()):
        paint_text(painter, QRectF(rect.left(), y, rect.width(), step), line, kind=kind, tint=tint, bold=bold)
        y += step
    return y - rect.top()


def hairline(painter: QPainter, x1: float, x2: float, y: float, tint: str = "line") -> None:
    """A horizontal hairline on whole pixels."""
    painter.fillRect(QRectF(round(x1), round(y), round(x2) - round(x1), px("stroke.hair")), colour(tint))
