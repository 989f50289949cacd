"""Test rows that nearly repeat a training row, and what they do to the score.

A model gets such a row right by remembering. Texts are compared by their pairs of words
(:mod:`core.evaluate.minhash`), pictures by the correlation of their pixels, table rows by whether
they are equal in all columns but one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data.dataset import Dataset
from core.evaluate.intervals import proportion
from core.evaluate.minhash import nearest_texts
from core.evaluate.results import Interval
from core.evaluate.words import percent, points
from core.progress import SILENT, Progress
from core.types import Bools, Floats, Ints, Modality

#: From which similarity on two rows are nearly the same: of texts the Jaccard similarity of
#: their pairs of words, of pictures the correlation of their pixels.
TEXTS, PICTURES = 0.6, 0.98
#: Tables of fewer columns are compared as a whole: all but one of two columns is half a row.
FEWEST_COLUMNS = 4
#: What is nearly the same, in words, by the kind of rows.
MEANING: dict[Modality, str] = {
    "text": f"At least {TEXTS:.0%} of the pairs of neighbouring words in common.",
    "image": f"Pixels with a correlation of at least {PICTURES:.2f}.",
    "tabular": "Equal in all columns but one, or in all.",
}

_SIDE = 8  # pictures are compared roughly first, on so many pixels a side
_SLACK = 0.06  # so much lower may the rough correlation be
_BLOCK = 512


@dataclass(frozen=True, eq=False)
class NearDuplicates:
    """Test rows with a training row that is nearly the same.

    Attributes
    ----------
    positions : ndarray of int, shape (m,)
        Of the test rows, among the test rows that were given.
    partners : ndarray of int, shape (m,)
        Index of the training row into the data set.
    similarity : ndarray of float, shape (m,)
        1 where they are equal. For tables the share of equal columns.
    """

    positions: Ints
    partners: Ints
    similarity: Floats


def near_duplicates(
    dataset: Dataset, train: Ints, test: Ints, *, progress: Progress = SILENT
) -> NearDuplicates:
    """Find the test rows that nearly repeat a training row.

    Parameters
    ----------
    dataset : Dataset
        Of any kind.
    train, test : ndarray of int
        Indices into the data set: what was learned from, and what is tested on.
    progress : Progress
        Told how far it is.
    """
    if not len(train) or not len(test):
        none = np.empty(0, np.int64)
        return NearDuplicates(none, none, np.empty(0))
    old, new = dataset.take(train), dataset.take(test)
    if isinstance(old, pd.DataFrame) and isinstance(new, pd.DataFrame):
        which, similarity = _table_rows(new, old, progress)
    elif dataset.modality == "text":
        which, similarity = nearest_texts(
            list(np.asarray(new)), list(np.asarray(old)), share=TEXTS, progress=progress
        )
    else:
        which, similarity = _pictures(np.asarray(new), np.asarray(old), progress)
    found = np.flatnonzero(which >= 0)
    return NearDuplicates(found, np.asarray(train)[which[found]], similarity[found])


def _table_rows(new: pd.DataFrame, old: pd.DataFrame, progress: Progress) -> tuple[Ints, Floats]:
    """Rows that are equal but for one column, by sums of random numbers: one a value."""
    progress.update(0.0, "Comparing rows")
    rng = np.random.default_rng(0)
    both = pd.concat([old, new], ignore_index=True)
    columns = []
    for place in range(both.shape[1]):
        codes = pd.factorize(both.iloc[:, place], use_na_sentinel=False)[0]
        numbers = rng.integers(0, 2**63, int(codes.max(initial=0)) + 1, dtype=np.uint64)
        columns.append((numbers * np.uint64(2) + np.uint64(place % 2))[codes])
    whole = np.zeros(len(both), np.uint64)
    for column in columns:
        whole += column
    which = np.full(len(new), -1, dtype=np.int64)
    similarity = np.zeros(len(new))
    _matched(which, similarity, whole, len(old), 1.0)
    if len(columns) >= FEWEST_COLUMNS:
        for place, column in enumerate(columns):
            progress.update((place + 1) / (len(columns) + 1), "Comparing rows")
            _matched(which, similarity, whole - column, len(old), 1 - 1 / len(columns))
    return which, similarity


def _matched(
    which: Ints, similarity: Floats, keys: npt.NDArray[np.uint64], n_old: int, value: float
) -> None:
    """Note the first old row with the same key, for new rows that have no partner yet."""
    distinct, first = np.unique(keys[:n_old], return_index=True)
    at = np.minimum(np.searchsorted(distinct, keys[n_old:]), len(distinct) - 1)
    hit = (distinct[at] == keys[n_old:]) & (which < 0)
    which[hit], similarity[hit] = first[at[hit]], value


def _pictures(
    new: npt.NDArray[np.generic], old: npt.NDArray[np.generic], progress: Progress
) -> tuple[Ints, Floats]:
    """The most correlated old picture of each new one: roughly first, then in full."""
    small_new, small_old = _rough(new), _rough(old)
    which = np.full(len(new), -1, dtype=np.int64)
    similarity = np.zeros(len(new))
    for start in range(0, len(new), _BLOCK):
        progress.update(start / len(new), "Comparing pictures")
        rough = small_new[start : start + _BLOCK] @ small_old.T
        best = np.argpartition(-rough, min(4, len(old) - 1), axis=1)[:, :5]
        for row, partners in enumerate(best):
            close = partners[rough[row, partners] >= PICTURES - _SLACK]
            if not len(close):
                continue
            full = _centred(old[close]) @ _centred(new[start + row : start + row + 1])[0]
            top = int(full.argmax())
            if full[top] >= PICTURES:
                which[start + row] = close[top]
                similarity[start + row] = min(1.0, float(full[top]))
    # rounding leaves equal pictures just below 1
    similarity[similarity > 1 - 1e-6] = 1.0
    return which, similarity


def _centred(pictures: npt.NDArray[np.generic]) -> Floats:
    """Pixels less their mean, scaled to length 1; a picture of one colour becomes zeros."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    centred: Floats = np.divide(flat, lengths, out=np.zeros_like(flat), where=lengths > 1e-6)
    return centred


def _rough(pictures: npt.NDArray[np.generic]) -> Floats:
    """Pictures of ``_SIDE`` pixels a side (means of the pixels that fall together), centred."""
    found = np.empty((len(pictures), _SIDE * _SIDE), np.float32)
    height, width = pictures.shape[1:3]
    tall, wide = _averages(height), _averages(width)
    for start in range(0, len(pictures), 4096):
        block = pictures[start : start + 4096].astype(np.float32)
        if block.ndim == 4:
            block = block.mean(axis=3)
        found[start : start + 4096] = (tall @ block @ wide.T).reshape(len(block), -1)
    return _centred(found)


def _averages(size: int) -> Floats:
    """The matrix (``_SIDE``, size) that averages neighbouring pixels."""
    place = np.arange(size) * _SIDE // size
    matrix = (place == np.arange(_SIDE)[:, None]).astype(np.float32)
    averages: Floats = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    return averages


@dataclass(frozen=True)
class DuplicateEffect:
    """What near-duplicates do to the accuracy.

    Attributes
    ----------
    rows, repeated, equal : int
        Test rows; those that nearly repeat a training row; those of them that are equal to it.
    accuracy, without, on_repeated : Interval
        Of all test rows, of those that repeat nothing, and of those that do.
    """

    rows: int
    repeated: int
    equal: int
    accuracy: Interval
    without: Interval
    on_repeated: Interval


def duplicate_effect(right: Bools, found: NearDuplicates) -> DuplicateEffect:
    """The accuracy with and without the test rows that nearly repeat a training row."""
    again = np.zeros(len(right), bool)
    again[found.positions] = True

    def share(rows: Bools) -> Interval:
        return proportion(int(right[rows].sum()), int(rows.sum()))

    return DuplicateEffect(
        rows=len(right),
        repeated=int(again.sum()),
        equal=int((found.similarity == 1).sum()),
        accuracy=share(np.ones(len(right), bool)),
        without=share(~again),
        on_repeated=share(again),
    )


def duplicates_sentence(effect: DuplicateEffect) -> str:
    """How many there are, and what the score is without them."""
    if not effect.repeated:
        return (
            f"None of the {effect.rows:,} test rows nearly repeats a training row: the score owes "
            "nothing to remembering."
        )
    verb = "repeats" if effect.repeated == 1 else "repeat"
    start = (
        f"{effect.repeated:,} of {effect.rows:,} test rows "
        f"({percent(effect.repeated / effect.rows)}) nearly {verb} a training row, "
        f"{effect.equal:,} of them exactly."
    )
    if effect.repeated == effect.rows:
        return f"{start} No test row is left without them: this score says nothing about new rows."
    change = effect.without.value - effect.accuracy.value
    return (
        f"{start} Without them it gets {percent(effect.without.value)} right instead of "
        f"{percent(effect.accuracy.value)} ({points(change)})."
    )
