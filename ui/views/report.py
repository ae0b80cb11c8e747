"""报告: the papers of a visit. What is previewed is the file that is printed and exported."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPlainTextEdit, QWidget

from tcm_station.domain.errors import StationError
from tcm_station.i18n import Lang
from tcm_station.workflow.changes import Changed
from tcm_station.workflow.pictures import write_bytes
from ui.style import RIGHT, font, paint_glyph, paint_text, px
from ui.viewmodels.papers import SIZES, PaperRow, Papers
from ui.viewmodels.shell import seal_of
from ui.views.nothing import no_visit
from ui.views.page import Page
from ui.views.printing import print_pdf, printers
from ui.widgets.base import Ground, Label, SectionHead, clear, column, hairline, row
from ui.widgets.buttons import Button, Segment
from ui.widgets.columns import Scroll
from ui.widgets.frames import JudgedLine
from ui.widgets.lists import RowState, RowView
from ui.widgets.preview import PrintPreview
from ui.words import T, lang, say
from ui.workers import Task

_MOST_PAGES = 6  # page buttons; further pages by Page Up and Page Down


class ReportPage(Page):
    """Papers of the open visit: list, preview, print and export, addendum."""

    contexts = ("report", "visit", "tables")
    hints = ("report.paper", "report.page", "report.zoom", "report.print", "report.export", "report.addendum")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Papers(frame.shell)
        self._task: Task | None = None
        self._data = b""
        self._stale = True
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._left = self._build_left()
        self._right = self._build_right()
        self._middle = self._build_middle()
        self._empty = no_visit(frame)
        outer.addWidget(self._left)
        outer.addWidget(self._middle, 1)
        outer.addWidget(self._right)
        outer.addWidget(self._empty, 1)
        self.restyle()

    # layout
    def _build_left(self) -> QWidget:
        side = Ground("surface", "r")
        box = column(gap=0, pad=(0, 12, 0, 12))
        side.setLayout(box)
        head = SectionHead(T("papers.papers"), "", "↑ ↓")
        head.setContentsMargins(px(12), 0, px(12), 0)
        holder = row(pad=(12, 0, 12, 0))
        holder.addWidget(head)
        box.addLayout(holder)
        self._papers = RowView(
            self._paint_paper, 52, name=lambda r: say(T(f"papers.name.{r.name}")), fit=True
        )
        self._papers.chosen.connect(self._on_paper)
        box.addWidget(self._papers)
        self._note = Label(kind="caption", tint="ink3", wrap=True)
        self._note.setContentsMargins(px(12), px(12), px(12), 0)
        box.addWidget(self._note)
        box.addStretch(1)
        return side

    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column()
        middle.setLayout(box)
        bar = Ground("surface", "b")
        line = row(gap=12, pad=(12, 7, 12, 7))
        bar.setLayout(line)
        self._pages = Segment([(1, "1")])
        self._pages.chosen.connect(lambda page: self.preview.go(int(page)))
        self._where = Label(kind="caption", tint="ink2")
        self._fit = Segment(
            [("width", T("papers.fit_width")), ("page", T("papers.fit_page")), ("actual", "100 %")], "page"
        )
        self._fit.chosen.connect(lambda how: self.preview.fit(str(how)))
        line.addWidget(self._pages)
        line.addWidget(self._where, 1)
        line.addWidget(self._fit)
        self.preview = PrintPreview()
        self.preview.page_changed.connect(self._on_page)
        box.addWidget(bar)
        box.addWidget(self.preview, 1)
        return middle

    def _build_right(self) -> QWidget:
        side = Ground("surface", "l")
        outer = column()
        side.setLayout(outer)
        scroll = Scroll()
        content = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 12))
        content.setLayout(box)
        box.addWidget(SectionHead(T("papers.paper"), T("papers.same_file")))
        self._size = Segment([(size, size) for size in SIZES])
        self._size.chosen.connect(self._on_size)
        self._lang = Segment([("zh", T("papers.zh")), ("en", T("papers.en"))])
        self._lang.chosen.connect(lambda _value: self._make())
        for words, widget in ((T("papers.size"), self._size), (T("papers.language"), self._lang)):
            line = row(gap=8)
            line.addWidget(Label(words, tint="ink2"), 1)
            line.addWidget(widget)
            box.addLayout(line)
        box.addWidget(SectionHead(T("papers.print")))
        self._printer = QComboBox()
        box.addWidget(self._printer)
        self._printer_note = Label(kind="caption", tint="ink3", wrap=True)
        box.addWidget(self._printer_note)
        box.addWidget(SectionHead(T("papers.save_as"), T("papers.same_content")))
        self._export = Button(T("papers.export_pdf"), "Ctrl E", icon="download")
        self._export.clicked.connect(self._save_as)
        box.addWidget(self._export)
        self._digest = Label(kind="caption", tint="ink3", wrap=True)
        box.addWidget(self._digest)
        self._addendum_head = SectionHead(T("papers.addendum"), T("papers.addendum_note"))
        self._addendum = QPlainTextEdit()
        self._addendum.setTabChangesFocus(True)
        self._keep = Button(T("papers.keep_addendum"), "Ctrl Shift A")
        self._keep.clicked.connect(self._amend)
        self._kept = QWidget()
        self._kept_box = column(gap=4)
        self._kept.setLayout(self._kept_box)
        for part in (self._addendum_head, self._addendum, self._keep, self._kept):
            box.addWidget(part)
        box.addStretch(1)
        scroll.hold(content)
        outer.addWidget(scroll, 1)
        foot = Ground("surface", "t")
        foot_box = column(pad=(16, 10, 16, 10))
        foot.setLayout(foot_box)
        self._print = Button(T("papers.print_one"), "Ctrl P", kind="primary", icon="print")
        self._print.clicked.connect(self._print_now)
        foot_box.addWidget(self._print)
        outer.addWidget(foot)
        return side

    def restyle(self) -> None:
        self._left.setFixedWidth(px(200))
        self._right.setFixedWidth(px(268))
        self._addendum.setFont(font("body"))
        self._addendum.setFixedHeight(px(72))

    # the page's life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "report.print": self._print_now,
            "app.preview": self._print_now,
            "report.export": self._save_as,
            "report.addendum": self._write_addendum,
        }

    def entered(self) -> None:
        self._lang.choose(lang())
        self._find_printers()
        self._show()
        self._make()
        self._papers.setFocus()

    def left(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.preview.close_document()

    def changed(self, changed: Changed) -> None:
        visit = self.frame.shell.visit
        if not changed.kinds or (visit is not None and changed.visit_id in (None, visit.id)):
            self._show()
            self._make()

    def retranslate(self) -> None:
        self._show()

    # showing
    def _show(self) -> None:
        shell = self.frame.shell
        visit = shell.visit
        for widget in (self._left, self._middle, self._right):
            widget.setVisible(visit is not None)
        self._empty.setVisible(visit is None)
        rows = self.model.rows()
        self._papers.set_items(rows, [r.name for r in rows].index(self.model.name))
        self._note.say(T("papers.draft_note") if shell.is_draft else T("papers.signed_note"))
        self._size.choose(self.model.size)
        signed = visit is not None and not shell.is_draft
        for widget in (self._addendum, self._keep, self._addendum_head):
            widget.setVisible(signed)
        clear(self._kept_box)
        for told in visit.amendments if visit is not None else ():
            line = JudgedLine(
                told.text,
                datetime.fromisoformat(told.at).strftime("%m-%d %H:%M"),
                seal=seal_of(told.by) or "·",
            )
            line.setToolTip(told.text)
            self._kept_box.addWidget(line)

    def _paint_paper(self, painter: QPainter, rect: QRectF, item: PaperRow, state: RowState) -> None:
        line = rect.adjusted(px(14), px(6), -px(12), 0)
        top = QRectF(line.left(), line.top(), line.width() - px(18), px(20))
        paint_text(painter, top, say(T(f"papers.name.{item.name}")), bold=state.selected or None)
        low = top.translated(0, px(19)).adjusted(0, 0, px(18), 0)
        shown = item.name == self.model.name and self.preview.page_count
        words = (
            T("papers.pages", size=self.model.size, n=self.preview.page_count) if shown else self.model.size
        )
        paint_text(painter, low, say(words), kind="caption", tint="ink2")
        paint_text(
            painter, low, say(T(f"papers.state.{item.state}")), kind="caption", tint="ink2", align=RIGHT
        )
        spot = QRectF(rect.right() - px(24), line.top() + px(4), px(12), px(12))
        paint_glyph(painter, spot, "in_progress" if item.state == "draft" else "done_or_checked")
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)

    def _make(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self.frame.shell.visit is None:
            self.preview.open(None)
            return
        paper_lang = self._lang.value()
        chosen: Lang = "en" if paper_lang == "en" else "zh"
        self._where.say(T("papers.making"))
        self._task = self.frame.runner.start(
            lambda task: self.model.make(chosen), done=self._on_made, failed=self._on_failed
        )

    def _on_made(self, data: bytes) -> None:
        self._task = None
        self._data = data
        keep = self.preview.page
        count = self.preview.open(data) if data else 0
        many = min(count, _MOST_PAGES)
        if count:
            self._pages.set_choices([(n, str(n)) for n in range(1, many + 1)], 1)
            if 1 < keep <= count:
                self.preview.go(keep)
        digest = hashlib.sha256(data).hexdigest()
        self._digest.say(T("papers.digest", digest=f"{digest[:8]}…{digest[-4:]}"))
        self._papers.viewport().update()

    def _on_failed(self, error: StationError) -> None:
        self._task = None
        self._where.say(error.text(lang()))
        self.frame.explain(error)

    def _on_page(self, page: int, of: int) -> None:
        self._where.say(T("component.preview.page", n=page, of=of))
        self._pages.choose(page)

    def _find_printers(self) -> None:
        names = printers()
        if [self._printer.itemText(i) for i in range(self._printer.count())] != names:
            self._printer.clear()
            self._printer.addItems(names)
        self._printer.setVisible(bool(names))
        self._printer.setAccessibleName(say(T("papers.printer")))
        self._printer_note.say(T("papers.printer_note") if names else T("papers.no_printer"))
        self._print.set_reason("" if names else T("papers.no_printer_short"))

    # doing
    def _on_paper(self, item: PaperRow) -> None:
        self.model.choose(item.name, self.model.size)
        self.preview.go(1)
        self._make()

    def _on_size(self, size: object) -> None:
        self.model.choose(self.model.name, str(size))
        self._make()

    def _save_as(self) -> None:
        if not self._data:
            return
        # The proposed name names the paper and the day, never the person.
        visit = self.frame.shell.visit
        day = visit.at.strftime("%Y%m%d") if visit is not None else ""
        proposed = f"{self.model.name}-{self.model.size}-{day}.pdf"
        path, _ = QFileDialog.getSaveFileName(self, say(T("papers.save_as")), proposed, "PDF (*.pdf)")
        if not path:
            return
        try:
            write_bytes(Path(path), self._data)
        except StationError as error:
            self.frame.explain(error)
            return
        self.frame.note(T("papers.saved", name=Path(path).name))

    def _print_now(self) -> None:
        if not self._data:
            return
        if not self._print.isEnabled():
            self.frame.note(T("papers.no_printer"))
            return
        try:
            pages = print_pdf(self._data, self._printer.currentText(), size=self.model.size)
        except StationError as error:
            self.frame.explain(error)
            return
        self.frame.note(T("papers.printed", n=pages, printer=self._printer.currentText()))

    def _write_addendum(self) -> None:
        if (
            self._addendum.isVisibleTo(self)
            and self._addendum.toPlainText().strip()
            and self._addendum.hasFocus()
        ):
            self._amend()
        elif self._addendum.isVisibleTo(self):
            self._addendum.setFocus()
        else:
            self.frame.note(T("papers.addendum_after"))

    def _amend(self) -> None:
        text = self._addendum.toPlainText().strip()
        if not text:
            self._addendum.setFocus()
            return
        error = self.model.amend(text)
        if error is not None:
            self.frame.explain(error)
        else:
            self._addendum.clear()
