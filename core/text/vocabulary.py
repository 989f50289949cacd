"""The terms that count, with how many texts hold each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.errors import BadModelFile
from core.text.groups import TermIndex
from core.types import Ints, State


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Terms by falling number of texts that hold them, equals in alphabetical order.

    Attributes
    ----------
    terms : tuple of str
        A term's position is its id. Words of a group are separated by one space.
    document_frequency : ndarray of int64, shape (n_terms,)
        How many texts hold the term.
    documents : int
        How many texts there were.
    """

    terms: tuple[str, ...]
    document_frequency: Ints
    documents: int

    def __len__(self) -> int:
        return len(self.terms)

    @cached_property
    def lookup(self) -> dict[str, int]:
        """From a term to its id."""
        return {term: i for i, term in enumerate(self.terms)}

    @cached_property
    def index(self) -> TermIndex:
        """How terms are found among numbered words, word groups included."""
        return TermIndex(self.terms)

    def state(self) -> State:
        """The vocabulary as plain arrays: the terms as one UTF-8 text, one a line."""
        joined = "\n".join(self.terms).encode("utf-8")
        return {
            "terms": np.frombuffer(joined, dtype=np.uint8),
            "document_frequency": np.asarray(self.document_frequency, dtype=np.int64),
            "documents": int(self.documents),
        }

    @classmethod
    def from_state(cls, state: State) -> Vocabulary:
        """Rebuild a vocabulary from :meth:`state`.

        Raises
        ------
        BadModelFile
            When a part is missing, of the wrong kind, or contradicts another.
        """
        parts = (state.get(name) for name in ("terms", "document_frequency", "documents"))
        joined, frequency, documents = parts
        if not isinstance(joined, np.ndarray) or joined.dtype != np.uint8 or joined.ndim != 1:
            raise _damaged("its terms are not a line of bytes")
        if (
            not isinstance(frequency, np.ndarray)
            or frequency.ndim != 1
            or not np.issubdtype(frequency.dtype, np.integer)
        ):
            raise _damaged("its document frequencies are not whole numbers")
        if isinstance(documents, bool) or not isinstance(documents, int) or documents < 0:
            raise _damaged(f"its number of texts is {documents!r}")
        try:
            text = joined.tobytes().decode("utf-8")
        except UnicodeDecodeError:
            raise _damaged("its terms are not UTF-8") from None
        terms = tuple(text.split("\n")) if text else ()
        if len(terms) != len(frequency):
            raise _damaged(f"it has {len(terms)} terms but {len(frequency)} frequencies")
        if len(frequency) and not 1 <= frequency.min() <= frequency.max() <= documents:
            raise _damaged(f"a document frequency lies outside 1 to {documents}")
        vocabulary = cls(terms, frequency.astype(np.int64, copy=False), documents)
        if len(vocabulary.lookup) != len(terms) or "" in vocabulary.lookup:
            raise _damaged("a term is empty or stands twice")
        return vocabulary


def in_order(terms: Iterable[str], frequency: Ints) -> list[int]:
    """Positions of terms by falling frequency, equals in alphabetical order."""
    listed = list(terms)
    counts = frequency.tolist()
    return sorted(range(len(listed)), key=lambda i: (-counts[i], listed[i]))


def _damaged(why: str) -> BadModelFile:
    return BadModelFile(f"The vocabulary in this model cannot be used: {why}.")
