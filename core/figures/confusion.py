"""What is taken for what."""

from __future__ import annotations

import numpy as np

from core.evaluate.results import Evaluation
from core.figures.style import SHADES, Chart, figure, shorten


def confusion(evaluation: Evaluation) -> Chart:
    """The confusion matrix as shares of each true class; counts when pointed at."""
    counts = np.array(evaluation.test.confusion, dtype=float)
    names = list(evaluation.classes)
    sums = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)
    few = len(names) <= 14
    made = figure(height=min(1100, max(320, 120 + (30 if few else 22) * len(names))))
    made.add_heatmap(
        z=shares,
        customdata=np.stack(
            [
                counts,
                np.broadcast_to(np.array(names, dtype=object)[:, None], counts.shape),
                np.broadcast_to(np.array(names, dtype=object)[None, :], counts.shape),
            ],
            axis=-1,
        ),
        colorscale=[list(shade) for shade in SHADES],
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=1,
        ygap=1,
        text=[[f"{count:.0f}" if count else "" for count in line] for line in counts],
        texttemplate="%{text}" if few else None,
        hovertemplate="%{customdata[1]}<br>taken for %{customdata[2]}: %{customdata[0]} rows "
        "(%{z:.0%} of the class)<extra></extra>",
    )
    short = [shorten(name, 18) for name in names]
    places = list(range(len(names)))
    made.update_xaxes(
        tickvals=places,
        ticktext=short,
        tickangle=-60 if len(names) > 4 else 0,
        title_text="Said",
        showgrid=False,
    )
    made.update_yaxes(
        tickvals=places, ticktext=short, autorange="reversed", title_text="Truth", showgrid=False
    )
    return Chart(made, _alt(counts, names))


def _alt(counts: np.ndarray, names: list[str]) -> str:
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return "Confusion matrix: every test row is right."
    truth, said = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return (
        f"Confusion matrix of {len(names)} classes. Most often mixed up: {names[truth]} taken for "
        f"{names[said]}, {int(wrong[truth, said])} of {int(counts[truth].sum())} rows."
    )
