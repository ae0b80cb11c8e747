"""People are kept whole and found by whatever the reception knows of them."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcm_station.domain.codec import from_plain, to_plain
from tcm_station.domain.errors import Conflict, Refused
from tcm_station.domain.patient import Known, Patient, Sex

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
patients = st.builds(
    Patient,
    id=st.just("p"),
    name=words,
    sex=st.sampled_from(Sex),
    birth=st.none() | st.dates(date(1900, 1, 1), date(2030, 1, 1)),
    phone=words,
    number=words,
    allergies=st.lists(words, max_size=3).map(tuple),
    pregnant=st.sampled_from(Known),
    sample=st.booleans(),
)


@given(patient=patients)
def test_a_patient_survives_the_codec(patient):
    assert from_plain(Patient, to_plain(patient)) == patient


@pytest.fixture(scope="module")
def one_store(tmp_path_factory):
    from tcm_station.store import KeyCost, Store

    store, _ = Store.create(tmp_path_factory.mktemp("people") / "data", "p", cost=KeyCost(1, 64, 1))
    yield store
    store.close()


@settings(max_examples=25)
@given(patient=patients)
def test_a_patient_comes_back_from_the_store_as_they_went_in(one_store, patient):
    patient = one_store.patients.add(replace(patient, id=uuid4().hex))
    assert one_store.patients.get(patient.id) == patient


@settings(max_examples=25)
@given(patient=patients, text=words)
def test_any_words_at_all_can_be_searched_for(one_store, patient, text):
    patient = one_store.patients.add(replace(patient, id=uuid4().hex))
    found = one_store.patients.search(text)
    assert all(isinstance(p, Patient) for p in found)
    if patient.name.split() == [patient.name]:
        assert patient in one_store.patients.search(patient.name)


def test_a_patient_is_found_by_part_of_the_name_initials_telephone_and_number(store, canary_name):
    store.patients.add(Patient("p1", canary_name, phone="138-0013 8000", number="A-77"))
    store.patients.add(Patient("p2", "张三", phone="13900000000"))
    for asked in (
        canary_name,
        canary_name[1:3],
        canary_name[0],
        "jsqy",
        "JSQ",
        "sq",
        "1380013",
        "138-0013",
        "a-77",
    ):
        assert [p.id for p in store.patients.search(asked)] == ["p1"], asked
    assert [p.id for p in store.patients.search("张三")] == ["p2"]  # two characters
    assert store.patients.search("张三 1380") == []  # every word must fit
    assert [p.id for p in store.patients.search("zs 139")] == ["p2"]
    assert store.patients.search("  ") == []


def test_a_surname_is_found_by_its_own_reading_and_by_the_common_one(store):
    store.patients.add(Patient("p1", "单曾"))
    assert [p.id for p in store.patients.search("sc")] == ["p1"]
    assert [p.id for p in store.patients.search("dz")] == ["p1"]


def test_signs_that_mean_something_to_the_database_are_only_signs(store):
    store.patients.add(Patient("p1", "甲"))
    store.patients.add(Patient("p2", "100% _\\'"))
    assert [p.id for p in store.patients.search("%")] == ["p2"]
    assert [p.id for p in store.patients.search("_\\'")] == ["p2"]


def test_those_whose_name_begins_so_come_first(store):
    store.patients.add(Patient("p1", "李张三"))
    store.patients.add(Patient("p2", "张五"))
    assert [p.id for p in store.patients.search("张")] == ["p2", "p1"]
    assert [p.id for p in store.patients.search("z")] == ["p2", "p1"]


def test_a_changed_name_is_found_under_the_new_name_only(store):
    patient = store.patients.add(Patient("p1", "张三"))
    store.patients.update(replace(patient, name="李四"))
    assert store.patients.search("zs") == []
    assert store.patients.search("ls") == [replace(patient, name="李四")]
    assert store.patients.all() == store.patients.search("李")


def test_the_same_id_twice_and_an_unknown_id_are_refused(store):
    store.patients.add(Patient("p1", "张三"))
    with pytest.raises(Conflict, match="p1"):
        store.patients.add(Patient("p1", "李四"))
    for ask in (lambda: store.patients.get("p9"), lambda: store.patients.update(Patient("p9", "王五"))):
        with pytest.raises(Refused) as refusal:
            ask()
        assert refusal.value.code == "no-such-patient"
