"""One table of terms, in sheets."""

import unicodedata

from tcm_station.domain.terms import terms


def test_every_term_has_both_names_a_kind_and_a_source():
    assert len(terms()) > 100
    for term in terms().values():
        assert term.zh and term.en and term.kind and term.source


def test_the_28_pulses_are_there():
    pulses = [t for t in terms().values() if t.kind == "pulse_sign"]
    classic = [t for t in pulses if t.zh.endswith("脉") and len(t.zh) == 2 and t.zh != "平脉"]
    assert len(classic) == 28


def test_pinyin_is_written_in_composed_letters():
    for term in terms().values():
        assert unicodedata.normalize("NFC", term.pinyin) == term.pinyin


def test_every_edition_of_the_safety_tables_has_a_chinese_name():
    import csv
    from pathlib import Path

    from tcm_station.domain.terms import edition_name

    tables = Path(__file__).resolve().parents[2] / "knowledge_graph" / "tables"
    names = (
        "doses",
        "pregnancy",
        "toxicity",
        "incompatibilities",
        "handling",
        "controlled",
        "herb_drug",
        "conditions",
    )
    editions = set()
    for name in names:
        with (tables / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
            editions |= {r["edition"] for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert [e for e in sorted(editions) if edition_name(e, "zh") == e] == []
