"""What a use case changed, so that each screen decides for itself what to redraw."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of thing that can change."""

    PATIENTS = "patients"
    VISITS = "visits"
    HISTORY = "history"
    EXAMINATIONS = "examinations"
    FINDINGS = "findings"
    DIFFERENTIATION = "differentiation"
    PRESCRIPTION = "prescription"
    REVIEW = "review"
    SIGNATURE = "signature"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Changed:
    kinds: frozenset[Kind]
    patient_id: str | None = None
    visit_id: str | None = None
