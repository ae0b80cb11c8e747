"""Asking the graph: the contract's words and values, search, paths, exports."""

import json
import time

import pytest

from knowledge_graph import query
from knowledge_graph.facts import FactBook, fact_book
from knowledge_graph.graph import graph
from knowledge_graph.load import knowledge
from knowledge_graph.query import NotOne
from knowledge_graph.rows import Herb
from tcm_station.domain.errors import Refused, UsageError


def facts(name: str, relation: str) -> list[object]:
    (node,) = query.show(name)
    return [f["value"] for f in node["facts"] if f["relation"] == relation]


@pytest.mark.parametrize(
    "name", ["附子", "fuzi", "fùzǐ", "Aconite Lateral Root (Prepared)", "herb:fuzi", "川附片"]
)
def test_a_node_is_found_by_chinese_pinyin_english_alias_and_id(name: str) -> None:
    assert query.show(name)[0]["id"] == "herb:fuzi"


def test_every_fact_carries_source_edition_place_dates_and_basis() -> None:
    for fact in query.show("附子")[0]["facts"]:
        assert {
            "relation",
            "value",
            "source",
            "edition",
            "jurisdiction",
            "valid_from",
            "valid_to",
            "basis",
        } <= set(fact)
        assert fact["source"] and fact["basis"] in {"read", "recalled"}


def test_the_contracts_relations_have_the_contracts_values() -> None:
    assert {"min_g": 3.0, "max_g": 15.0, "route": "oral", "form": "decoction"} in facts("附子", "dose")
    assert facts("附子", "toxicity") == ["toxic"] and facts("川乌", "toxicity") == ["very-toxic"]
    assert facts("苦杏仁", "toxicity") == ["slight"] and facts("茯苓", "toxicity") == ["none"]
    assert facts("附子", "pregnancy") == ["caution"] and facts("三棱", "pregnancy") == ["forbidden"]
    assert facts("天山雪莲", "pregnancy") == ["avoid"] and facts("茯苓", "pregnancy") == ["none"]
    assert facts("附子", "handling") == ["decoct-first"] and facts("薄荷", "handling") == ["add-late"]
    assert facts("罂粟壳", "controlled") == ["narcotic"] and facts("麻黄", "controlled") == [
        "narcotic-precursor"
    ]
    assert facts("生川乌", "controlled") == ["medical-toxic"] and facts("茯苓", "controlled") == []
    assert {"with": "herb:gansui", "rule": "18", "zh": "甘遂"} in facts("甘草", "incompatible")
    assert "双花" in facts("金银花", "alias")
    assert {"system": "WHO ICD-11 MMS chapter 26", "value": "SE90"} in facts("SE90", "code")


def test_an_institution_rule_is_not_shown_as_the_pharmacopoeias_word() -> None:
    assert facts("当归", "pregnancy") == ["none"]
    assert facts("当归", "pregnancy-other") == [{"rule": "caution", "authority": "institution"}]


def test_all_616_materials_are_shown_by_their_titles() -> None:
    fact_book().index()
    for herb in knowledge().rows(Herb):
        if herb.entry is not None:
            nodes = query.show(herb.zh)
            assert nodes[0]["id"] == herb.id and nodes[0]["latin"] == herb.latin


def test_a_processed_form_says_what_it_has_from_its_material() -> None:
    (node,) = query.show("炮附片")
    assert node["kind"] == "processed-herb"
    dose = next(f for f in node["facts"] if f["relation"] == "dose")
    assert dose["inherited_from"] == "herb:fuzi"


@pytest.mark.parametrize(
    ("name", "candidates"),
    [("大戟", ["京大戟", "红大戟"]), ("芍药", ["白芍", "赤芍"]), ("沙参", ["南沙参", "北沙参"])],
)
def test_an_ambiguous_name_answers_with_candidates(name: str, candidates: list[str]) -> None:
    with pytest.raises(NotOne) as asked:
        query.show(name)
    assert asked.value.code == "ambiguous" and asked.value.to_json()["candidates"] == candidates


def test_an_unknown_name_answers_with_at_most_five_suggestions() -> None:
    with pytest.raises(NotOne) as asked:
        query.show("白附自")
    plain = asked.value.to_json()
    assert plain["code"] == "unknown" and "白附子" in plain["suggestions"] and len(plain["suggestions"]) <= 5


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("黄芪", "黄芪"),
        ("huangqi", "黄芪"),
        ("双花", "金银花"),
        ("ginseng", "人参"),
        ("當歸", "当归"),
        ("华法林", "华法林"),
        ("warfarin", "华法林"),
    ],
)
def test_search_finds_by_any_name(words: str, first: str) -> None:
    assert query.search(words)[0]["zh"] == first


def test_pinyin_initials_find_herbs() -> None:
    assert {"黄芪", "黄芩"} <= {h["zh"] for h in query.search("hq")}
    assert query.initials("huángqí") == "hq" and query.initials("jīnyínhuā") == "jyh"
    assert query.initials("nǚzhēnzǐ") == "nzz" and query.initials("báizhú") == "bz"


def test_search_is_fast_enough_to_type_with() -> None:
    query.search("warm up")
    start = time.process_time()
    query.search("huang")
    assert time.process_time() - start < 0.1


def test_nothing_is_found_for_nothing() -> None:
    assert query.search("") == [] and query.search("〇〇〇〇") == []


def test_a_path_says_why_two_things_are_linked() -> None:
    (step,) = query.path("甘草", "甘遂")
    assert (step["from"], step["relation"], step["to"]) == ("甘草", "incompatible", "甘遂") and step["source"]
    (step,) = query.path("地高辛", "甘草")[:1]
    assert step["relation"] in {"class", "interaction"}


def test_things_that_nothing_links_say_so() -> None:
    with pytest.raises(Refused) as refused:
        query.path("SE90", "甘草")
    assert refused.value.code == "no-path"


def test_the_graph_holds_every_node_and_only_known_ends() -> None:
    known = knowledge()
    assert set(graph().nodes) == set(known.nodes)
    for _, _, data in graph().edges(data=True):
        assert data["relation"] and data["source"] and data["basis"]


def test_counts_stand_beside_the_totals_of_the_reference() -> None:
    counts = query.stats()
    for name in ("pharmacopoeia_materials", "toxic_materials", "pregnancy_statements", "tm1"):
        assert counts[name] == counts[f"{name}.reference"]
    assert counts["materials_with_a_dose_in_grams"] == 599


def test_exports_can_be_read_again() -> None:
    tsv = query.export("tsv").decode("utf-8").splitlines()
    assert tsv[0].startswith("id\tkind\tzh\trelation") and all(line.count("\t") == 10 for line in tsv[:2000])
    data = json.loads(query.export("jsonld"))
    assert len(data["@graph"]) == len(knowledge().nodes)


def test_the_drawing_export_holds_every_node() -> None:
    drawing = query.export("graphml").decode("utf-8")
    assert drawing.count("<node ") == len(knowledge().nodes) and drawing.rstrip().endswith("</graphml>")


def test_an_export_in_another_form_is_refused() -> None:
    with pytest.raises(UsageError):
        query.export("xls")


@pytest.mark.parametrize("name", ["甘草", "麻黄汤", "心脾两虚证", "舌淡白", "地高辛", "六味地黄丸"])
def test_a_page_made_alone_is_the_page_of_the_whole_graph(name: str) -> None:
    known = knowledge()
    alone, whole = FactBook(known), FactBook(known)
    whole.index()
    for node in query.find(name):
        assert alone.of(node) == whole.of(node)
