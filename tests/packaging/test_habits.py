"""The house rules that tools keep: style, types, floors. `./station test` is what CI runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent


def tool_passes(environment: dict[str, str], *command: str) -> None:
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**environment, "PYTHONUTF8": "1", "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_ruff_finds_nothing(environment_before):
    tool_passes(environment_before, str(TOOLS / "ruff"), "check", "--quiet", "--output-format=concise")


@pytest.mark.slow
def test_mypy_finds_nothing(environment_before):
    tool_passes(environment_before, sys.executable, "-m", "mypy", "--no-error-summary")


def test_every_floor_stands_only_on_what_is_below_it(environment_before):
    tool_passes(environment_before, str(TOOLS / "lint-imports"), "--no-logo")


BROKEN = {
    "tcm_station/domain/patient.py": ("from vision import runtime", "domain reaches up"),
    "vision/runtime.py": ("import PySide6", "Qt below ui"),
    "tcm_station/i18n/__init__.py": ("import sqlite3", "SQL outside the store"),
    "tcm_station/resources.py": ("import socket", "the network"),
    "vision/__init__.py": ("import torch", "torch outside training"),
}


@pytest.mark.parametrize("module", BROKEN)
def test_the_contracts_notice_a_breach(module, tmp_path, environment_before):
    """A contract that nothing can break keeps nothing: break each once, in a copy."""
    for name in ("tcm_station", "vision", "knowledge_graph", "ui"):
        for path in (REPOSITORY / name).rglob("*.py"):
            copy = tmp_path / path.relative_to(REPOSITORY)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((REPOSITORY / "pyproject.toml").read_bytes())
    breach, _ = BROKEN[module]
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{breach}\n")
    done = subprocess.run(
        [TOOLS / "lint-imports", "--no-cache", "--no-logo"],
        cwd=tmp_path,
        env={**environment_before, "PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode != 0
    assert "BROKEN" in done.stdout, done.stdout + done.stderr


def test_the_ci_script_runs_the_one_command_and_hides_no_failure():
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    assert script.rstrip().endswith("exec ./station test --train")
    assert "||" not in script and "|| true" not in script
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)
    assert os.access(REPOSITORY / "station", os.X_OK)
