"""Encoded rows put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from core.types import Matrix


def stack(blocks: Sequence[Matrix]) -> Matrix:
    """Matrices of equal width one above the other, sparse when they are sparse."""
    if len(blocks) == 1:
        return blocks[0]
    parts: list[Any] = list(blocks)
    if any(sparse.issparse(part) for part in parts):
        return sparse.vstack(parts, format="csr")  # type: ignore[no-any-return]
    return np.vstack(parts)
