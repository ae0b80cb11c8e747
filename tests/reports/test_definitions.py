"""Every measurement has a unit and a definition in both languages, and their page is up to date."""

from pathlib import Path

from tcm_station.domain.terms import terms
from tcm_station.reports.definitions import markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "measurements.md"


def test_every_measurement_has_unit_decimals_and_definitions():
    rows = [t for t in terms().values() if t.kind == "measurement"]
    assert len(rows) > 100
    for row in rows:
        assert all(row.extra.get(key) for key in ("unit", "decimals", "definition_zh", "definition_en")), (
            row.code
        )


def test_a_reference_range_names_its_population_and_source():
    for row in terms().values():
        if row.extra.get("ref_low") or row.extra.get("ref_high"):
            assert row.extra.get("ref_population") and row.extra.get("ref_source"), row.code


def test_the_page_of_definitions_is_what_the_table_says():
    assert PAGE.read_text(encoding="utf-8") == markdown()
