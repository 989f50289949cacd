"""Evaluations made by hand, for figures that must show exactly their numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from core.evaluate.results import (
    ClassScores,
    Comparison,
    CurvePoint,
    Evaluation,
    Interval,
    LabelsSaved,
    Scores,
)


def scores(
    accuracy: float, recalls: dict[str, float], confusion: Sequence[Sequence[int]] = ()
) -> Scores:
    one = Interval(accuracy, accuracy - 0.02, accuracy + 0.02)
    return Scores(
        rows=100,
        accuracy=one,
        balanced_accuracy=one,
        macro_precision=one,
        macro_recall=one,
        macro_f1=one,
        log_loss=one,
        per_class=tuple(
            ClassScores(name, 10, Interval(r), Interval(r), Interval(r))
            for name, r in recalls.items()
        ),
        confusion=tuple(tuple(row) for row in confusion),
    )


def point(budget: int | None, labels: int, model: float, baseline: float | None) -> CurvePoint:
    return CurvePoint(
        budget,
        labels,
        Interval(model, model - 0.03, model + 0.02),
        None if baseline is None else Interval(baseline, baseline - 0.02, baseline + 0.03),
        (model - 0.01, model + 0.01),
        () if baseline is None else (baseline, baseline),
    )


def evaluation() -> Evaluation:
    """Five labels per class helped by 22 points; <b>bold</b> is the name of a class."""
    return Evaluation(
        classes=("alpha", "<b>bold</b>", "gamma"),
        train=scores(1.0, {}),
        test=scores(
            0.55,
            {"alpha": 0.8, "<b>bold</b>": 0.5, "gamma": 0.4},
            [[8, 2, 0], [0, 5, 5], [6, 0, 4]],
        ),
        baseline_train=scores(1.0, {}),
        baseline_test=scores(0.31, {"alpha": 0.3, "<b>bold</b>": 0.5, "gamma": 0.55}),
        comparison=Comparison("helped", Interval(0.22, 0.18, 0.26), 0.0001, 40, 18, 2, 100),
        curve=(
            point(1, 3, 0.3, 0.14),
            point(5, 15, 0.53, 0.31),
            point(20, 60, 0.62, 0.49),
            point(None, 120, 0.65, 0.58),
        ),
        labels_saved=LabelsSaved(5, 27.4, 67, False),
        labels_per_class=5,
        labels=15,
    )


def alone() -> Evaluation:
    """The baseline trained alone."""
    return dataclasses.replace(
        evaluation(),
        baseline_train=None,
        baseline_test=None,
        comparison=None,
        labels_saved=None,
        curve=tuple(
            dataclasses.replace(p, baseline=None, baseline_draws=()) for p in evaluation().curve
        ),
    )
