"""Maximum mean discrepancy: do two domains have the same distribution at all?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from core.types import Floats


@dataclass(frozen=True)
class Discrepancy:
    """What the test found.

    Attributes
    ----------
    value : float
        Unbiased estimate of the squared discrepancy; may be a little below zero where the
        domains are the same.
    p_value : float
        Share of random divisions of all rows that differ at least as much, this one counted.
    permutations : int
        How many divisions were tried.
    width : float
        Of the Gaussian kernel: the median distance between rows.
    """

    value: float
    p_value: float
    permutations: int
    width: float


def discrepancy(
    source: Floats,
    target: Floats,
    *,
    width: float | None = None,
    permutations: int = 499,
    most: int = 500,
    seed: int = 0,
) -> Discrepancy:
    """Maximum mean discrepancy with a permutation test (Gretton et al. 2012, equation 3).

    Parameters
    ----------
    source, target : ndarray, shapes (n, d) and (m, d)
        Rows of at least two in each domain.
    width : float, optional
        Of the kernel exp(-distance² / (2 width²)); the median distance between rows by default.
    permutations : int
        Random divisions; the smallest p-value is one in as many and one.
    most : int
        Rows of each domain at most, drawn at random.
    """
    draw = np.random.default_rng(seed)
    x, y = (
        rows if len(rows) <= most else rows[draw.choice(len(rows), most, replace=False)]
        for rows in (source, target)
    )
    together = np.vstack([x, y]).astype(np.float64)
    squares = cdist(together, together, "sqeuclidean")
    if width is None:
        pairs = squares[np.triu_indices(len(squares), 1)]
        width = float(np.sqrt(np.median(pairs))) or 1.0
    kernel = np.exp(-squares / (2 * width**2))
    np.fill_diagonal(kernel, 0.0)  # the unbiased estimate leaves a row's likeness to itself out
    first = np.zeros((len(together), 1 + permutations))
    first[: len(x), 0] = 1
    for column in range(1, 1 + permutations):
        first[:, column] = draw.permutation(first[:, 0])
    values = _unbiased(kernel, first, len(x))
    above = int((values[1:] >= values[0]).sum())
    return Discrepancy(float(values[0]), (1 + above) / (1 + permutations), permutations, width)


def _unbiased(kernel: Floats, first: Floats, n: int) -> Floats:
    """The estimate for each column of ``first``, which has ones for the n rows of one side."""
    m = len(first) - n
    mine = kernel @ first  # one product for all divisions
    total = mine.sum(axis=0)
    inside = (mine * first).sum(axis=0)
    across = total - inside
    others = kernel.sum() - total - across
    values: Floats = inside / (n * (n - 1)) + others / (m * (m - 1)) - 2 * across / (n * m)
    return values
