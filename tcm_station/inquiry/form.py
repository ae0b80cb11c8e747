"""The ten questions (十问) as a structured form.

An item is a sign of the terms table; an answer says yes, no, or yes with a degree. An item without an
answer was not asked, which is not "no".
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tcm_station.domain.errors import Refused
from tcm_station.domain.finding import Certainty, Finding, Polarity, Source
from tcm_station.domain.patient import Sex
from tcm_station.domain.terms import term
from tcm_station.i18n import Lang, tr
from tcm_station.resources import asset

# answer → (polarity, degree); degrees on the usual three steps, as thirds of the scale.
ANSWERS: dict[str, tuple[Polarity, float | None]] = {
    "yes": (Polarity.PRESENT, None),
    "no": (Polarity.ABSENT, None),
    "mild": (Polarity.PRESENT, 1 / 3),
    "moderate": (Polarity.PRESENT, 2 / 3),
    "severe": (Polarity.PRESENT, 1.0),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One group of the ten questions: words at `inquiry.group.<id>`; items are codes of signs."""

    id: str
    items: tuple[str, ...]
    sex: Sex | None = None

    def title(self, lang: Lang) -> str:
        return tr(f"inquiry.group.{self.id}", lang)


@cache
def questions() -> tuple[Question, ...]:
    """All groups in the order in which they are asked."""
    groups: dict[str, list[str]] = {}
    sexes: dict[str, Sex | None] = {}
    with asset("questionnaires/ten_questions.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            groups.setdefault(row["group"], []).append(row["item"])
            sexes[row["group"]] = Sex(row["sex"]) if row["sex"] else None
    return tuple(Question(group, tuple(items), sexes[group]) for group, items in groups.items())


@cache
def _items() -> frozenset[str]:
    return frozenset(item for question in questions() for item in question.items)


def check(answers: Mapping[str, object]) -> None:
    """Raise Refused on an item that the form lacks or an answer that it does not know."""
    for item, answer in answers.items():
        if item not in _items():
            raise Refused("inquiry-item", item=item)
        if answer is not None and (not isinstance(answer, str) or answer not in ANSWERS):
            raise Refused("inquiry-answer", item=item, known=", ".join(ANSWERS))


def findings(answers: Mapping[str, str]) -> tuple[Finding, ...]:
    """The findings that the answers say, in the form's order."""
    found = []
    for question in questions():
        for item in question.items:
            answer = answers.get(item)
            if answer in ANSWERS:
                polarity, degree = ANSWERS[answer]
                found.append(Finding(item, polarity, degree, Source.INQUIRY, Certainty.CONFIRMED))
    return tuple(found)


def blank() -> dict[str, object]:
    """The empty form for `inquiry-form`: every item with its words, to be filled in."""
    groups = [
        {
            "id": question.id,
            "zh": question.title("zh"),
            "en": question.title("en"),
            "items": [{"item": item, "zh": term(item).zh, "en": term(item).en} for item in question.items],
        }
        for question in questions()
    ]
    return {
        "complaint": "",
        "history": "",
        "answers": {item: None for question in questions() for item in question.items},
        "answer_values": list(ANSWERS),
        "questions": groups,
        "questionnaire": {"form": "2009-60", "answers": {}},
    }
