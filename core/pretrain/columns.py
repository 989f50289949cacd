"""Columns of numbers on one scale, gaps filled."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from core.errors import BadModelFile
from core.pretrain.rows import numbers
from core.types import Floats, State

_REACH = 1e30  # standardised values stop here: a forged or broken cell must not overflow float32


class ScaledColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fill gaps with the median, standardise, and say where gaps were.

    A column that had gaps gets a second one, 1 where the value was missing: that something
    is missing often says something itself.

    Attributes
    ----------
    median_, mean_, scale_ : ndarray of float64, shape (n_columns,)
        Of each column; a constant column has scale 1, one without any value median 0.
    gaps_ : ndarray of int64, shape (n_gaps,)
        Columns that had missing values.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn medians, means and deviations from (n, d) numbers; NaN is missing."""
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        missing = np.isnan(X)
        whole = ~missing.all(axis=0)
        self.median_ = np.zeros(X.shape[1])
        self.median_[whole] = np.nanmedian(X[:, whole], axis=0)
        filled = np.where(missing, self.median_, X)
        mean, scale = filled.mean(axis=0), filled.std(axis=0)
        # what rounding leaves of a constant column is no deviation
        constant = scale <= 10 * np.finfo(np.float64).eps * np.abs(mean)
        self.mean_ = np.where(constant, self.median_, mean)
        self.scale_ = np.where(constant, 1.0, scale)
        self.gaps_ = np.flatnonzero(missing.any(axis=0))
        return self

    def transform(self, X: Any) -> Floats:
        """Encode as (n, d + n_gaps) float32."""
        check_is_fitted(self)
        X = validate_data(
            self,
            X,
            dtype=np.float64,
            ensure_all_finite="allow-nan",
            reset=False,
            ensure_min_samples=0,
        )
        missing = np.isnan(X)
        with np.errstate(over="ignore"):
            scaled = (np.where(missing, self.median_, X) - self.mean_) / self.scale_
        np.clip(scaled, -_REACH, _REACH, out=scaled)
        return np.hstack([scaled, missing[:, self.gaps_]]).astype(np.float32)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def state(self) -> State:
        """What was learned, as plain arrays."""
        return {
            "median": self.median_,
            "mean": self.mean_,
            "scale": self.scale_,
            "gaps": self.gaps_,
        }

    def load_state(self, state: State) -> Self:
        """Take over what another learned.

        Raises
        ------
        BadModelFile
            When a part is missing or shapes contradict each other.
        """
        median = numbers(state, "median", (None,))
        width = len(median)
        mean, scale = (numbers(state, name, (width,)) for name in ("mean", "scale"))
        gaps = numbers(state, "gaps", (None,))
        if gaps.dtype.kind != "i" or ((gaps < 0) | (gaps >= width)).any() or (scale <= 0).any():
            raise BadModelFile("This model cannot be used: its scales of columns are damaged.")
        self.median_, self.mean_, self.scale_, self.gaps_ = median, mean, scale, gaps
        self.n_features_in_ = width
        return self
