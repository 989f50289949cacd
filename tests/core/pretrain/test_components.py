from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import BadModelFile
from core.pretrain import components as module
from core.pretrain.components import Components


@parametrize_with_checks([Components(3), Components(3, center=False)])
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.fixture(name="rows")
def _rows() -> Any:
    """Eighty rows whose directions weigh 1, 1/2, 1/4, ... and whose mean is not zero."""
    random = np.random.RandomState(0)
    basis = np.linalg.qr(random.standard_normal((30, 30)))[0]
    return random.standard_normal((80, 30)) * 0.5 ** np.arange(30) @ basis + 3


@pytest.mark.parametrize("exact", [True, False])
def test_equals_scikit_learns_pca(rows: Any, exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exact:
        monkeypatch.setattr(module, "_EXACT", 0)
    ours = Components(6, random_state=0).fit(rows)
    theirs = PCA(6, svd_solver="full").fit(rows)
    np.testing.assert_allclose(ours.singular_values_, theirs.singular_values_, rtol=1e-3)
    np.testing.assert_allclose(
        ours.explained_variance_ratio_, theirs.explained_variance_ratio_, rtol=1e-3
    )
    signs = np.sign((ours.components_ * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(ours.transform(rows), theirs.transform(rows) * signs, atol=2e-3)


@pytest.mark.parametrize("kind", [sparse.csr_matrix, np.asarray])
def test_equals_the_singular_value_decomposition(kind: Any) -> None:
    random = np.random.RandomState(1)
    left = np.linalg.qr(random.standard_normal((60, 8)))[0]
    right = np.linalg.qr(random.standard_normal((1200, 8)))[0].T
    rows = left * np.array([9.0, 7, 5, 4, 3, 2, 1, 0.5]) @ right
    ours = Components(5, center=False, random_state=0).fit(kind(rows))
    np.testing.assert_allclose(ours.singular_values_, [9, 7, 5, 4, 3], rtol=1e-4)
    np.testing.assert_allclose(np.abs(ours.components_ @ right[:5].T), np.eye(5), atol=1e-3)
    projected = ours.transform(kind(rows))
    np.testing.assert_allclose(ours.explained_variance_, projected.var(axis=0), atol=1e-6)
    np.testing.assert_allclose(
        ours.explained_variance_ratio_, projected.var(axis=0) / rows.var(axis=0).sum(), rtol=1e-3
    )


def test_directions_are_orthonormal_and_their_signs_fixed(rows: Any) -> None:
    found = Components(10, random_state=0).fit(rows).components_
    np.testing.assert_allclose(found @ found.T, np.eye(10), atol=1e-5)
    assert (found[np.arange(10), np.abs(found).argmax(axis=1)] > 0).all()


@pytest.mark.parametrize("exact", [True, False])
def test_equal_rows_explain_nothing(exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exact:
        monkeypatch.setattr(module, "_EXACT", 0)
    found = Components(2, random_state=0).fit(np.full((5, 4), 7.3))
    assert found.explained_variance_ratio_.max() == 0
    np.testing.assert_allclose(found.transform(np.full((1, 4), 7.3)), 0, atol=1e-5)


def test_dependent_columns_give_fewer_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_EXACT", 0)
    random = np.random.RandomState(2)
    rows = random.standard_normal((40, 2)) @ random.standard_normal((2, 30))
    found = Components(5, random_state=0).fit(rows)
    assert found.components_.shape == (2, 30)
    np.testing.assert_allclose(found.explained_variance_ratio_.sum(), 1, rtol=1e-4)


def test_at_most_as_many_as_rows_or_columns() -> None:
    assert Components(50).fit(np.random.RandomState(0).rand(6, 4)).components_.shape == (4, 4)
    assert Components(50).fit(np.random.RandomState(0).rand(3, 9)).components_.shape == (3, 9)


def test_blocks_change_nothing(rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_EXACT", 0)
    whole = Components(4, random_state=0).fit(rows).transform(rows)
    monkeypatch.setattr(module, "_BLOCK", 1.0)
    np.testing.assert_allclose(
        Components(4, random_state=0).fit(rows).transform(rows), whole, atol=1e-4
    )


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("center", [True, False])
def test_learning_on_equals_learning_from_all(
    rows: Any, exact: bool, center: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exact:
        monkeypatch.setattr(module, "_EXACT", 0)
    rows[50:] += 2  # the mean moves
    first = Components(30, center=center, random_state=0).fit(rows[:50])
    before = first.state()["components"].copy()
    more = first.continued(rows[50:])
    whole = Components(30, center=center, random_state=0).fit(rows)
    np.testing.assert_array_equal(first.components_, before)
    assert (first.n_rows_, more.n_rows_) == (50, 80)
    np.testing.assert_allclose(more.column_means_, rows.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(more.mean_, rows.mean(axis=0) if center else 0, rtol=1e-5)
    assert more.total_variance_ == pytest.approx(rows.var(axis=0).sum(), rel=1e-4)
    for name in ("singular_values_", "explained_variance_", "explained_variance_ratio_"):
        ours, theirs = getattr(more, name)[:5], getattr(whole, name)[:5]
        np.testing.assert_allclose(ours, theirs, rtol=2e-3)
    alike = np.abs((more.components_[:5] * whole.components_[:5]).sum(axis=1))
    np.testing.assert_allclose(alike, 1, atol=1e-4)


def test_learning_on_from_sparse_rows_equals_learning_from_all() -> None:
    rows = sparse.random(300, 60, 0.1, format="csr", dtype=np.float32, random_state=0)
    first = Components(60, center=False, random_state=0).fit(rows[:150])
    more, whole = first.continued(rows[150:]), Components(60, center=False).fit(rows)
    np.testing.assert_allclose(more.singular_values_, whole.singular_values_, rtol=1e-3)
    np.testing.assert_allclose(
        more.explained_variance_ratio_, whole.explained_variance_ratio_, atol=1e-4
    )


def test_few_directions_are_those_of_scikit_learns_incremental_pca(rows: Any) -> None:
    theirs = IncrementalPCA(6, batch_size=40).fit(rows)
    ours = Components(6).fit(rows[:40]).continued(rows[40:])
    np.testing.assert_allclose(ours.singular_values_, theirs.singular_values_, rtol=1e-3)
    np.testing.assert_allclose(
        ours.explained_variance_ratio_, theirs.explained_variance_ratio_, rtol=1e-3
    )
    alike = np.abs((ours.components_ * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(alike, 1, atol=1e-3)


def test_learning_on_after_fewer_rows_than_directions() -> None:
    rows = np.random.RandomState(0).rand(40, 6)
    few = Components(5).fit(rows[:3])
    more = few.continued(rows[3:])
    assert len(few.components_) == 3
    assert len(more.components_) == 5
    whole = Components(5).fit(rows)
    np.testing.assert_allclose(more.singular_values_, whole.singular_values_, rtol=1e-4)


@pytest.mark.parametrize(("name", "value"), [("rows", 0), ("total_variance", -1.0)])
def test_counts_that_cannot_be_are_refused(name: str, value: Any) -> None:
    state = Components(2).fit(np.eye(4)).state()
    with pytest.raises(BadModelFile, match="counts of rows are damaged"):
        Components(2).load_state({**state, name: value}, 4)
