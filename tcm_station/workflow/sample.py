"""The sample patients: rendered tongues, simulated pulses, invented histories. All marked synthetic."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tcm_station.domain.clock import Clock, local_now
from tcm_station.domain.examination import ExamKind
from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit
from tcm_station.resources import asset
from tcm_station.workflow.consult import Consultation, Taken, conclude, patient_of, with_inquiry
from tcm_station.workflow.desk import Desk
from tcm_station.workflow.examine import examine_bytes

TONGUE_FILE = "samples/tongue_heart_spleen.png"
PULSE_FILE = "samples/pulse_heart_spleen.csv"
# A synthetic face under the MIT licence (samples/portrait.LICENSE.txt): nobody's photograph.
FACE_FILE = "samples/portrait.jpg"
PATIENT_FILE = "samples/heart_spleen.json"
DEVICE = "synthetic"


def _told() -> Mapping[str, Any]:
    plain: Mapping[str, Any] = json.loads(asset(PATIENT_FILE).read_text(encoding="utf-8"))
    return plain


def sample_patient() -> Patient:
    """The invented person of the demo."""
    return patient_of(_told()["patient"], "sample")


def sample_recordings() -> tuple[tuple[ExamKind, str, bytes], ...]:
    """(kind, name, bytes) of the embedded recordings, and of the licensed portrait where it is shipped."""
    return tuple(
        (kind, path.rpartition("/")[2], asset(path).read_bytes())
        for kind, path in (
            (ExamKind.TONGUE, TONGUE_FILE),
            (ExamKind.FACE, FACE_FILE),
            (ExamKind.PULSE, PULSE_FILE),
        )
    )


def sample_consultation(
    *, clock: Clock = local_now, progress: Callable[[ExamKind, int], None] | None = None
) -> Consultation:
    """One whole consultation on the sample patient, computed now from image, waveform and words."""
    patient = sample_patient()
    visit = Visit(id="sample", patient_id=patient.id, at=clock())
    taken = []
    for number, (kind, name, data) in enumerate(sample_recordings(), start=1):
        if progress:
            progress(kind, number)
        examination = examine_bytes(kind, data, name, clock=clock, device=DEVICE, synthetic=True)
        taken.append(Taken(name, data, examination))
        visit = visit.with_examination(examination)
    visit = with_inquiry(visit, _told()["inquiry"], patient)
    return conclude(visit, patient, tuple(taken), ())


def fill_desk(desk: Desk) -> str:
    """Put the sample patient and an unfinished visit on an empty desk; returns the visit's id."""
    patient = replace(sample_patient(), sample=True)
    desk.store.patients.add(patient)
    visit = desk.new_visit(patient.id)
    for kind, name, data in sample_recordings():
        desk.take(visit.id, kind, data, name, device=DEVICE, synthetic=True)
    from tcm_station.workflow.commands import set_inquiry

    told = with_inquiry(visit, _told()["inquiry"], patient)
    desk.do(visit.id, set_inquiry(told))
    return visit.id
