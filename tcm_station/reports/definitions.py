"""docs/measurements.md from the terms table: `python -m tcm_station.reports.definitions`."""

import sys

from tcm_station.domain.terms import Term, terms

HEAD = """# Measurements

Made from the terms table (`assets/terms/measurement_*.tsv`); a test compares.
Every number that the program shows is a row here. Unit 1 means a ratio, an index or a count.
Without a reference range a value is not judged.

"""


def markdown() -> str:
    """The page: one table, a row a measurement, in the order of their codes."""
    rows = sorted((t for t in terms().values() if t.kind == "measurement"), key=lambda t: t.code)
    lines = ["| code | name | unit | definition | reference |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(term) for term in rows]
    return HEAD + "\n".join(lines) + "\n"


def _row(term: Term) -> str:
    more = term.extra
    low, high = more.get("ref_low", ""), more.get("ref_high", "")
    reference = "—"
    if low or high:
        reference = f"{low}–{high}, {more.get('ref_population', '')} ({more.get('ref_source', '')})"
    definition = f"{more.get('definition_zh', '')}<br>{more.get('definition_en', '')}"
    cells = (f"`{term.code}`", f"{term.zh}<br>{term.en}", more.get("unit", ""), definition, reference)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
