"""The constitution: a radar for the print's twin on screen, and bars with their two limits for the page."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from ui.style import CENTRE, colour, font, paint_text, pen, px, width_of
from ui.widgets.base import Drawn
from ui.words import Text, say

#: (words, score 0..100, verdict word or "")
Score = tuple[Text, float, Text]
_TENDENCY, _YES = 30.0, 40.0  # limits of the biased constitutions in the 2009 standard


class Radar(Drawn):
    """Scores on as many axes as there are constitutions; rings at 20, 40, 60, 80."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._scores: list[Score] = []
        self._earlier: list[float] = []

    def set(self, scores: Sequence[Score], earlier: Sequence[float] = ()) -> None:
        """earlier: the scores of the last visit, in the same order."""
        self._scores, self._earlier = list(scores), list(earlier)
        self.setAccessibleName("; ".join(f"{say(words)} {score:.0f}" for words, score, _ in scores))
        self.update()

    def natural(self) -> tuple[float, float]:
        return (280, 220)

    def draw(self, painter: QPainter) -> None:
        count = len(self._scores)
        if count < 3:
            return
        rect = QRectF(self.rect())
        room = max(width_of(f"{say(w)} {s:.0f}", font("caption")) for w, s, _ in self._scores)
        radius = min(rect.width() / 2 - room - px(6), rect.height() / 2 - px(20))
        radius = max(radius, px(30))
        middle = rect.center()

        def at(index: int, share: float) -> QPointF:
            angle = -math.pi / 2 + 2 * math.pi * index / count
            return QPointF(
                middle.x() + radius * share * math.cos(angle), middle.y() + radius * share * math.sin(angle)
            )

        painter.setPen(pen("p_grid"))
        for ring in (0.2, 0.4, 0.6, 0.8, 1.0):
            painter.drawPolygon(QPolygonF([at(i, ring) for i in range(count)]))
        for index in range(count):
            painter.drawLine(middle, at(index, 1.0))
        if len(self._earlier) == count:
            painter.setPen(pen("p2", 1, "dash"))
            painter.drawPolygon(QPolygonF([at(i, v / 100) for i, v in enumerate(self._earlier)]))
        painter.setPen(pen("p1", 1.6))
        painter.setBrush(colour("p_band", 0.7))
        painter.drawPolygon(QPolygonF([at(i, s / 100) for i, (_, s, _) in enumerate(self._scores)]))
        for index, (words, score, _) in enumerate(self._scores):
            self._label(painter, at(index, 1.0), middle, f"{say(words)} {score:.0f}")

    @staticmethod
    def _label(painter: QPainter, end: QPointF, middle: QPointF, text: str) -> None:
        wide, tall = width_of(text, font("caption")) + 2, px(14)
        x = end.x() - wide / 2
        if end.x() > middle.x() + 2:
            x = end.x() + px(4)
        elif end.x() < middle.x() - 2:
            x = end.x() - wide - px(4)
        y = end.y() - tall / 2
        if abs(end.x() - middle.x()) <= 2:
            y = end.y() - tall - px(3)
        paint_text(painter, QRectF(x, y, wide, tall), text, kind="caption", align=CENTRE, elide=False)


class ConstitutionBars(Drawn):
    """One bar for each constitution with the lines of tendency (30) and yes (40)."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._scores: list[Score] = []
        self._kinds: list[str] = []

    def set(self, scores: Sequence[Score], verdicts: Sequence[str] = ()) -> None:
        """verdicts: "yes", "tendency" or anything else, in the same order; they fill the bars."""
        self._scores = list(scores)
        self._kinds = list(verdicts) or [""] * len(self._scores)
        self.setAccessibleName("; ".join(f"{say(w)} {s:.0f} {say(v)}" for w, s, v in scores))
        self.updateGeometry()
        self.update()

    def natural(self) -> tuple[float, float]:
        return (300, 19 * max(1, len(self._scores)) + 18)

    def draw(self, painter: QPainter) -> None:
        if not self._scores:
            return
        step = px(19)
        names = max(width_of(say(w), font("caption")) for w, _, _ in self._scores)
        tails = max(width_of(f"{s:.0f} {say(v)}", font("caption")) for _, s, v in self._scores)
        left = names + px(8)
        span = max(px(60), self.width() - left - tails - px(8))
        top = max(100.0 * 0.7, *(s for _, s, _ in self._scores))

        def at(score: float) -> float:
            return left + span * score / top

        for index, (words, score, verdict) in enumerate(self._scores):
            line = QRectF(0, index * step, names, step)
            paint_text(painter, line, say(words), kind="caption", elide=False)
            bar = QRectF(left, line.center().y() - px(5), max(1.0, at(score) - left), px(10))
            kind = self._kinds[index]
            painter.setPen(pen("accent"))
            fill = {"yes": colour("accent"), "tendency": colour("accent", 0.4)}.get(kind, colour("raised"))
            painter.setBrush(fill)
            painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
            tail = QRectF(bar.right() + px(6), line.top(), tails + 2, step)
            paint_text(painter, tail, f"{score:.0f} {say(verdict)}".strip(), kind="caption", elide=False)
        foot = len(self._scores) * step
        for limit, dash in ((_TENDENCY, "dot"), (_YES, None)):
            painter.setPen(pen("line_strong", 1, dash))
            painter.drawLine(QPointF(at(limit), 0), QPointF(at(limit), foot))
            mark = QRectF(at(limit) - px(14), foot, px(28), px(16))
            paint_text(painter, mark, f"{limit:.0f}", kind="caption", tint="ink2", align=CENTRE, elide=False)
