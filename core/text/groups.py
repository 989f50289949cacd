"""Word groups (n-grams) as whole numbers, so that none is ever put together as a text.

A group of words numbered ``a, b, c`` has the code ``(a · base + b) · base + c``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import BadParam
from core.types import Bools, Ints


def group_codes(ids: Ints, documents: Ints, n: int, base: int) -> tuple[Ints, Ints]:
    """The groups of ``n`` neighbouring words.

    Parameters
    ----------
    ids : ndarray of int, shape (n_tokens,)
        Numbered words in reading order, each below ``base``; a group reaches over none below 0.
    documents : ndarray of int, shape (n_tokens,)
        The text of each; a group stays within one text.
    n : int
        Words in a group.
    base : int
        Number of words there are.

    Returns
    -------
    codes : ndarray of int64
        One for each group, in reading order.
    documents : ndarray of int, of the same length
        The text it stands in.

    Raises
    ------
    BadParam
        When codes would not fit 63 bits.
    """
    if base**n >= 2**63:
        raise BadParam(
            f"Groups of {n} words out of {base:,} different ones are too many to number.",
            hint="Lower ngram_max, or raise min_df.",
        )
    count = max(len(ids) - n + 1, 0)
    codes = np.zeros(count, dtype=np.int64)
    whole = whole_groups(ids, documents, n)
    for i in range(n):
        codes *= base
        codes += ids[i : i + count]
    return codes[whole], documents[:count][whole]


def whole_groups(ids: Ints, documents: Ints, n: int) -> Bools:
    """Whether the ``n`` words from each place on form a group; see :func:`group_codes`."""
    count = max(len(ids) - n + 1, 0)
    whole = documents[:count] == documents[n - 1 : n - 1 + count]
    for i in range(n):
        whole &= ids[i : i + count] >= 0
    return np.asarray(whole)


def document_of(offsets: Ints) -> Ints:
    """The text that each token belongs to, int32, shape (n_tokens,)."""
    return np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets))


def positions(wanted: Ints, codes: Ints) -> Ints:
    """Where each of ``wanted`` stands in the sorted ``codes``, -1 where it does not."""
    if len(codes) == 0:
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.searchsorted(codes, wanted)
    place[place == len(codes)] = 0
    place[codes[place] != wanted] = -1
    return place


class TermIndex:
    """Finds the terms of a vocabulary among numbered words.

    Parameters
    ----------
    terms : sequence of str
        Words, and groups of words with one space between.

    Attributes
    ----------
    words : dict of str to int
        Number of each word that is a term or part of one.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        self.words: dict[str, int] = {}
        numbered: dict[int, list[list[int]]] = {}
        ids: dict[int, list[int]] = {}
        for i, term in enumerate(terms):
            numbers = [self.words.setdefault(w, len(self.words)) for w in term.split(" ")]
            numbered.setdefault(len(numbers), []).append(numbers)
            ids.setdefault(len(numbers), []).append(i)
        self._tables: dict[int, tuple[Ints, Ints]] = {}
        for n, rows in numbered.items():
            flat = np.asarray(rows, dtype=np.int64)
            codes, _ = group_codes(
                flat.ravel(), np.repeat(np.arange(len(rows)), n), n, len(self.words)
            )
            order = np.argsort(codes)
            self._tables[n] = codes[order], np.asarray(ids[n], dtype=np.int64)[order]

    def find(self, numbers: Ints, offsets: Ints) -> tuple[Ints, Ints]:
        """The terms in texts of numbered words.

        Parameters
        ----------
        numbers : ndarray of int, shape (n_tokens,)
            Words by :attr:`words`, -1 for others.
        offsets : ndarray of int, shape (n_texts + 1,)
            Where each text begins.

        Returns
        -------
        documents, terms : two ndarrays of int of equal length
            The text and the id of each term found; a term that stands twice comes twice.
        """
        places, terms = self.places(numbers, offsets)
        return document_of(offsets)[places], terms

    def places(self, numbers: Ints, offsets: Ints) -> tuple[Ints, Ints]:
        """The terms in texts of numbered words, by the word they begin with.

        Parameters
        ----------
        numbers, offsets : ndarray of int
            As in :meth:`find`.

        Returns
        -------
        places, terms : two ndarrays of int of equal length
            Where in ``numbers`` each term found begins, and its id; words first, then groups.
        """
        documents = document_of(offsets)
        found: list[tuple[Ints, Ints]] = []
        for n, (codes, ids) in sorted(self._tables.items()):
            wanted, _ = group_codes(numbers, documents, n, len(self.words))
            starts = np.flatnonzero(whole_groups(numbers, documents, n))
            place = positions(wanted, codes)
            hit = place >= 0
            found.append((starts[hit], ids[place[hit]]))
        if not found:
            none = np.empty(0, dtype=np.int64)
            return none, none
        return np.concatenate([p for p, _ in found]), np.concatenate([t for _, t in found])
