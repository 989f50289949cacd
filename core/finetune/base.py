"""What a head and a strategy are.

A head is a classifier on encoded rows: one file in ``heads/`` with a ``HEAD`` constant. A
strategy is how pretrained knowledge enters the target task: one file in ``strategies/`` with a
``STRATEGY`` constant. Both are found by their constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from core.errors import BadData
from core.params import Param, Value
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix, Rows, State

if TYPE_CHECKING:
    from core.finetune.source import Source


class TooFewClasses(BadData, ValueError):
    """The labels of a fit are all of one class; a ValueError too, as scikit-learn expects."""


class Head(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier on encoded rows, sparse or dense.

    After ``fit`` it has ``classes_`` (sorted labels it was fitted with), ``n_features_in_`` and
    plain arrays, nothing else: several threads may predict with it at once.
    """

    def fit(
        self,
        X: Matrix,
        y: Ints,
        *,
        row_weights: Floats | None = None,
        units: Ints | None = None,
        progress: Progress = SILENT,
    ) -> Self:
        """Learn from encoded rows (n, d) and their labels (n,).

        ``row_weights`` (n,) say how much each row counts; all alike when None. ``units`` (n,)
        has equal numbers for rows that belong together (:mod:`core.data.units`): a head that
        holds rows out holds these out together.
        """
        raise NotImplementedError

    def predict_proba(self, X: Matrix) -> Floats:
        """Probabilities (n, k) in the order of ``classes_``; rows add up to 1."""
        raise NotImplementedError

    def predict(self, X: Matrix) -> Ints:
        """The likeliest label of each row, shape (n,)."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]  # type: ignore[no-any-return]

    def deciding(self) -> Self:
        """This head, told that only its decisions count, and not how sure it is.

        Call it before ``fit``. What it answers stays the same; what only probabilities need may be
        left out.
        """
        return self

    def linear(self) -> tuple[Floats, Floats] | None:
        """Weights (k, d) and intercepts (k,) whose sum is the score of a class, or None.

        Row j belongs to ``classes_[j]``, with two classes as well.
        """
        return None

    def notes(self) -> tuple[str, ...]:
        """What a reader of the report should know about how the fit went, as sentences."""
        return ()

    def curves(self) -> dict[str, list[float]]:
        """What was recorded on the way ("train_loss", "validation_loss", ...), per pass."""
        return {}

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        raise NotImplementedError

    def load_state(self, state: State) -> Self:
        """Take over what another head of the same settings learned.

        Raises
        ------
        BadModelFile
            When a part is missing, of the wrong kind, or contradicts another.
        """
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _training(self, X: Matrix, y: Any) -> tuple[Any, Ints]:
        """Check what a fit is given, keep ``classes_``; the rows and the codes of their labels."""
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32])
        check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise TooFewClasses(
                f"All {len(codes)} labelled rows are of one class, which cannot be told apart "
                "from any other.",
                hint="Label some rows of at least one other class.",
            )
        self.classes_ = classes
        return _short_indices(X), codes

    def _encoded(self, X: Matrix) -> Any:
        """Check rows to predict; every head calls this first."""
        check_is_fitted(self, "classes_")
        return validate_data(
            self, X, reset=False, accept_sparse="csr", dtype=[np.float64, np.float32]
        )


def _short_indices(X: Any) -> Any:
    """CSR with 32-bit indices, which the solvers in C want; dense rows as they are."""
    if (
        not isinstance(X, np.ndarray)
        and X.indices.dtype != np.int32
        and X.nnz < np.iinfo(np.int32).max
    ):
        X = X.copy()
        X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    return X


@dataclass(frozen=True)
class HeadSpec:
    """A head as pages, command line and reports see it.

    ``make(settings, seed)`` gives an unfitted head; settings are resolved.
    """

    key: str
    title: str
    help: str
    source: str
    params: tuple[Param, ...]
    make: Callable[[Mapping[str, Value], int], Head]


@dataclass(frozen=True)
class Task:
    """What a strategy is given: the target task, and nothing of its test rows.

    Attributes
    ----------
    rows, labels : Rows of length n, ndarray of int (n,)
        The labelled rows within the label budget.
    encoded : Matrix (n, d)
        The same rows through ``encoder``.
    pool : callable
        Gives all other training rows through ``encoder``, a Matrix (m, d) without labels.
    encoder : Encoder
        The frozen pretrained model.
    make_head : callable
        A fresh unfitted head with the run's settings.
    seed : int
        For whatever the strategy draws.
    units : ndarray of int, shape (n,), optional
        Equal numbers for labelled rows that belong together (:mod:`core.data.units`): where rows
        are held out, these are held out together.
    pool_units : ndarray of int, shape (m,), optional
        Of the rows that ``pool`` gives, in the same numbering.
    source : Source, optional
        What was learned elsewhere, for strategies that need it.
    near : callable, optional
        ``near(k, progress)`` gives the nearest rows of the labelled rows and the pool, one below
        the other, as :func:`core.finetune.neighbours.nearest` does: whoever trains on many draws
        of the same rows looks for them once.
    """

    rows: Rows
    labels: Ints
    encoded: Matrix
    pool: Callable[[], Matrix]
    encoder: Encoder
    make_head: Callable[[], Head]
    seed: int
    units: Ints | None = None
    pool_units: Ints | None = None
    source: Source | None = None
    near: Callable[[int, Progress], tuple[Ints, Floats]] | None = None


@dataclass(frozen=True)
class Strategy:
    """How pretrained knowledge enters the target task.

    ``learn(task, settings, progress)`` returns the encoder and the fitted head; the encoder is
    the one given unless the strategy changes it. ``needs_source`` says that it starts from a
    classifier that was trained before (:class:`core.finetune.source.Source`); ``heads`` names the
    heads that it works with, all where it is empty. ``needs_proba`` says that it looks at the
    probabilities of heads on its way, ``uses_pool`` that heads learn from all training rows.
    """

    key: str
    title: str
    help: str
    source: str
    params: tuple[Param, ...]
    learn: Callable[[Task, Mapping[str, Value], Progress], tuple[Encoder, Head]]
    needs_model: bool = True
    needs_source: bool = False
    heads: tuple[str, ...] = ()
    needs_proba: bool = False
    uses_pool: bool = False


def spread_probabilities(proba: Floats, fitted: Any, n_classes: int) -> Floats:
    """Put the columns of a head that saw only some classes at their places among all."""
    full = np.zeros((len(proba), n_classes), dtype=np.float64)
    full[:, np.asarray(fitted, dtype=int)] = proba
    return full
