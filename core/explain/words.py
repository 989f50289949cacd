"""What each word of a text adds to the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from core.errors import BadParam
from core.explain.linear import noticed, text_parts
from core.explain.occlusion import occlude, pieces
from core.finetune.classifier import Classifier
from core.pretrain.base import Parts
from core.text.pieces import is_piece
from core.types import Floats

Against: TypeAlias = "int | Literal['runner-up'] | None"


@dataclass(frozen=True, eq=False)
class WordContributions:
    """The score of a class, taken apart by the words of a text.

    Attributes
    ----------
    spans : list of tuple of int
        Start and end of each piece in the text, in characters; n-grams overlap their words.
    terms : list of str
        The term of the vocabulary that each span became, or the piece as it stands.
    values : ndarray of float, shape (n,)
        What each adds; positive speaks for the class.
    base : float
        What is there without any word.
    score : float
        Where ``exact``, the linear score of the class: ``base + values.sum()``. Otherwise the
        logarithm of its probability.
    label : int
        Code of the class explained.
    exact : bool
        Whether the parts add up. If not, ``values`` say how much the score falls when the piece
        is left out.
    against : int, optional
        Code of the class it is held against; scores are then differences between the two.
    """

    spans: list[tuple[int, int]]
    terms: list[str]
    values: Floats
    base: float
    score: float
    label: int
    exact: bool
    against: int | None = None

    def by_term(self, k: int | None = None) -> list[tuple[str, float]]:
        """Each term once with all it adds, strongest first; ``k`` of them at most."""
        sums: dict[str, float] = {}
        for term, value in zip(self.terms, self.values, strict=True):
            sums[term] = sums.get(term, 0.0) + float(value)
        return sorted(sums.items(), key=lambda pair: -abs(pair[1]))[:k]


def explain_text(
    classifier: Classifier, text: str, *, label: int | None = None, against: Against = None
) -> WordContributions:
    """Say what each word of a text adds to the score of a class.

    With a linear head, and an encoder whose rows are sums over tokens, the contributions are
    exact: each token's part of the encoded row times the weights of the class. Otherwise each
    word is left out in turn (occlusion: Zeiler & Fergus 2014; for text, Li, Monroe & Jurafsky
    2016), in longer pieces where there are many words.

    By default the class stands alone: that is the score that the head computes, and a word
    neutral to it gets nothing. ``against`` explains what decides between two classes instead:
    words that speak for both cancel out.

    Parameters
    ----------
    classifier : Classifier
        Of texts.
    text : str
        One text.
    label : int, optional
        Code of the class to explain; the likeliest by default.
    against : int or "runner-up", optional
        Code of a class to hold it against, or the likeliest other one.

    Raises
    ------
    BadParam
        When there is no such class, the classifier never saw one of it, or a class is held
        against itself.
    """
    proba = classifier.predict_proba(_rows([text]))[0]
    if label is None:
        label = int(proba.argmax())
    other = _runner_up(classifier, proba, label) if against == "runner-up" else against
    _check(classifier, label, other)

    parts = text_parts(classifier.encoder, text)
    linear = classifier.linear()
    if parts is not None and linear is not None:
        weights, intercepts = linear
        w, b = weights[label], float(intercepts[label])
        if other is not None:
            w, b = w - weights[other], b - float(intercepts[other])
        values = np.asarray(parts.matrix @ w, dtype=np.float64).reshape(len(parts.spans))
        spans, terms, summed = _by_place(parts, values, text)
        base = float(np.asarray(parts.base, dtype=np.float64) @ w) + b
        return WordContributions(
            spans=spans,
            terms=terms,
            values=summed,
            base=base,
            score=base + float(summed.sum()),
            label=label,
            exact=True,
            against=other,
        )

    spans = pieces(text, noticed(classifier.encoder, text))
    scores = _log_scores(classifier, [text, "", *occlude(text, spans)], label, other)
    return WordContributions(
        spans=spans,
        terms=[text[start:end] for start, end in spans],
        values=scores[0] - scores[2:],
        base=float(scores[1]),
        score=float(scores[0]),
        label=label,
        exact=False,
        against=other,
    )


def _by_place(
    parts: Parts, values: Floats, text: str
) -> tuple[list[tuple[int, int]], list[str], Floats]:
    """A word and its pieces stand at one place: what they add is one contribution."""
    if not any(map(is_piece, parts.terms)):
        return list(parts.spans), list(parts.terms), values
    number: dict[tuple[int, int], int] = {}
    at = [number.setdefault(span, len(number)) for span in parts.spans]
    terms = [text[start:end] for start, end in number]
    for place, term in zip(at, parts.terms, strict=True):
        if not is_piece(term):
            terms[place] = term
    sums = np.bincount(at, weights=values, minlength=len(number)).astype(np.float64)
    return list(number), terms, sums


def _runner_up(classifier: Classifier, proba: Floats, label: int) -> int:
    others = [int(code) for code in classifier.head.classes_ if code != label]
    return max(others, key=lambda code: proba[code])


def _log_scores(
    classifier: Classifier, texts: Sequence[str], label: int, against: int | None
) -> Floats:
    # a head may be certain; one part in a million keeps the logarithm in sight
    logs = np.log(np.clip(classifier.predict_proba(_rows(texts)), 1e-6, 1.0))
    chosen = logs[:, label] if against is None else logs[:, label] - logs[:, against]
    return np.asarray(chosen, dtype=np.float64)


def _rows(texts: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(texts, dtype=object)


def _check(classifier: Classifier, label: int, against: int | None) -> None:
    for code in (label, against):
        if code is None:
            continue
        if not 0 <= code < len(classifier.classes):
            raise BadParam(
                f"There is no class number {code}.",
                hint=f"There are {len(classifier.classes)} classes, numbered from 0.",
            )
        if code not in classifier.head.classes_:
            raise BadParam(
                f"The classifier never saw a row of {classifier.classes[code]!r}, so no word "
                "speaks for or against it.",
                hint="Choose another class.",
            )
    if label == against:
        raise BadParam(
            f"{classifier.classes[label]!r} cannot be held against itself.",
            hint="Choose another class.",
        )
