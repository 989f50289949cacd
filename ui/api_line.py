"""How a program asks the classifier that a page shows: the line for a shell."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlsplit

import streamlit as st

from core.serve import access
from core.store.records import RunRecord
from core.types import Modality
from ui import api


def show(record: RunRecord) -> None:
    """A folded panel with the curl line for a run, or why the API is off here."""
    with st.expander("Call it from a program", icon=":material/terminal:", key="pr_api"):
        from core.jobs.handing_over import modality_of

        site = api.site()
        st.markdown(
            "The same classifier answers over HTTP: JSON with rows in, classes and probabilities "
            "out."
        )
        off = access.why_off(site)
        if off is not None:
            st.warning(off.hint, title=off.message, icon=":material/lock:")
        st.code(
            line(
                record.id,
                modality_of(record),
                origin(st.context.url),
                token=not site.local or bool(site.token),
            ),
            language="bash",
            wrap_lines=True,
        )
        st.caption(
            "`GET /api/openapi.json` describes all of it; `GET /api/runs` and `GET /api/models` "
            "list what is there."
        )


def origin(url: str | None) -> str:
    """Scheme, name and port of an address; a guess where it is not known."""
    parts = urlsplit(url or "")
    if parts.scheme in ("http", "https") and parts.netloc:
        return f"{parts.scheme}://{parts.netloc}"
    return "http://localhost:8501"


def line(run: str, modality: Modality, address: str, *, token: bool) -> str:
    """The curl line, quoted for a shell."""
    rows = {
        "text": ["a first text", "a second one"],
        "tabular": [{"column": 1.5, "another column": "value"}],
        "image": [[[0, 128, 255], [0, 128, 255]]],
    }[modality]
    words = ["curl", "-s", f"{address}/api/runs/{run}/predict"]
    words += ["-H", "Content-Type: application/json"]
    quoted = shlex.join([*words, "-d", json.dumps({"rows": rows})])
    if token:  # the shell puts it in, so that it stands in no page and no history
        quoted += f' -H "Authorization: Bearer ${access.TOKEN_VARIABLE}"'
    return quoted
