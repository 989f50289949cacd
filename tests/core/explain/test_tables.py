"""Contributions of columns, partial dependence, and columns to move."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import BadData, BadParam
from core.explain.dependence import as_written, partial_dependence, values_of
from core.explain.important import important_columns
from core.explain.mixing import mixed
from core.explain.moves import columns_to_move
from core.explain.tables import explain_row
from core.finetune.classifier import Classifier
from core.finetune.deciding import ClassThreshold
from core.progress import Progress
from tests.core.explain.making import by_rule, fitted, score_of
from tests.core.pretrain.conftest import table

CLASSES = ("small", "large", "unseen")


def model(method: str = "raw", head: str = "logistic") -> Classifier:
    rows = table()
    labels = (rows["count"] > 2).to_numpy().astype(int)
    settings = {"min_category_rows": 1, "n_components": 4, "dimensions": 6, "n_clusters": 3}
    return fitted(method, head, rows, labels, CLASSES, settings=settings)


@pytest.mark.parametrize("method", ["raw", "lsa", "random"])
def test_columns_add_up_to_the_logit(method: str) -> None:
    rows, classifier = table(), model(method)
    for i in (0, 1, 5):
        row = rows.iloc[[i]]
        found = explain_row(classifier, row, rows, label=1)
        assert found.exact
        assert not found.errors.any()
        assert found.columns == list(rows.columns)
        assert found.base + found.values.sum() == pytest.approx(found.score)
        assert found.score == pytest.approx(score_of(classifier, row, 1), abs=1e-4)
    mean = np.mean([score_of(classifier, rows.iloc[[i]], 1) for i in range(len(rows))])
    assert found.base == pytest.approx(mean, abs=1e-4)


def test_exact_values_are_shapley_values() -> None:
    """Against the definition: every order of the columns, every background row."""
    all_rows = table()[["size", "count", "colour"]]
    classifier = fitted("raw", "logistic", all_rows, [0, 1] * 25, CLASSES)
    rows, row = all_rows.head(8), all_rows.iloc[[8]].reset_index(drop=True)
    exact = explain_row(classifier, row, rows, label=1)
    n = len(rows.columns)
    sums = np.zeros(n)
    for order in permutations(range(n)):
        own = np.zeros((n + 1, n), dtype=bool)
        for step, column in enumerate(order):
            own[step + 1 :, column] = True
        scores = []
        for state in own:
            made = mixed(row, rows, np.tile(state, (len(rows), 1)), np.arange(len(rows)))
            linear = classifier.linear()
            assert linear is not None
            encoded = classifier.encoder.transform(made)
            scores.append(float((encoded @ linear[0][1] + linear[1][1]).mean()))
        sums[list(order)] += np.diff(scores)
    assert exact.values == pytest.approx(sums / 6, abs=1e-5)


def product(width: int = 3) -> Classifier:
    """The first column times the second; the third does nothing."""
    return by_rule(lambda X: X[:, 0] * X[:, 1], width)


def test_sampled_values_by_hand() -> None:
    """A product of two zeros that become ones: each order gives one column all; half each."""
    background = pd.DataFrame({"a": [0.0], "b": [0.0], "c": [0.5]})
    row = pd.DataFrame({"a": [1.0], "b": [1.0], "c": [0.1]})
    found = explain_row(product(), row, background, label=1, orders=10)
    assert not found.exact
    assert found.values == pytest.approx([0.5, 0.5, 0.0])
    assert (found.base, found.score) == (pytest.approx(0.0), pytest.approx(1.0))
    assert found.errors == pytest.approx([0.0, 0.0, 0.0])  # an order and its reverse even out
    assert found.strongest(1)[0][1] == pytest.approx(0.5)


def test_sampled_values_are_within_their_errors() -> None:
    random = np.random.RandomState(0)
    background = pd.DataFrame(random.rand(40, 3), columns=["a", "b", "c"])
    row = pd.DataFrame({"a": [0.9], "b": [0.8], "c": [0.3]})
    found = explain_row(product(), row, background, label=1, orders=800)
    a, b = background["a"].mean(), background["b"].mean()
    both = (background["a"] * background["b"]).mean()
    # the Shapley value of a: half of what it adds first, half of what it adds last
    expected = 0.5 * (0.9 * b - both) + 0.5 * (0.9 * 0.8 - a * 0.8)
    assert abs(found.values[0] - expected) < 5 * found.errors[0]
    assert found.values[2] == pytest.approx(0, abs=1e-9)
    assert found.score == pytest.approx(0.72)
    assert found.base + found.values.sum() == pytest.approx(0.72)
    again = explain_row(product(), row, background, label=1, orders=800)
    assert again.values.tolist() == found.values.tolist()


@pytest.mark.parametrize(("method", "head"), [("raw", "tree"), ("kmeans", "logistic")])
def test_other_models_are_sampled(method: str, head: str) -> None:
    rows, classifier = table(), model(method, head)
    found = explain_row(classifier, rows.iloc[[3]], rows, orders=20)
    assert not found.exact
    assert found.label == int(classifier.predict(rows.iloc[[3]])[0])
    assert found.score == pytest.approx(classifier.predict_proba(rows.iloc[[3]])[0][found.label])


def test_wrong_rows_and_classes() -> None:
    rows, classifier = table(), model()
    with pytest.raises(BadData, match="One row was expected, not 2"):
        explain_row(classifier, rows.head(2), rows)
    with pytest.raises(BadData, match="no other rows to hold this one against"):
        explain_row(classifier, rows.head(1), rows.head(0))
    with pytest.raises(BadData, match="lacks columns that the other rows have: 'size'"):
        explain_row(classifier, rows.head(1).drop(columns="size"), rows)
    with pytest.raises(BadParam, match="never saw a row of class number 2"):
        explain_row(classifier, rows.head(1), rows, label=2)
    with pytest.raises(BadParam, match="orders cannot be 1"):
        explain_row(classifier, rows.head(1), rows, orders=1)


def test_partial_dependence_by_hand() -> None:
    rows = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.2, 0.4, 0.9], "c": [1.0, 1.0, 1.0]})
    found = partial_dependence(product(), rows, "a", label=1)
    assert (found.kind, found.values, found.rows) == ("number", [0.0, 0.5, 1.0], 3)
    assert found.lines == pytest.approx(np.outer([0.2, 0.4, 0.9], [0.0, 0.5, 1.0]), abs=1e-6)
    assert found.mean == pytest.approx(np.array([0.0, 0.25, 0.5]), abs=1e-6)
    assert rows["a"].tolist() == [0.0, 0.5, 1.0]


def test_partial_dependence_on_every_kind_of_column() -> None:
    rows, classifier = table(), model()
    kinds = {}
    for column in rows.columns:
        found = partial_dependence(classifier, rows, column, label=0, grid=5)
        kinds[column] = found.kind
        assert found.lines.shape[1] == len(found.values) == len(found.mean) <= 5
        assert ((found.mean >= 0) & (found.mean <= 1)).all()
    assert kinds == {
        "size": "number",
        "count": "number",
        "colour": "category",
        "day": "date",
        "sold": "category",
    }


def test_values_of_columns() -> None:
    assert values_of(pd.Series([3, 1, 2, 1]), 9) == ("number", [1, 2, 3])
    many = pd.Series(np.arange(1000))
    kind, values = values_of(many, 5)
    assert kind == "number"
    assert len(values) == 5
    assert all(isinstance(value, int) for value in values)
    assert values_of(pd.Series(["b", "a", "b", None]), 9) == ("category", ["b", "a"])
    assert values_of(pd.Series(["b", "a"], dtype="category"), 1)[0] == "category"
    assert values_of(pd.Series([True, False, True]), 9) == ("category", [True, False])
    assert values_of(pd.Series([np.nan, np.nan]), 9) == ("number", [])


def test_what_cannot_be_shown() -> None:
    rows, classifier = table(), model()
    with pytest.raises(BadData, match="no column 'weight'"):
        partial_dependence(classifier, rows, "weight", label=0)
    with pytest.raises(BadParam, match="grid cannot be 1"):
        partial_dependence(classifier, rows, "size", label=0, grid=1)
    with pytest.raises(BadParam, match="never saw a row of class number 2"):
        partial_dependence(classifier, rows, "size", label=2)
    empty = pd.DataFrame({"a": [np.nan], "b": [1.0], "c": [1.0]})
    with pytest.raises(BadData, match="'a' has no value"):
        partial_dependence(product(), empty, "a", label=0)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "(missing)"),
        (np.nan, "(missing)"),
        (pd.Timestamp("2024-02-03"), "2024-02-03"),
        (pd.Timestamp("2024-02-03 10:30"), "2024-02-03 10:30:00"),
        (np.bool_(True), "yes"),
        (False, "no"),
        (np.int64(12345), "12345"),
        (0.12345, "0.1235"),
        (123456.7, "123,457"),
        ("blue", "blue"),
    ],
)
def test_values_as_people_read_them(value: Any, said: str) -> None:
    assert as_written(value) == said


def test_the_smallest_move_is_found_and_narrowed_down() -> None:
    """Above 0.5 in the first column is 'yes': from 0.2 with a deviation of 0.25."""
    background = pd.DataFrame({"a": [0.0, 0.25, 0.5, 0.75, 1.0], "b": [1.0] * 5, "c": [0.0] * 5})
    classifier = by_rule(lambda X: np.where(X[:, 0] > 0.5, 0.9, 0.1), 3)
    row = pd.DataFrame({"a": [0.2], "b": [1.0], "c": [0.0]})
    found = columns_to_move(classifier, row, background)
    assert found is not None
    assert (found.label, found.other) == (0, 1)
    (move,) = found.moves
    assert (move.column, move.before) == ("a", 0.2)
    assert 0.5 < move.after < 0.501
    assert move.distance == pytest.approx(0.3 / background["a"].std(ddof=0), rel=1e-2)
    assert found.distance == move.distance
    assert classifier.predict(found.row)[0] == 1
    assert found.after == pytest.approx([0.1, 0.9])


def test_a_move_ends_where_a_threshold_is_crossed() -> None:
    """The column is the probability of "yes", which is said from 0.3 on."""
    background = pd.DataFrame({"a": [0.0, 0.25, 0.5, 0.75, 1.0]})
    rule = ClassThreshold(1, 0.3, 5.0, 9)
    classifier = replace(by_rule(lambda X: X[:, 0], 1), threshold=rule)
    found = columns_to_move(classifier, pd.DataFrame({"a": [0.4]}), background)
    assert found is not None
    assert (found.label, found.other) == (1, 0)
    assert 0.299 < found.moves[0].after < 0.3
    with pytest.raises(BadParam, match="The answer is 'yes' already"):
        columns_to_move(classifier, pd.DataFrame({"a": [0.4]}), background, wished=1)


def test_two_columns_where_one_is_not_enough() -> None:
    background = pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 1.0], "c": [0.0, 0.0]})
    # a little for each, and the answer only where both are high
    classifier = by_rule(lambda X: 0.3 * X[:, 0] + 0.3 * X[:, 1], 3)
    row = pd.DataFrame({"a": [0.0], "b": [0.0], "c": [0.0]})
    found = columns_to_move(classifier, row, background)
    assert found is not None
    assert sorted(move.column for move in found.moves) == ["a", "b"]
    assert found.after[1] > 0.5
    assert found.distance == pytest.approx(np.sqrt(sum(move.distance**2 for move in found.moves)))
    assert columns_to_move(classifier, row, background, most=1) is None
    assert columns_to_move(classifier, row, background, fixed=("a",)) is None
    assert columns_to_move(classifier, row, background, fixed=("a", "b", "c")) is None


def test_whole_numbers_dates_and_categories_stay_what_they_are() -> None:
    rows, classifier = table(), model()
    at = int(np.flatnonzero(rows["count"] == 0)[0])
    found = columns_to_move(classifier, rows.iloc[[at]], rows)
    assert found is not None
    assert found.row.dtypes["count"] == rows.dtypes["count"]
    for move in found.moves:
        if move.column == "count":
            assert float(move.after).is_integer()
    assert int(classifier.predict(found.row)[0]) == found.other != found.label


def test_categories_count_as_one() -> None:
    rows = pd.DataFrame({"colour": ["red", "blue"] * 10, "size": [1.0] * 20})
    classifier = fitted("raw", "logistic", rows, [0, 1] * 10, ("warm", "cold"))
    found = columns_to_move(classifier, rows.head(1), rows)
    assert found is not None
    (move,) = found.moves
    assert (move.column, move.before, move.after, move.distance) == ("colour", "red", "blue", 1.0)


def test_a_date_is_moved_by_days() -> None:
    days = pd.date_range("2024-01-01", periods=20)
    rows = pd.DataFrame({"day": days, "size": [1.0] * 20})
    classifier = fitted("raw", "logistic", rows, [0] * 10 + [1] * 10, ("early", "late"))
    found = columns_to_move(classifier, rows.head(1), rows)
    assert found is not None
    (move,) = found.moves
    assert move.after == move.after.normalize()
    assert move.after in {days[9], days[10], days[11]}


def test_moves_that_cannot_be() -> None:
    rows, classifier = table(), model()
    row = rows.iloc[[0]]
    label = int(classifier.predict(row)[0])
    with pytest.raises(BadParam, match="already"):
        columns_to_move(classifier, row, rows, wished=label)
    with pytest.raises(BadParam, match="never saw a row of class number 2"):
        columns_to_move(classifier, row, rows, wished=2)
    constant = by_rule(lambda X: np.full(len(X), 0.2), 3)
    background = pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 1.0], "c": [0.0, 1.0]})
    assert columns_to_move(constant, background.head(1), background) is None


def test_important_columns_are_mean_absolute_contributions() -> None:
    rows, classifier = table(), model()
    found = important_columns(classifier, rows)
    assert (found.exact, found.rows) == (True, 50)
    each = [explain_row(classifier, rows.iloc[[i]], rows).values for i in range(50)]
    assert found.values == pytest.approx(np.abs(each).mean(axis=0), abs=1e-4)
    assert found.strongest(1)[0] == ("count", pytest.approx(found.values.max()))


def test_important_columns_where_nothing_adds_up() -> None:
    random = np.random.RandomState(1)
    rows = pd.DataFrame(random.rand(70, 3), columns=["a", "b", "c"])
    told = []
    found = important_columns(
        product(), rows, progress=Progress(lambda done, message, _: told.append(message))
    )
    assert (found.exact, found.rows) == (False, 24)
    assert found.values[2] == pytest.approx(0, abs=1e-9)
    assert min(found.values[:2]) > 0.05
    assert told[0] == "Explaining row 1 of 24"
    with pytest.raises(BadData, match="no rows to average over"):
        important_columns(product(), rows.head(0))


def test_a_column_that_the_encoder_does_not_know_adds_nothing() -> None:
    rows, classifier = table(), model()
    wider = rows.assign(other=np.arange(50.0))
    found = explain_row(classifier, wider.iloc[[0]], wider, label=1)
    assert found.columns[-1] == "other"
    assert found.values[-1] == 0
    assert found.score == pytest.approx(score_of(classifier, rows.iloc[[0]], 1), abs=1e-4)
    assert important_columns(classifier, wider).values[-1] == 0
