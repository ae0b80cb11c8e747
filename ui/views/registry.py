"""Every page by name: where it stands, who makes it, and what its picture is called.

Pages are named by their path and imported on the first visit: the first window must stand within a second.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.views.frame import Frame
    from ui.views.page import Page


@dataclass(frozen=True, slots=True)
class PageSpec:
    """name: of a station or a mode, or its own. place: "station", "mode", "cover" (over the whole window), or
    "part": a further page of a station, under the same banner and rail.

    factory: "module:Class", called with the frame. shot: number and name in the file names of screenshots.
    prepare: "module:function", called with the frame before the picture is taken.
    """

    name: str
    place: str
    factory: str
    shot: str = ""
    prepare: str = ""
    station: str = ""


PAGES: tuple[PageSpec, ...] = (
    PageSpec("overview", "station", "ui.views.overview:OverviewPage", "01-overview"),
    PageSpec("ask", "station", "ui.views.ask:AskPage", "04-inquiry"),
    PageSpec(
        "constitution",
        "part",
        "ui.views.constitution:ConstitutionPage",
        "04b-constitution",
        station="ask",
    ),
    PageSpec("pattern", "station", "ui.views.pattern:PatternPage", "05-differentiation"),
    PageSpec("look", "station", "ui.views.look:LookPage", "02b-look-result"),
    PageSpec(
        "look_live",
        "part",
        "ui.views.look_live:LookLivePage",
        "02a-look-live",
        prepare="ui.views.look_live:show_live",
        station="look",
    ),
    PageSpec("listen", "station", "ui.views.listen:ListenPage", "17-listen"),
    PageSpec("feel", "station", "ui.views.feel:FeelPage", "03b-pulse-result"),
    PageSpec(
        "prescription",
        "station",
        "ui.views.prescription:PrescriptionPage",
        "06-prescription",
        "ui.screenshots:prescribed",
    ),
    PageSpec("review", "station", "ui.views.review:ReviewPage", "13a-review"),
    PageSpec("report", "station", "ui.views.report:ReportPage", "14-report"),
    PageSpec("practice", "mode", "ui.views.practice:PracticePage", "18-practice-home"),
    PageSpec(
        "knowledge",
        "mode",
        "ui.views.knowledge:KnowledgePage",
        "09-knowledge",
        prepare="ui.views.knowledge:show_example",
    ),
    PageSpec(
        "feel_live",
        "part",
        "ui.views.feel_live:FeelLivePage",
        "03a-pulse-live",
        prepare="ui.views.feel_live:show_live",
        station="feel",
    ),
    PageSpec("pharmacy", "mode", "ui.views.pharmacy:PharmacyPage", "07-pharmacist"),
    PageSpec("settings", "mode", "ui.views.settings:SettingsPage", "21-settings"),
    PageSpec("components", "mode", "ui.views.components:ComponentsPage", "12-components"),
    PageSpec("wizard", "cover", "ui.views.wizard:WizardPage", "11b-wizard"),
    PageSpec("unlock", "cover", "ui.views.unlock:UnlockPage", "11e-unlock"),
)


# Further states of pages that have a picture of their own: (page, its shot, what makes the state).
VIEWS: tuple[tuple[str, str, str], ...] = (
    ("look", "16a-face", "ui.screenshots:face"),
    ("practice", "08a-practice-encounter", "ui.screenshots:encounter"),
    ("practice", "08b-practice-mirror", "ui.screenshots:mirror"),
)


def find(name: str) -> PageSpec | None:
    """The page with this name, or None."""
    return next((spec for spec in PAGES if spec.name == name), None)


def build(spec: PageSpec, frame: "Frame") -> "Page":
    """Import and make the page."""
    return resolve(spec.factory)(frame)


def resolve(path: str):
    """What a "module:name" path names."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
