"""Capture and examination: what was taken, and what was read from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tcm_station.domain.finding import Finding
from tcm_station.domain.measurement import Measurement


class ExamKind(StrEnum):
    TONGUE = "tongue"
    FACE = "face"
    PULSE = "pulse"
    VOICE = "voice"
    INQUIRY = "inquiry"


@dataclass(frozen=True, slots=True)
class Capture:
    """One raw recording, kept as it came: bytes are addressed by their SHA-256.

    settings: pairs of text, such as ("fs_hz", "125"). profile: id of the colour profile, None when none.
    synthetic: made by a renderer or simulator, not taken from a person.
    """

    sha256: str
    kind: ExamKind
    media_type: str
    device: str
    taken_at: datetime
    settings: tuple[tuple[str, str], ...] = ()
    profile: str | None = None
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that lowers the quality. code: words at `issue.<code>` and `issue.<code>.advice`."""

    code: str
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """value: 0..1 over all criteria."""

    value: float
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """A named closed outline in pixels of the upright image, ((x, y), …). name: words at `region.<name>`."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers in order, for plots and prints. name: words at `series.<name>`. step: spacing, in step_unit
    (None for event lists such as beat times)."""

    name: str
    unit: str
    values: tuple[float, ...]
    step: float | None = None
    step_unit: str = "s"

    @property
    def words(self) -> str:
        """The key of the series' name."""
        return f"series.{self.name}"


@dataclass(frozen=True, slots=True)
class Examination:
    """What one look, listen or touch gave. image_size: (width, height) of the upright image."""

    kind: ExamKind
    captures: tuple[Capture, ...]
    quality: Quality
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    regions: tuple[Region, ...] = ()
    series: tuple[Series, ...] = ()
    image_size: tuple[int, int] | None = None

    def measurement(self, code: str) -> Measurement | None:
        """The measurement with this code, or None."""
        return next((m for m in self.measurements if m.code == code), None)
