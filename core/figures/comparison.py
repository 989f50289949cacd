"""Several runs beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.evaluate.results import Interval, VerdictKind
from core.evaluate.words import percent
from core.figures.style import GREY, VERDICT_COLOURS, Chart, chart, label, note, plain

_SYMBOLS = {"helped": "triangle-up", "hurt": "triangle-down", "unclear": "circle", None: "circle"}
_WORDS = {"helped": "helped", "hurt": "hurt", "unclear": "no clear difference"}


def compare_runs(runs: Sequence[tuple[str, Interval, VerdictKind | None]]) -> Chart:
    """Scores of runs with their 95 % intervals, one below the other in the order given.

    Parameters
    ----------
    runs : sequence of (name, interval, verdict)
        Test accuracy; the verdict is None for a baseline trained alone.
    """
    lows = [v.value if v.low is None else v.low for _, v, _ in runs]
    highs = [v.value if v.high is None else v.high for _, v, _ in runs]
    span = max(max(highs, default=1.0) - min(lows, default=0.0), 0.02)
    traces, notes = [], []
    for place, ((name, score, kind), low, high) in enumerate(zip(runs, lows, highs, strict=True)):
        colour = GREY if kind is None else VERDICT_COLOURS[kind]
        verdict = "" if kind is None else f", pretraining: {_WORDS[kind]}"
        traces.append(
            go.Scatter(
                x=[score.value],
                y=[place],
                mode="markers",
                name=plain(name),
                marker={"color": colour, "symbol": _SYMBOLS[kind], "size": 12},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [high - score.value],
                    "arrayminus": [score.value - low],
                    "color": colour,
                    "thickness": 2.5,
                    "width": 0,
                },
                hovertemplate=f"<b>{plain(name)}</b><br>{percent(score.value)}, 95 % interval "
                f"{100 * low:.1f} to {100 * high:.1f}{verdict}<extra></extra>",
            )
        )
        # above its line and not beside it: names of runs are long, phones are narrow
        notes.append(
            note(
                f"{label(name, 32)} · <b>{percent(score.value)}</b>",
                xref="paper",
                x=0,
                xanchor="left",
                y=place,
                yanchor="bottom",
                yshift=8,
            )
        )
    return chart(
        traces,
        height=max(150, 48 * len(runs) + 70),
        alt=_alt(runs),
        xaxis={
            "title": {"text": "Test rows right"},
            "tickformat": ".0%" if span > 0.08 else ".1%",
            "range": [min(lows, default=0.0) - 0.06 * span, max(highs, default=1.0) + 0.06 * span],
            "nticks": 5,
        },
        yaxis={"visible": False, "range": [len(runs) - 0.6, -0.8]},
        annotations=notes,
    )


def _alt(runs: Sequence[tuple[str, Interval, VerdictKind | None]]) -> str:
    if not runs:
        return "Runs side by side: none is selected."
    name, best, _ = max(runs, key=lambda run: run[1].value)
    text = f"Test accuracy of {len(runs)} {'run' if len(runs) == 1 else 'runs'}: "
    return f"{text}the highest is {name} with {percent(best.value)}."
