"""The one clock. Times carry the local zone, so that a visit at 00:30 in Shanghai bears that day's date."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]


def local_now() -> datetime:
    """Now, with the system's zone, to the second."""
    return datetime.now().astimezone().replace(microsecond=0)
