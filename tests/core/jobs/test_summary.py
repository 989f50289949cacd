"""What a machine reads of a run: paths that stay."""

from __future__ import annotations

import os
from dataclasses import replace

from core.evaluate.results import (
    ClassScores,
    Comparison,
    CurvePoint,
    Evaluation,
    Interval,
    LabelsSaved,
    Scores,
    evaluation_to_json,
)
from core.jobs.requests import DataRef, FinetuneRequest, to_json
from core.jobs.summary import evaluation_of, run_summary
from core.store import runs


def scores(accuracy: float) -> Scores:
    one = Interval(accuracy, accuracy - 0.1, accuracy + 0.1)
    lone = Interval(0.5)
    return Scores(
        rows=10,
        accuracy=one,
        balanced_accuracy=lone,
        macro_precision=lone,
        macro_recall=lone,
        macro_f1=lone,
        log_loss=lone,
        per_class=(ClassScores("a", 10, lone, lone, lone),),
        confusion=((10,),),
    )


EVALUATION = Evaluation(
    classes=("a",),
    train=scores(0.9),
    test=scores(0.75),
    baseline_train=scores(0.8),
    baseline_test=scores(0.5),
    comparison=Comparison("helped", Interval(0.25, 0.125, 0.375), 0.01, 4, 1, 2, 10),
    curve=(CurvePoint(5, 5, Interval(0.7), Interval(0.4), (0.75, 0.65), (0.5, 0.3)),),
    labels_saved=LabelsSaved(5, 20.0, 15, at_least=False),
    labels_per_class=5,
    labels=5,
    notes=("Few rows.",),
)


def test_a_fine_tuning_in_plain_paths() -> None:
    request = to_json(FinetuneRequest(DataRef(name="digits")))
    run = runs.create(request, name="Mine", pid=os.getpid())
    result = {
        "evaluation": evaluation_to_json(EVALUATION),
        "baseline": {"method": "tfidf"},
        "recipe": {"head": "svm"},
        "seconds": {"pretrain": 1.0, "finetune": 2.0, "total": 3.5},
        "peak_memory_mb": 100.5,
    }
    run = runs.change(run.id, state="done", result=result, dataset_title="Digits")
    assert evaluation_of(run) == EVALUATION
    told = run_summary(run)
    assert (told["run"], told["state"], told["name"]) == (run.id, "done", "Mine")
    assert told["dataset"] == {"fingerprint": None, "title": "Digits"}
    assert told["metrics"]["test"]["accuracy"] == 0.75
    assert told["metrics"]["test"]["accuracy_interval"] == [0.65, 0.85]
    assert told["metrics"]["test"]["log_loss_interval"] == [None, None]
    assert told["metrics"]["train"]["accuracy"] == 0.9
    assert told["baseline"]["test"]["accuracy"] == 0.5
    assert told["baseline"]["test"]["accuracy_interval"] == [0.4, 0.6]
    assert told["baseline"]["train"]["accuracy"] == 0.8
    assert told["baseline"]["method"] == "tfidf"
    assert (told["verdict"], told["gain"]) == ("helped", 0.25)
    assert told["gain_interval"] == [0.125, 0.375]
    assert told["over_draws"]["accuracy"] == 0.7
    assert told["over_draws"]["baseline_accuracy"] == 0.4
    assert told["curve"][0]["labels_per_class"] == 5
    assert told["labels_saved"]["saved"] == 15
    assert told["seconds"] == {"pretrain": 1.0, "finetune": 2.0, "total": 3.5}
    assert told["peak_memory_mb"] == 100.5
    assert told["recipe"] == {"head": "svm"}
    assert told["notes"] == ["Few rows."]
    assert "evaluation" not in told
    assert "error" not in told


def test_without_a_comparison_there_is_no_baseline_and_no_verdict() -> None:
    alone = replace(
        EVALUATION,
        baseline_train=None,
        baseline_test=None,
        comparison=None,
        labels_saved=None,
        curve=(),
    )
    run = runs.create(to_json(FinetuneRequest(DataRef(name="digits"))), name="x", pid=1)
    run = runs.change(
        run.id, state="done", result={"evaluation": evaluation_to_json(alone)}, seconds=2.5
    )
    told = run_summary(run)
    assert (told["baseline"], told["verdict"]) == (None, None)
    assert "over_draws" not in told
    assert told["seconds"] == {"total": 2.5}


def test_a_failed_run_says_why() -> None:
    run = runs.create(to_json(FinetuneRequest(DataRef(name="digits"))), name="x", pid=1)
    run = runs.change(
        run.id,
        state="failed",
        error="It broke.",
        hint="Mend it.",
        result={"failure": {"kind": "BadData", "log": None}},
    )
    told = run_summary(run)
    assert told["error"] == {"message": "It broke.", "hint": "Mend it.", "kind": "BadData"}
    assert evaluation_of(run) is None
    assert "metrics" not in told
