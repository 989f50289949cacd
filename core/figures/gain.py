"""What pretraining bought: overall, and class by class."""

from __future__ import annotations

from core.evaluate.results import Evaluation
from core.figures.style import (
    BASELINE,
    HELPED,
    HURT,
    NOTICE,
    PRETRAINED,
    Chart,
    bar_height,
    figure,
    shorten,
)

#: So many classes are named; of more, those with the largest differences.
SHOWN = 14

_COLOURS = {"helped": HELPED, "unclear": NOTICE, "hurt": HURT}


def gain_interval(evaluation: Evaluation) -> Chart:
    """The difference to the baseline in points, with its 95 % interval against zero."""
    comparison = evaluation.comparison
    made = figure(height=150)
    if comparison is None:
        return Chart(made, "No comparison: the baseline alone was trained.")
    value = comparison.gain.value * 100
    low = value if comparison.gain.low is None else comparison.gain.low * 100
    high = value if comparison.gain.high is None else comparison.gain.high * 100
    colour = _COLOURS[comparison.kind]
    made.add_scatter(
        x=[low, high], y=[0, 0], mode="lines", line={"color": colour, "width": 6}, hoverinfo="skip"
    )
    made.add_scatter(
        x=[value],
        y=[0],
        mode="markers+text",
        marker={"size": 14, "color": colour},
        text=[f"<b>{value:+.1f}</b>".replace("-", "−")],
        textposition="top center",
        hovertemplate=f"{value:+.1f} points ({low:+.1f} to {high:+.1f})<extra></extra>",
    )
    made.add_vline(x=0, line_color=BASELINE, line_dash="dot")
    made.update_xaxes(title_text="Points of test accuracy gained", ticksuffix="")
    made.update_yaxes(visible=False, range=[-1, 1.6])
    return Chart(
        made, f"Gain {value:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}; zero is no gain."
    )


def gain_per_class(evaluation: Evaluation) -> Chart:
    """Points of recall gained over the baseline for each class, largest first."""
    made = figure()
    if evaluation.baseline_test is None:
        return Chart(made, "No comparison: the baseline alone was trained.")
    base = {scores.name: scores for scores in evaluation.baseline_test.per_class}
    gains = [
        (scores.name, (scores.recall.value - base[scores.name].recall.value) * 100)
        for scores in evaluation.test.per_class
        if scores.support and scores.name in base
    ]
    gains.sort(key=lambda pair: pair[1])
    shown = gains
    if len(gains) > SHOWN:  # the ends are what a person wants to see
        half = SHOWN // 2
        shown = gains[:half] + gains[-half:]
    names = [shorten(name, 22) for name, _ in shown]
    values = [value for _, value in shown]
    made.add_bar(
        x=values,
        y=list(range(len(shown))),
        orientation="h",
        marker={"color": [PRETRAINED if v >= 0 else HURT for v in values]},
        text=[f"{v:+.0f}".replace("-", "−") for v in values],
        textposition="outside",
        cliponaxis=False,
        customdata=[name for name, _ in shown],
        hovertemplate="%{customdata}: %{x:+.1f} points of recall<extra></extra>",
    )
    span = max((abs(v) for v in values), default=1.0) or 1.0
    low, high = min([0.0, *values]), max([0.0, *values])
    made.update_layout(height=bar_height(len(shown), each=24), bargap=0.25)
    made.update_xaxes(
        title_text="Points of recall gained",
        range=[low - 0.18 * span if low < 0 else -0.02 * span, high + 0.18 * span],
    )
    made.update_yaxes(tickvals=list(range(len(shown))), ticktext=names, showgrid=False)
    if not shown:
        return Chart(made, "No class has test rows.")
    best, worst = gains[-1], gains[0]
    return Chart(
        made,
        f"Recall gained by class. Most: {best[0]} {best[1]:+.0f} points; "
        f"least: {worst[0]} {worst[1]:+.0f} points.",
    )
