"""练习: the choice of virtual patients, the encounter, and the mirror, one at the front at a time."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from tcm_station.practice.cases import Case
from tcm_station.practice.marking import FORMULA, KEY_SIGNS, MEASURED, SYNDROME
from ui.style import RIGHT, colour, line_px, paint_box, paint_glyph, paint_key_cap, paint_text, px, width_of
from ui.style.look import font
from ui.viewmodels.encounter import Practice
from ui.views.page import Page
from ui.views.practice_encounter import EncounterView
from ui.views.practice_mirror import MirrorView
from ui.widgets.base import Label, SectionHead, column, row
from ui.widgets.buttons import Button
from ui.widgets.columns import Columns
from ui.widgets.lists import RowState, RowView
from ui.words import T, lang, say

LEVELS = 3
_RULES = (
    ("syndrome", SYNDROME),
    ("formula", FORMULA),
    ("key_signs", KEY_SIGNS),
    ("measured", MEASURED),
)


class PracticePage(Page):
    """Virtual patients. No real person is named on it, and nothing of it enters a real person's record."""

    help = T("practice_page.help")
    store_tag = T("practice_page.store")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Practice()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        layout.addWidget(self.stack)
        self.home = _Home(self.model)
        self.encounter = EncounterView(frame, self.model)
        self.mirror = MirrorView(frame, self.model)
        for view in (self.home, self.encounter, self.mirror):
            self.stack.addWidget(view)
        self.home.begun.connect(self.begin)
        self.home.resume.clicked.connect(self._resume)
        self.encounter.committed.connect(self.show_mirror)
        self.mirror.next.clicked.connect(self._next)
        self.mirror.again.clicked.connect(self.go_home)
        self.home.show_cases()

    # the page's life
    @property
    def where(self) -> str:
        """ "home", "encounter" or "mirror"."""
        return ("home", "encounter", "mirror")[self.stack.currentIndex()]

    @property
    def contexts(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("practice_home",) if self.where == "home" else ("practice",)

    @property
    def hints(self) -> tuple[str, ...]:  # type: ignore[override]
        return {
            "home": ("practice.next", "app.back"),
            "encounter": (
                "practice.ask",
                "practice.questions",
                "practice.measure",
                "practice.commit",
                "app.back",
            ),
            "mirror": ("practice.next", "app.back"),
        }[self.where]

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "practice.next": self._next,
            "practice.questions": self.encounter.toggle_questions,
            "practice.measure": self.encounter.measure_next,
            "practice.commit": self.encounter.commit,
            "app.back": self._back,
            # Enter belongs to the talk here, never to the visit behind the page.
            "visit.next_step": lambda: self._front().setFocus(),
        }

    def entered(self) -> None:
        self._front().setFocus()

    def left(self) -> None:
        self.encounter.stop()
        self.mirror.stop()

    def retranslate(self) -> None:
        self.home.show_cases()

    def _front(self) -> QWidget:
        return {"home": self.home.list, "encounter": self.encounter.field, "mirror": self.mirror.next}[
            self.where
        ]

    # between the three
    def _switch(self, view: QWidget) -> None:
        self.stack.setCurrentWidget(view)
        self.frame.hub.enter(self.contexts)
        self.frame.show_hints(self.hints)
        self._front().setFocus()

    def begin(self, case: Case) -> None:
        self.model.begin(case.id)
        self.encounter.open()
        self._switch(self.encounter)

    def _resume(self) -> None:
        self._switch(self.encounter)

    def _next(self) -> None:
        case_id = self.model.next_case()
        self.begin(next(case for case in self.model.cases() if case.id == case_id))

    def show_mirror(self) -> None:
        self.mirror.open()
        self._switch(self.mirror)

    def go_home(self) -> None:
        self.model.leave()
        self.home.show_cases()
        self._switch(self.home)

    def _back(self) -> None:
        if self.where == "home":
            self.frame.go("consult")
        else:
            self.go_home()


class _Home(QWidget):
    """The patients to choose from, and how marks are given."""

    def __init__(self, model: Practice) -> None:
        super().__init__()
        self._model = model
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Columns(self._middle(), right=self._right(), right_width=380, least=520))
        self.begun = self.list.activated_item

    def _middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=8, pad=(20, 12, 20, 12))
        middle.setLayout(box)
        self._head = Label(T("practice_page.home"), "head")
        box.addWidget(self._head)
        self._count = Label(kind="body", tint="ink2")
        box.addWidget(self._count)
        box.addWidget(SectionHead(T("practice_page.next_patient"), T("practice_page.synthetic")))
        self.list = RowView(self._paint, 92, name=self._name, keys=frozenset({"Enter"}), plain=False)
        self.list.key.connect(lambda _key, case: self.list.activated_item.emit(case))
        box.addWidget(self.list, 1)
        line = row(gap=8)
        self.resume = Button(T("practice_page.resume", who=""))
        line.addWidget(self.resume)
        line.addStretch(1)
        box.addLayout(line)
        return middle

    def _right(self) -> QWidget:
        side = QWidget()
        box = column(gap=6, pad=(16, 12, 16, 12))
        side.setLayout(box)
        box.addWidget(SectionHead(T("practice_page.rules"), T("practice_page.rules_note")))
        self._rules = RowView(self._paint_rule, "list_row", name=lambda rule: say(_rule_name(rule)), fit=True)
        self._rules.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rules.setSelectionMode(RowView.SelectionMode.NoSelection)
        self._rules.set_items(_RULES, -1)
        box.addWidget(self._rules)
        box.addSpacing(px(6))
        for key in ("partial", "talk", "sealed", "apart"):
            box.addWidget(Label(T(f"practice_page.note.{key}"), "body", "ink2", wrap=True))
        box.addStretch(1)
        return side

    def show_cases(self) -> None:
        """The cases as they stand in this session."""
        cases = self._model.cases()
        self._count.say(T("practice_page.count", n=len(cases), tried=len(self._model.tried)))
        ids = [case.id for case in cases]
        self.list.set_items(cases, ids.index(self._model.next_case()))
        waiting = self._model.encounter
        self.resume.setVisible(waiting is not None and self._model.mirror is None)
        if waiting is not None:
            self.resume.say(T("practice_page.resume", who=waiting.case.title(lang())))

    def _name(self, case: Case) -> str:
        return f"{case.title(lang())} {say(T('practice_page.level'))} {case.level} {self._state(case)[1]}"

    def _state(self, case: Case) -> tuple[str, str]:
        points = self._model.tried.get(case.id)
        waiting = self._model.encounter
        if points is not None:
            return "done_or_checked", say(T("practice_page.points", n=f"{points:.0f}"))
        if waiting is not None and waiting.case is case and self._model.mirror is None:
            return "in_progress", say(T("practice_page.under_way"))
        return "not_started", say(T("practice_page.not_tried"))

    def _paint(self, painter: QPainter, rect: QRectF, case: Case, state: RowState) -> None:
        card = rect.adjusted(px(1), px(4), -px(1), -px(4))
        paint_box(
            painter,
            card,
            fill="select" if state.selected else "hover" if state.hovered else "raised",
            line="accent" if state.selected else "line",
            edge="accent" if state.selected else None,
            radius="radius.card",
        )
        if state.focused:
            paint_box(painter, card, fill=None, line="focus", radius="radius.card", width=px("stroke.focus"))
        inner = card.adjusted(px(16), px(10), -px(14), -px(8))
        top = QRectF(inner.left(), inner.top(), inner.width(), line_px("body"))
        wide = paint_text(painter, top, case.title(lang()), kind="body_strong")
        told = T("practice_page.person", sex=say(T(f"component.sex.{case.sex.value}")), age=case.age)
        paint_text(painter, top.adjusted(wide + px(10), 0, 0, 0), say(told), kind="caption", tint="ink2")
        right = top.right()
        if state.selected:
            right = paint_key_cap(painter, right, top.center().y(), "Enter") - px(8)
        glyph, words = self._state(case)
        edge = QRectF(top.left(), top.top(), right - top.left(), top.height())
        taken = paint_text(painter, edge, words, kind="caption", tint="ink2", align=RIGHT)
        spot = QRectF(right - taken - px(18), top.center().y() - px(6), px(12), px(12))
        paint_glyph(painter, spot, glyph)
        middle = top.translated(0, px(24))
        x = middle.left() + paint_text(painter, middle, say(T("practice_page.level")), tint="ink2") + px(10)
        for number in range(LEVELS):
            pip = QRectF(x + number * px(20), middle.center().y() - px(4), px(14), px(8))
            on = number < case.level
            paint_box(painter, pip, fill="accent" if on else None, line="accent", radius=2)
        of = f"{case.level} / {LEVELS}"
        paint_text(
            painter, middle.adjusted(x - middle.left() + px(66), 0, 0, 0), of, kind="caption", tint="ink2"
        )
        low = middle.translated(0, px(22))
        paint_text(painter, low, say(T("practice_page.quote", words=case.complaint(lang()))), tint="ink2")

    def _paint_rule(self, painter: QPainter, rect: QRectF, rule: tuple[str, float], state: RowState) -> None:
        painter.fillRect(QRectF(rect.left(), rect.bottom() - px(1), rect.width(), px(1)), colour("line"))
        points = f"{rule[1]:.0f}"
        wide = width_of(points, font("body", bold=True))
        paint_text(painter, rect.adjusted(0, 0, -wide - px(8), 0), say(_rule_name(rule)))
        paint_text(painter, rect, points, bold=True, align=RIGHT)


def _rule_name(rule: tuple[str, float]) -> T:
    return T(f"practice.rule.{rule[0]}")
