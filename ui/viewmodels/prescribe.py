"""处方: lines, doses, where lines come from, and the live review beside them. No Qt here."""

from dataclasses import dataclass, replace

from tcm_station.domain.errors import Refused
from tcm_station.domain.prescription import Alert, Prescription, PrescriptionLine, Review
from tcm_station.domain.visit import Visit
from tcm_station.workflow import commands
from tcm_station.workflow.lookup import FORMULAS, HERBS, Hit, search
from tcm_station.workflow.prescribe import prescription_of, prescription_of_last, written_line
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

    # writing
    def complete(self, words: str) -> tuple[Hit, ...]:
        """Herbs that fit what is being typed."""
        return search(words, HERBS, limit=8)

    def write(self, name: str, amount: str) -> PrescriptionLine | None:
        """Add a line as a person writes it. Raises Refused on an amount that cannot be read."""
        if not name.strip():
            return None
        line = written_line(name, amount, self.shell.user)
        self.shell.do(commands.add_line(line))
        return line

    def rewrite(self, index: int, name: str, amount: str) -> None:
        """Change name or amount of a line; whoever proposed it stays on record, the changer adopts it."""
        before = self.lines[index]
        line = written_line(name, amount, self.shell.user)
        kept = before.handling if line.herb == before.herb else None
        changed = replace(line, proposed_by=before.proposed_by, handling=kept)
        self.shell.do(commands.change_line(index, changed))

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

    # where lines come from
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
