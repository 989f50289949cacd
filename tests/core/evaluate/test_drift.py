from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import mannwhitneyu

from core.errors import BadData
from core.evaluate.drift import Drift, auc_test, drift, drift_sentence, two_sample
from core.evaluate.results import Interval
from core.finetune import get_head
from core.finetune.classifier import Classifier
from core.finetune.deciding import ClassThreshold
from core.params import resolve
from core.pretrain import get_method
from tests import seed


def test_auc_by_hand_and_as_mann_and_whitney() -> None:
    # of four pairs, three in order
    interval, _ = auc_test(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1]))
    assert interval.value == 0.75
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], [60, 40])
    for scores in (rng.normal(size=100) + truth / 2, rng.integers(0, 4, 100).astype(float)):
        interval, p_value = auc_test(scores, truth)
        known = mannwhitneyu(
            scores[truth == 1], scores[truth == 0], alternative="greater", use_continuity=False
        )
        assert interval.value == pytest.approx(known.statistic / 2400)
        assert p_value == pytest.approx(known.pvalue)


def test_equal_scores_tell_nothing() -> None:
    interval, p_value = auc_test(np.zeros(6), np.array([0, 0, 0, 1, 1, 1]))
    assert (interval.value, p_value) == (0.5, 0.5)


def test_rows_of_one_source_are_seldom_called_different() -> None:
    """In one of twenty sets at most, and never in twice as many."""
    rng = np.random.default_rng(0)
    called = 0
    for place in range(60):
        rows = rng.normal(size=(120, 4))
        _, p_value = two_sample(rows[:60], rows[60:], seed=place)
        called += p_value < 0.05
    assert called <= 60 * 0.05 + 3 * np.sqrt(60 * 0.05 * 0.95)


def test_a_shift_is_found_in_dense_and_sparse_rows() -> None:
    rng = np.random.default_rng(0)
    old, new = rng.normal(size=(100, 5)), rng.normal(size=(80, 5)) + 1
    for make in (np.asarray, sparse.csr_matrix):
        auc, p_value = two_sample(make(old), make(new))
        assert auc.value > 0.8
        assert auc.low is not None
        assert auc.low > 0.6
        assert p_value < 1e-6


def _texts(per_class: int, seed_: int) -> np.ndarray:
    return seed.texts(per_class=per_class, pool=0, seed=seed_).rows


def test_texts_of_the_same_source_and_of_another() -> None:
    same = drift(_texts(40, 0), _texts(30, 1), modality="text")
    assert same.rows == 90
    assert not same.drifted
    assert drift_sentence(same).startswith("No clear difference from the training rows")
    other = np.array([f"{text} invoice overdue payment" for text in _texts(30, 1)], dtype=object)
    found = drift(_texts(40, 0), other, modality="text")
    assert found.drifted
    assert found.auc.value > 0.95
    told = {one.what for one in found.differences if one.differs}
    assert {"Texts with “invoice”", "Length in words"} <= told
    invoice = next(one for one in found.differences if one.what == "Texts with “invoice”")
    assert (invoice.trained, invoice.batch) == ("0%", "100%")
    assert "What differs: " in drift_sentence(found)


def test_answers_are_compared_where_a_classifier_is_given() -> None:
    dataset = seed.texts(per_class=40, pool=0)
    how, spec = get_method("tfidf"), get_head("logistic")
    encoder = how.make(resolve(how.params, {"min_df": 1}), 0).fit(dataset.rows)
    head = spec.make(resolve(spec.params), 0)
    head.fit(encoder.transform(dataset.rows), dataset.labels)
    classifier = Classifier(encoder, head, dataset.classes)
    fruit = dataset.rows[np.asarray(dataset.labels) == 0]
    found = drift(_texts(40, 3), fruit, modality="text", classifier=classifier)
    said = next(one for one in found.differences if one.what == "Class said")
    assert said.differs
    assert said.batch == "fruit: 100%"
    assert "Confidence" in {one.what for one in found.differences}
    eager = dataclasses.replace(classifier, threshold=ClassThreshold(2, 1e-6, 100.0, 9))
    found = drift(_texts(40, 3), fruit, modality="text", classifier=eager)
    assert "Class said" not in {one.what for one in found.differences}  # it says space to all
    sure = next(one for one in found.differences if one.what == "Confidence")
    assert float(sure.batch.removeprefix("median ").removesuffix("%")) < 50


def test_columns_of_a_table() -> None:
    rng = np.random.default_rng(0)
    n = 200

    def table(shift: float, kinds: str) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "age": rng.normal(40 + shift, 10, n),
                "kind": rng.choice(list(kinds), n),
                "same": rng.normal(size=n),
                "gaps": np.where(rng.random(n) < (0.5 if shift else 0.1), np.nan, 1.0),
            }
        )

    found = drift(table(0, "ab"), table(20, "aab"), modality="tabular")
    by = {one.what: one for one in found.differences}
    assert by["age"].differs
    assert by["gaps, missing"].differs
    assert not by["same"].differs
    assert by["kind"].trained.startswith(("a: ", "b: "))
    # as from a file, where numbers are words and a column may be gone
    written = table(0, "ab").drop(columns="same").astype(str)
    assert not drift(table(0, "ab"), written, modality="tabular").differences[0].differs


def test_pictures() -> None:
    rng = np.random.default_rng(0)
    old = rng.integers(0, 100, (60, 5, 5)).astype(np.uint8)
    new = rng.integers(50, 150, (60, 5, 5)).astype(np.uint8)
    found = drift(old, new, modality="image")
    assert found.drifted
    assert {one.what for one in found.differences} == {"Brightness", "Contrast"}
    with pytest.raises(BadData, match="The new pictures are of shape"):
        drift(old, new[:, :4], modality="image")


def test_many_rows_are_sampled() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=5000)})
    assert drift(frame, frame.copy(), modality="tabular").rows == 5000


def test_too_few_rows_say_nothing() -> None:
    with pytest.raises(BadData, match="There are 6 new rows, too few"):
        drift(_texts(40, 0), _texts(2, 0), modality="text")
    with pytest.raises(BadData, match="There are 6 training rows, too few"):
        drift(_texts(2, 0), _texts(40, 0), modality="text")


def test_a_table_without_a_known_column_is_refused() -> None:
    old, new = pd.DataFrame({"a": np.arange(30)}), pd.DataFrame({"b": np.arange(30)})
    with pytest.raises(BadData, match="none of the columns"):
        drift(old, new, modality="tabular")


def test_texts_without_a_word() -> None:
    rows = np.array(["!"] * 30, dtype=object)
    found = drift(rows, rows, modality="text")
    assert [one.what for one in found.differences] == ["Length in words"]
    assert not found.drifted


def test_words_where_only_the_whole_differs() -> None:
    assert drift_sentence(Drift(30, Interval(0.7, 0.6, 0.8), 0.001, ())) == (
        "These rows are not like the training rows: a classifier tells the two apart (AUC 0.70, "
        "95 % interval 0.60 to 0.80; p = 0.001)."
    )
