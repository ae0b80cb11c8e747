"""What cannot be measured is refused here, with its numbers, before any work."""

import numpy as np

from tcm_station.domain.errors import Refused
from tcm_station.signals.pulse.wave import Wave

SHORTEST_S = 5.0
LOWEST_HZ, HIGHEST_HZ = 20.0, 5000.0
MOST_SAMPLES = 50_000_000
SATURATED_SHARE = 0.5


def checked(wave: Wave, name: str = "") -> Wave:
    """The wave itself. Raises Refused: pulse-rate-out-of-range, pulse-too-long, pulse-too-short,
    pulse-all-missing, pulse-constant, pulse-saturated."""
    if not LOWEST_HZ <= wave.fs_hz <= HIGHEST_HZ:
        raise Refused(
            "pulse-rate-out-of-range",
            name=name,
            fs=f"{wave.fs_hz:g}",
            low=f"{LOWEST_HZ:g}",
            high=f"{HIGHEST_HZ:g}",
        )
    if len(wave.values) > MOST_SAMPLES:
        raise Refused("pulse-too-long", name=name, samples=len(wave.values), most=MOST_SAMPLES)
    good = wave.values[np.isfinite(wave.values)]
    if len(wave.values) and len(good) == 0:
        raise Refused("pulse-all-missing", name=name)
    seconds = len(good) / wave.fs_hz
    if seconds < SHORTEST_S:
        raise Refused("pulse-too-short", name=name, seconds=f"{seconds:.1f}", least=f"{SHORTEST_S:g}")
    low, high = float(good.min()), float(good.max())
    if low == high:
        raise Refused("pulse-constant", name=name, value=f"{low:g}")
    for edge in (low, high):
        share = float(np.mean(good == edge))
        if share > SATURATED_SHARE:
            raise Refused("pulse-saturated", name=name, value=f"{edge:g}", percent=f"{100 * share:.0f}")
    return wave
