"""Is one model better than another on the same test rows?"""

from __future__ import annotations

import numpy as np
from scipy.special import bdtr

from core.evaluate.intervals import two_way
from core.evaluate.results import Comparison, Interval, VerdictKind
from core.types import Bools


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact McNemar test of two classifiers on the same rows (Dietterich 1998).

    Parameters
    ----------
    only_first, only_second : int
        Rows that only the one, or only the other, gets right.

    Returns
    -------
    float
        Two-sided p-value: how often a fair coin splits those rows at least as unevenly.
    """
    split = only_first + only_second
    if split == 0:
        return 1.0
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), split, 0.5)))


def verdict(gain: Interval) -> VerdictKind:
    """What an interval of a gain says: all of it above zero, below, or neither."""
    if gain.low is None or gain.high is None:
        return "unclear"
    if gain.low > 0:
        return "helped"
    return "hurt" if gain.high < 0 else "unclear"


def compare(model: Bools, baseline: Bools, *, replicates: int = 2000, seed: int = 0) -> Comparison:
    """Hold a model against its baseline, row by row and draw by draw.

    Parameters
    ----------
    model, baseline : ndarray of bool, shape (draws, rows)
        Whether each test row is right. Draw i of both learned from the same labels; draw 0 is
        the one that was kept.
    replicates, seed : int
        Of the bootstrap (see :func:`core.evaluate.intervals.two_way`).
    """
    draws, rows = model.shape
    gain = two_way(
        model.astype(np.int8) - baseline.astype(np.int8),
        made_up=(1, -1),
        replicates=replicates,
        seed=seed,
    )
    only_model = int((model[0] & ~baseline[0]).sum())
    only_baseline = int((baseline[0] & ~model[0]).sum())
    return Comparison(
        kind=verdict(gain),
        gain=gain,
        p_value=mcnemar(only_model, only_baseline),
        only_model=only_model,
        only_baseline=only_baseline,
        draws=draws,
        rows=rows,
    )
