"""What comes back: predictions of a run, lists of runs and models."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.errors import NotFound, StoreFailed, WarmstartError
from core.jobs.handing_over import modality_of
from core.serve.access import Declined
from core.serve.asking import Ask, as_rows
from core.store import classifiers, decisions, doubts, models, runs
from core.store.records import ModelRecord, RunRecord

if TYPE_CHECKING:
    from core.finetune.classifier import Classifier

_KEPT = 2
_MOST_LISTED = 500


class Opened:
    """The classifiers that were asked last, ready to answer again.

    A run's classifier never changes, and is kept as it was trained; what was decided about its
    answers may, and is looked up for each request. Threads may share it.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Classifier] = OrderedDict()

    def get(self, run_id: str) -> Classifier:
        """The classifier of a run, opened now where it was not, as it answers now."""
        with self._lock:  # two requests for the same run open it once
            found = self._open.pop(run_id, None) or classifiers.load(run_id, as_trained=True)
            self._open[run_id] = found
            while len(self._open) > self._kept:
                self._open.popitem(last=False)
        return decisions.answering(found, run_id)


OPENED = Opened()


def predict(run_id: str, ask: Ask, *, opened: Opened = OPENED) -> dict[str, Any]:
    """Classify the rows of a request.

    Returns
    -------
    dict
        ``run``, ``classes``, ``threshold`` (``class`` and the probability ``from`` which on it is
        said; None where no class has one), ``predictions`` (for each row ``class``, its
        ``probability``, ``sure`` and ``by_threshold``) and, if wanted, ``probabilities``: for each
        row one number a class, in the order of ``classes``. ``sure`` is false where an error was
        chosen that answers may have (:mod:`core.store.doubts`), and this one is not probable
        enough to keep it; ``by_threshold`` is true where another class is likelier.

    Raises
    ------
    Declined
        404 where there is no such run, 409 where it has no classifier, 422 where the rows will not
        do, 503 where the home folder cannot be read.
    """
    run: RunRecord = with_words(lambda: _ready(run_id))
    classifier = with_words(lambda: opened.get(run_id))
    rows = as_rows(ask.rows, with_words(lambda: modality_of(run)))
    from core.finetune.deciding import by_threshold, probability_of

    proba = with_words(lambda: classifier.predict_proba(rows))
    wanted = with_words(lambda: doubts.get(run_id)).threshold
    rule = classifier.threshold
    said = classifier.answers(proba)
    answer: dict[str, Any] = {
        "run": run_id,
        "classes": list(classifier.classes),
        "threshold": None
        if rule is None
        else {"class": classifier.classes[rule.code], "from": rule.threshold},
        "predictions": [
            {
                "class": classifier.classes[code],
                "probability": probability,
                "sure": wanted is None or probability >= wanted,
                "by_threshold": by_it,
            }
            for code, probability, by_it in zip(
                said.tolist(),
                probability_of(proba, said).tolist(),
                by_threshold(proba, rule).tolist(),
                strict=True,
            )
        ],
    }
    if ask.probabilities:
        answer["probabilities"] = proba.tolist()
    return answer


def list_runs(query: Mapping[str, str]) -> dict[str, Any]:
    """Runs, the newest first; ``kind``, ``state`` and ``limit`` of the query narrow them.

    Notes of people are left out.
    """
    limit = _limit(query.get("limit", "100"))
    kind, state = query.get("kind"), query.get("state")
    found = with_words(
        lambda: runs.list_all(
            kind=kind,
            states=None if state is None else [state],  # type: ignore[list-item]
            limit=limit,
            brief=True,
        )
    )
    return {"runs": [_run(run) for run in found]}


def list_models() -> dict[str, Any]:
    """The library of pretrained models, the newest first."""
    return {"models": [_model(one) for one in with_words(models.list_all)]}


def with_words(work: Any) -> Any:
    """Do something; errors of ours become answers."""
    try:
        return work()
    except NotFound as error:
        raise Declined(404, "not_found", error.message, hint=error.hint or "") from error
    except StoreFailed as error:
        # paths of the server are nobody's business outside
        raise Declined(503, "store", "The server cannot read its home folder.") from error
    except WarmstartError as error:
        raise Declined(422, "rows", error.message, hint=error.hint or "") from error


def _ready(run_id: str) -> RunRecord:
    run = runs.get(run_id)
    if run.kind != "finetune" or run.state != "done":
        raise Declined(
            409,
            "no_classifier",
            f"The run {run_id} is no finished fine-tuning, so it has no classifier.",
            hint="See /api/runs?kind=finetune&state=done.",
        )
    return run


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= _MOST_LISTED):
        raise Declined(422, "limit", f"'limit' has to be a whole number from 1 to {_MOST_LISTED}.")
    return int(text)


def _run(run: RunRecord) -> dict[str, Any]:
    accuracy = (run.result or {}).get("accuracy") or {}
    return {
        "id": run.id,
        "name": run.name,
        "kind": run.kind,
        "state": run.state,
        "created": run.created.isoformat(),
        "finished": None if run.finished is None else run.finished.isoformat(),
        "dataset": run.dataset_title,
        "model": run.model,
        "accuracy": accuracy.get("model"),
        "tags": list(run.tags),
        "starred": run.starred,
        "imported": run.imported,
        "can_predict": run.kind == "finetune" and run.state == "done",
    }


def _model(one: ModelRecord) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "method": one.method,
        "modality": one.modality,
        "dimensions": one.dimensions,
        "dataset": one.dataset_title,
        "rows": one.rows,
        "created": one.created.isoformat(),
        "bytes": one.bytes,
    }
