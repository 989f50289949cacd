"""The run as files to take along, and a link to this very view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import streamlit as st

from core.errors import WarmstartError
from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import resources, shell
from ui.reports.base import Section

_MIME = {
    "html": "text/html",
    "zip": "application/zip",
    "py": "text/x-python",
    "md": "text/markdown",
    "onnx": "application/octet-stream",
    "joblib": "application/octet-stream",
}


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """A button a file, made when it is pressed; what cannot be made says why."""
    run = record.id
    _offer(
        run, "html", "Report", lambda: _report(run),
        "One page that opens offline, with its charts. Print it in the browser for a PDF.",
    )  # fmt: skip
    _offer(
        run, "zip", "Bundle", lambda: _bundle(run),
        "The classifier with its report, for another Warmstart: import it there on Runs. Rows are "
        "not in it.",
    )  # fmt: skip
    _offer(
        run, "py", "Python script", lambda: _script(run),
        "The whole run as library calls. It says whether the same digits came out.",
        why_not=why_no_script(run),
    )  # fmt: skip
    _offer(
        run, "md", "Model card", lambda: _card(run),
        "Data, intended use, scores with intervals, limits and versions, as Markdown.",
    )  # fmt: skip
    with st.expander("Formats of others", icon=":material/deployed_code:"):
        from core.jobs import formats

        _offer(
            run, "onnx", "ONNX model", lambda: formats.onnx_bytes(run),
            "Runs without Python, through any ONNX runtime.",
            why_not=why_no_onnx(run),
        )  # fmt: skip
        if why_no_onnx(run) is None:
            left_out = formats.without_threshold(resources.classifier(run))
            if left_out is not None:
                st.caption(f":material/info: {shell.plain(left_out)}")
        if st.checkbox("I want a joblib file, and know what it is", key="ev_joblib_known"):
            _offer(run, "joblib", "joblib file", lambda: formats.joblib_bytes(run), "")
        st.caption(f":material/warning: {formats.JOBLIB_WARNING}")
    st.markdown("**A link for a colleague**")
    st.code(_link(run), language=None, wrap_lines=True)
    st.caption("It opens this report on this server, with the same tab, for whoever may use it.")


def _offer(
    run: str,
    ending: str,
    label: str,
    make: Callable[[], bytes],
    words: str,
    *,
    why_not: str | None = None,
) -> None:
    left, right = st.columns([1, 3], vertical_alignment="center")
    left.download_button(
        label,
        data=make,
        file_name=f"warmstart-{run}.{ending}",
        mime=_MIME[ending],
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
        disabled=why_not is not None,
        key=f"ev_take_{ending}",
    )
    right.caption(shell.plain(words if why_not is None else why_not))


def _link(run: str) -> str:
    """The address of this view, as far as the server knows how it is reached."""
    here = st.context.url or ""
    origin = "/".join(here.split("/")[:3]) if here.startswith("http") else ""
    # what is bound to the address says which tab is open, and what is chosen there
    shown = {name: value for name, value in st.query_params.items() if name.startswith("ev_")}
    return f"{origin}/evaluate?{urlencode({'run': run, **shown})}"


@st.cache_data(max_entries=64, show_spinner=False)
def why_no_script(run: str) -> str | None:
    """Why there is no script of a run, in words; None where there is one."""
    try:
        _script(run)
    except WarmstartError as error:
        return error.words
    return None


@st.cache_data(max_entries=64, show_spinner=False)
def why_no_onnx(run: str) -> str | None:
    """Why a run has no ONNX form, in words; None where it has one."""
    from core.jobs import formats

    try:
        return formats.why_no_onnx(resources.classifier(run)) or formats.why_not_here()
    except WarmstartError as error:
        return error.words


def _report(run: str) -> bytes:
    from core.jobs.handing_over import facts_of
    from core.report.page import page

    return page(facts_of(run), made=datetime.now(UTC)).encode("utf-8")


def _bundle(run: str) -> bytes:
    from core.jobs.bundles import bundle_bytes

    return bundle_bytes(run)


def _script(run: str) -> bytes:
    from core.jobs.handing_over import facts_of
    from core.report.script import script

    return script(facts_of(run, with_rows=False)).encode("utf-8")


def _card(run: str) -> bytes:
    from core.jobs.handing_over import facts_of
    from core.report.card import card, markdown

    return markdown(card(facts_of(run, with_rows=False))).encode("utf-8")


SECTION = Section(key="take_along", group="hand_over", title="Take it along", order=10, draw=draw)
