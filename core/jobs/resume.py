"""Going on where a run was stopped: what is kept while a model is learned, and found again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.errors import WarmstartError
from core.jobs.requests import (
    CompareRequest,
    FinetuneRequest,
    PretrainRequest,
    from_json,
    to_json,
)
from core.progress import Checkpoints, Progress
from core.store import checkpoints, models
from core.store.records import RunRecord
from core.types import State

#: Seconds between two checkpoints, at least. A fine-tuning keeps one twice as often, so that with
#: the pass under way none is older than ten seconds.
EVERY_SECONDS = 10.0


class Attempt:
    """One attempt of a run at learning one model, which may go on from an earlier attempt.

    Parameters
    ----------
    model : str
        Id that the model will have; it stands for all that it is learned from.
    run : str
        Id of the run.
    every : float, optional
        Seconds between two checkpoints, at least; ``EVERY_SECONDS`` when None.

    Attributes
    ----------
    resumed : bool
        Whether the encoder took what an earlier attempt had kept.
    """

    def __init__(self, model: str, run: str, *, every: float | None = None) -> None:
        self.resumed = False
        self._model = model
        self._run = run
        self._every = EVERY_SECONDS if every is None else every
        self._before = 0.0
        self._begun = time.perf_counter()
        checkpoints.tidy()

    @property
    def seconds(self) -> float:
        """How long the learning has taken so far, earlier attempts included."""
        return round(self._before + time.perf_counter() - self._begun, 3)

    def progress(self, outer: Progress) -> Progress:
        """A receiver that tells ``outer``, and keeps checkpoints of this model."""

        def report(fraction: float, message: str, metrics: Mapping[str, Any]) -> None:
            outer.update(fraction, message, **metrics)

        if checkpoints.exists(self._model):
            outer.update(0.0, "Going on from where an earlier run stopped")
        kept = Checkpoints(self._read, self._write, every=self._every)
        return Progress(report, checkpoints=kept, key=self._model, enough=outer.enough)

    def over(self) -> None:
        """Delete what was kept: the model is in the library."""
        checkpoints.discard(self._model)

    def _read(self, key: str) -> State | None:
        kept = checkpoints.read(key)
        if kept is None:
            return None
        self.resumed, self._before = True, kept.seconds
        return kept.state

    def _write(self, key: str, state: State) -> None:
        checkpoints.write(key, self._run, state, seconds=self.seconds)


def identity_of(request: PretrainRequest, fingerprint: str) -> str:
    """The id of the model that a request leads to."""
    return models.model_id(
        request.method,
        request.settings,
        request.pool,
        request.seed,
        fingerprint,
        parent=request.parent,
    )


def finetuning_attempt(request: FinetuneRequest, fingerprint: str, run: str) -> Attempt:
    """An attempt at a fine-tuning, which may go on from an earlier one."""
    return Attempt(identity_of_finetuning(request, fingerprint), run, every=EVERY_SECONDS / 2)


def identity_of_finetuning(request: FinetuneRequest, fingerprint: str) -> str:
    """Stands for all that a fine-tuning does; its name does not count.

    Twelve hexadecimal digits, as those of a model, and never those of one.
    """
    asked = {**to_json(replace(request, name="")), "data": fingerprint}
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(f"finetuning {text}".encode()).hexdigest()[:12]


def can_go_on(run: RunRecord) -> bool:
    """Whether a run that ended early, run again, would go on from where it stopped."""
    if run.live or run.state == "done":
        return False
    try:
        return any(map(checkpoints.exists, _wanted(run)))
    except WarmstartError:  # a request or a method of another version
        return False


def _wanted(run: RunRecord) -> Iterator[str]:
    """Ids of what a run has to learn."""
    if run.dataset is None:
        return
    request = from_json(run.request)
    first: tuple[PretrainRequest | None, ...] = ()
    if isinstance(request, PretrainRequest):
        first = (request,)
    elif isinstance(request, FinetuneRequest):
        first = (request.pretrain,)
        yield identity_of_finetuning(request, run.dataset)
    elif isinstance(request, CompareRequest):
        first = tuple(request.methods)
    for one in first:
        if one is not None:
            yield identity_of(one, run.dataset)
