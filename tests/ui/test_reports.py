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


def test_every_section_opens_by_itself(app: App, filled: dict[str, str]) -> None:
    at = app("evaluate", run=filled["run"])
    for section in EVERY:  # one page for all of them: opening it anew takes most of the time
        at.session_state["ev_tab"] = GROUPS[section.group]
        if len(reports.sections()[section.group]) > reports._STACKED:
            at.session_state[f"ev_{section.group}"] = section.key
        at.run()
        assert section.title in [header.value for header in calm(at).subheader], section.key


def test_the_report_begins_with_what_pretraining_bought(app: App, filled: dict[str, str]) -> None:
    at = calm(app("evaluate", run=filled["run"]))
    assert [tab.label for tab in at.tabs][:2] == ["Overview", "Scores"]
    assert "Where it helped, class by class" in words(at)
    assert "every table of this report, are of the model that was kept" in words(at)
    assert len(at.get("plotly_chart")) == 2


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


def section(key: str) -> Section:
    return next(one for one in EVERY if one.key == key)


def without_held_out(run: str) -> None:
    """Make a run look as one of an older version."""
    from core.store import runs

    arrays = runs.load_arrays(run, "predictions")
    kept = {name: array for name, array in arrays.items() if not name.startswith("validation")}
    runs.save_arrays(run, "predictions", kept)


def held_out_again(run: str, times: int) -> None:
    """Pretend that each labelled row was held out several times, so that there are enough."""
    import numpy as np

    from core.store import runs

    arrays = runs.load_arrays(run, "predictions")
    for name in ("validation_rows", "validation_labels", "validation_proba"):
        arrays[name] = np.concatenate([arrays[name]] * times)
    runs.save_arrays(run, "predictions", arrays)


def test_ranking_shows_every_class_and_the_chosen_one(app: App, filled: dict[str, str]) -> None:
    at = calm(open_section(app, section("ranking"), filled["run"]))
    table = next(d.value for d in at.dataframe if "Area" in d.value)
    assert set(table["Class"]) == {"fruit", "music", "space"}
    assert "Area without" in table
    at.selectbox(key=f"ev_rank_class_{filled['run']}").set_value(2).run()
    calm(at)


def test_a_threshold_follows_what_a_miss_costs(app: App, filled: dict[str, str]) -> None:
    at = calm(open_section(app, section("threshold"), filled["run"]))
    assert "labelled rows of this class could be held out" in words(at).replace("\\", "")
    assert "Say fruit from a probability of" in words(at)
    at.selectbox(key=f"ev_cost_class_{filled['run']}").set_value(2).run()
    at.number_input(key="ev_cost").set_value(50.0).run()
    assert "Say space from a probability of" in words(calm(at))


def test_a_threshold_is_kept_and_taken_back(app: App, filled: dict[str, str]) -> None:
    from core.evaluate.doubt import DoubtSettings
    from core.store import decisions, doubts

    run = filled["run"]
    at = calm(open_section(app, section("threshold"), run))
    assert "Nothing is kept yet" in words(at)
    assert "A threshold is in use" not in words(at)
    at.number_input(key="ev_cost").set_value(50.0).run()
    calm(at.button(key="ev_keep_threshold").click().run())
    rule = decisions.get(run).threshold
    assert rule is not None
    assert (rule.code, rule.miss_cost) == (0, 50.0)
    assert "A threshold for fruit is in use." in words(at)
    assert "A threshold is in use: Predict says fruit from" in words(at)  # beside the scores
    assert at.button(key="ev_keep_threshold").disabled
    doubts.keep(run, DoubtSettings(allowed_error=0.01))  # which nine rows cannot promise
    for key in ("threshold", "doubt"):
        at = calm(open_section(app, section(key), run))
        assert "they cannot be" in "".join(str(one.proto) for one in at.warning)
    doubts.keep(run, DoubtSettings())
    at = calm(open_section(app, section("threshold"), run))  # it opens at what is kept
    assert at.number_input(key="ev_cost").value == 50.0
    at.number_input(key="ev_cost").set_value(2.0).run()
    assert not at.button(key="ev_keep_threshold").disabled
    calm(at.button(key="ev_forget_threshold").click().run())
    assert decisions.get(run).threshold is None
    assert "A threshold is in use" not in words(at)


def test_a_threshold_that_cannot_be_kept_any_more_says_why(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import BadParam
    from core.jobs import deciding

    def refuse(*_: object, **__: object) -> None:
        raise BadParam("The run changed.", hint="Look again.")

    monkeypatch.setattr(deciding, "keep_threshold", refuse)
    at = calm(open_section(app, section("threshold"), filled["run"]))
    at.button(key="ev_keep_threshold").click().run()
    assert "The run changed" in "".join(str(one.proto) for one in at.error)


def test_another_temperature_takes_a_threshold_back(app: App, filled: dict[str, str]) -> None:
    from core.jobs.deciding import keep_threshold
    from core.store import decisions

    run = filled["run"]
    held_out_again(run, 5)
    keep_threshold(run, 1, miss_cost=5)
    at = calm(open_section(app, section("calibration"), run))
    assert "another temperature takes it back" in words(at)
    calm(at.button(key="ev_calibrate").click().run())
    assert decisions.get(run).threshold is None
    told = "".join(str(one.proto) for one in at.warning)
    assert "The threshold for music was taken back" in told
    at.run()
    assert "was taken back" not in "".join(str(one.proto) for one in at.warning)


def test_old_runs_say_that_nothing_was_held_out(app: App, filled: dict[str, str]) -> None:
    from ui.reports import cached

    without_held_out(filled["run"])
    for key in ("threshold", "calibration", "overfitting"):
        at = calm(open_section(app, section(key), filled["run"]))
        if key != "overfitting":  # its scores are in the evaluation
            assert "has no predictions of labelled rows" in words(at).replace("\\", "")
    with pytest.raises(BadData, match="labelled rows that were held out"):
        cached.need_held_out(filled["run"])


@pytest.mark.parametrize(
    "urged",
    [
        ("over", (-0.2, -0.1), "primary"),
        ("over", (-0.2, 0.1), "secondary"),  # no clear difference
        ("over", (0.1, 0.2), "secondary"),  # it hurts
        ("fits", (-0.2, -0.1), "secondary"),
    ],
)
def test_calibrating_is_urged_only_where_it_clearly_helps(
    app: App,
    filled: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    urged: tuple[Any, tuple[float, float], str],
) -> None:
    from dataclasses import replace

    from core.evaluate.results import Interval
    from ui.reports import cached

    held_out_again(filled["run"], 5)
    calibration, fix = cached.calibration, cached.fix
    kind, (low, high), looks = urged

    def fixed(run: str) -> Any:
        return replace(fix(run), log_loss_change=Interval((low + high) / 2, low, high))

    monkeypatch.setattr(cached, "calibration", lambda *a: replace(calibration(*a), kind=kind))
    monkeypatch.setattr(cached, "fix", fixed)
    at = calm(open_section(app, section("calibration"), filled["run"]))
    assert at.button(key="ev_calibrate").proto.type == looks


@pytest.mark.parametrize(("saved", "looks"), [((1.0, 2.0), "primary"), ((-1.0, 2.0), "secondary")])
def test_a_threshold_is_urged_only_where_it_clearly_saves(
    app: App,
    filled: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    saved: tuple[float, float],
    looks: str,
) -> None:
    from dataclasses import replace

    from core.evaluate import threshold
    from core.evaluate.results import Interval
    from ui.reports import cached

    held_out_again(filled["run"], 5)
    found = cached.threshold

    def changed(*asked: Any) -> Any:
        effect, chart = found(*asked)
        return replace(effect, saved=Interval(sum(saved) / 2, *saved)), chart

    monkeypatch.setattr(threshold, "FEW", 1)
    monkeypatch.setattr(cached, "threshold", changed)
    at = calm(open_section(app, section("threshold"), filled["run"]))
    assert at.button(key="ev_keep_threshold").proto.type == looks


def test_calibrate_and_take_it_back(app: App, filled: dict[str, str]) -> None:
    from core.store import decisions
    from ui import resources

    run = filled["run"]
    at = calm(open_section(app, section("calibration"), run))
    assert "a temperature takes 30" in words(at)
    assert "Too few rows to tell" in words(at)
    held_out_again(run, 5)
    import streamlit as st

    st.cache_resource.clear()
    at = calm(open_section(app, section("calibration"), run))
    before = resources.predictions(run)["test_proba"]
    at.button(key="ev_calibrate").click().run()
    assert "Its answers are calibrated" in words(calm(at))
    decided = decisions.get(run)
    assert decided.held_out == 45
    assert resources.classifier(run).temperature == decided.temperature != 1.0
    after = resources.predictions(run)["test_proba"]
    assert not (after == before).all()
    assert resources.predictions_as_trained(run)["test_proba"] == pytest.approx(before)
    at.button(key="ev_uncalibrate").click().run()
    assert "Its answers are calibrated" not in words(calm(at))
    assert decisions.get(run).temperature == 1.0


def test_predict_answers_as_decided(app: App, filled: dict[str, str]) -> None:
    from core.store import decisions

    def surest() -> float:
        at = calm(app("predict", run=filled["run"], row="1"))
        table = next(d.value for d in at.dataframe if "Probability" in d.value)
        return float(table["Probability"].max())

    before = surest()
    decisions.keep(filled["run"], decisions.Decisions(3.0, 40))
    assert surest() < before
    decisions.keep(filled["run"], decisions.Decisions())
    assert surest() == pytest.approx(before)


def test_without_its_rows_a_section_says_so_and_others_stay(
    app: Callable[..., Any], filled: dict[str, str]
) -> None:
    from core.store import datasets

    datasets.delete(filled["data"])
    at = app("evaluate", session={"ev_tab": "Mistakes"}, run=filled["run"])
    assert not at.exception
    assert not at.error
    said = [caption.value for caption in at.caption]
    assert any("Its data set is not kept here, so its rows" in one for one in said)
    assert at.get("plotly_chart")  # the confusion needs no rows


def test_a_failed_run_of_another_kind_says_that_it_failed(app: App, home: Any) -> None:
    from core.jobs.requests import DataRef, LoadRequest, to_json
    from core.store import runs

    made = runs.create(to_json(LoadRequest(data=DataRef(name="breast_cancer"))), name="Went wrong")
    runs.change(made.id, state="running")
    runs.change(made.id, state="failed", error="The text column is empty.", hint="Choose another.")
    at = app("evaluate", run=made.id)
    assert not at.exception
    assert [one.value for one in at.error] == ["The text column is empty. Choose another."]
    assert not at.info
    assert any("failed" in one.value for one in at.caption)
    assert not any("finished" in one.value for one in at.caption)


def test_a_report_without_pretraining_has_one_accuracy(app: App, filled: dict[str, str]) -> None:
    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest

    data = DataRef(fingerprint=filled["data"])
    run = jobs.run_here(
        FinetuneRequest(data=data, strategy="scratch", labels_per_class=1, draws=3, curve=False)
    )
    assert run.state == "done", run.error
    at = calm(app("evaluate", run=run.id))
    mean = at.metric[0].value.replace("\u202f", " ")
    assert f": {mean} of 60 test rows right" in words(at)
    assert "The accuracy above is a mean over 3 draws of labels." in words(at)
    assert at.tabs[0].label == "Scores"  # nothing was bought, so no overview


def test_a_run_of_another_kind_is_sent_to_its_page(app: Callable[..., Any], home: Any) -> None:
    from core import jobs
    from core.jobs.requests import DataRef, LoadRequest

    run = jobs.run_here(LoadRequest(data=DataRef(name="breast_cancer")))
    at = app("evaluate", run=run.id)
    assert not at.exception
    assert [one.value for one in at.info] == ["What came of this run stands on another page: Data."]
