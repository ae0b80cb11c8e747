"""The papers and files of one consultation: reports, overlay, trace, and the record as JSON."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tcm_station.domain.errors import StationError
from tcm_station.domain.examination import ExamKind
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.i18n import Lang
from tcm_station.workflow import contract, pictures
from tcm_station.workflow.consult import Consultation
from tcm_station.workflow.findings import findings_of
from tcm_station.workflow.names import name_of

if TYPE_CHECKING:
    from tcm_station.workflow.desk import Desk


def consultation_json(result: Consultation, *, names: bool = True) -> dict[str, object]:
    """The whole consultation as the contract's objects. No person's name: the patient is sex and age.

    names: whether files go by the names they were given, as the answer to whoever gave them; what is kept
    has the SHA-256 of the bytes instead, since a file's name may name the person.
    """
    patient, visit = result.patient, result.visit
    plain: dict[str, object] = {
        "patient": {"sex": patient.sex.value, "age": patient.age_years(visit.at.date())},
        "synthetic": patient.sample,
        "examinations": [
            {
                "kind": t.examination.kind.value,
                **({"input": t.name} if names else {"sha256": t.examination.captures[0].sha256}),
                **contract.examination_json(t.examination),
            }
            for t in result.taken
        ],
        "refused": [
            {"input": name, "error": error.to_json()} if names else {"error": _unnamed(error).to_json()}
            for name, error in result.refused
        ],
        "findings": [contract.finding_json(f) for f in findings_of(visit)],
        "differentiation": contract.differentiation_json(result.proposal, findings=findings_of(visit)),
    }
    if visit.questionnaire is not None:
        told = visit.questionnaire
        plain["constitution"] = {
            "form": told.form,
            "scores": dict(told.scores),
            "verdicts": dict(told.verdicts),
            "main": told.main,
        }
    if visit.prescription is not None and result.review is not None:
        plain["prescription"] = contract.prescription_json(visit.prescription)
        plain["review"] = contract.review_json(result.review)
    return plain


def _unnamed(error: StationError) -> StationError:
    """The same error without the name of the file that it is about."""
    return type(error)(error.code, **{k: "—" if k == "name" else v for k, v in error.params.items()})


def editions_of(visit: Visit) -> tuple[str, ...]:
    """The editions that stand behind what is printed of a visit."""
    found = list(visit.review.coverage.editions) if visit.review is not None else []
    if visit.questionnaire is not None:
        from tcm_station.inquiry import questionnaires

        found.append(questionnaires.load(visit.questionnaire.form).edition)
    return tuple(dict.fromkeys(found))


def write_papers(
    result: Consultation, folder: Path, lang: Lang, *, sizes: tuple[str, ...] = ("A4",)
) -> dict[str, str]:
    """Write report.pdf, record.pdf, consultation.json, overlay.png, pulse.png (those there is matter for).

    Returns what was written, name → path. Raises NotWritten.
    """
    from tcm_station.reports import papers

    files: dict[str, str] = {}

    def keep(name: str, data: bytes) -> None:
        pictures.write_bytes(folder / name, data)
        files[name] = str(folder / name)

    images: dict[ExamKind, bytes] = {}
    for taken in result.taken:
        examination = taken.examination
        if result.visit.examination(examination.kind) is not examination:
            continue
        if examination.kind in (ExamKind.TONGUE, ExamKind.FACE):
            drawn = pictures.overlay(taken.data, Path(taken.name).name, examination)
            images[examination.kind] = pictures.png_bytes(pictures.close_up(drawn, examination))
            if examination.kind is ExamKind.TONGUE:
                keep("overlay.png", pictures.png_bytes(drawn))
    pulse = result.visit.examination(ExamKind.PULSE)
    if pulse is not None:
        keep("pulse.png", papers.pulse_png(pulse, lang))
    material = papers.Material(
        result.visit, result.patient, findings_of(result.visit), name_of, images, editions_of(result.visit)
    )
    for size in sizes:
        ending = "" if size == "A4" else f"-{size.lower()}"
        keep(f"report{ending}.pdf", papers.visit_report(material, lang, size))
        keep(f"record{ending}.pdf", papers.outpatient_record(material, lang, size))
    text = json.dumps(consultation_json(result, names=False), ensure_ascii=False, indent=1)
    keep("consultation.json", text.encode("utf-8"))
    return files


def visit_paper(desk: "Desk", visit_id: str, name: str, lang: Lang, size: str = "A4") -> bytes:
    """One paper of a stored visit: "report" or "record". A draft prints as a draft, with the proposal and the
    review of now; a signed visit prints what was signed."""
    from tcm_station.reports import papers

    visit = desk.visit(visit_id)
    patient = desk.patient(visit.patient_id)
    if visit.state is VisitState.DRAFT:
        seen = visit.differentiation if visit.proposal_shown else None
        visit = replace(visit, review=desk.review(visit_id), differentiation=seen)
    images = {}
    for kind in (ExamKind.TONGUE, ExamKind.FACE):
        examination = visit.examination(kind)
        if examination is not None:
            data = desk.store.media.get(examination.captures[0].sha256)
            drawn = pictures.overlay(data, "", examination)
            images[kind] = pictures.png_bytes(pictures.close_up(drawn, examination))
    clinic = str(desk.store.settings.get("clinic", ""))
    material = papers.Material(
        visit, patient, findings_of(visit), name_of, images, editions_of(visit), clinic
    )
    make = {"report": papers.visit_report, "record": papers.outpatient_record}[name]
    return make(material, lang, size)
