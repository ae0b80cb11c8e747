"""A proposed differentiation, with what speaks for it, against it, and what is missing."""

from dataclasses import dataclass
from enum import StrEnum

#: Under one in ten, nine other syndromes in ten are as likely: a choice of ours, not of a standard.
LEAST_P = 0.1


class ElementKind(StrEnum):
    LOCATION = "location"
    NATURE = "nature"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding's weight in an argument. weight: natural log of the likelihood ratio, signed."""

    finding: str
    weight: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One syndrome. p: posterior probability under the model named in the differentiation."""

    code: str
    p: float
    supporting: tuple[Evidence, ...] = ()
    opposing: tuple[Evidence, ...] = ()
    missing: tuple[Evidence, ...] = ()
    p_low: float | None = None
    p_high: float | None = None


@dataclass(frozen=True, slots=True)
class ElementScore:
    code: str
    kind: ElementKind
    p: float


@dataclass(frozen=True, slots=True)
class DiseaseScore:
    code: str
    p: float


@dataclass(frozen=True, slots=True)
class FormulaProposal:
    """score: 0..1. reasons: codes of syndromes and findings that lead to it."""

    code: str
    score: float
    syndrome: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """finding: what to ask for. gain_bits: expected fall of entropy over the candidates."""

    finding: str
    gain_bits: float


@dataclass(frozen=True, slots=True)
class RedFlag:
    """rule: id in the red-flag table. findings: those that raised it. by_other: said by somebody else."""

    rule: str
    zh: str
    en: str
    advice_zh: str
    advice_en: str
    findings: tuple[str, ...] = ()
    urgency: str = ""
    by_other: bool = False


@dataclass(frozen=True, slots=True)
class Differentiation:
    """rest_p: probability of all syndromes that are not listed. principle: treatment principle's code."""

    candidates: tuple[Candidate, ...]
    model: str
    elements: tuple[ElementScore, ...] = ()
    diseases: tuple[DiseaseScore, ...] = ()
    formulas: tuple[FormulaProposal, ...] = ()
    next_questions: tuple[NextQuestion, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    rest_p: float = 0.0
    principle: str | None = None

    @property
    def stands_out(self) -> bool:
        """Whether the first candidate is likely enough to be a proposal. Below LEAST_P it is the first of
        many, and no formula should follow from it."""
        return bool(self.candidates) and self.candidates[0].p >= LEAST_P


@dataclass(frozen=True, slots=True)
class Judgement:
    """The practitioner's own word. before_proposal: committed before the program showed its own."""

    syndromes: tuple[str, ...]
    text: str
    by: str
    at: str
    before_proposal: bool = False
