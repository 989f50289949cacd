"""Before you fool yourself: each check on rows that it should and should not name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.checks import check
from core.data.dataset import Dataset
from core.data.finding import SEVERITIES, Finding, listed, names, percent, some
from tests.core.data.making import images, table, texts

ALWAYS = {
    "labels",
    "unlabelled_test",
    "test_duplicates",
    "contradictions",
    "train_duplicates",
    "empty",
}
WITH_CLASSES = {"missing_classes", "small_classes", "imbalance"}


def found(ds: Dataset, key: str) -> Finding:
    return next(finding for finding in check(ds) if finding.key == key)


def many(n: int, *, start: int = 0) -> list[str]:
    """Different texts."""
    return [f"text number {i}" for i in range(start, start + n)]


def balanced(n: int = 30) -> Dataset:
    """Two classes of different texts, a third of them for the test, and a pool."""
    labels = [i % 2 for i in range(2 * n)] + [-1] * n
    return texts(many(3 * n), labels, test=range(0, 2 * n, 3))


def test_a_good_set_passes_every_check() -> None:
    findings = check(balanced())
    assert {finding.key for finding in findings} == (
        ALWAYS | WITH_CLASSES | {"label_in_text", "long_texts"}
    )
    assert {finding.severity for finding in findings} == {"ok"}
    assert all(finding.title and finding.meaning for finding in findings)


def test_each_kind_of_rows_has_its_checks() -> None:
    pixels = np.random.default_rng(0).random((4, 2, 2))
    assert {f.key for f in check(images(pixels, [0, 1, 0, 1]))} == ALWAYS | WITH_CLASSES
    columns = {"answer_column", "missing_values", "constant_columns", "id_columns"}
    assert {f.key for f in check(table({"x": [1, 2]}, [0, 1]))} == ALWAYS | WITH_CLASSES | columns
    assert {f.key for f in check(texts(["a", "b"]))} == ALWAYS | {"label_in_text", "long_texts"}


@pytest.mark.parametrize(
    "ds", [texts([]), images(np.zeros((0, 2, 2))), table({"x": []}), table({}), texts([""] * 3)]
)
def test_nothing_is_no_trouble(ds: Dataset) -> None:
    assert found(ds, "labels").severity == "warning"


def test_the_worst_comes_first() -> None:
    ds = texts(["", "x", "y", "x"], [0, 0, 1, 1], test=[3])
    order = [SEVERITIES.index(finding.severity) for finding in check(ds)]
    assert order == sorted(order)
    assert order[0] == 0


def test_labels_and_the_pool() -> None:
    pool = found(texts(many(4), [0, 0, 0, -1], test=[1]), "labels")
    assert (pool.severity, pool.count) == ("ok", 1)
    assert pool.title == "3 of 4 rows have a label; the unlabelled pool has 1 row"
    full = found(texts(many(3), [0, 0, 0], test=[1]), "labels")
    assert (full.severity, full.title) == (
        "note",
        "All 3 rows have a label; there is no unlabelled pool",
    )
    none = found(texts(many(3)), "labels")
    assert (none.severity, none.title, none.count) == ("warning", "No row has a label", 3)


@pytest.mark.parametrize(("test", "side"), [([], "training"), ([0, 1], "test")])
def test_labels_on_one_side_only(test: list[int], side: str) -> None:
    one = found(texts(many(3), [0, 1, -1], test=test), "labels")
    assert one.severity == "serious"
    assert one.title == f"All labelled rows are in the {side} part"


def test_test_rows_without_a_label() -> None:
    one = found(texts(many(4), [0, 0, -1, -1], test=[1, 3]), "unlabelled_test")
    assert (one.severity, one.rows, one.count) == ("warning", [3], 1)
    assert one.title == "1 test row has no label"


@pytest.mark.parametrize(
    ("repeats", "of", "severity"), [(1, 20, "serious"), (1, 100, "warning"), (1, 300, "note")]
)
def test_test_rows_seen_in_training(repeats: int, of: int, severity: str) -> None:
    # an unlabelled row of the pool gives it away as well
    rows = ["Text number 0!", *many(of)]
    ds = texts(rows, [-1, *[0] * of], test=range(1, of + 1))
    one = found(ds, "test_duplicates")
    assert (one.severity, one.rows, one.count) == (severity, [1], repeats)
    assert f"1 test row of {of}" in one.title


def test_empty_rows_are_no_repeats() -> None:
    ds = texts(["", "a", "", "b", ""], [0, 0, 1, 1, 0], test=[3, 4])
    for key in ("test_duplicates", "train_duplicates", "contradictions"):
        assert found(ds, key).severity == "ok"
    one = found(ds, "empty")
    assert (one.severity, one.rows, one.count) == ("warning", [0, 2, 4], 3)
    assert "1 test row is among them" in one.meaning


def test_contradicting_labels_are_listed_together() -> None:
    # the labels of test rows are not looked at
    ds = texts(["a", "b", "A", "c", "b", "a", "c"], [0, 1, 1, 0, 1, 0, 1], test=[6])
    one = found(ds, "contradictions")
    assert one.rows == [0, 2, 5]
    assert (one.count, one.severity) == (3, "warning")
    assert found(texts(["a", "a"], [0, 0]), "contradictions").severity == "ok"


def test_training_rows_that_repeat() -> None:
    ds = texts(["a", "b", "a", "a", "c"], [0, 0, -1, 0, 0], test=[3])
    one = found(ds, "train_duplicates")
    assert (one.rows, one.count, one.severity) == ([2], 1, "warning")
    assert one.title == "1 training row (25 %) repeats an earlier one"
    few = found(texts([*many(99), "text number 0"], [0] * 100), "train_duplicates")
    assert few.severity == "note"


def test_empty_images_and_table_rows() -> None:
    one = found(images([[[1, 1]], [[0, 1]]], [0, 1]), "empty")
    assert (one.rows, one.title) == ([0], "1 image (50 %) has one colour only")
    one = found(table({"x": [None, 1], "y": [None, None]}, [0, 1]), "empty")
    assert (one.rows, one.title) == ([0], "1 row (50 %) has no value at all")


def test_few_empty_rows_are_a_note() -> None:
    assert found(texts([*many(100), ""], [0] * 101), "empty").severity == "note"


def test_classes_without_rows() -> None:
    ds = texts(many(4), [0, 0, 1, 2], test=[1, 3], classes="abc")
    one = found(ds, "missing_classes")
    assert one.severity == "serious"
    assert one.title == "There are no training rows for “c” and no test rows for “b”"
    assert (one.rows, one.count) == ([2, 3], 2)
    untested = found(texts(many(3), [0, 0, 1], test=[1]), "missing_classes")
    assert (untested.severity, untested.title) == ("warning", "There are no test rows for “b”")


@pytest.mark.parametrize(
    ("train", "test", "small"), [(5, 10, False), (4, 10, True), (5, 9, True), (5, 0, False)]
)
def test_small_classes(train: int, test: int, small: bool) -> None:
    n = train + test
    ds = texts(many(n + 30), [0] * n + [1] * 30, test=[*range(train, n), *range(n, n + 15)])
    one = found(ds, "small_classes")
    assert (one.severity == "warning") is small
    assert one.count == int(small)
    assert one.rows == (list(range(n)) if small else [])


@pytest.mark.parametrize(
    ("sizes", "severity"),
    [((9, 1), "ok"), ((10, 1), "warning"), ((50, 1, 20), "warning"), ((20, 2, 18), "note")],
)
def test_imbalance(sizes: tuple[int, ...], severity: str) -> None:
    labels = [code for code, size in enumerate(sizes) for _ in range(size)]
    one = found(texts(many(len(labels)), labels), "imbalance")
    assert one.severity == severity
    assert str(round(sizes[0] / sizes[1])) in one.title


def test_imbalance_of_a_test_part_alone() -> None:
    one = found(texts(many(13), [0] * 12 + [1], test=range(13)), "imbalance")
    assert one.severity == "warning"


def test_very_long_texts() -> None:
    one = found(texts(["x " * 15_000, "y", "z " * 20_000], [0, 0, 0]), "long_texts")
    # the longest first
    assert (one.rows, one.count, one.severity) == ([2, 0], 2, "warning")
    mostly = texts(["x" * 20_001, *["y" * 19_000] * 2], [0] * 3)
    assert found(mostly, "long_texts").severity == "note"
    exact = found(texts(["x" * 20_000]), "long_texts")
    assert exact.severity == "ok"
    assert "20,000 characters" in exact.title


# what the data gives away


def test_a_class_name_in_every_text_of_its_class() -> None:
    rows = [f"group: sci.space message {i}" for i in range(10)]
    rows += [f"about cars, and spaceships {i}" for i in range(10)]
    one = found(texts(rows, [0] * 10 + [1] * 10, classes=("sci.space", "rec")), "label_in_text")
    assert (one.severity, one.count, one.rows) == ("serious", 1, list(range(10)))
    assert "“sci.space” stands in 100 % of its own texts and 0 % of others" in one.title


@pytest.mark.parametrize(
    ("inside", "outside", "severity"),
    [(10, 0, "serious"), (9, 1, "warning"), (5, 1, "warning"), (4, 0, "note"), (2, 0, "ok"),
     (10, 3, "ok")],
)  # fmt: skip
def test_how_often_a_name_may_stand(inside: int, outside: int, severity: str) -> None:
    # with spaces for the hyphen of the name, or as it is; upper or lower case
    rows = [f"{'Two words' if i < inside else 'text'} {i}" for i in range(10)]
    rows += [f"{'two words' if i < outside else 'text'} {i + 10}" for i in range(10)]
    rows[0] = "this is TWO-WORDS"
    ds = texts(rows, [0] * 10 + [1] * 10, classes=("two-words", "other"))
    assert found(ds, "label_in_text").severity == severity


def test_names_within_other_words_numbers_and_letters_do_not_count() -> None:
    rows = [f"carton {i}" for i in range(5)] + [f"x 7 {i}" for i in range(5)]
    rows += [f"a b {i}" for i in range(5)]
    ds = texts(rows, [0] * 5 + [1] * 5 + [2] * 5, classes=("car", "7", "b"))
    assert found(ds, "label_in_text").severity == "ok"


def test_test_rows_are_not_read_for_names() -> None:
    ds = texts(["car 1", "car 2", "x", "y"], [0, 0, 1, 1], test=[0, 1], classes=("car", "z"))
    assert found(ds, "label_in_text").severity == "ok"


def test_a_large_set_is_thinned_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.given_away._BUDGET", 400)
    rows = [f"car {i:02}" for i in range(40)] + [f"xyz {i:02}" for i in range(40)]
    one = found(texts(rows, [0] * 40 + [1] * 40, classes=("car", "other")), "label_in_text")
    # 80 rows of 6 characters, looked at for 2 names: every third row of each class
    assert one.severity == "serious"
    assert one.rows == list(range(0, 40, 3))


def test_a_column_that_holds_the_answer() -> None:
    n = 200
    labels = [i % 2 for i in range(n)]
    cheat = ["yes" if label else "no" for label in labels]
    ds = table({"outcome": cheat, "other": [i % 3 for i in range(n)]}, labels)
    one = found(ds, "answer_column")
    assert (one.severity, one.count) == ("serious", 1)
    assert one.title == "1 column all but holds the answer: “outcome”"
    # 2 of 200 rows wrong is one in a hundred, 3 is more
    cheat[:2] = ["yes", "no"]
    assert found(table({"outcome": cheat}, labels), "answer_column").severity == "serious"
    cheat[2] = "yes"
    assert found(table({"outcome": cheat}, labels), "answer_column").severity == "ok"


def test_when_one_class_is_nearly_all_no_column_is_blamed() -> None:
    labels = [0] * 95 + [1] * 5
    ds = table({"same": labels}, labels)
    assert found(ds, "answer_column").severity == "ok"


def test_missing_values() -> None:
    ds = table({"x": [1, None, 3], "y": [1, 2, 3], "z": [None, None, "a"]}, [0, 1, 0])
    one = found(ds, "missing_values")
    assert (one.severity, one.rows, one.count) == ("warning", [0, 1], 2)
    assert one.title == "3 values are missing in 2 columns; most in “z” (67 %)"
    assert "“z”" in one.advice
    few = found(table({"x": [1, 2, None]}, [0, 1, 0]), "missing_values")
    assert (few.severity, few.title) == (
        "note",
        "1 value is missing in 1 column; most in “x” (33 %)",
    )


def test_constant_columns() -> None:
    ds = table({"same": [1, 1, 1], "gone": [None] * 3, "x": [1, 2, 3]}, [0, 1, 0])
    one = found(ds, "constant_columns")
    assert (one.severity, one.count) == ("note", 2)
    assert one.title.endswith("“same” and “gone”")


@pytest.mark.parametrize(
    ("column", "alike"),
    [
        (range(30), True),
        (range(100, 130), True),
        ([float(i) for i in range(30)], True),
        ([f"row {i}" for i in range(30)], True),
        ([i * 1000 for i in range(30)], False),
        ([i + 0.5 for i in range(30)], False),
        ([0, *range(29)], False),
        (pd.Series([None, *range(29)], dtype="Int64"), False),
        (pd.date_range("2024-01-01", periods=30), True),
    ],
)
def test_columns_that_number_or_name_the_rows(column: Any, alike: bool) -> None:
    ds = table({"id": column, "x": [i % 7 for i in range(30)]}, [i % 2 for i in range(30)])
    one = found(ds, "id_columns")
    assert (one.severity == "warning") is alike
    assert one.count == int(alike)


def test_few_rows_may_all_differ() -> None:
    assert found(table({"x": range(19)}, [0] * 19), "id_columns").severity == "ok"


# words


def test_findings_list_no_more_than_200_rows() -> None:
    assert listed(np.ones(500, dtype=bool)) == list(range(200))
    assert listed(np.array([3, 1])) == [3, 1]


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.0001, "less than 0.1 %"), (0.004, "0.4 %"), (0.03, "3 %"), (0.031, "3.1 %"),
     (0.5, "50 %"), (0.9999, "more than 99.9 %"), (1, "100 %")],
)  # fmt: skip
def test_shares_in_words(share: float, words: str) -> None:
    assert percent(share) == words


def test_numbers_and_names_in_words() -> None:
    assert (some(1, "row"), some(2345, "row")) == ("1 row", "2,345 rows")
    assert some(0, "class", "classes") == "0 classes"
    assert names(["a"]) == "“a”"
    assert names(["a", "b", "c"]) == "“a”, “b” and “c”"
    assert names(list("abcdefg"), 2) == "“a”, “b” and 5 more"


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "a b"]), st.integers(-1, 2), st.booleans()),
        max_size=12,
    )
)
def test_findings_point_at_rows_that_exist(rows: list[tuple[str, int, bool]]) -> None:
    marked = [i for i, row in enumerate(rows) if row[2]]
    ds = texts([row[0] for row in rows], [row[1] for row in rows], marked, "abc")
    for finding in check(ds):
        assert all(0 <= row < len(rows) for row in finding.rows)
        assert (finding.severity == "ok") == (not finding.advice)
        assert finding.title[0].isupper() or finding.title[0].isdigit()
