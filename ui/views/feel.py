"""切: the average beat and its trace, measurements, signs by dimension, and the nine places by hand."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.workflow.examine import MEDIA_TYPES
from tcm_station.workflow.pictures import write_bytes
from ui.style import colour, paint_text, px
from ui.viewmodels.feel import BY_DIGIT, HANDS, Dimension, Feel
from ui.viewmodels.shell import seal_of
from ui.views.taking import GivingStack, IssueList, Nothing, RefusedBox, SignBox, TakingPage
from ui.widgets.base import Drawn, Label, SectionHead, column, row
from ui.widgets.beat import AverageBeat, Beat, Point
from ui.widgets.buttons import Button, Segment
from ui.widgets.columns import Columns
from ui.widgets.flow import Flow
from ui.widgets.frames import JudgedLine
from ui.widgets.measurements import MeasurementTable
from ui.widgets.ninegrid import Cell, NineGrid
from ui.widgets.quality import QualityRibbon
from ui.words import Name, T, Text, Words, lang, say

if TYPE_CHECKING:
    from ui.widgets.review_plot import ReviewPlot

RIGHT_WIDTH = 436
#: Under which ending a record goes out again.
ENDINGS = {media_type: ending for ending, media_type in MEDIA_TYPES.items()}
_SUB = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Joined(Words):
    """Names of several signs, joined as the language does. short: the sign without the word for pulse."""

    __slots__ = ("codes", "short")

    def __init__(self, codes: tuple[str, ...], *, short: bool = False) -> None:
        self.codes, self.short = codes, short

    def __str__(self) -> str:
        names = [str(ShortPulse(c)) if self.short else str(Name(c)) for c in self.codes]
        if self.short and lang() == "zh":
            return "".join(names)
        return say(T("report.comma")).join(names)


class ShortPulse(Words):
    """A pulse's name where the head already says that it is a pulse."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code

    def __str__(self) -> str:
        name = str(Name(self.code))
        mark = say(T("feel.pulse_word"))
        return name.replace(mark, "").strip() or name


class Symbol(Words):
    """A measurement's name behind its symbol, where the code is one ("h4_h1" is h₄/h₁)."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code

    def __str__(self) -> str:
        short = self.code.removeprefix("pulse.")
        # t5 is the whole of diastole, while point 5 of the plot is the dicrotic wave: no symbol for both.
        if short == "t5" or re.fullmatch(r"[htw]\d?(_[ht]\d?)?", short) is None:
            return str(Name(self.code))
        return f"{short.replace('_', '/').translate(_SUB)} {Name(self.code)}"


class DimensionStrip(Drawn):
    """Each dimension of the pulse with what was read about it; what was not measured says so."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: tuple[Dimension, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, told: tuple[Dimension, ...]) -> None:
        self._told = told
        self.setAccessibleName(" ".join(f"{say(T(f'feel.dim.{d.name}'))} {self._words(d)}" for d in told))
        self.update()

    def natural(self) -> tuple[float, float]:
        return (300, 36)

    def _words(self, told: Dimension) -> str:
        if told.codes:
            return str(Joined(told.codes, short=True))
        if told.state == "usual":
            return say(T(f"feel.dim_usual.{told.name}"))
        return say(T("feel.dim_none" if told.state == "none" else "feel.dim_open"))

    def draw(self, painter: QPainter) -> None:
        wide = self.width() / max(1, len(self._told))
        for index, told in enumerate(self._told):
            x = index * wide
            cell = QRectF(x + (px(8) if index else 0), 0, wide - px(12), px(16))
            paint_text(painter, cell, say(T(f"feel.dim.{told.name}")), kind="caption", tint="ink2")
            known = told.state in ("found", "usual")
            paint_text(
                painter,
                cell.translated(0, px(17)),
                self._words(told),
                bold=known,
                tint="ink" if known else "ink3",
            )
            if index:
                painter.fillRect(QRectF(x, 0, px("stroke.hair"), px(34)), colour("line"))


class FeelPage(TakingPage):
    """The pulse of the open visit."""

    model: Feel
    contexts = ("pulse", "visit", "tables")
    hints = ("pulse.record", "pulse.import", "pulse.grid", "tables.confirm", "tables.negate", "pulse.compare")
    help = T("feel.help")
    endings = "*.csv *.txt *.tsv *.npz *.edf"
    dialog_title = T("feel.import_title")
    dialog_filter = T("feel.import_filter")

    def __init__(self, frame) -> None:
        super().__init__(frame, Feel(frame.shell))
        self._plot: ReviewPlot | None = None  # pyqtgraph is only imported for whoever looks at the trace
        self._compare = False
        self._hand = "left"
        self.columns = Columns(
            self._build_left(), right=self._build_right(), right_width=RIGHT_WIDTH, least=480
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.columns)
        self.restyle()

    # layout
    def _build_left(self) -> QWidget:
        left = QWidget()
        box = column(gap=8, pad=(16, 16, 24, 12))
        left.setLayout(box)
        top = row(gap=8)
        self.shown = Segment([("beat", T("feel.average")), ("trace", T("feel.trace"))])
        self.shown.chosen.connect(lambda _value: self.show_now())
        top.addWidget(self.shown)
        top.addStretch(1)
        self.compare = Button(
            T("action.pulse.compare"), "C", icon="compare_visits", kind="quiet", checkable=True
        )
        self.compare.clicked.connect(self._toggle_compare)
        self.live = Button(T("feel.live"), icon="sensor")
        self.live.clicked.connect(self._go_live)
        self.bring_in = Button(T("action.pulse.import"), "I", icon="import")
        self.bring_in.clicked.connect(self.open_dialog)
        for button in (self.compare, self.live, self.bring_in):
            top.addWidget(button)
        box.addLayout(top)
        self.refused = RefusedBox()
        self.refused.add_way(T("feel.another"), "I", "import", self.open_dialog)
        self.refused.add_way(T("look.put_away"), "Esc", "", self.forget_refused)
        box.addWidget(self.refused)
        box.addWidget(self.strip)
        self.stack = GivingStack()
        self.nothing = Nothing(T("feel.nothing"), T("feel.nothing_text"), T("look.not_done_is_not_normal"))
        self.start = self.nothing.add_way(T("feel.live"), "", "sensor", self._go_live, first=True)
        self.nothing.add_way(T("action.pulse.import"), "I", "import", self.open_dialog)
        self.beat = AverageBeat()
        self.trace_holder = QWidget()
        QVBoxLayout(self.trace_holder).setContentsMargins(0, 0, 0, 0)
        for widget in (self.nothing, self.beat, self.trace_holder):
            self.stack.addWidget(widget)
        box.addWidget(self.stack, 1)
        self.quality_row = QWidget()
        line = row(gap=12)
        self.quality_row.setLayout(line)
        line.addWidget(Label(T("feel.quality"), "caption", "ink2"))
        self.ribbon = QualityRibbon()
        line.addWidget(self.ribbon, 1)
        self.quality_words = Label("", "caption", "ink3")
        line.addWidget(self.quality_words)
        box.addWidget(self.quality_row)
        self.issues = IssueList()
        box.addWidget(self.issues)
        box.addWidget(SectionHead(T("feel.nine"), T("feel.nine_note"), T("feel.nine_keys")))
        grids = row(gap=16)
        self.grids = {hand: NineGrid(hand) for hand in HANDS}
        for hand, grid in self.grids.items():
            grid.edited.connect(partial(self._write, hand))
            grid.moved.connect(lambda *_at, h=hand: self._moved(h))
            grids.addWidget(grid, 1)
        box.addLayout(grids)
        holder = QWidget()
        flow = Flow(4, holder)
        self.digits = []
        for number, code in enumerate(BY_DIGIT, start=1):
            button = Button(ShortPulse(code), str(number), small=True, kind="quiet")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, n=number: self._digit(n))
            flow.addWidget(button)
            self.digits.append(button)
        box.addWidget(holder)
        return left

    def _build_right(self) -> QWidget:
        right = QWidget()
        box = column(gap=6, pad=(16, 16, 16, 12))
        right.setLayout(box)
        self.head = SectionHead(T("look.measurements"))
        box.addWidget(self.head)
        self.table = MeasurementTable(fit=False, label=Symbol)
        self.table.key.connect(self.judge_row)
        box.addWidget(self.table, 1)
        self.table_note = Label(T("feel.reference_note"), "caption", "ink3", wrap=True)
        box.addWidget(self.table_note)
        box.addWidget(SectionHead(T("feel.dimensions"), T("feel.dimensions_note")))
        self.dimensions = DimensionStrip()
        box.addWidget(self.dimensions)
        self.signs = SignBox(T("look.signs"), self.model)
        self.signs.judged.connect(self.judge)
        self.signs.added.connect(lambda code: self.judge(code, "yes"))
        box.addWidget(self.signs)
        pair = row(gap=8)
        self.proposal = JudgedLine("")
        self.mine = JudgedLine("", seal="")
        pair.addWidget(self.proposal, 1)
        pair.addWidget(self.mine, 1)
        box.addLayout(pair)
        self.both = Label(T("feel.both_kept"), "caption", "ink3", wrap=True)
        box.addWidget(self.both)
        return right

    def restyle(self) -> None:
        self.stack.setMinimumHeight(px(200))
        self.table.setMinimumHeight(px(150))

    # life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "pulse.record": self._go_live,
            "pulse.simulate": self._go_live,
            "pulse.import": self.open_dialog,
            "pulse.compare": self._toggle_compare,
            "pulse.again": self._go_live,
            "pulse.play": self._play,
            "pulse.export": self._export,
            "app.back": self.back,
        }

    def visit_moved(self) -> None:
        self._compare = False

    def show_now(self) -> None:
        model, exam = self.model, self.model.examination
        visit, draft = self.frame.shell.visit, self.frame.shell.is_draft
        self.refused.set(model.refused)
        for button in (self.live, self.start):
            button.say(T("feel.live"), self.frame.hub.keys("pulse.record"))
        self.live.setEnabled(draft)
        self.bring_in.setEnabled(draft)
        self.shown.setVisible(exam is not None)
        self.compare.setVisible(exam is not None and model.previous() is not None)
        self.compare.setChecked(self._compare)
        self.quality_row.setVisible(exam is not None)
        self.issues.set(model.issues())
        if exam is None:
            self.stack.setCurrentWidget(self.nothing)
        elif self.shown.value() == "trace":
            self._show_trace()
        else:
            self._show_beat()
        self.ribbon.set(model.quality_cells())
        if exam is not None:
            self.quality_words.say(T("feel.quality_value", value=f"{exam.quality.value:.2f}"))
        self.head.say(caption=self._head_words())
        self.table.set(model.ordered(), model.last_values(), model.glyphs())
        self.table_note.setVisible(exam is not None)
        self.dimensions.set(model.dimensions())
        self.signs.set(model.signs(), editable=draft)
        self._show_grid()
        proposed, mine = model.proposed(), model.mine()
        self.proposal.say(Joined(proposed, short=True) if proposed else T("feel.nothing_proposed"))
        seal = seal_of(self.frame.shell.user) or "·"
        self.mine.say(Joined(mine, short=True) if mine else T("feel.not_said"), seal=seal)
        self.both.setVisible(visit is not None)

    def _head_words(self) -> Text:
        exam = self.model.examination
        if exam is None:
            return T("look.not_taken")
        beats = exam.measurement("pulse.beats_used")
        count = round(beats.value) if beats is not None and beats.value is not None else 0
        words = T("feel.head", n=count, method=exam.measurements[0].method if exam.measurements else "—")
        return T("feel.head_synthetic", head=words) if exam.captures[0].synthetic else words

    def _show_beat(self) -> None:
        told = self.model.beat()
        self.stack.setCurrentWidget(self.beat)
        if told is None:
            self.beat.set(None)
            return
        exam = self.model.examination
        taken = exam.captures[0].taken_at.strftime("%H:%M")
        place = self.model.place_taken()
        where: Text = T("feel.at_place", place=place_words(place), time=taken) if place else taken
        last: tuple[float, ...] = ()
        before = self.model.previous()
        if self._compare and before is not None:
            last = next((s.values for s in before[1].series if s.name == "pulse.average_beat"), ())
            h1 = before[1].measurement("pulse.h1")
            scale = h1.value if told.unit and h1 is not None and h1.value is not None else 1.0
            last = tuple(v * scale for v in last)
        width = None
        if told.width is not None:
            seconds = told.width[1] - told.width[0]
            width = (*told.width, T("feel.width", value=f"{seconds:.2f}"))
        self.beat.set(
            Beat(
                told.mean,
                told.step_s,
                told.unit or say(T("feel.relative")),
                told.sd,
                tuple(Point(name, t, height, name == "1") for name, t, height in told.points),
                width,
                last=last,
                note=(T("feel.beat_note", n=told.n), where),
            )
        )
        self.beat.compare(self._compare)

    def _show_trace(self) -> None:
        told = self.model.trace()
        if self._plot is None:
            from ui.widgets.review_plot import ReviewPlot

            self._plot = ReviewPlot()
            self.trace_holder.layout().addWidget(self._plot)
        self.stack.setCurrentWidget(self.trace_holder)
        if told is not None:
            from ui.widgets.review_plot import Trace

            times, values, onsets = told
            self._plot.set([Trace(T("feel.trace"), times, values)], T("feel.trace_axis"), "", marks=onsets)

    def _show_grid(self) -> None:
        here = self.frame.shell.visit is not None
        for hand, grid in self.grids.items():
            cells = self.model.cells(hand) if here else {}
            grid.set({at: Cell(Joined(codes, short=True)) for at, codes in cells.items()})
        for button in self.digits:
            button.setEnabled(self.frame.shell.is_draft)

    # doing
    def _go_live(self) -> None:
        if self.can_take():
            self.frame.go("feel_live")

    def _raw(self) -> bytes | None:
        """The record that is shown, as it was kept."""
        exam = self.model.examination
        if exam is None:
            self.frame.note(T("feel.nothing"))
            return None
        try:
            return self.frame.desk.raw(exam.captures[0].sha256)
        except StationError as error:
            self.frame.explain(error)
            return None

    def _play(self) -> None:
        """Play the record again on the live page."""
        data = self._raw() if self.can_take() else None
        page = self.frame.page("feel_live")
        if data is not None and page is not None:
            self.frame.go("feel_live")
            page.play(data, say(T("feel.this_record")))

    def _export(self) -> None:
        """Write the record to a file, unchanged."""
        data = self._raw()
        if data is None:
            return
        ending = ENDINGS.get(self.model.examination.captures[0].media_type, "")
        path, _ = QFileDialog.getSaveFileName(self.window(), say(T("action.pulse.export")), f"pulse{ending}")
        if path:
            self.frame.runner.start(
                lambda task: write_bytes(Path(path), data),
                done=lambda _none: self.frame.note(T("feel.exported", name=Path(path).name)),
                failed=self.frame.explain,
            )

    def _toggle_compare(self) -> None:
        self._compare = not self._compare and self.model.previous() is not None
        self.show_now()

    def add_sign(self) -> None:
        self.signs.type_sign()

    def _moved(self, hand: str) -> None:
        self._hand = hand

    def _write(self, hand: str, depth: str, position: str, digit: int) -> None:
        self._hand = hand
        if self.model.write(hand, depth, position, digit):
            self.show_now()

    def _digit(self, digit: int) -> None:
        for hand, grid in self.grids.items():
            if grid.hasFocus():
                self._hand = hand
        self._write(self._hand, *self.grids[self._hand].current(), digit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdigit() and event.text() != "0":
            self._digit(int(event.text()))
        else:
            super().keyPressEvent(event)


def place_words(place: str) -> Text:
    """ "left.guan" in words."""
    hand, _, position = place.partition(".")
    return T(
        "feel.place", hand=T(f"component.hand_short.{hand}"), position=T(f"component.position.{position}")
    )


def show_trace(window) -> None:
    """For the picture of the page with the trace."""
    page = window.page("feel")
    page.shown.choose("trace")
    page.show_now()
