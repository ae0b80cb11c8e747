"""Media, settings, staff and the audit's chain."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcm_station.domain.errors import Conflict, ExitCode, OurBug, Refused, StoreDamaged
from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit
from tcm_station.store import KeyCost, Store, verify


@pytest.fixture(scope="module")
def one_store(tmp_path_factory):
    store, _ = Store.create(tmp_path_factory.mktemp("media") / "data", "p", cost=KeyCost(1, 64, 1))
    yield store
    store.close()


@settings(max_examples=25)
@given(data=st.binary(max_size=5000))
def test_bytes_come_back_by_their_sha256(one_store, data):
    sha256 = one_store.media.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert one_store.media.put(data) == sha256
    assert one_store.media.get(sha256) == data
    assert one_store.media.has(sha256)


def test_a_file_name_does_not_tell_which_picture_it_is(store, data_dir):
    sha256 = store.media.put(b"picture")
    (file,) = [p for p in (data_dir / "media").rglob("*") if p.is_file()]
    assert file == store.media.path(sha256)
    assert len(file.parent.name) == 2
    assert sha256[2:] not in file.name
    assert b"picture" not in file.read_bytes()


def test_unknown_media_are_refused(store):
    with pytest.raises(Refused):
        store.media.get("0" * 64)
    assert not store.media.has("0" * 64)


@pytest.mark.parametrize("where", [0, 10, -1])
def test_a_damaged_file_is_named_and_mends_by_putting_the_original_again(store, where):
    sha256 = store.media.put(b"picture" * 100)
    path = store.media.path(sha256)
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreDamaged) as damaged:
        store.media.get(sha256)
    assert str(path) in str(damaged.value)
    assert damaged.value.exit_code == ExitCode.STORE_DAMAGED
    assert store.media.verify() == ((), (sha256,))
    store.media.put(b"picture" * 100)
    assert store.media.verify() == ((), ())


def test_a_file_put_in_the_place_of_another_is_noticed(store):
    one, other = store.media.put(b"one"), store.media.put(b"other")
    store.media.path(one).write_bytes(store.media.path(other).read_bytes())
    with pytest.raises(StoreDamaged):
        store.media.get(one)


def test_a_missing_file_is_named(store, data_dir, passphrase):
    sha256 = store.media.put(b"picture")
    store.media.path(sha256).unlink()
    with pytest.raises(StoreDamaged) as damaged:
        store.media.get(sha256)
    assert damaged.value.code == "media-missing"
    store.close()
    report = verify(data_dir, passphrase)
    assert report.media_missing == (sha256,)
    assert not report.ok


def test_settings_keep_any_plain_value(store, reopened):
    for key, value in {"scale": 1.5, "lang": "zh", "keys": {"save": ["Ctrl", "S"]}, "none": None}.items():
        store.settings.put(key, "first")
        store.settings.put(key, value)
    store.close()
    with reopened() as again:
        assert again.settings.get("scale") == 1.5
        assert again.settings.get("keys") == {"save": ["Ctrl", "S"]}
        assert again.settings.get("none", 7) is None
        assert again.settings.get("other", 7) == 7


def test_staff_sign_with_their_own_password(store):
    added = store.staff.add("王药师", "pharmacist", "pw 1")
    store.staff.add("李医师", "practitioner", "pw 2")
    assert store.staff.check("王药师", "pw 1") == added
    assert store.staff.check(" 王药师 ", "pw 1") == added
    assert store.staff.check("王药师", "pw 2") is None
    assert store.staff.check("赵", "pw 1") is None
    assert [member.name for member in store.staff.all()] == ["王药师", "李医师"]
    with pytest.raises(Conflict):
        store.staff.add("王药师", "pharmacist", "pw 3")
    with pytest.raises(Refused):
        store.staff.add("赵", "pharmacist", " ")
    assert store.audit.rows()[0][2:] == ("staff.added", str(added.id))


def test_the_audit_takes_keys_and_ids_only(store, canary_name):
    store.audit.append("visit.printed", "v1")
    for event, thing in (("visit.printed", canary_name), (canary_name, "v1"), ("x", "two words"), ("", "v1")):
        with pytest.raises(OurBug):
            store.audit.append(event, thing)
    assert [(event, thing) for _, _, event, thing in store.audit.rows()] == [("visit.printed", "v1")]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET event = 'x' WHERE number = 2",
        "UPDATE audit SET at = '2026-01-01' WHERE number = 4",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit WHERE number = 4",
        "DELETE FROM audit",
    ],
)
def test_a_change_in_the_audit_shows(store, data_dir, passphrase, sql):
    for number in range(4):
        store.audit.append("visit.printed", f"v{number}")
    assert store.audit.verify()
    store._connection.call(lambda db: db.execute(sql))
    assert not store.audit.verify()
    store.close()
    report = verify(data_dir, passphrase)
    assert report.audit_ok is False
    assert not report.ok


def test_a_changed_content_shows_even_where_the_pages_are_sound(store, clock):
    store.patients.add(Patient("p1", "张三"))
    draft = store.visits.create(Visit("v1", "p1", clock()), "step.opened")
    store.visits.create(replace(draft, id="v2"), "step.opened")
    assert store.visits.unsound() == ()
    store._connection.call(lambda db: db.execute("UPDATE revisions SET sha256 = 'x' WHERE visit = 'v2'"))
    assert store.visits.unsound() == ("v2",)
