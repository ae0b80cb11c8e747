"""Every earlier schema comes up to date with everything in it, after a backup."""

import json
from contextlib import closing
from dataclasses import replace

import pytest

from tcm_station.domain.codec import to_plain
from tcm_station.domain.errors import OurBug, StoreClosed
from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.store import Store, content, migrations, restore, verify
from tcm_station.store.connection import connect
from tcm_station.store.keys import KeyFile, Keys

PASSPHRASE = "p"


def old_store(folder, clock, cost, stop_before):
    """A data folder as the program of that day left it: one draft and one signed visit."""
    folder.mkdir()
    master, _ = KeyFile(folder).create(PASSPHRASE, cost)
    patient = Patient("p1", "张三")
    draft = Visit("v1", "p1", clock(), complaint="头痛", input="line-1")
    signed = replace(draft, id="v2", state=VisitState.SIGNED, signed_by="医师", signed_at=clock())
    with closing(connect(folder / "store.db", Keys.derive(master).database)) as db:
        migrations.apply(db, stop_before=stop_before)
        db.execute(
            "INSERT INTO patients (id, name, initials, phone, number, content, updated_at)"
            " VALUES ('p1', '张三', 'zs', '', '', ?, '')",
            [json.dumps(to_plain(patient))],
        )
        for visit in (draft, signed):
            steps = [
                (1, "step.opened", replace(visit, state=VisitState.DRAFT, signed_by=None, signed_at=None))
            ]
            steps += [(2, "store.step.signed", visit)] if visit is signed else []
            db.execute(
                "INSERT INTO visits (id, patient, input, at, date, state, pointer, sha256)"
                " VALUES (?, 'p1', ?, ?, ?, ?, ?, ?)",
                [visit.id, visit.input, visit.at.isoformat(), visit.at.date().isoformat(), visit.state.value,
                 len(steps), content.sha256_of(visit)],
            )  # fmt: skip
            for seq, step, kept in steps:
                plain = content.canonical(kept)
                db.execute(
                    "INSERT INTO revisions (visit, seq, step, params, content, sha256, saved_at)"
                    " VALUES (?, ?, ?, '{}', ?, ?, '')",
                    [visit.id, seq, step, content.pack(plain), content.sha256_of(kept)],
                )
    return draft, signed


def applied(folder):
    master = KeyFile(folder).open(PASSPHRASE)
    with closing(connect(folder / "store.db", Keys.derive(master).database)) as db:
        return migrations.NAMES[: len(migrations.NAMES) - len(migrations.pending(db))]


@pytest.mark.parametrize("first_missing", migrations.NAMES[1:])
def test_a_store_of_every_earlier_version_comes_up_to_date(data_dir, tmp_path, clock, cost, first_missing):
    draft, signed = old_store(data_dir, clock, cost, first_missing)
    earlier = applied(data_dir)
    assert verify(data_dir, PASSPHRASE).audit_ok is None  # not assessed is not the same as faulty
    with Store.open(data_dir, PASSPHRASE, clock=clock, automatic_backup=False) as store:
        assert store.visits.get("v1") == draft
        assert store.visits.as_signed("v2") == signed
        assert [p.name for p in store.patients.search("zs")] == ["张三"]
        assert store.visits.unsound() == ()
        with pytest.raises(OurBug, match="never changed"):
            store._connection.call(lambda db: db.execute("DELETE FROM revisions WHERE visit = 'v2'"))
        store.visits.save(replace(draft, complaint="不痛"), step="step.complaint")
    assert verify(data_dir, PASSPHRASE).ok
    assert applied(data_dir) == migrations.NAMES

    (backup,) = (data_dir / "backups").glob("before-*")
    assert first_missing in backup.name
    restore(backup, tmp_path / "earlier")
    assert applied(tmp_path / "earlier") == earlier


def test_a_migration_that_fails_leaves_the_store_as_it_was(data_dir, clock, cost, monkeypatch):
    draft, _ = old_store(data_dir, clock, cost, "0003_signed_is_sealed")

    def breaks(db):
        db.execute("DELETE FROM revisions")
        db.execute("SELECT no such thing")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS[:2], ("0003_signed_is_sealed", breaks)))
    with pytest.raises(OurBug):
        Store.open(data_dir, PASSPHRASE, clock=clock)
    monkeypatch.undo()
    assert applied(data_dir) == migrations.NAMES[:2]
    with Store.open(data_dir, PASSPHRASE, clock=clock, automatic_backup=False) as store:
        assert store.visits.get("v1") == draft


def test_a_store_of_a_newer_program_is_left_alone(store, data_dir, reopened):
    store._connection.call(
        lambda db: db.table("_sqlite_migrations").insert(
            {"migration_set": migrations.SET, "name": "0099_later", "applied_at": ""}
        )
    )
    store.close()
    before = (data_dir / "store.db").read_bytes()
    with pytest.raises(StoreClosed) as closed:
        reopened()
    assert closed.value.code == "store-newer"
    assert (data_dir / "store.db").read_bytes() == before


def test_migrations_are_numbered_without_gaps():
    assert [int(name.split("_")[0]) for name in migrations.NAMES] == list(range(1, len(migrations.NAMES) + 1))
