"""The page that compares runs, from choosing to printing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.ui.test_pages import calm, words

App = Callable[..., Any]


def test_nothing_to_compare_yet(app: App) -> None:
    assert "There are not two finished fine-tunings yet." in words(calm(app("versus")))


def test_runs_are_chosen(app: App, filled: dict[str, str]) -> None:
    at = calm(app("versus"))
    button = at.button(key="vs_go")
    assert button.disabled
    assert button.help == "Select two runs or more."
    at.session_state["vs_runs"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    at.run()
    at.button(key="vs_go").click().run()
    assert "Every pair" in words(calm(at))


def test_runs_of_one_data_set_are_offered_together(app: App, filled: dict[str, str]) -> None:
    from core.store import runs

    runs.change(filled["run"], dataset="f" * 64, dataset_title="Other texts")
    at = calm(app("versus"))
    assert at.selectbox(key="vs_data").options == ["Tiny texts · 1 run", "Other texts · 1 run"]
    assert at.dataframe[0].value["Run"].tolist() == ["Topics on tiny"]
    at.selectbox(key="vs_data").set_value("f" * 64).run()
    assert "No data set here has two finished fine-tunings yet." in words(at)
    assert calm(at).dataframe[0].value["Run"].tolist() == ["Vectors on tiny"]


def test_two_runs(app: App, filled: dict[str, str]) -> None:
    at = calm(app("versus", runs=f"{filled['run']},{filled['other']}"))
    said = words(at).replace("\\", "")
    assert "On the same 60 test rows" in said
    assert "Each against each" in said
    (table,) = (d.value for d in at.dataframe if "Finding" in d.value)
    assert len(table) == 1
    assert set(table.iloc[0][["First", "Second"]]) == {"Vectors on tiny", "Topics on tiny"}
    assert len(at.get("download_button")) == 1


def test_a_new_name_is_shown(app: App, filled: dict[str, str]) -> None:
    from core.store import runs

    ids = f"{filled['run']},{filled['other']}"
    app("versus", runs=ids)
    runs.change(filled["run"], name="Renamed")
    assert "Renamed" in words(calm(app("versus", runs=ids)))


def test_an_unknown_run_is_said(app: App, filled: dict[str, str]) -> None:
    at = app("versus", runs=f"{filled['run']},nosuchrunabc")
    assert at.error[0].proto.title == "There is no run 'nosuchrunabc'."
    assert not at.exception


def test_one_run_is_too_few(app: App, filled: dict[str, str]) -> None:
    at = app("versus", runs=filled["run"])
    assert "1 run cannot be compared" in str(at.error[0].proto)


def test_more_than_ten_runs_are_shown_and_not_held_against_each_other(
    app: App, filled: dict[str, str]
) -> None:
    def script(ids: list[str]) -> None:
        from core.store import runs
        from ui.comparison import side_by_side

        side_by_side([runs.get(one) for one in ids])

    at = AppTest.from_function(script, kwargs={"ids": [filled["run"]] * 11}).run()
    assert "At most 10 runs are held against each other" in words(calm(at))
    assert len(at.get("plotly_chart")) == 1


def test_why_a_selection_will_not_do() -> None:
    from ui.versus import need_several

    assert need_several(["a"]) == "Select two runs or more."
    assert need_several(["a"] * 11) == "Select 10 runs at most."
    assert need_several(["a", "b"]) is None


def test_the_runs_page_has_it_in_short(app: App, filled: dict[str, str]) -> None:
    from core.store import runs

    at = app("runs")
    at.session_state["runs_table"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    at.run()
    assert "On the same 60 test rows" in words(calm(at)).replace("\\", "")
    assert len(at.get("plotly_chart")) == 1
    (settings,) = (d.value for d in at.dataframe if d.value.index.name == "setting")
    assert settings.loc["Head"].tolist() == ["Logistic regression", "Linear SVM"]
    assert not any("." in setting or "_" in setting for setting in settings.index)
    runs.change(filled["run"], dataset=None)
    at = app("runs")
    at.session_state["runs_table"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    at.run()
    import streamlit as st

    st.cache_resource.clear()
    at.run()
    assert "No two of these runs were judged on the same test rows" in words(calm(at)).replace(
        "\\", ""
    )
    assert not at.get("plotly_chart")  # nor do their scores stand on one axis


def test_the_data_with_most_runs_comes_first_and_a_lonely_run_names_it(
    app: App, filled: dict[str, str]
) -> None:
    from core.store import runs
    from tests import seed

    last = seed.finished_run(name="Last of all")
    runs.change(last, dataset="f" * 64, dataset_title="Other texts")
    at = calm(app("versus"))
    assert at.selectbox(key="vs_data").options == ["Tiny texts · 2 runs", "Other texts · 1 run"]
    assert len(at.dataframe[0].value) == 2
    at.selectbox(key="vs_data").set_value("f" * 64).run()
    assert "One run alone cannot be compared." in words(calm(at))
    (switch,) = (b for b in at.button if str(b.key).startswith("vs_switch_"))
    assert switch.label == "2 runs on Tiny texts"
    switch.click().run()
    assert len(calm(at).dataframe[0].value) == 2
