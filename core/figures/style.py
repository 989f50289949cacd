"""The one look of all charts.

A page draws them inside its own theme, light or dark. So backgrounds are transparent, plain text
keeps the theme's colour, and what has a colour of its own is readable on both. Charts stay as
they are when touched: on a phone a finger that scrolls must not zoom.
"""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

#: What was pretrained.
BLUE = "#2F6FDE"
#: The baseline, and lines that only help to read.
GREY = "#7A8290"
#: What to notice.
ORANGE = "#D9822B"
#: Helped and hurt, and nothing else.
GREEN, RED = "#1E8E5A", "#C2412D"

VERDICT_COLOURS = {"helped": GREEN, "hurt": RED, "unclear": GREY}

#: Kinds that have no meaning of their own, such as classes; told apart by most people.
KINDS = (
    BLUE, ORANGE, "#1F9BB5", "#B5527F", "#8A63D2", "#5E9E3B", "#C9A227", "#8C6D5A", "#5B7FA6",
    "#E07A7A",
)  # fmt: skip

GRID = "rgba(122,130,144,0.22)"
SMALL = 12


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure, and what it shows in words for those who cannot see it."""

    figure: go.Figure
    alt: str


def faint(colour: str, opacity: float) -> str:
    """A colour "#RRGGBB" made transparent."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def plain(text: str) -> str:
    """A text of a user, safe to show: charts read tags in texts."""
    return html.escape(" ".join(text.split()), quote=False)


def shorten(text: str, length: int) -> str:
    """At most so many characters, cut in the middle: both ends of a name tell it apart."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    head = length // 2
    return f"{text[:head].rstrip()}…{text[len(text) - (length - 1 - head) :].lstrip()}"


def label(text: str, length: int) -> str:
    """A name on a chart: shortened and safe."""
    return plain(shorten(text, length))


def labels(names: Sequence[str], length: int) -> list[str]:
    """Names that stand together, shortened so that they stay apart where they can, and safe."""
    short = [shorten(name, length) for name in names]
    for twin in {text for text in short if short.count(text) > 1}:
        alike = [i for i, text in enumerate(short) if text == twin]
        # characters in common, not folders
        shared = len(os.path.commonprefix([names[i] for i in alike]))  # noqa: RUF071
        for i in alike:
            short[i] = "…" + shorten(names[i][shared:], length - 1)
    return [plain(text) for text in short]


def wrapped(text: str, *, width: int = 60, lines: int = 4) -> str:
    """The start of a text for a hover, in lines; safe to show."""
    import textwrap

    cut = textwrap.wrap(" ".join(text[: width * lines * 2].split()), width) or [""]
    more = len(cut) > lines or len(text) > width * lines * 2
    return "<br>".join(html.escape(line, quote=False) for line in cut[:lines]) + (
        " …" if more else ""
    )


def chart(traces: Sequence[Any], *, height: int, alt: str, **layout: Any) -> Chart:
    """Traces in the common look; ``layout`` goes to the figure and wins."""
    figure = go.Figure(list(traces))
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        hoverlabel={"align": "left"},
        bargap=0.25,
    )
    axis = {
        "automargin": True,
        "fixedrange": True,
        "zeroline": False,
        "gridcolor": GRID,
        "showline": False,
        "ticks": "",
        "ticklabelstandoff": 4,
        "tickfont": {"size": SMALL},
        "title": {"font": {"size": SMALL + 1}, "standoff": 14},
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    figure.update_layout(**layout)
    return Chart(figure, alt)


def note(text: str, *, colour: str | None = None, **place: Any) -> dict[str, Any]:
    """A direct label: an annotation without an arrow.

    What is grey takes the theme's colour for text: grey lines can be seen, grey words are dim.
    """
    font: dict[str, Any] = {"size": SMALL}
    if colour not in (None, GREY):
        font["color"] = colour
    return {"text": text, "showarrow": False, "font": font, **place}


def names_axis(names: Sequence[str], *, length: int = 18) -> dict[str, Any]:
    """A y axis with a name a line, from top to bottom.

    Lines are numbered, since two names may look the same once they are shortened all the same.
    """
    return {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": labels(names, length),
        "range": [len(names) - 0.4, -0.6],
        "showgrid": False,
    }
