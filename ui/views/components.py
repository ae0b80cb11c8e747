"""Every component in every state on one page: for whoever builds pages, and for screenshots to compare."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ui.style import CENTRE, paint_box, paint_glyph, paint_hatch, paint_text, px, tokens
from ui.views.page import Page
from ui.widgets.alerts import AlertLine, AlertList, Answer, CoverageSentence, ShownAlert
from ui.widgets.base import Drawn, ElidedLabel, Label, SectionHead, column, row
from ui.widgets.buttons import Button, CheckBox, Field, Segment, Tag
from ui.widgets.findings import FindingTags, Shown
from ui.widgets.frames import JudgedLine, SignatureSlot
from ui.widgets.progress import ProgressStrip
from ui.widgets.quality import QualityRibbon
from ui.widgets.rangebar import Range, RangeBar
from ui.words import T, Text, say

_COLOURS = (
    "window",
    "surface",
    "raised",
    "sunken",
    "select",
    "line",
    "line_strong",
    "ink",
    "ink2",
    "ink3",
    "accent",
    "accent_soft",
    "stop",
    "sign",
    "reason",
    "notice",
    "covered",
    "p1",
    "p2",
    "p3",
    "p4",
    "p5",
    "p_band",
    "p_ref",
)
_STATES = ("not_started", "in_progress", "done_or_checked", "not_done", "look", "stop", "signed")
_SAMPLE = 72.4  # an invented value: the form is shown, never a fact


class ComponentsPage(Page):
    """Three columns, as in the picture beside UI.md."""

    hints = ("app.palette", "app.theme", "app.language", "app.larger", "app.smaller")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        outer = row(gap=32, pad=(24, 12, 24, 12))
        for part, stretch in ((self._left(), 430), (self._middle(), 504), (self._right(), 320)):
            outer.addLayout(part, stretch)
        self.setLayout(outer)

    def _left(self) -> QVBoxLayout:
        made = column(gap=8)
        made.addWidget(SectionHead(T("component.show.buttons")))
        line = row(gap=8)
        for words, kind in (("primary", "primary"), ("secondary", "secondary")):
            line.addWidget(
                _with_caption(Button(T(f"component.show.{words}"), kind=kind), T("component.show.default"))
            )
        pressed = Button(T("component.show.secondary"), checkable=True)
        pressed.setChecked(True)
        line.addWidget(_with_caption(pressed, T("component.show.pressed")))
        no = Button(T("component.show.unavailable"))
        no.set_reason(T("component.show.dashed_reason"))
        line.addWidget(_with_caption(no, T("component.show.dashed_reason")))
        line.addWidget(
            _with_caption(Button(T("component.show.void"), kind="danger"), T("component.show.final"))
        )
        line.addStretch(1)
        made.addLayout(line)
        keyed = row(gap=8)
        keyed.addWidget(Button(T("action.visit.go_on"), "Ctrl Enter", kind="primary"))
        keyed.addWidget(Button(T("action.look.overlay"), "O", icon="overlay", kind="quiet", checkable=True))
        keyed.addWidget(CheckBox(T("component.show.check"), True))
        keyed.addStretch(1)
        made.addLayout(keyed)
        made.addWidget(SectionHead(T("component.show.fields")))
        fields = row(gap=12)
        wrong = Field()
        wrong.setText("15g5")
        wrong.set_error(True)
        fields.addWidget(
            _with_caption(
                Field(T("component.list.search"), icon="search", keys="F3"), T("component.show.empty")
            )
        )
        fields.addWidget(_with_caption(wrong, T("component.show.unread")))
        made.addLayout(fields)
        segment = Segment([(1, T("component.show.decoction")), (2, T("component.show.granule"))])
        made.addWidget(segment, 0, Qt.AlignmentFlag.AlignLeft)
        made.addWidget(SectionHead(T("component.show.states")))
        made.addWidget(_States())
        made.addWidget(SectionHead(T("component.show.findings")))
        tags = FindingTags()
        tags.set(
            [
                Shown("tongue.body.pale", "finding_proposed"),
                Shown("tongue.body.red", "finding_yes"),
                Shown("tongue.body.crimson", "finding_no", negated=True),
                Shown("tongue.body.light_red", "finding_added"),
            ]
        )
        made.addWidget(tags)
        made.addWidget(SectionHead(T("component.show.whose")))
        judged = row(gap=12)
        judged.addWidget(JudgedLine(T("component.show.pattern"), "p 0.62"))
        judged.addWidget(JudgedLine(T("component.show.pattern"), "09:46:02", seal=T("component.show.seal")))
        made.addLayout(judged)
        slots = row(gap=12)
        signed, awaited = SignatureSlot(), SignatureSlot()
        signed.set(T("app.sample_staff"), T("component.show.physician"), _seal(), "signed", "10:06:12")
        awaited.set(
            T("component.show.second_person"),
            T("component.show.second_role"),
            say(T("component.show.second_person"))[0],
            "awaited",
        )
        slots.addWidget(signed)
        slots.addWidget(awaited)
        made.addLayout(slots)
        made.addStretch(1)
        return made

    def _middle(self) -> QVBoxLayout:
        made = column(gap=8)
        made.addWidget(SectionHead(T("component.show.values")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(4))
        rows: tuple[tuple[str, str, Range], ...] = (
            ("with_reference", "72.4 ± 1.1", Range(_SAMPLE, 1.1, 40, 120, 60, 100)),
            ("no_reference", "8.6 ± 0.5", Range(8.6, 0.5, 0, 30)),
            ("with_last", "0.34 ± 0.02", Range(0.34, 0.02, 0, 1, 0.29, 0.64, 0.47)),
            ("beyond", "30 g", Range(30, None, 0, 34, 9, 16)),
            ("own_base", "+2.1 ± 0.5", Range(2.1, 0.5, -6, 6, zero=True)),
            ("unmeasurable", "", Range(None)),
        )
        for index, (key, value, told) in enumerate(rows):
            grid.addWidget(Label(T(f"component.show.{key}")), index, 0)
            grid.addWidget(Label(value, "body_strong"), index, 1)
            grid.addWidget(RangeBar(told), index, 2)
            grid.addWidget(ElidedLabel(T(f"component.show.{key}_note"), "caption", "ink3"), index, 3)
        grid.setColumnStretch(3, 1)
        made.addLayout(grid)
        made.addWidget(SectionHead(T("component.show.levels")))
        alerts = AlertList()
        answers = (
            Answer("change", T("component.show.change_dose")),
            Answer("reason", T("component.show.give_reason")),
        )
        alerts.set(
            [
                ShownAlert("a", "stop", T("component.level.stop"), T("component.show.stop_note")),
                ShownAlert(
                    "b",
                    "reason",
                    T("component.level.reason"),
                    T("component.show.reason_note"),
                    answers=answers,
                ),
                ShownAlert("c", "notice", T("component.level.notice"), T("component.show.notice_note")),
                ShownAlert(
                    "d",
                    "sign",
                    T("component.level.sign"),
                    answered=(_seal(), T("component.show.give_reason"), "10:02"),
                ),
            ]
        )
        made.addWidget(alerts)
        made.addWidget(AlertLine(ShownAlert("e", "sign", T("component.level.sign"))))
        made.addWidget(SectionHead(T("component.show.progress")))
        strip = ProgressStrip()
        strip.begin(T("component.show.training"))
        strip.set(52, 100)
        strip.show_now()
        made.addWidget(strip)
        sentence = CoverageSentence()
        sentence.set(T("component.show.covered"), covered=True)
        made.addWidget(sentence)
        ribbon = QualityRibbon()
        ribbon.set([0.9] * 14 + [0.6, 0.2, 0.3, 0.1, 0.7] + [0.95] * 12, room=40)
        made.addWidget(ribbon)
        made.addStretch(1)
        return made

    def _right(self) -> QVBoxLayout:
        made = column(gap=8)
        made.addWidget(SectionHead(T("component.show.colours")))
        made.addWidget(_Swatches())
        made.addWidget(SectionHead(T("component.show.type")))
        types = {kind: told for kind, told in tokens()["type"].items() if isinstance(told, dict)}
        for kind, told in types.items():
            if kind in ("figure", "head"):
                continue  # a size between two that are shown
            line = row(gap=8)
            line.addWidget(Label(T(f"component.show.type_{kind}"), kind))
            line.addStretch(1)
            line.addWidget(Label(f"{kind} {told['pt']:g}/{told['line_px']}", "caption", "ink3"))
            made.addLayout(line)
        tags = row(gap=4)
        for tone in ("stop", "sign", "reason", "notice", "covered"):
            tags.addWidget(Tag(tone, tone=tone))
        tags.addStretch(1)
        made.addLayout(tags)
        made.addStretch(1)
        return made


def _seal() -> str:
    return say(T("component.show.seal"))


def _with_caption(widget: QWidget, words: Text) -> QWidget:
    holder = QWidget()
    layout = column(gap=3)
    layout.addWidget(widget)
    layout.addWidget(Label(words, "caption", "ink3"))
    holder.setLayout(layout)
    return holder


class _States(Drawn):
    """The seven states with their words."""

    def natural(self) -> tuple[float, float]:
        return (430, 44)

    def draw(self, painter: QPainter) -> None:
        step = self.width() / len(_STATES)
        for index, state in enumerate(_STATES):
            x = index * step
            paint_glyph(painter, QRectF(x, px(4), px(16), px(16)), state)
            words = QRectF(x, px(24), step - px(2), px(16))
            paint_text(painter, words, say(T(f"component.state.{state}")), kind="caption", tint="ink2")


class _Swatches(Drawn):
    """The colours of the theme, each by its name, and the hatch."""

    def natural(self) -> tuple[float, float]:
        return (320, 44 * -(-(len(_COLOURS) + 1) // 4))

    def sizeHint(self) -> QSize:
        width, height = self.natural()
        return QSize(px(width), px(height))

    def draw(self, painter: QPainter) -> None:
        wide = self.width() / 4
        for index, name in enumerate((*_COLOURS, "hatch")):
            line, place = divmod(index, 4)
            box = QRectF(place * wide, line * px(44), wide - px(8), px(26))
            if name == "hatch":
                paint_hatch(painter, box)
            else:
                paint_box(painter, box, fill=name, line="line")
            words = QRectF(box.left(), box.bottom(), box.width(), px(16))
            paint_text(painter, words, name, kind="micro", tint="ink3", align=CENTRE)
