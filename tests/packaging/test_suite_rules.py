"""The rules that tests/conftest.py keeps are tested too: each is broken once, in a suite of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

BREACHES = {
    "a thread goes on": (
        "from threading import Event, Thread\n"
        "def test_it():\n    Thread(target=Event().wait, args=(9,), daemon=True).start()\n",
        "still running after the test: thread",
    ),
    "a warning of ours in the log": (
        "import logging\ndef test_it():\n    logging.getLogger('vision.colour').warning('hm')\n",
        "logged what nobody expected",
    ),
    "a name in the log": (
        "import logging\n"
        "def test_it(canary_name):\n    logging.getLogger('ui').debug('saved %s', canary_name)\n",
        "a patient's name reached log record of ui",
    ),
    "a name in a child's errors": (
        "import subprocess, sys\ndef test_it(canary_name):\n"
        "    code = 'import sys; sys.stderr.buffer.write(sys.argv[1].encode())'\n"
        "    subprocess.run([sys.executable, '-c', code, canary_name], capture_output=True)\n",
        "a patient's name reached standard error",
    ),
    "a skip for no declared reason": (
        "import pytest\ndef test_it():\n    pytest.skip('not today')\n",
        "declares no such reason",
    ),
    "a whole file skipped": (
        "import pytest\npytest.importorskip('no_such_module')\n",
        "declares no such reason",
    ),
    "the network": (
        "import socket\ndef test_it():\n    socket.create_connection(('192.0.2.1', 80), 1)\n",
        "may not open the network",
    ),
    "a Python warning": ("import warnings\ndef test_it():\n    warnings.warn('hm')\n", "UserWarning: hm"),
}
KEPT = {
    "a declared skip": "import pytest\ndef test_it():\n    pytest.skip('needs root: here is a user')\n",
    "an expected warning": (
        "import logging, pytest\n@pytest.mark.logs_expected\n"
        "def test_it():\n    logging.getLogger('ui').error('x')\n"
    ),
    "a thread that ends": (
        "from threading import Event, Thread\n"
        "def test_it():\n    Thread(target=Event().wait, args=(0.2,)).start()\n"
    ),
    "an environment without the user's own": (
        "import os\ndef test_it(environment_before):\n"
        "    assert 'STATION_PASSPHRASE' not in os.environ\n"
        "    assert os.environ['HOME'] != environment_before['HOME']\n"
    ),
}  # fmt: skip
QT_BREACH = (
    "from PySide6.QtCore import QTimer\n"
    "def test_it(qtbot):\n    global timer\n    timer = QTimer()\n    timer.start(60_000)\n"
)


def run_suite(folder: Path, files: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """Run files of tests under a copy of our rules."""
    tests = folder / "tests"
    for name, text in files.items():
        path = tests / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in ("tests/conftest.py", "pyproject.toml"):
        (folder / name).write_bytes((REPOSITORY / name).read_bytes())
    environment = {**os.environ, "STATION_PASSPHRASE": "from the user"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    files = {f"test_{number}.py": text for number, (text, _) in enumerate(BREACHES.values())}
    return run_suite(tmp_path_factory.mktemp("broken"), files, "--continue-on-collection-errors")


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_fails_and_is_named(broken, breach):
    number = list(BREACHES).index(breach)
    assert broken.returncode == 1
    assert BREACHES[breach][1] in broken.stdout
    summary = broken.stdout.rpartition("short test summary info")[2]
    assert f"tests/test_{number}.py" in summary, summary


def test_what_the_rules_allow_passes(tmp_path):
    done = run_suite(tmp_path, {f"test_{number}.py": text for number, text in enumerate(KEPT.values())})
    assert done.returncode == 0, done.stdout
    assert f"{len(KEPT) - 1} passed, 1 skipped" in done.stdout


def test_a_timer_left_running_by_the_window_fails(tmp_path, request):
    if request.config.getoption("--without-qt"):
        # The child has Qt all the same: what is hidden is hidden in this process only.
        assert "PySide6" not in sys.modules
    done = run_suite(tmp_path, {"ui/test_timer.py": QT_BREACH})
    assert done.returncode == 1
    assert "still running after the test: QTimer every 60000 ms" in done.stdout
