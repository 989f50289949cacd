"""The founding recipe: what it does as published, and what fine-tuning in earnest gives.

As published: TF-IDF with one-vs-rest logistic regression on the training subset of 20 Newsgroups,
headers kept; the test subset is split 80/20 with seed 42; ``fit`` is called on the loaded model
with the 80 %, which throws away what it had learned; accuracy on the 20 %.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier

from core.data.dataset import Dataset
from core.errors import BadData
from core.evaluate.compare import compare
from core.evaluate.intervals import proportion
from core.evaluate.results import Interval, VerdictKind
from core.finetune import get_head, get_strategy
from core.finetune.base import Head, Task
from core.finetune.source import Source
from core.params import resolve
from core.pretrain import get_method
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.types import Bools, Ints, Matrix

_SEED = 42
_SHARE = 0.2


@dataclass(frozen=True)
class RecipeRow:
    """One way to classify the rows kept for the test.

    Attributes
    ----------
    key, title, help : str
        Which way, for people, and in a sentence.
    accuracy : Interval
        On the test rows.
    gain : Interval, optional
        Against the recipe as published, paired by row; None for that itself.
    kind : {"helped", "unclear", "hurt"}, optional
        What the interval of the gain says.
    seconds : float
        Of learning and predicting, texts read already.
    """

    key: str
    title: str
    help: str
    accuracy: Interval
    gain: Interval | None
    kind: VerdictKind | None
    seconds: float


@dataclass(frozen=True)
class Recipe:
    """All ways, as published first; how many rows each part has."""

    rows: tuple[RecipeRow, ...]
    source_rows: int
    target_rows: int
    test_rows: int


def run_recipe(dataset: Dataset, *, progress: Progress = SILENT) -> Recipe:
    """Reproduce the recipe on a data set, and fine-tune beside it.

    The training part of ``dataset`` is the source; its test part is split once more: four fifths
    are the target's labelled rows, one fifth the test rows of the comparison, which nothing
    learns from.

    Parameters
    ----------
    dataset : Dataset
        Labelled texts with a split; the recipe as published wants 20 Newsgroups with headers.
    progress : Progress
        Told between the ways.

    Raises
    ------
    BadData
        When it has no texts, or a part has too few rows to be split.
    """
    if dataset.modality != "text":
        raise BadData("The founding recipe is about texts.", hint="Choose a set of texts.")
    source, rest = dataset.train_rows, dataset.test_rows
    labels = np.asarray(dataset.labels)
    if len(rest) < 10 or len(np.unique(labels[source])) < 2:
        raise BadData(
            f"{dataset.title} has too few labelled rows for the founding recipe.",
            hint="It needs labelled training rows of two classes, and ten test rows.",
        )
    # as published: the order of scikit-learn's split decides, not ours
    target, test = train_test_split(rest, test_size=_SHARE, random_state=_SEED)
    truth = labels[test]
    runs: list[tuple[str, str, str, Bools, float]] = []

    def add(key: str, title: str, words: str, way: Callable[[], Ints]) -> None:
        progress.update(len(runs) / 6, title)
        begun = time.perf_counter()
        said = way()
        runs.append((key, title, words, np.asarray(said == truth), time.perf_counter() - begun))

    published = _Published(dataset, source)
    add(
        "published",
        "The recipe as published",
        "Logistic regression, fitted on the source, then fitted again on the target: that second "
        "fit begins from nothing.",
        lambda: published.refitted(target, test),
    )
    add(
        "source",
        "The source model alone",
        "The same model without any target row.",
        lambda: published.alone(test),
    )
    ours = _Ours(dataset, source, target)
    add(
        "target",
        "Target rows alone",
        "Sublinear TF-IDF and a linear SVM on the target rows.",
        lambda: ours.learn("frozen", {}, test, "svm"),
    )
    add(
        "warm_start",
        "Warm start",
        "Gradient descent on the target rows from the source's weights: what the recipe meant.",
        lambda: ours.learn("warm_start", {}, test, "gradient"),
    )
    add(
        "together",
        "Source and target together",
        "One linear SVM on the rows of both.",
        lambda: ours.learn("together", {"source_weight": 1.0}, test, "svm"),
    )
    progress.update(1.0, "Comparing")
    first = runs[0][3]
    rows = []
    for key, title, words, right, seconds in runs:
        against = None if key == "published" else compare(right[None], first[None])
        rows.append(
            RecipeRow(
                key=key,
                title=title,
                help=words,
                accuracy=proportion(int(right.sum()), len(right)),
                gain=against.gain if against else None,
                kind=against.kind if against else None,
                seconds=round(seconds, 3),
            )
        )
    return Recipe(tuple(rows), len(source), len(target), len(test))


class _Published:
    """The recipe as it was written, but for dense arrays, which change no figure."""

    def __init__(self, dataset: Dataset, source: Ints) -> None:
        self.dataset, self.source = dataset, source
        self.labels = np.asarray(dataset.labels)
        self.vectoriser = TfidfVectorizer(stop_words="english")
        self.model: OneVsRestClassifier | None = None

    def _fit(self, X: Matrix, y: Ints) -> OneVsRestClassifier:
        solver = LogisticRegression(solver="liblinear", random_state=_SEED)
        return OneVsRestClassifier(solver).fit(X, y)

    def _source(self) -> OneVsRestClassifier:
        if self.model is None:
            X = self.vectoriser.fit_transform(self.dataset.take(self.source))
            self.model = self._fit(X, self.labels[self.source])
        return self.model

    def refitted(self, target: Ints, test: Ints) -> Ints:
        self._source()
        X = self.vectoriser.transform(self.dataset.take(target))
        model = self._fit(X, self.labels[target])
        return np.asarray(model.predict(self.vectoriser.transform(self.dataset.take(test))))

    def alone(self, test: Ints) -> Ints:
        rows = self.vectoriser.transform(self.dataset.take(test))
        return np.asarray(self._source().predict(rows))


class _Ours:
    """The same rows through this program's encoder, heads and strategies."""

    def __init__(self, dataset: Dataset, source: Ints, target: Ints) -> None:
        self.dataset, self.source, self.target = dataset, source, target
        self.labels = np.asarray(dataset.labels)
        self._encoder: Encoder | None = None
        self._encoded: dict[str, Matrix] = {}
        self._head: Head | None = None

    @property
    def encoder(self) -> Encoder:
        if self._encoder is None:
            method = get_method("tfidf")
            self._encoder = method.make(resolve(method.params), 0)
            self._encoded["source"] = self._encoder.fit_transform(self.dataset.take(self.source))
        return self._encoder

    def encoded(self, name: str, rows: Ints) -> Matrix:
        encoder = self.encoder
        if name not in self._encoded:
            self._encoded[name] = encoder.transform(self.dataset.take(rows))
        return self._encoded[name]

    def _source_head(self) -> Head:
        if self._head is None:
            X, y = self.encoded("source", self.source), self.labels[self.source]
            self._head = _descending().fit(X, y)
        return self._head

    def learn(self, strategy: str, settings: dict[str, float], test: Ints, head: str) -> Ints:
        chosen, spec = get_strategy(strategy), get_head(head)
        classes = self.dataset.classes
        needs = chosen.needs_source
        task = Task(
            rows=self.dataset.take(self.target),
            labels=self.labels[self.target],
            encoded=self.encoded("target", self.target),
            pool=lambda: self.encoded("source", self.source)[:0],
            encoder=self.encoder,
            make_head=_descending
            if head == "gradient"
            else lambda: spec.make(resolve(spec.params), _SEED),
            seed=_SEED,
            source=Source(
                head=self._source_head()
                if strategy == "warm_start"
                else spec.make(resolve(spec.params), _SEED),
                classes=classes,
                target_classes=classes,
                encoded=lambda: self.encoded("source", self.source),
                labels=self.labels[self.source],
            )
            if needs
            else None,
        )
        _, fitted = chosen.learn(task, resolve(chosen.params, settings), SILENT)
        return fitted.predict(self.encoded("test", test))


def _descending() -> Head:
    spec = get_head("gradient")
    settings = {"loss": "softmax", "optimiser": "adam", "schedule": "cosine", "passes": 8}
    return spec.make(resolve(spec.params, settings), _SEED)


def recipe_sentence(rows: Sequence[RecipeRow]) -> str:
    """What the table says, in a sentence."""
    from core.evaluate.words import percent, points

    published = rows[0]
    best = max(rows, key=lambda row: row.accuracy.value)
    if best.gain is None:
        return f"Nothing did better than the recipe as published, {percent(best.accuracy.value)}."
    return (
        f"As published the recipe gets {percent(published.accuracy.value)} of the test rows right. "
        f"{best.title}: {percent(best.accuracy.value)}, {points(best.gain.value)}."
    )
