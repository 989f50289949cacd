"""What is in a data set."""

from __future__ import annotations

import itertools

import numpy as np
import plotly.graph_objects as go

from core.data.profile import Lengths, Profile
from core.figures.style import BLUE, ORANGE, Chart, chart, faint, names_axis, note, plain

#: With more classes, the largest and the smallest are drawn.
MOST_CLASSES = 40

_TEST = faint(BLUE, 0.4)


def class_balance(profile: Profile) -> Chart:
    """Labelled rows of each class, training and test, largest class first."""
    table = profile.class_counts
    counts = [
        (str(name), int(train), int(test))
        for name, train, test in zip(table["class"], table["train"], table["test"], strict=True)
    ]
    counts.sort(key=lambda line: -(line[1] + line[2]))
    shown = counts
    if len(counts) > MOST_CLASSES:
        half = MOST_CLASSES // 2
        shown = counts[:half] + counts[-half:]
    totals = [train + test for _, train, test in shown]
    places = list(range(len(shown)))
    traces = []
    for which, name, colour in ((1, "training", BLUE), (2, "test", _TEST)):
        traces.append(
            go.Bar(
                x=[line[which] for line in shown],
                y=places,
                orientation="h",
                name=name,
                marker={"color": colour},
                customdata=[plain(line[0]) for line in shown],
                hovertemplate=f"<b>%{{customdata}}</b>: %{{x:,}} {name} rows<extra></extra>",
            )
        )
    most = max(totals, default=1)
    notes = [
        note(f"{total:,}", x=total, y=place, xanchor="left", xshift=4)
        for place, total in zip(places, totals, strict=True)
    ]
    notes.append(
        note(
            f"<b><span style='color:{BLUE}'>■</span></b> training &nbsp; "
            f"<b><span style='color:{_TEST}'>■</span></b> test",
            xref="paper",
            yref="paper",
            x=0,
            y=1,
            xanchor="left",
            yanchor="bottom",
        )
    )
    title = "Labelled rows"
    if len(shown) < len(counts):
        title += f", {len(shown)} of {len(counts)} classes"
    return chart(
        traces,
        height=max(180, 24 * len(shown) + 90),
        alt=_balance(counts),
        barmode="stack",
        margin={"l": 8, "r": 12, "t": 28, "b": 8},
        xaxis={
            "title": {"text": title},
            "range": [0, 1.18 * max(most, 1)],
            "nticks": 5,
            "tickformat": ",",
        },
        yaxis=names_axis([name for name, _, _ in shown]),
        annotations=notes,
    )


def _balance(counts: list[tuple[str, int, int]]) -> str:
    if not counts:
        return "Class balance: no row has a label."
    (most, a, b), (least, c, d) = counts[0], counts[-1]
    return (
        f"Class balance of {len(counts)} classes: the largest is {most} with {a + b:,} labelled "
        f"rows, the smallest {least} with {c + d:,}."
    )


def lengths(profile: Profile) -> Chart:
    """How long the texts are, in words; in characters where words have no spaces between."""
    found = profile.words
    if found is None or _unspaced(profile):
        found = profile.lengths
    if found is None:
        return chart([], height=180, alt="Lengths: the rows are not texts.")
    sample = np.maximum(np.asarray(found.sample, dtype=float), 1)
    # lengths differ by factors, so equal steps are equal factors
    low, high = float(sample.min()), float(sample.max())
    edges = np.geomspace(low, high * 1.0001, 31) if high > low else np.array([low, low * 1.5])
    edges = np.unique(np.round(edges) if high - low > 31 else edges)
    edges[-1] = max(edges[-1], high) * 1.0001
    counts, edges = np.histogram(sample, edges)
    scale = profile.rows / max(len(sample), 1)
    middle = max(found.median, 1)
    centre = float(np.log10(middle))
    span = float(np.log10(edges[-1]) - np.log10(edges[0]))
    right = centre > np.log10(edges[0]) + 0.6 * span
    # bars as steps: widths on a logarithmic axis are not those of the data
    x = np.repeat(edges, 2)
    y = np.concatenate([[0], np.repeat(counts * scale, 2), [0]])
    return chart(
        [
            go.Scatter(
                x=x.tolist(),
                y=y.tolist(),
                mode="lines",
                line={"color": BLUE, "width": 1, "shape": "linear"},
                fill="tozeroy",
                fillcolor=faint(BLUE, 0.35),
                hoverinfo="skip",
                name="Texts",
            ),
            go.Scatter(
                x=np.sqrt(edges[:-1] * edges[1:]).tolist(),
                y=(counts * scale).tolist(),
                mode="markers",
                marker={"opacity": 0, "size": 12, "color": BLUE},
                customdata=[
                    f"{np.ceil(a):,.0f} to {np.ceil(b) - 1:,.0f} {found.unit}"
                    for a, b in itertools.pairwise(edges)
                ],
                hovertemplate="%{customdata}: about %{y:,.0f} texts<extra></extra>",
                name="Bins",
            ),
        ],
        height=240,
        alt=_lengths_alt(found),
        xaxis={
            "type": "log",
            "title": {"text": f"Length in {found.unit}"},
            "showgrid": False,
            "tickformat": ",",
            "dtick": 1 if span > 1.2 else "D2",
            "range": [float(np.log10(edges[0])) - 0.02 * span, float(np.log10(edges[-1])) + 0.02],
        },
        yaxis={
            "title": {"text": "Texts"},
            "rangemode": "tozero",
            "nticks": 5,
            "tickformat": ",",
        },
        shapes=[
            {
                "type": "line",
                "x0": middle,
                "x1": middle,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": ORANGE, "width": 1.5, "dash": "dot"},
            }
        ],
        annotations=[
            note(
                f"half are shorter than {found.median:,.0f} {found.unit}",
                colour=ORANGE,
                x=centre,
                yref="paper",
                y=1,
                yanchor="bottom",
                xanchor="right" if right else "left",
            )
        ],
        margin={"l": 8, "r": 12, "t": 28, "b": 8},
    )


def _unspaced(profile: Profile) -> bool:
    if profile.words is None or profile.lengths is None:
        return False
    return profile.lengths.total > 15 * max(profile.words.total, 1)


def _lengths_alt(found: Lengths) -> str:
    return (
        f"Lengths of the texts: half are shorter than {found.median:,.0f} {found.unit}; the "
        f"shortest has {found.shortest:,.0f}, the longest {found.longest:,.0f}."
    )
