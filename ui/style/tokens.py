"""The one table of colours and sizes, `assets/style/tokens.toml`. No Qt: tests and prints read it too."""

import tomllib
from functools import cache
from typing import Any, Literal

from tcm_station.resources import asset

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


@cache
def tokens() -> dict[str, Any]:
    """The whole table, as TOML gives it."""
    with asset("style/tokens.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def colours(theme: Theme) -> dict[str, str]:
    """Colour names to "#RRGGBB" in one theme."""
    return dict(tokens()[theme])


@cache
def size(name: str) -> float:
    """A size by its token, px at 100 %: "table_row", "range_bar.w", "stroke.focus", "radius.card",
    "space.page_pad".

    Raises KeyError for a name the table lacks.
    """
    table: Any = tokens()
    parts = name.split(".")
    if parts[0] not in ("stroke", "radius", "space", "scale"):
        table = table["size"]
    for part in parts:
        table = table[part]
    return float(table)


def time_ms(name: str) -> int:
    """A duration by its token."""
    return int(tokens()["time_ms"][name])


def icon_name(use: str) -> str:
    """The icon for a use ("search", "lock", …); a name that is no use is taken as the icon's own name."""
    return str(tokens()["icon"].get(use, use))


def alert_icon(level: str) -> str:
    """The icon of an alert level: stop, sign, reason, notice."""
    key = "second_signature" if level == "sign" else level
    return str(tokens()["alert_icon"][key])
