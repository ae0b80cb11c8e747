"""What a person set: one small JSON file in the data folder, readable before the store is unlocked.

No patient's data ever stands here. A damaged or foreign file is not an error: defaults hold, and the next
change writes a good one.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

FILE = "window.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """lang: "" follows the system. theme: light, dark or system. keys: action id to re-assigned keys.

    folder: only in the usual folder's file: where the store lies instead.
    staff, role, clinic: who works here, for seals, signatures and prints. lock_minutes: 0 never locks by
    itself.
    """

    lang: str = ""
    theme: str = "light"
    scale: float = 1.0
    reduced_motion: bool = False
    mine_first: bool = False
    list_width: int = 0
    list_hidden: bool = False
    lock_minutes: int = 5
    staff: str = ""
    role: str = "physician"
    clinic: str = ""
    backup_dir: str = ""
    scale_suggested: bool = False
    folder: str = ""
    keys: dict[str, str] = field(default_factory=dict)


class SettingsFile:
    """The settings of one data folder; `change` keeps them and tells the listeners."""

    def __init__(self, folder: Path | None) -> None:
        self.path = folder / FILE if folder is not None else None
        self.now = _read(self.path)
        self._listeners: list[Callable[[Settings], None]] = []

    def subscribe(self, listener: Callable[[Settings], None]) -> Callable[[], None]:
        """Be told of every change. Returns the way to stop listening."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def keep_until_written(self, **values: Any) -> Settings:
        """Set some values without writing: before the data folder is chosen there is nowhere to write."""
        self.now = replace(self.now, **values)
        return self.now

    def change(self, **values: Any) -> Settings:
        """Set some values. Raises OSError when the file cannot be written; the change holds until the end
        then."""
        self.now = replace(self.now, **values)
        for listener in tuple(self._listeners):
            listener(self.now)
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(asdict(self.now), ensure_ascii=False, indent=1), encoding="utf-8")
            new.replace(self.path)
        return self.now


def _read(path: Path | None) -> Settings:
    if path is None or not path.exists():
        return Settings()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(told, dict):
        return Settings()
    plain = Settings()
    good = {
        f.name: told[f.name]
        for f in fields(Settings)
        if f.name in told and _same_type(getattr(plain, f.name), told[f.name])
    }
    return Settings(**good)


def _same_type(default: object, value: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, int | float):
        return (isinstance(value, int | float) and isinstance(default, float)) or type(default) is type(value)
    return type(default) is type(value)
