"""Training a head on rows that a fixed encoder has encoded."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import BadData
from core.finetune.base import Head, Task
from core.params import Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress


def fit_head(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Fit a fresh head on the encoded rows; the encoder comes back as it was given.

    Raises
    ------
    BadParam
        When settings are given: there are none.
    BadData
        When rows, encoded rows and labels are not equally many, or the labels are all of one
        class.
    """
    resolve((), settings)
    counts = len(task.rows), task.encoded.shape[0], len(task.labels)
    if len(set(counts)) > 1:
        raise BadData(
            f"There are {counts[0]} rows, {counts[1]} encoded rows and {counts[2]} labels; "
            "they must be equally many.",
            hint="Encode exactly the rows that were drawn.",
        )
    head = task.make_head()
    head.fit(task.encoded, task.labels, units=task.units, progress=progress)
    return task.encoder, head
