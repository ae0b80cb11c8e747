import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tcm_station.guard import NEIGHBOURS, foreign_packages

REPOSITORY = Path(__file__).resolve().parents[2]


def test_in_a_checkout_all_packages_lie_beside_each_other():
    assert foreign_packages(REPOSITORY) == {}


@pytest.mark.parametrize("name", NEIGHBOURS)
@pytest.mark.parametrize("form", ["package", "namespace", "module"])
def test_a_foreign_package_ends_the_start_with_its_name_and_place_in_both_languages(tmp_path, name, form):
    if form == "module":
        (tmp_path / f"{name}.py").write_text("")
    else:
        (tmp_path / name).mkdir()
        (tmp_path / name / ("__init__.py" if form == "package" else "readme.txt")).write_text("")
    # A folder without __init__.py hides nothing unless ours is one too; then it must not matter either.
    path = os.pathsep.join([str(tmp_path), str(REPOSITORY)])
    start = subprocess.run(
        [sys.executable, "-P", "-m", "tcm_station", "--version"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    if form == "namespace":
        assert start.returncode == 0, start.stderr
        return
    assert start.returncode == 1
    assert start.stdout == ""
    assert str(tmp_path / name) in start.stderr
    assert f"“{name}”" in start.stderr and f'"{name}"' in start.stderr
    assert "Traceback" not in start.stderr


def test_a_package_that_is_nowhere_is_named(tmp_path):
    def find(name: str) -> ModuleSpec | None:
        return None

    assert foreign_packages(tmp_path, find) == dict.fromkeys(NEIGHBOURS)
