"""Word2Vec: what it learns, that it goes on, and that gensim's peculiarities stay inside."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from core.errors import BadData, BadModelFile, BadParam, Cancelled
from core.params import resolve
from core.pretrain import word2vec, word_slices
from core.pretrain.base import PoolSize
from core.pretrain.word2vec import METHOD, Word2VecEncoder
from core.progress import Checkpoints, Progress
from core.text.preparation import TextPreparation
from core.types import State

ANIMALS = "cat dog bird horse fish animal tail paw feather fur".split()
CARS = "engine wheel brake car road driver fuel gear tyre clutch".split()


def rows_of(texts: list[str]) -> Any:
    return np.asarray(texts, dtype=object)


def two_subjects(seed: int = 0, n: int = 120) -> Any:
    random = np.random.default_rng(seed)
    return rows_of([" ".join(random.choice([ANIMALS, CARS][i % 2], 8)) for i in range(n)])


@pytest.mark.parametrize("architecture", ["skip-gram", "cbow"])
def test_words_of_one_subject_lie_together(architecture: Any) -> None:
    rows = two_subjects()
    encoder = Word2VecEncoder(
        dimensions=8, architecture=architecture, passes=40, learning_rate=0.1, subsampling=0
    ).fit(rows)
    of_cars = np.isin(encoder.text_.vocabulary_.terms, CARS)
    likeness = encoder.vectors_ @ encoder.vectors_.T
    together = np.equal.outer(of_cars, of_cars)
    assert likeness[together].mean() > likeness[~together].mean() + 0.25
    encoded = encoder.transform(rows)
    np.testing.assert_allclose(np.linalg.norm(encoded, axis=1), 1, atol=1e-5)
    alike = encoded @ encoded.T
    same = np.equal.outer(np.arange(len(rows)) % 2, np.arange(len(rows)) % 2)
    assert alike[same].min() > alike[~same].max()


def test_losses_fall_and_are_reported_live() -> None:
    points: list[Any] = []
    encoder = Word2VecEncoder(dimensions=8, passes=12, learning_rate=0.1).fit(
        two_subjects(), progress=Progress(lambda done, message, metrics: points.append(metrics))
    )
    reported = [point for point in points if point]
    assert [point["pass_"] for point in reported] == list(range(1, 13))
    assert [point["train_loss"] for point in reported] == encoder.losses_
    assert encoder.losses_[-1] < encoder.losses_[0]


def test_a_loss_is_what_the_formula_says() -> None:
    # two words that always stand together; the first step starts from outputs of zero, where
    # each of 1 + negative comparisons costs ln 2, and steps this small change nothing of it
    rows = rows_of(["ant bee"] * 4 + ["cow"] * 4)
    encoder = Word2VecEncoder(
        TextPreparation(min_df=1, max_df=1.0),
        dimensions=2,
        window=1,
        negative=1,
        passes=1,
        learning_rate=1e-4,
        subsampling=0,
    ).fit(rows)
    # 12 words, 8 of them with one neighbour. A random word that is the true one is passed over
    # but never the neighbour's own comparison, so the sum lies between 8 ln 2 and 16 ln 2
    assert 8 * np.log(2) / 12 - 1e-4 <= encoder.losses_[0] <= 16 * np.log(2) / 12 + 1e-4


def test_every_word_enters_with_its_count_and_ours_is_the_vocabulary() -> None:
    encoder = Word2VecEncoder(
        TextPreparation(min_df=1, max_df=1.0, stop_words=False), dimensions=3, passes=1
    ).fit(rows_of(["ant ant bee", "bee the", "cow"]))
    terms = encoder.text_.vocabulary_.terms
    assert terms == ("bee", "ant", "cow", "the")
    assert encoder.totals_.tolist() == [2, 2, 1, 1]
    np.testing.assert_allclose(np.linalg.norm(encoder.vectors_, axis=1), 1, atol=1e-6)


def test_word_groups_have_vectors_too() -> None:
    encoder = Word2VecEncoder(TextPreparation(ngram_max=2), dimensions=3, passes=1)
    encoder.fit(two_subjects())
    assert any(" " in term for term in encoder.text_.vocabulary_.terms)


def test_nothing_of_a_very_long_text_is_left_out() -> None:
    pieces = word_slices.pieces_of(np.asarray([0, 3, 3, 25_003]))
    assert pieces == [range(3), range(3, 10_003), range(10_003, 20_003), range(20_003, 25_003)]
    ids = np.arange(25_003)
    found = [
        (size, [word for sentence in sentences for word in sentence])
        for size, sentences in word_slices.slices(ids, pieces, np.asarray([2, 0, 3, 1]), 4_000)
    ]
    assert all(size == len(words) <= 4_000 for size, words in found)
    assert sorted(word for _, words in found for word in words) == ids.tolist()

    # the last word of the text is learned from as much as the first
    random = np.random.default_rng(0)
    text = " ".join(random.choice(ANIMALS, 12_000)) + " ant bee" * 30
    rows = rows_of([text, "ant bee", "bee ant"])
    encoder = Word2VecEncoder(
        TextPreparation(min_df=1, max_df=1.0), dimensions=8, passes=30, learning_rate=0.1
    ).fit(rows)
    assert encoder.word_space().nearest("ant", 1)[0][0] == "bee"


def test_the_same_in_another_process_whatever_hashes_are_there() -> None:
    code = (
        "import numpy as np\n"
        "from tests.core.pretrain.test_word2vec import two_subjects\n"
        "from core.pretrain.word2vec import Word2VecEncoder\n"
        "found = Word2VecEncoder(dimensions=4, passes=2, random_state=5).fit(two_subjects())\n"
        "print(found.vectors_.tobytes().hex())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": hashes, "PATH": "", "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hashes in ("1", "2")
    }
    here = Word2VecEncoder(dimensions=4, passes=2, random_state=5).fit(two_subjects())
    assert told == {here.vectors_.tobytes().hex()}


def test_all_cores_say_that_no_two_fits_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word2vec, "cores", lambda: 3)
    encoder = Word2VecEncoder(dimensions=8, passes=30, learning_rate=0.1, deterministic=False)
    encoder.fit(two_subjects())
    assert encoder.notes_[-1].startswith("Learned with 3 cores at once")
    near = {word for word, _ in encoder.word_space().nearest("cat", 9)}
    assert near == set(ANIMALS) - {"cat"}


def test_gensim_is_loaded_when_something_is_fitted() -> None:
    code = "import sys, core.pretrain; core.pretrain.methods(); print('gensim' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_a_cancel_stops_it_in_the_middle_of_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_slices, "_SLICE_WORK", 1.0)  # slices of 100 words
    seen: list[str] = []

    def report(done: float, message: str, metrics: Any) -> None:
        seen.append(message)
        if seen.count("Pass 1 of 3: learning") == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        Word2VecEncoder(dimensions=4, passes=3).fit(two_subjects(n=1000), progress=Progress(report))
    assert "Pass 1 of 3 done" not in seen


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ((100, "skip-gram", 8, 5), 15_000),
        ((1000, "skip-gram", 100, 50), 100),
        ((1, "cbow", 8, 5), 50_000),
    ],
)
def test_slices_are_short_enough_for_a_cancel(
    settings: tuple[int, str, int, int], most: int
) -> None:
    assert 100 <= word_slices.slice_words(*settings) <= most


class Kept:
    """Checkpoints in a dict that stop the work after some of them."""

    def __init__(self, stop_after: int) -> None:
        self.kept: dict[str, State] = {}
        self.left = stop_after

    def write(self, key: str, state: State) -> None:
        self.kept[key] = {
            name: value.copy() if isinstance(value, np.ndarray) else value
            for name, value in state.items()
        }
        self.left -= 1
        if self.left == 0:
            raise Cancelled

    def progress(self) -> Progress:
        made = Checkpoints(self.kept.get, self.write, every=0)
        return Progress(checkpoints=made, key="fit")


def test_an_interrupted_fit_goes_on_where_it_was() -> None:
    rows = two_subjects()
    whole = Word2VecEncoder(dimensions=6, passes=5).fit(rows)
    store = Kept(stop_after=2)
    with pytest.raises(Cancelled):
        Word2VecEncoder(dimensions=6, passes=5).fit(rows, progress=store.progress())
    assert store.kept["fit"]["pass"] == 2
    seen: list[str] = []
    progress = Progress(
        lambda done, message, metrics: seen.append(message),
        checkpoints=Checkpoints(store.kept.get, store.write, every=0),
        key="fit",
    )
    resumed = Word2VecEncoder(dimensions=6, passes=5).fit(rows, progress=progress)
    np.testing.assert_array_equal(resumed.vectors_, whole.vectors_)
    assert resumed.losses_ == whole.losses_
    assert not any("Pass 2 of" in message for message in seen)


@pytest.mark.parametrize(
    "change",
    [{"vectors": np.zeros((3, 6), np.float32)}, {"pass": 9}, {"losses": []}, {"pass": "two"}],
    ids=lambda change: next(iter(change)),
)
def test_what_does_not_fit_is_not_gone_on_from(change: dict[str, Any]) -> None:
    rows = two_subjects()
    whole = Word2VecEncoder(dimensions=6, passes=3).fit(rows)
    store = Kept(stop_after=1)
    with pytest.raises(Cancelled):
        Word2VecEncoder(dimensions=6, passes=3).fit(rows, progress=store.progress())
    store.kept["fit"] |= change
    again = Word2VecEncoder(dimensions=6, passes=3).fit(rows, progress=store.progress())
    np.testing.assert_array_equal(again.vectors_, whole.vectors_)


def test_learning_goes_on_from_new_rows() -> None:
    settings: dict[str, Any] = {"dimensions": 8, "passes": 25, "learning_rate": 0.1}
    old = Word2VecEncoder(**settings).fit(two_subjects())
    before = old.state()
    random = np.random.default_rng(1)
    pair = ["zebra", "okapi"]
    more = rows_of(
        [" ".join([*random.choice(ANIMALS, 5), *(pair if i % 3 == 0 else [])]) for i in range(120)]
    )
    new = old.continued(more)
    assert new is not old
    for name, value in old.state().items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, before[name])
    terms = new.text_.vocabulary_.terms
    assert set(terms) == {*ANIMALS, *CARS, "zebra", "okapi"}
    assert new.text_.vocabulary_.documents == 240
    assert len(new.losses_) == 50
    assert new.totals_.sum() == old.totals_.sum() + 120 * 5 + 80
    assert new.totals_[terms.index("zebra")] == 40
    # what the new rows say nothing of stays, and new words found their place
    assert {word for word, _ in new.word_space().nearest("engine", 9)} == set(CARS) - {"engine"}
    assert {w for w, _ in new.word_space().nearest("zebra", 11)} == {*ANIMALS, "okapi"}
    again = Word2VecEncoder(**settings).load_state(old.state()).continued(more)
    np.testing.assert_allclose(again.vectors_, new.vectors_, atol=1e-6)


def test_new_rows_without_a_word_change_nothing_and_say_so() -> None:
    old = Word2VecEncoder(dimensions=3, passes=1).fit(two_subjects())
    with pytest.raises(BadData):
        old.continued(rows_of(["", "xyz"]))


def test_wrong_settings_are_named_when_fitting() -> None:
    for change, words in (
        ({"dimensions": 0}, "dimensions cannot be 0"),
        ({"window": 0}, "window cannot be 0"),
        ({"negative": 0}, "negative cannot be 0"),
        ({"passes": 0}, "passes cannot be 0"),
        ({"learning_rate": 0.0}, "learning_rate cannot be 0.0"),
        ({"subsampling": 2.0}, "subsampling cannot be 2.0"),
        ({"architecture": "round"}, "architecture cannot be 'round'"),
    ):
        with pytest.raises(BadParam, match=words):
            Word2VecEncoder(**change).fit(two_subjects(n=4))


def test_a_damaged_state_is_refused() -> None:
    state = Word2VecEncoder(dimensions=3, passes=1).fit(two_subjects()).state()
    for name, value in (
        ("totals", -state["totals"]),
        ("totals", state["totals"].astype(float)),
        ("losses", ["one"]),
    ):
        with pytest.raises(BadModelFile):
            Word2VecEncoder(dimensions=3).load_state({**state, name: value})


@pytest.mark.parametrize(
    "change",
    [
        {"architecture": "cbow"},
        {"window": 1},
        {"negative": 1},
        {"passes": 1},
        {"learning_rate": 0.2},
        {"subsampling": 0.0},
        {"random_state": 7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_setting_matters(change: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"dimensions": 4, "passes": 3}
    first = Word2VecEncoder(**usual).fit(two_subjects())
    other = Word2VecEncoder(**{**usual, **change}).fit(two_subjects())
    assert np.abs(first.vectors_ - other.vectors_).max() > 1e-4


def test_the_method_makes_it_with_its_settings() -> None:
    given = {"dimensions": 50, "architecture": "cbow", "deterministic": False, "min_df": 3}
    encoder = METHOD.make(resolve(METHOD.params, given), 9)
    assert isinstance(encoder, Word2VecEncoder)
    assert encoder.preparation == TextPreparation(min_df=3)
    assert (encoder.dimensions, encoder.architecture) == (50, "cbow")
    assert (encoder.deterministic, encoder.random_state) == (False, 9)
    assert METHOD.make(resolve(METHOD.params), 0).get_params() == Word2VecEncoder().get_params()
    assert METHOD.continues


def test_few_words_are_gone_through_more_often() -> None:
    found = [word_slices.enough_passes(words) for words in (0, 500, 45_000, 1e6, 1.2e6, 1e9)]
    assert found == [100, 100, 48, 10, 10, 5]
    encoder = Word2VecEncoder(dimensions=2).fit(two_subjects(n=10))
    assert len(encoder.losses_) == 100
    # what was learned before counts: a few new rows do not overrun it
    old = Word2VecEncoder(dimensions=2).fit(two_subjects(n=2_000))
    assert len(old.losses_) == word_slices.enough_passes(16_000) == 80
    assert len(old.continued(two_subjects(n=10)).losses_) == 80 + 79


def test_the_estimate_grows_with_what_costs() -> None:
    usual = resolve(METHOD.params)
    size = PoolSize(rows=10_000, characters=10_000_000)
    base = METHOD.estimate(size, usual).seconds
    for change in ({"window": 30}, {"dimensions": 600}, {"passes": 60}, {"ngram_max": 2}):
        assert METHOD.estimate(size, {**usual, **change}).seconds > base
    assert METHOD.estimate(size, {**usual, "architecture": "cbow"}).seconds < base
