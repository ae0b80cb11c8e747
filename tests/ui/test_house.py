"""Nothing visible is a literal: no colour, no size, no sentence in a view or component."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "ui"
FILES = sorted(path for path in ROOT.rglob("*.py"))
_HEX = re.compile(r"^#[0-9A-Fa-f]{3,8}$")
_HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
_SIZED = {
    "setFixedSize",
    "setFixedWidth",
    "setFixedHeight",
    "setMinimumSize",
    "setMinimumWidth",
    "setMinimumHeight",
    "setMaximumSize",
    "setMaximumWidth",
    "setMaximumHeight",
    "setContentsMargins",
    "setSpacing",
    "resize",
    "setPointSize",
    "setPointSizeF",
    "setPixelSize",
}
#: What people type is read with characters of their own; none of these is shown.
_READ = {"person.py"}


def _docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_colour_size_or_sentence_is_a_literal(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    doc = _docstrings(tree)
    faults = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in doc:
            if _HEX.match(node.value):
                faults.append(f"line {node.lineno}: colour {node.value}")
            if _HAN.search(node.value) and path.name not in _READ and not _is_character_set(node.value):
                faults.append(f"line {node.lineno}: words {node.value}")
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "QColor" and any(isinstance(a, ast.Constant) for a in node.args):
                faults.append(f"line {node.lineno}: a colour outside the tokens")
            if name in _SIZED and any(isinstance(a, ast.Constant) and _is_size(a.value) for a in node.args):
                faults.append(f"line {node.lineno}: {name} with a size that no scale reaches")
    assert not faults, "\n".join(faults)


def _is_size(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 1 < value < 2**24 - 1  # the upper end is Qt's own "no limit"


def _is_character_set(text: str) -> bool:
    """Punctuation that decides where a line may break."""
    return all(not ch.isalpha() for ch in text)


def test_view_models_know_no_qt():
    for path in (ROOT / "viewmodels").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "PySide6" not in text and "pyqtgraph" not in text, path.name


def test_heavy_libraries_are_imported_where_they_are_needed_only():
    heavy = ("pyqtgraph", "pypdfium2", "cv2", "scipy", "networkx", "onnxruntime", "numpy")
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {n.split(".")[0] for n in names} & set(heavy), f"{path.name} imports {names}"


def test_only_the_runner_starts_threads():
    for path in FILES:
        if path.name == "workers.py":
            continue
        text = path.read_text(encoding="utf-8")
        for word in ("QThread(", "threading.Thread", "QThreadPool"):
            assert word not in text, f"{path.name} starts a thread of its own"
