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
