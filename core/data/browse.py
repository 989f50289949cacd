"""Find rows of a data set by their text, class, part and length."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from typing import Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from core.data.dataset import UNLABELLED, Dataset
from core.data.profile import text_lengths
from core.errors import BadData, BadParam, NotFound
from core.types import Bools, Ints

#: Labelled training rows, all test rows, or the rows of the unlabelled pool.
Part: TypeAlias = Literal["train", "test", "unlabelled"]


def find_rows(
    ds: Dataset,
    *,
    text: str = "",
    classes: Collection[str] = (),
    part: Part | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
) -> Ints:
    """The rows that fit all of what is asked.

    Parameters
    ----------
    ds : Dataset
        To look in.
    text : str
        Words that all have to stand in the row, in any order and as parts of words too, upper or
        lower case; what stands in double quotes is looked for as it is. In tables, any column
        will do for each word. Empty: any row.
    classes : collection of str
        Names of classes; rows of any of them. Empty: any row, labelled or not.
    part : {"train", "test", "unlabelled"}, optional
        Labelled training rows, test rows, or rows of the unlabelled pool.
    min_length, max_length : int, optional
        Bounds of the length of a text in characters, both included.

    Returns
    -------
    ndarray of int
        Indices of the rows, rising.

    Raises
    ------
    NotFound
        When there is no such class.
    BadParam
        When there is no such part, or the bounds contradict each other.
    BadData
        When words or lengths are asked of rows that have none.
    """
    keep = np.ones(len(ds), dtype=np.bool_)
    if part is not None:
        keep &= _part(ds, part)
    if classes:
        keep &= np.isin(ds.labels, [_code(ds, name) for name in classes])
    if min_length is not None or max_length is not None:
        keep &= _between(ds, min_length, max_length)
    wanted = _wanted(text)
    if wanted:
        rows = np.flatnonzero(keep)
        keep[rows] = _holds(ds, rows, wanted)
    return np.flatnonzero(keep)


def _part(ds: Dataset, part: str) -> Bools:
    if part == "test":
        return ds.test
    if part not in get_args(Part):
        raise BadParam(
            f"There is no part {part!r}.", hint="There is: " + ", ".join(get_args(Part)) + "."
        )
    labelled = ds.labels != UNLABELLED
    inside: Bools = ~ds.test & (labelled if part == "train" else ~labelled)
    return inside


def _code(ds: Dataset, name: str) -> int:
    try:
        return ds.classes.index(name)
    except ValueError:
        raise NotFound(
            f"There is no class {name!r} in {ds.title}.",
            hint="There is: " + ", ".join(ds.classes) + ".",
        ) from None


def _between(ds: Dataset, low: int | None, high: int | None) -> Bools:
    if ds.modality != "text":
        raise BadData(f"The rows of {ds.title} are not texts, so they have no length.")
    if low is not None and high is not None and low > high:
        raise BadParam(
            f"No text is at least {low:,} and at most {high:,} characters long.",
            hint="Lower the first or raise the second.",
        )
    lengths = text_lengths(ds)
    fits: Bools = lengths >= (low or 0)
    return fits if high is None else fits & (lengths <= high)


def _wanted(text: str) -> list[str]:
    reader = shlex.shlex(text.lower(), posix=True)
    reader.whitespace_split = True
    reader.quotes = '"'
    reader.escape = reader.commenters = ""
    try:
        return [word for word in reader if word]
    except ValueError:  # a quote that is not closed, yet: somebody is still typing
        return text.lower().replace('"', " ").split()


def _holds(ds: Dataset, rows: Ints, wanted: list[str]) -> Bools:
    if isinstance(ds.rows, pd.DataFrame):
        cells = [
            ds.rows.iloc[rows, place].astype(str).str.lower() for place in range(ds.rows.shape[1])
        ]
        found = np.ones(len(rows), dtype=np.bool_)
        for word in wanted:
            hits = np.zeros(len(rows), dtype=np.bool_)
            for column in cells:
                hits |= column.str.contains(word, regex=False).to_numpy(dtype=np.bool_)
            found &= hits
        return found
    if ds.modality != "text":
        raise BadData(f"The rows of {ds.title} hold no text to search.")
    lowered = (ds.rows[row].lower() for row in rows.tolist())
    return np.fromiter(
        (all(word in text for word in wanted) for text in lowered), np.bool_, len(rows)
    )
