"""What every test stands on.

An empty home, no network, nothing left running, no patient's name in a log, no silent skip.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

# Before numpy and onnxruntime are imported: their pools would fight the other tests for two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
#: A patient whose name must never reach a log; tests that need a name take this one.
CANARY = "金丝雀验"
PACKAGES = ("tcm_station", "vision", "knowledge_graph", "ui")
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", ""})

SHARED_ABSENT = "shared data: there is no ../shared/data beside the checkout"
TORCH_ABSENT = "needs torch: the extra `train` is not installed"
#: A skip whose reason begins otherwise is a failure.
DECLARED_SKIPS = (
    "shared data: ",
    "needs torch: ",
    "needs root: ",
    "needs Linux: ",
    "needs a package registry: ",
    "needs git: ",
)


# --- without Qt


class NoQt(MetaPathFinder):
    """Answers as if PySide6 were not installed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname.split(".")[0] in {"PySide6", "shiboken6", "pyqtgraph", "pytestqt"}:
            raise ModuleNotFoundError(f"No module named {fullname!r} (hidden by --without-qt)", name=fullname)
        return None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-qt", action="store_true", help="run as if PySide6 were not installed")


# --- the run


_environment_before: dict[str, str] = {}


def pytest_configure(config: pytest.Config) -> None:
    _environment_before.update(os.environ)
    if config.getoption("--without-qt"):
        sys.meta_path.insert(0, NoQt())
    for name in [name for name in os.environ if name.startswith("STATION_")]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="station-tests-home-")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        os.environ[name] = home
    for name in ("DATA", "CONFIG", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(Path(home, name.lower()))
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        os.environ.pop(name, None)
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["PYTHONUTF8"] = "1"
    _deny_network()
    _watch_logs()
    _watch_subprocesses()
    from hypothesis import settings

    # The same examples on every run: a failure found here must be found there.
    settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=40)
    settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    has_torch = find_spec("torch") is not None
    for item in items:
        if item.get_closest_marker("shared") and not SHARED_DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason=SHARED_ABSENT))
        if item.get_closest_marker("train") and not has_torch:
            item.add_marker(pytest.mark.skip(reason=TORCH_ABSENT))


# --- a skip must be a declared one


def _refuse_undeclared(report: Any) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not reason.removeprefix("Skipped: ").startswith(DECLARED_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: tests/conftest.py declares no such reason for a skip: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    _refuse_undeclared(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    _refuse_undeclared(report)
    return report


# --- no network


class NetworkDenied(OSError):
    """A test tried to leave this machine."""


def _deny_network() -> None:
    real_connect, real_sendto, real_lookup = socket.socket.connect, socket.socket.sendto, socket.getaddrinfo

    def check(address: Any) -> None:
        if isinstance(address, tuple) and str(address[0]) not in LOCAL_HOSTS:
            raise NetworkDenied(f"the tests may not open the network: {address[0]}")

    def connect(self: socket.socket, address: Any) -> Any:
        check(address)
        return real_connect(self, address)

    def sendto(self: socket.socket, data: bytes, *rest: Any) -> Any:
        check(rest[-1])
        return real_sendto(self, data, *rest)

    def getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
        check((host or "",))
        return real_lookup(host, *rest, **options)

    socket.socket.connect = socket.socket.connect_ex = connect  # type: ignore[method-assign,assignment]
    socket.socket.sendto = sendto  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]


# --- logs

_canary_seen: list[str] = []
_loud_records: list[str] = []


def _watch_logs() -> None:
    """See every record that a logger lets through, whatever handlers or propagation it has."""
    real_handle = logging.Logger.handle
    plain = logging.Formatter("%(name)s %(levelname)s: %(message)s")

    def handle(self: logging.Logger, record: logging.LogRecord) -> None:
        text = plain.format(record)
        extra = {key: value for key, value in vars(record).items() if isinstance(value, str)}
        if CANARY in text or any(CANARY in value for value in extra.values()):
            _canary_seen.append(f"log record of {record.name} at {record.pathname}:{record.lineno}")
        if record.levelno >= logging.WARNING and record.name.split(".")[0] in PACKAGES:
            _loud_records.append(text)
        real_handle(self, record)

    logging.Logger.handle = handle  # type: ignore[method-assign]
    for name in PACKAGES:
        logging.getLogger(name).setLevel(logging.DEBUG)


def _watch_subprocesses() -> None:
    real_communicate = subprocess.Popen.communicate

    def communicate(self: Any, *args: Any, **options: Any) -> Any:
        out, err = real_communicate(self, *args, **options)
        said = err.decode("utf-8", "replace") if isinstance(err, bytes) else err or ""
        if CANARY in said:
            _canary_seen.append(f"standard error of {self.args}")
        return out, err

    subprocess.Popen.communicate = communicate  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def quiet_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which the canary's name reached a log, or the product warned unexpectedly."""
    _canary_seen.clear()
    _loud_records.clear()
    yield
    if _canary_seen:
        pytest.fail("a patient's name reached " + "; ".join(_canary_seen))
    expected = "caplog" in request.fixturenames or request.node.get_closest_marker("logs_expected")
    if _loud_records and not expected:
        pytest.fail("the product logged what nobody expected:\n" + "\n".join(_loud_records))


@pytest.fixture
def canary_name() -> str:
    """The patient's name for any test that needs one."""
    return CANARY


# --- an empty home for each test


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data, configuration and settings of this test lie in a folder of its own, made when first used."""
    home = tmp_path_factory.getbasetemp() / f"home-{next(_home_numbers)}"
    for name in ("DATA", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in ("APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home / "data"))
    core = sys.modules.get("PySide6.QtCore")
    if core is not None:
        for scope in (core.QSettings.Scope.UserScope, core.QSettings.Scope.SystemScope):
            core.QSettings.setPath(core.QSettings.Format.IniFormat, scope, str(home / "settings"))
            core.QSettings.setPath(core.QSettings.Format.NativeFormat, scope, str(home / "settings"))


_home_numbers = iter(range(10**9))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder ../shared/data beside the checkout; without it the test is skipped, with the reason."""
    if not SHARED_DATA.is_dir():
        pytest.skip(SHARED_ABSENT)
    return SHARED_DATA


@pytest.fixture
def environment_before() -> dict[str, str]:
    """The environment that the run was started in, for tools that keep a cache in the real home."""
    return dict(_environment_before)


# --- nothing goes on after a test


def _threads() -> set[threading.Thread]:
    # A thread that Qt made leaves a dummy here that outlives it; Qt's own are looked at in _running_qt.
    dummy = threading._DummyThread  # type: ignore[attr-defined]
    return {thread for thread in threading.enumerate() if thread.is_alive() and not isinstance(thread, dummy)}


def _running_qt() -> dict[int, str]:
    """Timers and threads of Qt that run now, by identity."""
    core, shiboken = sys.modules.get("PySide6.QtCore"), sys.modules.get("shiboken6")
    if core is None or shiboken is None:
        return {}
    running = {}
    for thing in gc.get_objects():
        kind = type(thing)  # isinstance would ask a dead weak proxy, which raises
        if issubclass(kind, core.QTimer) and shiboken.isValid(thing) and thing.isActive():
            running[id(thing)] = f"QTimer every {thing.interval()} ms of {thing.parent()!r}"
        elif issubclass(kind, core.QThread) and shiboken.isValid(thing) and thing.isRunning():
            if thing is not core.QThread.currentThread():
                running[id(thing)] = f"QThread {thing.objectName() or type(thing).__name__}"
    return running


def _settle(leftovers: Callable[[], list[str]], patience_s: float = 3.0) -> list[str]:
    """Wait until what ends by itself has ended; what is left then."""
    end = time.monotonic() + patience_s
    while (left := leftovers()) and time.monotonic() < end:
        core = sys.modules.get("PySide6.QtCore")
        if core is not None and core.QCoreApplication.instance() is not None:
            core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
            core.QCoreApplication.processEvents()
        threading.Event().wait(0.02)
    return left


@pytest.fixture(autouse=True)
def nothing_goes_on(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a Qt timer or a Qt worker running."""
    threads = _threads()
    uses_qt = "PySide6.QtCore" in sys.modules and REPOSITORY / "tests" / "ui" in request.path.parents
    timers = set(_running_qt()) if uses_qt else set()
    yield

    def leftovers() -> list[str]:
        left = [f"thread {thread.name}" for thread in _threads() - threads]
        if uses_qt:
            left += [text for key, text in _running_qt().items() if key not in timers]
            pool = sys.modules["PySide6.QtCore"].QThreadPool.globalInstance()
            if pool.activeThreadCount():
                left.append(f"{pool.activeThreadCount()} workers of Qt's pool")
        return left

    if left := _settle(leftovers):
        pytest.fail("still running after the test: " + ", ".join(left))
