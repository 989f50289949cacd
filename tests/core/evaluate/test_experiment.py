"""The whole experiment on made-up rows: what it may see, what it says, how it stops."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from core.data.dataset import UNLABELLED, Dataset
from core.errors import BadData, BadParam, Cancelled, NotFound
from core.evaluate import experiment
from core.evaluate.curve import points_so_far
from core.evaluate.experiment import run_experiment
from core.evaluate.metrics import score
from core.evaluate.results import evaluation_from_json, evaluation_to_json
from core.finetune.base import Strategy
from core.finetune.draws import draw_labels
from core.pretrain.base import Encoder
from core.progress import Progress


class Columns(Encoder):
    """Encodes a picture of one line as some of its pixels."""

    def __init__(self, first: int = 0, last: int = 4) -> None:
        self.first = first
        self.last = last

    def transform(self, rows: Any) -> Any:
        return np.asarray(rows)[:, 0, self.first : self.last].astype(np.float32)


KNOWS, GUESSES = Columns(0, 4), Columns(4, 8)


def made_up(n: int = 360, *, seed: int = 0, test_share: float = 0.5) -> Dataset:
    """Three classes; the first four pixels tell them apart, the last four hardly do."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    rows = rng.normal(0, 1, (n, 1, 8))
    rows[np.arange(n), 0, labels] += 2.5
    rows[np.arange(n), 0, labels + 4] += 0.5
    test = np.arange(n) >= n * (1 - test_share)
    return Dataset("made_up", "Made up", "image", rows, labels, ("a", "b", "c"), test)


def run(dataset: Dataset | None = None, encoder: Encoder | None = KNOWS, **settings: Any) -> Any:
    settings = {"head": "logistic", "labels_per_class": 5, "draws": 3, "curve": False, **settings}
    return run_experiment(made_up() if dataset is None else dataset, encoder, GUESSES, **settings)


def test_a_good_encoder_helps() -> None:
    dataset = made_up()
    outcome = run(dataset)
    evaluation = outcome.evaluation
    assert evaluation.comparison.kind == "helped"
    assert evaluation.comparison.draws == 3
    assert evaluation.comparison.rows == 180
    assert evaluation.labels == 15
    assert evaluation.labels_per_class == 5
    assert evaluation.classes == ("a", "b", "c")
    assert evaluation.notes == ()
    gain = np.mean(np.subtract(evaluation.point.model_draws, evaluation.point.baseline_draws))
    assert evaluation.comparison.gain.value == pytest.approx(gain)


def test_the_other_way_round_it_hurts() -> None:
    outcome = run_experiment(
        made_up(), GUESSES, KNOWS, head="logistic", labels_per_class=5, draws=3, curve=False
    )
    assert outcome.evaluation.comparison is not None
    assert outcome.evaluation.comparison.kind == "hurt"
    assert outcome.evaluation.labels_saved is None


def test_kept_model_is_the_first_draw() -> None:
    dataset = made_up()
    outcome = run(dataset, seed=4)
    arrays = outcome.arrays
    assert (arrays["test_rows"] == dataset.test_rows).all()
    assert (arrays["test_labels"] == dataset.labels[dataset.test_rows]).all()
    positions = draw_labels(dataset.labels[dataset.train_rows], 5, seed=4)
    assert (arrays["train_rows"] == dataset.train_rows[positions]).all()
    again = outcome.classifier.predict_proba(dataset.take(dataset.test_rows))
    assert np.allclose(arrays["test_proba"], again)
    assert np.allclose(
        arrays["baseline_proba"],
        outcome.baseline_classifier.predict_proba(dataset.take(dataset.test_rows)),
    )
    assert np.allclose(
        arrays["train_proba"], outcome.classifier.predict_proba(dataset.take(arrays["train_rows"]))
    )
    evaluation = outcome.evaluation
    assert evaluation.test == score(
        arrays["test_labels"], arrays["test_proba"], dataset.classes, seed=4
    )
    assert evaluation.test.accuracy.value == evaluation.point.model_draws[0]
    assert evaluation.baseline_test.accuracy.value == evaluation.point.baseline_draws[0]
    assert evaluation.train.rows == evaluation.baseline_train.rows == 15


def test_draw_i_comes_from_seed_plus_i() -> None:
    together = run(draws=3, seed=10).evaluation.point
    for i in range(3):
        alone = run(draws=1, seed=10 + i).evaluation.point
        assert alone.model_draws[0] == together.model_draws[i]
        assert alone.baseline_draws[0] == together.baseline_draws[i]


def test_reproducible_and_readable_as_json() -> None:
    one, two = run(curve=True), run(curve=True)
    assert one.evaluation == two.evaluation
    text = json.dumps(evaluation_to_json(one.evaluation), allow_nan=False)
    assert evaluation_from_json(json.loads(text)) == one.evaluation


def test_the_curve_has_the_own_point_and_the_others() -> None:
    evaluation = run(curve=True, draws=4, labels_per_class=5).evaluation
    assert [p.labels_per_class for p in evaluation.curve] == [1, 2, 5, 10, 20, 50, None]
    assert [p.labels for p in evaluation.curve] == [3, 6, 15, 30, 60, 150, 180]
    assert [len(p.model_draws) for p in evaluation.curve] == [4, 4, 4, 4, 4, 4, 1]
    assert evaluation.labels_saved is not None
    assert evaluation.labels_saved.per_class == 5
    own = run(curve=False, draws=4).evaluation
    assert own.curve == (evaluation.point,)


def test_without_a_model_the_baseline_is_trained_alone() -> None:
    outcome = run(encoder=None)
    assert outcome.baseline_classifier is None
    assert "baseline_proba" not in outcome.arrays
    evaluation = outcome.evaluation
    assert evaluation.comparison is None
    assert evaluation.baseline_test is None
    assert evaluation.point.baseline is None
    beside = run().evaluation
    assert evaluation.test == beside.baseline_test


def test_all_labels_are_one_draw() -> None:
    evaluation = run(labels_per_class=None, draws=5).evaluation
    assert evaluation.labels == 180
    assert evaluation.comparison.draws == 1
    assert evaluation.labels_saved is None
    assert evaluation.notes == (
        "One draw of labels: the intervals cover the choice of test rows, not of labels.",
    )


def test_a_budget_that_takes_all_is_one_draw_too() -> None:
    evaluation = run(labels_per_class=60, draws=5).evaluation
    assert evaluation.comparison.draws == 1
    assert evaluation.labels_per_class == 60


def test_notes_name_what_limits_the_result() -> None:
    dataset = made_up(120, test_share=0.25)
    labels = dataset.labels.copy()
    labels[np.flatnonzero((labels == 2) & dataset.test)] = UNLABELLED
    labels[np.flatnonzero((labels == 1) & ~dataset.test)[3:]] = UNLABELLED
    dataset = dataclasses.replace(dataset, labels=labels)
    assert run(dataset).evaluation.notes == (
        "Fewer than 5 labelled training rows, all of them used: b (3).",
        "No test row, so left out of the averages: c.",
        "Only 20 test rows: the intervals are wide.",
    )


def test_rows_are_encoded_once_and_test_rows_are_not_trained_on() -> None:
    dataset = made_up()
    asked: list[tuple[Encoder, np.ndarray]] = []

    def encode(encoder: Encoder, rows: np.ndarray) -> Any:
        asked.append((encoder, rows))
        return encoder.transform(dataset.take(rows))

    evaluation = run(dataset, encode=encode, curve=True).evaluation
    assert [encoder for encoder, _ in asked] == [KNOWS, GUESSES]
    for _, rows in asked:
        assert (rows == np.concatenate([dataset.train_rows, dataset.test_rows])).all()
    assert evaluation == run(dataset, curve=True).evaluation


def test_test_rows_teach_nothing() -> None:
    dataset = made_up()
    rows, labels = dataset.rows.copy(), dataset.labels.copy()
    rows[dataset.test] = -3 * rows[dataset.test] + 7
    labels[dataset.test] = (labels[dataset.test] + 1) % 3
    spoilt = dataclasses.replace(dataset, rows=rows, labels=labels)
    honest, other = run(dataset), run(spoilt)
    probe = made_up(seed=9).rows
    for name in ("classifier", "baseline_classifier"):
        assert (
            getattr(honest, name).predict_proba(probe) == getattr(other, name).predict_proba(probe)
        ).all()
    assert (honest.arrays["train_proba"] == other.arrays["train_proba"]).all()


class Leaky(Dataset):
    @property
    def train_rows(self) -> Any:
        return np.arange(len(self))


def test_a_leak_is_noticed() -> None:
    honest = made_up()
    leaky = Leaky(**{f.name: getattr(honest, f.name) for f in dataclasses.fields(honest)})
    with pytest.raises(AssertionError, match="A test row was about to be learned from"):
        run(leaky)


def test_a_strategy_may_change_the_encoder_and_see_the_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset = made_up(200, test_share=0.4)
    labels = dataset.labels.copy()
    labels[:30] = UNLABELLED
    dataset = dataclasses.replace(dataset, labels=labels)
    pools = []

    def learn(task: Any, settings: Mapping[str, Any], progress: Progress) -> Any:
        pools.append(task.pool())
        other = Columns(0, 3)
        return other, task.make_head().fit(other.transform(task.rows), task.labels)

    changing = Strategy("changing", "Changing", "", "", (), learn)
    known = experiment.get_strategy
    monkeypatch.setattr(
        experiment, "get_strategy", lambda key: changing if key == "changing" else known(key)
    )
    outcome = run(dataset, strategy="changing", draws=1)
    assert outcome.classifier.encoder.last == 3
    assert outcome.arrays["test_proba"] == pytest.approx(
        outcome.classifier.predict_proba(dataset.take(dataset.test_rows))
    )
    # 120 training rows, 15 of them drawn; 30 have no label
    assert pools[0].shape == (105, 4)
    chosen = set(outcome.arrays["train_rows"])
    others = [i for i in dataset.pool_rows() if i not in chosen]
    expected = KNOWS.transform(dataset.take(np.array(others)))
    assert sorted(map(tuple, pools[0])) == sorted(map(tuple, expected))


def test_progress_rises_and_carries_the_losses_of_the_kept_model_only() -> None:
    heard: list[tuple[float, str, dict[str, Any]]] = []
    progress = Progress(lambda f, m, x: heard.append((f, m, dict(x))))
    outcome = run(head="gradient", curve=True, draws=2, progress=progress)
    shares = [share for share, _, _ in heard]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == pytest.approx(1.0)
    losses = [x["train_loss"] for _, _, x in heard if "train_loss" in x]
    curve = outcome.evaluation.curves["train_loss"]
    assert 0 < len(losses) <= len(curve)
    assert set(losses) <= set(curve)
    scored = [x for _, _, x in heard if "accuracy" in x]
    assert len(scored) == 6 * 2 + 1
    assert scored[0] == {
        "labels": 15,
        "draw": 0,
        "labels_per_class": 5,
        "accuracy": outcome.evaluation.point.model_draws[0],
        "baseline_accuracy": outcome.evaluation.point.baseline_draws[0],
        "draws": 1,
        "model_mean": outcome.evaluation.point.model_draws[0],
        "baseline_mean": outcome.evaluation.point.baseline_draws[0],
    }
    # what was told on the way is the curve, bands and all
    told = points_so_far([x for _, _, x in heard])
    for point, final in zip(told, outcome.evaluation.curve, strict=True):
        assert (point.labels_per_class, point.labels) == (final.labels_per_class, final.labels)
        assert (point.model, point.baseline) == (final.model, final.baseline)
        assert len(point.model_draws) == len(final.model_draws)
    assert "labels_per_class" not in scored[-1]
    assert any(m == "Training on 1 label per class, draw 2 of 2" for _, m, _ in heard)
    assert any(m == "Training on all labels" for _, m, _ in heard)


@pytest.mark.parametrize("after", [0.0, 0.25, 0.6, 0.96])
def test_cancelling_travels_up(after: float) -> None:
    def stop(fraction: float, _: str, __: Mapping[str, Any]) -> None:
        if fraction >= after:
            raise Cancelled()

    with pytest.raises(Cancelled):
        run(progress=Progress(stop))


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"draws": 0}, BadParam, "draws cannot be 0"),
        ({"labels_per_class": 0}, BadParam, "label budget cannot be 0"),
        ({"strategy": "scratch"}, BadParam, "'scratch' uses no pretrained model"),
        ({"strategy": "magic"}, NotFound, "no strategy 'magic'"),
        ({"head": "magic"}, NotFound, "no head 'magic'"),
        ({"head_settings": {"magic": 1}}, BadParam, "no setting 'magic'"),
        ({"strategy_settings": {"magic": 1}}, BadParam, "no setting 'magic'"),
    ],
)
def test_wrong_requests(settings: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        run(**settings)


def test_nothing_to_test_on() -> None:
    dataset = made_up()
    with pytest.raises(BadData, match="Made up has no labelled test rows") as caught:
        run(dataclasses.replace(dataset, test=np.zeros(len(dataset), bool)))
    assert caught.value.hint is not None


@pytest.mark.parametrize(("kept", "words"), [((0,), "1 class;"), ((), "0 classes;")])
def test_nothing_to_tell_apart(kept: tuple[int, ...], words: str) -> None:
    dataset = made_up()
    labels = np.where(dataset.test | np.isin(dataset.labels, kept), dataset.labels, UNLABELLED)
    with pytest.raises(BadData, match=words):
        run(dataclasses.replace(dataset, labels=labels))


def test_neighbours_are_looked_for_once_for_all_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """And they are those that each draw would find by itself."""
    from core.evaluate import trials

    looked: list[int] = []
    nearest = trials.nearest

    def count(X: Any, k: int, **more: Any) -> Any:
        looked.append(len(X))
        return nearest(X, k, **more)

    monkeypatch.setattr(trials, "nearest", count)
    settings = {"strategy": "spreading", "draws": 3, "curve": True, "validate": False}
    once = run(**settings)
    assert len(looked) == 1
    # all training rows, and no test row
    assert looked[0] == len(made_up().train_rows)
    monkeypatch.setattr(trials, "partial", lambda *_: None)
    each = run(**settings)
    assert evaluation_to_json(once.evaluation) == evaluation_to_json(each.evaluation)
    assert len(looked) == 1


def test_probabilities_are_asked_of_the_kept_model_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all other draws only the decisions count: they stay as they are, and cost a third."""
    from core.finetune.heads.svm import SvmHead

    fitted: list[bool] = []
    temperature = SvmHead._temperature

    def note(self: SvmHead, *args: Any) -> float:
        fitted.append(self.temperature is None)
        return temperature(self, *args)

    monkeypatch.setattr(SvmHead, "_temperature", note)
    settings = {"head": "svm", "draws": 3, "curve": True, "validate": False}
    quick = run(**settings)
    assert fitted.count(True) == 2  # the model's and its baseline's
    assert len(fitted) > 20
    monkeypatch.setattr(SvmHead, "deciding", lambda self: self)
    full = run(**settings)
    assert evaluation_to_json(quick.evaluation) == evaluation_to_json(full.evaluation)


@pytest.mark.parametrize("strategy", ["self_training", "probe_then_tune"])
def test_strategies_that_look_at_probabilities_get_them(strategy: str) -> None:
    from core.finetune import get_strategy

    assert get_strategy(strategy).needs_proba
