"""A headless consultation → a draft visit in the store."""

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit
from tcm_station.workflow.consult import Consultation
from tcm_station.workflow.desk import Desk

if TYPE_CHECKING:
    from tcm_station.store import Store


def keep(desk: Desk, result: Consultation) -> Visit:
    """Store captures, person and draft; returns once all of it is durable.

    Nobody looked at the prescription and the differentiation yet, so they are not kept as shown: the
    window computes them anew when the draft is opened.
    """
    for taken in result.taken:
        desk.store.media.put(taken.data)

    def write(store: "Store") -> Visit:
        return _written(store, result)

    return desk.store.run(write)


def _written(store: "Store", result: Consultation) -> Visit:
    patient = person(store, result.patient)
    visit = replace(
        result.visit,
        id=uuid.uuid4().hex,
        patient_id=patient.id,
        differentiation=None,
        proposal_shown=False,
        prescription=None,
        review=None,
    )
    store.visits.create(visit, "step.imported")
    return visit


def person(store: "Store", given: Patient) -> Patient:
    """The stored person with the same name, sex and birth date, or a new one.

    Two people who share name and sex but give no birth date are never merged.
    """
    if given.name and given.birth is not None:
        for known in store.patients.search(given.name):
            if (known.name, known.sex, known.birth) == (given.name, given.sex, given.birth):
                return known
    patient = replace(given, id=uuid.uuid4().hex)
    store.patients.add(patient)
    return patient
