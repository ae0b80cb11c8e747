"""Syndrome names: to the national node where one bears the name, and to elements for any name at all."""

import re
from functools import cache

from knowledge_graph.sheets import sheet

_BRACKETS = re.compile(r"[(\[【〔（].*?[)\]】〕）]")
_LAST_WORD = re.compile(r"(证候|症候|证型|证|症)$")
_MARKS = re.compile(r"[\s，,、；;。.：:/·\-]+")


def bare(name: str) -> str:
    """A name without brackets, marks and the final 证; 淤 read as 瘀."""
    text = _MARKS.sub("", _BRACKETS.sub("", name)).replace("淤", "瘀").replace("证候", "").replace("症候", "")
    shorter = _LAST_WORD.sub("", text)
    return shorter if len(shorter) >= 2 else text


@cache
def _by_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for row in sheet("syndromes"):
        names.setdefault(bare(row["zh"]), row["id"])
    for row in sheet("syndrome_aliases"):
        names.setdefault(bare(row["alias"]), row["syndrome"])
    return names


@cache
def _parts() -> tuple[dict[str, tuple[str, ...]], int]:
    parts = {
        r["part"]: tuple(r["elements"].split("、")) if r["elements"] else () for r in sheet("element_names")
    }
    return parts, max(map(len, parts))


@cache
def _elements() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for row in sheet("syndrome_elements"):
        table.setdefault(row["syndrome"], []).append(row["element"])
    return {syndrome: tuple(found) for syndrome, found in table.items()}


def find_syndrome(name: str) -> str | None:
    """The node a written name stands for: the standard's name or one of its aliases, else None."""
    return _by_name().get(bare(name))


def decompose(name: str) -> tuple[str, ...]:
    """The elements in any syndrome name, in its order; empty when nothing in it is known."""
    parts, longest = _parts()
    text, found, at = bare(name), [], 0
    while at < len(text):
        for size in range(min(longest, len(text) - at), 0, -1):
            elements = parts.get(text[at : at + size])
            if elements is not None:
                found += [e for e in elements if e not in found]
                at += size
                break
        else:
            at += 1
    return tuple(found)


def elements_of_syndrome(syndrome: str) -> tuple[str, ...]:
    """Element ids of a syndrome node; empty for a heading or an unknown id."""
    return _elements().get(syndrome, ())
