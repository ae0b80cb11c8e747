"""Damaged pages, full and read-only disks: named, nothing lost, exit codes as in the contract."""

import contextlib
import os
import random
import subprocess
from dataclasses import replace

import pytest

from tcm_station.domain.errors import ExitCode, NotWritten, OurBug, StoreDamaged
from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit
from tcm_station.store import Store, restore, verify
from tcm_station.store.connection import PAGE_BYTES


@pytest.fixture
def filled(store, clock):
    """A hundred visits whose contents do not shrink, over some 200 pages."""
    rng = random.Random(3)
    store.patients.add(Patient("p1", "张三"))
    for number in range(100):
        text = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(1500))
        store.visits.create(Visit(f"v{number}", "p1", clock(), complaint=text), "step.opened")
    return store


def hit(data_dir, page):
    with (data_dir / "store.db").open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES + 1000)
        file.write(b"damage")


def read_all(store):
    for row in store.visits.list():
        store.visits.get(row.id)


def test_a_damaged_page_is_named_with_the_last_good_backup_and_the_file_is_kept(
    filled, data_dir, reopened, tmp_path, passphrase, capfd
):
    backup = filled.backup(tmp_path / "elsewhere")
    filled.close()
    hit(data_dir, 100)
    before = (data_dir / "store.db").read_bytes()
    with reopened() as again, pytest.raises(StoreDamaged) as damaged:
        read_all(again)
    assert damaged.value.exit_code == ExitCode.STORE_DAMAGED
    for lang in ("zh", "en"):
        assert "100" in damaged.value.text(lang)
        assert str(backup) in damaged.value.text(lang)
        assert "restore" in damaged.value.advice(lang)
    assert (data_dir / "store.db").read_bytes() == before
    assert capfd.readouterr() == ("", "")  # the library would write to standard error

    report = verify(data_dir, passphrase)
    assert report.bad_pages == (100,)
    assert report.last_good_backup == backup
    assert not report.ok
    assert report.visits_bad is None
    assert "100" in report.text("zh")
    assert (data_dir / "store.db").read_bytes() == before

    restore(report.last_good_backup, tmp_path / "new")
    with Store.open(tmp_path / "new", passphrase, automatic_backup=False) as mended:
        assert len(mended.visits.list()) == 100
        read_all(mended)


def test_the_other_visits_can_still_be_read(filled, data_dir, reopened):
    filled.close()
    hit(data_dir, 100)
    readable = 0
    with reopened() as again:
        for row in again.visits.list():
            with contextlib.suppress(StoreDamaged):
                readable += again.visits.get(row.id).complaint != ""
    assert 50 <= readable < 100


@pytest.mark.parametrize("page", [1, 2])
def test_a_damaged_first_page_is_damage_and_not_a_wrong_passphrase(filled, data_dir, reopened, page):
    filled.close()
    hit(data_dir, page)
    before = (data_dir / "store.db").read_bytes()
    with pytest.raises(StoreDamaged) as damaged:
        read_all(reopened())
    assert f"page {page}" in str(damaged.value)
    assert damaged.value.code == "store-damaged-no-backup"
    assert (data_dir / "store.db").read_bytes() == before


@pytest.mark.parametrize("size", [0, 100, 5 * PAGE_BYTES, 5 * PAGE_BYTES + 7])
def test_a_cut_off_database_is_damage(filled, data_dir, reopened, size, passphrase):
    filled.close()
    os.truncate(data_dir / "store.db", size)
    with pytest.raises(StoreDamaged), reopened() as again:
        read_all(again)
    assert (data_dir / "store.db").stat().st_size == size
    assert not verify(data_dir, passphrase).ok


def test_a_missing_database_is_damage_and_none_is_made(store, data_dir, reopened, passphrase):
    store.close()
    (data_dir / "store.db").unlink()
    with pytest.raises(StoreDamaged):
        reopened()
    assert not verify(data_dir, passphrase).ok
    assert not (data_dir / "store.db").exists()


def test_a_database_of_another_key_is_damage(store, data_dir, tmp_path, cost, reopened):
    other, _ = Store.create(tmp_path / "other", "p", cost=cost)
    other.close()
    store.close()
    (data_dir / "store.db").write_bytes((tmp_path / "other" / "store.db").read_bytes())
    with pytest.raises(StoreDamaged):
        reopened()


def test_damage_spoils_no_backup(filled, data_dir, reopened, clock):
    with_backup = data_dir / "backups" / "daily-2026-03-25.tcm-backup"
    filled.close()
    with reopened(automatic_backup=True) as again:
        again.wait_for_backup()
    good = with_backup.read_bytes()
    hit(data_dir, 100)
    clock.now = clock.now.replace(day=26)
    with reopened(automatic_backup=True) as again:
        again.wait_for_backup()
        assert isinstance(again.backup_problem, StoreDamaged)
        assert str(with_backup) in str(again.backup_problem)
    assert [p.name for p in (data_dir / "backups").iterdir()] == [with_backup.name]
    assert with_backup.read_bytes() == good


def test_a_fault_of_ours_is_told_apart_and_the_store_goes_on(store):
    with pytest.raises(OurBug) as bug:
        store._connection.call(lambda db: db.execute("SELECT nonsense"))
    assert bug.value.exit_code == ExitCode.OUR_FAULT
    store.patients.add(Patient("p1", "张三"))


def test_a_closed_store_says_so(store):
    store.close()
    store.close()
    with pytest.raises(OurBug):
        store.patients.all()


@pytest.fixture
def small_disk(tmp_path):
    """One megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root: to mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root: this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    with (folder / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def test_a_full_disk_says_so_and_loses_nothing(small_disk, clock, cost, passphrase):
    with Store.create(small_disk / "data", passphrase, clock=clock, cost=cost)[0] as store:
        store.patients.add(Patient("p1", "张三"))
        visit = store.visits.create(Visit("v1", "p1", clock()), "step.opened")
        picture = store.media.put(b"picture")
        fill(small_disk)
        with pytest.raises(NotWritten) as full:
            for number in range(2000):
                visit = store.visits.save(replace(visit, complaint=f"{number}" * 50), step="step.complaint")
        assert full.value.code == "disk-full"
        assert full.value.exit_code == ExitCode.NOT_WRITTEN
        with pytest.raises(NotWritten):
            store.media.put(os.urandom(5000))
        with pytest.raises(NotWritten):
            store.backup(small_disk / "backup")
        assert store.visits.get("v1") == visit  # the last one that was acknowledged
        assert store.media.get(picture) == b"picture"
        assert not list(small_disk.rglob("*.part"))
        assert not list(small_disk.rglob(".making-*"))
        (small_disk / "ballast").unlink()
        after = store.visits.save(replace(visit, complaint="又有空间"), step="step.complaint")
        store.media.put(os.urandom(5000))
    assert verify(small_disk / "data", passphrase).ok
    with Store.open(small_disk / "data", passphrase, clock=clock, automatic_backup=False) as again:
        assert again.visits.get("v1") == after


def test_a_full_disk_at_set_up_leaves_no_store_behind(small_disk, clock, cost):
    fill(small_disk)
    with pytest.raises(NotWritten):
        Store.create(small_disk / "data", "p", clock=clock, cost=cost)
    assert not Store.exists(small_disk / "data")
    (small_disk / "ballast").unlink()
    Store.create(small_disk / "data", "p", clock=clock, cost=cost)[0].close()


def test_a_read_only_disk_says_so(small_disk, clock, cost, passphrase):
    Store.create(small_disk / "data", passphrase, clock=clock, cost=cost)[0].close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(NotWritten) as closed:
        Store.open(small_disk / "data", passphrase, clock=clock)
    assert closed.value.code == "folder-read-only"
    with pytest.raises(NotWritten):
        Store.create(small_disk / "other", passphrase, clock=clock, cost=cost)


def test_a_disk_that_becomes_read_only_while_working_says_so(small_disk, clock, cost, passphrase):
    with Store.create(small_disk / "data", passphrase, clock=clock, cost=cost)[0] as store:
        store.patients.add(Patient("p1", "张三"))
        with pytest.raises(NotWritten):
            store.backup(small_disk / "data" / "keys.json")  # a file is no folder
        assert [p.id for p in store.patients.all()] == ["p1"]
