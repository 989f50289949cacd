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
    "text": {
        "amazon": {
            "glove": 1.0,
            "kmeans": 1.7,
            "lsa": 1.4,
            "ppmi": 1.9,
            "random": -8.1,
            "som": 0.1,
        },
        "banking77": {
            "glove": -8.9,
            "kmeans": -18.6,
            "lsa": -4.7,
            "ppmi": 3.0,
            "random": -13.1,
            "som": -17.6,
        },
        "python_docs": {
            "glove": -0.9,
            "kmeans": -10.2,
            "lsa": -4.0,
            "ppmi": 6.5,
            "random": -33.3,
            "som": -14.2,
        },
        "sms_spam": {
            "glove": -10.8,
            "kmeans": 12.2,
            "lsa": 3.8,
            "ppmi": 6.9,
            "random": -21.2,
            "som": 11.9,
        },
        "sst2": {"glove": -0.9, "kmeans": 0.4, "lsa": 1.3, "ppmi": 4.1, "random": -2.6, "som": 1.4},
        "twenty_newsgroups": {
            "glove": 4.0,
            "kmeans": 6.7,
            "lsa": 5.5,
            "ppmi": 12.7,
            "random": -30.5,
            "som": 7.4,
        },
    },
    "image": {
        "digits": {
            "autoencoder": -0.8,
            "kmeans": 2.1,
            "lsa": -0.5,
            "patches": 4.6,
            "random": -1.1,
            "som": 0.8,
        },
        "mnist": {
            "autoencoder": -5.0,
            "kmeans": 1.7,
            "lsa": -4.0,
            "patches": 13.7,
            "random": -6.0,
            "som": -1.2,
        },
        "usps": {
            "autoencoder": -2.2,
            "kmeans": 0.1,
            "lsa": -2.7,
            "patches": 9.4,
            "random": -3.7,
            "som": -1.7,
        },
    },
    "tabular": {
        "adult": {"autoencoder": 1.9, "kmeans": 2.3, "lsa": -0.2, "random": -0.9, "som": 1.5},
        "breast_cancer": {
            "autoencoder": -0.3,
            "kmeans": 0.6,
            "lsa": 0.0,
            "random": 0.8,
            "som": 0.2,
        },
        "vowel": {"autoencoder": 5.6, "kmeans": 10.2, "lsa": 0.0, "random": -0.0, "som": 9.0},
    },
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
