"""Pulse plots as plain data, from an examination's series and measurements."""

from tcm_station.domain.examination import Examination
from tcm_station.i18n import Lang, tr
from tcm_station.reports.blocks import (
    BeatPlot,
    TracePlot,
)

AVERAGE_BEAT = "pulse.average_beat"
AVERAGE_BEAT_SD = "pulse.average_beat_sd"
TRACE = "pulse.trace"
TRACE_FROM = "pulse.trace_from"
ONSETS = "pulse.beats"
TRACE_SECONDS = 8.0


def beat_plot(examination: Examination, lang: Lang) -> BeatPlot | None:
    """The average beat of a pulse examination with its marked points; None when it holds none."""
    series = {s.name: s for s in examination.series}
    beat = series.get(AVERAGE_BEAT)
    if beat is None or beat.step is None:
        return None
    sd = series.get(AVERAGE_BEAT_SD)
    points = []
    for place in range(1, 6):
        # t5 is the length of diastole and h5 stands on the notch: the dicrotic wave has its own codes.
        time = examination.measurement("pulse.t_dicrotic" if place == 5 else f"pulse.t{place}")
        # The average beat's top is 1, so a ratio to h1 is a height on it.
        level_code = "pulse.reflection_index" if place == 5 else f"pulse.h{place}_h1"
        height = examination.measurement(level_code) if place > 1 else None
        if time is None or time.value is None or (place > 1 and (height is None or height.value is None)):
            continue
        at = time.value * (0.001 if time.unit == "ms" else 1.0)
        level = 1.0 if height is None or height.value is None else height.value
        points.append((f"h{place}", at, level))
    used = examination.measurement("pulse.beats_used")
    beats = int(used.value) if used is not None and used.value is not None else 0
    unit = beat.unit if beat.unit != "1" else tr("report.relative_height", lang)
    return BeatPlot(
        tuple(i * beat.step for i in range(len(beat.values))),
        beat.values,
        sd.values if sd is not None else (),
        tuple(points),
        unit,
        tr("report.seconds", lang),
        tr("report.average_of", lang, n=beats),
    )


def trace_plot(examination: Examination, lang: Lang) -> TracePlot | None:
    """The first seconds of the wave with its onsets; None when the examination holds no trace."""
    series = {s.name: s for s in examination.series}
    trace = series.get(TRACE)
    if trace is None or trace.step is None:
        return None
    count = min(len(trace.values), int(TRACE_SECONDS / trace.step))
    begin = series[TRACE_FROM].values[0] if TRACE_FROM in series else 0.0
    times = tuple(begin + i * trace.step for i in range(count))
    onsets = series.get(ONSETS)
    marks = tuple(t for t in (onsets.values if onsets else ()) if times and times[0] <= t <= times[-1])
    return TracePlot(times, trace.values[:count], marks, tr("report.seconds", lang))
