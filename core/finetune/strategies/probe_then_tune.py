"""Probe, then tune (LP-FT): first the head, then head and word vectors together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.errors import BadParam
from core.finetune.base import Head, Strategy, Task
from core.finetune.embedding import tune
from core.finetune.source import codes_of, fold, linear_head
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.pretrain.word_vectors import WordVectorEncoder
from core.progress import Progress
from core.types import Floats, Ints

PARAMS = (
    Param(
        "rate",
        "float",
        0.5,
        "How far word vectors move in each step. Small keeps what was pretrained.",
        label="Learning rate of the vectors",
        low=1e-6,
        high=100,
        scale="log",
    ),
    Param(
        "passes",
        "int",
        20,
        "Passes in which head and vectors move together, at most; rows held out may end it.",
        low=1,
        high=1000,
        scale="log",
    ),
)


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Fit the head on frozen vectors, then move both by gradient descent on the softmax loss.

    Starting from a fitted head keeps the first, wild steps of a random one from spoiling the
    vectors. Part of the labelled rows is held out where there are enough; the pass with the
    lowest loss on them is kept, which may be none: then the probe stays as it is.

    Raises
    ------
    BadParam
        When the encoder is not made of word vectors, or the head is not linear.
    """
    values = resolve(PARAMS, settings)
    encoder = task.encoder
    if not isinstance(encoder, WordVectorEncoder):
        raise BadParam(
            "Only word vectors can be tuned together with the head; this model has none.",
            hint="Choose a model of word vectors, or the strategy 'frozen'.",
        )
    head = linear_head(task, "probe_then_tune")
    head.fit(task.encoded, task.labels, units=task.units, progress=progress.part(0.0, 0.3))
    classes, codes = codes_of(task.labels)

    def probe(places: Ints) -> tuple[Floats, Floats]:
        # a head of its own: its classes may be fewer, those of the task are what counts
        units = None if task.units is None else task.units[places]
        part = linear_head(task, "probe_then_tune")
        part.fit(task.encoded[places], codes[places], units=units)
        coef = np.zeros((len(classes), task.encoded.shape[1]))
        intercept = np.full(len(classes), -1.0)
        coef[part.classes_] = part.coef_ / part.temperature_
        intercept[part.classes_] = part.intercept_ / part.temperature_
        return coef, intercept

    tuned = tune(
        encoder,
        task.rows,
        codes,
        probe,
        units=task.units,
        rate=float(values["rate"] or 0),
        passes=int(values["passes"] or 1),
        seed=task.seed,
        progress=progress.part(0.3, 1.0),
    )
    if tuned is None:
        return encoder, head
    fold(head, tuned.coef)
    head.intercept_, head.temperature_ = tuned.intercept, 1.0
    return tuned.encoder, head


STRATEGY = Strategy(
    key="probe_then_tune",
    title="Probe, then tune",
    help="Trains the head on the frozen encoder first, then moves head and word vectors "
    "together. Pays with many labels; with few it is held back by rows it does not train on.",
    source="Kumar et al. 2022, Fine-tuning can distort pretrained features and underperform "
    "out-of-distribution; word vectors by gradient: Joulin et al. 2017 (fastText).",
    params=PARAMS,
    learn=learn,
    needs_proba=True,
    heads=("svm", "logistic", "gradient"),
)
