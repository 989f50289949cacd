"""The leading eigenvectors of a large sparse symmetric matrix, on all cores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from core.errors import BadParam
from core.pretrain.compiled import blas_in_one_thread, compiled, even_cuts, in_threads
from core.pretrain.tall import inner, orthonormal, subtract, times
from core.progress import SILENT, Progress
from core.types import Floats

_EXACT = 1000  # rows up to which all eigenvectors are found at once, half a second at most
_STEP = 60_000_000  # multiplications of a sparse job, some 30 ms
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
    iterations: int = 5,
    random_state: int = 0,
    progress: Progress = SILENT,
) -> Spectrum:
    """Find the eigenvectors of the eigenvalues that are largest in size.

    Small matrices are taken apart exactly. For others the vectors are looked for in the
    block Krylov space of a random block (Musco & Musco 2015, after Halko, Martinsson & Tropp
    2011): the space spanned by what ``iterations`` applications of the matrix make of the
    block. Its size (:func:`searched`) is the same whatever ``iterations`` is, so the
    costs hardly depend on it. Subspace iteration takes half as many products again for
    vectors as good.

    Parameters
    ----------
    matrix : csr_matrix of float32, shape (n, n)
        Symmetric.
    rank : int
        Number of vectors wanted; fewer come back where the matrix has no more.
    iterations : int, default=5
        Blocks that the space is built of: more sharpen the leading vectors at the expense of
        the last ones.
    random_state : int, default=0
        For the random block. One seed gives one result on one kind of machine, whatever the
        number of cores: sums are added up in one order, and vectors of equal rank differ by
        rounding between processors.
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
        with blas_in_one_thread():
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


def searched(n: int, rank: int) -> int:
    """Dimensions of the space that ``rank`` vectors of an n by n matrix are looked for in."""
    return min(3 * rank, rank + 600, n)


def _krylov(
    matrix: sparse.csr_matrix, rank: int, iterations: int, random_state: int, progress: Progress
) -> tuple[Floats, Floats]:
    """Ritz values and vectors of the block Krylov space, unordered."""
    n = matrix.shape[0]
    size = searched(n, rank)
    width = int(np.ceil(size / iterations))
    widths = [min(width, size - at) for at in range(0, size, width)]
    steps = len(widths) + 1

    random = np.random.default_rng(random_state)
    block = random.standard_normal((n, width), dtype=np.float32)
    basis = np.empty((n, size), dtype=np.float32, order="F")
    small = np.zeros((size, size))
    with blas_in_one_thread():
        first = progress.part(0, 0.9 / steps)
        block = product(matrix, block, progress=first.part(0, 0.7))
        block = orthonormal(block, progress=first.part(0.7, 1))
        at = 0
        for i, columns in enumerate(widths):
            part = progress.part(0.9 * (i + 1) / steps, 0.9 * (i + 2) / steps)
            block = np.ascontiguousarray(block[:, :columns])
            basis[:, at : at + columns] = block
            at += columns
            known = basis[:, :at]
            block = product(matrix, block, progress=part.part(0, 0.5))
            overlap = inner(known, block, progress=part.part(0.5, 0.6))
            small[:at, at - columns : at] = overlap
            if at < size:
                subtract(block, known, overlap, progress=part.part(0.6, 0.7))
                block = orthonormal(block, passes=1, progress=part.part(0.7, 0.8))
                # once more: what rounding left of the known directions was just scaled up
                overlap = inner(known, block, progress=part.part(0.8, 0.85))
                subtract(block, known, overlap, progress=part.part(0.85, 0.9))
                block = orthonormal(block, progress=part.part(0.9, 1))
        # the matrix in the basis; what lies below the diagonal is its mirror image
        small = np.triu(small) + np.triu(small, 1).T
        progress.update(0.9, "Finding directions")
        values, mixing = np.linalg.eigh(small)
        best = np.argsort(-np.abs(values), kind="stable")[:rank]
        vectors = times(basis, mixing[:, best], progress=progress.part(0.95, 1))
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
