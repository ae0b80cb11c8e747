"""Settings: two columns of sections, nothing behind a second dialog; a change is kept at once."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from tcm_station.domain.errors import StationError
from ui.style import RIGHT, colour, look, paint_glyph, paint_icon, paint_seal, paint_text, pen, px, tokens
from ui.viewmodels.shell import seal_of
from ui.views.page import Page
from ui.widgets.base import ElidedLabel, Ground, Label, Rule, SectionHead, column, hairline, row
from ui.widgets.buttons import Button, CheckBox, Field, Segment
from ui.widgets.frames import Message
from ui.widgets.keyrecorder import KeyTable
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.widgets.progress import ProgressStrip
from ui.words import T, Text, lang, say

_SECTIONS = (
    ("display", "text_size"),
    ("keys", "keys"),
    ("editions", "knowledge"),
    ("backup", "disk"),
    ("people", "user"),
    ("about", "info"),
)
_ONE_COLUMN_AT = 1.75  # from this scale on the columns stand under each other
_LOCKS = (0, 2, 5, 15)


class SettingsPage(Page):
    """The page of picture 21."""

    contexts = ("settings",)
    hints = ("tables.find", "settings.section", "settings.backup", "edit.undo", "app.back")

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.settings = frame.settings
        self.heads: dict[str, QWidget] = {}
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.nav = self._build_left()
        outer.addWidget(self.nav)
        self.main_body, self.side_body = self._build_main(), self._build_side()
        self.both = QWidget()
        self.columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.both)
        self.columns.setContentsMargins(0, 0, 0, 0)
        self.columns.setSpacing(0)
        self.columns.addWidget(self.main_body, 614)
        self.columns.addWidget(self.side_body, 468)
        self.area = _Scroll(self.both)
        outer.addWidget(self.area, 1)
        self.restyle()
        self._show(self.settings.now)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {"tables.find": self.search.setFocus, "settings.backup": self.back_up}

    def entered(self) -> None:
        self._show_people()
        self._show_editions()
        self.sections.setFocus()

    def settings_changed(self, now) -> None:
        self._show(now)

    def restyle(self) -> None:
        self.nav.setFixedWidth(px(236))
        narrow = look().scale >= _ONE_COLUMN_AT
        self.nav.setVisible(not narrow)
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self.columns.setDirection(way)
        self.keys.setFixedHeight(px("table_row") * 7)

    # left
    def _build_left(self) -> QWidget:
        made = Ground("window", "r")
        layout = QVBoxLayout(made)
        layout.setContentsMargins(0, px(10), px(1), px(10))
        layout.setSpacing(px(10))
        self.search = Field(T("settings.find"), icon="search", keys="/")
        self.search.textChanged.connect(self._find)
        head = column(pad=(12, 0, 12, 0))
        head.addWidget(self.search)
        layout.addLayout(head)
        layout.addWidget(Rule())
        self.sections = RowView(
            self._paint_section,
            38,
            name=lambda item: say(T(f"settings.section.{item[0]}")),
            plain=False,
            fit=True,
        )
        self.sections.set_items(_SECTIONS, 0)
        self.sections.chosen.connect(self._go_to)
        layout.addWidget(self.sections)
        note = Label(T("settings.kept_at_once"), "caption", "ink3", wrap=True)
        note.setContentsMargins(px(16), 0, px(16), 0)
        layout.addWidget(note)
        layout.addStretch(1)
        return made

    def _paint_section(self, painter: QPainter, rect: QRectF, item: tuple[str, str], state: RowState) -> None:
        paint_ground(painter, rect, state)
        paint_icon(painter, item[1], rect.left() + px(16), rect.center().y() - px(8), 16, "ink2")
        words = say(T(f"settings.section.{item[0]}"))
        note = self._section_note(item[0])
        room = rect.adjusted(px(44), 0, -px(70) if note else -px(8), 0)
        paint_text(painter, room, words, bold=state.selected)
        if note:
            paint_text(
                painter, rect.adjusted(0, 0, -px(16), 0), note, kind="caption", tint="ink2", align=RIGHT
            )

    def _section_note(self, name: str) -> str:
        if name == "keys" and self.frame.hub.keymap.own:
            return say(T("settings.n_changed", n=len(self.frame.hub.keymap.own)))
        if name == "people":
            return say(T("settings.n_people", n=len(self._people())))
        return ""

    def _go_to(self, item: tuple[str, str]) -> None:
        head = self.heads[item[0]]
        top = head.mapTo(self.both, head.rect().topLeft()).y()
        self.area.verticalScrollBar().setValue(top - px(8))

    def _find(self, words: str) -> None:
        self.keys.show_matching(words)
        fitting = [
            s for s in _SECTIONS if not words or words.lower() in say(T(f"settings.section.{s[0]}")).lower()
        ]
        if words and len(fitting) == 1:
            self._go_to(fitting[0])

    # main column
    def _build_main(self) -> QWidget:
        made = QWidget()
        layout = column(gap=0, pad=(24, 6, 24, 16))
        made.setLayout(layout)
        self._head(layout, "display", T("settings.only_you"))
        self.scale = ScaleSlider(look().scale)
        self.scale_words = Label("", "body_strong")
        self.scale.chosen.connect(lambda value: self._change(scale=value))
        self._line(layout, T("settings.scale"), self.scale, self.scale_words, right="Ctrl + −")
        self.language = Segment([("zh", T("app.mark_chinese")), ("en", T("app.mark_english"))])
        self.language.chosen.connect(lambda value: self._change(lang=value))
        self._line(layout, T("settings.language"), self.language, right="F8")
        themes = [
            ("light", T("settings.light")),
            ("dark", T("settings.dark")),
            ("system", T("settings.system")),
        ]
        self.theme = Segment(themes)
        self.theme.chosen.connect(lambda value: self._change(theme=value))
        self._line(layout, T("settings.theme"), self.theme, right="F10")
        self.motion = CheckBox(T("settings.less_motion"))
        self.motion.toggled.connect(lambda on: self._change(reduced_motion=on))
        self._line(layout, T("settings.motion"), self.motion)
        layout.addSpacing(px(16))
        head = self._head(layout, "keys", T("settings.keys_note"))
        self.keys = KeyTable(self.frame.hub.keymap)
        self.keys.changed.connect(self._keys_changed)
        layout.addWidget(self.keys)
        reset = Button(T("settings.keys.reset"), kind="quiet", small=True)
        reset.clicked.connect(self._reset_keys)
        layout.addWidget(reset, 0, Qt.AlignmentFlag.AlignRight)
        self._keys_head = head
        layout.addSpacing(px(12))
        self._head(layout, "editions", T("settings.editions_note"))
        self.editions = RowView(
            _paint_edition, "table_row", name=lambda e: f"{e[0]} {e[1]}", plain=False, fit=True
        )
        self.editions.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self.editions)
        self.mine_first = CheckBox(T("settings.mine_first_note"))
        self.mine_first.toggled.connect(lambda on: self._change(mine_first=on))
        self._line(layout, T("settings.mine_first"), self.mine_first)
        layout.addStretch(1)
        return made

    # right column
    def _build_side(self) -> QWidget:
        made = Ground("surface", "l")
        layout = column(gap=0, pad=(20, 6, 20, 16))
        made.setLayout(layout)
        self._head(layout, "backup", T("settings.backup_note"))
        self.backup_title = Label("", "body_strong", wrap=True)
        self.backup_text = Label("", "caption", "ink2", wrap=True)
        self.backup = Button(T("settings.backup_now"), "B")
        self.backup.clicked.connect(self.back_up)
        line = row(gap=8, pad=(0, 8, 0, 8))
        words = column(gap=0)
        words.addWidget(self.backup_title)
        words.addWidget(self.backup_text)
        line.addLayout(words, 1)
        line.addWidget(self.backup, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(line)
        self.strip = ProgressStrip()
        layout.addWidget(self.strip)
        layout.addWidget(Rule())
        self.backup_dir = Button(T("setup.folder.choose"), icon="folder", small=True)
        self.backup_dir.clicked.connect(self._choose_backup)
        self.backup_path = ElidedLabel("", "body", "ink2")
        self._line(layout, T("settings.backup_to"), self.backup_path, self.backup_dir, grow=True)
        self.folder = ElidedLabel("", "body", "ink2")
        self._line(layout, T("settings.data_folder"), self.folder, grow=True)
        layout.addSpacing(px(16))
        self._head(layout, "people", T("settings.people_note"))
        self.people = RowView(
            self._paint_person, "table_row", name=lambda p: f"{p.name} {p.role}", plain=False, fit=True
        )
        self.people.activated_item.connect(lambda person: self._change(staff=person.name, role=person.role))
        layout.addWidget(self.people)
        locks = [(n, T("settings.lock_minutes", n=n) if n else T("settings.lock_never")) for n in _LOCKS]
        self.lock = Segment(locks)
        self.lock.chosen.connect(lambda value: self._change(lock_minutes=value))
        self._line(layout, T("settings.lock"), self.lock)
        layout.addSpacing(px(8))
        layout.addWidget(Message("notice", T("settings.separate"), T("settings.separate_text")))
        layout.addSpacing(px(16))
        self._head(layout, "about", "")
        from tcm_station import __version__

        layout.addSpacing(px(6))
        layout.addWidget(Label(T("settings.version", version=__version__), "body"))
        layout.addWidget(Label(T("setup.what_it_is"), "caption", "ink2", wrap=True))
        layout.addWidget(Label(T("settings.licences"), "caption", "ink3", wrap=True))
        layout.addStretch(1)
        return made

    def _head(self, layout: QVBoxLayout, name: str, caption: Text) -> SectionHead:
        head = SectionHead(T(f"settings.section.{name}"), caption)
        layout.addWidget(head)
        self.heads[name] = head
        return head

    def _line(
        self, layout: QVBoxLayout, words: Text, *widgets: QWidget, right: str = "", grow: bool = False
    ) -> None:
        line = row(gap=12, pad=(0, 5, 0, 5))
        label = Label(words)
        label.setMinimumWidth(px(84))
        line.addWidget(label)
        for index, widget in enumerate(widgets):
            line.addWidget(widget, 1 if grow and index == 0 else 0)
        if not grow:
            line.addStretch(1)
        if right:
            line.addWidget(Label(right, "caption", "ink2"))
        layout.addLayout(line)
        layout.addWidget(Rule())

    # what is true now
    def _show(self, now) -> None:
        self.scale.set(look().scale)
        self.scale_words.say(f"{look().scale * 100:.0f} %")
        self.language.choose(lang())
        self.theme.choose(now.theme)
        for box, on in ((self.motion, now.reduced_motion), (self.mine_first, now.mine_first)):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)
        self.lock.choose(now.lock_minutes)
        folder = getattr(self.frame, "data_dir", None)
        self.folder.say(str(folder or ""))
        self.backup_path.say(now.backup_dir or T("settings.backup_unset"))
        self._show_backup()

    def _show_backup(self) -> None:
        last = last_backup(getattr(self.frame, "data_dir", None), self.settings.now.backup_dir)
        if last is None:
            self.backup_title.say(T("settings.no_backup"))
            self.backup_text.say(T("settings.no_backup_text"))
        else:
            self.backup_title.say(T("settings.last_backup", when=last[1]))
            self.backup_text.say(
                T("settings.last_backup_text", name=last[0].name, mb=f"{last[2] / 2**20:.1f}")
            )

    def _show_editions(self) -> None:
        self.editions.set_items(editions())

    def _people(self) -> list:
        store = getattr(self.frame.desk, "store", None)
        return store.staff.all() if store is not None else []

    def _show_people(self) -> None:
        self.people.set_items(self._people())

    def _paint_person(self, painter: QPainter, rect: QRectF, person, state: RowState) -> None:
        paint_ground(painter, rect, state, bar=False)
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
        names = tuple(p.name for p in self._people())
        side = px("seal")
        paint_seal(
            painter,
            QRectF(rect.left(), rect.center().y() - side / 2, side, side),
            seal_of(person.name, names),
        )
        paint_text(painter, rect.adjusted(side + px(8), 0, -px(200), 0), person.name)
        role = rect.adjusted(px(140), 0, -px(90), 0)
        paint_text(painter, role, say(T(f"settings.role.{person.role}")), kind="caption", tint="ink2")
        if person.name == self.settings.now.staff:
            here = say(T("settings.here_now"))
            paint_text(painter, rect, here, kind="caption", tint="ink2", align=RIGHT)

    # changes
    def _change(self, **values: object) -> None:
        try:
            self.settings.change(**values)
        except OSError as fault:
            self.frame.note(T("settings.not_kept", why=fault.strerror or ""))

    def _keys_changed(self) -> None:
        self._change(keys=dict(self.keys.keymap.own))
        self.keys.keymap = self.frame.hub.keymap
        self.sections.viewport().update()

    def _reset_keys(self) -> None:
        self.keys.keymap.reset()
        self._keys_changed()

    def _choose_backup(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, say(T("settings.backup_to")), self.settings.now.backup_dir
        )
        if folder:
            self._change(backup_dir=folder)

    def back_up(self) -> None:
        """Make a backup now, in a worker; it is read again before it counts."""
        if not self.settings.now.backup_dir:
            self._choose_backup()
        target = self.settings.now.backup_dir
        store = getattr(self.frame.desk, "store", None)
        if not target or store is None:
            return
        self.backup.setEnabled(False)
        self.strip.begin(T("settings.backing_up"))
        self.strip.button.hide()

        def done(_: object) -> None:
            self._backed_up()

        def failed(error: StationError) -> None:
            self._backed_up()
            self.frame.explain(error)

        self.frame.runner.start(lambda task: store.backup(Path(target)), done=done, failed=failed)

    def _backed_up(self) -> None:
        self.strip.end()
        self.backup.setEnabled(True)
        self._show_backup()

    def retranslate(self) -> None:
        self._show(self.settings.now)
        self._show_editions()


def last_backup(data_dir: Path | None, chosen: str) -> tuple[Path, str, int] | None:
    """The newest backup file in the chosen folder or beside the data: path, local time, bytes."""
    from datetime import datetime

    folders = [Path(chosen)] if chosen else []
    folders += [data_dir / "backups"] if data_dir is not None else []
    files = [
        f
        for folder in folders
        if folder.is_dir()
        for f in folder.iterdir()
        if f.is_file() and f.suffix != ".part"
    ]
    if not files:
        return None
    newest = max(files, key=lambda file: file.stat().st_mtime)
    told = newest.stat()
    return newest, datetime.fromtimestamp(told.st_mtime).astimezone().strftime("%Y-%m-%d %H:%M"), told.st_size


def editions() -> list[tuple[str, str, str]]:
    """(name, what it is for, glyph) of every edition that rules stand on."""
    names = (
        "pharmacopoeia_2020",
        "pharmacopoeia_2025",
        "incompatibles",
        "codes_2021",
        "constitution_2009",
        "constitution_2025",
    )
    return [
        (
            say(T(f"settings.edition.{name}")),
            say(T(f"settings.edition_use.{name}")),
            "in_progress" if name.endswith("_2025") else "done_or_checked",
        )
        for name in names
    ]


def _paint_edition(painter: QPainter, rect: QRectF, item: tuple[str, str, str], state: RowState) -> None:
    hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
    side = px(10)
    paint_glyph(painter, QRectF(rect.left() + 1, rect.center().y() - side / 2, side, side), item[2])
    paint_text(painter, rect.adjusted(px(20), 0, -rect.width() / 2, 0), item[0])
    paint_text(painter, rect.adjusted(rect.width() / 2, 0, 0, 0), item[1], kind="caption", tint="ink2")


class _Scroll(QScrollArea):
    """A column that scrolls up and down only."""

    def __init__(self, body: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        body.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(body)


class ScaleSlider(QWidget):
    """The interface scale, 100 to 250 % in steps of 5; ticks where screens usually want it. chosen(scale)."""

    chosen = Signal(float)
    _TICKS = (1.0, 1.15, 1.25, 1.5, 1.75, 2.0, 2.5)

    def __init__(self, value: float) -> None:
        super().__init__()
        self._value = value
        self._drag: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(value)

    def set(self, value: float) -> None:
        self._value = value
        self.setAccessibleName(f"{say(T('settings.scale'))} {value * 100:.0f} %")
        self.update()

    def retranslate(self) -> None:
        self.set(self._value)

    def sizeHint(self) -> QSize:
        return QSize(px(240), px(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _x(self, value: float) -> float:
        low, high = tokens()["scale"]["range"]
        return px(9) + (value - low) / (high - low) * (self.width() - 2 * px(9))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = self.height() / 2
        painter.setPen(pen("line_strong"))
        painter.drawLine(QPointF(px(9), y), QPointF(self.width() - px(9), y))
        for tick in self._TICKS:
            painter.drawLine(QPointF(self._x(tick), y - px(4)), QPointF(self._x(tick), y + px(4)))
        painter.setPen(pen("accent", 2))
        painter.setBrush(colour("raised"))
        painter.drawEllipse(QPointF(self._x(self._drag or self._value), y), px(7), px(7))
        painter.end()

    def _at(self, x: float) -> float:
        low, high = tokens()["scale"]["range"]
        step = tokens()["scale"]["step"]
        share = (x - px(9)) / max(1, self.width() - 2 * px(9))
        return round(min(high, max(low, low + round(share * (high - low) / step) * step)), 2)

    def mousePressEvent(self, event) -> None:
        self._drag = self._at(event.position().x())
        self.update()

    def mouseMoveEvent(self, event) -> None:
        if self._drag is not None:
            self._drag = self._at(event.position().x())
            self.update()

    def mouseReleaseEvent(self, event) -> None:
        # Only now: a slider that grows under the pointer while it is dragged cannot be set.
        value, self._drag = self._drag, None
        if value is not None:
            self.chosen.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = tokens()["scale"]["step"]
        by = {Qt.Key.Key_Right: step, Qt.Key.Key_Up: step, Qt.Key.Key_Left: -step, Qt.Key.Key_Down: -step}
        if event.key() in by:
            low, high = tokens()["scale"]["range"]
            self.chosen.emit(round(min(high, max(low, self._value + by[Qt.Key(event.key())])), 2))
        else:
            super().keyPressEvent(event)
