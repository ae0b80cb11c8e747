"""The style sheet, made from the tokens: boxes and colours of Qt's own controls. Painters do the rest."""

from ui.style.look import colour, font, px


def _c(name: str) -> str:
    return colour(name).name()


def style_sheet() -> str:
    """The sheet for the present theme and scale."""
    field = (
        f"background: {_c('raised')}; color: {_c('ink')};"
        f"border: {px('stroke.control')}px solid {_c('line_strong')};"
        f"border-radius: {px('radius.control')}px; padding: 0 {px(8)}px;"
        f"selection-background-color: {_c('accent')}; selection-color: {_c('accent_ink')};"
    )
    caption = f"font-size: {font('caption').pointSizeF()}pt;"
    handle = px(10)
    return f"""
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QDateEdit {{ {field} min-height: {px("field") - 2}px; }}
QPlainTextEdit {{ padding: {px(8)}px; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus {{
  border: {px("stroke.focus")}px solid {_c("focus")}; padding: 0 {px(7)}px; }}
QPlainTextEdit:focus {{ padding: {px(7)}px; }}
QLineEdit[state="error"], QPlainTextEdit[state="error"] {{ border-color: {_c("stop")}; }}
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled {{ color: {_c("ink3")};
  border: {px(1)}px dashed {_c("line_strong")}; background: transparent; }}
QLineEdit[kind="bare"], QLineEdit[kind="bare"]:focus {{ border: 0; background: transparent; padding: 0; }}
QComboBox::drop-down {{ border: 0; width: {px(20)}px; }}
QComboBox QAbstractItemView {{ background: {_c("raised")}; color: {_c("ink")};
  border: {px(1)}px solid {_c("line_strong")}; outline: 0;
  selection-background-color: {_c("select")}; selection-color: {_c("ink")}; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; height: 0; border: 0; }}
QToolTip {{ background: {_c("raised")}; color: {_c("ink")}; border: {px(1)}px solid {_c("line_strong")};
  padding: {px(4)}px {px(8)}px; {caption} }}
QMenu {{ background: {_c("raised")}; color: {_c("ink")}; border: {px(1)}px solid {_c("line_strong")};
  padding: {px(4)}px 0; }}
QMenu::item {{ padding: {px(4)}px {px(16)}px; }}
QMenu::item:selected {{ background: {_c("select")}; color: {_c("ink")}; }}
QMenu::item:disabled {{ color: {_c("ink3")}; }}
QAbstractItemView {{ background: transparent; border: 0; outline: 0; }}
QScrollArea, QScrollArea > QWidget > QWidget[ground="clear"] {{ background: transparent; border: 0; }}
QScrollArea[ground="neutral"] {{ background: {_c("neutral_surround")}; }}
QGraphicsView {{ border: 0; }}
QSplitter::handle {{ background: {_c("line")}; }}
QScrollBar:vertical {{ background: transparent; width: {handle}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {handle}px; margin: 0; }}
QScrollBar::handle {{ background: {_c("hatch")}; border-radius: {px(3)}px; margin: {px(2)}px; }}
QScrollBar::handle:vertical {{ min-height: {px(24)}px; }}
QScrollBar::handle:horizontal {{ min-width: {px(24)}px; }}
QScrollBar::handle:hover {{ background: {_c("line_strong")}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: transparent; border: 0; width: 0; height: 0; }}
"""
