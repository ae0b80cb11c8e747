"""Initials by which a receptionist looks for a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcm_station.i18n.pinyin import MOST_READINGS, initials


@pytest.mark.parametrize(
    ("name", "first"),
    [("曾丽", "zl"), ("单雄信", "sxx"), ("解缙", "xj"), ("仇英", "qy"), ("查良镛", "zly"),
     ("区志强", "ozq"), ("朴银河", "pyh"), ("尉迟恭", "ycg"), ("单于", "cy"), ("欧阳修", "oyx"),
     ("張學友", "zxy"), ("Anna Smith", "as"), ("O'Brien", "o"), ("ＡＢ", "a"), ("王·买买提", "wmmt"),
     ("Ümit Öz", "uo")],
)  # fmt: skip
def test_the_likeliest_reading_comes_first(name, first):
    assert initials(name)[0] == first


def test_a_surname_is_also_found_by_the_reading_of_its_character():
    assert set(initials("单丽")) == {"sl", "dl", "cl"}
    assert set(initials("曾丽")) == {"zl", "cl"}


def test_every_character_of_gb2312_has_initials():
    level_1_and_2 = [
        bytes((row, cell)).decode("gb2312", errors="ignore")
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
    ]
    characters = [c for c in level_1_and_2 if c]
    assert len(characters) == 6763
    assert [c for c in characters if not initials("张" + c)] == []


@given(name=st.text(max_size=30) | st.text("长乐重单解曾行", max_size=30))
def test_any_name_gives_small_letters_and_not_too_many(name):
    found = initials(name)
    assert len(found) <= MOST_READINGS
    assert len(set(found)) == len(found)
    assert all(way.isascii() and way.isalpha() and way.islower() for way in found)


def test_nothing_gives_nothing():
    assert initials("") == initials("  ") == initials("123") == ()
