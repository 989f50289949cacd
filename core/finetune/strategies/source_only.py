"""Source rows alone: what is known elsewhere, carried over as it is."""

from __future__ import annotations

from collections.abc import Mapping

from core.finetune.base import Head, Strategy, Task
from core.finetune.source import need_source
from core.params import Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Fit the head on the source's rows of shared classes; labels of the target are not used.

    Raises
    ------
    BadParam
        When there is no source, or it shares no class.
    """
    resolve((), settings)
    progress.update(0.0, "Encoding the source's rows")
    source = need_source(task)
    rows, codes = source.rows()
    head = task.make_head()
    head.fit(rows, codes, units=source.shared_units(), progress=progress.part(0.1, 1.0))
    return task.encoder, head


STRATEGY = Strategy(
    key="source_only",
    title="Source rows alone",
    help="Trains on the source's labelled rows and nothing else: what any adaptation has to beat.",
    source="The baseline 'SrcOnly' of Daumé III 2007, Frustratingly easy domain adaptation.",
    params=(),
    learn=learn,
    needs_source=True,
)
