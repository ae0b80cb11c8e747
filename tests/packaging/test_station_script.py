"""The set-up script, in a folder of its own; installing is replaced by a note of what was asked."""

import importlib.machinery
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def load_station(folder: Path):
    loader = importlib.machinery.SourceFileLoader("station_script", str(folder / "station"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("station_script", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def station(tmp_path, monkeypatch):
    """The script in a folder of its own; `installed`, `asked` and `started` tell what it would have done."""
    shutil.copy(REPOSITORY / "station", tmp_path)
    shutil.copytree(REPOSITORY / "requirements", tmp_path / "requirements")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    script = load_station(tmp_path)
    script.installed, script.started, script.asked = [], [], []

    def make_environment():
        Path(script.PYTHON).parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(script.PYTHON):
            os.symlink(sys.executable, script.PYTHON)
        return True

    monkeypatch.setattr(script, "make_environment", make_environment)
    monkeypatch.setattr(script, "install", lambda parts: script.installed.append(parts) or True)
    monkeypatch.setattr(
        script, "become", lambda command, environment: script.started.append((command, environment)) or 0
    )
    monkeypatch.setattr(script, "wait_for", script.become)
    monkeypatch.setattr(script, "is_debian", lambda: False)
    return script


def test_first_use_installs_the_desk_and_then_runs(station, capsys):
    assert station.main(["demo"]) == 0
    assert station.installed == [["desk"]]
    command, environment = station.started[0]
    assert command[1:] == ["-P", "-m", "tcm_station", "demo"]
    assert environment["PYTHONUTF8"] == "1"
    assert environment["PYTHONPATH"] == station.ROOT
    said = capsys.readouterr()
    assert said.out == ""
    assert "首次使用" in said.err and "First use" in said.err


def test_later_uses_install_nothing_and_say_nothing(station, capsys):
    station.main(["demo"])
    capsys.readouterr()
    station.main(["consult"])
    assert station.installed == [["desk"]]
    assert capsys.readouterr().err == ""


def test_a_changed_list_is_installed_by_itself_and_no_other(station):
    station.main(["test", "-x"])
    assert station.installed == [["desk", "dev"]]
    with open(Path(station.ROOT, "requirements", "dev.txt"), "a", encoding="utf-8") as file:
        file.write("# one more\n")
    station.main(["demo"])
    assert len(station.installed) == 1
    station.main(["test", "-x"])
    assert station.installed[1:] == [["dev"]]


def test_training_installs_its_extra_on_top(station):
    station.main(["demo"])
    station.main(["train", "tongue-segmentation"])
    assert station.installed == [["desk"], ["train"]]
    assert station.started[1][0][-2:] == ["train", "tongue-segmentation"]


def test_a_setup_that_was_cut_short_is_done_again(station):
    station.main(["demo"])
    os.remove(station.STAMP)
    station.main(["demo"])
    assert station.installed == [["desk"], ["desk"]]


def test_a_damaged_stamp_is_no_stamp(station):
    station.main(["demo"])
    Path(station.STAMP).write_text("{", encoding="utf-8")
    station.main(["demo"])
    assert station.installed == [["desk"], ["desk"]]


def test_another_python_under_the_environment_asks_for_a_new_setup(station):
    station.main(["demo"])
    stamp = json.loads(Path(station.STAMP).read_text(encoding="utf-8"))
    Path(station.STAMP).write_text(json.dumps({**stamp, "python": "/usr/bin/python3.9"}), encoding="utf-8")
    station.main(["demo"])
    assert len(station.installed) == 2


def test_a_failed_installation_leaves_no_stamp_and_shows_the_end_of_the_log(station, monkeypatch, capsys):
    def fail(parts):
        Path(station.LOG).write_text("no route to the registry\n", encoding="utf-8")
        return False

    monkeypatch.setattr(station, "install", fail)
    assert station.main(["demo"]) == 1
    assert station.started == []
    assert not os.path.exists(station.STAMP)
    assert "no route to the registry" in capsys.readouterr().err


def test_a_full_disk_is_told_from_other_failures(station, monkeypatch, capsys):
    def fail(parts):
        Path(station.LOG).write_text("[Errno 28] No space left on device\n", encoding="utf-8")
        return False

    monkeypatch.setattr(station, "install", fail)
    assert station.main(["demo"]) == 7


def test_a_folder_that_cannot_be_written_is_said_plainly(station, monkeypatch, capsys):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(station.Lock, "__enter__", refuse)
    assert station.main(["demo"]) == 7
    said = capsys.readouterr().err
    assert station.ROOT in said and "不能写入" in said and "Cannot write" in said


def test_without_a_screen_qt_is_told_so_and_with_one_it_is_not(station, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    station.main(["demo"])
    assert station.started[-1][1]["QT_QPA_PLATFORM"] == "offscreen"
    monkeypatch.setenv("DISPLAY", ":7")
    station.main(["demo"])
    assert "QT_QPA_PLATFORM" not in station.started[-1][1]


def test_the_whole_suite_runs_the_core_as_if_qt_were_not_there(station, monkeypatch):
    monkeypatch.chdir(station.ROOT)
    station.main(["test"])
    ui, core = (command for command, _ in station.started)
    assert ui[1:] == ["-m", "pytest", "tests/ui"]
    assert "--without-qt" in core and "--ignore=tests/ui" in core
    station.started.clear()
    station.main(["test", "tests/vision", "-x"])
    assert [command[1:] for command, _ in station.started] == [["-m", "pytest", "tests/vision", "-x"]]


@pytest.mark.parametrize(
    ("codes", "expected"), [([1, 0], 1), ([0, 1], 1), ([0, 0], 0), ([2, 0], 2), ([130, 0], 130)]
)
def test_a_failure_in_either_half_of_the_suite_fails_it(station, monkeypatch, codes, expected):
    monkeypatch.chdir(station.ROOT)
    station.main(["setup"])
    left = list(codes)
    monkeypatch.setattr(station, "wait_for", lambda command, environment: left.pop(0))
    assert station.main(["test"]) == expected


# --- Debian


@pytest.fixture
def debian(station, monkeypatch):
    """A Debian on which nothing is installed and the user is not root and has no sudo."""
    monkeypatch.setattr(station, "is_debian", lambda: True)
    monkeypatch.setattr(station, "missing_packages", list)
    monkeypatch.setattr(station, "has_no_ensurepip", lambda: False)
    monkeypatch.setattr(station.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(station, "succeeds", lambda command: False)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return station


def test_who_may_not_install_is_told_the_one_line_once_and_goes_on(debian, capsys):
    assert debian.main(["demo"]) == 0
    said = capsys.readouterr().err
    assert "apt-get install -y --no-install-recommends libgl1" in said
    assert "libxcb-cursor0" not in said
    assert debian.main(["demo"]) == 0
    assert capsys.readouterr().err == ""


def test_a_window_asks_for_the_libraries_of_a_screen_each_time_until_they_are_there(
    debian, monkeypatch, capsys
):
    monkeypatch.setenv("DISPLAY", ":7")
    for _ in range(2):
        debian.main(["--demo"])
        assert "libxcb-cursor0" in capsys.readouterr().err
    monkeypatch.setattr(debian, "missing_packages", lambda packages: [])
    debian.main(["--demo"])
    debian.main(["--demo"])
    assert capsys.readouterr().err == ""


def test_root_installs_what_is_missing_after_updating_the_lists(debian, monkeypatch):
    monkeypatch.setattr(debian.os, "geteuid", lambda: 0)
    ran = []
    monkeypatch.setattr(debian, "run", lambda command, *rest, **options: ran.append(command) or 0)
    debian.main(["demo"])
    assert ran[0][-1] == "update"
    assert "DEBIAN_FRONTEND=noninteractive" in ran[0] and "sudo" not in ran[0]
    assert ran[1][-len(debian.DEBIAN["offscreen"]) :] == debian.DEBIAN["offscreen"]


# --- as a process


def test_two_setups_at_once_take_turns(tmp_path):
    program = (
        "import importlib.machinery as m, importlib.util as u, sys\n"
        f"l = m.SourceFileLoader('s', {str(REPOSITORY / 'station')!r})\n"
        "sys.dont_write_bytecode = True\n"
        "s = u.module_from_spec(u.spec_from_loader('s', l)); l.exec_module(s)\n"
        f"lock = s.Lock({str(tmp_path / 'lock')!r})\n"
        "with lock:\n"
        "    print('in', flush=True); sys.stdin.readline(); print('out', flush=True)\n"
    )
    pipes = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "encoding": "utf-8",
    }
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as first:
        assert first.stdout.readline() == "in\n"
        with subprocess.Popen([sys.executable, "-c", program], **pipes) as second:
            assert "另一个安装" in second.stderr.readline()  # it waits, and says so
            first.communicate("\n", timeout=20)
            assert second.stdout.readline() == "in\n"
            second.communicate("\n", timeout=20)


def test_an_older_python_can_read_the_script_and_is_told_which_is_needed(station, monkeypatch, capsys):
    compile(Path(station.ROOT, "station").read_text(encoding="utf-8"), "station", "exec", dont_inherit=True)
    monkeypatch.setattr(station.sys, "version_info", (3, 8, 0))
    monkeypatch.setenv("PATH", "")
    assert station.main(["demo"]) == 1
    assert "3.11" in capsys.readouterr().err


def test_a_later_start_costs_under_fifty_milliseconds_over_python_itself(station):
    station.main(["demo"])
    script = str(Path(station.ROOT, "station"))

    def seconds(*command: str) -> float:
        took = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-S", "-E", *command], check=True, stderr=subprocess.DEVNULL)
            took.append(time.perf_counter() - began)
        return min(took)

    stamp = json.loads(Path(station.STAMP).read_text(encoding="utf-8"))
    stamp["libraries"] = list(station.DEBIAN)  # a real Debian under the tests is none of their business
    Path(station.STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    # `setup` does all that a start does except becoming the program.
    assert seconds(script, "setup") - seconds("-c", "pass") < 0.05
