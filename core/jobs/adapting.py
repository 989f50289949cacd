"""The task that carries a classifier from one domain to another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.data.dataset import Dataset
from core.errors import BadParam
from core.finetune import get_head
from core.finetune.adaptations import adaptations_for, check_known
from core.jobs.data import open_data
from core.jobs.requests import AdaptRequest, DataRef
from core.params import Param, resolve
from core.store import classifiers, datasets, runs
from core.store.classifiers import ClassifierRecipe
from core.types import Modality

if TYPE_CHECKING:
    from core.jobs.execute import Job

_NAME_LENGTH = 80

#: Plain fields of :class:`~core.jobs.requests.AdaptRequest`.
ADAPT_PARAMS: tuple[Param, ...] = (
    Param(
        "labels_per_class",
        "int",
        0,
        "How many labelled rows of each class of the target may be seen; 0 is none at all.",
        label="Target labels per class",
        low=0,
        high=100_000,
    ),
    Param(
        "draws",
        "int",
        3,
        "How often the labelled target rows are drawn anew, where some may be seen.",
        low=1,
        high=50,
        advanced=True,
    ),
    Param(
        "curve",
        "bool",
        True,
        "Also find out from how many target labels on the source stops helping. Takes as long "
        "again.",
        label="Measure other label budgets",
        advanced=True,
    ),
    Param(
        "validation",
        "bool",
        True,
        "Also estimate each way without the test rows, and keep what does best there.",
        label="Validate without target labels",
        advanced=True,
    ),
    Param(
        "seed",
        "int",
        0,
        "Where chance begins: the same seed gives the same result.",
        low=0,
        high=2**31 - 1,
        advanced=True,
    ),
    Param("name", "text", "", "What to call it; made from the domains where empty."),
)


def check_adapt(
    request: AdaptRequest, target: tuple[str, Modality], source: tuple[str, Modality]
) -> tuple[AdaptRequest, str]:
    """The request with every setting spelled out, and the name of its run.

    Parameters
    ----------
    target, source : tuple of str and modality
        Title and kind of rows of both data sets.

    Raises
    ------
    BadParam
        When a setting will not do, or the two cannot be compared.
    NotFound
        When there is no such head.
    """
    fields: dict[str, Any] = resolve(
        ADAPT_PARAMS, {param.name: getattr(request, param.name) for param in ADAPT_PARAMS}
    )
    name = str(fields["name"]).strip()
    if len(name) > _NAME_LENGTH:
        raise BadParam(f"The name has {len(name)} characters.", hint=f"Use at most {_NAME_LENGTH}.")
    if target[1] != source[1]:
        raise BadParam(
            f"{source[0]} has {source[1]} rows and {target[0]} {target[1]} rows, which cannot be "
            "compared.",
            hint="Choose two sets of the same kind of rows.",
        )
    if _same(request.data, request.source) and request.source_domain == request.target_domain:
        raise BadParam(
            "Source and target are the same rows.",
            hint="Choose two data sets, or two domains of one.",
        )
    offered = adaptations_for(target[1])
    check_known((*request.ways, *([request.keep] if request.keep else [])), target[1])
    head = get_head(request.head)
    spelled = replace(
        request,
        ways=tuple(key for key in offered if not request.ways or key in request.ways),
        head_settings=resolve(head.params, request.head_settings),
        **{**fields, "name": name},
    )
    there, here = request.source_domain or source[0], request.target_domain or target[0]
    return spelled, (name or f"From {there} to {here}")[:_NAME_LENGTH]


def _same(one: DataRef, other: DataRef) -> bool:
    if one.fingerprint is not None or other.fingerprint is not None:
        return one.fingerprint == other.fingerprint
    return one.name == other.name and dict(one.options) == dict(other.options)


def adapt(job: Job, request: AdaptRequest, target: Dataset) -> dict[str, Any]:
    """Try the ways across, keep a classifier, and say what was found.

    Returns
    -------
    dict
        ``across`` (:class:`core.evaluate.across_results.Across`), ``source_title``,
        ``accuracy`` and ``sentences``, as JSON values.
    """
    from core.evaluate.across import carry
    from core.evaluate.across_results import across_to_json
    from core.evaluate.across_words import sentences
    from core.transfer.domains.pair import pair

    source = open_data(request.source, progress=job.progress.part(0.03, 0.05))
    found = pair(
        source,
        target,
        source_domain=request.source_domain,
        target_domain=request.target_domain,
    )
    carried = carry(
        found,
        ways=request.ways,
        keep=request.keep,
        head=request.head,
        head_settings=request.head_settings,
        labels_per_class=request.labels_per_class,
        draws=request.draws,
        curve=request.curve,
        validation=request.validation,
        seed=request.seed,
        progress=job.progress.part(0.05, 0.97),
    )
    job.progress.update(0.97, "Keeping the classifier")
    runs.save_arrays(job.run, "predictions", carried.arrays)
    classifiers.save(
        job.run,
        carried.classifier,
        recipe=ClassifierRecipe(
            method=carried.method,
            settings=carried.settings,
            seed=request.seed,
            head=request.head,
            head_settings=request.head_settings,
            head_seed=request.seed,
        ),
    )
    report = carried.report
    kept = report.entry(report.kept).accuracy
    return {
        "across": across_to_json(report),
        "source": source.fingerprint,
        "source_title": datasets.get(source.fingerprint).title,
        "accuracy": {
            "model": kept.value if kept else None,
            "baseline": report.entries[0].accuracy.value if report.entries[0].accuracy else None,
        },
        "sentences": sentences(report),
    }
