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

#: One unit of more than this share leaves too little to hold out.
_NEARLY_ALL = 0.75


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
        See :func:`join_groups`; where groups alone can be kept together, see :func:`tied`, those.
    """
    codes = row_codes(dataset.take(indices))
    if dataset.group is None:
        return codes
    group = dataset.group[indices]
    return join_groups(np.arange(len(codes)) if tied(codes, group) else codes, group)


def tied(codes: Ints, group: Objects) -> bool:
    """Whether equal rows of several groups would tie nearly all rows into one unit.

    What everybody says ("yes") does that: there would be nothing left to divide. The groups
    that a person named are then kept together, and equal rows of two groups are not.

    Parameters
    ----------
    codes, group
        As for :func:`join_groups`.
    """
    if not len(codes):
        return False
    joined, alone = join_groups(codes, group), join_groups(np.arange(len(codes)), group)
    return _most(joined) > _NEARLY_ALL >= _most(alone)


def _most(units: Ints) -> float:
    """The share of the largest unit."""
    return float(np.bincount(units).max() / len(units))


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
