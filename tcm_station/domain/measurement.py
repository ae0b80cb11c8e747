"""A measured number, with all that is needed to trust it or not."""

import math
from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """What a value's scale rests on."""

    CALIBRATED = "calibrated"
    UNCALIBRATED = "uncalibrated"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One quantity, measured once.

    code: a row of the terms table (kind "measurement"), which holds name, unit, decimals and definition.
    value: in `unit`; None when it could not be measured, and then `why` is set
    (a key: the words are `why.<key>` in the catalogues).
    sd: one standard deviation in the same unit; None when unknown.
    quality: 0..1, None when not assessed.
    method: name and version of the way it was measured.
    ref_low, ref_high: reference range in the same unit, with the population it holds for.
    """

    code: str
    value: float | None
    unit: str
    method: str
    sd: float | None = None
    basis: Basis = Basis.UNCALIBRATED
    quality: float | None = None
    why: str | None = None
    ref_low: float | None = None
    ref_high: float | None = None
    ref_population: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.why is None):
            raise ValueError(f"{self.code}: a measurement has either a value or a reason why not")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.code}: value is not finite")

    def rounded(self, places: int) -> str:
        """Value and one standard deviation with so many decimals, without the unit; "" without a value.

        A deviation that rounds to nothing is told as less than the last decimal, not as none.
        """
        if self.value is None:
            return ""
        said = f"{round(self.value, places) + 0.0:.{places}f}"  # + 0.0: no "-0.0"
        if self.sd is None:
            return said
        least = 10.0**-places
        sd = f"{self.sd:.{places}f}" if not 0 < self.sd < least / 2 else f"<{least:.{places}f}"
        return f"{said} ± {sd}"

    def population(self, lang: str) -> str:
        """Whom the reference range holds for. The table has it as Chinese words, then Latin ones."""
        whole = self.ref_population or ""
        start = next((i for i, c in enumerate(whole) if c.isascii() and c.isalpha()), len(whole))
        return (whole[:start] if lang == "zh" and start else whole[start:]).strip()

    @property
    def outside_reference(self) -> int:
        """-1 below, 1 above, 0 inside the reference range or without one."""
        if self.value is None:
            return 0
        if self.ref_low is not None and self.value < self.ref_low:
            return -1
        if self.ref_high is not None and self.value > self.ref_high:
            return 1
        return 0
