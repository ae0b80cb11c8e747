"""The shared case sets and the scorer that lies with them, for evaluations of reading and reasoning."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from tcm_station.domain.errors import Refused, UsageError

Case = dict[str, Any]


def cases_folder(data: Path | None) -> Path:
    """The folder that holds score.py and the sets, from the folder given (itself or the one above).

    Raises UsageError without a folder, Refused when there is no scorer in it.
    """
    if data is None:
        raise UsageError("evaluation-data-not-given")
    folder = data / "cases" if (data / "cases").is_dir() else data
    if not (folder / "score.py").is_file():
        raise Refused("no-evaluation-data", folder=str(data))
    return folder


def scorer_in(folder: Path) -> ModuleType:
    """The data's own scorer, loaded by its path and never written to (no compiled file beside it)."""
    path = folder / "score.py"
    spec = importlib.util.spec_from_file_location("score_of_the_cases", path)
    if spec is None or spec.loader is None:
        raise Refused("no-evaluation-data", folder=str(folder))
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def cases_of(folder: Path, name: str) -> list[Case]:
    """The development part of one set; empty when the set is not there."""
    path = folder / name / "dev.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
