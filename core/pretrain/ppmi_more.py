"""Counts of neighbours that a model keeps, so that new texts can be added to them.

Counts add up (see :mod:`core.pretrain.cooccurrence`): those of old and new texts together are
the sum of both. They are larger than the vectors made of them, so a model keeps them only when
asked to, and packed: one half of the symmetric matrix, in the smallest whole numbers that hold
it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.errors import BadModelFile
from core.pretrain.rows import numbers
from core.types import Floats, Ints, State


@dataclass(frozen=True, eq=False)
class KeptCounts:
    """What is kept of the texts that a model learned from.

    Attributes
    ----------
    pointers, columns, values : ndarray
        Upper half, diagonal included, of the counts of neighbours, as in a CSR matrix.
    total : ndarray of float32, shape (n_terms,)
        The weighted terms of all texts, added up.
    known : int
        How many texts hold a known term.
    """

    pointers: Ints
    columns: npt.NDArray[np.unsignedinteger]
    values: npt.NDArray[np.number]
    total: Floats
    known: int

    @classmethod
    def of(cls, pairs: sparse.csr_matrix, weighted: sparse.csr_matrix) -> KeptCounts:
        """Pack the counts of texts, and their weighted terms."""
        upper = sparse.triu(pairs, format="csr")
        values = upper.data
        whole = values.size == 0 or bool((values == np.floor(values)).all())
        most = float(values.max()) if values.size else 0.0
        if whole and most < 2**32:
            values = values.astype(np.min_scalar_type(int(most)))
        width = np.uint16 if upper.shape[1] <= 2**16 else np.uint32
        total = np.asarray(weighted.sum(axis=0, dtype=np.float64)).ravel()
        return cls(
            upper.indptr.astype(np.int64),
            upper.indices.astype(width),
            values,
            total.astype(np.float32),
            int(np.count_nonzero(np.diff(weighted.indptr))),
        )

    def pairs(self, place: Ints, n_terms: int) -> sparse.csr_matrix:
        """The counts again, in a vocabulary of ``n_terms`` where term i stands at ``place[i]``."""
        lengths = np.diff(self.pointers)
        rows = np.repeat(place.astype(np.int32), lengths)
        columns = place.astype(np.int32)[self.columns]
        values = self.values.astype(np.float32)
        apart = rows != columns  # the diagonal stands there once
        whole = sparse.coo_matrix(
            (
                np.concatenate([values, values[apart]]),
                (
                    np.concatenate([rows, columns[apart]]),
                    np.concatenate([columns, rows[apart]]),
                ),
            ),
            shape=(n_terms, n_terms),
        )
        return whole.tocsr()

    def plus(self, earlier: KeptCounts, place: Ints) -> KeptCounts:
        """These counts, which hold the earlier ones already, with the earlier texts' terms."""
        total = self.total.copy()
        total[place] += earlier.total
        known = self.known + earlier.known
        return KeptCounts(self.pointers, self.columns, self.values, total, known)

    def mean(self, vectors: Floats) -> Floats:
        """Mean of all texts that hold a known term, as sums of these vectors."""
        total = self.total.astype(np.float64)
        return (total @ vectors / max(self.known, 1)).astype(np.float32)

    def state(self) -> State:
        """The counts as plain arrays and values."""
        return {
            "pointers": self.pointers,
            "columns": self.columns,
            "values": self.values,
            "total": self.total,
            "known": self.known,
        }

    @classmethod
    def from_state(cls, state: State, n_terms: int) -> KeptCounts:
        """Take over the counts of a model with ``n_terms`` terms.

        Raises
        ------
        BadModelFile
            When a part is missing, or parts contradict each other.
        """
        pointers = numbers(state, "pointers", (n_terms + 1,))
        columns = numbers(state, "columns", (None,))
        values = numbers(state, "values", (len(columns),))
        total = numbers(state, "total", (n_terms,))
        known = state.get("known")
        fits = (
            pointers.dtype.kind in "iu"
            and columns.dtype.kind in "iu"
            and pointers[0] == 0
            and pointers[-1] == len(columns)
            and bool((np.diff(pointers.astype(np.int64)) >= 0).all())
            and (len(columns) == 0 or 0 <= columns.min() <= columns.max() < n_terms)
            and (len(values) == 0 or values.min() > 0)
            and isinstance(known, int)
            and known >= 0
        )
        if not fits or not isinstance(known, int):
            raise BadModelFile("This model cannot be used: its kept counts are damaged.")
        return cls(pointers.astype(np.int64), columns, values, total.astype(np.float32), known)
