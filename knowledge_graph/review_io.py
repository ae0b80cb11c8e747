"""The contract's prescription lines (JSON) to values and back. Wrong values are refused."""

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from knowledge_graph.herbs import names
from knowledge_graph.quantity import parse, split_name
from knowledge_graph.review import edition_note, settle_words, summary, unchecked_words
from knowledge_graph.review_facts import safety
from tcm_station.domain.errors import Refused
from tcm_station.domain.patient import Known, PatientFacts, Sex
from tcm_station.domain.prescription import (
    DoseBasis,
    DoseForm,
    PatentLine,
    Prescription,
    PrescriptionLine,
    Review,
    Route,
)

MOST_LINES = 2000
LONGEST_TEXT = 200
E = TypeVar("E")


def prescription_from_json(data: object) -> tuple[Prescription, PatientFacts]:
    """A `review` line as a prescription and what is known of the person.

    `herbs` is required (it may be empty); amounts may be numbers (grams) or text ("三钱", "12枚").
    Raises Refused("review-input") saying what does not fit.
    """
    if not isinstance(data, Mapping):
        raise Refused("review-input", what="not an object")
    herbs = data.get("herbs")
    if not isinstance(herbs, list):
        raise Refused("review-input", what="herbs")
    patents = _list(data, "patents")
    if len(herbs) + len(patents) > MOST_LINES:
        raise Refused("review-input", what=f"herbs: {len(herbs)} > {MOST_LINES}")
    formula = _text(data.get("formula"), "formula")
    rx = Prescription(
        lines=tuple(_line(item, i) for i, item in enumerate(herbs)),
        patents=tuple(_patent(item, i) for i, item in enumerate(patents)),
        doses=_whole(data.get("doses"), "doses"),
        per_day=_number(data.get("per_day"), "per_day", 1.0) or 1.0,
        portions=_whole(data.get("portions"), "portions") or 2,
        form=_enum(DoseForm, data.get("form"), "form", DoseForm.DECOCTION),
        route=_enum(Route, data.get("route"), "route", Route.ORAL),
        formula=_formula(formula),
    )
    if rx.per_day <= 0:
        raise Refused("review-input", what="per_day")
    return rx, patient_from_json(data.get("patient"))


def patient_from_json(data: object) -> PatientFacts:
    """The `patient` object of a line. What is not given is not known."""
    if data is None:
        return PatientFacts()
    if not isinstance(data, Mapping):
        raise Refused("review-input", what="patient")
    sex = data.get("sex")
    age = _number(data.get("age"), "age", None)
    if age is not None and not 0 <= age <= 150:
        raise Refused("review-input", what="age")
    return PatientFacts(
        sex=_enum(Sex, sex, "sex", Sex.UNKNOWN),
        age_years=age,
        pregnant=_known(data.get("pregnant"), "pregnant"),
        breastfeeding=_known(data.get("breastfeeding"), "breastfeeding"),
        conditions=_words(data, "conditions"),
        drugs=_words(data, "drugs"),
        allergies=_words(data, "allergies"),
        stated=tuple(key for key in ("conditions", "drugs", "allergies") if data.get(key) is not None),
    )


def review_to_json(result: Review) -> dict[str, Any]:
    """The contract's fields, with coverage, settling and the worded summary beside them."""
    from datetime import date

    coverage = result.coverage
    on = date.fromisoformat(coverage.as_of)
    return {
        "verdict": result.verdict.value,
        "alerts": [
            {
                "rule": a.rule,
                "severity": a.severity.value,
                "herbs": list(a.herbs),
                "authority": a.authority,
                "edition": a.edition,
                "basis": a.basis,
                "zh": a.zh,
                "en": a.en,
                "overridable_by": a.overridable_by.value,
                "lines": list(a.lines),
                "settle": a.settle,
                "settle_value": a.settle_value,
                "settle_zh": settle_words(a, "zh"),
                "settle_en": settle_words(a, "en"),
            }
            for a in result.alerts
        ],
        "resolved": [
            {"name": r.name, "herb": r.zh or None, "id": r.herb, "candidates": list(r.candidates)}
            for r in result.resolved
        ],
        "coverage": {
            "lines_total": coverage.lines_total,
            "lines_checked": coverage.lines_checked,
            "editions": list(coverage.editions),
            "as_of": coverage.as_of,
            "rules": [
                {
                    "rule": r.rule,
                    "checked": list(r.checked),
                    "unchecked": [_unchecked(index, why) for index, why in r.unchecked],
                }
                for r in coverage.rules
            ],
        },
        "summary_zh": summary(result, "zh"),
        "summary_en": summary(result, "en"),
        "edition_note_zh": edition_note(on, "zh"),
        "edition_note_en": edition_note(on, "en"),
    }


def _unchecked(index: int, why: str) -> dict[str, Any]:
    return {
        "line": index,
        "why": why,
        "why_zh": unchecked_words(why, "zh"),
        "why_en": unchecked_words(why, "en"),
    }


def line_from_words(name: str, amount: object = None, handling: str | None = None,
                    basis: DoseBasis = DoseBasis.DOSE) -> PrescriptionLine:  # fmt: skip
    """A line from what a person writes: name (perhaps with its amount or handling in it) and amount."""
    written, tail = split_name(name)
    if amount is None and tail:
        quantity = parse(tail)
    else:
        written, quantity = name.strip(), parse(amount)  # type: ignore[arg-type]  # parse answers any value
    if handling is None:
        written, handling = _handling_in(written)
    return PrescriptionLine(
        name=written,
        grams=quantity.grams,
        quantity_text=quantity.text if quantity.grams is None or isinstance(amount, str) or tail else "",
        basis=basis,
        handling=handling,
    )


def _handling_in(name: str) -> tuple[str, str | None]:
    """`生石膏先煎`, `薄荷（后下）` → the name and its handling."""
    bare = name.strip()
    if names().resolve(bare).how != "unknown" and "(" not in bare and "（" not in bare:
        return bare, None
    for word in sorted(safety().handling_codes, key=len, reverse=True):
        for shape in (f"（{word}）", f"({word})", word):
            if len(word) > 1 and bare.endswith(shape) and len(bare) > len(shape):
                return bare[: -len(shape)].strip(), word
    return bare, None


def _line(item: object, index: int) -> PrescriptionLine:
    if isinstance(item, str):
        return line_from_words(item[:LONGEST_TEXT])
    if not isinstance(item, Mapping):
        raise Refused("review-input", what=f"herbs[{index}]")
    name = _text(item.get("name"), f"herbs[{index}].name")
    if name is None:
        raise Refused("review-input", what=f"herbs[{index}].name")
    grams = item.get("grams")
    if not (grams is None or isinstance(grams, str | int | float)) or isinstance(grams, bool):
        raise Refused("review-input", what=f"herbs[{index}].grams")
    if isinstance(grams, str):
        grams = grams[:LONGEST_TEXT]
    basis = _enum(DoseBasis, item.get("basis"), f"herbs[{index}].basis", DoseBasis.DOSE)
    return line_from_words(name, grams, _text(item.get("handling"), f"herbs[{index}].handling"), basis)


def _patent(item: object, index: int) -> PatentLine:
    if isinstance(item, str):
        return PatentLine(item[:LONGEST_TEXT])
    if not isinstance(item, Mapping):
        raise Refused("review-input", what=f"patents[{index}]")
    name = _text(item.get("name"), f"patents[{index}].name")
    if name is None:
        raise Refused("review-input", what=f"patents[{index}].name")
    daily = item.get("daily")
    return PatentLine(name, str(daily)[:LONGEST_TEXT] if daily is not None else "")


def _formula(name: str | None) -> str | None:
    if not name:
        return None
    from knowledge_graph.load import knowledge

    for row in knowledge().plain("formulas"):
        if row.get("zh") == name or row.get("id") == name:
            return row["id"]
    return name


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refused("review-input", what=key)
    return value


def _words(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    if data.get(key) is None:
        return ()
    value = data[key]
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise Refused("review-input", what=key)
    return tuple(word[:LONGEST_TEXT] for word in value if word.strip())


def _text(value: object, where: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused("review-input", what=where)
    return value[:LONGEST_TEXT].strip() or None


def _number(value: object, where: str, default: float | None) -> float | None:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("review-input", what=where)
    if (isinstance(value, int) and abs(value) > 10**9) or not math.isfinite(value):
        raise Refused("review-input", what=where)
    return float(value)


def _whole(value: object, where: str) -> int | None:
    number = _number(value, where, None)
    if number is None:
        return None
    if number < 1 or number != int(number):
        raise Refused("review-input", what=where)
    return int(number)


def _known(value: object, where: str) -> Known:
    if value is None:
        return Known.UNKNOWN
    if isinstance(value, bool):
        return Known.YES if value else Known.NO
    raise Refused("review-input", what=where)


def _enum(cls: type[E], value: object, where: str, default: E) -> E:
    if value is None:
        return default
    try:
        return cls(value)  # type: ignore[call-arg]  # every enum here is made from its value
    except ValueError:
        raise Refused("review-input", what=where) from None
