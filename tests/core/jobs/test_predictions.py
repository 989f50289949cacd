"""A table in, the same table with predictions out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import BadData
from core.finetune.deciding import ClassThreshold, said
from core.jobs import predictions
from core.jobs.predictions import predict_table
from core.progress import Progress


class Lengths:
    """Calls a text long when it has more than three letters."""

    classes = ("long", "short")

    def __init__(self, threshold: ClassThreshold | None = None) -> None:
        self.threshold = threshold

    def answers(self, proba: np.ndarray) -> np.ndarray:
        return said(proba, self.threshold)

    def predict_proba(self, rows: Any) -> np.ndarray:
        if isinstance(rows, pd.DataFrame):
            long = rows["x"].to_numpy() > 3
        else:
            long = np.array([len(text) > 3 for text in rows])
        return np.where(long[:, None], [[0.75, 0.25]], [[0.125, 0.875]])


MODEL: Any = Lengths()


def test_two_columns_are_added_and_the_rest_stays() -> None:
    frame = pd.DataFrame({"id": [7, 8, 9], "text": ["tea", "coffee", None]}, index=[3, 1, 2])
    before = frame.copy()
    result = predict_table(MODEL, frame, text_column="text")
    assert list(result.columns) == ["id", "text", "prediction", "probability"]
    assert result["prediction"].tolist() == ["short", "long", "short"]
    assert result["probability"].tolist() == [0.875, 0.75, 0.875]
    assert result.index.tolist() == [3, 1, 2]
    pd.testing.assert_frame_equal(frame, before)


def test_the_probability_of_every_class() -> None:
    result = predict_table(
        MODEL, pd.DataFrame({"t": ["coffee"]}), text_column="t", all_classes=True
    )
    assert result["probability of long"].tolist() == [0.75]
    assert result["probability of short"].tolist() == [0.25]


def test_a_threshold_decides_and_says_so() -> None:
    wary: Any = Lengths(ClassThreshold(0, 0.1, 5.0, 9))
    result = predict_table(wary, pd.DataFrame({"t": ["tea", "coffee"]}), text_column="t")
    assert list(result.columns) == ["t", "prediction", "probability", "by threshold"]
    assert result["prediction"].tolist() == ["long", "long"]
    assert result["probability"].tolist() == [0.125, 0.75]
    assert result["by threshold"].tolist() == [True, False]
    assert predict_table(wary, pd.DataFrame({"t": []}), text_column="t").empty


def test_columns_of_the_same_name_are_kept() -> None:
    frame = pd.DataFrame({"t": ["tea"], "prediction": ["mine"], "prediction (2)": ["too"]})
    result = predict_table(MODEL, frame, text_column="t")
    assert result["prediction"].tolist() == ["mine"]
    assert result["prediction (3)"].tolist() == ["short"]


def test_the_text_column_is_found() -> None:
    texts = [f"a text of several words, number {i}" for i in range(20)]
    frame = pd.DataFrame({"id": range(20), "body": texts})
    assert set(predict_table(MODEL, frame)["prediction"]) == {"long"}
    with pytest.raises(BadData, match="No column of the table looks like texts"):
        predict_table(MODEL, pd.DataFrame({"x": [1.5, 2.5]}))


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(BadData, match="The table has no column 'body'") as caught:
        predict_table(MODEL, pd.DataFrame({"t": ["tea"]}), text_column="body")
    assert caught.value.hint == "It has: t."


def test_tables_as_they_are_and_no_pictures() -> None:
    frame = pd.DataFrame({"x": [1, 5]})
    assert predict_table(MODEL, frame, modality="tabular")["prediction"].tolist() == [
        "short",
        "long",
    ]
    with pytest.raises(BadData, match="no pictures"):
        predict_table(MODEL, frame, modality="image")


def test_many_rows_in_blocks_and_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "_BLOCK", 2)
    heard: list[float] = []
    frame = pd.DataFrame({"t": ["tea", "coffee", "tea", "coffee", "tea"]})
    result = predict_table(
        MODEL, frame, text_column="t", progress=Progress(lambda share, _, __: heard.append(share))
    )
    assert result["prediction"].tolist() == ["short", "long", "short", "long", "short"]
    assert heard == [0.0, 0.4, 0.8]
    empty = predict_table(MODEL, frame.iloc[:0], text_column="t")
    assert list(empty.columns) == ["t", "prediction", "probability"]
    assert len(empty) == 0
