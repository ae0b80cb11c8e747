"""Dumps of the Contec CMS50D oximeters, both serial protocols (facts from public implementations).

Old: 5-byte packets, bit 7 set in byte 0 only; byte 1 is the wave. New: 9-byte packets, bit 7 clear in byte 0
only; byte 1 carries bit 7 of the seven payload bytes; packet type 1 is live data, payload byte 1 the wave.
Both send 60 packets a second. Where the finger was out the wave is missing, not zero.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tcm_station.signals.pulse.channel import Channel
from tcm_station.signals.pulse.wave import Bools, Ints

CMS50D_FS_HZ = 60.0
LEAST_SHARE = 0.8  # of the bytes must lie in whole packets
LIVE = 1


def _packets(data: bytes, length: int, first_set: bool) -> Ints:
    """Starts of the whole packets: byte 0 has bit 7 as `first_set`, the others the opposite, and a new packet
    or the end follows."""
    if len(data) < 10 * length:
        return np.zeros(0, dtype=np.intp)
    marks: Bools = (np.frombuffer(data, dtype=np.uint8) & 0x80) != 0
    starts = marks if first_set else ~marks
    windows = sliding_window_view(np.append(starts, True), length + 1)
    whole: Ints = np.flatnonzero(windows[:, 0] & ~windows[:, 1:length].any(axis=1) & windows[:, length])
    return whole


def looks_like_cms50d(data: bytes) -> bool:
    """Whether nearly all bytes stand in packets of one of the two protocols."""
    shapes = ((5, True), (9, False))
    return any(len(_packets(data, n, first)) * n > LEAST_SHARE * len(data) for n, first in shapes)


def read_cms50d(data: bytes) -> Channel:
    """The wave of a dump that `looks_like_cms50d`. Damaged packets are left out; time is not mended."""
    raw = np.frombuffer(data, dtype=np.uint8)
    old, new = _packets(data, 5, True), _packets(data, 9, False)
    if len(old) * 5 >= len(new) * 9:
        wave = (raw[old + 1] & 0x7F).astype(np.float32)
        finger_out = (raw[old] & 0x10) != 0
        covered, source = len(old) * 5, "cms50d_old"
    else:
        covered = len(new) * 9
        new = new[raw[new] == LIVE]
        wave = (raw[new + 3] & 0x7F).astype(np.float32)
        finger_out = (raw[new + 1] & 0x01) != 0
        source = "cms50d_new"
    wave[finger_out] = np.nan
    notes = ("nominal_rate",) + (("damaged_packets",) if covered < len(data) else ())
    return Channel(wave, CMS50D_FS_HZ, source, notes=notes)
