"""What deletes looks different from all else, the same on every page: red words, never a blue button."""

from __future__ import annotations

from typing import Any

import streamlit as st


def popover(*, disabled: bool = False, help: str | None = None) -> Any:
    """The box that asks once more, behind a button that says Delete."""
    label = ":material/delete: Delete"
    return st.popover(label if disabled else f":red[{label}]", disabled=disabled, help=help)


def button(label: str, *, key: str) -> bool:
    """The button inside that does it."""
    return st.button(f":red[:material/delete_forever: {label}]", key=key)
