"""Distances between domains against values reckoned by hand, and what must not change them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import sparse

from core.errors import BadData
from core.transfer.domains import words
from core.transfer.domains.discrepancy import discrepancy
from core.transfer.domains.distance import distance_to_json, domain_distance
from core.transfer.domains.label_shift import LabelShift, answer_table, bbse, em, estimate, ratio
from core.transfer.domains.pair import pair
from core.transfer.domains.proxy import a_distance, proxy_distance, telling
from core.transfer.domains.shared import Shared, components, shared
from core.transfer.domains.vocabulary import jensen_shannon, overlap, overlap_of
from tests.core.transfer.domains.made_pairs import reviews, table

DRAW = np.random.default_rng(0)


# proxy A-distance ----------------------------------------------------------------------------


@pytest.mark.parametrize(("error", "distance"), [(0.0, 2.0), (0.25, 1.0), (0.5, 0.0), (0.7, 0.0)])
def test_a_distance_is_that_of_the_paper(error, distance):
    assert a_distance(error) == distance


def test_domains_that_never_overlap_are_two_apart_and_equal_ones_hardly():
    far = proxy_distance(np.zeros((20, 1)), np.full((20, 1), 9.0), ("x",))
    assert (far.distance, far.error) == (2.0, 0.0)
    rows = DRAW.normal(size=(200, 2))
    near = proxy_distance(rows[:100], rows[100:], ("x", "y"))
    assert near.distance < 0.6


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_the_pull_is_weight_times_difference_of_means(kind):
    source, target = kind([[2.0, 0.0, 1.0]] * 2), kind([[0.0, 1.0, 1.0]] * 3)
    of_source, of_target = telling(
        source, target, np.array([-3.0, 2.0, 5.0]), ("a", "b", "c"), top=5
    )
    (first,), (second,) = of_source, of_target
    assert (first.name, first.pull) == ("a", 6.0)
    assert (second.name, second.pull) == ("b", 2.0)
    # sparse rows count who holds the word, dense ones show the mean
    assert (first.source, first.target) == ((2.0, 0.0) if kind is np.asarray else (1.0, 0.0))


def test_a_weight_that_points_the_other_way_is_not_telling():
    of_source, of_target = telling(
        np.array([[0.0]]), np.array([[1.0]]), np.array([-4.0]), ("a",), top=3
    )
    assert of_source == of_target == ()


def test_changing_sides_keeps_the_distance_and_swaps_what_tells():
    a, b = DRAW.normal(size=(40, 2)), DRAW.normal(size=(40, 2)) + [2, 0]
    one, other = proxy_distance(a, b, ("x", "y")), proxy_distance(b, a, ("x", "y"))
    assert one.distance == pytest.approx(other.distance, abs=0.15)
    assert one.of_target[0].name == other.of_source[0].name == "x"


# maximum mean discrepancy --------------------------------------------------------------------


def test_discrepancy_by_hand():
    # two rows at 0, two at 1: likeness inside 1, across exp(-1/2); unbiased: 1 + 1 - 2 exp(-1/2)
    found = discrepancy(np.zeros((2, 1)), np.ones((2, 1)), width=1.0, permutations=5)
    assert found.value == pytest.approx(2 - 2 * np.exp(-0.5))
    # the six divisions of four rows: one in three is this one or its mirror image
    many = discrepancy(np.zeros((2, 1)), np.ones((2, 1)), width=1.0, permutations=2000)
    assert many.p_value == pytest.approx(1 / 3, abs=0.05)


def test_discrepancy_does_not_mind_shifts_rotations_and_scales():
    x, y = DRAW.normal(size=(30, 3)), DRAW.normal(size=(25, 3)) + 0.5
    turn = np.linalg.qr(DRAW.normal(size=(3, 3)))[0]
    plain = discrepancy(x, y, permutations=50)
    moved = discrepancy(5 * x @ turn + 7, 5 * y @ turn + 7, permutations=50)
    assert moved.value == pytest.approx(plain.value)
    assert moved.p_value == plain.p_value
    assert moved.width == pytest.approx(5 * plain.width)


def test_the_test_finds_a_difference_and_no_difference():
    x = DRAW.normal(size=(80, 2))
    assert discrepancy(x, DRAW.normal(size=(80, 2)) + 2).p_value == pytest.approx(0.002)
    assert discrepancy(x[:40], x[40:]).p_value > 0.01
    assert discrepancy(np.zeros((5, 2)), np.zeros((5, 2))).p_value == 1.0


# vocabulary ----------------------------------------------------------------------------------


def test_overlap_by_hand():
    found = overlap_of(np.array([2, 1, 0, 0]), np.array([1, 0, 1, 4]), ("a", "b", "c", "d"))
    assert (found.shared, found.source, found.target) == (1, 2, 3)
    assert found.jaccard == 0.25
    assert found.known == pytest.approx(1 / 6)
    assert found.strange == ("d", "c")


def test_divergence_is_zero_for_the_same_and_one_bit_for_no_word_in_common():
    assert jensen_shannon(np.array([1.0, 3.0]), np.array([10.0, 30.0])) == 0.0
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 2.0])) == pytest.approx(1.0)
    assert jensen_shannon(np.zeros(2), np.ones(2)) == 0.0


def test_overlap_reads_texts():
    found = overlap(
        np.array(["green apple", "apple"], object), np.array(["apple tree", "the"], object)
    )
    assert found is not None
    assert (found.shared, found.source, found.target, found.known) == (1, 2, 2, 0.5)
    assert found.strange == ("tree",)
    assert overlap(np.array(["the"], object), np.array(["and"], object)) is None


# label shift ---------------------------------------------------------------------------------


def test_bbse_solves_the_table_of_answers():
    # right on 80 % of class 0 and 60 % of class 1, both as common; 50 % of the target called 0
    table_of = np.array([[0.4, 0.2], [0.1, 0.3]])
    # 0.8 p + 0.4 (1 - p) = 0.5: p = 1/4
    np.testing.assert_allclose(bbse(table_of, np.array([0.5, 0.5])), [0.25, 0.75])


def test_bbse_is_right_for_any_classifier_that_can_be_inverted():
    right = np.array([[0.7, 0.2, 0.1], [0.2, 0.5, 0.2], [0.1, 0.3, 0.7]])
    source, target = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7])
    np.testing.assert_allclose(bbse(right * source, right @ target), target)


def test_bbse_never_goes_below_zero_and_leaves_absent_classes_out():
    np.testing.assert_allclose(
        bbse(np.array([[0.5, 0.1], [0.0, 0.4]]), np.array([1.0, 0.0])), [1, 0]
    )
    three = np.zeros((3, 3))
    three[0, 0] = three[2, 2] = 0.5
    np.testing.assert_allclose(bbse(three, np.array([0.3, 0.0, 0.7])), [0.3, 0, 0.7])


def test_bbse_refuses_a_classifier_that_tells_nothing():
    with pytest.raises(BadData, match="too badly apart"):
        bbse(np.full((2, 2), 0.25), np.array([0.5, 0.5]))


def test_em_finds_the_shares_of_a_perfect_classifier_and_keeps_those_of_an_ignorant_one():
    proba = np.eye(2)[[0, 1, 1, 1]]
    np.testing.assert_allclose(em(proba, np.array([0.5, 0.5])), [0.25, 0.75])
    np.testing.assert_allclose(em(np.full((5, 2), 0.5), np.array([0.5, 0.5])), [0.5, 0.5])


def test_ratio_and_answers():
    np.testing.assert_allclose(ratio(np.array([0.2, 0.8]), np.array([0.4, 0.0])), [0.5, 0.0])
    np.testing.assert_allclose(
        answer_table(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2), [[0.25, 0], [0.25, 0.5]]
    )


@pytest.mark.parametrize("method", ["bbse", "em"])
def test_estimate_has_a_range_around_it(method):
    truth = np.repeat([0, 1], 100)
    held_out = np.eye(2)[truth] * 0.8 + 0.1
    target = (np.eye(2)[np.repeat([0, 1], [20, 180])]) * 0.8 + 0.1
    found = estimate(truth, held_out, target, method=method)
    assert found.source == (0.5, 0.5)
    assert found.target[0] == pytest.approx(0.1, abs=0.03 if method == "bbse" else 0.1)
    assert found.low[0] <= found.target[0] <= found.high[0]
    assert found.low[0] < found.high[0]
    assert found.largest == pytest.approx(0.5 - found.target[0])
    np.testing.assert_allclose(found.weights, np.array(found.target) / 0.5)


# all together --------------------------------------------------------------------------------


def test_components_keep_the_distances_between_rows():
    X = DRAW.normal(size=(20, 5))
    one, other = components(Shared(X[:12], X[12:], np.arange(12), np.arange(8), tuple("abcde")))
    both = np.vstack([one, other])
    wanted = X - X.mean(axis=0)
    np.testing.assert_allclose(both @ both.T, wanted @ wanted.T, atol=1e-8)
    flat, _ = components(
        Shared(np.ones((3, 2)), np.ones((2, 2)), np.arange(3), np.arange(2), ("a",))
    )
    assert flat.shape == (3, 1)


def test_reviews_differ_in_their_subject_and_not_in_their_verdict():
    found = domain_distance(pair(reviews("books"), reviews("pans")))
    named = {one.name for one in (*found.proxy.of_source, *found.proxy.of_target)}
    assert named >= {"novel", "chapter", "pan", "lid"}
    assert not named & {"superb", "awful"}
    assert found.proxy.distance > 1.9
    assert found.discrepancy.p_value < 0.05
    assert found.overlap is not None
    assert found.overlap.shared == 10
    assert found.label_shift is not None
    assert found.label_shift.largest < 0.2
    said = words.sentences(found)
    assert said[0] == "Books and Pans are very different."
    assert said[1].startswith("These domains differ mostly in ")
    assert "(Books) against" in said[1]
    assert "100 in 100 new rows" in said[2]
    assert "beyond chance" in said[3]
    assert "Commonest words it has never seen: " in said[4]
    assert said[5] == "The classes seem to be about as common in both domains."
    told = json.loads(json.dumps(distance_to_json(found), allow_nan=False))
    assert told["proxy"]["distance"] == found.proxy.distance
    assert told["classes"] == ["bad", "good"]


def test_tables_differ_in_a_column():
    found = domain_distance(pair(table(), table(9.0, seed=1)))
    assert found.overlap is None
    assert [one.name for one in found.proxy.of_target] == ["age"]
    assert words.differ_sentence(found) == "These domains differ mostly in age (Table 1)."
    assert words.overlap_sentence(found) == ""


def test_only_so_many_rows_are_looked_at():
    found = shared(pair(table(), table(seed=1)), most=10)
    assert found.source.shape == (10, 2)
    assert len(set(found.target_rows.tolist())) == 10
    assert found.both.shape == (20, 2)
    np.testing.assert_array_equal(found.domains, [0] * 10 + [1] * 10)


def test_classes_that_become_rarer_are_named():
    found = domain_distance(pair(reviews("books", 120), reviews("pans", 120, positive=0.1)))
    sentence = words.shift_sentence(found)
    assert "common in Pans" in sentence
    assert "against 5" in sentence


def test_too_few_labels_are_said():
    from dataclasses import replace

    found = pair(reviews("books"), reviews("pans"))
    labels = np.full(len(found.source), -1)
    labels[0], labels[-1] = 1, 0
    without = domain_distance(replace(found, source_labels=labels))
    assert without.label_shift is None
    assert "Too few labelled source rows" in without.notes[-1]
    assert words.shift_sentence(without) == ""


def test_words_for_every_distance_and_for_none():
    assert [words.level(d) for d in (0.1, 0.5, 1.2, 1.9)] == [
        "much alike", "somewhat different", "clearly different", "very different"
    ]  # fmt: skip
    from dataclasses import replace

    found = domain_distance(pair(table(), table(seed=1)))
    nothing = replace(
        found,
        proxy=replace(found.proxy, of_source=(), of_target=()),
        discrepancy=replace(found.discrepancy, p_value=0.4),
        label_shift=LabelShift((0.5, 0.5), (0.25, 0.75), (0.1, 0.7), (0.3, 0.9)),
    )
    assert words.differ_sentence(nothing) == "No word or column tells these domains apart."
    assert "No difference beyond chance" in words.discrepancy_sentence(nothing)
    assert "'no' seems to be less common" in words.shift_sentence(nothing)
