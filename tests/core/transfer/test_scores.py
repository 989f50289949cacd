"""The scores of transferability: their papers' definitions on cases worked by hand, invariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats
from sklearn.covariance import ledoit_wolf_shrinkage

from core.transfer.h_score import h_score, shrinkage
from core.transfer.knn import knn, knn_right
from core.transfer.leep import leep
from core.transfer.logme import logme
from core.transfer.nce import nce
from core.transfer.probe import probe, probe_right
from core.transfer.spectrum import spectrum
from core.types import Floats, Ints

SEEDS = st.integers(0, 10_000)


def rows(seed: int = 0, n: int = 24, d: int = 6, classes: int = 3) -> tuple[Floats, Ints]:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    return rng.normal(size=(n, d)) + y[:, None] * rng.normal(size=d), y


def rotation(d: int, seed: int) -> Floats:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0]


# -- the spectrum -----------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(9, 4), (4, 9)])
@pytest.mark.parametrize("centred", [False, True])
def test_spectrum_is_that_of_the_singular_values(shape: tuple[int, int], centred: bool) -> None:
    X = np.random.default_rng(1).normal(size=shape) + 2
    squares, U, width = spectrum(X, centred=centred)
    expected = np.linalg.svd(X - X.mean(axis=0) if centred else X, compute_uv=False)
    assert np.allclose(squares, np.square(expected)[: len(squares)])
    assert np.allclose(np.square(expected)[len(squares) :], 0)
    assert np.allclose(U.T @ U, np.eye(len(squares)))
    assert width == shape[1]
    same, _, _ = spectrum(sparse.csr_matrix(X), centred=centred)
    assert np.allclose(same, squares)


def test_rows_of_zeros_have_no_spectrum() -> None:
    squares, U, _ = spectrum(np.zeros((3, 2)))
    assert len(squares) == 0
    assert U.shape == (3, 0)


# -- LogME ------------------------------------------------------------------------------------


def test_logme_of_orthonormal_rows_by_hand() -> None:
    """F = I: y ~ N(0, (1/α + 1/β) I), whose best variance is the share of ones, one half."""
    y = np.array([0, 0, 1, 1])
    expected = -0.5 * np.log(2 * np.pi * 0.5) - 0.5
    assert logme(np.eye(4), y) == pytest.approx(expected, abs=1e-6)


def _direct(X: Floats, y: Ints) -> float:
    """The maximum of log N(y; 0, (I + FFᵀ/t)/β), looked for along t without the iteration."""
    total = 0.0
    for label in np.unique(y):
        target = (y == label).astype(float)
        found = []
        for ratio in np.exp(np.linspace(-9, 9, 400)):
            shape = np.eye(len(y)) + X @ X.T / ratio
            beta = len(y) / (target @ np.linalg.solve(shape, target))
            found.append(stats.multivariate_normal(cov=shape / beta).logpdf(target))
        total += max(found)
    return total / len(np.unique(y)) / len(y)


@pytest.mark.parametrize("shape", [(18, 4), (10, 10), (9, 14)])
def test_logme_is_the_largest_evidence(shape: tuple[int, int]) -> None:
    X, y = rows(3, *shape)
    assert logme(X, y) == pytest.approx(_direct(X, y), abs=2e-3)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.floats(0.01, 100))
def test_logme_does_not_change_under_rotation_and_scale(seed: int, scale: float) -> None:
    X, y = rows(seed)
    assert logme(scale * X @ rotation(6, seed), y) == pytest.approx(logme(X, y), abs=1e-4)


def test_logme_prefers_rows_that_tell_the_labels() -> None:
    y = np.arange(30) % 3
    noise = np.random.default_rng(0).normal(size=(30, 5))
    telling = np.hstack([np.eye(3)[y], noise])
    assert logme(telling, y) > logme(noise, y) + 0.5
    assert np.isfinite(logme(np.eye(3)[y], y))  # explained to the last digit
    assert np.isfinite(logme(np.zeros((30, 2)), y))


# -- H-score ----------------------------------------------------------------------------------


def test_h_score_by_hand() -> None:
    """Rows -2, 0, 0, 2: variance 2; class means -1 and 1: variance 1; H = 1/2."""
    X, y = np.array([[-2.0], [0.0], [0.0], [2.0]]), np.array([0, 0, 1, 1])
    assert h_score(X, y, shrink=False) == pytest.approx(0.5)
    # one column is a multiple of the identity already: nothing to shrink
    assert h_score(X, y) == pytest.approx(0.5)


def test_shrunk_h_score_by_hand() -> None:
    """Two columns with variances 2 and 1/2, uncorrelated; the share is worked out beside."""
    X = np.array([[-2.0, 1.0], [0.0, 0.0], [0.0, 0.0], [2.0, -1.0]])
    X[:, 1] = [0, 1, -1, 0]
    y = np.array([0, 0, 1, 1])
    # mean 1.25; ‖S‖² = 4.25; Σ‖x‖⁴/n = (16 + 1 + 1 + 16)/4 = 8.5
    # β = (8.5 - 4.25)/8; δ = (4.25 - 2·1.25·2.5 + 2·1.25²)/2
    share = min(1.0, (4.25 / 8) / ((4.25 - 6.25 + 3.125) / 2))
    squares, U, width = spectrum(X, centred=True)
    assert shrinkage(squares, U, width) == pytest.approx(share)
    # class means (-1, ±1/2): variances 1 and 1/4
    one = 1 / ((1 - share) * 2 + share * 1.25)
    two = 0.25 / ((1 - share) * 0.5 + share * 1.25)
    # between the columns the covariance of the means is not diagonal, but the trace is all
    assert h_score(X, y) == pytest.approx((1 - share) * (one + two))


@pytest.mark.parametrize("shape", [(20, 5), (6, 30)])
def test_share_of_shrinkage_is_ledoit_and_wolfs(shape: tuple[int, int]) -> None:
    X = np.random.default_rng(2).normal(size=shape) * np.linspace(1, 3, shape[1])
    squares, U, width = spectrum(X, centred=True)
    assert shrinkage(squares, U, width) == pytest.approx(ledoit_wolf_shrinkage(X))


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.floats(0.01, 100), st.booleans())
def test_h_score_does_not_change_under_rotation_shift_and_scale(
    seed: int, scale: float, shrink: bool
) -> None:
    X, y = rows(seed)
    moved = scale * X @ rotation(6, seed) + 3
    assert h_score(moved, y, shrink=shrink) == pytest.approx(h_score(X, y, shrink=shrink), rel=1e-5)
    assert 0 <= h_score(X, y, shrink=shrink) <= 2 + 1e-9


def test_h_score_of_equal_rows() -> None:
    assert h_score(np.ones((4, 3)), np.array([0, 0, 1, 1])) == 0.0
    assert shrinkage(np.zeros(1), np.ones((2, 1)) / np.sqrt(2), 1) == 0.0


# -- NCE and LEEP -----------------------------------------------------------------------------


def test_nce_by_hand() -> None:
    """Of cluster 0 two rows are of one class; of cluster 1 one each: ½·0 + ½·(-ln 2)."""
    assert nce(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])) == pytest.approx(-0.5 * np.log(2))
    assert nce(np.array([0, 0, 1, 1]), np.array([5, 5, 7, 7])) == 0.0
    assert nce(np.zeros(4, int), np.array([0, 0, 1, 1])) == pytest.approx(-np.log(2))


def test_leep_by_hand() -> None:
    """θ = (¾, ¼), (¼, ¾): P(y|z) = θ again, so each row's label has 9/16 + 1/16 = 5/8."""
    proba = np.array([[0.75, 0.25], [0.25, 0.75]])
    assert leep(proba, np.array([0, 1])) == pytest.approx(np.log(5 / 8))


def test_leep_of_certain_sources_is_nce() -> None:
    """Nguyen et al. 2020, lemma 1 in the limit: with one-hot θ both are the same number."""
    source, y = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 2])
    assert leep(np.eye(3)[source], y) == pytest.approx(nce(source, y))


def test_leep_of_a_class_that_the_source_never_gives() -> None:
    proba = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert leep(proba, np.array([0, 1])) == pytest.approx(np.log(0.5))


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_nce_and_leep_do_not_change_when_classes_are_renamed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    source, y = rng.integers(0, 4, 20), rng.integers(0, 3, 20)
    proba = rng.dirichlet(np.ones(4), 20)
    names, columns = rng.permutation(3) + 10, rng.permutation(4)
    assert nce(columns[source], names[y]) == pytest.approx(nce(source, y))
    assert leep(proba[:, columns], names[y]) == pytest.approx(leep(proba, y))
    assert leep(proba, y) <= 0


# -- k nearest neighbours and the probe -------------------------------------------------------


def test_knn_by_hand() -> None:
    X = np.array([[0.0], [1.0], [2.1], [10.0], [11.0]])
    y = np.array([0, 0, 1, 1, 1])
    # nearest of 2.1 is 1 (class 0); of 1 is 0; of 0 is 1; of 10 is 11; of 11 is 10
    assert knn_right(X, y, k=1).tolist() == [True, True, False, True, True]
    # three votes: 0 → {1, 2.1, 10} = 0, 1, 1 wrong; 2.1 → {1, 0, 10} = 0, 0, 1 wrong
    assert knn_right(X, y, k=3).tolist() == [False, False, False, True, True]
    assert knn(X, y, k=1) == pytest.approx(0.8)


def test_knn_of_equal_votes_asks_the_nearest() -> None:
    X = np.array([[0.0], [1.0], [-2.0], [50.0]])
    y = np.array([0, 0, 1, 1])
    assert knn_right(X, y, k=2)[0]


@pytest.mark.parametrize("right", [knn_right, probe_right])
def test_a_row_alone_in_its_class_is_wrong(right: object) -> None:
    X, y = np.array([[0.0], [0.1], [0.2], [5.0]]), np.array([0, 0, 0, 1])
    assert not right(X, y)[3]  # type: ignore[operator]


def test_knn_of_one_row() -> None:
    assert knn(np.ones((1, 2)), np.array([0])) == 0.0


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.floats(0.01, 100))
def test_knn_and_probe_do_not_change_under_rotation_and_scale(seed: int, scale: float) -> None:
    X, y = rows(seed)
    turned = scale * X @ rotation(6, seed)
    assert (knn_right(turned, y) == knn_right(X, y)).all()
    assert (knn_right(scale * X + 2, y) == knn_right(X, y)).all()
    assert (probe_right(turned, y) == probe_right(X, y)).all()


def test_scores_of_sparse_rows_are_those_of_dense_ones() -> None:
    X, y = rows(5)
    X[np.abs(X) < 0.7] = 0
    thin = sparse.csr_matrix(X)
    assert logme(thin, y) == pytest.approx(logme(X, y), abs=1e-5)
    assert h_score(thin, y) == pytest.approx(h_score(X, y))
    assert (knn_right(thin, y) == knn_right(X, y)).all()
    assert (probe_right(thin, y) == probe_right(X, y)).all()


def test_probe_leaves_each_row_out() -> None:
    """The closed form is what fitting without the row gives."""
    X, y = rows(7, n=12)
    scale = np.square(X).sum() / len(y)
    kernel = X @ X.T / scale + 1
    targets = np.where(np.arange(3) == y[:, None], 1.0, -1.0)
    errors, right = {}, {}
    for penalty in (0.01, 0.1, 1.0, 10.0):
        said = np.empty_like(targets)
        for i in range(len(y)):
            others = np.arange(len(y)) != i
            weights = np.linalg.solve(
                kernel[np.ix_(others, others)] + penalty * np.eye(len(y) - 1), targets[others]
            )
            said[i] = kernel[i, others] @ weights
        errors[penalty] = float(np.square(targets - said).sum())
        right[penalty] = said.argmax(axis=1) == y
    best = min(errors, key=lambda penalty: errors[penalty])
    assert (probe_right(X, y) == right[best]).all()
    assert probe(X, y) == pytest.approx(right[best].mean())


def test_probe_leaves_units_out_together() -> None:
    X, y = rows(7, n=15)
    units = np.array([0, 0, 1, 1, 1, 2, 3, 4, 0, 5, 6, 6, 7, 8, 9])
    scale = np.square(X).sum() / len(y)
    kernel = X @ X.T / scale + 1
    targets = np.where(np.arange(3) == y[:, None], 1.0, -1.0)
    errors, right = {}, {}
    for penalty in (0.01, 0.1, 1.0, 10.0):
        said = np.empty_like(targets)
        for unit in np.unique(units):
            out, others = units == unit, units != unit
            inner = kernel[np.ix_(others, others)] + penalty * np.eye(int(others.sum()))
            said[out] = kernel[np.ix_(out, others)] @ np.linalg.solve(inner, targets[others])
        errors[penalty] = float(np.square(targets - said).sum())
        right[penalty] = said.argmax(axis=1) == y
    best = min(errors, key=lambda penalty: errors[penalty])
    assert (probe_right(X, y, units=units) == right[best]).all()


def test_knn_does_not_ask_what_belongs_together() -> None:
    X = np.array([[0.0], [0.1], [3.0], [4.0]])
    y = np.array([0, 0, 1, 1])
    assert knn_right(X, y, k=1).all()
    # 0 and 0.1 are one unit, and ask 3; 3 asks 4 and 4 asks 3
    assert knn_right(X, y, k=1, units=np.array([0, 0, 1, 2])).tolist() == [False, False, True, True]
    # there is but one other row to ask for the last three
    assert knn_right(X, y, k=3, units=np.array([0, 1, 1, 1])).tolist() == [
        False, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("right", [knn_right, probe_right])
def test_labels_by_chance_are_not_known_by_their_copies(right: object) -> None:
    rng = np.random.default_rng(0)
    which = np.arange(200) // 4
    X, y = rng.normal(size=(50, 90))[which], (np.arange(50) % 2)[which]
    assert right(X, y).mean() > 0.95  # type: ignore[operator]
    assert right(X, y, units=which).mean() < 0.75  # type: ignore[operator]
    assert (right(X, y, units=np.arange(200)) == right(X, y)).all()  # type: ignore[operator]
    assert not right(X, y, units=np.zeros(200, int)).any()  # type: ignore[operator]


def test_probe_of_nothing() -> None:
    assert probe(np.zeros((4, 2)), np.array([0, 0, 1, 1])) == 0.0
    assert probe(np.ones((3, 2)), np.array([1, 1, 1])) == 0.0
