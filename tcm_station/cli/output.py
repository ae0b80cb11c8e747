"""How a command answers: JSON Lines or text on standard output, everything else on standard error."""

import json
import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from tcm_station.domain.errors import ExitCode, StationError
from tcm_station.i18n import Lang, tr

T = TypeVar("T")
log = logging.getLogger(__name__)


class Output:
    """json: one object a line, flushed as each is done. quiet: no progress."""

    def __init__(self, lang: Lang, *, json_lines: bool = False, quiet: bool = False) -> None:
        self.lang = lang
        self.json_lines = json_lines
        self.quiet = quiet
        self.code = ExitCode.OK

    def tr(self, key: str, **params: object) -> str:
        return tr(key, self.lang, **params)

    def answer(self, plain: dict[str, object], text: Callable[[], str]) -> None:
        """One answer: the object with --json, else its text."""
        line = json.dumps(plain, ensure_ascii=False, allow_nan=False) if self.json_lines else text()
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def say(self, line: str) -> None:
        """Progress, on standard error."""
        if not self.quiet:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    def refuse(self, name: str, error: StationError) -> None:
        """One input that could not be used; the others go on."""
        self.worsen(error.exit_code)
        plain: dict[str, object] = {"input": name, "ok": False, "error": error.to_json()}
        self.answer(plain, lambda: f"{name}: {error.text(self.lang)}\n    {error.advice(self.lang)}")

    def fault(self, name: str, fault: Exception) -> None:
        """A fault of ours on one input: the traceback goes to the log, one line to the user."""
        log.error("fault on an input", exc_info=fault)
        self.worsen(ExitCode.OUR_FAULT)
        error = StationError("our-fault", kind=type(fault).__name__)
        plain: dict[str, object] = {"input": name, "ok": False, "error": error.to_json()}
        self.answer(plain, lambda: f"{name}: {error.text(self.lang)}\n    {error.advice(self.lang)}")

    # Which code wins when inputs end differently: our fault, then what closed or broke the store, then a
    # person is needed, then a refusal.
    _ORDER = (
        ExitCode.OK,
        ExitCode.REFUSED,
        ExitCode.NEEDS_PERSON,
        ExitCode.NOT_WRITTEN,
        ExitCode.STORE_CLOSED,
        ExitCode.STORE_DAMAGED,
        ExitCode.OUR_FAULT,
    )

    def worsen(self, code: ExitCode) -> None:
        """Remember the gravest outcome so far."""
        order = self._ORDER
        if code not in order or order.index(code) > order.index(self.code):
            self.code = code

    def each(
        self,
        inputs: Iterable[tuple[str, T]],
        work: Callable[[str, T], tuple[dict[str, object], Callable[[], str]]],
    ) -> ExitCode:
        """Do the work for each (name as given, input), one answer each, in order."""
        for name, item in inputs:
            try:
                plain, text = work(name, item)
            except StationError as error:
                self.refuse(name, error)
            except (KeyboardInterrupt, BrokenPipeError):
                raise
            except Exception as fault:  # noqa: BLE001 - the last resort: logged, told, and counted as our fault
                self.fault(name, fault)
            else:
                self.answer({"input": name, "ok": True, **plain}, text)
        return self.code


def named(paths: Iterable[str]) -> list[tuple[str, Path]]:
    """Paths with the names they were given by."""
    return [(name, Path(name)) for name in paths]
