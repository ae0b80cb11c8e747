"""Progress of long work: nothing for 0.4 s, then a 4 px bar with count, time left and Esc."""

import time

from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.style import colour, font, paint_text, px, width_of
from ui.widgets.base import row
from ui.widgets.buttons import Button
from ui.words import T, Text, say

_QUIET_MS = 400
_GUESS_AFTER_S = 2.0  # before that a guess of the time left would only mislead


class ProgressStrip(QWidget):
    """begin(words), set(done, of), end(). cancelled: a person pressed Esc or the button."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: Text = ""
        self._done = self._of = 0
        self._began = 0.0
        self._bar = _Bar(self)
        self.button = Button(T("component.progress.cancel"), "Esc", small=True)
        self.button.clicked.connect(self.cancelled)
        layout = row(gap=12)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self.button)
        self.setLayout(layout)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self.show)
        self.hide()

    def begin(self, words: Text) -> None:
        """Work has begun; it shows only if it lasts."""
        self._words, self._done, self._of, self._began = words, 0, 0, time.monotonic()
        self._quiet.start()

    def set(self, done: int, of: int) -> None:
        """How far it is; of = 0 when nobody knows."""
        self._done, self._of = done, of
        self._bar.update()

    def end(self) -> None:
        self._quiet.stop()
        self.hide()

    def show_now(self) -> None:
        """Show at once (screenshots, work that is known to be long)."""
        self._quiet.stop()
        self.show()

    def count_words(self) -> str:
        """Count and time left, as shown."""
        if not self._of:
            return ""
        share = self._done / self._of
        spent = time.monotonic() - self._began
        if 0 < share < 1 and spent > _GUESS_AFTER_S:
            left = spent * (1 - share) / share
            return say(T("component.progress.left", percent=round(100 * share), seconds=max(1, round(left))))
        return say(T("component.progress.share", percent=round(100 * share)))


class _Bar(QWidget):
    def __init__(self, strip: ProgressStrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(240), px(26))

    def paintEvent(self, event) -> None:
        strip, painter = self._strip, QPainter(self)
        words, count = say(strip._words), strip.count_words()
        rect = QRectF(self.rect())
        left = min(width_of(words, font("body")), rect.width() * 0.45)
        right = width_of(count, font("body"))
        paint_text(painter, QRectF(0, 0, left, rect.height()), words)
        paint_text(
            painter,
            QRectF(rect.right() - right, 0, right + 1, rect.height()),
            count,
            tint="ink2",
            elide=False,
        )
        track = QRectF(
            left + px(16), rect.center().y() - px(2), max(0.0, rect.width() - left - right - px(32)), px(4)
        )
        painter.fillRect(track, colour("sunken"))
        share = strip._done / strip._of if strip._of else 0.0
        painter.fillRect(
            QRectF(track.left(), track.top(), track.width() * min(1.0, share), track.height()),
            colour("accent"),
        )
        painter.end()
