"""The bundled family, registered once per application: no font of the system is needed."""

from PySide6.QtGui import QFontDatabase

from tcm_station.resources import asset

_FILES = ("StationSansSC-Regular.ttf", "StationSansSC-Bold.ttf")
_loaded: set[str] = set()


def load_fonts() -> None:
    """Register the two weights. A font that Qt refuses is our bug and is said so at once."""
    for name in _FILES:
        if name in _loaded:
            continue
        if QFontDatabase.addApplicationFont(str(asset(f"fonts/{name}"))) < 0:
            raise RuntimeError(f"Qt does not read the bundled font {name}")
        _loaded.add(name)
