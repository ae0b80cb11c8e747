"""Intervals that evaluations print: bootstrap by group for means, Wilson for shares."""

from collections.abc import Sequence

import numpy as np

DRAWS = 2000
SEED = 20250101
Z_95 = 1.959964


def bootstrap_mean(values: Sequence[float], groups: Sequence[str]) -> tuple[float, float]:
    """95 % percentile interval of the mean, whole groups drawn with replacement; 2,000 draws, fixed seed.

    Raises ValueError when there is nothing or the lengths differ.
    """
    if not values or len(values) != len(groups):
        raise ValueError(f"{len(values)} values in {len(groups)} groups")
    _, member = np.unique(np.asarray(groups), return_inverse=True)
    total = np.bincount(member, weights=np.asarray(values, dtype=np.float64))
    size = np.bincount(member).astype(np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(size), (DRAWS, len(size)))
    means = total[drawn].sum(axis=1) / size[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def wilson(successes: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927). Raises ValueError for n = 0."""
    if n <= 0:
        raise ValueError("a share of nothing")
    share, z2 = successes / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)
