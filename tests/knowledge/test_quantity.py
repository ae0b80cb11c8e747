"""Amounts as people write them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_graph.quantity import parse, split_name


@pytest.mark.parametrize(
    ("written", "grams"),
    [(9, 9), (1.5, 1.5), ("9克", 9), ("９克", 9), ("9", 9), ("三钱", 9), ("一两", 30), ("一两半", 45),
     ("半两", 15),
     ("三钱半", 10.5), ("一钱五分", 4.5), ("两钱", 6), ("二两", 60), ("十五克", 15), ("一百二十克", 120),
     ("100mg", 0.1),
     ("0.03g", 0.03), ("一斤", 500), ("1/2两", 15), ("各9g", 9), ("-3g", -3), ("1.5 g", 1.5), ("二十", 20)],
)  # fmt: skip
def test_weights_become_grams_with_a_qian_of_3_and_a_liang_of_30(written: object, grams: float) -> None:
    assert parse(written).grams == pytest.approx(grams)


@pytest.mark.parametrize(
    ("written", "count"), [("12枚", 12), ("十二枚", 12), ("两枚", 2), ("3片", 3), ("一条", 1), ("半只", 0.5)]
)
def test_counts_stay_counts(written: str, count: float) -> None:
    told = parse(written)
    assert told.grams is None and told.count == count


@pytest.mark.parametrize(
    "written",
    ["适量", "3~9g", "", None, "两", "9g先煎", math.nan, math.inf, "三", "一把二两", True, "g", "9" * 50],
)
def test_what_cannot_be_read_is_not_guessed(written: object) -> None:
    told = parse(written)
    assert (told.grams, told.count) == ((3.0, None) if written == "三" else (None, None))


@pytest.mark.parametrize(
    ("written", "parts"),
    [("黄芪15g", ("黄芪", "15g")), ("大枣12枚", ("大枣", "12枚")), ("甘草", ("甘草", "")),
     ("炙甘草 6", ("炙甘草", "6")),
     ("附子９克", ("附子", "９克"))],
)  # fmt: skip
def test_a_name_and_its_amount_in_one_word_come_apart(written: str, parts: tuple[str, str]) -> None:
    assert split_name(written) == parts


@given(st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.none()))
@settings(max_examples=150, deadline=None)
def test_any_value_has_an_answer(value: object) -> None:
    told = parse(value)
    assert told.grams is None or math.isfinite(told.grams)
