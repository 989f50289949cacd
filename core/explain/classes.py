"""Which words speak for and against each class, over all texts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from core.errors import BadParam
from core.explain.linear import linear_terms, noticed
from core.explain.occlusion import occlude, pieces
from core.finetune.classifier import Classifier
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Objects

#: Texts looked at, and pieces of each, where words have to be left out in turn.
MOST_TEXTS, _PIECES = 60, 60


@dataclass(frozen=True)
class ClassWords:
    """The words of one class, strongest first.

    Attributes
    ----------
    label : int
        Code of the class.
    speaking, opposing : tuple of (str, float)
        Terms and what each adds; positive for it, negative against it.
    """

    label: int
    speaking: tuple[tuple[str, float], ...]
    opposing: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class WordsOfClasses:
    """The words for and against each class that the classifier knows.

    Attributes
    ----------
    classes : tuple of ClassWords
        In the order of the classes, those never seen left out.
    exact : bool
        Whether the numbers are the classifier's own weights: what a word that stands once adds,
        before the text is scaled to length 1. If not, they are means over training texts of how
        much the logarithm of the class's probability falls when the word is left out.
    min_texts : int
        Words of fewer texts are left out: of the pool where ``exact``, else of those looked at.
    texts : int
        How many training texts were looked at; 0 where ``exact``.
    """

    classes: tuple[ClassWords, ...]
    exact: bool
    min_texts: int
    texts: int = 0


def words_of_classes(
    classifier: Classifier,
    texts: Objects,
    *,
    k: int = 12,
    min_texts: int | None = None,
    most_texts: int = MOST_TEXTS,
    seed: int = 0,
    progress: Progress = SILENT,
) -> WordsOfClasses:
    """Find the words that speak most for and against each class.

    Where scores are sums over words, the numbers are read off the weights. Otherwise words are
    left out of training texts one at a time (occlusion: Zeiler & Fergus 2014), and what each
    changed is averaged over its places (global explanations as means of local ones: Lundberg et
    al. 2020).

    Parameters
    ----------
    classifier : Classifier
        Of texts.
    texts : ndarray of str, shape (n,)
        Training texts; looked at only where the weights do not say it.
    k : int
        Words on each side of each class, at most.
    min_texts : int, optional
        Words of fewer texts are left out: what stands in few texts says little about a class,
        however large its weight. By default one in 500 of the texts, and at least 3. Where no
        word would be left, it gives way.
    most_texts : int
        Texts looked at, drawn by ``seed``.

    Raises
    ------
    BadParam
        When k or min_texts is below 1.
    """
    for name, value in (("k", k), ("min_texts", min_texts)):
        if value is not None and value < 1:
            raise BadParam(f"{name} cannot be {value}.", hint="It takes a whole number from 1.")
    seen = [int(code) for code in classifier.head.classes_]
    linear = linear_terms(classifier)
    if linear is not None:
        least, kept = _often_enough(linear.texts, min_texts, linear.documents)
        terms = [linear.terms[i] for i in kept]
        return WordsOfClasses(
            tuple(_strongest(code, terms, linear.weights[code, kept], k) for code in seen),
            exact=True,
            min_texts=least,
        )
    if len(texts) > most_texts:
        drawn = np.random.default_rng(seed).permutation(len(texts))[:most_texts]
        texts = texts[np.sort(drawn)]
    terms, means, often = _by_leaving_out(classifier, texts, progress)
    least, kept = _often_enough(often, min_texts, len(texts))
    terms = [terms[i] for i in kept]
    return WordsOfClasses(
        tuple(_strongest(code, terms, means[kept, code], k) for code in seen),
        exact=False,
        min_texts=least,
        texts=len(texts),
    )


def _by_leaving_out(
    classifier: Classifier, texts: Objects, progress: Progress
) -> tuple[list[str], Floats, Ints]:
    """Each word (in small letters), its mean fall of each class's log-probability, its texts."""
    sums: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(len(classifier.classes)))
    places: defaultdict[str, int] = defaultdict(int)
    holding: defaultdict[str, int] = defaultdict(int)
    for done, text in enumerate(texts):
        progress.update(done / len(texts), f"Leaving words out of text {done + 1} of {len(texts)}")
        spans = pieces(text, noticed(classifier.encoder, text))[:_PIECES]
        changed = np.array([text, *occlude(text, spans)], dtype=object)
        logs = np.log(np.clip(classifier.predict_proba(changed), 1e-6, 1.0))
        words = [text[start:end].casefold() for start, end in spans]
        for word, fall in zip(words, logs[0] - logs[1:], strict=True):
            sums[word] += fall
            places[word] += 1
        for word in set(words):
            holding[word] += 1
    terms = sorted(sums)
    means = np.array([sums[term] / places[term] for term in terms])
    often = np.array([holding[term] for term in terms], dtype=np.int64)
    return terms, means.reshape(len(terms), len(classifier.classes)), often


def _often_enough(texts: Ints, wanted: int | None, documents: int) -> tuple[int, Ints]:
    """The words that stand in enough texts, and how many that is."""
    least = max(3, documents // 500) if wanted is None else wanted
    kept = np.flatnonzero(texts >= least)
    return (least, kept) if len(kept) else (1, np.arange(len(texts)))


def _strongest(code: int, terms: list[str], values: Floats, k: int) -> ClassWords:
    order = np.argsort(-values, kind="stable")
    pairs = [(terms[i], float(values[i])) for i in order]
    return ClassWords(
        label=code,
        speaking=tuple(pair for pair in pairs[:k] if pair[1] > 0),
        opposing=tuple(pair for pair in reversed(pairs[-k:]) if pair[1] < 0),
    )
