"""Out-of-fold predictions: which rows, by models that knew what, and when there are none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dataset import UNLABELLED
from core.errors import BadData
from core.evaluate import experiment, validation
from core.evaluate.metrics import score
from core.finetune import get_head
from core.finetune.base import Strategy
from core.progress import Progress
from tests.core.evaluate.test_experiment import GUESSES, KNOWS, Columns, made_up, run


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array),
    st.integers(0, 3),
)
def test_each_row_is_held_out_once_and_its_class_stays_known(labels: Any, seed: int) -> None:
    folds = validation.held_out_folds(labels, seed=seed)
    counts = np.bincount(labels)
    several = np.flatnonzero(counts[labels] >= 2)
    if len(np.unique(labels[several])) < 2:
        assert folds == []
        return
    assert sorted(np.concatenate(folds)) == sorted(several)
    assert len(folds) == min(validation.FOLDS, len(several))
    sizes = [len(fold) for fold in folds]
    assert max(sizes) - min(sizes) <= 1
    for fold in folds:
        assert set(np.delete(labels, fold)) == set(labels)
    for code in np.flatnonzero(counts >= 2):
        shares = [int((labels[fold] == code).sum()) for fold in folds]
        assert max(shares) - min(shares) <= 1


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60).map(
        np.array
    ),
    st.integers(0, 3),
)
def test_what_belongs_together_is_held_out_together(made: Any, seed: int) -> None:
    units, labels = made.T
    folds = validation.held_out_folds(labels, units=units, seed=seed)
    for fold in folds:
        assert not set(units[fold]) & set(np.delete(units, fold))
        assert set(labels[fold]) <= set(np.delete(labels, fold))  # its class stays known
    alone = validation.held_out_folds(labels, units=np.arange(len(labels)), seed=seed)
    plain = validation.held_out_folds(labels, seed=seed)
    assert [list(fold) for fold in alone] == [list(fold) for fold in plain]


def test_no_copy_of_a_held_out_row_is_learned_from() -> None:
    """A head that knows rows by heart is right about none whose label is chance."""
    dataset = made_up(240)
    rows, labels = dataset.rows.copy(), dataset.labels.copy()
    train = np.flatnonzero(~dataset.test)
    random = np.random.default_rng(0)
    noise = random.normal(size=(len(train) // 4, *rows.shape[1:]))
    rows[train] = np.repeat(noise, 4, axis=0)
    labels[train] = np.repeat(random.integers(0, 3, len(noise)), 4)
    spoilt = dataclasses.replace(dataset, rows=rows, labels=labels)
    found = validation.from_arrays(run(spoilt, labels_per_class=None, head="tree").arrays)
    assert found is not None
    right = (found.proba.argmax(axis=1) == found.labels).mean()
    assert right < 0.6


@pytest.mark.parametrize(
    ("rows", "sizes"),
    [
        (400, [80] * 5),
        (500, [100] * 4),
        (700, [140] * 3),
        (1_000, [200] * 2),
        (2_000, [400]),
        (9_000, [1_800]),
        (30_000, [2_000]),
    ],
)
def test_many_labels_are_few_folds(rows: int, sizes: list[int]) -> None:
    labels = np.arange(rows) % 3
    folds = validation.held_out_folds(labels, seed=0)
    assert [len(fold) for fold in folds] == sizes
    counts = np.bincount(labels[folds[0]])
    assert counts.max() - counts.min() <= 1


def test_predictions_are_those_of_models_without_the_rows() -> None:
    dataset = made_up()
    outcome = run(dataset, seed=3)
    found = validation.from_arrays(outcome.arrays)
    assert found is not None
    train = outcome.arrays["train_rows"]
    assert (found.rows == train).all()
    assert (found.labels == dataset.labels[train]).all()
    assert found.proba.shape == (15, 3)
    spec = get_head("logistic")
    for fold in validation.held_out_folds(dataset.labels[train], seed=3):
        kept = np.delete(train, fold)
        head = spec.make({p.name: p.default for p in spec.params}, 3)
        head.fit(KNOWS.transform(dataset.take(kept)), dataset.labels[kept])
        by_hand = head.predict_proba(KNOWS.transform(dataset.take(train[fold])))
        assert found.proba[fold] == pytest.approx(by_hand)
    assert outcome.evaluation.validation == score(
        found.labels, found.proba, dataset.classes, seed=3
    )


def test_no_test_row_is_among_them_or_teaches_anything() -> None:
    dataset = made_up()
    rows, labels = dataset.rows.copy(), dataset.labels.copy()
    rows[dataset.test] = 7 - 3 * rows[dataset.test]
    labels[dataset.test] = (labels[dataset.test] + 1) % 3
    spoilt = dataclasses.replace(dataset, rows=rows, labels=labels)
    honest, other = run(dataset).arrays, run(spoilt).arrays
    assert not dataset.test[honest["validation_rows"]].any()
    assert (honest["validation_proba"] == other["validation_proba"]).all()


def test_a_class_with_one_label_is_left_out_but_known() -> None:
    dataset = made_up(120)
    labels = dataset.labels.copy()
    labels[np.flatnonzero((labels == 2) & ~dataset.test)[1:]] = UNLABELLED
    arrays = run(dataclasses.replace(dataset, labels=labels)).arrays
    assert set(arrays["validation_labels"]) == {0, 1}
    assert len(arrays["validation_rows"]) == 10
    assert (arrays["validation_proba"][:, 2] > 0).all()


def test_one_label_per_class_cannot_be_split() -> None:
    outcome = run(labels_per_class=1)
    assert "validation_rows" not in outcome.arrays
    assert validation.from_arrays(outcome.arrays) is None
    assert outcome.evaluation.validation is None


def test_they_can_be_left_away_and_change_nothing_else() -> None:
    with_them, without = run(), run(validate=False)
    assert "validation_rows" not in without.arrays
    assert dataclasses.replace(with_them.evaluation, validation=None) == without.evaluation
    assert (with_them.arrays["test_proba"] == without.arrays["test_proba"]).all()


def test_held_out_rows_are_not_even_seen_without_their_labels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset = made_up(120)
    seen: list[tuple[int, set[Any]]] = []

    def learn(task: Any, settings: Mapping[str, Any], progress: Progress) -> Any:
        progress.update(0.5, "learning", train_loss=1.0)
        seen.append((len(task.labels), {tuple(row) for row in task.pool()}))
        other = Columns(0, 3)  # encoders that change are asked for the held-out rows, too
        return other, task.make_head().fit(other.transform(task.rows), task.labels)

    looking = Strategy("looking", "Looking", "", "", (), learn)
    known = experiment.get_strategy
    monkeypatch.setattr(
        experiment, "get_strategy", lambda key: looking if key == "looking" else known(key)
    )
    heard: list[Any] = []
    outcome = run(
        dataset,
        strategy="looking",
        draws=1,
        progress=Progress(lambda f, m, x: heard.append((m, dict(x)))),
    )
    ours = {tuple(row) for row in KNOWS.transform(dataset.take(outcome.arrays["train_rows"]))}
    folds = seen[1:]
    assert [labels for labels, _ in folds] == [12] * 5
    for _, pool in folds:
        assert len(pool) == 60 - 15
        assert not pool & ours
    inside = [x for m, x in heard if m.startswith("Asking about held-out labels, fold 3 of 5")]
    assert inside
    assert not any("train_loss" in x for x in inside)


def test_a_model_that_cannot_do_with_fewer_labels_is_kept_with_a_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise BadData("It takes 15 rows.")

    monkeypatch.setattr(experiment, "out_of_fold", fails)
    evaluation = run().evaluation
    assert evaluation.validation is None
    assert evaluation.notes == ("No labelled row could be held out: It takes 15 rows.",)


def test_without_a_model_the_baseline_is_asked() -> None:
    alone = run(encoder=None)
    found = validation.from_arrays(alone.arrays)
    assert found is not None
    assert len(found.rows) == 15
    other = experiment.run_experiment(
        made_up(), GUESSES, GUESSES, head="logistic", labels_per_class=5, draws=1, curve=False
    )
    assert found.proba == pytest.approx(other.arrays["validation_proba"])
