"""Faults of the tables, all at once, as an editor wants them: file, line, column, what is wrong."""

from collections.abc import Iterator
from typing import Any

from knowledge_graph.load import TAIL, RawTable, columns_of, make_row
from knowledge_graph.rows import TABLES, Provenance

# Closed lists: table, column → allowed words.
CLOSED: dict[tuple[str, str], frozenset[str]] = {
    ("herbs", "kind"): frozenset({"herb", "processed-herb"}),
    ("herbs", "status"): frozenset({"official", "not-official", "food", "withdrawn"}),
    ("herb_ambiguous", "kind"): frozenset({"ask", "compound", "default"}),
    ("name_parts", "place"): frozenset({"before", "after", "inside"}),
    ("doses", "route"): frozenset({"oral", "external"}),
    ("doses", "form"): frozenset({"decoction", "pill", "powder", "wine", "external"}),
    ("doses", "unit"): frozenset({"g", "piece"}),
    ("doses", "per"): frozenset({"day", "time"}),
    ("toxicity", "toxicity"): frozenset({"none", "slight", "toxic", "very-toxic"}),
    ("pregnancy", "rule"): frozenset({"caution", "avoid", "forbidden"}),
    ("conditions", "rule"): frozenset({"caution", "avoid", "forbidden"}),
    ("incompatibilities", "rule"): frozenset({"18", "19"}),
    ("handling", "strength"): frozenset({"required", "customary", "allowed"}),
    ("processing_required", "level"): frozenset({"must", "should"}),
    ("form_limits", "limit"): frozenset({"external-only", "manufacture-only", "wine-only"}),
    ("withdrawn", "level"): frozenset({"stop", "second"}),
    ("drugs", "kind"): frozenset({"drug", "class"}),
    ("herb_drug", "severity"): frozenset({"minor", "moderate", "major", "contraindicated"}),
    ("edition_changes", "change"): frozenset({"none", "changed", "unknown"}),
    ("review_policy", "severity"): frozenset({"notice", "warning", "serious"}),
    ("review_policy", "overridable_by"): frozenset({"none", "second-signature", "reason"}),
}

# Columns that hold ids of other tables (several separated by 、); an empty cell is allowed where it may be.
LINKS: dict[tuple[str, str], tuple[str, bool]] = {
    ("herbs", "parent"): ("herbs", True),
    ("herb_aliases", "herb"): ("herbs", False),
    ("herb_ambiguous", "candidates"): ("herbs", False),
    ("herb_ambiguous", "default"): ("herbs", True),
    ("herb_lookalikes", "a"): ("herbs", False),
    ("herb_lookalikes", "b"): ("herbs", False),
    ("herb_names_unchecked", "herb"): ("herbs", False),
    ("doses", "herb"): ("herbs", False),
    ("toxicity", "herb"): ("herbs", False),
    ("pregnancy", "herb"): ("herbs", False),
    ("incompatibilities", "herb_a"): ("herbs", False),
    ("incompatibilities", "herb_b"): ("herbs", False),
    ("handling", "herb"): ("herbs", False),
    ("controlled", "herb"): ("herbs", False),
    ("processing_required", "herb"): ("herbs", False),
    ("processing_required", "write"): ("herbs", True),
    ("form_limits", "herb"): ("herbs", False),
    ("withdrawn", "herb"): ("herbs", False),
    ("durations", "herb"): ("herbs", True),
    ("duplicates_usual", "a"): ("herbs", False),
    ("duplicates_usual", "b"): ("herbs", False),
    ("conditions", "herb"): ("herbs", False),
    ("conditions", "condition"): ("condition_names", False),
    ("drugs", "classes"): ("drugs", True),
    ("herb_drug", "drug"): ("drugs", False),
    ("edition_changes", "herb"): ("herbs", False),
}

# Columns that together must be unique in a table.
KEYS: dict[str, tuple[str, ...]] = {
    "herbs": ("id",),
    "herb_aliases": ("alias",),
    "herb_ambiguous": ("name",),
    "name_parts": ("part", "place"),
    "toxicity": ("herb",),
    "pregnancy": ("herb",),
    "doses": ("herb", "route", "form", "per", "purpose"),
    "incompatibilities": ("herb_a", "herb_b"),
    "handling": ("herb", "handling"),
    "conditions": ("herb", "condition", "age_from", "age_to"),
    "herb_drug": ("herb", "drug"),
    "drugs": ("id",),
    "condition_names": ("id",),
    "tm1": ("id",),
    "review_policy": ("rule", "case"),
}

BASES = frozenset({"read", "recalled"})
MOST_FAULTS_A_TABLE = 200


def faults(raw: dict[str, RawTable]) -> list[str]:
    """Every fault of the tables, in file order; empty when they are sound."""
    ids = {
        name: {row[0] for row in table.rows}
        for name, table in raw.items()
        if table.columns and table.columns[0] in {"id"}
    }
    found: list[str] = [f"{name}.tsv: the file is missing" for name in TABLES if name not in raw]
    for name, table in raw.items():
        own = list(_table_faults(name, table, ids))
        found.extend(table.bad)
        found.extend(own[:MOST_FAULTS_A_TABLE])
        if len(own) > MOST_FAULTS_A_TABLE:
            found.append(f"{name}.tsv: and {len(own) - MOST_FAULTS_A_TABLE} more faults")
    return found


def _table_faults(name: str, table: RawTable, ids: dict[str, set[str]]) -> Iterator[str]:
    cls = TABLES.get(name)
    want = columns_of(cls) if cls else None
    if want and table.columns != want:
        yield f"{name}.tsv line 1: the columns must be {' '.join(want)}"
        return
    if table.columns[-len(TAIL) :] != TAIL:
        yield f"{name}.tsv line 1: the columns must end {' '.join(TAIL)}"
        return
    shared: dict[tuple[str, ...], Provenance] = {}
    where = {column: i for i, column in enumerate(table.columns)}
    key = [where[c] for c in KEYS.get(name, ())]
    seen: dict[tuple[str, ...], int] = {}
    for line, row in zip(table.lines, table.rows, strict=True):
        at = f"{name}.tsv line {line}"
        if row[where["basis"]] not in BASES:
            yield f"{at}: basis must be read or recalled, not {row[where['basis']]!r}"
        if not row[where["source"]]:
            yield f"{at}: source is empty"
        if cls:
            try:
                typed: Any = make_row(cls, row, shared)
            except ValueError as fault:
                yield f"{at}: {fault}"
                continue
            if name == "doses" and typed.min is not None and typed.max is not None and typed.min > typed.max:
                yield f"{at}: min {typed.min} is above max {typed.max}"
            if name == "doses" and typed.max is not None and not typed.max > 0:
                yield f"{at}: max must be above 0"
        if key:
            value = tuple(row[i] for i in key)
            if value in seen:
                yield f"{at}: {' '.join(value)} stands already in line {seen[value]}"
            seen[value] = line
        yield from _cell_faults(name, at, row, where, ids)


def _cell_faults(
    name: str, at: str, row: tuple[str, ...], where: dict[str, int], ids: dict[str, set[str]]
) -> Iterator[str]:
    for column, i in where.items():
        allowed = CLOSED.get((name, column))
        if allowed is not None and row[i] not in allowed:
            yield f"{at}: {column} must be one of {', '.join(sorted(allowed))}, not {row[i]!r}"
        link = LINKS.get((name, column))
        if link is None:
            continue
        target, may_be_empty = link
        cells = row[i].split("、") if row[i] else []
        if not cells and not may_be_empty:
            yield f"{at}: {column} is empty"
        for cell in cells:
            if cell not in ids.get(target, set()):
                near = _near(cell, ids.get(target, set()))
                yield f"{at}: {column} {cell} is not in {target}.tsv{near}"


def _near(cell: str, known: set[str]) -> str:
    import difflib

    close = difflib.get_close_matches(cell, known, n=1, cutoff=0.75)
    return f" (did you mean {close[0]}?)" if close else ""
