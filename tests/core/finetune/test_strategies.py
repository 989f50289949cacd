from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadData, BadParam
from core.finetune import get_strategy
from core.finetune.base import Task, TooFewClasses
from core.finetune.heads.svm import SvmHead
from core.pretrain.base import Encoder
from core.progress import SILENT

KEYS = ["scratch", "frozen"]


def task(labels=(0, 1, 0, 1), n=4):
    X = np.random.default_rng(0).standard_normal((n, 3))
    return Task(
        rows=np.array(["text"] * 4, dtype=object),
        labels=np.array(labels),
        encoded=X,
        pool=lambda: X[:0],
        encoder=Encoder(),
        make_head=SvmHead,
        seed=0,
    )


@pytest.mark.parametrize("key", KEYS)
def test_fits_a_head_and_leaves_the_encoder(key):
    given = task()
    encoder, head = get_strategy(key).learn(given, {}, SILENT)
    assert encoder is given.encoder
    reference = SvmHead().fit(given.encoded, given.labels)
    np.testing.assert_array_equal(head.coef_, reference.coef_)


@pytest.mark.parametrize("key", KEYS)
def test_parts_that_do_not_match_are_refused(key):
    with pytest.raises(BadData, match="4 rows, 3 encoded rows and 4 labels"):
        get_strategy(key).learn(task(n=3), {}, SILENT)


@pytest.mark.parametrize("key", KEYS)
def test_one_class_is_refused(key):
    with pytest.raises(TooFewClasses, match="one class, which cannot be told apart") as error:
        get_strategy(key).learn(task(labels=(1, 1, 1, 1)), {}, SILENT)
    assert isinstance(error.value, BadData)
    assert "at least one other class" in error.value.hint


@pytest.mark.parametrize("key", KEYS)
def test_unknown_settings_are_refused(key):
    with pytest.raises(BadParam, match="no setting 'speed'"):
        get_strategy(key).learn(task(), {"speed": 1}, SILENT)
