"""Constitution questionnaires: loaded from tables, scored by the published formula.

Converted score = (raw − n) / (4 n) × 100 over a scale's n items, reversed items counting 6 − answer.
Biased constitutions: ≥ 40 yes, 30–39 tendency, below no. Balanced: ≥ 60 with all others < 30 yes, with
all others < 40 "basically", else no. Source: ZYYXH/T157-2009; the same rules are used for the 2025 form,
whose standard (GB/T 46939-2025) was not read.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tcm_station.domain.errors import Refused
from tcm_station.domain.patient import Sex
from tcm_station.domain.visit import QuestionnaireResult
from tcm_station.i18n import Lang
from tcm_station.resources import asset

BALANCED = "constitution.balanced"
YES_FROM = 40.0
TENDENCY_FROM = 30.0
BALANCED_FROM = 60.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One scored entry: an item counted for one constitution."""

    item: str
    constitution: str
    reversed: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One question. sex: asked of this sex only, None for everybody."""

    id: str
    zh: str
    en: str
    sex: Sex | None

    def text(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """read: whether the standard's own structure was read, or is second hand."""

    form: str
    zh: str
    en: str
    edition: str
    read: bool
    items: tuple[Item, ...]
    entries: tuple[Entry, ...]

    def items_for(self, sex: Sex) -> tuple[Item, ...]:
        """The questions asked of a person of this sex; all of them when the sex is not known."""
        return tuple(i for i in self.items if i.sex is None or sex in (i.sex, Sex.UNKNOWN))


def _rows(name: str) -> list[dict[str, str]]:
    with asset(f"questionnaires/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def forms() -> tuple[str, ...]:
    """Ids of all questionnaires, in the order of their tables."""
    return tuple(row["form"] for row in _rows("forms.tsv"))


@cache
def load(form: str) -> Questionnaire:
    """One questionnaire. Raises Refused when there is no such form."""
    about = next((row for row in _rows("forms.tsv") if row["form"] == form), None)
    if about is None:
        raise Refused("questionnaire-unknown", form=form, known=", ".join(forms()))
    items: dict[str, Item] = {}
    entries: list[Entry] = []
    for row in _rows(about["file"]):
        sex = Sex(row["sex"]) if row["sex"] else None
        items.setdefault(row["item"], Item(row["item"], row["zh"], row["en"], sex))
        entries.append(Entry(row["item"], row["constitution"], row["reversed"] == "yes"))
    return Questionnaire(
        form,
        about["zh"],
        about["en"],
        about["edition"],
        about["read"] == "read",
        tuple(items.values()),
        tuple(entries),
    )


def score(form: str, answers: Mapping[str, object], sex: Sex) -> QuestionnaireResult:
    """Score the answers (item id → 1..5).

    A scale with an unanswered item gets no score and no verdict: it is not assessed. Whether a person is
    balanced needs all nine. Raises Refused on an unknown item or an answer outside 1..5.
    """
    questionnaire = load(form)
    asked = {item.id for item in questionnaire.items}
    given: dict[str, int] = {}
    for item, answer in answers.items():
        if item not in asked:
            raise Refused("questionnaire-item", item=item)
        if isinstance(answer, bool) or not isinstance(answer, int) or not 1 <= answer <= 5:
            raise Refused("questionnaire-answer", item=item)
        given[item] = answer
    scores = _scores(questionnaire, given, sex)
    verdicts = _verdicts(scores, len({e.constitution for e in questionnaire.entries}))
    return QuestionnaireResult(
        form,
        tuple(sorted(given.items(), key=lambda pair: int(pair[0]))),
        tuple(scores.items()),
        tuple(verdicts.items()),
        _main(scores, verdicts),
    )


def _scores(questionnaire: Questionnaire, given: Mapping[str, int], sex: Sex) -> dict[str, float]:
    not_asked = {
        item.id for item in questionnaire.items if item.sex is not None and sex not in (item.sex, Sex.UNKNOWN)
    }
    # With the sex unknown one of the pair of items is enough: the other is taken as not asked.
    split = [item.id for item in questionnaire.items if item.sex is not None]
    if sex is Sex.UNKNOWN and any(item in given for item in split):
        not_asked |= {item for item in split if item not in given}
    scales: dict[str, list[Entry]] = {}
    for entry in questionnaire.entries:
        if entry.item not in not_asked:
            scales.setdefault(entry.constitution, []).append(entry)
    scores: dict[str, float] = {}
    for constitution, entries in scales.items():
        if any(entry.item not in given for entry in entries):
            continue
        raw = sum(6 - given[e.item] if e.reversed else given[e.item] for e in entries)
        scores[constitution] = (raw - len(entries)) / (4 * len(entries)) * 100
    return scores


def _verdicts(scores: Mapping[str, float], scales: int) -> dict[str, str]:
    verdicts: dict[str, str] = {}
    for constitution, value in scores.items():
        if constitution != BALANCED:
            verdicts[constitution] = (
                "yes" if value >= YES_FROM else "tendency" if value >= TENDENCY_FROM else "no"
            )
    if BALANCED in scores and len(scores) == scales:
        others = max(value for constitution, value in scores.items() if constitution != BALANCED)
        if scores[BALANCED] < BALANCED_FROM or others >= YES_FROM:
            verdicts[BALANCED] = "no"
        else:
            verdicts[BALANCED] = "yes" if others < TENDENCY_FROM else "basically"
    return verdicts


def _main(scores: Mapping[str, float], verdicts: Mapping[str, str]) -> str | None:
    if verdicts.get(BALANCED) in ("yes", "basically"):
        return BALANCED
    biased = [c for c, verdict in verdicts.items() if verdict == "yes" and c != BALANCED]
    return max(biased, key=lambda c: scores[c], default=None)
