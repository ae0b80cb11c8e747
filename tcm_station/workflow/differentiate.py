"""Findings of a visit → the program's differentiation. Nothing is stored here."""

from tcm_station.domain.differentiation import Differentiation, RedFlag
from tcm_station.domain.patient import Patient, facts_of
from tcm_station.domain.visit import Visit
from tcm_station.workflow.findings import findings_of


def propose(visit: Visit, patient: Patient, *, top: int = 10) -> Differentiation:
    """The proposal for a visit's findings as they stand, red flags included."""
    from knowledge_graph.reason import differentiate

    return differentiate(findings_of(visit), facts_of(patient, visit.at.date()), top=top)


def red_flags(visit: Visit, patient: Patient) -> tuple[RedFlag, ...]:
    """The red flags alone: quick enough to ask after every step."""
    from knowledge_graph.red_flags import raise_flags

    return raise_flags(findings_of(visit), facts_of(patient, visit.at.date()))


def syndromes_considered() -> int:
    """How many syndromes share the probability of a proposal."""
    from knowledge_graph.reason_model import model

    return len(model().syndromes)


def red_flag_rules() -> int:
    """How many rules look for red flags."""
    from knowledge_graph.sheets import sheet

    return len(sheet("red_flags"))


def elements_of(syndrome: str) -> tuple[str, ...]:
    """Codes of a syndrome's elements (locations and natures)."""
    from knowledge_graph.syndrome_names import elements_of_syndrome

    return tuple(elements_of_syndrome(syndrome))
