"""Contributions drawn over a picture: blue speaks for the class, orange against it."""

from __future__ import annotations

import numpy as np

from ui.pictures import as_bytes

_FOR = np.array([47.0, 111.0, 222.0])  # the blue of charts
_AGAINST = np.array([217.0, 130.0, 43.0])  # the orange of charts
_DARKEST, _LIGHTEST = 45.0, 225.0  # of the picture below: a tint has to show on both
_STRONGEST = 0.75  # share of the colour where a place adds most; the picture stays visible


def over(picture: np.ndarray, values: np.ndarray, *, size: int = 320) -> np.ndarray:
    """A picture in grey with each pixel tinted by what it adds, enlarged to about ``size``.

    Parameters
    ----------
    picture : ndarray, shape (h, w) or (h, w, c)
        As a model sees it.
    values : ndarray, shape (h, w)
        What each pixel adds; the strongest one gets the full tint.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
    """
    grey = as_bytes(picture).astype(np.float64)
    grey = grey.mean(axis=2) if grey.ndim == 3 else grey
    grey = _LIGHTEST * grey / 255 + _DARKEST * (1 - grey / 255)
    strongest = float(np.abs(values).max(initial=0.0)) or 1.0
    share = _STRONGEST * np.sqrt(np.abs(values) / strongest)[..., None]
    colour = np.where(np.asarray(values)[..., None] >= 0, _FOR, _AGAINST)
    tinted = np.rint(grey[..., None] * (1 - share) + colour * share).astype(np.uint8)
    times = max(1, size // max(tinted.shape[:2]))
    return tinted.repeat(times, axis=0).repeat(times, axis=1)
