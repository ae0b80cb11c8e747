"""Parts of the review page: the open alert with its answers and the second person, and the four looks."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from tcm_station.domain.prescription import Override
from ui.style import line_px, paint_box, paint_glyph, paint_icon, paint_text, px
from ui.style.tokens import alert_icon
from ui.viewmodels.reviewing import REASONS, AlertRow, Look
from ui.views.rx_parts import (
    alert_source,
    alert_text,
    alert_title,
    answer_words,
)
from ui.widgets.base import (
    Drawn,
    ElidedLabel,
    Label,
    column,
    hairline,
    paragraph,
    row,
    wrapped_lines,
)
from ui.widgets.buttons import Button, Field
from ui.widgets.frames import AnswerList
from ui.words import T, Text, say


class OpenAlert(QWidget):
    """The alert at the front with its answers: reasons by key, a sentence, the second person and password.

    reasoned(text), settled(), second(name, password), seen().
    """

    reasoned = Signal(str)
    settled = Signal()
    second = Signal(str, str)
    seen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._row: AlertRow | None = None
        outer = column(gap=6, pad=(42, 8, 12, 10))
        self.setLayout(outer)
        head = row(gap=8)
        self._title = Label(kind="body_strong", wrap=True)
        self._source = ElidedLabel("", "caption", "ink2")
        self._source.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 3)
        head.addWidget(self._source, 2)
        outer.addLayout(head)
        self._text = Label(kind="caption", tint="ink2", wrap=True)
        outer.addWidget(self._text)
        self.answers = AnswerList([(name, T(f"reviewing.reason.{name}")) for name in REASONS])
        self.answers.chosen.connect(self._on_reason)
        outer.addWidget(self.answers)
        line = row(gap=8)
        self.sentence = Field(T("reviewing.sentence"))
        self.sentence.returnPressed.connect(self._keep)
        self._button = Button(T("reviewing.keep_reason"), "Enter", small=True)
        self._button.clicked.connect(self._keep)
        self._settle = Button("", small=True)
        self._settle.clicked.connect(self.settled)
        self._seen = Button(T("reviewing.mark_seen"), "Enter", small=True)
        self._seen.clicked.connect(self.seen)
        self._reason_line = QWidget()
        self._reason_line.setLayout(line)
        line.addWidget(self.sentence, 1)
        line.addWidget(self._button)
        outer.addWidget(self._reason_line)
        extra = row(gap=8)
        extra.addWidget(self._settle)
        extra.addWidget(self._seen)
        extra.addStretch(1)
        outer.addLayout(extra)
        outer.addWidget(self._build_second())

    def _build_second(self) -> QWidget:
        self._second = QWidget()
        box = column(gap=6, pad=(0, 6, 0, 0))
        self._second.setLayout(box)
        self._first_said = Label(kind="body", wrap=True)
        box.addWidget(self._first_said)
        line = row(gap=8)
        self.who = QComboBox()
        self.who.setMinimumWidth(px(130))
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.returnPressed.connect(self._sign_second)
        self._agree = Button(T("reviewing.agree_sign"), "Enter", small=True)
        self._agree.clicked.connect(self._sign_second)
        self._second_label = Label(T("reviewing.second"), tint="ink2")
        line.addWidget(self._second_label)
        line.addWidget(self.who, 1)
        line.addWidget(self.password, 1)
        line.addWidget(self._agree)
        box.addLayout(line)
        self._why = Label(T("reviewing.second_note"), "caption", "ink3", wrap=True)
        box.addWidget(self._why)
        return self._second

    def show_alert(self, told: AlertRow, others: list[str], settle: Text, *, editable: bool) -> None:
        """Show one alert. others: who else can sign. settle: words of its own way out, or ""."""
        new = self._row is None or self._row.alert.key != told.alert.key
        self._row = told
        alert = told.alert
        self._title.say(alert_title(alert))
        self._source.say(alert_source(alert))
        self._text.say(alert_text(alert))
        has_reason = any(a.action == "reason" for a in told.answers)
        needs_second = alert.overridable_by is Override.SECOND_SIGNATURE
        never = alert.overridable_by is Override.NONE and told.level == "stop"
        notice = told.level == "notice"
        asks = editable and not never and not notice and not has_reason
        self.answers.setVisible(asks)
        self._reason_line.setVisible(asks)
        self._seen.setVisible(editable and notice and not told.answers)
        self._settle.setVisible(editable and bool(settle))
        self._settle.say(settle)
        awaiting = editable and needs_second and has_reason and not told.answered
        self._second.setVisible(awaiting)
        if never:
            self._text.say(say(T("reviewing.never", text=alert_text(alert))))
        if awaiting:
            self._first_said.say(T("reviewing.first_said", what=answer_words(told)))
            names = [self.who.itemText(i) for i in range(self.who.count())]
            if names != others:
                self.who.clear()
                self.who.addItems(others)
            self._agree.set_reason("" if others else T("reviewing.no_other"))
            self._why.say(T("reviewing.second_note") if others else T("reviewing.no_other"))
            self.password.setPlaceholderText(say(T("reviewing.password")))
            self.password.setAccessibleName(say(T("reviewing.password")))
            self.who.setAccessibleName(say(T("reviewing.second")))
        if new:
            self.answers.choose("")
            self.sentence.clear()
            self.password.clear()
        self.setAccessibleName(f"{say(T(f'component.level.{told.level}'))} {say(alert_title(alert))}")
        self.update()

    def refuse(self, words: str) -> None:
        """Say why the second signature was not taken."""
        self._why.say(words, "stop")
        self.password.clear()
        self.password.setFocus()

    def focus_answer(self) -> None:
        """The place where an answer is given."""
        if self.answers.isVisibleTo(self):
            self.answers.setFocus()
        elif self._second.isVisibleTo(self):
            self.password.setFocus()
        elif self._seen.isVisibleTo(self):
            self._seen.setFocus()
        else:
            self._settle.setFocus()

    def choose(self, index: int) -> None:
        """Choose a reason by its number."""
        if self.answers.isVisibleTo(self) and 0 <= index < len(REASONS):
            self.answers.choose(REASONS[index])
            self._on_reason(REASONS[index])

    def _on_reason(self, name: str) -> None:
        self.sentence.setText(say(T(f"reviewing.reason.{name}")))
        self.sentence.setFocus()
        self.sentence.setCursorPosition(len(self.sentence.text()))

    def _keep(self) -> None:
        self.reasoned.emit(self.sentence.text())

    def _sign_second(self) -> None:
        self.second.emit(self.who.currentText(), self.password.text())

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        if self._row is not None:
            level = self._row.level
            paint_box(painter, QRectF(self.rect()), fill=f"{level}_soft", line=None, edge=level)
            paint_icon(painter, alert_icon(level), px(13), px(10), 18, level)
        painter.end()


class FourLooks(Drawn):
    """Person, pattern and formula, alerts, numbers: what the machine checked before, each with its state."""

    def __init__(self) -> None:
        super().__init__()
        self._looks: list[tuple[Look, Text]] = []

    def set(self, looks: list[tuple[Look, Text]]) -> None:
        self._looks = looks
        self.setAccessibleName(" ".join(say(words) for _, words in looks))
        self.restyle()

    def natural(self) -> tuple[float, float]:
        return (200, 42)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.restyle()

    def retranslate(self) -> None:
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(round(sum(self._tall(words) for _, words in self._looks)) or px(42))
        self.update()

    def _lines(self, words: Text) -> list[str]:
        return wrapped_lines(say(words), "caption", max(px(80), self.width() - px(46)))

    def _tall(self, words: Text) -> float:
        return px(26) + line_px("caption") * max(1, len(self._lines(words)))

    def draw(self, painter: QPainter) -> None:
        y = 0.0
        for index, (look, words) in enumerate(self._looks):
            tall = self._tall(words)
            hairline(painter, 0, self.width(), y + tall - 1)
            paint_text(painter, QRectF(0, y, px(20), tall), str(index + 1), kind="caption", tint="ink2")
            box = QRectF(px(20), y + px(3), self.width() - px(46), line_px("body"))
            paint_text(painter, box, say(T(f"reviewing.look.{look.id}")), bold=True)
            low = QRectF(box.left(), box.bottom() - px(1), box.width(), tall)
            paragraph(painter, low, say(words), kind="caption")
            spot = QRectF(self.width() - px(20), y + tall / 2 - px(6), px(12), px(12))
            paint_glyph(painter, spot, look.glyph)
            y += tall
