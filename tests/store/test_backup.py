"""A backup is proved when it is made, and the way back is rehearsed."""

import io
import tarfile
import threading
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcm_station.domain.errors import ExitCode, NotWritten, Refused, StoreClosed, StoreDamaged
from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit
from tcm_station.store import Store, check, restore, verify
from tcm_station.store.backup import last_good
from tcm_station.store.rotation import days_kept


@pytest.fixture
def worked(store, clock):
    store.patients.add(Patient("p1", "张三"))
    draft = store.visits.create(Visit("v1", "p1", clock(), complaint="头痛"), "step.opened")
    store.visits.save(replace(draft, complaint="头痛三天"), step="step.complaint")
    store.visits.create(replace(draft, id="v2"), "step.opened")
    store.visits.sign(replace(draft, id="v2", signed_by="医师"))
    store.media.put(b"picture" * 1000)
    store.settings.put("lang", "zh")
    return store


def test_what_was_backed_up_comes_back_whole(worked, data_dir, tmp_path, passphrase, clock):
    told = []
    file = worked.backup(tmp_path / "usb", progress=lambda done, total: told.append((done, total)))
    rows, media, steps = worked.visits.list(), worked.media.all(), worked.visits.history("v1")
    worked.close()
    assert file.name == "tcm-station-2026-03-25-003000.tcm-backup"  # local time
    assert told[-1][0] == told[-1][1]
    assert [p.name for p in file.parent.iterdir()] == [file.name]

    target = tmp_path / "new" / "folder"
    manifest = restore(file, target)
    assert (manifest.patients, manifest.visits, manifest.media) == (1, 2, 1)
    assert manifest.made_at == clock()
    with Store.open(target, passphrase, clock=clock, automatic_backup=False) as back:
        assert back.visits.list() == rows
        assert back.visits.history("v1") == steps
        assert [back.media.get(m) for m in back.media.all()] == [b"picture" * 1000]
        assert back.media.all() == media
        assert back.settings.get("lang") == "zh"
        assert back.visits.undo("v1").complaint == "头痛"  # even the steps came with it
    assert verify(target, passphrase).ok


def test_a_backup_opens_with_the_passphrase_of_its_day(worked, tmp_path, passphrase):
    file = worked.backup(tmp_path)
    worked.change_passphrase(passphrase, "new")
    restore(file, tmp_path / "back")
    Store.open(tmp_path / "back", passphrase, automatic_backup=False).close()
    with pytest.raises(StoreClosed):
        Store.open(tmp_path / "back", "new")


def test_the_log_of_the_command_that_restores_is_not_in_its_way(worked, tmp_path, passphrase):
    file = worked.backup(tmp_path / "usb")
    (tmp_path / "new" / "logs").mkdir(parents=True)
    restore(file, tmp_path / "new")
    assert verify(tmp_path / "new", passphrase).ok
    assert (tmp_path / "new" / "logs").is_dir()


def test_two_backups_in_one_second_are_two_files(worked, tmp_path):
    assert worked.backup(tmp_path) != worked.backup(tmp_path)


def test_restoring_never_overwrites(worked, data_dir, tmp_path):
    file = worked.backup(tmp_path / "usb")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("keep")
    (tmp_path / "file").write_text("keep")
    for target in (data_dir, tmp_path / "full", tmp_path / "file"):
        with pytest.raises(Refused) as refusal:
            restore(file, target)
        assert refusal.value.code == "restore-not-empty"
        assert refusal.value.exit_code == ExitCode.REFUSED
    assert (tmp_path / "full" / "letter.txt").read_text() == "keep"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.9])
def test_a_damaged_backup_restores_nothing(worked, tmp_path, share):
    file = worked.backup(tmp_path / "usb")
    content = bytearray(file.read_bytes())
    at = int(len(content) * share)
    content[at : at + 600] = bytes(b ^ 255 for b in content[at : at + 600])
    file.write_bytes(content)
    (tmp_path / "empty").mkdir()
    for target in (tmp_path / "new", tmp_path / "empty"):
        with pytest.raises(Refused):
            restore(file, target)
    assert not (tmp_path / "new").exists()
    assert not list((tmp_path / "empty").iterdir())


def tar_of(path, members):
    with tarfile.open(path, "w:") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def test_what_is_no_backup_is_refused(worked, tmp_path):
    cut = tmp_path / "cut.tcm-backup"
    whole = worked.backup(tmp_path / "usb").read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    empty, text = tmp_path / "empty.tcm-backup", tmp_path / "text.tcm-backup"
    empty.write_bytes(b"")
    text.write_text("你好" * 1000)
    manifest = (
        b'{"format": 1, "made_at": "2026-03-25", "reason": "x", "patients": 0, "visits": 0, "media": 0,'
        b' "files": '
    )
    others = [
        tar_of(tmp_path / "a.tar", {"x": b""}),
        tar_of(tmp_path / "b.tar", {"manifest.json": b"[]"}),
        tar_of(tmp_path / "c.tar", {"manifest.json": manifest + b'{"../evil": "x"}}', "../evil": b"x"}),
        tar_of(tmp_path / "d.tar", {"manifest.json": manifest + b"{}}"}),
        tar_of(
            tmp_path / "e.tar", {"manifest.json": manifest.replace(b'"format": 1', b'"format": 2') + b"{}}"}
        ),
    ]
    for file in (cut, empty, text, *others, tmp_path / "missing.tcm-backup", tmp_path):
        with pytest.raises(Refused) as refusal:
            restore(file, tmp_path / "new")
        assert str(file) in str(refusal.value)
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "evil").exists()


def test_a_cancelled_backup_and_a_cancelled_restore_leave_nothing(worked, tmp_path):
    class Cancelled(Exception):
        pass

    def cancel(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        worked.backup(tmp_path / "usb", progress=cancel)
    assert not list((tmp_path / "usb").iterdir())
    file = worked.backup(tmp_path / "usb")
    with pytest.raises(Cancelled):
        restore(file, tmp_path / "new", progress=cancel)
    assert not (tmp_path / "new").exists()


def test_a_backup_made_while_others_write_holds_whole_transactions(worked, tmp_path, clock, passphrase):
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            worked.run(
                lambda s, n=number: [
                    s.visits.create(Visit(f"a{n}", "p1", clock()), "step.opened"),
                    s.visits.create(Visit(f"b{n}", "p1", clock()), "step.opened"),
                ]
            )

    writer = threading.Thread(target=write)
    writer.start()
    file = worked.backup(tmp_path / "usb")
    stop.set()
    writer.join()
    restore(file, tmp_path / "back")
    with Store.open(tmp_path / "back", passphrase, automatic_backup=False) as back:
        halves = Counter(row.id[1:] for row in back.visits.list() if row.id not in ("v1", "v2"))
    assert set(halves.values()) <= {2}
    assert verify(tmp_path / "back", passphrase).ok


def test_the_first_opening_of_a_day_makes_a_backup_that_takes_its_media_along(
    worked, data_dir, reopened, tmp_path, passphrase
):
    worked.close()
    for _ in range(2):
        with reopened(automatic_backup=True) as again:
            again.wait_for_backup()
            assert again.backup_problem is None
    (file,) = (data_dir / "backups").iterdir()
    assert file.name == "daily-2026-03-25.tcm-backup"
    assert check(file).media is None
    restore(file, tmp_path / "back")
    with Store.open(tmp_path / "back", passphrase, automatic_backup=False) as back:
        assert [back.media.get(m) for m in back.media.all()] == [b"picture" * 1000]


def test_seven_days_and_four_weeks_of_backups_stay(store, data_dir, reopened, clock):
    store.close()
    first = clock.now
    for day in range(40):
        clock.now = first + timedelta(days=day)
        reopened(automatic_backup=True).close()  # closing waits for the backup
    kept = sorted(p.name[6:16] for p in (data_dir / "backups").iterdir())
    assert kept[-7:] == [(first.date() + timedelta(days=d)).isoformat() for d in range(33, 40)]
    # 2026-05-03 is a Sunday: the weeks end on it, and on the Sundays before.
    assert kept[:-7] == ["2026-04-12", "2026-04-19", "2026-04-26"]


@given(days=st.sets(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=60))
def test_the_newest_backups_are_never_rotated_away(days):
    kept = days_kept(days)
    newest = sorted(days, reverse=True)
    assert set(newest[:7]) <= kept <= days
    assert len(kept) <= 7 + 4
    assert days_kept(kept) == kept
    weeks = {d.isocalendar()[:2] for d in days}
    assert len({d.isocalendar()[:2] for d in kept}) >= min(4, len(weeks))


def test_an_automatic_backup_that_fails_is_told_and_work_goes_on(worked, data_dir, reopened):
    worked.close()
    (data_dir / "backups").rmdir()
    (data_dir / "backups").write_text("in the way")
    with reopened(automatic_backup=True) as again:
        again.wait_for_backup()
        assert isinstance(again.backup_problem, NotWritten)
        assert len(again.visits.list()) == 2


def test_what_a_killed_backup_left_behind_is_swept_away(worked, data_dir, reopened):
    left = data_dir / "backups" / ".making-x"
    left.mkdir(parents=True)
    (left / "store.db").write_bytes(b"half")
    worked.close()
    reopened(automatic_backup=True).close()
    assert not left.exists()


def test_the_last_good_backup_is_the_newest_that_is_sound(worked, data_dir, tmp_path, clock):
    assert last_good(data_dir) is None
    earlier = worked.backup(tmp_path / "usb")
    clock.now += timedelta(days=1)
    later = worked.backup(tmp_path / "disk")
    assert last_good(data_dir) == later
    content = bytearray(later.read_bytes())
    content[5000] ^= 1
    later.write_bytes(content)
    assert last_good(data_dir) == earlier
    earlier.unlink()
    assert last_good(data_dir) is None


def test_a_store_with_a_damaged_page_gives_no_backup(worked, data_dir, reopened, tmp_path):
    worked.close()
    with (data_dir / "store.db").open("r+b") as file:
        file.seek(9 * 4096 + 1000)
        file.write(b"damage")
    with reopened() as again, pytest.raises(StoreDamaged, match="page 10"):
        again.backup(tmp_path / "usb")
    assert not list((tmp_path / "usb").iterdir())
