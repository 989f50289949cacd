"""Small data sets for the tests beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.data.dataset import Dataset


def made(
    modality: Any,
    rows: Any,
    labels: Sequence[int] | None = None,
    test: Sequence[int] = (),
    classes: Sequence[str] = (),
    **more: Any,
) -> Dataset:
    """A data set; ``test`` lists the indices of its test rows."""
    n = len(rows)
    marks = np.full(n, -1, dtype=np.int32) if labels is None else np.array(labels, dtype=np.int32)
    most = int(marks.max()) + 1 if n else 0
    return Dataset(
        "tiny",
        "Tiny",
        modality,
        rows,
        marks,
        tuple(classes) or tuple("abcdefghij"[:most]),
        np.isin(np.arange(n), test),
        **more,
    )


def texts(rows: Sequence[str], *args: Any, **more: Any) -> Dataset:
    """A data set of texts."""
    return made("text", np.array([*rows, ""], dtype=object)[:-1], *args, **more)


def images(rows: Any, *args: Any, **more: Any) -> Dataset:
    """A data set of images."""
    return made("image", np.asarray(rows, dtype=np.float32), *args, **more)


def table(columns: dict[str, Any], *args: Any, **more: Any) -> Dataset:
    """A data set of table rows."""
    return made("tabular", pd.DataFrame(columns), *args, **more)
