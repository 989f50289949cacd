"""The predictions of a bundle, held against what a run may keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.store import modelfile
from core.store.audit import Refused

_KINDS = {"rows": "iu", "labels": "iu", "proba": "f"}
#: What is read together is there together.
_TOGETHER = (
    {"test_rows", "test_labels", "test_proba"},
    {"validation_rows", "validation_labels", "validation_proba"},
)
_SUM = 1e-3  # how far the probabilities of a row may be from 1 in all


def read_predictions(
    path: Path, *, classes: int, rows: int | None
) -> dict[str, dict[str, np.ndarray[Any, Any]]]:
    """The arrays that a run shall keep, by the names under which runs keep them.

    Parameters
    ----------
    path : Path
        The file that was unpacked; a bundle may have none.
    classes : int
        How many classes there are.
    rows : int, optional
        How many rows the data set has; None where nobody knows.

    Raises
    ------
    Refused
        When they are not what a run keeps, or of rows that the data set does not have.
    """
    if not path.exists():
        return {}
    payload = modelfile.read(path)
    arrays = payload.get("arrays")
    if payload.get("kind") != "predictions" or not isinstance(arrays, dict):
        raise Refused("its predictions are none")
    lengths: dict[str, int] = {}
    for name, array in arrays.items():
        side, _, what = name.partition("_")
        kind = _KINDS.get(what)
        if kind is None or not isinstance(array, np.ndarray) or array.dtype.kind not in kind:
            raise Refused(f"its predictions hold something else under {name[:40]!r}")
        if array.ndim != (2 if what == "proba" else 1):
            raise Refused(f"its predictions {name!r} have the shape {array.shape}")
        side = "test" if side == "baseline" else side
        if lengths.setdefault(side, len(array)) != len(array):
            raise Refused(f"its predictions {name!r} are of other rows than the rest")
        if len(array) and not _in_range(array, what, classes):
            raise Refused(f"its predictions {name!r} hold impossible values")
        if what == "rows" and rows is not None and len(array) and array.max() >= rows:
            raise Refused(
                f"its predictions {name!r} are of row {int(array.max())}, and its data set has "
                f"{rows:,} rows, numbered from 0"
            )
    if not _TOGETHER[0] <= set(arrays):
        raise Refused("its predictions of the test rows are missing")
    if "train_rows" not in arrays:
        raise Refused("it does not say which rows it learned from")
    if any(some & set(arrays) and not some <= set(arrays) for some in _TOGETHER):
        raise Refused("its predictions of the rows held out are not whole")
    draws = payload.get("draws") or {}
    if not isinstance(draws, dict) or not set(draws) <= {"right"}:
        raise Refused("what it says of its draws is something else")
    for right in draws.values():
        fits = isinstance(right, np.ndarray) and right.dtype == bool and right.ndim == 2
        if not fits or right.shape[1] != lengths["test"] or not len(right):
            raise Refused("its draws are of other test rows than its predictions")
    return {"predictions": arrays, **({"draws": draws} if draws else {})}


def _in_range(array: np.ndarray[Any, Any], what: str, k: int) -> bool:
    if what == "proba":
        sane = np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1 + 1e-6
        whole = sane and np.abs(array.sum(axis=1, dtype=np.float64) - 1).max() <= _SUM
        return array.shape[1] == k and bool(whole)
    return array.min() >= 0 and (what == "rows" or array.max() < k)
