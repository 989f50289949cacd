"""Evaluate: the verdict of one run, the chart it comes from, and what stands behind it."""

import streamlit as st

from core.store import runs
from ui import live, report, reports, resources, shell, starting_from
from ui.reports import examining
from ui.site import OF_KIND
from ui.tables import runs_table

asked = st.query_params.get("run")
if asked is None:
    shell.start("evaluate")
    finished = runs.list_all(kind="finetune", limit=100, brief=True)
    if not finished:
        with st.container(border=True):
            st.markdown("**Nothing has been evaluated yet.**")
            st.markdown("Run the built-in example, or fine-tune on your own data.")
            shell.next_step("To the example", "home")
            shell.next_step("Fine-tune", "finetune")
        st.stop()
    st.markdown("Select a run to open its report.")
    chosen = runs_table(finished, key="ev_runs", selection="single-row")
    if chosen:
        shell.go("evaluate", run=chosen[0].id)
    st.stop()

record = runs.get(asked)
shell.start("evaluate", title=shell.plain(record.name), intro=False)
st.title(shell.plain(record.name), anchor=False)
st.caption(report.summary(record))
if record.kind == "examine":  # it is about another run, whose report shows what it found
    shell.go(
        "evaluate",
        run=record.request["run"],
        ev_tab="Trust",
        ev_trust=examining.section_of(record),
    )
if record.kind != "finetune":
    place = shell.BY_KEY[OF_KIND[record.kind]]
    if record.state != "done" and not record.live:
        live.follow(record.id)  # says why nothing came of it, and stops
    st.info(f"What came of this run stands on another page: {place.title}.")
    shell.next_step(f"Open it on the page {place.title}", place.key, run=record.id)
    shell.next_step("All runs", "runs")
    st.stop()
record = live.follow(record.id)
if record.dataset:
    shell.use_data(record.dataset)
evaluation = resources.evaluation(record.id)

report.verdict_card(evaluation)

report.numbers(evaluation)
report.decided(record, evaluation)

if evaluation.comparison is None:  # else the overview says so
    report.of_the_kept_model(evaluation)

reports.show(record, evaluation)

with st.container(horizontal=True):
    shell.next_step(
        "Try it on a text of your own" if report.is_text(record) else "Try it on test rows",
        "predict",
        run=record.id,
    )
    data = (record.dataset or "")[:12]
    shell.next_step("A new run from this one", "finetune", data=data, like=record.id)
    if starting_from.can_go_on(record):
        shell.next_step("Go on for more passes", "finetune", data=data, on=record.id)
    shell.next_step("Compare with other runs", "versus")
