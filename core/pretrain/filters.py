"""What the filters of patch features respond to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import NotFound
from core.pretrain.base import Encoder
from core.pretrain.patches import PatchEncoder
from core.types import Floats, Ints, Rows


@dataclass(frozen=True, eq=False)
class ActiveFilter:
    """A filter in one picture.

    Attributes
    ----------
    index : int
        Its place among the filters, from 0.
    unusual : float
        How much more active it is than in most pictures of the pool, in standard deviations,
        as the mean over the parts of the picture.
    places : ndarray, shape (height, width)
        How active it is around each pixel, from 0 to 1 where it is most active.
    """

    index: int
    unusual: float
    places: Floats


def most_used(encoder: Encoder) -> Ints:
    """The filters by how active they are over the pool, the most active first.

    Raises
    ------
    NotFound
        When the encoder has no filters.
    """
    used = _patches(encoder).centre_.reshape(-1, len(_patches(encoder).filters_)).mean(axis=0)
    order: Ints = np.argsort(-used, kind="stable")
    return order


def unusual(encoder: Encoder, rows: Rows) -> Floats:
    """How unusually active each filter is in each picture, (n, k); see :class:`ActiveFilter`.

    Raises
    ------
    NotFound
        When the encoder has no filters.
    """
    patches = _patches(encoder)
    encoded = patches.transform(rows)
    cells = patches.grid**2
    scaled = encoded.reshape(len(encoded), cells, len(patches.filters_)) * np.sqrt(encoded.shape[1])
    means: Floats = scaled.mean(axis=1)
    return means


def active_filters(encoder: Encoder, image: npt.NDArray[Any], k: int = 6) -> list[ActiveFilter]:
    """The filters that set a picture apart from the pool, and where they are active in it.

    Raises
    ------
    NotFound
        When the encoder has no filters.
    """
    patches = _patches(encoder)
    scores = unusual(encoder, np.asarray(image)[None])[0]
    best = np.argsort(-scores, kind="stable")[:k]
    active = patches.activations(image)
    return [ActiveFilter(int(i), float(scores[i]), _on_pixels(active[i], patches)) for i in best]


def _on_pixels(active: Floats, patches: PatchEncoder) -> Floats:
    """Each patch's activation at its middle; the border has no patch around it."""
    before = (patches.side_ - 1) // 2
    after = patches.side_ - 1 - before
    spread: Floats = np.pad(active, ((before, after), (before, after)))
    top = spread.max()
    return spread / top if top > 0 else spread


def _patches(encoder: Encoder) -> PatchEncoder:
    if not isinstance(encoder, PatchEncoder):
        raise NotFound(
            f"A {type(encoder).__name__} has no filters.", hint="Choose a model of patch features."
        )
    return encoder
