"""Fine-tune: choose model, head and label budget; start; the report opens by itself."""

import streamlit as st

from core import jobs
from core.finetune import get_head, get_strategy, heads, strategies
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
from core.pretrain import methods_for
from core.store import models, runs
from ui import forms, rate_finder, resources, shell, starting_from
from ui.command import command_line
from ui.wording import number

shell.start("finetune")
data = shell.need_data()
if len(data.classes) < 2 or not data.labelled_train:
    st.warning(
        "Fine-tuning needs labelled rows of at least two classes. Choose another label column, or "
        "another data set.",
        title="This data set has no classes to tell apart.",
    )
    shell.next_step("Choose data", "data")
    st.stop()

starting_from.fill()
st.subheader("Pretrained model", anchor=False)
library = {record.id: record for record in models.list_all(modality=data.modality)}
fresh = {
    f"new:{m.key}": m
    for m in methods_for(data.modality)
    if not m.baseline and not any(param.kind == "file" for param in m.params)
}
# what was fine-tuned before can be transferred where its encoder is still in the library
sources = {
    f"run:{record.id}": record
    for record in runs.list_all(kind="finetune", states=["done"], limit=50, brief=True)
    if record.model in library
}


def title(key: str) -> str:
    """How a choice of model reads."""
    if key == "none":
        return "Nothing pretrained (the baseline alone)"
    if key in fresh:
        return f"Pretrain now with default settings: {fresh[key].title}"
    if key in sources:
        return f"Transfer what a run learned: {sources[key].name} · {key[4:9]}"
    return f"{library[key].name} · learned from {library[key].dataset_title}"


own = [key for key, record in library.items() if record.dataset == data.fingerprint]
others = [key for key in library if key not in own]
options = [*own, *others, *fresh, *sources, "none"]
if st.session_state.get("ft_model") not in options:
    st.session_state["ft_model"] = options[0]
chosen = st.selectbox(
    "Model",
    options,
    format_func=title,
    key="ft_model",
    persist_state="session",
    label_visibility="collapsed",
)
if chosen in library and library[chosen].dataset != data.fingerprint:
    st.caption(
        ":material/info: It learned from another data set. That can help, make no difference or hurt: "
        "the verdict will say."
        + (
            " Pictures of another size are brought to the size that it learned from."
            if data.modality == "image"
            else ""
        )
    )

if chosen in sources:
    st.caption(
        ":material/info: Its weights and labelled rows are the source. Classes are matched by their "
        f"names; it learned on {shell.plain(sources[chosen].dataset_title)}."
    )

st.subheader("Labels", anchor=False)
most = data.labelled_train
with st.grid(3, min_column_width=200, vertical_alignment="bottom"):
    everything = st.toggle(
        "Use every label",
        key="ft_all",
        persist_state="session",
        help=f"{number(most)} labelled rows may be learned from.",
    )
    per_class = st.number_input(
        "Labels per class",
        min_value=1,
        max_value=max(1, most),
        value=5,
        step=1,
        key="ft_labels",
        persist_state="session",
        disabled=bool(everything),
        help="How many rows of each class may show their label. Classes with fewer give all they have.",
    )
    draws = st.number_input(
        "Draws",
        min_value=1,
        max_value=20,
        value=5,
        step=1,
        key="ft_draws",
        persist_state="session",
        disabled=bool(everything),
        help="How many times the labelled rows are drawn. More draws show how much of the result is "
        "luck in which rows are labelled; the first draw's model is kept.",
    )

st.subheader("Head", anchor=False)
specs = heads()
key = st.segmented_control(
    "Head",
    list(specs),
    default="svm" if "svm" in specs else next(iter(specs)),
    required=True,
    format_func=lambda k: specs[k].title,
    key="ft_head",
    persist_state="session",
    label_visibility="collapsed",
)
head = get_head(key)
st.caption(head.help)


def measured() -> None:
    """What is measured beside the run's own budget, and the seed."""
    with st.grid(2, min_column_width=200, vertical_alignment="bottom"):
        st.toggle(
            "Measure the whole label curve",
            value=True,
            key="ft_curve",
            persist_state="session",
            help="Scores at 1, 2, 5, 10, 20 and 50 labels per class as well: it shows how many "
            "labels pretraining saves, and takes longer.",
        )
        st.number_input(
            "Seed",
            min_value=0,
            value=0,
            step=1,
            key="ft_seed",
            persist_state="session",
            help="The same seed draws the same rows again.",
        )


head_settings = forms.settings_form(head.params, key=f"ft_{key}", more=measured)
if key == "gradient" and (chosen in library or chosen == "none"):
    rate_finder.offer(
        resources.dataset(data.fingerprint),
        chosen if chosen in library else None,
        head_settings,
        labels_per_class=None if everything else int(per_class or 1),
        seed=int(st.session_state["ft_seed"] or 0),
    )

possible = {
    k: s
    for k, s in strategies().items()
    if s.needs_model == (chosen != "none")
    and s.needs_source == (chosen in sources)
    and (not s.heads or key in s.heads)
}
strategy = "frozen" if "frozen" in possible else next(iter(possible))
if len(possible) > 1:
    strategy = st.segmented_control(
        "Strategy",
        list(possible),
        default=strategy,
        required=True,
        format_func=lambda k: possible[k].title,
        key=f"ft_strategy_{chosen != 'none'}_{chosen in sources}_{key}",
    )
st.caption(f"**{get_strategy(strategy).title}.** {get_strategy(strategy).help}")
strategy_settings = forms.settings_form(get_strategy(strategy).params, key=f"ft_s_{strategy}")

model_name = (
    "Baseline"
    if chosen == "none"
    else fresh[chosen].title
    if chosen in fresh
    else f"{get_strategy(strategy).title} from {sources[chosen].name}"[:60]
    if chosen in sources
    else library[chosen].name.split(" on ")[0]
)
name = st.text_input(
    "Name of the run",
    value=f"{model_name} on {data.title}",
    max_chars=80,
    key=f"ft_name_{chosen}_{data.fingerprint[:8]}",
)
ref = DataRef(fingerprint=data.fingerprint)
request = FinetuneRequest(
    data=ref,
    model=chosen if chosen in library else None,
    pretrain=PretrainRequest(data=ref, method=fresh[chosen].key) if chosen in fresh else None,
    source=sources[chosen].id if chosen in sources else None,
    head=key,
    head_settings=head_settings,
    strategy=strategy,
    strategy_settings=strategy_settings,
    labels_per_class=None if everything else int(per_class or 1),
    draws=1 if everything else int(draws or 1),
    curve=bool(st.session_state["ft_curve"]),
    seed=int(st.session_state["ft_seed"] or 0),
    name=name or "",
)
with st.container(border=True):
    st.markdown(
        "The baseline without pretraining runs beside it: the same head, the same labels, the same "
        f"{number(data.labelled_test)} test rows."
    )
    if st.button("Start fine-tuning", type="primary", icon=":material/play_arrow:", key="ft_start"):
        shell.go("evaluate", run=jobs.submit(request).id)
with st.expander("The same from a shell", icon=":material/terminal:"):
    st.code(command_line(request, data), language="bash", wrap_lines=True)
