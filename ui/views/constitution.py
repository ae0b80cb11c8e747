"""体质: the questionnaire at left, one key an answer; the scores as they stand at right."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tcm_station.inquiry import questionnaires
from tcm_station.inquiry.questionnaires import Item
from tcm_station.workflow.changes import Changed
from ui.style import RIGHT, colour, paint_box, paint_key_cap, paint_text, px
from ui.viewmodels.ask import Constitution
from ui.views.page import Page
from ui.widgets.base import Ground, Label, SectionHead, column, row
from ui.widgets.buttons import Button, Segment
from ui.widgets.constitution import ConstitutionBars
from ui.widgets.lists import RowState, RowView
from ui.words import Name, ShortName, T, lang, say

ANSWERS = (1, 2, 3, 4, 5)
CELL = 58


class ConstitutionPage(Page):
    """The questionnaire of the open visit."""

    contexts = ("visit", "tables")
    hints = ("visit.ask", "app.back")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Constitution(frame.shell)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._build_items(), 1)
        self._side = self._build_side()
        layout.addWidget(self._side)
        self.restyle()

    def _build_items(self) -> QWidget:
        middle = QWidget()
        box = column(gap=8, pad=(20, 12, 20, 12))
        middle.setLayout(box)
        line = row(gap=8)
        choices = [(name, T(f"constitution_page.form.{name}")) for name in questionnaires.forms()]
        self._form = Segment(choices, self.model.form_id)
        self._form.chosen.connect(self._on_form)
        line.addWidget(self._form)
        line.addStretch(1)
        back = Button(T("constitution_page.back"), "Ctrl 3", kind="quiet")
        back.clicked.connect(lambda: self.frame.go("ask"))
        line.addWidget(back)
        box.addLayout(line)
        self._head = SectionHead("", T("constitution_page.keys"))
        box.addWidget(self._head)
        self._list = RowView(
            self._paint, 34, name=lambda item: item.text(lang()), keys=frozenset(str(a) for a in ANSWERS)
        )
        self._list.key.connect(lambda key, item: self._answer(item, int(key)))
        box.addWidget(self._list, 1)
        self._note = Label(kind="caption", tint="sign", wrap=True)
        box.addWidget(self._note)
        return middle

    def _build_side(self) -> QWidget:
        side = Ground("surface", "l")
        box = column(gap=8, pad=(16, 12, 16, 12))
        side.setLayout(box)
        self._count = SectionHead(T("ask.constitution"))
        box.addWidget(self._count)
        self._bars = ConstitutionBars()
        box.addWidget(self._bars)
        self._main = Label(wrap=True)
        box.addWidget(self._main)
        box.addWidget(Label(T("constitution_page.rules"), "caption", "ink3", wrap=True))
        box.addStretch(1)
        return side

    def restyle(self) -> None:
        self._side.setFixedWidth(px(330))

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {"visit.next_step": lambda: self.frame.go("ask")}

    def entered(self) -> None:
        kept = self.frame.shell.visit.questionnaire if self.frame.shell.visit else None
        if kept is not None:
            self.model.form_id = kept.form
            self._form.choose(kept.form)
        self._show(self.model.first_unanswered())
        self._list.setFocus()

    def changed(self, changed: Changed) -> None:
        self._show()

    def retranslate(self) -> None:
        self._show()

    def _show(self, place: int | None = None) -> None:
        model = self.model
        items, answers = model.items(), model.answers()
        form = model.questionnaire
        self._head.say(form.zh if lang() == "zh" else form.en)
        self._note.say("" if model.questionnaire.read else T("constitution_page.second_hand"))
        self._list.set_items(items, place)
        self._count.say(right=T("constitution_page.answered", n=len(answers), of=len(items)))
        result = model.result()
        scores = result.scores if result else ()
        verdicts = dict(result.verdicts) if result else {}
        self._bars.set(
            [(ShortName(c), s, T(f"ask.verdict.{verdicts.get(c, 'none')}")) for c, s in scores],
            [verdicts.get(c, "") for c, _ in scores],
        )
        if result is None or len(answers) < len(items):
            self._main.say(T("constitution_page.unfinished"), "ink3")
        else:
            main = Name(result.main) if result.main else T("ask.unclassified")
            self._main.say(T("ask.constitution_main", what=main), "ink")

    def _paint(self, painter: QPainter, rect: QRectF, item: Item, state: RowState) -> None:
        cells = px(CELL) * len(ANSWERS)
        number = QRectF(rect.left() + px(4), rect.top(), px(28), rect.height())
        paint_text(painter, number, item.id, kind="caption", tint="ink3", align=RIGHT)
        words = QRectF(number.right() + px(10), rect.top(), rect.width() - cells - px(48), rect.height())
        paint_text(painter, words, item.text(lang()))
        given = self.model.answers().get(item.id)
        for place, answer in enumerate(ANSWERS):
            left = rect.right() - cells + place * px(CELL)
            box = QRectF(left + px(2), rect.top() + px(4), px(CELL) - px(4), rect.height() - px(8))
            chosen = given == answer
            paint_box(painter, box, fill="select" if chosen else None, line="accent" if chosen else "line")
            said = say(T(f"constitution_page.answer.{answer}"))
            inner = box.adjusted(px(4), 0, -px(20), 0)
            paint_text(painter, inner, said, kind="micro", tint="ink" if chosen else "ink3")
            paint_key_cap(painter, box.right() - px(2), box.center().y(), str(answer))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - px(1), rect.width(), px(1)), colour("line"))

    def _on_form(self, form_id: object) -> None:
        self.model.form_id = str(form_id)
        self._show(self.model.first_unanswered())

    def _answer(self, item: Item | None, value: int) -> None:
        if item is None or not self.frame.shell.is_draft:
            return
        here = self._list.currentIndex().row()
        self.model.answer(item.id, value)
        self._show(min(here + 1, len(self.model.items()) - 1))
