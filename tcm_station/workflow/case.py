"""A case as text or findings → differentiation, as the command line and evaluations ask for it."""

from collections.abc import Mapping
from typing import Any

from tcm_station.domain.differentiation import Differentiation
from tcm_station.domain.errors import Refused
from tcm_station.domain.finding import Finding, Polarity, Source
from tcm_station.domain.patient import Known, PatientFacts, Sex


def facts_from(plain: Mapping[str, Any] | None) -> PatientFacts:
    """Facts of a person from the contract's `patient` object. Raises Refused on a field of the wrong kind."""
    plain = plain or {}
    sex, age = plain.get("sex") or "unknown", plain.get("age")
    if sex not in {s.value for s in Sex}:
        raise Refused("patient-field", field="sex")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int | float) or not 0 <= age <= 130):
        raise Refused("patient-field", field="age")
    return PatientFacts(
        Sex(sex),
        None if age is None else float(age),
        _known(plain.get("pregnant"), "pregnant"),
        _known(plain.get("breastfeeding"), "breastfeeding"),
        tuple(plain.get("conditions") or ()),
        tuple(plain.get("drugs") or ()),
    )


def _known(value: object, field: str) -> Known:
    if value is None:
        return Known.UNKNOWN
    if not isinstance(value, bool):
        raise Refused("patient-field", field=field)
    return Known.YES if value else Known.NO


def findings_from(items: object) -> list[Finding]:
    """Findings given as contract objects, or as names as people write them. Raises Refused."""
    from knowledge_graph.reading import read_text

    found: list[Finding] = []
    if not isinstance(items, list):
        raise Refused("line-field", field="findings")
    for item in items:
        if isinstance(item, str):
            found.extend(read_text(item).findings)
        elif isinstance(item, Mapping) and isinstance(item.get("code"), str):
            polarity = Polarity(item.get("polarity", 1))
            found.append(Finding(item["code"], polarity, item.get("degree"), Source.PRACTITIONER))
        else:
            raise Refused("line-field", field="findings")
    return found


def differentiate_case(
    item: Mapping[str, Any], *, top: int = 10
) -> tuple[Differentiation, str | None, tuple[Finding, ...]]:
    """One line of `differentiate`: the differentiation, the choice when options were given, the findings."""
    from knowledge_graph.reading import read_text
    from knowledge_graph.reason import choose, differentiate

    text = item.get("text", "")
    if not isinstance(text, str):
        raise Refused("line-field", field="text")
    findings: list[Finding] = list(read_text(text).findings) if text.strip() else []
    if item.get("findings"):
        findings += findings_from(item["findings"])
    facts = facts_from(item.get("patient"))
    told = differentiate(tuple(findings), facts, top=top)
    options = item.get("options")
    if not options:
        return told, None, tuple(findings)
    if not isinstance(options, list) or not all(isinstance(o, str) for o in options):
        raise Refused("line-field", field="options")
    return told, choose(tuple(findings), facts, tuple(options)), tuple(findings)
