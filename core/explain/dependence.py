"""How the answer follows one column of a table, all else as it is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.features import is_wordy
from core.errors import BadData, BadParam
from core.explain.mixing import with_value
from core.finetune.classifier import Classifier
from core.types import Floats

#: Rows that are averaged over, and those of them drawn as lines, at most.
MOST_ROWS, MOST_LINES = 300, 40


@dataclass(frozen=True, eq=False)
class Dependence:
    """The probability of a class as a function of one column.

    Attributes
    ----------
    column : str
        Its name.
    kind : {"number", "date", "category"}
        What it holds; truth values count as categories.
    values : list
        What the column was set to, rising, or commonest first: numbers, timestamps, categories.
    mean : ndarray, shape (n_values,)
        Mean probability over the rows: the partial dependence (Friedman 2001).
    lines : ndarray, shape (n_lines, n_values)
        Probabilities of single rows (individual conditional expectation: Goldstein, Kapelner,
        Bleich & Pitkin 2015).
    label : int
        Code of the class.
    rows : int
        How many rows the mean is over.
    """

    column: str
    kind: Literal["number", "date", "category"]
    values: list[Any]
    mean: Floats
    lines: Floats
    label: int
    rows: int


def partial_dependence(
    classifier: Classifier,
    rows: pd.DataFrame,
    column: str,
    *,
    label: int,
    grid: int = 20,
    seed: int = 0,
) -> Dependence:
    """Set a column of each row to each of some values, and ask the classifier.

    Numbers and dates run over quantiles from the 1st to the 99th per cent, so that no value is
    far from what was learned from; categories are the commonest ones. Columns that go together
    are torn apart: where that makes rows that do not exist, the curve says little.

    Parameters
    ----------
    classifier : Classifier
        Of table rows.
    rows : DataFrame
        Training rows; up to 300 are drawn.
    column : str
        Which column.
    label : int
        Code of the class.
    grid : int
        Values at most, at least 2.
    seed : int
        Of the draw of rows.

    Raises
    ------
    BadData
        When there is no such column, or it has no value in any row.
    BadParam
        When the class was never seen, or the grid is below 2.
    """
    if column not in rows.columns:
        raise BadData(
            f"The table has no column {column!r}.",
            hint="It has: " + ", ".join(map(str, rows.columns[:20])) + ".",
        )
    if grid < 2:
        raise BadParam(f"grid cannot be {grid}.", hint="It takes a whole number from 2.")
    if label not in classifier.head.classes_:
        raise BadParam(
            f"The classifier never saw a row of class number {label}.",
            hint="Choose another class.",
        )
    kind, values = values_of(rows[column], grid)
    if not values:
        raise BadData(f"The column {column!r} has no value in any of these rows.")
    if len(rows) > MOST_ROWS:
        picked = np.sort(np.random.default_rng(seed).permutation(len(rows))[:MOST_ROWS])
        rows = rows.iloc[picked]
    rows = rows.reset_index(drop=True)
    asked = classifier.predict_proba(with_value(rows, column, values))[:, label]
    by_row = asked.reshape(len(values), len(rows)).T
    step = max(1, -(-len(rows) // MOST_LINES))
    return Dependence(
        column=column,
        kind=kind,
        values=values,
        mean=by_row.mean(axis=0),
        lines=by_row[::step],
        label=label,
        rows=len(rows),
    )


def values_of(
    column: pd.Series[Any], grid: int
) -> tuple[Literal["number", "date", "category"], list[Any]]:
    """The kind of a column, and up to ``grid`` values that it takes; whole numbers stay whole."""
    present = column.dropna()
    categorical = isinstance(column.dtype, pd.CategoricalDtype)
    if categorical or is_wordy(column) or pd.api.types.is_bool_dtype(column.dtype):
        return "category", present.astype(object).value_counts().index.tolist()[:grid]
    shares = np.linspace(0.01, 0.99, grid)
    distinct = np.sort(present.unique())
    if len(distinct) > grid:
        # values that occur, rather than ones between them
        distinct = np.unique(present.quantile(shares, interpolation="nearest").to_numpy())
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date", [pd.Timestamp(value) for value in distinct]
    return "number", distinct.tolist()


def as_written(value: Any) -> str:
    """A value of a column as people read it."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return "(missing)"
    if isinstance(value, pd.Timestamp | datetime.date):
        moment = pd.Timestamp(value)
        return str(moment.date()) if moment == moment.normalize() else str(moment)
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        number = float(value)
        return f"{number:.4g}" if abs(number) < 1e4 else f"{number:,.0f}"
    return str(value)
