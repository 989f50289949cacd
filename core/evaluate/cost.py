"""How long a fine-tuning will take, before it is started.

A rough count of the work, in seconds of an ordinary core: which fits there will be, on how many
rows of how many values, for how many classes. The constants were measured once on generated rows
(two cores, scikit-learn 1.9) and are right within a factor of two or three; a server corrects
them by what its own runs on the same data took (:func:`corrected`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from core.data.dataset import UNLABELLED
from core.evaluate.curve import budgets
from core.finetune.choosing import folds
from core.finetune.draws import draw_labels
from core.finetune.strategies.together import WEIGHTS
from core.types import Ints

#: Starting a worker and loading what learns.
START_SECONDS = 3.0
#: Scoring with intervals, and keeping the results.
_END_SECONDS = 1.5
#: Seconds for each row x value x class, dense and sparse.
_SVM = (1.0e-7, 2.5e-7)
_LOGISTIC = (1.5e-8, 1.7e-7)
_STEP = (3.0e-10, 1.0e-8)
_SPLIT = 2.5e-7
_NEIGHBOUR = 1.2e-10
_FIT = 0.02
#: Share of a fit of the SVM that is left where its probabilities do not count.
_DECIDING = 0.4


@dataclass(frozen=True)
class Encoded:
    """What rows look like through an encoder.

    Attributes
    ----------
    values : float
        Numbers of a row that are not zero.
    dense : bool
        Whether the rest is stored too.
    """

    values: float
    dense: bool


@dataclass(frozen=True)
class Asked:
    """What a fine-tuning is asked to do, in sizes.

    Attributes
    ----------
    labels : ndarray of int
        Codes of the training rows, -1 for those without a label.
    model, baseline : Encoded
        Rows as either encoder gives them; ``model`` is None for the baseline alone.
    head, head_settings, strategy, strategy_settings
        Keys and settings, resolved.
    labels_per_class, draws, curve
        As in a request.
    source_rows : int
        Labelled rows of the source, for strategies that have one.
    """

    labels: Ints
    baseline: Encoded
    model: Encoded | None
    head: str
    head_settings: Mapping[str, Any]
    strategy: str
    strategy_settings: Mapping[str, Any]
    labels_per_class: int | None
    draws: int
    curve: bool
    source_rows: int = 0


def training_seconds(asked: Asked) -> float:
    """Seconds of all fits of a fine-tuning, its baseline's among them, and of scoring."""
    labels = np.asarray(asked.labels)
    known = labels[labels != UNLABELLED]
    if not len(known):
        return 0.0
    classes = len(np.unique(known))
    total = _END_SECONDS
    visited = budgets(known, asked.labels_per_class, curve=asked.curve)
    for number, budget in enumerate(visited):
        drawn = draw_labels(known, budget, seed=0)
        times = 1 if len(drawn) == len(known) else asked.draws
        each = head_seconds(asked, len(drawn), classes, asked.baseline)
        if asked.model is not None:
            each += _strategy_seconds(asked, known[drawn], len(labels), classes, asked.model)
        # how sure it may be is asked of the kept model alone, which comes first
        less = _DECIDING if asked.head == "svm" else 1.0
        total += (less * times + (1 - less) * (number == 0)) * each
    if asked.strategy == "spreading" and asked.model is not None:  # one graph for all draws
        total += _NEIGHBOUR * len(labels) ** 2 * asked.model.values
    return total


def head_seconds(asked: Asked, rows: int, classes: int, encoded: Encoded) -> float:
    """Seconds of one fit of the head on so many rows."""
    way = 0 if encoded.dense else 1
    size = rows * encoded.values
    if asked.head == "svm":
        return _FIT + _SVM[way] * size * classes
    if asked.head == "logistic":
        return _FIT + _LOGISTIC[way] * size * classes
    if asked.head == "tree":
        return _FIT + _SPLIT * size * math.log2(rows + 2)
    settings = asked.head_settings
    passes = int(settings.get("passes") or 300)
    again = 1.5 if settings.get("refit") and settings.get("validation_share") else 1.0
    return _FIT + again * passes * (_STEP[way] * size * classes + 2e-5)


def _strategy_seconds(
    asked: Asked, drawn: Ints, rows: int, classes: int, encoded: Encoded
) -> float:
    n = len(drawn)
    one = head_seconds(asked, n, classes, encoded)
    settings = asked.strategy_settings
    if asked.strategy == "spreading":
        flow = 2e-8 * rows * float(settings.get("neighbours") or 15) * classes * 50
        return flow + head_seconds(asked, rows, classes, encoded)
    if asked.strategy == "self_training":
        rounds = int(settings.get("rounds") or 1)
        share = float(settings.get("share") or 0.5)
        taken = [n + share * (rows - n) * (i + 1) / rounds for i in range(rounds)]
        return one + sum(head_seconds(asked, int(m), classes, encoded) for m in taken)
    if asked.strategy == "together":
        fits = 1
        if settings.get("source_weight") is None:
            fits += len(WEIGHTS) * len(folds(drawn, seed=0))
        return fits * head_seconds(asked, n + asked.source_rows, classes, encoded)
    if asked.strategy == "augmentation":
        wide = Encoded(2 * encoded.values, encoded.dense)
        return head_seconds(asked, n + asked.source_rows, classes, wide)
    if asked.strategy == "probe_then_tune":
        passes = int(settings.get("passes") or 20)
        return 2 * one + 2 * passes * n * 3e-5
    return one


def corrected(expected: float, earlier: Sequence[tuple[float, float]]) -> float:
    """An estimate, corrected by what earlier runs took.

    Parameters
    ----------
    expected : float
        Seconds.
    earlier : sequence of (expected, taken)
        Of finished runs. The median of their ratios corrects, by a factor of five at most.
    """
    ratios = [taken / before for before, taken in earlier if before > 0 and taken > 0]
    if not ratios:
        return expected
    return expected * min(max(median(ratios), 0.2), 5.0)
