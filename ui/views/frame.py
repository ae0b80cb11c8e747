"""What a page may ask of the window it stands in."""

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from tcm_station.domain.errors import StationError
from tcm_station.workflow.commands import Command
from ui.actions import Hub
from ui.viewmodels.ports import DeskPort
from ui.viewmodels.settings import SettingsFile
from ui.viewmodels.shell import Shell
from ui.widgets.palette import Source
from ui.words import Text
from ui.workers import Runner


class Frame(Protocol):
    """The window, seen from a page. `shell.visit` is the open visit; `do` applies a command to it."""

    shell: Shell
    hub: Hub
    runner: Runner
    settings: SettingsFile

    @property
    def desk(self) -> DeskPort: ...

    @property
    def widget(self) -> QWidget:
        """The window itself, as the parent of dialogs and overlays."""

    @property
    def is_sample(self) -> bool:
        """Whether this is a throwaway store of invented people."""

    def go(self, name: str) -> None:
        """Bring a station or a mode to the front, by the name of its page."""

    def is_front(self, page: QWidget) -> bool:
        """Whether this page is the one that is shown."""

    def back(self) -> None:
        """Out of the top thing only: a mode, then the station."""

    def page(self, name: str) -> Any:
        """The page with this name, built on the first call; None when there is none."""

    def do(self, command: Command) -> bool:
        """Apply a command to the open visit; an error is shown and answered with False."""

    def note(self, text: Text) -> None:
        """A sentence in the status bar for some seconds."""

    def explain(self, error: StationError) -> None:
        """Show an error: what, which thing, the numbers, what to do."""

    def add_palette_source(self, source: Source) -> None:
        """Let the palette find more (herbs, formulas, syndromes)."""

    def show_hints(self, hints: Sequence[str]) -> None:
        """Replace the page's hints in the status bar (action ids)."""
