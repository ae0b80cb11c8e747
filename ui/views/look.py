"""望: the tongue or face with what was found on it, its measures, its signs, and the visit before."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.domain.examination import ExamKind
from ui.style import px
from ui.viewmodels.look import Look
from ui.views.look_parts import Legend, ZoneTable, image_of, with_outlines
from ui.views.taking import GivingStack, IssueList, Nothing, RefusedBox, SignBox, TakingPage
from ui.widgets.base import Label, SectionHead, column, row
from ui.widgets.buttons import Button, Segment
from ui.widgets.columns import Columns
from ui.widgets.measurements import MeasurementTable
from ui.widgets.picture import PictureStrip, PictureView
from ui.words import T, Text
from ui.workers import Task

LEFT_WIDTH = 404


class LookPage(TakingPage):
    """Tongue and face of the open visit."""

    model: Look
    contexts = ("look", "visit", "tables")
    hints = (
        "tables.row",
        "tables.confirm",
        "tables.negate",
        "tables.add",
        "look.overlay",
        "look.compare",
        "look.import",
        "look.again",
    )
    help = T("look.help")
    endings = "*.png *.jpg *.jpeg *.heic *.heif *.tif *.tiff *.webp *.bmp"
    dialog_title = T("look.import_title")
    dialog_filter = T("look.import_filter")

    def __init__(self, frame) -> None:
        super().__init__(frame, Look(frame.shell))
        self._loading: Task | None = None
        self._key = ""
        self._plain: QImage | None = None
        self._drawn: QImage | None = None
        self._size = (1, 1)
        self._row = ""
        self._before = ""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.columns = Columns(self._build_right(), left=self._build_left(), left_width=LEFT_WIDTH, least=440)
        outer.addWidget(self.columns)
        self.restyle()

    # layout
    def _build_left(self) -> QWidget:
        left = QWidget()
        box = column(gap=8, pad=(16, 16, 16, 12))
        left.setLayout(box)
        top = row(gap=8)
        self.parts = Segment([(kind, T(f"look.part.{kind.value}")) for kind in self.model.kinds])
        self.parts.chosen.connect(lambda kind: self.show_kind(ExamKind(kind)))
        top.addWidget(self.parts)
        top.addStretch(1)
        self.overlay = Button(T("action.look.overlay"), "O", icon="overlay", kind="quiet", checkable=True)
        self.overlay.setChecked(True)
        self.overlay.clicked.connect(self._toggle_overlay)
        self.compare = Button(T("action.look.compare"), "C", icon="compare", kind="quiet", checkable=True)
        self.compare.clicked.connect(self._toggle_compare)
        top.addWidget(self.overlay)
        top.addWidget(self.compare)
        box.addLayout(top)
        self.stack = GivingStack(150, 1.06)
        self.nothing = Nothing(T("look.nothing"), T("look.nothing_text"), T("look.not_done_is_not_normal"))
        self.picture = PictureView()
        self.picture.setAccessibleName("")
        self.picture.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.picture.installEventFilter(self)
        self.picture.dropped.connect(lambda path: self.dropped([path]))
        self.stack.addWidget(self.nothing)
        self.stack.addWidget(self.picture)
        box.addWidget(self.stack, 10)
        self.legend = Legend()
        box.addWidget(self.legend)
        box.addWidget(self._build_before())
        ways = row(gap=8)
        self.live = Button(T("look.live"), icon="capture", kind="primary")
        self.live.clicked.connect(self.go_live)
        self.bring_in = Button(T("action.look.import"), "I", icon="import")
        self.bring_in.clicked.connect(self.open_dialog)
        ways.addWidget(self.live)
        ways.addWidget(self.bring_in)
        ways.addStretch(1)
        box.addLayout(ways)
        box.addWidget(self.strip)
        box.addStretch(0)
        return left

    def _build_before(self) -> QWidget:
        self.before = QWidget()
        box = column(gap=4)
        self.before.setLayout(box)
        self.before_head = SectionHead("")
        box.addWidget(self.before_head)
        strips = row(gap=8)
        self.strips = (PictureStrip(), PictureStrip())
        for strip in self.strips:
            strips.addWidget(strip, 1)
        box.addLayout(strips)
        words = row(gap=8)
        self.before_words = (Label("", "caption", "ink2"), Label("", "caption", "ink2"))
        for label in self.before_words:
            words.addWidget(label, 1)
        box.addLayout(words)
        self.before.hide()
        return self.before

    def _build_right(self) -> QWidget:
        right = QWidget()
        box = column(gap=6, pad=(16, 16, 16, 12))
        right.setLayout(box)
        self.refused = RefusedBox()
        self.refused.add_way(T("look.another"), "I", "import", self.open_dialog)
        self.refused.add_way(T("action.look.again"), "P", "again", self.go_live)
        self.as_other = self.refused.add_way("", "", "", self._take_as_other)
        self.refused.add_way(T("look.put_away"), "Esc", "", self.forget_refused)
        box.addWidget(self.refused)
        self.head = SectionHead(T("look.measurements"), "", T("look.rows_note"))
        box.addWidget(self.head)
        self.zones = ZoneTable()
        self.zones.chosen.connect(lambda name: self._chosen(f"face.{name}.db"))
        box.addWidget(self.zones)
        self.table = MeasurementTable(show_last=True, fit=False)
        self.table.chosen.connect(self._chosen)
        self.table.key.connect(self.judge_row)
        box.addWidget(self.table, 1)
        self.table_note = Label("", "caption", "ink3", wrap=True)
        box.addWidget(self.table_note)
        self.issues = IssueList()
        box.addWidget(self.issues)
        self.signs = SignBox(T("look.signs"), self.model)
        self.signs.judged.connect(self.judge)
        self.signs.added.connect(lambda code: self.judge(code, "yes"))
        box.addWidget(self.signs)
        self.spare = QWidget()
        box.addWidget(self.spare, 1)
        return right

    def restyle(self) -> None:
        self.table.setMinimumHeight(px(96))
        for strip in self.strips:
            strip.setFixedHeight(px(112))

    # life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "look.overlay": self._toggle_overlay,
            "look.compare": self._toggle_compare,
            "look.reset_zoom": self.picture.reset_zoom,
            "look.import": self.open_dialog,
            "look.again": self.go_live,
            "look.shoot": self.go_live,
            "app.back": self.back,
        }

    def left(self) -> None:
        super().left()
        self._stop_loading()

    def visit_moved(self) -> None:
        self._key = self._before = self._row = ""
        self._plain = self._drawn = None
        self.compare.setChecked(False)
        self._stop_loading()

    def taken(self) -> None:
        self._row = ""

    def show_kind(self, kind: ExamKind) -> None:
        """Bring tongue or face to the front."""
        self.model.choose(kind)
        self.parts.choose(kind)
        self._row = self._before = ""
        self.show_now()

    def take_path(self, path: str, kind: ExamKind | None = None) -> None:
        super().take_path(path, kind)

    def show_now(self) -> None:
        model, exam, draft = self.model, self.model.examination, self.frame.shell.is_draft
        face = model.kind is ExamKind.FACE
        refused = model.refused_here
        self.refused.set(refused)
        other = model.may_be_other()
        self.as_other.setVisible(other is not None)
        if other is not None:
            self.as_other.say(T(f"look.as.{other.value}"))
        self.live.say(T("look.live"), self.frame.hub.keys("look.shoot"))
        self.live.setEnabled(draft)
        self.bring_in.setEnabled(draft)
        has_before = exam is not None and refused is None and model.previous() is not None
        self.compare.setVisible(has_before)
        self.overlay.setVisible(exam is not None or refused is not None)
        self.legend.setVisible(exam is not None and refused is None)
        self.legend.set(face=face)
        shown = exam if refused is None else None
        self.head.say(caption=self._head_words(), right=T("look.rows_note") if shown else "")
        self.zones.setVisible(bool(shown) and face)
        self.zones.set(model.zones() if shown else ())
        self.table.setVisible(shown is not None)
        # Short tables stand at the top; what is left over is left empty.
        self.spare.setVisible(shown is None or face)
        self.table.show_last = face or has_before
        rows = len(model.ordered())
        # The few values of the whole face stand under its zones and take no more room than they need.
        self.table.setMaximumHeight(
            px("section_head") + (rows * px("table_row") + px(4) if face else px(4000))
        )
        self.table.set(model.ordered() if shown else (), model.last_values(), model.glyphs())
        self.table_note.setVisible(shown is not None)
        self.table_note.say(self._note(face=face))
        self.issues.set(model.issues() if shown else ())
        self.signs.set(model.signs(), editable=draft)
        self._show_picture()
        self._show_before(has_before and self.compare.isChecked())

    def _head_words(self) -> Text:
        exam = self.model.examination
        if exam is None or self.model.refused_here is not None:
            return T("look.not_taken") if self.model.refused_here is None else T("look.refused")
        basis = T("look.calibrated") if self.model.calibrated else T("look.uncalibrated")
        words = T("look.head", basis=basis, quality=f"{exam.quality.value:.2f}", method=self.model.method())
        return T("look.head_synthetic", head=words) if exam.captures[0].synthetic else words

    def _note(self, *, face: bool) -> Text:
        if face:
            return T("look.face_note")
        return T("look.tongue_note_uncalibrated" if self.model.uncalibrated_values() else "look.tongue_note")

    # pictures
    def _show_picture(self) -> None:
        key = self.model.key()
        self.stack.setCurrentWidget(self.picture if key else self.nothing)
        if key == self._key:
            if self._plain is not None:
                self._say_state()
            return
        self._stop_loading()
        self._key, self._plain, self._drawn = key, None, None
        self.picture.set_picture(None)
        self.picture.set_overlay(None)
        if not key:
            self.picture.set_state("frozen")
            return
        self.picture.set_state("loading", T("look.loading"))
        self._loading = self.frame.runner.start(
            lambda task: self._load(), done=self._loaded, failed=self._not_loaded
        )

    def _load(self):
        told = self.model.load()
        if told is None:
            return None
        size = (told.plain.shape[1], told.plain.shape[0])
        drawn = image_of(told.drawn) if told.drawn is not None else None
        return told.key, size, image_of(told.plain), drawn

    def _loaded(self, made) -> None:
        self._loading = None
        if made is None or made[0] != self._key:
            if made is None:
                self.picture.set_state("refused", T("look.no_picture"), "look")
            return
        _, self._size, self._plain, self._drawn = made
        self.picture.set_picture(self._plain)
        self._show_overlay()
        self._say_state()

    def _say_state(self) -> None:
        if self.model.refused_here is not None:
            self.picture.set_state("refused", T("look.refused"), "look")
        else:
            exam = self.model.examination
            synthetic = exam is not None and exam.captures[0].synthetic
            self.picture.set_state("frozen", T("look.synthetic") if synthetic else "")

    def _not_loaded(self, error: StationError) -> None:
        self._loading = None
        # A file that is no picture has nothing to show: its reason stands beside the empty ground.
        self.picture.set_state("refused", T("look.no_picture"), "look")
        if self.model.refused_here is None:
            self.frame.explain(error)

    def _stop_loading(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
            self._key = ""

    def _show_overlay(self) -> None:
        drawn = self._drawn
        if drawn is not None and self._row:
            outlines = self.model.regions_of(self._row)
            if outlines:
                drawn = with_outlines(drawn, self._size, outlines)
        self.picture.set_overlay(drawn)
        self.picture.show_overlay(self.overlay.isChecked())

    def _chosen(self, code: str) -> None:
        self._row = code
        self._show_overlay()

    def _toggle_overlay(self) -> None:
        shown = not self.picture.overlay_shown
        self.overlay.setChecked(shown)
        self.picture.show_overlay(shown)

    def _toggle_compare(self) -> None:
        wanted = self.compare.isVisible() and not self.before.isVisible()
        self.compare.setChecked(wanted)
        self._show_before(wanted)

    def _show_before(self, wanted: bool) -> None:
        self.before.setVisible(wanted)
        if not wanted or self._before == self.model.key():
            return
        self._before = self.model.key()
        self.frame.runner.start(
            lambda task: self._load_before(), done=self._loaded_before, failed=self.frame.explain
        )

    def _load_before(self):
        told = self.model.load_previous()
        return None if told is None else (self.model.key(), told[0], image_of(told[1].plain))

    def _loaded_before(self, made) -> None:
        if made is None or made[0] != self.model.key():
            return
        _, visit, image = made
        then, now = visit.at.strftime("%m-%d"), self.model.examination.captures[0].taken_at.strftime("%m-%d")
        self.before_head.say(T("look.with_visit", date=then), T("look.not_aligned"))
        self.strips[0].set_picture(image)
        self.strips[1].set_picture(self._plain)
        self.before_words[0].say(then)
        self.before_words[1].say(now)

    # doing
    def go_live(self) -> None:
        """To the live camera."""
        if self.can_take():
            self.frame.go("look_live")

    def _take_as_other(self) -> None:
        refused, other = self.model.refused_here, self.model.may_be_other()
        if refused is not None and other is not None:
            self.show_kind(other)
            self.take_data(refused.data, refused.name, other)

    def add_sign(self) -> None:
        self.signs.type_sign()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # On the picture Tab goes to the next part; everywhere else it goes on as usual.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Tab and not event.modifiers():
                self.show_kind(self.model.other())
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "+":
            self.add_sign()
        else:
            super().keyPressEvent(event)
