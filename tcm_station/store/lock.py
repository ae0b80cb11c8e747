"""One copy at a time: a lock on the data folder that the system drops when its holder dies."""

import errno
import os
import sys
from pathlib import Path

from tcm_station.domain.errors import StoreClosed

NAME = "store.lock"
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
# Windows locks bytes: far behind the number that is written, so that the number stays readable.
_BYTE = 1 << 20


class FolderLock:
    """Held from construction until `release`. Raises StoreClosed("store-in-use") when another copy holds it,
    OSError when the folder cannot be written.

    The file stays behind; it is the lock on it that counts, so a killed copy never blocks the next one.
    """

    def __init__(self, folder: Path) -> None:
        self._fd: int | None = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._fd)
            os.ftruncate(self._fd, 0)
            os.write(self._fd, f"{os.getpid()}\n".encode())
        except OSError as fault:
            self.release()
            if fault.errno in _HELD:
                raise StoreClosed("store-in-use", folder=folder) from fault
            raise

    def release(self) -> None:
        """Let the next copy in. Doing it twice is harmless."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        os.lseek(fd, _BYTE, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        os.lseek(fd, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(fd: int) -> None:
        # flock belongs to this opening of the file: a second store in the same process is kept out too.
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
