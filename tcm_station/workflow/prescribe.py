"""Where prescription lines come from: a formula, the last visit, or a person. All arrive as proposals."""

from dataclasses import replace

from tcm_station.domain.errors import Refused
from tcm_station.domain.prescription import Prescription, PrescriptionLine, ProposedBy
from tcm_station.domain.visit import Visit
from tcm_station.workflow.commands import proposed_lines

# A first course of a week: what out-patient departments usually write; the practitioner changes it.
USUAL_DOSES = 7


def prescription_of(formula: str) -> Prescription:
    """A formula's lines as a proposal, with its usual decoction grams where the table has them."""
    from knowledge_graph.formulas import lines_of

    return Prescription(lines=lines_of(formula), doses=USUAL_DOSES, formula=formula)


def prescription_of_last(visit: Visit) -> Prescription | None:
    """An earlier visit's prescription as a proposal of today: nothing of it is adopted."""
    if visit.prescription is None:
        return None
    lines = proposed_lines(visit.prescription.lines, ProposedBy.LAST_VISIT)
    return replace(visit.prescription, lines=lines)


def with_all_adopted(prescription: Prescription, by: str) -> Prescription:
    """Every line taken over by one person."""
    return replace(prescription, lines=tuple(replace(x, adopted_by=by) for x in prescription.lines))


def written_line(name: str, amount: str, by: str) -> PrescriptionLine:
    """A line as a person writes it ("生黄芪", "15g"): resolved where one herb fits, left open where not."""
    from knowledge_graph import herbs
    from knowledge_graph.quantity import parse

    grams = parse(amount).grams if amount.strip() else None
    resolution = herbs.resolve(name)
    return PrescriptionLine(
        name=name.strip(),
        herb=resolution.herb,
        grams=grams,
        quantity_text=amount.strip(),
        proposed_by=ProposedBy.PRACTITIONER,
        adopted_by=by,
    )


def check_amount(amount: str) -> None:
    """Raises Refused when an amount is written that cannot be read, or that is nothing."""
    if not amount.strip():
        return
    from knowledge_graph.quantity import parse

    quantity = parse(amount)
    if not quantity.understood or (quantity.grams is not None and quantity.grams <= 0):
        raise Refused("amount-unread", amount=amount.strip())
