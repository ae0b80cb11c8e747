"""问: the ten questions at left, answers and free text in the middle, what was read at right."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QPlainTextEdit, QWidget

from tcm_station.domain.finding import Certainty, Finding, Polarity
from tcm_station.workflow.changes import Changed, Kind
from ui.style import (
    RIGHT,
    colour,
    font,
    line_px,
    paint_box,
    paint_glyph,
    paint_key_cap,
    paint_text,
    px,
    time_ms,
    width_of,
)
from ui.viewmodels.ask import DEGREES, Ask, GroupRow, Reading, read
from ui.views.page import Page
from ui.widgets.base import Ground, Label, Rule, SectionHead, column, row, wrapped_lines
from ui.widgets.buttons import Field, Segment
from ui.widgets.columns import Columns
from ui.widgets.constitution import ConstitutionBars
from ui.widgets.lists import RowState, RowView
from ui.words import Name, ShortName, T, lang, say
from ui.workers import Task

COLUMNS = 3
LINES = 2
LEFT_WIDTH = 216
RIGHT_WIDTH = 330
MOST_ITEMS = 9


class AnswerBox(QAbstractButton):
    """One item of a question: key, words and how it was answered."""

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index, self._code = index, ""
        self._answer: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.restyle()

    def show_item(self, code: str, answer: str | None) -> None:
        self._code, self._answer = code, answer
        self.retranslate()

    def retranslate(self) -> None:
        said = say(T(f"ask.answer.{self._answer or 'none'}"))
        self.setAccessibleName(f"{self._words()} {said}")
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(px(36))

    def _words(self) -> str:
        name = say(Name(self._code)) if self._code else ""
        return say(T("ask.no_item", name=name)) if self._answer == "no" else name

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        yes = self._answer not in (None, "no")
        fill = "select" if yes else "hover" if self.underMouse() else "raised"
        paint_box(painter, QRectF(self.rect()), fill=fill, line="accent" if yes else "line")
        middle = self.height() / 2
        left: float = px(10)
        if self._index < MOST_ITEMS:
            paint_key_cap(painter, px(26), middle, str(self._index + 1))
            left = px(36)
        degree = say(T(f"ask.answer.{self._answer}")) if self._answer in DEGREES else ""
        glyph = "finding_no" if self._answer == "no" else "finding_yes" if yes else "not_started"
        paint_glyph(painter, QRectF(self.width() - px(22), middle - px(6), px(12), px(12)), glyph)
        right: float = self.width() - px(28)
        if degree:
            box = QRectF(right - px(60), 0, px(56), self.height())
            right -= paint_text(painter, box, degree, kind="caption", tint="ink3", align=RIGHT) + px(8)
        words, tint = self._words(), "ink2" if self._answer == "no" else "ink"
        room = QRectF(left, 0, right - left, self.height())
        if width_of(words, font("body")) <= room.width():
            paint_text(painter, room, words, tint=tint)
        else:  # English names: two small lines rather than one cut off
            lines = wrapped_lines(words, "caption", room.width())
            shown = lines if len(lines) <= LINES else [lines[0], " ".join(lines[1:])]
            top = middle - line_px("caption") * len(shown) / 2
            for place, line in enumerate(shown):
                at = QRectF(left, top + place * line_px("caption"), room.width(), line_px("caption"))
                paint_text(painter, at, line, kind="caption", tint=tint)
        painter.end()


class Underlines(QSyntaxHighlighter):
    """Underlines what was read: solid is there, dashed is denied, wavy is somebody else's word."""

    def __init__(self, document) -> None:
        super().__init__(document)
        self._reading = Reading("")

    def show(self, reading: Reading) -> None:
        self._reading = reading
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        start = self.currentBlock().position()
        for finding in self._reading.findings:
            if finding.span is None:
                continue
            first, last = finding.span
            if last <= start or first >= start + len(text):
                continue
            begin = max(0, first - start)
            self.setFormat(begin, min(len(text), last - start) - begin, self._format(finding))

    def _format(self, finding: Finding) -> QTextCharFormat:
        style = QTextCharFormat.UnderlineStyle
        told = QTextCharFormat()
        if finding.certainty is Certainty.REPORTED:
            told.setUnderlineStyle(style.WaveUnderline)
            told.setUnderlineColor(QColor(colour("p3")))
        elif finding.polarity is Polarity.ABSENT:
            told.setUnderlineStyle(style.DashUnderline)
            told.setUnderlineColor(QColor(colour("p2")))
        else:
            told.setUnderlineStyle(style.SingleUnderline)
            told.setUnderlineColor(QColor(colour("accent")))
        return told


class AskPage(Page):
    """The inquiry of the open visit."""

    contexts = ("inquiry", "visit", "tables")
    hints = ("inquiry.yes", "inquiry.no", "inquiry.free_text", "inquiry.constitution", "inquiry.next_unasked")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Ask(frame.shell)
        self._filling = False
        self._task: Task | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._left, self._right = self._build_left(), self._build_right()
        layout.addWidget(
            Columns(
                self._build_middle(),
                left=self._left,
                right=self._right,
                left_width=LEFT_WIDTH,
                right_width=RIGHT_WIDTH,
            )
        )
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(READ_PAUSE_MS)
        self._pause.timeout.connect(self._read_now)
        self._save = QTimer(self)
        self._save.setSingleShot(True)
        self._save.setInterval(time_ms("autosave_idle"))
        self._save.timeout.connect(self._keep_text)
        self.restyle()

    # layout
    def _build_left(self) -> QWidget:
        side = Ground("surface", "r")
        box = column(pad=(0, 12, 0, 0))
        side.setLayout(box)
        self._count = Label(kind="caption", tint="ink3")
        self._count.setContentsMargins(px(12), 0, 0, px(8))
        box.addWidget(self._count)
        self._groups = RowView(self._paint_group, 38, name=lambda r: r.question.title("zh"))
        self._groups.chosen.connect(self._on_group)
        box.addWidget(self._groups, 1)
        return side

    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=8, pad=(20, 12, 20, 12))
        middle.setLayout(box)
        self._complaint = Field(T("ask.complaint"))
        self._complaint.editingFinished.connect(self._keep_complaint)
        box.addWidget(self._complaint)
        self._head = SectionHead("", T("ask.keys"))
        box.addWidget(self._head)
        grid = QGridLayout()
        grid.setSpacing(px(8))
        self._boxes = []
        for index in range(MOST_ITEMS + COLUMNS):
            made = AnswerBox(index)
            made.clicked.connect(lambda _=False, i=index: self._answer(i, "yes"))
            grid.addWidget(made, index // COLUMNS, index % COLUMNS)
            self._boxes.append(made)
        for index in range(COLUMNS):
            grid.setColumnStretch(index, 1)
        box.addLayout(grid)
        line = row(gap=8)
        line.addWidget(Label(T("ask.degree"), tint="ink2"))
        keys = ("Z", "X", "C")
        self._degree = Segment([(d, T(f"ask.answer.{d}"), k) for d, k in zip(DEGREES, keys, strict=True)])
        self._degree.chosen.connect(lambda value: self.model.degree(str(value)))
        line.addWidget(self._degree)
        line.addStretch(1)
        box.addLayout(line)
        box.addWidget(SectionHead(T("ask.free_text"), T("ask.free_text_note"), "F6"))
        self._text = QPlainTextEdit()
        self._text.setTabChangesFocus(True)
        self._text.textChanged.connect(self._on_typed)
        self._marks = Underlines(self._text.document())
        box.addWidget(self._text, 1)
        self._legend = Label(T("ask.legend"), "caption", "ink3")
        box.addWidget(self._legend)
        self._unread = Label(kind="caption", tint="sign", wrap=True)
        box.addWidget(self._unread)
        return middle

    def _build_right(self) -> QWidget:
        side = Ground("surface", "l")
        box = column(gap=8, pad=(16, 12, 16, 12))
        side.setLayout(box)
        self._read_head = SectionHead(T("ask.read"))
        box.addWidget(self._read_head)
        self._found = RowView(self._paint_finding, name=lambda f: say(Name(f.code)))
        box.addWidget(self._found, 1)
        self._constitution_head = SectionHead(T("ask.constitution"), "", "Q")
        box.addWidget(self._constitution_head)
        self._bars = ConstitutionBars()
        box.addWidget(self._bars)
        self._constitution_words = Label(kind="caption", tint="ink3", wrap=True)
        box.addWidget(self._constitution_words)
        box.addWidget(Rule())
        return side

    def restyle(self) -> None:
        self._text.setFont(font("body"))
        self._text.setMinimumHeight(px(96))

    # the page's life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "inquiry.mild": lambda: self._set_degree("mild"),
            "inquiry.moderate": lambda: self._set_degree("moderate"),
            "inquiry.severe": lambda: self._set_degree("severe"),
            "inquiry.next_unasked": self._next_unasked,
            "inquiry.free_text": self._text.setFocus,
            "inquiry.constitution": lambda: self.frame.go("constitution"),
        }

    def entered(self) -> None:
        visit = self.frame.shell.visit
        self._filling = True
        self._complaint.setText(visit.complaint if visit else "")
        if visit is not None and self._text.toPlainText() != visit.history:
            self._text.setPlainText(visit.history)
        editable = self.frame.shell.is_draft
        self._complaint.setReadOnly(not editable)
        self._text.setReadOnly(not editable)
        self._filling = False
        self.model.open(min(self.model.place, len(self.model.questions()) - 1))
        self._show()
        self._read_now()
        self._groups.setFocus()

    def left(self) -> None:
        self._pause.stop()
        if self._save.isActive():
            self._save.stop()
            self._keep_text()

    def changed(self, changed: Changed) -> None:
        visit = self.frame.shell.visit
        if not changed.kinds or changed.kinds & {Kind.HISTORY, Kind.FINDINGS, Kind.PATIENTS}:
            typing = self._text.hasFocus() or self._save.isActive()
            if visit is not None and not typing and self._text.toPlainText().rstrip() != visit.history:
                self.entered()
            else:
                self._show()

    def retranslate(self) -> None:
        self._show()

    # showing
    def _show(self) -> None:
        model = self.model
        rows = model.groups()
        asked, of = model.asked_count()
        self._count.say(T("ask.count", asked=asked, of=of))
        self._groups.set_items(rows, model.place)
        question = model.question
        self._head.say(question.title(lang()))
        answers = model.answers()
        for index, made in enumerate(self._boxes):
            there = index < len(question.items)
            made.setVisible(there)
            if there:
                item = question.items[index]
                made.show_item(item, answers.get(item))
                made.setEnabled(self.frame.shell.is_draft)
        now = answers.get(model.last_item or "")
        self._degree.setEnabled(model.last_item is not None and self.frame.shell.is_draft)
        self._degree.choose(now if now in DEGREES else None)
        found = model.findings()
        no = sum(f.polarity is Polarity.ABSENT for f in found)
        self._read_head.say(T("ask.read_count", n=len(found)), T("ask.read_note", yes=len(found) - no, no=no))
        self._found.set_items(found)
        self._show_constitution()

    def _show_constitution(self) -> None:
        visit = self.frame.shell.visit
        result = visit.questionnaire if visit else None
        if result is None or not result.scores:
            self._bars.set([])
            self._constitution_head.say(caption="")
            self._constitution_words.say(T("ask.constitution_not_done"))
            return
        verdicts = dict(result.verdicts)
        scores = [(ShortName(c), s, T(f"ask.verdict.{verdicts.get(c, 'none')}")) for c, s in result.scores]
        self._bars.set(scores, [verdicts.get(c, "") for c, _ in result.scores])
        self._constitution_head.say(caption=T("ask.form", form=result.form, n=len(result.answers)))
        main = Name(result.main) if result.main else T("ask.unclassified")
        self._constitution_words.say(T("ask.constitution_main", what=main))

    def _paint_group(self, painter: QPainter, rect: QRectF, item: GroupRow, state: RowState) -> None:
        title = item.question.title(lang())
        wide = rect.adjusted(px(12), 0, -px(34), 0)
        comma = say(T("report.comma"))
        words = comma.join(
            say(T("ask.no_item", name=Name(code))) if answer == "no" else say(Name(code))
            for code, answer in item.said
        ) or say(T("ask.not_asked"))
        top = QRectF(wide.left(), rect.top() + px(2), wide.width(), px(18))
        paint_text(painter, top, title, bold=True)
        low = QRectF(wide.left(), rect.top() + px(18), wide.width(), px(18))
        paint_text(painter, low, words, kind="caption", tint="ink3")
        glyph = QRectF(rect.right() - px(26), rect.center().y() - px(6), px(12), px(12))
        paint_glyph(painter, glyph, item.glyph)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - px(1), rect.width(), px(1)), colour("line"))

    def _paint_finding(self, painter: QPainter, rect: QRectF, item: Finding, state: RowState) -> None:
        glyph = "finding_no" if item.polarity is Polarity.ABSENT else "finding_yes"
        if item.certainty is Certainty.PROPOSED and item.source.value != "inquiry":
            glyph = "finding_no" if item.polarity is Polarity.ABSENT else "finding_proposed"
        paint_glyph(painter, QRectF(rect.left() + px(2), rect.center().y() - px(6), px(12), px(12)), glyph)
        name = say(Name(item.code))
        words = say(T("ask.no_item", name=name)) if item.polarity is Polarity.ABSENT else name
        source = say(T(f"source.{item.source.value}"))
        if item.certainty is Certainty.REPORTED:
            source = say(T("ask.by_other"))
        more = item.duration or ""
        wide = rect.width()
        paint_text(painter, QRectF(rect.left() + px(24), rect.top(), wide * 0.5, rect.height()), words)
        middle = QRectF(rect.left() + px(24) + wide * 0.5, rect.top(), wide * 0.22, rect.height())
        paint_text(painter, middle, more, kind="caption", tint="ink2")
        end = QRectF(rect.right() - wide * 0.25, rect.top(), wide * 0.25 - px(4), rect.height())
        paint_text(painter, end, source, kind="caption", tint="ink3", align=RIGHT)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - px(1), wide, px(1)), colour("line"))

    # doing
    def _on_group(self, item: GroupRow) -> None:
        self.model.open(self._groups.currentIndex().row())
        self._show()

    def _answer(self, index: int, answer: str) -> None:
        if self.frame.shell.is_draft:
            self.model.answer(index, answer)
            self._show()

    def _set_degree(self, degree: str) -> None:
        self.model.degree(degree)
        self._show()

    def _next_unasked(self) -> None:
        self.model.next_unasked()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.nativeVirtualKey() - ord("1") if event.nativeVirtualKey() else -1
        digit = "!@#$%^&*(".find(event.text()) if event.text() else -1
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.text().isdigit() and event.text() != "0":
            self._answer(int(event.text()) - 1, "no" if shifted else "yes")
        elif shifted and 0 <= (digit if digit >= 0 else number) < MOST_ITEMS:
            self._answer(digit if digit >= 0 else number, "no")
        else:
            super().keyPressEvent(event)

    def _keep_complaint(self) -> None:
        if not self._filling and self.frame.shell.is_draft:
            self.model.set_complaint(self._complaint.text())

    def _on_typed(self) -> None:
        if not self._filling:
            self._pause.start()
            self._save.start()

    def _keep_text(self) -> None:
        if self.frame.shell.is_draft:
            self.model.set_history(self._text.toPlainText())

    def _read_now(self) -> None:
        text = self._text.toPlainText()
        if self._task is not None:
            self._task.cancel()
        self._task = self.frame.runner.start(
            lambda task: read(text), done=self._on_read, failed=self.frame.explain
        )

    def _on_read(self, reading: Reading) -> None:
        self._task = None
        if self.model.receive(reading, self._text.toPlainText()):
            self._marks.show(reading)
            parts = [reading.text[a:b] for a, b in reading.unread if b - a > 1][:4]
            self._unread.say(T("ask.unread", what=say(T("report.comma")).join(parts)) if parts else "")


READ_PAUSE_MS = 150  # after the last key, so that reading never runs behind the typist
