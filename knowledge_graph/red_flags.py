"""Red flags: combinations of findings that stop the flow, from tables/red_flags.tsv.

An expression is alternatives joined by " // ", each a conjunction of groups joined by " & ", each group
signs joined by "|". A sign may carry "@14d" (said to last at least that long) or "!" (not present).
`age<0.25` (years), `sex=f` and `pregnant` ask about the person; who is of unknown age counts as an adult
under 40. A rule without an expression cannot be told from findings: `inexpressible()` lists those.
"""

import re
from collections.abc import Sequence
from functools import cache

from knowledge_graph.sheets import sheet
from tcm_station.domain.differentiation import RedFlag
from tcm_station.domain.finding import Certainty, Finding, Polarity
from tcm_station.domain.patient import Known, PatientFacts

# What an adult of unknown age is taken to be: old enough for adult rules, too young for those from 40 on.
ASSUMED_AGE_YEARS = 30.0
_AGE = re.compile(r"age(<|>=)([\d.]+)")
_DAYS_IN = {
    "年": 365.0,
    "月": 30.0,
    "周": 7.0,
    "星期": 7.0,
    "礼拜": 7.0,
    "天": 1.0,
    "日": 1.0,
    "小时": 1 / 24,
}
_DURATION = re.compile(
    r"(\d+(?:\.\d+)?|[一二三四五六七八九十百两半数几]+)(?:余|多|来|几)?(?:个)?(?:半)?(年|月|周|星期|礼拜|天|日|小时)"
)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "半": 0.5, "数": 3, "几": 3}


def days_of(duration: str | None) -> float | None:
    """Days in a time as said ("三周" → 21); None when there is none or it cannot be told."""
    match = _DURATION.search(duration or "")
    if match is None:
        return None
    words, unit = match.groups()
    return _number(words) * _DAYS_IN[unit]


def _number(words: str) -> float:
    if words[0].isdigit():
        return float(words)
    tens, has_ten, ones = words.partition("十")
    if not has_ten:
        return float(_DIGITS.get(words[0], 1))
    return 10.0 * float(_DIGITS.get(tens, 1)) + float(_DIGITS.get(ones[:1], 0) if ones else 0)


class _Case:
    """What one person's findings say, for the expressions to ask."""

    def __init__(self, findings: Sequence[Finding], facts: PatientFacts) -> None:
        self.facts = facts
        self.present: dict[str, Finding] = {}
        general: dict[str, list[str]] = {}
        for row in sheet("finding_relations"):
            general.setdefault(row["finding"], []).append(row["implies"])
        for finding in findings:
            if finding.polarity is not Polarity.PRESENT:
                continue
            for code in (finding.code, *general.get(finding.code, ())):
                kept = self.present.get(code)
                # The patient's own word is kept before a relative's.
                if kept is None or kept.certainty is Certainty.REPORTED:
                    self.present[code] = finding

    def holds(self, item: str) -> Finding | bool:
        """The finding that meets one item, or whether a question about the person is met."""
        age = _AGE.fullmatch(item)
        if age:
            years = self.facts.age_years if self.facts.age_years is not None else ASSUMED_AGE_YEARS
            return years < float(age[2]) if age[1] == "<" else years >= float(age[2])
        if item.startswith("sex="):
            return self.facts.sex.value in (item[4:], "unknown")
        if item == "pregnant":
            return self.facts.pregnant is Known.YES
        if item.startswith("!"):
            return item[1:] not in self.present
        code, _, days = item.partition("@")
        finding = self.present.get(code)
        if finding is None or not days:
            return finding or False
        said = days_of(finding.duration)
        return finding if said is not None and said >= float(days.removesuffix("d")) else False

    def meets(self, expression: str) -> tuple[Finding, ...] | None:
        """The findings of the first alternative that is met; None when none is."""
        for alternative in expression.split(" // "):
            met: list[Finding] = []
            for group in alternative.split(" & "):
                answers = [self.holds(item) for item in group.split("|")]
                if not any(a is not False for a in answers):
                    break
                met += [a for a in answers if isinstance(a, Finding)]
            else:
                return tuple(dict.fromkeys(met))
        return None


@cache
def _rules() -> tuple[dict[str, str], ...]:
    return tuple(row for row in sheet("red_flags") if row["expression"])


def inexpressible() -> tuple[str, ...]:
    """Rules that findings alone cannot raise: they need an examination, a test or a history."""
    return tuple(row["rule"] for row in sheet("red_flags") if not row["expression"])


def raise_flags(findings: Sequence[Finding], facts: PatientFacts) -> tuple[RedFlag, ...]:
    """Every red flag these findings raise, emergencies first. `by_other`: only somebody else said so."""
    case = _Case(findings, facts)
    flags = []
    for row in _rules():
        met = case.meets(row["expression"])
        if met is None:
            continue
        flags.append(
            RedFlag(
                row["rule"],
                row["zh"],
                row["en"],
                row["advice_zh"],
                row["advice_en"],
                tuple(dict.fromkeys(f.code for f in met)),
                row["urgency"],
                bool(met) and all(f.certainty is Certainty.REPORTED for f in met),
            )
        )
    return tuple(sorted(flags, key=lambda flag: (flag.urgency != "emergency", flag.rule)))
