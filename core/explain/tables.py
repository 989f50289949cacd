"""What each column of a table row adds to the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import BadParam
from core.explain.linear import LinearNumbers, columns_of, linear_numbers
from core.explain.mixing import mixed, one_row
from core.finetune.classifier import Classifier
from core.types import Floats

#: Rows that stand for all others, where contributions are sampled.
MOST_BACKGROUND = 500


@dataclass(frozen=True, eq=False)
class ColumnContributions:
    """The answer for one row, taken apart by the original columns of its table.

    Contributions are Shapley values against the background rows: what a column adds on average
    when it takes the row's value instead of that of a background row.

    Attributes
    ----------
    columns : list of str
        In the order of the table.
    values : ndarray, shape (n_columns,)
        What each adds; positive speaks for the class.
    errors : ndarray, shape (n_columns,)
        Standard error of each; zeros where ``exact``.
    base : float
        The mean over the background rows; over those drawn, where values are sampled.
    score : float
        ``base + values.sum()``: where ``exact``, the linear score of the class; otherwise its
        probability.
    label : int
        Code of the class explained.
    exact : bool
        Whether the values are exact rather than sampled.
    """

    columns: list[str]
    values: Floats
    errors: Floats
    base: float
    score: float
    label: int
    exact: bool

    def strongest(self, k: int | None = None) -> list[tuple[str, float]]:
        """Columns with what they add, strongest first; ``k`` of them at most."""
        order = np.argsort(-np.abs(self.values), kind="stable")[:k]
        return [(self.columns[i], float(self.values[i])) for i in order]


def explain_row(
    classifier: Classifier,
    row: pd.DataFrame,
    background: pd.DataFrame,
    *,
    label: int | None = None,
    orders: int = 100,
    seed: int = 0,
) -> ColumnContributions:
    """Say what each column of a row adds to the score of a class.

    Where the score is a sum over scaled columns and categories (a linear head on raw values,
    principal components or random features), the contribution of a column is exact: its part of
    the sum less the mean of that part over the background rows, which is its Shapley value
    (Lundberg & Lee 2017 for linear models). The gap that a column has, and its categories, count
    as the column.

    Otherwise contributions to the probability are sampled (Štrumbelj & Kononenko 2014): columns
    take the row's values one after another, in a random order and in the reverse of it, starting
    from a background row drawn at random; what each changes is averaged. They add up exactly
    all the same; how far each may be off is in ``errors``.

    Parameters
    ----------
    classifier : Classifier
        Of table rows.
    row : DataFrame of one row
    background : DataFrame
        Training rows with the same columns.
    label : int, optional
        Code of the class to explain; the likeliest by default.
    orders : int
        Orders drawn, where contributions are sampled; at least 2.
    seed : int
        Of the sampling.

    Raises
    ------
    BadData
        When ``row`` is not one row, lacks a column, or there is no background.
    BadParam
        When there is no such class, it was never seen, or ``orders`` is below 2.
    """
    row = one_row(row, background)
    if label is None:
        label = int(classifier.predict_proba(row)[0].argmax())
    if label not in classifier.head.classes_:
        raise BadParam(
            f"The classifier never saw a row of class number {label}, so no column speaks for "
            "or against it.",
            hint="Choose another class.",
        )
    if orders < 2:
        raise BadParam(f"orders cannot be {orders}.", hint="It takes a whole number from 2.")
    linear = linear_numbers(classifier)
    if linear is not None:
        return _exact(linear, row, background, label)
    return _sampled(classifier, row, background, label, orders=orders, seed=seed)


def _exact(
    linear: LinearNumbers, row: pd.DataFrame, background: pd.DataFrame, label: int
) -> ColumnContributions:
    usual = linear.numbers.transform(background).mean(axis=0, dtype=np.float64)
    here = linear.numbers.transform(row)[0].astype(np.float64)
    weights = linear.weights[label]
    apart = weights * (here - usual)
    places = columns_of(linear.numbers)
    values = np.array(
        [
            apart[places[name]].sum() if name in places else 0.0
            for name in map(str, background.columns)
        ]
    )
    base = float(weights @ usual + linear.intercepts[label])
    return ColumnContributions(
        columns=[str(name) for name in background.columns],
        values=values,
        errors=np.zeros(len(values)),
        base=base,
        score=base + float(values.sum()),
        label=label,
        exact=True,
    )


def _sampled(
    classifier: Classifier,
    row: pd.DataFrame,
    background: pd.DataFrame,
    label: int,
    *,
    orders: int,
    seed: int,
) -> ColumnContributions:
    random = np.random.default_rng(seed)
    columns = len(background.columns)
    pairs = orders // 2
    if len(background) > MOST_BACKGROUND:
        picked = np.sort(random.permutation(len(background))[:MOST_BACKGROUND])
        background = background.iloc[picked].reset_index(drop=True)
    # each background row as often as any other, as far as the number of orders allows
    which = np.concatenate(
        [random.permutation(len(background)) for _ in range(-(-pairs // len(background)))]
    )[:pairs]
    drawn = np.array([random.permutation(columns) for _ in range(pairs)]).reshape(pairs, columns)
    both = np.stack([drawn, drawn[:, ::-1]], axis=1)  # an order and its reverse
    place = np.argsort(both, axis=2)  # when each column takes the row's value
    steps = np.arange(columns + 1)
    own = place[:, :, None, :] < steps[None, None, :, None]
    rows = mixed(
        row,
        background,
        own.reshape(-1, columns),
        np.repeat(which, 2 * (columns + 1)),
    )
    proba = classifier.predict_proba(rows)[:, label].reshape(pairs, 2, columns + 1)
    rises = np.take_along_axis(np.diff(proba, axis=2), place, axis=2)
    means = rises.mean(axis=1)  # of an order and its reverse, which are not independent
    values = means.mean(axis=0)
    spread = means.std(axis=0, ddof=1) if pairs > 1 else np.full(columns, np.nan)
    base = float(proba[:, :, 0].mean())
    return ColumnContributions(
        columns=[str(name) for name in background.columns],
        values=values,
        errors=spread / np.sqrt(pairs),
        base=base,
        score=base + float(values.sum()),
        label=label,
        exact=False,
    )
