"""From measures to findings, by the rules of one table; whatever is in doubt gives no finding.

`assets/rules/tongue_findings.tsv`: finding, conditions joined by `&`, the value at which the degree is 1, how
many standard deviations a value must stand clear of its limit, whether colours must be calibrated, source.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tcm_station.domain.finding import Finding, Source
from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.domain.terms import find_term
from tcm_station.resources import asset

_CONDITION = re.compile(r"(?P<code>[a-z_.]+)\s*(?P<op><=|>=)\s*(?P<limit>-?\d+(\.\d+)?)")
COLUMNS = ("finding", "conditions", "full", "margin_sd", "colour", "source")
_LEAST_DEGREE = 0.3


class RuleTableFault(ValueError):
    """The table is broken; the message names every faulty line."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One measure against one limit; at_least: it must not lie below, else not above."""

    code: str
    at_least: bool
    limit: float

    def holds(self, measure: Measurement, margin_sd: float) -> bool:
        """Whether the value is clear of the limit by so many of its standard deviations."""
        if measure.value is None:
            return False
        room = margin_sd * (measure.sd or 0.0)
        if self.at_least:
            return measure.value - room >= self.limit
        return measure.value + room <= self.limit


@dataclass(frozen=True, slots=True)
class Rule:
    """full: value of the first condition's measure at which the degree is 1, None for no degree."""

    finding: str
    conditions: tuple[Condition, ...]
    full: float | None
    margin_sd: float
    calibrated_only: bool
    source: str


@cache
def rules() -> tuple[Rule, ...]:
    """All rules. Raises RuleTableFault with every faulty line."""
    found, faults = [], []
    with asset("rules/tongue_findings.tsv").open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            try:
                found.append(_rule(row))
            except (ValueError, KeyError, TypeError, AttributeError) as fault:
                faults.append(f"tongue_findings.tsv line {line}: {fault}")
    if faults:
        raise RuleTableFault("; ".join(faults))
    return tuple(found)


def _rule(row: dict[str, str]) -> Rule:
    conditions = []
    for text in row["conditions"].split("&"):
        match = _CONDITION.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"condition {text.strip()!r} cannot be read")
        conditions.append(Condition(match["code"], match["op"] == ">=", float(match["limit"])))
    for code in (row["finding"], *(c.code for c in conditions)):
        if find_term(code) is None:
            raise ValueError(f"code {code} is unknown")
    if row["colour"] not in ("any", "calibrated"):
        raise ValueError("colour must be any or calibrated")
    full = float(row["full"]) if row["full"] else None
    return Rule(
        row["finding"],
        tuple(conditions),
        full,
        float(row["margin_sd"]),
        row["colour"] == "calibrated",
        row["source"],
    )


def findings_of(measurements: Iterable[Measurement]) -> tuple[Finding, ...]:
    """Proposed findings, one a code, in the table's order. A rule with a missing measure gives none."""
    by_code = {m.code: m for m in measurements}
    calibrated = any(m.basis is Basis.CALIBRATED for m in by_code.values())
    out: dict[str, Finding] = {}
    for rule in rules():
        measures = [by_code.get(c.code) for c in rule.conditions]
        if rule.finding in out or any(m is None for m in measures):
            continue
        known = [m for m in measures if m is not None]
        if rule.calibrated_only and not calibrated:
            continue
        if not all(c.holds(m, rule.margin_sd) for c, m in zip(rule.conditions, known, strict=True)):
            continue
        out[rule.finding] = Finding(
            rule.finding,
            degree=_degree(rule, known[0]),
            source=Source.TONGUE,
            evidence=tuple(dict.fromkeys(c.code for c in rule.conditions)),
        )
    return tuple(out.values())


def _degree(rule: Rule, measure: Measurement) -> float | None:
    first = rule.conditions[0]
    if rule.full is None or measure.value is None or rule.full == first.limit:
        return None
    share = (measure.value - first.limit) / (rule.full - first.limit)
    return round(min(1.0, max(_LEAST_DEGREE, _LEAST_DEGREE + (1 - _LEAST_DEGREE) * share)), 2)
