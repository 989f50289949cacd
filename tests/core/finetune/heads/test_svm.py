from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.metrics import log_loss
from sklearn.svm import LinearSVC

from core.errors import Cancelled
from core.finetune.base import TooFewClasses
from core.finetune.heads import svm
from core.finetune.heads.svm import DEFAULT_TEMPERATURE, SvmHead
from core.finetune.temperature import fit_temperature
from core.progress import Progress


def unit_digits():
    X, y = load_digits(return_X_y=True)
    return X / np.linalg.norm(X, axis=1, keepdims=True), y


@pytest.mark.parametrize("few", [30, 600])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_says_what_linear_svc_says(few, form):
    X, y = unit_digits()
    X = form(X)
    head = SvmHead(random_state=0).fit(X[:few], y[:few])
    reference = LinearSVC(C=1, random_state=0).fit(X[:few], y[:few])
    np.testing.assert_array_equal(head.predict(X), reference.predict(X))
    np.testing.assert_array_equal(
        head.classes_[head.predict_proba(X).argmax(axis=1)], reference.predict(X)
    )
    assert head.notes() == ()


def test_two_classes_keep_the_decision_value():
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    head = SvmHead(random_state=0).fit(X, y)
    reference = LinearSVC(C=1, random_state=0).fit(X, y)
    scores = head.scores(X)
    np.testing.assert_allclose(
        scores[:, 1] - scores[:, 0], reference.decision_function(X), rtol=1e-9, atol=1e-9
    )
    np.testing.assert_array_equal(head.predict(X), reference.predict(X))


def test_probabilities_beat_the_raw_softmax_on_rows_never_seen():
    X, y = unit_digits()
    head = SvmHead().fit(X[:200], y[:200])
    fitted = log_loss(y[200:], head.predict_proba(X[200:]))
    head.temperature_ = 1.0
    assert fitted < log_loss(y[200:], head.predict_proba(X[200:]))


def test_too_few_rows_to_hold_any_out_take_the_documented_temperature():
    X, y = unit_digits()
    rows = np.concatenate([np.flatnonzero(y == code)[:2] for code in range(10)])
    assert SvmHead().fit(X[rows], y[rows]).temperature_ == DEFAULT_TEMPERATURE
    rows = np.concatenate([np.flatnonzero(y == code)[:3] for code in range(10)])
    assert SvmHead().fit(X[rows], y[rows]).temperature_ != DEFAULT_TEMPERATURE


def test_many_rows_are_held_out_once(monkeypatch):
    monkeypatch.setattr(svm, "_HELD_OUT", 100)
    X, y = unit_digits()
    solved = []
    solve = SvmHead._solve

    def counted(self, X, labels, seed, row_weights):
        solved.append(X.shape[0])
        return solve(self, X, labels, seed, row_weights)

    monkeypatch.setattr(SvmHead, "_solve", counted)
    SvmHead().fit(X[:201], y[:201])
    assert solved == [201, 101]
    solved.clear()
    SvmHead().fit(X[:200], y[:200])
    assert solved[0] == 200
    assert len(solved) == 4


def test_balanced_weights_help_the_rare_class():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((220, 2)) + np.repeat([[0.0, 0], [1.5, 0]], [200, 20], axis=0)
    y = np.repeat([0, 1], [200, 20])
    plain = SvmHead(C=0.1).fit(X, y).predict(X)
    balanced = SvmHead(C=0.1, class_weight="balanced").fit(X, y).predict(X)
    assert balanced[200:].mean() > plain[200:].mean()


def test_what_did_not_settle_is_said(monkeypatch):
    class Impatient(LinearSVC):
        def fit(self, X, y, sample_weight=None):
            self.max_iter = 1
            return super().fit(X, y, sample_weight)

    monkeypatch.setattr(svm, "LinearSVC", Impatient)
    X, y = load_breast_cancer(return_X_y=True)
    head = SvmHead().fit(X, y)
    assert "stopped before its weights settled" in head.notes()[0]


def test_columns_of_any_scale_settle_by_newton_steps():
    X, y = load_breast_cancer(return_X_y=True)
    head = SvmHead().fit(X[:25], y[:25])  # more columns than rows: the dual is tried first
    assert head.notes() == ()
    assert (head.predict(X[:25]) == y[:25]).all()


def test_a_seed_of_any_kind_will_do():
    X, y = unit_digits()
    first = SvmHead(random_state=np.random.RandomState(1)).fit(X[:60], y[:60])
    second = SvmHead(random_state=np.random.RandomState(1)).fit(X[:60], y[:60])
    np.testing.assert_array_equal(first.coef_, second.coef_)
    assert SvmHead(random_state=None).fit(X[:60], y[:60]).coef_.shape == (10, 64)


def test_one_class_cannot_be_told_apart():
    with pytest.raises(TooFewClasses, match="All 3 labelled rows are of one class"):
        SvmHead().fit(np.eye(3), np.array([2, 2, 2]))


def test_can_be_cancelled():
    def cancel(share, message, metrics):
        raise Cancelled

    X, y = unit_digits()
    with pytest.raises(Cancelled):
        SvmHead().fit(X, y, progress=Progress(cancel))


def test_a_given_temperature_is_taken_as_it_is():
    X, y = unit_digits()
    free, given = SvmHead().fit(X[:90], y[:90]), SvmHead(temperature=3.0).fit(X[:90], y[:90])
    assert given.temperature_ == 3.0 != free.temperature_
    np.testing.assert_array_equal(given.coef_, free.coef_)


def test_few_rows_that_come_out_by_guessing_make_no_certainty_vanish():
    scores = np.tile([[1.0, -1.0], [-1.0, 1.0]], (10, 1))
    wrong = np.tile([1, 0], 10)  # as far from right as can be: the flatter, the better
    assert fit_temperature(scores, wrong) > 100
    assert svm._fitted(scores, wrong) == svm.DEFAULT_TEMPERATURE
    many = np.tile(scores, (3, 1))
    assert svm._fitted(many, np.tile(wrong, 3)) == fit_temperature(many, np.tile(wrong, 3))
    right = 1 - wrong
    assert svm._fitted(scores, right) == fit_temperature(scores, right)
