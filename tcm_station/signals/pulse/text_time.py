"""A column of time: its unit, the rate it means, and the gaps it shows."""

import re
from datetime import datetime

import numpy as np

from tcm_station.domain.errors import Refused
from tcm_station.signals.pulse.text_table import Table
from tcm_station.signals.pulse.wave import Floats

LONGEST_STEP_S = 0.25  # a longer wait between samples is a gap at any rate we read
GAP_STEPS = 5.0  # … and so is one of five usual steps
EVEN_WITHIN = 2.0  # samples; more drift than that means the times are uneven and the wave is resampled
MOST_GAP_S = 3600.0
MS = re.compile(r"\bms\b|milli|毫秒|\(ms\)|_ms", re.IGNORECASE)
US = re.compile(r"[uµμ]s\b|micro|微秒", re.IGNORECASE)
S = re.compile(r"\(s\)|\[s\]|_s$|\bsec|秒", re.IGNORECASE)
CLOCK_FORMATS = (
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S.%f",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S.%f",
    "%d.%m.%Y %H:%M:%S",
    "%H:%M:%S.%f",
    "%H:%M:%S",
)


def seconds_of(table: Table, i: int, name: str) -> Floats:
    """The column in seconds. Numbers are taken for ms, µs or s by their header, else by their step."""
    if table.kind(i) == "clock":
        return _clock_seconds(table, i, name)
    t = table.number(i)
    label = table.columns[i] if table.named else ""
    if MS.search(label):
        return t / 1e3
    if US.search(label):
        return t / 1e6
    if S.search(label):
        return t
    known = t[np.isfinite(t)]
    step = float((known[-1] - known[0]) / max(1, len(known) - 1)) if len(known) > 1 else 0.0
    # 20 to 5000 samples a second: steps of 0.2 to 50 ms. Anything over 0.5 in seconds would be under 2 Hz.
    return t / 1e6 if step >= 200 else t / 1e3 if step > 0.15 else t


def _clock_seconds(table: Table, i: int, name: str) -> Floats:
    cells = [c.replace(",", ".").replace("T", " ").removesuffix("Z") for c in table.cells(i)]
    first = next((c for c in cells if c), "")
    form = next((f for f in CLOCK_FORMATS if _reads(first, f)), None)
    if form is None:
        raise Refused("pulse-time-unusable", name=name, what=first[:40])
    # With and without a fraction in one file is common: a full second is written short.
    short = form.replace(".%f", "")
    out = np.full(len(cells), np.nan)
    origin: datetime | None = None
    for row, cell in enumerate(cells):
        if not cell:
            continue
        try:
            at = datetime.strptime(cell, short + ".%f" if "." in cell.rpartition(":")[2] else short)
        except ValueError:
            raise Refused(
                "pulse-text-in-numbers", name=name, line=table.first_line + row, text=cell[:24]
            ) from None
        origin = origin or at
        out[row] = (at - origin).total_seconds()
    if "%Y" not in form:
        # A clock without date passes midnight.
        out += 86400.0 * np.concatenate(([0], np.cumsum(np.diff(np.nan_to_num(out)) < -43200)))
    return out


def _reads(cell: str, form: str) -> bool:
    try:
        datetime.strptime(cell, form)
    except ValueError:
        return False
    return True


def even_wave(t: Floats, values: Floats, name: str) -> tuple[Floats, float, bool]:
    """(values on an even grid, samples a second, whether they had to be moved there).

    Holes in time become NaN. Raises Refused(pulse-time-unusable) if time stands still, goes back, or leaps.
    """
    known = np.isfinite(t)
    if int(known.sum()) < 10:
        raise Refused("pulse-time-unusable", name=name, what="NaN")
    t, values = t[known], values[known]
    steps = np.diff(t)
    if (steps < 0).any():
        raise Refused("pulse-time-unusable", name=name, what=f"t[{int(np.argmax(steps < 0)) + 1}] < t[-1]")
    span = float(t[-1] - t[0])
    if span <= 0:
        raise Refused("pulse-time-unusable", name=name, what="0 s")
    usual = float(np.median(steps[steps > 0]))
    gaps = steps > max(GAP_STEPS * usual, LONGEST_STEP_S)
    if float(steps.max()) > MOST_GAP_S:
        raise Refused("pulse-time-unusable", name=name, what=f"{steps.max():.0f} s")
    moving = span - float(steps[gaps].sum())
    fs = float((len(t) - 1 - int(gaps.sum())) / moving) if moving > 0 else 0.0
    if fs <= 0:
        raise Refused("pulse-time-unusable", name=name, what="0 Hz")
    fs = round(fs, 3)
    even = np.arange(len(t)) / fs
    if not gaps.any() and float(np.max(np.abs(t - t[0] - even))) * fs <= EVEN_WITHIN:
        return values, fs, False
    grid = t[0] + np.arange(int(span * fs) + 1) / fs
    good = np.isfinite(values)
    out: Floats = np.interp(grid, t[good], values[good]) if good.any() else np.full(len(grid), np.nan)
    after = np.clip(np.searchsorted(t, grid, side="right"), 1, len(t) - 1) - 1
    inside = (grid - t[after] > 0.5 / fs) & (t[after + 1] - grid > 0.5 / fs)
    out[(gaps | ~good[1:] | ~good[:-1])[after] & inside] = np.nan
    return out, fs, True
