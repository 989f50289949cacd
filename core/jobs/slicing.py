"""The test rows of a run in slices: by what its data set knows, and by cluster if examined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.evaluate.groupings import Grouping, by_cluster, groupings
from core.evaluate.slices import Slice, slices
from core.jobs.examined import findings
from core.store import runs
from core.store.records import RunRecord


def slices_of(
    run: RunRecord, dataset: Dataset, arrays: Mapping[str, np.ndarray[Any, Any]]
) -> tuple[list[Grouping], list[Slice]]:
    """The ways to divide a run's test rows, and its accuracy on each part, weakest first.

    Parameters
    ----------
    run : RunRecord
        A finished fine-tuning.
    dataset : Dataset
        The one that it was evaluated on.
    arrays : mapping
        Its predictions.
    """
    by = groupings(dataset, arrays["test_rows"])
    found = findings(run).get("clusters")
    if found is not None:
        codes = runs.load_arrays(found.examination, "examination")["cluster_codes"]
        by.append(by_cluster(codes, found.result["names"]))
    right = arrays["test_proba"].argmax(axis=1) == arrays["test_labels"]
    return by, slices(np.asarray(right), by)
