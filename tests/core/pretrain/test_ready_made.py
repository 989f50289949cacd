"""Ready-made word vectors: which word stands for which term, and what of the pool they cover."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadData, BadModelFile, BadParam
from core.params import resolve
from core.pretrain import ready_made
from core.pretrain.base import PoolSize
from core.pretrain.ready_made import METHOD, ReadyMadeEncoder
from core.text.preparation import TextPreparation

EVERY_WORD = TextPreparation(min_df=1, max_df=1.0, stop_words=False)


def rows_of(texts: list[str]) -> Any:
    return np.asarray(texts, dtype=object)


POOL = rows_of(["apple pear", "apple apple plum", "pear Apple", "xyzzy"])


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def make(**vectors: Any) -> str:
        path = tmp_path / "words.txt"
        lines = [f"{word} {' '.join(map(str, vector))}" for word, vector in vectors.items()]
        path.write_text("\n".join(lines), "utf-8")
        return str(path)

    return make


def test_vectors_by_hand(write: Any) -> None:
    file = write(the=(0, 9), apple=(3, 4), pear=(1, 0), kiwi=(0, 2), plum=(0, 0))
    encoder = ReadyMadeEncoder(EVERY_WORD, file=file, more_words=10).fit(POOL)
    vocabulary = encoder.text_.vocabulary_
    # the pool's words by the texts that hold them, then the file's own in its order
    assert vocabulary.terms == ("apple", "pear", "plum", "xyzzy", "the", "kiwi")
    assert vocabulary.document_frequency.tolist() == [3, 2, 1, 1, 1, 1]
    np.testing.assert_allclose(
        encoder.vectors_, [[0.6, 0.8], [1, 0], [0, 0], [0, 0], [0, 1], [0, 1]], atol=1e-6
    )
    # four distinct words, three of them in the file; eight running words, seven of them
    assert encoder.coverage_ == {"words": 3 / 4, "running": 7 / 8, "pool": 4.0, "file": 5.0}
    assert encoder.notes_ == (
        "The file has vectors for 75.0% of the pool's words, which are 87.5% of its running text.",
    )
    # by TF-IDF from the pool: a text of one word is its vector, minus the mean, of length 1
    np.testing.assert_allclose(np.linalg.norm(encoder.transform(POOL)[:3], axis=1), 1, atol=1e-6)
    only = encoder.vectors_[0] - encoder.mean_
    np.testing.assert_allclose(
        encoder.transform(rows_of(["apple"]))[0], only / np.linalg.norm(only), atol=1e-6
    )
    # a word that only the file knows counts in new texts; one that nobody knows does not
    assert encoder.transform(rows_of(["kiwi"])).any()
    assert not encoder.transform(rows_of(["xyzzy", "unheard"])).any()


def test_how_many_further_words_are_kept(write: Any) -> None:
    file = write(the=(0, 9), apple=(3, 4), of=(1, 1), kiwi=(0, 2))
    for more, terms in ((0, ()), (1, ("the",)), (2, ("the", "of")), (99, ("the", "of", "kiwi"))):
        encoder = ReadyMadeEncoder(EVERY_WORD, file=file, more_words=more).fit(POOL)
        assert encoder.text_.vocabulary_.terms[4:] == terms
    # what the preparation leaves out of texts is of no use
    usual = TextPreparation(min_df=1, max_df=1.0)
    encoder = ReadyMadeEncoder(usual, file=file, more_words=99).fit(POOL)
    assert encoder.text_.vocabulary_.terms[-1] == "kiwi"
    assert "the" not in encoder.text_.vocabulary_.terms


def test_words_that_the_limits_left_out_of_the_pool(write: Any) -> None:
    file = write(apple=(3, 4), pear=(1, 0), plum=(0, 1), kiwi=(1, 1))
    preparation = TextPreparation(min_df=2, max_df=0.5, stop_words=False)
    encoder = ReadyMadeEncoder(preparation, file=file, more_words=9).fit(POOL)
    # apple is in too many texts and stays out; plum, in one text, has a vector and counts
    assert encoder.text_.vocabulary_.terms == ("pear", "plum", "kiwi")
    assert encoder.text_.vocabulary_.document_frequency.tolist() == [2, 1, 1]
    np.testing.assert_allclose(encoder.vectors_, [[1, 0], [0, 1], [0.5**0.5] * 2], atol=1e-6)
    assert encoder.transform(POOL)[1].any()
    np.testing.assert_allclose(encoder.fit_transform(POOL), encoder.transform(POOL), atol=1e-6)


def test_the_word_itself_goes_before_other_forms_of_it(write: Any) -> None:
    file = write(APPLE=(0, 1), Apple=(1, 1), apple=(1, 0), PEAR=(0, 1), Pear=(1, 0), don_t=(1, 1))
    encoder = ReadyMadeEncoder(EVERY_WORD, file=file, more_words=0).fit(POOL)
    np.testing.assert_allclose(encoder.vectors_[:2], [[1, 0], [0, 1]])
    cased = TextPreparation(min_df=1, max_df=1.0, stop_words=False, lowercase=False)
    encoder = ReadyMadeEncoder(cased, file=file, more_words=0).fit(POOL)
    terms = encoder.text_.vocabulary_.terms
    np.testing.assert_allclose(encoder.vectors_[terms.index("Apple")], [0.5**0.5] * 2, atol=1e-6)
    np.testing.assert_allclose(encoder.vectors_[terms.index("pear")], [0, 0])


def test_a_part_of_a_word_is_not_the_word(write: Any) -> None:
    pool = rows_of(["don apple", "don"])
    path = write(**{"don't": (1, 0), "apple": (0, 1), "apple.": (1, 1)})
    encoder = ReadyMadeEncoder(EVERY_WORD, file=path, more_words=9).fit(pool)
    assert encoder.text_.vocabulary_.terms == ("don", "apple")
    np.testing.assert_allclose(encoder.vectors_, [[0, 0], [0, 1]])


def test_stems_take_the_first_word_that_becomes_them(write: Any) -> None:
    preparation = TextPreparation(min_df=1, max_df=1.0, word_form="stem")
    file = write(studies=(0, 1), studying=(1, 0))
    encoder = ReadyMadeEncoder(preparation, file=file).fit(rows_of(["studied", "study"]))
    assert encoder.text_.vocabulary_.terms == ("studi",)
    np.testing.assert_allclose(encoder.vectors_, [[0, 1]])


def test_word_groups_are_found_by_their_underscores(write: Any) -> None:
    preparation = TextPreparation(min_df=1, max_df=1.0, stop_words=False, ngram_max=2)
    file = write(New_York=(0, 1), new=(1, 0), new_york_city=(1, 1))
    encoder = ReadyMadeEncoder(preparation, file=file).fit(rows_of(["new york city", "new york"]))
    terms = encoder.text_.vocabulary_.terms
    np.testing.assert_allclose(encoder.vectors_[terms.index("new york")], [0, 1])
    assert "new york city" not in terms


def test_a_file_for_other_texts_is_refused(write: Any) -> None:
    with pytest.raises(BadData, match=r"words\.txt has a vector for none of the 4 words") as caught:
        ReadyMadeEncoder(EVERY_WORD, file=write(pomme=(1, 2))).fit(POOL)
    assert "another language" in str(caught.value.hint)


def test_without_a_file_it_says_what_it_wants() -> None:
    with pytest.raises(BadParam, match="No file of word vectors was chosen") as caught:
        ReadyMadeEncoder().fit(POOL)
    assert caught.value.hint
    with pytest.raises(BadParam, match="more_words cannot be -1"):
        ReadyMadeEncoder(more_words=-1).fit(POOL)


def test_memory_is_limited_before_it_is_taken(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_made, "_MOST_MB", 1)
    with pytest.raises(BadData, match="2,000,004 words of 2 numbers would take 15 MB") as caught:
        ReadyMadeEncoder(EVERY_WORD, file=write(apple=(1, 2)), more_words=2_000_000).fit(POOL)
    assert "Keep fewer further words" in str(caught.value.hint)


def test_the_file_is_not_needed_once_it_is_fitted(write: Any, tmp_path: Path) -> None:
    file = write(apple=(3, 4), pear=(1, 0))
    encoder = ReadyMadeEncoder(EVERY_WORD, file=file).fit(POOL)
    (tmp_path / "words.txt").unlink()
    other = ReadyMadeEncoder(EVERY_WORD, file="0123456789abcdef").load_state(encoder.state())
    np.testing.assert_array_equal(other.transform(POOL), encoder.transform(POOL))
    assert other.coverage_ == encoder.coverage_
    state = encoder.state()
    with pytest.raises(BadModelFile, match="coverage is no share"):
        ReadyMadeEncoder(EVERY_WORD).load_state(
            {**state, "coverage": {**state["coverage"], "words": 2.0}}
        )


def test_the_method_makes_it_with_its_settings(tmp_path: Path) -> None:
    given = {"file": "some.vec", "more_words": 7, "min_df": 3}
    encoder = METHOD.make(resolve(METHOD.params, given), 9)
    assert isinstance(encoder, ReadyMadeEncoder)
    assert encoder.preparation == TextPreparation(min_df=3)
    assert (encoder.file, encoder.more_words) == ("some.vec", 7)
    assert METHOD.make(resolve(METHOD.params), 0).get_params() == ReadyMadeEncoder().get_params()
    path = tmp_path / "small.vec"
    path.write_text("a 1\n", "utf-8")
    size, settings = PoolSize(rows=100, characters=10_000), resolve(METHOD.params)
    known = METHOD.estimate(size, {**settings, "file": str(path)})
    assert known.seconds < METHOD.estimate(size, settings).seconds
