"""Divide rows into those to learn from and those for the test, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data.dataset import UNLABELLED
from core.errors import BadData, BadParam
from core.types import Bools, Ints

_FREE, _TRAIN, _TEST = -1, 0, 1


def stratified_split(
    labels: Ints,
    keys: Sequence[Any] | npt.NDArray[Any] | None = None,
    *,
    test_share: float = 0.25,
    seed: int = 0,
) -> Bools:
    """Choose the test rows: the same share of every class, and no group on both sides.

    Rows with equal key form a group, which stays together; a group with an unlabelled row
    stays on the training side, as unlabelled rows are never tested. The classes are taken from
    the one with the fewest groups upwards, and each divides those of its groups that no rarer
    class has divided yet, large groups before small ones, so that its share of test rows is
    never further from ``test_share`` than half a group (a form of iterative stratification:
    Sechidis, Tsoumakas & Vlahavas 2011). A class with at least two groups gets at least one on
    each side, unless all its groups were divided before: by rarer classes, because they carry
    several labels, or because they hold unlabelled rows.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Codes of the classes; ``UNLABELLED`` (-1) for rows without a label.
    keys : sequence of n values, optional
        What must be equal for rows to stay together; every row is its own group when left out.
    test_share : float, default=0.25
        Share of each class's rows to test, between 0 and 1, both excluded.
    seed : int, default=0
        Equal input and seed give the equal split.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for test rows.

    Raises
    ------
    BadParam
        When ``test_share`` is not between 0 and 1.
    BadData
        When there are not as many keys as labels.

    Examples
    --------
    >>> import numpy as np
    >>> stratified_split(np.array([0, 0, 0, 0, 1, 1, -1]), test_share=0.5).sum()
    np.int64(3)
    """
    if not 0 < test_share < 1:
        raise BadParam(
            f"test_share cannot be {test_share!r}.",
            hint="It takes a number between 0 and 1, such as 0.25.",
        )
    labels = np.asarray(labels)
    if keys is None:
        group = np.arange(len(labels))
    else:
        if len(keys) != len(labels):
            raise BadData(f"There are {len(labels)} labels but {len(keys)} keys.")
        column = keys if isinstance(keys, np.ndarray) else np.array(list(keys), dtype=object)
        group = pd.factorize(column, use_na_sentinel=False)[0]
    if not len(labels):
        return np.zeros(0, dtype=bool)
    side = _divide(labels, group, test_share, np.random.default_rng(seed))
    chosen: Bools = side[group] == _TEST
    return chosen


def _divide(labels: Ints, group: Ints, share: float, rng: np.random.Generator) -> Ints:
    """The side of each group."""
    groups = int(group.max()) + 1
    side = np.full(groups, _FREE)
    side[group[labels == UNLABELLED]] = _TRAIN
    labelled = labels != UNLABELLED
    if not labelled.any():
        return side
    # one entry for each pair of a class and a group: how many rows it has
    classes = int(labels.max()) + 1
    pairs, rows = np.unique(
        labels[labelled].astype(np.int64) * groups + group[labelled], return_counts=True
    )
    pair_class, pair_group = np.divmod(pairs, groups)
    starts = np.searchsorted(pair_class, np.arange(classes + 1))
    place = rng.permutation(groups)  # each group's place in the draw
    for label in np.argsort(np.diff(starts), kind="stable"):
        own = slice(starts[label], starts[label + 1])
        members, sizes = pair_group[own], rows[own]
        if len(members):
            _divide_class(side, members, sizes, share, place)
    return side


def _divide_class(side: Ints, members: Ints, sizes: Ints, share: float, place: Ints) -> None:
    """Put the free groups of one class on a side, nearest to its share of test rows."""
    free = side[members] == _FREE
    tested = side[members] == _TEST
    # how many test rows the class has beyond its share so far
    ahead = float(sizes[tested].sum() - share * sizes[~free].sum())
    has_test, has_train = bool(tested.any()), bool((~free & ~tested).any())
    order = np.lexsort((place[members[free]], -sizes[free]))
    members, sizes = members[free][order], sizes[free][order]
    test = np.zeros(len(members), dtype=bool)
    several = int(np.count_nonzero(sizes > 1))
    for i in range(several):
        size = int(sizes[i])
        # the nearer of the two: ahead + size * (1 - share) and ahead - size * share
        test[i] = 2 * ahead + size * (1 - 2 * share) < 0
        ahead += size * (1 - share) if test[i] else -size * share
    singles = len(members) - several
    # the whole number nearest to what is missing, half rounded down
    wanted = int(np.ceil(share * singles - ahead - 0.5 - 1e-9))
    test[several : several + min(max(wanted, 0), singles)] = True
    if len(members) + has_test + has_train > 1 and len(members):
        if not has_test and not test.any():
            test[-1] = True  # the smallest
        elif not has_train and test.all():
            test[-1] = False
        # with both missing, one move mends one side and two groups are there for the other
    side[members] = np.where(test, _TEST, _TRAIN)
