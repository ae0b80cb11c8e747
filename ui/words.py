"""Words in the language on screen, switched in place.

`T("page.key", n=3)` names a sentence; `say()` makes it text in the language of now. Widgets keep the T, not
the text, so that a switch needs no new widgets: `Translator.set` calls every `retranslate()`.
"""

from PySide6.QtCore import QLibraryInfo, QObject, QTranslator, Signal
from PySide6.QtWidgets import QApplication

from tcm_station.i18n import Lang, tr


class Words:
    """Anything that says itself in the language on screen: `str()` of it is the text of now."""

    __slots__ = ()


class T(Words):
    """A sentence by its key. Parameters may be sentences themselves."""

    __slots__ = ("key", "params")

    def __init__(self, key: str, **params: object) -> None:
        self.key = key
        self.params = params

    def __str__(self) -> str:
        return say(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, T) and (self.key, self.params) == (other.key, other.params)

    def __hash__(self) -> int:
        return hash(self.key)


class Name(Words):
    """The name of a code (sign, herb, measurement …) in the language on screen."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code

    def __str__(self) -> str:
        from tcm_station.workflow.names import name_of

        return name_of(self.code, lang())


class ShortName(Name):
    """A shorter name for tight places, where the terms have one."""

    __slots__ = ()

    def __str__(self) -> str:
        from tcm_station.domain.terms import find_term

        known = find_term(self.code)
        return known.short_name(lang()) if known else super().__str__()


Text = str | Words


class Translator(QObject):
    """The language on screen, with `changed` after it moved."""

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.lang: Lang = "zh"
        self._qt: QTranslator | None = None

    def set(self, wanted: Lang) -> None:
        """Switch the language and let every widget follow."""
        from ui.style.look import retranslate_all

        if wanted == self.lang and self._qt is not None:
            return
        self.lang = wanted
        self._install_qt()
        retranslate_all()
        self.changed.emit(wanted)

    def _install_qt(self) -> None:
        app = QApplication.instance()
        if app is None:
            return
        if self._qt is not None:
            app.removeTranslator(self._qt)
        self._qt = QTranslator()
        # Qt's own few sentences (context menus, file dialogs); English is built in.
        name = "qtbase_zh_CN" if self.lang == "zh" else "qtbase_en"
        if self._qt.load(name, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(self._qt)


_TRANSLATOR: list[Translator] = []


def translator() -> Translator:
    """The application's translator."""
    if not _TRANSLATOR:
        _TRANSLATOR.append(Translator())
    return _TRANSLATOR[0]


def lang() -> Lang:
    """The language on screen."""
    return translator().lang


def say(text: Text) -> str:
    """The words of a T, a Name or a plain text, now."""
    if isinstance(text, T):
        return tr(
            text.key, lang(), **{k: str(v) if isinstance(v, Words) else v for k, v in text.params.items()}
        )
    return str(text)
