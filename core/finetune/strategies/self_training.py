"""Self-training: the surest answers on rows without a label become labels, round by round."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.data.stacking import stack
from core.data.units import stack_units
from core.finetune.base import Head, Strategy, Task
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import Floats, Ints

PARAMS = (
    Param(
        "share",
        "float",
        0.5,
        "Share of the rows without a label that are taken in the last round, the surest of each "
        "class first.",
        label="Share taken",
        low=0.01,
        high=1,
    ),
    Param(
        "rounds",
        "int",
        4,
        "In how many rounds that share is reached.",
        low=1,
        high=50,
        advanced=True,
    ),
)


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Train, label the surest other training rows, train on both, and so on.

    The share grows evenly over the rounds, and answers are given anew in each, so that an early
    mistake can be taken back. Classes are taken in the proportion in which they are answered.
    """
    values = resolve(PARAMS, settings)
    share, rounds = float(values["share"] or 0), int(values["rounds"] or 1)
    progress.update(0.0, "Encoding the other training rows")
    pool = task.pool()
    parts = [progress.part(0.05 + 0.95 * i / (rounds + 1), 0.05 + 0.95 * (i + 1) / (rounds + 1))
             for i in range(rounds + 1)]  # fmt: skip
    head = task.make_head().fit(task.encoded, task.labels, units=task.units, progress=parts[0])
    if not pool.shape[0]:
        return task.encoder, head
    for number in range(1, rounds + 1):
        chosen, codes = surest(head.predict_proba(pool), share * number / rounds)
        X = stack([task.encoded, pool[chosen]])
        y = np.concatenate([task.labels, head.classes_[codes]])
        units = stack_units((task.units, len(task.labels)), (task.pool_units, pool.shape[0]))
        if units is not None:
            units = units[np.concatenate([np.arange(len(task.labels)), len(task.labels) + chosen])]
        head = task.make_head().fit(X, y, units=units, progress=parts[number])
    return task.encoder, head


def surest(proba: Floats, share: float) -> tuple[Ints, Ints]:
    """The surest rows of each answered class, and their answers as column numbers.

    Parameters
    ----------
    proba : ndarray, shape (n, k)
        Probabilities.
    share : float
        Of the rows answered with each class, at least one.
    """
    said = proba.argmax(axis=1)
    margin = proba[np.arange(len(said)), said]
    chosen = []
    for code in np.unique(said):
        rows = np.flatnonzero(said == code)
        count = max(1, round(share * len(rows)))
        chosen.append(rows[np.argsort(-margin[rows], kind="stable")[:count]])
    picked = np.sort(np.concatenate(chosen))
    return picked, said[picked]


STRATEGY = Strategy(
    key="self_training",
    title="Self-training",
    help="Trains, believes its own surest answers on rows without a label, and trains again. "
    "Helps where the first answers are mostly right; can talk itself into mistakes.",
    source="Scudder 1965; Yarowsky 1995, Unsupervised word sense disambiguation rivaling "
    "supervised methods; class-balanced: Zou et al. 2018.",
    params=PARAMS,
    learn=learn,
    needs_proba=True,
    uses_pool=True,
)
