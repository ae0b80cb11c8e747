"""处方: lines with their usual doses, who proposed and adopted them, doses, and the live review beside."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.domain.prescription import DoseForm
from tcm_station.workflow.changes import Changed, Kind
from tcm_station.workflow.lookup import Hit
from ui.style import font, px, width_of
from ui.viewmodels.prescribe import Prescribe
from ui.viewmodels.reviewing import Reviewing, is_checked, lines_text
from ui.viewmodels.shell import seal_of
from ui.views.nothing import no_visit
from ui.views.page import Page
from ui.views.pattern_parts import Short
from ui.views.prescription_parts import AdditionRow, GramsEditor, Number
from ui.views.rx_parts import (
    LineHead,
    LineTable,
    ShownLine,
    coverage_words,
    loudest,
    range_words,
    shown_alert,
)
from ui.widgets.alerts import AlertCounts, AlertList, Answer, CoverageSentence
from ui.widgets.base import ElidedLabel, Ground, Label, SectionHead, clear, column, row
from ui.widgets.buttons import Button, Field, SealMark, Segment
from ui.widgets.columns import Columns
from ui.widgets.completer import HitField
from ui.widgets.flow import Flow
from ui.widgets.frames import JudgedFrame
from ui.words import Name, T, Text, lang, say

# The forms offered here; the others are kept when they come from elsewhere.
_FORMS = (DoseForm.DECOCTION, DoseForm.GRANULE, DoseForm.PILL, DoseForm.POWDER, DoseForm.EXTERNAL)
_HANDLINGS = (
    "decoct-first", "add-late", "wrap", "decoct-alone", "melt", "take-with-liquid", "crush", "powder",
)  # fmt: skip


class PrescriptionPage(Page):
    """The prescription of the open visit."""

    contexts = ("prescription", "visit", "tables")
    hints = (
        "prescription.find",
        "prescription.next_cell",
        "prescription.add_proposed",
        "tables.remove",
        "tables.move",
        "tables.next_alert",
    )

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Prescribe(frame.shell)
        self.reviewing = Reviewing(frame.shell)
        self._filling = False
        self._hit: Hit | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._columns = Columns(
            self._build_middle(),
            right=self._build_right(),
            foot=self._build_foot(),
            right_width=324,
            least=500,
        )
        self._nothing = no_visit(frame)
        layout.addWidget(self._nothing, 1)
        layout.addWidget(self._columns, 1)
        self.restyle()

    # layout
    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=6, pad=(16, 12, 16, 8))
        middle.setLayout(box)
        head = row(gap=10)
        self._seal = SealMark("")
        self._title = Label("", "head")
        self._source = ElidedLabel("", "caption", "ink2")
        self._last = Button(T("prescription.last"), "Ctrl R", kind="quiet", icon="last_prescription")
        self._last.clicked.connect(self._take_last)
        self._adopt_all = Button(T("prescription.adopt"), "A")
        self._adopt_all.clicked.connect(self._adopt)
        head.addWidget(self._seal)
        head.addWidget(self._title)
        head.addWidget(self._source, 1)
        head.addWidget(self._adopt_all)
        head.addWidget(self._last)
        box.addLayout(head)
        self._formula = HitField(T("prescription.formula"), self.model.formulas, note=lambda hit: hit.pinyin)
        self._formula.picked.connect(self._take_formula)
        self._picker = QWidget()
        stack = column(gap=6)
        self._picker.setLayout(stack)
        stack.addWidget(self._formula)
        self._proposed = QWidget()
        self._proposed_flow = Flow(6, self._proposed)
        stack.addWidget(self._proposed)
        box.addWidget(self._picker)
        self._empty = Label(kind="lead", tint="ink2", wrap=True)
        box.addWidget(self._empty)
        self._head = LineHead()
        self._lines = LineTable(keys=frozenset({"Del", "H", "Enter", "A"}), fit=True)
        self._lines.key.connect(self._on_key)
        self._lines.typed.connect(self._on_typed)
        self._lines.moved.connect(self._move)
        self._lines.doubleClicked.connect(lambda index: self._edit_grams(index.row()))
        self._lines.clicked.connect(lambda index: self._on_click(index.row()))
        self._lines.chosen.connect(lambda item: self._reveal())
        self._grams = GramsEditor(parent=self._lines.viewport())
        self._grams.hide()
        self._grams.returnPressed.connect(self._keep_grams)
        self._grams.left.connect(self._leave_grams)
        box.addWidget(self._head)
        box.addWidget(self._lines)
        box.addWidget(self._build_writer())
        box.addStretch(1)
        return middle

    def _build_writer(self) -> QWidget:
        made = QWidget()
        line = row(gap=8, pad=(0, 4, 0, 4))
        made.setLayout(line)
        self._next = Label(kind="caption", tint="ink2")
        self._name = HitField(
            T("prescription.herb"),
            self.model.complete,
            suggest=self.model.suggest,
            ask_always=True,
            note=self._herb_note,
        )
        self._name.picked.connect(self._pick_herb)
        self._name.entered.connect(self._enter_name)
        self._amount = Field(T("prescription.amount"))
        self._amount.returnPressed.connect(self._write)
        self._hint = Label(T("prescription.hint"), "caption", "ink3", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._next)
        line.addWidget(self._name, 3)
        line.addWidget(self._amount, 1)
        line.addWidget(self._hint, 4)
        self._writer = made
        return made

    def _build_foot(self) -> QWidget:
        foot = Ground("surface", "t")
        box = column(gap=8, pad=(16, 8, 16, 10))
        foot.setLayout(box)
        first = QWidget()
        line = Flow(8, first)
        self._doses, self._per_day, self._portions = Number(), Number(), Number()
        for words, field in (
            (T("prescription.doses_before"), self._doses),
            (T("prescription.per_day_before"), self._per_day),
            (T("prescription.portions_before"), self._portions),
        ):
            if say(words).strip():
                line.addWidget(self._cell(words))
            line.addWidget(field)
            field.editingFinished.connect(self._keep_doses)
        self._product = self._cell("", "body_strong")
        line.addWidget(self._product)
        self._form = Segment([(form, T(f"prescription.form.{form.value}")) for form in _FORMS])
        self._form.chosen.connect(self._set_form)
        line.addWidget(self._form)
        box.addWidget(first)
        self._doses_row = first
        second = row(gap=12)
        self._note = Field(T("prescription.directions"))
        self._note.editingFinished.connect(self._keep_note)
        self._to_review = Button(T("prescription.to_review"), "Ctrl Enter", kind="primary")
        self._to_review.clicked.connect(lambda: self.frame.go("review"))
        second.addWidget(self._note, 1)
        second.addWidget(self._to_review)
        box.addLayout(second)
        self._totals = Label(kind="caption", tint="ink2", wrap=True)
        box.insertWidget(1, self._totals)
        return foot

    @staticmethod
    def _cell(words: Text, kind: str = "body") -> Label:
        label = Label(words, kind)
        label.setFixedHeight(px("field"))
        return label

    def _build_right(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 12))
        side.setLayout(box)
        box.addWidget(SectionHead(T("prescription.live"), T("prescription.live_note")))
        self._counts = AlertCounts()
        self._alerts = AlertList()
        self._alerts.answered.connect(self._on_answer)
        self._alerts.reopened.connect(lambda _key: self.frame.go("review"))
        self._covered_head = SectionHead(T("prescription.coverage"))
        self._coverage = CoverageSentence()
        self._more = JudgedFrame(mine=False, pad=10)
        head = row(gap=8)
        head.addWidget(SealMark(T("component.proposal_mark"), proposed=True))
        head.addWidget(Label(T("prescription.additions"), "body_strong"))
        head.addWidget(Label(T("prescription.additions_note"), "caption", "ink2", wrap=True), 1)
        self._more.body.addLayout(head)
        self._additions = QWidget()
        self._addition_box = column()
        self._additions.setLayout(self._addition_box)
        self._more.body.addWidget(self._additions)
        for widget in (self._counts, self._alerts, self._covered_head, self._coverage, self._more):
            box.addWidget(widget)
        box.addStretch(1)
        return side

    def restyle(self) -> None:
        self._amount.setMinimumWidth(px(64))
        self._name.setMinimumWidth(px(120))

    # the page's life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "prescription.last": self._take_last,
            "prescription.add_proposed": self._adopt,
            "prescription.doses": self._focus_doses,
            "tables.next_alert": lambda: self._step_alert(1),
            "tables.previous_alert": lambda: self._step_alert(-1),
            "tables.find": self._focus_formula,
            "visit.go_on": lambda: self.frame.go("review"),
            "app.preview": lambda: self.frame.go("report"),
        }

    def entered(self) -> None:
        self._show()
        if self.model.lines:
            self._lines.setFocus()
            if self._lines.selected() is None:
                self._lines.select(0)
        else:
            self._name.setFocus()

    def left(self) -> None:
        self._leave_grams()
        for field in (self._name, self._formula):
            field.close_popup()
        self._keep_note()

    def changed(self, changed: Changed) -> None:
        kinds = {Kind.PRESCRIPTION, Kind.REVIEW, Kind.DIFFERENTIATION, Kind.SIGNATURE, Kind.FINDINGS}
        if not changed.kinds or changed.kinds & kinds:
            self._show()

    def retranslate(self) -> None:
        self._show()

    # showing
    def _show(self) -> None:
        self._filling = True
        draft = self.frame.shell.is_draft
        has_visit = self.frame.shell.visit is not None
        self._nothing.setVisible(not has_visit)
        self._columns.setVisible(has_visit)
        self._show_head(draft)
        self._show_lines(draft)
        self._show_doses(draft)
        self._show_review()
        self._filling = False

    def _show_head(self, draft: bool) -> None:
        model = self.model
        lines = model.lines
        name = model.title(lang())
        self._title.say(name or (T("prescription.own") if lines else T("prescription.none")))
        visit = self.frame.shell.visit
        info = model.formula()
        parts = []
        if info is not None and info.source_book:
            parts.append(say(T("prescription.book", book=info.source_book)))
        if visit is not None and visit.judgement is not None:
            parts.append(say(T("pattern.comma")).join(say(Short(c)) for c in visit.judgement.syndromes))
        self._source.say(" · ".join(p for p in parts if p))
        self._seal.say(seal_of(self.frame.shell.user) or "·")
        self._seal.setVisible(bool(lines) and not model.unadopted())
        waiting = len(model.unadopted())
        self._adopt_all.setVisible(bool(waiting) and draft)
        self._adopt_all.say(T("prescription.adopt_count", n=waiting))
        last = model.last_visit()
        self._last.setVisible(draft)
        self._last.set_reason("" if last is not None else T("prescription.no_last"))
        self._picker.setVisible(draft)
        self._show_formulas(draft)
        self._empty.setVisible(not lines)
        self._empty.say(T("prescription.empty") if draft else T("prescription.none"))

    def _show_formulas(self, draft: bool) -> None:
        clear(self._proposed_flow)
        formulas = self.model.proposed_formulas() if draft and not self.model.lines else ()
        self._proposed.setVisible(bool(formulas))
        if formulas:
            mark = SealMark(T("component.proposal_mark"), proposed=True)
            mark.setFixedHeight(px("button_small"))
            self._proposed_flow.addWidget(mark)
            mark.show()
        for told in formulas:
            words = T("prescription.proposed_formula", name=Name(told.code), score=f"{told.score:.2f}")
            button = Button(words, small=True)
            button.clicked.connect(lambda _=False, code=told.code: self._take(code))
            self._proposed_flow.addWidget(button)
            button.show()
        self._fit_flow()

    def _fit_flow(self) -> None:
        wide = max(px(160), self._formula.width())
        self._proposed.setMinimumHeight(self._proposed_flow.heightForWidth(wide))
        doses = self._doses_row
        doses.setMinimumHeight(doses.layout().heightForWidth(max(px(200), doses.width())))

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._fit_flow()

    def _show_lines(self, draft: bool) -> None:
        model, review = self.model, self.model.review
        rows = self.reviewing.rows()
        shown = []
        for index, line in enumerate(model.lines):
            loud = loudest(rows, index)
            shown.append(
                ShownLine(
                    index,
                    line,
                    model.role_of(line),
                    model.daily(line),
                    model.range_of(line),
                    loud.level if loud is not None and not loud.answered else "",
                    T(f"review.rule.{loud.alert.rule}") if loud is not None else "",
                    review is not None and is_checked(review, index),
                )
            )
        keep = self._lines.currentIndex().row()
        self._lines.set_items(shown, min(keep, len(shown) - 1) if shown else None)
        self._head.setVisible(bool(shown))
        self._lines.setVisible(bool(shown))
        self._writer.setVisible(draft)
        self._next.say(str(len(shown) + 1))
        for field in (self._name, self._amount, self._formula, self._note):
            field.setReadOnly(not draft)

    def _show_doses(self, draft: bool) -> None:
        p, totals = self.model.prescription, self.model.totals()
        for field, text in (
            (self._doses, str(p.doses) if p.doses is not None else ""),
            (self._per_day, f"{p.per_day:g}"),
            (self._portions, str(p.portions)),
        ):
            if not field.hasFocus():
                field.setText(text)
            field.setEnabled(draft)
        if totals.days is None:
            self._product.say(T("prescription.no_product"))
        else:
            self._product.say(T("prescription.product", days=f"{totals.days:g}", times=totals.portions))
        self._product.setFixedWidth(round(width_of(self._product.text(), font("body_strong"))) + px(6))
        whole = totals.grams * p.doses if p.doses is not None else None
        words = T("prescription.totals", grams=f"{totals.grams:g}", n=totals.lines)
        if whole is not None:
            words = T("prescription.totals_all", grams=f"{totals.grams:g}", all=f"{whole:g}", n=totals.lines)
        self._totals.say(words)
        self._form.choose(p.form)
        self._form.setEnabled(draft)
        if not self._note.hasFocus():
            self._note.setText(p.note)
        self._to_review.set_reason("" if self.model.lines else T("prescription.no_lines"))

    def _show_review(self) -> None:
        review, rows = self.model.review, self.reviewing.rows()
        shown = [shown_alert(r, self._answers(r)) for r in rows]
        self._counts.set(shown)
        self._counts.setVisible(any(a.answered is None for a in shown))
        self._alerts.set(shown)
        self._covered_head.setVisible(True)
        if review is None:
            self._coverage.set(T("prescription.nothing_to_review"))
        else:
            strong, rest = coverage_words(review, lambda i: lines_text(self.model.prescription, i))
            self._coverage.set(strong, rest)
        found = self.model.additions() if self.frame.shell.is_draft else ()
        clear(self._addition_box)
        self._more.setVisible(bool(found))
        for index, told in enumerate(found):
            grams = f" {told.grams:g} g" if told.grams is not None else ""
            why = say(T("pattern.comma")).join(say(Name(code)) for code in told.signs)
            keys = "A" if index == 0 and not self.model.unadopted() else ""
            name = told.herb
            if lang() == "en" and told.node is not None:
                name = f"{say(Name(told.node))} ({told.herb})"
            made = AdditionRow(f"+ {name}{grams}", why, keys, partial(self.model.add, told))
            self._addition_box.addWidget(made)

    def _answers(self, told) -> tuple[Answer, ...]:
        if not self.frame.shell.is_draft or told.level == "notice":
            return ()
        ways = []
        if told.alert.settle in ("lower-to", "raise-to") and len(told.alert.lines) == 1:
            value = f"{told.alert.settle_value:g}" if told.alert.settle_value is not None else ""
            ways.append(Answer("settle", T(f"review.settle.{told.alert.settle}", value=value)))
        ways.append(Answer("review", T("prescription.give_reason")))
        return tuple(ways)

    # doing
    def _attempt(self, step: Callable[[], object]) -> bool:
        """Do something that may be refused; say why beside the field."""
        try:
            step()
        except StationError as error:
            self.frame.note(f"{error.text(lang())} {error.advice(lang())}")
            return False
        return True

    def _on_key(self, name: str, item: ShownLine | None) -> None:
        if item is None or not self.frame.shell.is_draft:
            return
        if name == "Del":
            self.model.remove(item.index)
        elif name == "H":
            self._handling_menu(item.index)
        elif name == "A":
            self._adopt()
        else:
            self._edit_grams(item.index)

    def _on_typed(self, text: str) -> None:
        if not self.frame.shell.is_draft:
            return
        item = self._lines.selected()
        if text.isdigit() and item is not None:
            self._edit_grams(item.index, text)
        else:
            self._to_writer()
            self._name.setText(text)
            self._name.textEdited.emit(text)

    def _on_click(self, index: int) -> None:
        at = self._lines.viewport().mapFromGlobal(self._lines.cursor().pos())
        if self._lines.handling_rect(index).contains(at) and self.frame.shell.is_draft:
            self._handling_menu(index)

    def _handling_menu(self, index: int) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for code in (*_HANDLINGS, None):
            words = say(T(f"handling.{code}")) if code else say(T("prescription.no_handling"))
            action = QAction(words, menu)
            action.triggered.connect(lambda _=False, c=code: self.model.set_handling(index, c))
            menu.addAction(action)
        spot = self._lines.handling_rect(index).bottomLeft().toPoint()
        menu.popup(self._lines.viewport().mapToGlobal(spot))

    def _move(self, by: int) -> None:
        item = self._lines.selected()
        if item is not None and self.frame.shell.is_draft:
            self._lines.select(self.model.move(item.index, by))

    def _adopt(self) -> None:
        """Take over the selected proposed line, or the next one; without any, the first proposed addition."""
        if not self.frame.shell.is_draft:
            return
        waiting = self.model.unadopted()
        if waiting:
            item = self._lines.selected()
            index = item.index if item is not None and item.index in waiting else waiting[0]
            self.model.adopt(index)
            following = [i for i in self.model.unadopted() if i > index] or list(self.model.unadopted())
            if following:
                self._lines.select(following[0])
                self._reveal()
            return
        found = self.model.additions()
        if found:
            self.model.add(found[0])

    def _reveal(self) -> None:
        rect = self._lines.visualRect(self._lines.currentIndex())
        self._columns.body.reveal(self._lines, rect)

    def _edit_grams(self, index: int, text: str | None = None) -> None:
        if not self.frame.shell.is_draft:
            return
        self._lines.select(index)
        self._reveal()
        line = self.model.lines[index]
        cell = self._lines.grams_rect(index)
        box = QRectF(cell.left() - px(6), cell.top() + px(1), cell.width() - px(8), cell.height() - px(2))
        self._grams.setFixedHeight(round(box.height()))
        self._grams.setGeometry(box.toRect())
        self._grams.setProperty("line", index)
        self._grams.set_error(False)
        self._grams.setText(
            text if text is not None else f"{line.grams:g}" if line.grams is not None else line.quantity_text
        )
        self._grams.show()
        self._grams.setFocus()
        if text is None:
            self._grams.selectAll()

    def _keep_grams(self) -> None:
        index = int(self._grams.property("line"))
        if index >= len(self.model.lines):
            self._leave_grams()
            return
        if not self._attempt(lambda: self.model.set_grams(index, self._grams.text())):
            self._grams.set_error(True)
            return
        self._leave_grams()
        self._lines.select(min(index + 1, len(self.model.lines) - 1))

    def _leave_grams(self) -> None:
        if self._grams.isVisible():
            self._grams.hide()
            self._lines.setFocus()

    def _herb_note(self, hit: Hit) -> Text:
        told = self.model.range_of_herb(hit.id)
        return f"{hit.pinyin} · {range_words(told)}" if told is not None else hit.pinyin

    def _pick_herb(self, hit: Hit) -> None:
        self._hit = hit
        self._name.setText(hit.zh)
        self._name.set_error(False)
        self._amount.setFocus()
        self._amount.selectAll()

    def _enter_name(self, words: str) -> None:
        """Enter on a name of one's own: it stays as written; the review says that nobody knows it."""
        if words:
            self._hit = None
            self._amount.setFocus()
            self.frame.note(T("prescription.written_as_is", name=words))
        elif self.model.lines:
            self._lines.setFocus()

    def _write(self) -> None:
        name = self._name.text().strip()
        if not name:
            self._name.setFocus()
            return
        if not self._attempt(lambda: self.model.write(name, self._amount.text())):
            self._amount.set_error(True)
            return
        self._amount.set_error(False)
        for field in (self._name, self._amount):
            field.clear()
        self._to_writer()

    def _to_writer(self) -> None:
        self._name.setFocus()
        self._columns.body.reveal(self._writer, QRect(QPoint(0, 0), self._writer.size()))

    def _focus_formula(self) -> None:
        self._formula.setFocus()
        self._formula.selectAll()

    def _take_formula(self, hit: Hit) -> None:
        self._formula.clear()
        self._take(hit.id)

    def _take(self, formula: str) -> None:
        self.model.take_formula(formula)
        self._lines.select(0)
        self._lines.setFocus()

    def _take_last(self) -> None:
        if self.frame.shell.is_draft and not self.model.take_last():
            self.frame.note(T("prescription.no_last"))

    def _focus_doses(self) -> None:
        self._doses.setFocus()
        self._doses.selectAll()

    def _keep_doses(self) -> None:
        if self._filling or not self.frame.shell.is_draft:
            return
        fields = (self._doses, self._per_day, self._portions)
        try:
            doses = int(self._doses.text()) if self._doses.text().strip() else None
            per_day, portions = float(self._per_day.text()), int(self._portions.text())
        except ValueError:
            for field in fields:
                field.set_error(not field.text().strip().replace(".", "", 1).isdigit())
            self.frame.note(T("prescription.doses_wrong"))
            return
        p = self.model.prescription
        if (doses, per_day, portions) == (p.doses, p.per_day, p.portions):
            return
        kept = self._attempt(lambda: self.model.set_doses(doses, per_day, portions))
        for field in fields:
            field.set_error(not kept)

    def _set_form(self, form: object) -> None:
        if isinstance(form, DoseForm) and self.frame.shell.is_draft:
            self.model.set_form(form)

    def _keep_note(self) -> None:
        if not self._filling and self.frame.shell.is_draft:
            self.model.set_note(self._note.text())

    def _step_alert(self, by: int) -> None:
        self._alerts.step(by)

    def _on_answer(self, key: str, answer: str) -> None:
        told = next((r for r in self.reviewing.rows() if r.alert.key == key), None)
        if told is None:
            return
        if answer == "settle" and self._attempt(lambda: self.model.settle(told.alert)):
            return
        self.frame.go("review")
