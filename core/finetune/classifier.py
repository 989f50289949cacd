"""Encoder, head and class names together: the thing that classifies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import BadData
from core.finetune.base import Head, spread_probabilities
from core.finetune.deciding import ClassThreshold, said
from core.finetune.temperature import sharpened
from core.pretrain.base import Encoder
from core.types import Floats, Ints, Matrix, Rows

#: Rows encoded at once: dense rows of a few hundred numbers then take a few megabytes.
BLOCK = 2048


@dataclass(frozen=True, eq=False)
class Classifier:
    """A fine-tuned model over all classes of a data set. Never changes; threads may share it.

    Attributes
    ----------
    encoder : Encoder
        Fitted.
    head : Head
        Fitted on codes, which are indices into ``classes``; it may have seen only some of them.
    classes : tuple of str
        Names of all classes.
    temperature : float
        Of the probabilities beside what the head was trained to give: above 1 less sure, below 1
        surer. No answer changes by it.
    threshold : ClassThreshold, optional
        Of one class, held against the probabilities as answered, after the temperature.

    Raises
    ------
    BadData
        When the head knows a label that is no index into ``classes``, or the threshold is of a
        class that is none.
    """

    encoder: Encoder
    head: Head
    classes: tuple[str, ...]
    temperature: float = 1.0
    threshold: ClassThreshold | None = None

    def __post_init__(self) -> None:
        known = np.asarray(self.head.classes_)
        if known.dtype.kind not in "iu" or known.min() < 0 or known.max() >= len(self.classes):
            raise BadData(
                f"The head was trained on labels {known.tolist()}, which do not fit the "
                f"{len(self.classes)} classes here.",
                hint="Train it on codes of these classes.",
            )
        if self.threshold is not None and self.threshold.code >= len(self.classes):
            raise BadData(
                f"There is a threshold for class number {self.threshold.code}, but the "
                f"{len(self.classes)} classes here are numbered from 0.",
                hint="Take the threshold back.",
            )

    def predict_proba(self, rows: Rows) -> Floats:
        """Probabilities of all classes, shape (n, len(classes)); 0 for a class never seen.

        Parameters
        ----------
        rows : Rows
            Raw rows of the modality that the encoder takes, any number of them.
        """
        return self._in_blocks(rows, len(rows), self.encoder.transform)

    def predict_proba_encoded(self, encoded: Matrix) -> Floats:
        """The same for rows that went through :attr:`encoder` before."""
        return self._in_blocks(encoded, encoded.shape[0], lambda block: block)

    def predict(self, rows: Rows) -> Ints:
        """Codes of the classes said, shape (n,)."""
        return self.answers(self.predict_proba(rows))

    def answers(self, proba: Floats) -> Ints:
        """Codes of the classes said, for probabilities of :meth:`predict_proba`, shape (n,).

        The likeliest one, unless the :attr:`threshold` of a class says otherwise.
        """
        return said(proba, self.threshold)

    def linear(self) -> tuple[Floats, Floats] | None:
        """Weights (len(classes), d) and intercepts of the scores, or None where they are no sum.

        A class never seen has weights 0 and the intercept minus infinity.
        """
        parts = self.head.linear()
        if parts is None:
            return None
        weights, intercepts = parts
        all_weights = np.zeros((len(self.classes), weights.shape[1]))
        all_intercepts = np.full(len(self.classes), -np.inf)
        all_weights[self.head.classes_] = weights
        all_intercepts[self.head.classes_] = intercepts
        return all_weights, all_intercepts

    def _in_blocks(self, rows: Any, n: int, encode: Callable[[Any], Matrix]) -> Floats:
        proba = np.zeros((n, len(self.classes)))
        for start, block in _blocks(rows, n):
            encoded = encode(block)
            if encoded.shape[1] != self.head.n_features_in_:
                raise BadData(
                    f"The rows are encoded as {encoded.shape[1]} numbers, but the head was "
                    f"trained on {self.head.n_features_in_}.",
                    hint="Use the encoder that the head was trained with.",
                )
            proba[start : start + BLOCK] = spread_probabilities(
                sharpened(self.head.predict_proba(encoded), self.temperature),
                self.head.classes_,
                len(self.classes),
            )
        return proba


def _blocks(rows: Any, n: int) -> Iterator[tuple[int, Any]]:
    for start in range(0, n, BLOCK):
        stop = start + BLOCK
        yield start, rows.iloc[start:stop] if isinstance(rows, pd.DataFrame) else rows[start:stop]
