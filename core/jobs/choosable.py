"""Whether a request to rank encoders can work, and its fields as settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.errors import BadData, BadParam
from core.evaluate.words import budget_words
from core.jobs.fields import FINETUNE_PARAMS
from core.jobs.requests import ChooseRequest
from core.params import Param, resolve
from core.store.records import DatasetRecord

_NAME_LENGTH = 80

#: What a person may have to spend.
LIMIT_PARAMS: tuple[Param, ...] = (
    Param(
        "seconds",
        "int",
        None,
        "What would take longer to learn is neither learned nor recommended; none: no limit.",
        label="Seconds to learn, at most",
        low=1,
        high=604_800,
        scale="log",
        optional=True,
        advanced=True,
    ),
    Param(
        "memory_mb",
        "int",
        None,
        "What would need more memory to learn is neither learned nor recommended; none: no limit.",
        label="MB of memory to learn, at most",
        low=1,
        high=10_000_000,
        scale="log",
        optional=True,
        advanced=True,
    ),
    Param(
        "size_mb",
        "int",
        None,
        "What would be larger on disk is not recommended; none: no limit.",
        label="MB on disk, at most",
        low=1,
        high=1_000_000,
        scale="log",
        optional=True,
        advanced=True,
    ),
)

#: Fields of :class:`~core.jobs.requests.ChooseRequest`.
CHOOSE_PARAMS: tuple[Param, ...] = (
    Param(
        "learn",
        "choice",
        "fully",
        "What to do with methods that the library has no model of yet.",
        label="Methods not learned yet",
        choices=("fully", "sample", "later"),
        choice_labels={
            "fully": "Learn them now",
            "sample": "Learn from a sample first",
            "later": "Only say what they cost",
        },
    ),
    *(param for param in FINETUNE_PARAMS if param.name not in ("curve", "draws")),
    *LIMIT_PARAMS,
)


def check_choose(
    request: ChooseRequest, title: str, record: DatasetRecord | None
) -> tuple[ChooseRequest, str]:
    """A request with its fields spelled out, and the name of its run.

    Raises
    ------
    BadParam
        When nothing was chosen, or a field will not do.
    BadData
        When the data set is known to have too few labelled training rows or classes.
    """
    values: dict[str, Any] = resolve(
        CHOOSE_PARAMS, {param.name: getattr(request, param.name) for param in CHOOSE_PARAMS}
    )
    name = str(values["name"]).strip()
    if len(name) > _NAME_LENGTH:
        raise BadParam(f"The name has {len(name)} characters.", hint=f"Use at most {_NAME_LENGTH}.")
    if not request.models and not request.methods and not request.sources:
        raise BadParam(
            "Nothing was chosen to rank.", hint="Choose at least one method, model or source."
        )
    if record is not None and (not record.labelled_train or len(record.classes) < 2):
        raise BadData(
            f"{title} has no labelled training rows of two classes.",
            hint="A ranking needs a few labelled rows of each class.",
        )
    spelled = replace(
        request,
        models=tuple(dict.fromkeys(request.models)),
        sources=tuple(dict.fromkeys(request.sources)),
        **(values | {"name": name}),
    )
    count = len(request.methods) + len(spelled.models) + len(spelled.sources)
    what = "1 encoder" if count == 1 else f"{count} encoders"
    labels = budget_words(spelled.labels_per_class)
    return spelled, name or f"{what} ranked, {labels}, {title}"
