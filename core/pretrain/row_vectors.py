"""Row vectors that were made elsewhere: a table with the numbers of each row."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from core.errors import BadData, BadModelFile, BadParam
from core.params import Param, Value
from core.pretrain.base import Encoder, Estimate, Method, PoolSize, unit_rows
from core.pretrain.rows import as_texts, is_text, numbers, part
from core.pretrain.vector_table import read_vector_table
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Rows, State

_BLOCK = 2_000  # rows between two reports


class RowVectorsEncoder(Encoder):
    """Rows by vectors that a table gives for them, as any model anywhere may have made them.

    The table has a line for each row of the data set, in the same order; or, for texts, a
    column that holds the text itself (``key``). A row is known again by its content, so that it
    finds its vector wherever it turns up; rows of the same content share the mean of theirs. A
    row that the table does not know becomes a row of zeros: a head then answers with what it
    says of no evidence at all, its intercept. So the encoder is of use for the rows of the
    table, not for new ones.

    Vectors have the mean of the pool taken off and are scaled to length 1, as those of the
    other encoders are.

    Parameters
    ----------
    file : str
        Path of the table: npy, Parquet or CSV (see :mod:`core.pretrain.vector_table`).
    key : str
        Name of the column that holds the text of each row; empty where lines stand in the order
        of the rows.

    Attributes
    ----------
    keys_ : ndarray of uint64, shape (n_vectors,)
        Fingerprints of the rows, rising.
    vectors_ : ndarray of float32, shape (n_vectors, d)
        Their vectors as they came.
    mean_ : ndarray of float32, shape (d,)
        Mean of the pool's vectors.
    coverage_ : dict of str to float
        "rows": share of the pool's rows that have a vector; "pool": how many rows it has;
        "file": how many distinct rows the table knows.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    def __init__(self, file: str = "", *, key: str = "") -> None:
        self.file = file
        self.key = key

    def aligned_with(self, rows: Rows) -> Self:
        """Say which rows the lines of the table stand for, where those are not the pool alone.

        A data set's table has lines for its test rows too, which a fit never sees. Only their
        fingerprints are taken here, to find their vectors again.
        """
        self._lines = row_keys(rows)
        return self

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Read the table and find the rows of the pool in it. See :class:`Encoder`."""
        if not self.file:
            raise BadParam(
                "No table of row vectors was chosen.",
                hint="Choose one as the setting file: npy, Parquet or CSV.",
            )
        progress.update(0.0, "Reading the table of vectors")
        table = read_vector_table(self.file, key=self.key)
        progress.update(0.5, "Finding the rows")
        pool = row_keys(rows, progress=progress.part(0.5, 0.8))
        if table.keys is not None:
            if not is_text(rows):
                raise BadParam(
                    f"key cannot be {self.key!r}: only texts can be found by a column.",
                    hint="Leave it empty, and give a table with a line for each row, in order.",
                )
            lines = row_keys(table.keys, progress=progress.part(0.8, 0.9))
        else:
            lines = getattr(self, "_lines", pool)
        name = Path(self.file).name
        if len(lines) != len(table.vectors):
            raise BadData(
                f"{name} has vectors for {len(table.vectors):,} rows, but the data set has "
                f"{len(lines):,}.",
                hint="It needs one line for each row, in the same order; or, for texts, name the "
                "column that holds the text as the setting key.",
            )
        progress.update(0.9, "Keeping the vectors")
        self.keys_, self.vectors_ = _merged(lines, table.vectors)
        place = self._places(pool)
        known = place >= 0
        if not known.any():
            raise BadData(
                f"{name} knows none of the {len(pool):,} rows of the pool.",
                hint="The column named as key must hold the texts exactly as they stand in the "
                "data set.",
            )
        self.mean_ = self.vectors_[place[known]].mean(axis=0, dtype=np.float64).astype(np.float32)
        self.coverage_ = {
            "rows": float(known.mean()),
            "pool": float(len(pool)),
            "file": float(len(self.keys_)),
        }
        self.notes_: tuple[str, ...] = ()
        if not known.all():
            self.notes_ = (
                f"The table has vectors for {known.mean():.1%} of the pool's {len(pool):,} rows; "
                "the others are encoded as zeros.",
            )
        progress.update(1.0, f"{len(self.keys_):,} rows, {self.vectors_.shape[1]} dimensions")
        return self

    def transform(self, rows: Rows) -> Floats:
        """The vectors of rows as (n, d) float32 with length 1, or 0 where there is none."""
        check_is_fitted(self)
        place = self._places(row_keys(rows))
        known = place >= 0
        encoded = np.zeros((len(place), self.vectors_.shape[1]), dtype=np.float32)
        encoded[known] = self.vectors_[place[known]] - self.mean_
        return unit_rows(encoded)

    def _places(self, keys: Ints) -> Ints:
        """Where rows of these fingerprints stand, -1 for those that are not known."""
        place = np.searchsorted(self.keys_, keys)
        place[place == len(self.keys_)] = 0
        return np.where(self.keys_[place] == keys, place, -1)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Dimension 1, dimension 2, ..."""
        check_is_fitted(self)
        count = self.vectors_.shape[1]
        return np.asarray([f"dimension {i + 1}" for i in range(count)], dtype=object)

    def state(self) -> State:
        """What was taken from the table, as plain arrays and values."""
        check_is_fitted(self)
        return {
            "keys": self.keys_,
            "vectors": self.vectors_,
            "mean": self.mean_,
            "coverage": dict(self.coverage_),
            "notes": list(self.notes_),
        }

    def load_state(self, state: State) -> Self:
        """Take over what another encoder took. See :class:`Encoder`."""
        vectors = numbers(state, "vectors", (None, None)).astype(np.float32, copy=False)
        keys = numbers(state, "keys", (len(vectors),))
        mean = numbers(state, "mean", (vectors.shape[1],)).astype(np.float32, copy=False)
        if keys.dtype != np.uint64 or not len(keys) or not (keys[1:] > keys[:-1]).all():
            raise BadModelFile(
                "This model cannot be used: the fingerprints of its rows are damaged."
            )
        kept = part(state, "coverage", dict)
        coverage = {name: float(part(kept, name, float)) for name in ("rows", "pool", "file")}
        self.notes_ = tuple(str(note) for note in part(state, "notes", list))
        self.keys_, self.vectors_, self.mean_, self.coverage_ = keys, vectors, mean, coverage
        return self


def row_keys(rows: Rows, *, progress: Progress = SILENT) -> npt.NDArray[np.uint64]:
    """Fingerprints of rows by their content: texts, pictures or lines of a table.

    Numbers count by their value in 32 bits, whatever type they came in; of 64 bits, two of a
    million rows meet by chance once in some forty million tables.
    """
    if isinstance(rows, pd.DataFrame):
        return _table_keys(rows)
    if is_text(rows):
        items: Any = (text.encode("utf-8", "surrogatepass") for text in as_texts(rows))
        count = len(rows)
    else:
        array = np.asarray(rows)
        count = len(array)
        items = (np.ascontiguousarray(row, dtype="<f4").tobytes() for row in array)
    found = np.empty(count, dtype=np.uint64)
    for i, item in enumerate(items):
        if i % _BLOCK == 0:
            progress.update(i / count, "Finding the rows")
        found[i] = int.from_bytes(hashlib.blake2b(item, digest_size=8).digest(), "little")
    return found


def _table_keys(frame: pd.DataFrame) -> npt.NDArray[np.uint64]:
    plain = {}
    for place, name in enumerate(frame.columns):
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column.dtype):  # truth values count as numbers here
            values = column.astype("float64").to_numpy(dtype=np.float64, na_value=np.nan)
            plain[place] = pd.Series(values.astype(np.float32).astype(np.float64) + 0.0)
        else:
            words = column.astype(object).where(column.notna(), "").map(str)
            plain[place] = pd.Series(words.to_numpy(dtype=object))
    if not plain:
        return np.zeros(len(frame), dtype=np.uint64)
    hashed = pd.util.hash_pandas_object(pd.DataFrame(plain), index=False)
    return np.asarray(hashed, dtype=np.uint64)


def _merged(keys: npt.NDArray[np.uint64], vectors: Floats) -> tuple[Any, Floats]:
    """One vector a fingerprint, the mean where there are several; by rising fingerprint."""
    distinct, which, often = np.unique(keys, return_inverse=True, return_counts=True)
    if len(distinct) == len(keys):
        order = np.argsort(keys)
        return distinct, vectors[order]
    merged: Floats = np.zeros((len(distinct), vectors.shape[1]), dtype=np.float32)
    np.add.at(merged, which, vectors)
    merged /= often[:, None].astype(np.float32)
    return distinct, merged


PARAMS: tuple[Param, ...] = (
    Param(
        "file",
        "file",
        "",
        "A table with one line of numbers for each row of the data set: npy, Parquet or CSV.",
        label="Table of row vectors",
        choices=(".npy", ".parquet", ".csv", ".tsv"),
    ),
    Param(
        "key",
        "text",
        "",
        "The column of the table that holds the text of each row; empty where its lines stand in "
        "the order of the rows.",
        label="Column with the text",
    ),
)


def _make(settings: Mapping[str, Value], seed: int) -> RowVectorsEncoder:
    return RowVectorsEncoder(str(settings["file"]), key=str(settings["key"]))


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """The rows, and a table of as many bytes as there are (4 kB a row where none is chosen)."""
    path = str(settings["file"] or "")
    known = os.path.getsize(path) / 2**20 if path and os.path.isfile(path) else 0.0
    megabytes = known or size.rows * 4 / 1024
    rows = 1e-5 * size.rows + 1e-8 * (size.characters + size.rows * size.columns)
    return Estimate(0.1 + rows + megabytes / 50, 1 + 3 * megabytes)


METHOD = Method(
    key="row_vectors",
    title="Ready-made row vectors",
    learns="Nothing here: it takes the numbers that another model found for each row.",
    when="To hold any other model against the methods here, on the same rows, head and draws.",
    cost="Reading the table.",
    source="None: the table says what it is from.",
    modalities=("text", "image", "tabular"),
    params=PARAMS,
    make=_make,
    estimate=_estimate,
)
