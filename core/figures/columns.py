"""The columns of a table: their distributions, how they go together, and what is missing."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.data.column_profile import ColumnProfile, Correlations, Missingness
from core.figures.style import (
    BLUE,
    ORANGE,
    SMALL,
    Chart,
    chart,
    faint,
    label,
    labels,
    names_axis,
    note,
    plain,
)

_VALUES_SHOWN = 9  # columns of a map whose cells can hold a number


def distribution(profile: ColumnProfile) -> Chart:
    """How often which values of a column occur."""
    return _histogram(profile) if profile.numeric else _commonest(profile)


def _histogram(profile: ColumnProfile) -> Chart:
    edges, counts = profile.edges.tolist(), profile.counts.tolist()
    low, median, high = (profile.quantiles[i] for i in (0, 2, 4))
    dates = profile.kind == "date"
    say = _day if dates else _number
    if len(counts) == 1:
        edges = [low - 0.5, high + 0.5]
    middles = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
    hover = [
        f"{say(max(a, low))} to {say(min(b, high))}: {count:,} rows"
        for a, b, count in zip(edges, edges[1:], counts, strict=False)
    ]
    axis: dict[str, Any] = {"title": {"text": label(profile.name, 40)}, "showgrid": False}
    if dates:
        ticks = np.linspace(edges[0], edges[-1], 4).tolist()
        axis |= {"tickmode": "array", "tickvals": ticks, "ticktext": [_day(t) for t in ticks]}
    centre = (median - edges[0]) / max(edges[-1] - edges[0], 1e-12)
    return chart(
        [
            go.Bar(
                x=middles,
                y=counts,
                width=[b - a for a, b in itertools.pairwise(edges)],
                marker={"color": faint(BLUE, 0.7)},
                hovertext=hover,
                hovertemplate="%{hovertext}<extra></extra>",
                name="Rows",
            )
        ],
        height=230,
        alt=f"Distribution of {profile.name}: from {say(low)} to {say(high)}, half of the values "
        f"are at most {say(median)}.",
        bargap=0,
        xaxis=axis,
        yaxis={"title": {"text": "Rows"}, "rangemode": "tozero", "nticks": 4, "tickformat": ","},
        shapes=[
            {
                "type": "line", "x0": median, "x1": median, "yref": "paper", "y0": 0, "y1": 1,
                "line": {"color": ORANGE, "width": 1.5, "dash": "dot"},
            }
        ],
        annotations=[
            note(
                f"half are at most {say(median)}",
                colour=ORANGE,
                x=median,
                yref="paper",
                y=1,
                yanchor="bottom",
                xanchor="right" if centre > 0.6 else "left",
            )
        ],
        margin={"l": 8, "r": 12, "t": 28, "b": 8},
    )  # fmt: skip


def _commonest(profile: ColumnProfile) -> Chart:
    counts = profile.counts.tolist()
    present = profile.rows - profile.missing
    rest = present - sum(counts)
    names, sizes = list(profile.tops), list(counts)
    if rest:
        names.append(f"{profile.distinct - len(counts):,} others")
        sizes.append(rest)
    places = list(range(len(sizes)))
    most = f"; the commonest is {names[0]} with {sizes[0]:,} rows" if names else ""
    return chart(
        [
            go.Bar(
                x=sizes,
                y=places,
                orientation="h",
                marker={
                    "color": [faint(BLUE, 0.7)] * len(counts) + [faint(BLUE, 0.3)] * bool(rest)
                },
                customdata=[plain(name) for name in names],
                hovertemplate="<b>%{customdata}</b>: %{x:,} rows<extra></extra>",
                name="Rows",
            )
        ],
        height=max(130, 26 * len(sizes) + 70),
        alt=f"Values of {profile.name}: {profile.distinct:,} different ones{most}.",
        xaxis={
            "title": {"text": "Rows"},
            "nticks": 5,
            "tickformat": ",",
            "range": [0, 1.15 * max(sizes, default=1)],
        },
        yaxis=names_axis(names),
        annotations=[
            note(f"{size:,}", x=size, y=place, xanchor="left", xshift=4)
            for place, size in zip(places, sizes, strict=True)
        ],
    )


def correlation_map(found: Correlations) -> Chart:
    """Correlations of columns of numbers: blue rise together, orange against each other."""
    k = len(found.names)
    names = labels(found.names, 14)
    values = np.where(np.eye(k, dtype=bool), np.nan, found.matrix)
    say = [[plain(a), plain(b)] for a in found.names for b in found.names]
    hover = [
        [
            f"<b>{say[i * k + j][0]}</b> and <b>{say[i * k + j][1]}</b>: {_signed(values[i, j])}"
            if not np.isnan(values[i, j])
            else ""
            for j in range(k)
        ]
        for i in range(k)
    ]
    heat = go.Heatmap(
        z=[[None if np.isnan(v) else round(float(v), 3) for v in row] for row in values],
        zmin=-1,
        zmax=1,
        # never opaque: the numbers on top keep the colour of the theme's text
        colorscale=[[0, faint(ORANGE, 0.8)], [0.5, faint(BLUE, 0.02)], [1, faint(BLUE, 0.8)]],
        showscale=False,
        xgap=1,
        ygap=1,
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        text=[["" if np.isnan(v) else _signed(v) for v in row] for row in values],
        texttemplate="%{text}" if k <= _VALUES_SHOWN else None,
        textfont={"size": SMALL - 2},
        name="Correlations",
    )
    lines = names_axis(found.names, length=14) | {"range": [k - 0.5, -0.5]}
    return chart(
        [heat],
        height=min(760, max(220, 26 * k)) + 110,
        alt=_pairs_alt(found),
        xaxis={
            "range": [-0.5, k - 0.5],
            "showgrid": False,
            "tickmode": "array",
            "tickvals": list(range(k)),
            "ticktext": names,
            "tickangle": -90 if k > 3 else 0,
        },
        yaxis=lines,
    )


def _pairs_alt(found: Correlations) -> str:
    text = f"Correlations of {len(found.names)} columns"
    if not found.pairs:
        return f"{text}: none goes with another."
    first, second, r = found.pairs[0]
    return f"{text}: {first} and {second} go together most, {_signed(r)}."


def missing_shares(found: Missingness) -> Chart:
    """The share of rows without a value, column by column, largest first."""
    shown = found.shares[:30]
    places = list(range(len(shown)))
    title = "Rows without a value"
    if len(shown) < len(found.shares):
        title += f", {len(shown)} of {len(found.shares)} columns"
    alt = "No value is missing."
    if shown:
        alt = (
            f"Missing values in {len(found.shares)} columns; most in {shown[0][0]}: "
            f"{100 * shown[0][1]:.1f} % of the rows."
        )
    return chart(
        [
            go.Bar(
                x=[share for _, share in shown],
                y=places,
                orientation="h",
                marker={"color": faint(ORANGE, 0.75)},
                customdata=[plain(name) for name, _ in shown],
                hovertemplate="<b>%{customdata}</b>: %{x:.1%} missing<extra></extra>",
                name="Missing",
            )
        ],
        height=max(120, 24 * len(shown) + 70),
        alt=alt,
        xaxis={"title": {"text": title}, "range": [0, 1.12], "tickformat": ".0%", "nticks": 5},
        yaxis=names_axis([name for name, _ in shown]),
        annotations=[
            note(_percent(share), x=share, y=place, xanchor="left", xshift=4)
            for place, (_, share) in zip(places, shown, strict=True)
        ],
    )


def written(profile: ColumnProfile, value: float) -> str:
    """A value of a column of numbers or dates as people read it."""
    return _day(value) if profile.kind == "date" else _number(value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "under 0.1 %"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _day(days: float) -> str:
    try:
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=int(days))).isoformat()
    except OverflowError:  # beyond the years that a calendar knows
        return f"{days:,.0f} days"
