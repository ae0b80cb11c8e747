"""Rows of one knowledge table, as text, in file order. Faults are the validator's business."""

import csv
from functools import cache
from pathlib import Path

TABLES = Path(__file__).resolve().parent / "tables"


@cache
def sheet(name: str) -> tuple[dict[str, str], ...]:
    """All rows of tables/<name>.tsv by column head. Raises FileNotFoundError for an unknown table."""
    with (TABLES / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
