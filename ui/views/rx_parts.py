"""Parts shared by prescription, review and pharmacy: the table of lines, the words of alerts and coverage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

from tcm_station.domain.prescription import Alert, DoseBasis, PrescriptionLine, ProposedBy, Review
from tcm_station.domain.terms import edition_name
from tcm_station.workflow.lookup import DoseRange
from tcm_station.workflow.review import edition_words
from ui.style import (
    LEFT,
    RIGHT,
    font,
    paint_box,
    paint_glyph,
    paint_icon,
    paint_seal,
    paint_text,
    px,
    width_of,
)
from ui.style.tokens import alert_icon
from ui.viewmodels.reviewing import AlertRow
from ui.viewmodels.shell import seal_of
from ui.widgets.alerts import Answer, ShownAlert
from ui.widgets.base import Drawn, hairline
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.widgets.rangebar import Dose, paint_dose
from ui.words import Name, T, Text, lang, say

_MOST_UNCHECKED = 6


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line as it is shown. role: "" outside the base formula. level: of its loudest alert that waits,
    mark: that alert in a word. checked: known to every rule (a tick means checked, never safe)."""

    index: int
    line: PrescriptionLine
    role: str = ""
    daily: float | None = None
    range: DoseRange | None = None
    level: str = ""
    mark: Text = ""
    checked: bool = False


def amount_words(line: PrescriptionLine) -> tuple[str, str]:
    """(number, unit) of a line's amount as it stands; what was written where it is no weight."""
    if line.grams is None:
        return line.quantity_text or "—", ""
    unit = "g" if line.basis is not DoseBasis.BATCH else say(T("prescription.grams_batch"))
    return f"{line.grams:g}", unit


def name_words(line: PrescriptionLine) -> tuple[str, str]:
    """(the name as written, its English where that is the language on screen)."""
    if lang() == "zh" or line.herb is None:
        return line.name, ""
    return line.name, say(Name(line.herb))


def handling_words(handling: str | None) -> str:
    """A handling code in words; what a person wrote otherwise."""
    from tcm_station.i18n import has_key

    if not handling:
        return ""
    key = f"handling.{handling}"
    return say(T(key)) if has_key(key) else handling


class LineTable(RowView):
    """The lines of a prescription. typed(text): a letter or digit on the table; moved(by): Alt and an arrow.

    checks: the column of ticks (review, pharmacy); else the marks of who proposed and who adopted.
    """

    typed = Signal(str)
    moved = Signal(int)

    def __init__(
        self, *, checks: bool = False, fit: bool = False, keys: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(
            self._paint_line, self._height_of, name=self._say, tip=self._tip, keys=keys, fit=fit, plain=False
        )
        self._checks = checks

    # layout
    def _height_of(self, _index: int) -> float:
        return 27 if lang() == "zh" else 36

    @staticmethod
    def cells(rect: QRectF, *, checks: bool) -> dict[str, QRectF]:
        """The columns by name; what has no room is left out from the right: bar's words, then the bar."""
        x, right, tall = rect.left(), rect.right(), rect.height()
        made: dict[str, QRectF] = {}

        def take(name: str, width: float) -> None:
            nonlocal x
            made[name] = QRectF(x, rect.top(), width, tall)
            x += width

        narrow = rect.width() < px(560)
        if checks:
            take("tick", px(24))
        take("number", px(24))
        take("role", px(24 if lang() == "zh" else 0))
        marks = 0 if checks else px(48)
        made["marks"] = QRectF(right - marks, rect.top(), marks, tall)
        room = right - marks - x
        bar = 0.0 if narrow else min(px(150), room * 0.26)
        handling = room * (0.18 if narrow else 0.16)
        alert = room * (0.22 if narrow else 0.20)
        amount = px(72)
        take("name", room - bar - handling - alert - amount - px(12))
        take("amount", amount)
        x += px(12)
        take("bar", bar)
        take("handling", handling)
        take("alert", alert)
        return made

    def grams_rect(self, row: int) -> QRectF:
        """Where the amount of a row stands, in the viewport."""
        rect = QRectF(self.visualRect(self.rows.index(row, 0)))
        return self.cells(rect, checks=self._checks)["amount"]

    def handling_rect(self, row: int) -> QRectF:
        rect = QRectF(self.visualRect(self.rows.index(row, 0)))
        return self.cells(rect, checks=self._checks)["handling"]

    @staticmethod
    def _say(item: ShownLine) -> str:
        number, unit = amount_words(item.line)
        whose = "" if item.line.adopted_by else say(T("prescription.not_adopted"))
        parts = [
            item.line.name,
            f"{number} {unit}".strip(),
            handling_words(item.line.handling),
            say(item.mark),
            whose,
        ]
        return " ".join(part for part in parts if part)

    @staticmethod
    def _tip(item: ShownLine) -> str:
        parts = [item.line.name, name_words(item.line)[1], say(item.mark)]
        if item.range is not None:
            parts.append(range_words(item.range) + " " + edition_name(item.range.edition, lang()))
        if item.line.proposed_by is not ProposedBy.PRACTITIONER:
            parts.append(say(T(f"prescription.from.{item.line.proposed_by.value}")))
        return "\n".join(part for part in parts if part)

    # painting
    def _paint_line(self, painter: QPainter, rect: QRectF, item: ShownLine, state: RowState) -> None:
        paint_ground(painter, rect, state, bar=False)
        hairline(painter, rect.left(), rect.right(), rect.bottom(), "line")
        cells, line = self.cells(rect, checks=self._checks), item.line
        middle = rect.center().y()
        if self._checks:
            spot = QRectF(cells["tick"].left() + px(4), middle - px(6), px(12), px(12))
            if item.level in ("stop", "sign", "reason", "notice"):
                paint_icon(painter, alert_icon(item.level), spot.left(), spot.top(), 13, item.level)
            elif item.checked:
                paint_glyph(painter, spot, "done_or_checked")
            else:
                paint_glyph(painter, spot, "not_done")
        paint_text(painter, cells["number"], str(item.index + 1), kind="caption", tint="ink2")
        if item.role and cells["role"].width() > 1:
            chief = item.role == "chief"
            paint_text(
                painter, cells["role"], say(T(f"prescription.role.{item.role}")), kind="caption", bold=chief
            )
        self._paint_name(painter, cells["name"], item)
        number, unit = amount_words(line)
        amount = cells["amount"]
        taken = width_of(unit, font("body")) + px(4) if unit else 0.0
        paint_text(painter, amount.adjusted(0, 0, -taken, 0), number, bold=True, align=RIGHT)
        paint_text(painter, amount, unit, tint="ink2", align=RIGHT)
        self._paint_bar(painter, cells["bar"], item)
        self._paint_handling(painter, cells["handling"], line)
        if item.mark:
            box = cells["alert"]
            left = 0
            if not self._checks:
                paint_icon(
                    painter,
                    alert_icon(item.level or "notice"),
                    box.left(),
                    middle - px(7),
                    14,
                    item.level or "notice",
                )
                left = px(18)
            paint_text(
                painter,
                box.adjusted(left, 0, -px(4), 0),
                say(item.mark),
                kind="caption",
                tint=item.level or "ink2",
            )
        if not self._checks:
            self._paint_marks(painter, cells["marks"], line)

    @staticmethod
    def _paint_name(painter: QPainter, box: QRectF, item: ShownLine) -> None:
        zh, en = name_words(item.line)
        box = box.adjusted(0, 0, -px(6), 0)
        loud = item.level if item.level in ("stop", "sign", "reason") else ""
        tint = loud or ("ink" if item.line.adopted_by else "ink2")
        unknown = item.line.herb is None
        if not en:
            wide = paint_text(painter, box, zh, kind="lead", tint=tint)
            if unknown:
                rest = box.adjusted(wide + px(8), 0, 0, 0)
                paint_text(painter, rest, say(T("prescription.unresolved")), kind="caption", tint="sign")
            return
        half = box.height() / 2
        paint_text(painter, QRectF(box.left(), box.top() + px(1), box.width(), half), zh, tint=tint)
        paint_text(
            painter,
            QRectF(box.left(), box.top() + half - px(1), box.width(), half),
            en,
            kind="micro",
            tint="ink3",
        )

    @staticmethod
    def _paint_bar(painter: QPainter, box: QRectF, item: ShownLine) -> None:
        if box.width() < px(40):
            return
        if item.range is None:
            paint_text(painter, box, say(T("prescription.no_range")), kind="caption", tint="ink3", align=LEFT)
            return
        words = range_words(item.range)
        room = width_of(words, font("caption")) + px(8)
        bar = box.adjusted(0, 0, -room, 0)
        if bar.width() > px(36):
            paint_dose(painter, bar, Dose(item.daily, item.range.low, item.range.high))
        paint_text(painter, box.adjusted(bar.width() + px(4), 0, 0, 0), words, kind="caption", tint="ink2")

    @staticmethod
    def _paint_handling(painter: QPainter, box: QRectF, line: PrescriptionLine) -> None:
        words = handling_words(line.handling)
        if not words:
            return
        wide = min(width_of(words, font("caption")) + 2 * px(8), box.width() - px(6))
        tag = QRectF(box.left(), box.center().y() - px(10), wide, px(20))
        paint_box(painter, tag, fill="raised", line="line", radius="radius.key")
        paint_text(painter, tag.adjusted(px(8), 0, -px(4), 0), words, kind="caption")

    @staticmethod
    def _paint_marks(painter: QPainter, box: QRectF, line: PrescriptionLine) -> None:
        side, y = px("seal"), box.center().y() - px("seal") / 2
        x = box.right() - side
        if line.adopted_by is not None:
            paint_seal(painter, QRectF(x, y, side, side), seal_of(line.adopted_by) or "·")
            x -= side + px(4)
        if line.proposed_by is not ProposedBy.PRACTITIONER:
            paint_seal(painter, QRectF(x, y, side, side), say(T("component.proposal_mark")), proposed=True)

    # keys
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
            if alt and not self._checks and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and not self._checks:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.moved.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
                return
        plain = not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        if not self._checks and plain and event.text().isalnum() and not self._own_key(event):
            self.typed.emit(event.text())
            return
        super().keyPressEvent(event)


class LineHead(Drawn):
    """The heads over the lines."""

    def __init__(self, *, checks: bool = False) -> None:
        super().__init__()
        self._checks = checks

    def natural(self) -> tuple[float, float]:
        return (300, 24)

    def draw(self, painter: QPainter) -> None:
        cells = LineTable.cells(QRectF(self.rect()), checks=self._checks)
        words = {"name": "herb", "amount": "amount", "bar": "range", "handling": "handling", "alert": "alert"}
        for cell, word in words.items():
            shown = "handling_plain" if self._checks and word == "handling" else word
            text = say(T(f"prescription.column.{shown}"))
            if cells[cell].width() > px(36):
                align = RIGHT if cell == "amount" else LEFT
                paint_text(
                    painter,
                    cells[cell].adjusted(0, 0, -px(2), 0),
                    text,
                    kind="caption",
                    tint="ink2",
                    align=align,
                )
        if self._checks:
            box = QRectF(
                cells["tick"].left() + px(4),
                0,
                cells["name"].left() - cells["tick"].left() - px(8),
                self.height(),
            )
            paint_text(painter, box, say(T("prescription.column.checked")), kind="caption", tint="ink2")
        hairline(painter, 0, self.width(), self.height() - 1, "line_strong")


def range_words(told: DoseRange) -> str:
    """ "9–30 g", or "≤ 15 g" where only an upper limit is held."""
    return f"{told.low:g}–{told.high:g} g" if told.low is not None else f"≤ {told.high:g} g"


# alerts in words
def alert_title(alert: Alert) -> Text:
    """Herbs and the class of the rule."""
    herbs = say(T("pattern.comma")).join(alert.herbs)
    return (
        T("reviewing.alert_title", herbs=herbs, rule=T(f"review.rule.{alert.rule}"))
        if herbs
        else T(f"review.rule.{alert.rule}")
    )


def alert_text(alert: Alert) -> str:
    return alert.zh if lang() == "zh" else alert.en


def alert_source(alert: Alert) -> str:
    """Authority and edition."""
    authority = say(T(f"review.authority.{alert.authority}"))
    known = alert.edition not in ("", "not stated", alert.authority)
    return (
        f"{authority} · {edition_name(alert.edition, lang())}"
        if known and alert.authority != "policy"
        else authority
    )


def shown_alert(row: AlertRow, answers: Sequence[Answer] = (), *, source: bool = False) -> ShownAlert:
    """An alert as the lists show it; answered ones with who, what and when. source: edition at the right."""
    answered = None
    if row.answers and (row.answered or row.level == "notice"):
        last = row.answers[-1]
        time = datetime.fromisoformat(last.at).strftime("%H:%M:%S") if last.at else ""
        answered = (seal_of(last.by) or "·", answer_words(row), time)
    return ShownAlert(
        row.alert.key,
        row.level,
        alert_title(row.alert),
        alert_text(row.alert),
        alert_source(row.alert) if source else "",
        tuple(answers),
        answered,
    )


def answer_words(row: AlertRow) -> Text:
    """What was answered to an alert: the reason, who signed as second, or that it was seen."""
    parts = []
    for answer in row.answers:
        if answer.reason:
            parts.append(answer.reason)
        elif answer.action == "second-signature":
            parts.append(say(T("reviewing.second_by", by=answer.by)))
        else:
            parts.append(say(T("reviewing.noted")))
    return " · ".join(parts)


def loudest(rows: Sequence[AlertRow], index: int) -> AlertRow | None:
    """The first alert about a line that nobody has answered, else the first one at all."""
    mine = [row for row in rows if index in row.alert.lines]
    return next((row for row in mine if not row.answered), mine[0] if mine else None)


# coverage in words
def coverage_words(review: Review, name_of_line: Callable[[int], str]) -> tuple[Text, Text]:
    """A pass is a sentence: (the count, the rest with rules, editions, date and what was not checked)."""
    told = review.coverage
    comma = say(T("pattern.comma"))
    rules = comma.join(say(T(f"review.rule.{rule.rule}")) for rule in told.rules if rule.checked)
    strong = T("reviewing.covered", checked=told.lines_checked, total=told.lines_total)
    parts = [say(T("reviewing.covered_rules", rules=rules))]
    parts.append(
        say(
            T(
                "reviewing.covered_by",
                editions=comma.join(edition_name(e, lang()) for e in told.editions),
                date=told.as_of,
            )
        )
    )
    missing = unchecked_words(review, name_of_line)
    parts.append(say(T("reviewing.unchecked", what=missing)) if missing else say(T("reviewing.all_checked")))
    note = edition_words(review, lang())
    if note:
        parts.append(note)
    if not review.alerts:
        parts.append(say(T("reviewing.no_alerts")))
    return strong, " ".join(parts)


def unchecked_words(review: Review, name_of_line: Callable[[int], str]) -> str:
    """What could not be checked and why; a rule that could look at no line is named as a whole."""
    told = review.coverage
    whole: dict[str, list[str]] = {}
    single: dict[tuple[int, str], None] = {}
    for rule in told.rules:
        if not rule.checked and rule.unchecked:
            why = rule.unchecked[0][1]
            whole.setdefault(why, []).append(say(T(f"review.rule.{rule.rule}")))
        else:
            single.update(dict.fromkeys(rule.unchecked))
    comma = say(T("pattern.comma"))
    parts = [
        say(T("reviewing.unchecked_one", what=comma.join(rules), why=T(f"review.unchecked.{why}")))
        for why, rules in whole.items()
    ]
    by_reason: dict[str, list[str]] = {}
    for index, why in single:
        names = by_reason.setdefault(why, [])
        if name_of_line(index) not in names:
            names.append(name_of_line(index))
    parts += [
        say(
            T(
                "reviewing.unchecked_one",
                what=comma.join(names[:_MOST_UNCHECKED]),
                why=T(f"review.unchecked.{why}"),
            )
        )
        for why, names in by_reason.items()
    ]
    return say(T("reviewing.semicolon")).join(parts)
