"""A paper as PDF: A4 or A5, embedded fonts, vector text and plots, the same bytes for the same content."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from tcm_station.reports import plots
from tcm_station.reports.blocks import (
    BeatPlot,
    Block,
    Columns,
    Heading,
    HerbGrid,
    Paper,
    Picture,
    Radar,
    Table,
    Text,
    TracePlot,
)
from tcm_station.reports.fonts import BOLD, REGULAR, printable, register

MM = 72 / 25.4
# A heading (four flowables) and one line of text under it are held back for the drawing that follows.
HELD_FLOWS = 5
# Points: body size, leading, small size, title size, margin in mm. From the style tokens' print sizes.
LOOKS: dict[str, dict[str, float]] = {
    "A4": {
        "body": 9.5,
        "lead": 14.0,
        "small": 8.0,
        "title": 19.0,
        "margin": 12.5,
        "head": 23.0,
        "foot": 19.0,
    },
    "A5": {"body": 8.5, "lead": 12.5, "small": 7.0, "title": 15.0, "margin": 9.0, "head": 22.0, "foot": 18.0},
}


class _Printer:
    """One paper on one size of page."""

    def __init__(self, paper: Paper, size: str) -> None:
        from reportlab.lib.pagesizes import A4, A5

        register()
        self.paper, self.size, self.look = paper, size, LOOKS[size]
        self.page = {"A4": A4, "A5": A5}[size]
        self.margin = self.look["margin"] * MM
        self.width = self.page[0] - 2 * self.margin
        self.height = self.page[1] - 2 * self.margin - (self.look["head"] + self.look["foot"]) * MM
        self.styles = self._styles()

    def _styles(self) -> dict[str, Any]:
        from reportlab.lib.styles import ParagraphStyle

        look = self.look
        style = partial(ParagraphStyle, wordWrap="CJK", textColor=plots.colour("ink"))
        body, lead, small = look["body"], look["lead"], look["small"]
        return {
            "body": style("body", fontName=REGULAR, fontSize=body, leading=lead),
            "strong": style("strong", fontName=BOLD, fontSize=body + 1.5, leading=lead + 2),
            "small": style(
                "small",
                fontName=REGULAR,
                fontSize=small,
                leading=small * 1.45,
                textColor=plots.colour("ink2"),
            ),
            "notice": style(
                "notice", fontName=BOLD, fontSize=body, leading=lead, textColor=plots.colour("stop")
            ),
            "cell": style("cell", fontName=REGULAR, fontSize=small + 0.5, leading=small * 1.5),
            "cell_strong": style("cell_strong", fontName=BOLD, fontSize=small + 0.5, leading=small * 1.5),
            "cell_right": style(
                "cell_right", fontName=REGULAR, fontSize=small + 0.5, leading=small * 1.5, alignment=2
            ),
            "head": style(
                "head",
                fontName=REGULAR,
                fontSize=small,
                leading=small * 1.4,
                textColor=plots.colour("ink3"),
            ),
            "heading": style("heading", fontName=BOLD, fontSize=body + 0.5, leading=lead + 1, spaceBefore=7),
            "herb": style("herb", fontName=REGULAR, fontSize=body + 2.5, leading=lead + 5),
        }

    def paragraph(self, text: str, style: str) -> Any:
        from reportlab.platypus import Paragraph

        return Paragraph(escape(printable(text)).replace("\n", "<br/>"), self.styles[style])

    # blocks
    def flow(self, block: Block, width: float) -> list[Any]:
        """One block as flowables for a column of this width in points."""
        match block:
            case Heading():
                return self._heading(block, width)
            case Text():
                return [self.paragraph(block.text, block.style)]
            case Table():
                return [self._table(block, width)]
            case Picture():
                return self._picture(block, width)
            case BeatPlot():
                return [plots.beat_drawing(block, width, min(width * 0.5, 150))]
            case TracePlot():
                return [plots.trace_drawing(block, width, min(width * 0.2, 62))]
            case Radar():
                return [plots.radar_drawing(block, width, min(width, 170))]
            case HerbGrid():
                return [self._herbs(block, width)]
            case Columns():
                return self._columns(block, width)

    def _story(self) -> list[Any]:
        """All blocks in order. A drawing or a prescription stays with its heading; what the band at the top
        has no room for (a long list of allergies) comes first."""
        from reportlab.platypus import KeepTogether

        blocks = list(self._flat(self.paper.blocks))
        over = [Text(f"{label} {value}", "strong") for label, value in self._identity_cut()]
        story: list[Any] = [f for block in over for f in self.flow(block, self.width)]
        held: list[Any] = []
        for block in blocks:
            flows = self.flow(block, self.width)
            if isinstance(block, Heading) or (held and len(held) <= HELD_FLOWS and isinstance(block, Text)):
                story += held if isinstance(block, Heading) else []
                held = flows if isinstance(block, Heading) else held + flows
            elif isinstance(block, Table | Columns):  # long: parts of it may go on the next page
                story += held + flows
                held = []
            else:
                story.append(KeepTogether(held + flows))
                held = []
        return story + held

    def _flat(self, blocks: tuple[Block, ...]) -> Iterator[Block]:
        """The blocks one after the other where the page is too narrow for columns."""
        for block in blocks:
            if isinstance(block, Columns) and self.size == "A5":
                for _, inner in block.parts:
                    yield from self._flat(inner)
            else:
                yield block

    def _heading(self, block: Heading, width: float) -> list[Any]:
        from reportlab.platypus import CondPageBreak, HRFlowable, Paragraph, Spacer

        small, ink = self.look["small"], plots.tokens()["ink3"]
        note = f' <font name="{REGULAR}" size="{small}" color="{ink}">{escape(printable(block.note))}</font>'
        words = escape(printable(block.title)) + (note if block.note else "")
        rule = HRFlowable(width="100%", thickness=0.7, color=plots.colour("ink"), spaceBefore=1, spaceAfter=3)
        return [CondPageBreak(60), Spacer(1, 5), Paragraph(words, self.styles["heading"]), rule]

    def _table(self, block: Table, width: float) -> Any:
        from reportlab.platypus import Table as Flow
        from reportlab.platypus import TableStyle

        keep = [i for i in range(len(block.head)) if self.size == "A4" or i not in block.drop_narrow]
        share = sum(block.widths[i] for i in keep)
        rows = [[self.paragraph(block.head[i], "head") for i in keep]]
        for row in block.rows:
            cells = []
            for i in keep:
                style = "cell_strong" if i in block.strong else "cell_right" if i in block.right else "cell"
                cells.append(self.paragraph(row[i], style))
            rows.append(cells)
        table = Flow(rows, colWidths=[width * block.widths[i] / share for i in keep], repeatRows=1)
        table.setStyle(
            TableStyle(
                [
                    ("LINEBELOW", (0, 0), (-1, -1), 0.35, plots.colour("line")),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ]
            )
        )
        table.hAlign = "LEFT"
        return table

    def _picture(self, block: Picture, width: float) -> list[Any]:
        from reportlab.platypus import Image

        data = _as_jpeg(block.png)
        image = Image(io.BytesIO(data))
        scale = min(width / image.imageWidth, self.height * block.max_height / image.imageHeight)
        image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
        image.hAlign = "LEFT"
        return [image, self.paragraph(block.caption, "small")] if block.caption else [image]

    def _herbs(self, block: HerbGrid, width: float) -> Any:
        from reportlab.platypus import Paragraph, TableStyle
        from reportlab.platypus import Table as Flow

        columns = 3
        small = self.look["small"]
        cells: list[Any] = []
        for name, amount, handling in block.lines:
            raised = f' <super><font size="{small}">{escape(handling)}</font></super>' if handling else ""
            words = f"{escape(printable(name))} {escape(amount)}{raised}"
            cells.append(Paragraph(words, self.styles["herb"]))
        cells.append(self.paragraph(block.end, "small"))
        cells += [self.paragraph("", "small")] * (-len(cells) % columns)
        rows = [cells[i : i + columns] for i in range(0, len(cells), columns)]
        table = Flow(rows, colWidths=[width / columns] * columns)
        table.setStyle(
            TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 2), ("VALIGN", (0, 0), (-1, -1), "TOP")])
        )
        return table

    def _columns(self, block: Columns, width: float) -> list[Any]:
        from reportlab.platypus import CondPageBreak, TableStyle
        from reportlab.platypus import Table as Flow

        gap = 12.0
        cells, widths = [], []
        for place, (share, blocks) in enumerate(block.parts):
            last = place == len(block.parts) - 1
            wide = width * share - (0 if last else gap)
            flows = [f for b in blocks for f in self.flow(b, wide)]
            cells.append([f for f in flows if not isinstance(f, CondPageBreak)])
            widths.append(width * share)
        table = Flow([cells], colWidths=widths)
        table.setStyle(
            TableStyle(
                [
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("RIGHTPADDING", (0, 0), (-2, -1), gap),
                    ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 0),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ]
            )
        )
        return [table]

    # the page around the text
    def frame_page(self, canvas: Any, number: int, total: int) -> None:
        """Title band, identity, footer and signatures: on every page, so that a lost page is still known."""
        paper, look = self.paper, self.look
        left, right = self.margin, self.page[0] - self.margin
        y = self.page[1] - self.margin
        small, body = look["small"], look["body"]
        canvas.setFillColor(plots.colour("ink3"))
        canvas.setFont(REGULAR, small)
        canvas.drawString(left, y - small, printable(paper.clinic))
        page = paper.page_words.format(page=number, pages=total)
        canvas.drawRightString(right, y - small, " · ".join(part for part in (*paper.right, page) if part))
        canvas.setFillColor(plots.colour("ink"))
        canvas.setFont(BOLD, look["title"])
        base = y - small - look["title"] - 3
        canvas.drawString(left, base, printable(paper.title))
        canvas.setFillColor(plots.colour("stop"))
        flags = printable("  ".join(paper.flags))
        room = right - left - canvas.stringWidth(printable(paper.title), BOLD, look["title"]) - 12
        if canvas.stringWidth(flags, BOLD, body) <= room:
            canvas.setFont(BOLD, body)
            canvas.drawRightString(right, base, flags)
        else:  # beside a long title they stand one above the other
            canvas.setFont(BOLD, small)
            for place, flag in enumerate(reversed(paper.flags)):
                canvas.drawRightString(right, base + place * (small + 1), printable(flag))
        self._rule(canvas, base - 6, 1.2)
        self._identity(canvas, base - 6 - body - 4)
        self._rule(canvas, base - 6 - body - 10, 0.7)
        self._foot(canvas, left, right)

    def _identity(self, canvas: Any, y: float) -> None:
        small, body = self.look["small"], self.look["body"]
        for label, value, x, font in self._identity_places():
            if label:
                canvas.setFont(REGULAR, small)
                canvas.setFillColor(plots.colour("ink3"))
                canvas.drawString(x, y, label)
                x += _width(label, REGULAR, small) + 3
            canvas.setFont(font, body)
            canvas.setFillColor(plots.colour("ink"))
            room = self.page[0] - self.margin - x
            if room > 4 * body:
                canvas.drawString(x, y, _fit(value, font, body, room))

    def _identity_places(self) -> list[tuple[str, str, float, str]]:
        """Label, value, where it begins and its font, for each part of the line that says who it is."""
        places, x = [], self.margin
        for place, (label, value) in enumerate(self.paper.identity):
            label, value = printable(label if place else ""), printable(value)
            font = BOLD if place == 0 else REGULAR
            places.append((label, value, x, font))
            if label:
                x += _width(label, REGULAR, self.look["small"]) + 3
            x += _width(value, font, self.look["body"]) + 14
        return places

    def _identity_cut(self) -> list[tuple[str, str]]:
        """The parts that do not fit on that line."""
        right, body, small = self.page[0] - self.margin, self.look["body"], self.look["small"]
        return [
            (label, value)
            for label, value, x, font in self._identity_places()
            if x + _width(label, REGULAR, small) + 3 + _width(value, font, body) > right
        ]

    def _foot(self, canvas: Any, left: float, right: float) -> None:
        small = self.look["small"]
        y = self.margin + self.look["foot"] * MM - 8
        self._rule(canvas, y, 0.7)
        slot = min(92.0, (right - left) * 0.32)
        x = left
        canvas.setFont(REGULAR, small)
        for role, name in self.paper.signatures:
            canvas.setFillColor(plots.colour("ink3"))
            canvas.drawString(x, y - small - 5, printable(role))
            start = x + canvas.stringWidth(printable(role), REGULAR, small) + 4
            canvas.line(start, y - small - 7, x + slot, y - small - 7)
            canvas.setFillColor(plots.colour("ink"))
            canvas.drawString(start + 3, y - small - 5, printable(name))
            x += slot + 10
        canvas.setFillColor(plots.colour("ink3"))
        canvas.setFont(REGULAR, small - 1)
        for place, line in enumerate(self.paper.footer):
            words = _fit(printable(line), REGULAR, small - 1, right - left)
            canvas.drawString(left, y - 2 * small - 12 - place * (small + 1), words)

    def _rule(self, canvas: Any, y: float, width: float) -> None:
        canvas.setStrokeColor(plots.colour("ink"))
        canvas.setLineWidth(width)
        canvas.line(self.margin, y, self.page[0] - self.margin, y)

    def bytes(self) -> bytes:
        """The finished PDF."""
        from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

        buffer = io.BytesIO()
        document = BaseDocTemplate(
            buffer,
            pagesize=self.page,
            title=self.paper.title,
            author=self.paper.author,
            creator=self.paper.author,
            invariant=1,
            initialFontName=REGULAR,
        )
        foot = self.margin + self.look["foot"] * MM
        area = Frame(
            self.margin,
            foot,
            self.width,
            self.height,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=2,
        )
        document.addPageTemplates([PageTemplate(frames=[area])])
        document.build(self._story(), canvasmaker=partial(_counting_canvas(), printer=self))
        return buffer.getvalue()


def _counting_canvas() -> Any:
    from reportlab.pdfgen.canvas import Canvas

    class Counting(Canvas):  # type: ignore[misc]
        """Draws the page's frame once the number of pages is known."""

        def __init__(self, *args: Any, printer: _Printer, **more: Any) -> None:
            super().__init__(*args, **(more | {"initialFontName": REGULAR}))
            self._printer = printer
            self._states: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._states.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, state in enumerate(self._states, start=1):
                self.__dict__.update(state)
                self._printer.frame_page(self, number, len(self._states))
                Canvas.showPage(self)
            Canvas.save(self)

    return Counting


def _as_jpeg(png: bytes) -> bytes:
    """Photographs as JPEG: a page of text must not weigh four megabytes. Longest side 1200 px."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        small = image.convert("RGB")
        small.thumbnail((1200, 1200))
        buffer = io.BytesIO()
        small.save(buffer, format="JPEG", quality=90)
    return buffer.getvalue()


def _width(text: str, font: str, size: float) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, font, size))


def _fit(text: str, font: str, size: float, width: float) -> str:
    """The text cut to one line, with an ellipsis where something was left off."""
    if _width(text, font, size) <= width:
        return text
    while text and _width(text + "…", font, size) > width:
        text = text[:-1]
    return text + "…"


def pdf_bytes(paper: Paper, size: str = "A4") -> bytes:
    """The paper as PDF. size: "A4" or "A5"."""
    return _Printer(paper, size).bytes()
