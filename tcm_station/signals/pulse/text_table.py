"""A table in text: delimiter, decimal sign, header and preamble found from the text itself."""

import csv
import io
import re
from dataclasses import dataclass, field

import numpy as np

from tcm_station.domain.errors import Refused
from tcm_station.signals.pulse.wave import Floats

MISSING = {"", "nan", "na", "n/a", "null", "none", "-", "--", "inf", "-inf", "+inf"}
CLOCK = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}|\d{1,2}:\d{2}")
NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")
SAMPLE_LINES = 60
SHOWN = 24  # characters of a bad field that an error shows


@dataclass(slots=True, eq=False)
class Table:
    """Columns by position. columns: their names, or "1", "2" … when the text names none (named False).

    preamble: comment and description lines above the data. lines: the data lines, first_line: number of the
    first. Numbers are converted when they are asked for.
    """

    columns: tuple[str, ...]
    named: bool
    preamble: str
    lines: list[str]
    first_line: int
    delimiter: str | None
    decimal_comma: bool
    name: str
    _cells: dict[int, list[str]] = field(default_factory=dict)
    _numbers: dict[int, Floats] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.lines)

    def cells(self, i: int) -> list[str]:
        """The fields of one column as text, empty where a line is too short."""
        if i not in self._cells:
            split = (_split(line, self.delimiter) for line in self.lines)
            self._cells[i] = [parts[i].strip() if i < len(parts) else "" for parts in split]
        return self._cells[i]

    def kind(self, i: int) -> str:
        """ "number", "clock" or "text", by the first lines."""
        parts = [_split(line, self.delimiter) for line in self.lines[:SAMPLE_LINES]]
        fields = [p[i].strip() for p in parts if i < len(p) and p[i].strip().lower() not in MISSING]
        if fields and all(CLOCK.search(f) and not NUMBER.fullmatch(f) for f in fields):
            return "clock"
        numeric = sum(bool(NUMBER.fullmatch(f)) for f in fields)
        return "number" if numeric >= 0.5 * len(fields) else "text"

    def number(self, i: int) -> Floats:
        """One column as numbers, NaN where nothing stands. Raises Refused(pulse-text-in-numbers)."""
        if i not in self._numbers:
            self._numbers[i] = self._quick(i) if not self.decimal_comma else self._careful(i)
        return self._numbers[i]

    def _quick(self, i: int) -> Floats:
        """NumPy's own reader where every field is a plain number, else field by field."""
        try:
            values: Floats = np.loadtxt(
                self.lines, dtype=np.float64, delimiter=self.delimiter, usecols=i, comments=None, ndmin=1
            )
        except (ValueError, IndexError):
            return self._careful(i)
        return values if len(values) == len(self.lines) else self._careful(i)

    def _careful(self, i: int) -> Floats:
        out = np.full(len(self.lines), np.nan)
        for row, cell in enumerate(self.cells(i)):
            cell = cell.strip('"')
            if cell.lower() in MISSING:
                continue
            try:
                out[row] = float(cell.replace(",", ".") if self.decimal_comma else cell)
            except ValueError:
                raise Refused(
                    "pulse-text-in-numbers", name=self.name, line=self.first_line + row, text=cell[:SHOWN]
                ) from None
        return out


def _split(line: str, delimiter: str | None) -> list[str]:
    if '"' in line and delimiter is not None:
        return next(csv.reader(io.StringIO(line), delimiter=delimiter))
    return line.split(delimiter)


def _is_data(line: str, delimiter: str | None) -> bool:
    fields = [f.strip().strip('"') for f in _split(line, delimiter)]
    filled = [f for f in fields if f.lower() not in MISSING]
    return bool(filled) and all(NUMBER.fullmatch(f) or CLOCK.search(f) for f in filled)


def _delimiter(lines: list[str]) -> str | None:
    """The sign between fields: the first of tab, semicolon, comma, bar that most lines hold; else spaces."""
    for sign in ("\t", ";", ",", "|"):
        if sum(sign in line for line in lines) > 0.6 * len(lines):
            spaced = [line.split() for line in lines]
            if sign == "," and all(len(p) > 1 and all(NUMBER.fullmatch(f) for f in p) for p in spaced):
                return None  # the commas are decimal signs, the fields stand apart by spaces
            return sign
    return None


def parse_table(text: str, name: str) -> Table:
    """The table that a text holds. Raises Refused(pulse-unreadable) where no line looks like data."""
    lines = text.splitlines()
    middle = [
        ln for ln in lines[: 40 * SAMPLE_LINES] if ln.strip() and not ln.lstrip().startswith(("#", "%"))
    ]
    sample = middle[len(middle) // 3 :][:SAMPLE_LINES]
    delimiter = _delimiter(sample)
    start = next((i for i, line in enumerate(lines) if line.strip() and _is_data(line, delimiter)), None)
    if start is None:
        raise Refused("pulse-unreadable", name=name)
    above = [line for line in lines[:start] if line.strip()]
    data = lines[start:]
    while data and not data[-1].strip():
        data.pop()
    if any(not line.strip() or line.lstrip().startswith("#") for line in data):
        # An empty line in a single column is a missing sample; a comment is nothing.
        data = [line for line in data if not line.lstrip().startswith("#")]
    width = max(len(_split(line, delimiter)) for line in data[:SAMPLE_LINES])
    decimal_comma = _has_decimal_comma(data[:SAMPLE_LINES], delimiter)
    headed = bool(above) and "," in above[-1] and not above[-1].lstrip().startswith("#")
    if delimiter == "," and width == 2 and not headed and _commas_are_decimal(data):
        delimiter, width, decimal_comma = None, 1, True
    header = _header(above, delimiter, width)
    names = header if header is not None else tuple(str(i + 1) for i in range(width))
    return Table(names, header is not None, "\n".join(above), data, start + 1, delimiter, decimal_comma, name)


def _has_decimal_comma(lines: list[str], delimiter: str | None) -> bool:
    if delimiter == ",":
        return False
    fields = [f for line in lines for f in _split(line, delimiter)]
    return any("," in f for f in fields) and not any("." in f and "," in f for f in fields)


def _commas_are_decimal(lines: list[str]) -> bool:
    """Whether "512,25" is one number: two whole numbers of which the first neither rises steadily nor is one
    of a few, and the second always has the same number of digits at most four."""
    parts = [line.split(",") for line in lines[: 10 * SAMPLE_LINES]]
    if not all(len(p) == 2 and p[0].strip().lstrip("-").isdigit() and p[1].strip().isdigit() for p in parts):
        return False
    if len({len(p[1].strip()) for p in parts}) != 1 or len(parts[0][1].strip()) > 4:
        return False
    steps = np.diff([int(p[0]) for p in parts])
    rising = len(steps) > 0 and bool(np.mean(steps >= 0) > 0.99)
    return not rising and any(p[1].strip().startswith("0") for p in parts)


def _header(above: list[str], delimiter: str | None, width: int) -> tuple[str, ...] | None:
    """The last line above the data, if it has as many fields and is no comment."""
    if not above or above[-1].lstrip().startswith(("#", "%")):
        return None
    fields = tuple(f.strip().strip('"') for f in _split(above[-1], delimiter))
    if len(fields) != width:
        return None
    return fields if any(f for f in fields) else None
