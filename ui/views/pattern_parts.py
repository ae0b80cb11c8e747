"""Parts of the differentiation page: the editor, the candidates, the evidence, the comparison."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QGridLayout, QWidget

from tcm_station.domain.differentiation import Candidate, NextQuestion
from tcm_station.domain.finding import Polarity
from tcm_station.workflow.lookup import Hit
from ui.style import LEFT, RIGHT, line_px, paint_glyph, paint_text, pen, px, size
from ui.viewmodels.pattern import Difference, code_of, short_name
from ui.widgets.base import Drawn, Label, clear, hairline, row, wrapped_lines
from ui.widgets.buttons import Button, Field, SealMark, Tag
from ui.widgets.completer import HitField
from ui.widgets.flow import Flow
from ui.widgets.frames import JudgedFrame
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.widgets.rangebar import paint_probability
from ui.words import Name, T, Text, lang, say


class Short(Name):
    """A syndrome's name without the words that all English ones begin with."""

    def __str__(self) -> str:
        return short_name(super().__str__())


class Element(Name):
    """An element's name; English ones lose their article on the map."""

    def __str__(self) -> str:
        return super().__str__().removeprefix("the ")


class Editor(JudgedFrame):
    """One's own differentiation being written. committed(text), declined(), chosen(code), dropped(code)."""

    committed = Signal(str)
    declined = Signal()
    chosen = Signal(str)
    dropped = Signal(str)

    def __init__(self, find: Callable[[str], Sequence[Hit]]) -> None:
        super().__init__(mine=True, pad=14)
        head = row(gap=10)
        self.seal = SealMark("")
        self.title = Label("", "head")
        self.note = Label("", "caption", "ink3")
        head.addWidget(self.seal)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.note)
        self.body.addLayout(head)
        self.body.addSpacing(px(6))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(8))
        grid.setColumnStretch(1, 1)
        self.field = HitField(T("pattern.editor.find"), find, note=lambda hit: code_of(hit.id))
        self.field.picked.connect(self._pick)
        self.reasons = Field(T("pattern.editor.reasons_hint"))
        self.reasons.returnPressed.connect(self.commit)
        self._tags = QWidget()
        self._flow = Flow(6, self._tags)
        grid.addWidget(Label(T("pattern.editor.syndrome"), tint="ink2"), 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self._tags, 1, 1)
        grid.addWidget(Label(T("pattern.editor.reasons"), tint="ink2"), 2, 0)
        grid.addWidget(self.reasons, 2, 1)
        self.body.addLayout(grid)
        self.body.addSpacing(px(6))
        foot = row(gap=16)
        self.button = Button("", "Ctrl Enter", kind="primary")
        self.button.clicked.connect(self.commit)
        self.away = Button("", "Esc", kind="quiet")
        self.away.clicked.connect(self.declined)
        foot.addWidget(self.button)
        foot.addWidget(self.away)
        foot.addStretch(1)
        self.body.addLayout(foot)

    def show_draft(self, codes: Sequence[str], text: str | None = None) -> None:
        """The syndromes chosen so far, the main one first; text replaces the sentence."""
        clear(self._flow)
        for code in codes:
            tag = Tag(
                T("pattern.editor.chosen", name=Short(code), code=code_of(code)),
                icon="x",
                strong=True,
                tall=True,
            )
            tag.setParent(self._tags)
            tag.pressed.connect(lambda c=code: self.dropped.emit(c))
            self._flow.addWidget(tag)
            tag.show()
        self._tags.setVisible(bool(codes))
        self._fit()
        if text is not None:
            self.reasons.setText(text)

    def commit(self) -> None:
        self.field.close_popup()
        self.committed.emit(self.reasons.text())

    def _pick(self, hit: Hit) -> None:
        self.field.clear()
        self.chosen.emit(hit.id)

    def _fit(self) -> None:
        self._tags.setMinimumHeight(self._flow.heightForWidth(max(px(200), self._tags.width())))

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._fit()


class Candidates(RowView):
    """The table of candidates, with the rest as its last row. chosen(item) is a (rank, Candidate)."""

    def __init__(self) -> None:
        super().__init__(
            self._paint_candidate, self._height_of, name=self._say, tip=self._say, fit=True, plain=False
        )
        self.rows.set_enabled(lambda item: isinstance(item[1], Candidate))

    def _height_of(self, index: int) -> float:
        # English names are longer than the column at 1366: they take two lines.
        narrow = lang() == "en" and self.width() < px(640) and index < len(self.items()) - 1
        return size("table_row") + (13 if narrow else 0)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.restyle()

    def set(self, shown: Sequence[Candidate], rest: tuple[int, float], selected: int) -> None:
        rows: list[tuple[int, object]] = [
            (place, candidate) for place, candidate in enumerate(shown, start=1)
        ]
        if rows:
            rows.append((0, rest))
        self.set_items(rows, selected)

    @staticmethod
    def _say(item: tuple[int, object]) -> str:
        _, told = item
        if isinstance(told, Candidate):
            return say(T("pattern.candidate_said", name=Name(told.code), p=probability(told.p)))
        return ""

    @staticmethod
    def head(painter: QPainter, rect: QRectF) -> None:
        """The column heads over the table."""
        cells = Candidates.cells(rect)
        words = ("", "syndrome", "p", "interval", "for", "against", "missing")
        for index, (cell, word) in enumerate(zip(cells, words, strict=True)):
            if word:
                align = RIGHT if index in (2, 4, 5, 6) else LEFT
                head = say(T(f"pattern.column.{word}"))
                paint_text(painter, cell, head, kind="caption", tint="ink2", align=align)

    @staticmethod
    def cells(rect: QRectF) -> list[QRectF]:
        """rank, name, p, bar, for, against, missing."""
        counts = px(44 if lang() == "zh" else 52)
        right = rect.right() - px(8)
        made = [QRectF(right - counts * n, rect.top(), counts, rect.height()) for n in (3, 2, 1)]
        bar_wide = min(px(130), rect.width() * (0.24 if lang() == "zh" else 0.18))
        bar = QRectF(made[0].left() - bar_wide - px(4), rect.top(), bar_wide, rect.height())
        p = QRectF(bar.left() - px(50), rect.top(), px(42), rect.height())
        rank = QRectF(rect.left() + px(10), rect.top(), px(20), rect.height())
        name = QRectF(rank.right(), rect.top(), p.left() - rank.right() - px(4), rect.height())
        return [rank, name, p, bar, *made]

    def _paint_candidate(
        self, painter: QPainter, rect: QRectF, item: tuple[int, object], state: RowState
    ) -> None:
        rank, told = item
        paint_ground(painter, rect, state, bar=False)
        cells = self.cells(rect)
        hairline(painter, rect.left(), rect.right(), rect.bottom(), "line")
        bar = cells[3].adjusted(0, px(4), 0, -px(4))
        if isinstance(told, Candidate):
            bold = state.selected or None
            paint_text(painter, cells[0], str(rank))
            lines = wrapped_lines(say(Short(told.code)), "body", cells[1].width() - px(6))
            shown = lines[:1] if rect.height() < 2 * line_px("body") else lines[:2]
            step = cells[1].height() / len(shown) if len(shown) == 1 else line_px("body")
            top = cells[1].center().y() - step * len(shown) / 2
            # What does not fit in the last line is elided there.
            shown[-1] = (" " if lang() == "en" else "").join(lines[len(shown) - 1 :])
            for place, words in enumerate(shown):
                box = QRectF(cells[1].left(), top + place * step, cells[1].width(), step)
                paint_text(painter, box, words, bold=bold)
            paint_text(painter, cells[2], probability(told.p), bold=bold, align=RIGHT)
            paint_probability(painter, bar, told.p, told.p_low, told.p_high)
            for cell, n in zip(cells[4:], (told.supporting, told.opposing, told.missing), strict=True):
                paint_text(painter, cell, str(len(n)), align=RIGHT)
        else:
            count, p = told  # type: ignore[misc]
            paint_text(painter, cells[1], say(T("pattern.rest", n=count)), tint="ink2")
            paint_text(painter, cells[2], probability(p), align=RIGHT)
            paint_probability(painter, bar, p, None, None)


class CandidateHead(Drawn):
    """The heads of the table of candidates."""

    def natural(self) -> tuple[float, float]:
        return (300, 24)

    def draw(self, painter: QPainter) -> None:
        Candidates.head(painter, QRectF(self.rect()))


class EvidenceColumns(Drawn):
    """For, against and missing of one candidate, each with its weight; wraps, never cuts."""

    MOST = 6

    def __init__(self) -> None:
        super().__init__()
        self._candidate: Candidate | None = None
        self._tall = 60

    def set(self, candidate: Candidate | None) -> None:
        self._candidate = candidate
        self._measure()

    def retranslate(self) -> None:
        self._measure()

    def natural(self) -> tuple[float, float]:
        return (240, 60)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._measure()

    def restyle(self) -> None:
        self._measure()

    def _measure(self) -> None:
        self._tall = round(self._lay(None))
        self.setFixedHeight(max(px(40), self._tall))
        self.update()

    def draw(self, painter: QPainter) -> None:
        self._lay(painter)

    def _lay(self, painter: QPainter | None) -> float:
        if self._candidate is None:
            return 0.0
        told = self._candidate
        step, heads = line_px("body"), ("for", "against", "missing")
        wide, tallest = self.width() / 3, 0.0
        for index, (head, list_) in enumerate(
            zip(heads, (told.supporting, told.opposing, told.missing), strict=True)
        ):
            x = index * wide + px(8)
            room = wide - px(24)
            if painter is not None:
                line = QRectF(x, 0, room, step)
                paint_text(painter, line, say(T(f"pattern.evidence.{head}")), kind="caption", bold=True)
            y = float(step)
            if not list_:
                y += self._line(painter, x, y, room, say(T("pattern.evidence.none")), None, "ink2")
            for evidence in list_[: self.MOST]:
                y += self._line(painter, x, y, room, say(Name(evidence.finding)), evidence.weight, "ink")
            if len(list_) > self.MOST:
                more = say(T("pattern.evidence.more", n=len(list_) - self.MOST))
                y += self._line(painter, x, y, room, more, None, "ink3")
            tallest = max(tallest, y)
        return tallest + px(4)

    @staticmethod
    def _line(
        painter: QPainter | None, x: float, y: float, room: float, words: str, weight: float | None, tint: str
    ) -> float:
        step = line_px("body")
        number = px(40) if weight is not None else 0
        lines = wrapped_lines(words, "body", room - number)
        if painter is not None:
            for index, line in enumerate(lines):
                paint_text(painter, QRectF(x, y + index * step, room - number, step), line, tint=tint)
            if weight is not None:
                cell = QRectF(x + room - number, y, number, step)
                paint_text(painter, cell, signed(weight), kind="caption", tint="ink2", align=RIGHT)
        return len(lines) * step


def probability(p: float) -> str:
    """Two digits; what is smaller says so."""
    return f"{p:.2f}" if p >= 0.005 or p == 0 else "<0.01"


def signed(weight: float | None) -> str:
    """A weight with its sign; a long dash where there is none."""
    return "—" if weight is None else f"{weight:+.1f}".replace("-", "−")


class Comparison(RowView):
    """Only the findings that tell two candidates apart, with the weight that each gives them."""

    def __init__(self) -> None:
        super().__init__(self._paint_difference, "table_row", name=self._say, fit=True, plain=False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @staticmethod
    def _say(item: Difference) -> str:
        return f"{say(Name(item.finding))} {signed(item.first)} {signed(item.second)}"

    @staticmethod
    def cells(rect: QRectF) -> list[QRectF]:
        shares = (0.0, 0.34, 0.52, 0.76, 1.0)
        return [
            QRectF(rect.left() + rect.width() * a, rect.top(), rect.width() * (b - a) - px(8), rect.height())
            for a, b in pairwise(shares)
        ]

    def _paint_difference(self, painter: QPainter, rect: QRectF, item: Difference, state: RowState) -> None:
        cells = self.cells(rect)
        hairline(painter, rect.left(), rect.right(), rect.bottom())
        paint_text(painter, cells[0], say(Name(item.finding)))
        if item.polarity is None:
            paint_text(painter, cells[1], say(T("pattern.here.unknown")), tint="ink3")
        else:
            there = item.polarity is Polarity.PRESENT
            side = px(10)
            spot = QRectF(cells[1].left(), rect.center().y() - side / 2, side, side)
            paint_glyph(painter, spot, "finding_yes" if there else "finding_no", "ink")
            words = say(T("pattern.here.yes" if there else "pattern.here.no"))
            paint_text(painter, cells[1].adjusted(px(16), 0, 0, 0), words, bold=there or None)
        paint_text(painter, cells[2], signed(item.first))
        paint_text(painter, cells[3], signed(item.second))


class ComparisonHead(Drawn):
    """The heads of the comparison: finding, here, and the two names."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[Text, Text] = ("", "")

    def set(self, first: Text, second: Text) -> None:
        self._names = (first, second)
        self.update()

    def natural(self) -> tuple[float, float]:
        return (300, 26)

    def draw(self, painter: QPainter) -> None:
        rect = QRectF(self.rect())
        words = (T("pattern.column.finding"), T("pattern.column.here"), *self._names)
        for cell, word in zip(Comparison.cells(rect), words, strict=True):
            paint_text(painter, cell, say(word), kind="caption", tint="ink2")
        painter.setPen(pen("line"))
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)


class QuestionRow(QWidget):
    """One next question with its gain and two keyed answers. answered(yes)."""

    answered = Signal(bool)

    def __init__(self, question: NextQuestion, first_key: int) -> None:
        super().__init__()
        line = row(gap=8, pad=(0, 5, 0, 6))
        self.setLayout(line)
        name = Label(T("pattern.question", sign=Name(question.finding)), wrap=True)
        line.addWidget(name, 1)
        line.addWidget(Label(T("pattern.bits", n=f"{question.gain_bits:.2f}"), "caption", "ink3"))
        for offset, word, yes in ((0, "pattern.yes", True), (1, "pattern.no", False)):
            button = Button(T(word), str(first_key + offset), small=True)
            button.clicked.connect(lambda _=False, said=yes: self.answered.emit(said))
            line.addWidget(button)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        hairline(painter, 0, self.width(), self.height() - 1)
        painter.end()


def is_plain_digit(event: QKeyEvent) -> int:
    """1 to 9 for a plain digit key, else 0."""
    return int(event.text()) if event.text().isdigit() and event.text() != "0" else 0
