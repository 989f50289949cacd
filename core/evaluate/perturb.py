"""Rows with faults as they come in practice: typos, lost words, shifted pictures, gaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.types import Ints, Modality, Rows

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Fault:
    """One kind of fault at one strength.

    Attributes
    ----------
    kind : str
        "Typos", "Dropped words", ...
    strength : str
        In words: "1 word in 10".
    apply : callable
        ``apply(rows, rng)`` gives rows with that fault; the given ones stay as they are.
    """

    kind: str
    strength: str
    apply: Callable[[Rows, np.random.Generator], Rows]


def faults(modality: Modality) -> tuple[Fault, ...]:
    """The faults that rows of this kind are tried with, weaker ones first."""
    return {"text": _TEXT, "image": _IMAGE, "tabular": _TABULAR}[modality]


def typos(text: str, share: float, rng: np.random.Generator) -> str:
    """A text in which about this share of the words has one typing error.

    The error is one of four, with equal chances: two neighbouring letters swapped, one left out,
    one doubled, one replaced by another letter. Words of a single letter stay.
    """
    words = text.split(" ")
    for place in np.flatnonzero(rng.random(len(words)) < share):
        word = words[place]
        if len(word) < 2:
            continue
        at = int(rng.integers(len(word) - 1))
        kind = int(rng.integers(4))
        if kind == 0:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == 1:
            word = word[:at] + word[at + 1 :]
        elif kind == 2:
            word = word[: at + 1] + word[at:]
        else:
            word = word[:at] + _LETTERS[int(rng.integers(len(_LETTERS)))] + word[at + 1 :]
        words[place] = word
    return " ".join(words)


def dropped(text: str, share: float, rng: np.random.Generator) -> str:
    """A text without about this share of its words; one word is always left."""
    words = text.split()
    if not words:
        return text
    kept = rng.random(len(words)) >= share
    kept[int(rng.integers(len(words)))] = True
    return " ".join(word for word, stays in zip(words, kept, strict=True) if stays)


def shifted(
    pictures: npt.NDArray[np.generic], pixels: float, rng: np.random.Generator
) -> npt.NDArray[np.generic]:
    """Pictures moved by so many pixels, each in one of eight directions; the edge is repeated.

    Between two whole pixels the values are mixed in proportion.
    """
    directions = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)])
    chosen = directions[rng.integers(len(directions), size=len(pictures))]
    whole, part = divmod(pixels, 1.0)
    near = _moved(pictures, chosen * int(whole))
    if part == 0:
        return near
    far = _moved(pictures, chosen * (int(whole) + 1))
    mixed = (1 - part) * near.astype(np.float64) + part * far.astype(np.float64)
    integers = np.issubdtype(pictures.dtype, np.integer)
    return (np.rint(mixed) if integers else mixed).astype(pictures.dtype)


def _moved(pictures: npt.NDArray[np.generic], steps: Ints) -> npt.NDArray[np.generic]:
    """Each picture moved by whole pixels down and to the right, ``steps`` of shape (n, 2)."""
    height, width = pictures.shape[1:3]
    rows = np.clip(np.arange(height) - steps[:, :1], 0, height - 1)
    columns = np.clip(np.arange(width) - steps[:, 1:], 0, width - 1)
    moved: npt.NDArray[np.generic] = pictures[
        np.arange(len(pictures))[:, None, None], rows[:, :, None], columns[:, None, :]
    ]
    return moved


def _shift(share: float) -> Callable[[Rows, np.random.Generator], Rows]:
    """Moves pictures by a share of their shorter side."""

    def apply(rows: Rows, rng: np.random.Generator) -> Rows:
        pictures = np.asarray(rows)
        return shifted(pictures, share * min(pictures.shape[1:3]), rng)

    return apply


def noisy(
    pictures: npt.NDArray[np.generic], share: float, rng: np.random.Generator
) -> npt.NDArray[np.generic]:
    """Pictures with Gaussian noise; its deviation is this share of the range of values."""
    low, high = float(np.min(pictures)), float(np.max(pictures))
    if pictures.dtype == np.uint8:
        low, high = 0.0, 255.0
    noise = rng.normal(0.0, share * (high - low), pictures.shape)
    found = np.clip(pictures.astype(np.float64) + noise, low, high)
    whole = np.issubdtype(pictures.dtype, np.integer)
    return (np.rint(found) if whole else found).astype(pictures.dtype)


def blurred_numbers(frame: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """A table with Gaussian noise on its numbers: this share of each column's deviation."""
    found = frame.copy()
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if _is_number(column):
            values = column.to_numpy(dtype=float, na_value=np.nan)
            spread = float(np.nanstd(values)) if np.isfinite(values).any() else 0.0
            found.isetitem(place, values + rng.normal(0.0, share * spread, len(values)))
    return found


def with_gaps(frame: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """A table in which this share of all cells has no value."""
    found = frame.copy()
    for place in range(frame.shape[1]):
        gone = rng.random(len(frame)) < share
        column = frame.iloc[:, place]
        if _is_number(column):
            found.isetitem(place, np.where(gone, np.nan, column.to_numpy(float, na_value=np.nan)))
        else:
            found.isetitem(place, column.astype(object).mask(gone, None).to_numpy())
    return found


def _is_number(column: pd.Series) -> bool:
    return bool(
        pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    )


def _texts(change: Callable[[str, np.random.Generator], str]) -> Callable[..., Rows]:
    def apply(rows: Rows, rng: np.random.Generator) -> Rows:
        found = np.empty(len(rows), dtype=object)
        for place, text in enumerate(np.asarray(rows, dtype=object)):
            found[place] = change(text, rng)
        return found

    return apply


_SHARES = ((0.05, "1 word in 20"), (0.1, "1 word in 10"), (0.25, "1 word in 4"))
_TEXT = (
    *(
        Fault("Typos", words, _texts(lambda text, rng, s=share: typos(text, s, rng)))  # type: ignore[misc]
        for share, words in _SHARES
    ),
    *(
        Fault("Dropped words", words, _texts(lambda text, rng, s=share: dropped(text, s, rng)))  # type: ignore[misc]
        for share, words in (*_SHARES[1:], (0.5, "every other word"))
    ),
    Fault("Case", "all small letters", _texts(lambda text, _: text.lower())),
    Fault("Case", "ALL CAPITALS", _texts(lambda text, _: text.upper())),
)
_IMAGE = (
    *(Fault("Shift", f"{share:.0%} of the side", _shift(share)) for share in (0.04, 0.08, 0.12)),
    *(
        Fault(
            "Noise",
            f"{share:.0%} of the range",
            lambda rows, rng, s=share: noisy(np.asarray(rows), s, rng),  # type: ignore[misc]
        )
        for share in (0.05, 0.1, 0.2)
    ),
)
_TABULAR = (
    *(
        Fault(
            "Noise on numbers",
            f"{share:.0%} of the spread",
            lambda rows, rng, s=share: blurred_numbers(rows, s, rng),  # type: ignore[misc]
        )
        for share in (0.05, 0.1, 0.25)
    ),
    *(
        Fault(
            "Missing values",
            f"{share:.0%} of the cells",
            lambda rows, rng, s=share: with_gaps(rows, s, rng),  # type: ignore[misc]
        )
        for share in (0.05, 0.1, 0.25)
    ),
)
