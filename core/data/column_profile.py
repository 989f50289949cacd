"""The columns of a table in numbers: each by itself, together, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.features import days_of, like_an_id
from core.data.profile import column_kind
from core.types import Floats, Ints

#: Bins of a small histogram, and categories that are told apart, at most.
BINS, CATEGORIES = 12, 8
#: Columns of numbers that a map of correlations shows, at most.
MOST_CORRELATED = 30
_SMALL = 1e-12


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its name.
    kind : {"number", "category", "text", "yes/no", "date"}
        What it holds.
    rows, missing, distinct : int
        Values with the missing ones, those, and how many different values there are.
    mean, deviation : float
        Of numbers and dates (these in days since 1970); NaN for other kinds.
    quantiles : tuple of float
        Smallest, lower quarter, median, upper quarter, largest; empty for other kinds.
    counts : ndarray of int
        The distribution: values in each of ``edges``' intervals, or in each of ``tops``.
    edges : ndarray of float
        Bounds of the intervals; empty for other kinds.
    tops : tuple of str
        The commonest values, commonest first, of other kinds.
    constant, id_like : bool
        Whether all values are the same; whether each row has another name or running number.
    """

    name: str
    kind: str
    rows: int
    missing: int
    distinct: int
    mean: float
    deviation: float
    quantiles: tuple[float, ...]
    counts: Ints
    edges: Floats
    tops: tuple[str, ...]
    constant: bool
    id_like: bool

    @property
    def numeric(self) -> bool:
        """Whether it has a mean and quantiles."""
        return bool(self.quantiles)


@dataclass(frozen=True, eq=False)
class Correlations:
    """How columns of numbers go together.

    Attributes
    ----------
    names : list of str
        The columns, those that are alike beside each other.
    matrix : ndarray of float64, shape (k, k)
        Pearson's correlation over the rows where both have a value; NaN where one is constant.
    pairs : list of (str, str, float)
        The most correlated pairs of different columns, strongest first.
    left_out : int
        Columns of numbers that are not among ``names``, to keep the map readable.
    """

    names: list[str]
    matrix: Floats
    pairs: list[tuple[str, str, float]]
    left_out: int = 0


@dataclass(frozen=True)
class Missingness:
    """Where values are missing.

    Attributes
    ----------
    rows, complete : int
        All rows, and those without a gap.
    shares : list of (str, float)
        Columns with gaps and the share of rows without a value, largest first.
    patterns : list of (tuple of str, int)
        Columns that are missing together, with the number of such rows, commonest first.
    """

    rows: int
    complete: int
    shares: list[tuple[str, float]]
    patterns: list[tuple[tuple[str, ...], int]]


def column_profiles(frame: pd.DataFrame) -> list[ColumnProfile]:
    """Each column of a table in numbers, in the table's order."""
    return [_profile(frame.iloc[:, place]) for place in range(frame.shape[1])]


def numbers_in(column: pd.Series[Any]) -> Floats:
    """A column of numbers, dates (as days since 1970) or yes and no, as float64 with NaN."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return days_of(column)
    values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _profile(column: pd.Series[Any]) -> ColumnProfile:
    kind = column_kind(column)
    missing = int(column.isna().sum())
    distinct = int(column.nunique())
    mean = deviation = float("nan")
    quantiles: tuple[float, ...] = ()
    edges: Floats = np.empty(0)
    tops: tuple[str, ...] = ()
    counts: Ints = np.empty(0, np.int64)
    if kind in ("number", "date"):
        values = numbers_in(column)
        values = values[~np.isnan(values)]
        if len(values):
            mean, deviation = float(values.mean()), float(values.std())
            quantiles = tuple(float(q) for q in np.quantile(values, [0, 0.25, 0.5, 0.75, 1]))
            counts, edges = _histogram(values, distinct)
    else:
        most = column.dropna().astype(str).value_counts().head(CATEGORIES)
        tops, counts = tuple(map(str, most.index)), most.to_numpy(np.int64)
    return ColumnProfile(
        name=str(column.name),
        kind=kind,
        rows=len(column),
        missing=missing,
        distinct=distinct,
        mean=mean,
        deviation=deviation,
        quantiles=quantiles,
        counts=counts,
        edges=edges,
        tops=tops,
        constant=distinct == 1 and not missing,
        id_like=like_an_id(column),
    )


def _histogram(values: Floats, distinct: int) -> tuple[Ints, Floats]:
    """Counts between even steps; few whole numbers have one step each."""
    low, high = float(values.min()), float(values.max())
    if distinct == 1:
        return np.array([len(values)]), np.array([low, low])
    whole = bool((values == np.round(values)).all()) and high - low < BINS
    if whole:
        edges = np.arange(low - 0.5, high + 1)
    else:
        edges = np.linspace(low, high, BINS + 1)
    counts, edges = np.histogram(values, edges)
    return counts, edges


def correlations(frame: pd.DataFrame, *, most: int = MOST_CORRELATED) -> Correlations | None:
    """How the columns of numbers go together; None with fewer than two of them.

    Dates and yes/no count as numbers. With more columns than ``most``, those with the strongest
    correlations are shown. Columns that are alike are put beside each other (average-linkage
    clustering of ``1 - |r|``).
    """
    columns = {
        str(frame.columns[place]): numbers_in(frame.iloc[:, place])
        for place in range(frame.shape[1])
        if column_kind(frame.iloc[:, place]) in ("number", "date", "yes/no")
    }
    columns = {name: values for name, values in columns.items() if _varies(values)}
    if len(columns) < 2:
        return None
    table = pd.DataFrame(columns)
    # centred first: the sums of large numbers such as years would swallow what differs
    table = table - table.mean()
    matrix = table.corr(min_periods=3).to_numpy().clip(-1, 1)
    strength = np.abs(np.where(np.isnan(matrix), 0, matrix))
    np.fill_diagonal(strength, 0)
    names = list(columns)
    pairs = _pairs(names, matrix, strength)
    shown = np.sort(np.argsort(-strength.max(axis=1), kind="stable")[:most])
    order = shown[_alike(strength[np.ix_(shown, shown)])]
    return Correlations(
        names=[names[i] for i in order],
        matrix=matrix[np.ix_(order, order)],
        pairs=pairs,
        left_out=len(names) - len(shown),
    )


def _varies(values: Floats) -> bool:
    present = values[~np.isnan(values)]
    return bool(len(present)) and bool((present != present[0]).any())


def _pairs(names: list[str], matrix: Floats, strength: Floats) -> list[tuple[str, str, float]]:
    first, second = np.triu_indices(len(names), 1)
    strongest = np.argsort(-strength[first, second], kind="stable")[:20]
    return [
        (names[first[i]], names[second[i]], float(matrix[first[i], second[i]]))
        for i in strongest
        if strength[first[i], second[i]] > _SMALL
    ]


def _alike(strength: Floats) -> Ints:
    """An order in which columns that are alike stand beside each other."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if len(strength) < 3:
        return np.arange(len(strength))
    distance = 1 - (strength + strength.T) / 2
    np.fill_diagonal(distance, 0)
    order: Ints = leaves_list(
        linkage(squareform(distance, checks=False), "average", optimal_ordering=True)
    )
    return order


def missingness(frame: pd.DataFrame, *, most: int = 12) -> Missingness:
    """Where values are missing: in which columns, and in which together.

    Parameters
    ----------
    frame : DataFrame
        The table.
    most : int
        Patterns listed, at most.
    """
    missing = frame.isna().to_numpy()
    names = [str(name) for name in frame.columns]
    share = missing.mean(axis=0) if len(frame) else np.zeros(len(names))
    order = np.argsort(-share, kind="stable")
    gaps = missing[missing.any(axis=1)] if missing.size else missing
    patterns: list[tuple[tuple[str, ...], int]] = []
    if len(gaps):
        packed, counts = np.unique(np.packbits(gaps, axis=1), axis=0, return_counts=True)
        for i in np.argsort(-counts, kind="stable")[:most]:
            which = np.unpackbits(packed[i], count=len(names)).astype(bool)
            patterns.append((tuple(np.array(names, dtype=object)[which]), int(counts[i])))
    return Missingness(
        rows=len(frame),
        complete=len(frame) - len(gaps),
        shares=[(names[i], float(share[i])) for i in order if share[i] > 0],
        patterns=patterns,
    )
