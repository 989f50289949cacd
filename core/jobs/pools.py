"""How large a pool of a data set is, which is all that estimates of cost depend on."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Pool
from core.pretrain.base import PoolSize


def pool_size(dataset: Dataset, pool: Pool) -> PoolSize:
    """Rows, characters of texts, or columns of numbers, of a pool."""
    indices = dataset.pool_rows(pool)
    if dataset.modality == "text":
        characters = sum(len(str(text)) for text in np.asarray(dataset.take(indices)))
        return PoolSize(rows=len(indices), characters=characters)
    return PoolSize(rows=len(indices), columns=int(np.prod(np.shape(dataset.rows)[1:])))
