"""One family of errors, split by whose fault it is.

Each carries a code; the words stand in the catalogues as `error.<code>` and `error.<code>.advice`, filled
with the error's parameters. `str(error)` is the English text, for logs: parameters must never hold a name.
"""

from enum import IntEnum

from tcm_station.i18n import Lang, tr


class ExitCode(IntEnum):
    """Exit codes of the command line (contract)."""

    OK = 0
    OUR_FAULT = 1
    USAGE = 2
    REFUSED = 3
    NEEDS_PERSON = 4
    STORE_CLOSED = 5
    STORE_DAMAGED = 6
    NOT_WRITTEN = 7
    STOPPED = 130


class StationError(Exception):
    """Anything we raise on purpose. `code` names the words, `params` fill them."""

    exit_code = ExitCode.OUR_FAULT

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)

    def text(self, lang: Lang) -> str:
        """What happened, to which thing, with the numbers."""
        return tr(f"error.{self.code}", lang, **self.params)

    def advice(self, lang: Lang) -> str:
        """What to do next."""
        return tr(f"error.{self.code}.advice", lang, **self.params)

    def to_json(self) -> dict[str, object]:
        """The contract's error object, plus `candidates`/`suggestions` where the error has them."""
        plain: dict[str, object] = {
            "code": self.code,
            "zh": self.text("zh"),
            "en": self.text("en"),
            "advice_zh": self.advice("zh"),
            "advice_en": self.advice("en"),
        }
        for extra in ("candidates", "suggestions"):
            if extra in self.params:
                plain[extra] = self.params[extra]
        return plain

    def __str__(self) -> str:
        return self.text("en")


class UserFixable(StationError):
    """The user can mend it: another file, another word, another key."""

    exit_code = ExitCode.REFUSED


class Refused(UserFixable):
    """An input that cannot be used: unreadable, not a tongue, no beats …"""


class UsageError(UserFixable):
    """The command line is wrong."""

    exit_code = ExitCode.USAGE


class Conflict(UserFixable):
    """A use case that is not possible in this state (changing a signed visit, signing with open alerts)."""


class MachineFailed(StationError):
    """The machine failed: disk, device, memory."""

    exit_code = ExitCode.NOT_WRITTEN


class StoreClosed(UserFixable):
    """The store cannot be opened: wrong passphrase, or in use by another copy."""

    exit_code = ExitCode.STORE_CLOSED


class StoreDamaged(MachineFailed):
    """The store is damaged; it was left as it is."""

    exit_code = ExitCode.STORE_DAMAGED


class NotWritten(MachineFailed):
    """Nothing could be written: disk full, read-only."""

    exit_code = ExitCode.NOT_WRITTEN


class OurBug(StationError):
    """An invariant of ours does not hold."""

    exit_code = ExitCode.OUR_FAULT
