"""处方: lines, doses, where lines come from, and the live review beside them. No Qt here."""

from dataclasses import dataclass, replace

from tcm_station.domain.differentiation import FormulaProposal
from tcm_station.domain.errors import Refused
from tcm_station.domain.prescription import (
    Alert,
    DoseBasis,
    DoseForm,
    Prescription,
    PrescriptionLine,
    ProposedBy,
    Review,
)
from tcm_station.domain.visit import Visit
from tcm_station.i18n import Lang
from tcm_station.workflow import commands
from tcm_station.workflow.lookup import (
    FORMULAS,
    HERBS,
    Addition,
    DoseRange,
    FormulaInfo,
    Hit,
    additions,
    dose_range,
    formula_info,
    search,
    suggestions,
)
from tcm_station.workflow.names import name_of
from tcm_station.workflow.prescribe import (
    check_amount,
    prescription_of,
    prescription_of_last,
    written_line,
)
from ui.viewmodels.shell import Shell


@dataclass(frozen=True, slots=True)
class Totals:
    """What the three numbers come to. grams: of one dose, over the lines that have grams."""

    grams: float
    lines: int
    days: float | None
    portions: int | None


class Prescribe:
    """The prescription of the open visit."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    @property
    def prescription(self) -> Prescription:
        visit = self.shell.visit
        return visit.prescription if visit is not None and visit.prescription is not None else Prescription()

    @property
    def lines(self) -> tuple[PrescriptionLine, ...]:
        return self.prescription.lines

    @property
    def review(self) -> Review | None:
        return self.shell.review

    def alerts_of(self, index: int) -> tuple[Alert, ...]:
        """The alerts about one line."""
        return tuple(a for a in self.review.alerts if index in a.lines) if self.review else ()

    def totals(self) -> Totals:
        p = self.prescription
        grams = sum(line.grams or 0.0 for line in p.lines)
        days = p.doses / p.per_day if p.doses is not None and p.per_day else None
        portions = p.doses * p.portions if p.doses is not None else None
        return Totals(grams, len(p.lines), days, portions)

    # what is known of a line
    def range_of(self, line: PrescriptionLine) -> DoseRange | None:
        """The usual daily grams under the tables of the visit's day; None where they hold none."""
        visit = self.shell.visit
        return dose_range(line.herb, visit.at.date()) if visit is not None else None

    def range_of_herb(self, herb: str) -> DoseRange | None:
        """The same for a herb that is being looked for."""
        visit = self.shell.visit
        return dose_range(herb, visit.at.date()) if visit is not None else None

    def daily(self, line: PrescriptionLine) -> float | None:
        """Grams a day of a line; None where its amount is not a day's."""
        return day_grams(line, self.prescription)

    def formula(self) -> FormulaInfo | None:
        return formula_info(self.prescription.formula)

    def role_of(self, line: PrescriptionLine) -> str:
        """Chief, deputy, assistant or envoy in the base formula; "" for a line that is not of it."""
        info = self.formula()
        return info.roles.get(line.name, "") if info is not None else ""

    def unadopted(self) -> tuple[int, ...]:
        return tuple(i for i, line in enumerate(self.lines) if line.adopted_by is None)

    # writing
    def complete(self, words: str) -> tuple[Hit, ...]:
        """Herbs that fit what is being typed."""
        return search(words, HERBS, limit=8)

    def suggest(self, words: str) -> tuple[Hit, ...]:
        """What may have been meant by a name that fits nothing."""
        return suggestions(words)

    def write(self, name: str, amount: str) -> PrescriptionLine | None:
        """Add a line as a person writes it. Raises Refused on an amount that cannot be read."""
        if not name.strip():
            return None
        check_amount(amount)
        line = written_line(name, amount, self.shell.user)
        self.shell.do(commands.add_line(line))
        return line

    def rewrite(self, index: int, name: str, amount: str) -> None:
        """Change name or amount of a line; whoever proposed it stays on record, the changer adopts it."""
        check_amount(amount)
        before = self.lines[index]
        line = written_line(name, amount, self.shell.user)
        kept = before.handling if line.herb == before.herb else None
        changed = replace(line, proposed_by=before.proposed_by, handling=kept)
        self.shell.do(commands.change_line(index, changed))

    def set_grams(self, index: int, amount: str) -> None:
        """Another amount for a line. Raises Refused when it cannot be read."""
        check_amount(amount)
        line = written_line(self.lines[index].name, amount, self.shell.user)
        changed = replace(
            self.lines[index],
            grams=line.grams,
            quantity_text=line.quantity_text,
            adopted_by=self.shell.user,
        )
        self.shell.do(commands.change_line(index, changed))

    def settle(self, alert: Alert) -> bool:
        """Do what would settle an alert, where that is one clear change of one line. False when it is not."""
        index = alert.lines[0] if len(alert.lines) == 1 else -1
        if not 0 <= index < len(self.lines):
            return False
        if alert.settle in ("lower-to", "raise-to") and alert.settle_value is not None:
            share = self.prescription.per_day or 1.0
            self.set_grams(index, f"{alert.settle_value / share:g}g")
            return True
        return False

    def set_handling(self, index: int, handling: str | None) -> None:
        self.shell.do(commands.change_line(index, replace(self.lines[index], handling=handling)))

    def remove(self, index: int) -> None:
        self.shell.do(commands.remove_line(index, self.lines[index].name))

    def move(self, index: int, by: int) -> int:
        """Move a line; returns where it is now."""
        target = max(0, min(len(self.lines) - 1, index + by))
        if target != index:
            self.shell.do(commands.move_line(index, by, self.lines[index].name))
        return target

    def adopt(self, index: int) -> None:
        """Take over a proposed line."""
        if self.lines[index].adopted_by is None:
            self.shell.do(commands.adopt_line(index, self.shell.user, self.lines[index].name))

    def set_doses(self, doses: int | None, per_day: float, portions: int) -> None:
        """Raises Refused when a number makes no sense."""
        if (doses is not None and doses < 1) or per_day <= 0 or portions < 1:
            raise Refused("doses-range")
        self.shell.do(commands.set_doses(doses, per_day, portions))

    def set_form(self, form: DoseForm) -> None:
        self.shell.do(commands.set_prescription(replace(self.prescription, form=form), "step.form"))

    def set_note(self, note: str) -> None:
        if note.strip() != self.prescription.note:
            self.shell.do(
                commands.set_prescription(replace(self.prescription, note=note.strip()), "step.directions")
            )

    # where lines come from
    def proposed_formulas(self) -> tuple[FormulaProposal, ...]:
        """Formulas that go with the proposal that was seen; none before it was."""
        visit = self.shell.visit
        if visit is None or not visit.proposal_shown or visit.differentiation is None:
            return ()
        return visit.differentiation.formulas[:5]

    def additions(self) -> tuple[Addition, ...]:
        """What the base formula's own changes would add for the findings, without what stands there."""
        visit = self.shell.visit
        if visit is None or not self.lines:
            return ()
        here = {line.name for line in self.lines}
        found = additions(self.prescription.formula, self.shell.desk.findings(visit.id))
        return tuple(a for a in found if a.herb not in here)[:4]

    def add(self, addition: Addition) -> None:
        """Take one proposed addition over: it carries both marks."""
        amount = f"{addition.grams:g}g" if addition.grams is not None else ""
        line = written_line(addition.herb, amount, self.shell.user)
        self.shell.do(commands.add_line(replace(line, proposed_by=ProposedBy.MODIFICATION)))

    def title(self, lang: Lang) -> str:
        """The base formula's name; "" for a prescription of one's own."""
        formula = self.prescription.formula
        return name_of(formula, lang) if formula else ""

    def formulas(self, words: str) -> tuple[Hit, ...]:
        return search(words, FORMULAS)

    def take_formula(self, formula: str) -> None:
        """A formula's lines as proposals, in place of what stands there (undo brings it back)."""
        self.shell.do(commands.set_prescription(prescription_of(formula), "step.from_formula"))

    def last_visit(self) -> Visit | None:
        """The latest earlier visit with a prescription."""
        if self.shell.visit is None:
            return None
        for visit in self.shell.desk.visits_of(self.shell.visit.patient_id):
            if visit.at < self.shell.visit.at and visit.prescription is not None and visit.prescription.lines:
                return visit
        return None

    def take_last(self) -> bool:
        """The last prescription as proposals, to be reviewed under today's rules."""
        last = self.last_visit()
        copied = prescription_of_last(last) if last is not None else None
        if copied is None:
            return False
        return self.shell.do(commands.set_prescription(copied, "step.from_last"))


def day_grams(line: PrescriptionLine, prescription: Prescription) -> float | None:
    """Grams a day of one line; a batch of pills or powder is not a day's amount."""
    if line.grams is None or line.basis is DoseBasis.BATCH:
        return None
    return line.grams * prescription.per_day if line.basis is DoseBasis.DOSE else line.grams
