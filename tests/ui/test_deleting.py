from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from ui import deleting

    with deleting.popover():
        if deleting.button("Delete it", key="gone"):
            st.write("It is gone.")
    deleting.popover(disabled=True, help="Not now.")


def test_deleting_is_red_and_never_the_main_action() -> None:
    at: Any = AppTest.from_function(page, default_timeout=60).run()
    (button,) = at.button
    assert button.label == ":red[:material/delete_forever: Delete it]"
    assert button.proto.type == "secondary"
    at.button(key="gone").click().run()
    assert at.markdown[0].value == "It is gone."
