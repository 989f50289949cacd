"""Labels that are chance, but alike within a group: a fold that leaks would be right about all.

Each test holds the same rows against themselves without their groups, so that it is seen that
there is something to leak.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data.dataset import UNLABELLED, Dataset
from core.evaluate.across import carry
from core.evaluate.across_rows import represent
from core.evaluate.across_validation import Validation
from core.evaluate.drift import drift, two_sample
from core.evaluate.label_noise import out_of_fold_labels
from core.evaluate.trials import Contender, Sides, plan
from core.evaluate.tuning.material import Material
from core.evaluate.tuning.space import make_space
from core.evaluate.tuning.work import AttemptOrder, attempt
from core.evaluate.validation import out_of_fold
from core.finetune import get_head, get_strategy
from core.finetune.adaptations import adaptations_for
from core.finetune.base import Head
from core.finetune.heads.svm import SvmHead
from core.params import resolve
from core.pretrain.base import Encoder, PoolSize
from core.progress import SILENT
from core.transfer.domains.density import density_ratio
from core.transfer.domains.pair import pair
from core.transfer.domains.proxy import proxy_distance
from tests import seed

GROUPS, OF_EACH = 40, 4
LEAKED, CHANCE = 0.95, 0.7


class Flat(Encoder):
    """Pictures as their pixels, one beside the other."""

    def transform(self, rows: Any) -> Any:
        return np.asarray(rows).reshape(len(rows), -1).astype(np.float32)


def recordings(*, grouped: bool, equal: bool = False, seed: int = 0) -> Dataset:
    """Speakers of two classes by chance; what one says sounds almost alike, or is equal."""
    rng = np.random.default_rng(seed)
    speaker = np.arange(GROUPS * OF_EACH) // OF_EACH
    labels = rng.permutation(np.arange(GROUPS) % 2)[speaker].astype(np.int32)
    rows = rng.normal(size=(GROUPS, 1, 6))[speaker]
    if not equal:
        rows = rows + 1e-3 * rng.normal(size=rows.shape)
    test = speaker >= GROUPS * 3 // 4
    return Dataset(
        name="recordings",
        title="Recordings",
        modality="image",
        rows=rows,
        labels=labels,
        classes=("no", "yes"),
        test=test,
        group=np.array([f"speaker {one}" for one in speaker], dtype=object) if grouped else None,
    )


def tree() -> Head:
    spec = get_head("tree")
    return spec.make(resolve(spec.params, {"max_depth": 20, "min_samples_leaf": 1}), 0)


def contender(dataset: Dataset) -> Contender:
    sides = Sides.of(dataset)
    rows = np.concatenate([sides.train, sides.test])
    encoder = Flat()
    return Contender(
        sides,
        encoder,
        get_strategy("frozen"),
        {},
        lambda one, some: one.transform(dataset.take(some)),
        encoder.transform(dataset.take(rows)),
    )


def validated(dataset: Dataset) -> float:
    one = contender(dataset)
    (trial,) = plan(one.sides.labels, [None], draws=1, seed=0)
    found = out_of_fold(one, trial, tree, seed=0, progress=SILENT)
    assert found is not None
    return float((found.proba.argmax(axis=1) == found.labels).mean())


def backed(dataset: Dataset) -> float:
    found = out_of_fold_labels(contender(dataset), tree, seed=0, progress=SILENT)
    right = found.proba.argmax(axis=1) == found.labels
    return float(right[~found.test].mean())


def tuned(dataset: Dataset) -> float:
    """Share of rows that a trial of a search is right about."""

    class Here:
        def share(self, value: Any) -> Any:
            return value

    space = make_space("image", PoolSize(len(dataset), 6), seconds=5.0, pool=False)
    material = Material.of(dataset, space, Here(), labels_per_class=None, seed=0)  # type: ignore[arg-type]
    configuration = dataclasses.replace(
        space.default,
        head="tree",
        head_settings={"max_depth": 20, "min_samples_leaf": 1, "criterion": "gini"},
        strategy="frozen",
        strategy_settings={},
    )
    parts = [
        material.part(place, len(split.train), None)
        for place, split in enumerate(material.plan.splits)
    ]
    encoded = Flat().transform(dataset.take(dataset.train_rows))
    order = AttemptOrder(configuration, parts, 0, 60.0)
    tried = attempt(encoded, None, None, material.labels, order)
    return float(np.concatenate([one.right for one in tried]).mean())


@pytest.mark.parametrize("score", [validated, backed, tuned])
def test_scores_on_rows_held_out(score: Any) -> None:
    assert score(recordings(grouped=False)) > LEAKED  # it can be learned by heart
    assert score(recordings(grouped=True)) < CHANCE
    assert score(recordings(grouped=False, equal=True)) < CHANCE  # equal rows need no group


def copies(n: int, d: int, *, seed: int = 0) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Noise, each row four times, and which rows are the same."""
    rng = np.random.default_rng(seed)
    which = np.arange(n * OF_EACH) // OF_EACH
    return rng.normal(size=(n, d))[which], which


def test_where_no_label_can_be_held_out_the_test_rows_alone_are_judged() -> None:
    rows = recordings(grouped=False)
    rows = dataclasses.replace(  # each class is one speaker, who alone could tell of it
        rows, group=np.array([f"speaker {code}" for code in rows.labels], dtype=object)
    )
    found = out_of_fold_labels(contender(rows), tree, seed=0, progress=SILENT)
    assert found.rows.tolist() == rows.test_rows.tolist()
    assert found.proba.sum(axis=1) == pytest.approx(np.ones(len(rows.test_rows)))


@pytest.mark.parametrize("strategy", ["self_training", "spreading"])
def test_a_head_knows_what_of_the_pool_belongs_to_its_labelled_rows(
    strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = recordings(grouped=False, equal=True)
    labels = rows.labels.copy()
    labels[::OF_EACH] = UNLABELLED  # of each speaker a row without a label
    one = contender(dataclasses.replace(rows, labels=labels, test=rows.test & (labels >= 0)))
    how = get_strategy(strategy)
    one = dataclasses.replace(one, strategy=how, settings=resolve(how.params))
    told: list[tuple[Any, Any]] = []
    fit = SvmHead.fit

    def spied(head: SvmHead, X: Any, y: Any, **more: Any) -> SvmHead:
        told.append((X, more["units"]))
        return fit(head, X, y, **more)

    monkeypatch.setattr(SvmHead, "fit", spied)
    one.fit(np.arange(0, len(one.sides.train), 2), SvmHead, seed=0, progress=SILENT)
    X, units = told[-1]
    speakers = np.unique(X, axis=0, return_inverse=True)[1]
    assert len(np.unique(speakers)) == len(np.unique(units)) < len(units)
    assert len(np.unique(np.column_stack([speakers, units]), axis=0)) == len(np.unique(units))


def test_domains_told_apart_by_heart_are_not_apart() -> None:
    rows, units = copies(60, 40)
    source, target, names = rows[:120], rows[120:], tuple(map(str, range(40)))
    assert proxy_distance(source, target, names).error < 0.2
    assert proxy_distance(source, target, names, units=units).error > 0.3
    # the weights of copies are those of one classifier, which has seen none of them
    weights = density_ratio(source, target, units=units).reshape(-1, OF_EACH)
    assert np.ptp(weights, axis=1).max() < 1e-9
    assert np.ptp(density_ratio(source, target).reshape(-1, OF_EACH), axis=1).max() > 0.1


def test_a_domain_of_one_unit_is_held_out_row_by_row() -> None:
    source, target = np.zeros((20, 1)), np.full((20, 1), 9.0)
    units = np.repeat([0, 1], 20)
    assert proxy_distance(source, target, ("x",), units=units).error == 0.0


def test_copies_are_no_drift() -> None:
    rows, units = copies(80, 400)
    by_heart, p_by_heart = two_sample(rows[:160], rows[160:])
    assert by_heart.value > 0.9
    assert p_by_heart < 1e-6
    honest, _ = two_sample(rows[:160], rows[160:], units=units)
    assert honest.value < 0.85
    same = np.zeros(160, dtype=np.int64)  # nothing could be judged: halves as ever
    again, _ = two_sample(rows[:160], rows[160:], units=np.concatenate([same, same + 1]))
    assert again.value == by_heart.value


def test_copied_texts_and_pictures_are_found_by_drift_itself() -> None:
    rng = np.random.default_rng(0)
    texts = np.array(
        [" ".join(f"w{one}" for one in rng.integers(0, 200, 30)) for _ in range(80)], dtype=object
    )
    four_times = np.repeat(texts, OF_EACH)
    assert drift(four_times[:160], four_times[160:], modality="text").auc.value < 0.85
    pictures = copies(80, 40)[0].reshape(-1, 1, 40)
    assert drift(pictures[:160], pictures[160:], modality="image").auc.value < 0.85


def across(*, shared: bool) -> float:
    """How good a classifier of a source seems on labelled rows of a target, labels being chance."""
    made = recordings(grouped=False, equal=True, seed=1)
    other = recordings(grouped=False, equal=True, seed=1 if shared else 2)
    other = dataclasses.replace(other, name="other", title="Other", labels=other.labels.copy())
    other.labels[other.test] = 0  # another data set, of the same training rows
    both = pair(other, made)
    shown = represent(both, "source", seed=0)
    positions = np.arange(len(both.target))
    way = adaptations_for("image")["source_only"]
    found = Validation(shown, positions, tree, seed=0).of(way, shown)
    assert found is not None
    assert found.how == "target_labels"
    return found.accuracy.value


def test_a_source_that_holds_the_rows_held_out_does_not_answer_for_them() -> None:
    made = recordings(grouped=False, equal=True, seed=1)
    assert validated(made) < CHANCE
    assert across(shared=True) < CHANCE
    assert across(shared=False) < CHANCE


def test_no_way_across_fails_where_the_source_has_a_class_from_one_customer() -> None:
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 30).astype(np.int32)
    rows = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("wxyz"))
    rows["w"] += 3 * labels
    shop = np.repeat(["here", "there"], 30).astype(object)
    customer = np.array([f"customer {one}" for one in range(60)], dtype=object)
    # all that the source has of "yes", and some rows of the target
    customer[(shop == "here") & (labels == 1)] = customer[[31, 33]] = "a large one"
    orders = Dataset(
        name="orders",
        title="Orders",
        modality="tabular",
        rows=rows,
        labels=labels,
        classes=("no", "yes"),
        test=np.arange(60) >= 50,
        domain=shop,
        group=customer,
    )
    both = pair(orders, orders, source_domain="here", target_domain="there")
    found = carry(both, labels_per_class=8, draws=1, curve=False)
    assert [one.failed for one in found.report.entries] == [""] * len(found.report.entries)


def test_a_way_is_measured_where_too_little_is_left_to_estimate_it() -> None:
    texts = seed.texts(per_class=60, pool=10)
    rng = np.random.default_rng(0)
    shop = rng.choice(["here", "there"], len(texts)).astype(object)
    for number in range(4):
        speaker = np.where(texts.labels == 0, 0, rng.integers(0, 3, len(texts)))
        texts = dataclasses.replace(
            texts, domain=shop, group=np.array([f"speaker {one}" for one in speaker], dtype=object)
        )
        both = pair(texts, texts, source_domain="here", target_domain="there")
        ways = ["source_only", "label_shift"]
        found = carry(both, ways=ways, labels_per_class=5, draws=1, curve=False, seed=number)
        assert [one.failed for one in found.report.entries] == ["", ""]
