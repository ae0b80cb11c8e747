"""A page's columns: fixed sides around a middle that takes the rest; where it is narrow, sides move into it.

The right column goes below the middle first, then the left one above it. Nothing ever scrolls sideways.
"""

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.style import px
from ui.widgets.base import Ground


class Scroll(QScrollArea):
    """A column that scrolls up and down, on the page's own ground."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    def hold(self, widget: QWidget) -> None:
        """Scroll this widget."""
        widget.setProperty("ground", "clear")
        widget.setAutoFillBackground(False)
        self.setWidget(widget)

    def reveal(self, widget: QWidget, rect: QRect) -> None:
        """Scroll until a part of something inside is seen."""
        inside = self.widget()
        if inside is None or not inside.isAncestorOf(widget):
            return
        corner = widget.mapTo(inside, rect.center())
        self.ensureVisible(corner.x(), corner.y(), 0, max(px(24), rect.height()))


class Columns(QWidget):
    """left scrolls by itself (a list); middle and right scroll whole; foot and right_foot are pinned below.

    left_width, right_width, least: px at 100 %; least is the width below which the middle takes a side in.
    """

    def __init__(
        self,
        middle: QWidget,
        *,
        left: QWidget | None = None,
        right: QWidget | None = None,
        foot: QWidget | None = None,
        right_foot: QWidget | None = None,
        left_width: float = 232,
        right_width: float = 320,
        least: float = 440,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._middle, self._left, self._right, self._right_foot = middle, left, right, right_foot
        self._widths = (left_width if left else 0, right_width if right else 0, least)
        self._stacked: tuple[bool, bool] | None = None
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._left_side, self._right_side = Ground("surface", "r"), Ground("surface", "l")
        self._left_box, right_box = QVBoxLayout(self._left_side), QVBoxLayout(self._right_side)
        for box in (self._left_box, right_box):
            box.setContentsMargins(0, 0, 0, 0)
        self.right_scroll, self.body = Scroll(), Scroll()
        self._right_side.setVisible(right is not None)
        self._left_side.setVisible(left is not None)
        right_box.setSpacing(0)
        right_box.addWidget(self.right_scroll, 1)
        self._right_box = right_box
        content = QWidget()
        self._content = QVBoxLayout(content)
        self._content.setContentsMargins(0, 0, 0, 0)
        self._content.setSpacing(0)
        self._content.addWidget(middle, 1)
        self.body.hold(content)
        centre = QVBoxLayout()
        centre.setContentsMargins(0, 0, 0, 0)
        centre.setSpacing(0)
        centre.addWidget(self.body, 1)
        if foot is not None:
            centre.addWidget(foot)
        outer.addWidget(self._left_side)
        outer.addLayout(centre, 1)
        outer.addWidget(self._right_side)
        self._place()

    def restyle(self) -> None:
        self._left_side.setFixedWidth(px(self._widths[0]) or 1)
        self._right_side.setFixedWidth(px(self._widths[1]) or 1)
        self._place()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Put the sides where they have room now."""
        left, right, least = (px(w) for w in self._widths)
        self._left_side.setFixedWidth(left or 1)
        self._right_side.setFixedWidth(right or 1)
        width = self.width()
        low = self._right is not None and width - left - right < least
        top = self._left is not None and width - left < least
        if (low, top) == self._stacked:
            return
        self._stacked = (low, top)
        if self._right is not None:
            if low:
                self.right_scroll.takeWidget()
                self._content.addWidget(self._right)
            else:
                self._content.removeWidget(self._right)
                self.right_scroll.hold(self._right)
            self._right.show()
            _dress(self._right)
            if self._right_foot is not None:
                (self._content if low else self._right_box).addWidget(self._right_foot)
                self._right_foot.show()
                _dress(self._right_foot)
            self._right_side.setVisible(not low)
        if self._left is not None:
            if top:
                self._content.insertWidget(0, self._left)
                self._left.setFixedHeight(px(300))
            else:
                self._content.removeWidget(self._left)
                self._left_box.addWidget(self._left)
                self._left.setMinimumHeight(0)
                self._left.setMaximumHeight(16777215)
            self._left.show()
            _dress(self._left)
            self._left_side.setVisible(not top)


def _dress(widget: QWidget) -> None:
    """Give fonts and palettes again: under a style sheet, a new parent puts back those of long ago."""
    for child in (widget, *widget.findChildren(QWidget)):
        restyle = getattr(child, "restyle", None)
        if restyle is not None:
            restyle()
