"""Values become plain data and come back the same, or a fault is named."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcm_station.domain.codec import CodecError, from_plain, to_plain
from tcm_station.domain.finding import Finding, Polarity, Source
from tcm_station.domain.measurement import Basis, Measurement
from tcm_station.domain.patient import Known, Patient, Sex
from tcm_station.domain.visit import Visit

texts = st.text(max_size=12)


@given(
    st.builds(
        Patient,
        id=texts,
        name=texts,
        sex=st.sampled_from(Sex),
        birth=st.none() | st.dates(),
        allergies=st.lists(texts, max_size=3).map(tuple),
        pregnant=st.sampled_from(Known),
    )
)
def test_a_patient_comes_back_as_written(patient):
    assert from_plain(Patient, to_plain(patient)) == patient


@given(
    st.builds(
        Finding,
        code=texts,
        polarity=st.sampled_from(Polarity),
        degree=st.none() | st.floats(0, 1),
        source=st.sampled_from(Source),
        evidence=st.lists(texts, max_size=3).map(tuple),
        span=st.none() | st.tuples(st.integers(0, 99), st.integers(0, 99)),
    )
)
def test_a_finding_comes_back_as_written(finding):
    assert from_plain(Finding, to_plain(finding)) == finding


def test_a_time_keeps_its_zone():
    at = datetime(2026, 11, 20, 0, 30, tzinfo=timezone(timedelta(hours=8)))
    visit = Visit("v", "p", at)
    back = from_plain(Visit, to_plain(visit))
    assert back.at == at
    assert back.at.utcoffset() == timedelta(hours=8)
    assert back.at.date() == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("plain", "place"),
    [
        ({"id": "a"}, "name is missing"),
        ({"id": "a", "name": "b", "age": 3}, "unknown field age"),
        ({"id": "a", "name": 3}, "Patient.name"),
        ({"id": "a", "name": "b", "sex": "x"}, "Patient.sex"),
        ({"id": "a", "name": "b", "birth": "yesterday"}, "Patient.birth"),
        ({"id": "a", "name": "b", "sample": 1}, "Patient.sample"),
        ([], "an object is needed"),
    ],
)
def test_a_fault_names_its_place(plain, place):
    with pytest.raises(CodecError, match=place):
        from_plain(Patient, plain)


def test_a_measurement_has_either_a_value_or_a_reason():
    with pytest.raises(ValueError, match="either a value or a reason"):
        Measurement("tongue.x", None, "1", "m-v1")
    with pytest.raises(ValueError, match="either a value or a reason"):
        Measurement("tongue.x", 1.0, "1", "m-v1", why="because")
    with pytest.raises(ValueError, match="not finite"):
        Measurement("tongue.x", float("nan"), "1", "m-v1")


def test_a_value_without_a_reference_range_is_not_judged():
    value = Measurement("pulse.rate", 120.0, "/min", "m-v1", basis=Basis.RELATIVE)
    assert value.outside_reference == 0
    judged = Measurement("pulse.rate", 120.0, "/min", "m-v1", ref_low=60, ref_high=100)
    assert judged.outside_reference == 1


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_age_grows_on_the_birthday(birth, on):
    age = Patient("p", "n", birth=birth).age_years(on)
    assert birth.year + age <= on.year
    had_birthday = (on.month, on.day) >= (birth.month, birth.day)
    assert age == on.year - birth.year - (not had_birthday)
