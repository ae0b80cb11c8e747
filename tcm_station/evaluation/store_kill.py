"""What is left of acknowledged visits after processes were killed while saving."""

import tempfile
from pathlib import Path

from tcm_station.evaluation.report import Report, Row

KILLS = 500
SEED = 1


def evaluate(data: Path | None = None, *, kills: int = KILLS) -> Report:
    """Kill `kills` processes in the middle of saving and count what was acknowledged and what is found again.

    data: not used, a fresh store is made in a temporary folder. About half a second a kill.
    """
    from tcm_station.store import killtest

    with tempfile.TemporaryDirectory() as folder:
        result = killtest.run(kills, Path(folder, "store"), seed=SEED)

    def row(name: str, n: int, value: int) -> Row:
        return Row(f"evaluate_store.{name}", n, float(value), unit="1")

    rows = (
        row("kills", kills, result.kills),
        row("acknowledged", result.visits, result.visits),
        row("found", result.visits, result.visits_found),
        row("media_acknowledged", result.media, result.media),
        row("media_found", result.media, result.media_found),
        row("lost", result.visits + result.media, len(result.lost)),
        row("unsound", result.checks, result.faulty),
    )
    return Report("evaluate_store.title", rows, facts={"seconds": f"{result.seconds:.0f}"})
