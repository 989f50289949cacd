"""Rows that belong together: what must never stand on both sides of a split.

Equal rows are one unit, and so are the rows of a group (one speaker, one patient, one document).
A model that has learned one of them knows something of the others that it would not know of a
new row: a score measured on these is too kind.
"""

from __future__ import annotations

from typing import TypeGuard

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from core.data.dataset import Dataset
from core.data.duplicates import row_codes
from core.types import Ints, Objects


def units_of(dataset: Dataset, indices: Ints) -> Ints:
    """The units of some rows of a data set: of equal content, or of one group.

    Parameters
    ----------
    dataset : Dataset
        With or without groups.
    indices : ndarray of int, shape (n,)
        Which rows.

    Returns
    -------
    ndarray of int, shape (n,)
        See :func:`join_groups`.
    """
    codes = row_codes(dataset.take(indices))
    return codes if dataset.group is None else join_groups(codes, dataset.group[indices])


def join_groups(codes: Ints, group: Objects) -> Ints:
    """Join rows of equal codes with those of equal groups.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Equal numbers for equal rows (:func:`core.data.duplicates.row_codes`).
    group : ndarray of object, shape (n,)
        What each row belongs to; a row without a value belongs to nothing.

    Returns
    -------
    ndarray of int, shape (n,)
        Numbers from 0 in the order of first occurrence. Two rows share one where a chain of equal
        rows and common groups leads from one to the other.
    """
    n = len(codes)
    if not n:
        return np.empty(0, dtype=np.int64)
    members = pd.factorize(np.asarray(group, dtype=object))[0].astype(np.int64)  # missing: -1
    alone = members < 0
    members[alone] = members.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    every = np.arange(n)
    # rows are joined to the numbers that stand for their content and their group
    ends = np.concatenate([n + codes, n + int(codes.max()) + 1 + members])
    size = int(ends.max()) + 1
    joined = sparse.coo_array(
        (np.ones(2 * n, np.int8), (np.concatenate([every, every]), ends)), shape=(size, size)
    )
    found = connected_components(joined, directed=False)[1][:n]
    return pd.factorize(found)[0].astype(np.int64)


def repeated(units: Ints | None) -> TypeGuard[Ints]:
    """Whether any two rows belong together."""
    return units is not None and len(np.unique(units)) < len(units)


def units_per_class(labels: Ints, units: Ints) -> Ints:
    """In how many units each class has rows, shape (largest code + 1,)."""
    k = int(labels.max(initial=-1)) + 1
    codes = np.unique(units, return_inverse=True)[1]
    return np.bincount(np.unique(codes * k + labels) % k, minlength=k)


def stack_units(*parts: tuple[Ints | None, int]) -> Ints | None:
    """The units of rows that are put one below the other.

    Parameters
    ----------
    *parts : (ndarray of int or None, int)
        The units of some rows, all in one numbering, and how many rows these are. Rows of which
        nothing is known (None) are units of their own.

    Returns
    -------
    ndarray of int or None
        None where nothing is known of any.
    """
    known = [units for units, _ in parts if units is not None]
    if not known:
        return None
    free = 1 + max(int(units.max(initial=-1)) for units in known)
    found = []
    for units, count in parts:
        found.append(free + np.arange(count) if units is None else units)
        free += count
    return np.concatenate(found)
