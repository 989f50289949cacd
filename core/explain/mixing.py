"""Rows of a table put together from the columns of others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.errors import BadData
from core.types import Bools, Ints


def one_row(row: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
    """Check that a table is one row with the columns of the others, and put them in order.

    Raises
    ------
    BadData
        When it is not one row, lacks a column, or there are no other rows.
    """
    if len(row) != 1:
        raise BadData(f"One row was expected, not {len(row)}.", hint="Choose one row.")
    if not len(background):
        raise BadData(
            "There are no other rows to hold this one against.",
            hint="Pass training rows as the background.",
        )
    lacking = [str(name) for name in background.columns if name not in row.columns]
    if lacking:
        raise BadData(
            "The row lacks columns that the other rows have: "
            + ", ".join(repr(name) for name in lacking[:10])
            + ".",
            hint="Give it all columns; a value may be missing.",
        )
    return row[list(background.columns)].reset_index(drop=True)


def mixed(row: pd.DataFrame, background: pd.DataFrame, own: Bools, which: Ints) -> pd.DataFrame:
    """Rows whose columns come from ``row`` where ``own`` says so, else from a background row.

    Parameters
    ----------
    row : DataFrame of one row
    background : DataFrame of n rows
        With the same columns.
    own : ndarray of bool, shape (m, n_columns)
    which : ndarray of int, shape (m,)
        The background row of each.

    Returns
    -------
    DataFrame of m rows
    """
    at = len(background)
    made: dict[Any, Any] = {}
    for j, name in enumerate(background.columns):
        places = np.where(own[:, j], at, which)
        both = pd.concat([background[name], _like(row[name], background[name])], ignore_index=True)
        made[name] = both.take(places).reset_index(drop=True)
    return pd.DataFrame(made)


def with_value(background: pd.DataFrame, column: str, values: list[Any]) -> pd.DataFrame:
    """Every background row once for each value of a column: value after value."""
    repeated = pd.concat([background] * len(values), ignore_index=True)
    spread = [value for value in values for _ in range(len(background))]
    repeated[column] = _like(pd.Series(spread, name=column), background[column]).to_numpy()
    return repeated


def _like(values: pd.Series[Any], column: pd.Series[Any]) -> pd.Series[Any]:
    """Values in the type of a column where they fit in: a whole number stays one, say."""
    if values.dtype == column.dtype or not isinstance(column.dtype, np.dtype):
        return values
    if column.dtype == object:
        return values.astype(object)
    if column.dtype.kind == "f" and values.dtype.kind in "iub":
        return values.astype(column.dtype)
    return values
