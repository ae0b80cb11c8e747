"""Is what was acknowledged still there after SIGKILL? Children save visits, and die at random moments.

    python -m tcm_station.store.killtest --kills 500

A child opens the store (or sets it up), and creates, changes, undoes and signs drafts and keeps media. It
says what it is about to do, does it, and says that it is done: that is the acknowledgement. The parent kills
it, opens the store and compares: each acknowledged visit must be there with the content that was
acknowledged, or with that of the one step that was under way. Each fifth child begins a new day, so backups
and their rotation are killed too. This shows that a dying process loses nothing; a power cut is another
matter, which rests on `synchronous = FULL` and on disks that flush when they are told to.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tcm_station.domain.clock import Clock
from tcm_station.domain.patient import Patient
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.store import KeyCost, Store, verify
from tcm_station.store.content import sha256_of

PASSPHRASE = "kill test"
COST = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
_ZONE = timezone(timedelta(hours=8))
_LIVES_A_DAY = 5
_KILLED_EARLY = 0.15  # share of children killed at any moment of their start
_START_S = 0.6
_LIFE_S = 0.12
_FULL_CHECK_EVERY = 50


@dataclass(slots=True)
class KillResult:
    """kills: children killed. steps, visits, media: acknowledged. found: those that were there again, equal.
    faulty: full checks (pages, contents, media, audit) that did not pass, of `checks`."""

    kills: int = 0
    steps: int = 0
    visits: int = 0
    visits_found: int = 0
    media: int = 0
    media_found: int = 0
    signed: int = 0
    in_flight_kept: int = 0
    backups: int = 0
    checks: int = 0
    faulty: int = 0
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)


def run(kills: int, folder: Path, *, seed: int, told: Callable[[int], None] | None = None) -> KillResult:
    """Kill `kills` children that work on a store in `folder`. told: hears the count after each."""
    rng, result, began = random.Random(seed), KillResult(), time.monotonic()
    acknowledged: dict[str, str] = {}
    spoken: set[str] = set()  # visits with at least one step that was acknowledged in words
    media: dict[str, None] = {}
    for life in range(kills):
        lines = _one_life(folder, life, rng)
        result.kills += 1
        pending = _hear(lines, acknowledged, spoken, media, result)
        if Store.exists(folder):
            _compare(folder, acknowledged, pending, media, result, life)
        elif acknowledged:
            result.lost += list(acknowledged)
        if (life + 1) % _FULL_CHECK_EVERY == 0 or life + 1 == kills:
            result.checks += 1
            result.faulty += int(not verify(folder, PASSPHRASE).ok)
        if told is not None:
            told(life + 1)
    result.visits, result.media = len(spoken), len(media)
    with Store.open(folder, PASSPHRASE, clock=_clock(kills), automatic_backup=False) as store:
        rows = {row.id: row.sha256 for row in store.visits.list()}
        result.visits_found = sum(rows.get(visit) == acknowledged[visit] for visit in spoken)
        result.media_found = sum(store.media.has(sha256) for sha256 in media)
    result.backups = len(list((folder / "backups").glob("*.tcm-backup")))
    result.seconds = time.monotonic() - began
    return result


def _one_life(folder: Path, life: int, rng: random.Random) -> list[str]:
    """Start a child, kill it at a random moment, and return what it had said."""
    command = [
        sys.executable,
        "-m",
        "tcm_station.store.killtest",
        "--child",
        str(folder),
        "--life",
        str(life),
    ]
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        if rng.random() < _KILLED_EARLY:
            time.sleep(rng.uniform(0, _START_S))
            head = b""
        else:
            head = child.stdout.readline()
            time.sleep(rng.uniform(0, _LIFE_S))
        child.kill()
        said = head + child.stdout.read()
    # A line without its end was never said in full.
    return said.decode().split("\n")[:-1]


def _hear(
    lines: list[str],
    acknowledged: dict[str, str],
    spoken: set[str],
    media: dict[str, None],
    result: KillResult,
) -> tuple[str, str] | None:
    """Take acknowledgements down; return (visit, hash) of the step that was begun and not acknowledged."""
    pending = None
    for line in lines:
        word, *rest = line.split()
        if word == "begin":
            pending = (rest[0], rest[1])
        elif word == "done" and pending is not None:
            acknowledged[pending[0]] = pending[1]
            spoken.add(pending[0])
            result.steps += 1
            pending = None
        elif word == "signed":
            result.signed += 1
        elif word == "media":
            media[rest[0]] = None
    return pending


def _compare(
    folder: Path,
    acknowledged: dict[str, str],
    pending: tuple[str, str] | None,
    media: dict[str, None],
    result: KillResult,
    life: int,
) -> None:
    with Store.open(folder, PASSPHRASE, clock=_clock(life), automatic_backup=False) as store:
        rows = {row.id: row.sha256 for row in store.visits.list()}
        if pending is not None and rows.get(pending[0]) == pending[1]:
            # Durable although the child had no time to say so: from now on it must stay.
            acknowledged[pending[0]] = pending[1]
            result.in_flight_kept += 1
        wrong = [visit for visit, sha256 in acknowledged.items() if rows.get(visit) != sha256]
        gone = [
            sha256
            for sha256 in list(media)[-20:]
            if not store.media.has(sha256) or not store.media.get(sha256)
        ]
    result.lost += [thing for thing in (*wrong, *gone) if thing not in result.lost]


def _clock(life: int) -> Clock:
    start = datetime(2026, 1, 1, 0, 30, tzinfo=_ZONE) + timedelta(days=life // _LIVES_A_DAY)
    return lambda: start


def _child(folder: Path, life: int) -> None:
    """Work without end, saying each thing before and after; never returns."""
    rng, clock = random.Random(f"{life}-{os.getpid()}"), _clock(life)
    if Store.exists(folder):
        store = Store.open(folder, PASSPHRASE, clock=clock, cost=COST)
    else:
        store, _ = Store.create(folder, PASSPHRASE, clock=clock, cost=COST)
    patient = store.patients.add(Patient(rng.randbytes(8).hex(), "一"))
    while True:
        visit = Visit(rng.randbytes(8).hex(), patient.id, clock(), input=f"line-{life}")
        _do(visit, lambda visit=visit: store.visits.create(visit, "step.opened"))  # type: ignore[misc]
        before = visit
        for number in range(rng.randint(0, 6)):
            after = replace(visit, complaint="二" * rng.randint(1, 400), history=str(number))
            _do(after, lambda v=after: store.visits.save(v, step="step.opened"))  # type: ignore[misc]
            before, visit = visit, after
        if visit != before and rng.random() < 0.3:
            _do(before, lambda visit=visit: store.visits.undo(visit.id))  # type: ignore[misc]
            visit = before
        if rng.random() < 0.3:
            _say(f"media {store.media.put(rng.randbytes(rng.randint(1, 60_000)))}")
        if rng.random() < 0.2:
            signed = replace(visit, signed_by="kill-test", signed_at=clock(), state=VisitState.SIGNED)
            _do(signed, lambda v=signed: store.visits.sign(v))  # type: ignore[misc]
            _say("signed")


def _do(expected: Visit, work: Callable[[], object]) -> None:
    _say(f"begin {expected.id} {sha256_of(expected)}")
    work()
    _say("done")


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main(argv: list[str] | None = None) -> int:
    """Print the result as one line of JSON; 0 when nothing acknowledged was lost."""
    parser = argparse.ArgumentParser(prog="python -m tcm_station.store.killtest")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path)
    parser.add_argument("--life", type=int, default=0)
    args = parser.parse_args(argv)
    if args.child is not None:
        _child(args.child, args.life)
    with tempfile.TemporaryDirectory() as folder:
        result = run(args.kills, Path(folder, "store"), seed=args.seed)
    print(json.dumps(asdict(result)))
    return int(bool(result.lost) or result.faulty > 0)


if __name__ == "__main__":
    sys.exit(main())
