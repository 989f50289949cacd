"""The search: rounds of configurations, each thinned out rung by rung, until the time is over.

Successive halving (Jamieson & Talwalkar 2016) over rounds of configurations: all of a round are
tried on the first rung, which is cheap; the better third goes on to the next, where more rows or
more splits are used. What was measured on a split is never measured again, and a head that
descends step by step goes on from the weights that fewer rows of the same split led to. Encoders
are learned once, without labels, and shared by all configurations that use them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.errors import BadData, BadParam, Cancelled, WarmstartError
from core.evaluate.tuning.candidate import Candidate, ranked
from core.evaluate.tuning.choice import standard_error
from core.evaluate.tuning.clock import Clock
from core.evaluate.tuning.configuration import Configuration, EncoderChoice, to_json, words
from core.evaluate.tuning.material import Material
from core.evaluate.tuning.outcome import outcome
from core.evaluate.tuning.results import Ended, Tuning
from core.evaluate.tuning.space import CHANGING_STRATEGIES, Space
from core.evaluate.tuning.underway import Over, Ready, Running
from core.evaluate.tuning.work import AttemptOrder, Encoded, EncodeOrder, attempt, encode
from core.evaluate.tuning.workers import Pending, Workers
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress

#: Configurations of a round that is drawn.
ROUND = 9
#: Configurations that one search tries, at most.
MOST_TRIALS = 300

_THIRD = 3
_AT_LEAST = 2  # go on from a rung
_LOOK_SECONDS = 0.02
_TELL_SECONDS = 0.2
_REST_SECONDS = 1.0  # a report that takes longer was a pause: it is not part of the budget
_TOGETHER = 1000  # labelled rows up to which a repeat of the folds is one piece of work
_PATIENCE = 0.2  # share of the budget that one piece of work may take, and seconds it may always
_ALWAYS_SECONDS = 5.0


def search(
    dataset: Dataset,
    space: Space,
    workers: Workers,
    *,
    seconds: float,
    labels_per_class: int | None = None,
    fitted: Mapping[str, Encoder] | None = None,
    begin_with: Sequence[Configuration] = (),
    trials: int | None = None,
    seed: int = 0,
    clock: Clock | None = None,
    progress: Progress = SILENT,
) -> Tuning:
    """Look for good settings by cross-validation on the labelled training rows of a budget.

    Test rows are never encoded, let alone predicted. Encoders learn from all training rows
    without their labels, those that are validated among them, as they do in a fine-tuning.

    The default is always tried first, and what is handed out is never worse than it on the rows
    that both were validated on. Which configurations are tried, and what each one scores, depends
    on ``seed`` alone; how far the search comes before its time is over depends on the clock. From
    the same finished trials the same choice is made.

    Parameters
    ----------
    dataset : Dataset
        Rows, labels and the split.
    space : Space
        What may be tried.
    workers : Workers
        Where; the caller stops them, which ends what still runs.
    seconds : float
        The budget. Running fits are left behind when it is over.
    labels_per_class : int, optional
        The label budget, drawn as a fine-tuning of this seed draws it first; None takes all.
    fitted : mapping of str to Encoder, optional
        The fitted encoders that the space names, by id.
    begin_with : sequence of Configuration
        Tried right after the default: what another search has found.
    trials : int, optional
        Configurations at most.
    seed : int
        Of everything that is drawn.
    clock : Clock, optional
        One that runs already, where preparing is part of the budget.
    progress : Progress
        Gets a point for each score: ``trial``, ``rung``, ``score``, ``error``, ``at``, and
        ``configuration`` as JSON values. Its ``enough()`` ends the search with what it has.

    Raises
    ------
    BadData
        When there are too few labels to hold any out, labels of one class only, or the default
        cannot be tried.
    BadParam
        When the budget is not above 0.
    """
    if seconds <= 0:
        raise BadParam(
            f"A budget of {seconds:g} seconds leaves no time.", hint="Give it a few seconds."
        )
    clock = clock or Clock(seconds)
    material = Material.of(dataset, space, workers, labels_per_class=labels_per_class, seed=seed)
    one = _Search(
        space,
        material,
        workers,
        fitted=fitted or {},
        most=min(trials or MOST_TRIALS, MOST_TRIALS),
        seed=seed,
        clock=clock,
        progress=progress,
    )
    ended = one.run(begin_with)
    if one.candidates[0].failure is not None:
        raise BadData(
            "The default settings, which all others are held against, could not be tried: "
            + one.candidates[0].failure,
            hint="Choose other models or methods to take part.",
        )
    return outcome(
        one.candidates,
        {key: ready.cost for key, ready in one.ready.items()},
        material.plan,
        clock=clock,
        ended=ended,
        labels=material.count,
        labels_per_class=labels_per_class,
        workers=workers.name,
        seed=seed,
    )


class _Search:
    def __init__(
        self,
        space: Space,
        material: Material,
        workers: Workers,
        *,
        fitted: Mapping[str, Encoder],
        most: int,
        seed: int,
        clock: Clock,
        progress: Progress,
    ) -> None:
        self.space, self.material, self.workers = space, material, workers
        self.fitted, self.most, self.seed = fitted, most, seed
        self.clock, self.progress = clock, progress
        self.candidates: list[Candidate] = []
        self.ready: dict[str, Ready] = {}
        self._lost: dict[str, Exception] = {}  # encoders that could not be had
        self._learning: dict[str, tuple[EncoderChoice, Pending]] = {}
        self._running: list[Running] = []
        self._told = self._asked = -math.inf

    def run(self, begin_with: Sequence[Configuration]) -> Ended:
        first, *later = self.space.first()
        rounds = [(self.space.default, *begin_with, *first), *later]
        try:
            for place, some in enumerate(rounds):
                self._round(some, [one.encoder for r in rounds[place + 1 :] for one in r])
            self._drawn_rounds()
        except Over as over:
            return over.why
        except BrokenExecutor:
            return "trouble"
        return "nothing new"

    def _drawn_rounds(self) -> None:
        rng = np.random.RandomState(self.seed)
        last = len(self.material.plan.rungs) - 1
        while True:
            best = ranked(self.candidates, last) or ranked(self.candidates, 0)
            some = self.space.draw(
                ROUND,
                [one.configuration for one in best],
                seen=[one.configuration.key for one in self.candidates],
                known=[one.configuration.encoder for one in self.candidates],
                rng=rng,
            )
            if not some:
                return
            self._round(some, [])

    def _round(self, some: Sequence[Configuration], ahead: Sequence[EncoderChoice]) -> None:
        """Try new configurations on the first rung, and take the better ones up all rungs."""
        have = {one.configuration.key for one in self.candidates}
        added = []
        for configuration in {one.key: one for one in some}.values():
            if configuration.key not in have and len(self.candidates) < self.most:
                added.append(Candidate(len(self.candidates), configuration))
                self.candidates.append(added[-1])
        if added:
            self._measure(added, 0, ahead)
            for rung in range(1, len(self.material.plan.rungs)):
                self._measure(self._promoted(rung), rung, ahead)
        if len(self.candidates) >= self.most:
            raise Over("trials")

    def _promoted(self, rung: int) -> list[Candidate]:
        """Who goes on to a rung: the default, and the best third that finished the one below."""
        below = ranked(self.candidates, rung - 1)
        going = below[: max(_AT_LEAST, math.ceil(len(below) / _THIRD))]
        default = [one for one in below if one.number == 0 and one not in going]
        return [one for one in [*default, *going] if len(one.scores) == rung]

    def _measure(
        self, some: Sequence[Candidate], rung: int, ahead: Sequence[EncoderChoice]
    ) -> None:
        """Have all of ``some`` measured on a rung."""
        waiting = [(one, splits) for one in some for splits in self._groups(one, rung)]
        for one in some:
            if one.configuration.encoder.key in self._lost:
                self._failed(one, self._lost[one.configuration.encoder.key])
        while True:
            waiting = [work for work in waiting if work[0].failure is None]
            if not waiting and not self._running:
                return
            # a trial whose encoder is there goes first; then encoders are learned for these
            # trials and, when nothing else is to be done, for those of rounds to come
            while len(self._running) + len(self._learning) < self.workers.size:
                able = [w for w in waiting if w[0].configuration.encoder.key in self.ready]
                if able:
                    waiting.remove(able[0])
                    self._start(*able[0], rung)
                elif not self._learn([w[0].configuration.encoder for w in waiting] + [*ahead]):
                    break
            self._collect(rung)
            self._look()
            if not any(one.pending.done() for one in self._running):
                time.sleep(_LOOK_SECONDS)

    def _groups(self, one: Candidate, rung: int) -> list[list[int]]:
        """The splits that are still to be done, as groups that make one piece of work each."""
        missing = one.missing(self.material.plan, rung)
        step = self.material.plan.folds if self.material.count <= _TOGETHER else 1
        return [missing[place : place + step] for place in range(0, len(missing), step)]

    def _start(self, one: Candidate, splits: list[int], rung: int) -> None:
        sizes = [self.material.plan.size(split, rung) for split in splits]
        ready = self.ready[one.configuration.encoder.key]
        changes = one.configuration.strategy in CHANGING_STRATEGIES
        order = AttemptOrder(
            one.configuration,
            [
                self.material.part(split, size, one.start(split, size))
                for split, size in zip(splits, sizes, strict=True)
            ],
            self.seed,
            self.clock.left if one.number == 0 else self._patience(),
        )
        pending = self.workers.submit(
            attempt,
            ready.matrix,
            ready.encoder if changes else None,
            self.material.encoded_rows if changes else None,
            self.material.labels,
            order,
        )
        self._running.append(Running(pending, one, splits))

    def _patience(self) -> float:
        """Seconds that a piece of work may take: one that is slow must not use up the budget."""
        return min(self.clock.left, max(_ALWAYS_SECONDS, _PATIENCE * self.clock.seconds))

    def _learn(self, choices: Sequence[EncoderChoice]) -> bool:
        """Begin to learn the first encoder that is not there yet; whether there was one."""
        for choice in choices:
            if choice.key in (*self.ready, *self._learning, *self._lost):
                continue
            fitted = self.fitted.get(choice.model or "")
            keep = self.material.encoded_rows is not None
            pending = self.workers.submit(
                encode,
                self.material.rows,
                self.material.which,
                None if fitted is None else self.workers.share(fitted),
                EncodeOrder(choice, keep, self.seed, self.clock.left),
            )
            self._learning[choice.key] = (choice, pending)
            return True
        return False

    def _collect(self, rung: int) -> None:
        """Take what is done."""
        for key, (_, pending) in list(self._learning.items()):
            if pending.done():
                del self._learning[key]
                self._encoded(key, pending)
        for one in [one for one in self._running if one.pending.done()]:
            self._running.remove(one)
            try:
                found = one.pending.result()
            except BrokenExecutor:
                raise
            except Exception as error:  # noqa: BLE001 - one that fails leaves the others
                self._failed(one.candidate, error)
                continue
            for split, tried in zip(one.splits, found, strict=True):
                one.candidate.tried[split, self.material.plan.size(split, rung)] = tried
            self._score(one.candidate, rung)

    def _encoded(self, key: str, pending: Pending) -> None:
        try:
            cost: Encoded = pending.result()
        except BrokenExecutor:
            raise
        except Exception as error:  # noqa: BLE001 - the configurations that need it are left out
            self._lost[key] = error
            for one in self.candidates:
                if one.configuration.encoder.key == key:
                    self._failed(one, error)
            return
        encoder = None if cost.encoder is None else self.workers.share(cost.encoder)
        bare = replace(cost, matrix=cost.matrix[:0], encoder=None)
        self.ready[key] = Ready(self.workers.share(cost.matrix), encoder, bare)

    def _failed(self, one: Candidate, error: Exception) -> None:
        if self.clock.left <= 0 or one.failure is not None:  # cut, not failed; or told before
            return
        if isinstance(error, Cancelled):
            one.failure = f"One split took longer than {self._patience():.0f} seconds."
        elif isinstance(error, WarmstartError):
            one.failure = error.words
        else:
            one.failure = f"{type(error).__name__}: {error}"
        self._tell(trial=one.number, failure=one.failure, configuration=to_json(one.configuration))

    def _score(self, one: Candidate, rung: int) -> None:
        """Note the score of a trial once all of its splits on the rung are there."""
        right = one.right(self.material.plan, rung)
        if right is None or len(one.scores) > rung:
            return
        one.scores.append(float(right.mean()))
        one.error, one.at = standard_error(right), round(self.clock.spent, 3)
        self._tell(
            trial=one.number,
            rung=rung,
            score=one.scores[-1],
            error=one.error,
            at=one.at,
            configuration=to_json(one.configuration),
        )

    def _look(self) -> None:
        """Report, and end where the time is over or somebody wants it to."""
        now = time.monotonic()
        if now - self._told > _TELL_SECONDS:
            self._tell()
        if now - self._asked > _TELL_SECONDS:
            self._asked = now
            if self.progress.enough():
                raise Over("enough")
        if self.clock.left <= 0:
            raise Over("time")

    def _tell(self, **point: Any) -> None:
        begun = time.monotonic()
        count = sum(1 for one in self.candidates if one.scores)
        message = f"{count} settings tried" if count else "Trying the default settings"
        if self._learning:
            choice = next(iter(self._learning.values()))[0]
            message += f", learning {words(Configuration.of(choice)).split(' · ')[0]}"
        self.progress.update(self.clock.spent / self.clock.seconds, message, **point)
        self._told = time.monotonic()
        if self._told - begun > _REST_SECONDS:
            self.clock.rested(self._told - begun)
