"""Whether a score can be trusted: the sections before, while and after an examination."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from core import jobs
from core.evaluate.doubt import DoubtSettings
from core.evaluate.examination import PARTS
from core.jobs.requests import DataRef, ExamineRequest, to_json
from core.store import doubts, runs
from tests.ui.test_pages import calm, words
from ui import reports
from ui.reports import examining

App = Callable[..., Any]
EXAMINED = ["slices", "stability", "label_noise", "near_duplicates", "robustness"]


def trust(app: App, key: str, run: str) -> Any:
    return calm(app("evaluate", session={"ev_tab": "Trust", "ev_trust": key}, run=run))


def decisions(app: App, run: str) -> Any:
    session = {"ev_tab": "Decisions", "ev_decisions": "doubt"}
    return calm(app("evaluate", session=session, run=run))


def request(ids: dict[str, str], *parts: Any) -> ExamineRequest:
    return ExamineRequest(data=DataRef(fingerprint=ids["data"]), run=ids["run"], parts=parts)


@pytest.mark.parametrize("key", EXAMINED)
def test_before_an_examination_there_is_a_button(
    app: App, filled: dict[str, str], key: str
) -> None:
    at = trust(app, key, filled["run"])
    assert "This has not been looked at yet." in words(at)
    assert any(button.label == "Examine everything" for button in at.button)
    if key == "stability":  # what the run itself has measured needs no examination
        assert "Known already: over 3 draws of labels the accuracy lay between" in words(at)


def test_the_button_queues_an_examination_that_is_followed(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def submit(wanted: Any) -> Any:
        asked.append(wanted)
        values = to_json(wanted)
        return runs.create(values, name="Examination", dataset=wanted.data.fingerprint)

    monkeypatch.setattr(jobs, "submit", submit)
    monkeypatch.setattr(jobs, "sweep", lambda: [])
    at = trust(app, "stability", filled["run"])
    calm(at.button(key="ev_only_stability").click().run())
    assert [(one.run, one.parts) for one in asked] == [(filled["run"], ("stability",))]
    assert [one.label for one in at.button if one.label == "Cancel"]
    assert "This has not been looked at yet." not in words(at)


def test_after_an_examination_every_section_shows_what_was_found(
    app: App, filled: dict[str, str]
) -> None:
    done = jobs.run_here(request(filled))
    assert done.state == "done", done.error
    for key in EXAMINED:
        at = trust(app, key, filled["run"])
        said = words(at)
        assert "This has not been looked at yet." not in said
        found = {
            "slices": "looking at",
            "stability": "Over 5 draws of labels",
            "label_noise": "labels",
            "near_duplicates": "None of the 60 test rows nearly repeats a training row",
            "robustness": "On 60 test rows",
        }[key]
        assert found in said, key
    at = trust(app, "slices", filled["run"])
    slices = next(frame for frame in at.dataframe if "Slice" in frame.value.columns).value
    assert slices["Rows"].sum() == 60
    # the run of the examination itself leads to the report that it is about
    at = calm(app("evaluate", run=done.id))
    assert "Vectors on tiny" in [title.value for title in at.title]
    assert examining.section_of(done) == "Stability"
    titles = {section.title for section in reports.sections()["trust"]}
    assert set(examining._SECTIONS.values()) <= titles
    assert set(examining._SECTIONS) == set(PARTS)


def test_the_command_line_of_an_examination(filled: dict[str, str]) -> None:
    from ui.command import command_line

    said = command_line(request(filled, "noise", "robustness"))
    assert said == (f"python -m core examine {filled['run']} --part noise --part robustness")


def test_a_part_that_failed_says_why(app: App, filled: dict[str, str]) -> None:
    from core.store import models

    models.delete(filled["model"])
    jobs.run_here(request(filled, "noise"))
    at = trust(app, "label_noise", filled["run"])
    assert any("There is no model" in str(one.value) for one in at.warning)
    assert "This has not been looked at yet." in words(at)


def test_a_cancelled_examination_is_said(app: App, filled: dict[str, str]) -> None:
    run = runs.create(to_json(request(filled, "noise")), name="Examination", dataset=filled["data"])
    runs.request_cancel(run.id)
    at = trust(app, "label_noise", filled["run"])
    assert any("was cancelled" in str(one.value) for one in at.warning)


def test_drift_of_a_file(app: App, filled: dict[str, str]) -> None:
    at = trust(app, "drift", filled["run"])
    assert "Bring a batch of new rows" in words(at)
    frame = pd.DataFrame({"text": [f"invoice {i} overdue payment account" for i in range(40)]})
    at.get("file_uploader")[0].upload("new.csv", frame.to_csv(index=False).encode())
    calm(at.run())
    assert any("are not like the training rows" in str(one.value) for one in at.warning)
    table = next(frame for frame in at.dataframe if "These rows" in frame.value.columns).value
    assert "Confidence" in set(table["What"])


def test_a_file_comes_back_with_doubts_where_they_are_wanted(
    app: App, filled: dict[str, str]
) -> None:
    at = calm(app("predict", run=filled["run"]))
    at.get("file_uploader")[0].upload("new.csv", b"text\nqwertz uiop asdf\napple pear plum\n")
    calm(at.run())
    assert "doubt" not in at.dataframe[-1].value.columns
    calm(at.toggle(key=f"pr_doubts_{filled['run']}").set_value(True).run())
    doubts = next(one.value for one in at.dataframe if "doubt" in one.value.columns)["doubt"]
    assert doubts[0].startswith("I don't know: ")


def test_a_file_of_too_few_rows_is_refused_in_words(app: App, filled: dict[str, str]) -> None:
    at = trust(app, "drift", filled["run"])
    at.get("file_uploader")[0].upload("new.csv", b"text\none text\nanother text\n")
    at.run()
    assert any("too few to tell" in str(one.proto) for one in at.error)


def test_an_error_that_cannot_be_promised_cannot_be_kept(app: App, filled: dict[str, str]) -> None:
    at = decisions(app, filled["run"])
    assert "cannot be promised" in words(at)
    assert at.button(key="ev_keep_doubt").disabled


def test_it_begins_with_an_error_that_can_be_promised(app: App, filled: dict[str, str]) -> None:
    from core.store import runs as store

    arrays = store.load_arrays(filled["run"], "predictions")
    proba = arrays["test_proba"]
    more = {  # sixty rows, all right: too few for 5 %
        "validation_rows": arrays["test_rows"],
        "validation_labels": proba.argmax(axis=1),
        "validation_proba": proba,
    }
    store.save_arrays(filled["run"], "predictions", arrays | more)
    at = decisions(app, filled["run"])
    assert 5 < at.number_input(key="ev_allowed_error").value < 50
    assert "cannot be promised on so few held-out rows" in words(at)
    assert not at.button(key="ev_keep_doubt").disabled


def test_a_threshold_is_kept_and_taken_back(app: App, filled: dict[str, str]) -> None:
    from core.store import runs as store

    arrays = store.load_arrays(filled["run"], "predictions")
    proba = arrays["test_proba"]
    more = {  # enough held-out rows for a promise
        "validation_rows": arrays["test_rows"].repeat(10),
        "validation_labels": proba.argmax(axis=1).repeat(10),
        "validation_proba": proba.repeat(10, axis=0),
    }
    store.save_arrays(filled["run"], "predictions", arrays | more)
    at = decisions(app, filled["run"])
    assert "with 95 % certainty" in words(at)
    calm(at.button(key="ev_keep_doubt").click().run())
    assert doubts.get(filled["run"]).allowed_error == 0.05
    assert "Predict says “I don't know”" in words(at)
    assert at.button(key="ev_keep_doubt").disabled
    calm(at.button(key="ev_forget_doubt").click().run())
    assert doubts.get(filled["run"]) == DoubtSettings()
