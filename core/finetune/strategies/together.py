"""Source and target together: one training on the rows of both, those of the source weighed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.data.stacking import stack
from core.finetune.base import Head, Strategy, Task
from core.finetune.choosing import choose
from core.finetune.source import need_source, units_with_source
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import Floats, Ints, Matrix

#: How much a source row may count beside a target row. Zero leaves the source out.
WEIGHTS = (1.0, 0.3, 3.0, 0.1, 0.03, 0.0)

PARAMS = (
    Param(
        "source_weight",
        "float",
        None,
        "How much a source row counts beside a row of yours. Empty tries some on held-out rows "
        "of yours and takes the best.",
        label="Weight of a source row",
        low=0,
        high=1000,
        scale="log",
        optional=True,
    ),
)


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Fit the head on target and source rows of shared classes.

    The weight of a source row is chosen by cross-validation on the labelled target rows, which
    alone are scored; where these are too few to be split, source rows count like target rows.

    Raises
    ------
    BadParam
        When there is no source, or it shares no class.
    """
    weight = resolve(PARAMS, settings)["source_weight"]
    progress.update(0.0, "Encoding the source's rows")
    extra, extra_codes = need_source(task).rows()
    units = units_with_source(task)
    n = len(task.labels)

    def fit(kept: Ints, source_weight: float, part: Progress, out: Ints | None = None) -> Head:
        labels = task.labels[kept]
        head = task.make_head()
        if source_weight == 0:
            own = None if units is None else units[kept]
            return head.fit(task.encoded[kept], labels, units=own, progress=part)
        beside = np.arange(len(extra_codes))
        if units is not None and out is not None:  # what belongs to a row held out is held out
            beside = beside[~np.isin(units[n:], units[out])]
        X: Matrix = stack([task.encoded[kept], extra[beside]])
        y = np.concatenate([labels, extra_codes[beside]])
        weights: Floats = np.ones(len(y))
        weights[len(kept) :] = source_weight
        both = None if units is None else units[np.concatenate([kept, n + beside])]
        return head.fit(X, y, row_weights=weights, units=both, progress=part)

    def score(source_weight: float, kept: Ints, out: Ints) -> float:
        head = fit(kept, source_weight, progress.part(0.0, 0.0), out)
        return float((head.predict(task.encoded[out]) == task.labels[out]).mean())

    if weight is None:
        chosen, _ = choose(
            WEIGHTS,
            task.labels,
            score,
            units=task.units,
            seed=task.seed,
            progress=progress.part(0.1, 0.8),
            message="Weighing the source's rows",
        )
    else:
        chosen = float(weight)
    return task.encoder, fit(np.arange(n), chosen, progress.part(0.8, 1.0))


STRATEGY = Strategy(
    key="together",
    title="Source and target together",
    help="Trains on the labelled rows of both tasks at once. How much a source row counts is "
    "tried out on rows of yours, so that a source that does not fit is turned down.",
    source="Weighted pooling, the baseline 'Weighted' of Daumé III 2007, Frustratingly easy "
    "domain adaptation; importance weighting: Jiang & Zhai 2007.",
    params=PARAMS,
    learn=learn,
    needs_source=True,
)
