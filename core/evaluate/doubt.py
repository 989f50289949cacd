"""Saying "I don't know": for each row whether an answer can be trusted, and why not, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from core.errors import BadParam
from core.evaluate.acquaintance import Acquaintance
from core.evaluate.words import percent
from core.finetune.classifier import Classifier
from core.finetune.deciding import probability_of
from core.types import Floats, Rows

#: Why an answer is doubted: it is not sure enough; the row lies far from all training rows; too
#: many of its words are unknown; a column is out of the range of the training rows.
Flag: TypeAlias = Literal["unsure", "far", "unknown_words", "out_of_range"]

_NAMED = 3


@dataclass(frozen=True)
class DoubtSettings:
    """When a classifier says "I don't know".

    Attributes
    ----------
    threshold : float, optional
        The least probability that the class said must have
        (:class:`core.evaluate.reject.RejectRule`); None answers however unsure.
    allowed_error : float, optional
        What share of wrong answers that threshold was chosen for.
    far : float
        A row is far when at most this share of the training rows lies as far from the others.
        About that share of ordinary rows is doubted in vain.
    unknown : float
        A text is doubted when more than this share of its words is unknown.
    """

    threshold: float | None = None
    allowed_error: float | None = None
    far: float = 0.01
    unknown: float = 0.5

    def __post_init__(self) -> None:
        for name in ("threshold", "allowed_error", "far", "unknown"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise BadParam(
                    f"{name} cannot be {value!r}.", hint="It takes a share between 0 and 1."
                )

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> DoubtSettings:
        """The settings again; what is unknown here is left out."""
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        return cls(**known)


@dataclass(frozen=True)
class Doubt:
    """What is to be said against the answer to one row.

    Attributes
    ----------
    knows : bool
        Whether the answer stands. It does not when the row is unsure, far, or of unknown words;
        a column out of range alone is a warning.
    flags : tuple of str
        Of :data:`Flag`.
    reasons : tuple of str
        A sentence for each flag.
    confidence : float
        Probability of the class said.
    rarity : float
        Share of the training rows that lie as far from the others as this row does.
    unknown_share : float, optional
        Share of its words that are unknown; None where words are not counted.
    """

    knows: bool
    flags: tuple[Flag, ...]
    reasons: tuple[str, ...]
    confidence: float
    rarity: float
    unknown_share: float | None


def doubt(
    classifier: Classifier,
    rows: Rows,
    acquaintance: Acquaintance,
    *,
    settings: DoubtSettings | None = None,
    proba: Floats | None = None,
) -> list[Doubt]:
    """What is to be said against a classifier's answers, row by row.

    Parameters
    ----------
    classifier : Classifier
        The one that answers.
    rows : Rows of length n
        Raw rows, as it takes them.
    acquaintance : Acquaintance
        What it has seen (:func:`core.evaluate.acquaintance.acquaint`).
    settings : DoubtSettings, optional
        When to say "I don't know"; by default no threshold on how sure it is.
    proba : ndarray of float, shape (n, k), optional
        Its answers, where they are known already.

    Returns
    -------
    list of Doubt
        One a row.
    """
    how = settings or DoubtSettings()
    if len(rows) == 0:
        return []
    encoded = classifier.encoder.transform(rows)
    given = classifier.predict_proba_encoded(encoded) if proba is None else proba
    confidence = probability_of(given, classifier.answers(given))
    rarity = acquaintance.rarity(acquaintance.distances(encoded))
    words = acquaintance.words
    texts = None if words is None else [str(text) for text in np.asarray(rows, dtype=object)]
    unknown = None if words is None or texts is None else words.unknown_share(texts)
    outside = (
        acquaintance.outside(rows) if isinstance(rows, pd.DataFrame) else [[] for _ in confidence]
    )
    found = []
    for place in range(len(confidence)):
        said: dict[Flag, str] = {}
        if how.threshold is not None and confidence[place] < how.threshold:
            said["unsure"] = _unsure(float(confidence[place]), how)
        if rarity[place] <= how.far:
            said["far"] = _far(float(rarity[place]))
        if words and texts and unknown is not None and unknown[place] > how.unknown:
            strange = words.unknown(texts[place], _NAMED)
            said["unknown_words"] = _unknown(float(unknown[place]), strange)
        if outside[place]:
            said["out_of_range"] = _outside(outside[place])
        found.append(
            Doubt(
                knows=not (set(said) - {"out_of_range"}),
                flags=tuple(said),
                reasons=tuple(said.values()),
                confidence=float(confidence[place]),
                rarity=float(rarity[place]),
                unknown_share=None if unknown is None else float(unknown[place]),
            )
        )
    return found


def _unsure(confidence: float, how: DoubtSettings) -> str:
    promise = (
        f", which it has to be for at most {percent(how.allowed_error)} wrong answers"
        if how.allowed_error is not None
        else ""
    )
    return f"It is {percent(confidence)} sure, not {percent(how.threshold or 0.0)}{promise}."


def _far(rarity: float) -> str:
    return (
        "It is unlike the training rows: "
        + ("hardly one of them is" if rarity < 0.005 else f"at most {percent(rarity)} of them are")
        + " as far from the others."
    )


def _unknown(share: float, strange: list[str]) -> str:
    if not strange:
        return "It has no word at all that counts."
    named = ", ".join(f"“{word}”" for word in strange)
    if share == 1:
        return f"The model knows none of its words ({named})."
    return f"The model does not know {percent(share)} of its words ({named}, …)."


def _outside(told: list[str]) -> str:
    more = len(told) - _NAMED
    return "; ".join(told[:_NAMED]) + (f"; and {more} more columns" if more > 0 else "") + "."
