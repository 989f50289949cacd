"""Score against label budget, pretrained and baseline."""

from __future__ import annotations

import plotly.graph_objects as go

from core.evaluate.results import CurvePoint, Evaluation
from core.figures.style import BASELINE, NOTICE, PRETRAINED, Chart, faint, figure


def label_curve(evaluation: Evaluation) -> Chart:
    """Test accuracy against labels per class, with bands of the 95 % intervals.

    A dotted line leads from the run's own budget to the budget at which the baseline gets as
    far, where that was measured.
    """
    points = [p for p in evaluation.curve if p.labels > 0]
    classes = max(1, len(evaluation.classes))
    places = [_place(point, classes) for point in points]
    made = figure(height=390)
    base = [p for p in points if p.baseline is not None]
    if base:
        _band(made, [_place(p, classes) for p in base], base, BASELINE, "baseline")
    _band(made, places, points, PRETRAINED, "model")
    if points:
        ours = points[-1].model.value
        theirs = base[-1].baseline if base else None
        behind = theirs is not None and theirs.value > ours
        _name(made, places[-1], ours, "Pretrained", PRETRAINED, above=not behind)
        if theirs is not None:
            _name(made, places[-1], theirs.value, "Nothing learned", BASELINE, above=behind)
    _saved(made, evaluation, points)
    made.update_xaxes(
        type="log",
        tickvals=places,
        ticktext=["all" if p.labels_per_class is None else str(p.labels_per_class) for p in points],
        title_text="Labels per class",
        showgrid=False,
    )
    made.update_yaxes(title_text="Test accuracy", tickformat=".2~f", rangemode="normal")
    return Chart(made, _alt(points))


def _place(point: CurvePoint, classes: int) -> float:
    """Where a budget stands: all labels are as many a class as there are on average."""
    return float(point.labels_per_class or point.labels / classes)


def _band(
    made: go.Figure, places: list[float], points: list[CurvePoint], colour: str, which: str
) -> None:
    found = [point.model if which == "model" else point.baseline for point in points]
    kept = [(x, i) for x, i in zip(places, found, strict=True) if i is not None]
    x = [place for place, _ in kept]
    low = [i.value if i.low is None else i.low for _, i in kept]
    high = [i.value if i.high is None else i.high for _, i in kept]
    made.add_scatter(
        x=[*x, *reversed(x)],
        y=[*high, *reversed(low)],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=faint(colour),
        hoverinfo="skip",
        name=f"{which} interval",
    )
    made.add_scatter(
        x=x,
        y=[i.value for _, i in kept],
        mode="lines+markers",
        line={"color": colour, "width": 2.5},
        marker={"size": 6, "color": colour},
        customdata=list(zip(low, high, strict=True)),
        hovertemplate="%{y:.3f} (%{customdata[0]:.3f} to %{customdata[1]:.3f})<extra></extra>",
        name=which,
    )


def _name(made: go.Figure, x: float, y: float, text: str, colour: str, *, above: bool) -> None:
    import math

    made.add_annotation(
        x=math.log10(x),  # annotations on a log axis take the exponent
        y=y,
        text=f"<b>{text}</b>",
        font={"color": colour},
        showarrow=False,
        xanchor="right",
        yanchor="bottom" if above else "top",
        yshift=10 if above else -10,
    )


def _saved(made: go.Figure, evaluation: Evaluation, points: list[CurvePoint]) -> None:
    saved = evaluation.labels_saved
    if saved is None or saved.at_least or saved.needed_per_class is None:
        return
    if saved.needed_per_class <= saved.per_class:
        return
    start = next((p for p in points if p.labels_per_class == saved.per_class), None)
    if start is None:
        return
    import math

    y = start.model.value
    made.add_scatter(
        x=[saved.per_class, saved.needed_per_class],
        y=[y, y],
        mode="lines",
        line={"color": NOTICE, "width": 2, "dash": "dot"},
        hoverinfo="skip",
        name="saved",
    )
    made.add_annotation(
        x=math.log10(saved.needed_per_class),
        y=y,
        text=f"{saved.per_class} here = {saved.needed_per_class:.0f} there",
        font={"color": NOTICE},
        showarrow=False,
        xanchor="left" if saved.needed_per_class < 12 else "right",
        yanchor="top",
        yshift=-6,
    )


def _alt(points: list[CurvePoint]) -> str:
    if not points:
        return "Label curve without points."
    said = []
    for point in points:
        budget = "all labels" if point.labels_per_class is None else f"{point.labels_per_class}"
        text = f"{budget}: {point.model.value:.3f}"
        if point.baseline is not None:
            text += f" against {point.baseline.value:.3f}"
        said.append(text)
    return (
        "Test accuracy by labels per class, pretrained against baseline. " + "; ".join(said) + "."
    )
