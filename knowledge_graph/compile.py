"""Compile the tables into the one file that the program opens: `python -m knowledge_graph.compile`.

A test compiles again and compares: what is checked in is what the tables say.
"""

import sys
from pathlib import Path

from knowledge_graph.load import COMPILED, KnowledgeBroken, pack, read_tables, sizes_of, tables_folder
from knowledge_graph.validate import faults
from tcm_station.resources import assets_root


def compile_tables(folder: Path) -> bytes:
    """The compiled file's bytes. Raises KnowledgeBroken naming every fault of the tables."""
    raw = read_tables(folder)
    found = faults(raw)
    if found:
        raise KnowledgeBroken(found)
    return pack(raw, sizes_of(folder))


def main() -> int:
    target = assets_root() / COMPILED
    try:
        data = compile_tables(tables_folder())
    except KnowledgeBroken as broken:
        sys.stderr.write("\n".join(broken.faults) + "\n")
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    sys.stdout.write(f"{target} {len(data)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
