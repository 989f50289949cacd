"""Training on a draw of labels: what is learned from, by whom, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from core.data.dataset import Dataset
from core.data.stacking import stack
from core.data.units import units_of
from core.errors import BadData
from core.finetune.base import Head, Strategy, Task
from core.finetune.classifier import Classifier
from core.finetune.draws import draw_labels
from core.finetune.neighbours import nearest
from core.finetune.source import Source
from core.params import Value
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import Bools, Floats, Ints, Matrix

#: Gives the rows at these indices through an encoder; may keep what it computed.
Encode = Callable[[Encoder, Ints], Matrix]

# What a fit costs beside its labels (predicting the test rows), counted in labels.
_FIXED_COST = 200


@dataclass(frozen=True, eq=False)
class Sides:
    """The labelled rows of a data set on their two sides of the split.

    Attributes
    ----------
    train, test : ndarray of int
        Indices into the data set.
    labels, truth : ndarray of int
        Their codes.
    """

    dataset: Dataset
    train: Ints
    test: Ints
    labels: Ints
    truth: Ints

    @cached_property
    def units(self) -> Ints:
        """Which training rows belong together, shape (len(train),); see :mod:`core.data.units`."""
        return units_of(self.dataset, self.train)

    @cached_property
    def pooled_units(self) -> Ints:
        """The same of the training rows and, below them, of those without a label."""
        pool = self.dataset.pool_rows("unlabelled")
        if not len(pool):
            return self.units
        return units_of(self.dataset, np.concatenate([self.train, pool]))

    @classmethod
    def of(cls, dataset: Dataset) -> Sides:
        """Take the sides of a data set.

        Raises
        ------
        BadData
            When there is nothing to learn from or nothing to test on.
        """
        train, test = dataset.train_rows, dataset.test_rows
        labels = np.asarray(dataset.labels)[train]
        seen = len(np.unique(labels))
        if seen < 2:
            raise BadData(
                f"The labelled training rows of {dataset.title} are of {seen} "
                f"{'class' if seen == 1 else 'classes'}; a classifier needs at least two.",
                hint="Choose another label column, or label rows of more classes.",
            )
        if not len(test):
            raise BadData(
                f"{dataset.title} has no labelled test rows, so nothing could be measured.",
                hint="Load it with a test share above zero, or with a split column.",
            )
        return cls(dataset, train, test, labels, np.asarray(dataset.labels)[test])


@dataclass(frozen=True, eq=False)
class Trial:
    """One draw of labels at one budget; ``positions`` are indices into the training rows."""

    budget: int | None
    draw: int
    draws: int
    positions: Ints

    @property
    def title(self) -> str:
        """What it is, for a progress bar."""
        n = self.budget
        what = "all labels" if n is None else f"{n} {'label' if n == 1 else 'labels'} per class"
        return f"Training on {what}" + (
            f", draw {self.draw + 1} of {self.draws}" if self.draws > 1 else ""
        )


def plan(labels: Ints, budgets: Sequence[int | None], *, draws: int, seed: int) -> list[Trial]:
    """The trials at these budgets, in their order; draw i comes from ``seed + i``.

    A budget that takes every labelled row is tried once: its draws would all be the same.
    """
    trials = []
    for budget in budgets:
        first = draw_labels(labels, budget, seed=seed)
        of = 1 if len(first) == len(labels) else draws
        trials.append(Trial(budget, 0, of, first))
        trials.extend(
            Trial(budget, i, of, draw_labels(labels, budget, seed=seed + i)) for i in range(1, of)
        )
    return trials


@dataclass(frozen=True, eq=False)
class Learned:
    """What one trial of one contender left: a classifier, and what it says of the test rows."""

    trial: Trial
    classifier: Classifier
    encoded: Matrix
    test_proba: Floats
    truth: Ints

    def right(self) -> Bools:
        """Whether each test row is right."""
        return np.asarray(self.test_proba.argmax(axis=1) == self.truth)

    def train_proba(self) -> Floats:
        """Probabilities of the rows it learned from."""
        return self.classifier.predict_proba_encoded(self.encoded)


@dataclass(frozen=True, eq=False)
class Contender:
    """An encoder with its strategy, and the labelled rows as it encodes them.

    Attributes
    ----------
    sides : Sides
        The rows.
    encoder : Encoder
        Fitted.
    strategy, settings : Strategy, mapping
        How it learns.
    encode : callable
        For the rows that are not encoded yet.
    encoded : Matrix
        The training rows, then the test rows.
    source : Source, optional
        What was learned elsewhere, for strategies that need it.
    """

    sides: Sides
    encoder: Encoder
    strategy: Strategy
    settings: Mapping[str, Value]
    encode: Encode
    encoded: Matrix
    source: Source | None = None

    def cost(self, trial: Trial) -> int:
        """How much work a trial is beside others, in no unit."""
        rows = len(self.sides.train) if self.strategy.uses_pool else len(trial.positions)
        return rows + _FIXED_COST

    def learn(
        self, trial: Trial, make_head: Callable[[], Head], *, seed: int, progress: Progress
    ) -> Learned:
        """Learn from the rows of a trial and predict the test rows."""
        return self.judge(trial, self.fit(trial.positions, make_head, seed=seed, progress=progress))

    def judge(self, trial: Trial, classifier: Classifier) -> Learned:
        """Predict the test rows by what was learned in a trial."""
        train = self.training_rows(classifier, trial.positions)
        if classifier.encoder is self.encoder:
            test = self.encoded[len(self.sides.train) :]
        else:
            test = self.encode(classifier.encoder, self.sides.test)
        proba = classifier.predict_proba_encoded(test)
        return Learned(trial, classifier, train, proba, self.sides.truth)

    def fit(
        self,
        positions: Ints,
        make_head: Callable[[], Head],
        *,
        away: Ints | None = None,
        seed: int,
        progress: Progress,
    ) -> Classifier:
        """Learn from the labelled rows at these positions among the training rows.

        Rows at ``away`` are kept out of sight altogether, as if they were test rows: strategies
        that look at rows without a label do not get them.
        """
        chosen = self.sides.train[positions]
        if self.sides.dataset.test[chosen].any():
            raise AssertionError("A test row was about to be learned from.")
        units, pool_units = self.sides.units, None
        if self.strategy.uses_pool:
            units = self.sides.pooled_units
            pool_units = units[self._pooled(positions, away)]
        task = Task(
            rows=self.sides.dataset.take(chosen),
            labels=self.sides.labels[positions],
            encoded=self.encoded[positions],
            pool=lambda: self._pool(positions, away),
            encoder=self.encoder,
            make_head=make_head,
            seed=seed,
            units=units[positions],
            pool_units=pool_units,
            source=self.source,
            near=None if away is not None else partial(self._near, positions),
        )
        encoder, head = self.strategy.learn(task, self.settings, progress)
        return Classifier(encoder, head, self.sides.dataset.classes)

    def training_rows(self, classifier: Classifier, positions: Ints) -> Matrix:
        """Training rows through the encoder of a classifier that was learned here."""
        if classifier.encoder is self.encoder:
            return self.encoded[positions]
        return self.encode(classifier.encoder, self.sides.train[positions])

    def _near(self, positions: Ints, k: int, progress: Progress) -> tuple[Ints, Floats]:
        """Nearest rows of the labelled rows and the pool, looked for once for all draws."""
        n = len(self.sides.train)
        if k not in self._nearest:
            every = stack([self.encoded[:n], self._unlabelled])
            self._nearest[k] = nearest(every, k, progress=progress)
        indices, cosines = self._nearest[k]
        order = np.concatenate(
            [positions, np.setdiff1d(np.arange(n), positions), np.arange(n, len(indices))]
        )
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return place[indices[order]], cosines[order]

    @cached_property
    def _nearest(self) -> dict[int, tuple[Ints, Floats]]:
        return {}

    def _pool(self, positions: Ints, away: Ints | None) -> Matrix:
        return stack([self.encoded[self._others(positions, away)], self._unlabelled])

    def _others(self, positions: Ints, away: Ints | None) -> Ints:
        """The training rows whose labels nobody looks at."""
        seen = positions if away is None else np.concatenate([positions, away])
        return np.setdiff1d(np.arange(len(self.sides.train)), seen)

    def _pooled(self, positions: Ints, away: Ints | None) -> Ints:
        """The places of the rows of the pool among the training rows and those without a label."""
        unlabelled = np.arange(len(self.sides.train), len(self.sides.pooled_units))
        return np.concatenate([self._others(positions, away), unlabelled])

    @cached_property
    def _unlabelled(self) -> Matrix:
        return self.encode(self.encoder, self.sides.dataset.pool_rows("unlabelled"))


def quiet(progress: Progress, message: str) -> Progress:
    """The same bar, cancelling and checkpoints, without the numbers and the wishes."""
    silent = Progress(lambda fraction, _, __: progress.update(fraction, message))
    return silent.keeping(progress.checkpoints).under(progress.key)
