"""What an evaluation prints: rows with a value, its interval, its unit and how many it stands on."""

import json
import unicodedata
from dataclasses import asdict, dataclass, field

from tcm_station.i18n import Lang, tr


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    name: full key of its words in the catalogue. part: the source, kind or file it is about, as it is called.
    n: how many pictures, records or cases. value: None where it could not be measured.
    low, high: 95 % interval, None where there is none. note: full key of a remark, or None.
    """

    name: str
    n: int
    value: float | None
    unit: str = "1"
    low: float | None = None
    high: float | None = None
    part: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """title: full key. rows: in the order they are printed. worst: named cases and scores, worst first."""

    title: str
    rows: tuple[Row, ...]
    worst: tuple[tuple[str, float], ...] = ()
    facts: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """One JSON object; numbers as they are, names as keys."""
        plain = {
            "evaluation": self.title.split(".")[0].removeprefix("evaluate_"),
            "facts": self.facts,
            "rows": [asdict(row) for row in self.rows],
            "worst": [{"name": name, "value": value} for name, value in self.worst],
        }
        return json.dumps(plain, ensure_ascii=False)

    def to_text(self, lang: Lang) -> str:
        """A table for people in one language."""
        heads = (
            tr("evaluate.head.figure", lang),
            tr("evaluate.head.part", lang),
            tr("evaluate.head.n", lang),
            tr("evaluate.head.value", lang),
            tr("evaluate.head.interval", lang),
            tr("evaluate.head.unit", lang),
            tr("evaluate.head.note", lang),
        )
        lines = [_cells(row, lang) for row in self.rows]
        widths = [max(_width(line[k]) for line in [heads, *lines]) for k in range(len(heads))]
        table = [
            "  ".join(_pad(cell, w) for cell, w in zip(line, widths, strict=True)).rstrip()
            for line in [heads, *lines]
        ]
        text = [tr(self.title, lang)]
        text += [f"{name}: {value}" for name, value in self.facts.items()]
        text += ["", table[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *table[1:]]
        if self.worst:
            text += ["", tr("evaluate.worst", lang)]
            text += [f"  {_pad(name, 36)}  {value:.3f}" for name, value in self.worst]
        return "\n".join(text)


def _cells(row: Row, lang: Lang) -> tuple[str, ...]:
    interval = "" if row.low is None or row.high is None else f"{_number(row.low)} – {_number(row.high)}"
    value = tr("evaluate.not_measured", lang) if row.value is None else _number(row.value)
    note = "" if row.note is None else tr(row.note, lang)
    return tr(row.name, lang), row.part, str(row.n), value, interval, row.unit, note


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 2 else f"{value:.1f}"


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
