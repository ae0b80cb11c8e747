"""Options common to all commands, and the way from a command's name to its code."""

import argparse
import contextlib
import importlib
import logging
import logging.handlers
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from tcm_station import __version__
from tcm_station.cli.output import NoOutput, Output
from tcm_station.domain.errors import ExitCode, StationError
from tcm_station.i18n import LANGS, Lang, system_lang, tr

# command → (module, group of help texts). Modules are imported when their command is asked for.
COMMANDS: dict[str, str] = {
    "demo": "demo",
    "consult": "consult",
    "visits": "storing",
    "backup": "storing",
    "restore": "storing",
    "verify": "storing",
    "tongue": "measuring",
    "face": "measuring",
    "pulse": "measuring",
    "voice": "measuring",
    "read": "reasoning",
    "differentiate": "reasoning",
    "review": "reasoning",
    "knowledge": "reasoning",
    "inquiry-form": "consult",
    "practice": "practising",
    "evaluate": "evaluating",
    "train": "evaluating",
    "screenshots": "evaluating",
}


def default_data_dir() -> Path:
    """Where the store lies when --data-dir is not given."""
    from platformdirs import user_data_path

    return user_data_path("tcm-station", appauthor=False)


def _common(lang: Lang) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=LANGS, default=argparse.SUPPRESS, help=tr("cli.opt.lang", lang))
    common.add_argument(
        "--data-dir", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=tr("cli.opt.data_dir", lang)
    )
    common.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="F",
        default=argparse.SUPPRESS,
        help=tr("cli.opt.passphrase_file", lang),
    )
    common.add_argument(
        "--quiet", action="store_true", default=argparse.SUPPRESS, help=tr("cli.opt.quiet", lang)
    )
    common.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help=tr("cli.opt.json", lang)
    )
    common.add_argument("--version", action="version", version=f"TCM Station {__version__}")
    return common


def build_parser(lang: Lang) -> argparse.ArgumentParser:
    """The whole command line, with help in one language."""
    common = _common(lang)
    parser = argparse.ArgumentParser(
        prog="station",
        parents=[common],
        description=tr("cli.about", lang),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--demo", action="store_true", help=tr("cli.opt.demo", lang))
    subs = parser.add_subparsers(dest="command", metavar=tr("cli.command", lang))
    for name in COMMANDS:
        key = name.replace("-", "_")
        sub = subs.add_parser(
            name,
            parents=[common],
            help=tr(f"cli.help.{key}", lang),
            description=tr(f"cli.help.{key}", lang),
            epilog=tr(f"cli.example.{key}", lang),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        ARGUMENTS[name](sub, lang)
    return parser


def _files(sub: argparse.ArgumentParser, lang: Lang, what: str = "FILE") -> None:
    sub.add_argument("files", nargs="+", metavar=what, help=tr("cli.opt.files", lang))


def _rate_and_column(sub: argparse.ArgumentParser, lang: Lang) -> None:
    def rate(words: str) -> float:
        return _number(words, float, lang)

    sub.add_argument("--fs", type=rate, metavar="HZ", help=tr("cli.opt.fs", lang))
    sub.add_argument("--column", metavar="NAME", help=tr("cli.opt.column", lang))


N = TypeVar("N", int, float)


def _number(words: str, kind: type[N], lang: Lang) -> N:
    """A number above zero. Raises argparse's own error, which ends with 2."""
    try:
        number = kind(words)
    except ValueError:
        number = kind(0)
    if not 0 < number < 1e9:
        raise argparse.ArgumentTypeError(tr("cli.not_positive", lang, words=words))
    return number


def _demo(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("--out", type=Path, default=Path("station-demo"), help=tr("cli.opt.out", lang))
    sub.add_argument("--size", choices=("A4", "A5"), default="A4", help=tr("cli.opt.size", lang))


def _consult(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("--patient", type=Path, metavar="P.json", help=tr("cli.opt.patient_file", lang))
    for kind in ("tongue", "face", "pulse", "voice"):
        sub.add_argument(f"--{kind}", nargs="+", default=[], metavar="FILE", help=tr(f"cli.opt.{kind}", lang))
    sub.add_argument("--inquiry", metavar="FILE", help=tr("cli.opt.inquiry", lang))
    _rate_and_column(sub, lang)
    sub.add_argument("--out", type=Path, help=tr("cli.opt.out", lang))
    sub.add_argument("--batch", type=Path, metavar="FILE.jsonl", help=tr("cli.opt.batch", lang))
    sub.add_argument("--save", action="store_true", help=tr("cli.opt.save", lang))


def _visits(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("--patient", default="", metavar="WORDS", help=tr("cli.opt.words", lang))
    sub.add_argument("--since", metavar="DATE", help=tr("cli.opt.since", lang))


def _backup(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("folder", type=Path, metavar="DIR", help=tr("cli.opt.backup_dir", lang))


def _restore(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("file", type=Path, metavar="FILE", help=tr("cli.opt.backup_file", lang))


def _tongue(sub: argparse.ArgumentParser, lang: Lang) -> None:
    _files(sub, lang, "IMG")
    sub.add_argument("--masks", type=Path, metavar="DIR", help=tr("cli.opt.masks", lang))
    sub.add_argument("--overlays", type=Path, metavar="DIR", help=tr("cli.opt.overlays", lang))


def _face(sub: argparse.ArgumentParser, lang: Lang) -> None:
    _files(sub, lang, "IMG")
    sub.add_argument("--overlays", type=Path, metavar="DIR", help=tr("cli.opt.overlays", lang))


def _pulse(sub: argparse.ArgumentParser, lang: Lang) -> None:
    _files(sub, lang)
    _rate_and_column(sub, lang)
    sub.add_argument("--kind", choices=("ppg", "pressure"), help=tr("cli.opt.kind", lang))
    sub.add_argument("--beats", type=Path, metavar="DIR", help=tr("cli.opt.beats", lang))


def _differentiate(sub: argparse.ArgumentParser, lang: Lang) -> None:
    _files(sub, lang, "FILE.jsonl")

    def count(words: str) -> int:
        return _number(words, int, lang)

    sub.add_argument("--top", type=count, default=10, help=tr("cli.opt.top", lang))


def _review(sub: argparse.ArgumentParser, lang: Lang) -> None:
    _files(sub, lang)
    sub.add_argument("--as-of", metavar="DATE", help=tr("cli.opt.as_of", lang))


def _knowledge(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("action", choices=("stats", "show", "path", "search", "export"))
    sub.add_argument("names", nargs="*", metavar="NAME", help=tr("cli.opt.names", lang))
    sub.add_argument("--format", choices=("tsv", "graphml", "jsonld"), default="tsv")
    sub.add_argument("--out", type=Path, help=tr("cli.opt.out", lang))


def _practice(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("action", choices=("list", "ask", "commit"), help=tr("cli.opt.practice", lang))
    sub.add_argument("case", nargs="?", metavar="CASE")
    sub.add_argument("words", nargs="*", metavar="WORDS")
    sub.add_argument("--formula", default="", help=tr("cli.opt.formula", lang))


def _evaluate(sub: argparse.ArgumentParser, lang: Lang) -> None:
    from tcm_station.evaluation import NAMES

    sub.add_argument("name", choices=NAMES)
    sub.add_argument("--data", type=Path, metavar="DIR", help=tr("cli.opt.data", lang))


def _train(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("name", choices=("tongue-segmentation",))
    sub.add_argument("data", type=Path, metavar="DIR", help=tr("cli.opt.data", lang))
    sub.add_argument("--out", type=Path, required=True, help=tr("cli.opt.out", lang))
    sub.add_argument("--minutes", type=float, default=30.0, help=tr("cli.opt.minutes", lang))
    sub.add_argument("--seed", type=int, default=1, help=tr("cli.opt.seed", lang))
    sub.add_argument("--resume", action="store_true", help=tr("cli.opt.resume", lang))


def _screenshots(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("--out", type=Path, required=True, help=tr("cli.opt.out", lang))


def _nothing(sub: argparse.ArgumentParser, lang: Lang) -> None:
    """A command without options of its own."""


ARGUMENTS = {
    "demo": _demo,
    "consult": _consult,
    "visits": _visits,
    "backup": _backup,
    "restore": _restore,
    "verify": _nothing,
    "tongue": _tongue,
    "face": _face,
    "pulse": _pulse,
    "voice": _files,
    "read": _files,
    "differentiate": _differentiate,
    "review": _review,
    "knowledge": _knowledge,
    "inquiry-form": _nothing,
    "practice": _practice,
    "evaluate": _evaluate,
    "train": _train,
    "screenshots": _screenshots,
}


def _lang_wanted(argv: list[str]) -> Lang:
    """The language before the command line is parsed, so that its help is in it."""
    for place, word in enumerate(argv):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang" and place + 1 < len(argv):
            value = argv[place + 1]
        if value in LANGS:
            return "zh" if value == "zh" else "en"
    return system_lang()


@contextlib.contextmanager
def _log(data_dir: Path | None) -> Iterator[None]:
    """Faults go to a rotating file that holds ids only; nothing is logged to the screen."""
    from platformdirs import user_log_path

    folder = data_dir / "logs" if data_dir else user_log_path("tcm-station", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            folder / "station.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()  # a full or read-only disk must not keep a command from answering
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.handleError = lambda record: None  # type: ignore[method-assign]  # nor may writing the log
    ours = logging.getLogger("tcm_station")
    ours.addHandler(handler)
    ours.propagate = "PYTEST_CURRENT_TEST" in os.environ
    try:
        yield
    finally:
        ours.removeHandler(handler)
        handler.close()


def _ready_streams() -> None:
    """UTF-8 whatever the console is set to; a name that is no text comes out escaped, as JSON has it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # started without a console
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for all of the run
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns its exit code."""
    from tcm_station.guard import check_packages

    words = sys.argv[1:] if argv is None else argv
    _ready_streams()
    check_packages()
    lang = _lang_wanted(words)
    args = build_parser(lang).parse_args(words)
    out = Output(lang, json_lines=getattr(args, "json", False), quiet=getattr(args, "quiet", False))
    try:
        with _log(getattr(args, "data_dir", None)):
            return _run(args, out)
    except NoOutput as error:
        sys.stderr.write(f"{error.text(lang)}\n    {error.advice(lang)}\n")
        _drop_output()
        return int(error.exit_code)
    except BrokenPipeError:
        _drop_output()
        return int(ExitCode.STOPPED)
    except KeyboardInterrupt:
        out.say(out.tr("cli.stopped"))
        return int(ExitCode.STOPPED)


def _drop_output() -> None:
    """What is still buffered has nowhere to go; without this Python would complain of it at the end."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _run(args: argparse.Namespace, out: Output) -> int:
    try:
        if args.command is None:
            return int(_open_window(args, out.lang))
        module = importlib.import_module(f"tcm_station.cli.{COMMANDS[args.command]}")
        run = getattr(module, f"run_{args.command.replace('-', '_')}")
        return int(run(args, out))
    except NoOutput:
        raise
    except StationError as error:
        out.refuse(args.command or "station", error)
    except BrokenPipeError:
        raise
    except Exception as fault:  # noqa: BLE001 - the last resort: logged, told, and counted as our fault
        out.fault(args.command or "station", fault)
    return int(out.code)


def _open_window(args: argparse.Namespace, lang: Lang) -> int:
    from ui.app import run_window

    given = hasattr(args, "lang")
    return run_window(
        data_dir=getattr(args, "data_dir", None),
        demo=args.demo,
        lang=lang if given else None,
    )


def window() -> int:
    """The GUI script: opens the window."""
    return main(sys.argv[1:])
