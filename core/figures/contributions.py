"""What each word contributes to an answer."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from core.figures.style import NOTICE, PRETRAINED, Chart, bar_height, figure, shorten
from core.types import Floats


class Contributed(Protocol):
    """What is drawn: terms, and what each adds."""

    @property
    def terms(self) -> list[str]: ...
    @property
    def values(self) -> Floats: ...


def contributions(found: Contributed, *, shown: int = 12) -> Chart:
    """The strongest words for and against an answer; repeats of a word are added up."""
    sums: dict[str, float] = {}
    for term, value in zip(found.terms, np.asarray(found.values, dtype=float), strict=True):
        sums[term] = sums.get(term, 0.0) + float(value)
    strongest = sorted(sums.items(), key=lambda pair: -abs(pair[1]))[:shown]
    strongest.sort(key=lambda pair: pair[1])
    places = list(range(len(strongest)))
    values = [value for _, value in strongest]
    made = figure(height=bar_height(len(strongest), each=24, least=120))
    made.add_bar(
        x=values,
        y=places,
        orientation="h",
        marker={"color": [PRETRAINED if value >= 0 else NOTICE for value in values]},
        customdata=[term for term, _ in strongest],
        hovertemplate="%{customdata}: %{x:+.3f}<extra></extra>",
    )
    made.add_vline(x=0, line_width=1, line_color="rgba(122,130,144,0.6)")
    made.update_layout(bargap=0.25)
    made.update_xaxes(title_text="Adds to the score")
    made.update_yaxes(
        tickvals=places, ticktext=[shorten(term, 22) for term, _ in strongest], showgrid=False
    )
    if not strongest:
        return Chart(made, "No known word contributes.")
    best, worst = strongest[-1], strongest[0]
    return Chart(
        made,
        f"Strongest for: {best[0]} {best[1]:+.2f}. Strongest against: {worst[0]} {worst[1]:+.2f}.",
    )
