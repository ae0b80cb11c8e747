"""The first run: language, folder, passphrase with its recovery key, people. Four steps, about two
minutes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFileDialog, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from ui.style import colour, look, paint_box, paint_glyph, paint_text, px
from ui.viewmodels.setup import (
    CHECKED_GROUP,
    ROLES,
    SHORTEST,
    STEPS,
    Step,
    Strength,
    group_fits,
    look_at_folder,
    strength_of,
)
from ui.views.bars import paint_mark
from ui.widgets.base import Ground, Label, SectionHead, column, row
from ui.widgets.buttons import Button, CheckBox, Field, Segment
from ui.widgets.lists import RowState, RowView
from ui.widgets.progress import ProgressStrip
from ui.words import T, Text, lang, say
from ui.workers import runner

if TYPE_CHECKING:
    from ui.app import Root


class WizardPage(QWidget):
    """root: gets the desk once all steps are done."""

    def __init__(self, root: "Root") -> None:
        super().__init__()
        self._root = root
        self._store: Any = None
        self._at = 0
        self.rail = _Steps(self)
        self.stack = QStackedWidget()
        self.pages: dict[Step, _StepPage] = {
            Step.DISPLAY: _Display(self),
            Step.FOLDER: _Folder(self),
            Step.PASSPHRASE: _Passphrase(self),
            Step.PEOPLE: _People(self),
        }
        for page in self.pages.values():
            self.stack.addWidget(page)
        self.back = Button(T("setup.back"))
        self.next = Button(T("setup.next"), "Enter", kind="primary")
        self.reason = Label("", "caption", "ink3")
        self.back.clicked.connect(lambda: self.go(self._at - 1))
        self.next.clicked.connect(self.forward)
        outer = row()
        outer.addWidget(self.rail)
        right = column()
        right.addWidget(self.stack, 1)
        foot = row(gap=8, pad=(56, 12, 56, 28))
        foot.addWidget(self.back)
        foot.addWidget(self.reason, 1)
        foot.addWidget(self.next)
        right.addLayout(foot)
        outer.addLayout(right, 1)
        self.setLayout(outer)
        self.go(0)

    @property
    def root(self) -> "Root":
        return self._root

    @property
    def step(self) -> Step:
        return STEPS[self._at]

    @property
    def page(self) -> "_StepPage":
        return self.pages[self.step]

    def go(self, index: int) -> None:
        """Show a step; what was filled in before stays."""
        self._at = min(len(STEPS) - 1, max(0, index))
        self.stack.setCurrentWidget(self.page)
        self.rail.show_at(self._at)
        last = self._at == len(STEPS) - 1
        self.next.say(T("setup.finish") if last else T("setup.next"))
        # A store that was set up stays where it is: its folder and passphrase are settled.
        self.back.setEnabled(self._at > 0 and not (self._store is not None and self._at <= 2))
        self.page.entered()
        self.refresh()

    def refresh(self) -> None:
        """Whether the step can be left, and what is missing."""
        missing = self.page.missing()
        self.next.set_reason(missing)
        self.reason.say(missing if missing else T("setup.may_leave"))

    def forward(self) -> None:
        """Leave the step if it is complete."""
        if self.page.missing():
            return
        if self._at == len(STEPS) - 1:
            self._finish()
        else:
            self.go(self._at + 1)

    def set_store(self, store: Any) -> None:
        self._store = store

    @property
    def store(self) -> Any:
        return self._store

    def _finish(self) -> None:
        people = self.pages[Step.PEOPLE]
        assert isinstance(people, _People)
        name, role, password = people.name.text().strip(), str(people.role.value()), people.password.text()
        store, root = self._store, self._root

        def work(task) -> None:
            store.staff.add(name, role, password)

        def done(_: object) -> None:
            from tcm_station.workflow.desk import Desk

            mine_first = role == "trainee"  # on for trainees, as the page of settings says
            root.settings.change(
                staff=name, role=role, clinic=people.clinic.text().strip(), mine_first=mine_first
            )
            self._store = None  # it is the desk's now
            root.opened(Desk(store))

        runner().start(work, done=done, failed=people.show_error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.forward()
        else:
            super().keyPressEvent(event)

    def show_filled(self) -> None:
        """The third step, filled in on a store of its own (screenshots)."""
        self.go(STEPS.index(Step.PASSPHRASE))
        page = self.pages[Step.PASSPHRASE]
        assert isinstance(page, _Passphrase)
        for field in (page.first, page.second):
            field.setText("".join(sorted(ROLES[0] + str(SHORTEST))))
        page.set_up()

    def let_go(self) -> None:
        """The window closes before the last step: the store is closed, not lost; the unlock page opens it."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        painter.end()


class _Steps(Ground):
    """The mark and the list of steps with their states."""

    def __init__(self, wizard: WizardPage) -> None:
        super().__init__("window", "r")
        self._at = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, px(101), px(1), px(24))
        self.list = RowView(
            self._paint, 40, name=lambda step: say(T(f"setup.step.{step.value}")), plain=False, fit=True
        )
        self.list.rows.set_enabled(lambda step: False)
        self.list.set_items(STEPS)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self.list)
        layout.addStretch(1)
        foot = Label(T("setup.what_it_is"), "caption", "ink3", wrap=True)
        foot.setContentsMargins(px(20), 0, px(20), 0)
        layout.addWidget(foot)
        self.restyle()

    def restyle(self) -> None:
        self.setFixedWidth(px(300))

    def show_at(self, index: int) -> None:
        self._at = index
        self.list.viewport().update()

    def _paint(self, painter: QPainter, rect: QRectF, step: Step, state: RowState) -> None:
        here = state.index == self._at
        if here:
            painter.fillRect(rect, colour("raised"))
            painter.fillRect(QRectF(rect.left(), rect.top(), px(3), rect.height()), colour("accent"))
        glyph = "in_progress" if here else "done_or_checked" if state.index < self._at else "not_started"
        paint_glyph(painter, QRectF(px(20), rect.center().y() - px(6), px(12), px(12)), glyph)
        number = rect.adjusted(px(45), 0, 0, 0)
        paint_text(painter, number, str(state.index + 1), bold=here)
        paint_text(painter, rect.adjusted(px(66), 0, 0, 0), say(T(f"setup.step.{step.value}")), bold=here)

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        paint_mark(painter, px(21), px(48), px(18))
        paint_text(
            painter, QRectF(px(52), px(40), px(220), px(22)), say(T("app.name")), kind="lead", bold=True
        )
        paint_text(
            painter,
            QRectF(px(52), px(58), px(220), px(18)),
            say(T("setup.first_run")),
            kind="caption",
            tint="ink2",
        )
        painter.end()


class _StepPage(QWidget):
    """One step. missing(): why it cannot be left, in words; empty when it can."""

    step: Step

    def __init__(self, wizard: WizardPage) -> None:
        super().__init__()
        self.wizard = wizard
        number = STEPS.index(self.step) + 1
        self.body = column(gap=8, pad=(56, 40, 56, 8))
        self.body.addWidget(Label(T("setup.step_of", n=number, of=len(STEPS)), "caption", "ink3"))
        self.body.addWidget(Label(T(f"setup.title.{self.step.value}"), "head"))
        text = Label(T(f"setup.text.{self.step.value}"), "lead", "ink2", wrap=True)
        text.setMaximumWidth(px(580))
        self.body.addWidget(text)
        self.body.addSpacing(px(12))
        self.build()
        self.error = Label("", "body", "stop", wrap=True)
        self.error.setMaximumWidth(px(580))
        self.body.addWidget(self.error)
        self.body.addStretch(1)
        self.setLayout(self.body)

    def build(self) -> None:
        """Each step lays out its own fields."""

    def entered(self) -> None:
        """The step came to the front."""

    def missing(self) -> Text:
        return ""

    def show_error(self, error: StationError) -> None:
        self.error.say(f"{error.text(lang())} {error.advice(lang())}")
        self.wizard.refresh()

    def line(self, words: Text, *widgets: QWidget) -> None:
        """A labelled line, the label 108 px wide."""
        made = row(gap=12)
        label = Label(words)
        label.setFixedWidth(px(96))
        made.addWidget(label)
        for widget in widgets:
            made.addWidget(widget)
        made.addStretch(1)
        self.body.addLayout(made)

    def changed(self, *_: object) -> None:
        self.wizard.refresh()


class _Display(_StepPage):
    step = Step.DISPLAY

    def build(self) -> None:
        settings = self.wizard.root.settings
        self.language = Segment([("zh", T("app.mark_chinese")), ("en", T("app.mark_english"))], lang())
        self.theme = Segment([("light", T("settings.light")), ("dark", T("settings.dark"))], look().theme)
        scales = (1.0, 1.15, 1.25, 1.5, 2.0, 2.5)
        self.scale = Segment([(s, f"{s * 100:.0f} %") for s in scales], settings.now.scale)
        self.line(T("settings.language"), self.language)
        self.line(T("settings.theme"), self.theme)
        self.line(T("settings.scale"), self.scale)
        self.language.chosen.connect(lambda value: self._set(lang=value))
        self.theme.chosen.connect(lambda value: self._set(theme=value))
        self.scale.chosen.connect(lambda value: self._set(scale=value))

    def _set(self, **values: Any) -> None:
        from ui.words import translator

        root = self.wizard.root
        root.settings.keep_until_written(**values)
        translator().set(root.settings.now.lang or lang())  # type: ignore[arg-type]
        look().set(theme=root.settings.now.theme, scale=root.settings.now.scale)  # type: ignore[arg-type]


class _Folder(_StepPage):
    step = Step.FOLDER

    def build(self) -> None:
        self.field = Field()
        self.field.setMinimumWidth(px(420))
        self.field.setText(str(self.wizard.root.data_dir))
        choose = Button(T("setup.folder.choose"), icon="folder")
        self.state = Label("", "caption", "ink2")
        self.line(T("settings.data_folder"), self.field, choose)
        self.line("", self.state)
        self.field.textChanged.connect(self._look)
        choose.clicked.connect(self._choose)
        self._ok = False
        self._words: Text = ""

    def entered(self) -> None:
        self._look()

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, say(T("setup.folder.choose")), self.field.text())
        if folder:
            self.field.setText(folder)

    def _look(self, *_: object) -> None:
        told = look_at_folder(Path(self.field.text()).expanduser()) if self.field.text().strip() else None
        self._ok = told is not None and told.ok
        free = "" if told is None or told.free_mb is None else f"{told.free_mb / 1024:.1f}"
        self._words = T(f"setup.folder.{told.words if told else 'not_writable'}", gb=free)
        self.state.say(self._words, "ink2" if self._ok else "stop")
        self.field.set_error(not self._ok)
        if self._ok:
            self.wizard.root.use_folder(Path(self.field.text()).expanduser())
        self.wizard.refresh()

    def missing(self) -> Text:
        return "" if self._ok else self._words


class _Passphrase(_StepPage):
    step = Step.PASSPHRASE

    def build(self) -> None:
        self.recovery = ""
        self.first, self.second = Field(), Field()
        for field in (self.first, self.second):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setFixedWidth(px(320))
            field.textChanged.connect(self._typed)
        self.strength, self.same = _GlyphLine(), _GlyphLine()
        self.line(T("setup.passphrase"), self.first, self.strength)
        self.line(T("setup.again"), self.second, self.same)
        self.make = Button(T("setup.make_store"), kind="primary")
        self.make.clicked.connect(self.set_up)
        self.line("", self.make)
        self.strip = ProgressStrip()
        self.strip.button.hide()
        self.body.addWidget(self.strip)
        self.after = QWidget()
        after = column(gap=8)
        after.setContentsMargins(0, px(12), 0, 0)
        head = SectionHead(T("setup.recovery"), T("setup.recovery_note"))
        after.addWidget(head)
        self.box = _KeyBox()
        self.save = Button(T("setup.recovery_save"), icon="disk", small=True)
        self.print = Button(T("setup.recovery_print"), icon="print", small=True)
        self.box.add(self.save, self.print)
        after.addWidget(self.box)
        self.kept = CheckBox(T("setup.recovery_kept"))
        after.addWidget(self.kept)
        check = row(gap=8)
        check.addWidget(Label(T("setup.recovery_check", n=CHECKED_GROUP)))
        self.typed = Field()
        self.typed.setFixedWidth(px(96))
        self.fits = _GlyphLine()
        check.addWidget(self.typed)
        check.addWidget(self.fits)
        check.addStretch(1)
        after.addLayout(check)
        self.after.setLayout(after)
        self.after.setMaximumWidth(px(608))
        self.after.hide()
        self.body.addWidget(self.after)
        self.kept.toggled.connect(self.changed)
        self.typed.textChanged.connect(self._checked)
        self.save.clicked.connect(self._save)
        self.print.clicked.connect(self._print)

    def entered(self) -> None:
        self._typed()

    def _typed(self, *_: object) -> None:
        told = strength_of(self.first.text())
        glyphs = {Strength.GOOD: "done_or_checked", Strength.FAIR: "in_progress", Strength.SHORT: "look"}
        words = T(f"setup.strength.{told.value}", n=len(self.first.text()))
        self.strength.say(glyphs.get(told, ""), words if told is not Strength.EMPTY else "")
        same = bool(self.first.text()) and self.first.text() == self.second.text()
        if self.second.text():
            self.same.say(
                "done_or_checked" if same else "look", T("setup.same") if same else T("setup.differs")
            )
        else:
            self.same.say("", "")
        good = told in (Strength.FAIR, Strength.GOOD) and same and not self.recovery
        self.make.set_reason("" if good else T("setup.passphrase_missing"))
        self.make.setVisible(not self.recovery)
        self.wizard.refresh()

    def set_up(self) -> None:
        """Set the store up, in a worker: deriving the key takes its time on purpose."""
        secret, folder = self.first.text(), self.wizard.root.data_dir
        self.make.setEnabled(False)
        self.error.say("")
        self.strip.begin(T("setup.making_store"))

        def work(task) -> object:
            from tcm_station.store import Store

            return Store.create(folder, secret)

        def done(made: object) -> None:
            self.strip.end()
            assert isinstance(made, tuple)
            self.recovery = str(made[1])
            self.wizard.set_store(made[0])
            self.wizard.root.remember_folder()
            for field in (self.first, self.second):
                field.setEnabled(False)
            self.box.show_key(self.recovery)
            self.after.show()
            self._typed()
            self.wizard.back.setEnabled(False)

        def failed(error: StationError) -> None:
            self.strip.end()
            self.make.setEnabled(True)
            self.show_error(error)

        runner().start(work, done=done, failed=failed)

    def _checked(self, *_: object) -> None:
        fits = group_fits(self.recovery, self.typed.text())
        self.fits.say("done_or_checked" if fits else "", "")
        self.wizard.refresh()

    def sheet_text(self) -> str:
        """What the saved or printed sheet says."""
        return "\n\n".join(
            [say(T("app.name")), say(T("setup.recovery")), self.recovery, say(T("setup.recovery_sheet"))]
        )

    def _save(self) -> None:
        name = say(T("setup.recovery_file"))
        path, _ = QFileDialog.getSaveFileName(self, say(T("setup.recovery_save")), name)
        if path:
            try:
                Path(path).write_text(self.sheet_text() + "\n", encoding="utf-8")
            except OSError as fault:
                self.error.say(T("setup.recovery_not_saved", why=fault.strerror or ""))

    def _print(self) -> None:
        from PySide6.QtGui import QTextDocument
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec():
            document = QTextDocument(self.sheet_text())
            document.print_(printer)

    def missing(self) -> Text:
        if not self.recovery:
            return T("setup.passphrase_missing")
        if not self.kept.isChecked():
            return T("setup.keep_missing")
        if not group_fits(self.recovery, self.typed.text()):
            return T("setup.check_missing", n=CHECKED_GROUP)
        return ""


class _People(_StepPage):
    step = Step.PEOPLE

    def build(self) -> None:
        self.clinic, self.name, self.password = Field(), Field(), Field()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for field in (self.clinic, self.name, self.password):
            field.setFixedWidth(px(320))
            field.textChanged.connect(self.changed)
        self.role = Segment([(role, T(f"settings.role.{role}")) for role in ROLES])
        self.line(T("setup.clinic"), self.clinic)
        self.line(T("setup.name"), self.name)
        self.line(T("setup.role"), self.role)
        self.line(
            T("setup.sign_password"), self.password, Label(T("setup.sign_password_note"), "caption", "ink3")
        )

    def missing(self) -> Text:
        if not self.name.text().strip():
            return T("setup.name_missing")
        return "" if self.password.text().strip() else T("setup.sign_password_missing")


class _GlyphLine(QWidget):
    """A state glyph and a word."""

    def __init__(self) -> None:
        super().__init__()
        self._glyph = ""
        self._words: Text = ""
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(px(24))
        self.setMinimumWidth(px(200))

    def say(self, glyph: str, words: Text) -> None:
        self._glyph, self._words = glyph, words
        self.setAccessibleName(say(words))
        self.update()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        y = self.height() / 2
        if self._glyph:
            paint_glyph(painter, QRectF(0, y - px(5), px(10), px(10)), self._glyph)
        paint_text(
            painter,
            QRectF(px(15), 0, self.width(), self.height()),
            say(self._words),
            kind="caption",
            tint="ink2",
        )
        painter.end()


class _KeyBox(QWidget):
    """The recovery key in large letters, with what can be done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.label = Label("", "title")
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._line = row(gap=8, pad=(16, 10, 16, 10))
        body = column(gap=8)
        body.addWidget(self.label)
        body.addLayout(self._line)
        self._line.setContentsMargins(0, 0, 0, 0)
        body.setContentsMargins(px(20), px(14), px(20), px(14))
        self.setLayout(body)

    def add(self, *buttons: Button) -> None:
        for button in buttons:
            self._line.addWidget(button)
        self._line.addStretch(1)

    def show_key(self, key: str) -> None:
        self.label.say(key)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), fill="raised", line="line", radius="radius.card")
        painter.end()
