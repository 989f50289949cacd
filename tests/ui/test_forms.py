"""Forms whose widgets have got a value from elsewhere."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from core.params import Param
    from ui import forms

    params = [
        Param("passes", "int", 300, "How often.", low=1),
        Param("rate", "float", 0.5, "How fast.", optional=True),
        Param("refit", "bool", True, "Again."),
        Param("way", "choice", "slow", "How.", choices=("slow", "fast")),
    ]
    st.session_state["asked"] = forms.settings_form(params, key="f")


def _form(**state: Any) -> Any:
    at = AppTest.from_function(_page)
    for key, value in state.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception
    return at


def test_defaults_where_nothing_is_set() -> None:
    at = _form()
    assert at.session_state["asked"] == {"passes": 300, "rate": 0.5, "refit": True, "way": "slow"}
    at.run()
    assert at.session_state["asked"] == {"passes": 300, "rate": 0.5, "refit": True, "way": "slow"}


def test_what_was_set_stays_and_no_default_stands_beside_it() -> None:
    given = {"passes": 7, "rate": None, "refit": False, "way": "fast"}
    at = _form(**{f"f_{name}": value for name, value in given.items()})
    assert at.session_state["asked"] == given
    assert at.number_input(key="f_passes").proto.default != 300
    assert not at.toggle(key="f_refit").proto.default
    at.number_input(key="f_rate").set_value(0.25).run()
    assert at.session_state["asked"] == given | {"rate": 0.25}
    at.number_input(key="f_rate").set_value(None).run()
    assert at.session_state["asked"] == given
