from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import TruncatedSVD

from core.errors import BadData, BadModelFile
from core.params import resolve
from core.pretrain import get_method
from core.pretrain.lsa import LsaEncoder
from core.pretrain.tfidf import TfidfEncoder
from core.text.preparation import TextPreparation


def test_texts_are_projected_tfidf_rows_of_length_one(texts: Any) -> None:
    encoder = LsaEncoder(n_components=2).fit(texts)
    encoded = encoder.transform(texts)
    np.testing.assert_allclose(np.linalg.norm(encoded[:-1], axis=1), 1, rtol=1e-5)
    assert encoded[-1].tolist() == [0, 0]  # the empty text
    tfidf = TfidfEncoder().fit_transform(texts)
    theirs = TruncatedSVD(2, algorithm="arpack", random_state=0).fit_transform(tfidf)
    theirs /= np.maximum(np.linalg.norm(theirs, axis=1, keepdims=True), 1e-12)
    np.testing.assert_allclose(encoded @ encoded.T, theirs @ theirs.T, atol=1e-3)


def test_texts_of_one_subject_are_near_each_other(texts: Any) -> None:
    encoded = LsaEncoder(n_components=2).fit(texts).transform(texts)
    alike = encoded @ encoded.T
    same = np.arange(59) % 2 == (np.arange(59) % 2)[:, None]
    assert alike[:59, :59][same].min() > alike[:59, :59][~same].max()


@pytest.mark.parametrize("text", ["cat dog cat road", "the unknown", "", "Engine, engine!"])
def test_parts_add_up(texts: Any, text: str) -> None:
    encoder = LsaEncoder(TextPreparation(ngram_max=2), n_components=3).fit(texts)
    parts = encoder.parts(text)
    assert parts is not None
    np.testing.assert_allclose(
        parts.base + parts.matrix.sum(axis=0), encoder.transform([text])[0], atol=1e-5
    )
    assert parts.matrix.shape == (len(parts.spans), 3)


def test_pictures_are_rebuilt_from_all_their_components(images: Any) -> None:
    encoder = LsaEncoder(n_components=20).fit(images)
    encoded = encoder.transform(images)
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-5)
    rebuilt = encoded @ encoder.svd_.components_ + encoder.svd_.mean_
    np.testing.assert_allclose(rebuilt, images.reshape(40, 20) / 16, atol=1e-5)
    assert encoder.parts("a text") is None
    assert encoder.notes_ == ()


def test_fewer_components_than_asked_for_is_no_error(table: pd.DataFrame) -> None:
    encoder = LsaEncoder(n_components=100).fit(table)
    width = len(encoder.get_feature_names_out())
    assert encoder.transform(table).shape == (50, width)
    assert encoder.notes_[-1] == (
        f"100 components were asked for; 50 rows of {len(encoder.first_.names)} values "
        f"have at most {width}."
    )


def test_notes_of_the_first_step_are_passed_on() -> None:
    encoder = LsaEncoder(n_components=2).fit(["red cat", "blue dog"])
    assert "min_df=1 was used instead" in encoder.notes_[0]


def test_rows_of_another_kind_are_refused(texts: Any, table: pd.DataFrame) -> None:
    encoder = LsaEncoder(n_components=2).fit(texts)
    with pytest.raises(BadData, match="several columns"):
        encoder.transform(table)


def test_the_seed_is_the_only_chance(texts: Any) -> None:
    one, same = (LsaEncoder(n_components=3, random_state=1).fit(texts) for _ in range(2))
    np.testing.assert_array_equal(one.transform(texts), same.transform(texts))


def test_settings_reach_the_encoder() -> None:
    method = get_method("lsa")
    settings = resolve(method.params, {"n_components": 7, "word_form": "stem", "max_categories": 9})
    encoder = method.make(settings, 5)
    assert isinstance(encoder, LsaEncoder)
    assert encoder.get_params() == {
        "preparation": TextPreparation(word_form="stem"),
        "n_components": 7,
        "min_category_rows": 5,
        "max_categories": 9,
        "random_state": 5,
    }


def test_more_components_than_its_settings_allow_are_refused(texts: Any) -> None:
    state = LsaEncoder(n_components=3).fit(texts).state()
    with pytest.raises(BadModelFile, match="3 components"):
        LsaEncoder(n_components=2).load_state(state)


def test_texts_are_learned_on_with_the_vocabulary_as_it_was(texts: Any) -> None:
    encoder = LsaEncoder(n_components=20).fit(texts[:30])
    state = encoder.state()
    more = encoder.continued(np.asarray([*texts[30:], "an unheard word"], dtype=object))
    assert more is not encoder
    assert more.svd_.n_rows_ == 61
    assert encoder.svd_.n_rows_ == 30
    np.testing.assert_array_equal(encoder.state()["svd"]["components"], state["svd"]["components"])
    assert more.first_.names == encoder.first_.names
    assert more.notes_[-1].startswith("The vocabulary stayed as it was")
    again = more.continued(texts)
    assert again.notes_ == more.notes_
    # all directions were kept, so nothing of the earlier texts is lost
    tfidf = encoder.first_.transform(texts)
    whole = TruncatedSVD(3, algorithm="arpack", random_state=0).fit(tfidf)
    np.testing.assert_allclose(
        encoder.continued(texts[30:]).svd_.singular_values_[:3], whole.singular_values_, rtol=1e-3
    )


def test_pictures_and_tables_are_learned_on(images: Any, table: pd.DataFrame) -> None:
    more = LsaEncoder(n_components=20).fit(images[:20]).continued(images[20:])
    # the scale is that of the first pictures
    np.testing.assert_allclose(more.svd_.mean_, images.mean(axis=0).ravel() / 16, atol=1e-5)
    assert more.transform(images).shape[0] == 40
    part = LsaEncoder(n_components=3).fit(table[:30])
    further = part.continued(table[30:])
    other = LsaEncoder(n_components=3).load_state(further.state())
    np.testing.assert_array_equal(other.transform(table), further.transform(table))
    assert part.notes_ == further.notes_
