"""Compare runs: two to ten finished fine-tunings on the same test rows, and what may be luck."""

import streamlit as st

from core.store import runs
from ui import shell, versus
from ui.tables import runs_table

shell.start("versus")
asked = st.query_params.get("runs")
if not asked:
    finished = runs.list_all(kind="finetune", states=["done"], limit=200, brief=True)
    if len(finished) < 2:
        with st.container(border=True):
            st.markdown("**There are not two finished fine-tunings yet.**")
            shell.next_step("To the example", "home")
            shell.next_step("Fine-tune", "finetune")
        st.stop()
    titles = {record.dataset: record.dataset_title for record in finished}
    if len(titles) > 1:
        data = st.selectbox(
            "Data set",
            list(titles),
            format_func=lambda fingerprint: titles[fingerprint],
            key="vs_data",
            persist_state="session",
            help="Scores can be held against each other on the same test rows alone.",
        )
        finished = [record for record in finished if record.dataset == data]
    st.markdown("Select two runs or more.")
    chosen = [record.id for record in runs_table(finished, key="vs_runs", selection="multi-row")]
    reason = versus.need_several(chosen)
    if st.button(
        "Compare",
        type="primary",
        icon=":material/balance:",
        key="vs_go",
        disabled=reason is not None,
        help=reason,
    ):
        shell.go("versus", runs=",".join(chosen))
    st.stop()

versus.show(asked)
with st.container(horizontal=True, vertical_alignment="center"):
    versus.take_along(asked)
    for key, name in versus.compared(asked).names.items():
        shell.next_step(f"Report of {shell.plain(name)}", "evaluate", run=key)
    shell.next_step("Choose other runs", "versus")
