"""What a page is to the frame."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from tcm_station.workflow.changes import Changed
from ui.style import colour
from ui.viewmodels.settings import Settings
from ui.words import Text

if TYPE_CHECKING:
    from ui.views.frame import Frame


class Page(QWidget):
    """Base of every page. A page is built on its first visit, with the frame it stands in.

    contexts: contexts of the actions table that hold on it. hints: action ids for the status bar, in order.
    """

    contexts: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    ground = "surface"
    #: Said in the app bar while the page is at the front, where its people are of another store.
    store_tag: Text = ""
    #: What F1 says about the page, above its keys.
    help: Text = ""

    def __init__(self, frame: "Frame") -> None:
        super().__init__()
        self.frame = frame

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """What the page does for its actions, by action id."""
        return {}

    def entered(self) -> None:
        """The page came to the front: show what is true now."""

    def left(self) -> None:
        """The page goes to the back: stop captures, keep nothing running."""

    def changed(self, changed: Changed) -> None:
        """A step changed something while the page is at the front. Empty kinds: look at everything again."""

    def settings_changed(self, now: Settings) -> None:
        """Somebody changed a setting."""

    def retranslate(self) -> None:
        """The language moved: words that are not kept in components."""

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self.ground))
        painter.end()
