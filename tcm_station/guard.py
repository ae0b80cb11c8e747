"""The start-up guard: our four packages must lie beside each other.

`ui`, `vision` and `knowledge_graph` are names that another project may have too. Where a foreign one comes
first on Python's path, ours is hidden, and everything fails in ways that name neither. So the first thing
that runs compares where they lie and says plainly what is wrong.
"""

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

from tcm_station.domain.errors import ExitCode
from tcm_station.i18n import LANGS, tr

NEIGHBOURS = ("vision", "knowledge_graph", "ui")


def foreign_packages(
    home: Path, find: Callable[[str], ModuleSpec | None] = find_spec
) -> dict[str, Path | None]:
    """Those neighbours that Python would not take from `home`, with where it would take them from.

    home: the folder that holds our packages. None: not found anywhere.
    """
    foreign: dict[str, Path | None] = {}
    for name in NEIGHBOURS:
        spec = find(name)
        places = list(spec.submodule_search_locations or []) if spec else []
        if not places and spec and spec.origin:
            places = [spec.origin]  # a single file `ui.py`
        place = Path(places[0]).resolve() if places else None
        if place != (home / name).resolve():
            foreign[name] = place
    return foreign


def check_packages() -> None:
    """End the program with a plain message, in both languages, unless all packages are ours.

    Raises SystemExit with the contract's exit code for a fault of the installation.
    """
    home = Path(__file__).resolve().parent.parent
    foreign = foreign_packages(home)
    if not foreign:
        return
    for lang in LANGS:
        for name, place in foreign.items():
            if place is None:
                text = tr("guard.missing", lang, name=name, home=home)
            else:
                text = tr("guard.foreign", lang, name=name, place=place, home=home)
            print(text, file=sys.stderr)
    raise SystemExit(int(ExitCode.OUR_FAULT))
