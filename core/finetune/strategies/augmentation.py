"""Feature augmentation: weights in common, and weights of each domain's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse

from core.data.stacking import stack
from core.finetune.base import Head, Strategy, Task
from core.finetune.source import fold, linear_head, need_source, units_with_source
from core.params import Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import Matrix


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Fit the head on rows (x, 0, x) of the target and (x, x, 0) of the source.

    The penalty then decides what both share. A target row's score is linear in x, with the sum
    of the common and the target's weights; the head that comes back holds that sum.

    Raises
    ------
    BadParam
        When there is no source, it shares no class, or the head is not linear.
    """
    resolve((), settings)
    head = linear_head(task, "augmentation")
    progress.update(0.0, "Encoding the source's rows")
    extra, extra_codes = need_source(task).rows()
    d = task.encoded.shape[1]
    X = stack([_augmented(task.encoded, 2), _augmented(extra, 1)])
    y = np.concatenate([task.labels, extra_codes])
    head.fit(X, y, units=units_with_source(task), progress=progress.part(0.1, 1.0))
    fold(head, head.coef_[:, :d] + head.coef_[:, 2 * d :])
    return task.encoder, head


def _augmented(X: Any, own: int) -> Matrix:
    """The rows three times over, with zeros but at the common place and its own."""
    dense = isinstance(X, np.ndarray)
    empty: Any = np.zeros_like(X) if dense else sparse.csr_matrix(X.shape, dtype=X.dtype)
    parts: list[Any] = [X, X, empty] if own == 1 else [X, empty, X]
    if dense:
        return np.hstack(parts)
    return sparse.csr_matrix(sparse.hstack(parts))


STRATEGY = Strategy(
    key="augmentation",
    title="Feature augmentation",
    help="Gives every number of a row a weight that both tasks share and one of its own for each "
    "task, so that what agrees is learned together and what differs is kept apart.",
    source="Daumé III 2007, Frustratingly easy domain adaptation.",
    params=(),
    learn=learn,
    needs_source=True,
    heads=("svm", "logistic", "gradient"),
)
