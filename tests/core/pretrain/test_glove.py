"""GloVe: one step by hand, the loss, sameness with any number of threads, going on later."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.errors import BadData, BadModelFile, BadParam, Cancelled
from core.params import resolve
from core.pretrain import compiled as compiling
from core.pretrain import glove_kernel as module
from core.pretrain.base import PoolSize
from core.pretrain.cooccurrence import cooccurrence
from core.pretrain.glove import METHOD, GloVeEncoder
from core.pretrain.glove_kernel import Factors, learn_pass, weigh_pairs
from core.progress import Checkpoints, Progress
from core.text.preparation import TextPreparation
from core.types import State

EVERY_WORD = TextPreparation(min_df=1, max_df=1.0, stop_words=False)


def rows_of(texts: list[str]) -> Any:
    return np.asarray(texts, dtype=object)


def two_subjects(seed: int = 0, n: int = 200) -> Any:
    random = np.random.default_rng(seed)
    subjects = [
        "cat dog bird horse fish animal tail paw feather fur".split(),
        "engine wheel brake car road driver fuel gear tyre clutch".split(),
    ]
    return rows_of([" ".join(random.choice(subjects[i % 2], 6)) for i in range(n)])


def some_counts(n_terms: int = 40, density: float = 0.4, seed: int = 0) -> Any:
    """Symmetric counts of which some rows are empty."""
    random = np.random.default_rng(seed)
    upper = np.triu(random.exponential(8, (n_terms, n_terms)))
    upper[random.random((n_terms, n_terms)) > density] = 0
    upper[5] = upper[:, 5] = 0
    counts = sparse.csr_matrix((upper + upper.T).astype(np.float32))
    counts.sort_indices()
    return counts


def plain_pass(parts: dict[str, Any], pairs: list[tuple[int, int, float]], rate: float) -> float:
    """The definition in float64, pair after pair."""
    total = 0.0
    for i, j, x in pairs:
        w, c = parts["words"][i], parts["contexts"][j]
        b, d = parts["word_biases"][i], parts["context_biases"][j]
        error = w[0] @ c[0] + b[0] + d[0] - np.log(x)
        weight = min((x / 10) ** 0.75, 1)
        total += weight * error**2
        steps = [rate * weight * error * slope for slope in (c[0].copy(), w[0].copy(), 1, 1)]
        for values, step in zip((w, c, b, d), steps, strict=True):
            values[0] -= step / np.sqrt(values[1])
            values[1] += step**2
    return total / len(pairs)


def test_counts_of_three_words_by_hand() -> None:
    # "a b c a": a-b 1 and 1/2, a-c 1/2 and 1, a-a 1/3 both ways, b-c 1
    ids, offsets = np.asarray([0, 1, 2, 0]), np.asarray([0, 4])
    counts = cooccurrence(ids, offsets, 3, window=3, weighting="harmonic").toarray()
    expected = [[2 / 3, 1.5, 1.5], [1.5, 0, 1], [1.5, 1, 0]]
    np.testing.assert_allclose(counts, expected, rtol=1e-6)


def test_weights_logarithms_and_edges_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 3)  # so few pairs are cut into strata
    counts = sparse.csr_matrix(np.asarray([[0, 16, 81], [16, 0, 0], [81, 0, 0]], dtype=np.float32))
    pairs = weigh_pairs(counts, x_max=81, alpha=0.75, dimensions=4)
    np.testing.assert_allclose(pairs.weights, [8 / 27, 1, 8 / 27, 1], rtol=1e-6)
    np.testing.assert_allclose(pairs.logs, np.log([16, 81, 16, 81]), rtol=1e-6)
    assert pairs.cuts.tolist() == [0, 1, 3]
    # the contexts of word 0 (none of them word 0), of word 1 and of word 2
    assert pairs.edges.T.tolist() == [[0, 0, 2], [2, 3, 3], [3, 4, 4]]


@given(st.integers(0, 1000), st.integers(1, 40), st.integers(1, 10_000))
def test_the_grid_holds_each_pair_once(seed: int, n_terms: int, block: int) -> None:
    counts = some_counts(max(n_terms, 6), 0.3, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        pairs = weigh_pairs(counts, x_max=10, alpha=0.75, dimensions=8)
    cuts, edges = pairs.cuts, pairs.edges
    assert (np.diff(cuts) > 0).all()
    np.testing.assert_array_equal(edges[0], counts.indptr[:-1])
    np.testing.assert_array_equal(edges[-1], counts.indptr[1:])
    for stratum in range(len(cuts) - 1):
        for row in range(counts.shape[0]):
            columns = pairs.columns[edges[stratum, row] : edges[stratum + 1, row]]
            assert ((columns >= cuts[stratum]) & (columns < cuts[stratum + 1])).all()


@pytest.mark.parametrize("dimensions", [3, 16, 21])
def test_a_pass_is_what_the_definition_says(dimensions: int) -> None:
    counts = some_counts()
    factors = Factors.start(40, dimensions, np.random.default_rng(0))
    parts = {name: values.astype(np.float64) for name, values in factors.state().items()}
    pairs = weigh_pairs(counts, x_max=10, alpha=0.75, dimensions=dimensions)
    assert len(pairs.cuts) == 2  # one block: the order is that of the rows
    table = counts.tocoo()
    listed = list(zip(table.row, table.col, table.data.astype(np.float64), strict=True))
    random = np.random.default_rng(0)
    for _ in range(2):
        expected = plain_pass(parts, listed, 0.05)
        loss = learn_pass(factors, pairs, learning_rate=0.05, random=random)
        assert loss == pytest.approx(expected, rel=1e-5)
    for name, values in factors.state().items():
        np.testing.assert_allclose(values, parts[name], atol=1e-5)
    # what fills the vectors up stays zero
    assert not factors.words[:, 0, dimensions:].any()


def test_one_step_by_hand() -> None:
    factors = Factors.start(2, 1, np.random.default_rng(0))
    for values in (factors.words, factors.contexts):
        values[:, 0] = 0
    factors.words[0, 0, 0], factors.contexts[1, 0, 0] = 2, 3
    factors.word_biases[:, 0], factors.context_biases[:, 0] = 1, -1
    counts = sparse.csr_matrix((np.float32([1]), [1], [0, 1, 1]), shape=(2, 2))
    pairs = weigh_pairs(counts, x_max=1, alpha=1, dimensions=1)
    loss = learn_pass(factors, pairs, learning_rate=0.5, random=np.random.default_rng(0))
    # error 2 × 3 + 1 - 1 - ln 1 = 6; half of it times the other's value is the step
    assert loss == 36
    assert factors.words[0, :, 0].tolist() == [2 - 9, 1 + 81]
    assert factors.contexts[1, :, 0].tolist() == [3 - 6, 1 + 36]
    assert factors.word_biases[0].tolist() == [1 - 3, 1 + 9]
    assert factors.context_biases[1].tolist() == [-1 - 3, 1 + 9]
    assert factors.words[1, :, 0].tolist() == [0, 1]


def test_the_kernels_mean_the_same_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    def learned() -> tuple[float, State]:
        counts = some_counts(12)
        factors = Factors.start(12, 4, np.random.default_rng(0))
        pairs = weigh_pairs(counts, x_max=10, alpha=0.75, dimensions=4)
        random = np.random.default_rng(1)
        return learn_pass(factors, pairs, learning_rate=0.05, random=random), factors.state()

    monkeypatch.setattr(module, "_BLOCK", 100)
    fast = learned()
    monkeypatch.setattr(module, "compiled", lambda function, **options: function)
    slow = learned()
    assert slow[0] == pytest.approx(fast[0], rel=1e-5)
    for name, values in fast[1].items():
        np.testing.assert_allclose(slow[1][name], values, atol=1e-5)


def test_the_number_of_threads_does_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 200)  # many blocks
    found = []
    for threads in (1, 2, 7):
        monkeypatch.setattr(compiling, "cores", lambda threads=threads: threads)
        encoder = GloVeEncoder(dimensions=6, passes=3).fit(two_subjects())
        found.append((encoder.losses_, encoder.words_, encoder.contexts_))
    for losses, words, contexts in found[1:]:
        assert losses == found[0][0]
        np.testing.assert_array_equal(words, found[0][1])
        np.testing.assert_array_equal(contexts, found[0][2])


def test_the_loss_falls_and_words_of_one_subject_lie_together() -> None:
    rows = two_subjects()
    encoder = GloVeEncoder(dimensions=4, passes=60, learning_rate=0.1).fit(rows)
    assert len(encoder.losses_) == 60
    assert encoder.losses_ == sorted(encoder.losses_, reverse=True)
    assert encoder.losses_[-1] < encoder.losses_[0] / 4
    encoded = encoder.transform(rows)
    alike = encoded @ encoded.T
    same = np.equal.outer(np.arange(len(rows)) % 2, np.arange(len(rows)) % 2)
    assert alike[same].mean() > alike[~same].mean() + 0.2


def test_without_a_number_of_passes_the_size_of_the_pool_gives_it() -> None:
    # of 20 words each meets the ten of its subject: 3300 / 10 is more than the most
    assert len(GloVeEncoder(dimensions=2).fit(two_subjects()).losses_) == 100
    # of 200 words each meets all: 3300 / 200
    words = [f"word{i}" for i in range(200)]
    rows = rows_of([" ".join(words)] * 2)
    encoder = GloVeEncoder(EVERY_WORD, dimensions=2, window=0).fit(rows)
    assert len(encoder.losses_) == 17


def test_losses_are_reported_live() -> None:
    points: list[dict[str, Any]] = []

    def report(fraction: float, message: str, metrics: Any) -> None:
        if metrics:
            points.append({**metrics, "message": message})

    encoder = GloVeEncoder(dimensions=4, passes=3).fit(two_subjects(), progress=Progress(report))
    assert [point["train_loss"] for point in points] == encoder.losses_
    assert [point["pass_"] for point in points] == [1, 2, 3]
    assert points[1]["message"] == "Pass 2 of 3"


def same(one: GloVeEncoder, other: GloVeEncoder) -> None:
    assert one.losses_ == other.losses_
    for name in ("vectors_", "words_", "contexts_", "biases_", "sums_", "mean_"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def interrupted(encoder: GloVeEncoder, rows: Any, after: int, kept: dict[str, State]) -> None:
    """Learn until the pass after ``after`` ends, then be cancelled; what was kept is kept."""

    def report(fraction: float, message: str, metrics: Any) -> None:
        if metrics.get("pass_") == after + 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        encoder.fit(rows, progress=Progress(report, checkpoints=shelf(kept)))


def shelf(kept: dict[str, State]) -> Checkpoints:
    return Checkpoints(kept.get, kept.__setitem__, every=0.0)


@pytest.mark.parametrize("after", [1, 4])
def test_an_interrupted_fit_goes_on_as_if_nothing_had_been(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", 500)  # rounds in random order
    rows = two_subjects()
    whole = GloVeEncoder(dimensions=5, passes=6).fit(rows)
    kept: dict[str, State] = {}
    interrupted(GloVeEncoder(dimensions=5, passes=6), rows, after, kept)
    assert len(kept[""]["losses"]) == after
    passes: list[int] = []
    progress = Progress(
        lambda fraction, message, metrics: passes.extend([metrics["pass_"]] if metrics else []),
        checkpoints=shelf(kept),
    )
    same(GloVeEncoder(dimensions=5, passes=6).fit(rows, progress=progress), whole)
    assert passes == list(range(after + 1, 7))


def test_what_another_task_kept_is_left_alone() -> None:
    rows, kept = two_subjects(), dict[str, State]()
    interrupted(GloVeEncoder(dimensions=5, passes=4), rows, 2, kept)
    for encoder, pool in (
        (GloVeEncoder(dimensions=6, passes=4), rows),
        (GloVeEncoder(dimensions=5, passes=4, random_state=1), rows),
        (GloVeEncoder(dimensions=5, passes=4), two_subjects(seed=1)),
    ):
        progress = Progress(checkpoints=shelf(dict(kept)))
        expected = GloVeEncoder(**encoder.get_params()).fit(pool)
        same(encoder.fit(pool, progress=progress), expected)
    damaged = {"": {**kept[""], "words": kept[""]["words"][:3]}}
    progress = Progress(checkpoints=shelf(damaged))
    same(
        GloVeEncoder(dimensions=5, passes=4).fit(rows, progress=progress),
        GloVeEncoder(dimensions=5, passes=4).fit(rows),
    )


def test_a_cancel_reaches_a_pass_that_takes_long() -> None:
    # whole texts of many words, and long vectors: a pass takes seconds
    random = np.random.default_rng(0)
    n = 1500
    counts = sparse.csr_matrix(np.asarray(random.random((n, n)) + 0.5, dtype=np.float32))
    pairs = weigh_pairs(counts, x_max=10, alpha=0.75, dimensions=1000)
    factors = Factors.start(n, 1000, random)
    stopped: list[float] = []

    def report(fraction: float, message: str, metrics: Any) -> None:
        stopped.append(fraction)
        raise Cancelled

    def learn() -> None:
        for _ in range(1000):
            learn_pass(factors, pairs, learning_rate=0.05, random=random, progress=Progress(report))

    def work() -> None:
        with pytest.raises(Cancelled):
            learn()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert len(stopped) == 1
    assert 0 <= stopped[0] < 1


def test_words_that_never_meet_carry_nothing() -> None:
    rows = rows_of(["yes", "no", "yes", "no", "perhaps", "perhaps"])
    encoder = GloVeEncoder(EVERY_WORD).fit(rows)
    assert encoder.notes_ == ("No two words stand near each other: nothing to learn.",)
    assert encoder.losses_ == []
    assert not encoder.transform(rows).any()
    some = GloVeEncoder(EVERY_WORD, dimensions=3, passes=9).fit(rows_of(["red apple", "green"]))
    place = some.text_.vocabulary_.lookup["green"]
    assert not some.vectors_[place].any()
    assert some.vectors_.any(axis=1).sum() == 2


def test_wrong_settings_are_named_when_fitting() -> None:
    rows = two_subjects(n=20)
    for change, words in (
        ({"dimensions": 1}, "dimensions"),
        ({"window": -2}, "window"),
        ({"weighting": "round"}, "weighting"),
        ({"passes": 0}, "passes"),
        ({"x_max": 0.0}, "x_max"),
        ({"alpha": -1.0}, "alpha"),
        ({"learning_rate": 0.0}, "learning_rate"),
    ):
        with pytest.raises(BadParam, match=words):
            GloVeEncoder(**change).fit(rows)  # type: ignore[arg-type]


def test_vectors_that_grow_beyond_bounds_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.pretrain.glove.learn_pass", lambda *args, **options: float("inf"))
    with pytest.raises(BadParam, match=r"With learning_rate=0\.5 the vectors grew") as caught:
        GloVeEncoder(learning_rate=0.5).fit(two_subjects())
    assert "smaller" in str(caught.value.hint)


def test_learning_on_brings_new_words_and_leaves_the_old_one_as_it_is() -> None:
    first = GloVeEncoder(dimensions=4, passes=20, learning_rate=0.1).fit(two_subjects())
    before = {name: np.copy(first.state()[name]) for name in ("words", "contexts", "sums")}
    more = np.concatenate([two_subjects(1, 100), rows_of(["cat dog kitten paw"] * 30)])
    second = first.continued(more)
    assert second is not first
    for name, values in before.items():
        np.testing.assert_array_equal(first.state()[name], values)
    assert "kitten" not in first.word_space()
    assert "kitten" in second.word_space()
    old, new = first.text_.vocabulary_, second.text_.vocabulary_
    assert new.documents == 330
    assert len(new) == len(old) + 1
    place, was = new.lookup["cat"], old.lookup["cat"]
    held = sum("cat" in text.split() for text in more)
    assert new.document_frequency[place] == old.document_frequency[was] + held
    assert len(second.losses_) == 40
    assert second.mass_ > first.mass_
    assert (second.sums_[place] >= first.sums_[was]).all()
    # the same again, and from a state that was stored
    same(GloVeEncoder(dimensions=4, passes=20, learning_rate=0.1).load_state(first.state()), first)
    again = GloVeEncoder(dimensions=4, passes=20, learning_rate=0.1).load_state(first.state())
    third = again.continued(more)
    np.testing.assert_allclose(third.words_, second.words_, atol=1e-6)


def test_learning_on_from_rows_alike_begins_where_learning_ended() -> None:
    rows = two_subjects(n=400)
    first = GloVeEncoder(dimensions=4, passes=40, learning_rate=0.1).fit(rows)
    # half of the same texts: the logarithms are raised by ln 3, so that errors start small
    losses = first.continued(rows[:200]).losses_
    assert losses[40] < losses[0] / 20


def test_learning_on_is_checkpointed_too() -> None:
    first = GloVeEncoder(dimensions=4, passes=4).fit(two_subjects())
    more = two_subjects(2)
    kept: dict[str, State] = {}

    def report(fraction: float, message: str, metrics: Any) -> None:
        if metrics.get("pass_") == 7:
            raise Cancelled

    with pytest.raises(Cancelled):
        first.continued(more, progress=Progress(report, checkpoints=shelf(kept)))
    resumed = first.continued(more, progress=Progress(checkpoints=shelf(kept)))
    same(resumed, first.continued(more))


def test_rows_without_a_known_word_are_refused() -> None:
    first = GloVeEncoder(dimensions=4, passes=2).fit(two_subjects())
    with pytest.raises(BadData, match="None of the 1 new texts"):
        first.continued(rows_of(["zebra"]))


def test_a_state_whose_parts_contradict_each_other_is_refused() -> None:
    state = GloVeEncoder(dimensions=3).fit(two_subjects()).state()
    for name, value in (
        ("words", state["words"][:, :2]),
        ("contexts", state["contexts"][:-1]),
        ("biases", state["biases"][:, :1]),
        ("mass", float("nan")),
        ("losses", ["high"]),
    ):
        with pytest.raises(BadModelFile):
            GloVeEncoder(dimensions=3).load_state({**state, name: value})
    with pytest.raises(BadModelFile):
        GloVeEncoder(dimensions=4).load_state(state)


def test_the_method_makes_it_with_its_settings() -> None:
    given_ = {"dimensions": 50, "window": 0, "weighting": "harmonic", "passes": 3, "min_df": 3}
    encoder = METHOD.make(resolve(METHOD.params, given_), 9)
    assert isinstance(encoder, GloVeEncoder)
    assert encoder.preparation == TextPreparation(min_df=3)
    assert (encoder.dimensions, encoder.window, encoder.passes) == (50, 0, 3)
    assert encoder.random_state == 9
    assert METHOD.make(resolve(METHOD.params), 0).get_params() == GloVeEncoder().get_params()


def test_the_estimate_grows_with_what_costs() -> None:
    usual = resolve(METHOD.params)
    size = PoolSize(rows=10_000, characters=10_000_000)
    base = METHOD.estimate(size, usual)
    for change in ({"window": 60}, {"dimensions": 600}, {"passes": 50}, {"ngram_max": 2}):
        assert METHOD.estimate(size, {**usual, **change}).seconds > base.seconds
