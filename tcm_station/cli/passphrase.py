"""The passphrase of a store: from a file, the environment, or a prompt; never from the command line."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from tcm_station.cli.output import Output
from tcm_station.domain.errors import StoreClosed
from tcm_station.i18n import Lang, tr
from tcm_station.workflow.desk import Desk


def passphrase_of(args: argparse.Namespace, lang: Lang) -> str:
    """The passphrase given. Raises StoreClosed when there is none and nobody to ask."""
    file: Path | None = getattr(args, "passphrase_file", None)
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as fault:
            raise StoreClosed("passphrase-file", why=fault.strerror or type(fault).__name__) from fault
        except ValueError as fault:
            raise StoreClosed("passphrase-file", why=type(fault).__name__) from fault
    given = os.environ.get("STATION_PASSPHRASE")
    if given:
        return given
    if sys.stdin is None or not sys.stdin.isatty():
        raise StoreClosed("no-passphrase")
    try:
        return getpass.getpass(tr("cli.passphrase", lang))
    except EOFError as fault:
        raise StoreClosed("no-passphrase") from fault


def open_desk(args: argparse.Namespace, out: Output) -> Desk:
    """The desk on the data folder given, or on the usual one.

    A new folder is set up at once; its recovery key is said once, on standard error, also when quiet: nothing
    else opens the store when the passphrase is forgotten.
    """
    from tcm_station.cli.main import default_data_dir

    folder: Path = getattr(args, "data_dir", None) or default_data_dir()
    desk = Desk.open(folder, passphrase_of(args, out.lang))
    if desk.recovery_key is not None:
        sys.stderr.write(out.tr("cli.recovery_key", words=desk.recovery_key) + "\n")
        desk.recovery_key = None
    return desk
