"""Which runs may be compared, and what comes out of real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core import jobs
from core.errors import BadParam, NotFound
from core.jobs.requests import DataRef, FinetuneRequest, LoadRequest
from core.jobs.versus import compare_runs
from core.store import runs
from tests import seed


def finetuned(name: str, **settings: Any) -> str:
    data = DataRef(fingerprint=seed.keep_texts())
    settings = {"labels_per_class": 2, "draws": 3, "curve": False, "head": "logistic", **settings}
    run = jobs.run_here(FinetuneRequest(data=data, name=name, **settings))
    assert run.state == "done", (run.error, run.hint)
    return run.id


def test_two_runs_over_their_draws(home: Path) -> None:
    one, other = finetuned("Few"), finetuned("Many", labels_per_class=10)
    found = compare_runs([one, other, one])
    assert set(found.found.keys) == {one, other}
    assert found.found.rows == 60
    assert found.found.draws == {one: 3, other: 3}
    for key in (one, other):
        right = runs.load_arrays(key, "draws")["right"]
        point = found.evaluations[key].point
        assert point is not None
        assert right.mean(axis=1) == pytest.approx(point.model_draws)
        arrays = runs.load_arrays(key, "predictions")
        kept = arrays["test_proba"].argmax(axis=1) == arrays["test_labels"]
        assert (right[0] == kept).all()
        assert found.found.accuracy[key].value == pytest.approx(point.model.value)
    assert found.found.pair(one, other).draws == 3
    assert found.remarks == (
        "They learned from different numbers of labels (2 labels per class, 10 labels per class): "
        "part of a difference may be that alone.",
    )
    assert found.title
    assert "On the same 60 test rows" in found.sentence


def test_older_runs_are_compared_by_their_kept_model(home: Path) -> None:
    one, other = finetuned("Same"), finetuned("Same", seed=1)
    (runs.folder(one) / "draws.npz").unlink()
    found = compare_runs([one, other])
    assert found.found.draws == {one: 1, other: 3}
    assert found.found.pairs[0].draws == 1
    # two of one name are told apart
    assert set(found.names.values()) == {f"Same ({one[:5]})", f"Same ({other[:5]})"}


def on_other_rows(run: str) -> None:
    """Make a run look as if it had been judged on other test rows."""
    arrays = runs.load_arrays(run, "predictions")
    runs.save_arrays(run, "predictions", {**arrays, "test_rows": arrays["test_rows"][::-1]})


def test_other_test_rows_are_left_out_in_words(home: Path) -> None:
    one, other, third = finetuned("A"), finetuned("B", seed=1), finetuned("C", seed=2)
    on_other_rows(third)
    found = compare_runs([third, one, other])
    assert set(found.found.keys) == {one, other}
    assert found.remarks == (
        "“C” is left out: judged on other test rows of the same data set, so the scores mean "
        "something else.",
    )
    runs.change(third, dataset=None, dataset_title="Other texts")
    assert compare_runs([third, one, other]).remarks[0] == (
        "“C” is left out: judged on Other texts, so the scores mean something else."
    )
    with pytest.raises(BadParam, match="No two of these runs"):
        compare_runs([one, third])


def test_what_cannot_be_compared(home: Path) -> None:
    one = finetuned("A")
    with pytest.raises(BadParam, match="1 run cannot be compared"):
        compare_runs([one, one])
    with pytest.raises(BadParam, match="11 runs cannot be compared"):
        compare_runs([f"run{i:09}" for i in range(11)])
    with pytest.raises(NotFound):
        compare_runs([one, "nosuchrunabc"])
    load = jobs.run_here(LoadRequest(DataRef(fingerprint=seed.keep_texts())))
    with pytest.raises(BadParam, match="is no finished fine-tuning"):
        compare_runs([one, load.id])
    made = runs.create(runs.get(one).request, name="Empty")
    runs.save_arrays(made.id, "predictions", runs.load_arrays(one, "predictions"))
    runs.change(made.id, state="done", result={}, dataset=runs.get(one).dataset)
    with pytest.raises(NotFound, match="'Empty' has no evaluation"):
        compare_runs([one, made.id])
