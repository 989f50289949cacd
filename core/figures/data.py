"""What is in a data set: class balance and lengths."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.data.profile import Profile
from core.figures.style import BASELINE, PRETRAINED, Chart, bar_height, figure, shorten

#: Of more classes, the largest and the smallest are shown.
SHOWN = 40


def class_balance(profile: Profile) -> Chart:
    """Labelled rows of each class, to learn from and for the test, largest first."""
    table = profile.class_counts
    total = table["train"] + table["test"]
    table = table.assign(total=total).sort_values("total", kind="stable")
    shown = table
    if len(table) > SHOWN:
        import pandas as pd

        shown = pd.concat([table.head(SHOWN // 2), table.tail(SHOWN // 2)])
    places = list(range(len(shown)))
    made = figure(height=bar_height(len(shown), each=22, most=1000))
    for column, title, colour in (
        ("train", "To learn from", PRETRAINED),
        ("test", "For the test", BASELINE),
    ):
        made.add_bar(
            x=shown[column].tolist(),
            y=places,
            orientation="h",
            name=title,
            marker={"color": colour},
            customdata=shown["class"].tolist(),
            hovertemplate=f"%{{customdata}}: %{{x:,}} {title.lower()}<extra></extra>",
        )
    made.update_layout(
        barmode="stack",
        bargap=0.25,
        showlegend=True,
        legend={
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "traceorder": "normal",
        },
    )
    made.update_xaxes(title_text="Rows")
    made.update_yaxes(
        tickvals=places,
        ticktext=[shorten(str(name)) for name in shown["class"]],
        showgrid=False,
    )
    if table.empty:
        return Chart(made, "No class has rows.")
    least, most = table.iloc[0], table.iloc[-1]
    return Chart(
        made,
        f"Labelled rows of {len(table)} classes: from {int(least['total']):,} ({least['class']}) "
        f"to {int(most['total']):,} ({most['class']}).",
    )


def lengths(profile: Profile) -> Chart:
    """How many texts have how many words, on a logarithmic scale of lengths."""
    found = profile.words or profile.lengths
    made = figure(height=260)
    if found is None or not len(found.sample):
        return Chart(made, "These rows have no length.")
    sample = np.maximum(np.asarray(found.sample, dtype=float), 1)
    low, high = float(sample.min()), float(sample.max())
    edges = np.unique(np.round(np.geomspace(low, max(high, low + 1), 33)))
    counts, edges = np.histogram(sample, bins=edges)
    share = counts / counts.sum()
    middles = np.sqrt(edges[:-1] * edges[1:])
    made.add_bar(
        x=list(range(len(share))),
        y=share.tolist(),
        marker={"color": PRETRAINED},
        customdata=[f"{int(a):,} to {int(b):,}" for a, b in pairwise(edges)],
        hovertemplate=f"%{{customdata}} {found.unit}: %{{y:.1%}} of the texts<extra></extra>",
    )
    step = max(1, len(middles) // 6)
    made.update_layout(bargap=0.05)
    made.update_xaxes(
        title_text=f"Length in {found.unit}",
        tickvals=list(range(0, len(middles), step)),
        ticktext=[f"{int(edges[i]):,}" for i in range(0, len(middles), step)],
        showgrid=False,
    )
    made.update_yaxes(title_text="Share of texts", tickformat=".0%")
    return Chart(
        made,
        f"Half of the texts have at most {found.median:,.0f} {found.unit}; "
        f"the longest has {found.longest:,.0f}.",
    )
