"""The range test: where a loss falls, and where it explodes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from core.errors import BadData, Cancelled
from core.figures.rates import rate_sweep
from core.finetune.rate_finder import _steepest, find_rate
from core.finetune.training import TrainingSettings
from core.progress import Progress


def some_rows(n: int = 90) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    codes = np.arange(n) % 3
    return random.standard_normal((n, 5)) + 2 * np.eye(3, 5)[codes], codes


def test_the_steepest_place_by_hand() -> None:
    rates = np.array([1.0, 10.0, 100.0, 1000.0, 10_000.0])
    # by powers of ten the slopes are -0.1, -0.35, -0.4, -0.1 up to the lowest
    assert _steepest(rates, np.array([1.0, 0.9, 0.3, 0.1, 5.0])) == 100.0
    # the lowest comes first: nothing falls
    assert _steepest(rates, np.array([0.1, 0.5, 1.0])) == 1.0


@pytest.mark.parametrize("optimiser", ["plain", "momentum", "adam", "adagrad"])
@pytest.mark.parametrize("loss", ["squared", "softmax", "squared_hinge", "hinge"])
def test_a_rate_that_learns_is_found(optimiser: str, loss: str) -> None:
    X, codes = some_rows()
    found = find_rate(X, codes, 3, TrainingSettings(optimiser=optimiser, loss=loss))
    assert np.all(np.diff(found.rates) > 0)
    assert len(found.rates) == len(found.losses)
    assert np.isfinite(found.losses).all()
    # it began where nothing is learned, and ended beyond the best
    assert found.losses.min() < 0.9 * found.losses[0]
    assert found.rates[0] < found.suggested < found.rates[-1]
    assert found.rates[0] < found.automatic < found.rates[0] * 1e6
    chart = rate_sweep(found)
    assert f"{found.suggested:.2g}" in chart.alt
    assert chart.figure.layout.xaxis.type == "log"


def test_sparse_and_dense_rows_agree() -> None:
    X, codes = some_rows()
    X[X < 0] = 0
    dense = find_rate(X, codes, 3, TrainingSettings())
    thin = find_rate(sparse.csr_matrix(X), codes, 3, TrainingSettings())
    # where it explodes, rounding decides
    np.testing.assert_allclose(thin.losses[:80], dense.losses[:80], rtol=1e-4)


def test_large_pools_are_sampled_and_a_cancel_is_heard() -> None:
    X, codes = some_rows(6000)
    assert len(find_rate(X, codes, 3, TrainingSettings(batch_size=None)).rates) > 10

    def stop(fraction: float, *_: object) -> None:
        if fraction > 0.3:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        find_rate(X, codes, 3, TrainingSettings(), progress=Progress(stop))


def test_one_row_is_too_few() -> None:
    with pytest.raises(BadData, match="fewer than two labelled rows"):
        find_rate(np.ones((1, 3)), np.array([0]), 2, TrainingSettings())
