"""What each method gained over nothing learned on the sets of the benchmark.

Nothing here is a promise: it decides where a handful of labels cannot tell encoders apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.transfer.recommend import Track
from core.types import Modality

#: By kind of rows, set and method: test accuracy minus that of the same head on rows that nothing
#: was learned for, in points; default settings and head, mean over 5, 10 and 20 labels a class.
#: Written by ``python benchmarks/choosing.py --record``. The four kinds of Amazon reviews count as
#: one set.
GAINS: Mapping[Modality, Mapping[str, Mapping[str, float]]] = {
    "text": {},
    "image": {},
    "tabular": {},
}


def shipped(modality: Modality, *, without: str | None = None) -> dict[str, dict[str, float]]:
    """Gains (as shares) by method and set, for rows of a kind.

    Parameters
    ----------
    modality : {"text", "image", "tabular"}
        Kind of the rows.
    without : str, optional
        Name of a set that is left out: a choice on it must not rest on its own test rows.
    """
    found: dict[str, dict[str, float]] = {}
    for name, gains in GAINS[modality].items():
        if name != without:
            for method, points in gains.items():
                found.setdefault(method, {})[name] = points / 100
    return found


def mean_track(gains: Mapping[str, Mapping[str, float]]) -> dict[str, Track]:
    """Each method's mean gain over the sets it was tried on, every set counting alike."""
    return {
        method: Track(sum(by_set.values()) / len(by_set), len(by_set))
        for method, by_set in gains.items()
        if by_set
    }
