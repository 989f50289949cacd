"""Encoding in blocks equals encoding at once, sparse or dense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from core.data.dataset import Dataset
from core.evaluate import encoding
from core.evaluate.encoding import encode_rows
from core.pretrain.base import Encoder
from core.progress import Progress


class Halves(Encoder):
    def __init__(self, as_sparse: bool = False) -> None:
        self.as_sparse = as_sparse

    def transform(self, rows: Any) -> Any:
        halves = (np.asarray(rows)[:, 0, :] / 2).astype(np.float32)
        return sparse.csr_matrix(halves) if self.as_sparse else halves


@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("n", [0, 3, 4, 9])
def test_blocks(monkeypatch: pytest.MonkeyPatch, as_sparse: bool, n: int) -> None:
    monkeypatch.setattr(encoding, "BLOCK", 4)
    rows = np.arange(20.0).reshape(10, 1, 2)
    dataset = Dataset("d", "D", "image", rows, np.zeros(10, int), ("a",), np.zeros(10, bool))
    heard: list[float] = []
    found = encode_rows(
        Halves(as_sparse),
        dataset,
        np.arange(n)[::-1],
        progress=Progress(lambda f, _, __: heard.append(f)),
    )
    assert sparse.issparse(found) == as_sparse
    dense = found.toarray() if as_sparse else found
    assert (dense == rows[:n, 0][::-1] / 2).all()
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
