"""The page across domains: empty, choosing, comparing, started, done."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from core import jobs
from core.jobs.requests import AdaptRequest, DataRef
from core.store import datasets
from tests.core.transfer.domains.made_pairs import both_domains, reviews, table
from ui.command import command_line, python_code


def texts(at: Any) -> str:
    return " ".join(m.value for m in (*at.markdown, *at.caption, *at.subheader, *at.header))


def test_nothing_to_choose_from(app: Callable[..., Any]) -> None:
    at = app("domains")
    assert not at.exception
    assert "Two domains are needed, and there are none yet." in texts(at)


def test_one_set_without_domains_says_what_is_missing(app: Callable[..., Any]) -> None:
    data = datasets.save(reviews("books")).fingerprint
    at = app("domains", data=data[:12])
    assert not at.exception
    assert at.info[0].value.startswith("Source and target are the same rows.")


def test_domains_of_one_set_are_compared_on_a_click(app: Callable[..., Any]) -> None:
    data = datasets.save(both_domains()).fingerprint
    at = app("domains", data=data[:12])
    assert not at.exception
    assert at.selectbox(key=f"dm_source_domain_{data[:8]}").value == "books"
    assert at.selectbox(key=f"dm_target_domain_{data[:8]}").value == "pans"
    assert "differ mostly" not in texts(at)
    at.button(key="dm_compare").click().run()
    assert not at.exception
    assert "books and pans are very different" in texts(at)
    assert "These domains differ mostly in" in texts(at)
    at.selectbox(key=f"dm_target_domain_{data[:8]}").set_value("books").run()
    assert "differ mostly" not in texts(at)


def test_two_sets_of_other_kinds_are_refused_in_words(app: Callable[..., Any]) -> None:
    text, other = datasets.save(reviews("books")), datasets.save(table())
    at = app("domains", data=text.fingerprint[:12])
    at.selectbox(key="dm_source_set").set_value(other.fingerprint).run()
    assert not at.exception
    assert at.error[0].value == "Choose two sets of the same kind of rows."


def test_the_source_offered_first_has_the_same_kind_and_classes(app: Callable[..., Any]) -> None:
    books, strange = reviews("books"), reviews("pans")
    here = datasets.save(books).fingerprint
    datasets.save(table())
    at = app("domains", data=here[:12])
    assert not at.error  # no other set has texts
    assert "Choose two domains, or two data sets" in at.info[0].value
    other = dataclasses.replace(strange, name="other", classes=("red", "blue"))
    datasets.save(other)
    alike = datasets.save(strange).fingerprint
    at = app("domains", data=here[:12])
    assert at.selectbox(key="dm_source_set").value == alike
    assert at.selectbox(key="dm_target_set").value == here


def test_starting(app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    books, pans = (datasets.save(reviews(name)).fingerprint for name in ("books", "pans"))
    asked: list[AdaptRequest] = []

    class Record:
        id = "0" * 12

    monkeypatch.setattr(jobs, "submit", lambda request: asked.append(request) or Record)
    at = app("domains", data=pans[:12])
    assert at.selectbox(key="dm_source_set").value == books
    at.button_group(key="dm_ways_text").set_value(["coral"]).run()
    at.number_input(key="dm_labels_per_class").set_value(2).run()
    at.selectbox(key="dm_keep").set_value("coral").run()
    at.button(key="dm_start").click().run()
    assert asked[0] == AdaptRequest(
        data=DataRef(fingerprint=pans),
        source=DataRef(fingerprint=books),
        ways=("coral",),
        keep="coral",
        labels_per_class=2,
    )


def test_no_way_chosen_says_why(app: Callable[..., Any]) -> None:
    data = datasets.save(both_domains()).fingerprint
    at = app("domains", data=data[:12])
    at.button_group(key="dm_ways_text").set_value([]).run()
    assert at.button(key="dm_start").disabled
    assert at.button(key="dm_start").help == "Choose at least one way."


def finished(**fields: Any) -> str:
    ref = DataRef(fingerprint=datasets.save(both_domains()).fingerprint)
    given = {"source_domain": "books", "target_domain": "pans", "ways": ("self_training", "coral")}
    run = jobs.run_here(AdaptRequest(data=ref, source=ref, **{**given, **fields}))
    assert run.state == "done", (run.error, run.hint)
    return run.id


def test_a_result(app: Callable[..., Any]) -> None:
    at = app("domains", run=finished(draws=1))
    assert not at.exception
    said = texts(at)
    assert "Adapting made no clear difference" in said
    assert "could only guess" in said
    assert "was kept" in said
    rows = at.dataframe[-1].value
    assert rows["Way"].iloc[0] == "Source alone"
    assert set(rows["Against the target alone"]) == {"Transfer helped"}


def test_a_result_without_scores(app: Callable[..., Any]) -> None:
    books, pans = reviews("books"), reviews("pans", labelled=False)
    run = jobs.run_here(
        AdaptRequest(
            data=DataRef(fingerprint=datasets.save(pans).fingerprint),
            source=DataRef(fingerprint=datasets.save(books).fingerprint),
            ways=("self_training",),
        )
    )
    at = app("domains", run=run.id)
    assert not at.exception
    assert "nothing could be measured" in texts(at)


def test_the_same_from_a_shell_and_from_python(home: Any) -> None:
    one = DataRef(fingerprint="a" * 64)
    request = AdaptRequest(
        data=DataRef(fingerprint="b" * 64),
        source=one,
        source_domain="the north",
        ways=("coral",),
        curve=False,
        head_settings={"C": 2.0},
        seed=3,
    )
    assert command_line(request) == (
        "python -m core adapt aaaaaaaaaaaa bbbbbbbbbbbb --source-domain 'the north' --way coral "
        "--head logistic --labels-per-class 0 --draws 3 --no-curve --set C=2.0 --seed 3"
    )
    code = python_code(request)
    assert 'print(*run.result["sentences"], sep="\\n")' in code
    compile(code, "script", "exec")
    same = AdaptRequest(data=one, source=one, source_domain="n", target_domain="s", keep="coral")
    assert command_line(same).startswith(
        "python -m core adapt aaaaaaaaaaaa --source-domain n --target-domain s --keep coral --head"
    )


def test_the_kept_classifier_answers_on_the_predict_page(app: Callable[..., Any]) -> None:
    run = finished(draws=1, curve=False, keep="coral")
    at = app("predict", run=run)
    assert not at.exception
    assert at.selectbox(key="pr_run").value == run
    at.text_area[0].set_value("a superb and charming pan").run()
    assert not at.exception
    assert not at.error
    assert "good" in " ".join(m.value for m in (*at.markdown, *at.subheader))


def test_tables_are_compared_by_their_columns(app: Callable[..., Any]) -> None:
    first, second = (datasets.save(table(9.0 * i, seed=i)).fingerprint for i in range(2))
    at = app("domains", data=second[:12])
    assert at.selectbox(key="dm_source_set").value == first
    at.button(key="dm_compare").click().run()
    assert not at.exception
    assert "These domains differ mostly in age" in texts(at)
    assert "The columns that tell them apart" in texts(at)


def test_the_labelled_domain_is_offered_as_the_source(app: Callable[..., Any]) -> None:
    whole = both_domains()
    labels = whole.labels.copy()
    labels[:60] = -1  # the books
    data = datasets.save(dataclasses.replace(whole, labels=labels)).fingerprint
    at = app("domains", data=data[:12])
    assert at.selectbox(key=f"dm_source_domain_{data[:8]}").value == "pans"
    assert at.selectbox(key=f"dm_target_domain_{data[:8]}").value == "books"
    at.selectbox(key=f"dm_target_domain_{data[:8]}").set_value("pans").run()
    at.selectbox(key=f"dm_source_domain_{data[:8]}").set_value("books").run()
    assert not at.exception
    assert at.button(key="dm_compare") is not None
    assert "Choose a labelled source" in at.info[-1].value
