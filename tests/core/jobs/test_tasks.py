"""Whole runs in this process: what they leave behind, what is made once and found again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.data import catalogue
from core.data.dataset import Dataset
from core.errors import BadParam, NotFound
from core.evaluate.results import evaluation_from_json
from core.jobs import encoders, tasks
from core.jobs.data import open_data
from core.jobs.execute import Job
from core.jobs.requests import DataRef, FinetuneRequest, LoadRequest, PretrainRequest
from core.jobs.summary import run_summary
from core.pretrain import get_method
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.store import classifiers, datasets, features, models, runs
from core.store.records import RunRecord

SETTINGS = {"min_df": 1, "n_components": 8}


def lsa(data: DataRef, **fields: Any) -> PretrainRequest:
    return PretrainRequest(data=data, method="lsa", settings=SETTINGS, **fields)


def done(run: RunRecord) -> dict[str, Any]:
    assert run.state == "done", (run.error, run.hint)
    assert run.result is not None
    return run.result


def test_a_built_in_set_is_made_once() -> None:
    heard: list[str] = []
    first = jobs.run_here(LoadRequest(DataRef(name="digits")))
    result = done(first)
    assert result["rows"] == 1797
    assert first.dataset == result["dataset"] == datasets.list_all()[0].fingerprint
    assert first.dataset_title == "Handwritten digits"
    again = open_data(
        DataRef(name="digits"), progress=Progress(lambda _, message, __: heard.append(message))
    )
    assert again.fingerprint == first.dataset
    assert heard == ["Opening Handwritten digits"]


def test_opening_data_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        open_data(DataRef(fingerprint="0" * 64))
    with pytest.raises(BadParam, match="names no data"):
        open_data(DataRef())


def test_a_pretraining_leaves_a_model_that_is_found_again(tiny: DataRef) -> None:
    run = jobs.run_here(lsa(tiny, name="Mine", seed=3))
    result = done(run)
    record = models.get(result["model"])
    assert (run.model, record.name, record.run) == (record.id, "Mine", run.id)
    assert (record.seed, record.pool, record.rows) == (3, "all", 120)
    assert (result["reused"], result["dimensions"], result["rows"]) == (False, 8, 120)
    assert set(result["seconds"]) == {"load", "pretrain", "total"}
    assert result["seconds"]["total"] >= result["seconds"]["pretrain"] > 0

    again = done(jobs.run_here(lsa(tiny, name="Other", seed=3)))
    assert (again["model"], again["reused"], again["name"]) == (record.id, True, "Mine")
    assert again["seconds"]["pretrain"] == 0
    assert done(jobs.run_here(lsa(tiny, seed=4)))["model"] != record.id
    assert len(models.list_all()) == 2


def test_a_damaged_model_is_learned_anew(tiny: DataRef) -> None:
    record = models.get(done(jobs.run_here(lsa(tiny, name="Mine")))["model"])
    path = models.path_of(record)
    path.write_bytes(path.read_bytes()[:-1])
    again = done(jobs.run_here(lsa(tiny)))
    assert (again["model"], again["reused"], again["name"]) == (record.id, False, "Mine")
    models.load(record.id)


def test_a_fine_tuning_leaves_everything_that_its_report_needs(tiny: DataRef) -> None:
    run = jobs.run_here(
        FinetuneRequest(tiny, pretrain=lsa(tiny), labels_per_class=3, draws=2, curve=False)
    )
    result = done(run)
    evaluation = evaluation_from_json(result["evaluation"])
    assert evaluation.comparison is not None
    assert evaluation.comparison.draws == 2
    assert run.model == result["model"] == models.list_all()[0].id
    assert result["encoder"]["reused"] is False
    assert result["recipe"]["method"] == "lsa"
    assert set(result["seconds"]) == {"load", "pretrain", "finetune", "total"}

    dataset = datasets.load(tiny.fingerprint or "")
    arrays = runs.load_arrays(run.id, "predictions")
    assert arrays["test_rows"].tolist() == dataset.test_rows.tolist()
    kept = classifiers.load(run.id)
    assert kept.classes == dataset.classes
    proba = kept.predict_proba(dataset.take(dataset.test_rows))
    np.testing.assert_allclose(proba, arrays["test_proba"], atol=1e-6)
    assert runs.points(run.id)


def test_the_baseline_prepares_texts_as_the_model_does_and_is_kept_aside(tiny: DataRef) -> None:
    request = FinetuneRequest(
        tiny,
        pretrain=PretrainRequest(
            tiny, "lsa", {"min_df": 3, "word_form": "stem", "n_components": 4}
        ),
        labels_per_class=2,
        draws=1,
        curve=False,
    )
    result = done(jobs.run_here(request))
    assert result["baseline"]["method"] == "tfidf"
    assert result["baseline"]["settings"]["min_df"] == 3
    assert result["baseline"]["settings"]["word_form"] == "stem"
    assert [model.method for model in models.list_all()] == ["lsa"]


def test_from_scratch_there_is_no_comparison(tiny: DataRef) -> None:
    run = jobs.run_here(FinetuneRequest(tiny, labels_per_class=3, draws=2, curve=False))
    result = done(run)
    assert (run.model, result["model"], result["encoder"]) == (None, None, None)
    assert result["recipe"]["method"] == "tfidf"
    assert result["recipe"]["strategy"] == "scratch"
    summary = run_summary(run)
    assert (summary["baseline"], summary["verdict"]) == (None, None)
    assert classifiers.load(run.id).predict(np.array(["apple pear plum"], dtype=object)).shape == (
        1,
    )


def test_the_same_twice_gives_the_same_to_the_digit(tiny: DataRef) -> None:
    request = FinetuneRequest(tiny, pretrain=lsa(tiny), labels_per_class=3, draws=2, seed=5)
    first, second = (done(jobs.run_here(request)) for _ in range(2))
    assert first["evaluation"] == second["evaluation"]
    assert second["encoder"]["reused"] is True


def test_a_chosen_model_is_used(tiny: DataRef) -> None:
    model = done(jobs.run_here(lsa(tiny)))["model"]
    run = jobs.run_here(
        FinetuneRequest(tiny, model=model, labels_per_class=2, draws=1, curve=False)
    )
    assert done(run)["model"] == run.model == model


def test_an_empty_pool_that_only_shows_when_the_data_is_there(
    monkeypatch: pytest.MonkeyPatch, tiny: DataRef
) -> None:
    monkeypatch.setattr(Dataset, "pool_rows", lambda self, pool="all": np.array([], dtype=int))
    run = jobs.run_here(PretrainRequest(tiny, "tfidf"))
    assert (run.state, run.error) == ("failed", "Tiny texts has no rows in the pool 'all'.")


def test_a_task_takes_its_own_kind_of_request_only(tiny: DataRef) -> None:
    job = Job("abcdefgh2345", LoadRequest(tiny), SILENT)
    for task in (tasks.pretrain, tasks.finetune):
        with pytest.raises(BadParam, match="holds a request of another kind"):
            task(job)


def test_what_learns_is_loaded_by_the_run_and_not_before() -> None:
    import subprocess
    import sys

    script = (
        "import sys, core.jobs, core.jobs.worker, core.jobs.requests\n"
        "heavy = {'sklearn', 'pandas', 'numba', 'scipy.stats', 'plotly'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def dataset_and_baseline(tiny: DataRef) -> tuple[Dataset, encoders.Baseline]:
    dataset = datasets.load(tiny.fingerprint or "")
    return dataset, encoders.baseline(dataset, None)


def test_the_baseline_is_fitted_once(tiny: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, made = dataset_and_baseline(tiny)
    monkeypatch.setattr(
        type(made.encoder), "fit", lambda *_, **__: pytest.fail("it was fitted again")
    )
    found = encoders.baseline(dataset, None)
    assert found.id == made.id
    rows = dataset.take(dataset.test_rows)
    assert (found.encoder.transform(rows) != made.encoder.transform(rows)).nnz == 0


def test_a_damaged_baseline_is_fitted_again_and_old_ones_make_way(
    tiny: DataRef, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, made = dataset_and_baseline(tiny)
    folder = home / "cache" / "baselines"
    (folder / f"{made.id}.skops").write_bytes(b"nonsense")
    (folder / "old.skops").write_bytes(b"")
    monkeypatch.setattr(encoders, "_KEPT_BASELINES", 1)
    assert encoders.baseline(dataset, None).id == made.id
    assert [path.stem for path in folder.iterdir()] == [made.id]


def test_rows_are_encoded_once(tiny: DataRef) -> None:
    dataset, made = dataset_and_baseline(tiny)
    encode = encoders.encode_cached(dataset, {made.id: made.encoder})
    wanted = made.encoder.transform(dataset.take(dataset.test_rows))
    assert (encode(made.encoder, dataset.test_rows) != wanted).nnz == 0
    kept = features.size()
    assert kept > 0
    assert (encode(made.encoder, dataset.test_rows) != wanted).nnz == 0
    assert features.size() == kept
    encode(made.encoder, dataset.test_rows[:5])
    assert features.size() > kept


def test_an_encoder_that_nobody_knows_is_asked_each_time(tiny: DataRef) -> None:
    dataset, made = dataset_and_baseline(tiny)
    other: Encoder = get_method("tfidf").make(made.settings, 0).fit(dataset.take(np.arange(40)))
    encode = encoders.encode_cached(dataset, {made.id: made.encoder})
    assert (
        encode(other, dataset.test_rows).shape[1]
        != encode(made.encoder, dataset.test_rows).shape[1]
    )


def test_the_catalogue_is_not_asked_to_build_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    open_data(DataRef(name="digits"))
    monkeypatch.setattr(catalogue, "build", lambda *_, **__: pytest.fail("it was built again"))
    assert len(open_data(DataRef(name="digits"))) == 1797
