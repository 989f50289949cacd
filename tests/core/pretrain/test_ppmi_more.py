"""Word vectors that learn on: kept counts, and what is added to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from core.errors import BadData, BadModelFile, BadParam, Cancelled
from core.pretrain.ppmi import METHOD, PPMIEncoder
from core.pretrain.ppmi_more import KeptCounts
from core.progress import Progress
from core.text.preparation import TextPreparation
from core.types import Rows

WORDS = "red green blue loud soft slow fast warm cold round".split()


def texts(count: int, seed: int) -> Rows:
    """Texts in which neighbours of the list stand together more often than others."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, len(WORDS), count)[:, None] + rng.integers(0, 4, (count, 12))
    return np.array([" ".join(WORDS[i % len(WORDS)] for i in row) for row in places], dtype=object)


def encoder(**settings: Any) -> PPMIEncoder:
    given = {"dimensions": 4, "window": 3, "keep_counts": True, **settings}
    return PPMIEncoder(TextPreparation(min_df=1), **given)


OLD, NEW = texts(40, 0), texts(25, 1)


@pytest.mark.parametrize("weighting", ["flat", "harmonic"])
def test_vectors_are_those_of_a_fit_on_all_texts(weighting: str) -> None:
    first = encoder(weighting=weighting).fit(OLD)
    before = first.vectors_.copy()
    second = first.continued(NEW)
    whole = encoder(weighting=weighting).fit(np.concatenate([OLD, NEW]))
    assert second.text_.vocabulary_.terms == whole.text_.vocabulary_.terms
    assert second.text_.vocabulary_.documents == 65
    exactly = 0 if weighting == "flat" else 1e-5
    np.testing.assert_allclose(second.vectors_, whole.vectors_, atol=exactly)
    np.testing.assert_allclose(second.mean_, whole.mean_, atol=0.02)
    np.testing.assert_allclose(second.transform(OLD), whole.transform(OLD), atol=0.05)
    np.testing.assert_array_equal(first.vectors_, before)
    # and on and on: the counts are the sum of all three
    third = second.continued(texts(10, 2))
    assert third.kept_ is not None
    assert second.kept_ is not None
    assert third.kept_.known == 75
    more = encoder(weighting=weighting).fit(np.concatenate([OLD, NEW, texts(10, 2)]))
    np.testing.assert_allclose(third.vectors_, more.vectors_, atol=exactly)


def test_new_words_join_and_old_ones_keep_their_neighbours() -> None:
    first = encoder().fit(OLD)
    second = first.continued(np.array(["red violin", "green flute"] * 5, dtype=object))
    terms = second.text_.vocabulary_.terms
    assert {"violin", "flute", *WORDS} == set(terms)
    assert first.kept_ is not None
    assert second.kept_ is not None
    old, n = first.text_.vocabulary_.terms, len(terms)
    at = [terms.index(term) for term in old]
    before = first.kept_.pairs(np.arange(len(old)), len(old)).toarray()
    after = second.kept_.pairs(np.arange(n), n).toarray()
    np.testing.assert_array_equal(after[np.ix_(at, at)], before)
    violin = terms.index("violin")
    assert after[violin, terms.index("red")] == after[terms.index("red"), violin] == 5
    assert np.linalg.norm(second.transform(["a violin"])) == pytest.approx(1)


def test_a_state_comes_back_and_goes_on() -> None:
    first = encoder().fit(OLD)
    again = encoder().load_state(first.state())
    np.testing.assert_array_equal(again.continued(NEW).vectors_, first.continued(NEW).vectors_)


def test_without_counts_nothing_is_kept_and_nothing_is_continued() -> None:
    first = encoder(keep_counts=False).fit(OLD)
    assert "counts" not in first.state()
    assert encoder(keep_counts=False).load_state(first.state()).kept_ is None
    with pytest.raises(BadParam, match="without keeping their counts") as caught:
        first.continued(NEW)
    assert caught.value.hint is not None
    assert "keep_counts" in caught.value.hint
    assert METHOD.continues == "keep_counts"
    assert not next(p for p in METHOD.params if p.name == "keep_counts").default


def test_texts_that_say_nothing_to_the_model() -> None:
    with pytest.raises(BadData, match="None of the 2 new texts"):
        encoder().fit(OLD).continued(np.array(["", "  "], dtype=object))


def test_it_can_be_cancelled() -> None:
    def stop(fraction: float, message: str, metrics: Any) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        encoder().fit(OLD).continued(NEW, progress=Progress(stop))


@pytest.mark.parametrize(
    ("value", "kind"),
    [(3, np.uint8), (255, np.uint8), (256, np.uint16), (70_000, np.uint32), (0.5, np.float32)],
)
def test_counts_are_packed_in_the_smallest_numbers(value: float, kind: type) -> None:
    pairs = np.array([[2, value, 0], [value, 0, 1], [0, 1, 0]], dtype=np.float32)
    weighted = sparse.csr_matrix(np.array([[0.6, 0.8, 0], [0, 0, 0], [0, 0, 1]], dtype=np.float32))
    kept = KeptCounts.of(sparse.csr_matrix(pairs), weighted)
    assert kept.columns.dtype == np.uint16
    assert kept.values.dtype == kind
    assert kept.values.tolist() == [2, value, 1]
    assert kept.known == 2
    np.testing.assert_allclose(kept.total, [0.6, 0.8, 1])
    np.testing.assert_array_equal(kept.pairs(np.arange(3), 3).toarray(), pairs)
    moved = kept.pairs(np.array([3, 0, 1]), 4).toarray()
    np.testing.assert_array_equal(moved[np.ix_([3, 0, 1], [3, 0, 1])], pairs)
    assert moved.sum() == pairs.sum()


def test_no_pair_at_all() -> None:
    nothing = sparse.csr_matrix((2, 2), dtype=np.float32)
    kept = KeptCounts.of(nothing, nothing)
    assert kept.pairs(np.arange(2), 2).nnz == 0
    assert KeptCounts.from_state(kept.state(), 2).known == 0
    np.testing.assert_array_equal(kept.mean(np.ones((2, 1), np.float32)), [0])


@pytest.mark.parametrize(
    "change",
    [
        {"pointers": np.array([0, 2, 1, 3])},
        {"pointers": np.array([1, 2, 2, 3])},
        {"pointers": np.array([0, 1, 2, 2])},
        {"pointers": np.array([0, 1, 3])},
        {"columns": np.array([0, 1, 3], dtype=np.uint16)},
        {"columns": np.array([0, 1, -1])},
        {"columns": np.array([0.0, 1.0, 2.0])},
        {"values": np.array([1, 0, 1])},
        {"values": np.array([1, 1])},
        {"total": np.zeros(2)},
        {"known": -1},
        {"known": "some"},
    ],
)
def test_damaged_counts_are_refused(change: dict[str, Any]) -> None:
    pairs = sparse.csr_matrix(np.array([[2, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=np.float32))
    state = KeptCounts.of(pairs, pairs).state()
    KeptCounts.from_state(state, 3)
    with pytest.raises(BadModelFile, match=r"damaged"):
        KeptCounts.from_state({**state, **change}, 3)


def test_a_model_file_without_its_counts_is_refused() -> None:
    state = encoder(keep_counts=False).fit(OLD).state()
    with pytest.raises(BadModelFile, match="'counts' is missing"):
        encoder().load_state(state)
