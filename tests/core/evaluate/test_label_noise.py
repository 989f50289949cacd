from __future__ import annotations

import numpy as np
import pytest

from core.evaluate.encoding import encode_rows
from core.evaluate.label_noise import label_noise, noise_sentence, out_of_fold_labels
from core.evaluate.trials import Contender, Sides
from core.finetune import get_head, get_strategy
from core.params import resolve
from core.pretrain import get_method
from core.progress import SILENT
from tests import seed


def test_confident_joint_by_hand() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1])
    first = np.array([0.9, 0.8, 0.1, 0.2, 0.3, 0.1])
    found = label_noise(labels, np.column_stack([first, 1 - first]))
    # thresholds: 0.6 for class 0, 0.8 for class 1; the row at 0.7 is of neither
    # confident joint: [[2, 1], [0, 2]]; as many of each label as there are: [[2, 1], [0, 3]]
    assert found.joint.tolist() == pytest.approx(np.array([[2, 1], [0, 3]]) / 6)
    assert found.share == pytest.approx(1 / 6)
    assert found.disagree == 1
    (suspect,) = found.suspects
    assert (suspect.position, suspect.given, suspect.likely) == (2, 0, 1)
    assert suspect.given_probability == pytest.approx(0.1)
    assert suspect.likely_probability == pytest.approx(0.9)
    assert noise_sentence(found, ("ham", "spam")) == (
        "1 of 6 labels looks wrong; all in all about 16.7 % of the labels are estimated to be. Most "
        "often “ham” was given where “spam” is likelier (1). The classifiers that say so agree "
        "with 83.3 % of the labels; the weaker they are, the more labels look wrong that are right."
    )


def test_the_clearest_come_first_and_absent_classes_are_no_suspects() -> None:
    proba = np.array(
        [[0.9, 0.1, 0], [0.8, 0.2, 0], [0.3, 0.7, 0], [0.1, 0.9, 0], [0, 1, 0], [0.2, 0.8, 0]]
    )
    found = label_noise(np.array([0, 0, 0, 0, 1, 1]), proba)
    # class 1 needs 0.9 to be confident: rows 3 and 4
    assert [one.position for one in found.suspects] == [3]
    assert found.joint[2].sum() == found.joint[:, 2].sum() == 0
    assert found.joint.sum() == pytest.approx(1)


def test_no_row_is_suspected_where_labels_and_answers_agree() -> None:
    proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]])
    found = label_noise(np.array([0, 0, 1]), proba)
    assert found.share == 0
    assert found.suspects == ()
    assert noise_sentence(found, ("a", "b")).startswith("Not one of 3 labels looks wrong")


def test_a_label_without_a_confident_row_is_taken_at_its_word() -> None:
    # both thresholds are 0.5, and the only row of class 0 gives it the less
    found = label_noise(np.array([0, 1, 1]), np.array([[0.4, 0.6], [0.0, 1.0], [0.4, 0.6]]))
    assert found.joint[0].tolist() == pytest.approx([1 / 3, 0])


def test_ties_go_to_the_label_as_given() -> None:
    found = label_noise(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]]))
    assert found.suspects == ()


def test_planted_wrong_labels_are_found_first_on_either_side() -> None:
    dataset = seed.texts(per_class=60, pool=0)
    labels = dataset.labels.copy()
    planted = [*dataset.train_rows[::18].tolist(), *dataset.test_rows[::18].tolist()]
    for row in planted:
        labels[row] = (labels[row] + 1) % 3
    object.__setattr__(dataset, "labels", labels)
    sides = Sides.of(dataset)
    method = get_method("tfidf")
    encoder = method.make(resolve(method.params, {"min_df": 1}), 0)
    encoder.fit(dataset.take(dataset.pool_rows()))

    def encode(one, rows):  # type: ignore[no-untyped-def]
        return encode_rows(one, dataset, rows)

    contender = Contender(
        sides,
        encoder,
        get_strategy("frozen"),
        {},
        encode,
        encode(encoder, np.concatenate([sides.train, sides.test])),
    )
    spec = get_head("logistic")
    held = out_of_fold_labels(
        contender, lambda: spec.make(resolve(spec.params), 0), seed=0, progress=SILENT
    )
    assert sorted(held.rows) == sorted(np.concatenate([sides.train, sides.test]))
    assert held.proba.sum(axis=1) == pytest.approx(np.ones(len(held.rows)))
    assert held.test.sum() == len(sides.test)
    found = label_noise(held.labels, held.proba)
    first = {int(held.rows[one.position]) for one in found.suspects[:6]}
    assert first <= set(planted)
    assert {bool(dataset.test[row]) for row in first} == {True, False}
