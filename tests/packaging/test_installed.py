"""The package as a stranger installs it: into an empty environment, run from another folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
WINDOWS = os.name == "nt"


def run(*command: str | Path, cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=300
    )


@pytest.fixture(scope="module")
def clean_environment() -> dict[str, str]:
    """Nothing of the checkout may help the installed package along."""
    left_out = ("PYTHONPATH", "VIRTUAL_ENV", "PYTEST_CURRENT_TEST")
    return {key: value for key, value in os.environ.items() if key not in left_out}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, clean_environment) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(REPOSITORY),
    ]
    done = run(sys.executable, *build, cwd=folder, environment=clean_environment)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_the_four_packages_the_bundled_files_and_nothing_of_the_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "tcm_station",
        "vision",
        "knowledge_graph",
        "ui",
    }
    inside = {name.removeprefix("tcm_station/_assets/") for name in names if "/_assets/" in name}
    bundled = {
        path.relative_to(REPOSITORY / "assets").as_posix()
        for path in (REPOSITORY / "assets").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == bundled
    tables = {path.name for path in (REPOSITORY / "knowledge_graph" / "tables").glob("*.tsv")}
    assert tables <= {Path(name).name for name in names if name.startswith("knowledge_graph/tables/")}


@pytest.mark.slow
def test_installed_into_an_empty_environment_it_runs_from_another_folder(
    wheel, tmp_path, clean_environment, environment_before
):
    """The wheel brings its own dependencies, from the installer's cache or the site's registry."""
    venv = tmp_path / "empty"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    binaries = venv / ("Scripts" if WINDOWS else "bin")
    python = binaries / ("python.exe" if WINDOWS else "python")
    assert (
        run(
            sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path, environment=clean_environment
        ).returncode
        == 0
    )
    # The installer keeps its cache in the real home; its settings are those of the site.
    site = {
        key: value for key, value in environment_before.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    for uv_name, pip_name in (("UV_FIND_LINKS", "PIP_FIND_LINKS"), ("SSL_CERT_FILE", "PIP_CERT")):
        if pip_name in site:
            site.setdefault(uv_name, site[pip_name])
    install = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python]
    done = run(*install, wheel, cwd=tmp_path, environment=site)
    if done.returncode != 0:
        with_pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", wheel]
        done = run(*with_pip, cwd=tmp_path, environment=site)
    assert done.returncode == 0, done.stderr[-3000:]

    station = binaries / ("tcm-station.exe" if WINDOWS else "tcm-station")
    assert (binaries / ("tcm-station-window.exe" if WINDOWS else "tcm-station-window")).exists()
    said = run(station, "--version", cwd=elsewhere, environment=clean_environment)
    assert said.returncode == 0, said.stderr
    assert wheel.name.split("-")[1] in said.stdout
    where = "import tcm_station, vision, knowledge_graph, ui; print(vision.__file__)"
    origin = run(python, "-c", where, cwd=elsewhere, environment=clean_environment)
    assert str(venv) in origin.stdout, origin.stderr

    demo = run(station, "demo", "--out", elsewhere / "out", cwd=elsewhere, environment=clean_environment)
    assert demo.returncode in (0, 4), demo.stderr[-3000:]
    consultation = json.loads((elsewhere / "out" / "consultation.json").read_text(encoding="utf-8"))
    assert consultation
    assert (elsewhere / "out" / "report.pdf").read_bytes().startswith(b"%PDF")
