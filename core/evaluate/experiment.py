"""One fine-tuning beside its baseline, on few labels, judged on the test rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.errors import BadData, BadParam
from core.evaluate.curve import budgets
from core.evaluate.encoding import encode_rows
from core.evaluate.measured import Measured, evaluate, of_draw, so_far
from core.evaluate.results import Evaluation
from core.evaluate.resuming import Notebook
from core.evaluate.trials import Contender, Encode, Learned, Sides, Trial, plan, quiet
from core.evaluate.validation import Validation, out_of_fold
from core.finetune import get_head, get_strategy
from core.finetune.base import Head, Strategy
from core.finetune.classifier import Classifier
from core.finetune.source import Source
from core.params import Value, resolve
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.types import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Outcome:
    """What an experiment leaves behind.

    Attributes
    ----------
    evaluation : Evaluation
        What it says.
    classifier : Classifier
        The kept model: the one that learned from the first draw of labels.
    baseline_classifier : Classifier, optional
        Its baseline on the same labels; None where the baseline itself was trained.
    arrays : dict of ndarray
        Of the kept model: "test_rows" and "train_rows" (indices into the data set; the training
        rows are those of the first draw), "test_labels" (codes), "test_proba", "train_proba",
        with a baseline "baseline_proba" (of the test rows), and where labels could be held out
        "validation_rows", "validation_labels" and "validation_proba"
        (see :mod:`core.evaluate.validation`).
    right : ndarray of bool, shape (draws, test rows)
        Which test rows the model got right in each draw of labels at its own budget.
    """

    evaluation: Evaluation
    classifier: Classifier
    baseline_classifier: Classifier | None
    arrays: dict[str, np.ndarray[Any, Any]]
    right: Bools


def run_experiment(
    dataset: Dataset,
    encoder: Encoder | None,
    baseline: Encoder,
    *,
    head: str = "svm",
    head_settings: Mapping[str, Any] | None = None,
    strategy: str = "frozen",
    strategy_settings: Mapping[str, Any] | None = None,
    source: Source | None = None,
    labels_per_class: int | None = 5,
    draws: int = 5,
    curve: bool = True,
    seed: int = 0,
    validate: bool = True,
    encode: Encode | None = None,
    progress: Progress = SILENT,
) -> Outcome:
    """Fine-tune on a label budget and say what pretraining bought.

    Labels come from the training rows only, drawn ``draws`` times (draw i from ``seed + i``,
    nested over budgets). In each draw the model and its baseline learn from the same rows with
    the same head, settings and seed. Test rows are encoded and predicted, and enter nothing
    else. The first draw's model is kept.

    Parameters
    ----------
    dataset : Dataset
        Rows, labels and the split.
    encoder : Encoder, optional
        The fitted pretrained model. None trains the baseline alone, from scratch.
    baseline : Encoder
        Fitted; the encoder that learned nothing.
    head, head_settings, strategy, strategy_settings
        Keys and settings of :mod:`core.finetune`; settings left out take their defaults.
    source : Source, optional
        What was learned elsewhere through this encoder, for strategies that need it.
    labels_per_class : int, optional
        The label budget. None takes every label, which is a single draw.
    draws : int
        How many draws of labels; one where a budget leaves nothing to draw.
    curve : bool
        Whether to measure other budgets too; without them the curve has this run's point.
    seed : int
        Of the draws, the heads and the bootstrap.
    validate : bool
        Whether to predict the kept model's labelled rows out of fold too (see
        :mod:`core.evaluate.validation`). Off where the source has learned from these labels.
    encode : callable, optional
        ``encode(encoder, indices)`` in place of encoding here, to keep encoded rows on disk.
    progress : Progress
        Gets the losses of the kept model, and after each draw ``labels`` (how many),
        ``labels_per_class`` (unless all), ``draw``, ``accuracy`` and ``baseline_accuracy``, and
        of all ``draws`` at that budget so far ``model_mean``, ``model_low``, ``model_high`` and
        those of the baseline (:func:`core.evaluate.curve.points_so_far` reads them). Where it
        keeps checkpoints, an experiment that was interrupted goes on from there.

    Raises
    ------
    BadData
        When the data set has no test rows, or labelled training rows of fewer than two classes.
    BadParam
        When a setting will not do.
    NotFound
        When there is no such head or strategy.
    """
    if draws < 1:
        raise BadParam(f"draws cannot be {draws}.", hint="It takes a whole number of at least 1.")
    scratch = get_strategy("scratch")
    how = scratch if encoder is None else get_strategy(strategy)
    if encoder is not None and not how.needs_model:
        raise BadParam(
            f"The strategy {strategy!r} uses no pretrained model, but one was given.",
            hint="Leave the model out, or choose another strategy.",
        )
    how_settings = {} if encoder is None else resolve(how.params, strategy_settings)
    spec = get_head(head)
    head_values = resolve(spec.params, head_settings)
    sides = Sides.of(dataset)
    trials = plan(
        sides.labels, budgets(sides.labels, labels_per_class, curve=curve), draws=draws, seed=seed
    )
    notebook = Notebook(progress, trials)
    progress = progress.keeping(None)  # it is the notebook that keeps

    def contender(
        one: Encoder, way: Strategy, settings: Mapping[str, Value], part: Progress
    ) -> Contender:
        through: Encode = encode or (lambda e, rows: encode_rows(e, dataset, rows, progress=part))
        part.update(0.0, "Encoding rows")
        encoded = through(one, np.concatenate([sides.train, sides.test]))
        known = source if way.needs_source else None
        return Contender(sides, one, way, settings, through, encoded, known)

    if encoder is None:
        contenders = [contender(baseline, how, how_settings, progress.part(0.0, 0.3))]
    else:
        contenders = [
            contender(encoder, how, how_settings, progress.part(0.0, 0.2)),
            contender(baseline, scratch, {}, progress.part(0.2, 0.3)),
        ]
    measured = _measure(
        trials,
        contenders,
        make_head=lambda trial: spec.make(head_values, seed + trial.draw),
        notebook=notebook,
        seed=seed,
        progress=progress.part(0.3, 0.88),
    )
    held_out: Validation | None = None
    remarks: tuple[str, ...] = ()
    if validate:
        held_out, remarks = _validate(
            contenders[0],
            trials[0],
            lambda: spec.make(head_values, seed),
            notebook=notebook,
            seed=seed,
            progress=progress.part(0.88, 0.95),
        )
    evaluation = evaluate(measured, held_out, sides, seed=seed, progress=progress.part(0.95, 1.0))
    evaluation = replace(evaluation, notes=(*evaluation.notes, *remarks))
    kept, *others = measured[0].kept
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "test_rows": sides.test,
        "test_labels": sides.truth,
        "test_proba": kept.test_proba,
        "train_rows": sides.train[kept.trial.positions],
        "train_proba": kept.train_proba(),
    }
    if others:
        arrays["baseline_proba"] = others[0].test_proba
    if held_out is not None:
        arrays |= held_out.arrays()
    return Outcome(
        evaluation=evaluation,
        classifier=kept.classifier,
        baseline_classifier=others[0].classifier if others else None,
        arrays=arrays,
        right=measured[0].right[0],
    )


def _measure(
    trials: Sequence[Trial],
    contenders: Sequence[Contender],
    *,
    make_head: Callable[[Trial], Head],
    notebook: Notebook,
    seed: int,
    progress: Progress,
) -> list[Measured]:
    """Let the contenders learn from each trial, those of one budget in a row."""
    costs = [sum(one.cost(trial) for one in contenders) for trial in trials]
    total, done = sum(costs), 0
    measured: list[Measured] = []
    for number, trial in enumerate(trials):
        part = progress.part(done / total, (done + costs[number]) / total)
        right, kept = [], []
        for i, contender in enumerate(contenders):
            share = part.part(i / len(contenders), (i + 1) / len(contenders))
            share.update(0.0, trial.title)
            make = partial(make_head, trial)
            if number and not contender.strategy.needs_proba:  # only which rows are right counts
                make = partial(_deciding, make)
            known = notebook.right(number, i)
            learned = notebook.learned(i, contender, trial, make) if number == 0 else None
            if known is None or (number == 0 and learned is None):
                inside = notebook.inside(number, i, share)
                # the losses of the kept model alone make a curve
                live = number == 0 and i == 0
                learned = contender.learn(
                    trial,
                    make,
                    seed=seed + trial.draw,
                    progress=inside if live else quiet(inside, trial.title),
                )
                known = learned.right()
                if trial.draw == 0 and i == 0:
                    notebook.remember(
                        f"train {number}",
                        partial(_on_train, learned, contender.sides.labels[trial.positions]),
                    )
                notebook.note(number, i, learned, contender)
            right.append(known[None])
            if number == 0 and learned is not None:
                kept.append(learned)
        if trial.draw == 0:
            train = notebook.remember(f"train {number}", lambda: np.full(1, np.nan))
            measured.append(Measured(trial, right, kept, float(train[0])))
        else:
            last = measured[-1]
            both = [np.vstack(pair) for pair in zip(last.right, right, strict=True)]
            measured[-1] = replace(last, right=both)
        done += costs[number]
        progress.update(
            done / total, trial.title, **of_draw(trial, right), **so_far(measured[-1], seed)
        )
    return measured


def _deciding(make_head: Callable[[], Head]) -> Head:
    return make_head().deciding()


def _on_train(learned: Learned, labels: Ints) -> Floats:
    """Accuracy on the rows that were learned from, as an array of one number."""
    return np.array([(learned.train_proba().argmax(axis=1) == labels).mean()])


def _validate(
    contender: Contender,
    trial: Trial,
    make_head: Callable[[], Head],
    *,
    notebook: Notebook,
    seed: int,
    progress: Progress,
) -> tuple[Validation | None, tuple[str, ...]]:
    """Out-of-fold predictions; a model that cannot do with fewer labels is no reason to fail."""
    try:
        inside = notebook.inside(-1, 0, progress)
        found = out_of_fold(
            contender, trial, make_head, seed=seed, progress=inside, remember=notebook.remember
        )
        return found, ()
    except (BadData, BadParam) as error:
        return None, (f"No labelled row could be held out: {error.message}",)
