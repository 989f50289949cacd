"""Random features: numbers that nothing was learned from, as many as a method makes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import DataDimensionalityWarning
from sklearn.random_projection import SparseRandomProjection
from sklearn.utils.validation import check_is_fitted

from core.errors import BadModelFile
from core.params import Param, Value
from core.pretrain.base import Encoder, Estimate, Method, PoolSize, unit_rows
from core.pretrain.first import FirstStep
from core.pretrain.numeric import TABLE_PARAMS, RowNumbers
from core.pretrain.raw import numbers_cost
from core.pretrain.rows import numbers, part
from core.pretrain.tfidf import TfidfEncoder, text_cost
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, PIECE_PARAMS, TextPreparation
from core.types import Floats, Rows, State


class RandomFeaturesEncoder(Encoder):
    """TF-IDF rows, pixels or columns mixed at random into fewer numbers.

    A very sparse random projection (Li, Hastie & Church 2006), which keeps distances roughly
    (Johnson & Lindenstrauss 1984) and knows nothing of the data. What a method of the same size
    scores above it was learned.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    dimensions : int, default=100
        How many numbers a row becomes.
    min_category_rows, max_categories : int
        See :data:`core.pretrain.numeric.TABLE_PARAMS`.
    random_state : int, default=0
        Of the projection.

    Attributes
    ----------
    first_ : FirstStep
        What turns rows into numbers.
    matrix_ : csr_matrix of float32, shape (d, dimensions)
        The projection.
    """

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        dimensions: int = 100,
        min_category_rows: int = 5,
        max_categories: int = 50,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.dimensions = dimensions
        self.min_category_rows = min_category_rows
        self.max_categories = max_categories
        self.random_state = random_state

    def _first_step(self) -> FirstStep:
        return FirstStep(
            TfidfEncoder(self.preparation),
            RowNumbers(self.min_category_rows, self.max_categories),
        )

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Read the columns of the rows and draw the projection. See :class:`Encoder`."""
        self.first_ = self._first_step()
        self.first_.fit_transform(rows, progress=progress.part(0, 0.9))
        self.notes_ = self.first_.notes
        columns = len(self.first_.names)
        projection = SparseRandomProjection(self.dimensions, random_state=self.random_state)
        with warnings.catch_warnings():  # more mixes than columns is what was asked for
            warnings.simplefilter("ignore", DataDimensionalityWarning)
            projection.fit(np.zeros((1, columns), dtype=np.float32))  # only their number counts
        self.matrix_ = sparse.csr_matrix(projection.components_.T, dtype=np.float32)
        progress.update(1.0, "Projection drawn")
        return self

    def transform(self, rows: Rows) -> Floats:
        """Encode rows as (n, dimensions) float32; texts with length 1, or 0 without a term."""
        check_is_fitted(self)
        mixed: Any = self.first_.transform(rows) @ self.matrix_
        full = mixed.toarray() if self.first_.is_text else mixed
        dense = np.asarray(full, dtype=np.float32)
        return unit_rows(dense) if self.first_.is_text else dense

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Mix 1, mix 2, ..."""
        check_is_fitted(self)
        return np.asarray([f"mix {i + 1}" for i in range(self.dimensions)], dtype=object)

    def state(self) -> State:
        """The projection and what comes before it, as plain arrays and values."""
        check_is_fitted(self)
        return {
            "first": self.first_.state(),
            "data": self.matrix_.data,
            "indices": self.matrix_.indices.astype(np.int32),
            "starts": self.matrix_.indptr.astype(np.int64),
            "notes": list(self.notes_),
        }

    def load_state(self, state: State) -> Self:
        """Take over what another encoder drew. See :class:`Encoder`."""
        first = self._first_step()
        self.first_ = first.load_state(part(state, "first", dict))
        columns = len(first.names)
        starts = numbers(state, "starts", (columns + 1,)).astype(np.int64)
        data = numbers(state, "data", (None,)).astype(np.float32)
        indices = numbers(state, "indices", (len(data),)).astype(np.int32)
        sound = starts[0] == 0 and starts[-1] == len(data) and (np.diff(starts) >= 0).all()
        if not sound or (len(data) and not 0 <= indices.min() <= indices.max() < self.dimensions):
            raise BadModelFile("This model cannot be used: its projection is damaged.")
        self.matrix_ = sparse.csr_matrix((data, indices, starts), shape=(columns, self.dimensions))
        self.notes_ = tuple(str(note) for note in part(state, "notes", list))
        return self


def _make(settings: Mapping[str, Value], seed: int) -> RandomFeaturesEncoder:
    names = ("dimensions", *(param.name for param in TABLE_PARAMS))
    return RandomFeaturesEncoder(
        TextPreparation.from_settings(settings),
        **{name: settings[name] for name in names},  # type: ignore[arg-type]
        random_state=seed,
    )


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    if size.characters:
        return text_cost(size, TextPreparation.from_settings(settings))
    return numbers_cost(size)


METHOD = Method(
    key="random",
    title="Random features",
    learns="Nothing: it mixes words, pixels or columns at random into fewer numbers.",
    when="As a yardstick of size: a method that learns should beat it.",
    cost="Next to nothing.",
    source=(
        "Johnson & Lindenstrauss 1984, Extensions of Lipschitz mappings into a Hilbert space; "
        "Li, Hastie & Church 2006, Very sparse random projections"
    ),
    modalities=("text", "image", "tabular"),
    params=(
        Param(
            "dimensions",
            "int",
            100,
            "How many numbers a row becomes.",
            low=1,
            high=4096,
            scale="log",
        ),
        *PIECE_PARAMS,
        *TABLE_PARAMS,
    ),
    make=_make,
    estimate=_estimate,
    baseline=True,
)
