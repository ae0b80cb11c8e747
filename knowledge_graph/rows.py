"""The rows of the safety and herb tables, typed: one dataclass a table, its last field the provenance.

Every table is UTF-8, tab separated, one header row, no quoting, and ends with the columns of `Provenance`.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from and when it holds. valid_from/valid_to: None when open.

    basis: "read" (seen in the named source) or "recalled" (from memory, to be confirmed).
    """

    source: str
    edition: str
    jurisdiction: str
    valid_from: date | None
    valid_to: date | None
    basis: str

    def in_force(self, on: date) -> bool:
        """Whether the fact holds on a date."""
        if self.valid_from is not None and on < self.valid_from:
            return False
        return self.valid_to is None or on <= self.valid_to


@dataclass(frozen=True, slots=True)
class Node:
    """A thing of the graph with its names. kind: herb, processed-herb, formula, patent, syndrome, element,
    sign, disease, principle, tm1, constitution, drug."""

    id: str
    kind: str
    zh: str
    pinyin: str
    en: str
    latin: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that holds of a node. value: text, a number or an object, as the contract has it.

    links: ids of the nodes that the value speaks of. authority: "" where the table has none.
    """

    relation: str
    value: object
    fact: Provenance
    links: tuple[str, ...] = ()
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Herb:
    """A material or one of its processed forms. parent: the material a processed form is made from.

    processing: how ("honey", "charred", …), "" for the material itself. entry: number in the
    Pharmacopoeia's list. status: official, not-official, food, withdrawn.
    """

    id: str
    zh: str
    pinyin: str
    en: str
    kind: str
    latin: str
    parent: str
    processing: str
    category: tuple[str, ...]
    nature: tuple[str, ...]
    flavours: tuple[str, ...]
    meridians: tuple[str, ...]
    functions: tuple[str, ...]
    entry: int | None
    status: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class HerbAlias:
    """A written name that means exactly one node. kind: custom or pharmacopoeia."""

    alias: str
    herb: str
    kind: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class AmbiguousName:
    """A written name that must be asked about. kind: ask, compound (several herbs in one word), or
    default (a title of its own that is also used for others: taken, with a notice)."""

    name: str
    kind: str
    candidates: tuple[str, ...]
    default: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Two herbs whose names are taken for each other."""

    a: str
    b: str
    zh: str
    en: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class UncheckedName:
    """A name from a list nobody checked: good for a suggestion, never for a decision."""

    name: str
    herb: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class NamePart:
    """A piece of a written name that says how the herb was processed. place: before, after, or inside
    brackets. processing: "" where it says nothing of that kind (cut into slices, cleaned)."""

    part: str
    place: str
    processing: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Dose:
    """min, max: in `unit` (g or piece), per day or per time; None where the source gives none ("as needed").

    form: decoction, pill, powder, wine, external. purpose: "" for the usual dose, else what it is for.
    times: how often a day a per-time dose is taken, None when not stated.
    """

    herb: str
    route: str
    form: str
    min: float | None
    max: float | None
    unit: str
    per: str
    times: int | None
    purpose: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Toxicity:
    """toxicity: none, slight, toxic, very-toxic."""

    herb: str
    toxicity: str
    authority: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """rule: caution, avoid, forbidden."""

    herb: str
    rule: str
    authority: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """rule: 18 (eighteen incompatibilities) or 19 (nineteen antagonisms). Holds for processed forms too."""

    herb_a: str
    herb_b: str
    rule: str
    authority: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Handling:
    """strength: required (the Pharmacopoeia says so), customary, or allowed (accepted, not asked for)."""

    herb: str
    handling: str
    strength: str
    authority: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class HandlingWord:
    """What people write for a handling."""

    code: str
    zh: str
    en: str
    words: tuple[str, ...]
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Controlled:
    """max_days: most days a prescription may cover."""

    herb: str
    control: str
    authority: str
    max_days: int | None
    fact: Provenance


@dataclass(frozen=True, slots=True)
class ProcessingRequired:
    """level: must (the raw drug is dangerous) or should. write: the form usually meant."""

    herb: str
    level: str
    write: str
    authority: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class FormLimit:
    """limit: external-only, manufacture-only, wine-only."""

    herb: str
    limit: str
    authority: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A drug that is no longer one. level: stop or second (signature)."""

    herb: str
    level: str
    zh: str
    authority: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Duration:
    """herb: "" for the rule that holds for any prescription."""

    herb: str
    max_days: int
    zh: str
    en: str
    authority: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two forms of one material that are usually prescribed together."""

    a: str
    b: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class ConditionName:
    """words: what a patient's record may call it."""

    id: str
    zh: str
    en: str
    words: tuple[str, ...]
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Condition:
    """rule: caution, avoid, forbidden. age_from, age_to: in years, for "child" and "elderly"."""

    herb: str
    condition: str
    age_from: int | None
    age_to: int | None
    rule: str
    authority: str
    note: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Drug:
    """A western drug or a class of them. classes: node ids. names: other names people write."""

    id: str
    zh: str
    pinyin: str
    en: str
    kind: str
    classes: tuple[str, ...]
    names: tuple[str, ...]
    fact: Provenance


@dataclass(frozen=True, slots=True)
class HerbDrug:
    """herb: node id of a herb, or of a formula. severity: minor, moderate, major, contraindicated."""

    herb: str
    drug: str
    severity: str
    direction: str
    zh: str
    en: str
    strength: str
    reference: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Edition:
    id: str
    name: str
    kind: str
    issued: date | None
    replaces: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class EditionChange:
    """What is known to differ, or not to differ, in a newer edition. change: none, changed, unknown."""

    herb: str
    what: tuple[str, ...]
    change: str
    certainty: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Tm1Term:
    """A title of ICD-11 chapter 26; the titles are WHO's and are not changed."""

    id: str
    zh: str
    pinyin: str
    en: str
    code: str
    block: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class Policy:
    """What the house does about one case of a rule: severity, what lets it pass, what would settle it."""

    rule: str
    case: str
    severity: str
    overridable_by: str
    settle: str
    fact: Provenance


TABLES: dict[str, type] = {
    "herbs": Herb,
    "herb_aliases": HerbAlias,
    "herb_ambiguous": AmbiguousName,
    "herb_lookalikes": Lookalike,
    "herb_names_unchecked": UncheckedName,
    "name_parts": NamePart,
    "doses": Dose,
    "toxicity": Toxicity,
    "pregnancy": Pregnancy,
    "incompatibilities": Incompatibility,
    "handling": Handling,
    "handling_words": HandlingWord,
    "controlled": Controlled,
    "processing_required": ProcessingRequired,
    "form_limits": FormLimit,
    "withdrawn": Withdrawn,
    "durations": Duration,
    "duplicates_usual": DuplicatePair,
    "condition_names": ConditionName,
    "conditions": Condition,
    "drugs": Drug,
    "herb_drug": HerbDrug,
    "editions": Edition,
    "edition_changes": EditionChange,
    "tm1": Tm1Term,
    "review_policy": Policy,
}
