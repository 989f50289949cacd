"""Strategies that learn from rows without a label, and the neighbours they stand on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from core.errors import Cancelled
from core.finetune import get_strategy
from core.finetune import neighbours as module
from core.finetune.base import Task
from core.finetune.heads.logistic import LogisticHead
from core.finetune.neighbours import graph, nearest
from core.finetune.strategies.self_training import surest
from core.finetune.strategies.spreading import spread
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress

KINDS = [np.asarray, sparse.csr_matrix]


def circles(n=40):
    """Two arcs of directions with one labelled end each; the middle of each is far from it."""
    angles = np.concatenate([np.linspace(0, 1.4, n), np.linspace(2.2, 3.6, n)])
    X = np.column_stack([np.cos(angles), np.sin(angles)])
    truth = np.repeat([0, 1], n)
    labelled = np.array([0, n])
    return X, truth, labelled


def task(kind=np.asarray):
    X, truth, labelled = circles()
    others = np.setdiff1d(np.arange(len(X)), labelled)
    return Task(
        rows=np.array(["text"] * 2, dtype=object),
        labels=truth[labelled],
        encoded=kind(X[labelled]),
        pool=lambda: kind(X[others]),
        encoder=Encoder(),
        make_head=LogisticHead,
        seed=0,
    )


# neighbours ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", [1, 35, 10_000])
def test_neighbours_are_exact_in_blocks_of_any_size(kind, block, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", block)
    X = np.random.default_rng(0).normal(size=(12, 3))
    X[4] = 0
    indices, cosines = nearest(kind(X), 3)
    lengths = np.linalg.norm(X, axis=1)
    lengths[4] = 1
    all_cosines = (X @ X.T) / np.outer(lengths, lengths)
    np.fill_diagonal(all_cosines, -2)
    expected = -np.sort(-all_cosines, axis=1)[:, :3]
    np.testing.assert_allclose(cosines, expected, atol=1e-6)
    assert not (indices == np.arange(12)[:, None]).any()


def test_never_more_neighbours_than_rows():
    indices, _ = nearest(np.eye(3), 10)
    assert indices.shape == (3, 2)
    assert nearest(np.eye(1), 10)[0].shape == (1, 0)


def test_the_graph_goes_both_ways():
    # the first two are near; the third is nearest to the second, which does not choose it
    X = np.array([[1.0, 0], [0.9, 0.1], [0.5, 0.5]])
    edges = graph(*nearest(X, 1)).toarray()
    np.testing.assert_array_equal(edges, edges.T)
    assert edges[2, 1] > 0
    assert edges[2, 0] == 0


def test_rows_that_point_apart_share_no_edge():
    edges = graph(*nearest(np.array([[1.0, 0], [-1.0, 0], [0, 1.0]]), 2))
    assert edges.sum() == 0


# spreading -----------------------------------------------------------------------------------


def test_spreading_settles_at_the_closed_form():
    edges = sparse.csr_matrix(np.array([[0, 1, 0], [1, 0, 2], [0, 2, 0.0]]))
    Y = np.array([[1.0, 0], [0, 0], [0, 1.0]])
    found = spread(edges, Y, 0.5, progress=SILENT)
    degrees = np.array([1, 3, 2.0])
    S = edges.toarray() / np.sqrt(np.outer(degrees, degrees))
    exact = 0.5 * np.linalg.solve(np.eye(3) - 0.5 * S, Y)
    np.testing.assert_allclose(found, exact, rtol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_labels_flow_along_the_arcs(kind):
    X, truth, _ = circles()
    given = task(kind)
    encoder, head = get_strategy("spreading").learn(given, {"neighbours": 3}, SILENT)
    assert encoder is given.encoder
    assert (head.predict(kind(X)) == truth).mean() == 1.0
    alone = LogisticHead().fit(given.encoded, given.labels)
    assert (alone.predict(kind(X)) == truth).mean() < 1.0


@pytest.mark.parametrize("key", ["spreading", "self_training"])
def test_without_other_rows_it_is_the_head_alone(key):
    given = task()
    bare = Task(**{**given.__dict__, "pool": lambda: np.empty((0, 2))})
    _, head = get_strategy(key).learn(bare, {}, SILENT)
    np.testing.assert_array_equal(head.coef_, LogisticHead().fit(given.encoded, given.labels).coef_)


@pytest.mark.parametrize("key", ["spreading", "self_training"])
def test_can_be_cancelled(key):
    def report(fraction, *_):
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        get_strategy(key).learn(task(), {}, Progress(report))


def test_rows_that_no_label_reaches_are_left_out():
    """A third group points away from both arcs: nothing is learned from it, nothing breaks."""
    given = task()
    lonely = np.vstack([given.pool(), [[0.0, -1.0]] * 4])
    more = Task(**{**given.__dict__, "pool": lambda: lonely})
    _, head = get_strategy("spreading").learn(more, {"neighbours": 3}, SILENT)
    _, without = get_strategy("spreading").learn(given, {"neighbours": 3}, SILENT)
    np.testing.assert_allclose(head.coef_, without.coef_, atol=1e-6)


# self-training -------------------------------------------------------------------------------


def test_the_surest_of_each_class():
    proba = np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7], [0.45, 0.55]])
    rows, codes = surest(proba, 0.5)
    assert rows.tolist() == [0, 2, 3]
    assert codes.tolist() == [0, 0, 1]
    assert surest(proba, 0.01)[0].tolist() == [0, 3]


def test_self_training_moves_the_border():
    X, truth, _ = circles()
    given = task()
    _, head = get_strategy("self_training").learn(given, {"share": 1.0}, SILENT)
    alone = LogisticHead().fit(given.encoded, given.labels)
    assert (head.predict(X) == truth).mean() >= (alone.predict(X) == truth).mean()
    assert not np.allclose(head.coef_, alone.coef_)
