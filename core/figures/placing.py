"""Names beside dots, where they cover nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

#: The plot of a chart on a phone, in pixels: on wider screens names only have more room.
WIDTH, HEIGHT = 255, 250
_CHARACTER, _LINE, _DOT = 6.5, 15, 7

_PARTS = ("xanchor", "yanchor", "xshift", "yshift")
#: Anchors and shifts in pixels; the first that fits is taken.
_WAYS = (
    ("left", "middle", 9, 0),
    ("right", "middle", -9, 0),
    ("left", "bottom", -4, 7),
    ("right", "bottom", 4, 7),
    ("left", "top", -4, -7),
    ("right", "top", 4, -7),
)
#: From the lower left corner of the plot, as shares of its width and height.
Dot: TypeAlias = tuple[float, float]
#: Left, bottom, right, top.
Box: TypeAlias = tuple[float, float, float, float]


def size_of(name: str) -> tuple[float, float]:
    """Width and height of a name, as shares of the plot at its narrowest."""
    return len(name) * _CHARACTER / WIDTH, (_LINE + 3) / HEIGHT


def free(box: Box, dots: Sequence[Dot]) -> bool:
    """Whether no dot lies in a box."""
    x, y = _DOT / WIDTH, _DOT / HEIGHT
    return not any(_overlap(box, (a - x, b - y, a + x, b + y)) for a, b in dots)


def beside(
    dots: Sequence[Dot], names: Sequence[str], *, taken: Sequence[Box] = ()
) -> list[dict[str, Any] | None]:
    """Where each name can stand beside its dot, the first ones first.

    Parameters
    ----------
    dots : sequence of Dot
        Where they lie.
    names : sequence of str
        As they are shown.
    taken : sequence of Box
        What must not be covered either.

    Returns
    -------
    list of dict or None
        ``xanchor``, ``yanchor``, ``xshift`` and ``yshift`` of an annotation at the dot; None where
        a name would cover a dot, another name or what is taken, or leave the plot.
    """
    places = [(x * WIDTH, y * HEIGHT) for x, y in dots]
    full: list[Box] = [(a * WIDTH, b * HEIGHT, c * WIDTH, d * HEIGHT) for a, b, c, d in taken]
    found: list[dict[str, Any] | None] = []
    for own, name in zip(places, names, strict=True):
        others = [(x - _DOT, y - _DOT, x + _DOT, y + _DOT) for x, y in places if (x, y) != own]
        found.append(None)
        for way in _WAYS:
            box = _box(own, len(name) * _CHARACTER, way)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT
            if inside and not any(_overlap(box, one) for one in (*full, *others)):
                full.append(box)
                found[-1] = dict(zip(_PARTS, way, strict=True))
                break
    return found


def _box(at: tuple[float, float], wide: float, way: tuple[str, str, int, int]) -> Box:
    xanchor, yanchor, xshift, yshift = way
    left = at[0] + xshift - (wide if xanchor == "right" else 0)
    low = {"middle": _LINE / 2, "bottom": 0, "top": _LINE}[yanchor]
    bottom = at[1] + yshift - low
    return left, bottom, left + wide, bottom + _LINE


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
