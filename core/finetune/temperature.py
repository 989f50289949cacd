"""From scores to probabilities that mean what they say: one temperature for all classes."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from core.types import Floats, Ints

_LOW, _HIGH = 1e-3, 1e3


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Softmax of ``scores / temperature``, shape (n, k); the order of the scores is kept."""
    return np.asarray(softmax(scores / temperature, axis=1))


def sharpened(proba: Floats, temperature: float) -> Floats:
    """Probabilities at another temperature: above 1 less sure, below 1 surer.

    The same as dividing the scores behind them, where they are a softmax of scores; the order of
    the classes stays, and what is impossible stays so.

    Parameters
    ----------
    proba : ndarray, shape (n, k)
        Rows that add up to 1.
    temperature : float
        Above zero; 1 changes nothing.
    """
    if temperature == 1.0 or not len(proba):
        return proba
    with np.errstate(divide="ignore"):
        return np.asarray(softmax(np.log(proba) / temperature, axis=1))


def fit_temperature(scores: Floats, codes: Ints) -> float:
    """The temperature that makes known labels likeliest.

    Dividing all scores by one number changes no prediction, only how sure it sounds.

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        Scores of rows that the weights were not fitted on.
    codes : ndarray of int, shape (n,)
        Their labels as column numbers.

    Returns
    -------
    float
        Between 0.001 and 1000.

    Notes
    -----
    Temperature scaling (Guo, Pleiss, Sun & Weinberger 2017, On Calibration of Modern Neural
    Networks). So that a few rows which all come out right do not call for certainty, a label
    counts as right with (n + 1)/(n + 2) alone, after Platt (1999, Probabilistic Outputs for
    Support Vector Machines).
    """
    n, k = scores.shape
    doubt = 1 / (n + 2)
    targets = np.full((n, k), doubt / (k - 1))
    targets[np.arange(n), codes] = 1 - doubt

    def surprise(log_temperature: float) -> float:
        return float(-np.vdot(targets, log_softmax(scores / np.exp(log_temperature), axis=1)))

    found = minimize_scalar(surprise, bounds=(np.log(_LOW), np.log(_HIGH)), method="bounded")
    return float(np.exp(found.x))
