"""审核: the lines as they will be signed, every alert with its answer, coverage, and what still stands before
the signature. The second person signs in the page, with the own password, and sees the same page."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.domain.prescription import Override
from tcm_station.workflow.changes import Changed, Kind
from ui.style import line_px, paint_box, paint_glyph, paint_icon, paint_text, px
from ui.style.tokens import alert_icon
from ui.viewmodels.prescribe import Prescribe
from ui.viewmodels.reviewing import REASONS, AlertRow, Look, Reviewing, is_checked, lines_text
from ui.viewmodels.shell import seal_of
from ui.views.nothing import no_visit
from ui.views.page import Page
from ui.views.pattern_parts import Short
from ui.views.rx_parts import (
    LineHead,
    LineTable,
    ShownLine,
    alert_source,
    alert_text,
    alert_title,
    answer_words,
    coverage_words,
    loudest,
    shown_alert,
)
from ui.widgets.alerts import AlertLine, CoverageSentence
from ui.widgets.base import (
    Drawn,
    ElidedLabel,
    Ground,
    Label,
    SectionHead,
    clear,
    column,
    hairline,
    paragraph,
    row,
    wrapped_lines,
)
from ui.widgets.buttons import Button, Field, SealMark
from ui.widgets.columns import Columns
from ui.widgets.frames import AnswerList, EmptyState, Message, SignatureSlot, WayOn
from ui.words import Name, T, Text, lang, say

_MOST_REASONS = 4  # under the button; the rest is counted


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


class ReviewPage(Page):
    """The review of the open visit's prescription, and its signature."""

    contexts = ("review", "visit", "tables")
    hints = ("review.next", "review.answer", "tables.next_alert", "visit.prescription", "review.do")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Reviewing(frame.shell)
        self._rx = Prescribe(frame.shell)
        self._current = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._columns = Columns(
            self._build_middle(),
            right=self._build_right(),
            right_foot=self._build_signature(),
            right_width=324,
            least=500,
        )
        self._nothing = no_visit(frame)
        layout.addWidget(self._nothing, 1)
        layout.addWidget(self._columns, 1)

    # layout
    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 16))
        middle.setLayout(box)
        head = row(gap=10)
        self._seal = SealMark("")
        self._title = Label("", "head")
        self._about = ElidedLabel("", "caption", "ink2")
        self._change = Button(T("reviewing.change"), "Ctrl 6", kind="quiet", icon="draft")
        self._change.clicked.connect(lambda: self.frame.go("prescription"))
        for widget in (self._seal, self._title):
            head.addWidget(widget)
        head.addWidget(self._about, 1)
        head.addWidget(self._change)
        box.addLayout(head)
        self._empty = EmptyState(
            T("reviewing.empty"),
            T("reviewing.empty_text"),
            [WayOn("herb", T("reviewing.empty_go"), T("reviewing.empty_go_note"), "", self._write)],
        )
        box.addWidget(self._empty, 1)
        self._heads = LineHead(checks=True)
        self._lines = LineTable(checks=True, fit=True)
        self._lines.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._numbers = Label(kind="body_strong", wrap=True)
        self._amounts = Label(kind="caption", tint="ink2", wrap=True)
        for widget in (self._heads, self._lines, self._numbers, self._amounts):
            box.addWidget(widget)
        self._alert_head = SectionHead("")
        box.addWidget(self._alert_head)
        self._front = OpenAlert()
        self._front.reasoned.connect(self._keep_reason)
        self._front.settled.connect(self._settle)
        self._front.second.connect(self._second)
        self._front.seen.connect(self._see)
        box.addWidget(self._front)
        self._others = QWidget()
        self._others_box = column(gap=6)
        self._others.setLayout(self._others_box)
        box.addWidget(self._others)
        box.addStretch(1)
        return middle

    def _build_right(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 12))
        side.setLayout(box)
        box.addWidget(SectionHead(T("reviewing.looks"), T("reviewing.looks_note")))
        self._looks = FourLooks()
        box.addWidget(self._looks)
        box.addWidget(SectionHead(T("prescription.coverage")))
        self._coverage = CoverageSentence()
        box.addWidget(self._coverage)
        box.addStretch(1)
        return side

    def _build_signature(self) -> QWidget:
        side = Ground("surface", "t")
        box = column(gap=6, pad=(16, 8, 16, 10))
        side.setLayout(box)
        self._sign_head = SectionHead(T("reviewing.signature"), T("reviewing.signature_note"))
        box.addWidget(self._sign_head)
        self._first_slot, self._second_slot = SignatureSlot(), SignatureSlot()
        box.addWidget(self._first_slot)
        box.addWidget(self._second_slot)
        self._sign = Button(T("reviewing.sign"), "Ctrl Enter", kind="primary", icon="lock")
        self._sign.clicked.connect(self._do_sign)
        box.addWidget(self._sign)
        self._why = Label(kind="caption", tint="sign", wrap=True)
        box.addWidget(self._why)
        self._done = Message("covered", "", "")
        box.addWidget(self._done)
        self._to_report = Button(T("reviewing.to_report"), "Ctrl 8")
        self._to_report.clicked.connect(lambda: self.frame.go("report"))
        box.addWidget(self._to_report)
        return side

    # the page's life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "review.next": lambda: self._step(1),
            "review.previous": lambda: self._step(-1),
            "tables.next_alert": lambda: self._step(1),
            "tables.previous_alert": lambda: self._step(-1),
            "review.do": self._do_sign,
            "app.preview": lambda: self.frame.go("report"),
        }

    def entered(self) -> None:
        self._show()
        self._front.focus_answer()

    def left(self) -> None:
        self._front.password.clear()

    def changed(self, changed: Changed) -> None:
        kinds = {
            Kind.PRESCRIPTION,
            Kind.REVIEW,
            Kind.DIFFERENTIATION,
            Kind.SIGNATURE,
            Kind.FINDINGS,
            Kind.SETTINGS,
        }
        if not changed.kinds or changed.kinds & kinds:
            self._show()

    def retranslate(self) -> None:
        self._show()

    # showing
    def _show(self) -> None:
        rx = self._rx.prescription
        has = bool(rx.lines or rx.patents)
        has_visit = self.frame.shell.visit is not None
        self._nothing.setVisible(not has_visit)
        self._columns.setVisible(has_visit)
        self._empty.setVisible(not has)
        for widget in (self._heads, self._lines, self._numbers, self._amounts, self._alert_head, self._seal):
            widget.setVisible(has)
        self._change.setVisible(self.frame.shell.is_draft)
        self._show_head()
        self._show_lines()
        self._show_alerts()
        self._show_looks()
        self._show_signature()

    def _show_head(self) -> None:
        visit = self.frame.shell.visit
        lines = self._rx.lines
        name = self._rx.title(lang())
        self._title.say(name or (T("prescription.own") if lines else T("prescription.none")))
        self._seal.say(seal_of(self.frame.shell.user) or "·")
        parts: list[str] = []
        if visit is not None and visit.judgement is not None:
            parts += [say(Short(code)) for code in visit.judgement.syndromes] or [visit.judgement.text]
        if visit is not None and visit.differentiation is not None and visit.differentiation.principle:
            parts.append(say(Name(visit.differentiation.principle)))
        self._about.say(" · ".join(parts))

    def _show_lines(self) -> None:
        review, rows = self.model.review, self.model.rows()
        shown = []
        for index, line in enumerate(self._rx.lines):
            loud = loudest(rows, index)
            shown.append(
                ShownLine(
                    index,
                    line,
                    self._rx.role_of(line),
                    self._rx.daily(line),
                    self._rx.range_of(line),
                    loud.level if loud is not None and not loud.answered else "",
                    T(f"review.rule.{loud.alert.rule}") if loud is not None else "",
                    review is not None and is_checked(review, index),
                )
            )
        self._lines.set_items(shown)
        p, totals = self._rx.prescription, self._rx.totals()
        self._numbers.say(numbers_words(self._rx))
        form = T(f"prescription.form.{p.form.value}")
        self._amounts.say(
            T("reviewing.amounts", form=form, grams=f"{totals.grams:g}", n=totals.lines, note=p.note)
        )

    def _show_alerts(self) -> None:
        rows = self.model.rows()
        waiting = [r for r in rows if not r.answered and not (r.level == "notice" and r.answers)]
        done = [r for r in rows if r not in waiting]
        self._alert_head.say(
            T("reviewing.alerts", n=len(rows)),
            T("reviewing.alerts_note", done=len(done), waiting=len(waiting)),
            "F7",
        )
        front = next((r for r in waiting if r.alert.key == self._current), waiting[0] if waiting else None)
        self._current = front.alert.key if front is not None else ""
        self._front.setVisible(front is not None)
        if front is not None:
            shell = self.frame.shell
            others = [name for name in self.frame.desk.staff() if name != shell.user]
            self._front.show_alert(front, others, self._way_out(front), editable=shell.is_draft)
        clear(self._others_box)
        for told in [*(r for r in waiting if r is not front), *done]:
            line = AlertLine(shown_alert(told))
            line.reopen.connect(self._on_line)
            self._others_box.addWidget(line)
        self._others.setVisible(self._others_box.count() > 0)

    def _way_out(self, told: AlertRow) -> Text:
        alert = told.alert
        if (
            alert.settle in ("lower-to", "raise-to")
            and len(alert.lines) == 1
            and alert.settle_value is not None
        ):
            return T(f"review.settle.{alert.settle}", value=f"{alert.settle_value:g}")
        return ""

    def _show_looks(self) -> None:
        looks = []
        for look in self.model.looks():
            params = dict(look.params)
            if look.id == "pattern":
                visit = self.frame.shell.visit
                codes = visit.judgement.syndromes if visit is not None and visit.judgement is not None else ()
                params["pattern"] = say(T("pattern.comma")).join(say(Short(c)) for c in codes) or say(
                    T("reviewing.none")
                )
                params["formula"] = self._rx.title(lang()) or say(T("prescription.own"))
            if look.id == "person":
                words = self._person_words()
                looks.append((look, words))
                continue
            if look.id == "numbers":
                looks.append((look, numbers_words(self._rx)))
                continue
            looks.append((look, T(f"reviewing.look.{look.id}.text", **params)))
        self._looks.set(looks)
        review = self.model.review
        if review is None:
            self._coverage.set(T("prescription.nothing_to_review"))
        else:
            strong, rest = coverage_words(review, lambda i: lines_text(self._rx.prescription, i))
            self._coverage.set(strong, rest)

    def _person_words(self) -> Text:
        patient, visit = self.frame.shell.patient, self.frame.shell.visit
        if patient is None or visit is None:
            return ""
        age = patient.age_years(visit.at.date())
        comma = say(T("pattern.comma"))
        return T(
            "reviewing.look.person.text",
            name=patient.name,
            sex=T(f"component.sex.{patient.sex.value}"),
            age=age if age is not None else say(T("reviewing.not_told")),
            allergy=comma.join(patient.allergies) or say(T("reviewing.not_told")),
            drugs=comma.join(patient.drugs) or say(T("reviewing.not_told")),
            pregnant=T(f"reviewing.pregnant.{patient.pregnant.value}"),
        )

    def _show_signature(self) -> None:
        shell = self.frame.shell
        visit, user = shell.visit, shell.user
        signed = visit is not None and not shell.is_draft
        obstacles = self.model.obstacles() if visit is not None and not signed else ()
        name: Text = user or T("app.no_user")
        if signed and visit is not None and visit.signed_at is not None:
            time = visit.signed_at.strftime("%H:%M:%S")
            by = visit.signed_by or ""
            self._first_slot.set(by, T("reviewing.prescriber"), seal_of(by), "signed", time)
        else:
            self._first_slot.set(name, T("reviewing.prescriber"), seal_of(user) or "·", "awaited")
        state, who = self.model.second_state()
        self._second_slot.set(who or T("reviewing.second"), T("reviewing.second"), seal_of(who) or "·", state)
        self._sign.setVisible(not signed)
        self._why.setVisible(not signed and bool(obstacles or not user))
        self._done.setVisible(signed)
        self._to_report.setVisible(signed)
        if signed and visit is not None:
            self._done.say(T("reviewing.signed", by=visit.signed_by or ""), T("reviewing.signed_text"))
            return
        reasons = [obstacle_words(o) for o in obstacles]
        if not user:
            reasons.insert(0, say(T("reviewing.no_user")))
        self._sign.set_reason(reasons[0] if reasons else "")
        self._why.say("\n".join(f"◆ {text}" for text in reasons[:_MOST_REASONS]) if reasons else "")
        if len(reasons) > _MOST_REASONS:
            self._why.say(
                "\n".join(
                    [
                        *(f"◆ {t}" for t in reasons[:_MOST_REASONS]),
                        say(T("reviewing.more", n=len(reasons) - _MOST_REASONS)),
                    ]
                )
            )

    # doing
    def _row(self) -> AlertRow | None:
        return next((r for r in self.model.rows() if r.alert.key == self._current), None)

    def _attempt(self, step: Callable[[], object]) -> StationError | None:
        try:
            step()
        except StationError as error:
            return error
        return None

    def _told(self, error: StationError | None) -> None:
        if error is not None:
            self.frame.note(f"{error.text(lang())} {error.advice(lang())}")

    def _keep_reason(self, text: str) -> None:
        told = self._row()
        if told is None:
            return
        error = self._attempt(lambda: self.model.give_reason(told.alert, text))
        self._front.sentence.set_error(error is not None)
        self._told(error)
        if error is None:
            self._front.focus_answer()

    def _settle(self) -> None:
        told = self._row()
        if told is not None:
            self._told(self._attempt(lambda: self._rx.settle(told.alert)))

    def _see(self) -> None:
        told = self._row()
        if told is not None:
            self.model.note(told.alert)
            self._front.focus_answer()

    def _second(self, name: str, password: str) -> None:
        told = self._row()
        if told is None:
            return
        error = self._attempt(lambda: self.model.second_signature(told.alert, name, password))
        if error is not None:
            self._front.refuse(f"{error.text(lang())} {error.advice(lang())}")
        else:
            self._front.password.clear()
            self._front.focus_answer()

    def _on_line(self, key: str) -> None:
        told = next((r for r in self.model.rows() if r.alert.key == key), None)
        if told is None or not self.frame.shell.is_draft:
            return
        if told.answers and (told.answered or told.level == "notice"):
            self.model.reopen(told.alert)
        self._current = key
        self._show_alerts()
        self._front.focus_answer()

    def _step(self, by: int) -> None:
        waiting = [
            r.alert.key
            for r in self.model.rows()
            if not r.answered and not (r.level == "notice" and r.answers)
        ]
        if waiting:
            at = waiting.index(self._current) if self._current in waiting else 0
            self._current = waiting[(at + by) % len(waiting)]
            self._show_alerts()
            self._front.focus_answer()
            self._columns.scroll.reveal(self._front, self._front.rect())

    def _write(self) -> None:
        self.frame.go("prescription")

    def _do_sign(self) -> None:
        if not self.frame.shell.is_draft or not self._sign.isEnabled():
            return
        error = self.model.sign()
        if error is not None:
            self.frame.explain(error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdigit() and 1 <= int(event.text()) <= len(REASONS):
            self._front.choose(int(event.text()) - 1)
        else:
            super().keyPressEvent(event)


def numbers_words(rx: Prescribe) -> Text:
    """The three numbers, always written out."""
    p, totals = rx.prescription, rx.totals()
    if p.doses is None or totals.days is None:
        return T("reviewing.no_doses")
    return T(
        "reviewing.numbers",
        doses=p.doses,
        per_day=f"{p.per_day:g}",
        portions=p.portions,
        days=f"{totals.days:g}",
        times=totals.portions,
    )


def obstacle_words(told) -> str:
    """An obstacle with the thing in words: an alert by its title, never by its key."""
    what = told.what
    if told.code == "alert_open":
        rule, _, herbs = what.partition(":")
        what = say(
            T(
                "reviewing.alert_title",
                herbs=herbs.replace("+", say(T("pattern.comma"))),
                rule=T(f"review.rule.{rule}"),
            )
        )
    return say(T(f"sign.obstacle.{told.code}", what=what))
