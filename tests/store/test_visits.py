"""A draft remembers every step; a signed visit is only amended."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcm_station.domain.errors import Conflict, OurBug, Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind, Issue, Quality, Series
from tcm_station.domain.finding import Certainty, Finding, Polarity, Source
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.patient import Patient
from tcm_station.domain.prescription import Prescription, PrescriptionLine
from tcm_station.domain.visit import Amendment, Visit, VisitState
from tcm_station.store import KeyCost, Store
from tcm_station.store.content import canonical, sha256_of

finite = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=15)
zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
times = st.datetimes(datetime(1970, 1, 2), datetime(2090, 1, 1), timezones=zones)
findings = st.builds(
    Finding,
    code=words,
    polarity=st.sampled_from(Polarity),
    degree=st.none() | st.floats(0, 1),
    source=st.sampled_from(Source),
    certainty=st.sampled_from(Certainty),
    span=st.none() | st.tuples(st.integers(0, 99), st.integers(0, 99)),
)
measurements = st.builds(Measurement, code=words, value=finite, unit=words, method=words, why=st.none())
examinations = st.builds(
    Examination,
    kind=st.sampled_from(ExamKind),
    captures=st.builds(
        Capture, sha256=words, kind=st.sampled_from(ExamKind), media_type=words, device=words, taken_at=times
    ).map(lambda c: (c,)),
    quality=st.builds(Quality, st.floats(0, 1), st.lists(st.builds(Issue, words), max_size=2).map(tuple)),
    measurements=st.lists(measurements, max_size=3).map(tuple),
    findings=st.lists(findings, max_size=3).map(tuple),
    series=st.lists(st.builds(Series, words, words, st.lists(finite, max_size=9).map(tuple)), max_size=2).map(
        tuple
    ),
)
lines = st.builds(PrescriptionLine, name=words, grams=st.none() | finite)
visits = st.builds(
    Visit,
    id=st.just("v"),
    patient_id=st.just("p1"),
    at=times,
    complaint=words,
    examinations=st.lists(examinations, max_size=2).map(tuple),
    findings_by_hand=st.lists(findings, max_size=3).map(tuple),
    prescription=st.none() | st.builds(Prescription, st.lists(lines, max_size=4).map(tuple)),
    input=st.none() | words,
)


@pytest.fixture(scope="module")
def one_store(tmp_path_factory):
    store, _ = Store.create(tmp_path_factory.mktemp("visits") / "data", "p", cost=KeyCost(1, 64, 1))
    store.patients.add(Patient("p1", "张三"))
    yield store
    store.close()


@settings(max_examples=30)
@given(visit=visits)
def test_a_visit_comes_back_from_the_store_as_it_went_in(one_store, visit):
    visit = one_store.visits.create(replace(visit, id=uuid4().hex), "step.opened")
    back = one_store.visits.get(visit.id)
    assert back == visit
    assert canonical(back) == canonical(visit)  # so its hash is the same as well


@settings(max_examples=20)
@given(moves=st.lists(st.sampled_from(["save", "undo", "redo"]), max_size=14))
def test_undo_and_redo_walk_over_the_steps_like_an_editor(one_store, moves):
    """Against a list and a finger on it."""
    number = len(one_store.visits.list())
    visit = one_store.visits.create(Visit(f"walk-{number}", "p1", datetime.now(UTC)), "step.opened")
    steps, finger = [visit], 0
    for turn, move in enumerate(moves):
        if move == "save":
            changed = replace(steps[finger], complaint=f"{turn}")
            one_store.visits.save(changed, step="step.a", params={"n": f"{turn}"})
            steps, finger = [*steps[: finger + 1], changed], finger + 1
        elif move == "undo":
            finger = max(0, finger - 1)
            assert one_store.visits.undo(visit.id) == steps[finger]
        else:
            finger = min(len(steps) - 1, finger + 1)
            assert one_store.visits.redo(visit.id) == steps[finger]
        assert one_store.visits.get(visit.id) == steps[finger]
        (row,) = [r for r in one_store.visits.list() if r.id == visit.id]
        assert row.sha256 == sha256_of(steps[finger])
        assert (one_store.visits.undo_step(visit.id) is None) == (finger == 0)
        assert (one_store.visits.redo_step(visit.id) is None) == (finger == len(steps) - 1)


@pytest.fixture
def draft(store, clock):
    store.patients.add(Patient("p1", "张三"))
    return store.visits.create(Visit("v1", "p1", clock(), input="line-1"), "step.opened")


def test_steps_survive_a_restart_and_can_still_be_undone_and_done_again(store, draft, reopened):
    store.visits.save(replace(draft, complaint="头痛"), step="step.complaint", params={"words": "头痛"})
    store.visits.save(
        replace(draft, complaint="头痛三天"), step="step.complaint", params={"words": "头痛三天"}
    )
    store.visits.undo("v1")
    store.close()
    with reopened() as again:
        assert again.visits.get("v1").complaint == "头痛"
        assert again.visits.undo_step("v1") == ("step.complaint", {"words": "头痛"})
        assert again.visits.redo_step("v1") == ("step.complaint", {"words": "头痛三天"})
        assert again.visits.redo("v1").complaint == "头痛三天"
        assert again.visits.undo("v1").complaint == "头痛"
        assert again.visits.undo("v1") == draft
        assert again.visits.undo("v1") == draft


def test_words_typed_into_one_field_are_one_step_when_asked(store, draft):
    for text in ("头", "头痛", "头痛三天"):
        store.visits.save(replace(draft, complaint=text), step="step.complaint", merge=True)
    assert store.visits.undo("v1") == draft


def test_a_signed_visit_cannot_be_changed_undone_or_signed_again(store, draft):
    store.visits.save(replace(draft, complaint="头痛"), step="step.complaint")
    store.visits.save(replace(draft, complaint="头痛三天"), step="step.complaint")
    before = store.visits.undo("v1")
    signed = store.visits.sign(replace(before, signed_by="医师"))
    assert signed.state is VisitState.SIGNED
    assert signed.signed_at is not None
    for attempt in (
        lambda: store.visits.save(replace(before, complaint="改"), step="step.complaint"),
        lambda: store.visits.save(signed, step="step.complaint"),
        lambda: store.visits.undo("v1"),
        lambda: store.visits.redo("v1"),
        lambda: store.visits.sign(replace(before, signed_by="医师")),
    ):
        with pytest.raises(Conflict) as conflict:
            attempt()
        assert conflict.value.code == "visit-signed"
    assert store.visits.get("v1") == signed
    assert store.visits.undo_step("v1") is None
    assert store.visits.redo_step("v1") is None
    # What was undone is gone, what led to the signature is not.
    assert [step for (step, _), _ in store.visits.history("v1")] == [
        "step.opened", "step.complaint", "store.step.signed",
    ]  # fmt: skip


def test_an_amendment_stands_beside_what_was_signed_and_never_in_its_place(store, draft):
    with pytest.raises(Conflict):
        store.visits.amend("v1", Amendment("早了", "医师", "2026-03-25"))
    signed = store.visits.sign(replace(draft, complaint="头痛", signed_by="医师"))
    amended = store.visits.amend("v1", Amendment("患者来电：已不痛", "医师", "2026-03-26"))
    again = store.visits.amend("v1", Amendment("再补", "医师", "2026-03-27"))
    assert amended.state is VisitState.AMENDED
    assert [a.text for a in again.amendments] == ["患者来电：已不痛", "再补"]
    assert store.visits.as_signed("v1") == signed
    assert store.visits.get("v1") == again
    assert replace(again, amendments=(), state=VisitState.SIGNED) == signed
    assert [event for _, _, event, _ in store.audit.rows()] == [
        "visit.signed",
        "visit.amended",
        "visit.amended",
    ]


def test_not_even_the_database_lets_a_signed_visit_go(store, draft):
    store.visits.sign(replace(draft, signed_by="医师"))
    for sql in (
        "UPDATE revisions SET content = x'00'",
        "DELETE FROM revisions",
        "DELETE FROM visits",
        "UPDATE visits SET state = 'draft'",
        "UPDATE visits SET signed_sha256 = 'x'",
    ):
        with pytest.raises(OurBug, match="a signed visit is never changed"):
            store._connection.call(lambda db, sql=sql: db.execute(sql))
    assert store.visits.unsound() == ()


def test_nobody_cannot_sign(store, draft):
    with pytest.raises(OurBug):
        store.visits.sign(draft)


def test_a_visit_at_half_past_midnight_in_shanghai_bears_that_day(store, draft, clock):
    (row,) = store.visits.list()
    assert row.date == date(2026, 3, 25)  # in UTC it is still the 24th
    assert row.at.astimezone(UTC).date() == date(2026, 3, 24)
    assert [r.id for r in store.visits.list(since=date(2026, 3, 25))] == ["v1"]
    assert store.visits.list(since=date(2026, 3, 26)) == []
    assert store.visits.history("v1")[0][1] == clock()


def test_the_list_says_what_the_contract_asks_for(store, draft):
    store.patients.add(Patient("p2", "李四"))
    store.visits.create(Visit("v2", "p2", draft.at + timedelta(days=1)), "step.opened")
    store.visits.create(Visit("v3", "p1", draft.at - timedelta(days=9)), "step.opened")
    rows = store.visits.list()
    assert [r.id for r in rows] == ["v3", "v1", "v2"]
    assert rows[1] == store.visits.list(patient_words="zs", since=draft.at.date())[0]
    row = rows[1]
    assert (row.input, row.patient_id, row.patient_name, row.state) == (
        "line-1",
        "p1",
        "张三",
        VisitState.DRAFT,
    )
    assert row.sha256 == sha256_of(store.visits.get("v1"))
    assert [r.id for r in store.visits.list(patient_words="四")] == ["v2"]
    assert {patient: r.id for patient, r in store.visits.latest().items()} == {"p1": "v1", "p2": "v2"}
    assert [v.id for v in store.visits.of_patient("p1")] == ["v1", "v3"]
    assert store.visits.by_input("line-1") == draft
    assert store.visits.by_input("line-2") is None


def test_unknown_and_doubled_visits_are_refused(store, draft, clock):
    with pytest.raises(Conflict):
        store.visits.create(draft, "step.opened")
    with pytest.raises(Refused, match="p9"):
        store.visits.create(Visit("v9", "p9", clock()), "step.opened")
    for ask in (store.visits.get, store.visits.undo, store.visits.undo_step):
        with pytest.raises(Refused, match="v9"):
            ask("v9")


def test_a_time_without_zone_is_our_bug(store, draft):
    with pytest.raises(OurBug):
        store.visits.create(Visit("v2", "p1", datetime(2026, 3, 25)), "step.opened")
    assert [r.id for r in store.visits.list()] == ["v1"]


def test_a_use_case_is_one_transaction_or_nothing(store, draft):
    def breaks(s):
        s.visits.save(replace(draft, complaint="半"), step="step.complaint")
        s.patients.add(Patient("p2", "李四"))
        raise Conflict("visit-signed")

    with pytest.raises(Conflict):
        store.run(breaks)
    assert store.visits.get("v1") == draft
    assert [p.id for p in store.patients.all()] == ["p1"]


def test_several_threads_save_at_once_and_nothing_is_lost(store, draft, clock):
    def work(name):
        for number in range(10):
            store.visits.create(Visit(f"{name}-{number}", "p1", clock()), "step.opened")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.visits.list()) == 41


def test_the_window_gets_a_future_and_its_errors(store, draft):
    done = store.submit(lambda s: s.visits.save(replace(draft, complaint="头痛"), step="step.complaint"))
    assert done.result().complaint == "头痛"
    failed = store.submit(lambda s: s.visits.get("v9"))
    assert isinstance(failed.exception(), Refused)
