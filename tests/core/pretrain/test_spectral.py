"""Leading eigenvectors, against numpy's dense ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.errors import BadParam
from core.pretrain import compiled, spectral, tall
from core.pretrain.spectral import leading_eigenvectors, product


def symmetric(n: int, seed: int = 0, density: float = 0.1) -> sparse.csr_matrix:
    half = sparse.random_array((n, n), density=density, rng=np.random.default_rng(seed))
    return sparse.csr_matrix((half + half.T).astype(np.float32))


def of_spectrum(values: Any, n: int, seed: int = 0) -> Any:
    """A dense symmetric matrix with those eigenvalues (zeros besides), and its vectors."""
    vectors = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, len(values))))[0]
    return sparse.csr_matrix((vectors * values @ vectors.T).astype(np.float32)), vectors


def test_a_small_matrix_by_hand() -> None:
    # eigenvalues 3 and 1 of the upper block, -5 of the last row
    matrix = sparse.csr_matrix(np.asarray([[2, 1, 0], [1, 2, 0], [0, 0, -5]], dtype=np.float32))
    found = leading_eigenvectors(matrix, 2)
    np.testing.assert_allclose(found.values, [-5, 3], rtol=1e-6)
    root = np.sqrt(0.5)
    np.testing.assert_allclose(found.vectors, [[0, root], [0, root], [1, 0]], atol=1e-6)
    assert found.vectors.dtype == np.float32


@pytest.mark.parametrize("exact", [True, False])
def test_it_agrees_with_eigh(exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    falling = 100 * 0.8 ** np.arange(40) * np.where(np.arange(40) % 3 == 2, -1, 1)
    matrix, vectors = of_spectrum(falling, 300)
    monkeypatch.setattr(spectral, "_EXACT", 1000 if exact else 10)
    found = leading_eigenvectors(matrix, 12)
    np.testing.assert_allclose(found.values, falling[:12], rtol=1e-4)
    # a vector is known up to its sign
    overlap = np.abs(np.einsum("ij,ij->j", found.vectors, vectors[:, :12]))
    np.testing.assert_allclose(overlap, 1, atol=1e-4)
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(12), atol=1e-5)
    strongest = found.vectors[np.abs(found.vectors).argmax(axis=0), np.arange(12)]
    assert (strongest > 0).all()


@pytest.mark.parametrize("exact", [True, False])
def test_no_more_vectors_than_the_matrix_carries(
    exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spectral, "_EXACT", 1000 if exact else 10)
    matrix, vectors = of_spectrum([5.0, -4.0, 3.0], 200)
    found = leading_eigenvectors(matrix, 50)
    np.testing.assert_allclose(found.values, [5, -4, 3], rtol=1e-4)
    np.testing.assert_allclose(np.abs(found.vectors.T @ vectors), np.eye(3), atol=1e-4)
    nothing = leading_eigenvectors(sparse.csr_matrix((200, 200), dtype=np.float32), 5)
    assert nothing.vectors.shape == (200, 0)
    assert nothing.values.shape == (0,)


def test_all_vectors_of_a_matrix_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spectral, "_EXACT", 10)
    matrix = symmetric(60, density=0.5)
    found = leading_eigenvectors(matrix, 100)
    np.testing.assert_allclose(
        (found.vectors * found.values) @ found.vectors.T, matrix.toarray(), atol=1e-4
    )


def test_of_a_flat_spectrum_most_is_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spectral, "_EXACT", 10)
    matrix = symmetric(1500, density=0.02)
    dense = np.linalg.eigvalsh(matrix.toarray().astype(np.float64))
    dense = dense[np.argsort(-np.abs(dense))][:40]
    found = leading_eigenvectors(matrix, 40)
    np.testing.assert_allclose(found.values[0], dense[0], rtol=1e-5)
    # Ritz values never exceed the eigenvalues, and here come near them
    assert (np.abs(found.values) <= np.abs(dense) * (1 + 1e-5)).all()
    assert np.abs(found.values).sum() > 0.85 * np.abs(dense).sum()
    residual = matrix @ found.vectors[:, 0] - found.values[0] * found.vectors[:, 0]
    assert np.linalg.norm(residual) < 1e-3 * found.values[0]


def test_more_iterations_come_nearer_to_the_leading_vectors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spectral, "_EXACT", 10)
    matrix, vectors = of_spectrum(1 + 1 / np.arange(1, 201), 400)
    errors = []
    for iterations in (1, 3, 8):
        found = leading_eigenvectors(matrix, 20, iterations=iterations)
        # what of the space of the true twenty is not in the space that was found
        errors.append(20 - np.square(vectors[:, :20].T @ found.vectors).sum())
    assert errors[0] > errors[1] > errors[2]


def test_a_seed_gives_one_result_whatever_the_number_of_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spectral, "_EXACT", 10)
    monkeypatch.setattr(spectral, "_STEP", 10_000)
    monkeypatch.setattr(tall, "_FEWEST", 50)
    matrix = symmetric(500)
    found = []
    for cores in (1, 2, 5):
        monkeypatch.setattr(compiled, "cores", lambda cores=cores: cores)
        found.append(leading_eigenvectors(matrix, 10, random_state=7).vectors)
    with ThreadPoolExecutor(3) as pool:  # and several at once
        found += pool.map(
            lambda _: leading_eigenvectors(matrix, 10, random_state=7).vectors, range(3)
        )
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])
    other = leading_eigenvectors(matrix, 10, random_state=8).vectors
    assert not np.array_equal(other, found[0])


def test_wrong_numbers_are_named() -> None:
    matrix = symmetric(20)
    with pytest.raises(BadParam, match="rank cannot be 0"):
        leading_eigenvectors(matrix, 0)
    with pytest.raises(BadParam, match="iterations cannot be 0"):
        leading_eigenvectors(matrix, 3, iterations=0)


@given(st.integers(0, 9), st.integers(1, 12), st.integers(1, 9), st.integers(0, 100))
def test_products_are_those_of_scipy(rows: int, columns: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    dense = random.integers(-3, 4, (rows, columns)) * (random.random((rows, columns)) < 0.6)
    block = random.integers(-5, 6, (columns, width)).astype(np.float32)
    matrix = sparse.csr_matrix(dense.astype(np.float32))
    np.testing.assert_array_equal(product(matrix, block), dense @ block)


def test_products_in_many_jobs_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = symmetric(700)
    block = np.random.default_rng(1).standard_normal((700, 33)).astype(np.float32)
    once = product(matrix, block)
    np.testing.assert_allclose(once, matrix @ block, rtol=1e-4, atol=1e-4)
    monkeypatch.setattr(spectral, "_STEP", 33 * 500)
    np.testing.assert_array_equal(product(matrix, block), once)
    # any layout of the block will do
    np.testing.assert_array_equal(product(matrix, np.asfortranarray(block)), once)


def test_the_kernel_means_the_same_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = symmetric(30, density=0.3)
    block = np.random.default_rng(2).standard_normal((30, 3)).astype(np.float32)
    fast = product(matrix, block)
    monkeypatch.setattr(spectral, "compiled", lambda function: function)
    np.testing.assert_allclose(product(matrix, block), fast, rtol=1e-5, atol=1e-6)
