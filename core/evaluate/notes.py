"""What a reader should know about the limits of an evaluation, as sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.types import Bools, Ints

#: Below so many test rows the intervals are called wide.
FEW_TEST_ROWS = 100
_NAMED = 5


def notes(
    classes: Sequence[str],
    train_labels: Ints,
    test_labels: Ints,
    *,
    labels_per_class: int | None,
    draws: int,
) -> tuple[str, ...]:
    """The sentences that apply to a run.

    Parameters
    ----------
    classes : sequence of str
        Names.
    train_labels, test_labels : ndarray of int
        Codes of all labelled training rows, and of the test rows.
    labels_per_class : int, optional
        The label budget; None for all labels.
    draws : int
        How many draws of labels were made.
    """
    trained = np.bincount(train_labels, minlength=len(classes))
    tested = np.bincount(test_labels, minlength=len(classes))
    said = []
    if labels_per_class is not None:
        small = [
            f"{classes[c]} ({trained[c]})"
            for c in _where((trained < labels_per_class) & (trained > 0))
        ]
        if small:
            said.append(
                f"Fewer than {labels_per_class} labelled training rows, all of them used: "
                f"{_some(small)}."
            )
    unseen = [classes[c] for c in _where((trained == 0) & (tested > 0))]
    if unseen:
        said.append(f"No labelled training row, so every test row of it is wrong: {_some(unseen)}.")
    untested = [classes[c] for c in _where((tested == 0) & (trained > 0))]
    if untested:
        said.append(f"No test row, so left out of the averages: {_some(untested)}.")
    if draws == 1:
        said.append(
            "One draw of labels: the intervals cover the choice of test rows, not of labels."
        )
    if len(test_labels) < FEW_TEST_ROWS:
        said.append(f"Only {len(test_labels)} test rows: the intervals are wide.")
    return tuple(said)


def _where(mask: Bools) -> list[int]:
    return [int(c) for c in np.flatnonzero(mask)]


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
