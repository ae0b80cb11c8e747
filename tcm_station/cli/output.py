"""How a command answers: JSON Lines or text on standard output, everything else on standard error."""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from tcm_station.domain.errors import ExitCode, NotWritten, StationError
from tcm_station.domain.examination import ExamKind
from tcm_station.i18n import Lang, tr

T = TypeVar("T")
log = logging.getLogger(__name__)


class NoOutput(NotWritten):
    """Standard output takes no more (a full disk behind it): there is no use in going on."""


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
        """One answer: the object with --json, else its text. Raises NoOutput when nobody can take it."""
        line = json.dumps(plain, ensure_ascii=False, allow_nan=False) if self.json_lines else text()
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as fault:
            raise NoOutput("no-output", why=fault.strerror or type(fault).__name__) from fault

    def say(self, line: str) -> None:
        """Progress, on standard error."""
        if not self.quiet:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    def taking(self, kind: ExamKind, number: int) -> None:
        """Progress: which recording is being measured. By number: a file's name may be a person's."""
        self.say(self.tr("cli.taking", kind=self.tr(f"source.{kind.value}"), number=number))

    def refuse(self, name: str, error: StationError) -> None:
        """One input that could not be used; the others go on."""
        if error.exit_code is ExitCode.OUR_FAULT:
            log.error("fault on an input: %s\n%s", error.code, trace_of(error))
        self.worsen(error.exit_code)
        plain: dict[str, object] = {"input": name, "ok": False, "error": error.to_json()}
        self.answer(plain, lambda: f"{name}: {error.text(self.lang)}\n    {error.advice(self.lang)}")

    def fault(self, name: str, fault: Exception) -> None:
        """A fault of ours on one input: the traceback goes to the log, one line to the user."""
        log.error("fault on an input\n%s", trace_of(fault))
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
        ExitCode.USAGE,
        ExitCode.OUR_FAULT,
    )

    def worsen(self, code: ExitCode) -> None:
        """Remember the gravest outcome so far."""
        order = self._ORDER
        if order.index(code) > order.index(self.code):
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


def trace_of(fault: BaseException) -> str:
    """Where it failed, for the log: kinds and places only. Messages of exceptions quote the values that they
    choke on, and a value may be a patient's name."""
    lines: list[str] = []
    seen: BaseException | None = fault
    while seen is not None and len(lines) < 200:
        lines.append(type(seen).__name__)
        lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(seen.__traceback__)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)
