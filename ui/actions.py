"""Every action of the window as a record from one table, `assets/actions.tsv`.

Menus, the palette, shortcuts, key sheets and the hints of the status bar are all made from these records.
`Keymap` knows who has which key and names clashes; `Hub` binds records to what the pages can do now.

A page's action wins over one that holds everywhere (Ctrl P on the report prints that report). Records of kind
"widget" are keys that the focused component takes itself; they are shown, never bound.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from tcm_station.i18n import LANGS, has_key, tr
from tcm_station.resources import asset
from ui.words import T, say

#: Contexts that hold beside any page; all others belong to one page and exclude each other.
GLOBAL = ("everywhere", "modes", "patients", "visit", "tables")
_TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QComboBox)
_MODIFIERS = ("Ctrl", "Alt", "Shift", "Meta")


@dataclass(frozen=True, slots=True)
class Action:
    """One row. where: contexts. keys: portable names ("Ctrl+K"). kind: "command" or "widget".
    initials: pinyin initials of the Chinese words, for the palette."""

    id: str
    where: tuple[str, ...]
    keys: tuple[str, ...]
    kind: str
    icon: str
    initials: str
    string: str

    @property
    def words(self) -> T:
        return T(self.string)

    @property
    def search(self) -> str:
        """What else it is found by: the initials and the words of both languages."""
        return " ".join([self.initials, *(tr(self.string, lang) for lang in LANGS)])


class ActionTableFault(ValueError):
    """The table of actions is broken; the message names every faulty row."""


@cache
def actions() -> dict[str, Action]:
    """All actions by id, in the table's order. Raises ActionTableFault listing every fault."""
    table: dict[str, Action] = {}
    faults: list[str] = []
    with asset("actions.tsv").open(encoding="utf-8", newline="") as file:
        for line, cells in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            made = Action(
                cells["id"],
                tuple(cells["where"].split(",")),
                tuple(cells["keys"].split()),
                cells["kind"],
                cells["icon"],
                cells["initials"],
                cells["string"],
            )
            if made.id in table:
                faults.append(f"line {line}: {made.id} stands twice")
            if made.kind not in ("command", "widget"):
                faults.append(f"line {line}: kind {made.kind} is unknown")
            if not has_key(made.string):
                faults.append(f"line {line}: no words for {made.string}")
            table[made.id] = made
    if faults:
        raise ActionTableFault("actions.tsv " + "; ".join(faults))
    return table


class Keymap:
    """Who has which key: the defaults of the table, with what a person has re-assigned."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self.own = {name: keys for name, keys in (own or {}).items() if name in actions()}

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action now, the first is the one that is printed."""
        if action_id in self.own:
            return tuple(self.own[action_id].split())
        return actions()[action_id].keys

    def is_changed(self, action_id: str) -> bool:
        return action_id in self.own

    def clashes(self, action_id: str, keys: str) -> tuple[Action, ...]:
        """The actions that already have this key where the given one holds.

        Two pages may share a key, and a page may take one from everywhere: neither is a clash.
        """
        mine = actions()[action_id]
        return tuple(
            other
            for other in actions().values()
            if other.id != action_id
            and other.kind == mine.kind
            and keys in self.keys(other.id)
            and _meet(mine, other)
        )

    def all_clashes(self) -> list[tuple[str, str, str]]:
        """Every pair that shares a key where both hold: (action, action, key)."""
        found = []
        for action in actions().values():
            for key in self.keys(action.id):
                found += [
                    (action.id, other.id, key)
                    for other in self.clashes(action.id, key)
                    if action.id < other.id
                ]
        return found

    def assign(self, action_id: str, keys: str) -> None:
        """Give an action a key of its own; the default key takes its place in no list."""
        if keys == " ".join(actions()[action_id].keys):
            self.own.pop(action_id, None)
        else:
            self.own[action_id] = keys

    def swap(self, action_id: str, keys: str) -> None:
        """Assign, and give whoever had the key the one that becomes free."""
        free = " ".join(self.keys(action_id))
        for other in self.clashes(action_id, keys):
            self.assign(other.id, free)
        self.assign(action_id, keys)

    def reset(self) -> None:
        self.own.clear()


def _meet(a: Action, b: Action) -> bool:
    both_global = a.where[0] in GLOBAL and b.where[0] in GLOBAL
    return both_global or bool(set(a.where) & set(b.where))


def key_words(keys: tuple[str, ...]) -> str:
    """Keys as they are printed: "Ctrl K", "↑ ↓", "1–9"."""
    digits = [key.removeprefix("Shift+") for key in keys]
    if len(keys) > 2 and all(digit.isdigit() for digit in digits):
        shift = "Shift " if keys[0].startswith("Shift+") else ""
        return f"{shift}{digits[0]}–{digits[-1]}"
    shown = (
        keys
        if keys
        and all(_bare(key) in ("Up", "Down", "Left", "Right", "+", "-", "PgUp", "PgDown") for key in keys)
        else keys[:1]
    )
    if len(shown) > 1 and "+" in shown[0] and len(shown[0]) > 1:
        modifier = shown[0].rsplit("+", 1)[0]
        return " ".join([_say_key(modifier), *(_say_key(_bare(key)) for key in shown)])
    return " ".join(_say_key(key) for key in shown)


def _bare(key: str) -> str:
    return key if key in ("+", "-") else key.rsplit("+", 1)[-1]


def _say_key(key: str) -> str:
    if key == "+":
        return key
    parts = [part or "+" for part in key.replace("++", "+\0").replace("\0", "").split("+")]
    if key.endswith("++"):
        parts = [*key[:-2].split("+"), "+"]
    words = []
    for part in parts:
        name = f"key.{part.replace('-', '_')}"
        words.append(say(T(name)) if has_key(name) else "−" if part == "-" else part)
    return " ".join(word for word in words if word)


def is_plain(keys: str) -> bool:
    """Whether a key types text or moves in a field: it must not act while one has the focus."""
    if len(keys) > 1 and keys[0] == "F" and keys[1:].isdigit():
        return False
    return not any(keys.startswith(f"{name}+") for name in ("Ctrl", "Alt", "Meta")) and keys != "Esc"


class Hub(QObject):
    """Binds the records to handlers, for the window and its present page.

    `bind(where, handlers)` says what a context can do; `enter(page contexts)` says which hold now.
    """

    changed = Signal()

    def __init__(self, window: QWidget, keymap: Keymap) -> None:
        super().__init__(window)
        self.keymap = keymap
        self._window = window
        self._handlers: dict[str, Callable[[], None]] = {}
        self._enabled: dict[str, Callable[[], bool]] = {}
        self._page: tuple[str, ...] = ()
        self._qactions: dict[str, QAction] = {}
        self._typing = False
        for action in actions().values():
            if action.kind == "command":
                made = QAction(window)
                made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
                made.triggered.connect(lambda _=False, name=action.id: self.run(name))
                self._qactions[action.id] = made
                window.addAction(made)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)
        self.refresh()

    def bind(self, handlers: Mapping[str, Callable[[], None]]) -> None:
        """What actions do. An unknown id is our bug and raises KeyError."""
        for name, handler in handlers.items():
            actions()[name]
            self._handlers[name] = handler
        self.refresh()

    def unbind(self, names: Mapping[str, object]) -> None:
        for name in names:
            self._handlers.pop(name, None)
        self.refresh()

    def enter(self, contexts: tuple[str, ...]) -> None:
        """The contexts of the present page."""
        self._page = contexts
        self.refresh()

    @property
    def page(self) -> tuple[str, ...]:
        return self._page

    def can_run(self, name: str) -> bool:
        """Whether the action has a handler and its context holds."""
        action = actions()[name]
        return name in self._handlers and any(
            where in GLOBAL or where in self._page for where in action.where
        )

    def run(self, name: str) -> bool:
        """Do it now. False when nothing here can."""
        if not self.can_run(name):
            return False
        self._handlers[name]()
        return True

    def qaction(self, name: str) -> QAction:
        """The Qt action, for menus."""
        return self._qactions[name]

    def keys(self, name: str) -> str:
        """The printed keys of an action."""
        return key_words(self.keymap.keys(name))

    def here(self) -> list[Action]:
        """Every action that can be done here, the page's own first."""
        can = [
            action for action in actions().values() if action.kind == "command" and self.can_run(action.id)
        ]
        return sorted(can, key=lambda action: action.where[0] in GLOBAL)

    def refresh(self) -> None:
        """Give every action the shortcuts that it has here."""
        taken: set[str] = set()
        able = sorted(
            (actions()[name] for name in self._qactions if self.can_run(name)),
            key=lambda action: action.where[0] in GLOBAL,
        )
        wanted: dict[str, list[str]] = {name: [] for name in self._qactions}
        for action in able:
            for key in self.keymap.keys(action.id):
                if key not in taken and not (self._typing and is_plain(key)):
                    taken.add(key)
                    wanted[action.id].append(key)
        for name, made in self._qactions.items():
            made.setText(say(actions()[name].words))
            made.setEnabled(self.can_run(name))
            sequences = [QKeySequence.fromString(key) for key in wanted[name]]
            if made.shortcuts() != sequences:
                made.setShortcuts(sequences)
        self.changed.emit()

    def retranslate(self) -> None:
        self.refresh()

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        typing = isinstance(now, _TEXT_FIELDS) and not (isinstance(now, QComboBox) and not now.isEditable())
        if typing != self._typing:
            self._typing = typing
            self.refresh()
