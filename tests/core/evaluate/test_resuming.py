"""An experiment that was interrupted goes on, and ends as if nothing had happened."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.errors import Cancelled
from core.evaluate.experiment import Outcome, run_experiment
from core.evaluate.results import evaluation_to_json
from core.evaluate.resuming import Notebook
from core.evaluate.trials import plan
from core.finetune.descent import Descent
from core.finetune.heads.svm import SvmHead
from core.pretrain.ppmi import PPMIEncoder
from core.pretrain.tfidf import TfidfEncoder
from core.progress import Checkpoints, Progress
from core.text.preparation import TextPreparation
from tests import seed

DATA = seed.texts(per_class=40)
ROWS = DATA.take(DATA.pool_rows("all"))
PLAIN = TfidfEncoder(TextPreparation(min_df=1)).fit(ROWS)
VECTORS = PPMIEncoder(TextPreparation(min_df=1), dimensions=8).fit(ROWS)


class Shelf(Checkpoints):
    """Keeps every state in memory, and counts."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.count = 0
        super().__init__(self.kept.get, self._put, every=0.0)

    def _put(self, key: str, state: Any) -> None:
        self.kept[key] = state
        self.count += 1


def run(shelf: Shelf | None = None, stop_at: float | None = None, **settings: Any) -> Outcome:
    def report(fraction: float, _: str, __: Any) -> None:
        if stop_at is not None and fraction >= stop_at:
            raise Cancelled

    values: dict[str, Any] = {"labels_per_class": 6, "draws": 2, "curve": False} | settings
    return run_experiment(
        DATA, VECTORS, PLAIN, progress=Progress(report, checkpoints=shelf, key="it"), **values
    )


WAYS: list[dict[str, Any]] = [
    {"head": "gradient", "head_settings": {"passes": 60, "patience": 60}},
    {"head": "gradient", "head_settings": {"passes": 30, "optimiser": "adam", "batch_size": 4}},
    {"head": "svm"},
    {"head": "tree"},
    {"head": "logistic", "strategy": "probe_then_tune", "strategy_settings": {"rate": 1.0}},
    {"head": "svm", "strategy": "self_training"},
]


@pytest.mark.parametrize("settings", WAYS, ids=lambda way: "-".join(map(str, way.values())))
def test_the_end_is_the_same_wherever_it_was_stopped(settings: dict[str, Any]) -> None:
    whole = run(**settings)
    shelf = Shelf()
    for share in (0.32, 0.45, 0.6, 0.8, 0.93):  # again and again
        with pytest.raises(Cancelled):
            run(shelf, stop_at=share, **settings)
    last = run(shelf, **settings)
    ours, theirs = evaluation_to_json(last.evaluation), evaluation_to_json(whole.evaluation)
    assert ours == theirs
    assert set(last.arrays) == set(whole.arrays)
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(last.arrays[name], array)
    again = last.classifier.predict_proba(DATA.take(DATA.test_rows))
    np.testing.assert_array_equal(again, whole.classifier.predict_proba(DATA.take(DATA.test_rows)))


def test_no_pass_is_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [0]
    advance = Descent.advance

    def count(self: Descent, *args: Any) -> None:
        made[0] += 1
        advance(self, *args)

    monkeypatch.setattr(Descent, "advance", count)
    settings = WAYS[0]
    run(**settings)
    whole, made[0] = made[0], 0
    shelf = Shelf()
    stops = (0.32, 0.4, 0.5, 0.6, 0.75, 0.9)
    for share in stops:
        with pytest.raises(Cancelled):
            run(shelf, stop_at=share, **settings)
    run(shelf, **settings)
    # at each stop the pass under way is made again, no other
    assert whole <= made[0] <= whole + len(stops)
    assert shelf.count > whole / 2


def test_trainings_that_are_over_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = [0]
    fit = SvmHead.fit

    def count(self: SvmHead, *args: Any, **more: Any) -> SvmHead:
        fits[0] += 1
        return fit(self, *args, **more)

    monkeypatch.setattr(SvmHead, "fit", count)
    run(draws=3)
    whole, fits[0] = fits[0], 0
    shelf = Shelf()
    for share in (0.5, 0.8, 0.96):
        with pytest.raises(Cancelled):
            run(shelf, stop_at=share, draws=3)
    run(shelf, draws=3)
    assert whole <= fits[0] <= whole + 3


def test_notes_of_other_rows_are_not_used() -> None:
    shelf = Shelf()
    with pytest.raises(Cancelled):
        run(shelf, stop_at=0.8)
    trials = plan(np.asarray(DATA.labels)[DATA.train_rows], [6], draws=2, seed=0)
    progress = Progress(checkpoints=shelf, key="it")
    assert Notebook(progress, trials).right(0, 0) is not None
    others = plan(np.asarray(DATA.labels)[DATA.train_rows], [6], draws=2, seed=1)
    assert Notebook(progress, others).right(0, 0) is None


def test_what_was_kept_in_another_shape_is_learned_anew() -> None:
    shelf = Shelf()
    with pytest.raises(Cancelled):
        run(shelf, stop_at=0.8)
    for learned in shelf.kept["it"]["learned"].values():
        learned["head"] = {"classes": [0]}
    last = run(shelf)
    assert evaluation_to_json(last.evaluation) == evaluation_to_json(run().evaluation)


def test_without_checkpoints_nothing_is_noted() -> None:
    trials = plan(np.asarray(DATA.labels)[DATA.train_rows], [6], draws=2, seed=0)
    book, progress = Notebook(Progress(), trials), Progress()
    assert book.inside(0, 0, progress) is progress
    assert book.right(0, 0) is None
