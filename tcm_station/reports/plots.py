"""Vector drawings for papers: average beat, trace, constitution radar. Black rules, one accent."""

import math
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

from tcm_station.reports.blocks import BeatPlot, Radar, TracePlot
from tcm_station.reports.fonts import BOLD, REGULAR
from tcm_station.resources import asset

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing

SMALL_PT = 7.0
UPRIGHT = 0.3  # |cos| below which a label stands centred over or under its axis


@cache
def tokens() -> dict[str, str]:
    """The light colours of the style tokens: paper uses the same table as the screen."""
    with asset("style/tokens.toml").open("rb") as file:
        table: dict[str, str] = tomllib.load(file)["light"]
    return table


def colour(name: str) -> Any:
    """A token as a reportlab colour."""
    from reportlab.lib.colors import HexColor

    return HexColor(tokens()[name])


def _ticks(low: float, high: float, about: int = 5) -> list[float]:
    span = high - low
    if span <= 0:
        return [low]
    raw = span / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(s - raw))
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


class _Axes:
    """A drawing with a frame, ticks, and the way from data to points."""

    def __init__(
        self,
        width: float,
        height: float,
        x: tuple[float, float],
        y: tuple[float, float],
        *,
        y_ticks: bool,
        x_unit: str,
    ) -> None:
        from reportlab.graphics.shapes import Drawing, Line, String

        self.drawing: Drawing = Drawing(width, height)
        self.left, self.bottom = (24.0 if y_ticks else 4.0), 14.0
        self.right, self.top = width - 6.0, height - 10.0
        self.x_range, self.y_range = x, y
        steps = _ticks(*x)
        for value in steps:
            at = self.x(value)
            # The last tick carries the unit: there nothing is drawn that it could lie upon.
            said = f"{value:g} {x_unit}" if value == steps[-1] else f"{value:g}"
            label = String(at, 3, said, fontName=REGULAR, fontSize=SMALL_PT, textAnchor="middle")
            label.fillColor = colour("p_axis")
            self.drawing.add(label)
            self.drawing.add(Line(at, self.bottom, at, self.bottom - 2, strokeColor=colour("p_axis")))
        for value in _ticks(*y, about=4) if y_ticks else ():
            at = self.y(value)
            grid = Line(self.left, at, self.right, at, strokeColor=colour("p_grid"), strokeWidth=0.5)
            self.drawing.add(grid)
            label = String(
                self.left - 3, at - 2.4, f"{value:g}", fontName=REGULAR, fontSize=SMALL_PT, textAnchor="end"
            )
            label.fillColor = colour("p_axis")
            self.drawing.add(label)
        base = Line(self.left, self.bottom, self.right, self.bottom, strokeColor=colour("p_axis"))
        base.strokeWidth = 0.6
        self.drawing.add(base)

    def x(self, value: float) -> float:
        low, high = self.x_range
        return self.left + (value - low) / ((high - low) or 1.0) * (self.right - self.left)

    def y(self, value: float) -> float:
        low, high = self.y_range
        return self.bottom + (value - low) / ((high - low) or 1.0) * (self.top - self.bottom)

    def text(self, x: float, y: float, words: str, *, anchor: str = "start", bold: bool = False) -> None:
        from reportlab.graphics.shapes import String

        said = String(x, y, words, fontSize=SMALL_PT, fontName=BOLD if bold else REGULAR, textAnchor=anchor)
        said.fillColor = colour("ink3")
        self.drawing.add(said)

    def line(
        self, points: list[float], token: str, width: float = 1.0, dash: list[int] | None = None
    ) -> None:
        from reportlab.graphics.shapes import PolyLine

        told = PolyLine(points, strokeColor=colour(token), strokeWidth=width, fillColor=None)
        told.strokeDashArray = dash
        told.strokeLineJoin = 1
        self.drawing.add(told)


def beat_drawing(plot: BeatPlot, width: float, height: float) -> "Drawing":
    """The average beat: band of ±2 sd, line, and the marked points with their drop lines."""
    from reportlab.graphics.shapes import Circle, Polygon

    sd = plot.sd or (0.0,) * len(plot.values)
    lows = [v - 2 * s for v, s in zip(plot.values, sd, strict=True)]
    highs = [v + 2 * s for v, s in zip(plot.values, sd, strict=True)]
    axes = _Axes(
        width,
        height,
        (0.0, plot.time_s[-1]),
        (min(0.0, *lows), max(highs) * 1.08),
        y_ticks=True,
        x_unit=plot.time_label,
    )
    if plot.sd:
        upper = [c for t, v in zip(plot.time_s, highs, strict=True) for c in (axes.x(t), axes.y(v))]
        lower = [
            c
            for t, v in zip(reversed(plot.time_s), reversed(lows), strict=True)
            for c in (axes.x(t), axes.y(v))
        ]
        axes.drawing.add(Polygon(upper + lower, fillColor=colour("p_band"), strokeColor=None))
    for _, time, value in plot.points:
        drop = [axes.x(time), axes.y(value), axes.x(time), axes.bottom]
        axes.line(drop, "p2", 0.6, [2, 2])
    line = [c for t, v in zip(plot.time_s, plot.values, strict=True) for c in (axes.x(t), axes.y(v))]
    axes.line(line, "p1", 1.4)
    for label, time, value in plot.points:
        dot = Circle(axes.x(time), axes.y(value), 2.4, strokeColor=colour("p2"), strokeWidth=1.0)
        dot.fillColor = colour("raised")
        axes.drawing.add(dot)
        axes.text(axes.x(time) + 3, axes.y(value) + 4, label, bold=True)
    axes.text(axes.right, axes.top - 6, plot.note, anchor="end")
    axes.text(2, axes.top + 3, plot.unit)
    return axes.drawing


def trace_drawing(plot: TracePlot, width: float, height: float) -> "Drawing":
    """Some seconds of the wave; a short line at each onset."""
    low, high = min(plot.values), max(plot.values)
    margin = (high - low) * 0.12 or 1.0
    axes = _Axes(
        width,
        height,
        (plot.time_s[0], plot.time_s[-1]),
        (low - margin, high + margin),
        y_ticks=False,
        x_unit=plot.time_label,
    )
    line = [c for t, v in zip(plot.time_s, plot.values, strict=True) for c in (axes.x(t), axes.y(v))]
    axes.line(line, "p1", 0.8)
    for mark in plot.marks_s:
        axes.line([axes.x(mark), axes.bottom, axes.x(mark), axes.bottom + 5], "p2", 1.0)
    return axes.drawing


def radar_drawing(radar: Radar, width: float, height: float) -> "Drawing":
    """Scores on as many axes as there are scales; rings at the limits of the scoring."""
    from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, String
    from reportlab.pdfbase.pdfmetrics import stringWidth

    drawing = Drawing(width, height)
    x0, y0 = width / 2, height / 2
    angles = [math.pi / 2 - place * 2 * math.pi / len(radar.axes) for place in range(len(radar.axes))]
    # The widest label at a side decides how large the figure can be.
    room = [
        (width / 2 - stringWidth(label, REGULAR, SMALL_PT) - 4) / abs(math.cos(angle)) - 4
        for (label, _), angle in zip(radar.axes, angles, strict=True)
        if abs(math.cos(angle)) >= UPRIGHT
    ]
    radius = max(24.0, min([height / 2 - 2.4 * SMALL_PT, *room]))
    for ring in radar.rings:
        strong = ring == 40.0  # the limit from which a biased constitution is "yes"
        drawn = Circle(x0, y0, radius * ring / 100, fillColor=None, strokeWidth=0.8 if strong else 0.4)
        drawn.strokeColor = colour("line_strong" if strong else "line")
        drawing.add(drawn)
    points: list[float] = []
    for (label, value), angle in zip(radar.axes, angles, strict=True):
        cos, sin = math.cos(angle), math.sin(angle)
        drawing.add(Line(x0, y0, x0 + radius * cos, y0 + radius * sin, strokeColor=colour("line")))
        points += [x0 + radius * value / 100 * cos, y0 + radius * value / 100 * sin]
        anchor = "middle" if abs(cos) < UPRIGHT else ("start" if cos > 0 else "end")
        x, y = x0 + (radius + 4) * cos, y0 + (radius + 9) * sin - 1
        for text, below in ((label, 0.0), (f"{value:.0f}", SMALL_PT)):
            said = String(x, y - below, text, fontName=REGULAR, fontSize=SMALL_PT, textAnchor=anchor)
            drawing.add(said)
    area = Polygon(points, strokeColor=colour("p1"), strokeWidth=1.2, fillColor=colour("accent_soft"))
    area.fillOpacity = 0.6
    drawing.add(area)
    return drawing
