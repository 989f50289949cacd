"""A chart as the HTML report carries it: heading, sentence, and the figure as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from core.figures.style import Chart

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class Figure:
    """A chart of the report: heading, sentence below, and the figure as JSON for a script tag."""

    title: str
    caption: str
    alt: str
    height: int
    json: Any

    @classmethod
    def of(cls, title: str, caption: str, chart: Chart, *, right: int | None = None) -> Figure:
        """Take over a chart of :mod:`core.figures`; the chart itself stays as it is.

        ``right`` is room in pixels beside its plot, where numbers reach into it on a phone.
        """
        import plotly.graph_objects as go
        from markupsafe import Markup

        figure = go.Figure(chart.figure)
        figure.update_layout(
            template="none",
            autosize=True,
            font={"family": _FONT, "size": 13, "color": "#1B2230"},
            paper_bgcolor="#FFFFFF",
            plot_bgcolor="#FFFFFF",
        )
        if right is not None:
            figure.update_layout(margin_r=right)
        figure.update_xaxes(title_font_size=13)
        figure.update_yaxes(title_font_size=13)
        # "<" never stands in it as such: no text of a user can end the script tag
        text = str(figure.to_json()).replace("<", "\\u003c")
        json.loads(text)
        height = int(figure.layout.height or 360)
        return cls(title, caption, chart.alt, height, Markup(text))  # noqa: S704 - see above
