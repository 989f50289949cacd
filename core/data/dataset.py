"""A data set: rows, some of them labelled, some of them for the test only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from core.errors import BadData
from core.types import Bools, Ints, Modality, Objects, Rows

#: Code of a row without a label.
UNLABELLED = -1

#: Which rows a method learns from without labels. Test rows are never among them.
Pool: TypeAlias = Literal["all", "labelled", "unlabelled"]
POOLS: dict[str, str] = {
    "all": "All training rows",
    "labelled": "Only training rows that have a label",
    "unlabelled": "Only rows without a label",
}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows of one kind with labels for some of them.

    A row without a label and outside the test part belongs to the unlabelled pool. Objects
    are shared between users of a server: treat every field as read-only.

    Attributes
    ----------
    name : str
        Short name, as on the command line ("python_docs").
    title : str
        Name for people ("Python docs").
    modality : {"text", "image", "tabular"}
        The kind of the rows.
    rows : ndarray or DataFrame
        Text: (n,) object array of str. Images: (n, h, w) or (n, h, w, c) array. Tables: data
        frame of n rows, numeric and categorical columns.
    labels : ndarray of int, shape (n,)
        Index into ``classes``, or ``UNLABELLED``.
    classes : tuple of str
        Names of the classes, sorted.
    test : ndarray of bool, shape (n,)
        True for rows that only the evaluation may see.
    domain : ndarray of object, shape (n,), optional
        Where a row comes from (a package, a shop).
    group : ndarray of object, shape (n,), optional
        Rows of one group were kept on one side of the split.
    extra : DataFrame, optional
        Further columns of the upload, row by row, for slices.
    about : str
        A few sentences: what it is, where it is from, under which licence.
    options : dict
        What it was made with (JSON values); part of what a run records.
    """

    name: str
    title: str
    modality: Modality
    rows: Rows
    labels: Ints
    classes: tuple[str, ...]
    test: Bools
    domain: Objects | None = None
    group: Objects | None = None
    extra: pd.DataFrame | None = None
    about: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.rows)
        if self.modality == "text" and not _all_text(self.rows):
            raise BadData(
                "The rows of a text data set have to be texts.",
                hint="Pass a one-dimensional object array of str; an empty text stands for none.",
            )
        if (self.modality == "tabular") != isinstance(self.rows, pd.DataFrame):
            raise BadData(f"A {self.modality} data set cannot have rows of {type(self.rows)}.")
        for name in ("labels", "test", "domain", "group", "extra"):
            column = getattr(self, name)
            if column is not None and len(column) != n:
                raise BadData(f"The data set has {n} rows but {len(column)} values of {name}.")
        if len(set(self.classes)) != len(self.classes):
            raise BadData("Two classes of the data set have the same name.")
        if n and (self.labels.min() < UNLABELLED or self.labels.max() >= len(self.classes)):
            raise BadData("A label of the data set points at no class.")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def train_rows(self) -> Ints:
        """Indices of the labelled rows that may be learned from."""
        return np.flatnonzero((self.labels != UNLABELLED) & ~self.test)

    @property
    def test_rows(self) -> Ints:
        """Indices of the labelled rows kept for the evaluation."""
        return np.flatnonzero((self.labels != UNLABELLED) & self.test)

    def pool_rows(self, pool: Pool = "all") -> Ints:
        """Indices of the rows that a method may see without their labels: never a test row."""
        inside = ~self.test
        if pool == "labelled":
            inside = inside & (self.labels != UNLABELLED)
        elif pool == "unlabelled":
            inside = inside & (self.labels == UNLABELLED)
        elif pool != "all":
            raise BadData(f"There is no pool {pool!r}.", hint="Use one of " + ", ".join(POOLS))
        return np.flatnonzero(inside)

    def take(self, indices: Ints) -> Rows:
        """The raw rows at ``indices``, in that order.

        Raises
        ------
        BadData
            When there are no such rows: what named them is of another data set.
        """
        try:
            if isinstance(self.rows, pd.DataFrame):
                return self.rows.iloc[indices].reset_index(drop=True)
            return self.rows[indices]
        except IndexError as error:
            raise BadData(
                f"Row {int(np.max(indices))} was asked for, and the data set {self.title!r} has "
                f"{len(self):,} rows, numbered from 0.",
                hint="What names it was made on other data. Run it again on these.",
            ) from error

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the content, in hexadecimal: equal content, equal fingerprint.

        Name, title and the text about it do not count: renaming changes no result. Nor does how
        it was made (``options``), when the same came out.
        """
        digest = hashlib.sha256()
        for chunk in self._content():
            # the length in front keeps ("ab", "c") and ("a", "bc") apart
            digest.update(len(chunk).to_bytes(8, "little"))
            digest.update(chunk)
        return digest.hexdigest()

    def _content(self) -> Iterator[bytes]:
        yield self.modality.encode()
        # together with the lengths, the number of rows says which chunk is what
        yield len(self).to_bytes(8, "little")
        if isinstance(self.rows, pd.DataFrame):
            yield from _frame_bytes(self.rows)
        elif self.modality == "text":
            for text in self.rows:
                yield text.encode("utf-8", "surrogatepass")
        else:
            array = np.ascontiguousarray(self.rows)
            yield f"{array.dtype.newbyteorder('<').str}{array.shape}".encode()
            yield array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        yield np.asarray(self.labels, "<i4").tobytes()
        yield len(self.classes).to_bytes(8, "little")
        for name in self.classes:
            yield name.encode("utf-8", "surrogatepass")
        yield np.packbits(self.test).tobytes()
        for column in (self.domain, self.group):
            yield b"no" if column is None else b"yes"
            if column is not None:
                yield from map(_value_bytes, column)
        if self.extra is not None:
            yield from _frame_bytes(self.extra)


def _all_text(rows: Rows) -> bool:
    return (
        isinstance(rows, np.ndarray)
        and rows.ndim == 1
        and rows.dtype == object
        and all(isinstance(row, str) for row in rows)
    )


def _frame_bytes(frame: pd.DataFrame) -> Iterator[bytes]:
    yield len(frame.columns).to_bytes(8, "little")
    for place, column in enumerate(frame.columns):
        yield _value_bytes(column)
        yield from _column_bytes(frame.iloc[:, place])


def _column_bytes(column: pd.Series[Any]) -> Iterator[bytes]:
    # the values themselves, not pandas' 64-bit hashes of them: those can be made to collide
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        yield f"category{dtype.ordered}".encode()
        yield column.cat.codes.to_numpy("<i8").tobytes()
        yield len(dtype.categories).to_bytes(8, "little")
        yield from map(_value_bytes, dtype.categories)
    elif isinstance(dtype, np.dtype) and dtype.kind in "biufcmM":
        yield dtype.newbyteorder("<").str.encode()
        yield column.to_numpy(dtype.newbyteorder("<")).tobytes()
    else:
        # the flavour of text columns depends on pandas and its options, so it does not count
        yield b"values"
        yield from map(_value_bytes, column.to_numpy(dtype=object))


def _value_bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return b"s" + value.encode("utf-8", "surrogatepass")
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return b"-"  # missing, however a column writes that
    if isinstance(value, np.generic):
        value = value.item()  # how NumPy writes a number has changed, and may again
    # the kind in front keeps 1, 1.0, "1" and True apart
    return f"{type(value).__name__} {value!r}".encode("utf-8", "surrogatepass")
