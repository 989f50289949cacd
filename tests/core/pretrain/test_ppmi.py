"""Word vectors and the texts made of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadData, BadModelFile, BadParam
from core.params import resolve
from core.pretrain.base import PoolSize
from core.pretrain.ppmi import METHOD, PPMIEncoder
from core.text.preparation import TextPreparation

EVERY_WORD = TextPreparation(min_df=1, max_df=1.0, stop_words=False)
FEW = ["ant bee", "ant bee cow", "cow dog", "dog cow elk", "elk"]


def rows_of(texts: list[str]) -> Any:
    return np.asarray(texts, dtype=object)


def test_five_words_by_hand() -> None:
    encoder = PPMIEncoder(EVERY_WORD, window=1, smoothing=1.0, dimensions=4).fit(rows_of(FEW))
    terms = encoder.text_.vocabulary_.terms
    assert terms == ("cow", "ant", "bee", "dog", "elk")
    # neighbours: ant-bee 2, bee-cow 1, cow-dog 2, cow-elk 1; both directions: 12 in all
    counts = np.zeros((5, 5))
    for a, b, count in (("ant", "bee", 2), ("bee", "cow", 1), ("cow", "dog", 2), ("cow", "elk", 1)):
        i, j = terms.index(a), terms.index(b)
        counts[i, j] = counts[j, i] = count
    share = counts.sum(axis=0) / 12
    assert share.tolist() == [4 / 12, 2 / 12, 3 / 12, 2 / 12, 1 / 12]
    with np.errstate(divide="ignore"):
        matrix = np.maximum(np.log(counts / 12 / np.outer(share, share)), 0)
    assert matrix[0, 2] == 0  # cow and bee: (1/12) / (4/12 × 3/12) = 1, no more than by chance
    assert matrix[0, 3] == pytest.approx(np.log(3))  # cow and dog: (2/12) / (4/12 × 2/12)
    values, vectors = np.linalg.eigh(matrix)
    order = np.argsort(-np.abs(values), kind="stable")[:4]
    expected = vectors[:, order] * np.sqrt(np.abs(values[order]))
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = encoder.vectors_.astype(np.float64)
    # signs are free: compare what does not depend on them
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-5)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-5)

    # a text: its words by TF-IDF, minus the mean of the five texts, of length 1
    weights = np.zeros((5, 5))
    frequency = np.asarray([3, 2, 2, 2, 2])
    for t, text in enumerate(FEW):
        for word in text.split():
            weights[t, terms.index(word)] = np.log(6 / (1 + frequency[terms.index(word)])) + 1
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    sums = weights @ found
    sums -= sums.mean(axis=0)
    sums /= np.linalg.norm(sums, axis=1, keepdims=True)
    np.testing.assert_allclose(encoder.transform(rows_of(FEW)), sums, atol=1e-5)


def two_subjects(seed: int = 0, n: int = 200) -> Any:
    random = np.random.default_rng(seed)
    subjects = [
        "cat dog bird horse fish animal tail paw feather fur".split(),
        "engine wheel brake car road driver fuel gear tyre clutch".split(),
    ]
    return rows_of([" ".join(random.choice(subjects[i % 2], 6)) for i in range(n)])


def test_words_of_one_subject_lie_together() -> None:
    rows = two_subjects()
    encoder = PPMIEncoder(dimensions=2, random_state=1).fit(rows)
    space = encoder.word_space()
    assert space is encoder.word_space()
    assert space.terms == encoder.text_.vocabulary_.terms
    near = {word for word, _ in space.nearest("cat", 9)}
    assert near == set("dog bird horse fish animal tail paw feather fur".split())
    # and texts are told apart by them, though they may share no word
    encoded = encoder.transform(rows)
    alike = encoded @ encoded.T
    same = np.equal.outer(np.arange(len(rows)) % 2, np.arange(len(rows)) % 2)
    assert alike[same].min() > alike[~same].max()


def test_encoded_rows_have_length_one_or_are_nothing() -> None:
    encoder = PPMIEncoder(dimensions=5).fit(two_subjects())
    encoded = encoder.transform(rows_of(["cat dog", "", "zebra", "cat zebra"]))
    np.testing.assert_allclose(np.linalg.norm(encoded, axis=1), [1, 0, 0, 1], atol=1e-6)
    # an unknown word changes nothing
    np.testing.assert_array_equal(encoded[3], encoder.transform(rows_of(["cat"]))[0])


def test_empty_texts_of_the_pool_do_not_move_the_mean() -> None:
    rows = two_subjects()
    with_empty = np.concatenate([rows, rows_of([""] * 50)])
    # every word is in fewer than half of the texts both times, and none is dropped
    means = [PPMIEncoder(dimensions=3).fit(r).mean_ for r in (rows, with_empty)]
    np.testing.assert_allclose(np.abs(means[0]), np.abs(means[1]), atol=0.02)
    assert np.abs(means[0]).max() > 0.1


WORDS = st.sampled_from("cat dog fish engine brake road zebra the".split())


@given(st.lists(WORDS, max_size=12), st.sampled_from([1, 2]))
def test_parts_add_up_to_the_row(words: list[str], ngram_max: int) -> None:
    encoder = FITTED[ngram_max]
    text = ", ".join(words)
    parts = encoder.parts(text)
    row = encoder.transform(rows_of([text]))[0]
    np.testing.assert_allclose(parts.base + parts.matrix.sum(axis=0), row, atol=1e-5)
    assert len(parts.spans) == len(parts.terms) == len(parts.matrix)
    for (start, end), term in zip(parts.spans, parts.terms, strict=True):
        # a group reaches over the words left out within it
        spanned = text[start:end].replace(",", "").split()
        assert [spanned[0], spanned[-1]] == [term.split()[0], term.split()[-1]]
    if not row.any():
        assert not parts.base.any()
    else:
        # the base is the mean that is taken off, on the scale of the row
        cosine = parts.base @ encoder.mean_ / np.linalg.norm(parts.base)
        assert cosine == pytest.approx(-np.linalg.norm(encoder.mean_), rel=1e-4)


FITTED = {
    n: PPMIEncoder(TextPreparation(ngram_max=n), dimensions=6).fit(two_subjects()) for n in (1, 2)
}


def test_word_groups_are_terms_too() -> None:
    terms = FITTED[2].text_.vocabulary_.terms
    assert any(" " in term for term in terms)
    assert len(FITTED[2].vectors_) == len(terms)
    assert not any(" " in term for term in FITTED[1].text_.vocabulary_.terms)


def test_a_window_of_nought_is_the_whole_text() -> None:
    rows = two_subjects()  # six words each
    whole, wide, narrow = (
        PPMIEncoder(window=window, dimensions=3).fit(rows).vectors_ for window in (0, 5, 1)
    )
    np.testing.assert_array_equal(whole, wide)
    assert not np.array_equal(whole, narrow)


@pytest.mark.parametrize(
    "change",
    [
        {"weighting": "harmonic"},
        {"smoothing": 0.0},
        {"eigenvalue_power": 0.0},
        {"window": 2},
        {"dimensions": 4},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_setting_matters(change: dict[str, Any]) -> None:
    rows = two_subjects()
    usual = PPMIEncoder(dimensions=5).fit(rows).transform(rows)
    other = PPMIEncoder(**{"dimensions": 5, **change}).fit(rows).transform(rows)
    assert other.shape != usual.shape or np.abs(other - usual).max() > 1e-3


def test_a_tiny_pool_is_no_error() -> None:
    encoder = PPMIEncoder().fit(rows_of(["red apple", "green pear"]))
    assert "min_df" in encoder.notes_[0]
    assert encoder.notes_[0].endswith("min_df=1 was used instead.")
    assert "300 dimensions were asked for; the company of 4 words carries 4." in encoder.notes_
    assert encoder.transform(rows_of(["red"])).shape == (1, 4)
    assert encoder.word_space().nearest("red", 1)[0][0] == "apple"


def test_words_that_never_meet_carry_nothing() -> None:
    rows = rows_of(["yes", "no", "yes", "no", "perhaps", "perhaps"])
    encoder = PPMIEncoder(EVERY_WORD).fit(rows)
    assert encoder.notes_[-1].startswith("No two words stand together")
    np.testing.assert_array_equal(encoder.transform(rows), np.zeros((6, 1)))
    parts = encoder.parts("yes no")
    np.testing.assert_array_equal(parts.base + parts.matrix.sum(axis=0), [0])


def test_a_pool_without_words_is_an_error_in_words() -> None:
    with pytest.raises(BadData, match="None of the 2 texts holds a word"):
        PPMIEncoder().fit(rows_of(["", "the of"]))
    with pytest.raises(BadData, match="Row 1 is no text"):
        PPMIEncoder().fit(np.asarray(["apple", 3], dtype=object))


def test_wrong_settings_are_named_when_fitting() -> None:
    rows = two_subjects(n=20)
    for change, words in (
        ({"dimensions": 0}, "rank cannot be 0"),
        ({"window": -2}, "window cannot be -2"),
        ({"smoothing": 2.0}, "smoothing cannot be 2.0"),
        ({"weighting": "round"}, "weighting cannot be 'round'"),
        ({"iterations": 0}, "iterations cannot be 0"),
    ):
        with pytest.raises(BadParam, match=words):
            PPMIEncoder(**change).fit(rows)  # type: ignore[arg-type]


def test_several_fits_at_once_do_not_disturb_each_other() -> None:
    pools = [two_subjects(seed) for seed in range(3)]
    alone = [PPMIEncoder(dimensions=4).fit(pool).vectors_ for pool in pools]
    with ThreadPoolExecutor(3) as threads:
        at_once = list(threads.map(lambda pool: PPMIEncoder(dimensions=4).fit(pool), pools))
    for vectors, encoder in zip(alone, at_once, strict=True):
        np.testing.assert_allclose(encoder.vectors_, vectors, atol=1e-5)


def test_a_refit_forgets_the_words_of_before() -> None:
    encoder = PPMIEncoder(dimensions=3).fit(two_subjects())
    before = encoder.word_space()
    encoder.fit(rows_of(["red apple", "red apple", "green pear", "green pear"]))
    assert encoder.word_space() is not before
    assert "cat" not in encoder.word_space()
    other = PPMIEncoder(dimensions=3).fit(two_subjects())
    other.word_space()
    other.load_state(encoder.state())
    assert "apple" in other.word_space()


def test_names_of_the_columns() -> None:
    names = PPMIEncoder(dimensions=3).fit(two_subjects()).get_feature_names_out()
    assert names.tolist() == ["dimension 1", "dimension 2", "dimension 3"]


def test_a_state_whose_parts_contradict_each_other_is_refused() -> None:
    state = PPMIEncoder(dimensions=3).fit(two_subjects()).state()
    for name, value in (
        ("vectors", state["vectors"][:, :2]),
        ("vectors", state["vectors"][:-1]),
        ("mean", state["mean"][:2]),
    ):
        with pytest.raises(BadModelFile):
            PPMIEncoder().load_state({**state, name: value})


def test_the_method_makes_it_with_its_settings() -> None:
    given_ = {
        "dimensions": 50,
        "window": 0,
        "weighting": "harmonic",
        "smoothing": 1.0,
        "eigenvalue_power": 1.0,
        "iterations": 2,
        "keep_counts": True,
        "rarity": "sif",
        "min_df": 3,
    }
    encoder = METHOD.make(resolve(METHOD.params, given_), 9)
    assert isinstance(encoder, PPMIEncoder)
    settings = encoder.get_params(deep=False)
    assert settings.pop("preparation") == TextPreparation(min_df=3)
    assert settings == {**{k: v for k, v in given_.items() if k != "min_df"}, "random_state": 9}
    assert METHOD.make(resolve(METHOD.params), 0).get_params() == PPMIEncoder().get_params()


def test_the_estimate_grows_with_what_costs() -> None:
    usual = resolve(METHOD.params)
    size = PoolSize(rows=10_000, characters=10_000_000)
    base = METHOD.estimate(size, usual)
    for change in ({"window": 30}, {"dimensions": 600}, {"window": 0}, {"ngram_max": 2}):
        more = METHOD.estimate(size, {**usual, **change})
        assert more.seconds > base.seconds
        assert more.memory_mb > base.memory_mb
    # of short texts a window takes no more than there is
    short = PoolSize(rows=200_000, characters=10_000_000)
    assert (
        METHOD.estimate(short, usual).seconds
        == METHOD.estimate(short, {**usual, "window": 90}).seconds
    )


def test_an_unknown_word_means_what_its_pieces_mean() -> None:
    texts = rows_of([*FEW, "ant beetle", "cow dogs"] * 2)
    pieces = TextPreparation(min_df=1, max_df=1.0, stop_words=False, piece_max=3)
    encoder = PPMIEncoder(pieces, window=0, dimensions=6).fit(texts)
    asked = rows_of(["beetles", "xyz"])
    unknown, nothing = encoder.transform(asked)
    assert not nothing.any()
    assert np.linalg.norm(unknown) == pytest.approx(1)
    known = encoder.transform(rows_of(["beetle", "elk"]))
    assert unknown @ known[0] > unknown @ known[1]
    # what each part of the word adds is said exactly, where the word stands
    parts = encoder.parts("beetles")
    assert set(parts.spans) == {(0, 7)}
    np.testing.assert_allclose(parts.base + parts.matrix.sum(axis=0), unknown, atol=1e-5)
    # people ask for words, not for pieces
    assert not [term for term in encoder.word_space().terms if term.startswith("~")]
    assert encoder.word_space().nearest("beetle", 1)[0][0] in encoder.text_.vocabulary_.lookup


def test_smooth_inverse_frequency_by_hand() -> None:
    encoder = PPMIEncoder(EVERY_WORD, window=1, dimensions=4, rarity="sif").fit(rows_of(FEW))
    # cow stands in 3 texts, the other four words in 2 each
    share = np.asarray([3, 2, 2, 2, 2]) / 11
    np.testing.assert_allclose(encoder.text_.idf_, 1e-3 / (1e-3 + share), rtol=1e-6)
    again = PPMIEncoder(EVERY_WORD, rarity="sif").load_state(encoder.state())
    np.testing.assert_array_equal(again.transform(rows_of(FEW)), encoder.transform(rows_of(FEW)))


def test_learning_on_with_pieces_equals_learning_at_once() -> None:
    pieces = TextPreparation(min_df=1, max_df=1.0, stop_words=False, piece_max=3, ngram_max=2)
    first, more = rows_of([*FEW, "cow elks"]), rows_of(["cow elks", "dog elk", "ant bee"])
    whole = PPMIEncoder(pieces, dimensions=5, window=0).fit(np.concatenate([first, more]))
    grown = PPMIEncoder(pieces, dimensions=5, window=0, keep_counts=True).fit(first).continued(more)
    assert grown.text_.vocabulary_.terms == whole.text_.vocabulary_.terms
    # turned about perhaps, but as alike
    ours, theirs = grown.vectors_, whole.vectors_
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-4)
