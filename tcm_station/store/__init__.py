"""What a desk keeps, encrypted: patients, visits with every step, media, settings, staff and the audit.

The names below are all that other rooms use. They are loaded when asked for, since the database and the
ciphers behind them take a while to import.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcm_station.store.archive import Manifest, check
    from tcm_station.store.backup import restore
    from tcm_station.store.checking import VerifyReport, verify
    from tcm_station.store.facade import Store
    from tcm_station.store.keys import KeyCost
    from tcm_station.store.staff import StaffMember
    from tcm_station.store.visits import VisitRow

__all__ = [
    "Store",
    "KeyCost",
    "VisitRow",
    "StaffMember",
    "VerifyReport",
    "verify",
    "restore",
    "check",
    "Manifest",
]

_HOMES = {
    "Store": "facade",
    "KeyCost": "keys",
    "VisitRow": "visits",
    "StaffMember": "staff",
    "VerifyReport": "checking",
    "verify": "checking",
    "restore": "backup",
    "check": "archive",
    "Manifest": "archive",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f"tcm_station.store.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
