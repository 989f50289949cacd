"""What each word of a text contributes to an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from core.errors import BadData
from core.finetune.classifier import Classifier
from core.types import Floats

#: Words that are left out in turn, at most; of longer texts the most frequent are taken.
OCCLUDED = 200

_WORD = r"\w+"


@dataclass(frozen=True, eq=False)
class WordContributions:
    """A score taken apart by word.

    Attributes
    ----------
    spans : list of tuple of int
        Start and end of each contributing piece of the text, in characters, by start.
    terms : list of str
        The term that each span stands for.
    values : ndarray of float, shape (n_spans,)
        What each adds to the score: above zero speaks for the class.
    base : float
        The score without any word.
    score : float
        The score of the class. With ``exact``, ``base + values.sum()``.
    label : int
        Code of the class that is explained.
    exact : bool
        True where the parts add up to the score. False where each word was left out in turn;
        then ``score`` is the log of the probability, ``base`` is NaN, and values do not add up.
    """

    spans: list[tuple[int, int]]
    terms: list[str]
    values: Floats
    base: float
    score: float
    label: int
    exact: bool


def explain_text(
    classifier: Classifier, text: str, *, label: int | None = None
) -> WordContributions:
    """Say what each word of ``text`` contributes to the score of a class.

    Where the head is linear and the encoder is a sum over the words (TF-IDF, LSA, averaged word
    vectors), the score is that sum and its parts are exact. Elsewhere each word is left out in
    turn, and the loss of log probability is its contribution (occlusion; Zeiler & Fergus 2014).

    Parameters
    ----------
    classifier : Classifier
        Of texts.
    text : str
        The text.
    label : int, optional
        Code of the class to explain; by default the likeliest.

    Raises
    ------
    BadData
        When there is no such class.
    """
    if label is None:
        label = int(classifier.predict(np.array([text], dtype=object))[0])
    if not 0 <= label < len(classifier.classes):
        raise BadData(f"There is no class number {label}.")
    return _exact(classifier, text, label) or _occluded(classifier, text, label)


def _exact(classifier: Classifier, text: str, label: int) -> WordContributions | None:
    linear = classifier.linear()
    parts = classifier.encoder.parts(text) if linear is not None else None
    if linear is None or parts is None or not np.isfinite(linear[1][label]):
        return None
    weights = np.asarray(linear[0][label], dtype=float)
    matrix = parts.matrix
    values = np.asarray(matrix @ weights, dtype=float).reshape(-1)
    if sparse.issparse(matrix):
        values = np.asarray(values).reshape(-1)
    base = float(np.asarray(parts.base, dtype=float).reshape(-1) @ weights + linear[1][label])
    order = sorted(range(len(parts.spans)), key=lambda i: parts.spans[i])
    return WordContributions(
        spans=[parts.spans[i] for i in order],
        terms=[parts.terms[i] for i in order],
        values=values[order],
        base=base,
        score=base + float(values.sum()),
        label=label,
        exact=True,
    )


def _occluded(classifier: Classifier, text: str, label: int) -> WordContributions:
    import re

    places: dict[str, list[tuple[int, int]]] = {}
    for found in re.finditer(_WORD, text):
        places.setdefault(found.group().lower(), []).append(found.span())
    words = sorted(places, key=lambda word: (-len(places[word]), places[word][0]))[:OCCLUDED]
    without = [_cut(text, places[word]) for word in words]
    proba = classifier.predict_proba(np.array([text, *without], dtype=object))[:, label]
    logs = np.log(np.maximum(proba, 1e-12))
    spans, terms, values = [], [], []
    for word, log in zip(words, logs[1:], strict=True):
        # a word that stands several times shares what leaving it out changes
        each = (logs[0] - log) / len(places[word])
        for span in places[word]:
            spans.append(span)
            terms.append(word)
            values.append(float(each))
    order = sorted(range(len(spans)), key=lambda i: spans[i])
    return WordContributions(
        spans=[spans[i] for i in order],
        terms=[terms[i] for i in order],
        values=np.array([values[i] for i in order], dtype=float),
        base=float("nan"),
        score=float(logs[0]),
        label=label,
        exact=False,
    )


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(text[at:start])
        at = end
    return "".join([*pieces, text[at:]])
