"""Several runs side by side."""

from __future__ import annotations

from collections.abc import Sequence

from core.evaluate.results import Interval, VerdictKind
from core.figures.style import BASELINE, HELPED, HURT, NOTICE, Chart, figure, shorten

_COLOURS = {"helped": HELPED, "unclear": NOTICE, "hurt": HURT, None: BASELINE}


def compare_runs(runs: Sequence[tuple[str, Interval, VerdictKind | None]]) -> Chart:
    """Test accuracy of runs with 95 % intervals, best on top, coloured by verdict."""
    ordered = sorted(runs, key=lambda run: run[1].value)
    made = figure(height=90 + 44 * len(ordered))
    for place, (_, interval, kind) in enumerate(ordered):
        low = interval.value if interval.low is None else interval.low
        high = interval.value if interval.high is None else interval.high
        colour = _COLOURS[kind]
        made.add_scatter(
            x=[low, high],
            y=[place, place],
            mode="lines",
            line={"color": colour, "width": 4},
            hoverinfo="skip",
        )
        made.add_scatter(
            x=[interval.value],
            y=[place],
            mode="markers+text",
            marker={"size": 11, "color": colour},
            text=[f"{interval.value:.3f}"],
            textposition="top center",
            hovertemplate=f"{interval.value:.3f} ({low:.3f} to {high:.3f})<extra></extra>",
        )
    made.update_xaxes(title_text="Test accuracy", tickformat=".2~f")
    made.update_yaxes(
        tickvals=list(range(len(ordered))),
        ticktext=[shorten(name, 26) for name, _, _ in ordered],
        showgrid=False,
        range=[-0.6, len(ordered) - 0.2],
    )
    said = "; ".join(f"{name} {interval.value:.3f}" for name, interval, _ in reversed(ordered))
    return Chart(made, f"Test accuracy of {len(ordered)} runs: {said}.")
