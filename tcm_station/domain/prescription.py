"""Formula, prescription and its review."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ProposedBy(StrEnum):
    """Who put a line on the prescription."""

    PRACTITIONER = "practitioner"
    FORMULA = "formula"
    MODIFICATION = "modification"
    TEMPLATE = "template"
    LAST_VISIT = "last_visit"


class DoseForm(StrEnum):
    DECOCTION = "decoction"
    POWDER = "powder"
    PILL = "pill"
    GRANULE = "granule"
    EXTERNAL = "external"


class Route(StrEnum):
    ORAL = "oral"
    EXTERNAL = "external"


class DoseBasis(StrEnum):
    """What the grams of a line are an amount of."""

    DOSE = "dose"  # one 剂
    DAILY = "daily"
    BATCH = "batch"  # a whole batch of pills or powder


@dataclass(frozen=True, slots=True)
class PrescriptionLine:
    """name: as written. herb: node id once resolved, None when unknown. grams: of `basis`, None when not
    given in grams; quantity_text keeps what was written ("三钱"). handling: as in the contract.
    adopted_by: the person who took the line over; None while it is only proposed."""

    name: str
    herb: str | None = None
    grams: float | None = None
    quantity_text: str = ""
    basis: DoseBasis = DoseBasis.DOSE
    handling: str | None = None
    proposed_by: ProposedBy = ProposedBy.PRACTITIONER
    adopted_by: str | None = None


@dataclass(frozen=True, slots=True)
class PatentLine:
    """A patent medicine. daily: as written ("8丸×3")."""

    name: str
    daily: str = ""


@dataclass(frozen=True, slots=True)
class Prescription:
    """doses × doses a day × portions a dose are three numbers. formula: node id of the base formula."""

    lines: tuple[PrescriptionLine, ...] = ()
    patents: tuple[PatentLine, ...] = ()
    doses: int | None = None
    per_day: float = 1.0
    portions: int = 2
    form: DoseForm = DoseForm.DECOCTION
    route: Route = Route.ORAL
    formula: str | None = None
    note: str = ""


class Severity(StrEnum):
    NOTICE = "notice"
    WARNING = "warning"
    SERIOUS = "serious"


class Override(StrEnum):
    """What lets a prescription go on in spite of an alert."""

    NONE = "none"
    SECOND_SIGNATURE = "second-signature"
    REASON = "reason"


class Verdict(StrEnum):
    PASS = "pass"
    NOTICE = "notice"
    SECOND_SIGNATURE = "second-signature"
    STOP = "stop"

    @property
    def rank(self) -> "VerdictRank":
        return VerdictRank[self.name]


class VerdictRank(IntEnum):
    PASS = 0
    NOTICE = 1
    SECOND_SIGNATURE = 2
    STOP = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing the review says, with its authority and edition. settle: what would settle it, a key with
    words at `review.settle.<key>`, and settle_value (such as the limit in grams)."""

    rule: str
    severity: Severity
    herbs: tuple[str, ...]
    authority: str
    edition: str
    basis: str
    zh: str
    en: str
    overridable_by: Override
    lines: tuple[int, ...] = ()
    settle: str | None = None
    settle_value: float | None = None

    @property
    def key(self) -> str:
        """Stable name of the alert within a prescription: the rule and the herbs it is about."""
        return f"{self.rule}:{'+'.join(self.herbs)}"


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """Which lines (indices) one rule class could check, and why not the others: (index, key of the words)."""

    rule: str
    checked: tuple[int, ...]
    unchecked: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """lines_total: all lines, patents included. lines_checked: known to every rule class that applies."""

    lines_total: int
    lines_checked: int
    rules: tuple[RuleCoverage, ...]
    editions: tuple[str, ...]
    as_of: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """How a written name was understood. herb: node id; None when unknown or ambiguous."""

    name: str
    herb: str | None
    zh: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    verdict: Verdict
    alerts: tuple[Alert, ...]
    coverage: Coverage
    resolved: tuple[Resolved, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertAnswer:
    """How a person answered an alert. action: "reason", "second-signature", "noted". line_state: what the
    lines looked like when answered; a changed line reopens the alert."""

    alert: str
    action: str
    reason: str
    by: str
    at: str
    line_state: str
