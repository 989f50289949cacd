"""Denoising layers against the definition, and what they tie together."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.errors import BadModelFile
from core.pretrain.msda import MSDAEncoder, denoiser
from core.text.preparation import TextPreparation

DRAW = np.random.default_rng(0)
PLAIN = TextPreparation(min_df=1, max_df=1.0, stop_words=False)


def test_the_closed_form_is_the_mean_over_all_noise():
    """Least squares over every way to take columns out, each as often as it comes."""
    X = DRAW.normal(size=(6, 3))
    corruption = 0.3
    copies, wanted, weights = [], [], []
    for kept in itertools.product([0, 1], repeat=3):
        share = np.prod([1 - corruption if one else corruption for one in kept])
        copies.append(np.column_stack([X * kept, np.ones(len(X))]))
        wanted.append(X)
        weights.append(np.full(len(X), share))
    root = np.sqrt(np.concatenate(weights))[:, None]
    best = np.linalg.lstsq(root * np.vstack(copies), root * np.vstack(wanted), rcond=None)[0]
    np.testing.assert_allclose(denoiser(X, corruption), best.T, atol=1e-4)


def test_without_noise_rows_come_back_as_they_are():
    X = DRAW.normal(size=(20, 4))
    np.testing.assert_allclose(denoiser(X, 0.0), np.eye(4, 5), atol=1e-5)


def test_a_column_that_stands_alone_is_halved_and_its_mean_put_back():
    # kept every second time, uncorrelated with others: slope q v / (q v + q (1 - q) m2 / q ...)
    x = np.array([[0.0], [2.0], [0.0], [2.0]])
    # E[x~²] = q E[x²] = 1, E[x~] = 1/2, E[x x~] = 1: slope = (1 - 1/2) / (1 - 1/4), bias the rest
    np.testing.assert_allclose(denoiser(x, 0.5), [[2 / 3, 2 / 3]], atol=1e-4)


def test_the_order_of_columns_and_copies_of_all_rows_change_nothing():
    X = DRAW.normal(size=(30, 4))
    turn = np.array([2, 0, 3, 1])
    turned = denoiser(X[:, turn], 0.4)
    np.testing.assert_allclose(turned[:, :-1], denoiser(X, 0.4)[np.ix_(turn, turn)], atol=1e-6)
    np.testing.assert_allclose(denoiser(np.vstack([X, X]), 0.4), denoiser(X, 0.4), atol=1e-5)


def test_a_term_that_is_missing_is_seen_through_its_company():
    texts = np.array(["fine gorgeous"] * 6 + ["bad dull"] * 6 + ["gorgeous", "dull"], object)
    encoder = MSDAEncoder(PLAIN, terms=10, layers=1, dimensions=2).fit(texts)
    halves = encoder.transform(np.array(["fine", "gorgeous", "bad"], object)).toarray()
    fine, gorgeous, bad = halves[:, len(encoder.text_.vocabulary_) :]
    assert fine @ gorgeous > 0 > fine @ bad
    # TF-IDF itself sees nothing in common
    assert (halves[0] * halves[1])[: len(encoder.text_.vocabulary_)].sum() == 0


def test_both_halves_weigh_alike_and_only_the_commonest_terms_are_denoised():
    texts = np.array([f"common often word{i} rare{i % 7}" for i in range(30)], object)
    encoder = MSDAEncoder(PLAIN, terms=3, layers=2, dimensions=4).fit(texts)
    assert [encoder.text_.vocabulary_.terms[i] for i in encoder.columns_[:2]] == sorted(
        ["common", "often"], key=encoder.text_.vocabulary_.lookup.__getitem__
    )
    assert encoder.layers_.shape == (2, 3, 4)
    denoised = encoder.transform(texts).toarray()[:, len(encoder.text_.vocabulary_) :]
    assert (denoised**2).sum(axis=1).mean() == pytest.approx(1.0, rel=1e-3)
    names = encoder.get_feature_names_out()
    assert names[-1] == f"denoised direction {denoised.shape[1]}"


def test_texts_that_are_all_the_same_have_nothing_to_denoise():
    texts = np.array(["one two"] * 5, object)
    encoder = MSDAEncoder(PLAIN, terms=3, dimensions=2).fit(texts)
    assert np.isfinite(encoder.transform(texts).toarray()).all()


def test_columns_beyond_the_vocabulary_are_refused():
    texts = np.array([f"a{i} b{i % 3} c" for i in range(12)], object)
    encoder = MSDAEncoder(PLAIN, terms=4, dimensions=2).fit(texts)
    state = encoder.state()
    with pytest.raises(BadModelFile, match="'columns' is damaged"):
        MSDAEncoder(PLAIN).load_state(state | {"columns": state["columns"] + 1000})
