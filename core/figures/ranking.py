"""ROC and precision–recall curves of one class against the rest."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from core.evaluate.ranking import ClassRanking, Curve
from core.evaluate.words import percent
from core.figures.style import BLUE, GREY, Chart, chart, note, plain

_HEIGHT = 320


def roc(ranking: ClassRanking, baseline: ClassRanking | None = None) -> Chart:
    """Rows of the class found against false alarms, from the strictest threshold on.

    Parameters
    ----------
    ranking : ClassRanking
        Of the model; with both kinds of rows.
    baseline : ClassRanking, optional
        Of the same class and rows.
    """
    lines = [_diagonal()]
    if baseline is not None and baseline.roc is not None:
        lines.append(_line(baseline.roc, "Not pretrained", GREY, _roc_hover))
    if ranking.roc is not None:
        lines.append(_line(ranking.roc, "Pretrained" if baseline else "Model", BLUE, _roc_hover))
    area = ranking.auc.value if ranking.auc else float("nan")
    notes = [_score("Area", area, BLUE, 0.14)]
    if baseline is not None and baseline.auc is not None:
        notes.append(_score("Not pretrained", baseline.auc.value, GREY, 0.05))
    return chart(
        lines,
        height=_HEIGHT,
        alt=f"ROC curve of {ranking.name}: the area under it is {area:.3f}.",
        xaxis=_axis("False alarms among the other rows"),
        yaxis=_axis("Rows of the class found"),
        annotations=notes,
    )


def precision_recall(ranking: ClassRanking, baseline: ClassRanking | None = None) -> Chart:
    """Precision against recall, with the share of the class that a blind guess would reach."""
    share = ranking.share
    lines: list[Any] = [
        go.Scatter(
            x=[0, 1],
            y=[share, share],
            mode="lines",
            line={"color": GREY, "width": 1, "dash": "dot"},
            hoverinfo="skip",
        )
    ]
    if baseline is not None and baseline.precision_recall is not None:
        lines.append(_line(baseline.precision_recall, "Not pretrained", GREY, _pr_hover))
    if ranking.precision_recall is not None:
        name = "Pretrained" if baseline else "Model"
        lines.append(_line(ranking.precision_recall, name, BLUE, _pr_hover))
    average = ranking.average_precision.value if ranking.average_precision else float("nan")
    return chart(
        lines,
        height=_HEIGHT,
        alt=f"Precision against recall of {ranking.name}: the average precision is {average:.3f}, "
        f"and {percent(share)} of the rows are of the class.",
        xaxis=_axis("Recall: rows of the class found"),
        yaxis=_axis("Precision: of those called so"),
    )


def _line(curve: Curve, name: str, colour: str, hover: Any) -> go.Scatter:
    return go.Scatter(
        x=list(curve.x),
        y=list(curve.y),
        mode="lines",
        name=name,
        line={"color": colour, "width": 2.5},
        customdata=[
            f"<b>{name}</b><br>{hover(x, y)}"
            + (f"<br>from a probability of {t:.3f} on" if t <= 1 else "")
            for x, y, t in zip(curve.x, curve.y, curve.thresholds, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _roc_hover(x: float, y: float) -> str:
    return f"finds {percent(y)} of the class<br>with false alarms on {percent(x)} of the rest"


def _pr_hover(x: float, y: float) -> str:
    return f"finds {percent(x)} of the class<br>and {percent(y)} of those called so are"


def _diagonal() -> go.Scatter:
    return go.Scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )


def _score(words: str, value: float, colour: str, height: float) -> dict[str, Any]:
    text = f"{plain(words)} <b>{value:.3f}</b>"
    return note(text, colour=colour, x=0.98, y=height, xanchor="right")


def _axis(title: str) -> dict[str, Any]:
    return {
        "title": {"text": title},
        "tickformat": ".0%",
        "range": [-0.02, 1.03],
        "tickvals": [0, 0.25, 0.5, 0.75, 1],
    }
