"""Counts of neighbours, against a plain triple loop."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.errors import BadData, BadParam, Cancelled
from core.pretrain import cooccurrence as module
from core.pretrain.cooccurrence import cooccurrence
from core.progress import Progress

TERMS = 6


def stream(texts: list[list[int]]) -> tuple[Any, Any]:
    ids = np.asarray([word for text in texts for word in text], dtype=np.int32)
    return ids, np.concatenate([[0], np.cumsum([len(text) for text in texts], dtype=np.int64)])


def plainly(
    texts: list[list[int]], window: int, weighting: str, places: list[list[int]] | None = None
) -> Any:
    """The definition, word for word."""
    counts = np.zeros((TERMS, TERMS))
    for t, text in enumerate(texts):
        where = places[t] if places else list(range(len(text)))
        for i, a in enumerate(text):
            for j, b in enumerate(text):
                distance = abs(where[i] - where[j])
                if i != j and (window == 0 or distance <= window):
                    counts[a, b] += 1 / max(distance, 1) if weighting == "harmonic" else 1
    return counts


texts_of_words = st.lists(st.lists(st.integers(0, TERMS - 1), max_size=12), max_size=6)


@given(texts_of_words, st.integers(0, 14), st.sampled_from(["flat", "harmonic"]))
def test_it_counts_as_the_plain_loop_does(
    texts: list[list[int]], window: int, weighting: Any
) -> None:
    counts = cooccurrence(*stream(texts), TERMS, window=window, weighting=weighting)
    assert counts.dtype == np.float32
    assert counts.shape == (TERMS, TERMS)
    np.testing.assert_allclose(counts.toarray(), plainly(texts, window, weighting), rtol=1e-6)


@given(texts_of_words, st.integers(0, 5), st.sampled_from(["flat", "harmonic"]), st.data())
def test_tokens_may_share_places(
    texts: list[list[int]], window: int, weighting: Any, data: st.DataObject
) -> None:
    places = [
        sorted(data.draw(st.lists(st.integers(0, 20), min_size=len(t), max_size=len(t))))
        for t in texts
    ]
    flat = np.asarray([place for text in places for place in text], dtype=np.int32)
    counts = cooccurrence(*stream(texts), TERMS, window=window, weighting=weighting, positions=flat)
    expected = plainly(texts, window, weighting, places)
    np.testing.assert_allclose(counts.toarray(), expected, rtol=1e-6)


@given(texts_of_words, texts_of_words, st.integers(0, 5))
def test_counts_of_two_pools_add_up(
    one: list[list[int]], two: list[list[int]], window: int
) -> None:
    both = cooccurrence(*stream(one + two), TERMS, window=window)
    apart = [cooccurrence(*stream(texts), TERMS, window=window) for texts in (one, two)]
    np.testing.assert_array_equal((apart[0] + apart[1]).toarray(), both.toarray())


def many(seed: int = 0, n_terms: int = 3000, n: int = 40_000) -> tuple[Any, Any, int]:
    """Enough tokens for several jobs, and rows with both few and many neighbours."""
    random = np.random.default_rng(seed)
    ids = np.minimum(random.geometric(0.004, n) - 1, n_terms - 1).astype(np.int32)
    return ids, np.arange(0, n + 1, 400), n_terms


def test_a_large_result_is_sorted_symmetric_and_free_of_zeros(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids, offsets, n_terms = many()
    monkeypatch.setattr(module, "_STEP", 50_000)  # several jobs at once
    counts = cooccurrence(ids, offsets, n_terms, window=20)
    # some rows are sorted by comparing, some by looking through all columns
    lengths = np.diff(counts.indptr)
    assert (lengths * 24 < n_terms).any()
    assert (lengths * 24 >= n_terms).any()
    assert (counts.data > 0).all()
    assert counts.has_canonical_format
    # a new matrix looks for itself
    fresh = sparse.csr_matrix((counts.data, counts.indices, counts.indptr), shape=counts.shape)
    assert fresh.has_sorted_indices
    assert fresh.has_canonical_format
    assert (counts != counts.T).nnz == 0
    # each token counts with every other in reach: 2 × (20 + 19 + ... ) misses at both ends
    within = 400 * 40 - 20 * 21
    assert counts.sum(dtype=np.float64) == 100 * within


def test_jobs_and_threads_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    ids, offsets, n_terms = many()
    once = cooccurrence(ids, offsets, n_terms, weighting="harmonic")
    monkeypatch.setattr(module, "_STEP", 1000)
    with ThreadPoolExecutor(3) as pool:
        again = list(
            pool.map(lambda _: cooccurrence(ids, offsets, n_terms, weighting="harmonic"), range(3))
        )
    for other in again:
        np.testing.assert_array_equal(other.indptr, once.indptr)
        np.testing.assert_array_equal(other.indices, once.indices)
        np.testing.assert_array_equal(other.data, once.data)


def test_its_input_stays_as_it_is() -> None:
    ids, offsets = stream([[0, 1, 2], [3, 3]])
    kept = ids.copy(), offsets.copy()
    cooccurrence(ids, offsets, TERMS)
    np.testing.assert_array_equal(ids, kept[0])
    np.testing.assert_array_equal(offsets, kept[1])


def test_nothing_to_count_is_no_error() -> None:
    for texts in ([], [[]], [[2], [], [4]]):
        counts = cooccurrence(*stream(texts), TERMS)
        assert counts.shape == (TERMS, TERMS)
        assert counts.nnz == 0
        assert counts.dtype == np.float32


def test_a_wrong_setting_is_named() -> None:
    ids, offsets = stream([[0, 1]])
    with pytest.raises(BadParam, match="window cannot be -1"):
        cooccurrence(ids, offsets, TERMS, window=-1)
    with pytest.raises(BadParam, match="weighting cannot be 'square'"):
        cooccurrence(ids, offsets, TERMS, weighting="square")  # type: ignore[arg-type]


def test_falling_positions_are_refused() -> None:
    ids, offsets = stream([[0, 1, 2]])
    with pytest.raises(BadData, match="positions of a text fall"):
        cooccurrence(ids, offsets, TERMS, positions=np.asarray([0, 2, 1]))


def test_too_many_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_STORED", 1000)
    with pytest.raises(BadData, match="More than 1,000 pairs") as caught:
        cooccurrence(*many())
    assert "window" in str(caught.value.hint)


def test_too_many_words_are_refused() -> None:
    class Endless(np.ndarray):  # the length is all that is looked at
        def __len__(self) -> int:
            return 2**31

    ids = np.zeros(1, dtype=np.int32).view(Endless)
    with pytest.raises(BadData, match="2,147,483,648 words"):
        cooccurrence(ids, np.asarray([0, 1]), TERMS)


def test_a_cancel_reaches_a_row_that_takes_long() -> None:
    # one word, whole texts: 10^10 pairs in one row, minutes of work
    ids = np.zeros(100_000, dtype=np.int32)
    offsets = np.asarray([0, len(ids)])
    cooccurrence(ids[:10], np.asarray([0, 10]), 1)  # compiled before
    reports: list[float] = []

    def report(fraction: float, message: str, metrics: Any) -> None:
        reports.append(fraction)
        raise Cancelled

    done = threading.Event()

    def work() -> None:
        with pytest.raises(Cancelled):
            cooccurrence(ids, offsets, 1, window=0, progress=Progress(report))
        done.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert done.is_set()
    assert reports == [0.0]


def test_the_kernel_means_the_same_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    ids, offsets, n_terms = many(n=1200, n_terms=200)
    fast = cooccurrence(ids, offsets, n_terms, weighting="harmonic")
    monkeypatch.setattr(module, "compiled", lambda function: function)
    slow = cooccurrence(ids, offsets, n_terms, weighting="harmonic")
    np.testing.assert_array_equal(slow.indices, fast.indices)
    np.testing.assert_allclose(slow.data, fast.data, rtol=1e-6)
