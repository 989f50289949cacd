"""One look for every figure: few colours, direct labels, nothing cut at the edge.

The colours can be told apart by people with any common kind of colour blindness (they differ in
lightness as well as in hue), and stand on a light and on a dark page. Text has no colour of its
own: it takes the page's.
"""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

PRETRAINED = "#2F6FDE"
BASELINE = "#7A8290"
NOTICE = "#D9822B"
HELPED = "#1E8E5A"
HURT = "#C2412D"

#: For groups without a meaning of their own, in this order.
CATEGORIES = (
    "#2F6FDE",
    "#D9822B",
    "#1F9BB5",
    "#8A63D2",
    "#C2412D",
    "#5E9E3A",
    "#B5527F",
    "#0F6E84",
    "#B08A1E",
    "#4A5D8F",
    "#E08F7D",
    "#3FB27F",
    "#A88BE5",
)

#: From nothing to much; the lower end is see-through, so it fits either page.
SHADES = ((0.0, "rgba(47,111,222,0.04)"), (0.5, "rgba(47,111,222,0.5)"), (1.0, "#1B4CA8"))

_GRID = "rgba(122,130,144,0.22)"


@dataclass(frozen=True)
class Chart:
    """A figure and its text alternative."""

    figure: go.Figure
    alt: str


def faint(colour: str, opacity: float = 0.16) -> str:
    """A colour of the palette as a see-through tint."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def shorten(text: str, length: int = 24) -> str:
    """A name that fits beside a bar; its end is kept, since names often differ there."""
    if len(text) <= length:
        return text
    head = length // 2 - 1
    return f"{text[:head]}…{text[-(length - head - 1) :]}"


def figure(*, height: int = 320) -> go.Figure:
    """An empty figure in the house style."""
    made = go.Figure()
    made.update_layout(
        height=height,
        margin={"l": 8, "r": 12, "t": 16, "b": 8},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"align": "left"},
        dragmode=False,
    )
    made.update_xaxes(gridcolor=_GRID, zeroline=False, automargin=True, fixedrange=True)
    made.update_yaxes(gridcolor=_GRID, zeroline=False, automargin=True, fixedrange=True)
    return made


def bar_height(bars: int, *, each: int = 26, least: int = 150, most: int = 900) -> int:
    """The height of a figure with that many horizontal bars, in pixels."""
    return min(most, max(least, 70 + each * bars))
