"""Two domains: what tells them apart, how the ways across did, where the source stops helping."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.data.dataset import Dataset
from core.data.row_map import RowMap
from core.evaluate.across_results import Across, Entry, Point
from core.evaluate.words import budget_words, percent
from core.figures.style import (
    BLUE,
    GREY,
    KINDS,
    SMALL,
    VERDICT_COLOURS,
    Chart,
    chart,
    faint,
    label,
    note,
    plain,
    wrapped,
)
from core.finetune.adaptations import SOURCE_ONLY
from core.transfer.domains.distance import DomainDistance
from core.transfer.domains.label_shift import LabelShift

#: Source and target have the colours that a map of both gives them.
SOURCE, TARGET = KINDS[0], KINDS[1]
_LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": SMALL}}
_SYMBOLS = {"helped": "triangle-up", "hurt": "triangle-down", "unclear": "circle"}


def telling(found: DomainDistance, *, top: int = 8) -> Chart:
    """The words or columns that tell two domains apart, those of the source to the left.

    The length of a bar is its share of the difference between the domains' mean scores.
    """
    lines = [
        *((one, -1, SOURCE, found.source_name) for one in found.proxy.of_source[:top]),
        *((one, 1, TARGET, found.target_name) for one in found.proxy.of_target[:top]),
    ]
    if not lines:
        return chart([], height=120, alt="No word or column tells the domains apart.")
    texts = found.overlap is not None
    traces, notes = [], []
    for place, (one, side, colour, name) in enumerate(lines):
        seen = (
            f"in {percent(one.source)} of the rows of {plain(found.source_name)}, "
            f"{percent(one.target)} of {plain(found.target_name)}"
            if texts
            else f"mean {one.source:.3g} in {plain(found.source_name)}, {one.target:.3g} in "
            f"{plain(found.target_name)}"
        )
        traces.append(
            go.Bar(
                x=[side * one.pull],
                y=[place],
                orientation="h",
                marker={"color": colour},
                name=plain(name),
                hovertemplate=f"<b>{plain(one.name)}</b>, typical of {plain(name)}<br>{seen}"
                "<extra></extra>",
            )
        )
        notes.append(
            note(
                label(one.name, 20),
                x=0,
                xanchor="left" if side < 0 else "right",
                xshift=6 if side < 0 else -6,
                y=place,
            )
        )
    widest = max(one.pull for one, *_ in lines)
    for side, colour, name in ((-1, SOURCE, found.source_name), (1, TARGET, found.target_name)):
        notes.append(
            note(
                f"<b>{label(name, 16)}</b>",
                colour=colour,
                x=side * widest,
                xanchor="left" if side < 0 else "right",
                y=-1,
            )
        )
    first = ", ".join(one.name for one, *_ in lines[:3])
    return chart(
        traces,
        height=22 * len(lines) + 50,
        alt=f"Bars of what tells {found.source_name} from {found.target_name}, first {first}.",
        xaxis={"visible": False, "range": [-1.05 * widest, 1.05 * widest]},
        yaxis={"visible": False, "range": [len(lines) - 0.4, -1.6]},
        annotations=notes,
    )


def shared_map(mapped: RowMap, both: Dataset) -> Chart:
    """Rows of both domains as dots; those that are alike lie close.

    Parameters
    ----------
    mapped : RowMap
        Where they lie.
    both : Dataset
        :meth:`core.transfer.domains.pair.DomainPair.as_dataset`, whose classes are the domains.
    """
    codes = np.asarray(both.labels)[mapped.indices]
    traces = []
    for code, colour in ((0, SOURCE), (1, TARGET)):
        inside = np.flatnonzero(codes == code)
        rows = mapped.indices[inside].tolist()
        traces.append(
            go.Scatter(
                x=np.asarray(mapped.x, float)[inside].tolist(),
                y=np.asarray(mapped.y, float)[inside].tolist(),
                mode="markers",
                name=plain(both.classes[code]),
                marker={"color": colour, "size": 5, "opacity": 0.6},
                text=[_row(both, row) for row in rows],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    hidden = {"visible": False}
    return chart(
        traces,
        height=420,
        alt=f"Map of {len(codes):,} rows of {both.title}: rows that are alike lie close.",
        xaxis=hidden,
        yaxis=hidden,
        showlegend=True,
        legend=_LEGEND,
    )


def _row(both: Dataset, row: int) -> str:
    name = plain(both.classes[int(both.labels[row])])
    if both.modality != "text":
        return f"<b>{name}</b>"
    return f"<b>{name}</b><br>{wrapped(str(both.rows[row]))}"


def class_shares(found: LabelShift, classes: tuple[str, ...], names: tuple[str, str]) -> Chart:
    """How common each class is in the source, and is estimated to be in the target."""
    places = np.arange(len(classes))
    error = {
        "type": "data",
        "symmetric": False,
        "array": (np.array(found.high or found.target) - found.target).tolist(),
        "arrayminus": (np.array(found.target) - (found.low or found.target)).tolist(),
        "thickness": 1.5,
        "width": 0,
        "color": GREY,
    }
    sides: list[tuple[str, str, Any, Any]] = [
        (names[0], SOURCE, found.source, None),
        (f"{names[1]}, estimated", TARGET, found.target, error),
    ]
    traces = [
        go.Bar(
            x=list(values),
            y=(places + shift).tolist(),
            width=0.36,
            orientation="h",
            marker={"color": colour},
            error_x=bars,
            name=plain(name),
            hovertemplate=f"{plain(name)}: %{{x:.1%}}<extra></extra>",
        )
        for (name, colour, values, bars), shift in zip(sides, (-0.2, 0.2), strict=True)
    ]
    most = max(*found.source, *(found.high or found.target), 0.01)
    return chart(
        traces,
        height=max(140, 54 * len(classes) + 60),
        alt=f"Shares of {len(classes)} classes in {names[0]}, and estimated for {names[1]}.",
        xaxis={"tickformat": ".0%", "range": [0, 1.08 * most], "nticks": 5},
        yaxis={
            "tickmode": "array",
            "tickvals": places.tolist(),
            "ticktext": [label(name, 14) for name in classes],
            "range": [len(classes) - 0.4, -0.6],
            "showgrid": False,
        },
        legend=_LEGEND,
        showlegend=True,
    )


def ways(report: Across) -> Chart:
    """Test accuracy of each way with its interval; a line where the source alone stands."""
    found = [one for one in report.entries if one.accuracy is not None]
    found.sort(key=lambda one: -one.accuracy.value if one.accuracy else 0.0)
    bounds = [bound for one in found if one.accuracy for bound in one.accuracy.bounds]
    low, high = min(bounds, default=0.0), max(bounds, default=1.0)
    span = max(high - low, 0.02)
    traces, notes, shapes = [], [], []
    for place, one in enumerate(found):
        traces.append(_way(one, place))
        mark = ", kept" if one.key == report.kept else ""
        text = percent(one.accuracy.value) if one.accuracy else ""
        notes.append(
            note(
                f"{label(one.title, 34)}{mark} · <b>{text}</b>",
                xref="paper",
                x=0,
                xanchor="left",
                y=place,
                yanchor="bottom",
                yshift=8,
            )
        )
        if one.key == SOURCE_ONLY and one.accuracy is not None:
            shapes.append(
                {
                    "type": "line",
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "x0": one.accuracy.value,
                    "x1": one.accuracy.value,
                    "layer": "below",
                    "line": {"color": GREY, "width": 1.5, "dash": "dot"},
                }
            )
    best = f": the highest is {found[0].title}" if found else ""
    return chart(
        traces,
        height=max(150, 48 * len(found) + 70),
        alt=f"Test accuracy of {len(found)} ways from {report.source_name} to "
        f"{report.target_name}{best}.",
        xaxis={
            "title": {"text": "Test rows right (dotted: the source alone)"},
            "tickformat": ".0%" if span > 0.08 else ".1%",
            "range": [low - 0.05 * span, high + 0.05 * span],
            "nticks": 5,
        },
        yaxis={"visible": False, "range": [len(found) - 0.6, -0.8]},
        annotations=notes,
        shapes=shapes,
    )


def _way(one: Entry, place: int) -> go.Scatter:
    assert one.accuracy is not None  # noqa: S101 - those without were left out
    kind = one.over_source.kind if one.over_source else None
    colour = GREY if kind is None else VERDICT_COLOURS[kind]
    low, high = one.accuracy.bounds
    return go.Scatter(
        x=[one.accuracy.value],
        y=[place],
        mode="markers",
        name=plain(one.title),
        marker={"color": colour, "symbol": _SYMBOLS[kind] if kind else "circle", "size": 12},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - one.accuracy.value],
            "arrayminus": [one.accuracy.value - low],
            "color": colour,
            "thickness": 2.5,
            "width": 0,
        },
        hovertemplate=f"<b>{plain(one.title)}</b><br>{percent(one.accuracy.value)}, 95 % interval "
        f"{100 * low:.1f} to {100 * high:.1f}<extra></extra>",
    )


def replacing(report: Across) -> Chart:
    """Accuracy over target labels: source and target together against the target alone."""
    points = report.curve
    places = [_place(point, len(report.classes)) for point in points]
    lines = [
        (f"With {report.source_name}", BLUE, [point.together for point in points]),
        (f"{report.target_name} alone", GREY, [point.alone for point in points]),
    ]
    traces: list[Any] = []
    for _, colour, values in lines:
        edges = [value.bounds for value in values]
        traces.append(
            go.Scatter(
                x=[*places, *reversed(places)],
                y=[*(high for _, high in edges), *(low for low, _ in reversed(edges))],
                mode="lines",
                fill="toself",
                fillcolor=faint(colour, 0.14),
                line={"width": 0, "color": faint(colour, 0.0)},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    for name, colour, values in lines:
        traces.append(
            go.Scatter(
                x=places,
                y=[value.value for value in values],
                mode="lines+markers",
                name=plain(name),
                line={"color": colour, "width": 2.5},
                marker={"color": colour, "size": 7},
                customdata=[
                    f"<b>{plain(name)}</b>, {budget_words(point.labels_per_class)}<br>"
                    f"{percent(value.value)} right"
                    for point, value in zip(points, values, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    return chart(
        traces,
        height=340,
        alt=f"Test accuracy over labels of {report.target_name}, with and without "
        f"{report.source_name}, at {len(points)} label budgets.",
        xaxis={
            "type": "log",
            "tickmode": "array",
            "tickvals": places,
            "ticktext": ["all" if p.labels_per_class is None else f"{p.labels_per_class}"
                         for p in points],
            "title": {"text": "Target labels per class"},
            "showgrid": False,
        },
        yaxis={"tickformat": ".0%", "title": {"text": "Test rows right"}, "nticks": 6},
        showlegend=True,
        legend=_LEGEND,
    )  # fmt: skip


def _place(point: Point, classes: int) -> float:
    return float(point.labels_per_class or max(point.labels / max(classes, 1), 1))
