"""The choices of a search side by side: parallel coordinates that a phone has room for."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from core.evaluate.tuning.configuration import label_of, value_words, words
from core.evaluate.tuning.results import Trial
from core.evaluate.words import percent
from core.figures.style import BLUE, GREY, ORANGE, Chart, chart, faint, note, plain, shorten

_MOST_AXES = 6
_MOST_WORDS = 8
#: Of a band, in pixels: name, line of values, what lies between two.
_TITLE, _LINE, _GAP = 20.0, 17.0, 54.0
_LINES, _EDGE = 3, 0.03
#: In pixels: the width of an axis on a phone, and that of a character.
_PHONE, _CHARACTER = 280, 6.8


def parallel(
    trials: Sequence[Trial],
    *,
    importance: Mapping[str, float] | None = None,
    chosen: int | None = None,
    names: Mapping[str, str] | None = None,
) -> Chart:
    """Parallel coordinates: every trial a line through its choices, up to its first score.

    The axes are bands that lie across, one below the other, so that a phone has room for their
    names: the choices that mattered most, or those that varied. The better third of the trials
    is blue, the one that is handed out orange. ``names`` are those of fitted encoders, by id.
    """
    scored = [one for one in trials if one.scores]
    flat = {one.number: one.configuration.flat() for one in scored}
    axes = _axes(scored, flat, importance or {})
    places = {
        name: _places([flat[t.number][name] for t in scored if name in flat[t.number]])
        for name in axes
    }
    scores = [one.scores[0] for one in scored]
    low, high = min(scores, default=0.0), max(scores, default=1.0)
    cut = sorted(scores)[-math.ceil(len(scores) / 3)] if scores else 0.0
    groups: dict[str, list[Trial]] = {"others": [], "better": [], "chosen": []}
    for one in scored:
        kind = "chosen" if one.number == chosen else "better" if one.scores[0] >= cut else "others"
        groups[kind].append(one)
    ends = {0.0: percent(low), 1.0: percent(high)} if high > low else {0.5: percent(high)}
    bands, notes, shapes = _bands(axes, places, ends, names or {})
    traces: list[Any] = []
    looks = {"others": (faint(GREY, 0.45), 1.0), "better": (BLUE, 1.5), "chosen": (ORANGE, 3.0)}
    for kind, some in groups.items():
        xs: list[float | None] = []
        ys: list[float | None] = []
        for one in some:
            line = [
                (i, places[name][_key(flat[one.number][name])])
                for i, name in enumerate(axes)
                if name in flat[one.number]
            ]
            line.append((len(axes), _share(one.scores[0], low, high)))
            for start, end in pairwise(line):
                for piece in _between_bands(start, end, bands):
                    xs += [piece[0][0], piece[1][0], None]
                    ys += [piece[0][1], piece[1][1], None]
        if some:
            colour, width = looks[kind]
            traces.append(
                go.Scatter(
                    x=xs,
                    y=ys,
                    mode="lines",
                    line={"color": colour, "width": width},
                    opacity=1 if kind == "chosen" else 0.7,
                    hoverinfo="skip",
                )
            )
    height = -bands[-1][1]
    return chart(
        traces,
        height=round(height + 24),
        alt=_parallel_alt(axes, scored, chosen),
        xaxis={"visible": False, "range": [-_EDGE, 1 + _EDGE]},
        yaxis={"visible": False, "range": [-height - 2, 2]},
        shapes=shapes,
        annotations=notes,
    )


def _bands(
    axes: Sequence[str],
    places: Mapping[str, Mapping[str, float]],
    ends: Mapping[float, str],
    names: Mapping[str, str],
) -> tuple[list[tuple[float, float]], list[dict[str, Any]], list[dict[str, Any]]]:
    """A band for each choice and for the score, with its name and its values.

    Lines run between the bands and never across, so that all words can be read. Their tops and
    bottoms are in pixels below the top of the plot.
    """
    bands, notes, shapes = [], [], []
    top = 0.0
    for name in [*axes, ""]:
        ticks = _in_lines(_ticks(places[name], name, names) if name else ends)
        depth = 1 + max(line for _, _, line, _ in ticks) if ticks else 0
        bottom = top - _TITLE - _LINE * depth
        bands.append((top, bottom))
        shapes.append(
            {
                "type": "rect",
                "x0": -_EDGE,
                "x1": 1 + _EDGE,
                "y0": top,
                "y1": bottom,
                "line": {"width": 0},
                "fillcolor": faint(GREY, 0.12),
                "layer": "below",
            }
        )
        title = label_of(name) if name else "Score"
        notes.append(note(f"<b>{plain(title)}</b>", x=0, y=top - 1, xanchor="left", yanchor="top"))
        for x, text, line, side in ticks:
            y = top - _TITLE + 2 - _LINE * line
            notes.append(note(plain(text), x=x, y=y, xanchor=side, yanchor="top"))
        top = bottom - _GAP
    return bands, notes, shapes


def _in_lines(ticks: Mapping[float, str]) -> list[tuple[float, str, int, str]]:
    """Values in up to three lines so that none covers another: place, text, line, side.

    Both ends come first; a value for which there is no room is left out.
    """
    order = sorted(ticks)
    order = [*order[:1], *order[:0:-1]]  # the first, then from the last one back
    length = min(24, max(6, int(_LINES * _PHONE / max(len(order), 1) / _CHARACTER)))
    full: list[tuple[int, float, float]] = []
    found = []
    for x in order:
        text = shorten(ticks[x], length)
        wide = len(text) * _CHARACTER / _PHONE
        side = "left" if x < 0.15 else "right" if x > 0.85 else "center"
        left = {"left": x, "right": x - wide, "center": x - wide / 2}[side]
        for line in range(_LINES):
            if not any(
                line == other and left < end and start < left + wide for other, start, end in full
            ):
                full.append((line, left - 0.02, left + wide + 0.02))
                found.append((x, text, line, side))
                break
    return found


def _between_bands(
    start: tuple[int, float], end: tuple[int, float], bands: Sequence[tuple[float, float]]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The line from one band to another, without what would cross the bands between them."""
    (first, x0), (last, x1) = start, end
    high, low = bands[first][1], bands[last][0]

    def at(y: float) -> tuple[float, float]:
        return x0 + (x1 - x0) * (y - high) / (low - high), y

    return [(at(bands[i][1]), at(bands[i + 1][0])) for i in range(first, last)]


def _axes(
    scored: Sequence[Trial],
    flat: Mapping[int, Mapping[str, Any]],
    importance: Mapping[str, float],
) -> list[str]:
    """The choices that matter most; without importances those that most trials have."""
    values: dict[str, set[Any]] = {}
    often: dict[str, int] = {}
    for one in scored:
        for name, value in flat[one.number].items():
            values.setdefault(name, set()).add(value)
            often[name] = often.get(name, 0) + 1
    varied = [name for name, found in values.items() if len(found) > 1]
    varied.sort(key=lambda name: (-importance.get(name, 0.0), -often[name]))
    first = [name for name in ("encoder", "head") if name in varied]
    rest = [name for name in varied if name not in first]
    return (first + rest)[:_MOST_AXES]


def _key(value: Any) -> str:
    return repr(value)


def _places(values: Sequence[Any]) -> dict[str, float]:
    """Where each value of an axis stands, from 0 to 1: numbers by size, words in order."""
    found = sorted(
        {_key(v): v for v in values if v is not None}.values(),
        key=lambda v: (isinstance(v, str), v if isinstance(v, str) else float(v)),
    )
    numeric = found and all(
        isinstance(v, (int, float)) and not isinstance(v, bool) and v > 0 for v in found
    )
    places: dict[str, float] = {}
    if numeric and len(found) > 3:
        low, high = math.log(found[0]), math.log(found[-1])
        places = {_key(v): (math.log(v) - low) / ((high - low) or 1) for v in found}
    else:
        places = {_key(v): (i + 0.5) / len(found) for i, v in enumerate(found)}
    if None in values:
        places = {key: 0.15 + 0.85 * place for key, place in places.items()}
        places[_key(None)] = 0.0
    return places


def _ticks(places: Mapping[str, float], name: str, names: Mapping[str, str]) -> dict[float, str]:
    """The values that are written on an axis: all where they are few, else both ends."""
    values = {y: ast.literal_eval(key) for key, y in places.items()}
    worded = all(isinstance(value, str) for value in values.values())
    found = {
        y: names.get(str(v), "").split(" on ")[0] or value_words(name, v) for y, v in values.items()
    }
    if len(found) <= (_MOST_WORDS if worded else 5):
        return found
    return {y: found[y] for y in (min(found), max(found))}


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5


def _parallel_alt(axes: Sequence[str], scored: Sequence[Trial], chosen: int | None) -> str:
    if not scored:
        return "Choices of the settings tried: none has a score yet."
    text = f"Choices of {len(scored)} settings tried, by " + ", ".join(label_of(n) for n in axes)
    one = next((t for t in scored if t.number == chosen), None)
    return f"{text}; handed out: {words(one.configuration)}." if one else f"{text}."
