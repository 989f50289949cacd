"""Training, held-out and test rows beside each other, and the learning curve."""

from __future__ import annotations

import plotly.graph_objects as go

from core.evaluate.results import Evaluation
from core.evaluate.words import budget_words, percent
from core.figures.style import BLUE, GREY, ORANGE, Chart, chart, faint, label, names_axis, note


def fit(evaluation: Evaluation) -> Chart:
    """Accuracy of the kept model on the rows of each part, with 95 % intervals."""
    parts = [("Training rows", GREY, evaluation.train)]
    if evaluation.validation is not None:
        parts.append(("Held-out labels", ORANGE, evaluation.validation))
    parts.append(("Test rows", BLUE, evaluation.test))
    lowest = min(scores.accuracy.bounds[0] for _, _, scores in parts)
    traces = [
        go.Scatter(
            x=[scores.accuracy.value],
            y=[place],
            mode="markers+text",
            marker={"color": colour, "size": 11},
            text=[percent(scores.accuracy.value)],
            textposition="top center",
            cliponaxis=False,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [scores.accuracy.bounds[1] - scores.accuracy.value],
                "arrayminus": [scores.accuracy.value - scores.accuracy.bounds[0]],
                "color": faint(colour, 0.7),
                "thickness": 2.5,
                "width": 0,
            },
            hovertemplate=f"<b>{label(name, 20)}</b>, {scores.rows:,}<br>"
            f"{percent(scores.accuracy.value)} right, 95 % interval "
            f"{100 * scores.accuracy.bounds[0]:.1f} to {100 * scores.accuracy.bounds[1]:.1f}"
            "<extra></extra>",
        )
        for place, (name, colour, scores) in enumerate(parts)
    ]
    return chart(
        traces,
        height=60 * len(parts) + 60,
        alt="Share right: "
        + ", ".join(f"{name.lower()} {percent(s.accuracy.value)}" for name, _, s in parts)
        + ".",
        xaxis={
            "title": {"text": "Right"},
            "tickformat": ".0%",
            "range": [max(0.0, lowest - 0.08), 1.06],
            "nticks": 5,
        },
        yaxis=names_axis([name for name, _, _ in parts]),
    )


def learning_curve(evaluation: Evaluation) -> Chart:
    """Accuracy on training and on test rows against labels: where the two meet, more labels end.

    Points of runs that did not keep the training accuracy have the test's alone.
    """
    points = evaluation.curve
    known = [point for point in points if point.train is not None]
    x = [point.labels for point in points]
    traces = [
        go.Scatter(
            x=[point.labels for point in known],
            y=[point.train for point in known],
            mode="lines+markers",
            line={"color": GREY, "width": 2.5},
            customdata=[
                f"<b>Training rows</b>, {budget_words(p.labels_per_class)}: {percent(p.train or 0)}"
                for p in known
            ],
            hovertemplate="%{customdata}<extra></extra>",
        ),
        go.Scatter(
            x=x,
            y=[point.model.value for point in points],
            mode="lines+markers",
            line={"color": BLUE, "width": 2.5},
            customdata=[
                f"<b>Test rows</b>, {budget_words(p.labels_per_class)}: {percent(p.model.value)}"
                for p in points
            ],
            hovertemplate="%{customdata}<extra></extra>",
        ),
    ]
    last = points[-1]
    ends = [("Test rows", BLUE, last.model.value, "top")]
    if known:
        ends.append(("Training rows", GREY, known[-1].train or 0.0, "bottom"))
    values = [p.model.value for p in points] + [p.train or 0.0 for p in known]
    span = max(max(values) - min(values), 0.05)
    return chart(
        traces,
        height=280,
        alt=f"Accuracy against labels: with {last.labels:,} labels {percent(last.model.value)} on "
        "the test rows"
        + (f" and {percent(known[-1].train or 0.0)} on the training rows." if known else "."),
        xaxis={
            "title": {"text": "Labelled rows learned from"},
            "type": "log",
            "showgrid": False,
            "tickmode": "array",
            "tickvals": x,
            "ticktext": [f"{n:,}" for n in x],
        },
        yaxis={
            "title": {"text": "Right"},
            "tickformat": ".0%",
            "range": [min(values) - 0.12 * span, max(values) + 0.16 * span],
            "nticks": 5,
        },
        annotations=[
            note(
                f"<b>{words}</b>",
                colour=colour,
                xref="paper",
                x=1,
                xanchor="right",
                y=value,
                yanchor=side,
                yshift=-8 if side == "top" else 8,
            )
            for words, colour, value, side in ends
        ],
    )
