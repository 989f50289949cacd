"""What a head and a strategy are.

A head is a classifier on encoded rows: one file in ``heads/`` with a ``HEAD`` constant. A
strategy is how pretrained knowledge enters the target task: one file in ``strategies/`` with a
``STRATEGY`` constant. Both are found by their constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from sklearn.base import BaseEstimator, ClassifierMixin

from core.params import Param, Value
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix, Rows, State


class Head(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier on encoded rows, sparse or dense.

    After ``fit`` it has ``classes_`` (sorted labels it was fitted with) and ``n_features_in_``.
    """

    def fit(self, X: Matrix, y: Ints, *, progress: Progress = SILENT) -> Self:
        """Learn from encoded rows (n, d) and their labels (n,)."""
        raise NotImplementedError

    def predict_proba(self, X: Matrix) -> Floats:
        """Probabilities (n, k) in the order of ``classes_``; rows add up to 1."""
        raise NotImplementedError

    def predict(self, X: Matrix) -> Ints:
        """The likeliest label of each row, shape (n,)."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]  # type: ignore[no-any-return]

    def linear(self) -> tuple[Floats, Floats] | None:
        """Weights (k, d) and intercepts (k,) whose sum is the score of a class, or None.

        Row j belongs to ``classes_[j]``, with two classes as well.
        """
        return None

    def curves(self) -> dict[str, list[float]]:
        """What was recorded on the way ("train_loss", "validation_loss", ...), per pass."""
        return {}

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        raise NotImplementedError

    def load_state(self, state: State) -> Self:
        """Take over what another head of the same settings learned."""
        raise NotImplementedError


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
    pool : Matrix (m, d)
        All other training rows through ``encoder``, without labels.
    encoder : Encoder
        The frozen pretrained model.
    make_head : callable
        A fresh unfitted head with the run's settings.
    seed : int
        For whatever the strategy draws.
    """

    rows: Rows
    labels: Ints
    encoded: Matrix
    pool: Callable[[], Matrix]
    encoder: Encoder
    make_head: Callable[[], Head]
    seed: int


@dataclass(frozen=True)
class Strategy:
    """How pretrained knowledge enters the target task.

    ``learn(task, settings, progress)`` returns the encoder and the fitted head; the encoder is
    the one given unless the strategy changes it.
    """

    key: str
    title: str
    help: str
    source: str
    params: tuple[Param, ...]
    learn: Callable[[Task, Mapping[str, Value], Progress], tuple[Encoder, Head]]
    needs_model: bool = True


def spread_probabilities(proba: Floats, fitted: Any, n_classes: int) -> Floats:
    """Put the columns of a head that saw only some classes at their places among all."""
    import numpy as np

    full = np.zeros((len(proba), n_classes), dtype=np.float64)
    full[:, np.asarray(fitted, dtype=int)] = proba
    return full
