"""Names as people write them: one herb, or a question, never a guess."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_graph.herbs import names, resolve
from knowledge_graph.load import knowledge
from knowledge_graph.rows import AmbiguousName, Herb, HerbAlias, Lookalike


def zh(name: str) -> str | None:
    told = resolve(name)
    return knowledge().herbs[told.herb].zh if told.herb else None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("元参", "玄参"), ("双花", "金银花"), ("二丑", "牵牛子"), ("象贝", "浙贝母"), ("仙灵脾", "淫羊藿"),
        ("潼蒺藜", "沙苑子"), ("白蒺藜", "蒺藜"), ("田七", "三七"), ("淮山", "山药"), ("皮硝", "芒硝"),
        ("炮附片", "炮附片"), ("生地", "地黄"), ("熟地", "熟地黄"), ("川军", "大黄"), ("酒军", "酒大黄"),
        ("坤草", "益母草"), ("破故纸", "补骨脂"), ("枣皮", "山茱萸"), ("云苓", "茯苓"), ("元胡", "延胡索"),
        ("米壳", "罂粟壳"), ("龟板", "龟甲"), ("蚤休", "重楼"), ("北五加皮", "香加皮"), ("菊三七", "土三七"),
        ("信石", "砒石"), ("升药", "红粉"), ("官桂", "肉桂"), ("全瓜蒌", "瓜蒌"), ("土元", "土鳖虫"),
    ],
)  # fmt: skip
def test_a_common_other_name_means_its_herb(written: str, meant: str) -> None:
    assert zh(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [("當歸", "当归"), ("黃耆", "黄芪"), ("薑半夏", "姜半夏"), ("製附子", "附子"), ("炒白朮", "炒白术"),
     ("神麴", "六神曲"), ("硃砂", "朱砂"), ("肉蓯蓉", "肉苁蓉"), (" 甘\u3000草 ", "甘草"),
     ("石膏（先煎）", "石膏")],
)  # fmt: skip
def test_traditional_and_full_width_writing_is_read(written: str, meant: str) -> None:
    assert zh(written) == meant


@pytest.mark.parametrize(
    ("written", "meant", "processing"),
    [
        ("蜜炙黄芪", "炙黄芪", "honey"), ("醋柴胡片", "醋柴胡", "vinegar"), ("焦山楂", "焦山楂", "scorched"),
        ("煅牡蛎", "煅牡蛎", "calcined"), ("大黄炭", "大黄炭", "charred"), ("川贝粉", "川贝母粉", "powder"),
        ("炒大黄", "大黄", "fried"), ("乳香（制）", "乳香", "processed"), ("生大黄", "生大黄", "raw"),
        ("制川乌", "制川乌", "processed"), ("生半夏", "生半夏", "raw"), ("炙甘草", "炙甘草", "honey"),
    ],
)  # fmt: skip
def test_processing_is_respected(written: str, meant: str, processing: str) -> None:
    assert (zh(written), resolve(written).processing) == (meant, processing)


@pytest.mark.parametrize(
    "written",
    ["大戟", "贝母", "芍药", "沙参", "乌头", "首乌", "地丁", "萆薢", "天龙", "焦三仙", "龙牡", "生贝母"],
)
def test_a_name_of_several_herbs_is_asked_about(written: str) -> None:
    told = resolve(written)
    assert told.herb is None and len(told.candidates) > 1 and told.how in {"ambiguous", "compound"}


@pytest.mark.parametrize("written", ["牛膝", "木通"])
def test_a_title_that_others_share_is_taken_and_says_who_else_is_meant_by_it(written: str) -> None:
    told = resolve(written)
    assert told.how == "exact" and told.also


def test_look_alikes_never_become_each_other() -> None:
    known = knowledge()
    for row in known.rows(Lookalike):
        a, b = known.herbs[row.a], known.herbs[row.b]
        assert resolve(a.zh).herb == a.id and resolve(b.zh).herb == b.id
    for one, other in (
        ("白附子", "附子"),
        ("土贝母", "浙贝母"),
        ("沙苑子", "南沙参"),
        ("党参", "人参"),
        ("土三七", "三七"),
    ):
        assert zh(one) == one and zh(one) != other


@pytest.mark.parametrize(
    "written", ["白付子", "党叁", "土山七", "木香通", "附孑", "foo", "", " ", "123", "贝", "x" * 500]
)
def test_a_misspelt_name_is_unknown_with_at_most_five_suggestions(written: str) -> None:
    told = resolve(written)
    assert (told.how, told.herb) == ("unknown", None) and len(told.suggestions) <= 5


def test_a_misspelt_name_suggests_what_was_meant() -> None:
    suggested = [knowledge().herbs[s].zh for s in resolve("白附孑").suggestions]
    assert "白附子" in suggested


def test_every_title_and_every_checked_alias_means_exactly_its_node() -> None:
    known = knowledge()
    assert len(known.rows(HerbAlias)) >= 300
    for herb in known.rows(Herb):
        assert resolve(herb.zh).herb == herb.id, herb.zh
    for alias in known.rows(HerbAlias):
        assert resolve(alias.alias).herb == alias.herb, alias.alias


def test_no_alias_is_also_an_ambiguous_name_or_a_title() -> None:
    known = knowledge()
    titles = {h.zh for h in known.rows(Herb)}
    asked = {a.name for a in known.rows(AmbiguousName) if a.kind != "default"}
    aliases = {a.alias for a in known.rows(HerbAlias)}
    assert not aliases & titles and not aliases & asked and not asked & titles


@pytest.mark.parametrize(
    ("written", "never"),
    [("土贝母", "浙贝母"), ("象贝", "土贝母"), ("沙参", "银柴胡"), ("土三七", "三七"), ("木通", "通草"),
     ("牛膝", "川牛膝")],
)  # fmt: skip
def test_the_dangerous_rows_of_the_public_alias_list_are_not_followed(written: str, never: str) -> None:
    assert zh(written) != never


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_has_an_answer(text: str) -> None:
    told = resolve(text)
    assert told.how in {"exact", "alias", "processing", "ambiguous", "compound", "unknown"}
    assert told.herb is None or told.herb in names().herbs
