"""Pinyin initials of a name, every way to read it, for search: 张伟 → "zw", 曾丽 → "zl" before "cl"."""

import unicodedata
from functools import cache
from itertools import islice, product

from tcm_station.resources import asset

# A name with many ambiguous characters would otherwise give thousands.
MOST_READINGS = 24


@cache
def _table() -> tuple[dict[str, str], dict[str, str]]:
    """(character → initials of its readings, surname → its own initials)."""
    readings: dict[str, str] = {}
    surnames: dict[str, str] = {}
    lines = asset("pinyin.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    for kind, initials, characters in rows[1:]:
        if kind == "reading":
            readings.update(dict.fromkeys(characters, initials))
        else:
            surnames.update(dict.fromkeys(characters.split(), initials))
    return readings, surnames


def initials(name: str) -> tuple[str, ...]:
    """Initials in small letters, the likeliest reading first, at most MOST_READINGS; () when there are none.

    A surname is read as a surname first (单 s, 仇 q, 尉迟 yc) and then in every other way, since people
    search by what they see. Of words in Latin letters the first letter counts; other characters are left out.
    """
    readings, surnames = _table()
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    choices: list[str] = []
    in_word = False
    for char in plain:
        if char in readings:
            choices.append(readings[char])
            in_word = False
        elif char.isalpha():
            letter = unicodedata.normalize("NFD", char)[0]
            if not in_word and "a" <= letter <= "z":
                choices.append(letter)
            in_word = True
        elif not (in_word and char in "'’"):
            in_word = False
    size = next((n for n in (2, 1) if plain[:n] in surnames), 0)
    if size == 1:
        own = surnames[plain[0]]
        choices[0] = own + "".join(c for c in choices[0] if c not in own)
    found = ["".join(way) for way in islice(product(*choices), MOST_READINGS)] if choices else []
    if size == 2:
        rest = islice(product(*choices[2:]), MOST_READINGS)
        found = [surnames[plain[:2]] + "".join(way) for way in rest] + found
    return tuple(dict.fromkeys(found))[:MOST_READINGS]
