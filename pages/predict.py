"""Predict: classify a row of one's own and see what decided; a file in, predictions out."""

import streamlit as st

from core.jobs.handing_over import modality_of
from core.store import runs
from ui import api_line, predicting, resources, shell
from ui.report import summary
from ui.site import OF_KIND

shell.start("predict")
finished = {
    r.id: r
    for kind in ("finetune", "adapt")
    for r in runs.list_all(kind=kind, states=["done"], limit=200, brief=True)
}
if not finished:
    with st.container(border=True):
        st.markdown("**There is no classifier yet.**")
        st.markdown("Run the built-in example, or fine-tune on your own data; then come back.")
        shell.next_step("To the example", "home")
        shell.next_step("Fine-tune", "finetune")
    st.stop()

asked = st.query_params.get("run")
if asked and asked not in finished:
    wanted = runs.get(asked)  # an unknown run is said in words
    st.warning(
        "Only a finished fine-tuning or adaptation has a classifier. Choose another one, or wait "
        "for it.",
        title=f"{shell.plain(wanted.name)} cannot predict.",
    )
    shell.next_step("Choose another classifier", "predict")
    shell.next_step("All runs", "runs")
    st.stop()
if asked:
    st.session_state["pr_run"] = asked
if st.session_state.get("pr_run") not in finished:
    st.session_state["pr_run"] = next(iter(finished))
chosen = st.selectbox(
    "Classifier",
    list(finished),
    format_func=lambda key: f"{finished[key].name} · {key[:5]}",
    key="pr_run",
    persist_state="session",
)
st.query_params["run"] = chosen
record = finished[chosen]
st.caption(summary(record))
classifier = resources.classifier(record.id)

predicting.decided(classifier)
modality = modality_of(record)
predicting.one(record, classifier, modality)
predicting.many(record, classifier, modality)
api_line.show(record)
shell.next_step("How good is it? Its report", OF_KIND[record.kind], run=record.id)
