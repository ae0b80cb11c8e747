"""知识: results at left; the open node with every fact and its source; what lies around it at right."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.workflow import lookup
from tcm_station.workflow.lookup import Hit, PathStep
from ui.style import RIGHT, paint_text, px
from ui.viewmodels.knowledge import GROUPS, MOST_RESULTS, FactLine, KnowledgeBase, kind_name
from ui.views.knowledge_parts import (
    Compared,
    Ends,
    Legend,
    NeighbourMap,
    name_of_hit,
    paint_basis,
    paint_fact,
    paint_hit,
    step_words,
)
from ui.views.page import Page
from ui.widgets.base import ElidedLabel, Label, SectionHead, column, row
from ui.widgets.buttons import Field, Segment, Tag
from ui.widgets.columns import Columns
from ui.widgets.flow import Flow
from ui.widgets.frames import EmptyState, WayOn
from ui.widgets.lists import RowView
from ui.widgets.progress import ProgressStrip
from ui.words import Name, T, lang, say
from ui.workers import Task

SEARCH_PAUSE_MS = 120  # after the last key, so that searching never runs behind the typist
EXAMPLE = "herb:fuzi"
ENTER = frozenset({"Enter"})


class KnowledgePage(Page):
    """The graph, looked up and walked."""

    contexts = ("knowledge", "tables")
    hints = ("tables.find", "knowledge.graph", "knowledge.why", "knowledge.compare", "knowledge.back")
    help = T("knowledge.help")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = KnowledgeBase()
        self._task: Task | None = None
        self._path: tuple[PathStep, ...] = ()
        self.empty: EmptyState
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.columns = Columns(
            self._build_middle(),
            left=self._build_left(),
            right=self._build_right(),
            left_width=268,
            right_width=384,
            least=520,
        )
        layout.addWidget(self.columns)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self._show_path()

    # layout
    def _build_left(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(12, 10, 12, 8))
        side.setLayout(box)
        self.field = Field(T("knowledge.search"), icon="search", keys="/")
        self.field.textEdited.connect(lambda _words: self._pause.start())
        self.field.installEventFilter(self)
        box.addWidget(self.field)
        self.group = Segment([(name, T(f"knowledge.group.{name}")) for name in GROUPS], "all")
        self.group.stretch()
        self.group.chosen.connect(self._on_group)
        box.addWidget(self.group)
        self._found = Label(kind="caption", tint="ink3", wrap=True)
        box.addWidget(self._found)
        self.results = RowView(paint_hit, 40, name=lambda hit: f"{name_of_hit(hit)} {hit.zh}", keys=ENTER)
        self.results.key.connect(lambda _key, hit: self._into(hit.id))
        self.results.chosen.connect(lambda hit: self.open(hit.id))
        self.results.activated_item.connect(lambda hit: self._into(hit.id))
        box.addWidget(self.results, 1)
        return side

    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=8, pad=(20, 12, 20, 8))
        middle.setLayout(box)
        self.stack = QStackedWidget()
        self._blank = QWidget()
        self._blank_box = QVBoxLayout(self._blank)
        self._blank_box.setContentsMargins(0, 0, 0, 0)
        self.stack.addWidget(self._blank)
        self.stack.addWidget(self._build_node())
        box.addWidget(self.stack, 1)
        self.why_head = SectionHead(T("knowledge.why"), T("knowledge.why_note"), "Ctrl J")
        box.addWidget(self.why_head)
        self.ends = Ends(T("knowledge.why_from"), T("knowledge.why_to"), lookup.search)
        self.ends.asked.connect(self._ask_why)
        box.addWidget(self.ends)
        self.progress = ProgressStrip()
        self.progress.cancelled.connect(self._cancel)
        box.addWidget(self.progress)
        self.steps = RowView(self._paint_step, "table_row", name=self._step_name, keys=ENTER, fit=True)
        self.steps.key.connect(lambda _key, step: self._into(step.end.id))
        self.steps.activated_item.connect(lambda step: self._into(step.end.id))
        box.addWidget(self.steps)
        self._why_words = Label(kind="caption", tint="ink3", wrap=True)
        box.addWidget(self._why_words)
        return middle

    def _build_node(self) -> QWidget:
        node = QWidget()
        box = column(gap=6)
        node.setLayout(box)
        self._title = Label(kind="title")
        self._subtitle = ElidedLabel(kind="body", tint="ink2")
        line = row(gap=12)
        line.addWidget(self._title)
        line.addWidget(self._subtitle, 1)
        box.addLayout(line)
        self._tags = QWidget()
        self._tag_flow = Flow(6, self._tags)
        box.addWidget(self._tags)
        self._facts_head = SectionHead(T("knowledge.facts"))
        box.addWidget(self._facts_head)
        self.facts = RowView(
            paint_fact,
            "table_row",
            name=lambda line: f"{line.label(lang())} {line.words(lang())} {line.notes(lang())}",
            tip=lambda line: line.origin(lang()),
            keys=ENTER,
        )
        self.facts.key.connect(lambda _key, line: self._follow(line))
        self.facts.chosen.connect(self._show_origin)
        self.facts.activated_item.connect(self._follow)
        box.addWidget(self.facts, 1)
        self._origin = ElidedLabel(kind="caption", tint="ink3")
        box.addWidget(self._origin)
        return node

    def _build_right(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 12))
        side.setLayout(box)
        self._graph_head = SectionHead(T("knowledge.graph"), T("knowledge.graph_note"), "G")
        box.addWidget(self._graph_head)
        self.map = NeighbourMap()
        self.map.opened.connect(self._into_graph)
        box.addWidget(self.map)
        box.addWidget(Legend())
        self._shown = Label(kind="caption", tint="ink3")
        box.addWidget(self._shown)
        self.compare_head = SectionHead(T("knowledge.compare"), "", "C")
        box.addWidget(self.compare_head)
        self.pair = Ends(
            T("knowledge.compare_first"),
            T("knowledge.compare_second"),
            lambda words: lookup.search(words, lookup.FORMULAS),
        )
        self.pair.asked.connect(self._compare)
        box.addWidget(self.pair)
        self._apart_words = Label(T("knowledge.told_apart"), "caption", "ink3")
        box.addWidget(self._apart_words)
        self._apart = QWidget()
        self._apart_flow = Flow(6, self._apart)
        box.addWidget(self._apart)
        self._compare_note = Label(T("knowledge.compare_need"), "caption", "ink3", wrap=True)
        box.addWidget(self._compare_note)
        self.compared = Compared()
        self.compared.hide()
        box.addWidget(self.compared)
        box.addStretch(1)
        return side

    def _empty(self) -> EmptyState:
        judged = self.frame.shell.visit.judgement if self.frame.shell.visit is not None else None
        syndrome = judged.syndromes[0] if judged is not None and judged.syndromes else ""
        last = (
            WayOn(
                "stethoscope",
                T("knowledge.empty.visit"),
                T("knowledge.empty.visit_note", what=Name(syndrome)),
                "V",
                lambda: self._into(syndrome),
            )
            if syndrome
            else WayOn(
                "book-open",
                T("knowledge.empty.example"),
                T("knowledge.empty.example_note"),
                "E",
                lambda: self._into(EXAMPLE),
            )
        )
        held = lookup.held()
        kinds = ("formula", "patent", "syndrome", "sign", "disease")
        counts = {kind: held.get(kind, 0) for kind in kinds}
        herbs = sum(held.get(kind, 0) for kind in lookup.HERBS)
        ways = [
            WayOn(
                "search", T("knowledge.empty.find"), T("knowledge.empty.find_note"), "/", self.field.setFocus
            ),
            WayOn(
                "git-compare",
                T("knowledge.why"),
                T("knowledge.empty.why_note"),
                "Ctrl J",
                self._focus_why,
            ),
            WayOn(
                "compare",
                T("knowledge.compare"),
                T("knowledge.empty.compare_note"),
                "C",
                self._focus_compare,
            ),
            last,
        ]
        foot = T("knowledge.empty.foot", herb=herbs, **counts)
        return EmptyState(T("knowledge.empty.title"), T("knowledge.empty.text"), ways, foot=foot)

    # the page's life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "tables.find": self._focus_find,
            "knowledge.graph": self.map.setFocus,
            "knowledge.back": self._back,
            "knowledge.older": self._back,
            "knowledge.newer": self._forth,
            "knowledge.why": self._focus_why,
            "knowledge.compare": self._focus_compare,
            # Enter belongs to the list at the front here, never to the visit behind the page.
            "visit.next_step": self.facts.setFocus,
        }

    def entered(self) -> None:
        if self.model.node is None:
            self._show_node()
            self.empty.list.setFocus()
        else:
            self.facts.setFocus()

    def left(self) -> None:
        self._pause.stop()
        self._cancel()

    def retranslate(self) -> None:
        self._show_node(keep=True)
        self._show_found()
        self._show_path()

    # searching
    def _focus_find(self) -> None:
        self.field.setFocus()
        self.field.selectAll()

    def eventFilter(self, watched, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._search()
                if self.results.items():
                    self.results.select(0)
                    self._into(self.results.items()[0].id)
                return True
            if event.key() == Qt.Key.Key_Down and self.results.items():
                self.results.setFocus()
                self.results.select(0)
                self.open(self.results.items()[0].id)
                return True
        return super().eventFilter(watched, event)

    def _on_group(self, name: object) -> None:
        self.model.group = str(name)
        self._search()

    def _search(self) -> None:
        self._pause.stop()
        self.model.words = self.field.text()
        self.results.set_items(self.model.results(), -1)
        self._show_found()

    def _show_found(self) -> None:
        n = len(self.results.items())
        if not self.model.words.strip():
            self._found.say("")
        elif n == 0:
            self._found.say(T("knowledge.no_hits"))
        else:
            self._found.say(T("knowledge.found_many" if n == MOST_RESULTS else "knowledge.found", n=n))

    # the open node
    def open(self, node_id: str) -> None:
        """Show a node; the focus stays where it is."""
        error = self.model.open(node_id)
        if error is not None:
            self.frame.explain(error)
            return
        self._show_node()

    def _into(self, node_id: str) -> None:
        self.open(node_id)
        self.facts.setFocus()

    def _into_graph(self, node_id: str) -> None:
        self.open(node_id)
        self.map.setFocus()

    def _back(self) -> None:
        if self.model.back():
            self._show_node()

    def _forth(self) -> None:
        if self.model.forth():
            self._show_node()

    def _follow(self, line: FactLine) -> None:
        if line.fact is None:
            self.model.unfold(line.relation)
            self._show_node(keep=True)
        elif line.link:
            self._into(line.link)

    def _show_origin(self, line: FactLine | None) -> None:
        self._origin.say(line.origin(lang()) if line is not None else "")

    def _show_node(self, *, keep: bool = False) -> None:
        model, node = self.model, self.model.node
        self.stack.setCurrentIndex(0 if node is None else 1)
        around, of = model.neighbours()
        self.map.set(node.hit if node is not None else None, around)
        self._shown.say(T("knowledge.graph_shown", n=len(around), of=of) if around else "")
        self._show_apart()
        if node is None:
            while self._blank_box.count():
                item = self._blank_box.takeAt(0)
                old = item.widget() if item is not None else None
                if old is not None:
                    old.hide()
                    old.deleteLater()
            self.empty = self._empty()
            self._blank_box.addWidget(self.empty)
            return
        hit = node.hit
        self._title.say(name_of_hit(hit))
        names = [hit.pinyin, node.latin.capitalize() or hit.en] if lang() == "zh" else [hit.zh, hit.pinyin]
        self._subtitle.say(" · ".join(part for part in (*names, kind_name(hit.kind, lang())) if part))
        self._tag_flow.clear()
        icons = {"stop": "octagon-alert", "sign": "flask-conical", "reason": "triangle-alert"}
        for level, words in model.marks(lang()):
            tag = Tag(words, tone=level, icon=icons.get(level, ""), parent=self._tags)
            self._tag_flow.addWidget(tag)
            tag.show()
        self._tags.setVisible(bool(model.marks(lang())))
        self._facts_head.say(caption=T("knowledge.facts_note", n=model.count()))
        at = self.facts.currentIndex().row() if keep else 0
        self.facts.set_items(model.lines(), max(0, at))
        self._show_origin(self.facts.selected())
        ids = [found.id for found in self.results.items()]
        if hit.id in ids:
            self.results.select(ids.index(hit.id))
        else:
            self.results.clearSelection()
        self.ends.start_from(hit)
        if hit.kind == "formula":
            self.pair.start_from(hit)

    # why linked
    def _focus_why(self) -> None:
        self.ends.focus_next()

    def _ask_why(self, a: Hit, b: Hit) -> None:
        self._cancel()
        self._path = ()
        if a.id == b.id:
            self._show_path(T("knowledge.why_same"))
            return
        self._show_path()
        self._why_words.say("")
        self.progress.begin(T("knowledge.why_working"))
        self._task = self.frame.runner.start(
            lambda task: lookup.why(a.id, b.id), done=self._on_path, failed=self._on_no_path
        )

    def _on_path(self, path: tuple[PathStep, ...]) -> None:
        self.progress.end()
        self._task, self._path = None, path
        self._show_path()
        self.steps.setFocus()

    def _on_no_path(self, error: StationError) -> None:
        self.progress.end()
        self._task = None
        self._show_path()
        self._why_words.say(error.text(lang()))

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.progress.end()

    def _show_path(self, words: T | None = None) -> None:
        self.steps.set_items(self._path, 0)
        self.steps.setVisible(bool(self._path))
        told = words if words is not None else "" if self._path else T("knowledge.why_need")
        self._why_words.say(told)
        self._why_words.setVisible(bool(say(told)))

    def _step_name(self, step: PathStep) -> str:
        relation = step_words(step.relation, step.start.kind)
        return say(T("knowledge.step", a=name_of_hit(step.start), relation=relation, b=name_of_hit(step.end)))

    def _paint_step(self, painter, rect, step: PathStep, state) -> None:
        paint_basis(painter, rect.right() - px(2), rect.center().y(), step.basis)
        room = rect.adjusted(px(8), 0, -px(40), 0)
        words = f"{state.index + 1}   {self._step_name(step)}"
        wide = paint_text(painter, room, words, bold=state.selected)
        rest = room.adjusted(wide + px(16), 0, 0, 0)
        if rest.width() > px(60):
            paint_text(painter, rest, step.source, kind="caption", tint="ink3", align=RIGHT)

    # two formulas
    def _focus_compare(self) -> None:
        self.pair.focus_next()

    def _show_apart(self) -> None:
        self._apart_flow.clear()
        found = self.model.told_apart()
        for hit in found:
            tag = Tag(name_of_hit(hit), parent=self._apart)
            tag.pressed.connect(lambda other=hit: self._compare_with(other))
            self._apart_flow.addWidget(tag)
            tag.show()
        self._apart.setVisible(bool(found))
        self._apart_words.setVisible(bool(found))

    def _compare_with(self, other: Hit) -> None:
        if self.model.node is not None:
            self.pair.put(0, self.model.node.hit)
            self.pair.put(1, other)
            self._compare(self.model.node.hit, other)

    def _compare(self, a: Hit, b: Hit) -> None:
        told = self.model.compare(a.id, b.id)
        self.compared.show_comparison(told)
        self._compare_note.setVisible(told is None)
        if told is not None:
            differ = len(told.only_a) + len(told.only_b)
            self.compare_head.say(
                caption=T(
                    "knowledge.compare_note",
                    a=name_of_hit(a),
                    b=name_of_hit(b),
                    same=len(told.shared),
                    differ=differ,
                )
            )


def show_example(window) -> None:
    """For the picture of the page: an herb with much to say, and two formulas beside each other."""
    page = window.page("knowledge")
    page.field.setText(EXAMPLE.partition(":")[2])
    page._search()
    page.open("formula:sinitang")
    page._compare_with(page.model.told_apart()[-1])
    page._into(EXAMPLE)
