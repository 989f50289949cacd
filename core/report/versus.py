"""A comparison of runs for a meeting: one HTML file without a script, made to be printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import core
from core.evaluate import versus_words
from core.evaluate.results import Interval
from core.evaluate.side_by_side import MISSING
from core.evaluate.versus import Versus
from core.evaluate.words import p_words, percent, points
from core.figures.style import BLUE, GREY

if TYPE_CHECKING:
    import jinja2
    import pandas as pd

_WIDTH, _LINE = 640, 44  # of the drawing, in its own units


def printed(
    found: Versus,
    names: Mapping[str, str],
    *,
    title: str,
    sentence: str,
    remarks: Sequence[str] = (),
    settings: pd.DataFrame | None = None,
    made: datetime | None = None,
) -> str:
    """The comparison as a page.

    Parameters
    ----------
    found : Versus
    names : mapping of str to str
        What the runs are called.
    title, sentence : str
        The outcome, short and in full.
    remarks : sequence of str
        What a reader should know.
    settings : DataFrame, optional
        Settings that differ: a row a setting, a column a run in the order of ``found.keys``.
    made : datetime, optional
        For the footer.
    """
    keys = found.keys
    return _template().render(
        version=core.__version__,
        title=title,
        sentence=sentence,
        remarks=remarks,
        coverage=versus_words.coverage(found),
        names=[names[key] for key in keys],
        bars=list(_bars(found, names)),
        ticks=_ticks(found),
        width=_WIDTH,
        height=_LINE * len(keys) + 34,
        pairs=[
            {
                "first": names[pair.first],
                "second": names[pair.second],
                "finding": versus_words.pair_words(pair),
                "different": pair.clear,
                "gain": _ranged(pair.gain),
                "p": p_words(pair.p_corrected).removeprefix("p ").removeprefix("= "),
                "only": f"{pair.only_first:,} / {pair.only_second:,}",
            }
            for pair in found.pairs
        ],
        settings=[] if settings is None else _shared(settings),
        made=f"{made:%Y-%m-%d %H:%M} UTC" if made else "",
        runs=", ".join(keys),
    )


def _shared(settings: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Settings that every run has; those of one method alone would fill the page."""
    lines = zip(settings.index, settings.to_numpy().tolist(), strict=True)
    return [
        (str(name), [str(value) for value in line])
        for name, line in lines
        if MISSING not in line or name == "pretrain.method"
    ]


def _bars(found: Versus, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """What the drawing needs of each run: a name, a point, a line from bound to bound."""
    for place, key in enumerate(found.keys):
        score = found.accuracy[key]
        yield {
            "name": names[key],
            "said": percent(score.value),
            "top": place * _LINE + 16,
            "y": place * _LINE + 30,
            "x": _x(found, score.value),
            "low": _x(found, score.value if score.low is None else score.low),
            "high": _x(found, score.value if score.high is None else score.high),
            "colour": BLUE if key in found.level else GREY,
        }


def _range(found: Versus) -> tuple[float, float]:
    lows = [one.value if one.low is None else one.low for one in found.accuracy.values()]
    highs = [one.value if one.high is None else one.high for one in found.accuracy.values()]
    span = max(max(highs) - min(lows), 0.02)
    return min(lows) - 0.05 * span, max(highs) + 0.05 * span


def _x(found: Versus, share: float) -> float:
    low, high = _range(found)
    return round(_WIDTH * (share - low) / (high - low), 1)


def _ticks(found: Versus) -> list[tuple[float, str]]:
    """Round shares along the axis."""
    low, high = _range(found)
    step = next(s for s in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (high - low) / s <= 6)
    first = int(low / step) + 1
    shares = [step * i for i in range(first, int(high / step) + 1)]
    return [(_x(found, share), f"{100 * share:.4g} %") for share in shares]


def _ranged(interval: Interval) -> str:
    low = points(interval.low or 0.0, unit=False)
    high = points(interval.high or 0.0, unit=False)
    return f"{points(interval.value, unit=False)} ({low} to {high})"


@cache
def _template() -> jinja2.Template:
    import jinja2

    source = (Path(__file__).parent / "versus.html").read_text("utf-8")
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(source)
