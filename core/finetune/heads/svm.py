"""Linear support vector machine, one class against the rest, with probabilities."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC
from sklearn.utils.class_weight import compute_sample_weight

from core.data.folds import stratified
from core.data.units import repeated, units_per_class
from core.finetune.base import HeadSpec
from core.finetune.linear import PENALTY_PARAMS, LinearHead, penalty_settings, row_per_class
from core.finetune.rates import squared_lengths
from core.finetune.repeated_squares import Solved, squared_hinge
from core.finetune.temperature import fit_temperature
from core.finetune.training import hold_out
from core.finetune.watch import watch
from core.params import Value
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix

#: Temperature where a class has too few rows to hold any out. Measured on one and two labels per
#: class of 20 Newsgroups the best ones are .07 to .10 on TF-IDF, .18 to .22 on LSA and word
#: vectors; the larger is the more modest.
DEFAULT_TEMPERATURE = 0.2

#: Few held-out rows that come out as by guessing call for a temperature without end, at which
#: every class is equally likely: up to so many rows the default is believed before such a one.
_FEW, _ENDLESS = 30, 10.0

_FOLDS = 3
_HELD_OUT = 2000
_SHORT = 4.0
_MANY = 100_000_000  # values of dense rows; liblinear would take 2.4 GB for its copies


class SvmHead(LinearHead):
    """Linear SVM with squared hinge loss (liblinear), then one temperature for probabilities.

    Predictions are those of ``sklearn.svm.LinearSVC``; dense rows by the hundred million values,
    which it would copy twice over, are solved by :mod:`core.finetune.repeated_squares`, which
    comes to rest a little above the same minimum. The temperature is fitted on decision
    values of rows that were held out: in three folds up to 4,000 labelled rows, on 2,000 rows
    held out once beyond that; rows that belong together are held out together and count as one.
    Where a class has fewer than three rows it is ``DEFAULT_TEMPERATURE``, and so it is where few
    held-out rows come out as by guessing, which would make all classes equally likely. Only the
    rows given to ``fit`` are ever used.

    Parameters
    ----------
    C : float, default=1.0
        Weight of the loss against the penalty.
    class_weight : None, "balanced" or mapping
        As in scikit-learn.
    random_state : int, RandomState or None, default=0
        Of the coordinate order and of the folds.
    temperature : float, optional
        Taken as it is, which saves the fits on folds; fitted when None.

    Notes
    -----
    Cortes & Vapnik 1995; Fan, Chang, Hsieh, Wang & Lin 2008 (LIBLINEAR); Guo et al. 2017
    (temperature).
    """

    def __init__(
        self,
        *,
        C: float = 1.0,
        class_weight: Mapping[Any, float] | str | None = None,
        random_state: Any = 0,
        temperature: float | None = None,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.random_state = random_state
        self.temperature = temperature

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

        ``units`` (n,) say which rows belong together: the temperature is fitted on rows of which
        nothing that belongs to them was learned from.
        """
        X, codes = self._training(X, y)
        labels = self.classes_[codes]
        seed = self._seed()
        if _many(X):
            found = self._in_blocks(X, codes, row_weights, progress.part(0, 0.6))
            coef, intercept, self.converged_ = found.coef, found.intercept, found.converged
            temperature = self._held_out_once(X, codes, row_weights, units, progress.part(0.6, 1))
        else:
            solver, self.converged_ = watch(
                lambda: self._solve(X, labels, seed, row_weights),
                progress.part(0, 0.6),
                f"Training a linear SVM on {len(codes):,} rows",
            )
            coef, intercept = solver.coef_, solver.intercept_
            temperature = watch(
                lambda: self._temperature(X, codes, seed, row_weights, units),
                progress.part(0.6, 1),
                "Measuring how sure it may be",
            )
        self._keep(*row_per_class(coef, intercept), temperature)
        return self

    def deciding(self) -> Self:
        """Without the fits on folds that say how sure it may be."""
        if self.temperature is None:
            self.temperature = DEFAULT_TEMPERATURE
        return self

    def notes(self) -> tuple[str, ...]:
        """Says where the solver stopped before it was done."""
        if getattr(self, "converged_", True):
            return ()
        return (
            "The SVM stopped before its weights settled; columns of very different scale do "
            "that. A smaller C or standardised columns help.",
        )

    def _solve(
        self, X: Any, labels: Any, seed: int, row_weights: Floats | None
    ) -> tuple[LinearSVC, bool]:
        # by default the dual is solved when columns outnumber rows; on rows of about length 1
        # (what encoders give) it settles in a few rounds however many rows there are
        short = float(squared_lengths(X).max()) * self.C <= _SHORT
        solver = LinearSVC(
            C=self.C,
            class_weight=self.class_weight,
            dual=True if short else "auto",
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            solver.fit(X, labels, sample_weight=row_weights)
            if solver.n_iter_ >= solver.max_iter:
                # the same objective by Newton steps, which do not mind the scale of columns
                solver.set_params(dual=False, max_iter=10_000)
                solver.fit(X, labels, sample_weight=row_weights)
        return solver, bool(solver.n_iter_ < solver.max_iter)

    def _in_blocks(
        self, X: Any, codes: Ints, row_weights: Floats | None, progress: Progress
    ) -> Solved:
        weights = compute_sample_weight(self._class_weights(), self.classes_[codes])
        if row_weights is not None:
            weights = weights * row_weights
        return squared_hinge(X, codes, C=self.C, weights=weights, progress=progress)

    def _class_weights(self) -> Any:
        """As scikit-learn's function takes them: classes that are not named count once."""
        if self.class_weight is None or isinstance(self.class_weight, str):
            return self.class_weight
        return {label: self.class_weight.get(label, 1.0) for label in self.classes_}

    def _held_out_once(
        self,
        X: Any,
        codes: Ints,
        row_weights: Floats | None,
        units: Ints | None,
        progress: Progress,
    ) -> float:
        """The temperature from a share of the rows that a second fit has not seen."""
        if self.temperature is not None:
            return self.temperature
        if _fewest(codes, units) < _FOLDS:
            return DEFAULT_TEMPERATURE
        _, out = _one_split(codes, units, min(_HELD_OUT, len(codes) // 5), self._seed())
        if not len(out):
            return DEFAULT_TEMPERATURE
        # weights of 0 leave rows out without a copy of all others
        weights = np.ones(len(codes)) if row_weights is None else np.array(row_weights, float)
        weights[out] = 0
        found = self._in_blocks(X, codes, weights, progress)
        coef, intercept = row_per_class(found.coef, found.intercept)
        return _fitted(np.asarray(X[out] @ coef.T) + intercept, codes[out])

    def _temperature(
        self, X: Any, codes: Ints, seed: int, row_weights: Floats | None, units: Ints | None
    ) -> float:
        if self.temperature is not None:
            return self.temperature
        if _fewest(codes, units) < _FOLDS:
            return DEFAULT_TEMPERATURE
        if len(codes) > 2 * _HELD_OUT:
            splits = [_one_split(codes, units, _HELD_OUT, seed)]
        else:
            splits = stratified(codes, units, folds=_FOLDS, seed=seed)
        if not sum(len(out) for _, out in splits):
            return DEFAULT_TEMPERATURE
        scores, truth = [], []
        for kept, out in splits:
            some = None if row_weights is None else row_weights[kept]
            solver, _ = self._solve(X[kept], self.classes_[codes[kept]], seed, some)
            coef, intercept = row_per_class(solver.coef_, solver.intercept_)
            scores.append(np.asarray(X[out] @ coef.T) + intercept)
            truth.append(codes[out])
        return _fitted(np.concatenate(scores), np.concatenate(truth))


def _fitted(scores: Floats, codes: Ints) -> float:
    found = fit_temperature(scores, codes)
    return DEFAULT_TEMPERATURE if len(codes) <= _FEW and found > _ENDLESS else found


def _fewest(codes: Ints, units: Ints | None) -> int:
    """Rows of the smallest class; what belongs together counts as one."""
    sizes = units_per_class(codes, units) if repeated(units) else np.bincount(codes)
    return int(sizes.min())


def _one_split(codes: Ints, units: Ints | None, count: int, seed: int) -> tuple[Ints, Ints]:
    """Rows to learn from, and about ``count`` to hold out, of each class its share."""
    if repeated(units):
        held = hold_out(codes, count / len(codes), units=units, seed=seed)
        return np.flatnonzero(~held), np.flatnonzero(held)
    every = np.arange(len(codes))
    kept, out = train_test_split(every, test_size=count, stratify=codes, random_state=seed)
    return kept, out


def _many(X: Any) -> bool:
    """Whether rows are so many that they should not be copied."""
    return not sparse.issparse(X) and X.size >= _MANY and X.shape[0] >= X.shape[1]


def _make(settings: Mapping[str, Value], seed: int) -> SvmHead:
    return SvmHead(
        **penalty_settings(settings),
        random_state=seed,
    )


HEAD = HeadSpec(
    key="svm",
    title="Linear SVM",
    help="Draws the widest border between each class and the rest. Strong with few labels and "
    "with many; the one to start with.",
    source="Cortes & Vapnik 1995, Support-Vector Networks; LIBLINEAR: Fan et al. 2008.",
    params=PENALTY_PARAMS,
    make=_make,
)
