"""Head and word vectors together: gradients against differences, and when nothing is tuned."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from core.errors import BadParam
from core.finetune import get_strategy
from core.finetune.base import Task
from core.finetune.embedding import _Model
from core.finetune.heads.logistic import LogisticHead
from core.finetune.heads.tree import TreeHead
from core.pretrain.base import Encoder
from core.pretrain.ppmi import PPMIEncoder
from core.progress import SILENT
from core.text.preparation import TextPreparation
from tests import seed


def model():
    rng = np.random.default_rng(0)
    return _Model(
        rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), rng.normal(size=2), rng.normal(size=3)
    )


COUNTS = sparse.csr_matrix(np.array([[1, 2, 0, 0], [0, 0.5, 1, 0], [0, 0, 0, 0.0]]))
CODES = np.array([0, 1, 1])


@pytest.mark.parametrize("name", ["vectors", "coef", "intercept"])
def test_a_step_follows_the_gradient(name):
    moved = model()
    moved.step(COUNTS, CODES, 1.0)
    slope = getattr(model(), name) - getattr(moved, name)
    for place in np.ndindex(*slope.shape):
        losses = []
        for change in (1e-6, -1e-6):
            other = model()
            getattr(other, name)[place] += change
            losses.append(other.loss(COUNTS, CODES))
        assert slope[place] == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-6)


def test_a_text_without_words_is_zero_and_moves_no_vector():
    rows, lengths = model().texts(COUNTS)
    assert not rows[2].any()
    assert lengths[2] == 1
    np.testing.assert_allclose(np.linalg.norm(rows[:2], axis=1), 1)
    moved = model()
    moved.step(COUNTS[2:], CODES[2:], 1.0)
    np.testing.assert_array_equal(moved.vectors, model().vectors)


@pytest.fixture(name="given", scope="module")
def _given() -> Task:
    dataset = seed.texts(per_class=40)
    encoder = PPMIEncoder(TextPreparation(min_df=1), dimensions=8).fit(
        dataset.take(dataset.pool_rows("all"))
    )
    rows = dataset.train_rows
    texts = dataset.take(rows)
    return Task(
        rows=texts,
        labels=np.asarray(dataset.labels)[rows],
        encoded=encoder.transform(texts),
        pool=lambda: np.empty((0, 8)),
        encoder=encoder,
        make_head=LogisticHead,
        seed=0,
    )


def test_both_are_tuned_and_the_encoder_given_stays(given):
    before = given.encoder.vectors_.copy()
    encoder, head = get_strategy("probe_then_tune").learn(given, {"rate": 1.0}, SILENT)
    np.testing.assert_array_equal(given.encoder.vectors_, before)
    assert encoder is not given.encoder
    assert not np.array_equal(encoder.vectors_, before)
    proba = head.predict_proba(encoder.transform(given.rows))
    probe = LogisticHead().fit(given.encoded, given.labels).predict_proba(given.encoded)
    right = np.arange(len(proba)), given.labels
    assert -np.log(proba[right]).mean() < -np.log(probe[right]).mean()


def test_a_tuned_encoder_can_be_kept(given):
    encoder, _ = get_strategy("probe_then_tune").learn(given, {"rate": 1.0}, SILENT)
    again = PPMIEncoder(TextPreparation(min_df=1), dimensions=8).load_state(encoder.state())
    np.testing.assert_array_equal(again.transform(given.rows), encoder.transform(given.rows))


def test_one_label_a_class_stays_the_probe(given):
    _, first = np.unique(given.labels, return_index=True)
    few = Task(
        **{
            **given.__dict__,
            "rows": given.rows[first],
            "labels": given.labels[first],
            "encoded": given.encoded[first],
        }
    )
    encoder, head = get_strategy("probe_then_tune").learn(few, {}, SILENT)
    assert encoder is given.encoder
    np.testing.assert_array_equal(head.coef_, LogisticHead().fit(few.encoded, few.labels).coef_)


def test_other_encoders_and_heads_are_refused(given):
    strategy = get_strategy("probe_then_tune")
    with pytest.raises(BadParam, match="Only word vectors can be tuned"):
        strategy.learn(Task(**{**given.__dict__, "encoder": Encoder()}), {}, SILENT)
    with pytest.raises(BadParam, match="needs a linear head"):
        strategy.learn(Task(**{**given.__dict__, "make_head": TreeHead}), {}, SILENT)


def test_too_high_a_rate_is_told():
    from core.finetune import embedding

    def diverging(*_):
        return np.inf

    moved = model()
    with pytest.MonkeyPatch.context() as patch:
        losses = iter([1.0, np.inf, np.inf])
        patch.setattr(_Model, "loss", lambda *_: next(losses))
        with pytest.raises(BadParam, match="of the vectors is too high: after 1 passes"):
            embedding._count_passes(
                moved, COUNTS, CODES, np.array([0]), np.array([1]), 9.0, 5, 0, SILENT
            )
