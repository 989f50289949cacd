"""Warm start: gradient descent that begins at the source's weights."""

from __future__ import annotations

from collections.abc import Mapping

from core.finetune.base import Head, Strategy, Task
from core.finetune.source import codes_of, gradient_head, need_source
from core.params import Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Descend from the source's weights; classes that it does not know start from zero.

    Raises
    ------
    BadParam
        When there is no source, it shares no class, or the head does not descend.
    """
    resolve((), settings)
    head = gradient_head(task, "warm_start")
    classes, codes = codes_of(task.labels)
    start = need_source(task).weights(classes)
    head.fit_from(task.encoded, codes, classes, start=start, units=task.units, progress=progress)
    return task.encoder, head


STRATEGY = Strategy(
    key="warm_start",
    title="Warm start",
    help="Starts gradient descent at the weights of a classifier trained before instead of at "
    "zero, and stops early: what it knew of the same classes is kept where nothing speaks "
    "against it. New classes start from zero.",
    source="Fine-tuning as further training (Hinton & Salakhutdinov 2006; Yosinski et al. 2014, "
    "How transferable are features in deep neural networks?).",
    params=(),
    learn=learn,
    needs_source=True,
    heads=("gradient",),
)
