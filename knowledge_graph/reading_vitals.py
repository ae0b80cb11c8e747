"""Vital signs typed in free text, read as numbers with their units and spans."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_graph.sheets import sheet
from tcm_station.domain.finding import Finding, Source


@dataclass(frozen=True, slots=True)
class Vital:
    """code: temperature, systolic, diastolic, heart_rate, respiration, spo2, glucose. value in `unit`.

    span: characters [from, to) of the text.
    """

    code: str
    value: float
    unit: str
    span: tuple[int, int]


_N = r"(\d{1,3}(?:\.\d{1,2})?)"
_GAP = r"(?:为|约|达|是|最高|高达|测|值|[:：=\s]){0,3}"
_RULES: tuple[tuple[str, str, str, tuple[float, float]], ...] = (
    (
        "temperature",
        "°C",
        rf"(?:体温|T|高热|发热|发烧){_GAP}{_N}\s*(?:℃|°C|度|摄氏度)?(?!\s*(?:天|日|年|个|次|小时|/))",
        (33, 44),
    ),
    ("temperature", "°C", rf"{_N}\s*(?:℃|°C|摄氏度)", (33, 44)),
    ("heart_rate", "1/min", rf"(?:心率|脉搏|脉率|P|HR){_GAP}{_N}\s*次?", (20, 300)),
    ("respiration", "1/min", rf"(?:呼吸|R|RR){_GAP}{_N}\s*次", (4, 100)),
    ("spo2", "%", rf"(?:血氧饱和度|血氧|SpO2|SPO2|氧饱和度){_GAP}{_N}\s*%?", (40, 100)),
    ("glucose", "mmol/L", rf"(?:血糖|GLU){_GAP}{_N}\s*(?:mmol)", (0.5, 60)),
)
_PRESSURE = re.compile(
    rf"(?:血压|BP|Bp){_GAP}(\d{{2,3}})\s*/\s*(\d{{2,3}})\s*(mmHg|毫米汞柱)?|(\d{{2,3}})\s*/\s*(\d{{2,3}})\s*mmHg"
)
_COMPILED: tuple[tuple[str, str, re.Pattern[str], tuple[float, float]], ...] = tuple(
    (code, unit, re.compile(rf"(?<![A-Za-z]){rule}" if rule[:3] == "(?:" else rule), limits)
    for code, unit, rule, limits in _RULES
)


def read_vitals(text: str) -> tuple[Vital, ...]:
    """Vital signs in the text, in order. Numbers no living person can have are left out."""
    if not any(char.isdigit() for char in text):
        return ()
    found: dict[tuple[str, int], Vital] = {}

    def add(vital: Vital) -> None:
        found.setdefault((vital.code, vital.span[1]), vital)

    for match in _PRESSURE.finditer(text):
        high, low = (match[1], match[2]) if match[1] else (match[4], match[5])
        if 40 <= float(high) <= 300 and 20 <= float(low) <= 200:
            add(Vital("systolic", float(high), "mmHg", match.span()))
            add(Vital("diastolic", float(low), "mmHg", match.span()))
    for code, unit, rule, (least, most) in _COMPILED:
        for match in rule.finditer(text):
            value = float(match[1])
            if least <= value <= most:
                add(Vital(code, value, unit, match.span()))
    return tuple(sorted(found.values(), key=lambda v: (v.span, v.code)))


def findings_of_vitals(vitals: Sequence[Vital]) -> tuple[Finding, ...]:
    """What the numbers mean by tables/vital_bands.tsv: the band's code, and the symptom it amounts to."""
    found: dict[str, Finding] = {}
    for vital in vitals:
        for row in sheet("vital_bands"):
            least = float(row["from"]) if row["from"] else float("-inf")
            below = float(row["below"]) if row["below"] else float("inf")
            if row["vital"] == vital.code and least <= vital.value < below:
                for code in (row["finding"], row["symptom"]):
                    if code:
                        found.setdefault(code, Finding(code, source=Source.TEXT, span=vital.span))
    return tuple(found.values())
