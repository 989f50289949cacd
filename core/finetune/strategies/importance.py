"""Importance weighting: source rows count by how likely they are in the target."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.data.stacking import stack
from core.finetune.base import Head, Strategy, Task
from core.finetune.source import need_source, units_with_source
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress
from core.transfer.domains.density import density_ratio

PARAMS = (
    Param(
        "most",
        "float",
        10.0,
        "A source row counts at most as much as so many average ones: the lower, the less a few "
        "rows decide.",
        label="Largest weight",
        low=1,
        high=1000,
        scale="log",
    ),
)


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Fit the head on the source's rows, weighted by the density ratio, and on those labelled.

    Raises
    ------
    BadParam
        When there is no source, or it shares no class.
    """
    most = float(resolve(PARAMS, settings)["most"] or 1.0)
    progress.update(0.0, "Encoding the source's rows")
    extra, codes = need_source(task).rows()
    target = stack([task.encoded, task.pool()])
    weights = density_ratio(
        extra, target, most=most, seed=task.seed, progress=progress.part(0.1, 0.6)
    )
    head = task.make_head().fit(
        stack([task.encoded, extra]),
        np.concatenate([task.labels, codes]),
        row_weights=np.concatenate([np.ones(len(task.labels)), weights]),
        units=units_with_source(task),
        progress=progress.part(0.6, 1.0),
    )
    return task.encoder, head


STRATEGY = Strategy(
    key="importance",
    title="Importance weighting",
    help="Lets source rows count by how much they look like rows of yours. Helps where the source "
    "holds rows like yours among others; of no use where it holds none.",
    source="Shimodaira 2000, Improving predictive inference under covariate shift; by a "
    "classifier: Bickel, Brückner & Scheffer 2007, Discriminative learning for differing training "
    "and test distributions.",
    params=PARAMS,
    learn=learn,
    needs_source=True,
)
