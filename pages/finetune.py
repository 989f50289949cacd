"""Fine-tune: choose model, head and label budget; start; the report opens by itself."""

import streamlit as st

from core import jobs
from core.finetune import get_head, get_strategy, heads, strategies
from core.jobs.requests import DataRef, FinetuneRequest
from ui import forms, model_choice, rate_finder, resources, shell, starting_from
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
chosen = model_choice.choose(data)

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
if key == "gradient" and (chosen.model or chosen.nothing):
    rate_finder.offer(
        resources.dataset(data.fingerprint),
        chosen.model_id,
        head_settings,
        labels_per_class=None if everything else int(per_class or 1),
        seed=int(st.session_state["ft_seed"] or 0),
    )

possible = {
    k: s
    for k, s in strategies().items()
    if s.needs_model == (not chosen.nothing)
    and s.needs_source == (chosen.source is not None)
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
        key=f"ft_strategy_{not chosen.nothing}_{chosen.source is not None}_{key}",
    )
st.caption(f"**{get_strategy(strategy).title}.** {get_strategy(strategy).help}")
strategy_settings = forms.settings_form(get_strategy(strategy).params, key=f"ft_s_{strategy}")

name = st.text_input(
    "Name of the run",
    value=f"{chosen.name(get_strategy(strategy).title)} on {data.title}",
    max_chars=80,
    key=f"ft_name_{chosen.key}_{data.fingerprint[:8]}",
)
ref = DataRef(fingerprint=data.fingerprint)
request = FinetuneRequest(
    data=ref,
    model=chosen.model_id,
    pretrain=chosen.pretrain(ref),
    source=chosen.source_id,
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
