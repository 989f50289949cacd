"""Compare: several ways to pretrain on the same data, with the same few labels."""

import streamlit as st

from core import jobs
from core.finetune import heads
from core.jobs.requests import CompareRequest, DataRef, PretrainRequest
from core.pretrain import get_method
from core.store import models
from ui import contest, estimates, forms, live, shell
from ui.command import shell_text
from ui.wording import duration, number

asked = st.query_params.get("run")
shell.start("compare")
if asked:
    record = live.follow(asked)
    if record.dataset:
        shell.use_data(record.dataset)
    with st.container(horizontal=True):
        # on top: the menu may open the last result again
        shell.next_step(
            "Compare again",
            "compare",
            icon=":material/replay:",
            data=(record.dataset or "")[:12],
        )
    contest.show(record)
    with st.container(horizontal=True):
        shell.next_step("Fine-tune with other settings", "finetune")
    st.stop()

data = shell.need_data()
if len(data.classes) < 2 or not data.labelled_train or not data.labelled_test:
    st.warning(
        "A comparison needs labelled rows of at least two classes, to learn from and to test with.",
        title="This data set has no labels to compare by.",
    )
    shell.next_step("Choose data", "data")
    st.stop()

st.subheader("What takes part", anchor=False)
costs = estimates.seconds_to_learn(data)
quick = [key for key, seconds in costs.items() if seconds <= 60]
chosen = st.pills(
    "Methods, with their default settings",
    list(costs),
    selection_mode="multi",
    default=quick,
    format_func=lambda key: f"{get_method(key).title} · {duration(costs[key])}",
    key=f"cmp_methods_{data.fingerprint[:8]}",
    help="The time is an estimate for learning on this machine. Models that the library has are "
    "taken from there.",
)
library = {record.id: record for record in models.list_all(modality=data.modality)}
kept = st.multiselect(
    "Models of the library",
    list(library),
    format_func=lambda key: f"{library[key].name} · learned from {library[key].dataset_title}",
    key=f"cmp_models_{data.modality}",
    placeholder="With settings of your own, or learned elsewhere",
    disabled=not library,
    help=None if library else "The library has no model for this kind of rows yet.",
)
st.caption(
    "Beside them stand the same head on rows that nothing was learned for, and random features of "
    "the size of each method."
)
with st.grid(3, min_column_width=180, vertical_alignment="bottom"):
    per_class = st.number_input(
        "Labels per class",
        min_value=1,
        max_value=forms.MOST_LABELS,
        value=5,
        step=1,
        key="cmp_labels",
        persist_state="session",
        help="How many rows of each class may show their label.",
    )
    draws = st.number_input(
        "Draws",
        min_value=1,
        max_value=20,
        value=5,
        step=1,
        key="cmp_draws",
        persist_state="session",
        help="How many times the labelled rows are drawn. More draws give narrower intervals.",
    )
    specs = heads()
    head = st.selectbox(
        "Head",
        list(specs),
        index=list(specs).index("svm") if "svm" in specs else 0,
        format_func=lambda key: specs[key].title,
        key="cmp_head",
        persist_state="session",
    )

ref = DataRef(fingerprint=data.fingerprint)
request = CompareRequest(
    data=ref,
    methods=[PretrainRequest(data=ref, method=key) for key in chosen],
    models=list(kept),
    head=head,
    labels_per_class=int(per_class or 1),
    draws=int(draws or 1),
)
reason = None if chosen or kept else "Choose at least one method or model."
with st.container(border=True):
    learning = sum(costs[key] for key in chosen)
    st.markdown(
        f"About **{duration(learning)}** to learn what is not in the library yet, then "
        f"**{number((int(draws or 1)) * (2 * len(chosen) + 2 * len(kept) + 1))}** small trainings."
    )
    if st.button(
        "Compare them",
        type="primary",
        icon=":material/play_arrow:",
        key="cmp_start",
        disabled=reason is not None,
        help=reason,
    ):
        shell.go("compare", run=jobs.submit(request).id)
with st.expander("The same from a shell", icon=":material/terminal:"):
    st.code(shell_text(request, data), language="bash", wrap_lines=True)
