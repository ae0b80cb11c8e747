"""The knowledge: read once from one compiled file, looked up by table and by id.

`knowledge()` opens `assets/knowledge/tables.bin`; each table in it is unpacked when it is first asked for.
Where the tables beside the program differ from what was compiled (somebody edited one), they are read and
validated instead, and a fault refuses the start naming file and line.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_type_hints

from knowledge_graph.rows import TABLES, Herb, Node, Provenance
from tcm_station.domain.errors import StationError
from tcm_station.domain.terms import terms
from tcm_station.resources import AssetMissing, asset

T = TypeVar("T")
TAIL = ("source", "edition", "jurisdiction", "valid_from", "valid_to", "basis")
COMPILED = "knowledge/tables.bin"
MAGIC = b"TCMK2\n"
NODE_COLUMNS = ("id", "zh", "pinyin", "en")
SIGN_KINDS = ("sign", "symptom", "constitution")


class KnowledgeBroken(StationError):
    """The tables have faults; `params["faults"]` names each by file and line."""

    def __init__(self, faults: list[str]) -> None:
        shown = "\n".join(faults[:50])
        super().__init__("knowledge-broken", count=len(faults), faults=shown)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table as text: column names and rows of equal length. lines: where each row stands in its file."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    bad: tuple[str, ...] = ()


def tables_folder() -> Path:
    """The folder of the TSV files."""
    return Path(__file__).resolve().parent / "tables"


def read_table(path: Path) -> RawTable:
    """One TSV file. Rows with a wrong number of columns are left out and named in `bad`."""
    text = path.read_text(encoding="utf-8")
    columns: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    bad: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        cells = tuple(line.rstrip("\r").split("\t"))
        if not columns:
            columns = cells
        elif len(cells) != len(columns):
            bad.append(f"{path.name} line {number}: {len(cells)} columns, {len(columns)} are needed")
        else:
            rows.append(cells)
            lines.append(number)
    return RawTable(path.stem, columns, tuple(rows), tuple(lines), tuple(bad))


def read_tables(folder: Path) -> dict[str, RawTable]:
    """All tables of a folder, by name."""
    return {path.stem: read_table(path) for path in sorted(folder.glob("*.tsv"))}


def pack(raw: dict[str, RawTable], sizes: dict[str, int]) -> bytes:
    """The compiled file: magic, length of the index, index (JSON), one zlib block of JSON a table."""
    blocks: list[bytes] = []
    index: dict[str, Any] = {"sizes": sizes, "tables": {}}
    offset = 0
    for name, table in sorted(raw.items()):
        plain = json.dumps(
            {"columns": table.columns, "rows": table.rows}, ensure_ascii=False, separators=(",", ":")
        )
        block = zlib.compress(plain.encode("utf-8"), 6)
        index["tables"][name] = [offset, len(block), len(table.rows), list(table.columns)]
        blocks.append(block)
        offset += len(block)
    head = json.dumps(index, sort_keys=True).encode("utf-8")
    return MAGIC + len(head).to_bytes(8, "big") + head + b"".join(blocks)


def _parse_date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _parser(hint: Any) -> Any:
    if hint is str:
        return None
    if hint == tuple[str, ...]:
        return lambda text: tuple(text.split("、")) if text else ()
    if hint == float | None:
        return lambda text: float(text) if text else None
    if hint == int | None:
        return lambda text: int(text) if text else None
    if hint is int:
        return int
    if hint == date | None:
        return _parse_date
    raise TypeError(f"no way to read {hint}")


@cache
def columns_of(cls: type[Any]) -> tuple[str, ...]:
    """The columns a table of this row type must have."""
    return (*(f.name for f in fields(cls)[:-1]), *TAIL)


@cache
def _parsers(cls: type[Any]) -> tuple[Any, ...]:
    hints = get_type_hints(cls)
    return tuple(_parser(hints[f.name]) for f in fields(cls)[:-1])


def make_row(
    cls: type[T], cells: tuple[str, ...] | list[str], shared: dict[tuple[str, ...], Provenance]
) -> T:
    """One typed row. Raises ValueError naming the column when a cell cannot be read."""
    parsers = _parsers(cast(Any, cls))
    n = len(parsers)
    tail = tuple(cells[n:])
    fact = shared.get(tail)
    if fact is None:
        source, edition, jurisdiction, start, end, basis = tail
        try:
            first, last = _parse_date(start), _parse_date(end)
        except ValueError:
            raise ValueError(f"valid_from, valid_to: {start!r}, {end!r} cannot be read as dates") from None
        fact = Provenance(source, edition, jurisdiction, first, last, basis)
        shared[tail] = fact
    values: list[object] = []
    for i, parse in enumerate(parsers):
        try:
            values.append(cells[i] if parse is None else parse(cells[i]))
        except ValueError:
            raise ValueError(f"{columns_of(cast(Any, cls))[i]}: {cells[i]!r} cannot be read") from None
    return cast(T, cast(Any, cls)(*values, fact))


class Knowledge:
    """Tables by name, nodes by id. Immutable once made; safe to share between threads that only read."""

    def __init__(self, raw: dict[str, RawTable] | None, packed: bytes = b"", source: str = "tables") -> None:
        self._raw = raw
        self._packed = packed
        self.source = source
        self._typed: dict[str, tuple[Any, ...]] = {}
        self._plain: dict[str, tuple[dict[str, str], ...]] = {}
        self._shared: dict[tuple[str, ...], Provenance] = {}
        self._index: dict[str, list[Any]] = {}
        self._start = 0
        if raw is None:
            head = int.from_bytes(packed[len(MAGIC) : len(MAGIC) + 8], "big")
            self._start = len(MAGIC) + 8 + head
            index = json.loads(packed[len(MAGIC) + 8 : self._start])
            self._index = index["tables"]

    @property
    def table_names(self) -> tuple[str, ...]:
        return tuple(sorted(self._raw if self._raw is not None else self._index))

    def count(self, name: str) -> int:
        """Rows of one table; 0 when there is no such table."""
        if self._raw is not None:
            return len(self._raw[name].rows) if name in self._raw else 0
        return int(self._index[name][2]) if name in self._index else 0

    def _columns(self, name: str) -> tuple[str, ...]:
        if self._raw is not None:
            return self._raw[name].columns
        return tuple(self._index[name][3])

    def _cells(self, name: str) -> tuple[list[str], list[list[str]]]:
        if self._raw is not None:
            table = self._raw[name]
            return list(table.columns), [list(r) for r in table.rows]
        offset, length = self._index[name][:2]
        block = self._packed[self._start + offset : self._start + offset + length]
        data = json.loads(zlib.decompress(block))
        return data["columns"], data["rows"]

    def rows(self, cls: type[T]) -> tuple[T, ...]:
        """All rows of a typed table, in file order."""
        name = next(n for n, c in TABLES.items() if c is cls)
        if name not in self._typed:
            _, cells = self._cells(name)
            self._typed[name] = tuple(make_row(cls, row, self._shared) for row in cells)
        return self._typed[name]

    def plain(self, name: str) -> tuple[dict[str, str], ...]:
        """All rows of any table as text by column; empty when there is no such table."""
        if name not in self._plain:
            if name not in self.table_names:
                return ()
            columns, cells = self._cells(name)
            self._plain[name] = tuple(dict(zip(columns, row, strict=True)) for row in cells)
        return self._plain[name]

    @property
    def herbs(self) -> dict[str, Herb]:
        """Herbs and processed forms by id."""
        cached = self.__dict__.get("_herbs")
        if cached is None:
            cached = {herb.id: herb for herb in self.rows(Herb)}
            self.__dict__["_herbs"] = cached
        return cast(dict[str, Herb], cached)

    @property
    def nodes(self) -> dict[str, Node]:
        """Everything that has an id, of every table, and the signs of the terms table."""
        cached = self.__dict__.get("_nodes")
        if cached is None:
            cached = self.__dict__["_nodes"] = {node.id: node for node in self._all_nodes()}
        return cast(dict[str, Node], cached)

    def _all_nodes(self) -> Iterator[Node]:
        for herb in self.herbs.values():
            yield Node(herb.id, herb.kind, herb.zh, herb.pinyin, herb.en, herb.latin)
        for name in self.table_names:
            if name == "herbs" or self._columns(name)[:4] != NODE_COLUMNS:
                continue
            for row in self.plain(name):
                yield Node(row["id"], node_kind(row), row["zh"], row["pinyin"], row["en"])
        for term in terms().values():
            if term.kind.endswith(SIGN_KINDS):
                yield Node(term.code, _sign_kind(term.kind), term.zh, term.pinyin, term.en)

    def find(self, code: str) -> Node | None:
        """The node with this id, or None. Herbs are found without reading the other tables."""
        herb = self.herbs.get(code)
        if herb is not None:
            return Node(herb.id, herb.kind, herb.zh, herb.pinyin, herb.en, herb.latin)
        return None if code.startswith("herb:") else self.nodes.get(code)

    def chain(self, herb: str) -> Iterator[str]:
        """The herb, then the material it is made from, and so on: facts of the nearest win."""
        seen = herb
        while seen:
            yield seen
            node = self.herbs.get(seen)
            seen = node.parent if node else ""


def node_kind(row: dict[str, str]) -> str:
    """The kind of a row of a node table: its id's prefix, but patent medicines stand among the formulas."""
    prefix = row["id"].partition(":")[0]
    return "patent" if prefix == "formula" and row.get("kind") == "patent" else prefix


def _sign_kind(kind: str) -> str:
    return kind if kind == "constitution" else "sign"


def sizes_of(folder: Path) -> dict[str, int]:
    """Size of each table in bytes: a cheap sign that somebody edited one."""
    return {path.stem: path.stat().st_size for path in sorted(folder.glob("*.tsv"))}


def from_tables(folder: Path) -> Knowledge:
    """Read and validate the tables. Raises KnowledgeBroken naming every fault."""
    from knowledge_graph.validate import faults

    raw = read_tables(folder)
    found = faults(raw)
    if found:
        raise KnowledgeBroken(found)
    return Knowledge(raw)


def from_compiled(data: bytes) -> Knowledge:
    """Open a compiled file. Raises KnowledgeBroken when it is not one."""
    if not data.startswith(MAGIC):
        raise KnowledgeBroken([f"{COMPILED}: not a compiled table file"])
    return Knowledge(None, data, "compiled")


@cache
def knowledge() -> Knowledge:
    """The knowledge of this installation. Raises KnowledgeBroken."""
    folder = tables_folder()
    try:
        data = asset(COMPILED).read_bytes()
    except AssetMissing:
        return from_tables(folder)
    compiled = from_compiled(data)
    if folder.is_dir():
        head = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 8], "big")
        if json.loads(data[len(MAGIC) + 8 : len(MAGIC) + 8 + head])["sizes"] != sizes_of(folder):
            return from_tables(folder)
    return compiled
