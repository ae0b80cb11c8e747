"""A store for each test, cheap keys, and a clock that stands at half past midnight in Shanghai."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tcm_station.store import KeyCost, Store

PASSPHRASE = "山药 three 粥"


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 25, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cost() -> KeyCost:
    return KeyCost(time_cost=1, memory_kib=64, parallelism=1)


@pytest.fixture
def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(data_dir: Path, clock: Clock, cost: KeyCost) -> Iterator[Store]:
    made, _ = Store.create(data_dir, PASSPHRASE, clock=clock, cost=cost)
    yield made
    made.close()


@pytest.fixture
def reopened(data_dir: Path, clock: Clock) -> Callable[..., Store]:
    """Opens the store again; automatic backups only where a test asks for them."""

    def again(secret: str = PASSPHRASE, *, automatic_backup: bool = False) -> Store:
        return Store.open(data_dir, secret, clock=clock, automatic_backup=automatic_backup)

    return again
