"""How much of the target's words the source knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import BadData
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Rows

_TOP = 12


@dataclass(frozen=True)
class Overlap:
    """Words of two domains, stop words left out.

    Attributes
    ----------
    shared, source, target : int
        Distinct words in both, in the source, in the target.
    jaccard : float
        Shared words among the distinct words of either.
    known : float
        Share of the target's running words that the source has at all.
    divergence : float
        Jensen-Shannon divergence of the word frequencies in bits (Lin 1991): 0 for the same, 1
        where no word is shared.
    strange : tuple of str
        The target's commonest words that the source never has.
    """

    shared: int
    source: int
    target: int
    jaccard: float
    known: float
    divergence: float
    strange: tuple[str, ...] = ()


def overlap(source: Rows, target: Rows, *, progress: Progress = SILENT) -> Overlap | None:
    """Compare the words of texts; None where neither domain has a word that counts."""
    from core.pretrain.rows import as_texts
    from core.text.corpus import build_corpus
    from core.text.preparation import TextPreparation

    texts = np.concatenate([as_texts(source), as_texts(target)])
    try:
        corpus = build_corpus(texts, TextPreparation(min_df=1, max_df=1.0), progress=progress)
    except BadData:
        return None
    counts = corpus.counts()
    n = len(source)
    ours = np.asarray(counts[:n].sum(axis=0), dtype=np.float64).ravel()
    theirs = np.asarray(counts[n:].sum(axis=0), dtype=np.float64).ravel()
    return overlap_of(ours, theirs, tuple(corpus.vocabulary.terms))


def overlap_of(source: Floats | Ints, target: Floats | Ints, terms: tuple[str, ...]) -> Overlap:
    """The same from how often each term stands in the source and in the target."""
    ours, theirs = np.asarray(source, float), np.asarray(target, float)
    here, there = ours > 0, theirs > 0
    either, both = int((here | there).sum()), int((here & there).sum())
    unknown = np.flatnonzero(there & ~here)
    commonest = unknown[np.argsort(-theirs[unknown], kind="stable")[:_TOP]]
    return Overlap(
        shared=both,
        source=int(here.sum()),
        target=int(there.sum()),
        jaccard=both / max(either, 1),
        known=float(theirs[here].sum() / max(theirs.sum(), 1.0)),
        divergence=jensen_shannon(ours, theirs),
        strange=tuple(terms[i] for i in commonest.tolist()),
    )


def jensen_shannon(source: Floats, target: Floats) -> float:
    """Jensen-Shannon divergence of two tables of counts, in bits; 0 where one is empty."""
    if source.sum() == 0 or target.sum() == 0:
        return 0.0
    p, q = source / source.sum(), target / target.sum()
    middle = (p + q) / 2

    def away(from_it: Floats) -> float:
        used = from_it > 0
        return float((from_it[used] * np.log2(from_it[used] / middle[used])).sum())

    return (away(p) + away(q)) / 2
