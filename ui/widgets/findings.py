"""Findings: read, confirmed, denied, added. Space confirms, − denies, + adds; shape says which is which."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from tcm_station.domain.finding import Certainty, Finding, Polarity, Source
from ui.style import RIGHT, font, paint_glyph, paint_text, pen, px, width_of
from ui.widgets.buttons import Tag
from ui.widgets.flow import Flow
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.words import Name, T, Text, say


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding as it is shown. note: at the right (a value, a degree, who said it)."""

    code: str
    glyph: str
    note: Text = ""
    negated: bool = False

    @property
    def words(self) -> Text:
        """The sign's name; a denied one says so in words too."""
        return T("component.finding.absent", sign=Name(self.code)) if self.negated else Name(self.code)


@dataclass(frozen=True, slots=True)
class Group:
    """A head with its findings."""

    head: Text
    findings: tuple[Shown, ...] = field(default=())


def glyph_of(finding: Finding) -> str:
    """The state glyph of a finding: proposed, yes, no, or added by hand."""
    if finding.certainty is Certainty.PROPOSED:
        return "finding_proposed"
    if finding.polarity is Polarity.ABSENT:
        return "finding_no"
    if finding.source is Source.PRACTITIONER and not finding.evidence:
        return "finding_added"
    return "finding_yes"


def shown(finding: Finding, note: Text = "") -> Shown:
    """A finding of the domain as it is shown."""
    return Shown(finding.code, glyph_of(finding), note, finding.polarity is Polarity.ABSENT)


def _answer(name: str, glyph: str) -> str:
    """What a key means on a finding: Space confirms, and takes back what was confirmed."""
    if name == "-":
        return "no"
    return "forget" if glyph in ("finding_yes", "finding_added", "finding_no") else "yes"


class FindingTags(QWidget):
    """Findings as tags in rows. judged(code, "yes" | "no" | "forget"); add_wanted: + or the last tag."""

    judged = Signal(str, str)
    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = Flow(4, self)
        self._findings: list[Shown] = []

    def set(self, findings: Sequence[Shown | Finding]) -> None:
        self._findings = [f if isinstance(f, Shown) else shown(f) for f in findings]
        self._flow.clear()
        for finding in self._findings:
            tag = _FindingTag(finding, self)
            self._flow.addWidget(tag)
            tag.show()
        self.setMinimumHeight(self._flow.heightForWidth(max(1, self.width())))
        self.updateGeometry()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self._flow.heightForWidth(max(1, self.width())))

    def focus_step(self, tag: "_FindingTag", by: int) -> None:
        at = self._flow.indexOf(tag) + by
        if 0 <= at < self._flow.count():
            item = self._flow.itemAt(at)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setFocus()


class _FindingTag(Tag):
    def __init__(self, finding: Shown, owner: FindingTags) -> None:
        dashed = finding.glyph == "finding_proposed"
        strong = finding.glyph in ("finding_yes", "finding_added")
        super().__init__(
            finding.words, glyph=finding.glyph, dashed=dashed, strong=strong, tall=True, parent=owner
        )
        self._finding, self._owner = finding, owner
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(say(T(f"component.state.{finding.glyph}")))
        self.pressed.connect(lambda: owner.judged.emit(finding.code, _answer("Space", finding.glyph)))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.text() in (" ", "-", "+") or event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._owner.focus_step(self, 1 if event.key() == Qt.Key.Key_Right else -1)
        elif event.text() == "+":
            self._owner.add_wanted.emit()
        elif event.text() in (" ", "-"):
            name = "Space" if event.text() == " " else "-"
            self._owner.judged.emit(self._finding.code, _answer(name, self._finding.glyph))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event) -> None:
        self.update()

    def focusOutEvent(self, event) -> None:
        self.update()


class FindingList(RowView):
    """Findings by source, one a row. judged(code, answer); add_wanted; `selected()` is a Shown or a Group."""

    judged = Signal(str, str)
    add_wanted = Signal()

    def __init__(self, *, fit: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(
            self._paint_finding,
            23,
            name=lambda item: say(item.head if isinstance(item, Group) else item.words),
            keys=frozenset({"Space", "-", "+"}),
            plain=False,
            fit=fit,
            parent=parent,
        )
        self.rows.set_enabled(lambda item: isinstance(item, Shown))
        self.key.connect(self._on_key)

    def set(self, groups: Sequence[Group]) -> None:
        """Show groups; the selection stays on the same sign."""
        here = self.selected()
        items: list[object] = []
        for group in groups:
            if group.head:
                items.append(group)
            items += group.findings
        code = here.code if isinstance(here, Shown) else ""
        at = next((i for i, item in enumerate(items) if isinstance(item, Shown) and item.code == code), -1)
        self.set_items(items, at)

    def _on_key(self, name: str, item: object) -> None:
        if name == "+":
            self.add_wanted.emit()
        elif isinstance(item, Shown):
            self.judged.emit(item.code, _answer(name, item.glyph))

    def _paint_finding(self, painter: QPainter, rect: QRectF, item: object, state: RowState) -> None:
        if isinstance(item, Group):
            count = str(len(item.findings))
            wide = paint_text(painter, rect, say(item.head), kind="caption", bold=True)
            right = width_of(count, font("caption"))
            paint_text(painter, rect, count, kind="caption", tint="ink2", align=RIGHT)
            painter.setPen(pen("line"))
            y = round(rect.center().y())
            painter.drawLine(round(rect.left() + wide + px(8)), y, round(rect.right() - right - px(8)), y)
            return
        if not isinstance(item, Shown):
            return
        paint_ground(painter, rect, state, bar=False)
        side = px(10)
        paint_glyph(painter, QRectF(rect.left(), rect.center().y() - side / 2, side, side), item.glyph)
        note = say(item.note)
        taken = width_of(note, font("caption")) + px(6) if note else 0.0
        name = rect.adjusted(px(19), 0, -taken, 0)
        paint_text(painter, name, say(item.words))
        if note:
            paint_text(painter, rect, note, kind="caption", tint="ink2", align=RIGHT)
