"""The tables: sound as they stand, refused with every fault named, compiled as they say."""

import json
import shutil
import time
import zlib
from datetime import date
from pathlib import Path

import pytest

from knowledge_graph.compile import compile_tables
from knowledge_graph.load import (
    COMPILED,
    KnowledgeBroken,
    from_compiled,
    from_tables,
    knowledge,
    read_tables,
    tables_folder,
)
from knowledge_graph.rows import TABLES, Dose, Herb, HerbAlias, Provenance
from knowledge_graph.validate import faults
from tcm_station.resources import asset


def edited(tmp_path: Path, table: str, old: str, new: str) -> Path:
    folder = tmp_path / "tables"
    shutil.copytree(tables_folder(), folder)
    path = folder / f"{table}.tsv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_the_tables_that_ship_have_no_fault() -> None:
    assert faults(read_tables(tables_folder())) == []


def test_every_table_of_the_program_is_described_in_the_readme() -> None:
    readme = (tables_folder() / "README.md").read_text(encoding="utf-8")
    missing = [path.name for path in tables_folder().glob("*.tsv") if f"`{path.name}`" not in readme]
    assert missing == []


def test_the_compiled_file_is_what_the_tables_say() -> None:
    def blocks(data: bytes) -> dict[str, object]:
        opened = from_compiled(data)
        return {
            name: json.loads(zlib.decompress(data[opened._start + o : opened._start + o + n]))
            for name, (o, n, *_rest) in opened._index.items()
        }

    assert blocks(asset(COMPILED).read_bytes()) == blocks(compile_tables(tables_folder()))


def test_the_compiled_file_is_small_and_opens_in_a_blink() -> None:
    data = asset(COMPILED).read_bytes()
    assert len(data) < 5_000_000
    best = 9.0
    for _ in range(5):
        start = time.process_time()
        opened = from_compiled(data)
        assert len(opened.rows(Herb)) > 1000
        best = min(best, time.process_time() - start)
    assert best < 0.150


def test_a_fact_is_looked_up_in_less_than_a_millisecond() -> None:
    known = knowledge()
    assert known.herbs["herb:fuzi"].zh == "附子"
    start = time.process_time()
    for _ in range(1000):
        assert known.herbs["herb:gancao"].latin
    assert (time.process_time() - start) / 1000 < 0.001


def test_all_616_materials_of_the_pharmacopoeia_are_nodes_each_with_its_own_number() -> None:
    entries = [h.entry for h in knowledge().rows(Herb) if h.entry is not None]
    assert sorted(entries) == list(range(1, 617))


def test_every_processed_form_leads_to_a_material() -> None:
    known = knowledge()
    for herb in known.rows(Herb):
        chain = list(known.chain(herb.id))
        assert len(chain) == len(set(chain)) <= 4
        assert (herb.kind == "processed-herb") == bool(herb.parent) == bool(herb.processing)


def test_one_broken_cell_is_named_with_file_and_line_and_refuses_the_start(tmp_path: Path) -> None:
    folder = edited(
        tmp_path, "doses", "herb:fuzi\toral\tdecoction\t3\t15", "herb:fuzi\toral\tdecoction\tthree\t15"
    )
    with pytest.raises(KnowledgeBroken) as broken:
        from_tables(folder)
    (fault,) = broken.value.faults
    line = next(
        i
        for i, text in enumerate((folder / "doses.tsv").read_text(encoding="utf-8").split("\n"), start=1)
        if "\tthree\t" in text
    )
    assert f"doses.tsv line {line}: min: 'three' cannot be read" in fault
    assert "doses.tsv" in broken.value.text("zh") and broken.value.advice("en")


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    folder = edited(
        tmp_path, "doses", "herb:fuzi\toral\tdecoction\t3\t15", "herb:fuzzi\toral\tdecoction\t30\t15"
    )
    path = folder / "toxicity.tsv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("very-toxic", "deadly", 1) + "too\tfew\n", encoding="utf-8")
    with pytest.raises(KnowledgeBroken) as broken:
        from_tables(folder)
    told = "\n".join(broken.value.faults)
    assert "herb herb:fuzzi is not in herbs.tsv (did you mean herb:fuzi?)" in told
    assert "min 30.0 is above max 15.0" in told
    assert "toxicity must be one of" in told and "2 columns" in told


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("herbs", "id\tzh", "key\tzh", "the columns must be id zh"),
        ("herb_aliases", "元参\therb:xuanshen", "双花\therb:xuanshen", "双花 stands already in line"),
        ("pregnancy", "\tread\n", "\tguessed\n", "basis must be read or recalled"),
        ("toxicity", "2020-12-30", "2020-13-30", "cannot be read as dates"),
        ("doses", "\t3\t15\tg\tday", "\t3\t-15\tg\tday", "max must be above 0"),
    ],
)
def test_each_kind_of_fault_is_named(tmp_path: Path, table: str, old: str, new: str, told: str) -> None:
    found = faults(read_tables(edited(tmp_path, table, old, new)))
    assert any(told in fault and fault.startswith(f"{table}.tsv line") for fault in found), found[:3]


def test_a_missing_table_is_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(tables_folder(), folder)
    (folder / "incompatibilities.tsv").unlink()
    assert faults(read_tables(folder)) == ["incompatibilities.tsv: the file is missing"]


def test_something_that_is_not_a_compiled_file_is_refused() -> None:
    with pytest.raises(KnowledgeBroken):
        from_compiled(b"PK\x03\x04 and so on")


def test_typed_rows_read_lists_numbers_and_dates() -> None:
    known = knowledge()
    fuzi = known.herbs["herb:fuzi"]
    assert "心" in fuzi.meridians and fuzi.entry is not None
    dose = next(d for d in known.rows(Dose) if d.herb == "herb:fuzi" and d.route == "oral")
    assert (dose.min, dose.max, dose.unit, dose.per) == (3.0, 15.0, "g", "day")
    assert dose.fact.valid_from == date(2020, 12, 30) and dose.fact.valid_to is None
    assert all(isinstance(a.fact, Provenance) for a in known.rows(HerbAlias))


def test_a_fact_holds_from_its_first_day_to_its_last() -> None:
    fact = Provenance("s", "e", "CN", date(2020, 12, 30), date(2025, 9, 30), "read")
    assert [
        fact.in_force(d)
        for d in (date(2020, 12, 29), date(2020, 12, 30), date(2025, 9, 30), date(2025, 10, 1))
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_every_row_says_where_it_comes_from() -> None:
    known = knowledge()
    for name, cls in TABLES.items():
        for row in known.rows(cls):
            assert row.fact.source and row.fact.basis in {"read", "recalled"}, name
