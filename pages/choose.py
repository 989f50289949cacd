"""Choose: which pretrained model suits the task, before anything is fine-tuned."""

import streamlit as st

from core import jobs
from core.jobs.choosable import CHOOSE_PARAMS, LIMIT_PARAMS
from core.jobs.requests import ChooseRequest, DataRef, PretrainRequest
from core.pretrain import get_method
from core.store import datasets, models, runs
from ui import advising, choosing, estimates, forms, live, shell
from ui.command import shell_text
from ui.wording import duration

asked = st.query_params.get("run")
shell.start("choose")
if asked:
    record = live.follow(asked)
    if record.dataset:
        shell.use_data(record.dataset)
    choosing.ways_on(record)
    choosing.show(record)
    kept = {one.fingerprint: one for one in datasets.list_all()}
    choosing.graded(record, kept.get(record.dataset or ""))
    st.stop()

view = st.segmented_control(
    "What to do",
    choosing.VIEWS,
    default=choosing.VIEWS[0],
    required=True,
    key="ch_view",
    bind="query-params",
    label_visibility="collapsed",
)
if view == choosing.CARD:
    choosing.card()
    st.stop()
if view == choosing.PLAN:
    advising.form(shell.current_data())
    st.stop()

data = shell.need_data()
if len(data.classes) < 2 or not data.labelled_train:
    st.warning(
        "A ranking needs a few labelled training rows of at least two classes.",
        title="This data set has no labels to rank by.",
    )
    shell.next_step("Choose data", "data")
    st.stop()

st.subheader("What could be chosen", anchor=False)
costs = estimates.seconds_to_learn(data)
chosen = st.pills(
    "Methods that could be pretrained on this data",
    list(costs),
    selection_mode="multi",
    default=choosing.quick(costs),
    format_func=lambda key: f"{get_method(key).title} · {duration(costs[key])}",
    key=f"ch_methods_{data.fingerprint[:8]}",
    help="The time is an estimate for learning on this machine. Models that the library has are "
    "taken from there.",
)
library = {record.id: record for record in models.list_all(modality=data.modality)}
kept_models = st.multiselect(
    "Models of the library",
    list(library),
    default=list(library)[:20],
    format_func=lambda key: f"{library[key].name} · learned from {library[key].dataset_title}",
    key=f"ch_models_{data.modality}_{len(library)}",
    placeholder="Fitted before, on this data or elsewhere",
    disabled=not library,
    help=None if library else "The library has no model for this kind of rows yet.",
)
sources = {
    run.id: run
    for run in runs.list_all(kind="finetune", states=["done"], limit=50, brief=True)
    if run.model in library and run.dataset != data.fingerprint
}
kept_sources = (
    st.multiselect(
        "Classifiers trained on other data",
        list(sources),
        format_func=lambda key: f"{sources[key].name} · {sources[key].dataset_title}",
        key=f"ch_sources_{data.fingerprint[:8]}",
        help="Their own classes count as source classes.",
    )
    if sources
    else []
)
learn = next(param for param in CHOOSE_PARAMS if param.name == "learn")
how = st.segmented_control(
    learn.title,
    list(learn.choices),
    default=learn.default,
    required=True,
    format_func=learn.choice_labels.get,
    key="ch_learn",
    persist_state="session",
)
st.caption(
    {
        "fully": f"About {duration(sum(costs[key] for key in chosen))} where none is in the library "
        "yet. What is learned is kept.",
        "sample": "From 2,000 rows of the pool: quicker, and the full model may rank otherwise.",
        "later": "Only what is fitted already is ranked; the others are listed with their costs.",
    }[how]
)
st.subheader("What you have", anchor=False)
with st.grid(2, min_column_width=200, vertical_alignment="bottom"):
    per_class = st.number_input(
        "Labels per class",
        min_value=1,
        max_value=forms.MOST_LABELS,
        value=5,
        step=1,
        key="ch_labels",
        persist_state="session",
        disabled=bool(st.session_state.get("ch_all")),
        help="No other labels are looked at, and no test row at all.",
    )
    everything = st.toggle("Use every label", key="ch_all", persist_state="session")
limits = forms.settings_form(LIMIT_PARAMS, key="ch_limits")
ref = DataRef(fingerprint=data.fingerprint)
request = ChooseRequest(
    data=ref,
    models=list(kept_models),
    methods=[PretrainRequest(data=ref, method=key) for key in chosen],
    sources=list(kept_sources),
    learn=how,
    labels_per_class=None if everything else int(per_class or 1),
    **limits,
)
reason = None if chosen or kept_models or kept_sources else "Choose at least one of them."
with st.container(border=True):
    st.markdown(
        "Six scores rank them on your labelled rows, beside the encoder that learned nothing. "
        "Nothing is fine-tuned."
    )
    if st.button(
        "Rank them",
        type="primary",
        icon=":material/play_arrow:",
        key="ch_start",
        disabled=reason is not None,
        help=reason,
    ):
        shell.go("choose", run=jobs.submit(request).id)
with st.expander("The same from a shell", icon=":material/terminal:"):
    st.code(shell_text(request, data), language="bash", wrap_lines=True)
