"""Linear fine-tuning by gradient descent: ŷ = W x + b, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.utils import compute_class_weight

from core.finetune.base import HeadSpec
from core.finetune.linear import LinearHead
from core.finetune.state import damaged, read_array, read_texts
from core.finetune.training import Trained, TrainingSettings, train
from core.finetune.weights import Weights
from core.params import Param, Value, by_name
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix, State

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
    Param(
        "loss",
        "choice",
        "squared",
        "What is made small. Squared is the founding recipe; logistic gives the best "
        "probabilities; hinge only looks at rows near the border.",
        choices=("squared", "softmax", "squared_hinge", "hinge"),
        choice_labels={
            "squared": "Squared",
            "softmax": "Logistic (softmax)",
            "squared_hinge": "Squared hinge",
            "hinge": "Hinge",
        },
    ),
    Param(
        "optimiser",
        "choice",
        "plain",
        "How a step is made from the gradient: plain, with the speed of earlier steps, or with "
        "a rate of its own for each weight.",
        choices=("plain", "momentum", "adagrad", "adam"),
        choice_labels={
            "plain": "Plain",
            "momentum": "Momentum",
            "adagrad": "AdaGrad",
            "adam": "Adam",
        },
        advanced=True,
    ),
    Param(
        "momentum",
        "float",
        0.9,
        "Share of its speed that a step keeps. For the optimiser of that name.",
        low=0,
        high=0.999,
        advanced=True,
    ),
    Param(
        "schedule",
        "choice",
        "constant",
        "How the learning rate falls over the passes: not at all, by half twice, or along a "
        "cosine to zero.",
        label="Learning rate over time",
        choices=("constant", "step", "cosine"),
        advanced=True,
    ),
    Param(
        "warm_up",
        "float",
        0.0,
        "Share of the passes in which the learning rate rises from zero.",
        label="Warm-up share",
        low=0,
        high=0.5,
        advanced=True,
    ),
    Param(
        "l2",
        "float",
        0.0,
        "Pulls weights to zero, or to the source where a strategy says so: raise it when training "
        "is perfect and test is not.",
        label="L2 penalty",
        low=0,
        high=1e12,
        scale="log",
        advanced=True,
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
    Param(
        "clip",
        "float",
        None,
        "Longest step before the learning rate; empty lets all through.",
        label="Gradient clipping",
        low=1e-6,
        high=1e6,
        scale="log",
        optional=True,
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
    loss, optimiser, momentum, schedule, warm_up, l2, clip
        See ``PARAMS``.
    class_weight : dict, "balanced" or None
        As scikit-learn has it.
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
        loss: str = "squared",
        optimiser: str = "plain",
        momentum: float = 0.9,
        schedule: str = "constant",
        warm_up: float = 0.0,
        l2: float = 0.0,
        class_weight: Any = None,
        clip: float | None = None,
        random_state: Any = 0,
    ) -> None:
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.passes = passes
        self.validation_share = validation_share
        self.patience = patience
        self.refit = refit
        self.loss = loss
        self.optimiser = optimiser
        self.momentum = momentum
        self.schedule = schedule
        self.warm_up = warm_up
        self.l2 = l2
        self.class_weight = class_weight
        self.clip = clip
        self.random_state = random_state

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

        ``units`` (n,) say which rows belong together: they are held out together.

        Raises
        ------
        BadParam
            When a setting is out of its range, or the learning rate is too high for these rows.
        """
        self._check()
        X, codes = self._training(X, y)
        return self._become(
            train(
                X,
                codes,
                len(self.classes_),
                TrainingSettings.of(self.get_params()),
                seed=self._seed(),
                row_weights=self._importance(codes, row_weights),
                units=units,
                progress=progress,
            )
        )

    def fit_from(
        self,
        X: Matrix,
        codes: Ints,
        classes: Ints,
        *,
        start: Weights | None = None,
        towards: Weights | None = None,
        row_weights: Floats | None = None,
        units: Ints | None = None,
        progress: Progress = SILENT,
    ) -> Self:
        """Learn with what was known before, as strategies want it.

        Parameters
        ----------
        X, codes : Matrix (n, d), ndarray of int (n,)
            Encoded rows; ``codes`` index ``classes``.
        classes : ndarray of int, shape (k,)
            What becomes ``classes_``.
        start, towards, row_weights, units
            See :func:`core.finetune.training.train`.
        """
        self._check()
        self.classes_ = np.asarray(classes)
        self.n_features_in_ = X.shape[1]
        return self._become(
            train(
                X,
                codes,
                len(classes),
                TrainingSettings.of(self.get_params()),
                seed=self._seed(),
                start=start,
                towards=towards,
                row_weights=self._importance(codes, row_weights),
                units=units,
                progress=progress,
            )
        )

    def _check(self) -> None:
        for name, param in by_name(PARAMS).items():
            if name != "class_weight":  # scikit-learn's own words say what that takes
                param.check(getattr(self, name))

    def _importance(self, codes: Ints, row_weights: Floats | None) -> Floats | None:
        """How much each row counts; None where all count alike."""
        if self.class_weight is None:
            return row_weights
        of_class = np.ones(len(self.classes_))
        seen = np.unique(codes)
        labels = self.classes_[seen]
        of_class[seen] = compute_class_weight(
            self.class_weight, classes=labels, y=self.classes_[codes]
        )
        weights: Floats = of_class[codes]
        return weights if row_weights is None else weights * row_weights

    def _become(self, trained: Trained) -> Self:
        self.learning_rate_ = trained.rate
        self._curves, self._notes = trained.curves, trained.notes
        coef = np.ascontiguousarray(trained.weights.coef.T)
        self._keep(coef, trained.weights.intercept, trained.temperature)
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


def _make(settings: Mapping[str, Value], seed: int) -> GradientHead:
    weight = settings["class_weight"]
    values = {**settings, "class_weight": None if weight == "none" else weight}
    return GradientHead(**values, random_state=seed)  # type: ignore[arg-type]


HEAD = HeadSpec(
    key="gradient",
    title="Gradient descent",
    help="Moves the weights of a linear model step by step towards the labels and stops when rows "
    "it does not train on get worse. Shows both losses while it learns.",
    source="Widrow & Hoff 1960, Adaptive Switching Circuits; early stopping: Prechelt 1998.",
    params=PARAMS,
    make=_make,
)
