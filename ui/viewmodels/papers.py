"""报告: which papers a visit has, and the file that is previewed, printed and exported. No Qt here."""

from dataclasses import dataclass

from tcm_station.domain.errors import StationError
from tcm_station.i18n import Lang
from ui.viewmodels.shell import Shell

PAPERS = ("report", "record")
SIZES = ("A4", "A5")


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper in the list. state: "ready" once signed, "draft" before (printed as a draft)."""

    name: str
    state: str


class Papers:
    """The papers of the open visit."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.name = PAPERS[0]
        self.size = SIZES[0]
        self.page = 0

    def rows(self) -> tuple[PaperRow, ...]:
        state = "draft" if self.shell.is_draft else "ready"
        return tuple(PaperRow(name, state) for name in PAPERS)

    def choose(self, name: str, size: str) -> None:
        self.name, self.size, self.page = name, size, 0

    def amend(self, text: str) -> StationError | None:
        """Add a note to the signed visit. Returns why not, when it could not be kept."""
        visit = self.shell.visit
        if visit is None or not text.strip():
            return None
        try:
            self.shell.desk.amend(visit.id, text.strip(), self.shell.user)
        except StationError as error:
            return error
        return None

    def make(self, lang: Lang) -> bytes:
        """The PDF: what is previewed is the file that is printed. For a worker (0.2 s and more)."""
        visit = self.shell.visit
        if visit is None:
            return b""
        return self.shell.desk.paper(visit.id, self.name, lang, self.size)
