"""Buttons with their keys printed on them, segments, check boxes, key caps and tags."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from ui.style import (
    LEFT,
    colour,
    font,
    key_cap_width,
    paint_box,
    paint_glyph,
    paint_icon,
    paint_key_cap,
    paint_text,
    px,
    width_of,
)
from ui.words import Text, say

_OWN_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _KeyedButton(QAbstractButton):
    """Space and Enter press the focused button; no shortcut of the page takes them away."""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() in _OWN_KEYS and event.modifiers() == Qt.KeyboardModifier.NoModifier:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)


class Button(_KeyedButton):
    """kind: "primary", "secondary", "quiet" (no box until touched) or "danger". keys: printed cap, "" for
    none.

    `set_reason(text)` makes it unavailable and says why in its tool tip; an empty text makes it available.
    """

    def __init__(
        self,
        text: Text,
        keys: str = "",
        *,
        kind: str = "secondary",
        icon: str = "",
        small: bool = False,
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._keys, self._kind, self._icon, self._small = text, keys, kind, icon, small
        self._reason: Text = ""
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def say(self, text: Text, keys: str | None = None) -> None:
        """Change the words, and the cap."""
        self._text = text
        self._keys = self._keys if keys is None else keys
        self.retranslate()

    def set_kind(self, kind: str) -> None:
        self._kind = kind
        self.update()

    def set_reason(self, reason: Text) -> None:
        """Why it cannot be pressed; empty when it can."""
        self._reason = reason
        self.setEnabled(not reason)
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(say(self._text))
        self.setAccessibleName(say(self._text))
        self.setToolTip(say(self._reason))
        self.updateGeometry()

    def restyle(self) -> None:
        self.updateGeometry()

    @property
    def _face(self):
        return font("body", bold=self._kind == "primary" or None)

    def _content_width(self) -> float:
        wide = width_of(self.text(), self._face)
        if self._icon:
            wide += px(16) + px(6)
        if self._keys:
            wide += px(8) + key_cap_width(self._keys)
        return wide

    def sizeHint(self) -> QSize:
        pad = px(8 if self._kind == "quiet" or self._small else 14)
        return QSize(
            round(self._content_width() + 2 * pad + 1), px("button_small" if self._small else "button")
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _box(self) -> tuple[str | None, str | None, str, bool]:
        """Fill, line, ink, dashed for the state of now."""
        down, over = self.isDown(), self.underMouse()
        if not self.isEnabled():
            return (
                (None, "line_strong", "ink2", True) if self._kind != "quiet" else (None, None, "ink3", False)
            )
        if self._kind == "primary":
            return "accent", None, "accent_ink", False
        if self._kind == "danger":
            return ("stop_soft" if down else "raised"), "stop", "stop", False
        if self._kind == "quiet":
            on = self.isChecked() or down
            return ("select" if on else "hover" if over else None), None, "ink", False
        return (
            ("select" if down or self.isChecked() else "hover" if over else "raised"),
            "line_strong",
            "ink",
            False,
        )

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        fill, line, ink, dashed = self._box()
        paint_box(painter, QRectF(self.rect()), fill=fill, line=line, dashed=dashed)
        if self._kind == "primary" and self.isEnabled() and (self.isDown() or self.underMouse()):
            # Pressed or under the pointer, the accent is a shade deeper: ink over it, not another colour.
            shade = colour("ink", 0.18 if self.isDown() else 0.08)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade)
            painter.drawRoundedRect(QRectF(self.rect()), px("radius.control"), px("radius.control"))
        x = (self.width() - self._content_width()) / 2
        middle = self.height() / 2
        if self._icon:
            paint_icon(painter, self._icon, x, middle - px(8), 16, ink)
            x += px(16) + px(6)
        words = QRectF(x, 0, width_of(self.text(), self._face) + 1, self.height())
        paint_text(painter, words, self.text(), tint=ink, bold=self._kind == "primary" or None, elide=False)
        if self._keys:
            right = words.right() + px(8) + key_cap_width(self._keys)
            paint_key_cap(painter, right, middle, self._keys, on_accent=ink == "accent_ink")
        painter.end()


class IconButton(_KeyedButton):
    """An icon, with at most a word beside it (app bar). The name is its tool tip and accessible name."""

    def __init__(self, icon: str, name: Text, word: Text = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._name, self._word = icon, name, word
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.retranslate()

    def say(self, *, icon: str | None = None, word: Text | None = None, name: Text | None = None) -> None:
        self._icon = self._icon if icon is None else icon
        self._word = self._word if word is None else word
        self._name = self._name if name is None else name
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(say(self._word))
        self.setToolTip(say(self._name))
        self.setAccessibleName(say(self._name))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        wide = px(16) + 2 * px(6)
        if self.text():
            wide += px(4) + round(width_of(self.text(), font("body")) + 1)
        return QSize(wide, px("button_small"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        if self.underMouse() or self.isDown():
            paint_box(painter, QRectF(self.rect()), fill="select" if self.isDown() else "hover", line=None)
        paint_icon(painter, self._icon, px(6), self.height() / 2 - px(8), 16, "ink2")
        words = QRectF(px(6) + px(16) + px(4), 0, self.width(), self.height())
        paint_text(painter, words, self.text(), tint="ink2", elide=False)
        painter.end()


class SegmentPart(_KeyedButton):
    """One part of a segment."""

    def __init__(self, text: Text, keys: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.words, self._keys = text, keys
        self.first = self.last = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(say(self.words))
        self.setAccessibleName(say(self.words))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        wide = width_of(self.text(), font("body_strong")) + 2 * px(10)
        if self._keys:
            wide += px(6) + key_cap_width(self._keys)
        return QSize(round(wide), px("segment"))

    def minimumSizeHint(self) -> QSize:
        # Narrow columns first take the padding, never the words.
        return QSize(self.sizeHint().width() - 2 * px(6), px("segment"))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect()).adjusted(
            px(1) if self.first else 0, px(1), -px(1) if self.last else 0, -px(1)
        )
        on = self.isChecked()
        if on or self.underMouse():
            painter.fillRect(rect, colour("select" if on else "hover"))
        if on:
            painter.fillRect(
                QRectF(rect.left(), rect.bottom() - px(2), rect.width(), px(2)), colour("accent")
            )
        if not self.first:
            painter.fillRect(QRectF(0, px(1), px(1), self.height() - 2 * px(1)), colour("line_strong", 0.5))
        cap = key_cap_width(self._keys) + px(6) if self._keys else 0.0
        wide = width_of(self.text(), font("body", bold=on))
        x = (self.width() - wide - cap) / 2
        words = QRectF(x, 0, wide + 1, self.height())
        paint_text(painter, words, self.text(), bold=on, tint="ink" if on else "ink2", elide=False)
        if self._keys:
            paint_key_cap(painter, x + wide + cap, self.height() / 2, self._keys)
        painter.end()


class Segment(QWidget):
    """Several choices in one row, one chosen. choices: (value, words) or (value, words, key cap).

    `chosen(value)` is emitted when a person chooses; `choose(value)` chooses without telling.
    """

    chosen = Signal(object)

    def __init__(self, choices: Sequence[tuple], value: object = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._parts: dict[object, SegmentPart] = {}
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_choices(choices, value)
        self._group.buttonClicked.connect(self._on_clicked)

    def stretch(self) -> None:
        """Fill the width that the layout gives."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_choices(self, choices: Sequence[tuple], value: object = None) -> None:
        """Replace the choices."""
        for part in self._parts.values():
            self._group.removeButton(part)
            part.deleteLater()
        self._parts = {}
        for choice in choices:
            part = SegmentPart(choice[1], choice[2] if len(choice) > 2 else "", self)
            self._parts[choice[0]] = part
            self._group.addButton(part)
            self._layout.addWidget(part)
        parts = list(self._parts.values())
        parts[0].first = parts[-1].last = True
        self.choose(choices[0][0] if value is None else value)

    def say(self, value: object, words: Text) -> None:
        """Change the words of one choice (counts)."""
        self._parts[value].words = words
        self._parts[value].retranslate()

    def value(self) -> object:
        return next((value for value, part in self._parts.items() if part.isChecked()), None)

    def choose(self, value: object) -> None:
        if value in self._parts:
            self._parts[value].setChecked(True)

    def _on_clicked(self, button: QAbstractButton) -> None:
        self.chosen.emit(self.value())

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), fill="raised", line="line_strong")
        painter.end()


class CheckBox(_KeyedButton):
    """A box with a tick and words beside it."""

    def __init__(self, text: Text, checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self.setCheckable(True)
        self.setChecked(checked)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(say(self._text))
        self.setAccessibleName(say(self._text))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(round(px(16) + px(8) + width_of(self.text(), font("body")) + 1), px(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        box = QRectF(0, (self.height() - px(16)) / 2, px(16), px(16))
        on = self.isChecked()
        paint_box(
            painter,
            box,
            fill="accent" if on else "raised",
            line=None if on else "line_strong",
            radius="radius.key",
        )
        if on:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            tick = QPen(colour("accent_ink"), px(2) * 0.9)
            tick.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(tick)
            x, y, u = box.x(), box.y(), px(16) / 16
            painter.drawPolyline(
                [_at(x + 4 * u, y + 8.2 * u), _at(x + 6.8 * u, y + 11 * u), _at(x + 12 * u, y + 5 * u)]
            )
        words = QRectF(px(16) + px(8), 0, self.width(), self.height())
        paint_text(painter, words, self.text(), tint="ink" if self.isEnabled() else "ink3", elide=False)
        painter.end()


def _at(x: float, y: float):
    from PySide6.QtCore import QPointF

    return QPointF(x, y)


class KeyCap(QWidget):
    """A key as it stands on the keyboard, with an optional word after it."""

    def __init__(self, keys: str, word: Text = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys, self._word = keys, word
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def retranslate(self) -> None:
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        word = say(self._word)
        wide = key_cap_width(self._keys) + (px(4) + width_of(word, font("caption")) + 1 if word else 0)
        return QSize(round(wide), px(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        cap = key_cap_width(self._keys)
        paint_key_cap(painter, cap, self.height() / 2, self._keys)
        words = QRectF(cap + px(4), 0, self.width(), self.height())
        paint_text(painter, words, say(self._word), kind="caption", tint="ink2", elide=False)
        painter.end()


class Tag(QWidget):
    """A small box: a state glyph or an icon, and words. tone: "", "stop", "sign", "reason", "notice",
    "covered",
    "accent". dashed: the machine's. strong: an accent line (a person's). pressed() is emitted on a click."""

    pressed = Signal()

    def __init__(
        self,
        text: Text,
        *,
        glyph: str = "",
        icon: str = "",
        tone: str = "",
        dashed: bool = False,
        strong: bool = False,
        tall: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._glyph, self._icon, self._tone = text, glyph, icon, tone
        self._dashed, self._strong, self._tall = dashed, strong, tall
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def say(self, text: Text) -> None:
        self._text = text
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(say(self._text))
        self.updateGeometry()
        self.update()

    @property
    def _kind(self) -> str:
        return "body" if self._tall else "caption"

    def sizeHint(self) -> QSize:
        wide = width_of(say(self._text), font(self._kind)) + 2 * px(8)
        if self._glyph or self._icon:
            wide += px(12) + px(6)
        return QSize(round(wide) + 1, px(26 if self._tall else "tag"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mouseReleaseEvent(self, event) -> None:
        self.pressed.emit()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        fill: str | None
        line: str | None
        if self._tone:
            fill, line, ink = f"{self._tone}_soft", None, self._tone
        else:
            fill = None if self._dashed else "raised"
            line = "accent" if self._strong else "line_strong" if self._dashed else "line"
            ink = "ink2" if self._dashed else "ink"
        paint_box(painter, rect, fill=fill, line=line, dashed=self._dashed, radius="radius.key")
        x, middle = px(8), self.height() / 2
        if self._glyph:
            paint_glyph(painter, QRectF(x, middle - px(6), px(12), px(12)), self._glyph)
        elif self._icon:
            paint_icon(painter, self._icon, x, middle - px(6), 12, self._tone or "ink2")
        if self._glyph or self._icon:
            x += px(12) + px(6)
        words = QRectF(x, 0, self.width() - x, self.height())
        paint_text(painter, words, say(self._text), kind=self._kind, tint=ink, align=LEFT, elide=False)
        if self.hasFocus():
            paint_box(painter, rect, fill=None, line="focus", radius="radius.key", width=px("stroke.focus"))
        painter.end()


class Field(QLineEdit):
    """A text field with a placeholder in the language on screen, an icon before it and a key cap after it."""

    def __init__(
        self, placeholder: Text = "", *, icon: str = "", keys: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._placeholder, self._icon, self._keys = placeholder, icon, keys
        self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        self.setPlaceholderText(say(self._placeholder))
        self.setAccessibleName(say(self._placeholder))

    def restyle(self) -> None:
        self.setFont(font("body"))
        left = px(20) if self._icon else 0
        right = round(key_cap_width(self._keys)) + px(2) if self._keys else 0
        self.setTextMargins(left, 0, right, 0)

    def set_error(self, wrong: bool) -> None:
        """The stop border; the sentence that explains it is the page's."""
        self.setProperty("state", "error" if wrong else "")
        self.style().unpolish(self)
        self.style().polish(self)

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        if not self._icon and not self._keys:
            return
        painter = QPainter(self)
        if self._icon:
            paint_icon(painter, self._icon, px(8), self.height() / 2 - px(7), 14, "ink3")
        if self._keys and not self.hasFocus():
            paint_key_cap(painter, self.width() - px(8), self.height() / 2, self._keys)
        painter.end()


class SealMark(QWidget):
    """A seal as a widget: a person's, or the dashed mark of a proposal."""

    def __init__(self, mark: Text, *, proposed: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark, self._proposed = mark, proposed
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, mark: Text) -> None:
        self._mark = mark
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px("seal"), px("seal"))

    def paintEvent(self, event) -> None:
        from ui.style import paint_seal

        painter = QPainter(self)
        paint_seal(painter, QRectF(self.rect()), say(self._mark), proposed=self._proposed)
        painter.end()
