"""Widgets drawn from a table of settings (:mod:`core.params`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from core.params import Param
from core.types import Modality
from ui import vector_files

#: Groups of settings that mean something for one kind of rows only.
_ONLY_FOR = {"Text preparation": "text", "Tables": "tabular"}

#: Highest label budget that a field takes. Not the rows of the data set at hand: a budget of five
#: fits a set of four rows too, whose classes then give all they have, and so does one that was
#: typed for a larger set before.
MOST_LABELS = 100_000


def for_rows(params: Iterable[Param], modality: Modality) -> list[Param]:
    """The settings that mean something for rows of this kind."""
    return [p for p in params if _ONLY_FOR.get(p.group, modality) == modality]


def unless_set(key: str, **default: Any) -> dict[str, Any]:
    """The default of a widget, for where its key has no value yet.

    A preset or an earlier run may have set one; Streamlit wants no default beside it.
    """
    return {} if key in st.session_state else default


def settings_form(
    params: Iterable[Param],
    *,
    key: str,
    values: Mapping[str, Any] | None = None,
    more: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Draw one widget a setting and return what they say.

    Those marked ``advanced`` are folded under "More settings", by group. Choices stay for the
    session. Nothing is validated here: core does it again.

    Parameters
    ----------
    params : iterable of Param
        What to draw, in order.
    key : str
        Prefix of the widgets' keys; one form, one key.
    values : mapping, optional
        Where to start instead of the defaults.
    more : callable, optional
        Draws further widgets of the page's own under "More settings".
    """
    start = dict(values or {})
    chosen: dict[str, Any] = {}
    simple = [p for p in params if not p.advanced]
    folded = [p for p in params if p.advanced]
    _rows(simple, key, start, chosen)
    if folded or more is not None:
        with st.expander("More settings", icon=":material/tune:"):
            for group in dict.fromkeys(p.group for p in folded):
                if group:
                    st.markdown(f"**{group}**")
                _rows([p for p in folded if p.group == group], key, start, chosen)
            if more is not None:
                more()
    return chosen


def _rows(params: list[Param], key: str, start: Mapping[str, Any], chosen: dict[str, Any]) -> None:
    for param in params:
        if param.kind == "file":  # an uploader wants the whole width
            chosen[param.name] = vector_files.choose(
                param, f"{key}_{param.name}", str(start.get(param.name, ""))
            )
    params = [param for param in params if param.kind != "file"]
    if not params:
        return
    with st.grid(min(3, max(2, len(params))), min_column_width=220, vertical_alignment="bottom"):
        for param in params:
            chosen[param.name] = _widget(param, f"{key}_{param.name}", start)


def _widget(param: Param, key: str, start: Mapping[str, Any]) -> Any:
    value = start.get(param.name, param.default)
    common: dict[str, Any] = {"key": key, "help": param.help, "persist_state": "session"}
    if param.kind == "bool":
        return st.toggle(param.title, **unless_set(key, value=bool(value)), **common)
    if param.kind == "choice":
        return _choice(param, value, common)
    if param.kind == "text":
        return st.text_input(param.title, **unless_set(key, value=value), **common)
    if param.kind == "int":
        return st.number_input(
            param.title,
            **_number(param, key, None if value is None else int(value)),
            min_value=None if param.low is None else int(param.low),
            max_value=None if param.high is None else int(param.high),
            step=1,
            placeholder="none" if param.optional else None,
            **common,
        )
    return st.number_input(
        param.title,
        **_number(param, key, None if value is None else float(value)),
        min_value=None if param.low is None else float(param.low),
        max_value=None if param.high is None else float(param.high),
        step=_step(param, value),
        format="%g",
        placeholder="none" if param.optional else None,
        **common,
    )


def _number(param: Param, key: str, value: float | None) -> dict[str, Any]:
    # a number that may be absent is absent again when somebody clears it
    return (
        {"value": None, **unless_set(key, value=value)}
        if param.optional
        else unless_set(key, value=value)
    )


def _choice(param: Param, value: Any, common: dict[str, Any]) -> Any:
    def label(choice: str) -> str:
        return param.choice_labels.get(choice, choice)

    options = list(param.choices)
    if len(options) <= 3 and sum(len(label(o)) for o in options) <= 24:
        return st.segmented_control(
            param.title,
            options,
            required=True,
            format_func=label,
            **unless_set(common["key"], default=value),
            **common,
        )
    index = options.index(value) if value in options else None
    return st.selectbox(
        param.title,
        options,
        format_func=label,
        **unless_set(common["key"], index=index),
        **common,
    )


def _step(param: Param, value: Any) -> float:
    """A step that makes sense for the size of the value."""
    if param.scale == "linear" and param.low is not None and param.high is not None:
        width = param.high - param.low
        if width <= 1:
            return 0.05
    size = abs(float(value)) if value else 1.0
    step = 1.0
    while step > size / 2:
        step /= 10
    return step
