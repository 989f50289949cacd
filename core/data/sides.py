"""Training and test sides of an upload: divide its rows where it does not, and check both."""

from __future__ import annotations

import numpy as np

from core.data.dataset import UNLABELLED
from core.data.duplicates import row_codes
from core.data.formats.tidy import in_list, many
from core.data.split import stratified_split
from core.data.units import join_groups, tied
from core.errors import BadData, BadParam
from core.types import Bools, Ints, Objects, Rows


def check_share(test_share: float) -> None:
    """Refuse a share of test rows that is none.

    Raises
    ------
    BadParam
        When it is not between 0 and 1.
    """
    if not 0 < test_share < 1:
        raise BadParam(
            f"test_share cannot be {test_share!r}.",
            hint="It takes a number between 0 and 1, such as 0.25.",
        )


def own_split(
    rows: Rows,
    codes: Ints,
    notes: list[str],
    *,
    test_share: float,
    seed: int,
    thing: str = "text",
    group: Objects | None = None,
) -> Bools:
    """A stratified split of the labelled rows, equal rows and rows of a group on one side.

    An unlabelled row that repeats a test row, or is of its group, goes along with it, so that it
    is neither tested nor in the pool: a method that saw it would have seen a test row.

    Where what many groups say alike ("yes") would tie nearly all labelled rows into one, groups
    alone are kept together, and that is noted.
    """
    test = np.zeros(len(rows), dtype=bool)
    labelled = codes != UNLABELLED
    if not labelled.any():
        return test
    equal = member = row_codes(rows)
    keys = equal[labelled]
    if group is not None:
        member = join_groups(np.arange(len(rows)), group)
        apart = tied(keys, group[labelled])
        keys = join_groups(member[labelled] if apart else keys, group[labelled])
        if apart:
            notes.append(
                f"Equal {thing}s would tie most groups together, so only the rows of a group are "
                f"kept on one side, and a {thing} of the test part may be learned from as well. "
                "The checks say how many are."
            )
    test[labelled] = stratified_split(codes[labelled], keys, test_share=test_share, seed=seed)
    repeats = ~labelled & (np.isin(member, member[test]) | np.isin(equal, equal[test]))
    if repeats.any():
        of = "" if group is None else "of a group in the test part, or "
        notes.append(
            f"Left out of the pool, as {of}repeating a {thing} of the test part: "
            f"{many(int(repeats.sum()), 'unlabelled row')}."
        )
    together: Bools = test | repeats
    return together


def check_sides(
    codes: Ints,
    test: Bools,
    classes: tuple[str, ...],
    notes: list[str],
    *,
    source: str = "after splitting",
    choose: str = "Add labelled rows",
    things: str = "texts",
) -> None:
    """Refuse a split that nothing can be learned or measured with; note what is thin.

    Parameters
    ----------
    source, choose, things : str
        Words for the messages: where the split is from, what to do, what the rows are.

    Raises
    ------
    BadData
        When a side has no labelled rows, or the training side only one class.
    """
    labelled = codes != UNLABELLED
    train_counts = np.bincount(codes[labelled & ~test], minlength=len(classes))
    test_counts = np.bincount(codes[labelled & test], minlength=len(classes))
    if not test_counts.sum():
        raise BadData(
            f"The test part has no labelled rows {source}, so nothing could be measured.",
            hint=f"{choose}; every class should have several rows with different {things}.",
        )
    if not train_counts.sum():
        raise BadData(
            f"The training part has no labelled rows {source}, so nothing could be learned.",
            hint=f"{choose}.",
        )
    if np.count_nonzero(train_counts) < 2:
        only = classes[int(np.argmax(train_counts))]
        raise BadData(
            f"All labelled training rows are of the class {only[:60]!r} {source}; a classifier "
            "needs at least two.",
            hint=f"{choose}.",
        )
    for counts, side, what in (
        (train_counts, "training", "it can never be predicted rightly"),
        (test_counts, "test", "its scores cannot be measured"),
    ):
        lacking = [classes[i] for i in np.flatnonzero(counts == 0)]
        if lacking:
            notes.append(f"No {side} row has the label {in_list(lacking)}: {what}.")
