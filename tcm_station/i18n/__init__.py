"""Words for people: one catalogue per language, chosen by the caller, never by a global.

A catalogue is the folder `assets/strings/<lang>/` of flat TOML files; the file's name is the first
part of each key (`pulse.toml`, key `no_beats` → `pulse.no_beats`). Files named `error_*.toml` are merged
into the area `error`, so that each room keeps its own errors beside its own words.
"""

import locale
import os
import tomllib
from functools import cache
from typing import Literal

from tcm_station.resources import asset

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


class UnknownKey(KeyError):
    """A key that no catalogue holds: our bug, never the user's."""


def _flatten(table: dict[str, object], prefix: str, into: dict[str, str]) -> None:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict):
            _flatten(value, name, into)
        elif isinstance(value, str):
            if name in into:
                raise ValueError(f"string {name} stands twice")
            into[name] = value
        else:
            raise ValueError(f"string {name} is not text")


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """All strings of one language, by full key. Raises ValueError on a malformed catalogue."""
    strings: dict[str, str] = {}
    for path in sorted(asset(f"strings/{lang}").glob("*.toml")):
        area = path.stem.split("_")[0] if path.stem.startswith("error_") else path.stem
        with path.open("rb") as file:
            _flatten(tomllib.load(file), area, strings)
    return strings


def tr(key: str, lang: Lang, **params: object) -> str:
    """The string for a key, with `{name}` fields filled in.

    Raises UnknownKey when the key is in no catalogue; a missing parameter raises KeyError.
    """
    try:
        text = catalogue(lang)[key]
    except KeyError:
        raise UnknownKey(key) from None
    return text.format(**params)


def has_key(key: str) -> bool:
    """Whether the Chinese catalogue (the complete one) holds the key."""
    return key in catalogue("zh")


def system_lang() -> Lang:
    """The language of the system: Chinese unless the environment clearly says another."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return _lang_of(value)
    if os.name == "nt":
        return _lang_of(locale.getlocale()[0] or "")
    # Elsewhere getlocale() makes up "en_US" where nothing was set.
    return "zh"


def _lang_of(name: str) -> Lang:
    # "C" and POSIX say nothing about the person: the product's default is Chinese.
    code = name.split(".")[0].split("_")[0].lower()
    return "zh" if code in {"", "c", "posix", "zh", "chinese"} else "en"
