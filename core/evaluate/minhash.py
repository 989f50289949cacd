"""Texts that nearly say the same, found among very many by MinHash (Broder 1997).

A text is the set of its pairs of neighbouring words. Two sets of Jaccard similarity s agree in
each value of their MinHash signatures with probability s. Cut into bands of a few values
(Leskovec, Rajaraman & Ullman 2014, chapter 3), signatures of similar texts share a band
almost surely and those of others hardly ever; what shares one is then compared exactly.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.progress import SILENT, Progress
from core.types import Bools, Floats, Ints

#: Values of a signature in one band, and bands: similar by 0.6 is found with 98.8 %, by 0.7
#: with over 99.9 %; similar by 0.1 is compared in vain with 0.3 %.
_BAND, _BANDS = 4, 32
_HASHES = _BAND * _BANDS
#: Texts whose sets are held at once.
_BLOCK = 4_000
#: So many partners of one band are compared for one text; more are copies of each other.
_PARTNERS = 8
_WORD = re.compile(r"\w+")

Hashes = npt.NDArray[np.uint64]


class TextSets:
    """Texts as sets of numbers, which stand for pairs of neighbouring words.

    Numbers are made from those of the words, which are given in the order of appearance: compare
    only what came from the same object.
    """

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = lambda: len(self._numbers) + 1
        rng = np.random.default_rng(0)
        self._factors = rng.integers(1, 2**63, 2, dtype=np.uint64) | np.uint64(1)

    def __call__(self, text: str) -> Hashes:
        """The set of one text, sorted; empty where it has no word."""
        return np.unique(self.flat([text])[0])

    def flat(self, texts: Sequence[str]) -> tuple[Hashes, Ints, Ints]:
        """The pairs of words of many texts at once, one text's after the other's.

        Returns
        -------
        values : ndarray of uint64
            What stands for each pair; a pair that stands twice in a text is there twice.
        starts : ndarray of int, shape (m,)
            Where the pairs of each text begin.
        kept : ndarray of int, shape (m,)
            Which texts these are: those that have a word.
        """
        numbers = self._numbers
        words: list[int] = []
        lengths = np.zeros(len(texts), dtype=np.int64)
        for place, text in enumerate(texts):
            mine = [numbers[word] for word in _WORD.findall(text.lower())]
            if len(mine) == 1:
                mine.append(0)  # a text of one word is one pair
            words += mine
            lengths[place] = len(mine)
        kept = np.flatnonzero(lengths)
        everything = np.array(words, dtype=np.uint64)
        pairs = everything[:-1] * self._factors[0] + everything[1:] * self._factors[1]
        ends = np.cumsum(lengths[kept])
        within = np.ones(max(len(everything) - 1, 0), dtype=bool)
        within[ends[:-1] - 1] = False  # the last word of one text and the first of the next
        starts = np.concatenate([[0], np.cumsum(lengths[kept] - 1)[:-1]]).astype(np.int64)
        return _mixed(pairs[within]), starts[: len(kept)], kept


def _mixed(values: Hashes) -> Hashes:
    """Spread over all bits (the finaliser of MurmurHash3, Appleby 2011)."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))


def signatures(values: Hashes, starts: Ints) -> npt.NDArray[np.uint32]:
    """MinHash signatures, shape (m, 128), of the sets that begin at ``starts``; none is empty."""
    rng = np.random.default_rng(1)
    factors = rng.integers(1, 2**63, _HASHES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    shifts = rng.integers(0, 2**63, _HASHES, dtype=np.uint64)
    found = np.empty((len(starts), _HASHES), dtype=np.uint32)
    for place, (factor, shift) in enumerate(zip(factors, shifts, strict=True)):
        # multiply and shift: the upper half of the bits (Dietzfelbinger 1996)
        hashed = ((values * factor + shift) >> np.uint64(32)).astype(np.uint32)
        found[:, place] = np.minimum.reduceat(hashed, starts)
    return found


def jaccard(first: Hashes, second: Hashes) -> float:
    """Jaccard similarity of two sorted sets, of which one is not empty."""
    common = len(np.intersect1d(first, second, assume_unique=True))
    return common / (len(first) + len(second) - common)


def nearest_texts(
    queries: Sequence[str],
    among: Sequence[str],
    *,
    share: float = 0.6,
    progress: Progress = SILENT,
) -> tuple[Ints, Floats]:
    """For each text the one among others that is most alike, where that is nearly the same.

    Parameters
    ----------
    queries, among : sequence of str
        The texts that are asked about, and those that are searched.
    share : float
        Jaccard similarity of their sets from which on two texts are nearly the same.

    Returns
    -------
    which : ndarray of int, shape (n_queries,)
        Position in ``among``; -1 where nothing is so much alike.
    similarity : ndarray of float, shape (n_queries,)
        Exact; 0 where there is none. With several as good it is one of them.
    """
    sets = TextSets()
    theirs, there = _signed(among, sets, progress.part(0.0, 0.6))
    ours, here = _signed(queries, sets, progress.part(0.6, 0.8))
    which = np.full(len(queries), -1, dtype=np.int64)
    best = np.zeros(len(queries))
    if len(here) and len(there):
        pairs = _candidates(ours, theirs, share)
        last = -1
        mine = np.empty(0, np.uint64)
        for place, (query, partner) in enumerate(pairs):
            if place % 512 == 0:
                progress.update(0.85 + 0.15 * place / len(pairs), "Comparing pairs")
            i, j = int(here[query]), int(there[partner])
            if best[i] == 1.0:
                continue
            if i != last:
                last, mine = i, sets(queries[i])
            similarity = jaccard(mine, sets(among[j]))
            if similarity >= share and similarity > best[i]:
                which[i], best[i] = j, similarity
    progress.update(1.0, "Compared")
    return which, best


def _signed(
    texts: Sequence[str], sets: TextSets, progress: Progress
) -> tuple[npt.NDArray[np.uint32], Ints]:
    """Signatures of the texts that have a word, and which those are."""
    found: list[npt.NDArray[np.uint32]] = [np.empty((0, _HASHES), np.uint32)]
    kept: list[Ints] = [np.empty(0, np.int64)]
    for start in range(0, len(texts), _BLOCK):
        progress.update(start / len(texts), "Reading the words")
        values, starts, there = sets.flat(texts[start : start + _BLOCK])
        if len(there):
            found.append(signatures(values, starts))
            kept.append(there + start)
    return np.concatenate(found), np.concatenate(kept)


def _candidates(ours: npt.NDArray[np.uint32], theirs: npt.NDArray[np.uint32], share: float) -> Ints:
    """Pairs that share a band and whose signatures agree nearly often enough, shape (p, 2)."""
    found = [np.empty(0, np.int64)]
    for band in range(_BANDS):
        columns = slice(band * _BAND, (band + 1) * _BAND)
        mine, other = _keys(ours[:, columns]), _keys(theirs[:, columns])
        order = np.argsort(other, kind="stable")
        low = np.searchsorted(other[order], mine, side="left")
        high = np.searchsorted(other[order], mine, side="right")
        for step in range(_PARTNERS):
            inside = np.flatnonzero(low + step < high)
            if not len(inside):
                break
            found.append(inside * len(theirs) + order[low[inside] + step])
    pairs = np.unique(np.concatenate(found))
    query, partner = np.divmod(pairs, len(theirs))
    near = _near(ours, theirs, query, partner, share)
    query, partner, agreed = query[near[0]], partner[near[0]], near[1]
    # the most alike first: then the rest of a text's partners need no look
    order = np.lexsort((-agreed, query))
    return np.column_stack([query[order], partner[order]])


def _near(
    ours: npt.NDArray[np.uint32],
    theirs: npt.NDArray[np.uint32],
    query: Ints,
    partner: Ints,
    share: float,
) -> tuple[Bools, Floats]:
    """Which pairs agree in so many values that their similarity may be ``share``."""
    agreed = np.empty(len(query))
    for start in range(0, len(query), 100_000):
        part = slice(start, start + 100_000)
        agreed[part] = (ours[query[part]] == theirs[partner[part]]).mean(axis=1)
    # four standard deviations of a share of 128 tries
    near: Bools = agreed >= share - 4 * np.sqrt(share * (1 - share) / _HASHES)
    return near, agreed[near]


def _keys(values: npt.NDArray[np.uint32]) -> Hashes:
    key = np.zeros(len(values), np.uint64)
    for column in values.T:
        key = _mixed(key ^ column.astype(np.uint64))
    return key
