"""What an evaluation says, as read-only values that travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

VerdictKind: TypeAlias = Literal["helped", "unclear", "hurt"]


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval; the bounds are None where it cannot be computed."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """Low and high; the value itself where a bound is not known."""
        return (
            self.value if self.low is None else self.low,
            self.value if self.high is None else self.high,
        )


@dataclass(frozen=True)
class ClassScores:
    """One class of the rows: how many rows, and how well it is recognised."""

    name: str
    support: int
    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True)
class Scores:
    """All scores of one model on one set of rows.

    ``per_class`` holds the classes that have rows, in the order of the classes;
    ``confusion[i][j]`` counts rows of class i called j, over all classes.
    """

    rows: int
    accuracy: Interval
    balanced_accuracy: Interval
    macro_precision: Interval
    macro_recall: Interval
    macro_f1: Interval
    log_loss: Interval
    per_class: tuple[ClassScores, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Comparison:
    """The model against its baseline on the same test rows.

    Attributes
    ----------
    kind : {"helped", "unclear", "hurt"}
        By whether the interval of the gain is above, across or below zero.
    gain : Interval
        Difference in accuracy (model minus baseline, as a share, not in points), mean over the
        draws of labels; the interval covers the choice of test rows and of labels.
    p_value : float
        Exact McNemar of the kept models (first draw).
    only_model, only_baseline : int
        Test rows that just one of the kept models gets right.
    draws, rows : int
        How many draws of labels and how many test rows it stands on.
    """

    kind: VerdictKind
    gain: Interval
    p_value: float
    only_model: int
    only_baseline: int
    draws: int
    rows: int


@dataclass(frozen=True)
class CurvePoint:
    """Test accuracy at one label budget; ``labels_per_class`` is None for all labels.

    ``train`` is the accuracy of the first draw's model on the rows it learned from.
    """

    labels_per_class: int | None
    labels: int
    model: Interval
    baseline: Interval | None
    model_draws: tuple[float, ...]
    baseline_draws: tuple[float, ...] = ()
    train: float | None = None


@dataclass(frozen=True)
class LabelsSaved:
    """How many labels the baseline needs for the same accuracy, read off the curve.

    ``needed_per_class`` is None when the baseline does not get there within the measured
    budgets; then ``at_least`` is True and ``saved`` counts up to the largest of them.
    """

    per_class: int
    needed_per_class: float | None
    saved: int
    at_least: bool


@dataclass(frozen=True)
class Evaluation:
    """Everything that the report of a fine-tuning says.

    ``validation`` has the scores of the labelled rows out of fold, where there are such
    predictions (:mod:`core.evaluate.validation`).
    """

    classes: tuple[str, ...]
    train: Scores
    test: Scores
    baseline_train: Scores | None = None
    baseline_test: Scores | None = None
    comparison: Comparison | None = None
    curve: tuple[CurvePoint, ...] = ()
    labels_saved: LabelsSaved | None = None
    labels_per_class: int | None = None
    labels: int = 0
    curves: Mapping[str, list[float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    validation: Scores | None = None

    @property
    def point(self) -> CurvePoint | None:
        """The point of the curve at this run's own budget: means over its draws of labels.

        The scores above are those of the kept model, which learned from the first draw.
        """
        mine = (p for p in self.curve if p.labels_per_class == self.labels_per_class)
        return next(mine, None)


def evaluation_to_json(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as JSON values."""
    return asdict(evaluation)


def _interval(values: Any) -> Interval:
    return Interval(**values)


def _scores(values: Any) -> Scores | None:
    if values is None:
        return None
    values = dict(values)
    for name in (
        "accuracy",
        "balanced_accuracy",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "log_loss",
    ):
        values[name] = _interval(values[name])
    values["per_class"] = tuple(
        ClassScores(
            name=c["name"],
            support=c["support"],
            precision=_interval(c["precision"]),
            recall=_interval(c["recall"]),
            f1=_interval(c["f1"]),
        )
        for c in values["per_class"]
    )
    values["confusion"] = tuple(tuple(row) for row in values["confusion"])
    return Scores(**values)


def evaluation_from_json(values: Mapping[str, Any]) -> Evaluation:
    """The evaluation again."""
    fields = dict(values)
    for name in ("train", "test", "baseline_train", "baseline_test", "validation"):
        fields[name] = _scores(fields.get(name))
    if fields.get("comparison"):
        comparison = dict(fields["comparison"])
        comparison["gain"] = _interval(comparison["gain"])
        fields["comparison"] = Comparison(**comparison)
    fields["curve"] = tuple(
        CurvePoint(
            labels_per_class=p["labels_per_class"],
            labels=p["labels"],
            model=_interval(p["model"]),
            baseline=_interval(p["baseline"]) if p["baseline"] else None,
            model_draws=tuple(p["model_draws"]),
            baseline_draws=tuple(p["baseline_draws"]),
            train=p.get("train"),
        )
        for p in fields.get("curve", ())
    )
    if fields.get("labels_saved"):
        fields["labels_saved"] = LabelsSaved(**fields["labels_saved"])
    fields["classes"] = tuple(fields["classes"])
    fields["notes"] = tuple(fields.get("notes", ()))
    return Evaluation(**fields)
