"""How good a way across may be, without a test row: importance-weighted, or from a few labels."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from core.data.split import stratified_split
from core.data.units import repeated
from core.errors import BadData, BadParam
from core.evaluate.across_results import Estimated
from core.evaluate.across_rows import Columns
from core.evaluate.intervals import Z, proportion
from core.evaluate.results import Interval
from core.finetune import get_strategy
from core.finetune.adaptations import Adaptation
from core.finetune.base import Head, Task
from core.finetune.choosing import folds
from core.params import resolve
from core.progress import SILENT, Progress
from core.transfer.domains.density import density_ratio, effective_rows
from core.types import Bools, Floats, Ints, Matrix

#: Labelled target rows from which on they are held out rather than source rows.
FEW = 10
_HELD_OUT = 0.25
_FOLDS = 3


class Validation:
    """Estimates of the accuracy on the target without a test row, alike for all ways.

    With at least ten labelled target rows, these are held out by turns. With fewer, or where what
    belongs to them is all that the source has of a class, a quarter of the labelled source rows is
    held out, and each counts by how likely it is in the target (importance-weighted validation:
    Sugiyama, Krauledat & Müller 2007). That supposes that a row means the same in both domains and
    that the source has rows like those of the target; it is a hint, not a test.

    Parameters
    ----------
    plain : Columns
        What the weights of source rows are reckoned in.
    positions : ndarray of int
        The labelled target rows.
    make_head : callable
        A fresh head.
    seed : int
        Of splits and strategies.
    """

    def __init__(
        self, plain: Columns, positions: Ints, make_head: Callable[[], Head], *, seed: int = 0
    ) -> None:
        self._plain = plain
        self._positions = positions
        self._make_head = make_head
        self._seed = seed

    def of(
        self, way: Adaptation, shown: Columns, *, progress: Progress = SILENT
    ) -> Estimated | None:
        """The estimate for one way; None where nothing can be held out, or too much would be."""
        try:
            return self._of(way, shown, progress)
        except (BadData, BadParam):  # what is left of the labels may be too little for this way
            return None

    def _of(self, way: Adaptation, shown: Columns, progress: Progress) -> Estimated | None:
        if len(self._positions) >= FEW:
            found = self._by_target_labels(way, shown, progress)
            if found is not None:
                return found
        split = _split(shown, self._seed)
        if split is None:
            return None
        kept, out = split
        known = np.isin(shown.target_units[self._positions], shown.source_units[out])
        positions = self._positions[~known]
        task = shown.task(positions, self._make_head, seed=self._seed, source_rows=kept)
        right = _right(way, task, shown.source[out], shown.codes[out], progress)
        rows = round(effective_rows(self._weights), 1)
        return Estimated(weighted(right, self._weights), "importance", rows)

    @cached_property
    def _weights(self) -> Floats:
        """Of the held-out source rows: the same ones for each way."""
        split = _split(self._plain, self._seed)
        assert split is not None  # noqa: S101 - asked for only where there is one
        plain, out = self._plain, split[1]
        units = plain.pair.domain_units
        if units is not None:
            n = len(plain.pair.source)
            units = np.concatenate([units[:n][plain.pair.labelled_source[out]], units[n:]])
        return density_ratio(plain.source[out], plain.target, units=units, seed=self._seed)

    def _by_target_labels(
        self, way: Adaptation, shown: Columns, progress: Progress
    ) -> Estimated | None:
        positions, seed = self._positions, self._seed
        labels = shown.pair.target_labels[positions]
        units = shown.target_units[positions]
        splits = folds(labels, units=units, seed=seed, most=_FOLDS)[:_FOLDS]
        # a source row that belongs to a row held out would give its label away
        beside = [np.flatnonzero(~np.isin(shown.source_units, units[out])) for _, out in splits]
        classes = len(np.unique(shown.codes))
        if not splits or any(len(np.unique(shown.codes[rows])) < classes for rows in beside):
            return None
        right = np.zeros(len(positions), dtype=bool)
        held = np.zeros(len(positions), dtype=bool)
        for place, (kept, out) in enumerate(splits):
            part = progress.part(place / len(splits), (place + 1) / len(splits))
            rest = beside[place] if len(beside[place]) < len(shown.codes) else None
            task = shown.task(positions[kept], self._make_head, seed=seed, source_rows=rest)
            right[out] = _right(way, task, shown.target[positions[out]], labels[out], part)
            held[out] = True
        rows = int(held.sum())
        return Estimated(proportion(int(right[held].sum()), rows), "target_labels", float(rows))


def weighted(right: Bools, weights: Floats) -> Interval:
    """A weighted share with its normal interval, on as many rows as the weights are worth."""
    share = float((weights * right).sum() / weights.sum())
    # two made-up rows of each kind, as Agresti & Coull 1998, keep a perfect share from certainty
    n = effective_rows(weights) + 4
    middle = (share * (n - 4) + 2) / n
    half = Z * float(np.sqrt(middle * (1 - middle) / n))
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def _split(shown: Columns, seed: int) -> tuple[Ints, Ints] | None:
    """Labelled source rows to learn from and to hold out; None where these are too few."""
    codes, units = shown.codes, shown.source_units
    if repeated(units):
        held_out = stratified_split(codes, units, test_share=_HELD_OUT, seed=seed)
        held = np.flatnonzero(held_out)
        enough = len(held) >= FEW and len(np.unique(codes[~held_out])) == len(np.unique(codes))
        return (np.flatnonzero(~held_out), held) if enough else None
    draw = np.random.default_rng(seed)
    out: list[Ints] = []
    for code in np.unique(codes):
        rows = draw.permutation(np.flatnonzero(codes == code))
        out.append(rows[: round(_HELD_OUT * len(rows))])
    held = np.sort(np.concatenate(out))
    if len(held) < FEW:
        return None
    return np.setdiff1d(np.arange(len(codes)), held), held


def _right(way: Adaptation, task: Task, rows: Matrix, truth: Ints, progress: Progress) -> Bools:
    strategy = get_strategy(way.strategy)
    quiet = progress.through(lambda at, _, __: progress.update(at, f"{way.title}: validating"))
    _, head = strategy.learn(task, resolve(strategy.params, way.settings), quiet)
    return np.asarray(head.predict(rows) == truth)
