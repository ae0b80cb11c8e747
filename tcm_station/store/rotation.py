"""Which of the automatic backups stay: seven days, four weeks, and those made before a migration."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tcm_station.store.backup import FOLDER, SUFFIX

DAYS = 7
WEEKS = 4
BEFORE_MIGRATION = 4
_DAILY = re.compile(rf"daily-(\d{{4}}-\d\d-\d\d){re.escape(SUFFIX)}")


def daily_name(day: date) -> str:
    """File name of the automatic backup of one day."""
    return f"daily-{day.isoformat()}{SUFFIX}"


def days_kept(days: Iterable[date]) -> set[date]:
    """The seven newest days, and the newest day of each of the four newest calendar weeks (ISO 8601)."""
    newest_first = sorted(set(days), reverse=True)
    weeks: dict[tuple[int, int], date] = {}
    for day in newest_first:
        weeks.setdefault(day.isocalendar()[:2], day)
    return set(newest_first[:DAYS]) | set(list(weeks.values())[:WEEKS])


def rotate(data_dir: Path) -> None:
    """Remove the automatic backups that are no longer kept; those that were asked for are never touched."""
    folder = data_dir / FOLDER
    daily = {}
    for path in folder.glob(f"daily-*{SUFFIX}"):
        if found := _DAILY.fullmatch(path.name):
            daily[date.fromisoformat(found.group(1))] = path
    for day in daily.keys() - days_kept(daily):
        daily[day].unlink()
    before = sorted(folder.glob(f"before-*{SUFFIX}"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    for path in before[:-BEFORE_MIGRATION]:
        path.unlink()
