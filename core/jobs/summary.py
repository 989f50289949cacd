"""A run in JSON values with plain paths: what ``--json`` prints and a machine reads."""

from __future__ import annotations

from typing import Any

from core.evaluate.results import Evaluation, Interval, Scores, evaluation_from_json
from core.store.records import RunRecord

_METRICS = (
    "accuracy",
    "balanced_accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "log_loss",
)


def evaluation_of(run: RunRecord) -> Evaluation | None:
    """The evaluation that a run ended with; None for other kinds and for runs not done."""
    values = (run.result or {}).get("evaluation")
    return evaluation_from_json(values) if values else None


def run_summary(run: RunRecord) -> dict[str, Any]:
    """What there is to say about a run.

    Returns
    -------
    dict
        Always ``run``, ``kind``, ``state``, ``name``, ``dataset``, ``model``, ``seconds`` (by
        part, and ``total``), ``peak_memory_mb``. A run that did not end well has ``error``. A
        fine-tuning that did has ``metrics.test.accuracy`` with ``metrics.test.accuracy_interval``
        (95 %, [low, high]) and so on for each metric, the same under ``metrics.train`` and
        ``baseline.test`` (``baseline`` is None without a comparison), ``verdict`` ("helped",
        "unclear" or "hurt"), ``gain`` with ``gain_interval``, the curve, and ``over_draws``: the
        mean over all draws of labels, where ``metrics`` are of the kept model, the first draw.
    """
    result = dict(run.result or {})
    summary: dict[str, Any] = {
        "run": run.id,
        "kind": run.kind,
        "state": run.state,
        "name": run.name,
        "dataset": {"fingerprint": run.dataset, "title": run.dataset_title},
        "model": run.model,
        "note": run.note,
        "tags": list(run.tags),
        "starred": run.starred,
        "imported": run.imported,
        "seconds": result.pop("seconds", None) or {"total": run.seconds},
        "peak_memory_mb": result.pop("peak_memory_mb", None) or run.peak_memory_mb,
    }
    if run.error is not None:
        failure = result.pop("failure", {})
        summary["error"] = {"message": run.error, "hint": run.hint, "kind": failure.get("kind")}
    evaluation = evaluation_of(run)
    if evaluation is not None:
        result.pop("evaluation")
        settings = result.pop("baseline", None)
        summary |= _told(evaluation)
        if summary["baseline"] is not None:
            summary["baseline"] |= settings or {}
    return summary | {name: value for name, value in result.items() if name not in summary}


def _told(evaluation: Evaluation) -> dict[str, Any]:
    comparison, saved = evaluation.comparison, evaluation.labels_saved
    told: dict[str, Any] = {
        "metrics": {"train": _scores(evaluation.train), "test": _scores(evaluation.test)},
        "baseline": None,
        "verdict": None,
        "labels_per_class": evaluation.labels_per_class,
        "labels": evaluation.labels,
        "curve": [
            {
                "labels_per_class": point.labels_per_class,
                "labels": point.labels,
                "accuracy": point.model.value,
                "accuracy_interval": _bounds(point.model),
                "baseline_accuracy": point.baseline.value if point.baseline else None,
                "baseline_accuracy_interval": _bounds(point.baseline) if point.baseline else None,
            }
            for point in evaluation.curve
        ],
        "notes": list(evaluation.notes),
    }
    point = evaluation.point
    if point is not None:  # the scores above are of the kept model, the first draw
        told["over_draws"] = {
            "draws": len(point.model_draws),
            "accuracy": point.model.value,
            "accuracy_interval": _bounds(point.model),
            "baseline_accuracy": point.baseline.value if point.baseline else None,
            "baseline_accuracy_interval": _bounds(point.baseline) if point.baseline else None,
        }
    if evaluation.baseline_test is not None:
        told["baseline"] = {"test": _scores(evaluation.baseline_test)}
        if evaluation.baseline_train is not None:
            told["baseline"]["train"] = _scores(evaluation.baseline_train)
    if comparison is not None:
        told |= {
            "verdict": comparison.kind,
            "gain": comparison.gain.value,
            "gain_interval": _bounds(comparison.gain),
            "p_value": comparison.p_value,
            "draws": comparison.draws,
        }
    if saved is not None:
        told["labels_saved"] = {
            "saved": saved.saved,
            "at_least": saved.at_least,
            "per_class": saved.per_class,
            "needed_per_class": saved.needed_per_class,
        }
    return told


def _scores(scores: Scores) -> dict[str, Any]:
    told: dict[str, Any] = {"rows": scores.rows}
    for name in _METRICS:
        interval: Interval = getattr(scores, name)
        told[name] = interval.value
        told[f"{name}_interval"] = _bounds(interval)
    return told


def _bounds(interval: Interval) -> list[float | None]:
    return [interval.low, interval.high]
