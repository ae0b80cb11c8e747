"""A visit's prescription → its review under the rules of the visit's date."""

from datetime import date

from tcm_station.domain.patient import Patient, facts_of
from tcm_station.domain.prescription import Review
from tcm_station.domain.visit import Visit
from tcm_station.i18n import Lang


def review_of(visit: Visit, patient: Patient) -> Review | None:
    """The review of the prescription as it stands; None when there is nothing to review."""
    prescription = visit.prescription
    if prescription is None or not (prescription.lines or prescription.patents):
        return None
    from knowledge_graph.review import review

    on = visit.at.date()
    return review(prescription, facts_of(patient, on), as_of=on)


def edition_words(review: Review, lang: Lang) -> str:
    """What must be said about the editions on the day of the review; "" when nothing must."""
    from knowledge_graph.review import edition_note

    return edition_note(date.fromisoformat(review.coverage.as_of), lang)
