"""Which learning rates learn: one pass of steps whose rate rises from tiny to far too large.

Smith 2017, Cyclical learning rates for training neural networks (the range test).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.errors import BadData
from core.finetune.descent import Descent
from core.finetune.linear import used_columns
from core.finetune.losses import LOSSES
from core.finetune.schedules import Schedule
from core.finetune.threads import one_thread
from core.finetune.training import TrainingSettings, automatic_rate, make_optimiser
from core.finetune.weights import one_hot
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix

_STEPS = 100
_SPAN = 1e6  # from the lowest rate to the highest
_SMOOTH = 0.8  # share of the earlier losses in a smoothed one
_GROWN = 4.0  # times the lowest smoothed loss: from here on it only explodes
_ROWS = 5_000


@dataclass(frozen=True, eq=False)
class RateSweep:
    """What a range test saw.

    Attributes
    ----------
    rates : ndarray, shape (m,)
        Learning rates, rising.
    losses : ndarray, shape (m,)
        Loss of the rows after the step at each rate, smoothed.
    suggested : float
        The rate where the loss falls fastest.
    automatic : float
        The rate that is used where none is given.
    """

    rates: Floats
    losses: Floats
    suggested: float
    automatic: float


def find_rate(
    X: Matrix,
    codes: Ints,
    n_classes: int,
    settings: TrainingSettings,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> RateSweep:
    """Take a hundred steps, each at a higher rate than the last, and watch the loss.

    Parameters
    ----------
    X, codes : Matrix (n, d), ndarray of int (n,)
        Encoded labelled rows; at most 5,000 of them are used.
    n_classes : int
        Classes.
    settings : TrainingSettings
        Loss, optimiser, penalty, clipping and batch size; its learning rate is not looked at.
    seed : int
        Of the rows and batches.

    Raises
    ------
    BadData
        When there are fewer than two rows.
    """
    if len(codes) < 2:
        raise BadData(
            "A learning rate cannot be looked for on fewer than two labelled rows.",
            hint="Take more labels per class.",
        )
    random = np.random.default_rng(seed)
    if len(codes) > _ROWS:
        some = np.sort(random.permutation(len(codes))[:_ROWS])
        X, codes = X[some], codes[some]
    rows, _ = used_columns(X.astype(np.float64, copy=False))
    settings = replace(settings, learning_rate=None)
    automatic = automatic_rate(rows, settings)
    # the automatic rate stands at two thirds of the way
    rates = automatic * np.geomspace(_SPAN ** (-2 / 3), _SPAN ** (1 / 3), _STEPS)
    # a descent whose passes are single steps, each on a batch of its own
    size = min(settings.batch_size or len(codes), len(codes))
    targets = one_hot(codes, n_classes)
    optimiser, start = make_optimiser(settings), None
    losses: list[float] = []
    smooth = lowest = np.inf
    with one_thread():
        for step, rate in enumerate(rates):
            progress.update(step / _STEPS, "Trying learning rates")
            batch = random.permutation(len(codes))[:size]
            descent = Descent(
                rows[batch],
                targets[batch],
                rate=float(rate),
                loss=LOSSES[settings.loss](),
                optimiser=optimiser,
                start=start,
                l2=settings.l2,
                clip=settings.clip,
                schedule=Schedule(),
            )
            descent.advance()
            start = descent.weights
            with np.errstate(over="ignore", invalid="ignore"):
                loss = descent.loss.value(start.scores(rows), targets)
            smooth = loss if not losses else _SMOOTH * smooth + (1 - _SMOOTH) * loss
            if not np.isfinite(smooth):
                break
            losses.append(float(smooth))
            lowest = min(lowest, smooth)
            if smooth > _GROWN * lowest:
                break
    progress.update(1.0, "Learning rates tried")
    seen = rates[: len(losses)]
    return RateSweep(seen, np.asarray(losses), _steepest(seen, np.asarray(losses)), automatic)


def _steepest(rates: Floats, losses: Floats) -> float:
    """Where the loss falls fastest by the logarithm of the rate, before its lowest point."""
    end = int(losses.argmin()) + 1
    if end < 3:
        return float(rates[max(end - 1, 0)])
    slope = np.gradient(losses[:end], np.log(rates[:end]))
    return float(rates[int(slope.argmin())])
