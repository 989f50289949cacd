"""The task that examines a finished fine-tuning: what takes longer than a page may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from core.data.dataset import Dataset
from core.errors import BadData, BadParam, Cancelled, WarmstartError
from core.evaluate.clusters import clusters
from core.evaluate.examination import PARTS, Part
from core.evaluate.label_noise import label_noise, noise_sentence, out_of_fold_labels
from core.evaluate.near_duplicates import (
    duplicate_effect,
    duplicates_sentence,
    near_duplicates,
)
from core.evaluate.robustness import robustness, robustness_sentence
from core.evaluate.stability import agreement_by_row, stability, stability_sentence
from core.evaluate.trials import Contender, Sides, plan, quiet
from core.finetune import get_head, get_strategy
from core.finetune.base import Head
from core.jobs.encoders import Learned, baseline, encode_cached
from core.jobs.execute import Job
from core.jobs.requests import ExamineRequest, FinetuneRequest, from_json
from core.jobs.sources import open_source, told_labels
from core.params import resolve
from core.progress import Progress
from core.store import classifiers, models, runs
from core.store.records import RunRecord

Arrays: TypeAlias = dict[str, np.ndarray[Any, Any]]

#: Trainings that stability is judged by.
TRAININGS = 5
#: How long the parts take beside each other.
_COSTS: dict[Part, float] = {
    "stability": 5,
    "noise": 5,
    "duplicates": 1,
    "robustness": 2,
    "clusters": 1,
}


@dataclass(frozen=True, eq=False)
class _Examined:
    """The run that is examined, with what its parts need."""

    run: RunRecord
    asked: FinetuneRequest
    dataset: Dataset
    predictions: Mapping[str, np.ndarray[Any, Any]]

    def right(self) -> np.ndarray[Any, Any]:
        """Whether the kept model gets each test row right."""
        said = self.predictions["test_proba"].argmax(axis=1)
        return np.asarray(said == self.predictions["test_labels"])

    def contender(self, progress: Progress) -> Contender:
        """The recipe of the run, ready to learn again."""
        strategy = get_strategy(self.asked.strategy)
        learned, source = None, None
        if self.asked.source is not None:
            learned, source, _ = open_source(self.asked.source, self.dataset, progress=progress)
        elif self.run.model is not None:
            learned = Learned(models.load(self.run.model), models.get(self.run.model))
        if learned is None:
            beside = baseline(self.dataset, None, progress=progress)
            encoder, known = beside.encoder, {beside.id: beside.encoder}
        else:
            encoder, known = learned.encoder, {learned.record.id: learned.encoder}
        sides = Sides.of(self.dataset)
        encode = encode_cached(self.dataset, known, progress=progress)
        return Contender(
            sides,
            encoder,
            strategy,
            resolve(strategy.params, self.asked.strategy_settings),
            encode,
            encode(encoder, np.concatenate([sides.train, sides.test])),
            source if strategy.needs_source else None,
        )

    def make_head(self, seed: int) -> Callable[[], Head]:
        """Fresh heads with the run's settings."""
        spec = get_head(self.asked.head)
        settings = resolve(spec.params, self.asked.head_settings)
        return lambda: spec.make(settings, seed)


def examine(job: Job, request: ExamineRequest, dataset: Dataset) -> dict[str, Any]:
    """Look at a finished fine-tuning, part by part.

    A part that cannot be done does not end the others: what is wrong stands in the result.
    Row by row results are kept as the arrays "examination" of this run.

    Returns
    -------
    dict
        ``run`` (that was examined), ``parts`` (each done one by its key, with a ``sentence``)
        and ``failed`` (words by key), as JSON values.
    """
    run = runs.get(request.run)
    asked = from_json(run.request)
    if not isinstance(asked, FinetuneRequest):
        raise BadParam(f"The run {run.name!r} is no fine-tuning.")
    examined = _Examined(run, asked, dataset, runs.load_arrays(run.id, "predictions"))
    progress = job.progress.part(0.05, 0.98)
    total = sum(_COSTS[part] for part in request.parts)
    parts: dict[str, Any] = {}
    failed: dict[str, str] = {}
    arrays: Arrays = {}
    done = 0.0
    for part in request.parts:
        share = progress.part(done / total, (done + _COSTS[part]) / total)
        share.update(0.0, PARTS[part])
        try:
            parts[part], kept = _TASKS[part](examined, share)
            arrays |= kept
        except Cancelled:
            raise
        except WarmstartError as error:
            failed[part] = error.words
        done += _COSTS[part]
    runs.save_arrays(job.run, "examination", arrays)
    return {"run": run.id, "parts": parts, "failed": failed}


def _stability(examined: _Examined, progress: Progress) -> tuple[dict[str, Any], Arrays]:
    contender = examined.contender(progress.part(0.0, 0.2))
    asked, sides = examined.asked, contender.sides
    trials = plan(sides.labels, [asked.labels_per_class], draws=TRAININGS, seed=asked.seed)
    first, drawn = trials[0], len(trials) > 1
    # the labels change and the seed with them, as over the draws of the run; then the seed alone
    tries = [("labels", trial, asked.seed + trial.draw) for trial in trials if drawn]
    tries += [("seeds", first, asked.seed + place) for place in range(TRAININGS)]
    answers: dict[str, list[np.ndarray[Any, Any]]] = {"labels": [], "seeds": []}
    for place, (kind, trial, seed) in enumerate(tries):
        part = progress.part(0.2 + 0.8 * place / len(tries), 0.2 + 0.8 * (place + 1) / len(tries))
        title = f"Training {place + 1} of {len(tries)}"
        part.update(0.0, title)
        learned = contender.learn(
            trial, examined.make_head(seed), seed=seed, progress=quiet(part, title)
        )
        answers[kind].append(learned.test_proba.argmax(axis=1).astype(np.int32))
    found: dict[str, Any] = {"sentence": ""}
    arrays: Arrays = {}
    for kind, of in (("labels", "draws of labels"), ("seeds", "seeds with the same labels")):
        if answers[kind]:
            said = np.stack(answers[kind])
            one = stability(said, sides.truth, seed=asked.seed)
            found[kind] = asdict(one)
            found["sentence"] += stability_sentence(one, of=of) + " "
            arrays[f"stability_{kind}"] = agreement_by_row(said)
    found["sentence"] = found["sentence"].strip()
    return found, arrays | {"stability_rows": sides.test}


def _noise(examined: _Examined, progress: Progress) -> tuple[dict[str, Any], Arrays]:
    source = examined.asked.source
    if source is not None and told_labels(source, examined.dataset):
        raise BadData(
            "Its source had learned from labels of this very data set, so it backs them all.",
            hint="Examine a run without that source.",
        )
    contender = examined.contender(progress.part(0.0, 0.2))
    seed = examined.asked.seed
    held = out_of_fold_labels(
        contender, examined.make_head(seed), seed=seed, progress=progress.part(0.2, 1.0)
    )
    found = label_noise(held.labels, held.proba)
    suspects = found.suspects
    at = np.array([one.position for one in suspects], dtype=np.int64)
    return {
        "rows": found.rows,
        "disagree": found.disagree,
        "share": found.share,
        "suspects": len(suspects),
        "sentence": noise_sentence(found, examined.dataset.classes),
    }, {
        "noise_rows": held.rows[at],
        "noise_given": np.array([one.given for one in suspects], dtype=np.int64),
        "noise_likely": np.array([one.likely for one in suspects], dtype=np.int64),
        "noise_given_proba": np.array([one.given_probability for one in suspects]),
        "noise_likely_proba": np.array([one.likely_probability for one in suspects]),
        "noise_joint": found.joint,
    }


def _duplicates(examined: _Examined, progress: Progress) -> tuple[dict[str, Any], Arrays]:
    test = examined.predictions["test_rows"]
    pool = examined.dataset.pool_rows("all")
    found = near_duplicates(examined.dataset, pool, test, progress=progress)
    effect = duplicate_effect(examined.right(), found)
    learned = np.isin(found.partners, examined.predictions["train_rows"])
    sentence = duplicates_sentence(effect)
    if effect.repeated:
        sentence += (
            f" Of the training rows they repeat it had learned the label of {int(learned.sum()):,}."
        )
    return {**asdict(effect), "sentence": sentence}, {
        "duplicate_rows": test[found.positions],
        "duplicate_partners": found.partners,
        "duplicate_similarity": found.similarity,
    }


def _robustness(examined: _Examined, progress: Progress) -> tuple[dict[str, Any], Arrays]:
    progress.update(0.0, "Opening the classifier")
    found = robustness(
        # its scores are those of the likeliest class, and stay so whatever is decided later
        classifiers.load(examined.run.id, as_trained=True),
        examined.dataset,
        examined.predictions["test_rows"],
        seed=examined.asked.seed,
        progress=progress,
    )
    return {**asdict(found), "sentence": robustness_sentence(found)}, {}


def _clusters(examined: _Examined, progress: Progress) -> tuple[dict[str, Any], Arrays]:
    test = examined.predictions["test_rows"]
    classifier = classifiers.load(examined.run.id)
    known = {examined.run.model or "": classifier.encoder}
    encode = encode_cached(examined.dataset, known if examined.run.model else {}, progress=progress)
    encoded = encode(classifier.encoder, test)
    codes, names = clusters(
        examined.dataset, test, encoded, seed=examined.asked.seed, progress=progress
    )
    count = "1 group" if len(names) == 1 else f"{len(names)} groups"
    return {
        "names": list(names),
        "sentence": f"{count} of alike test rows; how it does on each stands among the slices.",
    }, {"cluster_codes": codes.astype(np.int32)}


_TASKS: Mapping[Part, Callable[[_Examined, Progress], tuple[dict[str, Any], Arrays]]] = {
    "stability": _stability,
    "noise": _noise,
    "duplicates": _duplicates,
    "robustness": _robustness,
    "clusters": _clusters,
}
