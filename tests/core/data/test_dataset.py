"""The data set: its parts, what it refuses, and its fingerprint."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dataset import UNLABELLED, Dataset
from core.errors import BadData


def texts(
    rows: list[str], labels: list[int], test: list[bool], classes: int = 3, **more: Any
) -> Dataset:
    return Dataset(
        name="tiny",
        title="Tiny",
        modality="text",
        rows=np.array(rows, dtype=object),
        labels=np.array(labels, dtype=np.int32),
        classes=tuple("abcdef"[:classes]),
        test=np.array(test, dtype=bool),
        **more,
    )


FIVE = texts(
    ["one", "two", "three", "four", "five"],
    [0, 1, -1, 0, -1],
    [False, False, False, True, True],
)


def table(**columns: Any) -> Dataset:
    frame = pd.DataFrame(columns)
    n = len(frame)
    return Dataset("t", "T", "tabular", frame, np.full(n, UNLABELLED), (), np.zeros(n, dtype=bool))


def test_rows_belong_to_training_test_or_pool() -> None:
    assert len(FIVE) == 5
    assert FIVE.train_rows.tolist() == [0, 1]
    assert FIVE.test_rows.tolist() == [3]
    assert FIVE.pool_rows().tolist() == [0, 1, 2]
    assert FIVE.pool_rows("labelled").tolist() == [0, 1]
    assert FIVE.pool_rows("unlabelled").tolist() == [2]
    with pytest.raises(BadData, match="no pool 'test'"):
        FIVE.pool_rows("test")  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [np.array(["a", "b"], object), pd.DataFrame({"x": [1, 2]})])
def test_rows_that_are_not_there_are_said(rows: object) -> None:
    kind = "text" if isinstance(rows, np.ndarray) else "tabular"
    labels, test = np.zeros(2, np.int32), np.zeros(2, bool)
    data = Dataset("x", "Two rows", kind, rows, labels, ("a",), test)  # type: ignore[arg-type]
    with pytest.raises(BadData, match="Row 7 was asked for, and the data set 'Two rows' has 2"):
        data.take(np.array([0, 7]))


def test_rows_are_taken_in_the_order_asked() -> None:
    assert FIVE.take(np.array([2, 0])).tolist() == ["three", "one"]
    taken = table(x=[1, 2, 3]).take(np.array([2, 0]))
    assert isinstance(taken, pd.DataFrame)
    assert taken["x"].tolist() == [3, 1]
    assert taken.index.tolist() == [0, 1]


@pytest.mark.parametrize("name", ["labels", "test", "domain", "group", "extra"])
def test_columns_of_another_length_are_refused(name: str) -> None:
    wrong = {
        "labels": np.zeros(4, dtype=int),
        "test": np.zeros(4, dtype=bool),
        "domain": np.array(["x"] * 4, dtype=object),
        "group": np.array(["x"] * 4, dtype=object),
        "extra": pd.DataFrame({"x": range(4)}),
    }[name]
    with pytest.raises(BadData, match=f"5 rows but 4 values of {name}"):
        dataclasses.replace(FIVE, **{name: wrong})


@pytest.mark.parametrize("label", [-2, 3])
def test_labels_without_a_class_are_refused(label: int) -> None:
    with pytest.raises(BadData, match="points at no class"):
        texts(["x"], [label], [False])


def test_classes_of_one_name_are_refused() -> None:
    with pytest.raises(BadData, match="same name"):
        dataclasses.replace(FIVE, classes=("a", "b", "a"))


@pytest.mark.parametrize(
    "rows",
    [
        np.array(["a", None], dtype=object),
        np.array(["a", 1.5], dtype=object),
        np.array(["a", "b"]),
        np.array([["a"], ["b"]], dtype=object),
        pd.DataFrame({"x": ["a", "b"]}),
    ],
)
def test_rows_of_a_text_set_are_texts(rows: Any) -> None:
    with pytest.raises(BadData, match="have to be texts"):
        Dataset("x", "X", "text", rows, np.array([-1, -1]), (), np.zeros(2, dtype=bool))


def test_rows_fit_the_modality() -> None:
    two = (np.array([-1, -1]), (), np.zeros(2, dtype=bool))
    with pytest.raises(BadData, match="tabular data set cannot have rows"):
        Dataset("x", "X", "tabular", np.zeros((2, 3)), *two)
    with pytest.raises(BadData, match="image data set cannot have rows"):
        Dataset("x", "X", "image", pd.DataFrame({"x": [1, 2]}), *two)


def test_an_empty_set_is_one() -> None:
    none = texts([], [], [])
    assert len(none) == 0
    assert len(none.fingerprint) == 64


# fingerprints

ROWS = st.lists(
    st.tuples(st.text(max_size=4), st.integers(-1, 2), st.booleans()), min_size=1, max_size=6
)


@given(ROWS, st.data())
def test_any_change_of_a_row_changes_the_fingerprint(
    rows: list[tuple[str, int, bool]], data: st.DataObject
) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    before = texts(*columns).fingerprint
    place = data.draw(st.integers(0, len(rows) - 1))
    which = data.draw(st.integers(0, 2))
    others = (st.text(max_size=4), st.integers(-1, 2), st.booleans())[which]
    columns[which][place] = data.draw(others.filter(lambda v: v != columns[which][place]))
    assert texts(*columns).fingerprint != before


@given(ROWS)
def test_equal_content_has_an_equal_fingerprint_under_any_name(
    rows: list[tuple[str, int, bool]],
) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    one = texts(*columns)
    other = dataclasses.replace(
        texts(*columns), name="n", title="N", about="about", options={"seed": 1}
    )
    assert one.fingerprint == other.fingerprint


def distinct(*sets: Dataset) -> bool:
    return len({ds.fingerprint for ds in sets}) == len(sets)


def test_where_one_value_ends_and_the_next_begins_counts() -> None:
    assert distinct(
        texts(["ab", "c"], [0, 0], [False] * 2), texts(["a", "bc"], [0, 0], [False] * 2)
    )
    both = FIVE.take(np.arange(5))
    assert distinct(
        dataclasses.replace(FIVE, domain=np.array(["a\0b", "c", "", "", ""], dtype=object)),
        dataclasses.replace(FIVE, domain=np.array(["a", "b\0c", "", "", ""], dtype=object)),
        dataclasses.replace(FIVE, domain=np.array(["a", None, "", "", ""], dtype=object)),
        dataclasses.replace(FIVE, domain=np.array(["a", "None", "", "", ""], dtype=object)),
        dataclasses.replace(FIVE, group=np.array(["a", None, "", "", ""], dtype=object)),
        dataclasses.replace(FIVE, domain=both),
        dataclasses.replace(FIVE, group=both),
        FIVE,
    )


def test_names_of_classes_count() -> None:
    assert distinct(
        FIVE,
        dataclasses.replace(FIVE, classes=("a", "b", "x")),
        dataclasses.replace(FIVE, classes=("a", "b", "c", "d")),
    )


def test_further_columns_count() -> None:
    assert distinct(
        FIVE,
        dataclasses.replace(FIVE, extra=pd.DataFrame({"x": range(5)})),
        dataclasses.replace(FIVE, extra=pd.DataFrame({"y": range(5)})),
        dataclasses.replace(FIVE, extra=pd.DataFrame({"x": [0, 1, 2, 3, 5]})),
    )


def test_tables_differ_by_value_type_name_and_order() -> None:
    when = pd.Timestamp("2024-01-01")
    assert distinct(
        table(x=[1, 2]),
        table(x=[1, 3]),
        table(x=[1.0, 2.0]),
        table(y=[1, 2]),
        table(x=["1", "2"]),
        table(x=[True, False]),
        table(x=np.array([1, "2"], dtype=object)),
        table(x=np.array([1, 2.0], dtype=object)),
        table(x=np.array([True, 2], dtype=object)),
        table(x=["1", None]),
        table(x=["1", "None"]),
        table(x=["1", "nan"]),
        table(x=[when, when]),
        table(x=[when, when + pd.Timedelta(1, "ns")]),
        table(x=pd.Categorical(["1", "2"])),
        table(x=pd.Categorical(["1", "1"], ["1", "2"])),
        table(x=pd.Categorical(["1", "2"], ["2", "1"])),
        table(x=[1, 2], y=[3, 4]),
        table(y=[3, 4], x=[1, 2]),
    )


def test_how_pandas_keeps_texts_does_not_count() -> None:
    words = ["a", "b", None]
    flavours = ["object", "str", "string"]
    prints = {table(x=pd.Series(words, dtype=flavour)).fingerprint for flavour in flavours}
    assert len(prints) == 1
    assert len({table(x=np.array(["a", gap], object)).fingerprint for gap in (None, np.nan)}) == 1


def test_the_index_of_a_table_does_not_count() -> None:
    frame = pd.DataFrame({"x": [1, 2]})
    moved = frame.set_axis([7, 9], axis=0)
    rest = (np.array([-1, -1]), (), np.zeros(2, dtype=bool))
    one, other = (Dataset("t", "T", "tabular", rows, *rest) for rows in (frame, moved))
    assert one.fingerprint == other.fingerprint


def test_images_differ_by_pixel_shape_and_type() -> None:
    def images(array: np.ndarray) -> Dataset:
        n = len(array)
        return Dataset("i", "I", "image", array, np.full(n, -1), (), np.zeros(n, dtype=bool))

    pixels = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    changed = pixels.copy()
    changed[1, 2, 3] += 1
    assert distinct(
        images(pixels),
        images(changed),
        images(pixels.reshape(2, 4, 3)),
        images(pixels.astype(np.float64)),
    )
    # how the numbers lie in memory does not count
    assert images(pixels).fingerprint == images(np.asfortranarray(pixels)).fingerprint
    assert images(pixels).fingerprint == images(pixels.astype(">f4")).fingerprint


def test_lone_surrogates_do_no_harm() -> None:
    assert distinct(texts(["\ud800"], [0], [False]), texts(["\ud801"], [0], [False]))
