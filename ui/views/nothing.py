"""What a page of a visit shows while no visit is open."""

from ui.widgets.frames import EmptyState, WayOn
from ui.words import T


def no_visit(frame) -> EmptyState:
    """No visit is open: find a person, or go to the overview."""
    return EmptyState(
        T("papers.empty"),
        T("papers.empty_text"),
        [WayOn("user", T("papers.empty_go"), T("papers.empty_go_note"), "", lambda: frame.go("overview"))],
        drawing="paper",
    )
