"""CORAL: the source's rows are given the covariance of the target's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.data.stacking import stack
from core.finetune.base import Head, Strategy, Task
from core.finetune.source import fold, linear_head, need_source, units_with_source
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress
from core.transfer.domains.coral import coral

PARAMS = (
    Param(
        "directions",
        "int",
        200,
        "In how many main directions of both domains it works; fewer are steadier.",
        low=2,
        high=2000,
        scale="log",
    ),
    Param(
        "ridge",
        "float",
        0.01,
        "Added to both covariances, as a share of their mean variance: the more, the less is "
        "changed.",
        low=1e-6,
        high=1000,
        scale="log",
        advanced=True,
    ),
)


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Fit the head on source rows carried over to the target, and on those labelled.

    The target's rows stay as they are, so the head that comes back takes them as the encoder
    gives them: its weights are those of the main directions, written in the encoder's columns.

    Raises
    ------
    BadParam
        When there is no source, it shares no class, or the head is not linear.
    """
    values = resolve(PARAMS, settings)
    head = linear_head(task, "coral")
    progress.update(0.0, "Encoding the source's rows")
    extra, codes = need_source(task).rows()
    target = stack([task.encoded, task.pool()])
    progress.update(0.2, "Matching the covariances")
    found = coral(
        extra,
        target,
        directions=int(values["directions"] or 2),
        ridge=float(values["ridge"] or 0.0),
        seed=task.seed,
    )
    rows = np.vstack([found.inside(task.encoded), found.carried(extra)])
    head.fit(
        rows,
        np.concatenate([task.labels, codes]),
        units=units_with_source(task),
        progress=progress.part(0.5, 1.0),
    )
    fold(head, head.coef_ @ found.basis.T)
    return task.encoder, head


STRATEGY = Strategy(
    key="coral",
    title="CORAL",
    help="Stretches and turns the source's rows until they vary as yours do, then trains on them. "
    "Quick, and without anything to tune; sees means and spreads, not meanings.",
    source="Sun, Feng & Saenko 2016, Return of frustratingly easy domain adaptation.",
    params=PARAMS,
    learn=learn,
    needs_source=True,
    heads=("svm", "logistic", "gradient"),
)
