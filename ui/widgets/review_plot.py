"""Plots to look back on: long waves, trends, spectra. pyqtgraph with pens of width 1, imported when one is
made.

Wide pens cost ten times as much there; the live sweep and the average beat are painted by us instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.style import colour, font, px, tokens
from ui.words import Text, say


@dataclass(frozen=True, slots=True)
class Trace:
    """One line. sd: per point, drawn as a band of ± 2 sd; points: show discs (trends)."""

    name: Text
    x: Sequence[float]
    y: Sequence[float]
    sd: Sequence[float] = ()
    points: bool = False


class ReviewPlot(QWidget):
    """set(traces, x_unit, y_unit, marks=…, band=…). hovered(x, y, sd or NaN, trace index)."""

    hovered = Signal(float, float, float, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        import pyqtgraph as pg

        pg.setConfigOptions(useOpenGL=False, antialias=True)
        self._pg = pg
        self._traces: list[Trace] = []
        self._units: tuple[Text, Text] = ("", "")
        self._marks: list[float] = []
        self._band: tuple[float, float] | None = None
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.plot.scene().sigMouseMoved.connect(self._on_mouse)
        self.setMinimumSize(px(160), px(100))
        self.restyle()

    def set(
        self,
        traces: Sequence[Trace],
        x_unit: Text,
        y_unit: Text,
        *,
        marks: Sequence[float] = (),
        band: tuple[float, float] | None = None,
    ) -> None:
        """marks: vertical lines (beats). band: a reference interval on y."""
        self._traces, self._units = list(traces), (x_unit, y_unit)
        self._marks, self._band = list(marks), band
        self._redraw()

    def restyle(self) -> None:
        item = self.plot.getPlotItem()
        self.plot.setBackground(colour("raised"))
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(self._pg.mkPen(colour("p_axis"), width=1))
            axis.setTextPen(colour("p_axis"))
            axis.setTickFont(font("caption"))
        item.showGrid(x=False, y=True, alpha=0.15)
        self._redraw()

    def retranslate(self) -> None:
        self._redraw()

    def _pen(self, index: int) -> QPen:
        plot: dict[str, Any] = tokens()["plot"]
        name = plot["traces"][index % len(plot["traces"])]
        dash = plot["dashes"][index % len(plot["dashes"])]
        made = self._pg.mkPen(colour(name), width=tokens()["stroke"]["plot"])
        if dash != "solid":
            made.setDashPattern([float(part) for part in dash.split()])
        return made

    def _redraw(self) -> None:
        pg, item = self._pg, self.plot.getPlotItem()
        item.clear()
        item.setLabel("bottom", say(self._units[0]))
        item.setLabel("left", say(self._units[1]))
        if self._band is not None:
            region = pg.LinearRegionItem(self._band, "horizontal", movable=False, brush=colour("p_ref"))
            for line in region.lines:
                line.setPen(pg.mkPen(None))
            item.addItem(region)
        for x in self._marks:
            item.addItem(pg.InfiniteLine(x, 90, pen=pg.mkPen(colour("p2", 0.5), width=1)))
        for index, trace in enumerate(self._traces):
            if trace.sd:
                self._add_band(trace)
            symbol = (
                {"symbol": "o", "symbolSize": px(7), "symbolBrush": colour("raised")} if trace.points else {}
            )
            if trace.points:
                symbol["symbolPen"] = self._pg.mkPen(colour("p1"), width=1)
            curve = item.plot(list(trace.x), list(trace.y), pen=self._pen(index), connect="finite", **symbol)
            if not trace.points:
                curve.setDownsampling(auto=True, method="peak")
                curve.setClipToView(True)

    def _add_band(self, trace: Trace) -> None:
        pg = self._pg
        upper = [y + 2 * s for y, s in zip(trace.y, trace.sd, strict=False)]
        lower = [y - 2 * s for y, s in zip(trace.y, trace.sd, strict=False)]
        none = pg.mkPen(None)
        curves = [pg.PlotCurveItem(list(trace.x), values, pen=none) for values in (upper, lower)]
        self.plot.addItem(pg.FillBetweenItem(*curves, brush=colour("p_band")))

    def _on_mouse(self, position) -> None:
        box = self.plot.getPlotItem().vb
        if not box.sceneBoundingRect().contains(position) or not self._traces:
            return
        at = box.mapSceneToView(position)
        trace = self._traces[0]
        if not len(trace.x):
            return
        index = min(range(len(trace.x)), key=lambda i: abs(trace.x[i] - at.x()))
        sd = trace.sd[index] if index < len(trace.sd) else float("nan")
        self.hovered.emit(float(trace.x[index]), float(trace.y[index]), float(sd), 0)
        words = f"{trace.x[index]:.4g} · {trace.y[index]:.4g}"
        self.plot.setToolTip(words if sd != sd else f"{words} ± {sd:.2g}")

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_R:
            self.plot.autoRange()
            return
        super().keyPressEvent(event)
