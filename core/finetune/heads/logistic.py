"""Multinomial logistic regression with an L2 penalty."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from scipy.linalg import eigh
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from core.finetune.base import HeadSpec
from core.finetune.linear import (
    PENALTY_PARAMS,
    LinearHead,
    all_columns,
    penalty_settings,
    row_per_class,
    used_columns,
)
from core.finetune.threads import one_thread
from core.finetune.watch import watch
from core.params import Value
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix

_ROTATE_UP_TO = 2000
_MAX_ITER = 2000


class LogisticHead(LinearHead):
    """Logistic regression; the probabilities are the model's own (temperature 1).

    The solver is scikit-learn's: Newton steps with a Cholesky factor where two classes meet more
    rows than columns, else L-BFGS. Where columns outnumber rows, the rows are first expressed
    in the space that they span, where the penalised optimum lies: the same weights from a
    problem that is as small as the labels are few.

    Parameters
    ----------
    C : float, default=1.0
        Weight of the loss against the penalty.
    class_weight : None, "balanced" or mapping
        As in scikit-learn.
    tol : float, default=1e-4
        Largest slope at which the solver is done.

    Notes
    -----
    Cox 1958; L-BFGS: Liu & Nocedal 1989. That the optimum lies in the span of the rows is the
    representer theorem (Kimeldorf & Wahba 1971).
    """

    def __init__(
        self,
        *,
        C: float = 1.0,
        class_weight: Mapping[Any, float] | str | None = None,
        tol: float = 1e-4,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.tol = tol

    def fit(
        self,
        X: Matrix,
        y: Ints,
        *,
        row_weights: Floats | None = None,
        units: Ints | None = None,
        progress: Progress = SILENT,
    ) -> Self:
        """Learn from encoded rows (n, d) and their labels (n,); it holds none of them out."""
        X, codes = self._training(X, y)
        labels = self.classes_[codes]
        coef, intercept = watch(
            lambda: self._solve(X, labels, row_weights),
            progress,
            f"Training logistic regression on {len(codes):,} rows",
        )
        self._keep(*row_per_class(coef, intercept), 1.0)
        return self

    def notes(self) -> tuple[str, ...]:
        """Says where the solver stopped before it was done."""
        if getattr(self, "converged_", True):
            return ()
        return (
            f"Logistic regression stopped after {_MAX_ITER:,} rounds before its weights settled. "
            "A smaller C or standardised columns help.",
        )

    def _solve(self, X: Any, labels: Any, row_weights: Floats | None) -> tuple[Floats, Floats]:
        small, columns = used_columns(X.astype(np.float64, copy=False))
        rows, back = _in_own_span(small)
        newton = len(self.classes_) == 2 and rows.shape[1] <= min(len(labels), 500)
        solver = LogisticRegression(
            C=self.C,
            class_weight=self.class_weight,
            tol=self.tol,
            solver="newton-cholesky" if newton else "lbfgs",
            max_iter=_MAX_ITER,
        )
        # one thread: products this small spend more time handing work over than working
        with warnings.catch_warnings(), one_thread():
            warnings.simplefilter("ignore", ConvergenceWarning)
            solver.fit(rows, labels, sample_weight=row_weights)
        self.converged_ = bool(solver.n_iter_.max() < _MAX_ITER)
        return all_columns(back(solver.coef_), columns, X.shape[1]), solver.intercept_


def _in_own_span(X: Any) -> tuple[Any, Callable[[Floats], Floats]]:
    """Rows as coordinates in the space they span, and the way back for weights.

    Both keep every inner product and length, so penalty and loss are what they were.
    """
    n, d = X.shape
    if n >= d or n > _ROTATE_UP_TO:
        return X, lambda coef: coef
    gram = X @ X.T
    gram = gram if isinstance(gram, np.ndarray) else gram.toarray()
    with one_thread():
        values, vectors = eigh(gram, overwrite_a=True)
    # what is left out is rounding: a direction this short cannot move a penalised score
    kept = values > values[-1] * 1e-12
    if not kept.any():
        return X, lambda coef: coef
    lengths = np.sqrt(values[kept])
    basis = vectors[:, kept]
    return basis * lengths, lambda coef: np.asarray(X.T @ (basis / lengths @ coef.T)).T


def _make(settings: Mapping[str, Value], seed: int) -> LogisticHead:
    return LogisticHead(
        **penalty_settings(settings),
    )


HEAD = HeadSpec(
    key="logistic",
    title="Logistic regression",
    help="Learns probabilities directly. Its weights read as log-odds, and it is modest about "
    "what it has seen little of.",
    source="Cox 1958, The Regression Analysis of Binary Sequences.",
    params=PENALTY_PARAMS,
    make=_make,
)
