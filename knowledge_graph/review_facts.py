"""What the review rules stand on: the safety tables by herb, and a prescription made ready for them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Protocol, TypeVar

from knowledge_graph.herbs import Names, Resolution, names
from knowledge_graph.load import Knowledge, knowledge
from knowledge_graph.rows import (
    Condition,
    ConditionName,
    Controlled,
    Dose,
    Drug,
    DuplicatePair,
    Duration,
    FormLimit,
    Handling,
    HandlingWord,
    Herb,
    HerbDrug,
    Incompatibility,
    Policy,
    Pregnancy,
    ProcessingRequired,
    Provenance,
    Toxicity,
    Withdrawn,
)
from tcm_station.domain.patient import PatientFacts
from tcm_station.domain.prescription import (
    DoseBasis,
    DoseForm,
    Override,
    Prescription,
    PrescriptionLine,
    Route,
    Severity,
)

PHARMACOPOEIA = "pharmacopoeia"
MOST_REMEMBERED = 4096


class HasHerb(Protocol):
    @property
    def herb(self) -> str: ...


class HasFact(Protocol):
    @property
    def fact(self) -> Provenance: ...


R = TypeVar("R", bound=HasHerb)
F = TypeVar("F", bound=HasFact)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line, understood. ids: the node meant, or all it may mean.

    daily_g: grams a day, None with `no_dose`; each_g: grams at one taking. no_dose: why there are none, a
    key of `review.unchecked`. form: how this line is taken, as the dose table names it.
    """

    index: int
    line: PrescriptionLine
    resolution: Resolution
    ids: tuple[str, ...]
    zh: str
    en: str
    daily_g: float | None
    each_g: float | None
    no_dose: str
    form: str
    external: bool
    handlings: tuple[str, ...]
    patent: str = ""

    @property
    def certain(self) -> bool:
        return len(self.ids) == 1

    @property
    def herb(self) -> str | None:
        return self.ids[0] if self.certain else None


@dataclass(frozen=True, slots=True)
class PatentMedicine:
    """A patent medicine and the herbs in it; unread: ingredients that the resolver does not know."""

    id: str
    zh: str
    herbs: tuple[str, ...]
    unread: tuple[str, ...]


def _by_herb(rows: Iterable[R]) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for row in rows:
        found.setdefault(row.herb, []).append(row)
    return found


class Safety:
    """The safety tables of one knowledge, by herb. Facts of the nearest node of a chain win."""

    def __init__(self, known: Knowledge, written: Names) -> None:
        self.known = known
        self.names = written
        self.doses = _by_herb(known.rows(Dose))
        self.toxicity = _by_herb(known.rows(Toxicity))
        self.pregnancy = _by_herb(known.rows(Pregnancy))
        self.handling = _by_herb(known.rows(Handling))
        self.controlled = _by_herb(known.rows(Controlled))
        self.processing = _by_herb(known.rows(ProcessingRequired))
        self.forms = _by_herb(known.rows(FormLimit))
        self.withdrawn = _by_herb(known.rows(Withdrawn))
        self.durations = _by_herb(known.rows(Duration))
        self.conditions = _by_herb(known.rows(Condition))
        self.herb_drug = _by_herb(known.rows(HerbDrug))
        self.usual_pairs = {frozenset((row.a, row.b)) for row in known.rows(DuplicatePair)}
        self.pairs: dict[str, dict[str, Incompatibility]] = {}
        for row in known.rows(Incompatibility):
            self.pairs.setdefault(row.herb_a, {})[row.herb_b] = row
            self.pairs.setdefault(row.herb_b, {})[row.herb_a] = row
        self.policy = {(row.rule, row.case): row for row in known.rows(Policy)}
        self.condition_names = known.rows(ConditionName)
        # Lower-case words that name a condition or a drug; one letter names nothing.
        self.condition_words = [
            (
                row.id,
                tuple(
                    w.lower() for w in (*row.words, row.zh, row.en, row.id.split(":")[1].replace("_", " "))
                ),
            )
            for row in self.condition_names
            if row.words
        ]
        self.condition_by_id = {row.id: row for row in self.condition_names}
        self.handling_words = {row.code: row for row in known.rows(HandlingWord)}
        self.handling_codes = {
            w: row.code for row in known.rows(HandlingWord) for w in (*row.words, row.code)
        }
        self.drugs = known.rows(Drug)
        self.drug_words = [
            (row, tuple(w.lower() for w in (row.zh, row.en, *row.names) if len(w) > 1)) for row in self.drugs
        ]
        self.drug_by_id = {row.id: row for row in self.drugs}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._drug_hits: dict[str, tuple[Drug, ...]] = {}
        self._patents: dict[str, PatentMedicine] | None = None

    def patent(self, name: str) -> PatentMedicine | None:
        """The patent medicine of this name, or None. The tables are read when the first one is asked for."""
        if self._patents is None:
            self._patents = _patents(self.known)
        text = self.names.simplified(self.names.clean(name))
        return self._patents.get(text) or self._patents.get(re.sub(r"[(（].*$", "", text))

    def chain(self, herb: str) -> tuple[str, ...]:
        """The node and what it is made from."""
        found = self._chains.get(herb)
        if found is None:
            found = self._chains[herb] = tuple(self.known.chain(herb))
        return found

    def drugs_in(self, text: str) -> tuple[Drug, ...]:
        """Drugs named in a text, in table order; remembered, since a desk sees the same words all day."""
        found = self._drug_hits.get(text)
        if found is None:
            plain = unicodedata.normalize("NFKC", text).lower()
            found = tuple(row for row, words in self.drug_words if any(w in plain for w in words))
            if len(self._drug_hits) < MOST_REMEMBERED:
                self._drug_hits[text] = found
        return found

    def nearest(self, table: Mapping[str, list[F]], herb: str, on: date) -> list[F]:
        """Rows in force of the nearest node of the chain that has any."""
        for node in self.chain(herb):
            rows = [row for row in table.get(node, ()) if row.fact.in_force(on)]
            if rows:
                return rows
        return []

    def toxic(self, herb: str, on: date) -> Toxicity | None:
        """The toxicity row that holds for a herb, None when none is held."""
        rows = self.nearest(self.toxicity, herb, on)
        return rows[0] if rows else None

    def herb(self, node: str) -> Herb:
        return self.known.herbs[node]


def _patents(known: Knowledge) -> dict[str, PatentMedicine]:
    """Patent medicines by name."""
    parts: dict[str, list[str]] = {}
    unread: dict[str, list[str]] = {}
    for row in known.plain("patent_ingredients"):
        there = parts if row["herb"] in known.herbs else unread
        there.setdefault(row["patent"], []).append(row["herb"] or row["herb_zh"])
    return {
        row["zh"]: PatentMedicine(
            row["id"], row["zh"], tuple(parts.get(row["id"], ())), tuple(unread.get(row["id"], ()))
        )
        for row in known.plain("patents")
    }


@cache
def safety() -> Safety:
    """The safety tables of this installation."""
    return Safety(knowledge(), names())


@dataclass(slots=True)
class Found:
    """One alert before it has words. case: the policy row. params: fill the words."""

    rule: str
    case: str
    lines: tuple[int, ...]
    herbs: tuple[str, ...]
    authority: str
    edition: str
    basis: str
    params: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    settle_value: float | None = None


class Judged(Protocol):
    """A row that says by whose authority it speaks."""

    @property
    def authority(self) -> str: ...

    @property
    def fact(self) -> Provenance: ...


def told(
    rule: str,
    case: str,
    lines: Sequence["ReviewLine"],
    row: Judged,
    words: str,
    settle: float | None = None,
    **params: Any,
) -> Found:
    """An alert that a row of a table calls for."""
    return Found(
        rule,
        case,
        tuple(line.index for line in lines),
        tuple(line.zh for line in lines),
        row.authority,
        row.fact.edition,
        fact_basis(row.fact),
        params,
        words,
        settle,
    )


def own(rule: str, case: str, lines: Sequence["ReviewLine"], words: str, **params: Any) -> Found:
    """An alert of the house's own."""
    indices = tuple(line.index for line in lines)
    return Found(
        rule, case, indices, tuple(line.zh for line in lines), "policy", "", "own policy", params, words
    )


@dataclass(slots=True)
class Outcome:
    """What one rule found, and what it could not look at. about_line: the reason lies in the line itself."""

    rule: str
    found: list[Found] = field(default_factory=list)
    unchecked: dict[int, str] = field(default_factory=dict)
    about_line: bool = False
    editions: set[str] = field(default_factory=set)

    def skip(self, lines: Iterable["ReviewLine"], why: str) -> None:
        for line in lines:
            self.unchecked.setdefault(line.index, why)


@dataclass(frozen=True, slots=True)
class Context:
    """All that a rule may look at."""

    rx: Prescription
    patient: PatientFacts
    on: date
    safety: Safety
    lines: tuple[ReviewLine, ...]

    @property
    def external(self) -> bool:
        return self.rx.route == Route.EXTERNAL or self.rx.form == DoseForm.EXTERNAL


def fact_basis(fact: Provenance) -> str:
    """Source and how it is known, in one text."""
    return f"{fact.source} [{fact.basis}]"


def line_form(form: DoseForm, handlings: tuple[str, ...]) -> str:
    """How one line is taken, as the dose table names it. Granules are stated in grams of pieces."""
    if "external" in handlings:
        return "external"
    if form in (DoseForm.DECOCTION, DoseForm.GRANULE):
        return "powder" if "swallow" in handlings else "decoction"
    return form.value


def severity_of(row: Policy) -> tuple[Severity, Override]:
    return Severity(row.severity), Override(row.overridable_by)


def dose_of(rx: Prescription, line: PrescriptionLine) -> tuple[float | None, float | None, str]:
    """(grams a day, grams at one taking, why not). A batch is never a day's dose."""
    if line.grams is None:
        return None, None, "counted" if line.quantity_text else "no-amount"
    if line.basis == DoseBasis.BATCH:
        return None, None, "batch-basis"
    daily = line.grams * rx.per_day if line.basis == DoseBasis.DOSE else line.grams
    takings = max(rx.per_day * rx.portions, 1.0)
    return daily, daily / takings, ""
