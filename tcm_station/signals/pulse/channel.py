"""One channel as a reader found it, before it is checked."""

import re
from dataclasses import dataclass

from tcm_station.signals.pulse.wave import Floats, PulseKind

LIGHT = re.compile(r"ppg|pleth|spo2|infra|\bir\b|\bred\b|green|光电|容积", re.IGNORECASE)
PRESSURE = re.compile(r"abp|\bart\b|press|mmhg|tono|radial|压", re.IGNORECASE)
PULSE = re.compile(r"pulse|wave|signal|sample|sensor|value|raw|^hr$|^y$|脉|波|信号|数值|幅", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """values: any float type, shape (n,), NaN where missing. fs_hz: None when the file does not tell.

    source: a word of `pulse.source.<x>`; notes: words of `pulse.note.<x>`.
    """

    values: Floats
    fs_hz: float | None
    source: str
    kind: PulseKind = PulseKind.PPG
    unit: str = "1"
    notes: tuple[str, ...] = ()
    synthetic: bool = False


def best_name(names: list[str]) -> int | None:
    """Which name is most likely a pulse: light, then pressure, then any word for a pulse; None if none is."""
    for pattern in (LIGHT, PRESSURE, PULSE):
        for i, name in enumerate(names):
            if pattern.search(name.strip()):
                return i
    return None


def kind_of(name: str) -> PulseKind:
    """Pressure if the channel's name says so, else light."""
    return PulseKind.PRESSURE if PRESSURE.search(name) and not LIGHT.search(name) else PulseKind.PPG


def unit_of(name: str) -> str:
    """mmHg if the name or unit says so, else relative."""
    return "mmHg" if "mmhg" in name.lower() else "1"
