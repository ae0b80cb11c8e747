"""Evaluations of reading and differentiation run on data laid out as the shared cases are."""

import json
import shutil
from pathlib import Path

import pytest

from tcm_station.domain.errors import Refused, UsageError
from tcm_station.evaluation import differentiation, reading

SETS = ("best4sdt", "tcmeval_sdt", "textbook")


@pytest.mark.parametrize("module", [differentiation, reading])
def test_without_data_the_evaluation_says_what_it_needs(module: object, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        module.evaluate(None)  # type: ignore[attr-defined]
    with pytest.raises(Refused):
        module.evaluate(tmp_path)  # type: ignore[attr-defined]


@pytest.mark.shared
def test_every_option_figure_stands_beside_its_controls(shared_data: Path, tmp_path: Path) -> None:
    shutil.copy(shared_data / "cases" / "score.py", tmp_path)
    for name in SETS:
        lines = (shared_data / "cases" / name / "dev.jsonl").read_text(encoding="utf-8").splitlines()[:12]
        (tmp_path / name).mkdir()
        (tmp_path / name / "dev.jsonl").write_text("\n".join(lines), encoding="utf-8")
    report = differentiation.evaluate(tmp_path)
    figures = {(row.name.partition(".")[2], row.part) for row in report.rows}
    for name in ("best4sdt", "tcmeval_sdt"):
        assert {("options", name), ("permuted", name), ("blanked", name), ("chance", name)} <= figures
    assert {("free_1", "textbook"), ("location_f1", "textbook"), ("formula_5", "textbook")} <= figures
    assert json.loads(report.to_json())["rows"]
    assert report.to_text("zh") and report.to_text("en")
    told = reading.evaluate(tmp_path)
    assert {"evaluate_reading.met", "evaluate_reading.unread", "evaluate_reading.speed"} == {
        r.name for r in told.rows
    }
