"""The pages of models that hold word vectors or ready-made vectors: made here, brought, chosen."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.jobs.requests import DataRef, PretrainRequest
from core.store import datasets, runs, vector_files
from tests import seed


def word_file(*, leave_out: str = "") -> str:
    """Keep a small file of word vectors; returns its id."""
    random = np.random.default_rng(0)
    words = sorted({w for t in seed.texts().rows for w in t.split() if w.isalpha()} - {leave_out})
    lines = [f"{w} " + " ".join(f"{x:.3f}" for x in random.normal(size=5)) for w in words]
    return vector_files.add(io.BytesIO("\n".join(lines).encode()), "small.vec").id


def learned(data: str, method: str, **settings: Any) -> str:
    """Pretrain; returns the id of the model."""
    run = jobs.run_here(
        PretrainRequest(data=DataRef(fingerprint=data), method=method, settings=settings)
    )
    assert run.state == "done", (run.error, run.hint)
    return run.model or ""


def metrics(at: Any) -> dict[str, str]:
    return {one.label: one.value for one in at.metric}


def test_coverage_stands_before_the_words(app: Callable[..., Any]) -> None:
    data = seed.keep_texts()
    model = learned(data, "vectors", file=word_file(leave_out="apple"), min_df=2)
    at = app("pretrain", model=model)
    assert not at.exception
    found = metrics(at)
    assert set(found) == {"Different words", "Running text", "Words in the file"}
    assert 0 < float(found["Different words"].split("\u2009")[0].rstrip("%\u202f ")) < 100
    assert any("without a vector" in c.value and "apple" in c.value for c in at.caption)
    subheaders = [one.value for one in at.subheader]
    assert subheaders.index("What the file knows of these rows") < subheaders.index("Nearest words")
    # and the words are there as ever
    assert "Word arithmetic" in subheaders
    at.text_input(key=f"pt_near_{model}").set_value("pear").run()
    assert not at.exception
    assert len(at.dataframe[0].value) > 5


def test_vectors_that_were_learned_here_have_no_coverage(
    app: Callable[..., Any], filled: dict[str, str]
) -> None:
    at = app("pretrain", model=filled["model"])
    assert not at.exception
    assert "What the file knows of these rows" not in [one.value for one in at.subheader]


def test_losses_of_word2vec_are_drawn(app: Callable[..., Any]) -> None:
    model = learned(seed.keep_texts(), "word2vec", dimensions=8, passes=3)
    at = app("pretrain", model=model)
    assert not at.exception
    subheaders = [one.value for one in at.subheader]
    assert "How the learning went" in subheaders
    assert "Nearest words" in subheaders


def test_row_vectors_say_what_they_know(app: Callable[..., Any]) -> None:
    dataset = seed.texts()
    data = datasets.save(dataset).fingerprint
    file = io.BytesIO()
    np.save(file, np.random.default_rng(0).normal(size=(len(dataset), 4)))
    file.seek(0)
    kept = vector_files.add(file, "rows.npy")
    # the table follows all rows of the set, test rows too, of which the pool is a part
    model = learned(data, "row_vectors", file=kept.id)
    at = app("pretrain", model=model)
    assert not at.exception
    found = metrics(at)
    assert found["Rows with a vector"].startswith("100.0")
    assert found["Rows that the table knows"] == str(len(dataset))
    assert not any("beyond counting" in one.value for one in at.info)


def test_a_file_is_brought_chosen_and_deleted(
    app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = seed.keep_texts()
    at = app("pretrain", data=data[:12])
    at.radio(key="pt_method_text").set_value("vectors").run()
    assert not at.exception
    assert at.button(key="pt_start").disabled
    assert at.button(key="pt_start").help == "Choose a file first: file of word vectors."
    assert any("No such file is kept yet" in one.value for one in at.caption)

    at.file_uploader[0].upload("mine.vec", b"apple 1 2\npear 2 1\n").run()
    assert not at.exception
    kept = vector_files.list_all()[0]
    assert kept.name == "mine.vec"
    assert at.selectbox(key="pt_vectors_file").value == kept.id
    assert not at.button(key="pt_start").disabled

    asked = []

    class Record:
        id = "0" * 12

    monkeypatch.setattr(jobs, "submit", lambda request: asked.append(request) or Record)
    at.button(key="pt_start").click().run()
    assert asked[0].settings["file"] == kept.id

    at = app("pretrain", data=data[:12])
    at.radio(key="pt_method_text").set_value("vectors").run()
    at.button(key="pt_vectors_file_delete").click().run()
    assert not at.exception
    assert vector_files.list_all() == []


def test_a_table_is_not_offered_where_words_are_wanted(app: Callable[..., Any]) -> None:
    vector_files.add(io.BytesIO(b"a,b\n1,2\n"), "rows.csv")
    at = app("pretrain", data=seed.keep_texts()[:12])
    at.radio(key="pt_method_text").set_value("vectors").run()
    assert any("No such file is kept yet" in one.value for one in at.caption)
    at.radio(key="pt_method_text").set_value("row_vectors").run()
    assert not at.exception
    assert at.selectbox(key="pt_row_vectors_file").options[0].startswith("rows.csv")


def test_a_deleted_file_fails_in_words(app: Callable[..., Any]) -> None:
    run = jobs.run_here(
        PretrainRequest(
            data=DataRef(fingerprint=seed.keep_texts()),
            method="vectors",
            settings={"file": "0" * 16},
        )
    )
    assert runs.get(run.id).state == "failed"
    at = app("pretrain", run=run.id)
    assert any("There is no kept file of vectors" in one.value for one in at.error)
