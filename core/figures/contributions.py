"""The words that decide."""

from __future__ import annotations

import plotly.graph_objects as go

from core.explain.classes import ClassWords
from core.explain.important import ImportantColumns
from core.explain.tables import ColumnContributions
from core.explain.words import WordContributions
from core.figures.style import BLUE, GREY, ORANGE, SMALL, Chart, chart, names_axis, note, plain

#: Words drawn at most.
MOST_WORDS = 12


def contributions(found: WordContributions) -> Chart:
    """What the strongest words of a text add: blue for the class, orange against it."""
    everything = found.by_term()
    title = "Added to the score" if found.exact else "Fall of the score when left out"
    return _bars(everything, title=title, noun="words")


def columns(found: ColumnContributions) -> Chart:
    """What the strongest columns of a row add; where that is sampled, with two standard errors."""
    title = "Added to the score" if found.exact else "Added to the probability"
    errors = dict(zip(found.columns, found.errors.tolist(), strict=True))
    return _bars(
        found.strongest(), title=title, noun="columns", errors=None if found.exact else errors
    )


def importance(found: ImportantColumns) -> Chart:
    """Which columns weigh most, over many rows."""
    everything = found.strongest()
    title = "Mean part of the score" if found.exact else "Mean part of the probability"
    return _bars(everything, title=title, noun="columns")


def class_words(found: ClassWords, *, exact: bool) -> Chart:
    """The words that speak most for and against one class."""
    half = MOST_WORDS // 2
    pairs = [*found.speaking[: MOST_WORDS - min(half, len(found.opposing))]]
    pairs += found.opposing[: MOST_WORDS - len(pairs)]
    title = "Added to the score by the word" if exact else "Mean fall of the score when left out"
    return _bars(pairs, title=title, noun="words")


def _bars(
    everything: list[tuple[str, float]],
    *,
    title: str,
    noun: str,
    errors: dict[str, float] | None = None,
) -> Chart:
    """The strongest of what contributes, as bars from the largest to the smallest."""
    shown = sorted(everything[:MOST_WORDS], key=lambda pair: -pair[1])
    values = [value for _, value in shown]
    reach = [2 * errors[name] for name, _ in shown] if errors else [0.0] * len(shown)
    low = min(0.0, *(v - r for v, r in zip(values, reach, strict=True)), 0.0)
    high = max(0.0, *(v + r for v, r in zip(values, reach, strict=True)), 0.0)
    room = 0.2 * max(high - low, 1e-9)
    if len(shown) < len(everything):
        title += f", {len(shown)} of {len(everything)} {noun}"
    bar = go.Bar(
        x=values,
        y=list(range(len(shown))),
        orientation="h",
        marker={"color": [BLUE if value >= 0 else ORANGE for value in values]},
        text=[_signed(value) for value in values],
        textposition="outside",
        textfont={"size": SMALL - 1},
        cliponaxis=False,
        customdata=[plain(term) for term, _ in shown],
        hovertemplate="<b>%{customdata}</b>: %{text}<extra></extra>",
    )
    if errors:
        bar.error_x = {"type": "data", "array": reach, "color": GREY, "thickness": 1.2, "width": 3}
        # beside the end of its line, not across it
        bar.text = [f"{_signed(v)} ± {r:.2f}" for v, r in zip(values, reach, strict=True)]
        bar.textposition = "none"
    notes = [
        note(
            bar.text[i],
            x=value + (reach[i] if value >= 0 else -reach[i]),
            y=i,
            xanchor="left" if value >= 0 else "right",
            xshift=4 if value >= 0 else -4,
        )
        for i, value in enumerate(values if errors else [])
    ]
    return chart(
        [bar],
        height=max(140, 24 * len(shown) + 70),
        alt=_alt(shown, noun),
        xaxis={
            "title": {"text": title},
            "range": [
                low - (room if low < 0 else 0.02 * room) * (2 if errors and low < 0 else 1),
                high + room * (2 if errors else 1),
            ],
            "nticks": 5,
        },
        yaxis=names_axis([term for term, _ in shown], length=16),
        annotations=notes,
    )


def _signed(value: float) -> str:
    if abs(value) < 1e-9:
        return "0"
    text = f"{abs(value):.2f}" if abs(value) >= 0.01 else f"{abs(value):.1g}"
    return ("−" if value < 0 else "+") + text


def _alt(shown: list[tuple[str, float]], noun: str) -> str:
    speaking = [term for term, value in shown if value > 0][:3]
    opposing = [term for term, value in reversed(shown) if value < 0][:3]
    if not speaking and not opposing:
        return f"Contributions of {noun}: none speaks for or against the class."
    parts = []
    if speaking:
        parts.append("for the class " + ", ".join(speaking))
    if opposing:
        parts.append("against it " + ", ".join(opposing))
    return f"Contributions of {noun}: most speak " + "; ".join(parts) + "."
