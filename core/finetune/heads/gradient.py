"""Linear fine-tuning by gradient descent: ŷ = W x + b on one-hot targets, squared loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from core.finetune.base import HeadSpec
from core.finetune.course import Course, Stopping, follow
from core.finetune.descent import Descent, one_hot
from core.finetune.linear import LinearHead, all_columns, used_columns
from core.finetune.rates import largest_curvature
from core.finetune.state import damaged, read_array, read_texts
from core.finetune.temperature import fit_temperature
from core.finetune.threads import one_thread
from core.params import Param, Value, by_name
from core.progress import SILENT, Progress
from core.types import Bools, Ints, Matrix, State

#: Temperature where too few rows are held out to fit one. Measured on 5 to 20 labels per class of
#: 20 Newsgroups the best ones are .05 to .1 on TF-IDF and .1 to .15 on word vectors.
DEFAULT_TEMPERATURE = 0.1

_ROWS_FOR_TEMPERATURE = 20
_PASSES_UNWATCHED = 20

PARAMS = (
    Param(
        "learning_rate",
        "float",
        None,
        "How far each step goes. Empty picks half the largest rate that is stable on these rows.",
        label="Learning rate",
        low=1e-8,
        high=1e4,
        scale="log",
        optional=True,
    ),
    Param(
        "batch_size",
        "int",
        256,
        "Labelled rows a step looks at. Smaller steps are quicker and noisier; none takes all "
        "rows for every step.",
        label="Batch size",
        low=1,
        high=100_000,
        scale="log",
        optional=True,
    ),
    Param(
        "passes",
        "int",
        300,
        "Times each row is seen, at most. Early stopping usually ends it before.",
        low=1,
        high=100_000,
        scale="log",
    ),
    Param(
        "validation_share",
        "float",
        0.2,
        "Share of the labelled rows held out to see when learning turns into memorising. At 0 "
        "nothing warns of that.",
        label="Validation share",
        low=0,
        high=0.5,
    ),
    Param(
        "patience",
        "int",
        20,
        "Passes without progress on the held-out rows before it stops; the best step is kept.",
        low=1,
        high=10_000,
        advanced=True,
    ),
    Param(
        "refit",
        "bool",
        True,
        "Once the best number of passes is known, train that long again on all labelled rows, "
        "so that none is lost to the validation.",
        label="Train on all rows at the end",
        advanced=True,
    ),
)


class GradientHead(LinearHead):
    """Linear model fitted step by step.

    L = 1/(2N) Σ‖y − ŷ‖², W ← W − α ∂L/∂W, b ← b − α ∂L/∂b, from W = 0 and b = 0. Part of the
    labelled rows is held out, class by class; the step with the lowest loss on it is kept, and
    with ``refit`` its number of passes is made again on all labelled rows. A class with a single
    labelled row keeps it for training; where that is so for most classes nothing is held out
    and 20 passes are made.

    The scores are regression values near 0 and 1. Probabilities are the softmax of the scores
    divided by a temperature, which is fitted on the rows held out when these are at least 20, else
    ``DEFAULT_TEMPERATURE``.

    Parameters
    ----------
    learning_rate : float, optional
        α; None takes 1 / (largest curvature), half of what is stable. The intercept alone has
        the curvature 1, so rows far shorter than 1 learn slowly: scale them up.
    batch_size : int, optional
        Rows a step, all of them when None. Batches hold the classes in about equal shares.
    passes, patience, validation_share, refit
        See ``PARAMS``.
    random_state : int, RandomState or None, default=0
        Of the rows held out and of the batches.

    Attributes
    ----------
    learning_rate_ : float
        The rate used.

    Notes
    -----
    Widrow & Hoff 1960 (least mean squares); Robbins & Monro 1951 (mini-batches); early stopping
    as a stand-in for a penalty: Yao, Rosasco & Caponnetto 2007.
    """

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        batch_size: int | None = 256,
        passes: int = 300,
        validation_share: float = 0.2,
        patience: int = 20,
        refit: bool = True,
        random_state: Any = 0,
    ) -> None:
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.passes = passes
        self.validation_share = validation_share
        self.patience = patience
        self.refit = refit
        self.random_state = random_state

    def fit(self, X: Matrix, y: Ints, *, progress: Progress = SILENT) -> Self:
        """Learn from encoded rows (n, d) and their labels (n,).

        Raises
        ------
        BadParam
            When a setting is out of its range, or the learning rate is too high for these rows.
        """
        for name, param in by_name(PARAMS).items():
            param.check(getattr(self, name))
        X, codes = self._training(X, y)
        rows, columns = used_columns(X.astype(np.float64, copy=False))
        seed = self._seed()
        held = hold_out(codes, self.validation_share, seed=seed)
        watched = bool(held.any())
        again = self.refit and watched
        # nothing to watch although it was asked for: a few passes, before memorising sets in
        blind = not watched and self.validation_share > 0
        passes = min(self.passes, _PASSES_UNWATCHED) if blind else self.passes
        course, rate = self._learn(
            rows,
            codes,
            held,
            seed=seed,
            passes=passes,
            progress=progress.part(0, 0.8 if again else 1),
        )
        temperature = DEFAULT_TEMPERATURE
        if held.sum() >= _ROWS_FOR_TEMPERATURE:
            temperature = fit_temperature(course.weights.scores(rows[held]), codes[held])
        weights = course.weights
        if again and course.best_pass:
            # its losses are not those of the curve, so only the share done is reported
            tail = progress.part(0.8, 1)
            quiet = Progress(lambda share, _, __: tail.update(share, "Training on all rows"))
            nobody = np.zeros_like(held)
            full, _ = self._learn(
                rows, codes, nobody, seed=seed, passes=course.best_pass, progress=quiet
            )
            weights = full.weights
        self.learning_rate_ = rate
        self._curves = course.curves
        self._notes = _words(course, codes, held, blind)
        coef = np.ascontiguousarray(weights.coef.T)
        self._keep(all_columns(coef, columns, X.shape[1]), weights.intercept, temperature)
        return self

    def curves(self) -> dict[str, list[float]]:
        """Losses and accuracies, a value a pass, of the training that the held-out rows watched."""
        return {name: list(values) for name, values in getattr(self, "_curves", {}).items()}

    def notes(self) -> tuple[str, ...]:
        """When it stopped, and what it did where labels were too few to hold any out."""
        return tuple(getattr(self, "_notes", ()))

    def state(self) -> State:
        """Weights and temperature, and what was recorded on the way."""
        curves = {name: np.array(values) for name, values in self.curves().items()}
        return {**super().state(), "curves": curves, "notes": list(self.notes())}

    def load_state(self, state: State) -> Self:
        """Take over what another head learned, once its parts fit together."""
        curves = state.get("curves")
        if not isinstance(curves, dict):
            raise damaged("its part 'curves' is missing")
        kept = {
            str(name): read_array(curves, name, kinds="f", shape=(None,)).tolist()
            for name in curves
        }
        notes = read_texts(state, "notes")
        super().load_state(state)
        self._curves, self._notes = kept, notes
        return self

    def _learn(
        self, X: Any, codes: Ints, held: Bools, *, seed: int, passes: int, progress: Progress
    ) -> tuple[Course, float]:
        """Train on the rows not held out; without any held out, all passes are made."""
        kept = ~held
        watched = bool(held.any())
        rows = X[kept] if watched else X
        rate = self.learning_rate
        if rate is None:
            rate = 1 / largest_curvature(rows, self.batch_size)
        targets = one_hot(codes, len(self.classes_))
        descent = Descent(
            rows,
            targets[kept],
            rate=rate,
            batch_size=self.batch_size,
            seed=seed,
            spread=codes[kept],
        )
        with one_thread():
            course = follow(
                descent,
                Stopping(passes, patience=self.patience if watched else passes),
                held_out=(X[held], targets[held]) if watched else None,
                progress=progress,
            )
        return course, rate


def hold_out(codes: Ints, share: float, *, seed: int) -> Bools:
    """Choose validation rows, class by class.

    Each class with two labelled rows or more gives its share, but at least one row, and keeps at
    least one. Where most classes have a single row, or the share is 0, none is held out: rows
    of the few other classes would say little about all of them.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Classes of the labelled rows.
    share : float
        Of the rows of each class, 0 to 0.5.
    seed : int
        Of the choice.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for rows held out.
    """
    held = np.zeros(len(codes), dtype=bool)
    sizes = np.bincount(codes)
    if share == 0 or 2 * (sizes >= 2).sum() <= len(sizes):
        return held
    for code in np.flatnonzero(sizes >= 2):
        rows = np.flatnonzero(codes == code)
        number = min(max(1, round(share * len(rows))), len(rows) - 1)
        held[np.random.RandomState(seed).permutation(rows)[:number]] = True
    return held


def _words(course: Course, codes: Ints, held: Bools, blind: bool) -> tuple[str, ...]:
    passes = len(course.curves["train_loss"])
    sizes = np.bincount(codes)
    single = int((sizes == 1).sum())
    if blind:
        return (
            f"{single} of {len(sizes)} classes have a single labelled row, so no validation rows "
            f"could be held out: it made {passes} passes and kept the last.",
        )
    if not held.any():
        return (
            f"No validation rows were held out, as asked: it made {passes} passes, and nothing "
            "watched for memorising.",
        )
    if not course.best_pass:
        return (
            f"In {passes:,} passes the loss on {held.sum():,} validation rows never fell below "
            "that of the start, so nothing was learned.",
        )
    said: tuple[str, ...] = (
        f"The loss on {held.sum():,} validation rows was lowest after pass {course.best_pass:,} "
        f"of {passes:,}; that step was kept.",
    )
    if single:
        said += (
            f"{single} of {len(sizes)} classes have a single labelled row, which was kept for "
            "training: the validation rows say nothing about them.",
        )
    return said


def _make(settings: Mapping[str, Value], seed: int) -> GradientHead:
    return GradientHead(**settings, random_state=seed)  # type: ignore[arg-type]


HEAD = HeadSpec(
    key="gradient",
    title="Gradient descent",
    help="Moves the weights of a linear model step by step towards the labels and stops when rows "
    "it does not train on get worse. Shows both losses while it learns.",
    source="Widrow & Hoff 1960, Adaptive Switching Circuits; early stopping: Prechelt 1998.",
    params=PARAMS,
    make=_make,
)
