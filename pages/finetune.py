"""Fine-tune: choose model, head and label budget; start; the report opens by itself."""

import streamlit as st

from core.finetune import get_head, get_strategy, heads, strategies
from core.jobs.requests import DataRef, FinetuneRequest
from ui import (
    forms,
    launch,
    model_choice,
    presets,
    rate_finder,
    resources,
    shell,
    starting_from,
)
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
with st.grid(2, min_column_width=200, vertical_alignment="bottom"):
    per_class = st.number_input(
        "Labels per class",
        min_value=1,
        max_value=forms.MOST_LABELS,
        **forms.unless_set("ft_labels", value=5),
        step=1,
        key="ft_labels",
        persist_state="session",
        disabled=bool(st.session_state.get("ft_all")),
        help="Classes with fewer give all they have.",
    )
    everything = st.toggle(
        "Use every label",
        key="ft_all",
        persist_state="session",
        help=f"{number(most)} labelled rows may be learned from.",
    )
st.caption(
    "How many rows of each class may show their label. The others stand in for rows that nobody "
    "has labelled: that is what few labels would feel like."
)
budget = None if everything else int(per_class or 1)

st.subheader("How thorough", anchor=False)
preset = presets.choose(data, chosen, budget)

st.subheader("Head", anchor=False)
specs = heads()
key = st.segmented_control(
    "Head",
    list(specs),
    **forms.unless_set("ft_head", default="svm"),
    required=True,
    format_func=lambda k: specs[k].title,
    key="ft_head",
    persist_state="session",
    label_visibility="collapsed",
)
head = get_head(key)
st.caption(f"The classifier that learns from the labels. {head.help}")


def measured() -> None:
    """How it is measured, and the seed."""
    with st.grid(3, min_column_width=200, vertical_alignment="bottom"):
        st.number_input(
            "Draws",
            min_value=1,
            max_value=50,
            **forms.unless_set("ft_draws", value=5),
            step=1,
            key="ft_draws",
            persist_state="session",
            disabled=bool(everything),
            help="How many times the labelled rows are drawn. More draws show how much of the "
            "result is luck in which rows are labelled; the first draw's model is kept.",
        )
        st.number_input(
            "Seed",
            min_value=0,
            **forms.unless_set("ft_seed", value=0),
            step=1,
            key="ft_seed",
            persist_state="session",
            help="The same seed draws the same rows again.",
        )
        st.toggle(
            "Measure the whole label curve",
            **forms.unless_set("ft_curve", value=True),
            key="ft_curve",
            persist_state="session",
            help="Scores at 1, 2, 5, 10, 20, 50 and all labels per class as well: it shows how "
            "many labels pretraining saves, and takes longer.",
        )


head_settings = forms.settings_form(head.params, key=f"ft_{key}", more=measured)
if key == "gradient" and (chosen.model or chosen.nothing):
    rate_finder.offer(
        resources.dataset(data.fingerprint),
        chosen.model_id,
        head_settings,
        labels_per_class=budget,
        seed=int(st.session_state["ft_seed"] or 0),
    )

st.subheader("Strategy", anchor=False)
fits = {
    k: s
    for k, s in strategies().items()
    if s.needs_model == (not chosen.nothing) and s.needs_source == (chosen.source is not None)
}
possible = {k: s for k, s in fits.items() if not s.heads or key in s.heads}
strategy = st.segmented_control(
    "Strategy",
    list(possible),
    **forms.unless_set(
        presets.strategy_key(chosen, key),
        default="frozen" if "frozen" in possible else next(iter(possible)),
    ),
    required=True,
    format_func=lambda k: possible[k].title,
    key=presets.strategy_key(chosen, key),
    persist_state="session",
    label_visibility="collapsed",
)
st.caption(f"How what was pretrained enters. {get_strategy(strategy).help}")
for other in fits.keys() - possible.keys():
    names = " or ".join(specs[name].title for name in fits[other].heads)
    st.caption(f":material/info: {fits[other].title} is offered with the head {names}.")
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
    labels_per_class=budget,
    draws=1 if everything else int(st.session_state["ft_draws"] or 1),
    curve=bool(st.session_state["ft_curve"]),
    seed=int(st.session_state["ft_seed"] or 0),
    name=name or "",
)
presets.changed(
    preset,
    data,
    chosen,
    budget,
    head=key,
    strategy=strategy,
    draws=request.draws,
    curve=request.curve,
)
launch.offer(request, data)
