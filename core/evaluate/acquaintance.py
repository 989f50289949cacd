"""What a classifier has seen: how far a new row is from the rows that it learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from core.data.dataset import Dataset
from core.data.features import numbers_of
from core.evaluate.encoding import encode_rows
from core.evaluate.known_words import KnownWords, known_words
from core.finetune.classifier import Classifier
from core.progress import SILENT, Progress
from core.types import Floats, Matrix, Modality

#: Training rows that stand for all, and those of them whose own distances are the yardstick.
MOST_ROWS, _YARDSTICKS = 4_000, 1_000
#: The distance of a row is the mean of those to so many nearest training rows.
NEIGHBOURS = 5
_BLOCK = 1_024
_MISSING = "(missing)"


@dataclass(frozen=True)
class NumberRange:
    """The smallest and the largest value of a column of numbers in the training rows."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Acquaintance:
    """The training rows, as far as it takes to tell what is unlike them. Read-only.

    Attributes
    ----------
    modality : {"text", "image", "tabular"}
        The kind of the rows.
    encoded : Matrix (m, d)
        Training rows through the classifier's encoder, those of texts scaled to length 1.
    usual : ndarray of float, shape (y,)
        Sorted distances of some training rows to the others: the yardstick.
    words : KnownWords, optional
        Of texts, where the encoder has a vocabulary.
    numbers, kinds : mapping
        Of tables: the range of each column of numbers, the values of each of the others.
    """

    modality: Modality
    encoded: Matrix
    usual: Floats
    words: KnownWords | None
    numbers: Mapping[str, NumberRange]
    kinds: Mapping[str, frozenset[str]]

    def distances(self, encoded: Matrix) -> Floats:
        """Mean distance of encoded rows to their nearest training rows, shape (n,)."""
        return _nearest(scaled(encoded, self.modality), self.encoded, texts=self.modality == "text")

    def rarity(self, distances: Floats) -> Floats:
        """Share of the training rows that are as far from the others, shape (n,).

        Small where a row is strange: it is the p-value of a conformal test (Bates, Candès, Lei,
        Romano & Sesia 2023) of whether the row is from where the training rows are from.
        """
        nearer = np.asarray(np.searchsorted(self.usual, distances, side="left"))
        shares: Floats = (1 + len(self.usual) - nearer) / (1 + len(self.usual))
        return shares

    def outside(self, rows: pd.DataFrame) -> list[list[str]]:
        """For each row of a table, what in it the training rows never had, in words."""
        told: list[list[str]] = [[] for _ in range(len(rows))]
        for name, span in self.numbers.items():
            if name not in rows.columns:
                continue
            values, _ = numbers_of(rows[name])
            with np.errstate(invalid="ignore"):
                out = (values < span.low) | (values > span.high)
            for place in np.flatnonzero(out):
                side = "below" if values[place] < span.low else "above"
                end = span.low if values[place] < span.low else span.high
                told[place].append(
                    f"{name} is {values[place]:,.6g}, {side} all training rows ({end:,.6g})"
                )
        for name, kinds in self.kinds.items():
            if name not in rows.columns:
                continue
            for row, value in enumerate(_as_words(rows[name])):
                if value not in kinds:
                    shown = "missing" if value == _MISSING else f"“{value:.40}”"
                    told[row].append(f"{name} is {shown}, as in no training row")
        return told


def acquaint(
    classifier: Classifier, dataset: Dataset, *, seed: int = 0, progress: Progress = SILENT
) -> Acquaintance:
    """Get to know the training rows of a data set through a classifier's encoder.

    Labelled and unlabelled training rows count alike, up to ``MOST_ROWS`` drawn at random; test
    rows never do.
    """
    pool = dataset.pool_rows("all")
    drawn = np.sort(np.random.default_rng(seed).permutation(pool)[:MOST_ROWS])
    encoded = scaled(
        encode_rows(classifier.encoder, dataset, drawn, progress=progress), dataset.modality
    )
    numbers: dict[str, NumberRange] = {}
    kinds: dict[str, frozenset[str]] = {}
    if isinstance(dataset.rows, pd.DataFrame):
        numbers, kinds = _columns(dataset.rows.iloc[pool])
    return Acquaintance(
        modality=dataset.modality,
        encoded=encoded,
        usual=np.sort(_among_themselves(encoded, texts=dataset.modality == "text")),
        words=known_words(classifier.encoder) if dataset.modality == "text" else None,
        numbers=numbers,
        kinds=kinds,
    )


def scaled(encoded: Matrix, modality: Modality) -> Matrix:
    """Encoded texts at length 1, so that distance is a matter of direction; others as they are."""
    if modality != "text":
        return encoded
    lengths = np.sqrt(_squares(encoded))
    factors = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    if sparse.issparse(encoded):
        rows: Matrix = (sparse.diags_array(factors) @ sparse.csr_array(encoded)).tocsr()
        return rows
    return np.asarray(encoded) * factors[:, None]


def _columns(frame: pd.DataFrame) -> tuple[dict[str, NumberRange], dict[str, frozenset[str]]]:
    numbers: dict[str, NumberRange] = {}
    kinds: dict[str, frozenset[str]] = {}
    for place, label in enumerate(frame.columns):
        column = frame.iloc[:, place]
        dtype = column.dtype
        if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype):
            values, _ = numbers_of(column)
            known = values[np.isfinite(values)]
            if len(known):
                numbers[str(label)] = NumberRange(float(known.min()), float(known.max()))
        else:
            kinds[str(label)] = frozenset(_as_words(column))
    return numbers, kinds


def _as_words(column: pd.Series[Any]) -> list[str]:
    return [_MISSING if pd.isna(value) else str(value).strip() for value in column.astype(object)]


def _among_themselves(encoded: Matrix, *, texts: bool) -> Floats:
    """Distances of some of the rows to their nearest others."""
    n = encoded.shape[0]
    if n < 2:
        return np.zeros(0)
    asked = np.linspace(0, n - 1, min(n, _YARDSTICKS)).astype(np.int64)
    return _nearest(encoded[asked], encoded, texts=texts, own=asked)


def _nearest(
    rows: Matrix, among: Matrix, *, texts: bool, own: npt.NDArray[np.int64] | None = None
) -> Floats:
    """Mean Euclidean distance to the nearest rows; ``own`` says where a row itself stands.

    Texts have length 1. One without a word that counts is encoded as zeros: it is as far from
    all others as texts can be that share nothing, not in the midst of them.
    """
    found = np.zeros(rows.shape[0])
    others = np.ones(among.shape[0]) if texts else _squares(among)
    k = min(NEIGHBOURS, among.shape[0] - (own is not None))
    if k < 1:
        return found
    for start in range(0, rows.shape[0], _BLOCK):
        block = rows[start : start + _BLOCK]
        product: Any = block @ among.T
        dense = product if isinstance(product, np.ndarray) else product.toarray()
        own_squares = np.ones(block.shape[0]) if texts else _squares(block)
        squares = own_squares[:, None] + others[None, :] - 2 * dense
        if own is not None:
            squares[np.arange(len(squares)), own[start : start + _BLOCK]] = np.inf
        nearest = np.partition(squares, k - 1, axis=1)[:, :k]
        found[start : start + _BLOCK] = np.sqrt(np.maximum(nearest, 0)).mean(axis=1)
    return found


def _squares(matrix: Matrix) -> Floats:
    if sparse.issparse(matrix):
        return np.asarray(matrix.multiply(matrix).sum(axis=1), float).ravel()
    squares: Floats = np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64)
    return squares
