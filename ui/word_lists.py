"""Lists of words in a table: every word is seen, at any width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from ui import shell


def badges(words: Iterable[str]) -> str:
    """Words as small badges in a line, which wraps between them."""
    return " ".join(f":gray-badge[{shell.plain(word)}]" for word in words)


def table(
    columns: Mapping[str, Sequence[Any]], *, alt: str, height: int | Literal["content"] = "content"
) -> None:
    """A table whose cells may be lists of words; long ones go on in the next line.

    Parameters
    ----------
    columns : mapping of str to sequence
        By their titles: lists of words, or texts as they are.
    alt : str
        What it shows, for those who cannot see it.
    height : int or "content"
        In pixels; what is longer scrolls.
    """
    shown = {
        title: [badges(c) if isinstance(c, (list, tuple)) else shell.plain(str(c)) for c in cells]
        for title, cells in columns.items()
    }
    st.table(pd.DataFrame(shown), border="horizontal", hide_index=True, height=height, alt=alt)
