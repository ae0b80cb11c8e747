"""The encounter: who it is and what was done at left, the talk in the middle, what was taken at right."""

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from tcm_station.domain.examination import ExamKind
from tcm_station.workflow.lookup import Hit
from ui.style import RIGHT, colour, paint_box, paint_glyph, paint_text, px
from ui.viewmodels.encounter import HAS, MEASURES, Line, ListedSign, Practice, Step
from ui.views.knowledge_parts import name_of_hit
from ui.widgets.base import Label, Rule, SectionHead, column, row
from ui.widgets.beat import AverageBeat, Beat
from ui.widgets.buttons import Button, Field, Tag
from ui.widgets.columns import Columns, Scroll
from ui.widgets.completer import HitField
from ui.widgets.flow import Flow
from ui.widgets.lists import RowState, RowView
from ui.widgets.picture import PictureView
from ui.widgets.progress import ProgressStrip
from ui.words import Name, T, Text, lang, say
from ui.workers import Task

_ANSWER_GLYPH = {True: "finding_yes", False: "finding_no"}


class Bubble(QWidget):
    """One thing that was said: the patient's at left, the trainee's at right with what was read in it."""

    def __init__(self, words: Text, note: Text = "", *, mine: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mine = mine
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._body = QWidget()
        box = QVBoxLayout(self._body)
        box.setContentsMargins(px(12), px(7), px(12), px(7))
        box.setSpacing(px(1))
        text = Label(words, "lead")
        # Long sentences wrap; short ones make a small bubble.
        if text.sizeHint().width() > px(440):
            text.setWordWrap(True)
            self._body.setFixedWidth(px(464))
        box.addWidget(text)
        if note:
            box.addWidget(Label(note, "caption", "ink2"))
        self._body.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        if mine:
            outer.addStretch(1)
        outer.addWidget(self._body)
        if not mine:
            outer.addStretch(1)
        self.setAccessibleName(
            f"{say(T('practice_page.said_me' if mine else 'practice_page.said_patient'))} {say(words)}"
        )

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self._body.geometry())
        fill, line = ("select", None) if self._mine else ("raised", "line")
        paint_box(painter, rect, fill=fill, line=line, radius="radius.card")
        painter.end()


class Talk(Scroll):
    """The talk so far, the newest at the bottom."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inner = QWidget()
        self._box = column(gap=8, pad=(0, 4, 12, 4))
        self._inner.setLayout(self._box)
        self._box.addStretch(1)
        self.hold(self._inner)
        self._complaint = ""
        self._lines: tuple[Line, ...] = ()
        self._bubbles: list[Bubble] = []
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda _low, high: bar.setValue(high))

    def begin(self, complaint: str) -> None:
        for bubble in self._bubbles:
            self._box.removeWidget(bubble)
            bubble.hide()
            bubble.deleteLater()
        self._bubbles, self._lines, self._complaint = [], (), complaint
        self._add(Bubble(complaint, mine=False))

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Add what is new."""
        for line in lines[len(self._lines) :]:
            read = say(T("report.comma")).join(say(Name(sign)) for sign, _ in line.answers)
            note: Text = T("practice_page.read", what=read) if line.answers else T("practice_page.not_read")
            if line.question:
                self._add(Bubble(line.question, note, mine=True))
            else:
                self._add(Bubble(T("practice_page.asks", what=read), mine=True))
            self._add(Bubble(self._answer(line), mine=False))
        self._lines = lines

    def words(self) -> list[str]:
        """Everything that was said, for tests and screen readers."""
        return [bubble.accessibleName() for bubble in self._bubbles]

    @staticmethod
    def _answer(line: Line) -> Text:
        if not line.answers:
            return T("practice.answer.not_understood")
        if len(line.answers) == 1:
            return T(f"practice.answer.{line.answers[0][1].value}")
        said = [
            say(T("practice.said", question=Name(sign), answer=T(f"practice.answer.{answer.value}")))
            for sign, answer in line.answers
        ]
        return " ".join(said) if lang() == "en" else "".join(said)

    def _add(self, bubble: Bubble) -> None:
        self._bubbles.append(bubble)
        self._box.addWidget(bubble)

    def retranslate(self) -> None:
        lines, self._lines = self._lines, ()
        if self._bubbles:
            self.begin(self._complaint)
            self.show_lines(lines)


class EncounterView(QWidget):
    """committed: the trainee stands for an answer and the mirror may be shown."""

    committed = Signal()

    def __init__(self, frame, model: Practice) -> None:
        super().__init__()
        self.frame, self.model = frame, model
        self._task: Task | None = None
        self._syndrome: Hit | None = None
        self._formula: Hit | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            Columns(
                self._build_middle(),
                left=self._build_left(),
                right=self._build_right(),
                foot=self._build_foot(),
                left_width=224,
                right_width=352,
                least=400,
            )
        )

    # layout
    def _build_left(self) -> QWidget:
        side = QWidget()
        box = column(gap=0, pad=(0, 12, 0, 10))
        side.setLayout(box)
        head = column(gap=2, pad=(12, 0, 12, 10))
        self._kind = Label(T("practice_page.patient"), "caption", "ink2")
        self._who = Label(kind="title", wrap=True)
        self._level = Label(kind="caption", tint="ink2")
        for label in (self._kind, self._who, self._level):
            head.addWidget(label)
        box.addLayout(head)
        box.addWidget(Rule())
        self.left = QStackedWidget()
        self.steps = RowView(self._paint_step, "list_row", name=lambda step: say(_step_name(step)))
        self.steps.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.steps.setSelectionMode(RowView.SelectionMode.NoSelection)
        self.questions = RowView(
            self._paint_listed, 28, name=self._listed_name, keys=frozenset({"Enter", "Space"})
        )
        self.questions.rows.set_enabled(lambda listed: bool(listed.sign))
        self.questions.key.connect(lambda _key, listed: self._ask_listed(listed))
        self.questions.activated_item.connect(self._ask_listed)
        self.left.addWidget(self.steps)
        self.left.addWidget(self.questions)
        box.addWidget(self.left, 1)
        note = Label(T("practice_page.free"), "caption", "ink3", wrap=True)
        note.setContentsMargins(px(12), px(8), px(12), 0)
        box.addWidget(note)
        return side

    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=8, pad=(20, 12, 8, 4))
        middle.setLayout(box)
        self._talk_head = SectionHead(
            T("practice_page.talk"), T("practice_page.talk_note"), T("practice_page.talk_keys")
        )
        box.addWidget(self._talk_head)
        self.talk = Talk()
        box.addWidget(self.talk, 1)
        return middle

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        box = column(gap=4, pad=(20, 4, 20, 12))
        foot.setLayout(box)
        self.field = Field(T("practice_page.field"), keys="Enter")
        self.field.installEventFilter(self)
        box.addWidget(self.field)
        return foot

    def _build_right(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 12))
        side.setLayout(box)
        self._buttons: dict[ExamKind, Button] = {}
        self.picture = PictureView()
        self.beat = AverageBeat()
        for kind, view in ((ExamKind.TONGUE, self.picture), (ExamKind.PULSE, self.beat)):
            line = row(gap=8)
            line.addWidget(SectionHead(T(f"practice_page.step.{kind.value}"), T("practice_page.rendered")), 1)
            button = Button(T(f"practice_page.take.{kind.value}"), small=True)
            button.clicked.connect(lambda _=False, k=kind: self.measure(k))
            self._buttons[kind] = button
            line.addWidget(button)
            box.addLayout(line)
            box.addWidget(view)
        self.progress = ProgressStrip()
        self.progress.cancelled.connect(self.stop)
        box.addWidget(self.progress)
        self._found_head = SectionHead(T("practice_page.found"))
        box.addWidget(self._found_head)
        self._found = QWidget()
        self._found_flow = Flow(6, self._found)
        box.addWidget(self._found)
        box.addStretch(1)
        box.addWidget(SectionHead(T("practice_page.mine"), T("practice_page.mine_note")))
        self.syndrome = HitField(T("practice_page.syndrome"), self.model.syndromes)
        self.formula = HitField(T("practice_page.formula"), self.model.formulas)
        self.syndrome.picked.connect(self._take_syndrome)
        self.formula.picked.connect(self._take_formula)
        self.syndrome.textEdited.connect(lambda _words: self._take_syndrome(None))
        self.formula.textEdited.connect(lambda _words: self._take_formula(None))
        box.addWidget(self.syndrome)
        box.addWidget(self.formula)
        self.button = Button(T("practice_page.commit"), "Ctrl Enter", kind="primary")
        self.button.clicked.connect(self.commit)
        box.addWidget(self.button)
        self.why_not = Label(kind="caption", tint="ink3", wrap=True)
        box.addWidget(self.why_not)
        self.restyle()
        return side

    def restyle(self) -> None:
        self.picture.setFixedHeight(px(168))
        self.beat.setFixedHeight(px(146))
        self.talk.setMinimumHeight(px(220))

    # showing
    def open(self) -> None:
        """A patient has come in."""
        self.stop()
        self._syndrome = self._formula = None
        for field in (self.field, self.syndrome, self.formula):
            field.clear()
        self.left.setCurrentWidget(self.steps)
        if self.model.encounter is not None:
            self.talk.begin(self.model.encounter.case.complaint(lang()))
        self.refresh()

    def refresh(self) -> None:
        encounter = self.model.encounter
        if encounter is None:
            return
        case = encounter.case
        sex = say(T(f"component.sex.{case.sex.value}"))
        self._who.say(T("practice_page.who", sex=sex, age=case.age, title=case.title(lang())))
        self._level.say(T("practice_page.level_of", n=case.level))
        self.talk.show_lines(self.model.talk)
        self.steps.set_items(self.model.steps(), -1)
        self.questions.set_items(self.model.listed())
        self._show_taken()
        found = self.model.found()
        self._found_head.say(caption=T("practice_page.found_n", n=len(found)))
        self._found_flow.clear()
        for sign in found:
            tag = Tag(Name(sign), glyph="finding_yes", strong=True, parent=self._found)
            self._found_flow.addWidget(tag)
            tag.show()
        self._found.setVisible(bool(found))
        self._show_commit()

    def _show_taken(self) -> None:
        after = self.model.next_measure()
        for kind, button in self._buttons.items():
            button.setVisible(kind not in self.model.taken)
            button.say(T(f"practice_page.take.{kind.value}"), "Ctrl M" if kind is after else "")
        data = self.model.pictures.get(ExamKind.TONGUE)
        self.picture.set_picture(QImage.fromData(data) if data is not None else None)
        self.picture.set_state("frozen", "" if data is not None else T("practice_page.not_taken.tongue"))
        pulse = self.model.taken.get(ExamKind.PULSE)
        mean = next((s for s in pulse.series if s.name == "pulse.average_beat"), None) if pulse else None
        if mean is None or mean.step is None:
            self.beat.set(None)
            return
        spread = next((s for s in pulse.series if s.name == "pulse.average_beat_sd"), None) if pulse else None
        rate = pulse.measurement("pulse.rate") if pulse is not None else None
        note: tuple[Text, ...] = ()
        if rate is not None and rate.value is not None:
            note = (T("practice_page.rate", n=f"{rate.value:.0f}"),)
        self.beat.set(
            Beat(mean.values, mean.step, "", spread.values if spread is not None else (), note=note)
        )

    def _show_commit(self) -> None:
        reason: Text = "" if self._syndrome is not None else T("practice_page.need_syndrome")
        self.button.set_reason(reason)
        self.why_not.say(reason or T("practice_page.once"))

    def retranslate(self) -> None:
        if self.model.encounter is not None:
            for field, hit in ((self.syndrome, self._syndrome), (self.formula, self._formula)):
                if hit is not None:
                    field.setText(name_of_hit(hit))
            self.talk._complaint = self.model.encounter.case.complaint(lang())
            self.refresh()

    def _paint_step(self, painter: QPainter, rect: QRectF, step: Step, state: RowState) -> None:
        paint_glyph(
            painter, QRectF(rect.left() + px(12), rect.center().y() - px(6), px(12), px(12)), step.state
        )
        line = rect.adjusted(px(32), 0, -px(12), 0)
        told = say(
            T(f"practice_page.done.{step.name}" if step.n else f"practice_page.open.{step.name}", n=step.n)
        )
        paint_text(painter, line, say(_step_name(step)))
        paint_text(painter, line, told, kind="caption", tint="ink2", align=RIGHT)

    def _paint_listed(self, painter: QPainter, rect: QRectF, listed: ListedSign, state: RowState) -> None:
        line = rect.adjusted(px(12), 0, -px(8), 0)
        if not listed.sign:
            painter.fillRect(rect, colour("window"))
            paint_text(painter, line, listed.question.title(lang()), kind="caption", tint="ink2", bold=True)
            return
        spot = QRectF(line.left(), rect.center().y() - px(6), px(12), px(12))
        asked = listed.answer is not None
        paint_glyph(painter, spot, _ANSWER_GLYPH[listed.answer in HAS] if asked else "not_started")
        words = line.adjusted(px(20), 0, 0, 0)
        paint_text(painter, words, say(Name(listed.sign)), tint="ink3" if asked else "ink")

    @staticmethod
    def _listed_name(listed: ListedSign) -> str:
        return say(Name(listed.sign)) if listed.sign else listed.question.title(lang())

    # doing
    def eventFilter(self, watched, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.model.ask(self.field.text())
                self.field.clear()
                self.refresh()
                return True
        return super().eventFilter(watched, event)

    def toggle_questions(self) -> None:
        """The list of questions instead of the steps, and back to one's own words."""
        if self.left.currentWidget() is self.questions:
            self.left.setCurrentWidget(self.steps)
            self.field.setFocus()
            return
        self.left.setCurrentWidget(self.questions)
        listed = self.questions.items()
        first = next((i for i, one in enumerate(listed) if one.sign and one.answer is None), 1)
        self.questions.select(first)
        self.questions.setFocus()

    def _ask_listed(self, listed: ListedSign) -> None:
        if listed.sign:
            self.model.ask_sign(listed.sign)
            self.refresh()

    def measure_next(self) -> None:
        kind = self.model.next_measure()
        if kind is not None:
            self.measure(kind)

    def measure(self, kind: ExamKind) -> None:
        """Take tongue or pulse in a worker; one at a time."""
        if self._task is not None or kind in self.model.taken or kind not in MEASURES:
            return
        self.progress.begin(T(f"practice_page.taking.{kind.value}"))
        self._task = self.frame.runner.start(
            lambda task: self.model.measure(kind), done=self._on_measured, failed=self._on_failed
        )

    def _on_measured(self, measured) -> None:
        self._task = None
        self.progress.end()
        self.model.receive(measured)
        self.refresh()

    def _on_failed(self, error) -> None:
        self._task = None
        self.progress.end()
        self.frame.explain(error)

    def stop(self) -> None:
        """Nothing goes on when nobody looks."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.progress.end()

    def _take_syndrome(self, hit: Hit | None) -> None:
        self._syndrome = hit
        if hit is not None:
            self.syndrome.close_popup()
            self.syndrome.setText(name_of_hit(hit))
            self.formula.setFocus()
        self._show_commit()

    def _take_formula(self, hit: Hit | None) -> None:
        self._formula = hit
        if hit is not None:
            self.formula.close_popup()
            self.formula.setText(name_of_hit(hit))
            self.button.setFocus()

    def commit(self) -> None:
        """Stand for it; what was not chosen from the list is no answer."""
        if self._syndrome is None or self.model.mirror is not None:
            self.syndrome.setFocus()
            return
        self.stop()
        error = self.model.commit(self._syndrome.id, self._formula.id if self._formula is not None else "")
        if error is not None:
            self.frame.explain(error)
        else:
            self.committed.emit()


def _step_name(step: Step) -> T:
    return T(f"practice_page.step.{step.name}")
