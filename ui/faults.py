"""How errors reach a person: ours in their words, all others as a short text with a log id."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import WarmstartError

log = logging.getLogger("warmstart")


def show(error: Exception) -> None:
    """Say on the page what went wrong."""
    if isinstance(error, WarmstartError):
        st.error(error.hint or "", title=error.message, icon=":material/error:")
        return
    mark = secrets.token_hex(4)
    log.error("fault %s", mark, exc_info=error)
    st.error(
        f"This is a fault of ours, and nothing of yours is lost. It is in the server's log "
        f"under **{mark}**. Reload the page, or go on with another one.",
        title="Something went wrong here.",
        icon=":material/error:",
    )


@contextmanager
def shown() -> Iterator[None]:
    """Show what goes wrong inside, instead of a traceback."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the last stop before the person
        show(error)
