"""Pictures of a self-organising map, drawn cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from core.figures.style import BLUE, GREY, KINDS, ORANGE, Chart, chart, faint, label, note, plain
from core.types import Floats, Ints

Topology = Literal["rectangular", "hexagonal"]

#: Classes that get a colour of their own; the rest is grey.
_COLOURED = len(KINDS)
#: Letters of a label that are as wide as a map.
_LETTERS = 42


def u_matrix(distances: Floats, at: Floats, topology: Topology) -> Chart:
    """How far each cell is from the cells it touches: dark ridges part groups.

    Parameters
    ----------
    distances : ndarray, shape (m,)
        Mean distance of each cell to its neighbours.
    at : ndarray, shape (m, 2)
        Where the cells lie, down and across.
    """
    values = np.asarray(distances, dtype=float)
    low, high = float(values.min()), float(values.max())
    share = (values - low) / (high - low) if high > low else np.zeros(len(values))
    far = int(values.argmax())
    return _cells(
        at,
        topology,
        colours=[faint(BLUE, 0.06 + 0.8 * s) for s in share.tolist()],
        hover=[f"Cell {i + 1}: {v:.3g} from its neighbours" for i, v in enumerate(values.tolist())],
        alt=f"Distances between neighbouring cells of {len(values)}, from {low:.3g} to {high:.3g}; "
        f"cell {far + 1} stands most apart.",
    )


def hits(counts: Ints, at: Floats, topology: Topology, classes: Sequence[str]) -> Chart:
    """Which class each cell belongs to, and how clearly; empty cells stay empty.

    Parameters
    ----------
    counts : ndarray of int, shape (m, k)
        Rows of each class in each cell; without classes (m, 1) of all rows.
    classes : sequence of str
        Their names; empty without classes.
    """
    counts = np.asarray(counts)
    totals = counts.sum(axis=1)
    most = counts.argmax(axis=1)
    top = max(int(totals.max()), 1)
    colours, hover = [], []
    for i, total in enumerate(totals.tolist()):
        if not total:
            colours.append("rgba(0,0,0,0)")
            hover.append(f"Cell {i + 1}: no rows")
            continue
        share = counts[i, most[i]] / total
        if classes:
            colour = KINDS[most[i]] if most[i] < _COLOURED else GREY
            colours.append(faint(colour, 0.15 + 0.75 * float(share) ** 2))
            hover.append(
                f"Cell {i + 1}: {total:,} rows, {100 * share:.0f} % {plain(classes[most[i]])}"
            )
        else:
            colours.append(faint(BLUE, 0.1 + 0.8 * total / top))
            hover.append(f"Cell {i + 1}: {total:,} rows")
    notes = _names(counts, most, at, classes)
    used = int((totals > 0).sum())
    what = f"Rows in {used} of {len(totals)} cells"
    return _cells(
        at,
        topology,
        colours=colours,
        hover=hover,
        notes=notes,
        alt=what + (", coloured by the commonest class." if classes else "."),
    )


def plane(values: Floats, at: Floats, topology: Topology, name: str) -> Chart:
    """One number of the cells' typical rows, over the map (a component plane)."""
    values = np.asarray(values, dtype=float)
    size = float(np.abs(values - values.mean()).max()) or 1.0
    share = (values - values.mean()) / size
    return _cells(
        at,
        topology,
        colours=[faint(BLUE if s >= 0 else ORANGE, 0.05 + 0.8 * abs(s)) for s in share.tolist()],
        hover=[f"Cell {i + 1}: {v:.3g}" for i, v in enumerate(values.tolist())],
        alt=f"{name} over the map: from {values.min():.3g} to {values.max():.3g}.",
        height=220,
    )


def _names(counts: Ints, most: Ints, at: Floats, classes: Sequence[str]) -> list[dict[str, Any]]:
    """The name of each class at the cell that has most of its rows.

    A name that would lie upon another goes to the class's next cell; one that finds no room
    is left out, and can be read by pointing at a cell.
    """
    notes: list[dict[str, Any]] = []
    if not classes or len(classes) > 2 * _COLOURED:
        return notes
    columns = float(at[:, 1].max() - at[:, 1].min()) + 1.4
    taken: list[tuple[float, float, float]] = []
    for code in np.argsort(-counts.sum(axis=0), kind="stable").tolist():
        own = np.where(most == code, counts[:, code], 0)
        text = label(classes[code], 12)
        # a map is some 40 letters wide, whatever the number of its cells
        half = len(text) * columns / _LETTERS / 2
        for cell in np.argsort(-own, kind="stable")[: int((own > 0).sum())].tolist():
            down, across = float(at[cell, 0]), float(at[cell, 1])
            if all(abs(down - y) > 0.7 or abs(across - x) > half + w for y, x, w in taken):
                taken.append((down, across, half))
                notes.append(note(f"<b>{text}</b>", x=across, y=down))
                break
    return notes


def _cells(
    at: Floats,
    topology: Topology,
    *,
    colours: Sequence[str],
    hover: Sequence[str],
    alt: str,
    notes: Sequence[dict[str, Any]] = (),
    height: int | None = None,
) -> Chart:
    """Cells as shapes, each with a point in its middle that can be pointed at and selected.

    ``customdata`` of a point is the number of its cell.
    """
    down, across = np.asarray(at)[:, 0], np.asarray(at)[:, 1]
    shapes = [
        {
            "type": "path",
            "path": _outline(x, y, topology),
            "fillcolor": colour,
            "line": {"color": "rgba(122,130,144,0.35)", "width": 0.5},
            "layer": "below",
        }
        for x, y, colour in zip(across.tolist(), down.tolist(), colours, strict=True)
    ]
    rows = float(down.max() - down.min()) + 1.4
    columns = float(across.max() - across.min()) + 1.4
    return chart(
        [
            go.Scatter(
                x=across.tolist(),
                y=down.tolist(),
                mode="markers",
                name="Cells",
                marker={"size": max(8, min(26, int(300 / columns))), "opacity": 0, "color": BLUE},
                customdata=[[i] for i in range(len(down))],
                hovertext=list(hover),
                hovertemplate="%{hovertext}<extra></extra>",
            )
        ],
        height=height or int(min(560, max(200, 340 * rows / columns + 40))),
        alt=alt,
        xaxis={"visible": False, "range": [across.min() - 0.7, across.max() + 0.7]},
        yaxis={
            "visible": False,
            "range": [down.max() + 0.7, down.min() - 0.7],
            "scaleanchor": "x",
        },
        shapes=shapes,
        annotations=list(notes),
    )


def _outline(x: float, y: float, topology: Topology) -> str:
    if topology == "rectangular":
        corners = [(x - 0.5, y - 0.5), (x + 0.5, y - 0.5), (x + 0.5, y + 0.5), (x - 0.5, y + 0.5)]
    else:
        angles = np.pi / 6 + np.pi / 3 * np.arange(6)
        reach = 1 / np.sqrt(3)
        corners = [(x + reach * np.cos(a), y + reach * np.sin(a)) for a in angles.tolist()]
    return "M" + "L".join(f"{px:.4f},{py:.4f}" for px, py in corners) + "Z"
