"""A self-organising map learned in batches, on rows of numbers."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, Literal, Self

import numpy as np
from scipy import sparse
from scipy.linalg import eigh
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from core.errors import BadModelFile
from core.pretrain.centres import Encoding
from core.pretrain.compiled import blas_in_one_thread
from core.pretrain.rows import numbers
from core.progress import SILENT, Progress
from core.types import Floats, Ints, State

Topology = Literal["rectangular", "hexagonal"]

_BLOCK = 2_000_000  # distances worked out at once, 8 MB
_LARGE = 3e8  # rows x columns x cells from which early passes look at a sample
_PER_CELL = 10  # rows of that sample for each cell
_FULL = 2  # last passes, which see every row
_COVARIANCE = 5_000  # rows that the start is found from


def places(height: int, width: int, topology: Topology) -> Floats:
    """Where the cells of a map lie, shape (height * width, 2): down and across, row by row.

    Neighbours in a row are 1 apart. In a hexagonal map every other row is moved by half a cell
    and rows are √3/2 apart, so that all six neighbours are 1 away.
    """
    down, across = np.divmod(np.arange(height * width), width)
    if topology == "rectangular":
        return np.column_stack([down, across]).astype(np.float64)
    return np.column_stack([down * np.sqrt(3) / 2, across + 0.5 * (down % 2)])


def neighbouring(height: int, width: int, topology: Topology) -> Any:
    """Whether two cells touch, shape (m, m): also by a corner in a rectangular map."""
    at = places(height, width, topology)
    squares = ((at[:, None] - at[None]) ** 2).sum(axis=2)
    reach = 2.0 if topology == "rectangular" else 1.0
    return (squares > 0) & (squares <= reach + 1e-6)


class Map(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A self-organising map: cells on a grid, each with a typical row, near ones alike.

    The batch form of Kohonen 1982 (Kohonen 2013, Essentials of the self-organizing map): in each
    pass every row goes to the cell with the nearest weights, and every cell becomes the mean of
    all rows weighed by a Gaussian of the distance between their cells on the grid. The radius
    shrinks by the same factor from pass to pass. It starts in the plane of the two leading
    principal components. On large pools the early passes, which only lay out the whole, see a
    sample; the last two see every row.

    Parameters
    ----------
    height, width : int
        Cells of the grid.
    topology : {"rectangular", "hexagonal"}
        How cells lie; see :func:`places`.
    passes : int
        Times the rows are seen.
    radius : float, optional
        Of the first pass, in cells; a quarter of the longer side when None.
    end_radius : float
        Of the last pass. Below 1/2 cells forget their neighbours.
    encoding : {"nearness", "triangle", "distance"}
        See :class:`core.pretrain.centres.Centres`.
    random_state : int, RandomState or None
        Of the sample.

    Attributes
    ----------
    weights_ : ndarray of float32, shape (height * width, n_columns)
        The typical row of each cell.
    hits_ : ndarray of int64, shape (height * width,)
        Rows of the pool in each cell.
    quantization_error_ : float
        Mean distance of the pool's rows to their cell.
    topographic_error_ : float
        Share of the pool's rows whose two nearest cells do not touch.
    """

    def __init__(
        self,
        height: int = 10,
        width: int = 10,
        *,
        topology: Topology = "hexagonal",
        passes: int = 10,
        radius: float | None = None,
        end_radius: float = 1.0,
        encoding: Encoding = "nearness",
        random_state: Any = None,
    ) -> None:
        self.height = height
        self.width = width
        self.topology = topology
        self.passes = passes
        self.radius = radius
        self.end_radius = end_radius
        self.encoding = encoding
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Lay the map over (n, d) rows."""
        X = validate_data(self, X, dtype=np.float32)
        first = self.radius or max(self.height, self.width, 2) / 4
        # small products lose more to a second thread of BLAS than they gain
        small = float(len(X)) * X.shape[1] * self.height * self.width <= _LARGE
        with blas_in_one_thread() if small else nullcontext():
            start = _start(X, self.height, self.width, self.topology)
            return self._learn(X, start, first, progress)

    def learned_on(self, X: Any, *, progress: Progress = SILENT) -> Map:
        """A new map that has also learned from these rows, beginning where this one ended.

        Only the last passes are made, at the last radius: the layout stays, cells move.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)
        new = Map(**self.get_params())
        new.n_features_in_ = self.n_features_in_
        # as many rows as it has seen speak for what it was
        return new._learn(X, self.weights_, self.end_radius, progress, known=self.hits_)

    def _learn(
        self,
        X: Floats,
        weights: Floats,
        first: float,
        progress: Progress,
        known: Ints | None = None,
    ) -> Self:
        random = check_random_state(self.random_state)
        n, d = X.shape
        m = len(weights)
        at = places(self.height, self.width, self.topology)
        squares = ((at[:, None] - at[None]) ** 2).sum(axis=2)
        some = X
        passes = self.passes if known is None else _FULL
        if float(n) * d * m > _LARGE and n > _PER_CELL * m:
            some = X[np.sort(random.choice(n, _PER_CELL * m, replace=False))]
        before = weights
        for number in range(passes):
            part = progress.part(0.9 * number / passes, 0.9 * (number + 1) / passes)
            share = number / (passes - 1) if passes > 1 else 1.0
            radius = first * (self.end_radius / first) ** share
            rows = X if number >= passes - _FULL else some
            cells = self._nearest(rows, weights, part, f"Pass {number + 1} of {passes}")
            belongs = sparse.csr_matrix(
                (np.ones(len(rows), np.float32), (cells, np.arange(len(rows)))),
                shape=(m, len(rows)),
            )
            sums = np.asarray(belongs @ rows)
            counts = np.bincount(cells, minlength=m).astype(np.float32)
            if known is not None:
                sums += known[:, None].astype(np.float32) * before
                counts += known
            near = np.exp(-squares / (2 * radius**2)).astype(np.float32)
            total = (near @ counts)[:, None]
            weights = np.where(total > 1e-12, (near @ sums) / np.maximum(total, 1e-12), weights)
        self.weights_ = np.ascontiguousarray(weights, dtype=np.float32)
        two = self._cells(X, self.weights_, progress.part(0.9, 1.0), "Measuring the map")
        self.hits_ = np.bincount(two[:, 0], minlength=m) + (0 if known is None else known)
        self.quantization_error_, self.topographic_error_ = self._errors(X, two)
        return self

    def cells(self, X: Any, *, progress: Progress = SILENT) -> Ints:
        """The cell of each row, shape (n,)."""
        return self._nearest(self._checked(X), self.weights_, progress, "Finding cells")

    def errors(self, X: Any) -> tuple[float, float]:
        """Quantization and topographic error of these rows."""
        X = self._checked(X)
        return self._errors(X, self._cells(X, self.weights_, SILENT, ""))

    def distances(self, X: Any) -> Floats:
        """Distance of each row to each cell's weights, (n, m) float32."""
        X = self._checked(X)
        weights = self.weights_.astype(np.float64)
        found = np.empty((len(X), len(weights)), dtype=np.float32)
        step = max(_BLOCK // len(weights), 1)
        for start in range(0, len(X), step):
            # in double precision: a row is then encoded the same in any company
            squares = _squared(X[start : start + step].astype(np.float64), weights)
            found[start : start + step] = np.sqrt(np.maximum(squares, 0))
        return found

    def transform(self, X: Any) -> Floats:
        """Encode rows by how near they are to each cell, (n, m) float32."""
        distances = self.distances(X)
        if self.encoding == "distance":
            return distances
        nearness: Floats = distances.mean(axis=1, keepdims=True) - distances
        return np.maximum(nearness, 0) if self.encoding == "triangle" else nearness

    def u_matrix(self) -> Floats:
        """Mean distance of each cell's weights to those of the cells it touches, shape (m,)."""
        check_is_fitted(self)
        touch = neighbouring(self.height, self.width, self.topology)
        apart = np.sqrt(np.maximum(_squared(self.weights_, self.weights_), 0))
        count = touch.sum(axis=1)
        mean: Floats = (apart * touch).sum(axis=1) / np.maximum(count, 1)
        return mean

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        return {
            "weights": self.weights_,
            "hits": self.hits_.astype(np.int64),
            "quantization_error": float(self.quantization_error_),
            "topographic_error": float(self.topographic_error_),
        }

    def load_state(self, state: State, columns: int) -> Self:
        """Take over what another learned from rows of that many columns.

        Raises
        ------
        BadModelFile
            When a part is missing or shapes contradict each other.
        """
        m = self.height * self.width
        self.weights_ = numbers(state, "weights", (m, columns)).astype(np.float32, copy=False)
        self.hits_ = numbers(state, "hits", (m,)).astype(np.int64, copy=False)
        errors = state.get("quantization_error"), state.get("topographic_error")
        if not all(isinstance(error, float) for error in errors):
            raise BadModelFile("This model cannot be used: the errors of its map are missing.")
        self.quantization_error_, self.topographic_error_ = errors  # type: ignore[assignment]
        self.n_features_in_ = columns
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _checked(self, X: Any) -> Floats:
        check_is_fitted(self)
        checked: Floats = validate_data(
            self, X, dtype=np.float32, reset=False, ensure_min_samples=0
        )
        return checked

    def _nearest(self, X: Floats, weights: Floats, progress: Progress, message: str) -> Ints:
        """The nearest cell of each row, shape (n,)."""
        step = max(_BLOCK // len(weights), 1)
        found = np.zeros(len(X), dtype=np.int64)
        for start in range(0, len(X), step):
            progress.update(start / len(X), message)
            squares = _squared(X[start : start + step], weights, whole=False)
            found[start : start + step] = squares.argmin(axis=1)
        return found

    def _cells(self, X: Floats, weights: Floats, progress: Progress, message: str) -> Ints:
        """The two nearest cells of each row, the nearest first, shape (n, 2)."""
        step = max(_BLOCK // len(weights), 1)
        found = np.zeros((len(X), 2), dtype=np.int64)
        for start in range(0, len(X), step):
            progress.update(start / len(X), message)
            squares = _squared(X[start : start + step], weights, whole=False)
            lines = np.arange(len(squares))
            found[start : start + step, 0] = nearest = squares.argmin(axis=1)
            squares[lines, nearest] = np.inf
            found[start : start + step, 1] = squares.argmin(axis=1)
        return found

    def _errors(self, X: Floats, two: Ints) -> tuple[float, float]:
        if not len(X):
            return 0.0, 0.0
        touch = neighbouring(self.height, self.width, self.topology)
        apart = 0.0
        step = max(_BLOCK // X.shape[1], 1)
        for start in range(0, len(X), step):
            off = X[start : start + step] - self.weights_[two[start : start + step, 0]]
            apart += float(np.sqrt(np.einsum("ij,ij->i", off, off)).sum(dtype=np.float64))
        far = ~touch[two[:, 0], two[:, 1]] if len(self.weights_) > 1 else np.zeros(len(X))
        return apart / len(X), float(np.mean(far))


def _squared(X: Floats, weights: Floats, *, whole: bool = True) -> Floats:
    """Squared distances (n, m); without ``whole`` less the rows' own squares, for comparing."""
    found: Floats = X @ (-2 * weights.T)
    found += np.einsum("ij,ij->i", weights, weights)
    if whole:
        found += np.einsum("ij,ij->i", X, X)[:, None]
    return found


def _start(X: Floats, height: int, width: int, topology: Topology) -> Floats:
    """Cells laid out in the plane of the two leading principal components."""
    some = X[:: max(1, len(X) // _COVARIANCE)].astype(np.float64)
    mean = some.mean(axis=0)
    off = some - mean
    n, d = off.shape
    k = min(2, d, max(n - 1, 1))
    if d <= n:
        values, vectors = eigh(off.T @ off / n, subset_by_index=[d - k, d - 1])
    else:  # the same directions from the rows' products
        values, left = eigh(off @ off.T / n, subset_by_index=[n - k, n - 1])
        vectors = off.T @ left
        vectors /= np.maximum(np.linalg.norm(vectors, axis=0), 1e-12)
    order = np.argsort(-values)
    values, vectors = np.maximum(values[order], 0), vectors[:, order]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(k)])
    vectors *= np.where(signs == 0, 1, signs)
    at = places(height, width, topology)
    # the longer side of the grid along the longer direction
    sides = at if height >= width else at[:, ::-1]
    spread = (sides - sides.mean(axis=0)) / np.maximum(sides.std(axis=0), 1e-12)
    plane = spread[:, :k] * np.sqrt(values)
    start: Floats = (mean + plane @ vectors.T).astype(np.float32)
    return start
