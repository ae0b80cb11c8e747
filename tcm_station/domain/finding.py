"""A finding: a sign or symptom said to be there or not, by someone, for a reason."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Polarity(IntEnum):
    PRESENT = 1
    ABSENT = -1


class Source(StrEnum):
    """Who or what says so."""

    TONGUE = "tongue"
    FACE = "face"
    PULSE = "pulse"
    VOICE = "voice"
    SMELL = "smell"
    INQUIRY = "inquiry"
    TEXT = "text"
    PRACTITIONER = "practitioner"


class Certainty(StrEnum):
    """How far a person stands behind it."""

    PROPOSED = "proposed"  # read or measured by the program, not looked at yet
    CONFIRMED = "confirmed"  # a person said yes (or no, with polarity ABSENT)
    REPORTED = "reported"  # said by somebody else than the patient


@dataclass(frozen=True, slots=True)
class Finding:
    """code: a row of the terms table. polarity: there, or said not to be there.

    degree: 0..1, None when no degree was given. evidence: measurement codes it rests on.
    span: characters [from, to) of the text that was read, only where text was read.
    duration: as said ("三天"), never interpreted silently.
    """

    code: str
    polarity: Polarity = Polarity.PRESENT
    degree: float | None = None
    source: Source = Source.PRACTITIONER
    certainty: Certainty = Certainty.PROPOSED
    evidence: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    duration: str | None = None
    side: str | None = None
    location: str | None = None
