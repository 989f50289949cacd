"""Words beside their vectors; what every encoder must do is tested with all others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.params import resolve
from core.pretrain import get_method
from core.pretrain.base import PoolSize
from core.pretrain.beside import BesideEncoder
from core.pretrain.ppmi import PPMIEncoder
from core.pretrain.tfidf import TfidfEncoder
from core.text.preparation import TextPreparation

PAIRS = TextPreparation(ngram_max=2, min_df=1)


def test_it_is_both_with_the_vectors_at_their_weight(texts: Any) -> None:
    encoder = BesideEncoder(PAIRS, weight=0.25, dimensions=4).fit(texts)
    words = TfidfEncoder(PAIRS).fit_transform(texts).toarray()
    vectors = PPMIEncoder(TextPreparation(min_df=1), dimensions=4).fit_transform(texts)
    found = encoder.transform(texts).toarray()
    np.testing.assert_allclose(found[:, : words.shape[1]], words, atol=1e-6)
    np.testing.assert_allclose(found[:, words.shape[1] :], 0.25 * vectors, atol=1e-5)
    names = encoder.get_feature_names_out()
    assert len(names) == found.shape[1]
    assert any(" " in name for name in names[:-4])  # groups are words' terms
    assert list(names[-4:]) == [f"dimension {i}" for i in range(1, 5)]


def test_its_parts_add_up(texts: Any) -> None:
    encoder = BesideEncoder(PAIRS, dimensions=4).fit(texts)
    for text in (texts[0], "a word that nobody knows", ""):
        found = encoder.parts(text)
        total = found.base + np.asarray(found.matrix.sum(axis=0)).ravel()
        np.testing.assert_allclose(total, encoder.transform([text]).toarray()[0], atol=1e-5)
        assert len(found.spans) == len(found.terms) == found.matrix.shape[0]


def test_notes_of_both_are_told_once(texts: Any) -> None:
    encoder = BesideEncoder(TextPreparation(min_df=60), dimensions=4).fit(texts)
    assert len(set(encoder.notes_)) == len(encoder.notes_) > 0


def test_it_costs_what_both_cost() -> None:
    method, size = get_method("beside"), PoolSize(1000, 900_000)
    both = method.estimate(size, resolve(method.params))
    parts = [
        get_method(key).estimate(size, resolve(get_method(key).params)) for key in ("tfidf", "ppmi")
    ]
    assert both.seconds == pytest.approx(sum(one.seconds for one in parts))
