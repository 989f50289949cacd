"""Texts with stretches in a colour of their own, as HTML; everything is escaped."""

from __future__ import annotations

import html
from typing import Any


def coloured(text: str, spans: Any, values: Any) -> str:
    """The text as HTML with each span on a tint by its contribution; everything is escaped."""
    from core.explain.colouring import by_word

    stretches = by_word(spans, values)
    strongest = max((abs(value) for _, _, value in stretches), default=0.0) or 1.0
    tinted = []
    for start, end, value in stretches:
        share = abs(value) / strongest
        colour = "47,111,222" if value >= 0 else "217,130,43"
        style = (
            f"background:rgba({colour},{0.08 + 0.5 * share:.2f});border-radius:3px;padding:0 2px"
        )
        tinted.append((start, end, style, f"{float(value):+.3f}"))
    return marked(text, tinted)


def marked(text: str, stretches: list[tuple[int, int, str, str]]) -> str:
    """The text as HTML with stretches in a style of their own, each with a hover."""
    pieces: list[str] = []
    at = 0
    for start, end, style, title in stretches:
        pieces.append(html.escape(text[at:start]))
        pieces.append(
            f'<span title="{html.escape(title)}" style="{style}">{html.escape(text[start:end])}</span>'
        )
        at = end
    pieces.append(html.escape(text[at:]))
    body = "".join(pieces)
    return f'<div style="white-space:pre-wrap;line-height:1.7;max-height:420px;overflow-y:auto">{body}</div>'
