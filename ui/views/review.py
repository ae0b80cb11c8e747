"""审核: the lines as they will be signed, every alert with its answer, coverage, and what still stands before
the signature. The second person signs in the page, with the own password, and sees the same page."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.workflow.changes import Changed, Kind
from ui.viewmodels.prescribe import Prescribe
from ui.viewmodels.reviewing import REASONS, AlertRow, Reviewing, is_checked, lines_text
from ui.viewmodels.shell import seal_of
from ui.views.nothing import no_visit
from ui.views.page import Page
from ui.views.pattern_parts import Short
from ui.views.review_parts import FourLooks, OpenAlert
from ui.views.rx_parts import (
    LineHead,
    LineTable,
    ShownLine,
    coverage_words,
    loudest,
    shown_alert,
)
from ui.widgets.alerts import AlertLine, CoverageSentence
from ui.widgets.base import (
    ElidedLabel,
    Ground,
    Label,
    SectionHead,
    clear,
    column,
    row,
)
from ui.widgets.buttons import Button, SealMark
from ui.widgets.columns import Columns
from ui.widgets.frames import EmptyState, Message, SignatureSlot, WayOn
from ui.words import Name, T, Text, lang, say

_MOST_REASONS = 4  # under the button; the rest is counted


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
        head.addWidget(self._seal)
        head.addWidget(self._title)
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
            self._columns.body.reveal(self._front, self._front.rect())

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
