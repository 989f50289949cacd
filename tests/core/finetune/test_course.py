from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadParam, Cancelled
from core.finetune import course as course_module
from core.finetune.course import Stopping, follow
from core.finetune.descent import Descent
from core.finetune.rates import largest_curvature
from core.finetune.weights import one_hot
from core.progress import Progress


def some_rows(n=60, d=4, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 3
    return rng.standard_normal((n, d)) + codes[:, None], one_hot(codes, 3)


def test_records_both_losses_of_every_pass():
    X, Y = some_rows()
    descent = Descent(X[:40], Y[:40], rate=0.01)
    course = follow(descent, Stopping(passes=5, patience=9), held_out=(X[40:], Y[40:]))
    assert set(course.curves) == {
        "learning_rate",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
    }
    assert {len(values) for values in course.curves.values()} == {5}
    assert course.ending == "passes"
    last = course.curves["validation_loss"][-1]
    assert last == descent.loss.value(descent.weights.scores(X[40:]), Y[40:])


def test_keeps_the_best_step_and_stops_when_patience_is_over():
    # the rows held out contradict what is learned: the start is as good as it gets
    X = np.array([[1.0], [-1.0]])
    held_out = (X, one_hot(np.array([1, 0]), 2))
    descent = Descent(X, one_hot(np.array([0, 1]), 2), rate=0.5)
    course = follow(descent, Stopping(passes=100, patience=4), held_out=held_out)
    best = int(np.argmin([0.5, *course.curves["validation_loss"]]))
    assert course.best_pass == best
    assert course.ending == "patience"
    assert len(course.curves["train_loss"]) < 100
    again = Descent(X, one_hot(np.array([0, 1]), 2), rate=0.5)
    for _ in range(best):
        again.advance()
    np.testing.assert_array_equal(course.weights.coef, again.weights.coef)


def test_without_rows_held_out_the_training_loss_is_watched():
    X, Y = some_rows()
    course = follow(Descent(X, Y, rate=1 / largest_curvature(X)), Stopping(passes=12, patience=99))
    assert set(course.curves) == {"learning_rate", "train_loss", "train_accuracy"}
    assert course.best_pass == 12


def test_too_little_progress_ends_it():
    X, Y = some_rows()
    course = follow(Descent(X, Y, rate=1e-9), Stopping(passes=100, patience=3, gain=0.01))
    assert course.ending == "patience"
    assert len(course.curves["train_loss"]) == 3


@pytest.mark.parametrize("batch_size", [None, 10])
@pytest.mark.parametrize("times", [1.3, 1e3, 1e200])
def test_too_high_a_rate_is_told_with_a_stable_one(times, batch_size):
    X, Y = some_rows()
    bound = 2 / largest_curvature(X, batch_size)
    if times < 2 and batch_size:
        times = 10.0  # small batches bear more than they promise
    with pytest.raises(BadParam, match="is too high: after") as error:
        follow(
            Descent(X, Y, rate=times * bound, batch_size=batch_size),
            Stopping(passes=500, patience=500),
        )
    assert f"below about {bound:.2g}" in error.value.hint


def test_reports_the_losses_live(monkeypatch):
    monkeypatch.setattr(course_module, "_REPORT_EVERY", 0.0)
    X, Y = some_rows()
    heard = []
    progress = Progress(lambda share, message, metrics: heard.append((share, metrics)))
    course = follow(
        Descent(X[:40], Y[:40], rate=0.01),
        Stopping(passes=4, patience=9),
        held_out=(X[40:], Y[40:]),
        progress=progress,
    )
    points = [metrics for _, metrics in heard if metrics]
    assert [point["pass_"] for point in points] == [1, 2, 3, 4]
    assert [point["validation_loss"] for point in points] == course.curves["validation_loss"]
    assert [point["train_loss"] for point in points] == course.curves["train_loss"]
    assert heard[-1][0] == 1


def test_the_first_and_the_last_pass_are_reported_however_quick():
    X, Y = some_rows()
    heard = []
    follow(
        Descent(X, Y, rate=1e-9),
        Stopping(passes=300, patience=50),
        progress=Progress(lambda share, message, metrics: heard.append(metrics.get("pass_"))),
    )
    passes = [number for number in heard if number]
    assert passes[0] == 1
    assert passes[-1] == 50


def test_can_be_cancelled_within_a_pass(monkeypatch):
    monkeypatch.setattr(course_module, "_BREATH", 0.0)
    X, Y = some_rows()
    descent = Descent(X, Y, rate=0.01, batch_size=5)
    calls = []

    def cancel(share, message, metrics):
        calls.append(share)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        follow(descent, Stopping(passes=9), progress=Progress(cancel))
    assert descent.passes == 0


def test_it_ends_when_somebody_has_seen_enough(monkeypatch):
    monkeypatch.setattr(course_module, "_BREATH", 0.0)
    X, Y = some_rows()
    wishes = iter([False, False, True, True])
    progress = Progress(enough=lambda: next(wishes))
    descent = Descent(X, Y, rate=1 / largest_curvature(X))
    course = follow(descent, Stopping(passes=50, patience=50), progress=progress)
    assert course.ending == "enough"
    assert course.best_pass == 3
    assert len(course.curves["train_loss"]) == 3
