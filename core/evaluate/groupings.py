"""Ways to divide rows into groups that a person would ask about: length, domain, any column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.dataset import Dataset
from core.types import Bools, Floats, Ints

#: Code of a row that belongs to no group of a grouping.
NOWHERE = -1
#: A column with more different values than this is grouped by its commonest ones.
MOST_VALUES = 30
#: A column in which more of the values than this stand once only is a name of each row.
_NAMES = 0.5
_QUARTERS = 4
#: Numbers with at most so many different values are taken as they are.
_FEW_NUMBERS = 6
_LONGEST_NAME = 60
#: What columns of identifiers are called: "id", "user_id", "group number".
_IDENTIFIER = re.compile(r"(^|[\s_.-])(id|key|group|index|nr|no|number)$", re.IGNORECASE)
_OTHER, _MISSING = "all other values", "no value"


@dataclass(frozen=True, eq=False)
class Grouping:
    """One way to divide rows.

    Attributes
    ----------
    dimension : str
        By what ("Length", "Domain", or the name of a column).
    codes : ndarray of int, shape (n,)
        Index into ``names`` of each row, or ``NOWHERE``.
    names : tuple of str
        What the groups are called.
    """

    dimension: str
    codes: Ints
    names: tuple[str, ...]


def groupings(dataset: Dataset, rows: Ints) -> list[Grouping]:
    """All ways to divide these rows of a data set that say something.

    Texts by their length in words, pictures by their brightness, all by domain, group and every
    further column of the upload, tables by their own columns too. Numbers and dates fall into
    quarters of equal size, except the numbers of groups and identifiers, which are names; where
    these are many they are left out. So is what is the same for all rows, or another for each.

    Parameters
    ----------
    dataset : Dataset
        Where they are from.
    rows : ndarray of int
        Indices into the data set.
    """
    return [one for one in _all(dataset, rows) if len(np.unique(one.codes)) > 1]


def _all(dataset: Dataset, rows: Ints) -> Iterator[Grouping]:
    taken = dataset.take(rows)
    if dataset.modality == "text":
        words = [len(str(text).split()) for text in np.asarray(taken)]
        yield _quarters("Length", np.asarray(words, np.float64), unit="words")
    elif dataset.modality == "image":
        light = [float(np.mean(picture)) for picture in np.asarray(taken)]
        yield _quarters("Brightness", np.asarray(light, np.float64))
    for dimension, values in (("Domain", dataset.domain), ("Group", dataset.group)):
        if values is not None:
            yield from _of_names(dimension, pd.Series(values[rows]))
    for frame in (dataset.extra, dataset.rows):
        if isinstance(frame, pd.DataFrame):
            picked = frame.iloc[rows]
            for place, name in enumerate(picked.columns):
                column = picked.iloc[:, place]
                if _IDENTIFIER.search(str(name)):
                    yield from _of_names(str(name), column)
                else:
                    yield from _of_column(str(name), column)


def by_cluster(codes: Ints, names: Sequence[str]) -> Grouping:
    """The grouping by cluster, from what :func:`core.evaluate.clusters.clusters` found."""
    return Grouping("Cluster", codes, tuple(names))


def _of_column(dimension: str, column: pd.Series) -> Iterator[Grouping]:
    if len(column) == 0:
        return
    dtype = column.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        yield _quarters_of_dates(dimension, column)
    elif (
        pd.api.types.is_numeric_dtype(dtype)
        and not pd.api.types.is_bool_dtype(dtype)
        and column.nunique() > _FEW_NUMBERS
    ):
        yield _quarters(dimension, column.to_numpy(dtype=float, na_value=np.nan))
    else:
        words = _words(column)
        numbers = pd.to_numeric(words, errors="coerce")
        written = int(words.notna().sum())
        if written and numbers.notna().sum() >= 0.99 * written and numbers.nunique() > _FEW_NUMBERS:
            yield _quarters(dimension, numbers.to_numpy(dtype=float))
            return
        counts = words.value_counts()
        if written and (counts == 1).sum() > _NAMES * written:
            return
        yield _named(dimension, words, counts)


def _of_names(dimension: str, column: pd.Series) -> Iterator[Grouping]:
    """What only names the rows' origin: 7 is no less than 8, and a thousand of them say nothing."""
    words = _words(column)
    counts = words.value_counts()
    numbered = len(counts) > 0 and bool(
        pd.to_numeric(pd.Series(counts.index), errors="coerce").notna().all()
    )
    if numbered and len(counts) > MOST_VALUES:
        return
    if len(counts) and (counts == 1).sum() > _NAMES * int(words.notna().sum()):
        return
    yield _named(dimension, words, counts)


def _words(column: pd.Series) -> pd.Series:
    return pd.Series(
        [None if _absent(value) else str(value).strip() or None for value in column], dtype=object
    )


def _absent(value: object) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))  # type: ignore[call-overload]


def _named(dimension: str, words: pd.Series, counts: pd.Series) -> Grouping:
    kept = [str(value) for value in counts.index[:MOST_VALUES]]
    place = {value: code for code, value in enumerate(kept)}
    names = [
        value if len(value) <= _LONGEST_NAME else f"{value[:_LONGEST_NAME]}…" for value in kept
    ]
    other = len(names)
    codes = np.array(
        [other + 1 if value is None else place.get(value, other) for value in words], dtype=np.int64
    )
    return Grouping(dimension, codes, (*names, _OTHER, _MISSING))


def _quarters(dimension: str, values: Floats, *, unit: str = "") -> Grouping:
    """Groups of about equal size, in order; rows without a value are a group of their own."""
    known = np.isfinite(values)
    if not known.any():
        return Grouping(dimension, np.full(len(values), NOWHERE), ())
    codes, lows, highs = _cut(values[known])
    end = f" {unit}" if unit else ""
    names = [
        f"{_number(low)}{end}" if low == high else f"{_number(low)} to {_number(high)}{end}"
        for low, high in zip(lows, highs, strict=True)
    ]
    return _with_gaps(dimension, known, codes, names)


def _quarters_of_dates(dimension: str, column: pd.Series) -> Grouping:
    known = column.notna().to_numpy()
    if not known.any():
        return Grouping(dimension, np.full(len(column), NOWHERE), ())
    days = column[known].dt.tz_localize(None).astype("datetime64[s]").astype(np.int64) // 86_400
    codes, lows, highs = _cut(days.to_numpy(dtype=float))

    def date(day: float) -> str:
        return str(pd.Timestamp(int(day) * 86_400, unit="s").date())

    names = [
        date(low) if low == high else f"{date(low)} to {date(high)}"
        for low, high in zip(lows, highs, strict=True)
    ]
    return _with_gaps(dimension, known, codes, names)


def _cut(values: Floats) -> tuple[Ints, Floats, Floats]:
    """Codes of the quarters, and the smallest and largest value in each."""
    edges = np.unique(np.quantile(values, np.arange(1, _QUARTERS) / _QUARTERS))
    # equal values stay together
    codes = np.searchsorted(edges, values, side="left")
    used, codes = np.unique(codes, return_inverse=True)
    lows = np.array([values[codes == code].min() for code in range(len(used))])
    highs = np.array([values[codes == code].max() for code in range(len(used))])
    return codes, lows, highs


def _with_gaps(dimension: str, known: Bools, codes: Ints, names: list[str]) -> Grouping:
    everywhere = np.full(len(known), len(names), dtype=np.int64)
    everywhere[known] = codes
    return Grouping(dimension, everywhere, (*names, _MISSING))


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
