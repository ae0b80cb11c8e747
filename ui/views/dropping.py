"""Files dropped anywhere go to the page of their method, which measures them."""

from collections.abc import Sequence
from pathlib import Path

from tcm_station.workflow.live import method_of
from ui.views.frame import Frame
from ui.words import T


def bring(frame: Frame, paths: Sequence[str]) -> bool:
    """Open the page that takes the first of the files it knows, and give it the file. One at a time: each
    is looked at before the next replaces it. False when no page takes any of them."""
    known = [(path, method) for path in paths if (method := method_of(path)) is not None]
    if not known:
        frame.note(T("look.unknown_file", name=Path(paths[0]).name if paths else ""))
        return False
    path, method = known[0]
    name = "look_live" if method == "film" else method
    frame.go(name)
    page = frame.page(name)
    if page is not None:
        page.take_path(path)
    if len(paths) > 1:
        frame.note(T("look.one_at_a_time"))
    return True
