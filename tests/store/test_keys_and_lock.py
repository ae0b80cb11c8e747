"""Only the passphrase or the recovery key opens a store; one copy at a time; a wrong key spoils nothing."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict

import pytest

from tcm_station.domain.errors import Conflict, ExitCode, Refused, StoreClosed, StoreDamaged
from tcm_station.domain.patient import Patient
from tcm_station.store import KeyCost, Store, verify
from tcm_station.store.keys import DEFAULT_COST, new_recovery_key, recovery_letters

HUGE = asdict(KeyCost(1, 2**31, 1))


def state_of(folder):
    """Every file with its bytes and the time it was changed."""
    return {
        p.relative_to(folder): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_twenty_wrong_keys_change_nothing_and_then_the_right_one_opens(store, data_dir, reopened):
    store.patients.add(Patient("p1", "张三"))
    store.close()
    before = state_of(data_dir)
    for number in range(20):
        with pytest.raises(StoreClosed) as closed:
            reopened(f"wrong {number}")
        assert closed.value.code == "wrong-passphrase"
        assert closed.value.exit_code == ExitCode.STORE_CLOSED
    assert state_of(data_dir) == before
    with reopened() as again:
        assert again.patients.get("p1").name == "张三"


def test_the_recovery_key_opens_however_it_is_typed(data_dir, clock, cost):
    store, recovery = Store.create(data_dir, "p", clock=clock, cost=cost)
    store.close()
    sloppy = recovery.replace("-", " ").lower().replace("0", "o").replace("1", "l")
    for typed in (recovery, sloppy, recovery.replace("-", "")):
        Store.open(data_dir, typed, clock=clock, automatic_backup=False).close()
    other = new_recovery_key()
    assert other != recovery
    with pytest.raises(StoreClosed):
        Store.open(data_dir, other, clock=clock)


def test_a_recovery_key_has_160_bits_in_groups_that_can_be_read_out():
    keys = {new_recovery_key() for _ in range(50)}
    assert len(keys) == 50
    for key in keys:
        assert [len(group) for group in key.split("-")] == [4] * 8
        assert not set(key) & set("ILOU")
        assert recovery_letters(key) == key.replace("-", "")
    assert recovery_letters("山药 three 粥") is None


def test_a_changed_passphrase_opens_and_the_old_one_no_longer(data_dir, clock, cost):
    store, recovery = Store.create(data_dir, "old", clock=clock, cost=cost)
    database = (data_dir / "store.db").read_bytes()
    with pytest.raises(StoreClosed):
        store.change_passphrase("not old", "new")
    with pytest.raises(Refused):
        store.change_passphrase("old", "  ")
    store.change_passphrase("old", "new")
    assert (data_dir / "store.db").read_bytes() == database  # only the wrapping is new
    store.close()
    with pytest.raises(StoreClosed):
        Store.open(data_dir, "old", clock=clock)
    with Store.open(data_dir, "new", clock=clock, automatic_backup=False) as again:
        again.change_passphrase(recovery, "third")  # forgotten, and set anew by the recovery key
    Store.open(data_dir, "third", clock=clock, automatic_backup=False).close()
    Store.open(data_dir, recovery, clock=clock, automatic_backup=False).close()


def test_full_width_letters_of_a_chinese_keyboard_are_the_same_passphrase(data_dir, clock, cost):
    store, _ = Store.create(data_dir, "abc 123", clock=clock, cost=cost)
    store.close()
    Store.open(data_dir, "ａｂｃ　１２３", clock=clock, automatic_backup=False).close()


def test_an_empty_passphrase_is_refused_and_sets_nothing_up(data_dir):
    with pytest.raises(Refused):
        Store.create(data_dir, "  ")
    assert not Store.exists(data_dir)


def test_the_default_cost_is_the_one_the_rfc_recommends():
    assert asdict(DEFAULT_COST) == {"time_cost": 3, "memory_kib": 65536, "parallelism": 4}


def test_a_store_is_never_set_up_over_another(store, data_dir):
    store.close()
    with pytest.raises(Conflict):
        Store.create(data_dir, "p")
    (data_dir / "store.db").unlink()
    assert Store.exists(data_dir)  # the keys of the media are still there
    with pytest.raises(Conflict):
        Store.create(data_dir, "p")


def test_an_interrupted_set_up_is_simply_begun_again(data_dir, cost, clock):
    data_dir.mkdir()
    (data_dir / "creating.db").write_bytes(b"half")
    (data_dir / "keys.json").write_bytes(b"{}")
    assert not Store.exists(data_dir)
    store, _ = Store.create(data_dir, "p", cost=cost, clock=clock)
    store.close()
    assert Store.exists(data_dir)


def test_a_folder_without_a_store_says_so(data_dir):
    for ask in (Store.open, verify):
        with pytest.raises(StoreClosed) as closed:
            ask(data_dir, "p")
        assert closed.value.code == "no-store"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"format": 1}', b'{"format": 1, "passphrase": 3}', b"\xff\x00",
     json.dumps({"format": 1, "passphrase": {**HUGE, "salt": "", "nonce": "", "wrapped": ""}}).encode()],
)  # fmt: skip
def test_a_damaged_key_file_is_named_and_left_alone(store, data_dir, reopened, content):
    store.close()
    (data_dir / "keys.json").write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"keys\.json"):
        reopened()
    assert (data_dir / "keys.json").read_bytes() == content


def test_a_missing_key_file_is_damage_and_not_an_invitation_to_begin_anew(store, data_dir, reopened):
    store.close()
    (data_dir / "keys.json").unlink()
    with pytest.raises(StoreDamaged, match=r"keys\.json"):
        reopened()


def test_a_newer_key_file_is_not_touched(store, data_dir, reopened):
    store.close()
    (data_dir / "keys.json").write_text('{"format": 2}')
    with pytest.raises(StoreClosed) as closed:
        reopened()
    assert closed.value.code == "store-newer"


def test_two_copies_cannot_open_one_folder(store, data_dir, reopened, passphrase):
    for ask in (reopened, lambda: verify(data_dir, passphrase)):
        with pytest.raises(StoreClosed) as closed:
            ask()
        assert closed.value.code == "store-in-use"
    store.patients.add(Patient("p1", "张三"))  # the first copy goes on
    store.close()
    reopened().close()


HOLDS = """
import sys
from pathlib import Path
from tcm_station.store import Store
store = Store.open(Path(sys.argv[1]), sys.argv[2], automatic_backup=False)
print("open", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_kept_out_and_a_killed_one_does_not_block(store, data_dir, reopened, passphrase):
    store.close()
    command = [sys.executable, "-c", HOLDS, str(data_dir), passphrase]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout.readline().strip() == b"open"
        with pytest.raises(StoreClosed) as closed:
            reopened()
        assert closed.value.code == "store-in-use"
        child.kill()
        child.wait()
    reopened().close()


@pytest.mark.skipif(os.name != "posix", reason="needs Linux: permissions of POSIX")
def test_only_the_owner_may_look_into_the_folder(store, data_dir, tmp_path):
    store.media.put(b"picture")
    store.patients.add(Patient("p1", "张三"))
    made = store.backup(tmp_path / "elsewhere")
    assert made.stat().st_mode & 0o777 == 0o600
    for path in (data_dir, *data_dir.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_no_name_and_no_word_stands_readable_in_any_file(
    store, data_dir, tmp_path, clock, reopened, canary_name
):
    from tcm_station.domain.visit import Visit

    marks = [canary_name, "canaryphone", "CanaryNumber", "CANARY-WORDS-OF-THE-VISIT", "canary-picture-bytes"]
    store.patients.add(Patient("p1", canary_name, phone=marks[1], number=marks[2]))
    store.visits.create(
        Visit("v1", "p1", clock(), complaint=marks[3] * 9), "step.opened", {"words": marks[3]}
    )
    store.media.put(marks[4].encode() * 50)
    store.settings.put("last", canary_name)
    store.staff.add(canary_name, "practitioner", "geheim")
    store.backup(tmp_path / "elsewhere")
    while_open = state_of(tmp_path)
    store.close()
    with reopened(automatic_backup=True) as again:
        again.wait_for_backup()
    for path, (content, _) in {**while_open, **state_of(tmp_path)}.items():
        for mark in marks:
            for encoding in ("utf-8", "utf-16-le", "gb18030"):
                assert mark.encode(encoding) not in content, path
                assert mark not in str(path)


def test_opening_is_quick_enough_to_wait_for(data_dir, clock):
    """With the cost that people get: argon2id over 64 MiB, and everything else."""
    store, _ = Store.create(data_dir, "p", clock=clock)
    store.close()
    began = time.monotonic()
    Store.open(data_dir, "p", clock=clock, automatic_backup=False).close()
    assert time.monotonic() - began < 5  # about 0.15 s on two free cores


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path):
    from tcm_station.store import killtest

    result = killtest.run(20, tmp_path / "store", seed=7)
    assert result.kills == 20
    assert result.lost == []
    assert result.faulty == 0
    assert result.visits_found == result.visits > 20
    assert result.media_found == result.media
