"""The column that says which rows belong together: a speaker, a patient, a document."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.data.dataset import UNLABELLED, Dataset
from core.data.finding import Finding, listed, percent, some
from core.data.formats.tidy import as_text, in_list, many, sound_text
from core.errors import BadData
from core.types import Bools, Ints, Objects


def read_groups(column: pd.Series, notes: list[str]) -> Objects:
    """What each row belongs to, in words.

    Parameters
    ----------
    column : Series
        Texts or numbers. A row without a value belongs to nothing and stands alone.
    notes : list of str
        Gets what a person should know.

    Returns
    -------
    ndarray of object, shape (n,)
        str, or None where there is no value.

    Raises
    ------
    BadData
        When the column is empty, or says the same of every row.
    """
    name = str(column.name)
    words = [
        "" if absent else sound_text(as_text(value)).strip()
        for value, absent in zip(column.tolist(), column.isna(), strict=True)
    ]
    groups: Objects = np.array([word or None for word in words], dtype=object)
    alone = int(sum(word is None for word in groups))
    distinct = len({word for word in groups if word is not None})
    if not distinct:
        raise BadData(
            f"The group column {name!r} is empty in all {len(column):,} rows.",
            hint="Choose another column, or none: each row then stands alone.",
        )
    if distinct == 1 and not alone:
        raise BadData(
            f"Every row is of one group in the column {name!r} ({in_list([str(groups[0])])}), so "
            "nothing could be split.",
            hint="Choose a column that names a speaker, a patient or a document, or none.",
        )
    if distinct + alone == len(groups):
        notes.append(
            f"No two rows are of one group in the column {name!r}, so it keeps nothing together. "
            "Is it the right column?"
        )
    elif alone:
        notes.append(f"Without a group in {name!r}, and so standing alone: {many(alone)}.")
    return groups


def check_labelled_groups(groups: Objects, codes: Ints, name: str) -> None:
    """Refuse labelled rows of one single group, where these are still to be split.

    Raises
    ------
    BadData
        When there is no second group with a label.
    """
    found = set(groups[codes != UNLABELLED].tolist())
    if len(found) == 1 and None not in found:
        raise BadData(
            f"All labelled rows are of one group in the column {name!r} "
            f"({in_list([str(one) for one in found])}), so none could be kept for the test.",
            hint="Label rows of another group too, or choose another group column or none.",
        )


def note_torn(groups: Objects, test: Bools, name: str, notes: list[str]) -> None:
    """Note groups with rows on both sides of a split that came with the file."""
    sides = [set(groups[side].tolist()) - {None} for side in (test, ~test)]
    torn = len(sides[0] & sides[1])
    if torn:
        notes.append(
            f"On both sides of the split: {some(torn, 'group')} of the "
            f"{len(sides[0] | sides[1]):,} in {name!r}. The split column was followed."
        )


def torn_groups(ds: Dataset) -> Finding:
    """Whether test rows are of groups that something is learned from.

    Parameters
    ----------
    ds : Dataset
        With groups.

    Returns
    -------
    Finding
        "test_groups".
    """
    groups = ds.group if ds.group is not None else np.full(len(ds), None, dtype=object)
    member = pd.factorize(groups)[0]  # -1: of none
    seen = np.unique(member[ds.pool_rows()])
    rows = ds.test_rows[np.isin(member[ds.test_rows], seen[seen >= 0])]
    if not len(rows):
        return Finding(
            "test_groups",
            "ok",
            "No test row is of a group that is learned from",
            "The test asks for groups that were not seen before.",
        )
    share = len(rows) / len(ds.test_rows)
    torn = len(np.unique(member[rows]))
    return Finding(
        "test_groups",
        "serious" if share >= 0.5 else "warning" if share >= 0.05 else "note",
        f"{some(len(rows), 'test row')} of {len(ds.test_rows):,} ({percent(share)}) "
        f"{'is' if len(rows) == 1 else 'are'} of {some(torn, 'group')} with training rows",
        "A model has learned something of these groups, so the score looks better than it is on "
        "groups it has never seen.",
        "Bring the file again without its split column: groups then stay on one side. Keep the "
        "split if all rows to come are of these same groups.",
        listed(rows),
        len(rows),
    )
