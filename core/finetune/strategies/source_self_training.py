"""Self-training from a source: its surest answers on the target's rows become labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.data.stacking import stack
from core.data.units import stack_units
from core.finetune.base import Head, Strategy, Task
from core.finetune.source import need_source, units_with_source
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import Floats, Ints

PARAMS = (
    Param(
        "share",
        "float",
        0.7,
        "Share of the rows without a label that are believed in the last round, the surest of each "
        "class first.",
        label="Share believed",
        low=0.01,
        high=1,
    ),
    Param(
        "balance",
        "float",
        0.5,
        "How often each class is believed: at 0 as often as it is answered, at 1 as often as the "
        "source has it. Away from home some class is answered too often; but choose 0 where "
        "classes really are rarer or commoner here.",
        label="Hold to the source's proportions",
        low=0,
        high=1,
    ),
    Param(
        "least",
        "float",
        0.0,
        "Answers of a lower probability are never believed.",
        label="Least probability",
        low=0,
        high=1,
    ),
    Param(
        "rounds",
        "int",
        1,
        "In how many rounds that share is reached; answers are given anew in each.",
        low=1,
        high=20,
        advanced=True,
    ),
)


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Train on the source's rows and those labelled, believe the surest answers, train again.

    Each class is believed as often as it is answered, as often as the source has it, or in
    between; see `believed`.

    Raises
    ------
    BadParam
        When there is no source, or it shares no class.
    """
    values = resolve(PARAMS, settings)
    share, least = float(values["share"] or 0), float(values["least"] or 0)
    balance = float(values["balance"] or 0)
    rounds = int(values["rounds"] or 1)
    progress.update(0.0, "Encoding the source's rows")
    extra, codes = need_source(task).rows()
    pool = task.pool()
    known, labels = stack([task.encoded, extra]), np.concatenate([task.labels, codes])
    n = len(labels)
    units = stack_units((units_with_source(task), n), (task.pool_units, pool.shape[0]))
    step = 0.9 / (rounds + 1)
    head = task.make_head().fit(
        known,
        labels,
        units=None if units is None else units[:n],
        progress=progress.part(0.1, 0.1 + step),
    )
    if not pool.shape[0]:
        return task.encoder, head
    for number in range(1, rounds + 1):
        proba = head.predict_proba(pool)
        home = np.array([(codes == one).mean() for one in head.classes_])
        chosen, said = believed(proba, share * number / rounds, home, balance)
        sure = proba[chosen, said] >= least
        chosen, said = chosen[sure], said[sure]
        at = 0.1 + step * number
        head = task.make_head().fit(
            stack([known, pool[chosen]]),
            np.concatenate([labels, head.classes_[said]]),
            units=None if units is None else units[np.concatenate([np.arange(n), n + chosen])],
            progress=progress.part(at, min(1.0, at + step)),
        )
    return task.encoder, head


def believed(proba: Floats, share: float, home: Floats, balance: float) -> tuple[Ints, Ints]:
    """The rows whose answers are believed, and these answers as column numbers.

    Each class may have ``share`` of the rows times its proportion, which lies between that of the
    answers and that at home. The surest first answers come first. A class that is answered too
    seldom then takes, of the rows that are left, those with the surest second answers for it; what
    a row cannot be at all, as a tree may have it, is no answer.

    Parameters
    ----------
    proba : ndarray, shape (n, k)
        Probabilities.
    share : float
        Of all rows.
    home : ndarray, shape (k,)
        Proportions of the classes in the source.
    balance : float
        0 for the proportions of the answers, 1 for those at home.

    Returns
    -------
    rows, answers : ndarray of int
        In the order of the rows; of every class that is answered at least one.

    References
    ----------
    A quota for each class: Zou et al. 2018, where it follows the answers.
    """
    n, k = proba.shape
    ranked = np.argsort(-proba, axis=1, kind="stable")
    answered = np.bincount(ranked[:, 0], minlength=k)
    quota = np.round(share * (balance * n * home + (1 - balance) * answered)).astype(int)
    quota[(quota == 0) & (answered > 0)] = 1
    said = np.full(n, -1)
    for answer in ranked.T[:2]:
        left = quota - np.bincount(said[said >= 0], minlength=k)
        for code in np.flatnonzero(left > 0):
            rows = np.flatnonzero((answer == code) & (said < 0) & (proba[:, code] > 0))
            said[rows[np.argsort(-proba[rows, code], kind="stable")[: left[code]]]] = code
    chosen = np.flatnonzero(said >= 0)
    return chosen, said[chosen]


STRATEGY = Strategy(
    key="source_self_training",
    title="Self-training from the source",
    help="Trains on the source, believes its own surest answers on your rows, and trains on both. "
    "Moves the classifier into your domain; can talk itself into the source's mistakes.",
    source="Yarowsky 1995, Unsupervised word sense disambiguation rivaling supervised methods; "
    "across domains, class-balanced: Zou et al. 2018, Unsupervised domain adaptation for semantic "
    "segmentation via class-balanced self-training.",
    params=PARAMS,
    learn=learn,
    needs_source=True,
)
