"""What a fine-tuning with the settings of a search learns before it looks at a label."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import NotFound
from core.jobs.resume import identity_of
from core.jobs.tuning import finetuning_of, tuning_of
from core.params import resolve
from core.pretrain import get_method
from core.store import models
from core.store.records import RunRecord


@dataclass(frozen=True)
class LearnedFirst:
    """An encoder that a fine-tuning starts from.

    Attributes
    ----------
    title : str
        Of the model, or of the method that is still to be learned by.
    ready : bool
        Whether the library has it: then nothing is learned.
    seconds : float, optional
        What the search took to learn it.
    """

    title: str
    ready: bool
    seconds: float | None = None


def learned_first(run: RunRecord, trial: int | None = None) -> LearnedFirst | None:
    """What comes before the fine-tuning with the settings that a search handed out.

    A search keeps scores, not encoders: trials run in many processes, most of them on settings that
    nobody wants again. Only what the library has already is not learned once more.

    Parameters
    ----------
    run : RunRecord
        A finished search.
    trial : int, optional
        Number of another trial than the one handed out.

    Returns
    -------
    LearnedFirst or None
        None where nothing is pretrained.

    Raises
    ------
    BadParam
        When the run is no finished search, or has no such trial.
    """
    request = finetuning_of(run, trial)
    if request.model is not None:
        try:
            return LearnedFirst(models.get(request.model).name, ready=True)
        except NotFound:  # deleted since; the fine-tuning will say so
            return None
    first = request.pretrain
    tuning = tuning_of(run)
    if first is None or tuning is None or get_method(first.method).baseline:
        return None
    method = get_method(first.method)
    spelled = replace(first, settings=resolve(method.params, first.settings))
    try:
        kept = models.get(identity_of(spelled, run.dataset or ""))
    except NotFound:
        number = tuning.chosen if trial is None else trial
        return LearnedFirst(method.title, ready=False, seconds=tuning.trials[number].learn_seconds)
    return LearnedFirst(kept.name, ready=True)
