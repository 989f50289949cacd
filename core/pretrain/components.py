"""The directions along which rows differ most: truncated SVD and PCA in one estimator."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy import sparse
from scipy.linalg import eigh
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from core.errors import BadModelFile
from core.pretrain.rows import numbers, part
from core.progress import SILENT, Progress
from core.types import Floats, Matrix, State

_SPECTRA = ("singular_values", "explained_variance", "explained_variance_ratio")
_EXACT = 1000  # columns up to which all directions are found at once: a second at most
_OVERSAMPLING = 10  # further directions carried along for accuracy (Halko 2011, section 4.2)
_ITERATIONS = 4  # power iterations; five passes agree with the exact SVD to three digits
_BLOCK = 5e7  # multiplications between two reports, some 50 ms


class Components(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Project rows on their leading singular directions.

    Up to 1,000 dense columns it is exact (eigenvectors of the covariance); beyond, and for
    sparse rows, by randomised subspace iteration (Halko, Martinsson & Tropp 2011), which here
    runs in small steps so that it can be cancelled.

    Parameters
    ----------
    n_components : int
        Number of directions; at most the number of rows or columns is used.
    center : bool, default=True
        Take off the mean first (PCA). False leaves rows as they are (truncated SVD), sparse
        or not.
    random_state : int, RandomState or None
        For the random start.

    Attributes
    ----------
    components_ : ndarray of float32, shape (k, n_columns)
        Orthonormal directions; the largest entry of each is positive.
    mean_ : ndarray of float32, shape (n_columns,)
        What is taken off first; zeros without ``center``.
    singular_values_ : ndarray, shape (k,)
        Falling.
    explained_variance_, explained_variance_ratio_ : ndarray, shape (k,)
        Variance of the projected rows, and its share of the variance of all columns.
    column_means_ : ndarray of float64, shape (n_columns,)
        Means of the rows, whether or not they are taken off.
    total_variance_ : float
        Variance of all columns together.
    n_rows_ : int
        How many rows it has learned from.
    """

    components_: Floats
    mean_: Floats
    column_means_: Floats
    singular_values_: Floats
    explained_variance_: Floats
    explained_variance_ratio_: Floats
    total_variance_: float
    n_rows_: int

    def __init__(
        self, n_components: int = 100, *, center: bool = True, random_state: Any = None
    ) -> None:
        self.n_components = n_components
        self.center = center
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Find the directions of (n, d) rows."""
        accept = False if self.center else "csr"
        X = validate_data(self, X, accept_sparse=accept, dtype=np.float32)
        return self._learn(X, None, progress)

    def continued(self, X: Any, *, progress: Progress = SILENT) -> Self:
        """New directions: of the earlier rows, as far as these remember them, and of X.

        The earlier rows stand in as one row a direction, as long as its singular value, and
        with ``center`` one more for the way that the mean has moved (incremental PCA: Ross, Lim,
        Lin & Yang 2008; without a mean, the update of a truncated SVD of Zha & Simon 1999).
        Means, variances and their shares are exact; directions are so where the earlier rows
        had no more of them than were kept.
        """
        check_is_fitted(self)
        accept = False if self.center else "csr"
        X = validate_data(self, X, accept_sparse=accept, dtype=np.float32, reset=False)
        new: Self = clone(self)
        new.n_features_in_ = self.n_features_in_
        return new._learn(X, self, progress)

    def _learn(self, X: Matrix, before: Components | None, progress: Progress) -> Self:
        n, d = X.shape
        means = _mean(X)
        own = (means if self.center else np.zeros(d)).astype(np.float32)
        total = max(_squares(X) / n - float(means @ means), 0.0)
        # what rounding leaves of equal rows is no variance
        total = total if total > 1e-6 * float(means @ means) else 0.0
        memory = np.empty((0, d), dtype=np.float32)
        if before is not None:
            memory = before._memory(means, n)
        k = min(self.n_components, n + len(memory), d)
        if not sparse.issparse(X) and d <= _EXACT:
            s, vt = _exact(X, own, memory, k, progress)
        else:
            random = check_random_state(self.random_state)
            # its products with tall, thin matrices gain nothing from a second BLAS thread, and
            # lose much where other jobs run beside this one
            with threadpool_limits(limits=1, user_api="blas"):
                s, vt = _randomised(X, own, memory, k, random=random, progress=progress)
        if before is not None:
            apart = before.column_means_ - means
            n, m = n + before.n_rows_, n
            old, new = before.n_rows_ / n, m / n
            means = old * before.column_means_ + new * means
            total = old * before.total_variance_ + new * total + old * new * float(apart @ apart)
        self.n_rows_, self.column_means_, self.total_variance_ = n, means, total
        self._set_mean()
        s, vt = s[:k], vt[:k]
        k = len(s)  # fewer where rows depend on each other
        signs = np.sign(vt[np.arange(k), np.abs(vt).argmax(axis=1)])
        self.components_ = (vt * np.where(signs == 0, 1, signs)[:, None]).astype(np.float32)
        self.singular_values_ = s.astype(np.float64)
        # the mean of the projections is the projection of the mean
        offset = self.components_.astype(np.float64) @ (means - self.mean_)
        self.explained_variance_ = np.maximum(self.singular_values_**2 / n - offset**2, 0)
        self.explained_variance_ratio_ = (
            np.minimum(self.explained_variance_ / total, 1.0) if total else np.zeros(k)
        )
        progress.update(1.0, "Components found")
        return self

    def _set_mean(self) -> None:
        means = self.column_means_ if self.center else np.zeros(len(self.column_means_))
        self.mean_ = means.astype(np.float32)

    def _memory(self, means: Floats, n: int) -> Floats:
        """Few rows with the same products as all that were seen, beside n rows of that mean."""
        rows = self.components_ * self.singular_values_[:, None]
        if self.center:
            weight = np.sqrt(self.n_rows_ * n / (self.n_rows_ + n))
            rows = np.vstack([rows, weight * (self.column_means_ - means)])
        return rows.astype(np.float32)

    def transform(self, X: Any) -> Floats:
        """Project rows; (n, k) in the precision of the rows, float32 or float64."""
        check_is_fitted(self)
        accept = False if self.center else "csr"
        kinds = [np.float32, np.float64]
        X = validate_data(
            self, X, accept_sparse=accept, dtype=kinds, reset=False, ensure_min_samples=0
        )
        directions = self.components_.astype(X.dtype, copy=False).T
        projected = np.asarray(X @ directions)
        projected -= self.mean_ @ directions
        return projected

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        check_is_fitted(self)
        return {
            "components": self.components_,
            "mean": self.column_means_,
            **{name: getattr(self, f"{name}_") for name in _SPECTRA},
            "total_variance": float(self.total_variance_),
            "rows": int(self.n_rows_),
        }

    def load_state(self, state: State, columns: int) -> Self:
        """Take over what another learned from rows of that many columns.

        Raises
        ------
        BadModelFile
            When a part is missing or shapes contradict each other.
        """
        components = numbers(state, "components", (None, columns))
        k = len(components)
        if not 1 <= k <= self.n_components:
            raise BadModelFile(f"This model cannot be used: it has {k} components.")
        self.components_ = components.astype(np.float32, copy=False)
        self.column_means_ = numbers(state, "mean", (columns,)).astype(np.float64, copy=False)
        self._set_mean()
        self.total_variance_ = part(state, "total_variance", float)
        self.n_rows_ = part(state, "rows", int)
        if self.n_rows_ < 1 or not 0 <= self.total_variance_ < np.inf:
            raise BadModelFile("This model cannot be used: its counts of rows are damaged.")
        for name in _SPECTRA:
            setattr(self, f"{name}_", numbers(state, name, (k,)))
        self.n_features_in_ = columns
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = not self.center
        tags.transformer_tags.preserves_dtype = []
        return tags


def _mean(X: Matrix) -> Floats:
    """Mean of each column, float64."""
    return np.asarray(X.mean(axis=0, dtype=np.float64)).ravel()


def _squares(X: Matrix) -> float:
    data = X.data if sparse.issparse(X) else X
    return float(np.square(data, dtype=np.float64).sum())


def _exact(
    X: Floats, mean: Floats, memory: Floats, k: int, progress: Progress
) -> tuple[Floats, Floats]:
    """The leading singular values and right vectors, through the covariance.

    Of the rows without the mean, and of ``memory`` as it is.
    """
    n, d = X.shape
    gram = memory.astype(np.float64).T @ memory.astype(np.float64)
    step = max(int(_BLOCK * 10 / d**2), 100)
    for start in range(0, n, step):
        progress.update(0.7 * start / n, "Comparing the columns")
        block = X[start : start + step].astype(np.float64) - mean
        gram += block.T @ block
    progress.update(0.7, "Finding the components")
    with threadpool_limits(limits=1, user_api="blas"):
        values, vectors = eigh(gram, subset_by_index=[d - k, d - 1], check_finite=False)
    return np.sqrt(np.maximum(values[::-1], 0)), vectors.T[::-1]


def _randomised(
    X: Matrix,
    mean: Floats,
    memory: Floats,
    k: int,
    *,
    random: np.random.RandomState,
    progress: Progress,
) -> tuple[Floats, Floats]:
    """The leading singular values and right vectors (Halko 2011, algorithms 4.4 and 5.1).

    Of the rows without the mean, and of ``memory`` as it is.
    """
    n, d = X.shape
    # by rows in both directions, so that both products can go block by block
    across = X.T.tocsr() if sparse.issparse(X) else np.ascontiguousarray(X.T)
    passes = 2 * _ITERATIONS + 2
    done = 0

    def product(A: Matrix, W: Floats) -> Floats:
        nonlocal done
        part = progress.part(done / passes, (done + 1) / passes)
        done += 1
        rows, width = A.shape[0], W.shape[1]
        stored = A.nnz if sparse.issparse(A) else A.size
        step = max(int(_BLOCK * rows / max(stored * width, 1)), 1)
        result = np.empty((rows, width), dtype=np.float32)
        for start in range(0, rows, step):
            part.update(start / rows, f"Pass {done} of {passes}")
            result[start : start + step] = A[start : start + step] @ W
        return result

    def forward(W: Floats) -> Floats:  # (X - 1 mean') W, and below it memory W
        return np.vstack([product(X, W) - mean @ W, memory @ W])

    def backward(W: Floats) -> Floats:  # (X - 1 mean')' W, and what memory adds
        above = W[:n]
        return product(across, above) - np.outer(mean, above.sum(axis=0)) + memory.T @ W[n:]

    width = min(k + _OVERSAMPLING, n + len(memory), d)
    W = random.standard_normal((d, width)).astype(np.float32)
    Q = _basis(forward(W))
    for _ in range(_ITERATIONS):
        Q = _basis(backward(Q))
        Q = _basis(forward(Q))
    # Q'X is small one way: its singular vectors come from the small square of its other side
    return _directions(backward(Q))


def _basis(Y: Floats) -> Floats:
    """An orthonormal basis of the columns of Y, without those that depend on others.

    From the eigenvectors of Y'Y: two products in place of a Householder factorisation, whose
    time was nine tenths of the whole. Squaring costs half the digits, and in single precision
    there is nothing in that half.
    """
    return _directions(Y)[1].T


def _directions(Y: Floats) -> tuple[Floats, Floats]:
    """Singular values of a tall Y, falling, and its left singular vectors as rows."""
    gram = np.zeros((Y.shape[1], Y.shape[1]))
    for start in range(0, len(Y), 10_000):
        block = Y[start : start + 10_000].astype(np.float64)
        gram += block.T @ block
    values, vectors = np.linalg.eigh(gram)
    values, vectors = values[::-1], vectors[:, ::-1]
    real = values > 1e-12 * values[0]  # also false where all are zero
    if not real.any():  # rows that are all alike have no direction; any one will do
        first = np.zeros((1, len(Y)), dtype=np.float32)
        first[0, 0] = 1
        return np.zeros(1), first
    s = np.sqrt(values[real])
    return s, (Y @ (vectors[:, real] / s).astype(np.float32)).T
