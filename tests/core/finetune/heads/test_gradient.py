from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits

from core.errors import BadModelFile, BadParam, Cancelled
from core.finetune.heads.gradient import GradientHead
from core.finetune.losses import SquaredLoss
from core.finetune.rates import largest_curvature
from core.finetune.training import hold_out
from core.progress import Progress


def some_rows(sizes, d=5, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    return rng.standard_normal((len(codes), d)) + 2 * np.eye(len(sizes), d)[codes], codes


def unit_digits():
    X, y = load_digits(return_X_y=True)
    return X / np.linalg.norm(X, axis=1, keepdims=True), y


def test_one_pass_by_hand():
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    head = GradientHead(learning_rate=0.1, passes=1, validation_share=0).fit(X, [0, 1])
    np.testing.assert_allclose(head.coef_, [[0.05, 0.1], [0.15, 0.2]], rtol=1e-14)
    np.testing.assert_allclose(head.intercept_, [0.05, 0.05], rtol=1e-14)
    np.testing.assert_allclose(
        head.curves()["train_loss"], [((0.3 - 1) ** 2 + 0.6**2 + 0.6**2 + 0.3**2) / 4]
    )
    assert head.learning_rate_ == 0.1


def test_all_passes_end_at_least_squares():
    X, codes = some_rows([20, 20, 20])
    head = GradientHead(passes=3000, validation_share=0).fit(X, codes)
    ones = np.hstack([X, np.ones((60, 1))])
    solution = np.linalg.lstsq(ones, np.eye(3)[codes], rcond=None)[0]
    np.testing.assert_allclose(head.coef_, solution[:-1].T, atol=1e-6)


def test_without_a_rate_half_the_stable_one_is_taken():
    X, codes = some_rows([30, 30])
    head = GradientHead(batch_size=None, validation_share=0).fit(X, codes)
    assert head.learning_rate_ == 1 / largest_curvature(X)


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_the_rate_suits_rows_of_length_one_and_longer(scale):
    X, y = unit_digits()
    head = GradientHead().fit(scale * X[:500], y[:500])
    losses = head.curves()["train_loss"]
    assert losses[-1] < losses[0] < 0.5
    assert (head.predict(scale * X[500:]) == y[500:]).mean() > 0.75


def test_both_curves_are_kept_and_the_best_step_is_told():
    X, y = unit_digits()
    head = GradientHead(passes=8).fit(X[:300], y[:300])
    curves = head.curves()
    assert {len(values) for values in curves.values()} == {8}
    best = int(np.argmin(curves["validation_loss"])) + 1
    assert f"lowest after pass {best} of 8" in head.notes()[0]


def test_at_the_end_all_rows_are_trained_on():
    X, codes = some_rows([10, 10, 10])
    without = GradientHead(refit=False).fit(X, codes)
    held = hold_out(codes, 0.2, seed=0)
    kept = GradientHead(validation_share=0, passes=3, learning_rate=0.05)
    np.testing.assert_allclose(
        GradientHead(refit=False, passes=3, learning_rate=0.05).fit(X, codes).coef_,
        kept.fit(X[~held], codes[~held]).coef_,
    )
    np.testing.assert_allclose(
        GradientHead(passes=3, learning_rate=0.05).fit(X, codes).coef_,
        kept.fit(X, codes).coef_,
    )
    assert not np.allclose(without.coef_, GradientHead().fit(X, codes).coef_)


def test_nothing_better_than_the_start_keeps_the_start():
    # whichever row of each class is trained on, the one held out says the contrary
    X = np.array([[1.0], [-1.0], [-1.0], [1.0]])
    head = GradientHead(learning_rate=0.1).fit(X, [0, 0, 1, 1])
    assert (head.coef_ == 0).all()
    assert head.notes() == (
        "In 20 passes the loss on 2 validation rows never fell below that of the start, so "
        "nothing was learned.",
    )


def test_the_temperature_is_fitted_where_enough_rows_are_held_out():
    X, codes = some_rows([50, 50])
    assert GradientHead().fit(X, codes).temperature_ != SquaredLoss().temperature
    X, codes = some_rows([10, 10])
    assert GradientHead().fit(X, codes).temperature_ == SquaredLoss().temperature


def test_too_high_a_rate_is_told():
    X, codes = some_rows([30, 30])
    with pytest.raises(BadParam, match="learning rate 50 is too high"):
        GradientHead(learning_rate=50).fit(X, codes)


@pytest.mark.parametrize(
    "wrong", [{"passes": 0}, {"validation_share": 0.9}, {"batch_size": 0}, {"learning_rate": -1}]
)
def test_settings_are_checked(wrong):
    with pytest.raises(BadParam, match=f"{next(iter(wrong))} cannot be"):
        GradientHead(**wrong).fit(np.eye(2), [0, 1])


def test_single_labels_leave_nothing_to_hold_out():
    X, codes = some_rows([1, 1, 1, 2])
    head = GradientHead().fit(X, codes)
    assert "3 of 4 classes have a single labelled row" in head.notes()[0]
    assert "made 20 passes" in head.notes()[0]
    assert set(head.curves()) == {"learning_rate", "train_loss", "train_accuracy"}


def test_some_single_labels_are_told():
    X, codes = some_rows([1, 3, 3])
    notes = GradientHead().fit(X, codes).notes()
    assert "2 validation rows" in notes[0]
    assert "1 of 3 classes have a single labelled row" in notes[1]


def test_no_validation_as_asked_is_told():
    X, codes = some_rows([5, 5])
    head = GradientHead(validation_share=0, passes=7).fit(X, codes)
    assert head.notes() == (
        "No validation rows were held out, as asked: it made 7 passes, and nothing watched for "
        "memorising.",
    )


def test_each_class_gives_its_share_and_keeps_some():
    codes = np.repeat([0, 1, 2, 3], [10, 2, 3, 1])
    held = hold_out(codes, 0.2, seed=0)
    assert np.bincount(codes[held], minlength=4).tolist() == [2, 1, 1, 0]
    assert np.bincount(codes[hold_out(codes, 0.5, seed=0)], minlength=4).tolist() == [5, 1, 2, 0]
    np.testing.assert_array_equal(held, hold_out(codes, 0.2, seed=0))
    assert (held != hold_out(codes, 0.2, seed=1)).any()
    assert not hold_out(codes, 0, seed=0).any()
    assert not hold_out(np.array([0, 1, 1, 2]), 0.2, seed=0).any()


def test_the_seed_decides():
    X, y = unit_digits()

    def weights(seed):
        return GradientHead(batch_size=64, passes=5, random_state=seed).fit(X[:300], y[:300]).coef_

    np.testing.assert_array_equal(weights(1), weights(1))
    assert not np.allclose(weights(1), weights(2), rtol=1e-6)


def test_full_batches_do_not_depend_on_the_order_of_the_rows():
    X, codes = some_rows([20, 20])
    order = np.random.default_rng(0).permutation(40)
    options = {"validation_share": 0, "passes": 30, "learning_rate": 0.05}
    np.testing.assert_allclose(
        GradientHead(**options).fit(X, codes).coef_,
        GradientHead(**options).fit(X[order], codes[order]).coef_,
        rtol=1e-9,
    )


def test_reports_while_it_learns_and_can_be_cancelled():
    X, y = unit_digits()
    heard = []
    GradientHead(passes=40).fit(
        X[:200], y[:200], progress=Progress(lambda s, m, metrics: heard.append((s, m, metrics)))
    )
    first = next(metrics for _, _, metrics in heard if metrics)
    assert set(first) == {
        "pass_",
        "learning_rate",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
        "patience_left",
    }
    left = [metrics["patience_left"] for _, _, metrics in heard if metrics]
    assert left[0] == 20
    assert min(left) >= 0
    shares = [share for share, _, _ in heard]
    assert shares == sorted(shares)
    assert heard[-1][1] == "Training on all rows"
    assert not heard[-1][2]

    def cancel(share, message, metrics):
        raise Cancelled

    with pytest.raises(Cancelled):
        GradientHead().fit(X[:200], y[:200], progress=Progress(cancel))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"curves": None}, "'curves' is missing"),
        ({"curves": {"train_loss": [1.0]}}, "'train_loss' is missing"),
        ({"curves": {"train_loss": np.array([np.nan])}}, "holds NaN"),
        ({"notes": "text"}, "'notes' is no list"),
        ({"notes": [1]}, "'notes' is no list"),
        ({"coef": np.ones((2, 2))}, "'intercept' has the shape"),
    ],
)
def test_a_damaged_state_is_refused(change, words):
    X, codes = some_rows([5, 5, 5])
    state = GradientHead().fit(X, codes).state()
    if "coef" in change:
        change = {**change, "classes": np.array([0, 1])}
    with pytest.raises(BadModelFile, match=words):
        GradientHead().load_state({**state, **change})


def test_large_sparse_rows_keep_weights_of_unused_columns_at_zero():
    X, codes = some_rows([20, 20], d=6)
    wide = sparse.hstack([sparse.csr_matrix((40, 50)), sparse.csr_matrix(X)]).tocsr()
    head = GradientHead().fit(wide, codes)
    assert head.coef_.shape == (2, 56)
    assert (head.coef_[:, :50] == 0).all()
    np.testing.assert_allclose(head.coef_[:, 50:], GradientHead().fit(X, codes).coef_)
