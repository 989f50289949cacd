"""Which choice mattered: how much of the differences between scores each one explains alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from core.params import Value
from core.types import Floats

_FEWEST = 8  # trials: with fewer there is nothing to say
_TREES = 32


def importance(
    choices: Sequence[Mapping[str, Value]], scores: Sequence[float], *, seed: int = 0
) -> dict[str, float]:
    """Share of the variance of scores that the main effect of each choice explains.

    A forest learns scores from choices; for each choice its prediction is averaged over all
    trials with that choice set to every value that occurred, and the variance of these averages
    is held against the variance of all predictions (functional ANOVA: Hutter, Hoos &
    Leyton-Brown 2014). A setting that only some configurations have counts among those.

    Parameters
    ----------
    choices : sequence of mapping
        Of each trial, as :meth:`~core.evaluate.tuning.configuration.Configuration.flat` gives.
    scores : sequence of float
        On one and the same rung.

    Returns
    -------
    dict of str to float
        The largest first, those that never varied left out; empty with fewer than eight trials
        or where all scores are the same.
    """
    y = np.asarray(scores, dtype=float)
    if len(y) < _FEWEST or float(y.std()) == 0:
        return {}
    names = list(dict.fromkeys(name for one in choices for name in one))
    table = {name: _numbers([one.get(name) for one in choices]) for name in names}
    has = {name: np.array([name in one for one in choices]) for name in names}
    varied = [n for n in names if len(np.unique(table[n][has[n]])) > 1]
    if not varied:
        return {}
    X = np.column_stack([np.where(has[n], table[n], -1.0) for n in varied])
    forest = ExtraTreesRegressor(_TREES, min_samples_leaf=2, random_state=seed, n_jobs=1)
    forest.fit(X, y)
    total = float(forest.predict(X).var())
    if total <= 0:
        return {}
    found = {}
    for column, name in enumerate(varied):
        rows = X[has[name]]
        values, counts = np.unique(rows[:, column], return_counts=True)
        changed = np.tile(rows, (len(values), 1))
        changed[:, column] = np.repeat(values, len(rows))
        averages = forest.predict(changed).reshape(len(values), -1).mean(axis=1)
        mean = np.average(averages, weights=counts)
        spread = np.average((averages - mean) ** 2, weights=counts)
        found[name] = min(1.0, float(spread) / total * float(has[name].mean()))
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _numbers(values: Sequence[Value]) -> Floats:
    """Values as numbers a tree can cut: places in their order."""
    kinds = sorted({_order(value) for value in values})
    place = {kind: float(i) for i, kind in enumerate(kinds)}
    return np.array([place[_order(value)] for value in values])


def _order(value: Value) -> tuple[int, float, str]:
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, str):
        return (2, 0.0, value)
    return (1, float(value), "")
