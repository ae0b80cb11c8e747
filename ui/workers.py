"""The one way to do something long: a worker that returns a value, reports progress, and can be cancelled.

    run = runner().start(work, done=show, failed=explain, progress=bar.set)
    run.cancel()

`work` takes a `Task` and returns a value; it calls `task.progress(done, of)` and, between steps,
`task.check()`, which raises Cancelled after a cancel. `done`, `failed` and `progress` are called in the
window's
thread. Errors of the family StationError go to `failed`; anything else is our bug, is logged by its type, and
reaches `failed` as OurBug.
"""

import logging
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from tcm_station.domain.errors import OurBug, StationError

_LOG = logging.getLogger("ui.workers")


class Cancelled(Exception):
    """The person stopped it; what was acknowledged is kept."""


class Task(QObject):
    """One piece of work under way. It lives in the window's thread, so its slots run there."""

    _progressed = Signal(int, int)
    _finished = Signal(object)
    _failed = Signal(object)
    ended = Signal()

    def __init__(
        self,
        done: Callable[[Any], None] | None,
        failed: Callable[[StationError], None] | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        super().__init__()
        self._stop = threading.Event()
        self._done, self._fail, self._show = done, failed, progress
        # Bound methods of an object of the window's thread: Qt queues the calls into that thread.
        self._progressed.connect(self._on_progress)
        self._finished.connect(self._on_finished)
        self._failed.connect(self._on_failed)

    def progress(self, done: int, of: int) -> None:
        """Say how far it is; of = 0 when nobody knows."""
        self._progressed.emit(done, of)

    def check(self) -> None:
        """Raise Cancelled if somebody cancelled."""
        if self._stop.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Ask it to stop; it ends at its next check, and `done` is not called."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    @Slot(int, int)
    def _on_progress(self, done: int, of: int) -> None:
        if self._show is not None and not self.cancelled:
            self._show(done, of)

    @Slot(object)
    def _on_finished(self, value: object) -> None:
        if self._done is not None and not self.cancelled:
            self._done(value)

    @Slot(object)
    def _on_failed(self, error: StationError) -> None:
        if self._fail is not None and not self.cancelled:
            self._fail(error)


class _Job(QRunnable):
    def __init__(self, task: Task, work: Callable[[Task], Any]) -> None:
        super().__init__()
        self._task, self._work = task, work

    @Slot()
    def run(self) -> None:
        task = self._task
        try:
            value = self._work(task)
        except Cancelled:
            pass
        except StationError as error:
            task._failed.emit(error)
        except Exception as fault:  # noqa: BLE001  a thread's edge: what escapes here would be lost
            _LOG.error("worker failed: %s at %s", type(fault).__name__, _places(fault))
            bug = OurBug("our-fault", kind=type(fault).__name__)
            bug.__cause__ = fault
            task._failed.emit(bug)
        else:
            if not task.cancelled:
                task._finished.emit(value)
        task.ended.emit()


def _places(fault: BaseException) -> str:
    """Where it happened, without the exception's own words: those may hold a name."""
    frames = traceback.extract_tb(fault.__traceback__)[-6:]
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))


class Runner(QObject):
    """Starts work in Qt's pool and knows what is under way."""

    busy = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._tasks: set[Task] = set()

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._tasks)

    def start(
        self,
        work: Callable[[Task], Any],
        *,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[StationError], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Task:
        """Run `work` in a thread of the pool."""
        task = Task(done, failed, progress)
        self._tasks.add(task)
        task.ended.connect(self._on_ended)
        if len(self._tasks) == 1:
            self.busy.emit(True)
        QThreadPool.globalInstance().start(_Job(task, work))
        return task

    @Slot()
    def _on_ended(self) -> None:
        task = self.sender()
        if isinstance(task, Task):
            self._tasks.discard(task)
        if not self._tasks:
            self.busy.emit(False)

    def stop_all(self, patience_ms: int = 5000) -> bool:
        """Cancel everything and wait for it (closing the window). False when something did not end in
        time."""
        for task in tuple(self._tasks):
            task.cancel()
        return QThreadPool.globalInstance().waitForDone(patience_ms)


_RUNNER: list[Runner] = []


def runner() -> Runner:
    """The application's runner."""
    if not _RUNNER:
        _RUNNER.append(Runner())
    return _RUNNER[0]
