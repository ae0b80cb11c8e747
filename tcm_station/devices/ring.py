"""A ring of samples between the thread that fills it and whoever looks at it."""

import threading

import numpy as np
from numpy.typing import NDArray


class RingBuffer:
    """Keeps the last `size` samples (float32). Safe for one writer and many readers."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError("a ring needs room for a sample")
        self._values: NDArray[np.float32] = np.full(size, np.nan, dtype=np.float32)
        self._written = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def written(self) -> int:
        """How many samples ever came."""
        with self._lock:
            return self._written

    def write(self, values: NDArray[np.float32]) -> None:
        """Append samples; the oldest fall out."""
        size = len(self._values)
        with self._lock:
            kept = values[-size:]
            at = (self._written + len(values) - len(kept) + np.arange(len(kept))) % size
            self._values[at] = kept
            self._written += len(values)

    def skip(self, count: int) -> None:
        """Append `count` missing samples (NaN)."""
        missing = np.full(min(count, len(self._values)), np.nan, dtype=np.float32)
        with self._lock:
            self._written += count - len(missing)
        self.write(missing)

    def since(self, first: int) -> tuple[int, NDArray[np.float32]]:
        """(number of the first sample given, all samples from `first` on that are still kept).

        The number is larger than `first` when the reader was too slow and lost some.
        """
        size = len(self._values)
        with self._lock:
            start = min(max(first, self._written - size, 0), self._written)
            return start, self._values[(np.arange(start, self._written)) % size].copy()

    def last(self, count: int) -> NDArray[np.float32]:
        """The newest samples, at most `count`."""
        return self.since(max(0, self.written - count))[1]
