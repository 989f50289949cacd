"""How thorough a fine-tuning shall be: one choice that sets the others."""

from __future__ import annotations

import streamlit as st

from core.evaluate.presets import PRESETS, Choices, choices, others_of
from core.store.records import DatasetRecord
from ui.forms import unless_set
from ui.model_choice import ModelChoice

#: The choice that sets nothing: for runs that are repeated, and for people who set it all.
OWN = "own"
_KEY = "ft_preset"
_APPLIED = "ft_preset_applied"
_TITLES = {preset.key: preset.title for preset in PRESETS} | {OWN: "As I set it"}
_HELP = {preset.key: preset.help for preset in PRESETS} | {
    OWN: "Nothing is set for you: what stands below is used."
}


def strategy_key(choice: ModelChoice, head: str) -> str:
    """Key of the widget that chooses the strategy: its options depend on both."""
    return f"ft_strategy_{not choice.nothing}_{choice.source is not None}_{head}"


def choose(data: DatasetRecord, choice: ModelChoice, labels_per_class: int | None) -> str:
    """Draw the choice; where it or the situation changed, set what it stands for.

    Call it before the widgets that it sets.
    """
    key = st.segmented_control(
        "How thorough",
        list(_TITLES),
        **unless_set(_KEY, default="balanced"),
        required=True,
        format_func=_TITLES.__getitem__,
        key=_KEY,
        persist_state="session",
        label_visibility="collapsed",
    )
    st.caption(_HELP[key])
    if key != OWN:
        wanted = _wanted(key, data, choice, labels_per_class)
        now = (key, choice.nothing, choice.source is not None, wanted)
        if st.session_state.get(_APPLIED) != now:
            st.session_state[_APPLIED] = now
            _apply(choice, wanted)
    return key


def changed(
    key: str,
    data: DatasetRecord,
    choice: ModelChoice,
    labels_per_class: int | None,
    *,
    head: str,
    strategy: str,
    draws: int,
    curve: bool,
) -> None:
    """Say what differs from the preset, since somebody changed it."""
    if key == OWN:
        return
    wanted = _wanted(key, data, choice, labels_per_class)
    pairs = {
        "head": (head, wanted.head),
        "strategy": (strategy, wanted.strategy),
        "draws": (draws, wanted.draws if labels_per_class is not None else draws),
        "label curve": (curve, wanted.curve),
    }
    other = [name for name, (now, preset) in pairs.items() if now != preset]
    if other:
        st.caption(
            f":material/edit: Changed by you from *{_TITLES[key]}*: {', '.join(other)}. Choose "
            "another way and come back to have them set again."
        )


def _wanted(
    key: str, data: DatasetRecord, choice: ModelChoice, labels_per_class: int | None
) -> Choices:
    return choices(
        key,
        model=not choice.nothing,
        source=choice.source is not None,
        labels_per_class=labels_per_class,
        others=others_of(
            labels_per_class,
            classes=len(data.classes),
            labelled_train=data.labelled_train,
            unlabelled=data.unlabelled,
        ),
    )


def _apply(choice: ModelChoice, wanted: Choices) -> None:
    state = st.session_state
    state["ft_head"] = wanted.head
    state["ft_draws"] = wanted.draws
    state["ft_curve"] = wanted.curve
    for name, value in wanted.head_settings.items():
        state[f"ft_{wanted.head}_{name}"] = value
    state[strategy_key(choice, wanted.head)] = wanted.strategy
