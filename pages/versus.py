"""Compare runs: two to ten finished fine-tunings on the same test rows, and what may be luck."""

from collections import Counter

import streamlit as st

from core.store import runs
from ui import shell, versus
from ui.tables import runs_table
from ui.wording import plural

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
        many = Counter(record.dataset for record in finished)
        data = st.selectbox(
            "Data set",
            [fingerprint for fingerprint, _ in many.most_common()],
            format_func=lambda fingerprint: (
                f"{titles[fingerprint]} · {plural(many[fingerprint], 'run')}"
            ),
            key="vs_data",
            persist_state="session",
            help="Scores can be held against each other on the same test rows alone.",
        )
        finished = [record for record in finished if record.dataset == data]
        if len(finished) < 2:
            others = [key for key, count in many.most_common() if count > 1]
            st.info(
                "One run alone cannot be compared."
                + ("" if others else " No data set here has two finished fine-tunings yet."),
                icon=":material/info:",
            )
            for key in others[:3]:
                st.button(
                    f"{plural(many[key], 'run')} on {shell.plain(titles[key])}",
                    icon=":material/swap_horiz:",
                    key=f"vs_switch_{key}",
                    on_click=st.session_state.update,
                    kwargs={"vs_data": key},
                )
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
