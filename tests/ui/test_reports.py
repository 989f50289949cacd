"""The sections of a run's report: how they are found, grouped, opened, and left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.errors import BadData
from tests.ui.test_pages import calm, words
from ui import reports
from ui.reports.base import GROUPS, Section

App = Callable[..., Any]
EVERY = [section for members in reports.sections().values() for section in members]


def open_section(app: App, section: Section, run: str) -> Any:
    """The Evaluate page with one section open."""
    session = {"ev_tab": GROUPS[section.group], f"ev_{section.group}": section.key}
    if len(reports.sections()[section.group]) <= reports._STACKED:
        del session[f"ev_{section.group}"]
    return app("evaluate", session=session, run=run)


def test_keys_are_unique_and_groups_in_their_order() -> None:
    keys = [section.key for section in EVERY]
    assert len(set(keys)) == len(keys)
    groups = list(reports.sections())
    assert groups == [group for group in GROUPS if group in groups]
    assert {"per_class", "confusion", "surest", "overfitting", "settings"} <= set(keys)


@pytest.mark.parametrize("section", EVERY, ids=lambda section: section.key)
def test_every_section_opens_by_itself(app: App, filled: dict[str, str], section: Section) -> None:
    at = calm(open_section(app, section, filled["run"]))
    assert section.title in [header.value for header in at.subheader]


def only(monkeypatch: pytest.MonkeyPatch, *sections: Section) -> None:
    monkeypatch.setattr(reports, "sections", lambda: {"scores": sections})


def made(key: str, draw: Any = None, absent: Any = None, order: int = 50) -> Section:
    import streamlit as st

    return Section(
        key=key,
        group="scores",
        title=key.capitalize(),
        order=order,
        draw=draw or (lambda record, evaluation: st.markdown(f"drawn: {key}")),
        absent=absent or (lambda record, evaluation: None),
    )


def test_two_sections_stand_below_each_other(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, made("one"), made("two"))
    said = words(calm(app("evaluate", run=filled["run"])))
    assert said.index("drawn: one") < said.index("drawn: two")


def test_of_three_sections_one_is_drawn(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, made("one"), made("two"), made("three"))
    at = calm(app("evaluate", run=filled["run"]))
    assert "drawn: one" in words(at)
    assert "drawn: two" not in words(at)
    at = calm(app("evaluate", session={"ev_scores": "two"}, run=filled["run"]))
    assert "drawn: two" in words(at)
    assert "drawn: one" not in words(at)


def test_a_section_that_cannot_be_shown_says_why(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(record: Any, evaluation: Any) -> None:
        raise AssertionError("drawn though absent")

    why = "It takes at least two classes."
    only(monkeypatch, made("one", never, lambda record, evaluation: why))
    said = words(calm(app("evaluate", run=filled["run"])))
    assert why in said.replace("\\", "")


def test_a_section_that_fails_leaves_the_others(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(record: Any, evaluation: Any) -> None:
        raise BadData("The section found no rows.", hint="Give it some.")

    only(monkeypatch, made("one", fails), made("two"))
    at = app("evaluate", run=filled["run"])
    assert "drawn: two" in words(at)
    (error,) = at.error
    assert "The section found no rows." in str(error.proto)
