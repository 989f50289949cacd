"""Rows of a data set through an encoder, in blocks between which work can be cancelled."""

from __future__ import annotations

from core.data.dataset import Dataset
from core.data.stacking import stack
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.types import Ints, Matrix

#: Rows encoded between two reports.
BLOCK = 2048


def encode_rows(
    encoder: Encoder, dataset: Dataset, rows: Ints, *, progress: Progress = SILENT
) -> Matrix:
    """Encode the rows at these indices, in their order, as an (n, d) matrix."""
    blocks: list[Matrix] = []
    for start in range(0, max(len(rows), 1), BLOCK):
        progress.update(start / max(len(rows), 1), "Encoding rows")
        blocks.append(encoder.transform(dataset.take(rows[start : start + BLOCK])))
    progress.update(1.0, "Encoding rows")
    return stack(blocks)
