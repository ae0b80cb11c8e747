"""A case as text or findings → differentiation, as the command line and evaluations ask for it."""

from collections.abc import Mapping
from typing import Any

from tcm_station.domain.differentiation import Differentiation
from tcm_station.domain.errors import Refused
from tcm_station.domain.finding import Finding, Polarity, Source
from tcm_station.domain.patient import Known, PatientFacts, Sex
from tcm_station.workflow.names import name_of


def facts_from(plain: object) -> PatientFacts:
    """Facts of a person from the contract's `patient` object. Raises Refused on a field of the wrong kind."""
    if plain is None:
        return PatientFacts()
    if not isinstance(plain, Mapping):
        raise Refused("patient-not-object")
    sex, age = plain.get("sex") or "unknown", plain.get("age")
    if not isinstance(sex, str) or sex not in {s.value for s in Sex}:
        raise Refused("patient-field", field="sex")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int | float) or not 0 <= age <= 130):
        raise Refused("patient-field", field="age")
    return PatientFacts(
        Sex(sex),
        None if age is None else float(age),
        _known(plain.get("pregnant"), "pregnant"),
        _known(plain.get("breastfeeding"), "breastfeeding"),
        words_of(plain, "conditions"),
        words_of(plain, "drugs"),
        words_of(plain, "allergies"),
        tuple(key for key in ("conditions", "drugs", "allergies") if plain.get(key) is not None),
    )


def words_of(plain: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """A list of words in a patient object; one word may stand alone. Raises Refused."""
    value = plain.get(field)
    if value is None:
        return ()
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise Refused("patient-field", field=field)
    return tuple(word for word in value if word.strip())


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
            found.append(_finding(item))
        else:
            raise Refused("line-field", field="findings")
    return found


def _finding(item: Mapping[str, Any]) -> Finding:
    """A finding given as an object; a code that nothing names is refused, not carried along unread."""
    polarity, degree = item.get("polarity", 1), item.get("degree")
    if isinstance(polarity, bool) or polarity not in (1, -1):
        raise Refused("line-field", field="findings.polarity")
    if degree is not None:
        if isinstance(degree, bool) or not isinstance(degree, int | float) or not 0 <= degree <= 1:
            raise Refused("line-field", field="findings.degree")
        degree = float(degree)
    if name_of(item["code"], "zh") == item["code"]:
        raise Refused("finding-unknown", finding=item["code"][:60])
    return Finding(item["code"], Polarity(int(polarity)), degree, Source.PRACTITIONER)


def differentiate_case(
    item: Mapping[str, Any], *, top: int = 10
) -> tuple[Differentiation, str | None, tuple[Finding, ...]]:
    """One line of `differentiate`: the differentiation, the choice when options were given, the findings."""
    from knowledge_graph.reading import read_text
    from knowledge_graph.reason import choose, differentiate

    text = item.get("text")
    if text is None and item.get("findings") is None:
        raise Refused("line-field", field="text")
    text = "" if text is None else text
    if not isinstance(text, str):
        raise Refused("line-field", field="text")
    findings: list[Finding] = list(read_text(text).findings) if text.strip() else []
    if item.get("findings") is not None:
        findings += findings_from(item["findings"])
    facts = facts_from(item.get("patient"))
    told = differentiate(tuple(findings), facts, top=top)
    options = item.get("options")
    if options is None or options == []:
        return told, None, tuple(findings)
    if not isinstance(options, list) or not all(isinstance(o, str) and o.strip() for o in options):
        raise Refused("line-field", field="options")
    return told, choose(tuple(findings), facts, tuple(options)), tuple(findings)
