"""What an experiment measured at each budget, and the evaluation that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.evaluate.compare import compare
from core.evaluate.curve import curve_point, in_order, labels_saved
from core.evaluate.metrics import score
from core.evaluate.notes import notes
from core.evaluate.results import CurvePoint, Evaluation, Interval, Scores
from core.evaluate.trials import Learned, Sides, Trial
from core.evaluate.validation import Validation
from core.progress import Progress
from core.types import Bools


@dataclass(frozen=True, eq=False)
class Measured:
    """One budget: which test rows were right in each draw, and what the first one left.

    ``right`` has a matrix of shape (draws, test rows) for the model and, where there is one, for
    its baseline; ``kept`` has both for the run's own budget, which comes first; ``train`` is the
    accuracy of the first draw's model on the rows it learned from.
    """

    trial: Trial
    right: list[Bools]
    kept: list[Learned]
    train: float

    @property
    def budget(self) -> int | None:
        return self.trial.budget

    @cached_property
    def _points(self) -> dict[int, CurvePoint]:
        return {}

    def point(self, seed: int) -> CurvePoint:
        """Of the curve; its intervals are worked out once."""
        if seed not in self._points:
            self._points[seed] = self._point(seed)
        return self._points[seed]

    def _point(self, seed: int) -> CurvePoint:
        labels = len(self.trial.positions)
        found = curve_point(self.budget, labels, *self.right, seed=seed)
        return replace(found, train=self.train)


def of_draw(trial: Trial, right: Sequence[Bools]) -> dict[str, float]:
    """The accuracies of a draw, for a chart that grows while it is measured."""
    numbers: dict[str, float] = {"labels": len(trial.positions), "draw": trial.draw}
    if trial.budget is not None:
        numbers["labels_per_class"] = trial.budget
    numbers["accuracy"] = float(right[0].mean())
    if len(right) > 1:
        numbers["baseline_accuracy"] = float(right[1].mean())
    return numbers


def so_far(measured: Measured, seed: int) -> dict[str, float]:
    """The point of the label curve that the draws so far make, for a chart that grows.

    Its band comes with the last draw.
    """
    draws = len(measured.right[0])
    numbers: dict[str, float] = {"draws": draws}
    if draws == measured.trial.draws:
        point = measured.point(seed)
        known = {"model": point.model, "baseline": point.baseline}
    else:
        means = [Interval(float(one.mean())) for one in measured.right]
        known = dict(zip(("model", "baseline"), means, strict=False))
    for name, value in known.items():
        if value is not None:
            numbers[f"{name}_mean"] = value.value
            if value.low is not None and value.high is not None:
                numbers |= {f"{name}_low": value.low, f"{name}_high": value.high}
    return numbers


def evaluate(
    measured: Sequence[Measured],
    held_out: Validation | None,
    sides: Sides,
    *,
    seed: int,
    progress: Progress,
) -> Evaluation:
    """Score the first draw of the run's own budget, compare, and draw the label curve.

    Parameters
    ----------
    measured : sequence of Measured
        The budgets, the run's own first.
    held_out : Validation, optional
        Out-of-fold predictions of the labelled rows.
    sides : Sides
        The rows.
    seed : int
        Of the bootstrap.
    progress : Progress
        Told of the steps.
    """
    own = measured[0]
    classes = sides.dataset.classes

    def on_train(learned: Learned) -> Scores:
        labels = sides.labels[learned.trial.positions]
        return score(labels, learned.train_proba(), classes, seed=seed)

    def on_test(learned: Learned) -> Scores:
        return score(sides.truth, learned.test_proba, classes, seed=seed)

    progress.update(0.0, "Scoring")
    kept, *others = own.kept
    train, test = on_train(kept), on_test(kept)
    progress.update(0.3, "Scoring")
    comparison = compare(*own.right, seed=seed) if others else None
    progress.update(0.6, "Scoring")
    curve = in_order([one.point(seed) for one in measured])
    saved = None
    if comparison is not None and comparison.kind == "helped" and own.budget is not None:
        saved = labels_saved(curve, own.budget, len(np.unique(sides.labels)))
    evaluation = Evaluation(
        classes=classes,
        train=train,
        test=test,
        baseline_train=on_train(others[0]) if others else None,
        baseline_test=on_test(others[0]) if others else None,
        validation=score(held_out.labels, held_out.proba, classes, seed=seed) if held_out else None,
        comparison=comparison,
        curve=curve,
        labels_saved=saved,
        labels_per_class=own.budget,
        labels=len(kept.trial.positions),
        curves=kept.classifier.head.curves(),
        notes=notes(
            classes,
            sides.labels,
            sides.truth,
            labels_per_class=own.budget,
            draws=len(own.right[0]),
        ),
    )
    progress.update(1.0, "Scored")
    return evaluation
