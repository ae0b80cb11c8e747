"""总览: the complaint, one strip per method, the last prescription; what changed and what comes next."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tcm_station.domain.examination import ExamKind
from tcm_station.domain.finding import Polarity
from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.workflow.changes import Changed
from tcm_station.workflow.names import measurement_decimals
from ui.style import (
    CENTRE,
    RIGHT,
    colour,
    font,
    line_px,
    paint_glyph,
    paint_hatch,
    paint_icon,
    paint_text,
    pen,
    px,
    width_of,
)
from ui.viewmodels.overview import Change, Changes, Overview, Step, Strip
from ui.viewmodels.prescribe import Prescribe
from ui.viewmodels.stations import Station
from ui.views.page import Page
from ui.views.rx_parts import amount_words
from ui.widgets.base import Label, SectionHead, column, hairline, paragraph, wrapped_lines
from ui.widgets.buttons import Button
from ui.widgets.columns import Columns
from ui.widgets.frames import EmptyState, WayOn
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.words import Name, T, Text, say
from ui.workers import Task

_MOST_SIGNS = 8
_ICONS = {
    "look": "capture",
    "ask": "ask",
    "feel": "activity",
    "pattern": "commit_mine",
    "prescription": "herb",
    "review": "red_flags",
    "sign": "lock",
    "report": "print",
}
_PICTURE, _TALL = 128, 80


class StripRow(QWidget):
    """One method: its character and state, a picture, findings, measurements, when and how. went()."""

    went = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._strip: Strip | None = None
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set(self, strip: Strip) -> None:
        self._strip = strip
        self.setAccessibleName(
            f"{say(T(f'pattern.area.{strip.area}'))} {say(self._title())} {say(self._detail())}"
        )
        self.restyle()

    def set_image(self, image: QImage | None) -> None:
        """The tongue's picture, judged on neutral grey."""
        self._image = image
        self.update()

    def retranslate(self) -> None:
        if self._strip is not None:
            self.set(self._strip)

    def restyle(self) -> None:
        self.setFixedHeight(self._natural())
        self.update()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self._natural())

    def mouseReleaseEvent(self, event) -> None:
        self.went.emit()

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.went.emit()
        else:
            super().keyPressEvent(event)

    # words
    def _title(self) -> Text:
        strip = self._strip
        if strip is None:
            return ""
        signs = [say(T("component.finding.absent", sign=Name(f.code))) if f.polarity is Polarity.ABSENT
                 else say(Name(f.code)) for f in strip.findings]  # fmt: skip
        if not signs:
            return T("overview.not_taken") if strip.exam is None else T("overview.no_findings")
        comma = say(T("pattern.comma"))
        more = len(signs) - _MOST_SIGNS
        text = comma.join(signs[:_MOST_SIGNS])
        return f"{text} {say(T('overview.more', n=more))}" if more > 0 else text

    def _detail(self) -> Text:
        strip = self._strip
        if strip is None:
            return ""
        if strip.exam is None:
            return T("overview.not_counted") if not strip.findings else ""
        parts = [f"{say(Name(m.code))} {value_words(m)}" for m in strip.measures]
        if strip.unmeasured:
            parts.append(say(T("overview.unmeasured", n=strip.unmeasured)))
        return " · ".join(parts)

    def _meta(self) -> list[str]:
        strip = self._strip
        if strip is None or strip.exam is None or not strip.exam.captures:
            return []
        capture = strip.exam.captures[0]
        lines = [capture.taken_at.strftime("%H:%M")]
        if capture.synthetic:
            lines.append(say(T("overview.synthetic")))
        elif any(m.basis is Basis.UNCALIBRATED for m in strip.exam.measurements):
            lines.append(say(T("basis.uncalibrated")))
        return lines

    # layout
    def _room(self) -> tuple[float, float]:
        """x of the words and their width."""
        pictured = self.width() > px(420)
        left = px(56) + (px(_PICTURE) + px(16) if pictured else 0)
        return left, max(px(100), self.width() - left - px(96))

    def _natural(self) -> int:
        _, room = self._room()
        words = len(wrapped_lines(say(self._title()), "body_strong", room)) * line_px("body_strong")
        words += len(wrapped_lines(say(self._detail()), "body", room)) * line_px("body")
        least = px(_TALL) if self._image is not None or self._wave() else px(48)
        return round(max(least, words) + px(20))

    def _wave(self) -> tuple[float, ...]:
        exam = self._strip.exam if self._strip is not None else None
        if exam is None or exam.kind is not ExamKind.PULSE:
            return ()
        return next((s.values for s in exam.series if s.name == "pulse.average_beat"), ())

    def sizeHint(self) -> QSize:
        return QSize(px(400), self._natural())

    def paintEvent(self, event) -> None:
        strip = self._strip
        if strip is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tall = self.height()
        if self.hasFocus() or self.underMouse():
            painter.fillRect(self.rect(), colour("hover"))
        hairline(painter, 0, self.width(), tall - 1)
        sign = QRectF(0, 0, px(40), tall - px(18))
        word = say(T(f"component.station.{strip.mark.station.value}"))
        kind = "title" if len(word) == 1 else "caption"
        paint_text(painter, sign, word, kind=kind, bold=False, align=CENTRE, elide=False)
        paint_glyph(painter, QRectF(px(14), tall / 2 + px(12), px(12), px(12)), strip.mark.glyph)
        left, room = self._room()
        if left > px(60):
            self._paint_picture(painter, QRectF(px(56), px(10), px(_PICTURE), tall - px(20)))
        quiet = "ink2" if strip.exam is None and not strip.findings else "ink"
        y = px(10) + paragraph(
            painter, QRectF(left, px(10), room, tall), say(self._title()), kind="body_strong", tint=quiet
        )
        paragraph(painter, QRectF(left, y, room, tall), say(self._detail()))
        for index, line in enumerate(self._meta()):
            box = QRectF(self.width() - px(96), px(10) + index * px(16), px(92), px(16))
            paint_text(painter, box, line, kind="caption", tint="ink2", align=RIGHT)
        painter.end()

    def _paint_picture(self, painter: QPainter, box: QRectF) -> None:
        strip = self._strip
        wave = self._wave()
        if self._image is not None:
            painter.fillRect(box, colour("neutral_surround"))
            side = self._image.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRectF(0, 0, side.width(), side.height())
            at.moveCenter(box.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(at, self._image)
        elif wave:
            low, high = min(wave), max(wave)
            span = (high - low) or 1.0
            path = QPainterPath()
            for index, value in enumerate(wave):
                x = box.left() + box.width() * index / max(1, len(wave) - 1)
                y = box.bottom() - px(4) - (box.height() - px(8)) * (value - low) / span
                if index:
                    path.lineTo(QPointF(x, y))
                else:
                    path.moveTo(QPointF(x, y))
            painter.setPen(pen("p1", 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
        elif strip is not None and strip.exam is None and strip.area != "ask":
            paint_hatch(painter, QRectF(box.left(), box.center().y() - px(16), box.width(), px(32)))
        elif strip is not None and strip.findings:
            count = str(len(strip.findings))
            paint_text(painter, box, count, kind="title", elide=False)
            wide = width_of(count, font("title")) + px(6)
            unit = box.adjusted(wide, 0, 0, 0)
            paint_text(painter, unit, say(T("overview.items")), kind="caption", tint="ink2")


def value_words(m: Measurement) -> str:
    """A value ± sd with its unit."""
    digits = measurement_decimals(m.code)
    text = f"{m.value:.{digits}f}" if m.value is not None else "—"
    if m.sd is not None:
        text += f" ± {m.sd:.{digits}f}"
    return f"{text} {m.unit}" if m.unit not in ("", "1") else text


class OverviewPage(Page):
    """The open visit at a glance."""

    contexts = ("visit", "tables")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Overview(frame.shell)
        self._rx = Prescribe(frame.shell)
        self._task: Task | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._columns = Columns(self._build_middle(), right=self._build_right(), right_width=372, least=460)
        self._empty = EmptyState(
            T("overview.empty"),
            T("overview.empty_text"),
            [
                WayOn(
                    "user",
                    T("overview.empty_find"),
                    T("overview.empty_find_note"),
                    "F3",
                    lambda: self._run("patients.search"),
                ),
                WayOn(
                    "add",
                    T("overview.empty_new"),
                    T("overview.empty_new_note"),
                    "Ctrl N",
                    lambda: self._run("patients.new"),
                ),
            ],
        )
        self._no_visit = EmptyState(
            T("overview.no_visit"),
            T("overview.no_visit_text"),
            [WayOn("add", T("overview.open_visit"), T("overview.open_visit_note"), "", self._open_visit)],
        )
        layout.addWidget(self._columns, 1)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._no_visit, 1)

    # layout
    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=4, pad=(16, 14, 16, 16))
        middle.setLayout(box)
        box.addWidget(Label(T("overview.complaint"), "caption", "ink2"))
        self._complaint = Label(kind="head", wrap=True)
        self._history = Label(kind="lead", tint="ink2", wrap=True)
        box.addWidget(self._complaint)
        box.addWidget(self._history)
        box.addSpacing(px(8))
        self._strips = [StripRow() for _ in range(4)]
        for strip, station in zip(
            self._strips, (Station.LOOK, Station.LISTEN, Station.ASK, Station.FEEL), strict=True
        ):
            strip.went.connect(lambda s=station: self.frame.go(s.value))
            box.addWidget(strip)
        box.addSpacing(px(8))
        self._last_head = SectionHead(T("overview.last"))
        self._last = Label(wrap=True)
        self._last_note = Label(kind="caption", tint="ink2", wrap=True)
        self._again = Button(T("overview.take_last"), "Ctrl R", small=True)
        self._again.clicked.connect(self._take_last)
        for widget in (self._last_head, self._last, self._last_note):
            box.addWidget(widget)
        box.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        box.addStretch(1)
        return middle

    def _build_right(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(16, 14, 16, 12))
        side.setLayout(box)
        self._change_head = SectionHead(T("overview.changes"), T("overview.changes_note"))
        self._changes = RowView(self._paint_change, "table_row", name=self._say_change, fit=True, plain=False)
        self._changes.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rest = Label(kind="caption", tint="ink2", wrap=True)
        self._state_head = SectionHead(T("overview.judged"))
        self._judged = Label(wrap=True)
        self._next_head = SectionHead(T("overview.next"), T("overview.next_note"))
        self._next = RowView(
            self._paint_step, 46, name=lambda s: say(T(f"overview.step.{s.id}")), fit=True, plain=False
        )
        self._next.clicked.connect(lambda index: self.frame.go(self._next.items()[index.row()].station.value))
        self._next.activated_item.connect(lambda step: self.frame.go(step.station.value))
        for widget in (self._change_head, self._changes, self._rest, self._state_head, self._judged):
            box.addWidget(widget)
        box.addWidget(self._next_head)
        box.addWidget(self._next)
        box.addStretch(1)
        return side

    # the page's life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {"prescription.last": self._take_last}

    def entered(self) -> None:
        self._show()

    def left(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def changed(self, changed: Changed) -> None:
        self._show()

    def retranslate(self) -> None:
        self._show()

    # showing
    def _show(self) -> None:
        shell = self.frame.shell
        visit, patient = shell.visit, shell.patient
        self._columns.setVisible(visit is not None)
        self._no_visit.setVisible(visit is None and patient is not None)
        self._empty.setVisible(visit is None and patient is None)
        if visit is None:
            return
        self._complaint.say(visit.complaint or T("overview.no_complaint"))
        self._history.say(visit.history)
        self._history.setVisible(bool(visit.history))
        for row_, strip in zip(self._strips, self.model.strips(), strict=True):
            row_.set(strip)
        self._load_picture()
        self._show_last()
        self._show_changes(self.model.changes())
        self._show_judged()
        self._next.set_items(list(self.model.steps()))

    def _load_picture(self) -> None:
        visit = self.frame.shell.visit
        exam = visit.examination(ExamKind.TONGUE) if visit is not None else None
        if exam is None or not exam.captures:
            self._strips[0].set_image(None)
            return
        sha = exam.captures[0].sha256
        if self._task is not None:
            self._task.cancel()
        desk = self.frame.desk
        self._task = self.frame.runner.start(
            lambda task: _thumbnail(desk.raw(sha)), done=self._on_picture, failed=lambda _error: None
        )

    def _on_picture(self, image: QImage) -> None:
        self._task = None
        self._strips[0].set_image(image if not image.isNull() else None)
        self._strips[0].restyle()

    def _show_last(self) -> None:
        last = self._rx.last_visit()
        shown = last is not None and last.prescription is not None
        for widget in (self._last_head, self._last, self._last_note):
            widget.setVisible(shown)
        self._again.setVisible(shown and self.frame.shell.is_draft)
        if last is None or last.prescription is None:
            return
        rx = last.prescription
        parts = [last.at.strftime("%Y-%m-%d")]
        if rx.formula:
            parts.append(say(Name(rx.formula)))
        if rx.doses is not None:
            parts.append(say(T("overview.doses", n=rx.doses)))
        if last.signed_by:
            parts.append(last.signed_by)
        self._last_head.say(caption=" · ".join(parts))
        self._last.say("   ".join(f"{line.name} {' '.join(amount_words(line)).strip()}" for line in rx.lines))
        told = last.review
        if told is None:
            self._last_note.say(T("overview.last_not_signed"))
        else:
            cover = told.coverage
            self._last_note.say(
                T(
                    "overview.last_review",
                    checked=cover.lines_checked,
                    total=cover.lines_total,
                    alerts=len(told.alerts),
                )
            )

    def _show_changes(self, changes: Changes | None) -> None:
        has = changes is not None
        self._changes.setVisible(bool(changes and changes.beyond))
        if changes is None:
            self._rest.say(
                T("overview.first_visit") if self.model.last_visit() is None else T("overview.nothing_twice")
            )
            self._changes.set_items([])
            return
        self._changes.set_items(list(changes.beyond))
        words = T("overview.rest", within=changes.within, unmeasured=changes.unmeasured)
        self._rest.say(words if has else "")

    def _show_judged(self) -> None:
        visit = self.frame.shell.visit
        judgement = visit.judgement if visit is not None else None
        self._state_head.setVisible(judgement is not None)
        self._judged.setVisible(judgement is not None)
        if judgement is not None:
            names = say(T("pattern.comma")).join(say(Name(code)) for code in judgement.syndromes)
            self._judged.say(names or judgement.text)

    @staticmethod
    def _say_change(item: Change) -> str:
        moved = say(T(f"component.measure.change.{item.direction}"))
        return f"{say(Name(item.now.code))} {value_words(item.now)} {moved}"

    def _paint_change(self, painter: QPainter, rect: QRectF, item: Change, state: RowState) -> None:
        hairline(painter, rect.left(), rect.right(), rect.bottom())
        digits = measurement_decimals(item.now.code)
        wide = rect.width()
        name = QRectF(rect.left(), rect.top(), wide * 0.40, rect.height())
        before = QRectF(rect.left() + wide * 0.40, rect.top(), wide * 0.16, rect.height())
        now = QRectF(rect.left() + wide * 0.58, rect.top(), wide * 0.26, rect.height())
        end = QRectF(rect.left() + wide * 0.84, rect.top(), wide * 0.16, rect.height())
        paint_text(painter, name, say(Name(item.now.code)))
        paint_text(painter, before, f"{item.before:.{digits}f} →", tint="ink2", align=RIGHT)
        paint_text(painter, now, value_words(item.now), bold=True)
        paint_text(painter, end, say(T(f"component.measure.change.{item.direction}")), align=RIGHT)

    def _paint_step(self, painter: QPainter, rect: QRectF, item: Step, state: RowState) -> None:
        paint_ground(painter, rect, state, bar=False)
        hairline(painter, rect.left(), rect.right(), rect.bottom())
        paint_icon(painter, _ICONS[item.id], rect.left() + px(2), rect.center().y() - px(8), 16, "ink2")
        line = QRectF(rect.left() + px(28), rect.top() + px(4), rect.width() - px(52), px(20))
        paint_text(painter, line, say(T(f"overview.step.{item.id}")))
        keys = self.frame.hub.keys(f"visit.{item.station.value}")
        where = f"{say(T(f'component.station.{item.station.value}'))} · {keys}"
        paint_text(painter, line.translated(0, px(18)), where, kind="caption", tint="ink2")
        paint_icon(painter, "chevron-right", rect.right() - px(18), rect.center().y() - px(7), 14, "ink3")

    # doing
    def _run(self, action: str) -> None:
        self.frame.hub.run(action)

    def _open_visit(self) -> None:
        self.frame.hub.run("visit.new")

    def _take_last(self) -> None:
        if self.frame.shell.is_draft and self._rx.take_last():
            self.frame.go("prescription")


def _thumbnail(data: bytes) -> QImage:
    """A small picture of a capture, for a worker."""
    image = QImage.fromData(data)
    if image.isNull():
        return image
    return image.scaled(
        320, 240, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
