"""The window's composition root: application, store, first run, lock.

`run_window` is what the command line calls. Nothing heavy is imported before the first window stands.
"""

import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QStackedWidget

from tcm_station.domain.errors import UserFixable
from tcm_station.i18n import Lang, system_lang
from ui.style import apply_look, load_fonts, look, px
from ui.viewmodels.settings import SettingsFile
from ui.words import T, say, translator

if TYPE_CHECKING:
    from tcm_station.workflow.desk import Desk
    from ui.views.window import Window


_FIRST_SIZE = (
    1366,
    768,
)  # in device-independent pixels: the smallest screen that is promised, whatever the scale
#: Events that say that a person is there.
_SOMEBODY = frozenset({QEvent.Type.WindowActivate, QEvent.Type.ShortcutOverride, QEvent.Type.HoverMove})


def run_window(data_dir: Path | None = None, demo: bool = False, lang: Lang | None = None) -> int:
    """Open the window and run until it is closed. Returns the exit code.

    data_dir: where the store lies; the usual folder without one. demo: a throwaway store with the sample
    patient. lang: overrides what was set. Raises UserFixable("no-screen") where there is nothing to show it
    on.
    """
    if sys.platform.startswith("linux") and not _has_screen():
        raise UserFixable("no-screen")  # Qt would abort the process instead
    app = make_application()
    root = Root(data_dir, demo=demo, lang=lang)
    root.begin()
    root.show()
    code = app.exec()
    root.shut()
    return int(code)


def _has_screen() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _usual_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("tcm-station", appauthor=False)


def _store_folder() -> Path:
    """The usual folder, or the one that the wizard was told to use instead."""
    usual = _usual_folder()
    elsewhere = SettingsFile(usual).now.folder
    return Path(elsewhere) if elsewhere else usual


def make_application() -> QApplication:
    """The application with fonts, palette and style sheet; the running one if there is one."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
        app.setApplicationName("tcm-station")
        app.setStyle("Fusion")
    load_fonts()
    apply_look()
    return app


class Root(QStackedWidget):
    """The one top-level widget: the wizard, the unlock page, or the window of an open desk.

    It also is what the covers (wizard, unlock) need: `settings`, `data_dir`, `opened(desk)`.
    """

    def __init__(self, data_dir: Path | None, *, demo: bool = False, lang: Lang | None = None) -> None:
        super().__init__()
        self._temporary = Path(tempfile.mkdtemp(prefix="tcm-station-demo-")) if demo else None
        self._given = data_dir is not None or demo
        self.data_dir = self._temporary or data_dir or _store_folder()
        self.demo = demo
        self.settings = SettingsFile(self.data_dir)
        self.desk: Desk | None = None
        self.window_page: Window | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self.lock)
        if lang is not None:
            self.settings.keep_until_written(lang=lang)
        now = self.settings.now
        translator().set(now.lang if now.lang in ("zh", "en") else system_lang())  # type: ignore[arg-type]
        look().set(theme="dark" if now.theme == "dark" else "light", scale=now.scale)
        self.setWindowTitle(say(T("app.name")))
        self.setMinimumSize(px(800), px(560))
        self.resize(*_FIRST_SIZE)

    def retranslate(self) -> None:
        self.setWindowTitle(say(T("app.name")))

    def begin(self) -> None:
        """Show what comes first: the sample desk, the wizard, or the unlock page."""
        from tcm_station.store import Store

        if self.demo:
            self._begin_demo()
        elif not Store.exists(self.data_dir):
            from ui.views.wizard import WizardPage

            self._cover(WizardPage(self))
        elif passphrase := os.environ.get("STATION_PASSPHRASE"):
            from tcm_station.workflow.desk import Desk

            self.opened(Desk.open(self.data_dir, passphrase))
        else:
            from ui.views.unlock import UnlockPage

            self._cover(UnlockPage(self))

    def _begin_demo(self) -> None:
        from tcm_station.store import Store
        from tcm_station.store.keys import KeyCost
        from tcm_station.workflow.desk import Desk

        # A store that is thrown away needs no slow key derivation.
        store, _ = Store.create(self.data_dir, secrets.token_hex(16), cost=KeyCost(1, 1024, 1))
        if not self.settings.now.staff:
            self.settings.change(staff=say(T("app.sample_staff")), lock_minutes=0)
        self.opened(Desk(store))
        self._fill_sample()

    def _fill_sample(self) -> None:
        """The sample patient is measured in a worker: the window stands first."""
        window = self.window_page
        desk = self.desk
        if window is None or desk is None:
            return

        def work(task) -> str:
            from tcm_station.workflow.sample import fill_desk

            return fill_desk(desk)

        def done(visit_id: object) -> None:
            if self.window_page is window:
                window.shell.open_visit(str(visit_id))
                window.note("")

        window.note(T("app.preparing_sample"))
        window.runner.start(work, done=done, failed=window.explain)

    def opened(self, desk: "Desk") -> None:
        """A desk is open: the window takes the place of the cover."""
        from ui.viewmodels.shell import Shell
        from ui.views.window import Window

        self.desk = desk
        shell = Shell(desk, self.settings.now.staff)
        window = Window(shell, self.settings, data_dir=self.data_dir, sample=self.demo, on_lock=self.lock)
        self.window_page = window
        self._clear_covers()
        self.addWidget(window)
        self.setCurrentWidget(window)
        rows = shell.rows()
        if rows:
            shell.open_patient(rows[0].patient.id)
        self.touch()

    def use_folder(self, folder: Path) -> None:
        """The wizard chose another folder; what was set so far goes with it."""
        if folder == self.data_dir:
            return
        now = self.settings.now
        self.data_dir = folder
        self.settings = SettingsFile(folder)
        self.settings.now = now

    def remember_folder(self) -> None:
        """A store stands in the folder now: keep what was set, and let the usual folder point there."""
        self.settings.change()
        usual = _usual_folder()
        if not self._given and self.data_dir != usual:
            SettingsFile(usual).change(folder=str(self.data_dir))

    def lock(self) -> None:
        """Hide the content behind the unlock page. What runs goes on; no name is shown."""
        if self.window_page is None or self.demo or self.currentWidget() is not self.window_page:
            return
        from ui.views.unlock import UnlockPage

        self._cover(UnlockPage(self, locked=True))

    def unlocked(self) -> None:
        """The passphrase was right: back to the window."""
        self._clear_covers()
        if self.window_page is not None:
            self.setCurrentWidget(self.window_page)
        self.touch()

    def touch(self) -> None:
        """Somebody is there: the idle lock starts again."""
        minutes = self.settings.now.lock_minutes
        if minutes > 0 and not self.demo and self.window_page is not None:
            self._idle.start(minutes * 60_000)

    def event(self, event) -> bool:
        if event.type() in _SOMEBODY:
            self.touch()
        return super().event(event)

    def _cover(self, page) -> None:
        self.addWidget(page)
        self.setCurrentWidget(page)
        page.setFocus()

    def _clear_covers(self) -> None:
        for index in reversed(range(self.count())):
            page = self.widget(index)
            if page is not None and page is not self.window_page:
                self.removeWidget(page)
                page.deleteLater()

    def closeEvent(self, event) -> None:
        self.shut()
        super().closeEvent(event)

    def shut(self) -> None:
        """Stop what runs, close the store, remove the throwaway folder. Doing it twice is harmless."""
        self._idle.stop()
        for index in range(self.count()):
            let_go = getattr(self.widget(index), "let_go", None)
            if let_go is not None:
                let_go()
        if self.window_page is not None:
            self.window_page.close()
            self.window_page = None
        if self.desk is not None:
            self.desk.close()
            self.desk = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None


def measure_first_window(started: float) -> tuple[float, float]:
    """Open the window on an empty throwaway store, offscreen or not, and close it again.

    started: `time.time()` of when the process was asked for. Returns seconds from then to the first painted
    window, and megabytes of resident memory with it at rest. For `evaluate speed`.
    """
    import time

    from tcm_station.store import Store
    from tcm_station.store.keys import KeyCost
    from tcm_station.workflow.desk import Desk

    app = make_application()
    root = Root(None, demo=True)
    store, _ = Store.create(root.data_dir, secrets.token_hex(16), cost=KeyCost(1, 1024, 1))
    root.opened(Desk(store))
    root.show()
    app.processEvents()
    seconds = time.time() - started
    for _ in range(20):  # what is done right after the first paint belongs to rest
        app.processEvents()
        time.sleep(0.05)
    memory = resident_mb()
    root.shut()
    return seconds, memory


def resident_mb() -> float:
    """Resident memory of this process now, in MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # not Linux: the peak is the nearest thing
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
