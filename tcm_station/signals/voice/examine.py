"""A voice, examined: pitch, relative level, pauses; period measures only in a sustained vowel.

No finding is made: how loud a voice is cannot be known without a calibrated microphone at a known distance,
and no rule for the other signs of the voice has been shown to hold.
"""

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind, Issue, Quality, Series
from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.domain.terms import term
from tcm_station.signals.voice.pitch import STEP_S, Floats, Track, periods, runs, track
from tcm_station.signals.voice.read import Sound

METHOD = "voice 1"
SOUNDING_DB = 30.0  # below the loud frames (95th percentile) still counts as sounding
SILENCE_DBFS = -70.0
PAUSE_S = 0.8
VOICE_RUN_S = 0.15  # a voice is periodic for at least so long somewhere …
VOICE_SHARE = 0.45  # … and for so much of the time; coughs and noise are for less, but not always
SUSTAINED_S = 0.8
SUSTAINED_SPREAD = 0.12  # of F0, 10th to 90th percentile over the median
CLIPPED_SHARE = 0.001
QUIET_DBFS = -45.0
NOISE_GAP_DB = 20.0


def examine_voice(sound: Sound, capture: Capture) -> Examination:
    """What a recording allows to say. Raises Refused(voice-silent)."""
    found = track(sound.values, sound.fs_hz)
    loud = float(np.quantile(found.level_db, 0.95))
    if loud < SILENCE_DBFS:
        raise Refused("voice-silent", name=capture.device, level=f"{loud:.0f}")
    sounding = found.level_db > max(loud - SOUNDING_DB, SILENCE_DBFS)
    quality = _quality(sound, found, sounding, loud)
    return Examination(
        kind=ExamKind.VOICE,
        captures=(capture,),
        quality=quality,
        measurements=tuple(_measurements(sound, found, sounding, quality.value)),
        series=_series(found),
    )


def _quality(sound: Sound, found: Track, sounding: NDArray[np.bool_], loud: float) -> Quality:
    issues, value = [], 1.0
    if sound.clipped > CLIPPED_SHARE:
        issues.append(Issue("voice.issue.clipped", round(100 * sound.clipped, 2), 100 * CLIPPED_SHARE))
        value *= max(0.2, 1 - 20 * sound.clipped)
    if loud < QUIET_DBFS:
        issues.append(Issue("voice.issue.quiet", round(loud, 1), QUIET_DBFS))
        value *= 0.6
    if (~sounding).any():
        gap = loud - float(np.median(found.level_db[~sounding]))
        if gap < NOISE_GAP_DB:
            issues.append(Issue("voice.issue.noisy", round(gap, 1), NOISE_GAP_DB))
            value *= max(0.3, gap / NOISE_GAP_DB)
    return Quality(round(value, 4), tuple(issues))


def _measurements(
    sound: Sound, found: Track, sounding: NDArray[np.bool_], quality: float
) -> list[Measurement]:
    voiced = np.isfinite(found.f0_hz) & sounding
    longest = max((b - a for a, b in runs(voiced)), default=0) * STEP_S
    out = []

    def put(name: str, value: float | None, basis: Basis, sd: float | None = None, why: str = "") -> None:
        code = f"voice.{name}"
        out.append(
            Measurement(
                code,
                None if value is None else round(value, 4),
                term(code).extra["unit"],
                METHOD,
                sd=None if sd is None else round(sd, 4),
                basis=basis,
                quality=None if value is None else quality,
                why=f"voice.why.{why}" if value is None else None,
            )
        )

    share = float(voiced.sum()) / max(1, int(sounding.sum()))
    has_voice = longest >= VOICE_RUN_S and share >= VOICE_SHARE
    f0 = found.f0_hz[voiced]
    if has_voice:
        spread = 1.4826 * float(np.median(np.abs(f0 - np.median(f0))))
        put("f0", float(np.median(f0)), Basis.CALIBRATED, spread)
    else:
        put("f0", None, Basis.CALIBRATED, why="no_voice")
    put("voiced_share", 100 * share, Basis.RELATIVE)
    put("level", float(10 * np.log10(np.mean(10 ** (found.level_db[sounding] / 10)))), Basis.UNCALIBRATED)
    ends = np.flatnonzero(sounding)
    silences = [(b - a) * STEP_S for a, b in runs(~sounding[ends[0] : ends[-1] + 1])]
    put("pauses", float(sum(s >= PAUSE_S for s in silences)), Basis.CALIBRATED)
    put("longest_pause", max(silences, default=0.0), Basis.CALIBRATED)
    vowel = _sustained(found.f0_hz, voiced)
    jitter, shimmer = _perturbation(sound, found.f0_hz, vowel) if vowel else (None, None)
    why = "no_sustained_vowel"
    put("jitter", jitter, Basis.CALIBRATED, why=why)
    put("shimmer", shimmer, Basis.RELATIVE, why=why)
    return out


def _sustained(f0: Floats, voiced: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The longest voiced stretch that is long and steady enough to be one held vowel (frames)."""
    best: tuple[int, int] | None = None
    for a, b in runs(voiced):
        if (b - a) * STEP_S < SUSTAINED_S or (best is not None and b - a <= best[1] - best[0]):
            continue
        low, middle, high = np.quantile(f0[a:b], [0.1, 0.5, 0.9])
        if (high - low) / middle <= SUSTAINED_SPREAD:
            best = a, b
    return best


def _perturbation(sound: Sound, f0: Floats, vowel: tuple[int, int]) -> tuple[float | None, float | None]:
    """(jitter, shimmer) in percent. The first and last 100 ms of the vowel are left out: it begins and ends
    there."""
    a, b = vowel
    part = sound.values[int((a * STEP_S + 0.1) * sound.fs_hz) : int((b * STEP_S - 0.06) * sound.fs_hz)]
    lengths, heights = periods(part, sound.fs_hz, float(np.median(f0[a:b])))
    if len(lengths) < 20:
        return None, None
    jitter = float(np.mean(np.abs(np.diff(lengths))) / np.mean(lengths))
    shimmer = float(np.mean(np.abs(np.diff(heights))) / np.mean(heights))
    return 100 * jitter, 100 * shimmer


def _series(found: Track) -> tuple[Series, ...]:
    # An unvoiced frame has no F0; the plot needs a number that is no frequency.
    f0 = np.where(np.isfinite(found.f0_hz), found.f0_hz, 0.0)
    return (
        Series("voice.f0", "Hz", tuple(np.round(f0, 1).tolist()), STEP_S),
        Series("voice.level", "dBFS", tuple(np.round(found.level_db, 1).tolist()), STEP_S),
    )
