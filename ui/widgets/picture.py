"""A picture that is judged by colour: neutral ground, one overlay that can be taken away, zoom by the
wheel."""

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QGraphicsPixmapItem, QGraphicsScene, QGraphicsView, QWidget

from ui.style import CENTRE, LEFT, colour, look, paint_box, paint_glyph, paint_text, px, time_ms, width_of
from ui.style.look import font
from ui.words import Text, say

_ZOOM_STEP, _ZOOM_MOST = 1.2, 16.0


class PictureView(QGraphicsView):
    """set_picture, set_overlay, toggle_overlay (O), reset_zoom (R, double click). Keeps its zoom over new
    frames.

    state: "loading", "live", "frozen" or "refused"; badge: a sentence laid over the picture (advice,
    refusal).
    """

    overlay_toggled = Signal(bool)
    dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self._picture = QGraphicsPixmapItem()
        self._overlay = QGraphicsPixmapItem()
        self._picture.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._overlay.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._scene.addItem(self._picture)
        self._scene.addItem(self._overlay)
        self._zoom = 1.0
        self._state, self._glyph = "frozen", ""
        self._badge: Text = ""
        self._shown = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setAcceptDrops(True)
        self.setMinimumSize(px(120), px(90))
        self._fade = QVariantAnimation(self)
        self._fade.valueChanged.connect(lambda value: self._overlay.setOpacity(float(value)))
        self.restyle()

    # what it shows
    def set_picture(self, image: QImage | QPixmap | None) -> None:
        """Show another picture (or frame); None shows the ground only."""
        new = (
            QPixmap() if image is None else image if isinstance(image, QPixmap) else QPixmap.fromImage(image)
        )
        same_size = new.size() == self._picture.pixmap().size()
        self._picture.setPixmap(new)
        if not same_size:
            self._scene.setSceneRect(QRectF(new.rect()))
            self.reset_zoom()

    def set_overlay(self, image: QImage | QPixmap | None) -> None:
        """Lay an image of the same size (with alpha) over the picture; None takes it off."""
        new = (
            QPixmap() if image is None else image if isinstance(image, QPixmap) else QPixmap.fromImage(image)
        )
        self._overlay.setPixmap(new)

    def set_state(self, state: str, badge: Text = "", glyph: str = "") -> None:
        """state with a sentence over the picture; glyph: a state glyph before the sentence."""
        self._state, self._badge, self._glyph = state, badge, glyph
        self.setAccessibleDescription(say(badge))
        self.viewport().update()

    @property
    def has_picture(self) -> bool:
        return not self._picture.pixmap().isNull()

    # overlay
    def toggle_overlay(self) -> None:
        """Fade the overlay in or out; at once when motion is reduced."""
        self.show_overlay(not self._shown)

    def show_overlay(self, shown: bool) -> None:
        self._shown = shown
        target = 1.0 if shown else 0.0
        self._fade.stop()
        if look().reduced_motion or not self.isVisible():
            self._overlay.setOpacity(target)
        else:
            self._fade.setDuration(time_ms("fade"))
            self._fade.setStartValue(self._overlay.opacity())
            self._fade.setEndValue(target)
            self._fade.start()
        self.overlay_toggled.emit(shown)

    @property
    def overlay_shown(self) -> bool:
        return self._shown

    # zoom
    def reset_zoom(self) -> None:
        """The whole picture in the view."""
        self._zoom = 1.0
        self._fit()

    def _fit(self) -> None:
        self.resetTransform()
        if self.has_picture:
            self.fitInView(self._picture, Qt.AspectRatioMode.KeepAspectRatio)

    def wheelEvent(self, event) -> None:
        step = _ZOOM_STEP if event.angleDelta().y() > 0 else 1 / _ZOOM_STEP
        wanted = min(_ZOOM_MOST, max(1.0, self._zoom * step))
        if wanted == 1.0:
            self.reset_zoom()
        else:
            self.scale(wanted / self._zoom, wanted / self._zoom)
            self._zoom = wanted
        event.accept()

    def mouseDoubleClickEvent(self, event) -> None:
        self.reset_zoom()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if self._zoom == 1.0:
            self._fit()

    def restyle(self) -> None:
        self.setBackgroundBrush(colour("neutral_surround"))

    def retranslate(self) -> None:
        self.setAccessibleDescription(say(self._badge))

    def hideEvent(self, event) -> None:
        self._fade.stop()
        self._overlay.setOpacity(1.0 if self._shown else 0.0)
        super().hideEvent(event)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        words = say(self._badge)
        if not words:
            return
        painter.save()
        painter.resetTransform()
        view = QRectF(self.viewport().rect())
        mark = px(12) + px(6) if self._glyph else 0
        wide = min(width_of(words, font("body_strong")) + mark + 2 * px(10) + 1, view.width() - px(16))
        box = QRectF((view.width() - wide) / 2, view.bottom() - px(40), wide, px(28))
        badge = colour("badge.ground")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(badge)
        painter.drawRoundedRect(box, px("radius.control"), px("radius.control"))
        if self._glyph:
            spot = QRectF(box.left() + px(10), box.center().y() - px(6), px(12), px(12))
            paint_glyph(painter, spot, self._glyph, "badge.ink")
        line = box.adjusted(px(10) + mark, 0, -px(8), 0)
        paint_text(painter, line, words, kind="body_strong", tint="badge.ink", align=LEFT if mark else CENTRE)
        painter.restore()

    # a picture may be dropped on it; the page decides what to do with the file
    def dragEnterEvent(self, event) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dragMoveEvent(self, event) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.dropped.emit(url.toLocalFile())
        event.acceptProposedAction()

    def event(self, event: QEvent) -> bool:
        # Arrows would scroll the view; here they belong to the page's table.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            event.ignore()
            return False
        return super().event(event)


class PictureStrip(QWidget):
    """A small picture on the neutral ground, for thumbnails and comparisons; hatched when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmap = QPixmap()

    def set_picture(self, image: QImage | QPixmap | None) -> None:
        self._pixmap = (
            QPixmap() if image is None else image if isinstance(image, QPixmap) else QPixmap.fromImage(image)
        )
        self.update()

    def paintEvent(self, event) -> None:
        from ui.style import paint_hatch

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = QRectF(self.rect())
        if self._pixmap.isNull():
            paint_hatch(painter, rect)
        else:
            paint_box(painter, rect, fill="neutral_surround", line=None, radius="radius.key")
            size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            spot = QRectF(0, 0, size.width(), size.height())
            spot.moveCenter(rect.center())
            painter.drawPixmap(spot, self._pixmap, QRectF(self._pixmap.rect()))
        painter.end()
