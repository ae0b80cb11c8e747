"""Pictures of every page, offscreen, named like the targets: `<page>-<theme>-<lang>-<width>.png`.

The sample patient's store is filled once; each page is then shown in every size, language and theme.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tcm_station.i18n import LANGS, Lang
from ui.style.tokens import THEMES, Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.app import Root
    from ui.views.look import LookPage
    from ui.views.practice import PracticePage
    from ui.views.window import Window

SIZES = ((1366, 768), (1920, 1080))
_LARGE_HEIGHT, _LARGE_SCALE = 1000, 1.15  # as the tokens suggest from this height on
_PATIENCE_S = 120.0


def make(
    out: Path,
    *,
    sizes: Sequence[tuple[int, int]] = SIZES,
    langs: Sequence[Lang] = LANGS,
    themes: Sequence[Theme] = THEMES,
    only: Sequence[str] = (),
) -> Iterator[Path]:
    """Save a picture of each page and answer with its path as it is done. only: names of pages."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.app import Root, make_application

    out.mkdir(parents=True, exist_ok=True)
    make_application()
    root = Root(None, demo=True)
    root.begin()
    root.show()
    settle()
    try:
        for size in sizes:
            for lang in langs:
                for theme in themes:
                    _dress(root, size, lang, theme)
                    yield from _window_pages(root, out, f"{theme}-{lang}-{size[0]}", only)
    finally:
        root.close()
        settle()
    yield from _covers(out, sizes, langs, themes, only)


def settle() -> None:
    """Let everything that is under way end: workers, layouts, deferred deletes."""
    import time

    from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop

    from ui.workers import runner

    end = time.monotonic() + _PATIENCE_S
    quiet = 0
    while quiet < 3 and time.monotonic() < end:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        if runner().is_busy:
            quiet = 0
            time.sleep(0.01)
        else:
            quiet += 1


def _dress(root: "Root", size: tuple[int, int], lang: Lang, theme: Theme) -> None:
    scale = _LARGE_SCALE if size[1] >= _LARGE_HEIGHT else 1.0
    root.settings.change(lang=lang, theme=theme, scale=scale)
    root.resize(*size)
    settle()


def _window_pages(root: "Root", out: Path, tail: str, only: Sequence[str]) -> Iterator[Path]:
    from ui.views import registry

    window = root.window_page
    if window is None:
        return
    window.note("")
    for spec in registry.PAGES:
        if spec.place == "cover" or not spec.shot or (only and spec.name not in only):
            continue
        window.go(spec.name)
        settle()
        if spec.prepare:
            registry.resolve(spec.prepare)(window)
            settle()
        yield _save(root, out / f"{spec.shot}-{tail}.png")
    for name, shot, make_state in registry.VIEWS:
        if only and name not in only:
            continue
        window.go(name)
        settle()
        back = registry.resolve(make_state)(window)
        settle()
        yield _save(root, out / f"{shot}-{tail}.png")
        back()
        settle()
    if only and "palette" not in only and "keys" not in only:
        return
    window.go("overview")
    for name, opened in (("11c-palette", window.open_palette), ("11f-keys", window.open_keys)):
        yield from _with_dialog(root, out / f"{name}-{tail}.png", opened)


def prescribed(window: "Window") -> None:
    """A prescription on the sample visit, for the pictures: a formula half adopted, and one line by hand that
    the review does not let pass."""
    from tcm_station.workflow.names import name_of
    from ui.viewmodels.prescribe import Prescribe

    model = Prescribe(window.shell)
    if model.lines:
        return
    model.take_formula("formula:guipitang")
    for index in range(len(model.lines) - 3):
        model.adopt(index)
    model.write(name_of("herb:haizao", "zh"), "9g")
    model.set_doses(7, 1.0, 2)


def face(window: "Window") -> Callable[[], None]:
    """The face beside the tongue. Returns the way back."""
    from tcm_station.domain.examination import ExamKind

    page = cast("LookPage", window.page("look"))
    page.show_kind(ExamKind.FACE)
    return lambda: page.show_kind(ExamKind.TONGUE)


def encounter(window: "Window") -> Callable[[], None]:
    """A virtual patient, asked and measured. Returns the way back to the list."""
    from tcm_station.domain.examination import ExamKind

    page = cast("PracticePage", window.page("practice"))
    case = page.model.cases()[0]
    page.begin(case)
    for sign in (*case.truth.key_signs[:5], *case.absent[:3]):
        page.model.ask_sign(sign)
    for kind in (ExamKind.TONGUE, ExamKind.PULSE):
        page.model.receive(page.model.measure(kind))
    page.encounter.open()
    return page.go_home


def mirror(window: "Window") -> Callable[[], None]:
    """The same encounter after a commitment without a formula. Returns the way back to the list."""
    encounter(window)
    page = cast("PracticePage", window.page("practice"))
    met = page.model.encounter
    if met is not None:
        page.model.commit(met.case.truth.syndrome, "")
    page.show_mirror()
    return page.go_home


def _with_dialog(root: "Root", path: Path, opened: Callable[[], None]) -> Iterator[Path]:
    """A picture of the window with the dialog that lies over it."""
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QApplication, QDialog

    opened()
    settle()
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    picture = root.grab()
    painter = QPainter(picture)
    for dialog in dialogs:
        corner = root.mapFromGlobal(dialog.mapToGlobal(dialog.rect().topLeft()))
        painter.drawPixmap(corner, dialog.grab())
    painter.end()
    for dialog in dialogs:
        dialog.reject()
        dialog.deleteLater()
    settle()
    picture.save(str(path))
    yield path


def _covers(
    out: Path,
    sizes: Sequence[tuple[int, int]],
    langs: Sequence[Lang],
    themes: Sequence[Theme],
    only: Sequence[str],
) -> Iterator[Path]:
    """The wizard at its third step, and the unlock page, on a folder of their own."""
    from ui.app import Root
    from ui.style import look
    from ui.views.unlock import UnlockPage
    from ui.views.wizard import WizardPage
    from ui.words import translator

    if only and not {"wizard", "unlock"} & set(only):
        return
    with tempfile.TemporaryDirectory(prefix="tcm-station-shots-") as folder:
        root = Root(Path(folder) / "store")
        root.begin()
        root.show()
        wizard = root.currentWidget()
        if isinstance(wizard, WizardPage):
            wizard.show_filled()
        settle()
        unlock = UnlockPage(root)
        root.addWidget(unlock)
        for size in sizes:
            for lang in langs:
                for theme in themes:
                    _dress(root, size, lang, theme)
                    translator().set(lang)
                    look().set(theme=theme, scale=root.settings.now.scale)
                    for name, page in (("11b-wizard", wizard), ("11e-unlock", unlock)):
                        if page is not None:
                            root.setCurrentWidget(page)
                        settle()
                        yield _save(root, out / f"{name}-{theme}-{lang}-{size[0]}.png")
        root.close()
        settle()


def _save(widget: "QWidget", path: Path) -> Path:
    widget.grab().save(str(path))
    return path
