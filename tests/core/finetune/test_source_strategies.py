"""Strategies that start from a source: their limits, to the digit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from core.errors import BadParam
from core.finetune import get_strategy
from core.finetune.base import Task
from core.finetune.heads.gradient import GradientHead
from core.finetune.heads.logistic import LogisticHead
from core.finetune.heads.svm import SvmHead
from core.finetune.heads.tree import TreeHead
from core.finetune.source import Source
from core.pretrain.base import Encoder
from core.progress import SILENT

D = 5


def rows(n=30, k=3, seed=0, shift=0.0):
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % k
    centres = np.random.default_rng(7).normal(size=(k, D))
    return rng.normal(scale=0.7, size=(n, D)) + centres[codes] + shift, codes


def source(classes=("a", "b", "c"), target=("a", "b", "c"), head=None, kind=np.asarray) -> Source:
    X, codes = rows(90, len(classes), seed=1)
    head = head or GradientHead(passes=30)
    return Source(
        head=head.fit(kind(X), codes),
        classes=classes,
        target_classes=target,
        encoded=lambda: kind(X),
        labels=codes,
    )


def task(given=None, make_head=lambda: GradientHead(passes=30), kind=np.asarray, n=30, k=3):
    X, codes = rows(n, k)
    return Task(
        rows=np.array(["text"] * n, dtype=object),
        labels=codes,
        encoded=kind(X),
        pool=lambda: kind(X[:0]),
        encoder=Encoder(),
        make_head=make_head,
        seed=0,
        source=given,
    )


KEYS = ["warm_start", "towards_source", "together", "augmentation"]
KINDS = [np.asarray, sparse.csr_matrix]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", KEYS)
def test_sparse_rows_go_the_way_of_dense_ones(key, kind):
    given = task(source(kind=kind), kind=kind)
    encoder, head = get_strategy(key).learn(given, {}, SILENT)
    assert encoder is given.encoder
    _, dense = get_strategy(key).learn(task(source()), {}, SILENT)
    np.testing.assert_allclose(head.coef_, dense.coef_, atol=1e-8)
    assert head.coef_.shape == (3, D)
    proba = head.predict_proba(given.encoded)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    again = type(head)().load_state(head.state())
    np.testing.assert_array_equal(again.predict_proba(given.encoded), proba)


@pytest.mark.parametrize("key", KEYS)
def test_without_a_source(key):
    with pytest.raises(BadParam, match="none was chosen") as error:
        get_strategy(key).learn(task(), {}, SILENT)
    assert "Choose a finished fine-tuning" in error.value.hint


@pytest.mark.parametrize("key", KEYS)
def test_without_a_class_in_common(key):
    with pytest.raises(BadParam, match="No class of the source is a class here: it knows x, y, z"):
        get_strategy(key).learn(task(source(classes=("x", "y", "z"))), {}, SILENT)


@pytest.mark.parametrize("key", ["warm_start", "towards_source"])
def test_needs_a_head_that_descends(key):
    with pytest.raises(BadParam, match="only the head 'gradient' does"):
        get_strategy(key).learn(task(source(), make_head=SvmHead), {}, SILENT)


def test_augmentation_needs_a_linear_head():
    with pytest.raises(BadParam, match="needs a linear head"):
        get_strategy("augmentation").learn(task(source(), make_head=TreeHead), {}, SILENT)


@pytest.mark.parametrize("key", ["warm_start", "towards_source"])
def test_a_source_without_weights(key):
    with pytest.raises(BadParam, match="is no linear model"):
        get_strategy(key).learn(task(source(head=TreeHead())), {}, SILENT)


# weights of a source -------------------------------------------------------------------------


def test_weights_of_shared_classes_by_name():
    given = source(classes=("a", "b", "c"), target=("new", "c", "a"))
    assert given.shared() == {1: 2, 2: 0}
    found = given.weights(np.array([0, 1, 2]))
    np.testing.assert_array_equal(found.coef[:, 0], np.zeros(D))
    np.testing.assert_array_equal(found.coef[:, 1], given.head.coef_[2])
    np.testing.assert_array_equal(found.coef[:, 2], given.head.coef_[0])
    assert found.intercept.tolist() == [0, given.head.intercept_[2], given.head.intercept_[0]]


def test_rows_of_shared_classes_get_the_codes_of_the_target():
    given = source(classes=("a", "b", "c"), target=("new", "c", "a"))
    X, codes = given.rows()
    assert len(X) == 60
    assert set(codes.tolist()) == {1, 2}
    np.testing.assert_array_equal(X[0], given.encoded()[0])
    assert codes[0] == 2


# warm start ----------------------------------------------------------------------------------


def test_warm_start_without_a_pass_that_helps_stays_at_the_source():
    """The source's own rows: hardly anything is left to learn, and steps are tiny."""
    given = source()
    X, codes = rows(90, 3, seed=1)
    known = given.weights(np.arange(3))
    head = GradientHead(passes=1, learning_rate=1e-8, refit=False)
    head.fit_from(X, codes, np.arange(3), start=known)
    np.testing.assert_allclose(head.coef_, given.head.coef_, atol=1e-6)


def test_warm_start_begins_where_the_source_ended():
    given = source()
    head = task(given).make_head()
    X, codes = rows()
    warm = get_strategy("warm_start").learn(task(given), {}, SILENT)[1]
    cold = head.fit(X, codes)
    assert warm.curves()["train_loss"][0] < cold.curves()["train_loss"][0]


def test_new_classes_start_from_zero():
    given = source(classes=("a", "b"), target=("a", "b", "c"))
    known = given.weights(np.arange(3))
    assert not known.coef[:, 2].any()
    head = get_strategy("warm_start").learn(task(given), {}, SILENT)[1]
    assert head.coef_[2].any()
    assert len(head.classes_) == 3


def test_label_sets_that_overlap_in_part():
    """The source knows z, which is no class here, and not c: shared ones start as they were."""
    given = source(classes=("a", "b", "z"), target=("a", "b", "c"))
    still = task(given, make_head=lambda: GradientHead(passes=1, learning_rate=1e-8, refit=False))
    head = get_strategy("warm_start").learn(still, {}, SILENT)[1]
    np.testing.assert_allclose(head.coef_[:2], given.head.coef_[:2], atol=1e-6)
    np.testing.assert_allclose(head.coef_[2], 0, atol=1e-6)
    assert head.classes_.tolist() == [0, 1, 2]
    long = task(given, make_head=lambda: GradientHead(passes=500, validation_share=0))
    learned = get_strategy("warm_start").learn(long, {}, SILENT)[1]
    X, codes = rows(90, seed=5)
    assert (learned.predict(X)[codes == 2] == 2).mean() > 0.5  # the new class is learned


# towards the source --------------------------------------------------------------------------


def test_strength_zero_is_training_from_scratch():
    given = task(source())
    _, head = get_strategy("towards_source").learn(given, {"strength": 0.0}, SILENT)
    scratch = given.make_head().fit(given.encoded, given.labels)
    np.testing.assert_array_equal(head.coef_, scratch.coef_)
    np.testing.assert_array_equal(head.intercept_, scratch.intercept_)


def test_a_strength_without_bound_is_the_source_model():
    known = source()
    given = task(known)
    _, head = get_strategy("towards_source").learn(given, {"strength": 1e12}, SILENT)
    np.testing.assert_allclose(head.coef_, known.head.coef_, rtol=0, atol=1e-11)
    np.testing.assert_allclose(head.intercept_, known.head.intercept_, rtol=0, atol=1e-11)


def test_the_stronger_the_nearer():
    known = source()
    away = []
    for strength in (0.01, 0.3, 10.0, 300.0):
        _, head = get_strategy("towards_source").learn(
            task(known, make_head=lambda: GradientHead(passes=2000, validation_share=0)),
            {"strength": strength},
            SILENT,
        )
        away.append(np.linalg.norm(head.coef_ - known.head.coef_))
    assert away == sorted(away, reverse=True)


# together ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make_head", [SvmHead, LogisticHead, GradientHead, TreeHead])
def test_weight_zero_is_the_target_alone(make_head):
    given = task(source(), make_head=make_head)
    _, head = get_strategy("together").learn(given, {"source_weight": 0.0}, SILENT)
    alone = make_head().fit(given.encoded, given.labels)
    np.testing.assert_array_equal(
        head.predict_proba(given.encoded), alone.predict_proba(given.encoded)
    )


@pytest.mark.parametrize("make_head", [LogisticHead, TreeHead])
def test_weight_one_is_all_rows_in_one(make_head):
    known = source()
    given = task(known, make_head=make_head)
    _, head = get_strategy("together").learn(given, {"source_weight": 1.0}, SILENT)
    X = np.vstack([given.encoded, known.encoded()])
    pooled = make_head().fit(X, np.concatenate([given.labels, known.labels]))
    np.testing.assert_allclose(
        head.predict_proba(given.encoded), pooled.predict_proba(given.encoded), atol=1e-6
    )


def test_a_source_that_contradicts_is_turned_down():
    known = source()
    wrong = Source(known.head, known.classes, known.classes, known.encoded, (known.labels + 1) % 3)
    given = task(wrong, make_head=LogisticHead, n=60)
    _, head = get_strategy("together").learn(given, {}, SILENT)
    X, codes = rows(300, seed=5)
    assert (head.predict(X) == codes).mean() > 0.6
    pooled = get_strategy("together").learn(given, {"source_weight": 3.0}, SILENT)[1]
    assert (pooled.predict(X) == codes).mean() < 0.5


# augmentation --------------------------------------------------------------------------------


def test_augmentation_is_the_kernel_of_its_paper():
    """Rows of one domain count double with each other (Daumé 2007, section 3.2).

    The dual of that: a ridge on augmented rows equals one with the kernel doubled inside a domain.
    """
    from core.finetune.strategies.augmentation import _augmented

    X, _ = rows(6)
    target, extra = _augmented(X[:3], 2), _augmented(X[3:], 1)
    np.testing.assert_allclose(target @ target.T, 2 * X[:3] @ X[:3].T)
    np.testing.assert_allclose(extra @ extra.T, 2 * X[3:] @ X[3:].T)
    np.testing.assert_allclose(target @ extra.T, X[:3] @ X[3:].T)


def test_the_folded_head_scores_as_the_augmented_one():
    from core.finetune.strategies.augmentation import _augmented

    known = source()
    given = task(known, make_head=LogisticHead)
    _, head = get_strategy("augmentation").learn(given, {}, SILENT)
    X = np.vstack([_augmented(given.encoded, 2), _augmented(known.encoded(), 1)])
    wide = LogisticHead().fit(X, np.concatenate([given.labels, known.labels]))
    np.testing.assert_allclose(
        head.scores(given.encoded), wide.scores(_augmented(given.encoded, 2)), atol=1e-10
    )
