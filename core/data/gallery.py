"""A few pictures of each class, to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.dataset import UNLABELLED, Dataset
from core.errors import BadData
from core.types import Floats, Ints

_AVERAGED = 1_000  # pictures that an average is made of, at most


@dataclass(frozen=True, eq=False)
class Wall:
    """Some pictures of one class.

    Attributes
    ----------
    name : str
        The class; "" for pictures without one.
    count : int
        How many there are.
    indices : ndarray of int
        Rows of those chosen, rising.
    average : ndarray of float64, shape (h, w) or (h, w, c)
        The average of (at most 1,000 of) the class's pictures.
    """

    name: str
    count: int
    indices: Ints
    average: Floats


def gallery(ds: Dataset, *, each: int = 10, seed: int = 0, test: bool = False) -> list[Wall]:
    """Choose pictures of each class at random.

    Parameters
    ----------
    ds : Dataset
        Of pictures.
    each : int
        Pictures a class.
    seed : int
        The same seed chooses the same pictures.
    test : bool
        Of the test part; else of the rows that may be learned from.

    Returns
    -------
    list of Wall
        In the order of the classes, those without a label last; classes without rows are left
        out.

    Raises
    ------
    BadData
        When the rows are no pictures.
    """
    if ds.modality != "image":
        raise BadData(f"The rows of {ds.title} are no pictures.")
    rng = np.random.default_rng(seed)
    walls = []
    for code in [*range(len(ds.classes)), UNLABELLED]:
        rows = np.flatnonzero((ds.labels == code) & (ds.test == test))
        if not len(rows):
            continue
        chosen = np.sort(rng.choice(rows, min(each, len(rows)), replace=False))
        few = rows[:: -(-len(rows) // _AVERAGED)]
        average: npt.NDArray[Any] = np.asarray(ds.take(few)).mean(axis=0, dtype=np.float64)
        name = "" if code == UNLABELLED else ds.classes[code]
        walls.append(Wall(name, len(rows), chosen, average))
    return walls
