"""Findings of a visit → the program's differentiation. Nothing is stored here."""

from tcm_station.domain.differentiation import Differentiation
from tcm_station.domain.patient import Patient, facts_of
from tcm_station.domain.visit import Visit
from tcm_station.workflow.findings import findings_of


def propose(visit: Visit, patient: Patient, *, top: int = 10) -> Differentiation:
    """The proposal for a visit's findings as they stand, red flags included."""
    from knowledge_graph.reason import differentiate

    return differentiate(findings_of(visit), facts_of(patient, visit.at.date()), top=top)
