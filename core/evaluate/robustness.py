"""How a classifier does on rows with faults: the same test rows, whole and spoilt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset
from core.evaluate.compare import verdict
from core.evaluate.intervals import proportion, two_way
from core.evaluate.perturb import faults
from core.evaluate.results import Interval
from core.evaluate.words import percent, points
from core.finetune.classifier import Classifier
from core.progress import SILENT, Progress
from core.types import Ints

#: So many test rows are spoilt and asked about; the interval says what that leaves open.
MOST_ROWS = 1_000


@dataclass(frozen=True)
class UnderFault:
    """The accuracy under one fault at one strength.

    Attributes
    ----------
    kind, strength : str
        What was done to the rows, and how much of it.
    accuracy : Interval
        On the spoilt rows (Wilson 1927).
    change : Interval
        Less that on the same rows when whole, paired.
    """

    kind: str
    strength: str
    accuracy: Interval
    change: Interval

    @property
    def harms(self) -> bool:
        """Whether it costs accuracy beyond chance."""
        return verdict(self.change) == "hurt"


@dataclass(frozen=True)
class Robustness:
    """A classifier under all faults of its kind of rows.

    Attributes
    ----------
    rows : int
        Test rows that were spoilt.
    whole : Interval
        The accuracy on these rows as they are.
    under : tuple of UnderFault
        Kind by kind, weaker strengths first.
    """

    rows: int
    whole: Interval
    under: tuple[UnderFault, ...]


def robustness(
    classifier: Classifier,
    dataset: Dataset,
    test: Ints,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Robustness:
    """Spoil test rows in several ways and see what the classifier says then.

    Parameters
    ----------
    classifier : Classifier
        Already learned; nothing is learned here.
    dataset : Dataset
        The rows.
    test : ndarray of int
        Indices of the labelled test rows; ``MOST_ROWS`` of them are drawn.
    seed : int
        Of the draw, of the faults and of the bootstrap.
    progress : Progress
        Told of each fault.
    """
    rng = np.random.default_rng(seed)
    drawn = np.sort(rng.permutation(test)[:MOST_ROWS])
    rows, truth = dataset.take(drawn), np.asarray(dataset.labels)[drawn]
    progress.update(0.0, "Asking about whole rows")
    right = classifier.predict(rows) == truth
    tried = faults(dataset.modality)
    found = []
    for place, fault in enumerate(tried):
        progress.update((place + 1) / (len(tried) + 1), f"{fault.kind}: {fault.strength}")
        spoilt = fault.apply(rows, np.random.default_rng([seed, place]))
        still = classifier.predict(spoilt) == truth
        found.append(
            UnderFault(
                kind=fault.kind,
                strength=fault.strength,
                accuracy=proportion(int(still.sum()), len(still)),
                change=two_way(
                    (still.astype(np.int8) - right.astype(np.int8))[None],
                    made_up=(1, -1),
                    seed=seed,
                ),
            )
        )
    progress.update(1.0, "Asked")
    return Robustness(len(drawn), proportion(int(right.sum()), len(right)), tuple(found))


def robustness_sentence(found: Robustness) -> str:
    """The fault that costs most, or that none does."""
    harmful = [one for one in found.under if one.harms]
    if not harmful:
        return (
            f"None of {len(found.under)} faults costs accuracy beyond chance on "
            f"{found.rows:,} test rows ({percent(found.whole.value)} right when whole)."
        )
    worst = min(harmful, key=lambda one: one.change.value)
    return (
        f"What costs most: {worst.kind.lower()} ({worst.strength}), "
        f"{points(worst.change.value)}: {percent(worst.accuracy.value)} right instead of "
        f"{percent(found.whole.value)}." + _unharmed(found.under)
    )


def _unharmed(under: Sequence[UnderFault]) -> str:
    kinds = list(dict.fromkeys(one.kind for one in under))
    harmless = [k for k in kinds if not any(one.harms for one in under if one.kind == k)]
    if not harmless:
        return ""
    return f" No clear loss from: {', '.join(kind.lower() for kind in harmless)}."
