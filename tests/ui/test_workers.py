"""The one runner: values come back in the window's thread, cancelled work stays silent, faults are told."""

import threading

import pytest

from tcm_station.domain.errors import OurBug, Refused
from ui.workers import Runner


@pytest.fixture
def runner(app):
    made = Runner()
    yield made
    assert made.stop_all()


def test_a_value_comes_back_in_the_windows_thread(runner, qtbot):
    seen = []
    here = threading.get_ident()
    runner.start(
        lambda task: threading.get_ident(), done=lambda value: seen.append((value, threading.get_ident()))
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != here and seen[0][1] == here
    qtbot.waitUntil(lambda: not runner.is_busy)


def test_progress_is_told_in_order(runner, qtbot):
    told, done = [], []

    def work(task):
        for step in range(3):
            task.progress(step + 1, 3)

    runner.start(work, progress=lambda n, of: told.append((n, of)), done=done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_cancelled_work_ends_at_its_next_check_and_says_nothing(runner, qtbot):
    started, go_on, seen = threading.Event(), threading.Event(), []

    def work(task):
        started.set()
        go_on.wait(5)
        task.check()
        return "never"

    task = runner.start(work, done=seen.append, failed=seen.append)
    started.wait(5)
    task.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert seen == []


def test_an_error_of_the_family_reaches_the_page_as_it_is(runner, qtbot):
    seen = []

    def work(task):
        raise Refused("not-a-tongue")

    runner.start(work, failed=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], Refused) and seen[0].code == "not-a-tongue"


@pytest.mark.logs_expected
def test_a_fault_of_ours_is_logged_by_its_type_and_told_as_ours(runner, qtbot, canary_name):
    seen = []

    def work(task):
        raise ValueError(canary_name)

    runner.start(work, failed=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], OurBug) and seen[0].params == {"kind": "ValueError"}


def test_busy_is_told_at_the_first_and_the_last(runner, qtbot):
    told = []
    runner.busy.connect(told.append)
    for _ in range(3):
        runner.start(lambda task: None)
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert told[0] is True and told[-1] is False
