"""The Fine-tune page, filled in as a finished run was, or as what goes on from it."""

from __future__ import annotations

import streamlit as st

from core.errors import NotFound
from core.finetune import get_head, get_strategy
from core.jobs.requests import FinetuneRequest, from_json
from core.store import models, runs
from core.store.records import RunRecord
from ui import presets

_APPLIED = "ft_filled_from"


def fill() -> None:
    """Take over the settings of the run that the address names, once.

    ``like=RUN`` is that run again, for other settings; ``on=RUN`` goes on from its weights with
    more passes.
    """
    for name in ("like", "on"):
        asked = st.query_params.get(name)
        if not asked or st.session_state.get(_APPLIED) == (name, asked):
            continue
        st.session_state[_APPLIED] = (name, asked)
        try:
            record = runs.get(asked)
            request = from_json(record.request)
        except NotFound as error:
            st.warning(error.hint or "", title=error.message)
            return
        if isinstance(request, FinetuneRequest):
            _take(request, record, on=name == "on")


def can_go_on(record: RunRecord) -> bool:
    """Whether more passes can start from the weights of a run."""
    if record.state != "done" or record.request.get("head") != "gradient" or not record.model:
        return False
    try:
        return bool(models.get(record.model))
    except NotFound:
        return False


def _take(request: FinetuneRequest, record: RunRecord, *, on: bool) -> None:
    state = st.session_state
    strategy = "warm_start" if on else request.strategy
    model = f"run:{record.id}" if on else _model(request, record)
    state["ft_model"] = model
    state["ft_preset"] = presets.OWN  # it must not set anything over what the run had
    state["ft_all"] = request.labels_per_class is None
    if request.labels_per_class is not None:
        state["ft_labels"] = request.labels_per_class
    state["ft_draws"] = request.draws
    state["ft_head"] = request.head
    state["ft_curve"] = request.curve
    state["ft_seed"] = request.seed
    for param in get_head(request.head).params:
        if param.name in request.head_settings:
            state[f"ft_{request.head}_{param.name}"] = request.head_settings[param.name]
    if model == "none":
        return
    from_source = model.startswith("run:")
    state[f"ft_strategy_True_{from_source}_{request.head}"] = strategy
    for param in get_strategy(strategy).params:
        if param.name in request.strategy_settings and strategy == request.strategy:
            state[f"ft_s_{strategy}_{param.name}"] = request.strategy_settings[param.name]


def _model(request: FinetuneRequest, record: RunRecord) -> str:
    if request.source is not None:
        return f"run:{request.source}"
    if record.model is not None:
        try:
            return models.get(record.model).id
        except NotFound:
            pass
    return "none" if request.pretrain is None else f"new:{request.pretrain.method}"
