"""What heads with one weight row a class have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.utils import check_random_state

from core.finetune.base import Head
from core.finetune.state import (
    damaged,
    frozen,
    plain_classes,
    read_array,
    read_classes,
    read_number,
)
from core.finetune.temperature import probabilities
from core.params import Param, Value
from core.types import Floats, Ints, Matrix, State

#: Settings of solvers that weigh a loss against an L2 penalty.
PENALTY_PARAMS = (
    Param(
        "C",
        "float",
        1.0,
        "How much each labelled row counts against simple weights. Raise it with many labels or "
        "when training rows are missed; lower it when training is perfect and test is not.",
        label="Strictness (C)",
        low=1e-4,
        high=1e4,
        scale="log",
    ),
    Param(
        "class_weight",
        "choice",
        "none",
        "Whether rare classes count as much as common ones.",
        label="Class weights",
        choices=("none", "balanced"),
        choice_labels={"none": "Every row alike", "balanced": "Every class alike"},
        advanced=True,
    ),
)


class LinearHead(Head):
    """A head whose scores are ``X @ coef_.T + intercept_``: the largest one wins.

    The probabilities are the softmax of the scores divided by ``temperature_``. With two classes
    there are two rows as well: a solver's single row w for the second class becomes −w/2 and
    +w/2, so that the difference of the two scores is the solver's decision value.

    Attributes
    ----------
    coef_ : ndarray, shape (k, d)
        Weights, a row a class.
    intercept_ : ndarray, shape (k,)
        What is added.
    temperature_ : float
        What scores are divided by before the softmax.
    """

    def scores(self, X: Matrix) -> Floats:
        """The score of each class, shape (n, k)."""
        rows = self._encoded(X)
        scores: Floats = np.asarray(rows @ self.coef_.T) + self.intercept_
        return scores

    def predict_proba(self, X: Matrix) -> Floats:
        """Probabilities (n, k) in the order of ``classes_``."""
        return probabilities(self.scores(X), self.temperature_)

    def predict(self, X: Matrix) -> Ints:
        """The class with the largest score, shape (n,)."""
        best = self.scores(X).argmax(axis=1)
        return self.classes_[best]  # type: ignore[no-any-return]

    def linear(self) -> tuple[Floats, Floats]:
        """Weights (k, d) and intercepts (k,) of :meth:`scores`."""
        return self.coef_, self.intercept_

    def state(self) -> State:
        """Classes, weights, intercepts and temperature."""
        return {
            "classes": plain_classes(self.classes_),
            "coef": self.coef_,
            "intercept": self.intercept_,
            "temperature": self.temperature_,
        }

    def load_state(self, state: State) -> Self:
        """Take over what another head learned, once its parts fit together."""
        classes = read_classes(state)
        coef = read_array(state, "coef", kinds="f", shape=(len(classes), None))
        if not coef.shape[1]:
            raise damaged("its weights have no columns")
        intercept = read_array(state, "intercept", kinds="f", shape=(len(classes),))
        temperature = read_number(state, "temperature", low=1e-6)
        self.classes_ = classes
        self._keep(coef, intercept, temperature)
        self.n_features_in_ = coef.shape[1]
        return self

    def _seed(self) -> int:
        """The seed as a number, whatever of scikit-learn's kinds ``random_state`` is."""
        if isinstance(self.random_state, (int, np.integer)):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _keep(self, coef: Floats, intercept: Floats, temperature: float) -> None:
        self.coef_, self.intercept_ = frozen(coef), frozen(intercept)
        self.temperature_ = temperature


def penalty_settings(settings: Mapping[str, Value]) -> dict[str, Any]:
    """Values of ``PENALTY_PARAMS`` as the constructors of the heads take them."""
    weight = settings["class_weight"]
    return {"C": settings["C"], "class_weight": None if weight == "none" else weight}


def row_per_class(coef: Floats, intercept: Floats) -> tuple[Floats, Floats]:
    """A row and an intercept a class, also where a solver gives one row for two classes."""
    if len(coef) > 1:
        return np.array(coef, dtype=np.float64), np.array(intercept, dtype=np.float64)
    return (
        np.vstack([-coef / 2, coef / 2]).astype(np.float64),
        np.concatenate([-intercept / 2, intercept / 2]).astype(np.float64),
    )


def used_columns(X: Any) -> tuple[Any, Ints | None]:
    """Leave out the columns of sparse rows that are zero in all of them.

    Their weights stay at zero in any training from zero, with or without a penalty; a hundred
    short texts touch a tenth of a vocabulary. Dense rows come back as they are, with None.
    """
    if isinstance(X, np.ndarray):
        return X, None
    columns = np.unique(X.indices)
    return (X, None) if len(columns) in (0, X.shape[1]) else (X[:, columns], columns)


def all_columns(coef: Floats, columns: Ints | None, n_features: int) -> Floats:
    """Put weights (k, used) back at their columns among all; the others are zero."""
    if columns is None:
        return coef
    full = np.zeros((len(coef), n_features), dtype=coef.dtype)
    full[:, columns] = coef
    return full
