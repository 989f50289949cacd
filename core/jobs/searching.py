"""Whether a search can try what a request names."""

from __future__ import annotations

from core.errors import BadParam
from core.finetune import get_head, get_strategy
from core.jobs.requests import TuneRequest
from core.pretrain import get_method, methods_for
from core.store import runs
from core.types import Modality


def check_space(request: TuneRequest, modality: Modality, title: str) -> None:
    """Refuse methods, heads, strategies and earlier searches that cannot take part.

    Raises
    ------
    BadParam
        When a method takes other rows or needs a file, a strategy needs a source or no model at
        all, or the run to start from is no finished tuning.
    NotFound
        When there is no such method, head, strategy or run.
    """
    for key in request.methods:
        method = get_method(key)
        if modality not in method.modalities:
            offered = ", ".join(m.key for m in methods_for(modality))
            raise BadParam(
                f"{method.title} does not take {modality} rows, and {title} has them.",
                hint=f"Use some of these: {offered}.",
            )
        if any(param.kind == "file" for param in method.params):
            raise BadParam(
                f"{method.title} needs a file, which a search cannot choose.",
                hint="Pretrain with it first, and let the model take part.",
            )
    for key in request.heads:
        get_head(key)
    for key in request.strategies:
        strategy = get_strategy(key)
        if strategy.needs_source or not strategy.needs_model:
            raise BadParam(
                f"A search cannot try the strategy {key!r}.",
                hint="It takes frozen, spreading, self_training and probe_then_tune.",
            )
    if request.start_from is not None:
        before = runs.get(request.start_from)
        if before.kind != "tune" or before.state != "done":
            raise BadParam(
                f"The run {before.id} is no finished tuning.",
                hint="Name one that ended well, or none.",
            )
