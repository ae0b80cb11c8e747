"""Where bundled files lie: the only code that knows.

In a checkout the folder is `assets/` beside the packages; in an installed package it is
`tcm_station/_assets`. Everything else asks `asset("fonts/…")`.
"""

from functools import cache
from pathlib import Path


class AssetMissing(FileNotFoundError):
    """A bundled file is not where the installation should have put it: the installation is broken."""


@cache
def assets_root() -> Path:
    """The folder of bundled files. Raises AssetMissing when the installation lacks it."""
    package = Path(__file__).resolve().parent
    for root in (package / "_assets", package.parent / "assets"):
        if root.is_dir():
            return root
    raise AssetMissing(f"no assets beside {package}; install tcm-station again")


def asset(relative: str) -> Path:
    """The path of one bundled file or folder, given with forward slashes. Raises AssetMissing."""
    path = assets_root().joinpath(*relative.split("/"))
    if not path.exists():
        raise AssetMissing(f"bundled file {relative} is missing; install tcm-station again")
    return path
