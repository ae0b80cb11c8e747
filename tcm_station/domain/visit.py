"""A visit: a draft until it is signed, then never changed, only amended."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tcm_station.domain.differentiation import Differentiation, Judgement
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.finding import Finding
from tcm_station.domain.prescription import AlertAnswer, Prescription, Review


class VisitState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    AMENDED = "amended"


@dataclass(frozen=True, slots=True)
class Amendment:
    text: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class QuestionnaireResult:
    """Scores of one questionnaire. answers: (item id, 1..5). scores: (constitution code, 0..100).
    verdicts: (constitution code, "yes" | "tendency" | "basically" | "no").
    main: code, or None when unclassified."""

    form: str
    answers: tuple[tuple[str, int], ...]
    scores: tuple[tuple[str, float], ...]
    verdicts: tuple[tuple[str, str], ...]
    main: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything of one consultation. Times carry their zone; at: when it was opened.

    findings_by_hand: what the practitioner added, confirmed or negated; it wins over measured and read ones.
    answers: the ten-questions form, (question id, answer code). input: id of the batch line it came from.
    """

    id: str
    patient_id: str
    at: datetime
    state: VisitState = VisitState.DRAFT
    complaint: str = ""
    history: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    examinations: tuple[Examination, ...] = ()
    findings_by_hand: tuple[Finding, ...] = ()
    questionnaire: QuestionnaireResult | None = None
    judgement: Judgement | None = None
    differentiation: Differentiation | None = None
    proposal_shown: bool = False
    prescription: Prescription | None = None
    review: Review | None = None
    alert_answers: tuple[AlertAnswer, ...] = ()
    red_flag_answers: tuple[tuple[str, str], ...] = ()
    signed_by: str | None = None
    second_by: str | None = None
    signed_at: datetime | None = None
    amendments: tuple[Amendment, ...] = ()
    input: str | None = None

    def examination(self, kind: ExamKind) -> Examination | None:
        """The latest examination of one kind, or None."""
        return next((e for e in reversed(self.examinations) if e.kind == kind), None)

    def with_examination(self, examination: Examination) -> "Visit":
        """The visit with this examination in place of an earlier one of its kind."""
        kept = tuple(e for e in self.examinations if e.kind != examination.kind)
        return replace(self, examinations=(*kept, examination))
