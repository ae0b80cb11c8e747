"""A headless consultation → a draft visit in the store."""

import uuid
from dataclasses import replace

from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit
from tcm_station.workflow.consult import Consultation
from tcm_station.workflow.desk import Desk


def keep(desk: Desk, result: Consultation) -> Visit:
    """Store captures, person and draft; returns once all of it is durable.

    Nobody looked at the prescription and the differentiation yet, so they are not kept as shown: the
    window computes them anew when the draft is opened.
    """
    for taken in result.taken:
        desk.store.media.put(taken.data)
    patient = person(desk, result.patient)
    visit = replace(
        result.visit,
        id=uuid.uuid4().hex,
        patient_id=patient.id,
        differentiation=None,
        proposal_shown=False,
        prescription=None,
        review=None,
    )
    desk.store.visits.create(visit, "step.imported")
    return visit


def person(desk: Desk, given: Patient) -> Patient:
    """The stored person with the same name, sex and birth date, or a new one.

    Two people who share name and sex but give no birth date are never merged.
    """
    if given.name and given.birth is not None:
        for known in desk.store.patients.search(given.name):
            if (known.name, known.sex, known.birth) == (given.name, given.sex, given.birth):
                return known
    patient = replace(given, id=uuid.uuid4().hex)
    desk.store.patients.add(patient)
    return patient
