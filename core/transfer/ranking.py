"""Ranks of encoders over several scores, with ranges and ties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from core.errors import BadParam
from core.transfer.scores import KINDS, LEVEL, Scored
from core.types import Floats


@dataclass(frozen=True)
class Rank:
    """Where an encoder stands.

    Attributes
    ----------
    place : int
        1 for the best; equal mean ranks share a place.
    mean, low, high : float
        Weighted mean of its ranks over the scores, and the range of that over the bootstrap.
    tied : bool
        Whether its range overlaps that of the first (the first is tied with itself).
    by_score : dict of str to float
        Its rank by each score; equal values share the mean of their ranks.
    """

    place: int
    mean: float
    low: float
    high: float
    tied: bool
    by_score: dict[str, float]


def combine(scores: Mapping[str, Mapping[str, Scored]]) -> dict[str, Rank]:
    """Rank encoders by each score, and by the mean of those ranks; best first.

    Values are never added up: a nat of LEEP and a share of k-NN have nothing in common but the
    order in which they put the encoders. Ranks of the linear probe and of k-NN count twice. Ranges
    are of the mean rank over the bootstrap, in which all encoders see the same rows.

    Parameters
    ----------
    scores : mapping
        For each encoder the scores by name, higher is better; the same names for all.

    Raises
    ------
    BadParam
        When encoders have different scores.
    """
    if not scores:
        return {}
    keys = list(scores)
    names = list(scores[keys[0]])
    for key in keys:
        if list(scores[key]) != names:
            raise BadParam(
                f"The encoder {key!r} has the scores {', '.join(scores[key]) or 'none'}, others "
                f"have {', '.join(names)}.",
                hint="Rank encoders by scores that all of them have.",
            )
    by_score = {
        name: _ranks(np.array([[scores[key][name].value for key in keys]]))[0] for name in names
    }
    weights = [KINDS[name].weight if name in KINDS else 1.0 for name in names]
    mean = np.average(list(by_score.values()), axis=0, weights=weights)
    drawn = np.average(
        [_ranks(np.array([scores[key][name].replicates for key in keys]).T) for name in names],
        axis=0,
        weights=weights,
    )  # (replicates, encoders)
    if len(drawn):
        moved = mean + drawn - drawn.mean(axis=0)
        low, high = np.quantile(moved, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        low = np.clip(np.minimum(low, mean), 1, len(keys))
        high = np.clip(np.maximum(high, mean), 1, len(keys))
    else:
        low = high = mean
    order = np.argsort(mean, kind="stable")
    first = order[0]
    places = rankdata(_exact(mean, 9), method="min")
    return {
        keys[i]: Rank(
            place=int(places[i]),
            mean=float(mean[i]),
            low=float(low[i]),
            high=float(high[i]),
            tied=bool(low[i] <= high[first]),
            by_score={name: float(by_score[name][i]) for name in names},
        )
        for i in order
    }


def _ranks(values: Floats) -> Floats:
    """Ranks along the last axis, 1 for the highest; rounding decides nothing."""
    return np.apply_along_axis(rankdata, -1, -_exact(values, 12)) if values.size else values


def _exact(values: Floats, digits: int) -> npt.NDArray[np.float64]:
    return np.round(np.asarray(values, dtype=np.float64), digits).astype(np.float64)
