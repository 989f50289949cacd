"""Pretrain: choose a method, learn from rows without labels, look at what was learned."""

import streamlit as st

from core import jobs
from core.data.dataset import POOLS
from core.jobs.requests import DataRef, PretrainRequest
from core.pretrain import get_method, methods_for
from core.store import models
from ui import estimates, favourites, forms, learned, library, live, shell
from ui.command import shell_text
from ui.wording import duration, megabytes, number

shell.start("pretrain")

asked = st.query_params.get("run")
if asked:
    record = live.follow(asked)
    shell.go("pretrain", model=record.model or "", data=(record.dataset or "")[:12])

opened = st.query_params.get("model")
if opened:
    learned.show(models.get(opened))
    st.stop()

data = shell.need_data()
choices = {method.key: method for method in methods_for(data.modality)}
names = [key for key, method in choices.items() if not method.baseline]
offered = [key for key in names if not any(p.kind == "file" for p in choices[key].params)]
st.subheader("Choose a method", anchor=False)
key = st.radio(
    "Method",
    names + [key for key in choices if key not in names],
    **forms.unless_set(
        f"pt_method_{data.modality}", index=names.index(favourites.method(data, offered))
    ),
    format_func=lambda k: choices[k].title,
    captions=[choices[k].learns for k in names]
    + [choices[k].learns for k in choices if k not in names],
    key=f"pt_method_{data.modality}",
    label_visibility="collapsed",
    persist_state="session",
)
method = get_method(key)
why = favourites.why(data, key, offered)
if why:
    st.caption(f":material/recommend: {why}")
with st.container(border=True):
    st.markdown(f"**When to use it.** {method.when}")
    st.markdown(f"**What it costs.** {method.cost}")
    st.caption(f"Source: {method.source}")

st.subheader("What it learns from", anchor=False)
pool = st.radio(
    "Rows",
    list(POOLS),
    format_func=lambda p: f"{POOLS[p]} ({number(estimates.pool_count(data, p))})",
    key="pt_pool",
    persist_state="session",
    label_visibility="collapsed",
)
st.caption("Labels are not looked at, and rows kept for the test are never among them.")

st.subheader("Settings", anchor=False)
settings = forms.settings_form(forms.for_rows(method.params, data.modality), key=f"pt_{key}")
with st.container(horizontal=True, vertical_alignment="bottom"):
    name = st.text_input(
        "Name",
        value=f"{method.title} on {data.title}",
        key=f"pt_name_{key}_{data.fingerprint[:8]}",
        max_chars=80,
        width=420,
    )
    seed = st.number_input(
        "Seed",
        min_value=0,
        value=0,
        step=1,
        key="pt_seed",
        width=140,
        help="The same seed gives the same model again.",
    )

request = PretrainRequest(
    data=DataRef(fingerprint=data.fingerprint),
    method=key,
    settings=settings,
    pool=pool,
    seed=int(seed or 0),
    name=name or "",
)
cost = estimates.estimate(data, method, settings, pool)
reason = (
    "There is no row to learn from in this pool." if not estimates.pool_count(data, pool) else None
)
for param in method.params:
    if param.kind == "file" and not settings.get(param.name):
        reason = f"Choose a file first: {param.title[0].lower()}{param.title[1:]}."
with st.container(border=True):
    st.markdown(
        f"About **{duration(cost.seconds)}** and **{megabytes(cost.memory_mb)}** of memory on this machine."
    )
    if st.button(
        "Start pretraining",
        type="primary",
        icon=":material/play_arrow:",
        key="pt_start",
        disabled=reason is not None,
        help=reason,
    ):
        shell.go("pretrain", run=jobs.submit(request).id)
with st.expander("The same from a shell", icon=":material/terminal:"):
    st.code(shell_text(request, data), language="bash", wrap_lines=True)

library.show(data)
