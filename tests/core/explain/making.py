"""Small classifiers to explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.finetune import get_head
from core.finetune.base import Head
from core.finetune.classifier import Classifier
from core.params import resolve
from core.pretrain import get_method
from core.pretrain.base import Encoder
from core.types import Floats


def fitted(
    method: str,
    head: str,
    rows: Any,
    labels: Any,
    classes: tuple[str, ...],
    *,
    settings: Mapping[str, Any] | None = None,
) -> Classifier:
    """A classifier of some rows by a method and a head; settings it does not know are dropped."""
    known = get_method(method)
    names = {param.name for param in known.params}
    values = {name: value for name, value in (settings or {}).items() if name in names}
    encoder = known.make(resolve(known.params, values), 0).fit(rows)
    spec = get_head(head)
    made = spec.make(resolve(spec.params, {}), 0)
    return Classifier(encoder, made.fit(encoder.transform(rows), np.asarray(labels)), classes)


def score_of(classifier: Classifier, row: Any, label: int) -> float:
    """The linear score of a class for one row, by the encoder and the weights themselves."""
    linear = classifier.linear()
    assert linear is not None
    encoded = classifier.encoder.transform(row)
    one = encoded.toarray()[0] if hasattr(encoded, "toarray") else encoded[0]
    return float(one.astype(np.float64) @ linear[0][label] + linear[1][label])


class Plain(Encoder):
    """Columns of a table, or pixels, as they are."""

    def transform(self, rows: Any) -> Any:
        array = rows.to_numpy(dtype=np.float64) if isinstance(rows, pd.DataFrame) else rows
        return np.asarray(array, dtype=np.float32).reshape(len(rows), -1)


class Rule(Head):
    """Probability of the second class by a rule of one's own; no sum."""

    def __init__(self, rule: Any, width: int) -> None:
        self.rule = rule
        self.n_features_in_ = width
        self.classes_ = np.array([0, 1])

    def predict_proba(self, X: Any) -> Floats:
        second = np.asarray(self.rule(np.asarray(X)), dtype=np.float64)
        return np.column_stack([1 - second, second])


def by_rule(rule: Any, width: int, classes: tuple[str, ...] = ("no", "yes")) -> Classifier:
    """A classifier whose second class has the probability that a rule gives (n, width) rows."""
    return Classifier(Plain(), Rule(rule, width), classes)
