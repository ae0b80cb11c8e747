"""The command line: the composition root. Each subcommand does one thing (the contract says which)."""

from tcm_station.cli.main import main, window

__all__ = ["main", "window"]
