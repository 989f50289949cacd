"""The search from end to end, in this process; cutting and spreading it is for test_workers."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core.data.dataset import UNLABELLED, Dataset
from core.data.units import units_of
from core.errors import BadData, BadParam, Cancelled
from core.evaluate.tuning import clock as clocks
from core.evaluate.tuning import search as module
from core.evaluate.tuning.clock import Clock
from core.evaluate.tuning.configuration import Configuration, EncoderChoice
from core.evaluate.tuning.material import Material
from core.evaluate.tuning.results import (
    Tuning,
    trials_from_points,
    tuning_from_json,
    tuning_to_json,
)
from core.evaluate.tuning.search import search
from core.evaluate.tuning.workers import Here
from core.pretrain import get_method
from core.progress import Progress
from tests.core.evaluate.tuning.made import space, task

LABELS = 6


def found(dataset: Dataset | None = None, **more: Any) -> Tuning:
    settings: dict[str, Any] = {"seconds": 100.0, "labels_per_class": LABELS, "trials": 8, **more}
    return search(dataset or task(), settings.pop("space", None) or space(), Here(), **settings)


@pytest.fixture(scope="module", autouse=True)
def _few_repeats() -> Iterator[None]:
    """Few repeats of the folds: quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.evaluate.tuning.folds._VALIDATED", 24)
        yield


@pytest.fixture(scope="module", name="tuning")
def _tuning() -> Tuning:
    return found()


def test_it_finds_something_that_is_not_worse(tuning: Tuning) -> None:
    assert tuning.ended == "trials"
    assert len(tuning.trials) == 8
    assert tuning.rung == 1
    default, chosen, best = tuning.on(0), tuning.on(tuning.chosen), tuning.on(tuning.best)
    assert default is not None
    assert chosen is not None
    assert best is not None
    assert best >= chosen >= default
    assert best == max(tuning.on(one.number) or 0 for one in tuning.finalists())
    assert not [one.failure for one in tuning.trials if one.failure]


def test_the_default_is_always_a_trial(tuning: Tuning) -> None:
    default = tuning.trials[0]
    assert default.configuration == Configuration.of(EncoderChoice.of("tfidf"))
    assert len(default.scores) == len(tuning.rungs)


def test_a_third_goes_on_to_the_next_rung(tuning: Tuning) -> None:
    there = [one for one in tuning.trials if len(one.scores) == 2]
    assert 2 <= len(there) < len(tuning.trials)
    assert [r.splits for r in tuning.rungs] == [tuning.folds, tuning.folds * tuning.repeats]
    assert tuning.labels == 3 * LABELS == tuning.rungs[0].validated


def test_the_same_seed_the_same_trials(tuning: Tuning) -> None:
    again = found()
    assert [(t.configuration, t.scores) for t in again.trials] == [
        (t.configuration, t.scores) for t in tuning.trials
    ]
    assert (again.best, again.chosen) == (tuning.best, tuning.chosen)
    other = found(seed=1, trials=3)
    assert [t.scores for t in other.trials] != [t.scores for t in tuning.trials[:3]]


def test_test_rows_change_nothing(tuning: Tuning) -> None:
    """Neither their texts nor their labels: another test side, the same search."""
    dataset = task()
    rows, labels = dataset.rows.copy(), dataset.labels.copy()  # type: ignore[union-attr]
    rows[dataset.test], labels[dataset.test] = "nothing of the kind", 0
    other = found(dataclasses.replace(dataset, rows=rows, labels=labels))
    assert [t.scores for t in other.trials] == [t.scores for t in tuning.trials]


def test_labels_outside_the_budget_change_nothing(tuning: Tuning) -> None:
    from core.finetune.draws import draw_labels

    dataset = task()
    train = dataset.train_rows
    drawn = train[draw_labels(dataset.labels[train], LABELS, seed=0)]
    labels = dataset.labels.copy()
    rest = np.setdiff1d(train, drawn)
    seen: list[Any] = []

    class Watching(Here):
        def share(self, thing: Any) -> Any:
            seen.append(thing)
            return thing

    search(dataset, space(), Watching(), seconds=100, labels_per_class=LABELS, trials=1)
    shown = next(
        t for t in seen if isinstance(t, np.ndarray) and t.dtype == np.int64 and t.min() < 0
    )
    assert (shown >= 0).sum() == len(drawn)
    assert len(shown) == len(train) + (labels < 0).sum()
    assert len(rest) > 0


def test_validated_rows_are_never_in_the_pool() -> None:
    material = Material.of(task(), space(), Here(), labels_per_class=LABELS, seed=0)
    for place in range(len(material.plan.splits)):
        part = material.part(place, material.plan.size(place, 1), None)
        assert not set(part.pool) & (set(part.validation) | set(part.train))
        assert not set(part.validation) & set(part.train)
        assert (material.labels[part.pool] == -1).all()
        assert (material.labels[part.validation] >= 0).all()


def test_a_pool_does_not_tie_labelled_groups_together() -> None:
    made = task(pool=200)
    rows, group = made.rows.copy(), np.full(len(made), None, dtype=object)
    labelled = np.flatnonzero(made.labels != UNLABELLED)
    group[labelled] = [f"speaker {one}" for one in labelled // 2 % 9]
    rows[labelled[made.labels[labelled] == 0]] = "yes"  # everybody says it
    made = dataclasses.replace(made, rows=rows, group=group)
    every = units_of(made, made.pool_rows("all"))
    assert np.bincount(every).max() > 30  # among all rows, all labelled ones are one unit
    material = Material.of(made, space(), Here(), labels_per_class=None, seed=0)
    assert material.plan.folds > 1


def test_it_travels(tuning: Tuning) -> None:
    back = tuning_from_json(json.loads(json.dumps(tuning_to_json(tuning), allow_nan=False)))
    assert back == tuning


def test_costs_are_measured(tuning: Tuning) -> None:
    for one in tuning.trials:
        assert (one.size or 0) > 0
        assert (one.row_seconds or 0) > 0
        assert (one.train_seconds or 0) > 0
        assert (one.learn_seconds or 0) > 0


def test_points_are_reported_as_they_come() -> None:
    points: list[dict[str, Any]] = []

    def report(fraction: float, message: str, metrics: Any) -> None:
        assert 0 <= fraction <= 1
        assert message
        if metrics:
            points.append(dict(metrics))

    tuning = found(trials=5, progress=Progress(report))
    live = trials_from_points(json.loads(json.dumps(points)))
    assert [(t.number, t.configuration, t.scores) for t in live] == [
        (t.number, t.configuration, t.scores) for t in tuning.trials
    ]


def test_what_another_search_found_is_tried_first() -> None:
    mine = Configuration.of(EncoderChoice.of("lsa", n_components=3), "logistic")
    tuning = found(begin_with=[mine], trials=2)
    assert [one.configuration for one in tuning.trials] == [space().default, mine]


def test_a_fitted_model_takes_part_as_it_is() -> None:
    dataset = task()
    lsa = get_method("lsa")
    encoder = lsa.make({**EncoderChoice.of("lsa").settings, "n_components": 4}, 0)
    encoder.fit(dataset.take(dataset.pool_rows("all")))
    mine = EncoderChoice("lsa", {}, "0123456789ab")
    tuning = found(space=space(fitted=[mine]), fitted={"0123456789ab": encoder}, trials=4)
    assert {one.configuration.encoder.key for one in tuning.trials} == {mine.key}
    assert tuning.trials[0].learn_seconds == 0
    assert tuning.trials[0].scores


def test_heads_that_descend_go_on_from_fewer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.evaluate.tuning import folds
    from core.finetune.heads.gradient import GradientHead

    monkeypatch.setattr(folds, "_LARGE", 30)
    monkeypatch.setattr(folds, "_MEDIUM", 20)
    monkeypatch.setattr(folds, "FIRST_ROWS", 12)
    starts = []
    before = GradientHead.fit_from

    def watched(self: Any, X: Any, codes: Any, classes: Any, **more: Any) -> Any:
        starts.append((X.shape[0], float(np.abs(more["start"].coef).sum())))
        return before(self, X, codes, classes, **more)

    monkeypatch.setattr(GradientHead, "fit_from", watched)
    tuning = found(
        space=space(heads=("gradient",), methods=("tfidf",), strategies=("frozen",)),
        labels_per_class=None,
        trials=2,
    )
    assert [len(one.scores) for one in tuning.trials] == [3, 3]
    # from 12 to all 24 rows of the first split; nothing that was measured is measured again
    assert [rows for rows, _ in starts] == [24]
    assert all(size > 0 for _, size in starts)


def test_what_cannot_be_tried_is_named_and_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from core.pretrain.lsa import LsaEncoder

    def broken(*_: Any, **__: Any) -> None:
        raise BadData("It cannot read this.", hint="Take another.")

    monkeypatch.setattr(LsaEncoder, "fit", broken)
    tuning = found(space=space(methods=("lsa",), strategies=("frozen",)), trials=8)
    failed = [one for one in tuning.trials if one.failure]
    assert {one.configuration.encoder.method for one in failed} == {"lsa"}
    assert {one.failure for one in failed} == {"It cannot read this. Take another."}
    assert not [one for one in failed if one.scores]
    assert tuning.trials[0].scores
    assert "Some settings could not be tried; the table says why." in tuning.notes


def test_what_is_slow_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = module.attempt

    def slow(*arguments: Any) -> Any:
        order = arguments[-1]
        if order.configuration.head_settings["C"] == 0.3:
            assert order.seconds == pytest.approx(20, abs=5)  # a fifth of the budget
            raise Cancelled
        return real(*arguments)

    monkeypatch.setattr(module, "attempt", slow)
    tuning = found(trials=6)
    failed = [one for one in tuning.trials if one.failure]
    assert {one.failure for one in failed} == {"One split took longer than 20 seconds."}
    assert {one.configuration.head_settings["C"] for one in failed} == {0.3}
    assert all(one.scores for one in tuning.trials if one not in failed)


def test_a_default_that_cannot_be_tried_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("no")

    monkeypatch.setattr(module, "attempt", broken)
    with pytest.raises(BadData, match=r"default settings.*could not be tried: ValueError: no"):
        found(trials=1)


def test_a_lost_process_ends_it_with_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import BrokenExecutor

    real, calls = module.attempt, []

    def dies(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) > 3:
            raise BrokenExecutor("killed")
        return real(*arguments)

    monkeypatch.setattr(module, "attempt", dies)
    tuning = found()
    assert tuning.ended == "trouble"
    assert "memory" in " ".join(tuning.notes)
    assert tuning.trials[0].scores


def test_enough_ends_it_with_the_best_so_far() -> None:
    told: list[bool] = []

    def enough() -> bool:
        told.append(True)
        return len(told) > 2

    tuning = found(seconds=20.0, trials=None, progress=Progress(enough=enough))
    assert tuning.ended == "enough"


def test_cancelling_travels_up() -> None:
    def report(*_: Any) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        found(progress=Progress(report))


def test_a_budget_that_leaves_no_time_hands_out_the_default_unseen() -> None:
    tuning = found(seconds=1e-6, trials=None)
    assert (tuning.ended, tuning.rung, tuning.chosen) == ("time", -1, 0)
    assert "handed out unseen" in tuning.notes[0]


def test_the_default_alone_when_there_was_no_time_for_others() -> None:
    tuning = found(trials=1)
    assert (tuning.best, tuning.chosen, tuning.rung) == (0, 0, 1)


def test_a_rest_is_not_part_of_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(clocks.time, "monotonic", lambda: now[0])
    clock = Clock(50)
    now[0] += 30
    assert clock.spent == 30
    assert clock.left == pytest.approx(50 - 30 - 1)
    clock.rested(20)
    assert clock.spent == 10


def test_a_pause_moves_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REST_SECONDS", 0.05)
    rests: list[float] = []

    def report(*_: Any) -> None:
        if not rests:
            rests.append(0.3)
            time.sleep(0.3)

    begun = time.monotonic()
    tuning = found(trials=1, progress=Progress(report))
    assert tuning.spent <= time.monotonic() - begun - 0.29


def test_no_seconds() -> None:
    with pytest.raises(BadParam, match="A budget of 0 seconds"):
        found(seconds=0)


def test_one_class() -> None:
    one = dataclasses.replace(task(), labels=np.minimum(task().labels, 0))
    with pytest.raises(BadData, match="are of 1 class; a classifier needs at least two"):
        found(one)


def test_one_label_per_class() -> None:
    with pytest.raises(BadData, match="no settings can be tried out"):
        found(labels_per_class=1)
