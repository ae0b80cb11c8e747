"""A pulse wave in text: PulseSensor serial lines, or a table with or without header and time."""

import re

import numpy as np

from tcm_station.domain.errors import Refused
from tcm_station.signals.pulse.channel import Channel, kind_of, unit_of
from tcm_station.signals.pulse.checks import MOST_SAMPLES
from tcm_station.signals.pulse.clean import band
from tcm_station.signals.pulse.read_records import pick
from tcm_station.signals.pulse.text_table import Table, parse_table
from tcm_station.signals.pulse.text_time import even_wave, seconds_of
from tcm_station.signals.pulse.wave import Floats, PulseKind

PULSESENSOR_FS_HZ = 50.0  # the library's examples print a line every 20 ms
VISUALIZER = re.compile(r"[SBQ]\d{1,5}")
STATED_RATE = re.compile(
    r"(?:\bfs(?:_hz)?|sampl\w*[ _]?(?:rate|freq\w*)|采样(?:率|频率))\D{0,12}?(\d+(?:\.\d+)?)", re.IGNORECASE
)
STATED_KIND = re.compile(r"kind\s*[=:]\s*(ppg|pressure)", re.IGNORECASE)
STATED_UNIT = re.compile(r"unit\s*[=:]\s*(\S+)", re.IGNORECASE)
TIME_NAME = re.compile(
    r"^(?:t|time|date|datetime|timestamp|timer|ms|sec(?:onds)?|clock)\b|time|时间|时刻|日期", re.IGNORECASE
)
COUNT_NAME = re.compile(r"index|sample ?n|^n$|^#$|^no\.?$|序号|编号|beat|bpm|ibi|心率|脉率", re.IGNORECASE)


def read_text(text: str, name: str, column: str | None) -> Channel:
    """The wave that a text holds. Raises Refused as `read.read_wave` says."""
    head = text[:4096]
    tokens = head.split()[:200]
    if tokens and sum(bool(VISUALIZER.fullmatch(t)) for t in tokens[:-1]) > 0.9 * len(tokens[:-1]) > 10:
        return _visualizer(text)
    table = parse_table(text, name)
    if len(table.columns) == 0 or table.rows == 0:
        raise Refused("pulse-unreadable", name=name)
    if table.rows > MOST_SAMPLES:
        raise Refused("pulse-too-long", name=name, samples=table.rows, most=MOST_SAMPLES)
    if _is_plotter(table) and column is None:
        return Channel(table.number(2), PULSESENSOR_FS_HZ, "pulsesensor", notes=("nominal_rate",))
    time_at = _time_column(table)
    others = [i for i in range(len(table.columns)) if i != time_at]
    if not others:
        others, time_at = [0], None
    at, guessed = _value_column(table, others, column, name)
    rate = _stated_rate(table.preamble)
    values = table.number(at)
    notes: tuple[str, ...] = ("first_of_several",) if guessed else ()
    if time_at is not None and time_at != at:
        seconds = seconds_of(table, time_at, name)
        values, rate, uneven = even_wave(seconds, values, name)
        notes += ("uneven_time",) if uneven else ()
    label = table.columns[at] if table.named else ""
    stated_kind, stated_unit = STATED_KIND.search(table.preamble), STATED_UNIT.search(table.preamble)
    kind = PulseKind(stated_kind[1].lower()) if stated_kind else kind_of(label)
    unit = "mmHg" if stated_unit and stated_unit[1].lower() == "mmhg" else unit_of(label)
    return Channel(values, rate, "text", kind, unit, notes, "synthetic" in table.preamble.lower())


def _visualizer(text: str) -> Channel:
    values = [int(t[1:]) for t in text.split() if t.startswith("S") and t[1:].isdigit()]
    return Channel(
        np.array(values, dtype=np.float64), PULSESENSOR_FS_HZ, "pulsesensor", notes=("nominal_rate",)
    )


def _is_plotter(table: Table) -> bool:
    """BPM, IBI, signal: three columns of whole numbers, the first two standing still from beat to beat."""
    if table.named or len(table.columns) != 3 or table.rows < 50 or table.kind(0) != "number":
        return False
    first, second, third = (table.number(i) for i in range(3))
    if not all(np.all(np.isfinite(c)) and np.all(c == np.round(c)) for c in (first, second, third)):
        return False
    still = np.mean((np.diff(first) == 0) & (np.diff(second) == 0))
    return bool(
        still > 0.8 and np.mean(np.diff(third) == 0) < 0.6 and first.max() < 300 and second.max() < 5000
    )


def _stated_rate(preamble: str) -> float | None:
    found = STATED_RATE.search(preamble)
    return float(found[1]) if found and float(found[1]) > 0 else None


def _time_column(table: Table) -> int | None:
    """The column that is time: a date or clock, a name that says so, or the first one if it only goes up."""
    for i in range(len(table.columns)):
        if table.kind(i) == "clock":
            return i
    if table.named:
        for i, label in enumerate(table.columns):
            if TIME_NAME.search(label.strip()):
                return i
    if len(table.columns) < 2 or (table.named and COUNT_NAME.search(table.columns[0].strip())):
        return None
    first = table.number(0)[:5000]
    steps = np.diff(first)
    if (
        len(steps) < 10
        or not np.all(np.isfinite(first))
        or np.mean(steps >= 0) < 0.99
        or first[-1] <= first[0]
    ):
        return None
    # 0, 1, 2 … counts samples; it is no time.
    return None if np.all(steps == 1) else 0


def _value_column(table: Table, others: list[int], column: str | None, name: str) -> tuple[int, bool]:
    """(the column of the wave, whether it was guessed among several)."""
    if column is not None:
        return pick(list(table.columns), column, name), False
    if len(others) == 1:
        return others[0], False
    if table.named:
        usable = [i for i in others if not COUNT_NAME.search(table.columns[i].strip())] or others
        labels = [table.columns[i] for i in usable]
        try:
            return usable[pick(labels, None, name)], len(usable) > 1
        except Refused:
            others = usable
    return max(others, key=lambda i: _pulse_likeness(table, i)), True


def _pulse_likeness(table: Table, i: int) -> float:
    """Share of the power that lies where pulses have it, assuming some 100 samples a second."""
    if table.kind(i) != "number":
        return -1.0
    x: Floats = np.nan_to_num(table.number(i)[:6000])
    if len(np.unique(x)) < 12:
        return -0.5
    x = x - np.linspace(x[0], x[-1], len(x))
    total = float(np.var(x))
    return float(np.var(band(x, 100.0, low_hz=0.3, high_hz=10.0))) / total if total > 0 else -0.5
