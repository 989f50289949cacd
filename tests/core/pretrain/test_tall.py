"""Products and bases of tall matrices, against numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.errors import Cancelled
from core.pretrain import tall as module
from core.pretrain.tall import inner, orthonormal, subtract, times
from core.progress import Progress


@pytest.mark.parametrize("fewest", [1, 7, 2048])
def test_products_by_runs_are_those_of_the_whole(
    fewest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FEWEST", fewest)
    random = np.random.default_rng(0)
    # whole numbers: no sum depends on its order
    left = random.integers(-5, 6, (50, 4)).astype(np.float32)
    right = random.integers(-5, 6, (50, 3)).astype(np.float32)
    small = random.integers(-5, 6, (4, 3)).astype(np.float64)
    for tall in (left, np.asfortranarray(left)):
        found = inner(tall, right)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, left.T @ right)
        product = times(tall, small)
        assert product.dtype == np.float32
        np.testing.assert_array_equal(product, left @ small)
        block = right.copy()
        subtract(block, tall, small)
        np.testing.assert_array_equal(block, right - left @ small)


def test_a_run_is_bounded_by_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEWEST", 1)
    monkeypatch.setattr(module, "_STEP", 60)
    seen: list[float] = []
    progress = Progress(lambda done, message, metrics: seen.append(done))
    # 8 multiplications a row: 7 rows a job, but no more than a sixteenth of them
    inner(np.ones((640, 4)), np.ones((640, 2)), progress=progress)
    assert len(seen) == -(-640 // 7)
    seen.clear()
    inner(np.ones((64, 4)), np.ones((64, 2)), progress=progress)
    assert len(seen) == 16


def test_it_can_be_cancelled() -> None:
    def report(*_: object) -> None:
        raise Cancelled

    block = tall(1)[0]
    for work in (
        lambda progress: inner(block, block, progress=progress),
        lambda progress: times(block, np.eye(30), progress=progress),
        lambda progress: subtract(block.copy(), block, np.eye(30), progress=progress),
        lambda progress: orthonormal(block, progress=progress),
    ):
        with pytest.raises(Cancelled):
            work(Progress(report))


def tall(condition: float, seed: int = 0) -> Any:
    random = np.random.default_rng(seed)
    left = np.linalg.qr(random.standard_normal((400, 30)))[0]
    right = np.linalg.qr(random.standard_normal((30, 30)))[0]
    return (left * np.geomspace(1, 1 / condition, 30) @ right.T).astype(np.float32), left


@pytest.mark.parametrize("condition", [1.0, 1e2, 1e4, 1e6, 1e12])
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_a_basis_is_orthonormal_however_the_block_is_conditioned(
    condition: float, scale: float
) -> None:
    block, left = tall(condition)
    basis = orthonormal(block * np.float32(scale))
    assert basis.shape == block.shape
    assert basis.dtype == np.float32
    np.testing.assert_allclose(basis.T @ basis, np.eye(30), atol=1e-5)
    # it spans what the block spans, as far as single precision can tell
    well = left[:, np.geomspace(1, 1 / condition, 30) > 1e-4]
    np.testing.assert_allclose(np.linalg.norm(basis.T @ well, axis=0), 1, atol=1e-2)


@pytest.mark.parametrize("condition", [1.0, 1e2, 1e4])
def test_one_pass_is_nearly_orthonormal(condition: float) -> None:
    basis = orthonormal(tall(condition)[0], passes=1)
    np.testing.assert_allclose(basis.T @ basis, np.eye(30), atol=0.02)


@pytest.mark.parametrize("kind", ["zero column", "all zero", "twice", "columns of unlike length"])
def test_degenerate_blocks_have_a_basis_too(kind: str) -> None:
    block, _ = tall(10)
    if kind == "zero column":
        block[:, 3] = 0
    elif kind == "all zero":
        block[:] = 0
    elif kind == "twice":
        block[:, 5] = block[:, 6]
    else:
        block *= np.geomspace(1e-8, 1e8, 30).astype(np.float32)
    before = block.copy()
    basis = orthonormal(block)
    np.testing.assert_allclose(basis.T @ basis, np.eye(30), atol=1e-5)
    np.testing.assert_array_equal(block, before)
