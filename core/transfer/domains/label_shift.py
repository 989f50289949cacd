"""Label shift: how common each class is in a target that has no labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import BadData
from core.types import Floats, Ints

#: Least singular value of the table of answers that is still inverted.
_SMALLEST = 1e-3


@dataclass(frozen=True)
class LabelShift:
    """Shares of the classes in both domains.

    Attributes
    ----------
    source : tuple of float
        Shares among the labelled source rows, class by class.
    target : tuple of float
        Estimated shares in the target.
    low, high : tuple of float
        95 % bootstrap range of each estimate; rows of both domains are resampled.
    method : {"bbse", "em"}
        How they were estimated.
    """

    source: tuple[float, ...]
    target: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    method: str = "bbse"

    @property
    def weights(self) -> Floats:
        """How much a source row of each class counts to make up the target's shares."""
        return ratio(np.array(self.target), np.array(self.source))

    @property
    def largest(self) -> float:
        """Largest difference of a share, from 0 to 1."""
        return float(np.abs(np.array(self.target) - np.array(self.source)).max())


def ratio(target: Floats, source: Floats) -> Floats:
    """Target share over source share; 0 for a class that the source does not have."""
    found: Floats = np.divide(target, source, out=np.zeros_like(target), where=source > 0)
    return found


def bbse(answers: Floats, said: Floats) -> Floats:
    """Black-box shift estimation (Lipton, Wang & Smola 2018, equation 2).

    Parameters
    ----------
    answers : ndarray, shape (k, k)
        ``answers[i, j]``: share of held-out source rows that are of class j and called i; adds up
        to 1.
    said : ndarray, shape (k,)
        Share of target rows called i.

    Returns
    -------
    ndarray, shape (k,)
        Share of each class in the target: the weights that solve ``answers @ w = said``, none
        below zero, times the source's shares, scaled to add up to 1.

    Raises
    ------
    BadData
        When the classifier tells two classes so badly apart that the table has no inverse.
    """
    shares = answers.sum(axis=0)
    known = np.flatnonzero(shares > 0)
    table = answers[np.ix_(known, known)]
    if np.linalg.svd(table / shares[known], compute_uv=False)[-1] < _SMALLEST:
        raise BadData(
            "The source's classifier tells the classes too badly apart to say how common each is "
            "in the target.",
            hint="Label more source rows, or correct nothing.",
        )
    weights = np.linalg.solve(table, said[known])
    target: Floats = np.zeros(len(shares))
    target[known] = np.maximum(weights, 0) * shares[known]
    scaled: Floats = target / target.sum()
    return scaled


def em(proba: Floats, source: Floats, *, rounds: int = 1000, tolerance: float = 1e-8) -> Floats:
    """Shares of the classes by expectation-maximisation (Saerens, Latinne & Decaestecker 2002).

    Parameters
    ----------
    proba : ndarray, shape (m, k)
        What a calibrated source classifier says of the target rows.
    source : ndarray, shape (k,)
        Shares of the classes it was trained with.
    rounds, tolerance
        Ends when no share moves more than that.
    """
    shares = source.copy()
    for _ in range(rounds):
        posterior = proba * ratio(shares, source)
        posterior /= np.maximum(posterior.sum(axis=1, keepdims=True), 1e-300)
        moved, shares = shares, posterior.mean(axis=0)
        if np.abs(shares - moved).max() < tolerance:
            break
    return shares


def answer_table(truth: Ints, said: Ints, k: int) -> Floats:
    """``table[i, j]``: share of rows that are of class j and called i."""
    table = np.bincount(said * k + truth, minlength=k * k).reshape(k, k).astype(float)
    return table / max(len(truth), 1)


def estimate(
    truth: Ints,
    held_out: Floats,
    target: Floats,
    *,
    method: str = "bbse",
    replicates: int = 200,
    seed: int = 0,
) -> LabelShift:
    """Shares of the classes in the target, with their range.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
        Classes of labelled source rows.
    held_out : ndarray, shape (n, k)
        What classifiers that have not seen them say of those rows.
    target : ndarray, shape (m, k)
        What the source's classifier says of the target rows.
    method : {"bbse", "em"}
        "bbse" counts answers and needs no calibrated probabilities, "em" uses those.
    """
    k = held_out.shape[1]

    def once(rows: Ints, others: Ints) -> Floats:
        source = np.bincount(truth[rows], minlength=k) / max(len(rows), 1)
        if method == "em":
            return em(target[others], source)
        table = answer_table(truth[rows], held_out[rows].argmax(axis=1), k)
        said = np.bincount(target[others].argmax(axis=1), minlength=k) / max(len(others), 1)
        return bbse(table, said)

    everything = np.arange(len(truth)), np.arange(len(target))
    best = once(*everything)
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(replicates):
        try:
            found.append(once(*(draw.choice(rows, len(rows)) for rows in everything)))
        except BadData:  # a resample without some class: no estimate, no replicate
            continue
    low, high = np.quantile(found, [0.025, 0.975], axis=0) if len(found) > 1 else (best, best)
    source = np.bincount(truth, minlength=k) / max(len(truth), 1)
    return LabelShift(
        tuple(source.tolist()),
        tuple(best.tolist()),
        tuple(np.minimum(low, best).tolist()),
        tuple(np.maximum(high, best).tolist()),
        method,
    )
