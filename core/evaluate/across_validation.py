"""How good a way across may be, without a test row: importance-weighted, or from a few labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

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


def validate(
    columns: Mapping[str, Columns],
    shown: Columns,
    way: Adaptation,
    positions: Ints,
    make_head: Callable[[], Head],
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Estimated | None:
    """Estimate the accuracy on the target without a test row.

    With at least ten labelled target rows, these are held out by turns. With fewer, a quarter of
    the labelled source rows is held out, and each counts by how likely it is in the target
    (importance-weighted validation: Sugiyama, Krauledat & Müller 2007). That supposes that a row
    means the same in both domains and that the source has rows like those of the target; it is a
    hint, not a test. None where nothing can be held out.
    """
    labels = shown.pair.target_labels[positions]
    if len(positions) >= FEW:
        splits = folds(labels, seed=seed, most=_FOLDS)[:_FOLDS]
        if splits:
            right = np.zeros(len(positions), dtype=bool)
            held = np.zeros(len(positions), dtype=bool)
            for place, (kept, out) in enumerate(splits):
                part = progress.part(place / len(splits), (place + 1) / len(splits))
                task = shown.task(positions[kept], make_head, seed=seed)
                right[out] = _right(way, task, shown.target[positions[out]], labels[out], part)
                held[out] = True
            return Estimated(
                proportion(int(right[held].sum()), int(held.sum())),
                "target_labels",
                float(held.sum()),
            )
    split = _split(shown.codes, seed)
    if split is None:
        return None
    kept, out = split
    task = shown.task(positions, make_head, seed=seed, source_rows=kept)
    found = _right(way, task, shown.source[out], shown.codes[out], progress.part(0.0, 0.7))
    plain = next(iter(columns.values()))  # one set of weights for all ways: the plain columns
    weights = density_ratio(
        plain.source[out], plain.target, seed=seed, progress=progress.part(0.7, 1.0)
    )
    return Estimated(weighted(found, weights), "importance", round(effective_rows(weights), 1))


def weighted(right: Bools, weights: Floats) -> Interval:
    """A weighted share with its normal interval, on as many rows as the weights are worth."""
    share = float((weights * right).sum() / weights.sum())
    # two made-up rows of each kind, as Agresti & Coull 1998, keep a perfect share from certainty
    n = effective_rows(weights) + 4
    middle = (share * (n - 4) + 2) / n
    half = Z * float(np.sqrt(middle * (1 - middle) / n))
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def _split(codes: Ints, seed: int) -> tuple[Ints, Ints] | None:
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
