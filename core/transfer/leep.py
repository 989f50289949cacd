"""LEEP: how well the target's labels follow from what a source model believes."""

from __future__ import annotations

import numpy as np

from core.types import Floats, Ints


def leep(proba: Floats, y: Ints) -> float:
    """Log expected empirical prediction, in nats (Nguyen et al. 2020).

    Parameters
    ----------
    proba : ndarray of float, shape (n, s)
        Probabilities of the source's classes for each row; each row adds up to 1.
    y : ndarray of int, shape (n,)
        The target's labels.

    Returns
    -------
    float
        At most 0; higher is better. The mean logarithm of the probability that each row's label
        gets when the source's class is drawn from ``proba`` and the label from what goes with
        that class. Unchanged by renaming classes on either side.

    References
    ----------
    Nguyen, Hassner, Seeger & Archambeau (2020): LEEP: A new measure to evaluate transferability
    of learned representations. ICML.
    """
    _, codes = np.unique(y, return_inverse=True)
    one_hot = np.zeros((len(codes), codes.max() + 1))
    one_hot[np.arange(len(codes)), codes] = 1
    joint = proba.T @ one_hot / len(codes)  # (s, classes)
    weight = joint.sum(axis=1, keepdims=True)
    given = np.divide(joint, weight, out=np.zeros_like(joint), where=weight > 0)
    expected = np.einsum("is,is->i", proba, given[:, codes].T)
    return float(np.log(np.maximum(expected, np.finfo(float).tiny)).mean())
