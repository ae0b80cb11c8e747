"""How the window looks now: theme, scale, and every colour, length and font made from the tokens.

One `Look` for the application (`look()`); widgets ask it while they paint, so that a theme or a scale
switched at run time needs no new widgets: `restyle_all()` tells every living one.
"""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette, QPen
from PySide6.QtWidgets import QApplication, QWidget

from ui.style.tokens import Theme, colours, size, tokens

FAMILY = "Station Sans SC"
_REFERENCE_DPI = 96.0


class Look(QObject):
    """Theme and scale, with `changed` after either moved."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = "light"
        self.scale = 1.0
        self.reduced_motion = False
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[str, QFont] = {}

    def set(self, *, theme: Theme | None = None, scale: float | None = None) -> None:
        """Switch theme or scale and repaint everything."""
        low, high = tokens()["scale"]["range"]
        scale = self.scale if scale is None else round(min(high, max(low, scale)), 2)
        theme = theme or self.theme
        if (theme, scale) == (self.theme, self.scale):
            return
        self.theme, self.scale = theme, scale
        self._colours.clear()
        self._fonts.clear()
        apply_look()
        self.changed.emit()

    def colour(self, name: str, alpha: float = 1.0) -> QColor:
        """A colour by its token; "tongue.coating" is a mark's colour, "badge.ink" a live badge's."""
        key = name if alpha == 1.0 else f"{name}@{alpha}"
        if key not in self._colours:
            found = QColor(_lookup(name, self.theme))
            found.setAlphaF(alpha)
            self._colours[key] = found
        return self._colours[key]

    def px(self, length: float | str) -> int:
        """A length at the present scale: a token's name, or px at 100 %. Never less than 1 unless it is 0."""
        value = size(length) if isinstance(length, str) else length
        scaled = round(value * self.factor)
        return max(1, scaled) if value > 0 else scaled

    @property
    def factor(self) -> float:
        """Pixels per px at 100 %. Fonts are given in points, so a screen of another density moves both."""
        return self.scale * self._dpi() / _REFERENCE_DPI

    @staticmethod
    def _dpi() -> float:
        screens = (
            QGuiApplication.screens()
        )  # none before the application stands, and while a screen is unplugged
        return screens[0].logicalDotsPerInch() if screens else _REFERENCE_DPI

    def font(self, kind: str = "body", *, bold: bool | None = None) -> QFont:
        """A font by its token ("body", "title", …); bold overrides the token's weight."""
        key = f"{kind}/{bold}"
        if key not in self._fonts:
            token = tokens()["type"][kind]
            font = QFont(FAMILY)
            font.setPointSizeF(token["pt"] * self.scale)
            font.setBold(token["weight"] >= 700 if bold is None else bold)
            self._fonts[key] = font
        return self._fonts[key]

    def line_px(self, kind: str = "body") -> int:
        """The line height of a type token at the present scale."""
        return self.px(float(tokens()["type"][kind]["line_px"]))


def _lookup(name: str, theme: Theme) -> str:
    if name.startswith("tongue."):
        return str(tokens()["tongue_map"][name.removeprefix("tongue.")]["colour"])
    if name.startswith("badge."):
        return str(tokens()["live_badge"][name.removeprefix("badge.")])
    return colours(theme)[name]


_LOOK: list[Look] = []


def look() -> Look:
    """The application's look."""
    if not _LOOK:
        _LOOK.append(Look())
    return _LOOK[0]


def colour(name: str, alpha: float = 1.0) -> QColor:
    return look().colour(name, alpha)


def px(length: float | str) -> int:
    return look().px(length)


def font(kind: str = "body", *, bold: bool | None = None) -> QFont:
    return look().font(kind, bold=bold)


def line_px(kind: str = "body") -> int:
    return look().line_px(kind)


def pen(name: str, width: float = 1.0, dash: str | None = None, alpha: float = 1.0) -> QPen:
    """A pen in a token's colour. width: px at 100 %. dash: None, "dash" (the proposal's) or "dot"."""
    made = QPen(colour(name, alpha))
    scaled = width * look().factor
    # A hairline between two device pixels is a grey smear; wider strokes may take their exact width.
    made.setWidthF(max(1.0, float(round(scaled)) if width <= 1 else scaled))
    if dash == "dash":
        made.setDashPattern([float(n) for n in tokens()["stroke"]["dash"]])
    elif dash == "dot":
        made.setDashPattern([1.0, 2.0])
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def apply_look() -> None:
    """Give the application its palette, font and style sheet, and let every widget follow."""
    from ui.style.sheet import style_sheet

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    app.setPalette(_palette())
    app.setFont(font("body"))
    app.setStyleSheet(style_sheet())
    restyle_all()


def restyle_all() -> None:
    """Call `restyle()` of every widget that has one, then repaint all."""
    for widget in QApplication.allWidgets():
        _follow(widget, "restyle")


def retranslate_all() -> None:
    """Call `retranslate()` of every widget that has one, then repaint all."""
    for widget in QApplication.allWidgets():
        _follow(widget, "retranslate")


def _follow(widget: QWidget, method: str) -> None:
    follow = getattr(widget, method, None)
    if follow is not None:
        follow()
        widget.updateGeometry()
    widget.update()


def _palette() -> QPalette:
    role = QPalette.ColorRole
    made = QPalette()
    for target, name in (
        (role.Window, "surface"),
        (role.WindowText, "ink"),
        (role.Base, "raised"),
        (role.AlternateBase, "hover"),
        (role.Text, "ink"),
        (role.Button, "raised"),
        (role.ButtonText, "ink"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "accent_ink"),
        (role.PlaceholderText, "ink3"),
        (role.ToolTipBase, "raised"),
        (role.ToolTipText, "ink"),
        (role.Link, "accent"),
        (role.Mid, "line"),
        (role.Dark, "line_strong"),
        (role.Light, "raised"),
    ):
        made.setColor(target, colour(name))
    return made
