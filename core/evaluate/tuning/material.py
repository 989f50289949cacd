"""What a search works with: rows and labels, shared with whoever computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.dataset import UNLABELLED, Dataset
from core.data.units import repeated, units_of
from core.errors import BadData
from core.evaluate.tuning.folds import Plan, plan
from core.evaluate.tuning.space import CHANGING_STRATEGIES, POOL_STRATEGIES, Space
from core.evaluate.tuning.work import Part, Start
from core.evaluate.tuning.workers import Workers
from core.finetune.draws import draw_labels
from core.types import Ints


@dataclass(frozen=True, eq=False)
class Material:
    """Training rows and the labels of the budget; of the test rows there is nothing in it.

    Attributes
    ----------
    rows : handle
        All training rows, from which encoders learn.
    which : handle
        Positions among them of the rows that are encoded: all where a strategy takes a pool.
    encoded_rows : handle, optional
        These rows themselves, for strategies that change the encoder.
    labels : handle
        Codes of the encoded rows; -1 outside the budget.
    count : int
        Labelled rows of the budget.
    plan : Plan
        Splits of these, and rungs.
    """

    rows: Any
    which: Any
    encoded_rows: Any
    labels: Any
    count: int
    plan: Plan
    _units: Ints | None
    _places: Ints
    _pool: Ints

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        space: Space,
        workers: Workers,
        *,
        labels_per_class: int | None,
        seed: int,
    ) -> Material:
        """Draw the labels, cut them into splits and share what is needed.

        Raises
        ------
        BadData
            When the labels are of one class, or too few to hold any out.
        """
        train = dataset.train_rows
        codes = np.asarray(dataset.labels)
        seen = len(np.unique(codes[train]))
        if seen < 2:
            raise BadData(
                f"The labelled training rows of {dataset.title} are of {seen} "
                f"{'class' if seen == 1 else 'classes'}; a classifier needs at least two.",
                hint="Choose another label column, or label rows of more classes.",
            )
        chosen = train[draw_labels(codes[train], labels_per_class, seed=seed)]
        # by themselves: what ties them together is not to be thinned by the pool
        splits = plan(codes[chosen], units=units_of(dataset, chosen), seed=seed)
        inside = dataset.pool_rows("all")
        if dataset.test[inside].any():
            raise AssertionError("A test row was about to be learned from.")
        at = np.searchsorted(inside, chosen)
        pooled = any(way in POOL_STRATEGIES for way in space.strategies)
        changing = any(way in CHANGING_STRATEGIES for way in space.strategies)
        which = np.arange(len(inside)) if pooled else np.sort(at)
        places = np.searchsorted(which, at)
        units = units_of(dataset, inside[which])
        shown = np.full(len(which), UNLABELLED, dtype=np.int64)
        shown[places] = codes[chosen]
        return cls(
            rows=workers.share(dataset.take(inside)),
            which=workers.share(which),
            encoded_rows=workers.share(dataset.take(inside[which])) if changing else None,
            labels=workers.share(shown),
            count=len(chosen),
            plan=splits,
            _units=units if repeated(units) else None,
            _places=places,
            _pool=np.setdiff1d(np.arange(len(which)), places),
        )

    def part(self, split: int, size: int, start: Start | None) -> Part:
        """A split of which so many rows are trained on, as positions of encoded rows.

        The rows of the budget that are held out are no part of the pool: a strategy that learns
        from rows without labels would otherwise have seen what it is judged by.
        """
        one = self.plan.splits[split]
        train = one.train[:size]
        return Part(
            self._places[train],
            self._places[one.validation],
            self._pool,
            start,
            None if self._units is None else self._units[self._places[train]],
            None if self._units is None else self._units[self._pool],
        )
