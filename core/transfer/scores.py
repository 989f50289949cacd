"""The scores of an encoder on a few labelled rows, each with a bootstrap range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits

from core.data.units import units_per_class
from core.transfer.clusters import SourceClasses
from core.transfer.h_score import h_score
from core.transfer.knn import knn_right
from core.transfer.leep import leep
from core.transfer.logme import logme
from core.transfer.nce import nce
from core.transfer.probe import probe_right
from core.types import Bools, Floats, Ints, Matrix

#: Times the labelled rows are drawn again.
REPLICATES = 40
#: Share of the replicates inside a range.
LEVEL = 0.95
# LogME and H-score of a replicate are worked out on so many rows; their spread is scaled to all.
_DRAWN = 200


@dataclass(frozen=True)
class ScoreKind:
    """A score as pages and reports name it; ``weight`` says how much its ranks count."""

    key: str
    title: str
    help: str
    source: str
    weight: float = 1.0


KINDS: Mapping[str, ScoreKind] = {
    kind.key: kind
    for kind in (
        ScoreKind(
            "probe",
            "Linear probe",
            "Labelled rows that a linear model gets right when each is left out in turn.",
            "Allen 1974; Rifkin & Klautau 2004",
            weight=2.0,  # what left-out rows show counts twice: docs/decisions/0019-choosing.md
        ),
        ScoreKind(
            "knn",
            "k-NN",
            "Labelled rows that their nearest neighbours get right.",
            "Fix & Hodges 1951; as a score: Sorkhei et al. 2025",
            weight=2.0,
        ),
        ScoreKind(
            "logme",
            "LogME",
            "How well weights of any size could explain the labels: log evidence per row.",
            "You et al. 2021",
        ),
        ScoreKind(
            "h_score",
            "H-score",
            "How far the classes' mean rows are apart, in units of the spread; shrunk.",
            "Bao et al. 2019; Ibrahim et al. 2022",
        ),
        ScoreKind(
            "nce",
            "NCE",
            "How much the cluster (or source class) of a row says about its label, in nats.",
            "Tran et al. 2019",
        ),
        ScoreKind(
            "leep",
            "LEEP",
            "The same with soft membership: mean log probability of the labels.",
            "Nguyen et al. 2020",
        ),
    )
}


@dataclass(frozen=True)
class Scored:
    """A score with its range, and what the replicates gave (for ranks, draw by draw)."""

    value: float
    low: float
    high: float
    replicates: tuple[float, ...] = field(repr=False)


def neighbours(y: Ints) -> int:
    """How many neighbours k-NN asks: fewer where classes have few labels; 1, 3 or 5."""
    smallest = int(np.median(np.bincount(np.unique(y, return_inverse=True)[1])))
    return 1 if smallest <= 3 else 3 if smallest <= 5 else 5


def resamples(y: Ints, *, count: int = REPLICATES, seed: int = 0) -> list[Ints]:
    """Bootstrap draws of rows, class by class, so that each keeps its size (Efron 1979).

    Made once for all encoders: their ranks in a replicate are of the same rows.
    """
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(y == label) for label in np.unique(y)]
    return [np.concatenate([rng.choice(mine, len(mine)) for mine in members]) for _ in range(count)]


def measure(
    X: Matrix, y: Ints, source: SourceClasses, draws: Sequence[Ints], *, units: Ints | None = None
) -> dict[str, Scored]:
    """All scores of one encoder.

    What the left-out rows gave (linear probe, k-NN) is resampled as it is: a drawn copy of a row
    would be its own neighbour. LogME and H-score are worked out again on at most 200 of the
    drawn rows and the spread is scaled by the square root of the share (m out of n bootstrap,
    Bickel, Götze & van Zwet 1997). Copies make rows look better explained than they are, so every
    distribution is moved to where the value is; ranges are of its middle 95 %.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded labelled rows within the label budget.
    y : ndarray of int, shape (n,)
        Their labels.
    source : SourceClasses
        What the source says of the same rows.
    draws : sequence of ndarray of int
        From :func:`resamples`.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`): linear probe and
        k-NN leave them out together. Rows of a class that one unit has to itself are left out one
        by one: without all of them no encoder could know the class.
    """
    # Hundreds of small decompositions: waiting for a second thread costs more than it brings, and
    # far more where other jobs run beside this one.
    with threadpool_limits(limits=1):
        return _measure(X, y, source, draws, units)


def _measure(
    X: Matrix, y: Ints, source: SourceClasses, draws: Sequence[Ints], units: Ints | None
) -> dict[str, Scored]:
    units = None if units is None else _without_lone(y, units)
    probe = probe_right(X, y, units=units)
    knn = knn_right(X, y, k=neighbours(y), units=units)
    least = 2 * len(np.unique(y))
    smaller = [_thin(draw, max(_DRAWN, least), i) for i, draw in enumerate(draws)]
    share = float(np.sqrt(min(1.0, len(smaller[0]) / len(y)))) if smaller else 1.0

    def again(score: Callable[[Matrix, Ints], float]) -> list[float]:
        return [score(X[rows], y[rows]) for rows in smaller]

    return {
        "probe": _of_rows(probe, draws),
        "knn": _of_rows(knn, draws),
        "logme": _scored(logme(X, y), again(logme), share),
        "h_score": _scored(h_score(X, y), again(h_score), share),
        "nce": _scored(
            nce(source.labels, y), [nce(source.labels[rows], y[rows]) for rows in draws]
        ),
        "leep": _scored(
            leep(source.proba, y), [leep(source.proba[rows], y[rows]) for rows in draws]
        ),
    }


def _without_lone(y: Ints, units: Ints) -> Ints:
    """The units, where a row of a class that one unit has all rows of is a unit of its own."""
    codes = np.unique(y, return_inverse=True)[1]
    lone = units_per_class(codes, units)[codes] < 2
    return np.where(lone, units.max(initial=0) + 1 + np.arange(len(units)), units)


def _of_rows(right: Bools, draws: Sequence[Ints]) -> Scored:
    return _scored(float(right.mean()), [float(right[rows].mean()) for rows in draws])


def _thin(draw: Ints, most: int, seed: int) -> Ints:
    if len(draw) <= most:
        return draw
    return np.random.default_rng(seed).choice(draw, most, replace=False)


def _scored(value: float, replicates: Sequence[float], share: float = 1.0) -> Scored:
    if not len(replicates):
        return Scored(value, value, value, ())
    found: Floats = np.asarray(replicates, dtype=np.float64)
    moved = value + share * (found - found.mean())
    low, high = np.quantile(moved, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Scored(
        value, min(value, float(low)), max(value, float(high)), tuple(float(v) for v in moved)
    )
