"""The plain fields of the requests as settings: for checks, forms and the command line."""

from __future__ import annotations

from core.data.dataset import POOLS
from core.params import Param

_SEED = Param(
    "seed",
    "int",
    0,
    "Where chance begins: the same seed gives the same result.",
    low=0,
    high=2**31 - 1,
    advanced=True,
)
_NAME = Param("name", "text", "", "What to call it; made from the settings where empty.")

#: Fields of :class:`~core.jobs.requests.PretrainRequest`.
PRETRAIN_PARAMS: tuple[Param, ...] = (
    Param(
        "pool",
        "choice",
        "all",
        "Which rows it learns from, without looking at their labels. Never test rows.",
        label="Learn from",
        choices=tuple(POOLS),
        choice_labels=POOLS,
    ),
    _SEED,
    _NAME,
)
#: Fields of :class:`~core.jobs.requests.FinetuneRequest`.
FINETUNE_PARAMS: tuple[Param, ...] = (
    Param(
        "labels_per_class",
        "int",
        5,
        "How many labelled rows of each class it may use; none takes all there are.",
        low=1,
        high=1_000_000,
        scale="log",
        optional=True,
    ),
    Param(
        "draws",
        "int",
        5,
        "How often the labelled rows are drawn anew. More draws give a narrower interval.",
        low=1,
        high=50,
        advanced=True,
    ),
    Param(
        "curve",
        "bool",
        True,
        "Also measure the scores with fewer and with more labels.",
        label="Measure other label budgets",
        advanced=True,
    ),
    _SEED,
    _NAME,
)

#: Fields of :class:`~core.jobs.requests.TuneRequest`.
TUNE_PARAMS: tuple[Param, ...] = (
    Param(
        "seconds",
        "float",
        60.0,
        "How long it may look, in seconds. It ends in time, also in the middle of a fit.",
        low=5,
        high=86_400,
        scale="log",
    ),
    Param(
        "labels_per_class",
        "int",
        5,
        "How many labelled rows of each class it may use, to learn and to judge; none takes all.",
        low=2,
        high=1_000_000,
        scale="log",
        optional=True,
    ),
    Param(
        "trials",
        "int",
        None,
        "How many settings it tries, at most; none goes on until the time is over.",
        label="Settings tried, at most",
        low=1,
        high=300,
        optional=True,
        advanced=True,
    ),
    _SEED,
    _NAME,
)

#: Fields of :class:`~core.jobs.requests.CompareRequest`.
COMPARE_PARAMS: tuple[Param, ...] = tuple(
    param for param in FINETUNE_PARAMS if param.name != "curve"
)
