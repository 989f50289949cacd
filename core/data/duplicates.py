"""Rows that say the same: equal but for case, spaces and marks, or nearly so."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from core.types import Ints, Rows

# Spaces and the marks that people set differently in the same sentence. Points and signs within
# numbers stay: 1.5 is not 15, and -3 is not 3.
_IGNORED = b" \t\n\r\x0b\x0c\"'`!?,;:"
_WORDS = re.compile(r"\w+")


def text_key(text: str) -> bytes:
    """What is left of a text without case, spaces and most punctuation."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(text.split())
    return text.lower().encode("utf-8", "surrogatepass").translate(None, _IGNORED).rstrip(b".")


def row_codes(rows: Rows) -> Ints:
    """Number the rows so that rows of the same content share a number.

    Parameters
    ----------
    rows : ndarray or DataFrame of n rows
        Texts are compared by :func:`text_key`, images and table rows exactly (a missing value
        equals another one).

    Returns
    -------
    ndarray of int, shape (n,)
        Numbers from 0 in the order of first occurrence.
    """
    if isinstance(rows, pd.DataFrame):
        if not len(rows.columns):
            return np.arange(len(rows))
        columns = [pd.factorize(rows[name], use_na_sentinel=False)[0] for name in rows.columns]
        table = np.ascontiguousarray(np.column_stack(columns))
        keys: list[bytes] = [row.tobytes() for row in table]
    elif rows.dtype == object:
        keys = [text_key(text) for text in rows]
    else:
        # a digest of each large image is kept, not the image once more
        keys = [hashlib.sha256(np.ascontiguousarray(row).data).digest() for row in rows]
    seen: dict[bytes, int] = {}
    return np.fromiter((seen.setdefault(key, len(seen)) for key in keys), np.int64, len(keys))


def first_of_each(codes: Ints) -> Ints:
    """Position of the first row with each number, shape (largest number + 1,)."""
    first = np.full(int(codes.max()) + 1 if len(codes) else 0, len(codes), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(codes)))
    return first


def near_groups(texts: Sequence[str], *, run: int = 5, share: float = 0.5) -> Ints:
    """Group texts that have most of their word runs in common.

    Two texts belong together when the Jaccard similarity of their sets of ``run`` words in a row
    (shingles: Broder 1997) is at least ``share``, or when a third belongs with both. Every pair
    is compared exactly: meant for some thousand texts.

    Returns
    -------
    ndarray of int, shape (n,)
        The number of each text's group.
    """
    if not len(texts):
        return np.empty(0, dtype=np.int64)
    shingles = _shingles(texts, run)
    sizes = np.diff(shingles.indptr)
    common = (shingles @ shingles.T).tocoo()
    union = sizes[common.row] + sizes[common.col] - common.data
    near = common.data >= share * union
    pairs = sparse.coo_array(
        (np.ones(int(near.sum()), np.int8), (common.row[near], common.col[near])),
        shape=(len(texts), len(texts)),
    )
    groups: Ints = connected_components(pairs, directed=False)[1]
    return groups


def _shingles(texts: Sequence[str], run: int) -> sparse.csr_array:
    """Which runs of words each text holds, as ones in a matrix (n_texts, n_runs)."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = lambda: len(numbers) + 1
    # a run is told by a random sum of its words' numbers: 64 bits, so that none meet by chance
    factors = np.random.default_rng(0).integers(1, 2**63, run, dtype=np.uint64) | np.uint64(1)
    found = []
    for text in texts:
        words = np.array([numbers[word] for word in _WORDS.findall(text.lower())], np.uint64)
        words = np.pad(words, (0, max(0, run - len(words))))  # a short text is one run
        windows = np.lib.stride_tricks.sliding_window_view(words, run)
        found.append(np.unique((windows * factors).sum(axis=1, dtype=np.uint64)))
    runs, indices = np.unique(np.concatenate(found), return_inverse=True)
    indptr = np.concatenate([[0], np.cumsum([len(one) for one in found])])
    return sparse.csr_array(
        (np.ones(len(indices), np.int32), indices, indptr), shape=(len(texts), len(runs))
    )
