"""All that a report tells about a run, gathered: plain values that no page or store is needed for.

Who gathers them is :func:`core.jobs.handing_over.facts_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from core.evaluate.deciding_words import kept_sentence
from core.evaluate.results import Evaluation
from core.finetune.deciding import ClassThreshold
from core.finetune.temperature import sharpened
from core.report.trust import TrustFacts
from core.types import Floats, Modality

#: What rows of each kind are called: one, and many.
ROWS: dict[Modality, tuple[str, str]] = {
    "text": ("text", "texts"),
    "image": ("image", "images"),
    "tabular": ("row", "rows"),
}


@dataclass(frozen=True)
class DataFacts:
    """A data set, without its rows.

    Attributes
    ----------
    fingerprint, title, modality, about : str
        As of the data set.
    built_in : str
        Key of the built-in set that it is; empty for what was brought.
    options : mapping
        What it was made with: the options of a built-in set, the columns of a file.
    rows, labelled_train, labelled_test, unlabelled : int, optional
        Counts; None where the data set is not here any more, or never was.
    """

    fingerprint: str
    title: str
    modality: Modality
    about: str = ""
    built_in: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None
    labelled_train: int | None = None
    labelled_test: int | None = None
    unlabelled: int | None = None


@dataclass(frozen=True)
class EncoderFacts:
    """A pretrained model: what it learned with, from what, and after which other one.

    ``parent`` is the model that it continues.
    """

    name: str
    method: str
    settings: Mapping[str, Any]
    pool: str
    seed: int
    data: DataFacts
    rows: int | None = None
    dimensions: int | None = None
    parent: EncoderFacts | None = None


@dataclass(frozen=True)
class Shown:
    """A mistake with what stands in its row; ``text`` is empty where it cannot be shown."""

    row: int
    truth: str
    said: str
    confidence: float
    text: str = ""


@dataclass(frozen=True, eq=False)
class RunFacts:
    """A finished fine-tuning.

    Attributes
    ----------
    run, name, note : str
        Id, and what people wrote.
    tags : tuple of str
        The same.
    request : mapping
        The whole request as recorded.
    evaluation : Evaluation
        What came out.
    data : DataFacts
        What it was trained and tested on.
    encoder : EncoderFacts, optional
        The pretrained model; None where the baseline alone was trained, or where it is unknown.
    baseline : mapping
        ``method`` and ``settings`` of the encoder that learned nothing.
    arrays : mapping
        Predictions of the kept model (see :class:`core.evaluate.experiment.Outcome`).
    versions : mapping
        Of what it ran with, by package.
    mistakes : tuple of Shown
        The wrong answers it was surest of.
    seconds, peak_memory_mb : float, optional
        What it cost.
    imported : bool
        Whether it came in a bundle.
    temperature : float
        What its answers are sharpened by since; ``arrays`` are as it was trained.
    threshold : ClassThreshold, optional
        Of the class that is said from a probability of its own on, since.
    trust : TrustFacts
        What was found about whether its score can be trusted.
    """

    run: str
    name: str
    request: Mapping[str, Any]
    evaluation: Evaluation
    data: DataFacts
    encoder: EncoderFacts | None
    baseline: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    tags: tuple[str, ...] = ()
    finished: datetime | None = None
    seconds: float | None = None
    peak_memory_mb: float | None = None
    mistakes: tuple[Shown, ...] = ()
    imported: bool = False
    temperature: float = 1.0
    threshold: ClassThreshold | None = None
    trust: TrustFacts = field(default_factory=TrustFacts)

    @property
    def rows_word(self) -> str:
        """What several of its rows are called."""
        return ROWS[self.data.modality][1]

    @property
    def threshold_words(self) -> str:
        """From when on the class with a threshold is said; empty where none has one."""
        rule = self.threshold
        return "" if rule is None else kept_sentence(rule, self.evaluation.classes[rule.code])

    @property
    def test_proba(self) -> Floats | None:
        """Probabilities of the test rows as the classifier answers now; None where unknown."""
        found = self.arrays.get("test_proba")
        return None if found is None else sharpened(found, self.temperature)
