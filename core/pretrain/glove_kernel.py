"""How GloVe's vectors are learned: weighted least squares by AdaGrad, on all cores.

The matrix of pairs is cut into strata of words, and so into a grid of blocks. A round takes the
blocks of one (wrapped) diagonal, of which no two share a row or a column: threads that work on
them never touch the same vector (stratified stochastic gradient descent: Gemulla et al. 2011).
So the result is the same, to the bit, for any number of threads; on one machine, with one
version of the libraries. Within a block pairs go row by row, and few columns at a time, so that
vectors stay near the processor.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from scipy import sparse

from core.pretrain.compiled import Stop, compiled, even_cuts, in_threads
from core.progress import SILENT, Progress
from core.types import Floats, Ints

_LANES = 16  # float32 numbers that a wide processor handles at once
_STRATA = 32  # at most; more are needed only by more cores
_BLOCK = 1_000_000  # numbers of a block worth a thread of its own, a third of a millisecond
_STEP = 2_000_000  # pairs weighed between two reports, some 50 ms


@dataclass(frozen=True, eq=False)
class Factors:
    """What is learned: vectors and biases of words and contexts, with their AdaGrad sums.

    Attributes
    ----------
    words, contexts : ndarray of float32, shape (n_terms, 2, width)
        ``[:, 0]`` the vectors, ``[:, 1]`` for each number 1 plus the sum of its squared steps
        before damping. ``width`` is the number of dimensions, filled up with zeros.
    word_biases, context_biases : ndarray of float32, shape (n_terms, 2)
        The same for the biases.
    """

    words: Floats
    contexts: Floats
    word_biases: Floats
    context_biases: Floats

    @classmethod
    def start(cls, n_terms: int, dimensions: int, random: np.random.Generator) -> Self:
        """Small random numbers, within half of 1 / dimensions of zero."""
        width = -(-dimensions // _LANES) * _LANES
        vectors = [np.zeros((n_terms, 2, width), dtype=np.float32) for _ in range(2)]
        biases = [np.zeros((n_terms, 2), dtype=np.float32) for _ in range(2)]
        for values in vectors:
            values[:, 0, :dimensions] = random.random((n_terms, dimensions), dtype=np.float32)
            values[:, 0, :dimensions] -= 0.5
            values[:, 0, :dimensions] /= dimensions
            values[:, 1] = 1
        for bias in biases:
            bias[:, 0] = (random.random(n_terms, dtype=np.float32) - 0.5) / dimensions
            bias[:, 1] = 1
        return cls(*vectors, *biases)

    def state(self) -> dict[str, Any]:
        """Copies of the arrays by name."""
        return {name: getattr(self, name).copy() for name in _NAMES}

    def take(self, state: Mapping[str, Any]) -> bool:
        """Take over arrays of :meth:`state`; False, and nothing done, where they do not fit."""
        for name in _NAMES:
            have, other = getattr(self, name), state.get(name)
            if not isinstance(other, np.ndarray) or other.shape != have.shape:
                return False
        for name in _NAMES:
            getattr(self, name)[...] = state[name]
        return True


_NAMES = ("words", "contexts", "word_biases", "context_biases")


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of words with what GloVe asks of them, cut into a grid of blocks.

    Attributes
    ----------
    columns : ndarray of int32, shape (n_pairs,)
        The context of each pair, rising within a row.
    weights : ndarray of float32, shape (n_pairs,)
        f(x): how much a pair counts.
    logs : ndarray of float32, shape (n_pairs,)
        ln x: what the product of the two vectors should become.
    cuts : ndarray of int64, shape (n_strata + 1,)
        First word of each stratum; strata hold about equally many pairs.
    edges : ndarray of int64, shape (n_strata + 1, n_terms)
        Where in ``columns`` the contexts of each stratum begin, for each word.
    """

    columns: Ints
    weights: Floats
    logs: Floats
    cuts: Ints
    edges: Ints


def weigh_pairs(
    counts: sparse.csr_matrix,
    *,
    x_max: float,
    alpha: float,
    dimensions: int,
    progress: Progress = SILENT,
) -> Pairs:
    """Make pairs ready for :func:`learn_pass`.

    Parameters
    ----------
    counts : csr_matrix of float32
        Counts x above 0, with sorted indices.
    x_max, alpha : float
        A pair weighs f(x) = min((x / x_max)^alpha, 1).
    dimensions : int
        Of the vectors; few and short ones are cut into fewer blocks.
    progress : Progress
        Told how far it is; cancelling takes effect within a second.
    """
    n_terms = counts.shape[0]
    before = counts.indptr.astype(np.int64)
    wanted = min(max(int(math.sqrt(counts.nnz * dimensions / _BLOCK)), 1), _STRATA)
    inner = np.searchsorted(before, before[-1] * np.arange(1, wanted) // wanted)
    cuts = np.unique(np.concatenate([[0], inner, [n_terms]])).astype(np.int64)
    edges = np.empty((len(cuts), n_terms), dtype=np.int64)
    weights, logs = (np.empty(counts.nnz, dtype=np.float32) for _ in range(2))
    arrays = (before, counts.indices, counts.data, cuts, edges, weights, logs)
    settings = (np.float32(1 / x_max), np.float32(alpha))
    jobs = [
        partial(compiled(_weigh_rows), first, last, *arrays, *settings)
        for first, last in even_cuts(before, _STEP)
    ]
    in_threads(jobs, progress=progress, message="Weighing the pairs")
    return Pairs(counts.indices, weights, logs, cuts, edges)


def learn_pass(
    factors: Factors,
    pairs: Pairs,
    *,
    learning_rate: float,
    random: np.random.Generator,
    progress: Progress = SILENT,
    message: str = "",
) -> float:
    """Go through all pairs once, changing ``factors`` in place.

    Parameters
    ----------
    factors : Factors
        What is learned.
    pairs : Pairs
        What from.
    learning_rate : float
        Size of the first steps.
    random : Generator
        For the order of the rounds.
    progress : Progress
        Told how far it is; when it raises, threads stop within the row they are at.

    Returns
    -------
    float
        Mean over the pairs of f(x) (product + biases - ln x)², each as it was met.
    """
    cuts, edges = pairs.cuts, pairs.edges
    strata = len(cuts) - 1
    kernel = compiled(_learn_block, reorder=True)
    stop = Stop()
    target = (pairs.columns, pairs.weights, pairs.logs)
    learned = (factors.words, factors.contexts, factors.word_biases, factors.context_biases)
    total = 0.0
    waiting = _Seldom(progress)
    for done, shift in enumerate(random.permutation(strata)):
        others = (np.arange(strata) + shift) % strata
        jobs = [
            partial(
                kernel,
                cuts[own],
                cuts[own + 1],
                edges[other],
                edges[other + 1],
                *target,
                *learned,
                np.float32(learning_rate),
                stop.flag,
            )
            for own, other in enumerate(others)
        ]
        waiting.at(done / strata, message)
        total += sum(in_threads(jobs, progress=waiting, message=message, stop=stop))
    return total / max(len(pairs.columns), 1)


class _Seldom(Progress):
    """Hands on a report each half second, so that thousands of short jobs do not all report."""

    def __init__(self, above: Progress) -> None:
        super().__init__()
        self._above = above
        self._last = time.monotonic()
        self._place = (0.0, "")

    def at(self, fraction: float, message: str) -> None:
        """Say what share of the whole is done; the next reports stand for it."""
        self._place = (fraction, message)

    def update(self, fraction: float, message: str = "", **metrics: Any) -> None:
        if time.monotonic() - self._last >= 0.5:
            self._above.update(*self._place)
            self._last = time.monotonic()


def _weigh_rows(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    first, last, pointers, columns, counts, cuts, edges, weights, logs, scale, alpha
):
    """Kernel: weights and logarithms of the pairs of some rows, and where strata begin."""
    strata = len(cuts) - 1
    for row in range(first, last):
        stratum = 0
        for p in range(pointers[row], pointers[row + 1]):
            while cuts[stratum] <= columns[p]:
                edges[stratum, row] = p
                stratum += 1
            count = counts[p]
            weights[p] = min((count * scale) ** alpha, np.float32(1))
            logs[p] = math.log(count)
        for rest in range(stratum, strata + 1):
            edges[rest, row] = pointers[row + 1]


def _learn_block(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    first,
    last,
    starts,
    ends,
    columns,
    weights,
    logs,
    words,
    contexts,
    word_biases,
    context_biases,
    rate,
    stop,
):
    """Kernel: one step for each pair of the rows from ``first`` to ``last``; their loss."""
    width = words.shape[2]
    loss = 0.0
    for row in range(first, last):
        if stop[0] != 0:
            break
        word, word_sums = words[row, 0], words[row, 1]
        for p in range(starts[row], ends[row]):
            column = columns[p]
            context, context_sums = contexts[column, 0], contexts[column, 1]
            error = word_biases[row, 0] + context_biases[column, 0] - logs[p]
            for k in range(width):
                error += word[k] * context[k]
            pull = weights[p] * error
            loss += pull * error
            pull *= rate
            for k in range(width):
                a = pull * context[k]
                b = pull * word[k]
                word[k] -= a / math.sqrt(word_sums[k])
                context[k] -= b / math.sqrt(context_sums[k])
                word_sums[k] += a * a
                context_sums[k] += b * b
            word_biases[row, 0] -= pull / math.sqrt(word_biases[row, 1])
            context_biases[column, 0] -= pull / math.sqrt(context_biases[column, 1])
            word_biases[row, 1] += pull * pull
            context_biases[column, 1] += pull * pull
    return loss
