"""The smallest change of a text or a picture that makes the answer another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import BadParam
from core.explain import occlusion
from core.explain.pictures import covered, grid_cells
from core.explain.removal import fewest_to_remove, lead_of
from core.explain.words import explain_text
from core.finetune.classifier import Classifier
from core.finetune.deciding import standing
from core.types import Floats

#: Words, and parts of a picture, taken away at most.
MOST_WORDS, MOST_CELLS = 20, 20
_CHARACTERS = 400_000  # read at each step, so that long texts take no longer than short ones


@dataclass(frozen=True, eq=False)
class Flip:
    """What to take away so that the answer is another; the model itself has confirmed it.

    Attributes
    ----------
    label, other : int
        Code of the answer as it is, and of the one without the parts.
    before, after : ndarray, shape (n_classes,)
        Probabilities with and without the parts.
    words : tuple of str
        Of a text: the words to remove, wherever they stand; in small letters.
    spans : tuple of (int, int)
        The places of these words; or of a picture, empty.
    row : str or ndarray
        The text or picture without the parts.
    cells : tuple of (int, int, int, int)
        Of a picture: the parts to cover, as top, bottom, left, right in pixels.
    """

    label: int
    other: int
    before: Floats
    after: Floats
    row: Any
    words: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    cells: tuple[tuple[int, int, int, int], ...] = ()


def words_to_remove(
    classifier: Classifier, text: str, *, wished: int | None = None, most: int = MOST_WORDS
) -> Flip | None:
    """Find few words of a text without which the answer is another.

    A word is taken away wherever it stands. The search is that of
    :func:`core.explain.removal.fewest_to_remove`, in the order of what words contribute.

    Parameters
    ----------
    classifier : Classifier
        Of texts.
    text : str
        One text.
    wished : int, optional
        Code of the class that the answer shall become; any other by default.
    most : int
        Words to take away at most.

    Returns
    -------
    Flip or None
        None when no such words were found.

    Raises
    ------
    BadParam
        When the wished class is the answer already, or was never seen.
    """
    before = classifier.predict_proba(_texts([text]))[0]
    label = int(classifier.answers(before[None])[0])
    _check_wish(classifier, label, wished)
    places: dict[str, list[tuple[int, int]]] = {}
    for start, end in occlusion.words(text):
        places.setdefault(text[start:end].casefold(), []).append((start, end))
    words = list(places)

    def without(gone: frozenset[int]) -> str:
        return _blanked(text, [span for i in gone for span in places[words[i]]])

    def leads(sets: Sequence[frozenset[int]]) -> Floats:
        proba = classifier.predict_proba(_texts([without(gone) for gone in sets]))
        return lead_of(standing(proba, classifier.threshold), label, wished)

    found = fewest_to_remove(
        leads,
        _promising(classifier, text, label, wished, places),
        most=most,
        tried=max(8, min(60, _CHARACTERS // max(len(text), 1))),
    )
    if found is None:
        return None
    row = without(frozenset(found))
    after = classifier.predict_proba(_texts([row]))[0]
    return Flip(
        label=label,
        other=int(classifier.answers(after[None])[0]),
        before=before,
        after=after,
        row=row,
        words=tuple(words[i] for i in found),
        spans=tuple(sorted(span for i in found for span in places[words[i]])),
    )


def cells_to_cover(
    classifier: Classifier,
    image: npt.NDArray[Any],
    *,
    wished: int | None = None,
    grid: int = 7,
    most: int = MOST_CELLS,
) -> Flip | None:
    """Find few parts of a picture without which the answer is another.

    Parts are cells of a grid, covered with the mean colour of the picture's border.

    Parameters
    ----------
    classifier : Classifier
        Of pictures.
    image : ndarray, shape (h, w) or (h, w, c)
        One picture.
    wished : int, optional
        Code of the class that the answer shall become; any other by default.
    grid : int
        Cells from side to side.
    most : int
        Cells to cover at most.

    Raises
    ------
    BadParam
        When the wished class is the answer already, or was never seen.
    """
    image = np.asarray(image)
    before = classifier.predict_proba(image[None])[0]
    label = int(classifier.answers(before[None])[0])
    _check_wish(classifier, label, wished)
    cells = grid_cells(image.shape[:2], grid)

    def leads(sets: Sequence[frozenset[int]]) -> Floats:
        rows = np.stack([covered(image, [cells[i] for i in gone]) for gone in sets])
        proba = classifier.predict_proba(rows)
        return lead_of(standing(proba, classifier.threshold), label, wished)

    alone = leads([frozenset([i]) for i in range(len(cells))])
    found = fewest_to_remove(leads, np.argsort(alone, kind="stable").tolist(), most=most)
    if found is None:
        return None
    row = covered(image, [cells[i] for i in found])
    after = classifier.predict_proba(row[None])[0]
    return Flip(
        label=label,
        other=int(classifier.answers(after[None])[0]),
        before=before,
        after=after,
        row=row,
        cells=tuple(cells[i] for i in found),
    )


def _promising(
    classifier: Classifier,
    text: str,
    label: int,
    wished: int | None,
    places: dict[str, list[tuple[int, int]]],
) -> list[int]:
    """Words by what they contribute to the answer; a group counts for each of its words."""
    found = explain_text(
        classifier, text, label=label, against="runner-up" if wished is None else wished
    )
    ordered = sorted((span, i) for i, spans in enumerate(places.values()) for span in spans)
    starts = np.array([start for (start, _), _ in ordered])
    ends = np.array([end for (_, end), _ in ordered])
    sums = np.zeros(len(places))
    for (start, end), value in zip(found.spans, found.values, strict=True):
        inside = range(np.searchsorted(ends, start, "right"), np.searchsorted(starts, end, "left"))
        for word in {ordered[at][1] for at in inside}:
            sums[word] += value
    return [int(i) for i in np.argsort(-sums, kind="stable")]


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _check_wish(classifier: Classifier, label: int, wished: int | None) -> None:
    if wished is None:
        return
    if wished == label:
        raise BadParam(
            f"The answer is {classifier.classes[label]!r} already.", hint="Wish for another class."
        )
    if wished not in classifier.head.classes_:
        raise BadParam(
            f"The classifier never saw a row of class number {wished}, so nothing leads there.",
            hint="Wish for another class.",
        )


def _texts(texts: Sequence[str]) -> npt.NDArray[np.object_]:
    return np.array(texts, dtype=object)
