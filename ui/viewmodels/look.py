"""望: the tongue and the face of the open visit, what was measured on them, and the visit before. No Qt."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.domain.visit import Visit
from tcm_station.workflow.live import upright
from tcm_station.workflow.pictures import overlay
from ui.viewmodels.shell import Shell
from ui.viewmodels.taking import Refusal, Taking

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What stands first in the table of the tongue; the regional colours follow.
FIRST = (
    "coating.coverage",
    "coating.thickness",
    "coating.grain",
    "coating.b",
    "body.lightness",
    "body.a",
    "body.b",
    "tip.difference",
    "tip.redder",
    "sides.redder",
    "tooth_marks.count",
    "tooth_marks.depth",
    "cracks.length",
    "cracks.count",
    "spots.red",
    "spots.stasis",
    "shape.length_width",
    "shape.enlargement",
    "shape.deviation",
    "surface.shine",
)
#: Zones of the face from above to below, and the organ that 素问·刺热 gives each ("" for none).
ZONES = (
    ("forehead", "heart"),
    ("glabella", ""),
    ("nose", "spleen"),
    ("cheek_left", "liver"),
    ("cheek_right", "lung"),
    ("chin", "kidney"),
    ("under_eye_left", ""),
    ("under_eye_right", ""),
    ("lips", ""),
)
#: Whole-face values under the zones; the absolute colours are a record and stay in the report.
WHOLE_FACE = ("cheeks.red", "cheeks.red_side", "cheeks.light_ratio", "under_eye.light_ratio", "gloss.share")
_REGION_OF = {
    "coating": "coating",
    "tip": "tip",
    "sides": "sides",
    "centre": "centre",
    "root": "root",
    "cracks": "crack",
    "tooth_marks": "tooth_mark",
    "spots": "spot",
}
_OTHER_KIND = {"not-a-tongue": ExamKind.FACE, "no-face": ExamKind.TONGUE}


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is shown of one capture: arrays (h, w, 3) uint8. drawn: with the overlay, None when refused."""

    key: str
    plain: "NDArray[Any]"
    drawn: "NDArray[Any] | None" = None


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone of the face against the person's own base. last: Δb* of the visit before."""

    name: str
    organ: str
    dl: Measurement
    da: Measurement
    db: Measurement
    last: float | None = None


class Look(Taking):
    """Tongue and face. `kind` says which of the two is at the front."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, (ExamKind.TONGUE, ExamKind.FACE), ("tongue",))

    def choose(self, kind: ExamKind) -> None:
        """Bring tongue or face to the front."""
        self.kind = kind
        self.areas = (kind.value,)

    def other(self) -> ExamKind:
        """The one that is not at the front."""
        return ExamKind.FACE if self.kind is ExamKind.TONGUE else ExamKind.TONGUE

    @property
    def refused_here(self) -> Refusal | None:
        """What was refused of the kind at the front."""
        refused = self.refused
        return refused if refused is not None and refused.kind is self.kind else None

    def may_be_other(self) -> ExamKind | None:
        """The kind that a refused picture may rather be one of."""
        refused = self.refused_here
        return _OTHER_KIND.get(refused.error.code) if refused is not None and refused.data else None

    # tables
    def ordered(self) -> tuple[Measurement, ...]:
        """Rows of the table: all of the tongue's, or the whole-face values."""
        exam = self.examination
        if exam is None:
            return ()
        if self.kind is ExamKind.FACE:
            found = [exam.measurement(f"face.{name}") for name in WHOLE_FACE]
            return tuple(m for m in found if m is not None)
        place = {f"tongue.{name}": i for i, name in enumerate(FIRST)}
        return tuple(sorted(exam.measurements, key=lambda m: place.get(m.code, len(place))))

    def zones(self) -> tuple[Zone, ...]:
        """The zones of the face; empty without one."""
        exam = self.examination
        if exam is None or self.kind is not ExamKind.FACE:
            return ()
        last = self.last_values()
        made = []
        for name, organ in ZONES:
            parts = [exam.measurement(f"face.{name}.{part}") for part in ("dl", "da", "db")]
            if all(part is not None for part in parts):
                dl, da, db = (part for part in parts if part is not None)
                made.append(Zone(name, organ, dl, da, db, last.get(db.code)))
        return tuple(made)

    @property
    def calibrated(self) -> bool:
        exam = self.examination
        return exam is not None and exam.captures[0].profile is not None

    def uncalibrated_values(self) -> bool:
        """Whether a value stands there that a calibrated camera would have made firm."""
        return any(m.basis is Basis.UNCALIBRATED and m.value is not None for m in self.ordered())

    def method(self) -> str:
        exam = self.examination
        return exam.measurements[0].method if exam is not None and exam.measurements else ""

    def regions_of(self, code: str) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Outlines on the picture that a measurement rests on, px of the upright picture."""
        exam = self.examination
        if exam is None:
            return ()
        part = code.split(".")[1] if code.count(".") >= 1 else ""
        wanted = _REGION_OF.get(part, part)
        names = {f"{self.kind.value}.region.{wanted}"}
        if wanted == "sides":
            names = {"tongue.region.left", "tongue.region.right"}
        if wanted == "spot":
            names = {"tongue.region.red_spot", "tongue.region.stasis_spot"}
        if wanted in ("body", "shape", "surface"):
            names = {"tongue.region.outline"}
        if part in ("cheeks", "under_eye"):
            stem = "cheek" if part == "cheeks" else part
            names = {f"face.region.{stem}_left", f"face.region.{stem}_right"}
        return tuple(region.points for region in exam.regions if region.name in names)

    # pictures: slow, for a worker
    def key(self) -> str:
        """Names the picture that should be shown now; "" for none."""
        refused = self.refused_here
        if refused is not None:
            return f"refused {id(refused)}"
        exam = self.examination
        return f"{self.kind.value} {exam.captures[0].sha256}" if exam is not None else ""

    def load(self) -> Pictures | None:
        """The picture at the front, upright and with its overlay. Raises StationError."""
        key, refused, exam = self.key(), self.refused_here, self.examination
        if refused is not None:
            return Pictures(key, upright(refused.data, refused.name)) if refused.data else None
        return self._pictures(key, exam) if exam is not None else None

    def _pictures(self, key: str, exam: Examination) -> Pictures:
        data = self.shell.desk.raw(exam.captures[0].sha256)
        return Pictures(key, upright(data, exam.kind.value), overlay(data, exam.kind.value, exam))

    def load_previous(self) -> tuple[Visit, Pictures] | None:
        """The picture of the visit before."""
        before = self.previous()
        if before is None:
            return None
        visit, exam = before
        return visit, self._pictures(f"before {exam.captures[0].sha256}", exam)
