"""How fast this machine does the desk's work, each figure measured now. `./station evaluate speed`."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tcm_station.evaluation.report import Report, Row

REPEATS = 5
HOUR_S = 3600.0
PULSE_HZ = 125.0


def _timed(work: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Seconds of each repetition, after one that warms up."""
    work()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken


def _row(name: str, taken: list[float], unit: str) -> Row:
    """The median, with the least and the greatest as its interval."""
    key = f"evaluate_speed.{name}"
    return Row(key, len(taken), statistics.median(taken), unit, min(taken), max(taken), note=f"{key}.aim")


# Runs in a process of its own, so that importing counts: prints seconds to the first painted window and
# the memory at rest afterwards.
WINDOW = """
import json, os, time
start = float(os.environ["STATION_START"])
from ui.app import measure_first_window
seconds, rss_mb = measure_first_window(start)
print(json.dumps([seconds, rss_mb]))
"""


def _window() -> tuple[list[float], list[float]]:
    seconds, memory = [], []
    for turn in range(REPEATS + 1):
        environment = os.environ | {"STATION_START": repr(time.time())}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        told = subprocess.run(
            [sys.executable, "-c", WINDOW], env=environment, capture_output=True, text=True, check=True
        )
        first, rss = json.loads(told.stdout.splitlines()[-1])
        if turn:  # the first one warms the disk's cache
            seconds.append(first)
            memory.append(rss)
    return seconds, memory


def _photo() -> Callable[[], object]:
    from tcm_station.domain.clock import local_now
    from tcm_station.domain.examination import ExamKind
    from tcm_station.workflow.examine import examine_bytes
    from tcm_station.workflow.sample import sample_recordings

    ((_, name, data),) = [r for r in sample_recordings() if r[0] is ExamKind.TONGUE]
    return lambda: examine_bytes(ExamKind.TONGUE, data, name, clock=local_now)


def _hour() -> Callable[[], object]:
    from tcm_station.domain.clock import local_now
    from tcm_station.domain.examination import ExamKind
    from tcm_station.signals.pulse.examine import examine_pulse
    from tcm_station.signals.pulse.synth import PulseTruth, simulate_pulse
    from tcm_station.workflow.examine import capture_of

    wave, _ = simulate_pulse(PulseTruth(), seconds=HOUR_S, fs_hz=PULSE_HZ, seed=3)
    capture = capture_of(ExamKind.PULSE, b"simulated", "hour.csv", clock=local_now)
    return lambda: examine_pulse(wave, capture)


def _knowledge() -> list[float]:
    code = (
        "import time; s = time.perf_counter(); from knowledge_graph.load import knowledge; knowledge(); "
        "print(time.perf_counter() - s)"
    )
    taken = []
    for turn in range(REPEATS + 1):
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        if turn:
            taken.append(float(told.stdout))
    return taken


def _disk_mb() -> float:
    root = Path(sys.prefix)
    total = sum(p.lstat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    return total / 1e6


def _setup_s() -> float | None:
    """What the last set-up of this environment took, as `station` noted it; None in another environment."""
    stamp = Path(sys.prefix) / "station-stamp.json"
    try:
        return float(json.loads(stamp.read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError):
        return None


MARK = "<!-- speed -->"


def write_into(page: Path, report: Report) -> None:
    """Put the table between the two marks of a page (the README)."""
    before, _, after = page.read_text(encoding="utf-8").split(MARK)
    table = f"\n```\n{report.to_text('en')}\n```\n"
    page.write_text(MARK.join((before, table, after)), encoding="utf-8")


def evaluate(data: Path | None = None) -> Report:
    """Median, least and greatest of each figure. data is not needed: everything is rendered or simulated."""
    from tcm_station.workflow.sample import sample_consultation

    window, memory = _window()
    rows = [
        _row("window", window, "s"),
        _row("memory", memory, "MB"),
        _row("knowledge", _knowledge(), "s"),
        _row("photo", _timed(_photo()), "s"),
        _row("pulse_hour", _timed(_hour(), 3), "s"),
        _row("consultation", _timed(sample_consultation), "s"),
        Row("evaluate_speed.setup", 1, _setup_s(), "s", note="evaluate_speed.setup.aim"),
        Row("evaluate_speed.disk", 1, _disk_mb(), "MB"),
    ]
    facts = {"CPU": platform.processor() or platform.machine(), "cores": str(os.cpu_count())}
    return Report("evaluate_speed.title", tuple(rows), facts=facts)


if __name__ == "__main__":
    write_into(Path(sys.argv[1]), evaluate())
