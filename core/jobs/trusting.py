"""What is known of whether a run's score can be trusted, gathered for its report; no new work."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from core.errors import WarmstartError
from core.evaluate.examination import Part
from core.evaluate.examination_json import robustness_from_json, stability_from_json
from core.evaluate.slices import Slice
from core.jobs.examined import findings
from core.jobs.slicing import slices_of
from core.report.trust import TrustFacts
from core.store import datasets
from core.store.records import RunRecord

#: What was changed between the trainings of an examination, as people call it.
CHANGED = {"labels": "Other labels", "seeds": "Other seeds"}


def trust_of(run: RunRecord, arrays: Mapping[str, np.ndarray[Any, Any]]) -> TrustFacts:
    """What examinations of a run found, and how it does on parts of its test rows.

    The parts follow from predictions that are kept; they take the rows of the data set, but no
    classifier.

    Parameters
    ----------
    run : RunRecord
        A finished fine-tuning.
    arrays : mapping
        Its predictions; may be empty.
    """
    found = findings(run)
    sentences: dict[Part, str] = {part: one.result["sentence"] for part, one in found.items()}
    stable = found["stability"].result if "stability" in found else {}
    robust = found.get("robustness")
    return TrustFacts(
        slices=_slices(run, arrays),
        right=_right(arrays),
        sentences=sentences,
        stability=tuple(
            (title, stability_from_json(stable[key]))
            for key, title in CHANGED.items()
            if key in stable
        ),
        robustness=None if robust is None else robustness_from_json(robust.result),
    )


def _slices(run: RunRecord, arrays: Mapping[str, np.ndarray[Any, Any]]) -> tuple[Slice, ...] | None:
    if "test_proba" in arrays and "test_rows" in arrays:
        with suppress(WarmstartError):  # a data set that was deleted takes its rows along
            return tuple(slices_of(run, datasets.load(run.dataset or ""), arrays)[1])
    return None


def _right(arrays: Mapping[str, np.ndarray[Any, Any]]) -> float:
    if "test_proba" not in arrays or not len(arrays["test_proba"]):
        return 0.0
    return float(np.mean(arrays["test_proba"].argmax(axis=1) == arrays["test_labels"]))
