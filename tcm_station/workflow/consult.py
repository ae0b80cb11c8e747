"""One consultation from files: the same use cases as the window, without one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from tcm_station.domain.clock import Clock, local_now
from tcm_station.domain.differentiation import Differentiation
from tcm_station.domain.errors import Refused, StationError
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.patient import Known, Patient, Sex
from tcm_station.domain.prescription import Review
from tcm_station.domain.visit import Visit
from tcm_station.workflow.case import words_of
from tcm_station.workflow.differentiate import propose
from tcm_station.workflow.examine import examine_bytes, read_bytes
from tcm_station.workflow.plain import decoded, parsed, where_wrong
from tcm_station.workflow.prescribe import prescription_of
from tcm_station.workflow.review import review_of

INQUIRY = "inquiry"
OLDEST_YEARS = 130


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files of one consultation, and the person.

    id: what the caller calls it, None where there is nothing but a file's name, which may name the person.
    inquiry: text, the filled-in form, or the file with either. fs_hz, column: as for `pulse`.
    """

    id: str | None
    patient: Patient
    files: tuple[tuple[ExamKind, Path], ...] = ()
    inquiry: str | Mapping[str, Any] | Path | None = None
    fs_hz: float | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """One recording that was measured."""

    name: str
    data: bytes
    examination: Examination


@dataclass(frozen=True, slots=True)
class Consultation:
    """What one consultation gave. refused: (file as given, why)."""

    patient: Patient
    visit: Visit
    taken: tuple[Taken, ...]
    refused: tuple[tuple[str, StationError], ...]
    proposal: Differentiation
    review: Review | None
    media: tuple[bytes, ...] = field(default=(), repr=False)


def patient_of(plain: Mapping[str, Any], fallback_id: str) -> Patient:
    """A patient from the contract's JSON object. Raises Refused naming the field that cannot be read."""
    if not isinstance(plain, Mapping):
        raise Refused("patient-not-object")
    for key in ("name", "phone", "number", "id"):
        if not isinstance(plain.get(key, ""), str):
            raise Refused("patient-field", field=key)
    try:
        birth = date.fromisoformat(plain["birth"]) if plain.get("birth") else None
    except (TypeError, ValueError):
        raise Refused("patient-field", field="birth") from None
    today = local_now().date()
    if birth is not None and not 0 <= (today - birth).days <= OLDEST_YEARS * 366:
        raise Refused("patient-field", field="birth")
    sex = plain.get("sex") or "unknown"
    if not isinstance(sex, str) or sex not in {s.value for s in Sex}:
        raise Refused("patient-field", field="sex")
    return Patient(
        id=plain.get("id") or fallback_id,
        name=plain.get("name", ""),
        sex=Sex(sex),
        birth=birth,
        phone=plain.get("phone", ""),
        number=plain.get("number", ""),
        allergies=words_of(plain, "allergies"),
        conditions=words_of(plain, "conditions"),
        drugs=words_of(plain, "drugs"),
        pregnant=_known(plain, "pregnant"),
        breastfeeding=_known(plain, "breastfeeding"),
        sample=plain.get("sample") is True,
    )


def _known(plain: Mapping[str, Any], key: str) -> Known:
    value = plain.get(key)
    if value is None:
        return Known.UNKNOWN
    if not isinstance(value, bool):
        raise Refused("patient-field", field=key)
    return Known.YES if value else Known.NO


def read_inquiry(path: Path) -> str | Mapping[str, Any]:
    """The inquiry file: JSON (the filled-in form) or plain text. Raises Refused."""
    try:
        text = decoded(path)
    except Refused as error:
        if error.code == "text-encoding":
            raise Refused("inquiry-not-text", name=path.name) from error
        raise
    if path.suffix.lower() == ".json" or text.lstrip().startswith("{"):
        try:
            plain = parsed(text)
        except ValueError as fault:
            raise Refused("inquiry-not-json", name=path.name, why=where_wrong(fault)) from fault
        if not isinstance(plain, Mapping):
            raise Refused("inquiry-not-json", name=path.name, why="1:1")
        return plain
    return text


def with_inquiry(visit: Visit, inquiry: str | Mapping[str, Any] | None, patient: Patient) -> Visit:
    """The visit with the inquiry's words, answers and questionnaire. Raises Refused on unknown answers."""
    if inquiry is None:
        return visit
    if isinstance(inquiry, str):
        return replace(visit, history=inquiry)
    from tcm_station.inquiry import form, questionnaires

    answers = inquiry.get("answers") or {}
    if not isinstance(answers, Mapping):
        raise Refused("inquiry-field", field="answers")
    form.check(answers)
    visit = replace(
        visit,
        complaint=str(inquiry.get("complaint") or ""),
        history=str(inquiry.get("history") or inquiry.get("text") or ""),
        answers=tuple((str(q), str(a)) for q, a in answers.items() if a is not None),
    )
    told = inquiry.get("questionnaire")
    if told:
        if not isinstance(told, Mapping) or not isinstance(told.get("answers"), Mapping):
            raise Refused("inquiry-field", field="questionnaire")
        given = {str(k): v for k, v in told["answers"].items() if v is not None}
        if given:
            result = questionnaires.score(str(told.get("form", "2009-60")), given, patient.sex)
            visit = replace(visit, questionnaire=result)
    return visit


def consult(
    inputs: Inputs, *, clock: Clock = local_now, progress: Callable[[ExamKind, int], None] | None = None
) -> Consultation:
    """Measure, read, differentiate, propose a formula and review it. Nothing is signed.

    A file that cannot be used is named in `refused`, the inquiry too; the rest goes on. Raises Refused when
    nothing is left. Of several recordings of one kind the one of best quality goes on the visit.
    progress: told the kind and number of each recording that is begun; never a name.
    """
    visit = Visit(id=inputs.id or "", patient_id=inputs.patient.id, at=clock(), input=inputs.id)
    taken: list[Taken] = []
    refused: list[tuple[str, StationError]] = []
    for number, (kind, path) in enumerate(inputs.files, start=1):
        if progress:
            progress(kind, number)
        try:
            data = read_bytes(path)
            examination = examine_bytes(
                kind, data, path.name, clock=clock, fs_hz=inputs.fs_hz, column=inputs.column
            )
            taken.append(Taken(str(path), data, examination))
        except StationError as error:
            refused.append((str(path), error))
    for kind in ExamKind:
        best = max(
            (t for t in taken if t.examination.kind is kind),
            key=lambda t: t.examination.quality.value,
            default=None,
        )
        if best is not None:
            visit = visit.with_examination(best.examination)
    given, understood = inputs.inquiry, inputs.inquiry is not None
    try:
        told = read_inquiry(given) if isinstance(given, Path) else given
        visit = with_inquiry(visit, told, inputs.patient)
    except StationError as error:
        refused.append((str(given) if isinstance(given, Path) else INQUIRY, error))
        understood = False
    if not taken and not understood:
        if refused:
            raise refused[0][1]
        raise Refused("nothing-to-examine")
    return conclude(visit, inputs.patient, tuple(taken), tuple(refused))


def conclude(
    visit: Visit,
    patient: Patient,
    taken: tuple[Taken, ...],
    refused: tuple[tuple[str, StationError], ...],
) -> Consultation:
    """Differentiate, propose the first formula's lines, and review them.

    No formula follows from a red flag, nor where no syndrome stands out.
    """
    proposal = propose(visit, patient)
    visit = replace(visit, differentiation=proposal, proposal_shown=True)
    sound = proposal.stands_out and not proposal.red_flags
    if proposal.formulas and sound and visit.prescription is None:
        visit = replace(visit, prescription=prescription_of(proposal.formulas[0].code))
    review = review_of(visit, patient)
    visit = replace(visit, review=review)
    return Consultation(patient, visit, taken, refused, proposal, review)
