"""Taking in a bundle on the page of runs."""

from __future__ import annotations

import streamlit as st

from core.errors import WarmstartError
from ui import faults, shell


def bring() -> None:
    """A folded field for a bundle; a good one opens as a report, any other is refused in words."""
    with st.expander("Import a bundle", icon=":material/upload_file:", key="runs_import"):
        st.caption(
            "A bundle is a run that another Warmstart exported (Evaluate, Hand over). It is looked "
            "through before anything is made of it, and nothing in it is executed."
        )
        upload = st.file_uploader("Bundle", type=["zip"], key="runs_bundle")
        if upload is None or not st.button(
            "Import", type="primary", icon=":material/input:", key="runs_import_now"
        ):
            return
        from core.jobs.importing import import_bundle

        try:
            with st.spinner("Looking through it"):
                run = import_bundle(upload)
        except WarmstartError as error:
            faults.show(error)
            return
        st.toast(f"{shell.plain(run.name)} was imported.", icon=":material/check:")
        shell.go("evaluate", run=run.id)
