"""Findings by the stated rules of `assets/rules/pulse_findings.tsv`, and by nothing else.

A rule names the measurements it needs. If one of them is missing or the signal is poor, the rule abstains:
no finding is made, and none is denied. Every finding is a proposal.
"""

import csv
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from tcm_station.domain.finding import Certainty, Finding, Source
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.terms import find_term
from tcm_station.resources import asset
from tcm_station.signals.pulse.wave import PulseKind

COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
KINDS = {"any", *PulseKind}
LEAST_QUALITY = 0.5


class RuleTableFault(ValueError):
    """The table of rules is broken; the message names every faulty row."""


@dataclass(frozen=True, slots=True)
class Condition:
    """measurement code, one of > < >= <=, limit in the measurement's unit."""

    code: str
    sign: str
    limit: float

    def holds(self, value: float) -> bool:
        return COMPARE[self.sign](value, self.limit)


@dataclass(frozen=True, slots=True)
class Rule:
    """finding: term code. sensor: "any", "ppg" or "pressure". unit: "" or what heights must be in.
    validated: "definition" (the finding is this number), or "simulator" (never shown on named recordings)."""

    finding: str
    conditions: tuple[Condition, ...]
    sensor: str
    unit: str
    validated: str
    source: str


@cache
def rules() -> tuple[Rule, ...]:
    """All rules. Raises RuleTableFault listing every fault by line."""
    path = asset("rules/pulse_findings.tsv")
    found: list[Rule] = []
    faults: list[str] = []
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            try:
                found.append(_rule(row))
            except (ValueError, TypeError, KeyError) as fault:
                faults.append(f"{path.name} line {line}: {fault}")
    if faults:
        raise RuleTableFault("; ".join(faults))
    return tuple(found)


def _rule(row: Mapping[str, str]) -> Rule:
    if find_term(row["finding"]) is None:
        raise ValueError(f"finding {row['finding']} is not in the terms")
    if row["sensor"] not in KINDS:
        raise ValueError(f"sensor {row['sensor']} is none of {', '.join(sorted(KINDS))}")
    if row["validated"] not in {"definition", "simulator"} or not row["source"].strip():
        raise ValueError("validated or source is missing")
    conditions = []
    for part in row["conditions"].split("&"):
        code, sign, limit = part.split()
        if find_term(code) is None or sign not in COMPARE:
            raise ValueError(f"condition {part.strip()} is not understood")
        conditions.append(Condition(code, sign, float(limit)))
    return Rule(
        row["finding"], tuple(conditions), row["sensor"], row["unit"], row["validated"], row["source"]
    )


def findings(
    measurements: Mapping[str, Measurement], *, kind: PulseKind, unit: str, quality: float
) -> tuple[Finding, ...]:
    """The findings that the rules allow. measurements: by code. quality: of the examination, 0..1.

    Rules about a shape or height abstain below LEAST_QUALITY; rate and rhythm rest on good beats only and
    may still be told.
    """
    made: list[Finding] = []
    for rule in rules():
        if rule.sensor not in ("any", kind.value) or (rule.unit and rule.unit != unit):
            continue
        if rule.validated == "simulator" and quality < LEAST_QUALITY:
            continue
        values = [_value(measurements, c.code) for c in rule.conditions]
        if all(v is not None and c.holds(v) for v, c in zip(values, rule.conditions, strict=True)):
            evidence = tuple(dict.fromkeys(c.code for c in rule.conditions))
            if all(f.code != rule.finding for f in made):
                made.append(
                    Finding(
                        rule.finding, source=Source.PULSE, certainty=Certainty.PROPOSED, evidence=evidence
                    )
                )
    return tuple(made)


def _value(measurements: Mapping[str, Measurement], code: str) -> float | None:
    found = measurements.get(code)
    return None if found is None else found.value
