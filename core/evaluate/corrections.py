"""Looking at many things at once: p-values corrected for it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.types import Floats


def holm(p_values: npt.ArrayLike) -> Floats:
    """P-values after Holm's step-down correction (Holm 1979).

    Calling those below 0.05 different errs in any of them at most once in twenty times,
    however many there are and however they hang together.

    Parameters
    ----------
    p_values : array_like of float, shape (n,)

    Returns
    -------
    ndarray of float, shape (n,)
        In the given order, at most 1.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=float)
    order = np.argsort(given, kind="stable")
    stepped = given[order] * np.arange(len(given), 0, -1)
    raised = np.minimum(1.0, np.maximum.accumulate(stepped))
    corrected = np.empty_like(raised)
    corrected[order] = raised
    return corrected
