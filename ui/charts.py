"""Draw a chart of core on a page, always the same way."""

from __future__ import annotations

from typing import Any

import streamlit as st


def draw(chart: Any, key: str, **kwargs: Any) -> Any:
    """Show a :class:`core.figures.style.Chart` with its text alternative."""
    return st.plotly_chart(
        chart.figure,
        key=key,
        alt=chart.alt,
        config={"displayModeBar": False, "responsive": True},
        **kwargs,
    )
