"""What the sections under "Trust" share: starting an examination, following it, its results."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.evaluate.examination import Part
from core.store.records import RunRecord
from ui import faults, live, shell

#: The title of the section that shows each part.
_SECTIONS: dict[Part, str] = {
    "stability": "Stability",
    "noise": "Label noise",
    "duplicates": "Near-duplicates",
    "robustness": "Robustness",
    "clusters": "Slices",
}


def section_of(examination: RunRecord) -> str:
    """The title of the section that shows the first part of an examination."""
    parts = examination.request.get("parts") or ["stability"]
    return _SECTIONS[parts[0]]


def finding(record: RunRecord, part: Part) -> Any:
    """What was found about one part (:class:`core.jobs.examined.Finding`), or None.

    Where it was not looked at yet, this draws how to do so; where that is under way, how far it
    is; where it went wrong, why.
    """
    from core.jobs.examined import findings, latest

    found = findings(record).get(part)
    last = latest(record)
    if last is not None and last.live:
        live.panel(last.id)
    elif found is None:
        if last is not None:
            _went_wrong(last, part)
        _offer(record, part)
    return found


def again(record: RunRecord, part: Part) -> None:
    """A button that looks at a part once more."""
    if st.button("Look again", icon=":material/replay:", key=f"ev_again_{part}", type="tertiary"):
        _start(record, (part,))


@st.cache_resource(max_entries=8, show_spinner=False)
def arrays(examination: str) -> dict[str, np.ndarray]:
    """The rows that an examination is about; read-only."""
    from core.store import runs

    kept = runs.load_arrays(examination, "examination")
    for array in kept.values():
        array.setflags(write=False)
    return kept


def _offer(record: RunRecord, part: Part) -> None:
    with st.container(border=True):
        st.markdown(
            "This has not been looked at yet. It runs in the background, from some seconds to a "
            "few minutes."
        )
        with st.container(horizontal=True):
            if st.button(
                "Examine everything",
                type="primary",
                icon=":material/troubleshoot:",
                key=f"ev_examine_{part}",
                help="Stability, label noise, near-duplicates, robustness and groups of alike rows, "
                "in one go.",
            ):
                _start(record, ())
            if st.button("Only this", key=f"ev_only_{part}"):
                _start(record, (part,))


def _start(record: RunRecord, parts: tuple[Part, ...]) -> None:
    from core import jobs
    from core.jobs.requests import DataRef, ExamineRequest

    with faults.shown():
        jobs.submit(
            ExamineRequest(data=DataRef(fingerprint=record.dataset), run=record.id, parts=parts)
        )
        st.rerun()


def _went_wrong(last: RunRecord, part: Part) -> None:
    """Why the newest examination has no result for this part, where it should have one."""
    if part not in last.request.get("parts", ()):
        return
    why = (last.result or {}).get("failed", {}).get(part)
    if why is None and last.state == "failed":
        why = " ".join(words for words in (last.error, last.hint) if words)
    if why is None and last.state in ("cancelled", "interrupted"):
        why = f"The last examination was {last.state}."
    if why:
        st.warning(shell.plain(why), icon=":material/error:")
