"""Words as points: which lie close together, and what adding and taking away words gives."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from core.errors import BadParam, NotFound
from core.pretrain.base import unit_rows
from core.types import Floats

_COMPARED = 20_000  # most frequent words that a misspelt one is compared with, 0.1 s


class WordSpace:
    """Word vectors to ask questions of; likeness is the cosine of two vectors.

    Parameters
    ----------
    terms : sequence of str
        The words, most frequent first.
    vectors : ndarray of float32, shape (n_terms, d)
        Their vectors. Words whose vector is zero are in the vocabulary, but like nothing.
    """

    def __init__(self, terms: Sequence[str], vectors: Floats) -> None:
        if len(terms) != len(vectors):
            raise BadParam(f"There are {len(terms)} words but {len(vectors)} vectors.")
        self.terms = terms
        self.vectors = vectors

    def __len__(self) -> int:
        return len(self.terms)

    def __contains__(self, word: object) -> bool:
        return word in self._lookup

    @cached_property
    def _lookup(self) -> dict[str, int]:
        return {term: i for i, term in enumerate(self.terms)}

    @cached_property
    def _unit(self) -> Floats:
        vectors = np.asarray(self.vectors, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1)
        if np.all((np.abs(lengths - 1) < 1e-4) | (lengths == 0)):
            return vectors  # as our encoders have them: no copy of what may be 100 MB
        return unit_rows(vectors.copy())

    def nearest(self, word: str, k: int = 10) -> list[tuple[str, float]]:
        """The ``k`` words most like a word, with their likeness, without the word itself.

        Raises
        ------
        NotFound
            When the word is not in the vocabulary, or has no vector.
        """
        return self.arithmetic([word], [], k)

    def arithmetic(
        self, plus: Iterable[str], minus: Iterable[str] = (), k: int = 10
    ) -> list[tuple[str, float]]:
        """The ``k`` words most like a sum of words ("king" − "man" + "woman").

        All vectors enter with length 1 (Mikolov, Yih & Zweig 2013); the words of the sum are
        not among the answers.

        Returns
        -------
        list of (word, likeness)
            By falling likeness, from -1 to 1.

        Raises
        ------
        NotFound
            When a word is not in the vocabulary, has no vector, or the sum is nothing.
        """
        added = [self._index(word) for word in plus]
        taken = [self._index(word) for word in minus]
        if not added and not taken:
            raise NotFound("No word was given.", hint="Give at least one word to add.")
        unit = self._unit
        goal = unit[added].sum(axis=0) - unit[taken].sum(axis=0)
        length = float(np.linalg.norm(goal))
        if length < 1e-6:
            raise NotFound(
                "The words cancel each other out.", hint="Add and take away different words."
            )
        likeness = unit @ (goal / length)
        likeness[added + taken] = -np.inf
        # a word without a vector is like nothing, not half-way between like and unlike
        k = min(k, len(likeness))
        best = np.argpartition(-likeness, max(k - 1, 0))[:k] if k else np.empty(0, dtype=np.int64)
        best = best[np.lexsort((best, -likeness[best]))]
        return [
            (self.terms[i], float(np.clip(likeness[i], -1, 1)))
            for i in best.tolist()
            if np.isfinite(likeness[i]) and unit[i].any()
        ]

    def similarity(self, a: str, b: str) -> float:
        """How alike two words are: the cosine of their vectors, from -1 to 1.

        Raises
        ------
        NotFound
            When a word is not in the vocabulary, or has no vector.
        """
        first, second = self._unit[self._index(a)], self._unit[self._index(b)]
        return float(np.clip(first @ second, -1, 1))

    def close_spellings(self, word: str, k: int = 3) -> list[str]:
        """Words of the vocabulary that are spelt much like this one, the closest first."""
        # the comparison is slow: only words of about the length, and the frequent ones
        about = [
            term
            for term in self.terms[:_COMPARED]
            if abs(len(term) - len(word)) <= 2 and set(term) & set(word)
        ]
        return difflib.get_close_matches(word, about, n=k, cutoff=0.75)

    def _index(self, word: str) -> int:
        found = self._lookup.get(word)
        if found is None:
            found = self._lookup.get(word.lower())
        if found is None:
            close = self.close_spellings(word.lower())
            raise NotFound(
                f"The word {word!r} is not in the vocabulary of this model.",
                hint=f"Close to it: {', '.join(close)}."
                if close
                else "It is rare in the pool, a stop word, or spelt differently there.",
            )
        if not self._unit[found].any():
            raise NotFound(
                f"The word {word!r} has no vector.",
                hint="What the model learned from says nothing of it. Choose another word.",
            )
        return found
