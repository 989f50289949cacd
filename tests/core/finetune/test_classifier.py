from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from core.errors import BadData
from core.finetune import classifier as module
from core.finetune.classifier import Classifier
from core.finetune.heads.svm import SvmHead
from core.finetune.heads.tree import TreeHead
from core.pretrain.base import Encoder

CLASSES = ("a", "b", "c", "d")


class Lengths(Encoder):
    """A text as its length and its number of spaces."""

    def __init__(self, *, columns=2):
        self.columns = columns

    def fit(self, rows, y=None, *, progress=None):
        return self

    def transform(self, rows):
        if isinstance(rows, pd.DataFrame):
            rows = rows["text"]
        return np.array([[len(t), t.count(" "), 0][: self.columns] for t in rows], dtype=np.float32)


def texts(n=40):
    rng = np.random.default_rng(0)
    return np.array(["x" * rng.integers(1, 9) + " " * rng.integers(0, 5) for _ in range(n)], object)


@pytest.fixture
def trained():
    encoder = Lengths()
    rows = texts()
    codes = np.where(encoder.transform(rows)[:, 0] > 5, 3, 1)
    return Classifier(encoder, SvmHead().fit(encoder.transform(rows), codes), CLASSES)


def test_covers_all_classes_and_never_says_an_unseen_one(trained):
    proba = trained.predict_proba(texts())
    assert proba.shape == (40, 4)
    assert (proba[:, [0, 2]] == 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert set(trained.predict(texts())) == {1, 3}


def test_blocks_change_nothing(trained, monkeypatch):
    whole = trained.predict_proba(texts())
    monkeypatch.setattr(module, "BLOCK", 7)
    np.testing.assert_allclose(trained.predict_proba(texts()), whole, rtol=1e-12)
    frame = pd.DataFrame({"text": texts()})
    np.testing.assert_allclose(trained.predict_proba(frame), whole, rtol=1e-12)


def test_encoded_rows_go_straight_to_the_head(trained):
    encoded = trained.encoder.transform(texts())
    expected = trained.predict_proba(texts())
    np.testing.assert_array_equal(trained.predict_proba_encoded(encoded), expected)
    thin = trained.predict_proba_encoded(sparse.csr_matrix(encoded))
    np.testing.assert_allclose(thin, expected, rtol=1e-9)


def test_no_rows_give_no_rows(trained):
    assert trained.predict_proba(texts(0)).shape == (0, 4)
    assert trained.predict(texts(0)).shape == (0,)


def test_weights_of_all_classes(trained):
    weights, intercepts = trained.linear()
    assert weights.shape == (4, 2)
    assert (weights[[0, 2]] == 0).all()
    assert np.isneginf(intercepts[[0, 2]]).all()
    scores = trained.encoder.transform(texts()) @ weights.T + intercepts
    np.testing.assert_array_equal(scores.argmax(axis=1), trained.predict(texts()))
    temperature = trained.head.temperature_
    softmax = np.exp(scores / temperature) / np.exp(scores / temperature).sum(1, keepdims=True)
    np.testing.assert_allclose(softmax, trained.predict_proba(texts()), rtol=1e-9)


def test_heads_that_are_no_sum_have_no_weights():
    head = TreeHead().fit(np.array([[0.0, 0], [1, 1]]), np.array([0, 1]))
    assert Classifier(Lengths(), head, CLASSES).linear() is None


def test_threads_get_what_one_gets(trained):
    expected = trained.predict_proba(texts())
    with ThreadPoolExecutor(4) as pool:
        for proba in pool.map(trained.predict_proba, [texts()] * 12):
            np.testing.assert_array_equal(proba, expected)


def test_another_encoder_is_refused(trained):
    wrong = Classifier(Lengths(columns=3), trained.head, CLASSES)
    with pytest.raises(BadData, match="encoded as 3 numbers, but the head was trained on 2"):
        wrong.predict(texts())


@pytest.mark.parametrize("labels", [["x", "y"], [0, 4], [-1, 0], [0.5, 1.5]])
def test_labels_that_are_no_codes_are_refused(labels):
    head = TreeHead()
    head.classes_ = np.array(labels)
    with pytest.raises(BadData, match="do not fit the 4 classes"):
        Classifier(Lengths(), head, CLASSES)


def test_nothing_can_be_put_in_its_place(trained):
    with pytest.raises(AttributeError):
        trained.head = None
