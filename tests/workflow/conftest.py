"""A desk of one's own for each test, with cheap keys and a clock that can be moved."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tcm_station.domain.patient import Sex
from tcm_station.store import KeyCost, Store
from tcm_station.workflow.desk import Desk


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 0, 30, tzinfo=timezone(timedelta(hours=8)))

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    store, _ = Store.create(tmp_path / "data", "phrase", clock=clock, cost=KeyCost(1, 64, 1))
    made = Desk(store, clock=clock)
    yield made
    made.close()


@pytest.fixture
def visit_id(desk: Desk) -> str:
    patient = desk.add_patient("林静", Sex.FEMALE)
    return desk.new_visit(patient.id).id
