"""Encoders that use what was brought from outside: kept files, and tables that follow the rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.data.dataset import Dataset
from core.params import Value
from core.pretrain.base import Encoder, Method
from core.store import vector_files


def unfitted(method: Method, settings: Mapping[str, Value], seed: int, dataset: Dataset) -> Encoder:
    """An encoder about to learn, with kept files by their paths.

    A table of row vectors has lines for all rows of the data set, of which it is shown the
    content, test rows too: not to learn from, but to know them again.

    Raises
    ------
    NotFound
        When a file is not kept any more.
    """
    from core.pretrain.row_vectors import RowVectorsEncoder

    encoder = method.make(vector_files.located(method.params, settings), seed)
    if isinstance(encoder, RowVectorsEncoder) and not encoder.key:
        encoder.aligned_with(dataset.take(np.arange(len(dataset))))
    return encoder
