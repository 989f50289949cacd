"""How right a ranking was, once the encoders have been fine-tuned."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scipy.stats import weightedtau


@dataclass(frozen=True)
class Agreement:
    """A ranking held against what came out.

    Attributes
    ----------
    tau : float, optional
        Weighted Kendall τ: 1 for the same order, -1 for the reverse; an exchange near the top
        counts more. None with fewer than three encoders, or where all are level.
    regret : float
        Accuracy of the best minus that of the pick, as a share; 0 when the pick was best.
    best : str
        The encoder that came out best.
    compared : int
        Encoders that have both a rank and an accuracy.
    """

    tau: float | None
    regret: float
    best: str
    compared: int


def agreement(
    ranks: Mapping[str, float], accuracy: Mapping[str, float], pick: str
) -> Agreement | None:
    """Hold ranks (1 is best) and a pick against accuracies; None where nothing can be said.

    Nothing can be said without an accuracy of the pick and of at least one other encoder. The best
    of several measured accuracies is a little too good by luck, so that regret is overstated
    rather than understated.

    References
    ----------
    Vigna (2015): A weighted correlation index for rankings with ties. WWW. Hyperbolic weights, as
    in SciPy.
    """
    both = [key for key in ranks if key in accuracy]
    if pick not in accuracy or len(accuracy) < 2:
        return None
    best = max(accuracy, key=lambda key: (accuracy[key], key == pick))
    tau: float | None = None
    if len(both) >= 3:
        found = float(
            weightedtau([-ranks[key] for key in both], [accuracy[key] for key in both]).statistic
        )
        tau = None if math.isnan(found) else found
    return Agreement(tau, accuracy[best] - accuracy[pick], best, len(both))
