"""What a reader in the child process hands on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Found:
    """A table as Arrow batches, made while they are taken.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of every batch.
    batches : iterable of pyarrow.RecordBatch
        May raise :class:`core.errors.BadData` on the way.
    notes : sequence of str
        What was changed; complete once the batches are taken.
    sheet : str, optional
        The sheet of a workbook.
    """

    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    notes: Sequence[str]
    sheet: str | None = None
