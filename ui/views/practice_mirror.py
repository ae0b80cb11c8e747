"""The mirror: after the commit, the truth beside one's own way, marks with their rules, one thing to keep."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tcm_station.domain.differentiation import Evidence
from tcm_station.domain.examination import ExamKind
from tcm_station.practice.marking import Mark
from tcm_station.workflow.practise import Reasons
from ui.style import (
    RIGHT,
    colour,
    font,
    paint_box,
    paint_glyph,
    paint_icon,
    paint_seal,
    paint_text,
    px,
    width_of,
)
from ui.viewmodels.encounter import KeySign, Path, Practice
from ui.viewmodels.knowledge import short_name
from ui.viewmodels.shell import seal_of
from ui.widgets.base import Label, SectionHead, column, paragraph, row, wrapped_lines
from ui.widgets.buttons import Button
from ui.widgets.columns import Columns
from ui.widgets.lists import RowState, RowView
from ui.widgets.picture import PictureView
from ui.words import Name, T, Text, lang, say
from ui.workers import Task

STAGES = 4


class PathRow(QWidget):
    """One way from signs to a formula, in boxes: solid with a seal for a person's, dashed for the case's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._seal: Text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def set(self, path: Path | None, seal: Text) -> None:
        self._path, self._seal = path, seal
        self.retranslate()

    def restyle(self) -> None:
        self.setFixedHeight(px(46))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(400), px(46))

    def retranslate(self) -> None:
        self.setAccessibleName(" → ".join(part for part in self.parts() if part))
        self.update()

    def parts(self) -> tuple[str, ...]:
        """Signs, elements, syndrome and formula in words."""
        path = self._path
        if path is None:
            return ("",) * STAGES
        comma = say(T("report.comma"))
        none = say(T("practice_page.path_none"))
        return (
            comma.join(say(Name(s)) for s in path.signs) or none,
            " · ".join(say(Name(e)) for e in path.elements) or none,
            short_name(say(Name(path.syndrome))),
            say(Name(path.formula)) if path.formula else none,
        )

    def paintEvent(self, event) -> None:
        if self._path is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mine, arrow = self._path.mine, px(20)
        first = px(28)
        room = self.width() - arrow * (STAGES - 1) - first
        wants = [width_of(words, font("body")) + px(18) for words in self.parts()]
        # Signs and elements may wrap into a second line; the names take what they need where there is room.
        total = sum(wants)
        shares = [w if total <= room else room * (0.5 * w / total + 0.5 / STAGES) for w in wants]
        x = 0.0
        for index, (words, wide) in enumerate(zip(self.parts(), shares, strict=True)):
            wide += first if index == 0 else 0
            box = QRectF(x, 0, wide, self.height())
            paint_box(
                painter,
                box,
                fill="raised" if mine else None,
                line="accent" if mine else "line_strong",
                dashed=not mine,
                edge="accent" if mine and index == 0 else None,
            )
            left = box.left() + px(9)
            if index == 0:
                spot = QRectF(box.left() + px(10), box.center().y() - px(9), px("seal"), px("seal"))
                paint_seal(painter, spot, say(self._seal), proposed=not mine)
                left = spot.right() + px(7)
            inner = QRectF(left, box.top(), box.right() - left - px(6), box.height())
            lines = wrapped_lines(words, "body", inner.width())[:2]
            if len(lines) < 2:
                paint_text(painter, inner, words)
            else:
                paragraph(
                    painter,
                    inner.adjusted(0, px(6), 0, 0),
                    "".join(lines) if lang() == "zh" else " ".join(lines),
                    tint="ink",
                )
            x = box.right()
            if index < STAGES - 1:
                paint_icon(painter, "chevron-right", x + px(3), box.center().y() - px(7), 14, "ink3")
                x += arrow
        painter.end()


class Keep(QWidget):
    """The one sentence, with an accent edge."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(16), px(6), px(12), px(6))
        self.text = Label(kind="lead", wrap=True)
        layout.addWidget(self.text)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, px("stroke.select_bar"), self.height()), colour("accent"))
        painter.end()


class MirrorView(QWidget):
    """Everything that was hidden, once the trainee stands for an answer."""

    def __init__(self, frame, model: Practice) -> None:
        super().__init__()
        self.frame, self.model = frame, model
        self._task: Task | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Columns(self._build_middle(), right=self._build_right(), right_width=400, least=560))

    # layout
    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=8, pad=(24, 12, 24, 12))
        middle.setLayout(box)
        self._case = Label(kind="caption", tint="ink2")
        box.addWidget(self._case)
        line = row(gap=12)
        self._verdict = Label(kind="head", wrap=True)
        self._points = Label(kind="figure", bold=True)
        self._of = Label(kind="caption", tint="ink2")
        line.addWidget(self._verdict, 1)
        line.addWidget(self._points)
        line.addWidget(self._of, 0, Qt.AlignmentFlag.AlignBottom)
        box.addLayout(line)
        self.keep = Keep()
        box.addWidget(self.keep)
        box.addWidget(SectionHead(T("practice_page.paths"), T("practice_page.paths_note")))
        self.mine, self.truth = PathRow(), PathRow()
        box.addWidget(self.mine)
        box.addWidget(self.truth)
        box.addWidget(SectionHead(T("practice_page.marks")))
        self.marks = RowView(self._paint_mark, "list_row", name=self._mark_name, fit=True)
        box.addWidget(self.marks)
        self._herbs_head = SectionHead(T("practice_page.herbs"))
        box.addWidget(self._herbs_head)
        self._herbs = Label(kind="body", wrap=True)
        box.addWidget(self._herbs)
        self._why_head = SectionHead(T("practice_page.why"), T("practice_page.why_note"))
        box.addWidget(self._why_head)
        self.why = RowView(self._paint_why, "table_row", name=self._why_words, fit=True)
        box.addWidget(self.why)
        self._place = Label(kind="caption", tint="ink3", wrap=True)
        box.addWidget(self._place)
        box.addStretch(1)
        for view in (self.marks, self.why):
            view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            view.setSelectionMode(RowView.SelectionMode.NoSelection)
        return middle

    def _build_right(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(20, 12, 20, 12))
        side.setLayout(box)
        box.addWidget(SectionHead(T("practice_page.key_signs"), T("practice_page.key_signs_note")))
        self.signs = RowView(self._paint_sign, "table_row", name=self._sign_name, fit=True)
        self.signs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.signs.setSelectionMode(RowView.SelectionMode.NoSelection)
        box.addWidget(self.signs)
        self.picture = PictureView()
        box.addWidget(self.picture)
        self._source = Label(kind="caption", tint="ink3", wrap=True)
        box.addWidget(self._source)
        box.addStretch(1)
        line = row(gap=8)
        self.again = Button(T("practice_page.home_button"), "Esc")
        self.next = Button(T("practice_page.next"), "N", kind="primary")
        line.addWidget(self.again, 1)
        line.addWidget(self.next, 1)
        box.addLayout(line)
        self.restyle()
        return side

    def restyle(self) -> None:
        self.picture.setFixedHeight(px(190))

    # showing
    def open(self) -> None:
        """The commitment was made: show what is known, and weigh the case in a worker."""
        self.stop()
        self.refresh()
        self._task = self.frame.runner.start(
            lambda task: self.model.weigh(), done=self._on_weighed, failed=self.frame.explain
        )

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _on_weighed(self, reasons: Reasons | None) -> None:
        self._task = None
        if self.model.mirror is not None:
            self.model.reasons = reasons
            self.refresh()

    def retranslate(self) -> None:
        if self.model.mirror is not None:
            self.refresh()

    def refresh(self) -> None:
        mirror, paths = self.model.mirror, self.model.paths()
        if mirror is None or paths is None:
            return
        case = mirror.encounter.case
        self._case.say(T("practice_page.this_case", title=case.title(lang()), n=case.level))
        truth = short_name(say(Name(mirror.truth.syndrome)))
        self._verdict.say(T(f"practice_page.verdict.{self.model.verdict()}", truth=truth))
        self._points.say(f"{mirror.marks.points:.0f}")
        self._of.say(T("practice_page.of", n=f"{mirror.marks.out_of:.0f}"))
        self.mine.set(paths[0], seal_of(self.frame.shell.user) or T("practice_page.me"))
        self.truth.set(paths[1], T("practice_page.model_mark"))
        self.marks.set_items(self.model.marks(), -1)
        self.signs.set_items(self.model.key_signs(), -1)
        self._show_kept(truth)
        self._show_herbs()
        self._show_why()
        data = self.model.pictures.get(ExamKind.TONGUE)
        self.picture.setVisible(data is not None)
        if data is not None:
            self.picture.set_picture(QImage.fromData(data))
        self._source.say(T("practice_page.source"))

    def _show_kept(self, truth: str) -> None:
        signs, missed = self.model.kept()
        comma = say(T("report.comma"))
        told = comma.join(say(Name(s)) for s in signs)
        if missed:
            left = comma.join(say(Name(s)) for s in missed[:2])
            self.keep.text.say(T("practice_page.keep_missed", signs=told, truth=truth, missed=left))
        else:
            self.keep.text.say(T("practice_page.keep", signs=told, truth=truth))

    def _show_herbs(self) -> None:
        told = self.model.compared()
        for widget in (self._herbs_head, self._herbs):
            widget.setVisible(told is not None)
        if told is None:
            return
        comma = say(T("report.comma"))

        def herbs(ids: tuple[str, ...]) -> str:
            return comma.join(say(Name(h)) for h in ids) or say(T("practice_page.path_none"))

        self._herbs_head.say(
            caption=T("practice_page.herbs_note", a=Name(told.a.id), b=Name(told.b.id), n=len(told.shared))
        )
        self._herbs.say(
            T(
                "practice_page.herbs_told",
                a=herbs(told.only_a),
                b=herbs(told.only_b),
                shared=herbs(told.shared),
            )
        )

    def _show_why(self) -> None:
        reasons = self.model.reasons
        names = ("supporting", "opposing", "missing")
        rows = [(name, self.model.evidence(name)) for name in names]
        shown = [item for item in rows if item[1]]
        self.why.set_items(shown, -1)
        self.why.setVisible(bool(shown))
        if reasons is None:
            self._place.say(T("practice_page.weighing"))
        elif reasons.truth is None:
            self._place.say(T("practice_page.no_place"))
        else:
            p = f"{100 * reasons.truth.p:.0f}"
            self._place.say(T("practice_page.place", n=reasons.place, p=p))

    # painting
    def _mark_name(self, mark: Mark) -> str:
        points = f"{mark.points:.0f} / {mark.out_of:.0f}"
        return f"{say(T(f'practice.rule.{mark.rule}'))} {points} {self._missed(mark)}"

    @staticmethod
    def _missed(mark: Mark) -> str:
        comma = say(T("report.comma"))
        if mark.rule == "measured":
            words = comma.join(say(T(f"practice_page.step.{code}")) for code in mark.missed)
        else:
            words = comma.join(say(Name(code)) for code in mark.missed)
        return say(T("practice.missed", what=words)) if words else ""

    def _paint_mark(self, painter: QPainter, rect: QRectF, mark: Mark, state: RowState) -> None:
        painter.fillRect(QRectF(rect.left(), rect.bottom() - px(1), rect.width(), px(1)), colour("line"))
        wide = px(210 if lang() == "zh" else 280)
        paint_text(
            painter,
            QRectF(rect.left(), rect.top(), wide - px(8), rect.height()),
            say(T(f"practice.rule.{mark.rule}")),
        )
        track = QRectF(rect.left() + wide, rect.center().y() - px(2), px(110), px(4))
        painter.fillRect(track, colour("sunken"))
        share = mark.points / mark.out_of if mark.out_of else 0.0
        painter.fillRect(QRectF(track.left(), track.top(), track.width() * share, px(4)), colour("accent"))
        points = f"{mark.points:.0f} / {mark.out_of:.0f}"
        spot = QRectF(track.right() + px(8), rect.top(), px(60), rect.height())
        paint_text(painter, spot, points, bold=True, align=RIGHT)
        rest = QRectF(spot.right() + px(14), rect.top(), rect.right() - spot.right() - px(14), rect.height())
        paint_text(painter, rest, self._missed(mark), kind="caption", tint="ink2")

    def _sign_name(self, key: KeySign) -> str:
        return f"{say(Name(key.sign))} {say(T(f'practice_page.key.{key.found}'.lower()))}"

    def _paint_sign(self, painter: QPainter, rect: QRectF, key: KeySign, state: RowState) -> None:
        painter.fillRect(QRectF(rect.left(), rect.bottom() - px(1), rect.width(), px(1)), colour("line"))
        glyph = "done_or_checked" if key.found else "look"
        paint_glyph(painter, QRectF(rect.left(), rect.center().y() - px(6), px(12), px(12)), glyph)
        line = rect.adjusted(px(20), 0, 0, 0)
        told = say(T(f"practice_page.key.{key.found}".lower()))
        if key.answer is not None:
            told = say(T(f"practice.answer.{key.answer.value}"))
        taken = min(width_of(told, font("caption")), line.width() * 0.45)
        edge = QRectF(line.right() - taken, line.top(), taken, line.height())
        paint_text(painter, edge, told, kind="caption", tint="ink2" if key.found else "sign", align=RIGHT)
        paint_text(painter, line.adjusted(0, 0, -taken - px(8), 0), say(Name(key.sign)), bold=not key.found)

    def _why_words(self, item: tuple[str, tuple[Evidence, ...]]) -> str:
        name, rows = item
        parts = [
            f"{say(Name(e.finding))} {e.weight:+.1f}".replace("-", "−")
            if name != "missing"
            else say(Name(e.finding))
            for e in rows
        ]
        return f"{say(T(f'practice_page.evidence.{name}'))} {say(T('report.comma')).join(parts)}"

    def _paint_why(
        self, painter: QPainter, rect: QRectF, item: tuple[str, tuple[Evidence, ...]], state
    ) -> None:
        painter.fillRect(QRectF(rect.left(), rect.bottom() - px(1), rect.width(), px(1)), colour("line"))
        label = say(T(f"practice_page.evidence.{item[0]}"))
        wide = px(64 if lang() == "zh" else 84)
        paint_text(painter, QRectF(rect.left(), rect.top(), wide, rect.height()), label, tint="ink2")
        words = self._why_words(item).removeprefix(label).strip()
        paint_text(painter, rect.adjusted(wide, 0, 0, 0), words)
