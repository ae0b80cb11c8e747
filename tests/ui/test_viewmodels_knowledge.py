"""知识 without a window: what a page says of a node, where it leads, and the way back."""

from tcm_station.i18n import LANGS
from ui.viewmodels.knowledge import FOLD_AFTER, KnowledgeBase, edition_name, relation_name, value_name


def base(node: str) -> KnowledgeBase:
    made = KnowledgeBase()
    assert made.open(node) is None
    return made


def by_relation(lines, relation):
    return [line for line in lines if line.relation == relation]


def test_results_keep_to_the_chosen_group():
    made = KnowledgeBase()
    made.words = "fuzi"
    assert made.results()[0].id == "herb:fuzi"
    made.group = "formula"
    assert made.results() and {hit.kind for hit in made.results()} <= {"formula", "patent"}


def test_every_fact_says_where_it_is_from_and_whether_it_was_read():
    for line in base("herb:fuzi").lines():
        if line.fact is not None:
            assert line.fact.basis in ("read", "recalled")
            assert all(line.edition(lang) and line.origin(lang) for lang in LANGS)


def test_plain_facts_of_one_source_share_a_row_and_linked_ones_lead_on():
    lines = base("herb:fuzi").lines()
    (functions,) = by_relation(lines, "function")
    assert len(functions.values) > 1 and not functions.link
    forbidden = by_relation(lines, "incompatible")
    assert forbidden[0].link == "herb:banxia" and forbidden[0].words("zh") == "半夏"
    assert forbidden[0].notes("zh") == "十八反" and forbidden[0].beside("en") == "半夏"


def test_a_long_relation_is_folded_and_unfolds_to_every_fact():
    made = base("herb:gancao")
    folded = by_relation(made.lines(), "used-in")
    assert len(folded) == FOLD_AFTER + 1 and folded[-1].fact is None
    made.unfold("used-in")
    unfolded = by_relation(made.lines(), "used-in")
    assert len(unfolded) == folded[-1].hidden + FOLD_AFTER
    assert all(line.fact is not None for line in unfolded)


def test_what_forbids_a_herb_is_seen_at_once():
    marks = base("herb:fuzi").marks("zh")
    assert ("stop", "十八反") in marks
    assert [level for level, _ in marks] == ["stop", "sign", "reason", ""]
    assert base("formula:sinitang").marks("zh") == ()


def test_one_can_go_back_and_forth_along_the_way():
    made = base("herb:fuzi")
    made.open("formula:sinitang")
    made.open("herb:ganjiang")
    assert made.back() and made.node is not None and made.node.hit.id == "formula:sinitang"
    assert made.forth() and made.node.hit.id == "herb:ganjiang"
    assert made.back() and made.back() and made.node.hit.id == "herb:fuzi" and not made.back()


def test_an_unknown_node_leaves_the_open_one():
    made = base("herb:fuzi")
    error = made.open("herb:no_such_herb")
    assert error is not None and error.code == "unknown"
    assert made.node is not None and made.node.hit.id == "herb:fuzi"


def test_neighbours_are_a_dozen_of_every_relation_and_the_rest_is_counted():
    shown, of = base("herb:fuzi").neighbours()
    assert len(shown) == 12 < of
    assert any(one.forbidden and one.hit.id == "herb:banxia" for one in shown)
    assert len({one.hit.id for one in shown}) == 12


def test_two_formulas_are_told_apart_by_herbs_and_words():
    made = base("formula:sinitang")
    assert "formula:zhenwutang" in {hit.id for hit in made.told_apart()}
    told = made.compare("formula:sinitang", "formula:zhenwutang")
    assert told is not None and told.zh
    assert told.shared == ("herb:fuzi",) and "herb:ganjiang" in told.only_a and "herb:fuling" in told.only_b
    assert made.compare("formula:sinitang", "herb:fuzi") is None


def test_a_processed_form_says_what_it_has_from_its_material():
    taken_over = [line for line in base("herb:heishunpian").lines() if line.fact and line.fact.inherited_from]
    assert taken_over and "附子" in taken_over[0].origin("zh")


def test_codes_of_the_tables_are_said_in_words_in_both_languages():
    for lang in LANGS:
        for code in ("very-toxic", "decoct-first", "heart_disease", "not-official"):
            assert value_name(code, lang) != code
        assert edition_name("Chinese Pharmacopoeia 2020 vol. I", lang) in ("药典 2020", "ChP 2020")
        assert relation_name("sign", "sign", lang) != relation_name("sign", "disease", lang)
