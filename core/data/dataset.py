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
        """The raw rows at ``indices``, in that order."""
        if isinstance(self.rows, pd.DataFrame):
            return self.rows.iloc[indices].reset_index(drop=True)
        return self.rows[indices]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the content, in hexadecimal: equal content, equal fingerprint.

        Name, title and the text about it do not count: renaming changes no result.
        """
        digest = hashlib.sha256()
        for chunk in self._content():
            # the length in front keeps ("ab", "c") and ("a", "bc") apart
            digest.update(len(chunk).to_bytes(8, "little"))
            digest.update(chunk)
        return digest.hexdigest()

    def _content(self) -> Iterator[bytes]:
        yield self.modality.encode()
        if isinstance(self.rows, pd.DataFrame):
            yield from _frame_bytes(self.rows)
        elif self.modality == "text":
            for text in self.rows:
                yield text.encode("utf-8", "surrogatepass")
        else:
            array = np.ascontiguousarray(self.rows)
            yield f"{array.dtype.str}{array.shape}".encode()
            yield array.tobytes()
        yield np.asarray(self.labels, "<i4").tobytes()
        for name in self.classes:
            yield name.encode("utf-8", "surrogatepass")
        yield np.packbits(self.test).tobytes()
        for column in (self.domain, self.group):
            yield (
                b""
                if column is None
                else "\0".join(map(str, column)).encode("utf-8", "surrogatepass")
            )
        if self.extra is not None:
            yield from _frame_bytes(self.extra)


def _frame_bytes(frame: pd.DataFrame) -> Iterator[bytes]:
    for column in frame.columns:
        yield str(column).encode("utf-8", "surrogatepass")
        values = frame[column]
        yield str(values.dtype).encode()
        # hash_array works value by value, so no sampling and no order effects
        yield pd.util.hash_pandas_object(values, index=False).to_numpy().tobytes()
