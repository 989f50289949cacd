"""The words that decide."""

from __future__ import annotations

import plotly.graph_objects as go

from core.explain.words import WordContributions
from core.figures.style import BLUE, ORANGE, SMALL, Chart, chart, names_axis, plain

#: Words drawn at most.
MOST_WORDS = 12


def contributions(found: WordContributions) -> Chart:
    """What the strongest words of a text add: blue for the class, orange against it."""
    everything = found.by_term()
    shown = sorted(everything[:MOST_WORDS], key=lambda pair: -pair[1])
    values = [value for _, value in shown]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    room = 0.2 * max(high - low, 1e-9)
    title = "Added to the score" if found.exact else "Fall of the score when left out"
    if len(shown) < len(everything):
        title += f", {len(shown)} of {len(everything)} words"
    return chart(
        [
            go.Bar(
                x=values,
                y=list(range(len(shown))),
                orientation="h",
                marker={"color": [BLUE if value >= 0 else ORANGE for value in values]},
                text=[_signed(value) for value in values],
                textposition="outside",
                textfont={"size": SMALL - 1},
                cliponaxis=False,
                customdata=[plain(term) for term, _ in shown],
                hovertemplate="<b>%{customdata}</b>: %{text}<extra></extra>",
            )
        ],
        height=max(140, 24 * len(shown) + 70),
        alt=_alt(shown),
        xaxis={
            "title": {"text": title},
            "range": [low - (room if low < 0 else 0.02 * room), high + room],
            "nticks": 5,
        },
        yaxis=names_axis([term for term, _ in shown], length=16),
    )


def _signed(value: float) -> str:
    text = f"{abs(value):.2f}" if abs(value) >= 0.01 else f"{abs(value):.1g}"
    return ("−" if value < 0 else "+") + text


def _alt(shown: list[tuple[str, float]]) -> str:
    speaking = [term for term, value in shown if value > 0][:3]
    opposing = [term for term, value in reversed(shown) if value < 0][:3]
    if not speaking and not opposing:
        return "Contributions of words: none speaks for or against the class."
    parts = []
    if speaking:
        parts.append("for the class " + ", ".join(speaking))
    if opposing:
        parts.append("against it " + ", ".join(opposing))
    return "Contributions of words: most speak " + "; ".join(parts) + "."
