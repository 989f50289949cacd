"""Self-training from a source: its surest answers on the target's rows become labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.finetune.base import Head, Strategy, Task
from core.finetune.source import need_source
from core.finetune.stacking import stack
from core.finetune.strategies.self_training import surest
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress

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

    Classes are believed in the proportion in which they are answered.

    Raises
    ------
    BadParam
        When there is no source, or it shares no class.
    """
    values = resolve(PARAMS, settings)
    share, least = float(values["share"] or 0), float(values["least"] or 0)
    rounds = int(values["rounds"] or 1)
    progress.update(0.0, "Encoding the source's rows")
    extra, codes = need_source(task).rows()
    pool = task.pool()
    known, labels = stack([task.encoded, extra]), np.concatenate([task.labels, codes])
    step = 0.9 / (rounds + 1)
    head = task.make_head().fit(known, labels, progress=progress.part(0.1, 0.1 + step))
    if not pool.shape[0]:
        return task.encoder, head
    for number in range(1, rounds + 1):
        proba = head.predict_proba(pool)
        chosen, said = surest(proba, share * number / rounds)
        sure = proba[chosen, said] >= least
        chosen, said = chosen[sure], said[sure]
        at = 0.1 + step * number
        head = task.make_head().fit(
            stack([known, pool[chosen]]),
            np.concatenate([labels, head.classes_[said]]),
            progress=progress.part(at, min(1.0, at + step)),
        )
    return task.encoder, head


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
