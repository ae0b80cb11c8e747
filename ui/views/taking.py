"""What the pages of look, listen and feel share: bringing a file in, measuring it in a worker, its signs."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from tcm_station.domain.examination import ExamKind, Issue
from tcm_station.workflow.changes import Changed, Kind
from ui.style import px
from ui.viewmodels.taking import Refusal, Sign, Taking, issue_words
from ui.views.page import Page
from ui.widgets.base import Label, SectionHead, column, row
from ui.widgets.buttons import Button
from ui.widgets.completer import HitField
from ui.widgets.findings import FindingTags, Shown
from ui.widgets.frames import Message
from ui.widgets.progress import ProgressStrip
from ui.words import T, Text, Words, lang, say
from ui.workers import Task

HERE = frozenset({Kind.EXAMINATIONS, Kind.FINDINGS, Kind.VISITS, Kind.PATIENTS, Kind.SIGNATURE})


class IssueWords(Words):
    """A quality issue in the language on screen. advice: what to do about it instead of what it is."""

    __slots__ = ("advice", "issue")

    def __init__(self, issue: Issue, *, advice: bool = False) -> None:
        self.issue, self.advice = issue, advice

    def __str__(self) -> str:
        return issue_words(self.issue, lang())[1 if self.advice else 0]


class ErrorWords(Words):
    """What an error says, or its advice, in the language on screen."""

    __slots__ = ("advice", "error")

    def __init__(self, error, *, advice: bool = False) -> None:
        self.error, self.advice = error, advice

    def __str__(self) -> str:
        return self.error.advice(lang()) if self.advice else self.error.text(lang())


class GivingStack(QStackedWidget):
    """Pictures and plots give way first: a stack that takes what is left and asks for little."""

    def __init__(self, least: float = 200, tallest: float = 0.0) -> None:
        """least: px at 100 %. tallest: of its width, 0 for no limit."""
        super().__init__()
        self._least, self._tallest = least, tallest
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(px(300), px(self._least))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(200), px(self._least))

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if self._tallest:
            self.setMaximumHeight(max(px(self._least), round(self._tallest * self.width())))


class IssueList(QWidget):
    """What lowers the quality, a line each with its advice; nothing where nothing does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(2))
        self._shown: tuple[Issue, ...] = ()

    def set(self, issues: Sequence[Issue]) -> None:
        if tuple(issues) == self._shown:
            return
        self._shown = tuple(issues)
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for issue in issues:
            words = T("look.issue", what=IssueWords(issue), advice=IssueWords(issue, advice=True))
            self._layout.addWidget(Label(words, "caption", "sign", wrap=True))
        self.setVisible(bool(issues))


class SignBox(QWidget):
    """Signs as tags, with a field that adds one. judged(code, answer); added(code)."""

    judged = Signal(str, str)
    added = Signal(str)

    def __init__(self, title: Text, model: Taking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(gap=4)
        self.setLayout(layout)
        self.head = SectionHead(title, T("look.signs_keys"))
        layout.addWidget(self.head)
        line = QHBoxLayout()
        line.setSpacing(px(8))
        self.tags = FindingTags()
        self.tags.judged.connect(self.judged)
        self.tags.add_wanted.connect(self.type_sign)
        self.none = Label(T("look.no_signs"), "caption", "ink3", wrap=True)
        self.plus = Button(T("action.tables.add"), "+", icon="add", small=True)
        self.plus.clicked.connect(self.type_sign)
        self.field = HitField(T("look.find_sign"), model.find_signs, ask_always=True)
        self.field.picked.connect(self._pick)
        self.field.hide()
        body = QVBoxLayout()
        body.setSpacing(px(4))
        body.addWidget(self.tags)
        body.addWidget(self.none)
        line.addLayout(body, 1)
        line.addWidget(self.plus)
        layout.addLayout(line)
        layout.addWidget(self.field)

    def set(self, signs: Sequence[Sign], *, editable: bool = True) -> None:
        self.tags.set([Shown(s.code, s.glyph, negated=s.negated) for s in signs])
        self.tags.setVisible(bool(signs))
        self.none.setVisible(not signs)
        self.plus.setVisible(editable)
        self.tags.setEnabled(editable)
        if not editable:
            self.field.hide()

    def type_sign(self) -> None:
        """Open the field that adds a sign."""
        self.field.show()
        self.field.setFocus()

    def _pick(self, hit) -> None:
        self.field.clear()
        self.field.hide()
        self.added.emit(hit.id)


class Nothing(QWidget):
    """Not taken yet: what is missing, and the ways on as buttons with their keys."""

    def __init__(self, title: Text, text: Text, foot: Text = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(gap=8, pad=(24, 16, 24, 16))
        self.setLayout(layout)
        layout.addStretch(1)
        layout.addWidget(Label(title, "head", wrap=True))
        layout.addWidget(Label(text, "lead", "ink2", wrap=True))
        self._ways = row(gap=8)
        layout.addLayout(self._ways)
        if foot:
            layout.addWidget(Label(foot, "caption", "ink3", wrap=True))
        layout.addStretch(2)
        self._ways.addStretch(1)

    def add_way(
        self, words: Text, keys: str, icon: str, run: Callable[[], None], *, first: bool = False
    ) -> Button:
        made = Button(words, keys, icon=icon, kind="primary" if first else "secondary")
        made.clicked.connect(lambda _checked=False: run())
        self._ways.insertWidget(self._ways.count() - 1, made)
        return made


class RefusedBox(QWidget):
    """Why something could not be used, what to do, the ways on. It stays until something else is taken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(gap=6)
        self.setLayout(layout)
        self.message = Message("sign", "")
        layout.addWidget(self.message)
        self._ways = row(gap=8)
        self._ways.addStretch(1)
        layout.addLayout(self._ways)
        self.hide()

    def add_way(self, words: Text, keys: str, icon: str, run: Callable[[], None]) -> Button:
        made = Button(words, keys, icon=icon, small=True)
        made.clicked.connect(lambda _checked=False: run())
        self._ways.insertWidget(self._ways.count() - 1, made)
        return made

    def set(self, refusal: Refusal | None) -> None:
        self.setVisible(refusal is not None)
        if refusal is not None:
            self.message.say(ErrorWords(refusal.error), ErrorWords(refusal.error, advice=True))


class TakingPage(Page):
    """A page that takes files of one method. `show_now` is called whenever something moved."""

    #: Endings in the file dialog, and what it is called.
    endings = ""
    dialog_title: Text = ""
    dialog_filter: Text = ""

    def __init__(self, frame, model: Taking) -> None:
        super().__init__(frame)
        self.model = model
        self.task: Task | None = None
        self.visit_id: str | None = None
        self.strip = ProgressStrip()
        self.strip.cancelled.connect(self.cancel)
        self.setAcceptDrops(True)

    # life
    def entered(self) -> None:
        self.follow_visit()
        self.show_now()

    def left(self) -> None:
        self.strip.end()

    def changed(self, changed: Changed) -> None:
        if self.follow_visit() or not changed.kinds or changed.kinds & HERE:
            self.show_now()

    def retranslate(self) -> None:
        if self.visit_id is not None or self.isVisible():
            self.show_now()

    def follow_visit(self) -> bool:
        """Another visit came to the front: what was refused belongs to the one before."""
        now = self.frame.shell.visit.id if self.frame.shell.visit is not None else None
        moved = now != self.visit_id
        if moved:
            self.visit_id = now
            self.model.refused = None
            self.cancel()
            self.visit_moved()
        return moved

    def visit_moved(self) -> None:
        """Another patient or visit: forget what was shown of the one before."""

    def show_now(self) -> None:
        """Each page shows what is true now."""

    # taking
    def can_take(self) -> bool:
        """Whether something can be taken now; says why not."""
        if self.frame.shell.visit is None:
            self.frame.note(T("look.no_visit"))
            return False
        if not self.frame.shell.is_draft:
            self.frame.note(T("look.is_signed"))
            return False
        if self.task is not None:
            self.frame.note(T("look.measuring"))
            return False
        return True

    def open_dialog(self) -> None:
        """Choose a file to import."""
        if not self.can_take():
            return
        words = f"{say(self.dialog_filter)} ({self.endings})"
        path, _ = QFileDialog.getOpenFileName(self.window(), say(self.dialog_title), "", words)
        if path:
            self.take_path(path)

    def take_path(self, path: str, kind: ExamKind | None = None) -> None:
        """Import one file as the kind that is at the front, or the one given."""
        if not self.can_take():
            return
        visit_id, kind = self.frame.shell.visit.id, kind or self.model.kind
        self._run(lambda: self.model.take_file(visit_id, kind, path))

    def take_data(self, data: bytes, name: str, kind: ExamKind | None = None, **how) -> None:
        """Keep and measure bytes. how: device, settings, synthetic."""
        if not self.can_take():
            return
        visit_id, kind = self.frame.shell.visit.id, kind or self.model.kind
        self._run(lambda: self.model.take(visit_id, kind, data, name, **how))

    def _run(self, work: Callable[[], Refusal | None]) -> None:
        visit_id = self.visit_id
        self.model.refused = None
        self.strip.begin(T("look.measuring"))
        self.task = self.frame.runner.start(
            lambda task: work(), done=lambda refusal: self._taken(visit_id, refusal), failed=self._failed
        )
        self.task.ended.connect(self._ended)

    def _taken(self, visit_id: str | None, refusal: Refusal | None) -> None:
        self.task = None
        self.strip.end()
        if visit_id != self.visit_id:
            return  # of a patient who is no longer at the front; it was kept all the same
        self.model.refused = refusal
        if refusal is None:
            self.taken()
        self.show_now()

    def taken(self) -> None:
        """Something new was measured."""

    def _failed(self, error) -> None:
        self.task = None
        self.strip.end()
        self.frame.explain(error)

    def _ended(self) -> None:
        # A cancelled task calls neither of the two above.
        if self.task is not None and self.task.cancelled:
            self.task = None

    def cancel(self) -> None:
        """Stop waiting for what is being measured; what has been kept stays."""
        self.strip.end()
        if self.task is not None:
            self.task.cancel()
            self.task = None

    def back(self) -> None:
        """Esc closes the top thing only: what is being measured, then what was refused, then the page."""
        if self.task is not None:
            self.cancel()
        elif self.model.refused is not None:
            self.forget_refused()
        else:
            self.frame.back()

    def forget_refused(self) -> None:
        self.model.refused = None
        self.show_now()

    # signs
    def judge(self, code: str, answer: str) -> None:
        if self.model.judge(code, answer):
            self.show_now()

    def judge_row(self, name: str, code: str) -> None:
        """A key on a row of the table: Space and − are about the sign that rests on the measurement."""
        if name == "+":
            self.add_sign()
        elif code and not self.model.judge_resting_on(code, "no" if name == "-" else "yes"):
            self.frame.note(T("look.nothing_rests"))

    def add_sign(self) -> None:
        """Open the field that adds a sign by hand."""

    # dropping
    def dragEnterEvent(self, event) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.dropped(paths)

    def dropped(self, paths: Sequence[str]) -> None:
        """Files were dropped on the page: each goes to the page of its method."""
        from ui.views.dropping import bring

        bring(self.frame, paths)
