"""The print preview: the PDF's own pages as images, on the neutral ground. What is previewed is what is
printed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QScrollArea, QWidget

from ui.style import px
from ui.words import T, say

_PDF_DPI = 72.0
_MOST_ZOOM = 4.0


def page_image(document: Any, number: int, scale: float) -> QImage:
    """One page as an image; scale 1 is 72 dpi. document: a pypdfium2 PdfDocument."""
    bitmap = document[number].render(scale=scale, rev_byteorder=True)
    kinds = {
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBX8888,
        1: QImage.Format.Format_Grayscale8,
    }
    kind = kinds[bitmap.n_channels]
    image = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, kind).copy()
    bitmap.close()
    return image


class PrintPreview(QScrollArea):
    """open(path or bytes), go(page), fit("width" | "page" | "actual"). page_changed(page from 1, of)."""

    page_changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: Any = None
        self._page, self._fit, self._zoom = 0, "page", 1.0
        self._sheet = _Sheet()
        self.setWidget(self._sheet)
        self.setProperty("ground", "neutral")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.restyle()

    def open(self, source: Path | bytes | None) -> int:
        """Show a PDF from its first page (None: nothing). Returns the number of pages."""
        self.close_document()
        if source is not None:
            import pypdfium2

            self._document = pypdfium2.PdfDocument(source)
        self._page = 0
        self._render()
        return self.page_count

    def close_document(self) -> None:
        """Let go of the file."""
        if self._document is not None:
            self._document.close()
            self._document = None

    @property
    def page_count(self) -> int:
        return len(self._document) if self._document is not None else 0

    @property
    def page(self) -> int:
        """The page at the front, from 1."""
        return self._page + 1

    def go(self, page: int) -> None:
        """Show a page, from 1."""
        if self._document is not None:
            self._page = min(self.page_count - 1, max(0, page - 1))
            self._render()

    def fit(self, how: str) -> None:
        """ "width", "page" or "actual"."""
        self._fit, self._zoom = how, 1.0
        self._render()

    def zoom(self, factor: float) -> None:
        self._zoom = min(_MOST_ZOOM, max(0.25, self._zoom * factor))
        self._render()

    def restyle(self) -> None:
        self._render()

    def retranslate(self) -> None:
        self._sheet.setAccessibleName(say(T("component.preview.page", n=self.page, of=self.page_count)))

    def _scale(self) -> float:
        """Device-independent pixels per PDF point."""
        width, height = self._document[self._page].get_size()
        room = self.viewport().size()
        wide = max(px(100), room.width() - 2 * px(14)) / width
        tall = max(px(100), room.height() - 2 * px(14)) / height
        actual = px(96) / _PDF_DPI
        return {"width": wide, "page": min(wide, tall)}.get(self._fit, actual) * self._zoom

    def _render(self) -> None:
        if self._document is None:
            self._sheet.show_page(QPixmap())
            return
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(page_image(self._document, self._page, self._scale() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        self._sheet.show_page(pixmap)
        self.retranslate()
        self.page_changed.emit(self.page, self.page_count)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if self._document is not None and self._fit != "actual":
            self._render()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, Callable[[], None]] = {
            Qt.Key.Key_PageDown: lambda: self.go(self.page + 1),
            Qt.Key.Key_PageUp: lambda: self.go(self.page - 1),
            Qt.Key.Key_Plus: lambda: self.zoom(1.25),
            Qt.Key.Key_Minus: lambda: self.zoom(0.8),
        }
        step = steps.get(event.key())
        if step is not None:
            step()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.25 if event.angleDelta().y() > 0 else 0.8)
            event.accept()
        else:
            super().wheelEvent(event)


class _Sheet(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()

    def show_page(self, pixmap: QPixmap) -> None:
        self._pixmap = pixmap
        ratio = pixmap.devicePixelRatio() if not pixmap.isNull() else 1.0
        self.resize(QSize(round(pixmap.width() / ratio), round(pixmap.height() / ratio)))
        self.update()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._pixmap)
        painter.end()
