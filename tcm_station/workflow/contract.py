"""Values as the JSON objects of the contract. What stands here is fixed by it."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from tcm_station.domain.differentiation import Candidate, Differentiation, Evidence
from tcm_station.domain.examination import Examination
from tcm_station.domain.finding import Finding
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.prescription import Prescription, Review
from tcm_station.workflow.names import issue_text, name_of, reason_text

Plain = dict[str, object]


def _rounded(value: float | None) -> float | None:
    # Six significant digits: more than any sensor here gives, and the same on every machine.
    return None if value is None else float(f"{value:.6g}")


def measurement_json(measurement: Measurement) -> Plain:
    """One measurement; `why` (both languages) where there is no value."""
    plain: Plain = {
        "code": measurement.code,
        "value": _rounded(measurement.value),
        "unit": measurement.unit,
        "sd": _rounded(measurement.sd),
        "basis": measurement.basis.value,
        "quality": _rounded(measurement.quality),
        "method": measurement.method,
        "ref_low": _rounded(measurement.ref_low),
        "ref_high": _rounded(measurement.ref_high),
    }
    if measurement.why is not None:
        plain["why"] = {"zh": reason_text(measurement.why, "zh"), "en": reason_text(measurement.why, "en")}
    return plain


def finding_json(finding: Finding) -> Plain:
    """One finding; `span` only where text was read."""
    plain: Plain = {
        "code": finding.code,
        "zh": name_of(finding.code, "zh"),
        "en": name_of(finding.code, "en"),
        "polarity": int(finding.polarity),
        "degree": _rounded(finding.degree),
        "source": finding.source.value,
        "evidence": list(finding.evidence),
        "certainty": finding.certainty.value,
    }
    if finding.span is not None:
        plain["span"] = list(finding.span)
    if finding.duration:
        plain["duration"] = finding.duration
    return plain


def examination_json(examination: Examination) -> Plain:
    """Quality, measurements and findings of one examination."""
    issues = [
        {
            "code": issue.code,
            "zh": issue_text(issue, "zh"),
            "en": issue_text(issue, "en"),
            "value": _rounded(issue.value),
            "limit": _rounded(issue.limit),
        }
        for issue in examination.quality.issues
    ]
    return {
        "quality": {"value": _rounded(examination.quality.value), "issues": issues},
        "measurements": [measurement_json(m) for m in examination.measurements],
        "findings": [finding_json(f) for f in examination.findings],
    }


def _named(code: str) -> Plain:
    return {"code": code, "zh": name_of(code, "zh"), "en": name_of(code, "en")}


def _evidence(items: tuple[Evidence, ...], known: Mapping[str, Finding]) -> list[Plain]:
    return [
        {
            **(finding_json(known[e.finding]) if e.finding in known else _named(e.finding)),
            "weight": _rounded(e.weight),
        }
        for e in items
    ]


def _candidate(candidate: Candidate, known: Mapping[str, Finding]) -> Plain:
    # The code that others know is the national standard's; the graph's own name for the node stands beside.
    return {
        **_named(candidate.code),
        "code": candidate.code.removeprefix("syndrome:"),
        "id": candidate.code,
        "p": _rounded(candidate.p),
        "p_low": _rounded(candidate.p_low),
        "p_high": _rounded(candidate.p_high),
        "for": _evidence(candidate.supporting, known),
        "against": _evidence(candidate.opposing, known),
        "missing": _evidence(candidate.missing, known),
    }


def differentiation_json(
    told: Differentiation,
    choice: str | None = None,
    *,
    findings: Iterable[Finding] = (),
    top: int = 10,
) -> Plain:
    """A differentiation; `choice` only where it was asked to choose among options.

    findings: those it rests on, so that evidence is shown as the findings that were found.
    """
    known: dict[str, Finding] = {}
    for finding in findings:
        known.setdefault(finding.code, finding)
    plain: Plain = {"syndromes": [_candidate(c, known) for c in told.candidates[:top]]}
    if choice is not None:
        plain["choice"] = choice
    plain["elements"] = [
        {**_named(e.code), "kind": e.kind.value, "p": _rounded(e.p)} for e in told.elements[:top]
    ]
    plain["diseases"] = [{**_named(d.code), "p": _rounded(d.p)} for d in told.diseases[:top]]
    plain["formulas"] = [
        {
            **_named(f.code),
            "score": _rounded(f.score),
            "why": [_named(reason) for reason in (f.syndrome, *f.reasons)],
        }
        for f in told.formulas[:top]
    ]
    plain["next_questions"] = [
        {**_named(q.finding), "gain_bits": _rounded(q.gain_bits)} for q in told.next_questions[:top]
    ]
    plain["red_flags"] = [
        {"rule": f.rule, "zh": f.advice_zh, "en": f.advice_en, "why": f.zh, "why_en": f.en}
        for f in told.red_flags
    ]
    plain["rest_p"] = _rounded(told.rest_p)
    plain["model"] = told.model
    return plain


def review_json(review: Review) -> Plain:
    """A review with its alerts, what was understood, and what was covered."""
    from knowledge_graph.review_io import review_to_json

    return review_to_json(review)


def prescription_json(prescription: Prescription) -> Plain:
    """A prescription in the shape that `review` reads, with who proposed and who adopted each line."""
    return {
        "formula": name_of(prescription.formula, "zh") if prescription.formula else None,
        "herbs": [
            {
                "name": line.name,
                "grams": _rounded(line.grams),
                "basis": line.basis.value,
                "handling": line.handling,
                "proposed_by": line.proposed_by.value,
                "adopted_by": line.adopted_by,
            }
            for line in prescription.lines
        ],
        "patents": [{"name": p.name, "daily": p.daily} for p in prescription.patents],
        "doses": prescription.doses,
        "per_day": prescription.per_day,
        "portions": prescription.portions,
        "form": prescription.form.value,
        "route": prescription.route.value,
    }


BEAT_COLUMNS = ("onset_s", "peak_s", "notch_s", "diastolic_s", "quality", "kind")


def beats_csv(
    data: bytes | Path,
    name: str,
    *,
    fs_hz: float | None = None,
    column: str | None = None,
    kind: str | None = None,
) -> str:
    """The beats of a recording as CSV, in seconds; an empty cell where a point cannot be told.

    Raises Refused as `read_wave` does.
    """
    from tcm_station.signals.pulse.beats import find_beats
    from tcm_station.signals.pulse.read import read_wave

    beats = find_beats(read_wave(data, name, fs_hz=fs_hz, column=column, kind=kind))
    points = (beats.onset_s, beats.peak_s, beats.notch_s, beats.diastolic_s)
    lines = [",".join(BEAT_COLUMNS)]
    for place in range(len(beats)):
        times = ["" if math.isnan(p[place]) else f"{p[place]:.4f}" for p in points]
        said = beats.kind[place].value
        lines.append(",".join([*times, f"{beats.quality[place]:.3f}", said]))
    return "\n".join(lines) + "\n"
