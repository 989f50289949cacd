"""What pictures are brought to, and what comes out of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.data.parts import Part
from core.data.pictures.sizes import Fit, capped
from core.errors import BadParam

#: The longer side that pictures get when nobody chooses one.
AUTOMATIC_SIDE = 64
#: Sides that may be chosen.
SIDES = (4, 256)


@dataclass(frozen=True)
class Shaping:
    """What all pictures are brought to.

    Attributes
    ----------
    side : int, optional
        Height and width, pixels. Without it, see :func:`automatic_size`.
    fit : {"letterbox", "stretch"}
        Keep a picture's proportions and fill the margins with the colour of its border, or
        stretch it.
    colour : {"auto", "grey", "colour"}
        Whether colours are kept: "auto" keeps them where any picture has some.
    """

    side: int | None = None
    fit: Fit = "letterbox"
    colour: Literal["auto", "grey", "colour"] = "auto"

    def check(self) -> None:
        """Raise :class:`BadParam` for a side or word that will not do."""
        if self.side is not None and not SIDES[0] <= self.side <= SIDES[1]:
            raise BadParam(
                f"Pictures cannot be brought to {self.side} pixels a side.",
                hint=f"Choose {SIDES[0]} to {SIDES[1]}.",
            )
        if self.fit not in ("letterbox", "stretch"):
            raise BadParam(f"fit cannot be {self.fit!r}.", hint="Use letterbox or stretch.")
        if self.colour not in ("auto", "grey", "colour"):
            raise BadParam(f"colour cannot be {self.colour!r}.", hint="Use auto, grey or colour.")


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures of one size.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, h, w) or (n, h, w, 3)
        The pixels.
    labels : list of n (str or None)
        Names of classes; None without one.
    parts : list of n {"train", "validation", "test"}, or None
        As the upload says; None where it says nothing.
    files : list of n str, or None
        Where each came from.
    notes : list of str
        What was left out or changed, in sentences.
    name : str
        Name of the upload.
    kind : {"zip", "npz", "folder"}
        What it was.
    """

    images: npt.NDArray[np.uint8]
    labels: list[str | None]
    parts: list[Part] | None
    files: list[str] | None
    notes: list[str] = field(default_factory=list)
    name: str = ""
    kind: Literal["zip", "npz", "folder"] = "zip"


def automatic_size(sizes: Sequence[tuple[tuple[int, int], int]]) -> tuple[int, int]:
    """The size that pictures get when nobody chooses one.

    The most common size where half of the pictures have it, else a square; its longer side is at
    most 64 pixels.

    Parameters
    ----------
    sizes : sequence of ((int, int), int)
        Heights and widths with the number of pictures that have them, commonest first.
    """
    (most, count), total = sizes[0], sum(count for _, count in sizes)
    if 2 * count >= total:
        return capped(most, AUTOMATIC_SIDE)
    sides = np.repeat([max(size) for size, _ in sizes], [count for _, count in sizes])
    side = min(AUTOMATIC_SIDE, int(np.median(sides)))
    return side, side


def is_grey(images: npt.NDArray[np.uint8]) -> bool:
    """Whether no pixel of (n, h, w, 3) has a colour; by blocks, as most say no at once."""
    for start in range(0, len(images), 256):
        block = images[start : start + 256]
        if (block != block[..., :1]).any():
            return False
    return True
