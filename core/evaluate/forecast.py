"""What more labels would bring: the curve carried on, where that can be justified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import BadData, BadParam
from core.evaluate.results import CurvePoint, Interval
from core.types import Floats

#: Fewer measured points than this say nothing of a shape with three unknowns.
FEWEST = 5
#: No further than this many times the largest measured number of labels.
FURTHEST = 3.0

_REPLICATES = 500
_POWERS = np.geomspace(0.01, 3.0, 200)
#: Below this spread of a point its weight would drown all others.
_NARROWEST = 0.002


@dataclass(frozen=True)
class Forecast:
    """Accuracy with more labels.

    Attributes
    ----------
    labels : int
        For how many labelled rows in all.
    accuracy : Interval
        Expected, with the 95 % range of refits to redrawn points: it holds only if the curve
        goes on as it did.
    ceiling, drop, power : float
        a, b and c of the fitted a − b · labels^(−c).
    """

    labels: int
    accuracy: Interval
    ceiling: float
    drop: float
    power: float


def forecast(
    points: Sequence[CurvePoint], labels: int, *, baseline: bool = False, seed: int = 0
) -> Forecast:
    """Carry a label curve on by an inverse power law.

    The law a − b·n^(−c) is fitted by least squares, each point weighed by the width of its
    interval (Figueroa, Zeng-Treitler, Kandula & Ngo 2012, Predicting sample size required for
    classification performance). The range comes from refits to points that are drawn anew from
    their intervals.

    Parameters
    ----------
    points : sequence of CurvePoint
        Measured.
    labels : int
        Labelled rows in all to forecast for.
    baseline : bool
        Whether the baseline's curve is meant, and not the model's.
    seed : int
        Of the refits.

    Raises
    ------
    BadData
        With fewer than ``FEWEST`` points, or where they follow no such law.
    BadParam
        Beyond ``FURTHEST`` times the largest number of labels, or for none.
    """
    measured = [(p.labels, p.baseline if baseline else p.model) for p in points]
    known = sorted({n: score for n, score in measured if score is not None}.items())
    if len(known) < FEWEST:
        raise BadData(
            f"The curve has {len(known)} points; a forecast needs at least {FEWEST}.",
            hint="Measure the whole label curve, with more labelled rows.",
        )
    n = np.array([float(place) for place, _ in known])
    if labels < 1 or labels > FURTHEST * n[-1]:
        raise BadParam(
            f"A forecast for {labels:,} labels goes too far: {int(n[-1]):,} were measured.",
            hint=f"Ask for at most {int(FURTHEST * n[-1]):,}.",
        )
    y = np.array([score.value for _, score in known])
    spread = np.array([_spread(score) for _, score in known])
    rng = np.random.default_rng(seed)
    redrawn = np.clip(rng.normal(y, spread, size=(_REPLICATES, len(y))), 0, 1)
    fits = _fit(n, np.vstack([y, redrawn]), spread)
    ceiling, drop, power = fits[0]
    if drop <= 0:
        raise BadData(
            "The measured points do not rise, so there is no curve that could be carried on.",
            hint="More draws of labels make the points steadier.",
        )
    values = np.clip(fits[:, 0] - fits[:, 1] * float(labels) ** -fits[:, 2], 0, 1)
    value = float(values[0])
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return Forecast(
        int(labels),
        Interval(value, min(value, float(low)), max(value, float(high))),
        float(ceiling),
        float(drop),
        float(power),
    )


def _spread(score: Interval) -> float:
    if score.low is None or score.high is None:
        return 0.05
    return max((score.high - score.low) / (2 * 1.96), _NARROWEST)


def _fit(n: Floats, Y: Floats, spread: Floats) -> Floats:
    """a, b and c for each row of scores, shape (rows, 3).

    For a given power the law is a straight line in n^(−c), so the power is searched on a grid
    and the rest solved for. The ceiling stays at or below 1, the drop at or above 0.
    """
    weights = 1 / spread**2
    total = weights.sum()
    best = np.full(len(Y), np.inf)
    found = np.zeros((len(Y), 3))
    for power in _POWERS:
        z = n**-power
        mean_z, mean_y = weights @ z / total, Y @ weights / total
        off = z - mean_z
        drop = np.maximum(-((Y - mean_y[:, None]) @ (weights * off)) / (weights @ off**2), 0)
        ceiling = mean_y + drop * mean_z
        over = ceiling > 1  # then the ceiling is 1, and the drop follows alone
        drop = np.where(over, np.maximum((1 - Y) @ (weights * z) / (weights @ z**2), 0), drop)
        ceiling = np.minimum(ceiling, 1)
        away = (Y - ceiling[:, None] + drop[:, None] * z) ** 2 @ weights
        better = away < best
        best[better] = away[better]
        found[better] = np.column_stack([ceiling, drop, np.full(len(Y), power)])[better]
    return found


def forecast_sentence(found: Forecast, classes: int) -> str:
    """The forecast in words."""
    from core.evaluate.words import percent

    low, high = found.accuracy.low, found.accuracy.high
    per_class = found.labels / max(classes, 1)
    return (
        f"With {found.labels:,} labels (about {per_class:,.0f} per class) expect "
        f"{percent(found.accuracy.value)} of the test rows right, likely between "
        f"{100 * (low or 0):.1f} and {100 * (high or 1):.1f}, if the curve goes on as it did."
    )
