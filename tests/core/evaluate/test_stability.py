from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadData
from core.evaluate.stability import agreement_by_row, stability, stability_sentence


def test_by_hand() -> None:
    answers = np.array([[0, 1, 2, 0], [0, 1, 1, 1], [0, 1, 1, 2]])
    truth = np.array([0, 1, 1, 0])
    # the third row: one pair of three agrees; the fourth: none
    assert agreement_by_row(answers).tolist() == pytest.approx([1, 1, 1 / 3, 0])
    found = stability(answers, truth)
    assert found.accuracies == (0.75, 0.75, 0.75)
    assert found.mean.value == 0.75
    assert found.spread == 0
    assert found.agreement == pytest.approx((2 + 1 / 3) / 4)
    assert found.unanimous == 0.5
    assert found.rows == 4


def test_words() -> None:
    changing = stability(np.array([[0, 1], [0, 0]]), np.array([0, 1]))
    assert stability_sentence(changing, of="draws of labels") == (
        "Over 2 draws of labels the accuracy lies between 50.0 % and 100.0 % (a spread of "
        "50.0 points); 50.0 % of the answers change from one to another."
    )
    same = stability(np.array([[0, 1], [0, 1]]), np.array([0, 1]))
    assert "not one answer changes" in stability_sentence(same, of="seeds")


def test_one_training_cannot_be_compared() -> None:
    with pytest.raises(BadData, match="One training says nothing"):
        stability(np.array([[0, 1]]), np.array([0, 1]))
