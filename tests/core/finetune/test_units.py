"""Heads and strategies hold out together what belongs together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import RepeatedStratifiedKFold

from core.finetune import get_strategy, strategies
from core.finetune.base import Task
from core.finetune.choosing import folds
from core.finetune.heads.gradient import GradientHead
from core.finetune.heads.svm import DEFAULT_TEMPERATURE, SvmHead, _one_split
from core.finetune.heads.tree import TreeHead
from core.finetune.source import Source
from core.finetune.strategies import together
from core.finetune.training import hold_out
from core.pretrain.base import Encoder
from core.progress import SILENT

OF_EACH = 4


def chance(
    groups: int = 40, d: int = 60, *, seed: int = 0
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Noise four times over with labels by chance; which rows are the same."""
    rng = np.random.default_rng(seed)
    which = np.arange(groups * OF_EACH) // OF_EACH
    labels = rng.permutation(np.arange(groups) % 2)
    return rng.normal(size=(groups, d))[which] / np.sqrt(d), labels[which], which


def task(**more: Any) -> Task:
    X, labels, _ = chance()
    given: dict[str, Any] = {
        "rows": np.array(["text"] * len(labels), dtype=object),
        "labels": labels,
        "encoded": X,
        "pool": lambda: X[:0],
        "encoder": Encoder(),
        "make_head": SvmHead,
        "seed": 0,
    }
    return Task(**{**given, **more})


def test_folds_without_units_are_those_of_recorded_results() -> None:
    labels = np.arange(70) % 3
    splitter = RepeatedStratifiedKFold(n_splits=5, n_repeats=1, random_state=3)
    expected = list(splitter.split(labels, labels))
    for units in (None, np.arange(70)):
        for one, other in zip(folds(labels, units=units, seed=3), expected, strict=True):
            np.testing.assert_array_equal(one[0], other[0])
            np.testing.assert_array_equal(one[1], other[1])


def test_a_class_is_not_held_out_with_all_its_speakers() -> None:
    # the third speaker stays; the first would be held out for 0, the second for 1, and 2 is theirs
    speaker = np.repeat([0, 1, 2], [6, 5, 30])
    labels = np.array([0, 0, 0, 0, 2, 2, 1, 1, 1, 2, 2, *np.tile([0, 1], 15)])
    for seed in range(5):
        held = hold_out(labels, 0.2, units=speaker, seed=seed)
        assert np.unique(speaker[held]).tolist() == [0]
    X = 2 * np.eye(3)[labels]
    head = GradientHead(refit=False).fit(X, labels, units=speaker)
    assert (head.predict(X) == labels).all()


def test_where_most_rows_would_be_held_out_none_are() -> None:
    # the first speaker alone says 2 and stays; of the second, all of 1 but one would be held out
    speaker = np.repeat([0, 1, 2], [4, 20, 2])
    labels = np.array([2, 2, 1, 0, *[1] * 20, 0, 0])
    assert not hold_out(labels, 0.2, units=speaker, seed=0).any()
    head = GradientHead().fit(np.eye(3)[labels], labels, units=speaker)
    assert "most would have to be held out" in " ".join(head.notes())


def test_rows_held_out_once_are_whole_units_of_every_class() -> None:
    rng = np.random.default_rng(0)
    units, labels = rng.integers(0, 1200, 6000), rng.integers(0, 4, 6000)
    kept, out = _one_split(labels, units, 1000, 0)
    assert 900 < len(out) < 1100
    assert not set(units[kept]) & set(units[out])
    assert sorted([*kept, *out]) == list(range(6000))
    shares = np.bincount(labels[out]) / np.bincount(labels)
    assert shares == pytest.approx(np.full(4, 1 / 6), abs=0.02)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60),
    st.integers(0, 3),
)
def test_folds_keep_units_on_one_side(made: list[tuple[int, int]], seed: int) -> None:
    units, labels = np.array(made).T
    for kept, out in folds(labels, units=units, seed=seed):
        assert not set(units[kept]) & set(units[out])
        assert set(labels[out]) <= set(labels[kept])
        assert len(out)


def test_few_units_are_held_out_several_times() -> None:
    labels, units = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 2, 3, 3])
    found = folds(labels, units=units, seed=0)
    assert len(found) == 10  # two folds, five times over
    assert folds(labels, units=labels, seed=0) == []


def test_an_svm_is_no_surer_for_copies() -> None:
    X, labels, units = chance(120)
    by_heart = SvmHead().fit(X, labels).temperature_
    honest = SvmHead().fit(X, labels, units=units).temperature_
    assert honest > 2 * by_heart
    alone = SvmHead().fit(X, labels, units=np.arange(len(labels))).temperature_
    assert alone == by_heart
    # each class is a single unit: there is nothing to measure it on
    assert SvmHead().fit(X, labels, units=labels).temperature_ == DEFAULT_TEMPERATURE


def test_many_rows_are_held_out_once_together(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.finetune.heads import svm

    monkeypatch.setattr(svm, "_HELD_OUT", 40)
    X, labels, units = chance(120)
    by_heart = SvmHead().fit(X, labels).temperature_
    assert SvmHead().fit(X, labels, units=units).temperature_ > 2 * by_heart
    monkeypatch.setattr(svm, "_many", lambda X: True)
    blocks = SvmHead().fit(X, labels).temperature_
    assert SvmHead().fit(X, labels, units=units).temperature_ > 2 * blocks
    mixed = np.where(np.arange(len(labels)) < 80, 0, 1)  # two speakers of both classes
    assert SvmHead().fit(X, labels, units=mixed).temperature_ > 0
    assert SvmHead().fit(X, labels, units=labels).temperature_ == DEFAULT_TEMPERATURE


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60),
    st.integers(0, 3),
)
def test_validation_rows_of_a_descent_are_whole_units(
    made: list[tuple[int, int]], seed: int
) -> None:
    units, labels = np.array(made).T
    held = hold_out(labels, 0.2, units=units, seed=seed)
    assert not set(units[held]) & set(units[~held])
    assert set(labels[held]) <= set(labels[~held])  # nothing is lost on training
    assert 2 * held.sum() <= len(held)
    alone = hold_out(labels, 0.2, units=np.arange(len(labels)), seed=seed)
    np.testing.assert_array_equal(alone, hold_out(labels, 0.2, seed=seed))


def test_a_descent_sees_that_copies_teach_nothing() -> None:
    X, labels, units = chance()
    by_heart = GradientHead().fit(X, labels)
    honest = GradientHead().fit(X, labels, units=units)
    assert max(by_heart.curves()["validation_accuracy"]) > 0.9
    assert max(honest.curves()["validation_accuracy"]) < 0.8
    blind = GradientHead().fit(X, labels, units=labels)
    assert blind.notes() == (
        "2 of 2 classes have a single labelled row or only rows that belong together, so no "
        "validation rows could be held out: it made 20 passes and kept the last.",
    )


@pytest.mark.parametrize(
    "key", [key for key in strategies() if key not in ("probe_then_tune", "label_shift")]
)
def test_every_strategy_passes_on_what_belongs_together(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, labels, units = chance(12)
    pool, _, pool_units = chance(6, seed=5)
    there, known, source_units = chance(10, seed=6)
    strategy = strategies()[key]
    kind: Any = GradientHead if strategy.heads == ("gradient",) else SvmHead
    asked: list[Any] = []
    for name in ("fit", "fit_from"):
        original = getattr(kind, name, None)
        if original is None:
            continue

        def spied(self: Any, X: Any, *args: Any, _to: Any = original, **kwargs: Any) -> Any:
            asked.append((X.shape[0], kwargs.get("units")))
            return _to(self, X, *args, **kwargs)

        monkeypatch.setattr(kind, name, spied)
    source = Source(
        head=kind().fit(there, known),
        classes=("no", "yes"),
        target_classes=("no", "yes"),
        encoded=lambda: there,
        labels=known,
        units=100 + source_units,
    )
    asked.clear()
    given = task(
        rows=np.array(["text"] * len(labels), dtype=object),
        labels=labels,
        encoded=X,
        pool=lambda: pool,
        make_head=kind,
        units=units,
        pool_units=50 + pool_units,
        source=source,
    )
    strategy.learn(given, {}, SILENT)
    assert asked
    for rows, told in asked:
        assert len(told) == rows
    assert set(asked[-1][1]) <= {*units, *(50 + pool_units), *(100 + source_units)}


@pytest.mark.parametrize("shared", [False, True])
def test_weighing_the_source_is_not_fooled_by_its_copies(
    shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source is the target's own rows: what it says of those held out is no merit."""
    X, labels, units = chance()
    means: list[Any] = []

    def spied(*args: Any, **kwargs: Any) -> Any:
        chosen, found = together_choose(*args, **kwargs)
        means.append(found)
        return chosen, found

    together_choose = together.choose
    monkeypatch.setattr(together, "choose", spied)
    source = Source(
        head=TreeHead(),
        classes=("no", "yes"),
        target_classes=("no", "yes"),
        encoded=lambda: X,
        labels=labels,
        units=units if shared else 1000 + units,
    )
    get_strategy("together").learn(task(make_head=TreeHead, units=units, source=source), {}, SILENT)
    assert (means[0][0] > 0.95) == (not shared)


def test_a_class_that_one_speaker_has_to_himself_is_not_weighed_away() -> None:
    rng = np.random.default_rng(0)

    def rows(labels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return rng.normal(size=(len(labels), 5)) + 3 * np.eye(5)[labels]

    labels, truth = np.repeat([0, 1, 2], 40), np.repeat([0, 1, 2], [10, 20, 30])
    known, asked = rows(labels), rows(truth)
    right = []
    for units in (None, np.where(labels == 2, 999, np.arange(120)), np.arange(120) // 40):
        source = Source(
            head=SvmHead(),
            classes=("a", "b", "c"),
            target_classes=("a", "b", "c"),
            encoded=lambda: known,
            labels=labels,
            units=units,
        )
        none = {"rows": np.array([], dtype=object), "labels": labels[:0], "encoded": known[:0]}
        given = task(**none, pool=lambda: asked, source=source)
        _, head = get_strategy("label_shift").learn(given, {}, SILENT)
        right.append(float((head.predict(asked) == truth).mean()))
    assert min(right) > 0.9
