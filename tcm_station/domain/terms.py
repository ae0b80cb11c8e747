"""The one table of terms: code, zh, pinyin, en, kind, source.

It is kept in sheets (`assets/terms/*.tsv`) so that an editor can find a row; codes are unique over all
sheets. Sheets may carry more columns (a measurement's unit and definition), kept in `extra`.
"""

import csv
import re
from dataclasses import dataclass, field
from functools import cache

from tcm_station.i18n import Lang, has_key, tr
from tcm_station.resources import asset

COLUMNS = ("code", "zh", "pinyin", "en", "kind", "source")


class TermTableFault(ValueError):
    """The terms table is broken; the message names every faulty row."""


@dataclass(frozen=True, slots=True)
class Term:
    code: str
    zh: str
    pinyin: str
    en: str
    kind: str
    source: str
    extra: dict[str, str] = field(default_factory=dict, hash=False, compare=False)

    def name(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def short_name(self, lang: Lang) -> str:
        """A shorter name where the sheet has one (around plots); else the name."""
        return self.extra.get(f"short_{lang}", self.name(lang))


@cache
def terms() -> dict[str, Term]:
    """All terms by code. Raises TermTableFault listing every fault by file and line."""
    table: dict[str, Term] = {}
    faults: list[str] = []
    for path in sorted(asset("terms").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if tuple((reader.fieldnames or ())[: len(COLUMNS)]) != COLUMNS:
                faults.append(f"{path.name} line 1: the columns must begin {' '.join(COLUMNS)}")
                continue
            for line, row in enumerate(reader, start=2):
                fault = _fault(row, table)
                if fault:
                    faults.append(f"{path.name} line {line}: {fault}")
                    continue
                extra = {k: v for k, v in row.items() if k not in COLUMNS and v}
                table[row["code"]] = Term(
                    row["code"], row["zh"], row["pinyin"], row["en"], row["kind"], row["source"], extra
                )
    if faults:
        raise TermTableFault("; ".join(faults))
    return table


def _fault(row: dict[str, str], table: dict[str, Term]) -> str:
    if None in row or any(value is None for value in row.values()):
        return "the number of columns is wrong"
    empty = [c for c in ("code", "zh", "en", "kind", "source") if not row[c].strip()]
    if empty:
        return f"{', '.join(empty)} empty"
    if row["code"] in table:
        return f"code {row['code']} stands twice"
    return ""


def term(code: str) -> Term:
    """The term with this code. Raises KeyError: an unknown code is our bug."""
    return terms()[code]


def find_term(code: str) -> Term | None:
    """The term with this code, or None."""
    return terms().get(code)


def edition_name(edition: str, lang: Lang) -> str:
    """An edition as the tables write it, in a language; the text itself where nothing names it."""
    slug = re.sub(r"[^a-z0-9]+", "_", edition.lower()).strip("_")
    key = f"edition.{slug}"
    return tr(key, lang) if slug and has_key(key) else edition
