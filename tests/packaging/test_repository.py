"""What may not be in the repository, and what has to agree with what."""

import hashlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tcm_station

REPOSITORY = Path(__file__).resolve().parents[2]
LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_ALL_BYTES = 150 * 1024 * 1024
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ("3.11.2", "3.12.0", "3.13.0", "3.14.0")
# Written in halves, so that this file does not hold what it forbids: which registry a site uses, and where
# somebody's checkout lies, is nobody else's business.
FORBIDDEN = [
    "/wo" + "rk/",
    "/ro" + "ot/",
    "pypi" + ".org",
    "python" + "hosted.org",
    "--ind" + "ex-url",
    "npmjs" + ".org",
    "deb.debian" + ".org",
]
# Half-done work, in code only: prose may speak of a placeholder.
HALF_DONE = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "Not" + "ImplementedError", "coming " + "soon"]
TEXT = {"", ".py", ".toml", ".md", ".tsv", ".csv", ".txt", ".in", ".json", ".yml", ".yaml", ".sh", ".svg"}


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not (REPOSITORY / ".git").exists() or not shutil.which("git"):
        pytest.skip("needs git: this is not a clone")
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={REPOSITORY}", "ls-files", "-z"],
        cwd=REPOSITORY, capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return [path for name in listed.stdout.split("\0") if name and (path := REPOSITORY / name).is_file()]


def test_no_file_is_over_ten_megabytes_and_all_are_under_a_hundred_and_fifty(tracked):
    sizes = {path: path.stat().st_size for path in tracked}
    assert [path for path, size in sizes.items() if size > LARGEST_BYTES] == []
    assert sum(sizes.values()) < LARGEST_ALL_BYTES


def test_no_file_names_a_registry_or_a_private_path(tracked):
    found = []
    for path in tracked:
        if path.suffix.lower() in TEXT:
            text = path.read_text(encoding="utf-8", errors="replace").lower()
            found += [f"{path.relative_to(REPOSITORY)}: {word}" for word in FORBIDDEN if word in text]
    assert found == []


def test_no_code_is_left_half_done(tracked):
    found = []
    for path in tracked:
        if path.suffix == ".py" or path.name == "station":
            text = path.read_text(encoding="utf-8")
            found += [
                f"{path.relative_to(REPOSITORY)}: {word}"
                for word in HALF_DONE
                if re.search(rf"\b{word}\b", text)
            ]
    assert found == []


@pytest.mark.shared
def test_no_picture_recording_or_text_of_the_shared_data_is_in_the_repository(tracked, shared_data):
    by_size: dict[int, list[Path]] = {}
    for path in shared_data.rglob("*"):
        if path.is_file() and path.stat().st_size > 200 and path.suffix not in {".md", ".tsv"}:
            by_size.setdefault(path.stat().st_size, []).append(path)

    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    copies = [
        path
        for path in tracked
        if (alike := by_size.get(path.stat().st_size)) and digest(path) in map(digest, alike)
    ]
    assert copies == []


# --- the pins


def pins_of_list(name: str) -> list[Requirement]:
    lines = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    kept = [line.removesuffix("\\").strip() for line in lines]
    return [Requirement(line) for line in kept if line and not line.startswith(("#", "-"))]


def versions(requirements: list[Requirement], python: str) -> dict[str, str]:
    """Name → exact version, as this Python would install it on Linux."""
    here = {"python_full_version": python, "python_version": ".".join(python.split(".")[:2]), "extra": ""}
    return {
        canonicalize_name(r.name): str(r.specifier)
        for r in requirements
        if r.marker is None or r.marker.evaluate(here)
    }


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("part", ["desk", "dev", "train"])
def test_the_package_asks_for_the_versions_that_the_set_up_installs(part, python):
    declared = PROJECT["dependencies"] if part == "desk" else PROJECT["optional-dependencies"][part]
    asked = versions([Requirement(line) for line in declared], python)
    installed = versions(pins_of_list(part), python)
    wanted = versions(pins_of_input(part), python)
    assert asked.keys() == wanted.keys()
    assert asked.items() <= installed.items()


def pins_of_input(name: str) -> list[Requirement]:
    lines = (REPOSITORY / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


@pytest.mark.parametrize("name", ["desk", "dev", "setup"])
def test_every_pin_of_a_list_is_exact_and_has_hashes(name):
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    for block in blocks:
        assert re.match(r"[a-z0-9.-]+==[^\s;]+", block), block
        assert "--hash=sha256:" in block, block


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lists_agree_where_they_name_the_same_package(python):
    desk = versions(pins_of_list("desk"), python)
    for name in ("dev", "train"):
        other = versions(pins_of_list(name), python)
        assert {key: other[key] for key in other.keys() & desk.keys()} == {
            key: desk[key] for key in other.keys() & desk.keys()
        }


def test_qt_stays_at_the_version_that_keeps_its_references():
    """PySide6 6.12.0 loses references to None on Python 3.11 until the interpreter dies."""
    assert versions(pins_of_list("desk"), "3.11.2")["pyside6-essentials"] == "==6.11.3"


def test_the_licence_is_apache_and_the_version_is_said_once():
    licence = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence and "Version 2.0, January 2004" in licence
    assert PROJECT["license"] == "Apache-2.0"
    assert PROJECT["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", tcm_station.__version__)
