"""Lists and tables over plain Python items: a model, a painter per row, keys that stay with the list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui.style import colour, paint_box, px

_LIST_KEYS = frozenset(
    {
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)


@dataclass(frozen=True, slots=True)
class RowState:
    """How one row stands while it is painted."""

    selected: bool
    hovered: bool
    focused: bool
    enabled: bool
    index: int


AnyIndex = QModelIndex | QPersistentModelIndex
PaintRow = Callable[[QPainter, QRectF, Any, RowState], None]


class Rows(QAbstractListModel):
    """Items of any kind; `name(item)` is what a screen reader says, `tip(item)` the tool tip."""

    def __init__(
        self,
        name: Callable[[Any], str] = str,
        tip: Callable[[Any], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.items: list[Any] = []
        self._name, self._tip = name, tip
        self._enabled: Callable[[Any], bool] = lambda item: True

    def set(self, items: Sequence[Any]) -> None:
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def set_enabled(self, enabled: Callable[[Any], bool]) -> None:
        self._enabled = enabled

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.items):
            return None
        item = self.items[index.row()]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return self._name(item)
        if role == Qt.ItemDataRole.ToolTipRole and self._tip is not None:
            return self._tip(item) or None
        if role == Qt.ItemDataRole.UserRole:
            return item
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not 0 <= index.row() < len(self.items) or not self._enabled(self.items[index.row()]):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, view: "RowView") -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(px(16), self._view.row_height(index.row()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        view = self._view
        flags = option.state
        state = RowState(
            bool(flags & QStyle.StateFlag.State_Selected),
            bool(flags & QStyle.StateFlag.State_MouseOver),
            bool(flags & QStyle.StateFlag.State_Selected) and view.hasFocus(),
            bool(flags & QStyle.StateFlag.State_Enabled),
            index.row(),
        )
        painter.save()
        rect = QRectF(option.rect)
        if view.plain:
            paint_ground(painter, rect, state)
        view.paint_row(painter, rect, view.items()[index.row()], state)
        painter.restore()


def paint_ground(painter: QPainter, rect: QRectF, state: RowState, *, bar: bool = True) -> None:
    """The usual ground of a row: `select` with a 3 px bar, `hover`, or nothing."""
    if state.selected:
        painter.fillRect(rect, colour("select"))
        if bar:
            painter.fillRect(
                QRectF(rect.left(), rect.top(), px("stroke.select_bar"), rect.height()), colour("accent")
            )
        if state.focused:
            paint_box(painter, rect, fill=None, line="focus", radius=0, width=1)
    elif state.hovered and state.enabled:
        painter.fillRect(rect, colour("hover"))


class RowView(QListView):
    """A list that paints each row with a function.

    height: px at 100 % or a function of the row's index. chosen(item): a person chose another row;
    activated_item(item): Enter or double click; key(text, item): a plain key on the row (Space, −, +, Del …).
    """

    chosen = Signal(object)
    activated_item = Signal(object)
    key = Signal(str, object)

    def __init__(
        self,
        paint_row: PaintRow,
        height: float | str | Callable[[int], float] = "table_row",
        *,
        name: Callable[[Any], str] = str,
        tip: Callable[[Any], str] | None = None,
        keys: frozenset[str] = frozenset(),
        plain: bool = True,
        fit: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.paint_row, self.plain = paint_row, plain
        self._height, self._keys, self._fit, self._silent = height, keys, fit, False
        self.rows = Rows(name, tip, self)
        self.setModel(self.rows)
        self.setItemDelegate(_RowDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(not callable(height))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if fit:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.doubleClicked.connect(lambda index: self.activated_item.emit(self.items()[index.row()]))

    def items(self) -> list[Any]:
        return self.rows.items

    def set_items(self, items: Sequence[Any], selected: int | None = None) -> None:
        """Show other items; selected: the row to choose, without telling."""
        keep = self.currentIndex().row() if selected is None else selected
        self._silent = True
        self.rows.set(items)
        if 0 <= keep < len(items):
            self.select(keep)
        self._silent = False
        if self._fit:
            self.setFixedHeight(sum(self.row_height(i) for i in range(len(items))))

    def select(self, row: int) -> None:
        """Choose a row without telling."""
        before, self._silent = self._silent, True
        index = self.rows.index(row, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._silent = before

    def selected(self) -> Any:
        """The chosen item, or None."""
        index = self.currentIndex()
        return self.items()[index.row()] if index.isValid() and index.row() < len(self.items()) else None

    def row_height(self, row: int) -> int:
        return px(self._height(row)) if callable(self._height) else px(self._height)

    def restyle(self) -> None:
        if self._fit:
            self.setFixedHeight(sum(self.row_height(i) for i in range(len(self.items()))))
        self.scheduleDelayedItemsLayout()

    def keyboardSearch(self, search: str) -> None:
        """Letters are the page's keys, never a search in the list."""

    def event(self, event: QEvent) -> bool:
        # Asked before a shortcut of the page fires: the list keeps the keys that move in it or act on its
        # row.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and (event.key() in _LIST_KEYS or self._own_key(event)):
                event.accept()
                return True
        return super().event(event)

    def _own_key(self, event: QKeyEvent) -> str:
        names = {
            Qt.Key.Key_Space: "Space",
            Qt.Key.Key_Delete: "Del",
            Qt.Key.Key_Minus: "-",
            Qt.Key.Key_Plus: "+",
            Qt.Key.Key_Return: "Enter",
            Qt.Key.Key_Enter: "Enter",
        }
        name = names.get(Qt.Key(event.key())) or (event.text().upper() if event.text().isprintable() else "")
        return name if name in self._keys else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = self._own_key(event)
        if name:
            self.key.emit(name, self.selected())
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected() is not None:
            self.activated_item.emit(self.selected())
            return
        if event.text() and event.text().isprintable():
            event.ignore()
            return
        super().keyPressEvent(event)

    def _on_current(self, now: QModelIndex, _before: QModelIndex) -> None:
        if not self._silent and now.isValid():
            self.chosen.emit(self.items()[now.row()])
