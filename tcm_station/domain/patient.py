"""The person who is examined."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    FEMALE = "f"
    MALE = "m"
    UNKNOWN = "unknown"


class Known(StrEnum):
    """Yes, no, or not asked: three different things."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Patient:
    """allergies, conditions, drugs: words as they were given. sample: an invented person, marked as such."""

    id: str
    name: str
    sex: Sex = Sex.UNKNOWN
    birth: date | None = None
    phone: str = ""
    number: str = ""
    allergies: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    pregnant: Known = Known.UNKNOWN
    breastfeeding: Known = Known.UNKNOWN
    sample: bool = False

    def age_years(self, on: date) -> int | None:
        """Completed years on a date; None when the birth date is not known."""
        if self.birth is None:
            return None
        before = (on.month, on.day) < (self.birth.month, self.birth.day)
        return on.year - self.birth.year - int(before)


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """What rules and reasoning need of a person, and nothing that names one. age_years may be a fraction;
    None where it is not known. stated: the lists ("conditions", "drugs") that were asked about, so that an
    empty one means none; an empty list that is not named here was not asked about."""

    sex: Sex = Sex.UNKNOWN
    age_years: float | None = None
    pregnant: Known = Known.UNKNOWN
    breastfeeding: Known = Known.UNKNOWN
    conditions: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()

    def asked(self, name: str) -> bool:
        """Whether a list was asked about: it holds something, or is stated to hold nothing."""
        return bool(getattr(self, name)) or name in self.stated


def facts_of(patient: Patient, on: date) -> PatientFacts:
    """A person's facts on the day of a visit, without the name."""
    age = patient.age_years(on)
    return PatientFacts(
        patient.sex,
        None if age is None else float(age),
        patient.pregnant,
        patient.breastfeeding,
        patient.conditions,
        patient.drugs,
        patient.allergies,
    )
