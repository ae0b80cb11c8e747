"""药房, first form: signed prescriptions by risk, each with lines, alerts and answers, coverage, and what
is new under today's rules."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tcm_station.workflow.changes import Changed, Kind
from tcm_station.workflow.lookup import dose_range, formula_info
from ui.style import RIGHT, paint_glyph, paint_text, px
from ui.viewmodels.pharmacy import Pharmacy, QueueRow
from ui.viewmodels.prescribe import day_grams
from ui.viewmodels.reviewing import is_checked, lines_text
from ui.viewmodels.shell import seal_of
from ui.views.page import Page
from ui.views.pattern_parts import Short
from ui.views.rx_parts import LineHead, LineTable, ShownLine, alert_text, coverage_words, shown_alert
from ui.widgets.alerts import AlertLine, CoverageSentence
from ui.widgets.base import ElidedLabel, Ground, Label, SectionHead, clear, column, hairline, row
from ui.widgets.buttons import SealMark, Tag
from ui.widgets.columns import Columns
from ui.widgets.flow import Flow
from ui.widgets.frames import EmptyState, Message, SignatureSlot, WayOn
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.words import Name, T, Text, say
from ui.workers import Task

_GLYPHS = {"stop": "stop", "sign": "look", "reason": "look", "notice": "not_started", "": "not_started"}


class PharmacyPage(Page):
    """Reading what was signed today."""

    contexts = ("pharmacy", "tables")
    hints = ("review.next", "review.previous")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Pharmacy(frame.shell)
        self._task: Task | None = None
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._left = self._build_left()
        self._columns = Columns(self._build_middle(), right=self._build_right(), right_width=324, least=500)
        self._empty = EmptyState(
            T("pharmacy.empty"),
            T("pharmacy.empty_text"),
            [
                WayOn(
                    "consult",
                    T("pharmacy.empty_go"),
                    T("pharmacy.empty_go_note"),
                    "",
                    lambda: frame.go("consult"),
                )
            ],
        )
        outer.addWidget(self._left)
        outer.addWidget(self._columns, 1)
        outer.addWidget(self._empty, 1)
        self.restyle()

    # layout
    def _build_left(self) -> QWidget:
        side = Ground("window", "r")
        box = column(gap=0, pad=(0, 12, 0, 0))
        side.setLayout(box)
        holder = row(pad=(12, 0, 12, 0))
        self._head = SectionHead("", T("pharmacy.order"))
        holder.addWidget(self._head)
        box.addLayout(holder)
        self._queue = RowView(self._paint_row, 56, name=self._say)
        self._queue.chosen.connect(lambda _item: self._open(self._queue.currentIndex().row()))
        box.addWidget(self._queue, 1)
        return side

    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 16))
        middle.setLayout(box)
        head = row(gap=10)
        self._name = Label("", "title")
        self._tags = QWidget()
        self._tag_flow = Flow(6, self._tags)
        self._when = Label(kind="caption", tint="ink2", align=Qt.AlignmentFlag.AlignRight)
        head.addWidget(self._name)
        head.addWidget(self._tags, 1)
        head.addWidget(self._when)
        box.addLayout(head)
        second = row(gap=10)
        self._seal = SealMark("")
        self._title = Label("", "head")
        self._about = ElidedLabel("", "caption", "ink2")
        for widget in (self._seal, self._title):
            second.addWidget(widget)
        second.addWidget(self._about, 1)
        box.addLayout(second)
        self._lines = LineTable(checks=True, fit=True)
        self._lines.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._numbers = Label(kind="body_strong", wrap=True)
        for part in (LineHead(checks=True), self._lines, self._numbers):
            box.addWidget(part)
        self._alert_head = SectionHead("")
        box.addWidget(self._alert_head)
        self._alerts = QWidget()
        self._alert_box = column(gap=6)
        self._alerts.setLayout(self._alert_box)
        box.addWidget(self._alerts)
        box.addStretch(1)
        return middle

    def _build_right(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 12))
        side.setLayout(box)
        self._again_head = SectionHead(T("pharmacy.again"), T("pharmacy.again_note"))
        box.addWidget(self._again_head)
        self._again = Label(kind="body", wrap=True)
        box.addWidget(self._again)
        self._news = QWidget()
        self._news_box = column(gap=6)
        self._news.setLayout(self._news_box)
        box.addWidget(self._news)
        box.addWidget(SectionHead(T("prescription.coverage")))
        self._coverage = CoverageSentence()
        box.addWidget(self._coverage)
        box.addWidget(SectionHead(T("reviewing.signature")))
        self._first, self._second = SignatureSlot(), SignatureSlot()
        box.addWidget(self._first)
        box.addWidget(self._second)
        box.addWidget(Message("notice", T("pharmacy.reads_only"), T("pharmacy.reads_only_text")))
        box.addStretch(1)
        return side

    def restyle(self) -> None:
        self._left.setFixedWidth(px(300) if self.width() > px(1000) else px(220))

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.restyle()

    # the page's life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "review.next": lambda: self._step(1),
            "review.previous": lambda: self._step(-1),
            # Enter stays with the queue here, never with the visit behind the page.
            "visit.next_step": self._queue.setFocus,
        }

    def entered(self) -> None:
        self._load()
        self._show()
        self._queue.setFocus()

    def left(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def changed(self, changed: Changed) -> None:
        if changed.kinds & {Kind.SIGNATURE, Kind.PATIENTS}:
            self._load()

    def retranslate(self) -> None:
        self._show()

    def _load(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self.frame.runner.start(
            lambda task: self.model.load(), done=self._on_loaded, failed=self.frame.explain
        )

    def _on_loaded(self, rows: tuple[QueueRow, ...]) -> None:
        self._task = None
        self.model.receive(rows)
        self._show()

    # showing
    def _show(self) -> None:
        rows = self.model.rows
        today, before = self.model.counts()
        self._head.say(
            T("pharmacy.queue_before", n=today, m=before) if before else T("pharmacy.queue", n=today)
        )
        self._queue.set_items(list(rows), self.model.place)
        told = self.model.current
        self._columns.setVisible(told is not None)
        self._empty.setVisible(told is None)
        if told is not None:
            self._show_paper(told)

    def _show_paper(self, told: QueueRow) -> None:
        visit, patient = told.visit, told.patient
        rx = visit.prescription
        if rx is None:
            return
        age = patient.age_years(visit.at.date())
        who = say(T(f"component.sex.{patient.sex.value}")) + (f" {age}" if age is not None else "")
        self._name.say(f"{patient.name}  {who}")
        clear(self._tag_flow)
        comma = say(T("pattern.comma"))
        none = say(T("reviewing.not_told"))
        words: list[Text] = [
            T("pharmacy.allergy", what=comma.join(patient.allergies) or none),
            T("pharmacy.drugs", what=comma.join(patient.drugs) or none),
            T("pharmacy.pregnant", what=T(f"reviewing.pregnant.{patient.pregnant.value}")),
        ]
        for text in words:
            tag = Tag(text, parent=self._tags)
            self._tag_flow.addWidget(tag)
            tag.show()
        self._tags.setMinimumHeight(self._tag_flow.heightForWidth(max(px(160), self._tags.width())))
        signed = visit.signed_at.strftime("%Y-%m-%d %H:%M") if visit.signed_at is not None else ""
        self._when.say(T("pharmacy.signed", by=visit.signed_by or "", time=signed, n=told.minutes))
        self._seal.say(seal_of(visit.signed_by or "") or "·")
        self._title.say(Name(rx.formula) if rx.formula else T("prescription.own"))
        codes = visit.judgement.syndromes if visit.judgement is not None else ()
        self._about.say(comma.join(say(Short(code)) for code in codes))
        self._show_lines(told)
        self._show_alerts(told)
        self._show_right(told)

    def _show_lines(self, told: QueueRow) -> None:
        rx, day = told.visit.prescription, told.visit.at.date()
        if rx is None:
            return
        info = formula_info(rx.formula)
        shown = []
        for index, line in enumerate(rx.lines):
            loud = next((row for row in told.alerts if index in row.alert.lines), None)
            shown.append(
                ShownLine(
                    index,
                    line,
                    info.roles.get(line.name, "") if info is not None else "",
                    day_grams(line, rx),
                    dose_range(line.herb, day),
                    loud.level if loud is not None else "",
                    T(f"review.rule.{loud.alert.rule}") if loud is not None else "",
                    told.visit.review is not None and is_checked(told.visit.review, index),
                )
            )
        self._lines.set_items(shown)
        if rx.doses is None or not rx.per_day:
            self._numbers.say(T("reviewing.no_doses"))
            return
        self._numbers.say(
            T(
                "reviewing.numbers",
                doses=rx.doses,
                per_day=f"{rx.per_day:g}",
                portions=rx.portions,
                days=f"{rx.doses / rx.per_day:g}",
                times=rx.doses * rx.portions,
            )
        )

    def _show_alerts(self, told: QueueRow) -> None:
        self._alert_head.say(T("reviewing.alerts", n=len(told.alerts)), T("pharmacy.alerts_note"))
        clear(self._alert_box)
        for alert in told.alerts:
            line = AlertLine(shown_alert(alert))
            line.setToolTip(alert_text(alert.alert))
            self._alert_box.addWidget(line)
            self._alert_box.addWidget(Label(alert_text(alert.alert), "caption", "ink2", wrap=True))

    def _show_right(self, told: QueueRow) -> None:
        visit = told.visit
        rx = visit.prescription
        if visit.review is None or rx is None:
            self._coverage.set(T("overview.last_not_signed"))
        else:
            strong, rest = coverage_words(visit.review, lambda i: lines_text(rx, i))
            self._coverage.set(strong, rest)
        self._show_again(told)
        by = visit.signed_by or ""
        time = visit.signed_at.strftime("%H:%M:%S") if visit.signed_at is not None else ""
        self._first.set(by, T("reviewing.prescriber"), seal_of(by) or "·", "signed", time)
        second = visit.second_by or ""
        state = "signed" if second else "not_needed"
        self._second.set(
            second or T("reviewing.second"), T("reviewing.second"), seal_of(second) or "·", state
        )

    def _show_again(self, told: QueueRow) -> None:
        """The same lines under today's rules, for the person as known now; only what is new is listed."""
        clear(self._news_box)
        again = told.again
        if again is None:
            self._again.say("")
            return
        day, cover = again.review.coverage.as_of, again.review.coverage
        checked, total = cover.lines_checked, cover.lines_total
        if told.news:
            words = T("pharmacy.again_new", date=day, checked=checked, total=total, n=len(told.news))
        else:
            words = T("pharmacy.again_same", date=day, checked=checked, total=total)
        self._again.say(words, "ink" if told.news else "ink2")
        for row_ in told.news:
            self._news_box.addWidget(AlertLine(shown_alert(row_)))
            self._news_box.addWidget(Label(alert_text(row_.alert), "caption", "ink2", wrap=True))
        self._news.setVisible(bool(told.news))

    @staticmethod
    def _note(item: QueueRow) -> str:
        comma = say(T("pattern.comma"))
        if item.alerts:
            rules = dict.fromkeys(say(T(f"review.rule.{a.alert.rule}")) for a in item.alerts)
            return comma.join(rules)
        told = item.visit.review
        if told is None:
            return ""
        return say(T("pharmacy.clean", checked=told.coverage.lines_checked, total=told.coverage.lines_total))

    def _say(self, item: QueueRow) -> str:
        return f"{item.patient.name} {self._note(item)}"

    def _paint_row(self, painter: QPainter, rect: QRectF, item: QueueRow, state: RowState) -> None:
        paint_ground(painter, rect, state)
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
        paint_glyph(
            painter,
            QRectF(rect.left() + px(14), rect.center().y() - px(7), px(14), px(14)),
            _GLYPHS[item.level],
        )
        line = QRectF(rect.left() + px(42), rect.top() + px(8), rect.width() - px(104), px(20))
        paint_text(painter, line, item.patient.name, bold=True)
        paint_text(painter, line.translated(0, px(19)), self._note(item), kind="caption", tint="ink2")
        right = QRectF(rect.right() - px(60), line.top(), px(50), px(20))
        paint_text(painter, right, _wait_words(item), kind="caption", align=RIGHT)
        form = "%H:%M" if item.is_today else "%m-%d"
        time = item.visit.signed_at.strftime(form) if item.visit.signed_at is not None else ""
        paint_text(painter, right.translated(0, px(19)), time, kind="caption", tint="ink2", align=RIGHT)

    # doing
    def _open(self, place: int) -> None:
        self.model.place = place
        told = self.model.current
        if told is not None:
            self._show_paper(told)

    def _step(self, by: int) -> None:
        self.model.step(by)
        self._queue.select(self.model.place)
        told = self.model.current
        if told is not None:
            self._show_paper(told)


def _wait_words(item: QueueRow) -> str:
    """Minutes of waiting today; days for what was signed earlier."""
    if item.is_today:
        return say(T("pharmacy.minutes", n=item.minutes))
    return say(T("pharmacy.days", n=max(1, item.minutes // (24 * 60))))
