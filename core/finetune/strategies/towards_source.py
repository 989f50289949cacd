"""Towards the source: the penalty pulls weights to those of the source (L2-SP)."""

from __future__ import annotations

from collections.abc import Mapping

from core.finetune.base import Head, Strategy, Task
from core.finetune.source import codes_of, gradient_head, need_source
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress

PARAMS = (
    Param(
        "strength",
        "float",
        0.1,
        "How strongly weights are pulled to the source's: 0 forgets the source, very large "
        "values keep it as it is.",
        label="Pull to the source",
        low=0,
        high=1e12,
        scale="log",
    ),
)


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Minimise loss + strength/2 ‖W − W_source‖² (intercepts likewise), from the source's weights.

    With strength 0 it is training from scratch on the same rows; the stronger, the nearer to the
    source, whose weights it ends at in the limit.

    Raises
    ------
    BadParam
        When there is no source, it shares no class, or the head does not descend.
    """
    strength = float(resolve(PARAMS, settings)["strength"] or 0.0)
    head = gradient_head(task, "towards_source")
    classes, codes = codes_of(task.labels)
    known = need_source(task).weights(classes)
    if strength == 0:
        return task.encoder, head.fit(
            task.encoded, task.labels, units=task.units, progress=progress
        )
    head.set_params(l2=strength)
    head.fit_from(
        task.encoded,
        codes,
        classes,
        start=known,
        towards=known,
        units=task.units,
        progress=progress,
    )
    return task.encoder, head


STRATEGY = Strategy(
    key="towards_source",
    title="Towards the source",
    help="Trains on the labelled rows with a penalty on moving away from the weights of a "
    "classifier trained before. Little data stays near the source, much data moves freely.",
    source="L2-SP (Li, Grandvalet & Davoine 2018, Explicit inductive bias for transfer learning "
    "with convolutional networks); adaptive SVM (Yang, Yan & Hauptmann 2007).",
    params=PARAMS,
    learn=learn,
    needs_source=True,
    heads=("gradient",),
)
