from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core import jobs
from core.data.dataset import Dataset
from core.errors import BadData
from core.jobs.drifting import drift_of_table, rows_of_table
from core.jobs.requests import DataRef, ExamineRequest
from core.jobs.slicing import slices_of
from core.store import classifiers, datasets, runs
from tests import seed


def test_clusters_stand_among_the_slices_once_examined() -> None:
    run = runs.get(seed.finished_run(method="tfidf", head="logistic"))
    dataset = datasets.load(run.dataset or "")
    arrays = runs.load_arrays(run.id, "predictions")
    by, found = slices_of(run, dataset, arrays)
    assert [one.dimension for one in by] == []  # all texts are of eleven words
    assert found == []
    jobs.run_here(ExamineRequest(DataRef(fingerprint=run.dataset), run.id, ("clusters",)))
    by, found = slices_of(run, dataset, arrays)
    assert [one.dimension for one in by] == ["Cluster"]
    assert sum(one.rows for one in found) == 60


def test_drift_compares_answers_on_rows_that_were_not_learned() -> None:
    run = seed.finished_run(method="tfidf", head="logistic")
    dataset = datasets.load(runs.get(run).dataset or "")
    frame = pd.DataFrame({"text": seed.texts(per_class=30, pool=0, seed=4).rows})
    found = drift_of_table(run, dataset, classifiers.load(run), frame)
    assert found.rows == 90
    assert {"Class said", "Confidence"} <= {one.what for one in found.differences}


def test_drift_compares_rows_alone_where_all_labels_were_learned() -> None:
    from core.jobs.requests import FinetuneRequest

    kept = datasets.save(seed.texts(per_class=40, pool=0))
    data = DataRef(fingerprint=kept.fingerprint)
    run = jobs.run_here(FinetuneRequest(data=data, labels_per_class=None, draws=1, curve=False))
    dataset = datasets.load(kept.fingerprint)
    frame = pd.DataFrame({"text": dataset.rows})
    found = drift_of_table(run.id, dataset, classifiers.load(run.id), frame)
    assert "Class said" not in {one.what for one in found.differences}


def test_rows_of_a_table() -> None:
    dataset = seed.texts(per_class=2, pool=0)
    frame = pd.DataFrame({"a": ["one text here", None], "n": [1, 2]})
    assert rows_of_table(dataset, frame, text_column="a").tolist() == ["one text here", ""]
    with pytest.raises(BadData, match="has no column 'b'"):
        rows_of_table(dataset, frame, text_column="b")
    with pytest.raises(BadData, match="No column of the table looks like texts"):
        rows_of_table(dataset, frame[["n"]])
    pictures = Dataset(
        "p",
        "P",
        "image",
        np.zeros((2, 2, 2), np.uint8),
        np.zeros(2, np.int32),
        ("a",),
        np.ones(2, bool),
    )
    with pytest.raises(BadData, match="A table holds no pictures"):
        rows_of_table(pictures, frame)
