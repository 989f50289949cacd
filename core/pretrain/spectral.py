"""The leading eigenvectors of a large sparse symmetric matrix, on all cores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from core.errors import BadParam
from core.pretrain.compiled import compiled, even_cuts, in_threads
from core.progress import SILENT, Progress
from core.types import Floats

_EXACT = 1000  # rows up to which all eigenvectors are found at once, half a second at most
_MARGIN = 1.7  # size of the searched subspace over the number of vectors wanted
_STEP = 60_000_000  # multiplications between two reports, some 30 ms
_ROWS = 16_384  # rows of a dense product between two reports
_SMALL = 1e-5  # eigenvalues below this share of the largest are rounding


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Leading part of a symmetric matrix, ``vectors * values @ vectors.T``.

    Attributes
    ----------
    values : ndarray of float64, shape (k,)
        Eigenvalues by falling size; negative ones keep their sign.
    vectors : ndarray of float32, shape (n, k)
        Orthonormal columns; the largest entry of each is positive.
    """

    values: Floats
    vectors: Floats


def leading_eigenvectors(
    matrix: sparse.csr_matrix,
    rank: int,
    *,
    iterations: int = 8,
    random_state: int = 0,
    progress: Progress = SILENT,
) -> Spectrum:
    """Find the eigenvectors of the eigenvalues that are largest in size.

    Small matrices are taken apart exactly. For others the vectors are looked for in the
    block Krylov space of a random block (Musco & Musco 2015, after Halko, Martinsson & Tropp
    2011): the space spanned by what ``iterations`` applications of the matrix make of the
    block. Its size is 1.7 times ``rank`` whatever ``iterations`` is, so the costs hardly
    depend on it; subspace iteration needs two to three times the products for vectors as good.

    Parameters
    ----------
    matrix : csr_matrix of float32, shape (n, n)
        Symmetric.
    rank : int
        Number of vectors wanted; fewer come back where the matrix has no more.
    iterations : int, default=8
        Blocks that the space is built of: more sharpen the leading vectors at the expense of
        the last ones.
    random_state : int, default=0
        For the random block. One seed gives one result, up to the rounding of float32, which
        the number of threads of the linear algebra library may change.
    progress : Progress
        Told how far it is.

    Raises
    ------
    BadParam
        When ``rank`` or ``iterations`` is below 1.
    """
    for name, value in (("rank", rank), ("iterations", iterations)):
        if value < 1:
            raise BadParam(f"{name} cannot be {value}.", hint="It takes a whole number from 1.")
    n = matrix.shape[0]
    if n <= _EXACT:
        progress.update(0.0, "Finding directions")
        values, vectors = np.linalg.eigh(matrix.toarray().astype(np.float64))
    else:
        values, vectors = _krylov(matrix, rank, iterations, random_state, progress)
    order = np.argsort(-np.abs(values), kind="stable")[:rank]
    order = order[np.abs(values[order]) > _SMALL * np.abs(values).max(initial=0.0)]
    values, chosen = values[order], vectors[:, order].astype(np.float32)
    if len(order):
        # the sign of an eigenvector is free; fixed here, results can be compared
        chosen *= np.where(chosen[np.abs(chosen).argmax(axis=0), np.arange(len(order))] < 0, -1, 1)
    progress.update(1.0, f"{len(order)} directions")
    return Spectrum(values, chosen)


def _krylov(
    matrix: sparse.csr_matrix, rank: int, iterations: int, random_state: int, progress: Progress
) -> tuple[Floats, Floats]:
    """Ritz values and vectors of the block Krylov space, unordered."""
    n = matrix.shape[0]
    size = min(int(np.ceil(_MARGIN * rank)), n)
    width = int(np.ceil(size / iterations))
    widths = [min(width, size - at) for at in range(0, size, width)]
    steps = len(widths) + 1

    random = np.random.default_rng(random_state)
    start = random.standard_normal((n, width), dtype=np.float32)
    block = orthonormal(product(matrix, start, progress=progress.part(0, 0.9 / steps)))
    basis = np.empty((n, size), dtype=np.float32, order="F")
    small = np.zeros((size, size))
    at = 0
    for i, columns in enumerate(widths):
        part = progress.part(0.9 * (i + 1) / steps, 0.9 * (i + 2) / steps)
        basis[:, at : at + columns] = block[:, :columns]
        known = basis[:, : at + columns]
        image = product(matrix, np.ascontiguousarray(block[:, :columns]), progress=part)
        overlap = known.T @ image
        small[: at + columns, at : at + columns] = overlap
        at += columns
        if at < size:
            block = orthonormal(image - known @ overlap)
            # once more: what rounding left of the known directions was just scaled up
            block = orthonormal(block - known @ (known.T @ block))
    # the matrix in the basis; what lies below the diagonal is its mirror image
    small = np.triu(small) + np.triu(small, 1).T
    values, mixing = np.linalg.eigh(small)
    best = np.argsort(-np.abs(values), kind="stable")[:rank]
    mixing = mixing[:, best].astype(np.float32)
    vectors = np.empty((n, len(best)), dtype=np.float32)
    for first in range(0, n, _ROWS):
        progress.update(0.9 + 0.1 * first / n, "Putting the vectors together")
        vectors[first : first + _ROWS] = basis[first : first + _ROWS] @ mixing
    return values[best], vectors


def product(matrix: sparse.csr_matrix, block: Floats, *, progress: Progress = SILENT) -> Floats:
    """Sparse (n, m) matrix times dense (m, w) block, all cores; float32, shape (n, w).

    Each row is added up by one thread in the order of its entries: the result does not
    depend on the number of threads.
    """
    block = np.ascontiguousarray(block, dtype=np.float32)
    rows, width = matrix.shape[0], block.shape[1]
    result = np.empty((rows, width), dtype=np.float32)
    step = max(_STEP // max(width, 1), 1)
    # rows without entries are work too
    work = matrix.indptr.astype(np.int64) + np.arange(rows + 1)
    arrays = (matrix.indptr, matrix.indices, matrix.data, block, result)
    jobs: list[Callable[[], None]] = [
        partial(compiled(_multiply_rows), first, last, *arrays)
        for first, last in even_cuts(work, step)
    ]
    in_threads(jobs, progress=progress, message="Finding directions")
    return result


def orthonormal(block: Floats) -> Floats:
    """An orthonormal basis of the columns of a tall block, float32 of the same shape.

    Cholesky QR, twice (Yamamoto et al. 2015): as fast as matrix products. Where columns are
    too nearly dependent for that, Householder's QR, which fills up with any directions.
    """
    basis = block
    for _ in range(2):
        lengths = np.sqrt(np.einsum("ij,ij->j", basis, basis, dtype=np.float64))
        if not np.all(lengths > 0) or not np.all(np.isfinite(lengths)):
            return _householder(block)
        basis = basis * (1 / lengths).astype(np.float32)
        try:
            lower = np.linalg.cholesky((basis.T @ basis).astype(np.float64))
        except np.linalg.LinAlgError:
            return _householder(block)
        # in float32 the products carry about seven digits, of which this spends at most six
        if lower.diagonal().min() < 1e-3:
            return _householder(block)
        basis = basis @ np.linalg.inv(lower).T.astype(np.float32)
    return basis


def _householder(block: Floats) -> Floats:
    return np.linalg.qr(block.astype(np.float64))[0].astype(np.float32)


def _multiply_rows(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    first, last, pointers, indices, data, block, result
):
    """Kernel: rows of a sparse times dense product, four entries at a time."""
    width = block.shape[1]
    for row in range(first, last):
        total = result[row]
        for j in range(width):
            total[j] = 0
        k = pointers[row]
        end = pointers[row + 1]
        while k + 4 <= end:
            a = data[k]
            b = data[k + 1]
            c = data[k + 2]
            d = data[k + 3]
            x = block[indices[k]]
            y = block[indices[k + 1]]
            z = block[indices[k + 2]]
            w = block[indices[k + 3]]
            for j in range(width):
                total[j] += (a * x[j] + b * y[j]) + (c * z[j] + d * w[j])
            k += 4
        while k < end:
            a = data[k]
            x = block[indices[k]]
            for j in range(width):
                total[j] += a * x[j]
            k += 1
