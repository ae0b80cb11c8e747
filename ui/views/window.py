"""The frame: app bar, list, banner, rail, pages, status bar. It shows where one is and takes one
elsewhere."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tcm_station import __version__
from tcm_station.domain.errors import StationError
from tcm_station.workflow.changes import Changed
from tcm_station.workflow.commands import Command
from ui.actions import GLOBAL, Action, Hub, Keymap, actions, key_words
from ui.style import as_qicon, look, px, time_ms
from ui.style.tokens import size, tokens
from ui.viewmodels.settings import SettingsFile
from ui.viewmodels.shell import Saving, Shell, seal_of
from ui.viewmodels.stations import STATIONS, Station
from ui.views import registry
from ui.views.banner import Banner
from ui.views.bars import MODES, AppBar, StatusBar
from ui.views.page import Page
from ui.views.patients import PatientList
from ui.views.rail import Rail
from ui.widgets.base import Ground
from ui.widgets.overlay import FocusRing
from ui.widgets.palette import Entry, Source
from ui.words import T, Text, lang, say, translator
from ui.workers import runner

_LIST_NEEDS = 1200  # px at 100 %: a narrower window gives the list's width to the page
_LIST_HIDES_AT = 1.75
_FRAME_HINTS = ("visit.next_step", "visit.one_line", "patients.next", "app.keys")


class Window(QWidget):
    """One open desk. closed is emitted once the window is really closing."""

    closed = Signal()
    _desk_changed = Signal(object)

    def __init__(
        self,
        shell: Shell,
        settings: SettingsFile,
        *,
        data_dir: Path | None = None,
        sample: bool = False,
        on_lock: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self.shell, self.settings, self.data_dir = shell, settings, data_dir
        self.runner = runner()
        self._sample, self._on_lock = sample, on_lock
        self._pages: dict[str, Page] = {}
        self._sources: list[Source] = []
        self._page: Page | None = None
        self._mode = "consult"
        self._list_wanted = not settings.now.list_hidden
        self.hub = Hub(self, Keymap(settings.now.keys))
        self._build()
        self._bind()
        self._desk_changed.connect(self._on_changed)
        shell.subscribe(self._desk_changed.emit)
        self._stop_settings = settings.subscribe(self._on_settings)
        self._on_settings(settings.now)
        self._ring = FocusRing(self)
        self.setAcceptDrops(True)
        self.retranslate()
        self.go("overview")

    # parts
    def _build(self) -> None:
        self.bar = AppBar(lambda name: registry.find(name) is not None)
        self.list = PatientList(self.shell)
        self.banner = Banner(self.shell)
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.status = StatusBar()
        visit = QWidget()
        below = QHBoxLayout()
        for layout in (outer := QVBoxLayout(self), inner := QVBoxLayout(visit), below):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        below.addWidget(self.rail)
        below.addWidget(self.stack, 1)
        inner.addWidget(self.banner)
        inner.addLayout(below, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(visit)
        self.splitter.setStretchFactor(1, 1)
        self.body = QStackedWidget()
        self.body.addWidget(self.splitter)
        self._nothing = Ground("surface")
        self.stack.addWidget(self._nothing)
        outer.addWidget(self.bar)
        outer.addWidget(self.body, 1)
        outer.addWidget(self.status)
        self._note_timer = QTimer(self)
        self._note_timer.setSingleShot(True)
        self._note_timer.setInterval(time_ms("toast"))
        self._note_timer.timeout.connect(lambda: self.status.show_note(""))
        self._retry = QTimer(self)
        self._retry.setInterval(time_ms("retry_save"))
        self._retry.timeout.connect(self._try_again)
        self.bar.mode_wanted.connect(self.go)
        self.bar.palette_wanted.connect(self.open_palette)
        self.bar.language_wanted.connect(self.switch_language)
        self.bar.theme_wanted.connect(self.switch_theme)
        self.bar.lock_wanted.connect(self.lock)
        self.list.opened.connect(self.shell.open_patient)
        self.banner.clicked.connect(self.edit_patient)
        self.list.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.list.customContextMenuRequested.connect(self._list_menu)
        self.rail.went.connect(lambda station: self.go(station.value))
        self.restyle()
        self.resize(px(1366), px(768))

    def _bind(self) -> None:
        handlers: dict[str, Callable[[], None]] = {
            "app.palette": self.open_palette,
            "app.keys": self.open_keys,
            "app.help": self.open_help,
            "app.assign_keys": lambda: self.go("settings"),
            "app.settings": lambda: self.go("settings"),
            "app.language": self.switch_language,
            "app.theme": self.switch_theme,
            "app.larger": lambda: self.set_scale(look().scale + tokens()["scale"]["step"]),
            "app.smaller": lambda: self.set_scale(look().scale - tokens()["scale"]["step"]),
            "app.scale_reset": lambda: self.set_scale(1.0),
            "app.lock": self.lock,
            "app.full_screen": self.toggle_full_screen,
            "app.back": self.back,
            "edit.undo": self.undo,
            "edit.redo": self.redo,
            "patients.search": self._focus_search,
            "patients.previous": lambda: self.shell.step_patient(-1),
            "patients.next": lambda: self.shell.step_patient(1),
            "patients.list": self.toggle_list,
            "patients.new": self.new_patient,
            "visit.next_step": self.next_step,
            "visit.save": self._say_saved,
            "visit.new": self._new_visit,
        }
        for mode in MODES:
            if mode == "consult" or registry.find(mode) is not None:
                handlers[f"mode.{mode}"] = partial(self.go, mode)
        if registry.find("report") is not None:
            handlers["app.preview"] = lambda: self.go("report")
        for station in STATIONS:
            if registry.find(station.value) is not None:
                handlers[f"visit.{station.value}"] = partial(self.go, station.value)
        self.hub.bind(handlers)

    # what a page may ask
    @property
    def desk(self):
        return self.shell.desk

    @property
    def widget(self) -> QWidget:
        return self

    @property
    def is_sample(self) -> bool:
        return self._sample

    def is_front(self, page: QWidget) -> bool:
        """Whether this page is the one that is shown."""
        return self._page is page

    def page(self, name: str) -> Page | None:
        """The page with this name, built on the first call; None when there is none."""
        spec = registry.find(name)
        if spec is None:
            return None
        if name not in self._pages:
            page = registry.build(spec, self)
            self._pages[name] = page
            (self.stack if spec.place in ("station", "part") else self.body).addWidget(page)
        return self._pages[name]

    def go(self, name: str) -> None:
        """Bring a station or a mode to the front."""
        if name == "consult":
            name = self.shell.station.value
        spec = registry.find(name)
        if spec is not None and spec.place == "cover":
            return
        page = self.page(name)
        at = spec.station if spec is not None and spec.place == "part" else name
        station = Station(at) if at in set(Station) else None
        if page is None and station is None:
            return
        self._leave()
        if station is not None:
            self._mode, self.shell.station = "consult", station
            self.stack.setCurrentWidget(page if page is not None else self._nothing)
            self.body.setCurrentWidget(self.splitter)
            self.rail.show_marks(self.shell.marks(), station)
        elif page is not None:
            self._mode = name
            self.body.setCurrentWidget(page)
        self.bar.choose(self._mode)
        self._page = page
        self._enter()

    def _leave(self) -> None:
        if self._page is not None:
            self.hub.unbind(self._page.handlers())
            self._page.left()
            self._bind()  # what the page had taken from the frame comes back

    def _enter(self) -> None:
        page = self._page
        self.hub.enter(page.contexts if page is not None else ())
        if page is not None:
            self.hub.bind(page.handlers())
            page.entered()
        self._show_store()
        self._show_hints()

    def do(self, command: Command) -> bool:
        """Apply a command to the open visit; an error is shown."""
        failed_before = self.shell.saved.state is Saving.FAILED
        if self.shell.do(command):
            return True
        if self.shell.saved.state is Saving.FAILED:
            self._retry.start()
        if self.shell.last_error is not None and not failed_before:
            self.explain(self.shell.last_error)
        return False

    def note(self, text: Text) -> None:
        self.status.show_note(text)
        self._note_timer.start()

    def explain(self, error: StationError) -> None:
        from ui.widgets.overlay import ErrorDialog, Way

        ways = [Way(T("app.error.understood"), "Enter", lambda: None)]
        if self.shell.saved.state is Saving.FAILED:
            ways = [
                Way(T("app.error.save_again"), "Enter", self._try_again),
                Way(T("app.error.later"), "L", lambda: None),
            ]
        time = self.desk.clock().strftime("%H:%M:%S")
        ErrorDialog(
            self,
            T("app.error.title"),
            error.text(lang()),
            [error.advice(lang())],
            ways,
            detail=T("app.error.detail", code=error.code.upper(), time=time),
            icon="disk" if error.exit_code.name == "NOT_WRITTEN" else "triangle-alert",
            copy_words=T("app.error.copy"),
        ).open()

    def add_palette_source(self, source: Source) -> None:
        self._sources.append(source)

    def show_hints(self, hints: Sequence[str]) -> None:
        known = [actions()[name] for name in hints]
        self.status.show_hints([(key_words(self.hub.keymap.keys(a.id)), a.words) for a in known])

    def _show_hints(self) -> None:
        page = self._page
        self.show_hints(page.hints if page is not None and page.hints else _FRAME_HINTS)

    # commands of the frame
    def undo(self) -> None:
        self._step(self.shell.undo)

    def redo(self) -> None:
        self._step(self.shell.redo)

    def _step(self, step: Callable[[], None]) -> None:
        try:
            step()
        except StationError as error:
            self.explain(error)

    def next_step(self) -> None:
        """The next station after this one; a mode page has none."""
        if self._mode != "consult":
            return
        at = STATIONS.index(self.shell.station)
        following = next((s for s in STATIONS[at + 1 :] if registry.find(s.value) is not None), None)
        if following is not None:
            self.go(following.value)

    def back(self) -> None:
        """Out of the top thing only: a mode, then the station."""
        if self._mode != "consult":
            self.go("consult")
        elif self.shell.station is not Station.OVERVIEW:
            self.go("overview")

    def switch_language(self) -> None:
        self.settings.change(lang="en" if lang() == "zh" else "zh")

    def switch_theme(self) -> None:
        self.settings.change(theme="light" if look().theme == "dark" else "dark")

    def set_scale(self, scale: float) -> None:
        low, high = tokens()["scale"]["range"]
        self.settings.change(scale=round(min(high, max(low, scale)), 2))

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_list(self) -> None:
        self._list_wanted = not self.list.isVisible()
        self.settings.change(list_hidden=not self._list_wanted)
        self._fit_list()

    def lock(self) -> None:
        if self._on_lock is not None:
            self._on_lock()

    def open_palette(self) -> None:
        from ui.widgets.palette import Palette

        Palette(
            self,
            [self._patients_found, self._actions_here, self._actions_elsewhere, *self._sources],
            lambda: self.go("settings"),
        ).open()

    def open_keys(self) -> None:
        from ui.widgets.keysheet import KeySheet

        contexts = [*self.hub.page, *GLOBAL]
        groups: list[tuple[Text, list[tuple[str, Text]]]] = []
        for where in contexts:
            # A command that nothing here can do is not offered.
            mine = [
                a
                for a in actions().values()
                if where in a.where and (a.kind == "widget" or self.hub.can_run(a.id))
            ]
            lines: list[tuple[str, Text]] = [(key_words(self.hub.keymap.keys(a.id)), a.words) for a in mine]
            groups.append((T(f"action.where.{where}"), lines))
        KeySheet(self, T("app.all_keys"), groups).open()

    def open_help(self) -> None:
        """What the page is for, and its own keys."""
        from ui.widgets.keysheet import KeySheet

        page = self._page
        known = [
            actions()[name] for name in (page.hints if page is not None and page.hints else _FRAME_HINTS)
        ]
        lines: list[tuple[str, Text]] = [(key_words(self.hub.keymap.keys(a.id)), a.words) for a in known]
        intro = page.help if page is not None else ""
        KeySheet(self, T("action.app.help"), [(T("component.palette.here"), lines)], intro).open()

    def new_patient(self) -> None:
        """Register a person."""
        from ui.views.person import PersonDialog

        PersonDialog(self).open()

    def edit_patient(self) -> None:
        """Mend what is known of the person at the front."""
        from ui.views.person import PersonDialog

        if self.shell.patient is not None:
            PersonDialog(self, self.shell.patient).open()

    def menu_of(self, names: Sequence[str], at: QPoint) -> None:
        """A context menu of actions, made from the same records."""
        menu = QMenu(self)
        for name in names:
            entry = self.hub.qaction(name)
            if actions()[name].icon:
                entry.setIcon(as_qicon(actions()[name].icon))
            menu.addAction(entry)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _list_menu(self, at: QPoint) -> None:
        names = ("patients.new", "visit.new", "patients.search", "patients.list")
        self.menu_of(names, self.list.list.viewport().mapToGlobal(at))

    def _patients_found(self, words: str) -> list[Entry]:
        rows = self.desk.patients(words)[: 5 if words else 3]
        return [
            Entry(
                row.patient.name,
                " ".join(
                    filter(
                        None,
                        [
                            say(T(f"component.sex.{row.patient.sex.value}")),
                            str(row.age or ""),
                            row.patient.number,
                        ],
                    )
                ),
                "user",
                partial(self._open_patient, row.patient.id),
                T("component.palette.patients") if words else T("component.palette.recent"),
                search=(words,),  # the store has matched it already, by initials too
            )
            for row in rows
        ]

    def _open_patient(self, patient_id: str) -> None:
        self.shell.open_patient(patient_id)
        self.go("overview")

    def _actions_here(self, words: str) -> list[Entry]:
        here = [a for a in self.hub.here() if a.id != "app.palette"]
        here = [a for a in here if words or a.where[0] not in ("modes", "visit")]
        return [self._entry(a, T("component.palette.here")) for a in (here if words else here[:5])]

    def _actions_elsewhere(self, words: str) -> list[Entry]:
        if not words:
            return []
        shown = {a.id for a in self.hub.here()}
        away = [
            a
            for a in actions().values()
            if a.kind == "command" and a.id not in shown and self._home_of(a) is not None
        ]
        return [self._entry(a, T("component.palette.elsewhere")) for a in away]

    def _entry(self, action: Action, group: Text) -> Entry:
        return Entry(
            action.words,
            T(f"action.where.{action.where[0]}"),
            action.icon,
            lambda: self._run_from_anywhere(action),
            group,
            self.hub.keys(action.id),
            (action.search,),
        )

    def _home_of(self, action: Action) -> str | None:
        """The page on which an action can be done."""
        names = {"inquiry": "ask", "pulse": "feel", "differentiation": "pattern"}
        for where in action.where:
            name = names.get(where, where)
            if registry.find(name) is not None:
                return name
        return None

    def _run_from_anywhere(self, action: Action) -> None:
        if self.hub.run(action.id):
            return
        home = self._home_of(action)
        if home is not None:
            self.go(home)
            self.hub.run(action.id)

    def _focus_search(self) -> None:
        if self._mode != "consult":
            self.go("consult")
        if not self.list.isVisible():
            self.list.show()
        self.list.focus_search()

    def _new_visit(self) -> None:
        try:
            self.shell.new_visit()
        except StationError as error:
            self.explain(error)

    def _say_saved(self) -> None:
        at = self.shell.saved.at
        if at is not None:
            self.note(T("app.saved_at", time=at.strftime("%H:%M:%S")))

    def _try_again(self) -> None:
        if self.shell.retry():
            self._retry.stop()
        self.banner.refresh()

    # what changed
    def _on_changed(self, changed: Changed) -> None:
        if self.shell.saved.state is Saving.FAILED and not self._retry.isActive():
            self._retry.start()  # a page's view-model may have made the step that was not written
        self.banner.refresh()
        self.list.refresh()
        self.rail.show_marks(self.shell.marks(), self.shell.station)
        if self._page is not None:
            self._page.changed(changed)

    def _on_settings(self, now) -> None:
        from tcm_station.i18n import system_lang

        translator().set(now.lang if now.lang in ("zh", "en") else system_lang())
        theme = now.theme if now.theme in ("light", "dark") else _system_theme()
        look().reduced_motion = now.reduced_motion
        look().set(theme=theme, scale=now.scale)
        self.hub.keymap = Keymap(now.keys)
        self.hub.refresh()
        self.shell.user = now.staff
        self.bar.set_user(now.staff or T("app.no_user"))
        for page in self._pages.values():
            page.settings_changed(now)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(say(T("app.name")))
        self.bar.field.keys = self.hub.keys("app.palette")
        self.banner.undo_keys = self.hub.keys("edit.undo")
        self._show_store()
        self.hub.retranslate()
        self._show_hints()
        self.status.show_right(T("app.editions", version=__version__))
        self.bar.retranslate()

    def _show_store(self) -> None:
        """Whose people these are: a page with a store of its own (practice) says so in the bar."""
        own = self._page.store_tag if self._page is not None else ""
        self.bar.store.say(own or (T("app.sample_store") if self._sample else ""))

    def restyle(self) -> None:
        low, usual, high = PatientList.widths()
        self.list.setMinimumWidth(low)
        self.list.setMaximumWidth(high)
        wanted = px(self.settings.now.list_width) if self.settings.now.list_width else usual
        if self.width() >= px(1900):
            wanted = max(wanted, px(size("patient_list.w1920")))
        self.splitter.setSizes([wanted, max(px(600), self.width() - wanted)])
        self._fit_list()

    def _fit_list(self) -> None:
        room = self.width() >= px(_LIST_NEEDS) and look().scale < _LIST_HIDES_AT
        self.list.setVisible(self._list_wanted and room)

    # files dropped anywhere go to the page of their method
    def dragEnterEvent(self, event) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        from ui.views.dropping import bring

        event.acceptProposedAction()
        bring(self, [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._fit_list()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        now, screen = self.settings.now, self.screen()
        tall = screen.size().height() >= tokens()["scale"]["suggest_1_15_from_height_px"]
        if tall and not now.scale_suggested and now.scale == 1.0:
            self.settings.change(scale_suggested=True)
            self.note(T("app.suggest_scale", keys=self.hub.keys("app.larger")))

    def closeEvent(self, event) -> None:
        self._leave()
        for timer in (self._note_timer, self._retry):
            timer.stop()
        self.runner.stop_all()
        self._stop_settings()
        self.shell.close()
        self.closed.emit()
        super().closeEvent(event)

    def seal(self) -> str:
        """The seal of whoever works here."""
        return seal_of(self.shell.user)


def _system_theme():
    from PySide6.QtGui import QGuiApplication

    dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return "dark" if dark else "light"
