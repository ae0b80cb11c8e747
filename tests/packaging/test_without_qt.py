"""The core does not need the libraries of the window; `./station test` runs all of its tests without them."""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HIDDEN = ("PySide6", "shiboken6", "pyqtgraph")

HIDE_AND = f"""
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HIDDEN!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
"""


def run_hidden(program: str, *words: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", HIDE_AND + program, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        encoding="utf-8",
        timeout=240,
    )


def modules_below_the_window() -> list[str]:
    found = []
    for top in ("tcm_station", "vision", "knowledge_graph", "ui/viewmodels"):
        for path in (REPOSITORY / top).rglob("*.py"):
            parts = path.relative_to(REPOSITORY).with_suffix("").parts
            if "training" in parts or path.name == "__main__.py":
                continue
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(found)


def test_every_module_below_the_window_is_imported_without_qt():
    modules = modules_below_the_window()
    assert len(modules) > 40
    program = (
        "import importlib, json\n"
        "for name in json.loads(sys.argv[1]):\n"
        "    importlib.import_module(name)\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = run_hidden(program, json.dumps(modules))
    assert done.returncode == 0, done.stderr[-3000:]
    assert "torch" not in json.loads(done.stdout)


def test_a_consultation_is_computed_and_printed_without_qt(tmp_path):
    done = run_hidden(
        "from tcm_station.cli import main\nsys.exit(main(sys.argv[1:]))\n",
        "demo",
        "--out",
        str(tmp_path / "out"),
        cwd=tmp_path,
    )
    assert done.returncode in (0, 4), done.stderr[-3000:]
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF")


def test_help_and_version_import_neither_qt_nor_arrays():
    for word in ("--help", "--version"):
        program = (
            "from tcm_station.cli import main\n"
            "try:\n"
            "    main(sys.argv[1:])\n"
            "except SystemExit as end:\n"
            "    assert not end.code, end.code\n"
            "heavy = {'numpy', 'cv2', 'scipy', 'onnxruntime', 'networkx', 'reportlab'} & set(sys.modules)\n"
            "assert not heavy, heavy\n"
        )
        done = run_hidden(program, word)
        assert done.returncode == 0, done.stderr[-2000:]
