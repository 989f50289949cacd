"""The training rows that a row is most like, as the classifier sees rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import BadData, BadParam
from core.types import Floats, Matrix


@dataclass(frozen=True)
class Neighbour:
    """One training row.

    Attributes
    ----------
    position : int
        Its place among the rows that were given.
    distance : float
        Euclidean, between encoded rows.
    cosine : float
        Of the angle between them: 1 is the same direction, 0 nothing in common.
    """

    position: int
    distance: float
    cosine: float


def nearest_rows(encoded: Matrix, row: Matrix, k: int = 5) -> list[Neighbour]:
    """The k encoded rows nearest to one, nearest first.

    Nearest by Euclidean distance, which among rows of length 1 is the order of the cosines too.

    Parameters
    ----------
    encoded : Matrix, shape (n, d)
        Labelled training rows through the encoder of a classifier.
    row : Matrix, shape (1, d)
        The row to look at, through the same encoder.
    k : int
        How many, at most.

    Raises
    ------
    BadData
        When widths differ, or ``row`` is not one row.
    BadParam
        When k is below 1.
    """
    if k < 1:
        raise BadParam(f"k cannot be {k}.", hint="It takes a whole number from 1.")
    if row.shape[0] != 1 or row.shape[1] != encoded.shape[1]:
        raise BadData(
            f"One row of {encoded.shape[1]} numbers was expected, not the shape {row.shape}.",
            hint="Encode it with the encoder of the training rows.",
        )
    if not encoded.shape[0]:
        return []
    one = _dense(row).ravel()
    length = float(np.linalg.norm(one.astype(np.float64)))
    products = np.asarray(encoded @ one, dtype=np.float64).ravel()
    squares = _squares(encoded)
    apart = np.maximum(squares - 2 * products + length**2, 0.0)
    k = min(k, len(apart))
    some = np.argpartition(apart, k - 1)[:k]
    order = some[np.argsort(apart[some], kind="stable")]
    norms = np.sqrt(squares)
    return [
        Neighbour(
            position=int(i),
            distance=float(np.sqrt(apart[i])),
            cosine=float(products[i] / (norms[i] * length)) if norms[i] * length else 0.0,
        )
        for i in order
    ]


def _dense(row: Any) -> Floats:
    full = row if isinstance(row, np.ndarray) else row.toarray()
    return np.asarray(full, dtype=np.float32)


def _squares(encoded: Any) -> Floats:
    if isinstance(encoded, np.ndarray):
        found: Floats = np.einsum("ij,ij->i", encoded, encoded, dtype=np.float64)
        return found
    return np.asarray(encoded.multiply(encoded).sum(axis=1), dtype=np.float64).ravel()
