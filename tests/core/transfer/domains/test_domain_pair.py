"""Which rows of a source and a target may be seen by whom."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.data.dataset import UNLABELLED, Dataset
from core.errors import BadData, BadParam
from core.transfer.domains.distance import domain_distance
from core.transfer.domains.pair import domain_names, pair
from tests.core.transfer.domains.made_pairs import both_domains, reviews, table


def test_two_data_sets_give_their_training_rows_and_the_target_its_test_rows():
    books, pans = reviews("books"), reviews("pans")
    found = pair(books, pans)
    assert list(found.source) == list(books.rows[~books.test])
    assert list(found.target) == list(pans.rows[~pans.test])
    assert list(found.test) == list(pans.rows[pans.test])
    assert (found.source_name, found.target_name) == ("Books", "Pans")
    np.testing.assert_array_equal(found.truth, pans.labels[pans.test])
    np.testing.assert_array_equal(found.domains(), [0] * 40 + [1] * 40)


def test_two_domains_of_one_data_set():
    found = pair(both_domains(), both_domains(), source_domain="pans", target_domain="books")
    assert all("numberpans" in text for text in found.source)
    assert all("numberbooks" in text for text in [*found.target, *found.test])
    assert len(found.source) == 40
    assert domain_names(both_domains()) == ["books", "pans"]
    assert domain_names(reviews("books")) == []


def test_rows_that_repeat_a_test_row_are_left_out_of_both_sides():
    books, pans = reviews("books"), reviews("pans")
    rows = books.rows.copy()
    rows[0] = pans.rows[2].upper()  # a test row of the target, written otherwise
    again = pans.rows.copy()
    again[0] = again[5]  # a test row as a training row
    found = pair(dataclasses.replace(books, rows=rows), dataclasses.replace(pans, rows=again))
    assert len(found.source) == 39
    assert len(found.target) == 39
    assert found.notes == ("2 training rows repeat a test row of Pans and were left out.",)


def test_labels_are_told_by_the_names_of_the_classes():
    books = dataclasses.replace(reviews("books"), classes=("so-so", "good"))
    pans = dataclasses.replace(reviews("pans"), classes=("good", "so-so"))
    found = pair(books, pans)
    theirs = books.labels[~books.test]
    np.testing.assert_array_equal(found.source_labels, 1 - theirs)


def test_rows_of_a_class_that_the_target_lacks_count_as_unlabelled():
    books = reviews("books")
    labels = books.labels.copy()
    labels[0] = 2
    books = dataclasses.replace(books, labels=labels, classes=("bad", "good", "ugly"))
    found = pair(books, reviews("pans"))
    assert found.source_labels[0] == UNLABELLED
    assert "1 source rows are of classes that Pans does not have" in found.notes[0]


def test_a_target_without_labels_takes_the_classes_of_the_source():
    found = pair(reviews("books"), reviews("pans", labelled=False))
    assert found.classes == ("bad", "good")
    assert len(found.truth) == 0
    assert (found.target_labels == UNLABELLED).all()


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: pair(reviews("books"), table()), BadParam, "which cannot be compared"),
        (lambda: pair(reviews("books"), reviews("books")), BadParam, "are the same rows"),
        (
            lambda: pair(both_domains(), both_domains(), source_domain="x", target_domain="pans"),
            BadParam,
            "has no domain 'x'",
        ),
        (
            lambda: pair(reviews("books"), reviews("pans"), source_domain="x"),
            BadParam,
            "has no column of domains",
        ),
        (
            lambda: pair(reviews("books"), reviews("pans", n=12)),
            BadData,
            "Pans has 8 training rows; at least 10",
        ),
        (
            lambda: pair(
                dataclasses.replace(reviews("books"), classes=("x", "y")), reviews("pans")
            ),
            BadParam,
            "share fewer than two classes: x, y against bad, good",
        ),
        (
            lambda: pair(reviews("books", labelled=False), reviews("pans")),
            BadParam,
            "share fewer than two classes: no labels against bad, good",
        ),
        (
            lambda: pair(
                dataclasses.replace(reviews("books"), labels=np.zeros(60, np.int32)),
                reviews("pans"),
            ),
            BadData,
            "labelled training rows of fewer than two classes",
        ),
        (
            lambda: pair(
                dataclasses.replace(table(), rows=table().rows.rename(columns={"age": "years"})),
                table(seed=1),
            ),
            BadData,
            "'age' is missing",
        ),
        (
            lambda: pair(
                dataclasses.replace(table(), rows=table().rows[["score", "age"]]), table(seed=1)
            ),
            BadData,
            "their order or number differs",
        ),
    ],
)
def test_what_cannot_be_paired_is_said(make, kind, words):
    with pytest.raises(kind, match=words.replace("(", r"\(")) as caught:
        make()
    assert caught.value.hint


def test_pictures_of_other_sizes_are_refused():
    books = reviews("books")
    small, large = (
        dataclasses.replace(books, modality="image", rows=np.zeros((60, side, side), np.uint8))
        for side in (4, 6)
    )
    with pytest.raises(BadData, match="are 4×4 and those of Books 6×6"):
        pair(small, large)


def test_a_distance_needs_no_labels():
    found = pair(reviews("books", labelled=False), reviews("pans", labelled=False), labelled=False)
    assert found.classes == ()
    assert not found.can_carry
    assert pair(reviews("books"), reviews("pans")).can_carry
    from core.transfer.domains.distance import domain_distance

    measured = domain_distance(found)
    assert measured.label_shift is None
    assert measured.proxy.distance > 1.5


def test_domains_with_labels_are_told_apart_from_those_without():
    dataset = both_domains()
    labels = dataset.labels.copy()
    labels[:60] = UNLABELLED
    half = dataclasses.replace(dataset, labels=labels)
    assert domain_names(half) == ["books", "pans"]
    assert domain_names(half, labelled=True) == ["pans"]


def in_groups(domain: str, groups: list[object]) -> Dataset:
    made = reviews(domain, len(groups))
    return dataclasses.replace(made, group=np.array(groups, dtype=object))


def test_groups_of_different_data_sets_have_nothing_to_do_with_each_other():
    found = pair(in_groups("books", ["x"] * 15 + ["y"] * 15), in_groups("pans", ["x"] * 30))
    # a third is for the test: ten rows of x, ten of y, and twenty of the other x
    assert np.bincount(found.units).tolist() == [10, 10, 20]
    np.testing.assert_array_equal(found.domain_units % 2, found.domains())
    lone = pair(in_groups("books", [None] * 30), reviews("pans", 30))
    assert len(np.unique(lone.units)) == 40


def test_a_group_of_two_domains_of_one_data_set_is_one_unit():
    made = both_domains(30)
    made = dataclasses.replace(made, group=np.array([f"g{i % 2}" for i in range(60)], dtype=object))
    found = pair(made, made, source_domain="books", target_domain="pans")
    assert np.bincount(found.units).tolist() == [20, 20]
    assert len(np.unique(found.domain_units)) == 4


def test_what_everybody_says_ties_no_groups_of_two_domains_together():
    made = both_domains(30)
    made = dataclasses.replace(
        made, group=np.array([f"g{i // 6}" for i in range(60)], dtype=object)
    )
    made.rows[::6] = "Yes."  # one of each group, and none is a test row
    found = pair(made, made, source_domain="books", target_domain="pans")
    assert np.bincount(found.units).tolist() == [4] * 10


def test_equal_rows_are_one_unit_but_values_of_a_table_are_no_copies():
    books = reviews("books", 30)
    books.rows[3] = books.rows[0].upper()
    found = pair(books, reviews("pans", 30))
    assert len(np.unique(found.units)) == 39
    assert len(np.unique(found.domain_units)) == 39
    one, other = table(0, 40), table(1, 40, seed=1)
    one.rows.iloc[:20] = one.rows.iloc[0]
    tables = pair(one, other)
    assert len(np.unique(tables.units)) < 60
    assert tables.domain_units is None
    named = dataclasses.replace(one, group=np.array(["z"] * 40, dtype=object))
    assert len(np.unique(pair(named, other).domain_units)) == 31


def test_class_shares_are_not_estimated_where_a_class_is_one_unit():
    books = in_groups("books", ["good"] * 30 + ["bad"] * 30)
    found = domain_distance(pair(books, reviews("pans", 60)))
    assert found.label_shift is None
    assert found.notes == (
        "Too few source rows could be held out to say how common the classes are.",
    )
