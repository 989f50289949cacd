"""Products and bases of tall dense matrices, by runs of rows on all cores.

Each run is small enough for a cancel to be heard, and the runs depend on the shapes alone, so
that sums do not change with the number of cores. Meant to be used within
:func:`core.pretrain.compiled.blas_in_one_thread`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from core.pretrain.compiled import in_threads
from core.progress import SILENT, Progress
from core.types import Floats

R = TypeVar("R")

_STEP = 5_000_000_000  # multiplications of a job, some 0.15 s
_FEWEST = 2048  # rows of a job: fewer make a product slow
_LEAST = 1e-3  # of a Cholesky factor's diagonal; below, float32 has lost too many digits


def inner(left: Floats, right: Floats, *, progress: Progress = SILENT) -> Floats:
    """``left.T @ right`` of two tall matrices, float64."""

    def job(run: slice) -> Floats:
        return left[run].T @ right[run]

    total = np.zeros((left.shape[1], right.shape[1]))
    for part in _by_runs(job, len(left), total.size, progress):
        total += part
    return total


def times(tall: Floats, small: Floats, *, progress: Progress = SILENT) -> Floats:
    """``tall @ small``, float32."""
    small = small.astype(np.float32)
    result = np.empty((len(tall), small.shape[1]), dtype=np.float32)

    def job(run: slice) -> None:
        np.matmul(tall[run], small, out=result[run])

    _by_runs(job, len(tall), small.size, progress)
    return result


def subtract(block: Floats, tall: Floats, small: Floats, *, progress: Progress = SILENT) -> None:
    """``block -= tall @ small``, in place."""
    small = small.astype(np.float32)

    def job(run: slice) -> None:
        block[run] -= tall[run] @ small

    _by_runs(job, len(block), small.size, progress)


def orthonormal(block: Floats, *, passes: int = 2, progress: Progress = SILENT) -> Floats:
    """An orthonormal basis of the columns of a tall block, float32 of the same shape.

    Cholesky QR, twice (Yamamoto et al. 2015): as fast as matrix products. Where columns are
    too nearly dependent for that, Householder's QR, which fills up with any directions.

    Parameters
    ----------
    block : ndarray of float32, shape (n, w)
        With n of at least w.
    passes : int, default=2
        One leaves what rounding made of the block's condition, at most about 1 %: enough for a
        block that is orthonormalised again.
    progress : Progress
        Told how far it is.
    """
    basis = block
    for i in range(passes):
        part = progress.part(i / passes, (i + 1) / passes)
        gram = inner(basis, basis, progress=part.part(0, 0.5))
        lengths = np.sqrt(gram.diagonal())
        if not np.all(lengths > 0) or not np.all(np.isfinite(lengths)):
            return _householder(block)
        try:
            # columns of length 1: their scale is no sign of dependence
            lower = np.linalg.cholesky(gram / np.outer(lengths, lengths))
        except np.linalg.LinAlgError:
            return _householder(block)
        if lower.diagonal().min() < _LEAST:
            return _householder(block)
        mixing = np.linalg.inv(lower).T / lengths[:, None]
        basis = times(basis, mixing, progress=part.part(0.5, 1))
    return basis


def _householder(block: Floats) -> Floats:
    return np.linalg.qr(block.astype(np.float64))[0].astype(np.float32)


def _by_runs(job: Callable[[slice], R], rows: int, width: int, progress: Progress) -> list[R]:
    """Run a job of ``width`` multiplications a row on runs of rows; results in order."""
    step = max(_STEP // max(width, 1), _FEWEST)
    # a few jobs for each core of a large machine
    step = min(step, max(rows // 16, _FEWEST))
    jobs = [partial(job, slice(first, first + step)) for first in range(0, rows, step)]
    return in_threads(jobs, progress=progress, message="Finding directions")
